//! Tables for environments and command lines.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::images::ImageMap;

struct Fixed;

impl Sources for Fixed {
    fn secret(&self, namespace: &str, name: &str) -> Option<Arc<Secret>> {
        (namespace == "shop" && name == "s").then(|| {
            Arc::new(serde_json::from_value(json!({"data": {"password": "aHVudGVy"}})).expect("ok"))
        })
    }

    fn config_map(&self, namespace: &str, name: &str) -> Option<Arc<ConfigMap>> {
        (namespace == "shop" && name == "m").then(|| {
            Arc::new(serde_json::from_value(json!({"data": {"A": "1", "B": "2"}})).expect("ok"))
        })
    }
}

fn resolved(container: &Value) -> Result<Environment, EnvError> {
    let pod = serde_json::from_value(json!({
        "metadata": {"name": "web-0", "namespace": "shop"}, "spec": {"containers": []}
    }))
    .expect("a Pod");
    let mut container = container.clone();
    container["name"] = json!("c");
    let container = serde_json::from_value(container).expect("a container");
    let place = Place {
        pod_ip: Ipv4Addr::new(10, 244, 0, 5),
        host_ip: Ipv4Addr::new(10, 244, 0, 1),
        node_name: "lab-node".into(),
    };
    let base = BTreeMap::from([("BASE".into(), "b".into())]);
    resolve(&pod, &container, &place, &Fixed, &base)
}

#[track_caller]
fn check(container: Value, expected: &[(&str, &str)]) {
    let mut found = resolved(&container).expect("resolves");
    assert_eq!(found.remove("BASE").as_deref(), Some("b"));
    let expected: Environment = expected
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn values_come_from_everywhere() {
    check(
        json!({"env": [{"name": "X", "value": "1"}, {"name": "Y"}]}),
        &[("X", "1"), ("Y", "")],
    );
    check(
        json!({"env": [
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {"name": "AT", "value": "$(POD)@$(IP)"},
        ]}),
        &[
            ("POD", "web-0"),
            ("IP", "10.244.0.5"),
            ("AT", "web-0@10.244.0.5"),
        ],
    );
    check(
        json!({"env": [
            {"name": "P", "valueFrom": {"secretKeyRef": {"name": "s", "key": "password"}}},
            {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "A"}}},
            {"name": "N", "valueFrom": {"configMapKeyRef": {"name": "no", "key": "A", "optional": true}}},
        ]}),
        &[("P", "hunter"), ("A", "1")],
    );
    check(
        json!({"resources": {"limits": {"cpu": "2"}}, "env": [
            {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        ]}),
        &[("CPU", "2")],
    );
}

#[test]
fn whole_objects_are_imported_and_overridden() {
    check(
        json!({
            "envFrom": [
                {"prefix": "M_", "configMapRef": {"name": "m"}},
                {"secretRef": {"name": "s"}},
                {"secretRef": {"name": "no", "optional": true}},
            ],
            "env": [{"name": "M_B", "value": "$(M_A)3"}],
        }),
        &[("M_A", "1"), ("M_B", "13"), ("password", "hunter")],
    );
}

#[test]
fn what_is_missing_is_named_and_its_value_is_not() {
    let from = |from: Value| resolved(&json!({"env": [{"name": "V", "valueFrom": from}]}));
    let error = |from_: Value| from(from_).expect_err("missing").to_string();
    assert_eq!(
        error(json!({"secretKeyRef": {"name": "no", "key": "k"}})),
        "Secret no that variable `V` needs does not exist"
    );
    assert_eq!(
        error(json!({"secretKeyRef": {"name": "s", "key": "k"}})),
        "Secret s has no key `k`, which variable `V` needs"
    );
    assert_eq!(
        error(json!({"fieldRef": {"fieldPath": "status.phase"}})),
        "variable `V`: field path `status.phase` is not known"
    );
    let all = resolved(&json!({"envFrom": [{"configMapRef": {"name": "no"}}]}));
    assert!(all.is_err());
}

#[test]
fn references_are_expanded_as_kubernetes_does() {
    let env = BTreeMap::from([("A".into(), "1".into()), ("B".into(), "$(A)".into())]);
    for (text, expected) in [
        ("", ""),
        ("$(A)", "1"),
        ("x$(A)y$(A)", "x1y1"),
        ("$(B)", "$(A)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(NO)", "$(NO)"),
        ("$A", "$A"),
        ("$", "$"),
        ("$(A", "$(A"),
        ("$()", "$()"),
        ("a$$b", "a$b"),
    ] {
        assert_eq!(expand(text, &env), expected, "{text}");
    }
}

#[test]
fn a_command_replaces_the_entrypoint_unless_the_image_is_fixed() {
    let map = ImageMap::parse(
        "[[image]]\nprefix=[\"free\"]\nargv=[\"prog\",\"-v\"]\n\
         [[image]]\nprefix=[\"fixed\"]\nargv=[\"prog\"]\nfixed=true",
    )
    .expect("a map");
    let env = BTreeMap::from([("A".into(), "1".into())]);
    let argv = |image: &str, container: Value| {
        let container = serde_json::from_value(container).expect("a container");
        argv(map.find(image).expect("known"), &container, &env).join(" ")
    };
    assert_eq!(argv("free", json!({"name": "c"})), "prog -v");
    assert_eq!(
        argv("free", json!({"name": "c", "args": ["--a=$(A)"]})),
        "prog -v --a=1"
    );
    let command = json!({"name": "c", "command": ["sh", "$(A)"], "args": ["x"]});
    assert_eq!(argv("free", command.clone()), "sh 1 x");
    assert_eq!(argv("fixed", command), "prog x");
}
