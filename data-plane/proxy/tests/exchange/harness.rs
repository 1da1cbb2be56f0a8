//! A proxy, its configuration and its neighbours, for tests.
//!
//! Owns the way from JSON resources to a committed configuration, small upstreams and small clients, all on
//! real sockets. Must not assert anything about the proxy. Resources go through the same stage and commit as
//! those of a control plane.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    rc::Rc,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use bytes::Bytes;
use dp_config::{Config, Stage};
use dp_proxy::{AccessLog, AccessLogFormat, Options, Prepared, Proxy, Unprepared};
use dp_upstream::resolve::Resolver;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use prometheus_client::registry::Registry;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use proto::{tidegate::v1::CommitOrigin, type_url::TypeUrl};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, interval, timeout},
};
use xds::{client::Received, resource::Resource, snapshot::Snapshot};

/// No test waits longer for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(proto::DESCRIPTORS).expect("descriptors"));

/// A running proxy and what it wrote.
pub(crate) struct World {
    pub(crate) proxy: Proxy,
    pub(crate) registry: Registry,
    stage: RefCell<Stage>,
    held: RefCell<Snapshot>,
    lines: Lines,
}

/// The access log of a test.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

// === impl World ===

impl World {
    /// A proxy with one worker and nothing to serve.
    pub(crate) fn start() -> World {
        World::start_with(None)
    }

    /// The same with names from elsewhere than the system.
    pub(crate) fn start_with(resolver: Option<Resolver>) -> World {
        let (mut registry, lines) = (Registry::default(), Lines::default());
        let mut options = Options::new(&mut registry);
        let sink = Box::new(lines.clone());
        options.access_log = Some(AccessLog {
            format: AccessLogFormat::Json,
            sink,
        });
        options.resolver = resolver;
        let proxy = Proxy::start(options).unwrap();
        World {
            proxy,
            registry,
            stage: RefCell::default(),
            held: RefCell::default(),
            lines,
        }
    }

    /// A proxy that serves these resources.
    pub(crate) fn serving(resources: &[Value]) -> World {
        let world = World::start();
        world.commit(resources);
        world
    }

    /// Makes these resources, and no others, active.
    pub(crate) fn commit(&self, resources: &[Value]) {
        self.prepare(resources).unwrap().commit();
    }

    /// Stages these resources and prepares what a Commit makes of them.
    pub(crate) fn prepare(&self, resources: &[Value]) -> Result<Prepared, Vec<Unprepared>> {
        let config = self.config(resources);
        self.proxy.prepare(config)
    }

    fn config(&self, resources: &[Value]) -> Arc<Config> {
        let mut next = Snapshot::default();
        for resource in resources {
            next.insert(encode(resource));
        }
        let next = next.committed("commit/test/test", CommitOrigin::default());
        let (mut stage, mut held) = (self.stage.borrow_mut(), self.held.borrow_mut());
        for type_url in TypeUrl::ALL {
            if type_url == TypeUrl::Commit {
                continue;
            }
            let received: Vec<_> = next.iter(type_url).map(received).collect();
            let gone: Vec<_> = held
                .iter(type_url)
                .filter(|old| next.get(type_url, old.name()).is_none())
                .map(|old| old.name().to_string())
                .collect();
            stage.apply(type_url, &received, &gone).unwrap();
        }
        let commit = next.iter(TypeUrl::Commit).next().unwrap();
        let config = stage.prepare(&received(commit)).unwrap();
        stage.activate(config.clone());
        *held = next;
        config
    }

    /// The address of a listener.
    pub(crate) fn address(&self, name: &str) -> SocketAddr {
        let listeners = self.proxy.listeners();
        listeners
            .iter()
            .find(|listener| listener.name == name)
            .expect("no such listener")
            .address
    }

    /// The first line of the access log that `wanted` accepts.
    pub(crate) async fn line(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        until("a line of the access log", async || {
            let text = String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap();
            let mut lines = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.find(|line| wanted(line))
        })
        .await
    }

    /// Waits until the metrics hold this text.
    pub(crate) async fn counts(&self, text: &str) {
        until(text, async || self.metrics().contains(text).then_some(())).await;
    }

    /// The metrics as they are scraped.
    pub(crate) fn metrics(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        text
    }
}

fn received(resource: &Arc<Resource>) -> Received {
    Received {
        name: resource.name().to_string(),
        version: resource.version().hex(),
        message: resource.message().clone(),
        metadata: None,
    }
}

/// A resource of the type that `@type` names.
fn encode(resource: &Value) -> Arc<Resource> {
    let mut fields = resource.as_object().unwrap().clone();
    let type_name = fields.remove("@type").expect("a resource has a type");
    let type_name = type_name.as_str().unwrap();
    let descriptor = POOL.get_message_by_name(type_name).expect("a known type");
    let message = DynamicMessage::deserialize(descriptor, Value::Object(fields.clone())).unwrap();
    let name = fields
        .get("name")
        .or(fields.get("cluster_name"))
        .unwrap()
        .as_str()
        .unwrap();
    let type_url = format!("type.googleapis.com/{type_name}").parse().unwrap();
    Resource::new(type_url, name, message.encode_to_vec().into(), None)
}

// === resources ===

