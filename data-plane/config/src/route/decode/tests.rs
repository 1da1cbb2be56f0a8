//! Routes: actions, timeouts, weights, refusals.

use std::time::Duration;

use http::StatusCode;
use proto::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use proto::envoy::config::route::v3::route::Action as WireAction;
use proto::envoy::config::route::v3::route_action::{
    ClusterNotFoundResponseCode, ClusterSpecifier, HashPolicy, RequestMirrorPolicy,
};
use proto::envoy::config::route::v3::weighted_cluster::ClusterWeight;
use proto::envoy::config::route::v3::{
    DirectResponseAction, NonForwardingAction, RedirectAction, RetryPolicy, Route, RouteAction,
    WeightedCluster,
};
use proto::google::protobuf::{Duration as Wire, UInt32Value};

use super::{RouteSource, route};
use crate::fixture;
use crate::route::{Action, Forward, IdleTimeout};

fn with_action(action: WireAction) -> Route {
    Route {
        action: Some(action),
        ..fixture::forward("/", "c")
    }
}

fn with_forward(change: impl FnOnce(&mut RouteAction)) -> Route {
    let specifier = ClusterSpecifier::Cluster("c".to_owned());
    let mut action = RouteAction {
        cluster_specifier: Some(specifier),
        ..RouteAction::default()
    };
    change(&mut action);
    with_action(WireAction::Route(action))
}

#[track_caller]
fn forward(message: &Route) -> Forward {
    let (_, route) = route(message, RouteSource::default()).expect("valid");
    match &route.action {
        Action::Forward(forward) => Forward::clone(forward),
        Action::Redirect(_) | Action::Respond(_) => panic!("{route:?}"),
    }
}

#[track_caller]
fn refuse(message: &Route, path: &str) {
    assert_eq!(
        route(message, RouteSource::default())
            .expect_err("refused")
            .path,
        path
    );
}

fn seconds(seconds: i64) -> Option<Wire> {
    Some(Wire { seconds, nanos: 0 })
}

#[test]
fn actions() {
    let decode = |action| {
        route(&with_action(action), RouteSource::default())
            .expect("valid")
            .1
    };
    let respond = decode(WireAction::DirectResponse(DirectResponseAction {
        status: 503,
        ..Default::default()
    }));
    assert!(matches!(&respond.action, Action::Respond(response) if response.status == 503));
    let redirect = decode(WireAction::Redirect(RedirectAction::default()));
    assert!(matches!(&redirect.action, Action::Redirect(redirect) if redirect.status() == 301));
    refuse(
        &with_action(WireAction::NonForwardingAction(NonForwardingAction {})),
        "non_forwarding_action",
    );
    refuse(
        &Route {
            action: None,
            ..fixture::forward("/", "c")
        },
        "action",
    );
    refuse(
        &Route {
            r#match: None,
            ..fixture::forward("/", "c")
        },
        "match",
    );
}

#[test]
fn timeouts() {
    let defaults = forward(&with_forward(|_| {}));
    assert_eq!(defaults.timeout, Some(Duration::from_secs(15)));
    assert_eq!(
        (defaults.attempt_timeout, defaults.idle_timeout),
        (None, IdleTimeout::Inherit)
    );
    let set = forward(&with_forward(|action| {
        action.timeout = seconds(0);
        action.idle_timeout = seconds(0);
        action.retry_policy = Some(RetryPolicy {
            per_try_timeout: seconds(2),
            ..RetryPolicy::default()
        });
    }));
    assert_eq!((set.timeout, set.idle_timeout), (None, IdleTimeout::Never));
    assert_eq!(set.attempt_timeout, Some(Duration::from_secs(2)));
    refuse(
        &with_forward(|action| action.timeout = seconds(-1)),
        "route.timeout",
    );
}

