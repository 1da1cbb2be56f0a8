//! Policies and sets on the wire: what is taken and what is refused.

use proto::google::protobuf::Duration;
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::policy::Content as Kind;

use super::{policy, policy_set};

fn limit(change: impl FnOnce(&mut wire::LocalLimit)) -> wire::Policy {
    let mut limit = wire::LocalLimit {
        unit: wire::local_limit::Unit::Requests.into(),
        max: 3,
        per_fill: 2,
        fill_interval: Some(Duration {
            seconds: 60,
            nanos: 0,
        }),
        allow_debt: false,
    };
    change(&mut limit);
    of(Kind::LocalRateLimit(wire::LocalRateLimit {
        limits: vec![limit],
    }))
}

fn of(content: Kind) -> wire::Policy {
    wire::Policy {
        name: "policy/agentgateway/a/b/c".to_owned(),
        content: Some(content),
    }
}

#[track_caller]
fn check(message: &wire::Policy, expected: Result<&str, &str>) {
    let read = policy(message).map(|policy| policy.content.to_string());
    let read = read.map_err(|error| error.to_string());
    match expected {
        Ok(text) => assert_eq!(read.as_deref(), Ok(text)),
        Err(path) => assert!(read.as_ref().is_err_and(|e| e.contains(path)), "{read:?}"),
    }
}

#[test]
fn policies() {
    check(&limit(|_| {}), Ok("2 requests each 60s and a burst of 1"));
    let denied = wire::PolicyDenied {
        reason: "no".to_owned(),
    };
    check(&of(Kind::Denied(denied)), Ok("refused: no"));
    let of_limits = "local_rate_limit.limits[0]";
    check(&limit(|own| own.max = 0), Err(of_limits));
    check(&limit(|own| own.per_fill = 0), Err(of_limits));
    check(&limit(|own| own.unit = 0), Err("limits[0].unit"));
    check(&limit(|own| own.unit = 9), Err("limits[0].unit"));
    check(
        &limit(|own| own.fill_interval = None),
        Err("limits[0].fill_interval"),
    );
    let none = wire::LocalRateLimit { limits: Vec::new() };
    check(&of(Kind::LocalRateLimit(none)), Err("limits"));
    // A noun that only a newer proxy knows looks like this.
    let unknown = wire::Policy {
        content: None,
        ..limit(|_| {})
    };
    check(&unknown, Err("content"));
}

fn attachment(level: wire::PolicyLevel) -> wire::PolicyAttachment {
    wire::PolicyAttachment {
        field: "backend.ai".to_owned(),
        policy: "p".to_owned(),
        level: level.into(),
        target: "Gateway a/b".to_owned(),
        section: String::new(),
    }
}

#[track_caller]
fn check_set(attachments: Vec<wire::PolicyAttachment>, expected: Option<&str>) {
    let message = wire::PolicySet {
        name: "set".to_owned(),
        attachments,
        denied: None,
    };
    let path = policy_set(&message).err().map(|error| error.path);
    assert_eq!(path.as_deref(), expected);
}

#[test]
fn sets() {
    use wire::PolicyLevel::{Gateway, Route, Unspecified};
    check_set(vec![], None);
    check_set(vec![attachment(Gateway), attachment(Route)], None);
    check_set(
        vec![attachment(Route), attachment(Gateway)],
        Some("attachments[1].level"),
    );
    check_set(vec![attachment(Unspecified)], Some("attachments[0].level"));
    let nameless = wire::PolicyAttachment {
        policy: String::new(),
        ..attachment(Gateway)
    };
    check_set(vec![nameless], Some("attachments[0].policy"));
}
