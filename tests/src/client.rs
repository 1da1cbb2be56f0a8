//! A well-behaved HTTP client: HTTP/1.1 and HTTP/2, in clear and over TLS.
//!
//! Owns connections to one address; the URL says only what the request claims, so a test can ask any
//! host of any listener. Must not retry, follow redirects or hide a failure. What a well-behaved client
//! cannot send is `wire`'s business.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Request, Response, StatusCode, Uri, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::deadline;

/// How long one exchange may take before the test fails.
pub const LIMIT: Duration = Duration::from_secs(15);

/// How to reach one listener.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    version: Version,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls {
    config: Arc<ClientConfig>,
    name: String,
}

/// One connection.
pub struct Connection {
    sender: Sender,
    is_tls: bool,
    /// Drives the connection, and ends with it.
    _driver: JoinSet<()>,
    /// The certificate that the server showed.
    pub certificate: Option<CertificateDer<'static>>,
}

/// What a request carries, whole or in pieces.
type Boxed = BoxBody<Bytes, Infallible>;

enum Sender {
    Http1(http1::SendRequest<Boxed>),
    Http2(http2::SendRequest<Boxed>),
}

/// A whole response.
#[derive(Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Version of the connection.
    pub version: Version,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Trailers.
    pub trailers: HeaderMap,
}

/// A GET of `url`.
pub fn get(url: &str) -> Result<Request<Full<Bytes>>> {
    request("GET", url, &[], "")
}

/// A GET of `path` over a Unix socket.
pub async fn get_over_unix(socket: &Path, path: &str) -> Result<Reply> {
    let connected = async {
        let stream = UnixStream::connect(socket).await;
        handshake(stream.context("connect")?, Version::HTTP_11).await
    };
    let (sender, driver) = deadline::within("connecting", LIMIT, connected).await?;
    let mut connection = Connection {
        sender,
        is_tls: false,
        _driver: driver,
        certificate: None,
    };
    connection.send(get(&format!("http://socket{path}"))?).await
}

