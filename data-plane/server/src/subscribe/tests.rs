//! The subscription against a real management server over a Unix socket, with a real dp-proxy behind it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dp_proxy::{Options, Proxy};
use grpc::address::Address;
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use prometheus_client::registry::Registry;
use proto::name;
use proto::type_url::TypeUrl;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use xds::server::Mode;
use xds::snapshot::Snapshot;

use self::management::{Management, Seen};
use super::{Subscription, describe, token};
use crate::apply_trace::ApplyTraces;
use crate::args::Token;
use crate::metrics::ConfigMetrics;
use crate::settings::{ControlPlane, Dialect, TokenSource};
use crate::standing::{Standing, StandingWriter};

mod fixture;
mod management;
mod trace;

/// A test that waits longer than this fails.
const DEADLINE: Duration = Duration::from_secs(10);

/// A proxy that follows whatever listens at `address`.
struct Follower {
    address: Address,
    standing: watch::Receiver<Standing>,
    registry: Registry,
    _dir: TempDir,
    _tasks: JoinSet<()>,
}

// === impl Follower ===

impl Follower {
    fn start(dialect: Dialect) -> Self {
        Follower::traced(dialect, ApplyTraces::default())
    }

    fn traced(dialect: Dialect, traces: ApplyTraces) -> Self {
        let dir = tempfile::tempdir().expect("tempdir");
        let address = Address::unix(dir.path().join("ads.sock"));
        let mut registry = Registry::default();
        let metrics = ConfigMetrics::register(&mut registry);
        let proxy = Arc::new(Proxy::start(Options::new(&mut registry)).expect("proxy"));
        let standing = StandingWriter::new();
        let control_plane = ControlPlane {
            tls: None,
            address: address.clone(),
            token: TokenSource::None,
            dialect,
            node_id: "test".to_owned(),
            node_cluster: "test".to_owned(),
        };
        let reader = standing.subscribe();
        let mut tasks = JoinSet::new();
        let subscription = Subscription::new(&control_plane, proxy, standing, metrics);
        tasks.spawn(subscription.traced(traces).run());
        Follower {
            address,
            standing: reader,
            registry,
            _dir: dir,
            _tasks: tasks,
        }
    }

    fn tidegate() -> Self {
        Follower::start(Dialect::Tidegate("ns/gw".parse().expect("name")))
    }

    fn management(&self, mode: Mode, desired: Snapshot) -> Management {
        Management::start(&self.address, mode, desired)
    }

    async fn until(&mut self, what: &str, is_true: impl Fn(&Standing) -> bool) {
        let waiting = self.standing.wait_for(|standing| is_true(standing));
        let found = tokio::time::timeout(DEADLINE, waiting)
            .await
            .map(|found| found.is_ok());
        assert_eq!(
            found,
            Ok(true),
            "{what} never happened: {:?}",
            self.standing.borrow()
        );
    }

    async fn until_active(&mut self, snapshot: &Snapshot) {
        let id = snapshot.commit_id().expect("committed").to_string();
        self.until(&format!("commit {id}"), |standing| {
            commit_of(standing) == Some(&id)
        })
        .await;
    }

    fn metric(&self, name: &str) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("encodes");
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_default().to_owned()
    }
}

fn commit_of(standing: &Standing) -> Option<&str> {
    standing
        .active
        .as_ref()
        .map(|config| config.commit_id().as_ref())
}

/// What a client on the listener gets for `/`.
async fn get(port: u16) -> String {
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connect");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .expect("handshake");
    let request = http::Request::builder()
        .uri("/")
        .header("host", "a.example");
    let request = request.body(Empty::<Bytes>::new()).expect("request");
    let exchange = async move {
        let response = sender.send_request(request).await.expect("response");
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .expect("body")
            .to_bytes();
        format!("{status} {}", String::from_utf8_lossy(&body))
    };
    // The connection ends with its sender; how, is not the question here.
    let (text, _) = tokio::join!(exchange, connection);
    text
}

