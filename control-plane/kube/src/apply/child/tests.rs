//! What has to be done for a fleet, from what lives.

use cp_deploy::{Child, Fleet, HASH, Object, Platform, render};
use cp_translate::GatewayKey;
use kube::core::DynamicObject;
use serde_json::{Value, json};

use super::{ChildEvent, Children, Tells, watched};
use crate::apply::Rendered;

fn gateway() -> GatewayKey {
    GatewayKey::new("ns", "gw")
}

fn objects() -> Vec<Object> {
    let fleet = Fleet {
        namespace: "ns".to_owned(),
        name: "gw".to_owned(),
        uid: "uid-1".to_owned(),
        ports: vec![80],
        ..Fleet::default()
    };
    let text = str::to_owned;
    let platform = Platform {
        repository: text("proxy"),
        tag: text("1"),
        digest: None,
        version: text("1"),
        xds: text("cp:1"),
        xds_server_name: text("cp"),
        ca: text("ca"),
    };
    render(&fleet, &platform).expect("renders")
}

fn rendered() -> Rendered {
    Rendered {
        uid: "uid-1".to_owned(),
        ..Rendered::default()
    }
}

fn live(value: &Value, uid: &str) -> Box<DynamicObject> {
    let mut value = value.clone();
    value["metadata"]["uid"] = json!(uid);
    value["metadata"]["managedFields"] = json!([{"manager": "x"}]);
    Box::new(serde_json::from_value(value).expect("an object"))
}

/// An event of a watch in all namespaces.
fn event(child: Child, tells: Tells) -> ChildEvent {
    ChildEvent {
        watched: (child, None),
        tells,
    }
}

fn unknown() -> Children {
    Children::new(watched(&[None]))
}

/// Everything lives as it was rendered.
fn settled(objects: &[Object]) -> Children {
    let mut children = unknown();
    for child in Child::ALL {
        children.fold(event(child, Tells::Started));
        for object in objects.iter().filter(|object| object.kind == child) {
            children.fold(event(child, Tells::Listed(live(&object.value, "u"))));
        }
        children.fold(event(child, Tells::Complete));
    }
    children
}

/// Compares `+Kind` (new), `~Kind` (edited), `-Kind` (pruned), `!Kind` (somebody else's).
#[track_caller]
fn check(children: &Children, objects: &[Object], expected: &str) {
    let plan = children.plan(&gateway(), &rendered(), objects);
    let applied = plan.apply.iter().map(|(object, lives)| {
        let sign = if *lives { '~' } else { '+' };
        format!("{sign}{}", object.kind.as_str())
    });
    let pruned = plan
        .prune
        .iter()
        .map(|((kind, _, _), _)| format!("-{}", kind.as_str()));
    let taken = plan
        .taken
        .iter()
        .map(|(kind, _, _)| format!("!{}", kind.as_str()));
    let all: Vec<String> = applied.chain(pruned).chain(taken).collect();
    assert_eq!(all.join(" "), expected);
}

#[test]
fn nothing_is_known_before_every_kind_is_listed() {
    let mut children = unknown();
    assert!(!children.are_listed());
    children.fold(event(Child::Service, Tells::Failed("forbidden".to_owned())));
    let obstacle = children.obstacle().expect("an obstacle");
    assert!(
        obstacle.contains("Service objects cannot be watched: forbidden"),
        "{obstacle}"
    );
    for child in Child::ALL {
        children.fold(event(child, Tells::Started));
        children.fold(event(child, Tells::Complete));
    }
    assert!(children.are_listed());
    // A watch that breaks later takes nothing away.
    children.fold(event(Child::Service, Tells::Failed("gone".to_owned())));
    assert!(children.are_listed() && children.obstacle().is_none());
}

/// One namespace's list says nothing about another's objects.
#[test]
fn each_namespace_is_listed_by_itself() {
    let places = [Some("ns".into()), Some("other".into())];
    let mut children = Children::new(watched(&places));
    let objects = objects();
    for child in Child::ALL {
        for place in &places {
            let event = |tells| ChildEvent {
                watched: (child, place.clone()),
                tells,
            };
            assert!(!children.are_listed());
            children.fold(event(Tells::Started));
            for object in objects.iter().filter(|object| object.kind == child) {
                if place.as_deref() == Some("ns") {
                    children.fold(event(Tells::Listed(live(&object.value, "u"))));
                }
            }
            children.fold(event(Tells::Complete));
        }
    }
    assert!(children.are_listed());
    check(&children, &objects, "");
}

#[test]
fn what_is_as_rendered_is_left_alone() {
    let objects = objects();
    check(&settled(&objects), &objects, "");
}

#[test]
fn what_is_missing_or_edited_is_written() {
    let objects = objects();
    let empty = unknown();
    check(
        &empty,
        &objects,
        "+ServiceAccount +ConfigMap +ConfigMap +Service +Deployment",
    );
    let mut children = settled(&objects);
    let service = objects
        .iter()
        .find(|object| object.kind == Child::Service)
        .expect("a Service");
    let touched = children.fold(event(
        Child::Service,
        Tells::Deleted(live(&service.value, "u")),
    ));
    assert_eq!(touched, [gateway()]);
    check(&children, &objects, "+Service");
    let mut edited = service.value.clone();
    edited["spec"]["ports"][0]["port"] = json!(81);
    assert_eq!(
        children.fold(event(Child::Service, Tells::Applied(live(&edited, "u")))),
        [gateway()]
    );
    check(&children, &objects, "~Service");
    let mut stale = service.value.clone();
    stale["metadata"]["annotations"][HASH] = json!("other");
    children.fold(event(Child::Service, Tells::Applied(live(&stale, "u"))));
    check(&children, &objects, "~Service");
}

#[test]
fn what_is_not_rendered_goes_if_it_is_the_gateways() {
    let objects = objects();
    let mut children = settled(&objects);
    let mut old = objects.last().expect("a Deployment").value.clone();
    old["kind"] = json!("DaemonSet");
    children.fold(event(Child::DaemonSet, Tells::Applied(live(&old, "u"))));
    check(&children, &objects, "-DaemonSet");
    // A Gateway of the same name that was there before: the garbage collector's.
    old["metadata"]["ownerReferences"][0]["uid"] = json!("uid-0");
    children.fold(event(Child::DaemonSet, Tells::Applied(live(&old, "u"))));
    check(&children, &objects, "");
    // Our label alone makes nothing ours.
    old["metadata"]["ownerReferences"] = json!([]);
    children.fold(event(Child::DaemonSet, Tells::Applied(live(&old, "u"))));
    check(&children, &objects, "");
}

#[test]
fn what_is_somebody_elses_stays() {
    let objects = objects();
    let mut children = settled(&objects);
    let mut foreign = objects.first().expect("an account").value.clone();
    foreign["metadata"]["ownerReferences"][0]["name"] = json!("other");
    let touched = children.fold(event(
        Child::ServiceAccount,
        Tells::Applied(live(&foreign, "u")),
    ));
    assert_eq!(touched.len(), 2);
    check(&children, &objects, "!ServiceAccount");
}

/// What a watch missed shows in the next list.
#[test]
fn a_list_says_what_is_gone() {
    let objects = objects();
    let mut children = settled(&objects);
    children.fold(event(Child::Service, Tells::Started));
    assert_eq!(
        children.fold(event(Child::Service, Tells::Complete)),
        [gateway()]
    );
    check(&children, &objects, "+Service");
}
