//! The work that a profile of the proxy is learnt from (`cargo xtask pgo`).
//!
//! Owns what is in it: a bit of all that proxies do most, over HTTP/1.1 and HTTP/2, in plain text and TLS, with guards and
//! the access log, so that nothing common is taken for rare. Must not measure; what cannot be asked ends the training.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use tokio::task::JoinSet;

use crate::args::Args;
use crate::chat::client::{Format, question, request, wait_for};
use crate::chat::{self, gateways, provider};
use crate::idle::{HOST, Stream, connector, dial, secret};
use crate::peer::{AccessLog, free_port, planes};

/// Clients of each kind at once.
const CLIENTS: usize = 4;

/// How a client speaks.
#[derive(Clone, Copy)]
struct Way {
    is_tls: bool,
    is_http2: bool,
}

/// What is asked of a connection, in turns: a path, and how many bytes the question has; whether it is a stream.
const ASKED: [(&str, usize, bool); 5] = [
    ("/v1/chat/completions", 1 << 10, false),
    ("/guarded/v1/chat/completions", 4 << 10, false),
    ("/plain", 0, false),
    ("/v1/chat/completions", 100 << 10, false),
    ("/v1/chat/completions", 1 << 10, true),
];

/// Works for `args.span()` in each way, and in each scenario of the benchmark.
pub(crate) async fn run(args: &Args, work: &Path) -> Result<()> {
    chat::compare(args, work).await?;
    let provider = free_port()?;
    provider::start(provider, provider::Pace::Events)?;
    let (plain, tls) = (free_port()?, free_port()?);
    let dir = work.join("train");
    let manifests = dir.join("manifests");
    fs::create_dir_all(&manifests)?;
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([HOST.to_owned()])?;
    let mut text = gateways::manifest(plain, provider, false);
    text = text.replace("listeners: [", &listener(tls));
    text.push_str(&secret(&cert.pem(), &signing_key.serialize_pem()));
    text.push_str(&others(provider));
    fs::write(manifests.join("train.yaml"), text)?;
    let (_processes, _) = planes(args, &dir, &manifests, AccessLog::On)?;
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let warm = request("", 1 << 10, false, Format::Chat);
    wait_for(at(plain), &warm, Duration::from_secs(20)).await?;
    for is_tls in [false, true] {
        for is_http2 in [false, true] {
            let way = Way { is_tls, is_http2 };
            let target = at(if is_tls { tls } else { plain });
            clients(target, way, cert.der(), args.span()).await?;
        }
    }
    Ok(())
}

async fn clients(
    target: SocketAddr,
    way: Way,
    certificate: &CertificateDer<'static>,
    span: Duration,
) -> Result<()> {
    let end = Instant::now() + span;
    let protocol: &[u8] = if way.is_http2 { b"h2" } else { b"http/1.1" };
    let connector = connector(certificate.clone(), protocol)?;
    let mut tasks = JoinSet::new();
    for _ in 0..CLIENTS {
        let connector = way.is_tls.then(|| connector.clone());
        tasks.spawn(async move {
            // Connections come and go, too.
            while Instant::now() < end {
                let stream = dial(target, connector.clone()).await?;
                connection(stream, way, end).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(one) = tasks.join_next().await {
        one??;
    }
    Ok(())
}

/// Asks everything a few times over.
async fn connection(stream: Box<dyn Stream>, way: Way, end: Instant) -> Result<()> {
    let io = TokioIo::new(stream);
    let mut driver = JoinSet::new();
    let mut sender = if way.is_http2 {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
        driver.spawn(connection);
        Sender::Two(sender)
    } else {
        let (sender, connection) = http1::handshake(io).await?;
        driver.spawn(connection);
        Sender::One(sender)
    };
    for _ in 0..20 {
        for (path, prompt, is_streamed) in ASKED {
            if Instant::now() > end {
                return Ok(());
            }
            let question = match prompt {
                0 => Bytes::new(),
                prompt => question(prompt, is_streamed).into(),
            };
            let answer = sender.send(asked(path, way, question)?).await?;
            ensure!(answer.status().is_success(), "{path}: {}", answer.status());
            answer.into_body().collect().await.context(path)?;
        }
    }
    Ok(())
}

fn asked(path: &str, way: Way, question: Bytes) -> Result<Request<Full<Bytes>>> {
    let scheme = if way.is_tls { "https" } else { "http" };
    let method = if question.is_empty() { "GET" } else { "POST" };
    let request = Request::builder()
        .method(method)
        .header("content-type", "application/json")
        .header("user-agent", "OpenAI/Python 2.0")
        .header("authorization", "Bearer sk-bench");
    let request = if way.is_http2 {
        request.uri(format!("{scheme}://{HOST}{path}"))
    } else {
        request.uri(path).header("host", HOST)
    };
    Ok(request.body(Full::new(question))?)
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

// === impl Sender ===

impl Sender {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>> {
        match self {
            Self::One(sender) => {
                sender.ready().await?;
                Ok(sender.send_request(request).await?)
            }
            Self::Two(sender) => {
                sender.ready().await?;
                Ok(sender.send_request(request).await?)
            }
        }
    }
}

fn listener(port: u16) -> String {
    format!(
        "listeners: [{{name: https, protocol: HTTPS, port: {port}, tls: {{certificateRefs: [{{name: tls}}]}}}}, "
    )
}

/// A model behind guards, and a backend that is no model.
fn others(provider: u16) -> String {
    let route = |name: &str, path: &str, backend: &str| {
        format!(
            "---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}}}
spec:
  parentRefs: [{{name: bench}}]
  rules:
  - matches: [{{path: {{type: PathPrefix, value: {path}}}}}]
    filters: [{{type: ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-mark, value: \"on\"}}]}}}}]
    timeouts: {{request: 30s}}
    backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: {backend}}}]
"
        )
    };
    let backends = format!(
        "---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: static}}
spec: {{static: {{host: 127.0.0.1, port: {provider}}}}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: guarded}}
spec:
  ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {provider}}}}}
  policies:
    auth: {{key: sk-provider}}
    ai:
      promptGuard:
        request: [{{regex: {{action: Mask, builtins: [CreditCard, Email]}}}}]
        response: [{{regex: {{action: Mask, builtins: [Ssn]}}}}]
"
    );
    [
        backends,
        route("guarded", "/guarded", "guarded"),
        route("plain", "/plain", "static"),
    ]
    .concat()
}
