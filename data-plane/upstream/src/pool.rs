//! Connections of one worker, kept by endpoint.
//!
//! Owns reuse: an idle list for HTTP/1.1, shared connections for HTTP/2, and the count of requests in
//! flight that the balancer reads. Must not know configuration; a key is an address, a TLS configuration,
//! a protocol and an idle limit, so a swap of the configuration leaves pools alone. Invariant: nothing here is shared
//! between threads, hence `Rc` and cells instead of locks; and a request that may have been written once
//! is never sent again.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::SocketAddr,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::{
    connect::ConnectError,
    tls::{ClientTls, HandshakeError},
};

mod dial;
mod http1_driven;
mod http1_idle;
mod http2_shared;
mod last_word;

use http1_idle::IdleList;
use http2_shared::SharedList;

/// How long an unused connection is kept where nobody says.
pub(crate) const IDLE_CAP: Duration = Duration::from_secs(90);

/// What hyper asks of the body of a request.
pub trait RequestBody: Body<Data = Bytes, Error: Into<BoxError>> + Unpin + 'static {}
impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin + 'static> RequestBody for B {}

/// Any error of a request body.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The protocol spoken to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1 with keep-alive.
    Http1,
    /// HTTP/2; without TLS by prior knowledge (h2c).
    Http2,
}

/// How an endpoint is reached.
#[derive(Clone, Debug)]
pub struct Transport {
    /// TLS, or `None` for plain TCP.
    pub tls: Option<Arc<ClientTls>>,
    /// The protocol above it.
    pub protocol: Protocol,
    /// How long an unused connection is kept; `None` for the pool's own measure.
    pub idle: Option<Duration>,
}

