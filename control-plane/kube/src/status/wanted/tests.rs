//! What each kind of object should say.

use std::collections::BTreeMap;

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::http_route::ParentReference;
use cp_api::{Kind, ObjectKey};
use cp_translate::{Detail, GatewayKey, ParentScope, Programmed, Report, Scope};
use proto::tidegate::v1::Source;
use serde_json::{Value, json};

use super::{Address, Deployed, Facts, Wanted, wanted};
use crate::status::merge::merge;

const OURS: &str = "tidegate.dev/gateway-controller";

fn report(kind: Kind, scope: Scope, detail: Detail) -> Report {
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    Report {
        key: ObjectKey::new(kind, namespace, "edge"),
        source: Source {
            uid: "u".to_owned(),
            generation: 3,
            ..Source::default()
        },
        scope,
        conditions: vec![Condition::holds(ConditionType::Accepted, Reason::Accepted)],
        programmed: Programmed::Absent,
        envoy_limits: Vec::new(),
        gateways: vec![GatewayKey::new("default", "edge")],
        detail,
    }
}

fn facts(deployed: Option<Deployed>) -> Facts {
    let key = GatewayKey::new("default", "edge");
    Facts {
        controller: OURS.to_owned(),
        deployed: deployed.map(|it| (key, it)).into_iter().collect(),
    }
}

fn all(reports: &[Report], facts: &Facts) -> BTreeMap<ObjectKey, Wanted> {
    let completed = reports
        .iter()
        .map(|report| (report, report.conditions.clone()));
    wanted(completed, facts)
}

/// The status that reports about one object give it.
#[track_caller]
fn status(reports: &[Report], facts: &Facts) -> Value {
    let all = all(reports, facts);
    assert_eq!(all.len(), 1, "{:?}", all.keys());
    let wanted = all.values().next().expect("one");
    let live = json!({"metadata": {"uid": "u", "generation": 3}});
    merge(&live, wanted, "T").expect("a change")
}

fn accepted() -> Value {
    json!({"type": "Accepted", "status": "True", "observedGeneration": 3,
        "lastTransitionTime": "T", "reason": "Accepted", "message": ""})
}

fn parent(section: Option<&str>, port: Option<u16>, namespace: Option<&str>) -> Report {
    let reference = ParentReference {
        group: "gateway.networking.k8s.io".to_owned(),
        kind: "Gateway".to_owned(),
        namespace: namespace.map(ToOwned::to_owned),
        name: "edge".to_owned(),
        section_name: section.map(ToOwned::to_owned),
        port,
    };
    let scope = ParentScope {
        gateway: GatewayKey::new("default", "edge"),
        section: reference.section_name.clone(),
        port,
    };
    let detail = Detail::Parent {
        reference: Box::new(reference),
    };
    report(Kind::HttpRoute, Scope::Parent(scope), detail)
}

#[test]
fn a_class_lists_its_features() {
    let detail = Detail::Class {
        supported_features: vec!["Gateway", "HTTPRoute"],
    };
    let found = status(
        &[report(Kind::GatewayClass, Scope::Object, detail)],
        &facts(None),
    );
    let expected = json!({
        "supportedFeatures": [{"name": "Gateway"}, {"name": "HTTPRoute"}],
        "conditions": [accepted()],
    });
    assert_eq!(found, expected);
}

#[test]
fn a_gateway_has_addresses_and_listeners() {
    let listener = Detail::Listener {
        attached_routes: 2,
        supported_kinds: vec![(
            "gateway.networking.k8s.io".to_owned(),
            "HTTPRoute".to_owned(),
        )],
    };
    let reports = [
        report(Kind::Gateway, Scope::Object, Detail::None),
        report(Kind::Gateway, Scope::Listener("http".to_owned()), listener),
    ];
    let deployed = Deployed {
        addresses: vec![Address {
            kind: "IPAddress",
            value: "192.0.2.1".to_owned(),
        }],
        ..Deployed::default()
    };
    let listeners = json!([{
        "name": "http",
        "attachedRoutes": 2,
        "supportedKinds": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}],
        "conditions": [accepted()],
    }]);
    assert_eq!(
        status(&reports, &facts(Some(deployed))),
        json!({
            "conditions": [accepted()],
            "addresses": [{"type": "IPAddress", "value": "192.0.2.1"}],
            "listeners": listeners,
        })
    );
    // Nobody knows the fleet: whatever addresses stand there stay.
    assert_eq!(
        status(&reports, &facts(None)),
        json!({"conditions": [accepted()], "listeners": listeners})
    );
}