/// Any request.
pub fn request(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Request<Full<Bytes>>> {
    let mut builder = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .context(url.to_owned())
}

// === impl Client ===

impl Client {
    /// HTTP/1.1 to a port of this machine.
    pub fn http1(port: u16) -> Client {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Client {
            address,
            version: Version::HTTP_11,
            tls: None,
        }
    }

    /// The same, to another address.
    pub fn at(self, address: SocketAddr) -> Client {
        Client { address, ..self }
    }

    /// HTTP/2 with prior knowledge to a port of this machine.
    pub fn http2(port: u16) -> Client {
        Client {
            version: Version::HTTP_2,
            ..Client::http1(port)
        }
    }

    /// The same over TLS, asking for `name`. ALPN offers this client's version.
    pub fn tls(self, authority: &crate::certificate::Authority, name: &str) -> Result<Client> {
        let alpn: &[u8] = if self.version == Version::HTTP_2 {
            b"h2"
        } else {
            b"http/1.1"
        };
        let tls = Tls {
            config: authority.client(&[alpn])?,
            name: name.to_owned(),
        };
        Ok(Client {
            tls: Some(tls),
            ..self
        })
    }

    /// Sends one request over a connection of its own.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Reply> {
        self.connect().await?.send(request).await
    }

    /// Gets `url` over a connection of its own.
    pub async fn get(&self, url: &str) -> Result<Reply> {
        self.send(get(url)?).await
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Result<Connection> {
        deadline::within("connecting", LIMIT, Box::pin(self.open())).await
    }

    async fn open(&self) -> Result<Connection> {
        let stream = TcpStream::connect(self.address).await.context("connect")?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else {
            let (sender, driver) = handshake(stream, self.version).await?;
            return Ok(Connection {
                sender,
                is_tls: false,
                _driver: driver,
                certificate: None,
            });
        };
        let name = ServerName::try_from(tls.name.clone())?;
        let connector = TlsConnector::from(Arc::clone(&tls.config));
        let stream = connector
            .connect(name, stream)
            .await
            .context("TLS handshake")?;
        let (_, session) = stream.get_ref();
        let shown = session.peer_certificates().and_then(|chain| chain.first());
        let certificate = shown.map(|certificate| certificate.clone().into_owned());
        let (sender, driver) = handshake(stream, self.version).await?;
        Ok(Connection {
            sender,
            is_tls: true,
            _driver: driver,
            certificate,
        })
    }
}

async fn handshake(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    version: Version,
) -> Result<(Sender, JoinSet<()>)> {
    let io = TokioIo::new(stream);
    let mut driver = JoinSet::new();
    // What ends a connection is seen by the request that it carried.
    let sender = if version == Version::HTTP_2 {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
        driver.spawn(async { drop(connection.await) });
        Sender::Http2(sender)
    } else {
        let (sender, connection) = http1::handshake(io).await?;
        driver.spawn(async { drop(connection.with_upgrades().await) });
        Sender::Http1(sender)
    };
    Ok((sender, driver))
}

// === impl Connection ===

impl Connection {
    /// Sends one request and reads the whole response.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Reply> {
        deadline::within("the response", LIMIT, async {
            Reply::read(self.open(request).await?).await
        })
        .await
    }

    /// Sends one request and returns the response as soon as its head is there.
    pub async fn open<B>(&mut self, request: Request<B>) -> Result<Response<Incoming>>
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
    {
        let mut request = request.map(BodyExt::boxed);
        let head = async {
            match &mut self.sender {
                Sender::Http1(sender) => {
                    claim_host(&mut request)?;
                    sender.ready().await.context("the connection is closed")?;
                    sender
                        .send_request(request)
                        .await
                        .context("HTTP/1.1 request")
                }
                Sender::Http2(sender) => {
                    claim_scheme(&mut request, self.is_tls)?;
                    sender.ready().await.context("the connection is closed")?;
                    sender.send_request(request).await.context("HTTP/2 request")
                }
            }
        };
        deadline::within("the response's head", LIMIT, head).await
    }
}

/// HTTP/1.1 carries the authority in a header and the path alone in the request line.
fn claim_host(request: &mut Request<Boxed>) -> Result<()> {
    let uri = request.uri().clone();
    let authority = uri.authority().context("a URL without a host")?;
    if !request.headers().contains_key(HOST) {
        request
            .headers_mut()
            .insert(HOST, authority.as_str().parse()?);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse()?;
    Ok(())
}

fn claim_scheme(request: &mut Request<Boxed>, is_tls: bool) -> Result<()> {
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(if is_tls { "https" } else { "http" }.parse()?);
    *request.uri_mut() = Uri::from_parts(parts)?;
    Ok(())
}

// === impl Reply ===

impl Reply {
    async fn read(response: Response<Incoming>) -> Result<Reply> {
        let (head, body) = response.into_parts();
        let collected = body.collect().await.context("the body")?;
        Ok(Reply {
            status: head.status,
            version: head.version,
            headers: head.headers,
            trailers: collected.trailers().cloned().unwrap_or_default(),
            body: collected.to_bytes(),
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A response header, empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// What the echoing upstream says it received; in an event stream, the first event does.
    pub fn echo(&self) -> Result<Echo> {
        if self.status != StatusCode::OK {
            bail!("status {}: {}", self.status, self.text());
        }
        let text = self.text();
        let event = text.lines().find_map(|line| line.strip_prefix("data: "));
        let echo = serde_json::from_str(event.unwrap_or(&text)).context("not an echo")?;
        Ok(Echo(echo))
    }
}

/// What an upstream received.
#[derive(Debug)]
pub struct Echo(pub Value);

// === impl Echo ===

impl Echo {
    /// A field: `upstream`, `method`, `path`, `version`, `body`.
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Every value of a request header, joined by `, `; empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.0
            .get("headers")
            .and_then(|headers| headers.get(name))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}
