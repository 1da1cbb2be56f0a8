//! The built binary as a child process, and a plain HTTP client for it.
//!
//! It must not know what is tested. Invariants: the child ends with the test, and every wait has a
//! deadline.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinSet;

const DEADLINE: Duration = Duration::from_secs(20);

const CHAT: &str = "/v1/chat/completions";

pub(crate) struct Provider {
    child: Child,
    input: Option<ChildStdin>,
    address: String,
}

/// A whole response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    headers: HeaderMap,
}

/// A response whose body is read piece by piece.
pub(crate) struct Open {
    response: Response<Incoming>,
    _connection: JoinSet<()>,
}

// === impl Provider ===

impl Provider {
    pub(crate) async fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tidegate-mock-provider"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let input = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let line = tokio::time::timeout(DEADLINE, lines.next_line())
            .await
            .expect("in time");
        let line = line.expect("a pipe").expect("a line");
        let address = line
            .strip_prefix("listening on http://")
            .expect("the address")
            .to_owned();
        assert!(!address.ends_with(":0"), "the chosen port is told");
        Self {
            child,
            input,
            address,
        }
    }

    pub(crate) async fn post(&self, body: &Value) -> Reply {
        self.send_chat(body, &[]).await
    }

    pub(crate) async fn send_chat(&self, body: &Value, headers: &[(&str, &str)]) -> Reply {
        self.send("POST", CHAT, headers, body.to_string().as_bytes())
            .await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let sent = self.try_send(method, path, headers, body);
        let reply = tokio::time::timeout(DEADLINE, sent).await.expect("in time");
        reply.expect("a whole response")
    }

    pub(crate) async fn try_post(&self, body: &Value) -> Result<Reply, hyper::Error> {
        self.try_send("POST", CHAT, &[], body.to_string().as_bytes())
            .await
    }

    pub(crate) async fn open(&self, body: &Value) -> Open {
        self.open_at(CHAT, &[], body.to_string().as_bytes()).await
    }

    pub(crate) async fn open_at(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Open {
        let opened = self.exchange("POST", path, headers, body);
        tokio::time::timeout(DEADLINE, opened)
            .await
            .expect("in time")
            .expect("a head")
    }

    pub(crate) async fn post_http2(&self, body: &Value) -> Reply {
        let stream = TcpStream::connect(&self.address)
            .await
            .expect("a connection");
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .expect("a handshake");
        let mut tasks = JoinSet::new();
        tasks.spawn(async { drop(connection.await) });
        let request = Request::post(format!("http://{}{CHAT}", self.address))
            .body(Full::<Bytes>::from(body.to_string()))
            .expect("a request");
        let response = sender.send_request(request).await.expect("a response");
        Reply::read(response).await.expect("a body")
    }

    /// Sends a request and reads the plain bytes of the connection to its end.
    pub(crate) async fn raw(&self, body: &Value) -> io::Result<Vec<u8>> {
        let body = body.to_string();
        let head = format!(
            "POST {CHAT} HTTP/1.1\r\nhost: mock\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).await?;
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        read_all(&mut stream).await
    }

    /// Sends these bytes and that no more will come, and reads the connection to its end.
    pub(crate) async fn raw_bytes(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address).await?;
        stream.write_all(bytes).await?;
        stream.shutdown().await?;
        read_all(&mut stream).await
    }

    pub(crate) async fn requests(&self) -> Vec<Value> {
        let reply = self.send("GET", "/_mock/requests", &[], b"").await;
        reply
            .json()
            .get("requests")
            .and_then(Value::as_array)
            .expect("requests")
            .clone()
    }

    pub(crate) fn terminate(&self) {
        let id = self.child.id().expect("running").to_string();
        let sent = std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status();
        assert!(sent.expect("kill").success());
    }

    pub(crate) fn close_input(&mut self) {
        self.input.take().expect("open");
    }

    pub(crate) async fn end(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(DEADLINE, self.child.wait());
        ended.await.expect("in time").expect("a status")
    }

    async fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, hyper::Error> {
        let Open {
            response,
            _connection,
        } = self.exchange(method, path, headers, body).await?;
        Reply::read(response).await
    }

    async fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Open, hyper::Error> {
        let stream = TcpStream::connect(&self.address)
            .await
            .expect("a connection");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async { drop(connection.await) });
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "mock");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::copy_from_slice(body));
        let response = sender
            .send_request(request.body(body).expect("a request"))
            .await?;
        Ok(Open {
            response,
            _connection: tasks,
        })
    }
}

async fn read_all(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut seen = Vec::new();
    let read = stream.read_to_end(&mut seen);
    tokio::time::timeout(DEADLINE, read)
        .await
        .expect("in time")?;
    Ok(seen)
}

// === impl Reply ===

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    async fn read(response: Response<Incoming>) -> Result<Self, hyper::Error> {
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Self {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }
}

// === impl Open ===

impl Open {
    /// The next piece of the body; `None` at its end.
    pub(crate) async fn piece(&mut self) -> Option<Result<Bytes, hyper::Error>> {
        let frame = self.response.body_mut().frame().await?;
        Some(frame.map(|frame| frame.into_data().expect("data")))
    }
}