fn weighted(weights: &[(&str, u32)]) -> Route {
    let clusters = weights.iter().map(|(name, weight)| ClusterWeight {
        name: (*name).to_owned(),
        weight: Some(UInt32Value { value: *weight }),
        ..ClusterWeight::default()
    });
    let clusters = WeightedCluster {
        clusters: clusters.collect(),
        ..WeightedCluster::default()
    };
    with_forward(|action| {
        action.cluster_specifier = Some(ClusterSpecifier::WeightedClusters(clusters))
    })
}

#[test]
fn weights_are_kept_within_an_even_spread() {
    let forward = forward(&weighted(&[("a", 1), ("none", 0), ("b", 3)]));
    let draws = (0..4096_u64).map(|step| step << 52);
    let picked: Vec<&str> = draws
        .filter_map(|draw| forward.clusters.pick(draw))
        .map(|choice| &*choice.cluster)
        .collect();
    let count = |name: &str| picked.iter().filter(|picked| **picked == name).count();
    assert_eq!((count("a"), count("none"), count("b")), (1024, 0, 3072));
}

#[test]
fn nothing_is_picked_where_every_weight_is_zero() {
    assert!(forward(&weighted(&[("a", 0)])).clusters.pick(0).is_none());
    assert!(
        forward(&weighted(&[("a", 0), ("b", 0)]))
            .clusters
            .pick(u64::MAX)
            .is_none()
    );
    let huge = forward(&weighted(&[("a", u32::MAX), ("b", u32::MAX)]));
    assert_eq!(&*huge.clusters.pick(u64::MAX).expect("picked").cluster, "b");
}

#[test]
fn missing_clusters_have_a_status() {
    let status = |cluster: &str, code: ClusterNotFoundResponseCode| {
        let forward = forward(&with_forward(|action| {
            action.cluster_specifier = Some(ClusterSpecifier::Cluster(cluster.to_owned()));
            action.cluster_not_found_response_code = code.into();
        }));
        forward.clusters.pick(0).expect("picked").missing_status
    };
    let unavailable = ClusterNotFoundResponseCode::ServiceUnavailable;
    assert_eq!(status("c", unavailable), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        status("c", ClusterNotFoundResponseCode::NotFound),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status("invalid/x", unavailable),
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

#[test]
fn refusals() {
    refuse(
        &with_forward(|action| action.cluster_specifier = None),
        "route.cluster",
    );
    let header = ClusterSpecifier::ClusterHeader("x".to_owned());
    refuse(
        &with_forward(|action| action.cluster_specifier = Some(header)),
        "route.cluster_header",
    );
    refuse(
        &with_forward(|action| action.hash_policy = vec![HashPolicy::default()]),
        "route.hash_policy",
    );
    refuse(
        &with_forward(|action| action.append_x_forwarded_host = true),
        "route.append_x_forwarded_host",
    );
    refuse(
        &with_forward(|action| action.cluster_not_found_response_code = 9),
        "route.cluster_not_found_response_code",
    );
    let mirrors = vec![RequestMirrorPolicy::default()];
    refuse(
        &with_forward(|action| action.request_mirror_policies = mirrors),
        "route.request_mirror_policies[0].cluster",
    );
    refuse(&weighted(&[]), "route.weighted_clusters.clusters");
    refuse(
        &weighted(&[("a", 1), ("", 1)]),
        "route.weighted_clusters.clusters[1].name",
    );
    let mut filtered = fixture::forward("/", "c");
    filtered
        .typed_per_filter_config
        .insert("rbac".to_owned(), Default::default());
    refuse(&filtered, "typed_per_filter_config");
    let mut modified = fixture::forward("/", "c");
    let value = HeaderValue {
        key: "a b".to_owned(),
        ..HeaderValue::default()
    };
    let option = HeaderValueOption {
        header: Some(value),
        keep_empty_value: true,
        ..Default::default()
    };
    modified.request_headers_to_add = vec![option];
    refuse(&modified, "request_headers_to_add[0].header.key");
    refuse(
        &fixture::forward("no-slash", "c"),
        "match.path_separated_prefix",
    );
}
