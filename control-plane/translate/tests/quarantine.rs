//! What happens when proxies refuse a resource.
//!
//! Owns the ladder of decisions 3: last good content, stand-in, left out; and that the cause is written on the
//! source object. A rejection must never outlive the content it was about.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking"
)]

use cp_api::condition::{ConditionStatus, ConditionType, Reason};
use cp_translate::{
    Cause, Change, Content, GatewayKey, Inputs, Profile, Quarantined, Rejection, Remedy, Settings,
    Translation, translate,
};
use prost::Message;
use proto::envoy::config::route::v3::route::Action;
use proto::tidegate::v1::RouteRule;
use proto::type_url::TypeUrl;
use serde_json::{Value, json};
use xds::snapshot::Snapshot;

const RULE: &str = "gw/default/gw/rc/80/rule/http/http/default/r/0";

fn apply(value: Value) -> Change {
    Change::Apply {
        object: Box::new(cp_api::decode(value).expect("decodes")),
        origin: None,
    }
}

fn route(path: &str) -> Change {
    route_to(path, "b", "example.com")
}

fn route_to(path: &str, backend: &str, hostname: &str) -> Change {
    apply(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "r"},
        "spec": {"parentRefs": [{"name": "gw"}], "hostnames": [hostname], "rules": [{
            "matches": [{"path": {"value": path}}],
            "backendRefs": [{"group": "agentgateway.dev", "kind": "AgentgatewayBackend",
                "name": backend}],
        }]},
    }))
}

fn inputs(path: &str) -> Inputs {
    Inputs::default().with_all([
        apply(json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": "gw"},
            "spec": {"gatewayClassName": "tidegate",
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]},
        })),
        backend("b"),
        route(path),
    ])
}

fn backend(name: &str) -> Change {
    apply(json!({
        "apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayBackend",
        "metadata": {"name": name},
        "spec": {"ai": {"provider": {"openai": {}}}},
    }))
}

fn gateway() -> GatewayKey {
    GatewayKey::new("default", "gw")
}

fn run(inputs: &Inputs) -> Translation {
    translate(inputs, &Settings::directory())
}

fn snapshot(translation: &Translation) -> &Snapshot {
    &translation.gateways[&gateway()].tidegate
}

fn quarantined(translation: &Translation) -> &[Quarantined] {
    &translation.gateways[&gateway()].quarantined
}

/// What a translation holds under a name.
fn content(translation: &Translation, type_url: TypeUrl, name: &str) -> Content {
    let resource = snapshot(translation).get(type_url, name).expect("emitted");
    Content {
        gateway: gateway(),
        profile: Profile::Tidegate,
        type_url,
        name: name.to_owned(),
        version: resource.version().hex(),
    }
}

/// The rejection of what a translation holds under a name.
fn reject(translation: &Translation, type_url: TypeUrl, name: &str) -> Change {
    Change::Rejected(Rejection {
        content: content(translation, type_url, name),
        cause: Cause::Content,
        message: "routes[0].match: too clever".to_owned(),
        proxies: 1,
        of: 2,
    })
}

/// The rejection of content that a proxy's machine cannot have now.
fn unavailable(content: &Content) -> Change {
    Change::Rejected(Rejection {
        content: content.clone(),
        cause: Cause::Machine,
        message: "address: in use".to_owned(),
        proxies: 1,
        of: 1,
    })
}

fn applied(translation: &Translation) -> Change {
    Change::Applied {
        gateway: gateway(),
        profile: Profile::Tidegate,
        snapshot: snapshot(translation).clone(),
    }
}

fn rule(translation: &Translation) -> RouteRule {
    let resource = snapshot(translation)
        .get(TypeUrl::RouteRule, RULE)
        .expect("emitted");
    RouteRule::decode(resource.message().clone()).expect("decodes")
}

#[test]
fn the_last_good_content_takes_the_place() {
    let good = inputs("/good");
    let before = run(&good);
    let bad = good.with_all([applied(&before), route("/bad")]);
    let refused = reject(&run(&bad), TypeUrl::RouteRule, RULE);
    let after = run(&bad.with(refused));
    assert_eq!(
        snapshot(&after).get(TypeUrl::RouteRule, RULE),
        snapshot(&before).get(TypeUrl::RouteRule, RULE)
    );
    let [item] = quarantined(&after) else {
        panic!("one resource")
    };
    assert_eq!(
        (item.remedy, item.rejection.proxies, item.rejection.of),
        (Remedy::LastGood, 1, 2)
    );

    let report = after
        .reports
        .iter()
        .find(|report| report.key.kind == "HTTPRoute")
        .expect("reported");
    let condition = report
        .conditions
        .iter()
        .find(|condition| condition.kind == ConditionType::Programmed)
        .expect("condition");
    assert_eq!(condition.status, ConditionStatus::False);
    assert_eq!(condition.reason, Reason::RejectedByProxy);
    assert_eq!(
        condition.message,
        format!(
            "1 of 2 proxies of Gateway default/gw rejected route-rule {RULE}: \
             routes[0].match: too clever; its last good content stays in force"
        )
    );
}

