//! Goldens for what people see.

use std::time::{Duration, SystemTime};

use proto::google::protobuf::Timestamp;
use proto::tidegate::v1::{
    Condition, GatewayStatus, ObjectStatus, ProxyState, ProxyStatus, QuarantinedResource, Source,
    SourceProblem, StatusResponse,
};

use super::{OfProxies, age, has_findings, next_try, text};

const NOW: u64 = 1_000_000;

fn at(seconds_ago: i64) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: 1_000_000 - seconds_ago,
        nanos: 0,
    })
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Condition {
    Condition {
        r#type: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

fn object(kind: &str, name: &str, scope: &str, conditions: Vec<Condition>) -> ObjectStatus {
    let source = Source {
        kind: kind.to_owned(),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        file: "demo/all.yaml".to_owned(),
        line: 12,
        ..Source::default()
    };
    ObjectStatus {
        source: Some(source),
        scope: scope.to_owned(),
        conditions,
    }
}

fn status() -> StatusResponse {
    let proxy = |id: &str, state: ProxyState, detail: &str| ProxyStatus {
        node_id: id.to_owned(),
        user_agent: "tidegate-proxy".to_owned(),
        version: "0.1.0".to_owned(),
        state: state.into(),
        applied_commit: "c8f1a2e4000000".to_owned(),
        connected_at: at(7_300),
        detail: detail.to_owned(),
    };
    StatusResponse {
        version: "0.1.0".to_owned(),
        sources: vec!["demo".to_owned()],
        gateways: vec![GatewayStatus {
            namespace: "shop".to_owned(),
            name: "edge".to_owned(),
            listeners: 2,
            routes: 9842,
            desired_commit: "77b09c11aaaa".to_owned(),
            proxies: vec![
                proxy("edge-1", ProxyState::Applied, ""),
                proxy("edge-2", ProxyState::Rejected, "cart: no such regex"),
            ],
            last_change: at(3),
            last_change_reason: "HTTPRoute shop/cart".to_owned(),
            quarantined: vec![QuarantinedResource {
                name: "gw/shop/edge/rc/80/rule/http/HTTPRoute/shop/cart/0".to_owned(),
                substitute: "last good content".to_owned(),
                message: "no such regex".to_owned(),
                ..QuarantinedResource::default()
            }],
            addresses: Vec::new(),
        }],
        objects: vec![
            object(
                "HTTPRoute",
                "cart",
                "parent shop/edge",
                vec![
                    condition("Accepted", "True", "Accepted", ""),
                    condition(
                        "ResolvedRefs",
                        "False",
                        "BackendNotFound",
                        "Service shop/web does not exist",
                    ),
                ],
            ),
            object(
                "Gateway",
                "edge",
                "",
                vec![
                    condition("Accepted", "True", "Accepted", ""),
                    condition("Conflicted", "False", "NoConflicts", ""),
                ],
            ),
        ],
        problems: vec![SourceProblem {
            file: "demo/bad.yaml".to_owned(),
            line: 3,
            column: 7,
            message: "invalid YAML".to_owned(),
        }],
    }
}

#[test]
fn what_is_wrong_is_shown_and_what_is_fine_is_counted() {
    assert_eq!(
        text((&status(), &OfProxies::default()), false, now(), None),
        "GATEWAY    LISTENERS  ROUTES  DESIRED   PROXIES  IN SYNC  REJECTED  LAST CHANGE\n\
         shop/edge  2          9842    77b09c11  2        1        1         3s ago  HTTPRoute shop/cart\n\
         \n\
         PROXY   GATEWAY    AGENT                 CONNECTED  COMMIT    STATE     DETAIL\n\
         edge-1  shop/edge  tidegate-proxy 0.1.0  2h         c8f1a2e4  APPLIED   -\n\
         edge-2  shop/edge  tidegate-proxy 0.1.0  2h         c8f1a2e4  REJECTED  cart: no such regex\n\
         \n\
         REFUSED                                             GATEWAY    IN ITS PLACE       NEXT TRY         PROXY SAYS\n\
         gw/shop/edge/rc/80/rule/http/HTTPRoute/shop/cart/0  shop/edge  last good content  when it changes  no such regex\n\
         \n\
         OBJECT                                  WHERE             CONDITION                           MESSAGE\n\
         HTTPRoute shop/cart (parent shop/edge)  demo/all.yaml:12  ResolvedRefs=False BackendNotFound  Service shop/web does not exist\n\
         \n\
         FILE               PROBLEM\n\
         demo/bad.yaml:3:7  invalid YAML\n\
         \n\
         control plane 0.1.0 reading demo; 1 more is fine (--all)\n"
    );
}

#[test]
fn everything_is_shown_when_asked_for() {
    let text = text((&status(), &OfProxies::default()), true, now(), None);
    assert!(text.contains("Gateway shop/edge"), "{text}");
    assert!(text.contains("Conflicted=False NoConflicts"), "{text}");
    assert!(!text.contains("--all"), "{text}");
}

#[test]
fn an_empty_instance_says_so() {
    let status = StatusResponse {
        version: "0.1.0".to_owned(),
        ..StatusResponse::default()
    };
    let text = text((&status, &OfProxies::default()), false, now(), None);
    assert!(text.starts_with("No Gateway is served."), "{text}");
}

#[test]
fn what_somebody_has_to_mend_is_a_finding() {
    let sound = || StatusResponse {
        gateways: vec![GatewayStatus::default()],
        ..StatusResponse::default()
    };
    let with = |conditions| StatusResponse {
        objects: vec![object("HTTPRoute", "cart", "", conditions)],
        ..sound()
    };
    let of_proxy = |state: ProxyState| GatewayStatus {
        proxies: vec![ProxyStatus {
            state: state.into(),
            ..ProxyStatus::default()
        }],
        ..GatewayStatus::default()
    };
    let check = |about: &str, status: StatusResponse, expected: bool| {
        assert_eq!(has_findings(&status), expected, "{about}");
    };
    check("nothing", sound(), false);
    let fine = condition("Accepted", "True", "Accepted", "");
    check("fine", with(vec![fine]), false);
    let pending = condition("Programmed", "False", "Pending", "");
    check("pending", with(vec![pending]), false);
    let refused = condition("Programmed", "False", "RejectedByProxy", "");
    check("refused", with(vec![refused]), true);
    let partly = condition("PartiallyInvalid", "True", "UnsupportedValue", "");
    check("partly invalid", with(vec![partly]), true);
    let problems = status().problems;
    check(
        "a file",
        StatusResponse {
            problems,
            ..sound()
        },
        true,
    );
    for (state, expected) in [
        (ProxyState::Pending, false),
        (ProxyState::Applied, false),
        (ProxyState::Rejected, true),
    ] {
        let gateways = vec![of_proxy(state)];
        check(
            "a proxy",
            StatusResponse {
                gateways,
                ..sound()
            },
            expected,
        );
    }
}

#[test]
fn ages() {
    let check = |seconds: i64, expected: &str| {
        assert_eq!(age(&at(seconds).expect("a time"), now()), expected);
    };
    check(0, "0s");
    check(-5, "0s");
    check(119, "119s");
    check(120, "2m");
    check(7_200, "2h");
    check(172_800, "2d");
}

#[test]
fn next_tries() {
    let check = |seconds_ago: Option<i64>, expected: &str| {
        let at = seconds_ago.and_then(at);
        assert_eq!(next_try(at.as_ref(), now()), expected);
    };
    check(None, "when it changes");
    check(Some(-16), "in 16s");
    check(Some(0), "now");
    check(Some(1), "now");
}