/// The requests of a stream that are neither ACK nor NACK: the first of each type.
fn openings(seen: &[Seen], stream: usize) -> BTreeMap<String, BTreeMap<String, String>> {
    seen.iter()
        .filter_map(|seen| seen.request(stream))
        .filter(|request| request.response_nonce.is_empty())
        .map(|request| {
            (
                request.type_url.clone(),
                request.initial_resource_versions.clone(),
            )
        })
        .collect()
}

fn sent(seen: &[Seen], stream: usize) -> Vec<String> {
    seen.iter()
        .filter_map(|seen| seen.sent(stream))
        .flatten()
        .cloned()
        .collect()
}

fn applied(seen: &[Seen], snapshot: &Snapshot) -> Option<()> {
    let wanted = snapshot.commit_id().expect("committed");
    seen.iter()
        .any(|seen| matches!(seen, Seen::Applied(id) if **id == **wanted))
        .then_some(())
}

#[tokio::test]
async fn a_commit_is_applied_and_then_acknowledged() {
    let mut follower = Follower::tidegate();
    let port = fixture::port();
    let first = fixture::snapshot(port, "one");
    let server = follower.management(Mode::Transactional, first.clone());
    server
        .until("the first commit", |seen| applied(seen, &first))
        .await;
    // An ACK means that it is served already.
    assert_eq!(get(port).await, "200 one");
    follower.until_active(&first).await;

    let second = fixture::snapshot(port, "two");
    server.publish(second.clone());
    server
        .until("the second commit", |seen| applied(seen, &second))
        .await;
    assert_eq!(get(port).await, "200 two");
    let resent = sent(&server.seen(), 0);
    let listeners = resent
        .iter()
        .filter(|name| **name == name::listener("ns", "gw", port))
        .count();
    assert_eq!(listeners, 1, "one edit ships what changed: {resent:?}");
    assert_eq!(
        follower.metric("tidegate_proxy_commits_total{outcome=\"Accepted\"}"),
        "2"
    );
    assert_eq!(follower.metric("tidegate_proxy_xds_connected"), "1");
}