/// Names of everything in a snapshot.
fn names(snapshot: &Snapshot) -> Vec<(TypeUrl, String)> {
    let resources = TypeUrl::ALL
        .into_iter()
        .flat_map(|type_url| snapshot.iter(type_url));
    resources
        .map(|resource| (resource.type_url(), resource.name().as_ref().to_owned()))
        .collect()
}

#[test]
fn last_good_content_keeps_what_it_refers_to() {
    let good = inputs("/a").with(backend("other"));
    let before = run(&good);
    let bad = good.with_all([
        applied(&before),
        route_to("/a", "other", "example.org"),
        Change::Delete(cp_api::ObjectKey::new(
            cp_api::Kind::AgentgatewayBackend,
            "default",
            "b",
        )),
    ]);
    let wanted = run(&bad);
    let gone = [
        (TypeUrl::Cluster, "backend/default/b"),
        (TypeUrl::Cluster, "backend/default/b/backend"),
        (TypeUrl::AiBackend, "backend/default/b"),
        (TypeUrl::VirtualHost, "gw/default/gw/rc/80/example.com"),
    ];
    let has = |translation: &Translation, (type_url, name): (TypeUrl, &str)| {
        snapshot(translation).get(type_url, name).is_some()
    };
    assert!(gone.iter().all(|name| !has(&wanted, *name)));

    let after = run(&bad.with(reject(&wanted, TypeUrl::RouteRule, RULE)));
    assert_eq!(rule(&after), rule(&before));
    for name in gone {
        assert!(has(&after, name), "{name:?} is gone");
    }
    let mut all = names(snapshot(&before));
    all.extend(names(snapshot(&wanted)));
    all.sort();
    all.dedup();
    assert_eq!(names(snapshot(&after)).len(), all.len(), "nothing else");
}

#[test]
fn what_was_refused_is_not_put_back_with_another() {
    let good = inputs("/a").with(backend("other"));
    let before = run(&good);
    let bad = good.with_all([
        applied(&before),
        reject(&before, TypeUrl::AiBackend, "backend/default/b"),
        route_to("/a", "other", "example.com"),
    ]);
    let after = run(&bad.with(reject(&run(&bad), TypeUrl::RouteRule, RULE)));
    assert_eq!(rule(&after), rule(&before));
    assert!(
        snapshot(&after)
            .get(TypeUrl::AiBackend, "backend/default/b")
            .is_none()
    );
}

#[test]
fn a_rule_without_last_good_content_refuses_its_requests() {
    let first = inputs("/bad");
    let refused = first.with(reject(&run(&first), TypeUrl::RouteRule, RULE));
    let after = run(&refused);
    assert_eq!(quarantined(&after)[0].remedy, Remedy::Deny);
    let Some(Action::DirectResponse(response)) = rule(&after).routes[0].action.clone() else {
        panic!("a direct response")
    };
    assert_eq!(response.status, 503);

    let twice = run(&refused.with(reject(&after, TypeUrl::RouteRule, RULE)));
    assert!(snapshot(&twice).get(TypeUrl::RouteRule, RULE).is_none());
    assert_eq!(
        quarantined(&twice).last().expect("item").remedy,
        Remedy::LeftOut
    );
}

#[test]
fn a_refused_backend_denies() {
    let first = inputs("/a");
    let name = "backend/default/b";
    let after = run(&first.with(reject(&run(&first), TypeUrl::AiBackend, name)));
    let resource = snapshot(&after)
        .get(TypeUrl::AiBackend, name)
        .expect("stand-in");
    let backend =
        proto::tidegate::v1::AiBackend::decode(resource.message().clone()).expect("decodes");
    let credential = backend.groups[0].providers[0]
        .credential
        .clone()
        .expect("credential");
    assert!(matches!(
        credential.kind,
        Some(proto::tidegate::v1::ai_credential::Kind::Unavailable(_))
    ));
}

#[test]
fn changed_content_is_tried_again() {
    let first = inputs("/bad");
    let refused = first.with(reject(&run(&first), TypeUrl::RouteRule, RULE));
    let mended = run(&refused.with(route("/good")));
    assert!(quarantined(&mended).is_empty());
    let back = run(&refused.with_all([route("/good"), route("/bad")]));
    assert_eq!(
        quarantined(&back).len(),
        1,
        "the same content is known to be bad"
    );
}

