//! Commands that ask a running instance: here one that serves canned answers behind the real authentication.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use grpc::admin::admin_server::{Admin, AdminServer};
use grpc::identity::{Authenticate, Caller, Guard, Purpose, Rights};
use grpc::listen::bind_unix;
use grpc::token::{RunSecret, Subject};
use proto::tidegate::v1::{
    GatewayStatus, GetSnapshotRequest, GetStatusRequest, Infrastructure, ProxyState, ProxyStatus,
    SnapshotResponse, StatusResponse, WatchInfrastructureRequest,
};
use tonic::{Request, Response, Status};

use crate::manifests::{GATEWAY, ROUTE, directory};
use crate::{Run, tidegate};

struct Canned(Guard);

impl Canned {
    async fn authorize<T: Sync>(&self, request: &Request<T>) -> Result<(), Status> {
        let identity = self
            .0
            .identify(&Caller::of(request), Purpose::Admin)
            .await?;
        match identity.rights {
            Rights::Operator => Ok(()),
            Rights::Viewer | Rights::Gateways(_) => {
                Err(Status::permission_denied("not an operator"))
            }
        }
    }
}

#[tonic::async_trait]
impl Admin for Canned {
    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<StatusResponse>, Status> {
        self.authorize(&request).await?;
        let proxy = ProxyStatus {
            node_id: "edge-1".to_owned(),
            state: ProxyState::Applied.into(),
            ..ProxyStatus::default()
        };
        let gateway = GatewayStatus {
            namespace: "default".to_owned(),
            name: "edge".to_owned(),
            proxies: vec![proxy],
            ..GatewayStatus::default()
        };
        Ok(Response::new(StatusResponse {
            gateways: vec![gateway],
            ..StatusResponse::default()
        }))
    }

    async fn get_snapshot(
        &self,
        request: Request<GetSnapshotRequest>,
    ) -> Result<Response<SnapshotResponse>, Status> {
        self.authorize(&request).await?;
        match request.get_ref().name.as_str() {
            "edge" => Ok(Response::new(SnapshotResponse::default())),
            other => Err(Status::not_found(format!("no Gateway {other}"))),
        }
    }

    type WatchInfrastructureStream = tokio_stream::Empty<Result<Infrastructure, Status>>;

    async fn watch_infrastructure(
        &self,
        request: Request<WatchInfrastructureRequest>,
    ) -> Result<Response<Self::WatchInfrastructureStream>, Status> {
        self.authorize(&request).await?;
        Ok(Response::new(tokio_stream::empty()))
    }
}

/// Serves while `work` runs; `token` is what stands in the token file.
fn with_instance(token: impl FnOnce(&RunSecret) -> String, work: impl FnOnce(&str)) {
    let dir = tempfile::tempdir().expect("temporary directory");
    let secret = RunSecret::new([7; 32]);
    fs::write(dir.path().join("admin-token"), token(&secret)).expect("written");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let server = {
        let _guard = runtime.enter();
        serve(dir.path(), secret)
    };
    let handle = runtime.handle().spawn(server);
    work(&dir.path().display().to_string());
    handle.abort();
}

fn serve(dir: &Path, secret: RunSecret) -> impl Future<Output = ()> + use<> {
    let (listener, file) = bind_unix(&dir.join("control-plane.sock")).expect("bound");
    let incoming = tokio_stream::wrappers::UnixListenerStream::new(listener);
    let judge: Arc<dyn Authenticate> = Arc::new(secret);
    let service = AdminServer::new(Canned(Guard::new([judge])));
    async move {
        let _file = file;
        let server = tonic::transport::Server::builder().add_service(service);
        server.serve_with_incoming(incoming).await.expect("served");
    }
}

fn admin(secret: &RunSecret) -> String {
    secret.mint(&Subject::Admin)
}

fn at(run_dir: &str, arguments: &[&str]) -> Run {
    tidegate(&[arguments, &["--run-dir", run_dir]].concat())
}

