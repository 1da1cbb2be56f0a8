//! What streams cost that are open and say nothing.
//!
//! Owns clients that ask for a stream, read its first token and wait. The proxy's memory is read while all of them do. Must
//! not be clever about limits: where the machine allows fewer open files it says so.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::args::Args;
use crate::chat::client::{Format, request, wait_for};
use crate::chat::{gateways, provider};
use crate::cpu;
use crate::peer::{AccessLog, free_port, planes};

/// Name of the server.
pub(crate) const HOST: &str = "bench.example";
/// Connections that are opened at once.
const AT_ONCE: usize = 100;

/// Memory of the proxy.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) open: usize,
    pub(crate) before_kib: u64,
    pub(crate) with_kib: u64,
}

/// Opens the streams in plain HTTP/1.1, then with TLS between client and proxy.
pub(crate) async fn measure(args: &Args, work: &Path) -> Result<Vec<Row>> {
    let provider = free_port()?;
    provider::start(provider, provider::Pace::Idle)?;
    let mut rows = Vec::new();
    for is_tls in [false, true] {
        rows.push(one(args, work, provider, is_tls).await?);
    }
    Ok(rows)
}

async fn one(args: &Args, work: &Path, provider: u16, is_tls: bool) -> Result<Row> {
    let (port, plain) = (free_port()?, free_port()?);
    let dir = work.join(format!("idle-{port}"));
    let manifests = dir.join("manifests");
    fs::create_dir_all(&manifests)?;
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([HOST.to_owned()])?;
    let mut text = gateways::manifest(plain, provider, false);
    if is_tls {
        text = text.replace(
            "listeners: [",
            &format!(
                "listeners: [{{name: https, protocol: HTTPS, port: {port}, tls: {{certificateRefs: [{{name: tls}}]}}}}, "
            ),
        );
        text.push_str(&secret(&cert.pem(), &signing_key.serialize_pem()));
    }
    fs::write(manifests.join("bench.yaml"), text)?;
    let (_processes, pid) = planes(args, &dir, &manifests, AccessLog::Off)?;
    let asked = request("", 1 << 10, true, Format::Chat);
    let warm = request("", 1 << 10, false, Format::Chat);
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    wait_for(at(plain), &warm, Duration::from_secs(20)).await?;
    let before_kib = cpu::resident_kib(pid);
    let connector = connector(cert.der().clone(), b"http/1.1")?;
    let target = at(if is_tls { port } else { plain });
    let mut held: Vec<Box<dyn Stream>> = Vec::new();
    while held.len() < args.idle {
        let mut opened = JoinSet::new();
        for _ in 0..AT_ONCE.min(args.idle - held.len()) {
            let (connector, asked) = (connector.clone(), asked.clone());
            opened.spawn(async move { open(target, is_tls.then_some(connector), &asked).await });
        }
        while let Some(one) = opened.join_next().await {
            let number = held.len();
            held.push(one?.with_context(|| {
                format!("stream {number}: is `ulimit -n` above {}?", 2 * args.idle)
            })?);
        }
    }
    Ok(Row {
        name: match is_tls {
            false => "HTTP/1.1 on both sides",
            true => "TLS towards the client",
        },
        open: held.len(),
        before_kib,
        with_kib: cpu::resident_kib(pid),
    })
}

/// A connection of either kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects, with TLS where there is a connector.
pub(crate) async fn dial(
    target: SocketAddr,
    connector: Option<TlsConnector>,
) -> Result<Box<dyn Stream>> {
    let stream = TcpStream::connect(target).await.context("connect")?;
    Ok(match connector {
        None => Box::new(stream),
        Some(connector) => {
            let name = ServerName::try_from(HOST)?;
            Box::new(connector.connect(name, stream).await.context("TLS")?)
        }
    })
}

async fn open(
    target: SocketAddr,
    connector: Option<TlsConnector>,
    asked: &[u8],
) -> Result<Box<dyn Stream>> {
    let mut stream = dial(target, connector).await?;
    stream.write_all(asked).await?;
    stream.flush().await?;
    let mut seen = Vec::new();
    while !seen.windows(4).any(|word| word == b"tok ") {
        let read = stream.read_buf(&mut seen).await?;
        ensure!(read > 0, "closed: {}", String::from_utf8_lossy(&seen));
    }
    Ok(stream)
}

/// Trusts this certificate and offers this protocol.
pub(crate) fn connector(
    certificate: rustls::pki_types::CertificateDer<'static>,
    protocol: &[u8],
) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The Secret `tls`.
pub(crate) fn secret(certificate: &str, key: &str) -> String {
    let indented = |pem: &str| {
        let lines = pem.lines().map(|line| format!("    {line}\n"));
        lines.collect::<String>()
    };
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: tls}}\ntype: kubernetes.io/tls\nstringData:\n  tls.crt: |\n{}  tls.key: |\n{}",
        indented(certificate),
        indented(key)
    )
}
