//! One connection of a client, from accept to close.
//!
//! Owns the handshake, the choice of HTTP/1.1 or HTTP/2, limits on heads and idleness, and the way out. Must
//! not know routes; each request is an exchange of its own. Invariant: a connection ends by itself: on
//! idleness, on a head that does not come, or when its listener's phase says so.

use std::{
    cell::Cell, convert::Infallible, io::ErrorKind, net::SocketAddr, pin::pin, rc::Rc, sync::Arc,
};

use dp_config::{
    Chain,
    http_options::{Codec, HttpOptions},
};
use dp_policy::forwarded;
use futures::StreamExt as _;
use hyper::{
    body::Incoming,
    rt::Executor,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpStream,
    sync::{Notify, watch},
    time::timeout,
};

use crate::{
    bind::{Bound, Open, Phase, SETTLING},
    exchange,
    in_place::pinned,
    io::{Http, Io, Reads, Transport, Writes},
    served::{Active, Served},
    tls,
    worker::Worker,
};

mod pace;
mod way_out;

use pace::Seen;
use way_out::{HEAD_TIMEOUT, Step, way_out};

/// Streams of one connection where the configuration does not say.
const MAX_STREAMS: u32 = 100;
/// What a stream may hold that its upstream has not read, where the configuration does not say. The window of a
/// connection then has room for that of every stream: one upload that nobody reads must not hold up the others.
const STREAM_WINDOW: u32 = 256 << 10;
/// The largest window there is (RFC 9113, section 6.9.1).
const LARGEST_WINDOW: u32 = (1 << 31) - 1;

/// What exchanges know of their connection.
pub(crate) struct Client {
    pub(crate) worker: Rc<Worker>,
    pub(crate) bound: Arc<Bound>,
    pub(crate) peer: SocketAddr,
    /// The address of `peer`, as upstreams are told.
    pub(crate) peer_address: forwarded::Peer,
    pub(crate) is_tls: bool,
    pub(crate) server_name: Option<Box<str>>,
    pub(crate) phase: watch::Receiver<Phase>,
    in_flight: Cell<u32>,
    /// Reads up to the end of the last request or the start of the current one.
    reads_seen: Cell<u32>,
    reads: Arc<Reads>,
    pub(crate) writes: Arc<Writes>,
    is_closing: Cell<bool>,
    /// Wakes the connection once its first request after `is_closing` is there.
    asked: Notify,
    _count: Count,
}

/// Keeps a connection from counting as idle; held by the record of a request.
pub(crate) struct Flight(Rc<Client>);

/// Counts a connection in metrics and for the drain.
struct Count {
    worker: Rc<Worker>,
    _open: Open,
}

/// Runs hyper's HTTP/2 streams on this worker, and ends those whose client takes nothing any more.
#[derive(Clone)]
struct Streams(Rc<Worker>);

/// A connection that is ready for requests.
struct Opened {
    io: Io,
    http: Http,
    is_tls: bool,
    server_name: Option<Box<str>>,
    chain: Arc<Chain>,
}

/// Serves a connection until it ends.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    bound: Arc<Bound>,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let mut phase = bound.phase();
    let count = Count::new(worker.clone(), bound.connection());
    let opened = tokio::select! {
        biased;
        // Boxed: what a handshake takes is not kept for the life of the connection.
        opened = Box::pin(open(&worker, &bound, stream, peer)) => opened,
        () = no_longer(&mut phase) => None,
    };
    let Some(opened) = opened else { return };
    let Opened {
        io,
        http,
        is_tls,
        server_name,
        chain,
    } = opened;
    let is_closing = *phase.borrow() > Phase::Serving;
    let client = Rc::new(Client {
        bound,
        peer,
        peer_address: forwarded::Peer::new(peer.ip()),
        is_tls,
        server_name,
        in_flight: Cell::new(0),
        reads_seen: Cell::new(0),
        reads: io.reads(),
        writes: io.writes(),
        is_closing: Cell::new(is_closing),
        asked: Notify::new(),
        phase,
        _count: count,
        worker,
    });
    match http {
        Http::One => serve_http1(client, io, &chain).await,
        // Boxed: the state of HTTP/2 is large and connections of HTTP/1.1 must not pay for it.
        Http::Two => Box::pin(serve_http2(client, io, &chain)).await,
    }
}

