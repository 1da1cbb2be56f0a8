//! Inputs: what counts as a change, and what is derived where the source is silent.

use serde_json::{Value, json};

use super::Inputs;
use crate::change::{Change, Origin};
use crate::outline::Outline;
use cp_api::{Kind, ObjectKey};

fn apply(value: Value, line: u32) -> Change {
    let object = Box::new(cp_api::decode(value).expect("decodes"));
    Change::Apply {
        object,
        origin: Some(Origin {
            file: "a.yaml".into(),
            line,
        }),
    }
}

fn service(port: u16) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
        "spec": {"ports": [{"port": port}]}})
}

fn slice(name: &str, service: &str) -> Value {
    json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}}})
}

fn generation(inputs: &Inputs) -> (i64, u32) {
    let name = ("default".to_owned(), "a".to_owned());
    let source = &inputs.tables().services.get(&name).expect("there").source;
    (source.generation, source.line)
}

fn slices(inputs: &Inputs, service: &str) -> usize {
    let name = ("default".to_owned(), service.to_owned());
    inputs
        .tables()
        .slices_by_service
        .get(&name)
        .map_or(0, imbl::OrdSet::len)
}

#[test]
fn equal_content_is_no_change() {
    let one = Inputs::default().with(apply(service(80), 1));
    assert!(one.same(&one.with(apply(service(80), 1))));
    assert!(!one.same(&one.with(apply(service(81), 1))));
    let absent = Change::Delete(ObjectKey::new(Kind::Service, "default", "b"));
    assert!(one.same(&one.with(absent)));
}

#[test]
fn generation_counts_content_only() {
    let one = Inputs::default().with(apply(service(80), 1));
    assert_eq!(generation(&one), (1, 1));
    let moved = one.with(apply(service(80), 9));
    assert!(!moved.same(&one), "the line has to be told");
    assert_eq!(generation(&moved), (1, 9));
    assert_eq!(generation(&moved.with(apply(service(81), 9))), (2, 9));
}

#[test]
fn what_the_source_says_is_kept() {
    let mut value = service(80);
    value["metadata"]["uid"] = json!("u-1");
    value["metadata"]["generation"] = json!(7);
    let inputs = Inputs::default().with(apply(value, 1));
    let stored = inputs
        .tables()
        .services
        .values()
        .next()
        .expect("there")
        .source
        .clone();
    assert_eq!((stored.uid.as_str(), stored.generation), ("u-1", 7));
}

#[test]
fn uid_follows_from_identity() {
    let uid = |value| {
        let inputs = Inputs::default().with(apply(value, 1));
        inputs
            .tables()
            .services
            .values()
            .next()
            .expect("there")
            .source
            .uid
            .clone()
    };
    assert_eq!(uid(service(80)), uid(service(81)));
    let mut other = service(80);
    other["metadata"]["namespace"] = json!("other");
    assert_ne!(uid(service(80)), uid(other));
    assert_eq!(uid(service(80)).len(), 36);
}

#[test]
fn slices_are_found_by_service() {
    let both = Inputs::default().with_all([apply(slice("x", "a"), 1), apply(slice("y", "a"), 2)]);
    assert_eq!((slices(&both, "a"), slices(&both, "b")), (2, 0));
    let moved = both.with(apply(slice("x", "b"), 1));
    assert_eq!((slices(&moved, "a"), slices(&moved, "b")), (1, 1));
    let gone = moved.with(Change::Delete(ObjectKey::new(
        Kind::EndpointSlice,
        "default",
        "x",
    )));
    assert_eq!((slices(&gone, "a"), slices(&gone, "b")), (1, 0));
}

#[test]
fn a_relist_replaces_a_kind() {
    let before = Inputs::default().with_all([
        apply(service(80), 1),
        apply(slice("x", "a"), 2),
        apply(slice("y", "a"), 3),
    ]);
    let object = Box::new(cp_api::decode(slice("y", "a")).expect("decodes"));
    let after = before.with(Change::Relist {
        kind: Kind::EndpointSlice,
        objects: vec![(object, None)],
    });
    assert_eq!(slices(&after, "a"), 1);
    assert_eq!(after.len(), 2, "other kinds stay");
}

#[test]
fn an_unreadable_object_keeps_its_last_good_content() {
    let key = ObjectKey::new(Kind::Service, "default", "a");
    let invalid = || Change::Invalid {
        key: key.clone(),
        message: "spec: no".to_owned(),
        origin: None,
        outline: Outline::default(),
    };
    let good = Inputs::default().with(apply(service(80), 1));
    let bad = good.with(invalid());
    assert_eq!((bad.len(), bad.tables().invalid.len()), (1, 1));
    assert!(bad.same(&bad.with(invalid())));
    let mended = bad.with(apply(service(80), 1));
    assert!(mended.tables().invalid.is_empty());
    assert!(bad.with(Change::Delete(key)).is_empty());
}
