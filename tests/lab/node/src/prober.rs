//! Making probes: HTTP, TCP, gRPC and commands, from the node's network as a kubelet does.
//!
//! Must not know what follows from an outcome. Invariant: a probe ends within its timeout.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::{Container, HTTPGetAction, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tonic::codegen::http::uri::PathAndQuery;
use tonic_prost::ProstCodec;

use crate::insecure;

/// How a command is run inside the container.
pub(crate) trait Exec {
    fn exec(&self, argv: &[String]) -> impl Future<Output = Result<()>> + Send;
}

/// One probe, made once.
pub(crate) async fn probe(
    probe: &Probe,
    container: &Container,
    address: Ipv4Addr,
    inside: &(impl Exec + Sync),
    timeout: std::time::Duration,
) -> Result<()> {
    let attempt = async {
        if let Some(action) = &probe.exec {
            return inside
                .exec(action.command.as_deref().unwrap_or_default())
                .await;
        }
        if let Some(action) = &probe.http_get {
            return http(action, container, address).await;
        }
        if let Some(action) = &probe.tcp_socket {
            let at = target(action.host.as_deref(), &action.port, container, address)?;
            TcpStream::connect(at)
                .await
                .with_context(|| format!("{at} does not accept"))?;
            return Ok(());
        }
        if let Some(action) = &probe.grpc {
            let at = target(None, &IntOrString::Int(action.port), container, address)?;
            return grpc(at, action.service.clone().unwrap_or_default()).await;
        }
        bail!("a probe of a kind that is not known");
    };
    tokio::time::timeout(timeout, attempt)
        .await
        .context("no answer in time")?
}

/// One HTTP request that must be answered with 2xx or 3xx.
pub(crate) async fn http(
    action: &HTTPGetAction,
    container: &Container,
    address: Ipv4Addr,
) -> Result<()> {
    let at = target(action.host.as_deref(), &action.port, container, address)?;
    let tcp = TcpStream::connect(at)
        .await
        .with_context(|| format!("{at} does not accept"))?;
    if action.scheme.as_deref() == Some("HTTPS") {
        return get(action, at, insecure::connect(tcp).await?).await;
    }
    get(action, at, tcp).await
}

async fn get(
    action: &HTTPGetAction,
    at: SocketAddr,
    io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> Result<()> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(io)).await?;
    let path = action
        .path
        .as_deref()
        .filter(|p| !p.is_empty())
        .unwrap_or("/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut request = Request::get(format!("{slash}{path}")).header("user-agent", "kube-probe/lab");
    let mut host = Some(at.to_string());
    for header in action.http_headers.iter().flatten() {
        if header.name.eq_ignore_ascii_case("host") {
            host = Some(header.value.clone());
        } else {
            request = request.header(&header.name, &header.value);
        }
    }
    if let Some(host) = host.take() {
        request = request.header("host", host);
    }
    let request = request.body(Empty::<Bytes>::new())?;
    let response = tokio::select! {
        response = sender.send_request(request) => response?,
        ended = connection => {
            ended?;
            bail!("the connection ended without an answer");
        }
    };
    if !(200..400).contains(&response.status().as_u16()) {
        bail!(
            "HTTP probe failed with statuscode: {}",
            response.status().as_u16()
        );
    }
    Ok(())
}

#[derive(Clone, PartialEq, prost::Message)]
struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HealthCheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// `grpc.health.v1.Health/Check`, which must say SERVING.
async fn grpc(at: SocketAddr, service: String) -> Result<()> {
    const SERVING: i32 = 1;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{at}"))?;
    let mut client = tonic::client::Grpc::new(channel.connect().await?);
    client.ready().await?;
    let codec = ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
    let path = PathAndQuery::from_static("/grpc.health.v1.Health/Check");
    let request = tonic::Request::new(HealthCheckRequest { service });
    let status = client
        .unary(request, path, codec)
        .await?
        .into_inner()
        .status;
    if status != SERVING {
        bail!("health status is {status}, not SERVING");
    }
    Ok(())
}

fn target(
    host: Option<&str>,
    port: &IntOrString,
    container: &Container,
    address: Ipv4Addr,
) -> Result<SocketAddr> {
    let number = match port {
        IntOrString::Int(number) => *number,
        IntOrString::String(name) => {
            let named = |p: &&k8s_openapi::api::core::v1::ContainerPort| {
                p.name.as_deref() == Some(name.as_str())
            };
            let found = container
                .ports
                .iter()
                .flatten()
                .find(named)
                .map(|p| p.container_port);
            match found {
                Some(number) => number,
                None => name
                    .parse()
                    .with_context(|| format!("there is no port named `{name}`"))?,
            }
        }
    };
    let port = u16::try_from(number).with_context(|| format!("{number} is no port"))?;
    let host = match host.filter(|h| !h.is_empty()) {
        Some(host) => host
            .parse()
            .with_context(|| format!("host `{host}` is no IPv4 address"))?,
        None => address,
    };
    Ok(SocketAddr::from((host, port)))
}