/// Waits until a connection that has asked for nothing yet is to be closed. What a client has sent by then may still
/// be on its way, and it may have connected a moment ago: it gets a moment more.
async fn no_longer(phase: &mut watch::Receiver<Phase>) {
    // An error means that the listener is gone, which is as much as over.
    if matches!(
        phase
            .wait_for(|phase| *phase >= Phase::Ending)
            .await
            .as_deref(),
        Ok(Phase::Ending)
    ) {
        let _ = timeout(SETTLING, phase.wait_for(|phase| *phase == Phase::Over)).await;
    }
}

/// Up to the first bytes of HTTP.
async fn open(
    worker: &Worker,
    bound: &Arc<Bound>,
    stream: TcpStream,
    peer: SocketAddr,
) -> Option<Opened> {
    let (transport, server_name) = if current(worker, bound)?.is_tls() {
        let served = || current(worker, bound);
        let shaken = timeout(tls::HANDSHAKE_TIMEOUT, tls::handshake(stream, served)).await;
        match shaken.unwrap_or_else(|_| Err(std::io::Error::from(ErrorKind::TimedOut).into())) {
            Ok((stream, name)) => (Transport::Tls(Box::new(stream)), name),
            Err(error) => {
                worker.shared.metrics.handshakes_failed.inc();
                tracing::debug!(%peer, %error, "handshake failed");
                return None;
            }
        }
    } else {
        (Transport::Plain(stream), None)
    };
    let chain = current(worker, bound)?
        .listener
        .chain(server_name.as_deref())?
        .clone();
    let is_tls = matches!(transport, Transport::Tls(_));
    let agreed = transport.agreed();
    let mut io = Io::new(transport);
    io.writes().be_patient(chain.http.timeouts.stream_idle);
    let http = match agreed {
        Some(http) => http,
        None => {
            let patience = chain.http.timeouts.request_headers.unwrap_or(HEAD_TIMEOUT);
            timeout(patience, io.detect()).await.ok()?.ok()??
        }
    };
    match (chain.http.codec, http) {
        (Codec::Http1, Http::Two) | (Codec::Http2, Http::One) => None,
        (Codec::Auto, _) | (Codec::Http1, Http::One) | (Codec::Http2, Http::Two) => {
            if http == Http::Two {
                io.follow_frames();
            }
            Some(Opened {
                io,
                http,
                is_tls,
                server_name,
                chain,
            })
        }
    }
}

/// The listener of a socket: as it is now, or as its connections last knew it.
fn current(worker: &Worker, bound: &Arc<Bound>) -> Option<Arc<Served>> {
    worker
        .active()
        .served(bound)
        .cloned()
        .or_else(|| bound.left_behind()?.served(bound).cloned())
}

async fn serve_http1(client: Rc<Client>, mut io: Io, chain: &Chain) {
    let is_end_noticed = io.notice_end();
    let service = {
        let client = client.clone();
        service_fn(move |request: http::Request<Incoming>| {
            let client = client.clone();
            // Boxed: hyper has room for it as long as the connection lives, also while an answer takes hours.
            pinned(|| async move { Ok::<_, Infallible>(exchange::serve(client, request).await) })
        })
    };
    let HttpOptions {
        max_headers,
        max_head_bytes,
        ..
    } = chain.http;
    let connection = http1::Builder::new()
        // Where its I/O notices the end of a connection, hyper need not put a buffer aside to look for it.
        .half_close(is_end_noticed)
        .max_headers(max_headers)
        // The limit itself is the exchange's; this one keeps hyper from parsing what is far beyond it.
        .max_header_size(max_head_bytes.saturating_mul(2))
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut steps = way_out(&client, &chain.http, Http::One);
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(peer = %client.peer, %error, "connection ended");
                }
                return;
            }
            Some(step) = steps.next() => match step {
                Step::Finish => connection.as_mut().graceful_shutdown(),
                Step::Drop => return,
            }
        }
    }
}

