//! What is in effect, and what refuses requests.

use proto::google::protobuf::Duration;
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::policy::Content as Kind;
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use super::Effective;
use crate::fixture;
use crate::route::{Action, Route, RouteSource};
use crate::stage::Stage;
use dp_policy::{DirectResponse, HeaderModifier};

fn limit(requests: u64) -> Kind {
    Kind::LocalRateLimit(wire::LocalRateLimit {
        limits: vec![wire::LocalLimit {
            unit: wire::local_limit::Unit::Requests.into(),
            max: requests,
            per_fill: requests,
            fill_interval: Some(Duration {
                seconds: 1,
                nanos: 0,
            }),
        }],
    })
}

fn attachment(level: wire::PolicyLevel, field: &str, policy: &str) -> wire::PolicyAttachment {
    wire::PolicyAttachment {
        field: field.to_owned(),
        policy: policy.to_owned(),
        level: level.into(),
        target: "Gateway a/b".to_owned(),
        section: String::new(),
    }
}

fn route(set: Option<&str>) -> Route {
    let fixed = proto::envoy::config::route::v3::DirectResponseAction {
        status: 204,
        ..Default::default()
    };
    Route {
        name: "r".into(),
        source: RouteSource {
            policy_set: set.map(Into::into),
            ..RouteSource::default()
        },
        action: Action::Respond(DirectResponse::decode(&fixed).expect("valid")),
        request_headers: HeaderModifier::default(),
        response_headers: HeaderModifier::default(),
    }
}

/// What is in effect of the limit for a route of `set`, where a set "set" has these attachments.
fn effective(
    attachments: Vec<wire::PolicyAttachment>,
    denied: Option<&str>,
    set: Option<&str>,
) -> Result<Option<String>, String> {
    let mut snapshot = Snapshot::default();
    let message = wire::PolicySet {
        name: "set".to_owned(),
        attachments,
        denied: denied.map(|reason| wire::PolicyDenied {
            reason: reason.to_owned(),
        }),
    };
    fixture::put(&mut snapshot, TypeUrl::PolicySet, "set", &message);
    let refused = Kind::Denied(wire::PolicyDenied {
        reason: "cannot".to_owned(),
    });
    for (name, content) in [("one", limit(1)), ("two", limit(2)), ("refused", refused)] {
        let policy = wire::Policy {
            name: name.to_owned(),
            content: Some(content),
        };
        fixture::put(&mut snapshot, TypeUrl::Policy, name, &policy);
    }
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &snapshot).expect("valid");
    let config = stage.active();
    let found = Effective::of_route(config, &route(set)).map_err(|denied| denied.to_string())?;
    let limit = found.local_rate_limit();
    Ok(limit.map(|(attachment, _)| attachment.policy.to_string()))
}

#[test]
fn the_most_specific_one_that_was_sent_is_in_effect() {
    use wire::PolicyLevel::{Gateway, Rule};
    let field = "traffic.rateLimit.local";
    let both = vec![
        attachment(Gateway, field, "one"),
        attachment(Rule, field, "two"),
    ];
    assert_eq!(effective(both, None, Some("set")), Ok(Some("two".into())));
    assert_eq!(effective(vec![], None, Some("set")), Ok(None));
    // A route of another management server.
    assert_eq!(effective(vec![], None, None), Ok(None));
}

#[test]
fn what_is_missing_or_refused_refuses() {
    use wire::PolicyLevel::Gateway;
    let field = "traffic.rateLimit.local";
    let check = |attachments: Vec<_>, denied, set, expected: &str| {
        let found = effective(attachments, denied, Some(set));
        assert_eq!(found, Err(expected.to_owned()));
    };
    check(vec![], None, "other", "policy set other is missing");
    check(vec![], Some("no"), "set", "policy set set: no");
    check(
        vec![attachment(Gateway, field, "absent")],
        None,
        "set",
        "policy absent is missing",
    );
    check(
        vec![attachment(Gateway, "traffic.cors", "refused")],
        None,
        "set",
        "refused: cannot",
    );
    check(
        vec![attachment(Gateway, "backend.ai", "one")],
        None,
        "set",
        "policy one is not of field backend.ai",
    );
}
