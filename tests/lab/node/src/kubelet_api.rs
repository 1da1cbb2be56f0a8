//! The kubelet's own HTTPS API, which the API server asks for logs.
//!
//! Must not know how Pods run. Invariant: a follower gets every byte of the log once, in order,
//! because it goes by the announced length; anybody in the lab's network may ask.

use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use k8s_openapi::jiff::Timestamp;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::kubelet::Kubelet;
use crate::log_filter::{LogFilter, LogQuery, tail};
use crate::logs::{ContainerLog, Head};

/// Read from a log at a time.
const CHUNK: u64 = 256 * 1024;

/// Binds the address; the server is run by the future that is returned.
pub(crate) async fn open(
    kubelet: Arc<Kubelet>,
    listen: SocketAddr,
) -> Result<impl Future<Output = ()> + use<>> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("the kubelet's API cannot listen on {listen}"))?;
    let acceptor = TlsAcceptor::from(Arc::new(certificate(listen)?));
    let tasks = kubelet.tasks.clone();
    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/pods", get(pods))
        .route("/containerLogs/{namespace}/{pod}/{container}", get(logs))
        .with_state(kubelet);
    Ok(async move {
        loop {
            let Ok((tcp, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tasks.spawn(async move {
                // A client that does not like the certificate goes away by itself.
                if let Ok(tls) = acceptor.accept(tcp).await {
                    let service = TowerToHyperService::new(router);
                    let server = auto::Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(tls), service).await;
                }
            });
        }
    })
}

fn certificate(listen: SocketAddr) -> Result<rustls::ServerConfig> {
    let names = vec![listen.ip().to_string(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

async fn pods(State(kubelet): State<Arc<Kubelet>>) -> Response {
    let known: Vec<String> = kubelet.pods().keys().cloned().collect();
    let all = kubelet.cluster.pods.state();
    let mine = all.iter().filter(|pod| {
        pod.metadata
            .uid
            .as_ref()
            .is_some_and(|uid| known.contains(uid))
    });
    let items: Vec<_> = mine.map(|pod| json!(**pod)).collect();
    axum::Json(json!({"kind": "PodList", "apiVersion": "v1", "items": items})).into_response()
}

async fn logs(
    State(kubelet): State<Arc<Kubelet>>,
    Path((namespace, pod, container)): Path<(String, String, String)>,
    Query(query): Query<LogQuery>,
) -> Response {
    let running = kubelet.find(&format!("{namespace}/{pod}"));
    let log = running
        .as_ref()
        .and_then(|running| running.view.log(&container))
        .cloned();
    let Some(log) = log else {
        let message = format!("container {container} of Pod {namespace}/{pod} is not known here");
        return (StatusCode::NOT_FOUND, message).into_response();
    };
    match read(log, &query, Timestamp::now()) {
        Ok((reading, output)) => {
            kubelet.tasks.spawn(reading);
            let stream = futures::stream::unfold(output, async |mut output| {
                output
                    .recv()
                    .await
                    .map(|bytes| (Ok::<_, std::io::Error>(bytes), output))
            });
            Body::from_stream(stream).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}")).into_response(),
    }
}

/// A task that reads a log, and what it reads.
pub(crate) fn read(
    log: Arc<ContainerLog>,
    query: &LogQuery,
    now: Timestamp,
) -> Result<(impl Future<Output = ()> + use<>, mpsc::Receiver<Bytes>)> {
    let filter = query.filter(now)?;
    let (sender, receiver) = mpsc::channel(8);
    let current = *log.head().borrow();
    let run = match (current.run, query.previous) {
        (run, false) => run.unwrap_or(0),
        (Some(run), true) if run > 0 => run - 1,
        (_, true) => anyhow::bail!("the container has no previous run"),
    };
    let mut reader = Reader {
        log,
        run,
        offset: 0,
        filter,
        sender,
    };
    let (follow, lines) = (query.follow && !query.previous, query.tail_lines);
    let reading = async move {
        if let Err(error) = reader.run(follow, lines).await {
            tracing::warn!("a log cannot be read: {error:#}");
        }
    };
    Ok((reading, receiver))
}

struct Reader {
    log: Arc<ContainerLog>,
    run: u32,
    offset: u64,
    filter: LogFilter,
    sender: mpsc::Sender<Bytes>,
}

impl Reader {
    async fn run(&mut self, follow: bool, lines: Option<usize>) -> Result<()> {
        let mut head = self.log.head();
        if let Some(lines) = lines {
            let end = self.end(*head.borrow_and_update());
            let whole = self.slice(0, end)?;
            self.offset = u64::try_from(tail(&whole, lines))?;
        }
        loop {
            let now = *head.borrow_and_update();
            let end = self.end(now);
            if !self.give(end).await? {
                return Ok(());
            }
            // Without a run there is nothing to read yet; with another one, this one is over.
            let over = now.run.is_some_and(|run| run > self.run || !now.open);
            if !follow || over {
                return Ok(());
            }
            tokio::select! {
                changed = head.changed() => if changed.is_err() {
                    return Ok(());
                },
                () = self.sender.closed() => return Ok(()),
            }
        }
    }

    /// Gives out what is there up to `end`; false if nobody wants more.
    async fn give(&mut self, end: u64) -> Result<bool> {
        while self.offset < end {
            let mut chunk = self.slice(self.offset, end.min(self.offset + CHUNK))?;
            // Up to the last whole line; a line is always shorter than a chunk.
            let whole = chunk
                .iter()
                .rposition(|b| *b == b'\n')
                .map_or(0, |at| at + 1);
            anyhow::ensure!(whole > 0, "a log without line ends");
            chunk.truncate(whole);
            self.offset += u64::try_from(whole)?;
            let mut out = Vec::new();
            for line in chunk.split_inclusive(|b| *b == b'\n') {
                if !self.filter.is_full() {
                    self.filter.take(line, &mut out);
                }
            }
            if !out.is_empty() && self.sender.send(Bytes::from(out)).await.is_err() {
                return Ok(false);
            }
            if self.filter.is_full() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where the run's log ends now: an earlier run's file is complete.
    fn end(&self, head: Head) -> u64 {
        match head.run {
            Some(run) if run == self.run => head.length,
            Some(_) => std::fs::metadata(self.log.path(self.run)).map_or(0, |m| m.len()),
            None => 0,
        }
    }

    fn slice(&self, from: u64, to: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if to > from {
            let mut file = std::fs::File::open(self.log.path(self.run))?;
            file.seek(SeekFrom::Start(from))?;
            file.take(to - from).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }
}
