//! What is in effect, and what refuses requests.

use dp_llm::route_map::RouteMap;
use proto::google::protobuf::Duration;
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::policy::Content as Kind;
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use super::Effective;
use crate::ai_backend::AiBackend;
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
            allow_debt: false,
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
        label: "r".into(),
        source: RouteSource {
            policy_set: set.map(Into::into),
            ..RouteSource::default()
        },
        action: Action::Respond(DirectResponse::decode(&fixed).expect("valid")),
        request_headers: HeaderModifier::default(),
        response_headers: HeaderModifier::default(),
    }
}

fn staged(snapshot: &Snapshot) -> Stage {
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), snapshot).expect("valid");
    stage
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
    let stage = staged(&snapshot);
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

#[test]
fn what_is_about_providers_is_merged_from_level_to_level() {
    use wire::PolicyLevel::{Backend, BackendSection, Gateway, Rule};
    let (timeouts, load) = ("backend.ai.timeouts", "backend.ai.load");
    let mut snapshot = Snapshot::default();
    let mut put = |name: &str, content: Kind| {
        let policy = wire::Policy {
            name: name.to_owned(),
            content: Some(content),
        };
        fixture::put(&mut snapshot, TypeUrl::Policy, name, &policy);
    };
    let seconds = |seconds| (seconds > 0).then_some(Duration { seconds, nanos: 0 });
    for (name, first_token, stream_idle) in [("house", 9, 60), ("b", 0, 50), ("rule", 3, 0)] {
        let message = wire::AiTimeouts {
            first_token: seconds(first_token),
            stream_idle: seconds(stream_idle),
            session: None,
        };
        put(name, Kind::AiTimeouts(message));
    }
    for (name, max_in_flight, probes) in [("all", Some(7), Some(1)), ("two", Some(2), None)] {
        let message = wire::AiLoad {
            max_in_flight,
            probes,
            min_healthy_percent: Some(70),
            ..wire::AiLoad::default()
        };
        put(name, Kind::AiLoad(message));
    }
    let of_two = |policy| wire::PolicyAttachment {
        section: "two".to_owned(),
        ..attachment(BackendSection, load, policy)
    };
    let way = vec![
        attachment(Gateway, timeouts, "house"),
        attachment(Rule, timeouts, "rule"),
    ];
    let of_backend = vec![
        attachment(Backend, timeouts, "b"),
        attachment(Backend, load, "all"),
        of_two("two"),
    ];
    for (name, attachments) in [("way", way), ("backend", of_backend)] {
        let set = wire::PolicySet {
            name: name.to_owned(),
            attachments,
            denied: None,
        };
        fixture::put(&mut snapshot, TypeUrl::PolicySet, name, &set);
    }
    let stage = staged(&snapshot);
    let config = stage.active();
    let backend = AiBackend {
        name: "b".into(),
        groups: Vec::new(),
        price_layers: Vec::new(),
        policy_set: Some("backend".into()),
        routes: RouteMap::default(),
    };
    let found = Effective::of_route(config, &route(Some("way"))).expect("enforceable");
    let found = found.with_backend(&backend).expect("enforceable");
    let limits = found.ai_timeouts("one").to_string();
    assert_eq!(
        limits,
        "first token within 3s, streams silent for at most 50s"
    );
    for (provider, most) in [("one", 7), ("two", 2)] {
        let load = backend.load(config, Some(provider));
        let found = (
            load.max_in_flight.map(u32::from),
            load.probes.map(u32::from),
        );
        assert_eq!(found, (Some(most), Some(1)), "{provider}");
    }
}
