//! Files and token services, for real.
//!
//! Owns one request over one connection, without redirects. Must not read an answer beyond its limit. Invariant: the host
//! that is verified is the host that is asked.

use std::{io, net::IpAddr, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use dp_config::tls::{Roots, TlsVersion, Verification};
use dp_credential::{
    ambient::Ambient,
    port::{Port, Request, Response, Target},
};
use http::header::{CONTENT_LENGTH, HOST};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::now;
use crate::{
    connect::connect,
    resolve::Resolver,
    stream::Stream,
    tls::{ClientTls, TlsSettings},
};

/// Metadata services are near, or not there at all.
const CONNECT: Duration = Duration::from_secs(2);
/// The largest answer and the largest file, in bytes.
const LIMIT: usize = 256 << 10;

pub(super) struct Rim {
    pub(super) resolver: Resolver,
    pub(super) ambient: Arc<Ambient>,
}

// === impl Rim ===

impl Port for Rim {
    fn now(&self) -> u64 {
        now()
    }

    async fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let content = tokio::fs::read(path).await;
        match content {
            Ok(content) if content.len() > LIMIT => Err("the file is too large".to_owned()),
            Ok(content) => Ok(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err("it is not there".to_owned())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    async fn send(&self, request: &Request) -> Result<Response, String> {
        let stream = self.connected(&request.target).await?;
        let (mut sender, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        // Ends with its sender.
        tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to a token service ended");
            }
        });
        let mut head = http::Request::builder()
            .method(request.method)
            .uri(&request.target.path)
            .header(HOST, &request.target.authority);
        if request.method != "GET" {
            head = head.header(CONTENT_LENGTH, request.body.len());
        }
        for (name, value) in &request.headers {
            head = head.header(*name, value);
        }
        // What is wrong with a header is not told: it may be a secret.
        let sent = head
            .body(Full::new(Bytes::from(request.body.clone())))
            .map_err(|_| "the request holds characters that HTTP cannot carry".to_owned())?;
        let response = sender.send_request(sent).await;
        let response = response.map_err(|error| format!("no answer: {error}"))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LIMIT).collect().await;
        let body = body.map_err(|error| format!("the answer broke off: {error}"))?;
        Ok(Response {
            status,
            body: body.to_bytes().to_vec(),
        })
    }
}

impl Rim {
    async fn connected(&self, target: &Target) -> Result<Stream, String> {
        let addresses = match target.host.parse::<IpAddr>() {
            Ok(address) => Arc::from([address]),
            Err(_) => {
                let resolved = self.resolver.resolve(&target.host).await;
                resolved.map_err(|error| error.to_string())?
            }
        };
        let addresses: Vec<SocketAddr> = addresses
            .iter()
            .map(|address| SocketAddr::new(*address, target.port))
            .collect();
        let stream = connect(&addresses, CONNECT).await;
        let stream = stream.map_err(|error| error.to_string())?;
        if !target.is_tls {
            return Ok(Stream::Plain(stream));
        }
        let settings = TlsSettings {
            roots: Roots::System,
            verification: Verification::Whole,
            server_name: target.host.clone(),
            certificate: None,
            alpn: vec![b"http/1.1".to_vec()],
            versions: (TlsVersion::V1_2, TlsVersion::V1_3),
        };
        let tls = ClientTls::shared(&settings).map_err(|error| error.to_string())?;
        let stream = tls.handshake(stream).await;
        let stream = stream.map_err(|error| chain(&error))?;
        Ok(Stream::Tls(Box::new(stream)))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        None => error.to_string(),
        Some(source) => format!("{error}: {source}"),
    }
}