#[test]
fn a_route_names_its_parents_as_they_are_written() {
    let reports = [
        parent(None, None, None),
        parent(Some("http"), Some(80), Some("default")),
    ];
    let expected = json!({"parents": [
        {
            "parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"},
            "controllerName": OURS,
            "conditions": [accepted()],
        },
        {
            "parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "default",
                "name": "edge", "sectionName": "http", "port": 80},
            "controllerName": OURS,
            "conditions": [accepted()],
        },
    ]});
    assert_eq!(status(&reports, &facts(None)), expected);
}

#[test]
fn a_backend_has_conditions() {
    let backend = report(Kind::AgentgatewayBackend, Scope::Object, Detail::None);
    assert_eq!(
        status(&[backend], &facts(None)),
        json!({"conditions": [accepted()]})
    );
}

#[test]
fn what_the_deployer_knows_wins() {
    let conditions = |deployed: Deployed, programmed: Condition| -> Vec<String> {
        let accepted = Condition::holds(ConditionType::Accepted, Reason::Accepted);
        let mut conditions = vec![accepted, programmed];
        deployed.amend(&mut conditions);
        conditions.iter().map(ToString::to_string).collect()
    };
    let programmed = || Condition::holds(ConditionType::Programmed, Reason::Programmed);
    let waits = || Deployed {
        unaddressed: Some("no node".to_owned()),
        ..Deployed::default()
    };
    assert_eq!(
        conditions(waits(), programmed()),
        [
            "Accepted=True Accepted",
            "Programmed=False AddressNotAssigned: the Gateway has no address yet: no node",
        ]
    );
    // Proxies that people run may be anywhere.
    assert_eq!(
        conditions(Deployed::default(), programmed()),
        ["Accepted=True Accepted", "Programmed=True Programmed"]
    );
    let pending = Condition::fails(ConditionType::Programmed, Reason::Pending, "0 of 1");
    assert_eq!(
        conditions(waits(), pending),
        ["Accepted=True Accepted", "Programmed=False Pending: 0 of 1"]
    );
    let fault = Deployed {
        faults: vec![Condition::fails(
            ConditionType::Accepted,
            Reason::InvalidParameters,
            "not found",
        )],
        addresses: vec![Address {
            kind: "Hostname",
            value: "a.example".to_owned(),
        }],
        ..Deployed::default()
    };
    assert_eq!(
        conditions(fault, programmed()),
        [
            "Accepted=False InvalidParameters: not found",
            "Programmed=True Programmed"
        ]
    );
}

#[test]
fn objects_without_a_status_of_ours_are_left_alone() {
    let unread = |kind| Report {
        gateways: Vec::new(),
        ..report(kind, Scope::Object, Detail::None)
    };
    for kind in [Kind::Secret, Kind::Service, Kind::ReferenceGrant] {
        assert!(all(&[unread(kind)], &facts(None)).is_empty(), "{kind}");
    }
}

#[test]
fn a_policy_has_an_entry_per_gateway_and_one_for_what_leads_nowhere() {
    for kind in [Kind::AgentgatewayPolicy, Kind::TidegatePolicy] {
        let gateway = GatewayKey::new("default", "edge");
        let reports = [
            report(kind, Scope::Ancestor(gateway), Detail::None),
            report(kind, Scope::Summary, Detail::None),
        ];
        let found = status(&reports, &facts(None));
        let entry = |reference: Value| json!({"ancestorRef": reference, "controllerName": OURS, "conditions": [accepted()]});
        let expected = json!({"ancestors": [
            entry(json!({"group": "gateway.networking.k8s.io", "kind": "Gateway",
                "namespace": "default", "name": "edge"})),
            entry(json!({"group": "agentgateway.dev", "kind": "AgentgatewayPolicy",
                "name": "StatusSummary"})),
        ]});
        assert_eq!(found, expected, "{kind}");
    }
}

#[test]
fn a_policy_that_never_could_be_read_says_so() {
    let unread = Report {
        gateways: Vec::new(),
        ..report(Kind::AgentgatewayPolicy, Scope::Object, Detail::None)
    };
    let found = status(&[unread], &facts(None));
    let name = found.pointer("/ancestors/0/ancestorRef/name");
    assert_eq!(name, Some(&json!("StatusSummary")), "{found}");
    assert_eq!(found["ancestors"][0]["conditions"], json!([accepted()]));
}