/// Settings of an HTTP connection manager beyond the usual ones.
pub(crate) fn manager(routes: &str, more: Value) -> Value {
    let mut manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "test",
        "rds": {"route_config_name": routes, "config_source": {"ads": {}}},
        "http_filters": [{
            "name": "envoy.filters.http.router",
            "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
        }],
        "use_remote_address": true,
        "preserve_external_request_id": true,
        "normalize_path": true,
        "merge_slashes": true,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
    });
    merge(&mut manager, more);
    manager
}

/// A chain with one HTTP connection manager.
pub(crate) fn chain(manager: Value) -> Value {
    json!({"filters": [{
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": manager,
    }]})
}

/// A listener on a free port of the loopback interface.
pub(crate) fn listener(name: &str, chains: Vec<Value>) -> Value {
    json!({
        "@type": "envoy.config.listener.v3.Listener",
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": chains,
    })
}

/// A plain listener named `http` over the route configuration `routes`.
pub(crate) fn http_listener() -> Value {
    listener("http", vec![chain(manager("routes", json!({})))])
}

/// The route configuration `routes` with these routes for every host.
pub(crate) fn routes(routes: Vec<Value>) -> Value {
    json!({
        "@type": "envoy.config.route.v3.RouteConfiguration",
        "name": "routes",
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}],
    })
}

/// A route for everything below `/` to a cluster, with more fields of its action.
pub(crate) fn route_to(cluster: &str, more: Value) -> Value {
    let mut action = json!({"cluster": cluster, "timeout": "0s"});
    merge(&mut action, more);
    json!({"match": {"prefix": "/"}, "route": action})
}

/// A cluster with one endpoint, with more fields.
pub(crate) fn cluster(name: &str, address: SocketAddr, more: Value) -> Value {
    let mut cluster = json!({
        "@type": "envoy.config.cluster.v3.Cluster",
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        "lb_policy": "LEAST_REQUEST",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": {
            "address": {"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}},
        }}]}]},
    });
    merge(&mut cluster, more);
    cluster
}

/// A cluster field: HTTP/2.
pub(crate) fn http2() -> Value {
    json!({"typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }}})
}

/// The usual world: one listener, one route, one HTTP/1.1 upstream.
pub(crate) fn simple(upstream: SocketAddr) -> Vec<Value> {
    vec![
        http_listener(),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", upstream, json!({})),
    ]
}

fn merge(into: &mut Value, more: Value) {
    let Value::Object(more) = more else {
        panic!("not an object")
    };
    into.as_object_mut().unwrap().extend(more);
}

// === upstreams ===

/// What an upstream saw.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) connections: Rc<Cell<u32>>,
    pub(crate) requests: Rc<RefCell<Vec<(http::request::Parts, Bytes)>>>,
}

/// An HTTP/1.1 upstream that answers with `answer`, which gets head and body.
pub(crate) async fn upstream<F, R>(answer: F) -> (SocketAddr, Seen)
where
    F: Fn(http::request::Parts, Bytes) -> R + Clone + 'static,
    R: Future<Output = Response<Full<Bytes>>> + 'static,
{
    let (listener, address) = listen().await;
    let seen = Seen::default();
    let all = seen.clone();
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            all.connections.set(all.connections.get() + 1);
            let (answer, requests) = (answer.clone(), all.requests.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (answer, requests) = (answer.clone(), requests.clone());
                async move {
                    let (head, body) = request.into_parts();
                    let body = body
                        .collect()
                        .await
                        .map(|body| body.to_bytes())
                        .unwrap_or_default();
                    requests.borrow_mut().push((head.clone(), body.clone()));
                    Ok::<_, Infallible>(answer(head, body).await)
                }
            });
            tokio::task::spawn_local(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (address, seen)
}

/// An upstream that answers every request with `ok` and its path.
pub(crate) async fn echo_path() -> (SocketAddr, Seen) {
    upstream(|head, _| async move { Response::new(Full::from(format!("ok {}", head.uri))) }).await
}

/// An upstream made of raw bytes: `talk` gets each connection.
pub(crate) async fn raw_upstream<F, R>(talk: F) -> SocketAddr
where
    F: Fn(TcpStream) -> R + 'static,
    R: Future<Output = ()> + 'static,
{
    let (listener, address) = listen().await;
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(talk(stream));
        }
    });
    address
}

/// Reads up to the end of a head.
pub(crate) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            break;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Asks again and again until the answer is there.
pub(crate) async fn until<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    let mut pace = interval(Duration::from_millis(5));
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        pace.tick().await;
    }
}

// === clients ===

/// A response, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A GET for `example.com` on a connection of its own.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Answer {
    let request = Request::get(path)
        .header("host", "example.com")
        .body(Full::default());
    send(address, request.unwrap()).await
}

/// A request on a connection of its own.
pub(crate) async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Answer {
    try_send(address, request).await.unwrap()
}

/// A request on a connection of its own; errors of the body included.
pub(crate) async fn try_send(
    address: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<Answer, hyper::Error> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(connection);
    let response = timeout(PATIENCE, sender.send_request(request))
        .await
        .expect("no response")?;
    whole(response).await
}

/// Collects a response.
pub(crate) async fn whole(response: Response<Incoming>) -> Result<Answer, hyper::Error> {
    let (head, body) = response.into_parts();
    let body = timeout(PATIENCE, body.collect()).await.expect("no end")?;
    let trailers = body.trailers().cloned();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: body.to_bytes(),
        trailers,
    })
}

/// Writes bytes and reads until the proxy closes or `PATIENCE` is over.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("still open");
    String::from_utf8_lossy(&answer).into_owned()
}
