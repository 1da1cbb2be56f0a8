//! An upstream whose every answer the test gives itself, when it wants to.
//!
//! Owns one listening socket on loopback and speaks HTTP/1.1 and HTTP/2 with prior knowledge. A request waits
//! until the test takes it; its body is read only as far as the test reads it. Must not answer anything.

use std::convert::Infallible;
use std::net::Ipv4Addr;

use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::pieces::{Pieces, pieces};
use crate::{client, deadline};

type Answer = Response<BoxBody<Bytes, Infallible>>;

/// A running upstream; it ends when dropped.
pub struct Manual {
    port: u16,
    calls: mpsc::UnboundedReceiver<Call>,
    /// The accepting task, which ends with this.
    _task: JoinSet<()>,
}

/// A request that waits for its answer.
pub struct Call {
    /// Its head.
    pub head: Parts,
    /// Its body.
    pub body: Incoming,
    answer: oneshot::Sender<Answer>,
}

// === impl Manual ===

impl Manual {
    /// Starts on a port of its own.
    pub async fn start() -> Result<Manual> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (sender, calls) = mpsc::unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(accept(listener, sender));
        Ok(Manual {
            port,
            calls,
            _task: task,
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next request, whenever it comes.
    pub async fn next(&mut self) -> Option<Call> {
        self.calls.recv().await
    }

    /// The next request, which is on its way.
    pub async fn call(&mut self) -> Result<Call> {
        let call = async { self.next().await.context("the upstream has ended") };
        deadline::within("a request reaches the upstream", client::LIMIT, call).await
    }

    /// A request that is there already.
    pub fn waiting(&mut self) -> Option<Call> {
        self.calls.try_recv().ok()
    }
}

async fn accept(listener: TcpListener, calls: mpsc::UnboundedSender<Call>) {
    // Connections end with the set, and the set with this task.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, calls.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, calls: mpsc::UnboundedSender<Call>) {
    let service = service_fn(|request: Request<Incoming>| {
        let (answer, answered) = oneshot::channel();
        let (head, body) = request.into_parts();
        let call = Call { head, body, answer };
        // A call that nobody takes any more ends its connection.
        let _ = calls.send(call);
        answered
    });
    let _ = stream.set_nodelay(true);
    // A client may go at any time; only tests judge.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

// === impl Call ===

impl Call {
    /// Answers, and hands back the body of the request.
    pub fn answer<B>(self, response: Response<B>) -> Result<Incoming>
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
    {
        let sent = self.answer.send(response.map(BodyExt::boxed));
        sent.map_err(|_| anyhow!("the request is gone already"))?;
        Ok(self.body)
    }

    /// Answers with a body in pieces, and hands back both bodies.
    pub fn stream(self, content_type: &str) -> Result<(Pieces, Incoming)> {
        let (sender, body) = pieces();
        let response = Response::builder()
            .header(CONTENT_TYPE, content_type)
            .body(body)?;
        Ok((sender, self.answer(response)?))
    }
}
