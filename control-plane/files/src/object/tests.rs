//! Tables for what a directory adds to objects.

use cp_api::{Kind, Object, ObjectKey};

use super::{Reading, read, uid};
use crate::parse::{Format, parse};
use crate::problem::Severity;

#[track_caller]
fn reading(text: &str) -> Reading {
    let mut documents = parse(text.as_bytes(), Format::Yaml).expect("readable");
    assert_eq!(documents.len(), 1);
    let environment = |name: &str| match name {
        "KEY" => Some("from-the-environment".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    read(documents.remove(0), &environment)
}

#[track_caller]
fn fault(text: &str, line: u32, severity: Severity, words: &str) {
    let reading = reading(text);
    let fault = reading.faults.first().expect("a fault");
    assert!(fault.message.contains(words), "{fault:?}");
    assert_eq!(
        (fault.position.line, fault.severity),
        (line, severity),
        "{fault:?}"
    );
}

#[track_caller]
fn secret(text: &str, key: &str) -> String {
    let reading = reading(text);
    match reading.object {
        Some(Object::Secret(secret)) => {
            String::from_utf8(secret.data.get(key).expect("key").expose().to_vec()).expect("text")
        }
        other => panic!("not a secret: {other:?} {:?}", reading.faults),
    }
}

#[test]
fn a_uid_has_the_usual_form_and_does_not_change() {
    let key = ObjectKey::new(Kind::Gateway, "default", "edge");
    // A uid that changes between versions would make every proxy's state start anew.
    assert_eq!(uid(&key), uid(&key.clone()));
    let parts: Vec<usize> = uid(&key).split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert_eq!(uid(&key).as_bytes()[14], b'8');
    assert!(b"89ab".contains(&uid(&key).as_bytes()[19]));
    assert_ne!(
        uid(&key),
        uid(&ObjectKey::new(Kind::Gateway, "default", "edge2"))
    );
    assert_ne!(
        uid(&key),
        uid(&ObjectKey::new(Kind::HttpRoute, "default", "edge"))
    );
    assert_ne!(
        uid(&ObjectKey::new(Kind::Gateway, "a", "bc")),
        uid(&ObjectKey::new(Kind::Gateway, "ab", "c"))
    );
}

#[test]
fn an_object_gets_what_a_server_would_add() {
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  uid: other\n  generation: 9\n  creationTimestamp: null\nspec: {ports: [{port: 80}]}\n";
    let reading = reading(text);
    let object = reading
        .object
        .unwrap_or_else(|| panic!("{:?}", reading.faults));
    let metadata = object.metadata();
    assert_eq!(metadata.namespace, "default");
    assert_eq!(metadata.uid, uid(&object.key()));
    assert_eq!(metadata.generation, None);
    assert_eq!(metadata.creation_timestamp, None);
}

#[test]
fn the_environment_fills_secrets() {
    let text = |annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    tidegate.dev/from-env: {annotation:?}\nstringData:\n  a: from-the-file\n  b: untouched\n"
        )
    };
    assert_eq!(secret(&text("a=KEY"), "a"), "from-the-environment");
    assert_eq!(secret(&text("a=KEY"), "b"), "untouched");
    assert_eq!(secret(&text("a=UNSET"), "a"), "from-the-file");
    assert_eq!(secret(&text("a=EMPTY"), "a"), "from-the-file");
    assert_eq!(
        secret(&text("a=UNSET, c = KEY"), "c"),
        "from-the-environment"
    );
    fault(&text("a"), 6, Severity::Error, "must read KEY=VARIABLE");
    fault(&text("a=B C"), 6, Severity::Error, "must read KEY=VARIABLE");
    let data = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations: {tidegate.dev/from-env: a=KEY}\n";
    assert_eq!(secret(data, "a"), "from-the-environment");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    fault(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n",
        1,
        Severity::Warning,
        "not one Tidegate reads",
    );
    fault(
        "\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: d}\n",
        2,
        Severity::Error,
        "GRPCRoute",
    );
    fault(
        "apiVersion: gateway.networking.k8s.io/v9\nkind: Gateway\nmetadata: {name: d}\n",
        1,
        Severity::Error,
        "v1",
    );
    fault("services: {}\n", 1, Severity::Error, "apiVersion");
    fault("- 1\n- 2\n", 1, Severity::Error, "not a Kubernetes object");
    fault(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n  - port: many\n",
        8,
        Severity::Error,
        "spec.ports[1].port",
    );
}

#[test]
fn secrets_are_not_quoted() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: [hunter2]\n";
    let reading = reading(text);
    assert!(reading.object.is_none());
    assert!(!format!("{:?}", reading.faults).contains("hunter2"));
}

#[test]
fn a_misspelled_field_is_told_and_the_object_is_used() {
    let text = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n  \
                parentRefs: [{name: g}]\n  hostnamez: [a.test]\n";
    fault(text, 6, Severity::Warning, "spec.hostnamez");
    assert!(reading(text).object.is_some());
}