/// Counts of a whole process, read by its metrics.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections made.
    pub connects: AtomicU64,
    /// Connections that could not be made.
    pub connect_failures: AtomicU64,
    /// Connections open now.
    pub open: AtomicU64,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No TLS.
    #[error(transparent)]
    Tls(#[from] HandshakeError),
    /// The HTTP/2 handshake failed.
    #[error("HTTP/2 handshake failed")]
    Http2(#[source] hyper::Error),
    /// The connection that this request and others waited for came to nothing.
    #[error(transparent)]
    Shared(Arc<SendError>),
    /// The request went out and no valid response came back.
    #[error("the upstream broke off or answered garbage")]
    Exchange(#[source] hyper::Error),
}

/// The pools of one worker.
pub struct Pools<B> {
    endpoints: RefCell<HashMap<Key, Rc<Endpoint<B>>>>,
    counters: Arc<Counters>,
}

/// One address spoken to in one way: its connections and its load.
pub struct Endpoint<B> {
    address: SocketAddr,
    transport: Transport,
    in_flight: Cell<u32>,
    idle: IdleList<B>,
    shared: SharedList<B>,
    counters: Arc<Counters>,
}

/// A request in flight: holds its connection until the response is over.
pub struct Lease<B> {
    endpoint: Rc<Endpoint<B>>,
    http1: Option<http1_driven::Sender<B>>,
    /// Held for its drop alone, which frees the stream's place on its connection.
    _http2: Option<http2_shared::Stream>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: SocketAddr,
    /// The address of the shared configuration, which the endpoint keeps alive; 0 for none.
    tls: usize,
    protocol: Protocol,
    idle: Option<Duration>,
}

// === impl Pools ===

impl<B: RequestBody> Pools<B> {
    /// No connections yet.
    pub fn new(counters: Arc<Counters>) -> Pools<B> {
        Pools {
            endpoints: RefCell::default(),
            counters,
        }
    }

    /// The state of one endpoint, the same for as long as anything uses it.
    pub fn endpoint(&self, address: SocketAddr, transport: &Transport) -> Rc<Endpoint<B>> {
        let key = Key {
            address,
            tls: transport
                .tls
                .as_ref()
                .map_or(0, |tls| Arc::as_ptr(tls).addr()),
            protocol: transport.protocol,
            idle: transport.idle,
        };
        let mut endpoints = self.endpoints.borrow_mut();
        let endpoint = endpoints.entry(key).or_insert_with(|| {
            Rc::new(Endpoint {
                address,
                transport: transport.clone(),
                in_flight: Cell::new(0),
                idle: IdleList::new(transport.idle.unwrap_or(IDLE_CAP)),
                shared: SharedList::new(transport.idle.unwrap_or(IDLE_CAP)),
                counters: self.counters.clone(),
            })
        });
        endpoint.clone()
    }

    /// Closes what has been idle too long and forgets endpoints that nobody holds.
    pub fn sweep(&self) {
        let now = Instant::now();
        self.endpoints.borrow_mut().retain(|_, endpoint| {
            endpoint.idle.sweep(now);
            endpoint.shared.sweep(now);
            Rc::strong_count(endpoint) > 1
                || endpoint.in_flight.get() > 0
                || !endpoint.idle.is_empty()
                || !endpoint.shared.is_empty()
        });
    }

    /// Endpoints that have state, for tests and dumps.
    pub fn len(&self) -> usize {
        self.endpoints.borrow().len()
    }

    /// Whether no endpoint has state.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

// === impl Endpoint ===

impl<B> Endpoint<B> {
    /// Requests in flight on this worker.
    pub fn load(&self) -> u32 {
        self.in_flight.get()
    }

    /// The address that is dialled first.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the connection is secured.
    pub fn is_tls(&self) -> bool {
        self.transport.tls.is_some()
    }

    /// The protocol that a request must be written for.
    pub fn protocol(&self) -> Protocol {
        self.transport.protocol
    }
}

impl<B: RequestBody> Endpoint<B> {
    /// Sends a request over an idle, shared or fresh connection. `fallbacks` are dialled where the address
    /// itself does not answer. A connection that turns out dead before the request was written is replaced
    /// once by a fresh one.
    ///
    /// # Errors
    /// No connection, or no response on it.
    pub async fn send(
        self: &Rc<Self>,
        request: Request<B>,
        fallbacks: &[SocketAddr],
        connect_timeout: Duration,
    ) -> Result<(Response<Incoming>, Lease<B>), SendError> {
        self.in_flight.set(self.in_flight.get() + 1);
        // From here on the lease counts down, also when this future is dropped.
        let mut lease = Lease {
            endpoint: self.clone(),
            http1: None,
            _http2: None,
        };
        let dial = dial::Dial {
            endpoint: self,
            fallbacks,
            connect_timeout,
        };
        let response = match self.transport.protocol {
            Protocol::Http1 => lease.send_http1(request, &dial).await?,
            Protocol::Http2 => lease.send_http2(request, &dial).await?,
        };
        Ok((response, lease))
    }

    fn connected(&self) {
        self.counters.connects.fetch_add(1, Ordering::Relaxed);
    }
}

// === impl Lease ===

impl<B: RequestBody> Lease<B> {
    /// The endpoint that serves the request.
    pub fn endpoint(&self) -> &Rc<Endpoint<B>> {
        &self.endpoint
    }

    /// Lets the connection hand over what it has read of the response: hyper gives one part at a time, and looks for the next one
    /// when its task's turn comes.
    pub fn advance(&self) {
        if let Some(sender) = &self.http1 {
            sender.advance();
        }
    }

    /// Gives the connection back: the response has been read to its end. A lease that is dropped instead
    /// closes its HTTP/1.1 connection.
    pub fn finish(mut self) {
        if let Some(sender) = self.http1.take() {
            IdleList::put_back(&self.endpoint, sender);
        }
    }

    async fn send_http1(
        &mut self,
        mut request: Request<B>,
        dial: &dial::Dial<'_, B>,
    ) -> Result<Response<Incoming>, SendError> {
        if let Some(mut sender) = self.endpoint.idle.take(Instant::now()) {
            match sender.requests.try_send_request(request).await {
                Ok(response) => {
                    self.http1 = Some(sender);
                    return Ok(response);
                }
                Err(mut error) => match error.take_message() {
                    // Never written: the server had closed the idle connection.
                    Some(unsent) => request = unsent,
                    None => return Err(SendError::Exchange(error.into_error())),
                },
            }
        }
        let mut sender = dial.http1().await?;
        let response = sender
            .requests
            .send_request(request)
            .await
            .map_err(SendError::Exchange)?;
        self.http1 = Some(sender);
        Ok(response)
    }

    async fn send_http2(
        &mut self,
        mut request: Request<B>,
        dial: &dial::Dial<'_, B>,
    ) -> Result<Response<Incoming>, SendError> {
        let (mut sender, stream) = self.endpoint.shared.open(dial).await?;
        match sender.try_send_request(request).await {
            Ok(response) => {
                self._http2 = Some(stream);
                return Ok(response);
            }
            Err(mut error) => match error.take_message() {
                // Never written: the connection was going away.
                Some(unsent) => request = unsent,
                None => return Err(SendError::Exchange(error.into_error())),
            },
        }
        stream.retire();
        let (mut sender, stream) = self.endpoint.shared.open(dial).await?;
        let response = sender
            .send_request(request)
            .await
            .map_err(SendError::Exchange)?;
        self._http2 = Some(stream);
        Ok(response)
    }
}

impl<B> Drop for Lease<B> {
    fn drop(&mut self) {
        self.endpoint
            .in_flight
            .set(self.endpoint.in_flight.get().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests;