async fn serve_http2(client: Rc<Client>, io: Io, chain: &Chain) {
    let service = {
        let client = client.clone();
        service_fn(move |request: http::Request<Incoming>| {
            let client = client.clone();
            async move { Ok::<_, Infallible>(exchange::serve(client, request).await) }
        })
    };
    let options = &chain.http.http2;
    let streams = options.max_concurrent_streams.unwrap_or(MAX_STREAMS);
    let stream_window = options.initial_stream_window.unwrap_or(STREAM_WINDOW);
    let connection_window = options
        .initial_connection_window
        .unwrap_or(stream_window.saturating_mul(streams).min(LARGEST_WINDOW));
    let list_size = u32::try_from(chain.http.max_head_bytes).unwrap_or(u32::MAX);
    let connection = http2::Builder::new(Streams(client.worker.clone()))
        .timer(TokioTimer::new())
        .max_header_list_size(list_size)
        .max_concurrent_streams(streams)
        .initial_stream_window_size(stream_window)
        .initial_connection_window_size(connection_window)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    let mut steps = way_out(&client, &chain.http, Http::Two);
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(peer = %client.peer, %error, "connection ended");
                }
                return;
            }
            Some(step) = steps.next() => match step {
                Step::Finish => connection.as_mut().graceful_shutdown(),
                Step::Drop => return,
            }
        }
    }
}

// === impl Client ===

impl Client {
    /// Marks a request as being in flight.
    ///
    /// `is_whole`: it has no body.
    pub(crate) fn begin(self: &Rc<Self>, is_whole: bool) -> Flight {
        self.in_flight.set(self.in_flight.get() + 1);
        self.reads.stop_keeping(is_whole);
        self.reads_seen.set(self.reads.count());
        if self.is_closing.get() {
            self.asked.notify_one();
        }
        Flight(self.clone())
    }

    /// The configuration for a request: the active one, or, once the listener is gone, the last that had it.
    pub(crate) fn active(&self) -> Arc<Active> {
        let active = self.worker.active();
        let fits = active
            .served(&self.bound)
            .is_some_and(|served| served.is_tls() == self.is_tls);
        if fits {
            active
        } else {
            self.bound.left_behind().unwrap_or(active)
        }
    }

    /// Whether the bytes of the current head, as far as they are known, hold this field.
    pub(crate) fn head_names(&self, field: &str) -> bool {
        self.reads.head_names(field)
    }

    /// What becomes of reads.
    pub(crate) fn reads(&self) -> Arc<Reads> {
        self.reads.clone()
    }

    /// What the connection carries is no HTTP from here on.
    pub(crate) fn hand_over(&self) {
        self.reads.hand_over();
    }

    /// Whether responses say that the connection closes.
    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.get() || *self.phase.borrow() > Phase::Serving
    }

    /// What there is to be judged about the connection.
    fn seen(&self, http: Http) -> Seen {
        Seen {
            is_serving: self.in_flight.get() > 0,
            has_begun: match http {
                Http::One => self.reads.count() != self.reads_seen.get(),
                // Other frames than those of requests come at any time, but each must come to its end.
                Http::Two => self.reads.is_amid_frame(),
            },
            writes: self.writes.done(),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let in_flight = self.0.in_flight.get().saturating_sub(1);
        self.0.in_flight.set(in_flight);
        if in_flight == 0 {
            self.0.reads.keep();
        }
        self.0.reads_seen.set(self.0.reads.count());
    }
}

// === impl Count ===

impl Count {
    fn new(worker: Rc<Worker>, open: Open) -> Count {
        let shared = &worker.shared;
        shared.connections.send_modify(|open| *open += 1);
        shared.metrics.connections.inc();
        shared.metrics.accepted.inc();
        Count {
            worker,
            _open: open,
        }
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        let shared = &self.worker.shared;
        shared
            .connections
            .send_modify(|open| *open = open.saturating_sub(1));
        shared.metrics.connections.dec();
    }
}

// === impl Streams ===

impl<F: Future + 'static> Executor<F> for Streams {
    fn execute(&self, future: F) {
        let worker = self.0.clone();
        // Ends with its stream or its connection. A stream that is dropped is reset.
        tokio::task::spawn_local(async move {
            worker.turn.watch(future).await;
        });
    }
}
