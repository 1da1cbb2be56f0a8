//! Sockets, signals and the end of the process.
//!
//! It must not know what is served. Invariant: a signal or a gone parent ends the process at once;
//! connections are tasks of this loop and end with it.

use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::args::Args;
use crate::play::{Play, Session};
use crate::provider::Provider;

/// Rest after a failed accept (no file descriptors left, say).
const ACCEPT_REST: Duration = Duration::from_millis(100);

pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let provider = Arc::new(Provider::new(&args));
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut parent = ParentWatch::new(args.exit_with_parent)?;
    announce(&format!("listening on http://{}", listener.local_addr()?));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            () = parent.gone() => return Ok(()),
            Some(_) = connections.join_next() => (),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&provider)));
                }
                Err(error) => {
                    eprintln!("mock-provider: cannot accept a connection: {error}");
                    tokio::time::sleep(ACCEPT_REST).await;
                }
            },
        }
    }
}

/// HTTP/1.1, or HTTP/2 with prior knowledge.
async fn serve(stream: TcpStream, provider: Arc<Provider>) {
    let Ok((stream, handle)) = with_handle(stream) else {
        return;
    };
    let reset = CancellationToken::new();
    let upgraded: Arc<Mutex<Option<Session>>> = Arc::default();
    let service = service_fn(|request| {
        let (provider, reset) = (Arc::clone(&provider), reset.clone());
        let upgraded = Arc::clone(&upgraded);
        async move {
            match provider.answer(request).await {
                Play::Respond(mut response) => {
                    response.body_mut().on_reset(reset);
                    return Ok::<_, Infallible>(response);
                }
                Play::Upgrade(response, session) => {
                    *upgraded.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
                    return Ok(response);
                }
                Play::Silence => (),
                Play::Reset => reset.cancel(),
            }
            std::future::pending().await
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // A client rests between its requests for as long as it likes: hyper's 30 seconds for a head would begin with the rest,
    // and close the connection under a request that comes at their end.
    let mut http1 = builder.http1();
    http1.timer(TokioTimer::new()).header_read_timeout(None);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::select! {
        // How a connection ends is the client's business.
        _ = connection => (),
        () = reset.cancelled() => {
            // Without lingering, closing sends a reset.
            if let Err(error) = SockRef::from(&handle).set_linger(Some(Duration::ZERO)) {
                eprintln!("mock-provider: cannot reset a connection: {error}");
            }
        }
    }
    let session = upgraded
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(session) = session {
        session.await;
    }
}

/// The stream, and a second handle on its socket to set options by.
fn with_handle(stream: TcpStream) -> io::Result<(TcpStream, std::net::TcpStream)> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let handle = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, handle))
}

/// One line on standard output; nobody may be reading it.
fn announce(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Notices the end of standard input.
struct ParentWatch(Option<oneshot::Receiver<()>>);

impl ParentWatch {
    fn new(is_wanted: bool) -> io::Result<Self> {
        if !is_wanted {
            return Ok(Self(None));
        }
        let (sender, receiver) = oneshot::channel();
        // A thread of its own: a blocking read on the runtime would hold up its end.
        std::thread::Builder::new()
            .name("parent-watch".to_owned())
            .spawn(move || {
                let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
                drop(sender);
            })?;
        Ok(Self(Some(receiver)))
    }

    async fn gone(&mut self) {
        match &mut self.0 {
            Some(receiver) => {
                let _ = receiver.await;
            }
            None => std::future::pending().await,
        }
    }
}