#[tokio::test]
async fn a_bad_resource_is_refused_by_name_and_field_and_the_rest_goes_on() {
    let mut follower = Follower::tidegate();
    let port = fixture::port();
    let good = fixture::snapshot(port, "good");
    let server = follower.management(Mode::Transactional, good.clone());
    server
        .until("the good commit", |seen| applied(seen, &good))
        .await;

    server.publish(fixture::with_bad_rule(port));
    let rule = fixture::rule_name(port, "bad");
    let nack = server
        .until("the NACK of the Commit", |seen| {
            let mut nacks = seen.iter().filter_map(Seen::nack);
            nacks.find(|nack| *nack.type_url == *TypeUrl::Commit.as_str())
        })
        .await;
    let report = nack.report.expect("a report");
    let item = report.items.first().expect("an item");
    assert_eq!(
        (item.name.as_str(), item.type_url.as_str()),
        (&*rule, TypeUrl::RouteRule.as_str())
    );
    assert!(item.path.contains("safe_regex"), "{item:?}");
    assert!(!item.version.is_empty());
    assert_eq!(nack.code, 3);
    assert!(nack.message.contains(&rule), "{}", nack.message);
    assert_eq!(get(port).await, "200 good");
    follower
        .until("the rejection", |standing| standing.rejection.is_some())
        .await;

    let mended = fixture::snapshot(port, "mended");
    server.publish(mended.clone());
    server
        .until("the mended commit", |seen| applied(seen, &mended))
        .await;
    assert_eq!(get(port).await, "200 mended");
    follower
        .until("the end of the rejection", |standing| {
            standing.rejection.is_none()
        })
        .await;
    let opened = server.seen().iter().any(|seen| seen.request(1).is_some());
    assert!(!opened, "a refusal is no reason for a new stream");
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused_and_nothing_changes() {
    let follower = Follower::tidegate();
    let (port, taken) = (
        fixture::port(),
        std::net::TcpListener::bind("127.0.0.1:0").expect("bind"),
    );
    let good = fixture::snapshot(port, "good");
    let server = follower.management(Mode::Transactional, good.clone());
    server
        .until("the good commit", |seen| applied(seen, &good))
        .await;
    let taken_port = taken.local_addr().expect("address").port();
    server.publish(fixture::with_listener(port, taken_port));
    let nack = server
        .until("the NACK", |seen| seen.iter().find_map(Seen::nack))
        .await;
    let listener = name::listener("ns", "gw", taken_port);
    assert!(
        nack.culprits.iter().any(|name| **name == *listener),
        "{nack:?}"
    );
    assert_eq!(nack.code, 14);
    assert_eq!(get(port).await, "200 good");
}

#[tokio::test]
async fn a_new_stream_claims_what_is_held_and_gets_nothing_again() {
    let mut follower = Follower::tidegate();
    let port = fixture::port();
    let snapshot = fixture::snapshot(port, "one");
    let server = follower.management(Mode::Transactional, snapshot.clone());
    server
        .until("the commit", |seen| applied(seen, &snapshot))
        .await;
    follower.until_active(&snapshot).await;

    drop(server);
    follower
        .until("the loss", |standing| !standing.connected)
        .await;
    assert_eq!(
        get(port).await,
        "200 one",
        "the last configuration is served"
    );

    let server = follower.management(Mode::Transactional, snapshot.clone());
    let versions = server
        .until("the second stream", |seen| {
            let openings = openings(seen, 0);
            (openings.len() == TypeUrl::ALL.len()).then_some(openings)
        })
        .await;
    let listener = snapshot.iter(TypeUrl::Listener).next().expect("a listener");
    let claimed = &versions[TypeUrl::Listener.as_str()];
    assert_eq!(
        claimed.get(&**listener.name()),
        Some(&listener.version().hex())
    );

    let next = fixture::snapshot(port, "two");
    server.publish(next.clone());
    server
        .until("the next commit", |seen| applied(seen, &next))
        .await;
    let again: Vec<String> = sent(&server.seen(), 0);
    let unchanged = name::listener("ns", "gw", port);
    assert!(!again.contains(&unchanged), "sent again: {again:?}");
    assert_eq!(get(port).await, "200 two");
    assert_eq!(follower.metric("tidegate_proxy_xds_connections_total"), "2");
}

#[tokio::test]
async fn a_digest_that_differs_brings_everything_afresh() {
    let mut follower = Follower::tidegate();
    let port = fixture::port();
    let first = fixture::snapshot(port, "one");
    let server = follower.management(Mode::Transactional, first.clone());
    server
        .until("the first commit", |seen| applied(seen, &first))
        .await;

    server.publish(fixture::with_wrong_digest(port, "two"));
    let nack = server
        .until("the NACK", |seen| seen.iter().find_map(Seen::nack))
        .await;
    assert_eq!(nack.code, 9, "{nack:?}");
    let claims = server
        .until("a stream without claims", |seen| {
            let openings = openings(seen, 1);
            (openings.len() == TypeUrl::ALL.len()).then_some(openings)
        })
        .await;
    assert!(claims.values().all(BTreeMap::is_empty), "{claims:?}");
    assert_eq!(get(port).await, "200 one", "what is served stays");

    let mended = fixture::snapshot(port, "two");
    server.publish(mended.clone());
    server
        .until("the mended commit", |seen| applied(seen, &mended))
        .await;
    follower.until_active(&mended).await;
    assert_eq!(get(port).await, "200 two");
    // Each stream that was sent the wrong Commit refused it.
    let mismatches = follower.metric("tidegate_proxy_commits_total{outcome=\"Mismatch\"}");
    assert_ne!(mismatches, "", "counted");
}

#[tokio::test]
async fn the_commit_of_another_gateway_is_refused() {
    let follower = Follower::start(Dialect::Tidegate("ns/other".parse().expect("name")));
    let server = follower.management(Mode::Transactional, fixture::snapshot(fixture::port(), "x"));
    let nack = server
        .until("the NACK", |seen| seen.iter().find_map(Seen::nack))
        .await;
    assert!(nack.message.contains("commit/ns/other"), "{}", nack.message);
}

#[tokio::test]
async fn a_foreign_server_is_followed_by_name_and_without_commits() {
    let mut follower = Follower::start(Dialect::Foreign);
    let port = fixture::port();
    let server = follower.management(Mode::Plain, fixture::foreign(port, "one"));
    follower
        .until("a whole configuration", |standing| {
            standing.readiness().is_ok()
        })
        .await;
    assert_eq!(get(port).await, "200 one");
    let seen = server.seen();
    let asked: Vec<(&str, Vec<&str>)> = seen
        .iter()
        .filter_map(|seen| seen.request(0))
        .filter(|request| request.response_nonce.is_empty())
        .map(|request| {
            let names = request.resource_names_subscribe.iter().map(String::as_str);
            (request.type_url.as_str(), names.collect())
        })
        .collect();
    // The first request of a type without names is the wildcard.
    let wanted = [
        (TypeUrl::Cluster, vec![]),
        (TypeUrl::Listener, vec![]),
        (TypeUrl::Endpoint, vec!["upstream"]),
        (TypeUrl::RouteConfiguration, vec!["routes"]),
    ];
    assert_eq!(
        asked,
        wanted.map(|(type_url, names)| (type_url.as_str(), names))
    );

    server.publish(fixture::foreign(port, "two"));
    let reader = follower.standing.clone();
    let before = reader
        .borrow()
        .active
        .as_ref()
        .map(|c| Arc::clone(c.commit_id()));
    follower
        .until("another configuration", |standing| {
            standing.active.as_ref().map(|c| Arc::clone(c.commit_id())) != before
        })
        .await;
    assert_eq!(get(port).await, "200 two");
}

#[tokio::test]
async fn a_foreign_server_is_told_what_is_wrong() {
    let mut follower = Follower::start(Dialect::Foreign);
    let port = fixture::port();
    let server = follower.management(Mode::Plain, fixture::foreign(port, "one"));
    follower
        .until("a whole configuration", |standing| {
            standing.readiness().is_ok()
        })
        .await;
    server.publish(fixture::foreign_with_bad_route(port));
    let nack = server
        .until("the NACK", |seen| seen.iter().find_map(Seen::nack))
        .await;
    assert_eq!(*nack.type_url, *TypeUrl::RouteConfiguration.as_str());
    assert!(
        nack.message
            .starts_with("routes: virtual_hosts[0].routes[0]"),
        "{}",
        nack.message
    );
    assert_eq!(get(port).await, "200 one");
}

#[test]
fn a_token_that_cannot_be_had_is_told_by_its_flag() {
    let dir = tempfile::tempdir().expect("tempdir");
    let file = dir.path().join("token");
    let source = TokenSource::File(file.clone());
    let complaint = |source| {
        token(source)
            .map(drop)
            .map_err(|failure| describe(&failure))
    };
    let missing = complaint(&source).expect_err("there is no file");
    assert!(
        missing.starts_with("--token-file") && missing.contains("No such file"),
        "{missing}"
    );
    std::fs::write(&file, "\n").expect("written");
    assert!(complaint(&source).expect_err("empty").contains("is empty"));
    // A token that was rotated in the meantime counts: the file is read for every connection.
    std::fs::write(&file, "tg1.ns/gw.00\n").expect("written");
    assert_eq!(complaint(&source), Ok(()));
    let given = TokenSource::Given(Token::new("a\u{7}b"));
    assert!(
        complaint(&given)
            .expect_err("no header")
            .starts_with("TIDEGATE_TOKEN")
    );
}

#[tokio::test]
async fn a_failure_carries_its_causes() {
    let address = Address::unix("/nowhere/at/all.sock");
    let failure = grpc::connect::connect(&address)
        .await
        .map(drop)
        .expect_err("nobody listens");
    let text = describe(&failure.into());
    assert!(
        text.contains("/nowhere/at/all.sock") && text.contains("No such file"),
        "{text}"
    );
}