#[test]
fn status_is_found_and_printed() {
    with_instance(admin, |dir| {
        let run = at(dir, &["status"]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.out.contains("default/edge"), "{}", run.out);
        let run = at(dir, &["status", "-o", "json"]);
        let value: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!(
            value["gateways"][0]["proxies"][0]["state"],
            "PROXY_STATE_APPLIED"
        );
        let run = at(dir, &["status", "-g", "default/other"]);
        assert_eq!(run.code, 1);
    });
}

/// What the proxy of the Gateway tells of its providers.
const PROVIDERS: &str = r#"{"endpoints":[],"keys":[
    {"backend":"backend/default/chat","provider":"backend","key":"secret/default/key-a/Authorization","ejected_for_ms":4000},
    {"backend":"backend/default/chat","provider":"backend","key":"secret/default/key-b/Authorization","ejected_for_ms":null}
]}"#;

/// Answers one question after another in the place of the Gateway's proxy.
fn proxy(socket: &Path) {
    let listener = std::os::unix::net::UnixListener::bind(socket).expect("bound");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a request");
                request.extend(byte);
            }
            let answer = match request.starts_with(b"GET /providers ") {
                true => format!("HTTP/1.0 200 OK\r\n\r\n{PROVIDERS}"),
                false => "HTTP/1.0 404 Not Found\r\n\r\n".to_owned(),
            };
            stream.write_all(answer.as_bytes()).expect("answered");
        }
    });
}

#[test]
fn keys_that_are_out_are_told_and_no_fault() {
    with_instance(admin, |dir| {
        let run = at(dir, &["status"]);
        assert!(!run.out.contains("KEYS OUT"), "{}", run.out);
        proxy(&Path::new(dir).join("proxy-default.edge.sock"));
        let run = at(dir, &["status"]);
        assert_eq!(run.code, 0, "{}", run.err);
        for words in [
            "KEYS OUT",
            "1 of 2",
            "backend/default/chat",
            "default/key-a 4s",
        ] {
            assert!(run.out.contains(words), "{words}: {}", run.out);
        }
        assert!(!run.out.contains("key-b"), "{}", run.out);
        let run = at(dir, &["status", "-o", "json"]);
        let value: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!(value["keysOut"][0]["keys"], 2);
        assert_eq!(value["keysOut"][0]["out"][0]["secret"], "default/key-a");
    });
}

#[test]
fn what_runs_is_compared_with_manifests() {
    let manifests = directory(&[("gateway.yaml", GATEWAY), ("route.yaml", ROUTE)]);
    let path = manifests.path().display().to_string();
    with_instance(admin, |dir| {
        let run = at(dir, &["snapshot", "diff", "-f", &path]);
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(run.out.starts_with("Gateway default/edge: "), "{}", run.out);
        assert!(
            run.out.contains("+ listener gw/default/edge/listener/8080"),
            "{}",
            run.out
        );
    });
}

#[test]
fn a_gateway_without_resources_can_be_explained() {
    with_instance(admin, |dir| {
        let run = at(dir, &["explain", "request", "--host", "a.example.com"]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(
            run.out.contains("the Gateway has no listener"),
            "{}",
            run.out
        );
        let run = at(dir, &["snapshot", "get", "-g", "default/other"]);
        assert_eq!(run.code, 1);
        assert!(
            run.err
                .contains("no Gateway other; `tidegate status` lists"),
            "{}",
            run.err
        );
    });
}

#[test]
fn a_wrong_token_is_told() {
    let other = |_: &RunSecret| RunSecret::new([8; 32]).mint(&Subject::Admin);
    with_instance(other, |dir| {
        let run = at(dir, &["status"]);
        assert_eq!(run.code, 1);
        assert!(run.err.contains("does not accept the token"), "{}", run.err);
    });
    with_instance(
        |_| String::new(),
        |dir| {
            let run = at(dir, &["status"]);
            assert_eq!(run.code, 1);
            assert!(run.err.contains("damaged"), "{}", run.err);
        },
    );
}
