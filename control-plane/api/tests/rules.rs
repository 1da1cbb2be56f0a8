//! Every rule of every custom resource, by one object that keeps it and one that breaks it.
//!
//! The table is `testdata/rules.yaml`; an API server is asked about the same objects in `tests`. A rule that no
//! refused object names fails here, so a new rule needs its row.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeSet;

use cp_api::schema::crd;
use cp_api::{DecodeError, FieldError, Kind, Object};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Rows {
    kind: String,
    at: Option<String>,
    #[serde(default)]
    with: Map<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    says: String,
    good: Value,
    bad: Value,
}

fn table() -> Vec<Rows> {
    serde_saphyr::from_str(include_str!("../testdata/rules.yaml")).expect("table")
}

fn object(rows: &Rows, part: &Value) -> Value {
    let kind = crd::kinds()
        .find(|kind| kind.as_str() == rows.kind)
        .expect("kind");
    let mut spec = Value::Object(rows.with.clone());
    match &rows.at {
        None => spec = part.clone(),
        Some(path) => {
            let mut at = &mut spec;
            for name in path.split('.') {
                at = &mut at[name];
            }
            *at = part.clone();
        }
    }
    json!({
        "apiVersion": format!("{}/v1alpha1", kind.group()),
        "kind": rows.kind,
        "metadata": {"name": "a"},
        "spec": spec,
    })
}

fn refusal(value: Value) -> Vec<FieldError> {
    match cp_api::decode(value) {
        Ok(_) => Vec::new(),
        Err(DecodeError::Fields(fields)) => fields,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn rules() {
    let mut wrong = Vec::new();
    for rows in table() {
        for case in &rows.cases {
            let told = refusal(object(&rows, &case.good));
            if !told.is_empty() {
                wrong.push(format!("refused: {} {}: {told:?}", rows.kind, case.good));
            }
            let told = refusal(object(&rows, &case.bad));
            if !told
                .iter()
                .any(|field| field.to_string().contains(&case.says))
            {
                let (kind, bad, says) = (&rows.kind, &case.bad, &case.says);
                wrong.push(format!("not refused by {says:?}: {kind} {bad}: {told:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn messages(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for rule in object
                .get("x-kubernetes-validations")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                found.insert(rule["message"].as_str().expect("message").to_owned());
            }
            object.values().for_each(|value| messages(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| messages(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_rule_has_a_row() {
    let mut missing = Vec::new();
    for kind in crd::kinds() {
        let mut stated = BTreeSet::new();
        messages(crd::judge(kind).expect("judge").schema(), &mut stated);
        // Types that kinds share are tested once.
        for rows in table() {
            for case in &rows.cases {
                for told in refusal(object(&rows, &case.bad)) {
                    stated.remove(&told.message);
                }
            }
        }
        missing.extend(
            stated
                .into_iter()
                .map(|message| format!("{kind}: {message}")),
        );
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_rule_and_pattern_compiles() {
    for kind in crd::kinds() {
        let faults = crd::judge(kind).expect("judge").faults();
        assert!(faults.is_empty(), "{kind}: {faults:?}");
    }
}

#[test]
fn a_null_is_as_good_as_absent() {
    let value = json!({"apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayBackend",
        "metadata": {"name": "a"}, "spec": {"ai": null, "static": {"host": "h", "port": 80, "unixPath": null}}});
    assert!(matches!(
        cp_api::decode(value),
        Ok(Object::AgentgatewayBackend(_))
    ));
}

#[test]
fn values_are_not_quoted() {
    let secret = "s3cr3t".repeat(400);
    let auth = json!({"key": secret, "location": {"header": {"name": secret}}});
    let value = json!({"apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayBackend",
        "metadata": {"name": "a"}, "spec": {"ai": {"provider": {"openai": {"model": [secret]}}},
        "policies": {"auth": auth, "tls": secret}}});
    let told = cp_api::decode(value).expect_err("refused").to_string();
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[test]
fn what_is_not_in_effect_is_noted() {
    let decode = |spec: Value| {
        let value = json!({"apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayPolicy",
            "metadata": {"name": "a"}, "spec": spec});
        let Object::AgentgatewayPolicy(policy) = cp_api::decode(value).expect("accepted") else {
            panic!("another kind");
        };
        policy.effects.clone()
    };
    let effects = decode(json!({
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "g"}],
        "traffic": {"phase": "PostRouting", "cors": {}, "retry": {"attempts": 1}},
    }));
    let paths: Vec<&str> = effects
        .missing
        .iter()
        .map(|field| field.path.as_str())
        .collect();
    assert_eq!(paths, ["spec.traffic.cors", "spec.traffic.retry"]);
    assert_eq!(effects.served, 0);
    assert_eq!(
        Kind::of("agentgateway.dev", "AgentgatewayPolicy"),
        Some(Kind::AgentgatewayPolicy)
    );
}