const LISTENER: &str = "gw/default/gw/listener/80";

/// Every condition of every object, as text.
fn conditions(translation: &Translation) -> Vec<String> {
    let reports = translation.reports.iter();
    reports
        .flat_map(|report| {
            let conditions = report.conditions.iter();
            conditions.map(|condition| format!("{} {} {condition}", report.key, report.scope))
        })
        .collect()
}

fn digests(translation: &Translation) -> Vec<String> {
    let snapshot = snapshot(translation);
    let digest = |type_url| format!("{type_url}: {:?}", snapshot.digest(type_url));
    TypeUrl::ALL.into_iter().map(digest).collect()
}

#[test]
fn content_on_trial_is_sent_and_counts_as_refused() {
    let first = inputs("/a");
    let wanted = run(&first);
    let listener = content(&wanted, TypeUrl::Listener, LISTENER);
    let refused = first.with(unavailable(&listener));
    let aside = run(&refused);
    assert!(snapshot(&aside).get(TypeUrl::Listener, LISTENER).is_none());
    let told = conditions(&aside);
    let words = "1 of 1 proxies of Gateway default/gw rejected listener gw/default/gw/listener/80: \
                 address: in use; it is left out, and it is tried again by itself";
    assert!(
        told.iter().any(|condition| condition.contains(words)
            && condition.contains("Programmed")
            && condition.contains("RejectedByProxy")),
        "{told:#?}"
    );

    let tried = refused.with(Change::Retry(listener.clone()));
    let trial = run(&tried);
    assert_eq!(digests(&trial), digests(&wanted));
    assert_eq!(conditions(&trial), told, "no condition flaps");
    let [item] = quarantined(&trial) else {
        panic!("one resource")
    };
    assert!(item.is_on_trial);

    let again = run(&tried.with(unavailable(&listener)));
    assert_eq!(digests(&again), digests(&aside));
    assert_eq!(conditions(&again), told);

    let accepted = run(&tried.with(Change::Accepted(listener)));
    assert_eq!(digests(&accepted), digests(&wanted));
    assert_eq!(conditions(&accepted), conditions(&wanted));
    assert!(quarantined(&accepted).is_empty());
}

#[test]
fn a_trial_moves_no_other_refusal() {
    let first = inputs("/a");
    let wanted = run(&first);
    let listener = content(&wanted, TypeUrl::Listener, LISTENER);
    let rule = reject(&wanted, TypeUrl::RouteRule, RULE);
    let refused = first.with_all([unavailable(&listener), rule]);
    let aside = run(&refused);
    let trial = run(&refused.with(Change::Retry(listener)));
    assert_eq!(
        snapshot(&trial).get(TypeUrl::RouteRule, RULE),
        snapshot(&aside).get(TypeUrl::RouteRule, RULE)
    );
    let names = |translation: &Translation| -> Vec<String> {
        let items = quarantined(translation).iter();
        items
            .map(|item| item.rejection.content.name.clone())
            .collect()
    };
    assert_eq!(names(&trial), names(&aside), "told in one order");
    assert_eq!(conditions(&trial), conditions(&aside));
}

#[test]
fn only_what_was_refused_can_be_tried_or_accepted() {
    let fresh = inputs("/a");
    let wanted = run(&fresh);
    let listener = content(&wanted, TypeUrl::Listener, LISTENER);
    // Something else was refused, so the proxies are known.
    let first = fresh.with(reject(&wanted, TypeUrl::RouteRule, RULE));
    assert!(first.with(Change::Retry(listener.clone())).same(&first));
    assert!(first.with(Change::Accepted(listener.clone())).same(&first));
    let tried = first.with_all([unavailable(&listener), Change::Retry(listener.clone())]);
    assert!(tried.with(Change::Retry(listener)).same(&tried));
}

#[test]
fn a_rejection_of_one_profile_leaves_the_other() {
    let first = inputs("/a");
    let name = LISTENER;
    let before = run(&first);
    let after = run(&first.with(unavailable(&Content {
        profile: Profile::Envoy,
        ..content(&before, TypeUrl::Listener, name)
    })));
    assert!(
        after.gateways[&gateway()]
            .envoy
            .get(TypeUrl::Listener, name)
            .is_none()
    );
    assert!(snapshot(&after).get(TypeUrl::Listener, name).is_some());
}

#[test]
fn applied_alone_changes_nothing() {
    let first = inputs("/a");
    let before = run(&first);
    let change = applied(&before);
    assert!(change.is_bookkeeping());
    let after = run(&first.with(change));
    assert_eq!(before.reports, after.reports);
    for type_url in TypeUrl::ALL {
        assert_eq!(
            snapshot(&before).digest(type_url),
            snapshot(&after).digest(type_url)
        );
    }
}
