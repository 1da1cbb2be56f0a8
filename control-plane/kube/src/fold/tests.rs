//! Signals in, changes out: what arrives, what stays, what leaves, and what is told of it.

use std::collections::BTreeSet;

use cp_api::key::Kind;
use cp_api::{Object, ObjectKey};
use cp_translate::{Change, Outline};
use serde_json::json;

use super::{Fold, News};
use crate::failure::{Failure, Reason};
use crate::reading::{Reading, Unreadable};
use crate::selection::{Selection, parse};
use crate::watch::{Signal, WatchId};

fn id(kind: Kind) -> WatchId {
    WatchId {
        kind,
        namespace: None,
    }
}

fn within(kind: Kind, namespace: &str) -> WatchId {
    WatchId {
        kind,
        namespace: Some(namespace.into()),
    }
}

fn object(kind: Kind, namespace: &str, name: &str, label: &str) -> Reading {
    let value = json!({"apiVersion": "v1", "kind": kind.as_str(),
        "metadata": {"name": name, "namespace": namespace, "labels": {"l": label}}});
    let object: Object = cp_api::decode(value).expect("decodes");
    Reading {
        key: object.key(),
        content: Ok(Box::new(object)),
    }
}

fn config(namespace: &str, name: &str) -> Reading {
    object(Kind::ConfigMap, namespace, name, "")
}

fn unreadable(namespace: &str, name: &str) -> Reading {
    Reading {
        key: ObjectKey::new(Kind::ConfigMap, namespace, name),
        content: Err(Unreadable {
            message: "no".to_owned(),
            outline: Outline::default(),
        }),
    }
}

fn failed(reason: Reason, cause: &str) -> Signal {
    Signal::Failed(Failure {
        reason,
        cause: cause.to_owned(),
    })
}

/// Feeds signals; nothing may be asked for.
fn feed(fold: &mut Fold, id: &WatchId, signals: Vec<Signal>) {
    for signal in signals {
        assert_eq!(fold.on(id, signal), [], "nothing to list again");
    }
}

/// A list of these objects.
fn list(readings: Vec<Reading>) -> Vec<Signal> {
    let listed = readings.into_iter().map(Signal::Listed);
    std::iter::once(Signal::Started)
        .chain(listed)
        .chain([Signal::Complete])
        .collect()
}

fn words(news: &News) -> Vec<String> {
    let word = |change: &Change| match change {
        Change::Apply { object, .. } => format!("+{}", object.key()),
        Change::Delete(key) => format!("-{key}"),
        Change::Invalid { key, .. } => format!("!{key}"),
        Change::Relist { .. }
        | Change::Rejected(_)
        | Change::Retry(_)
        | Change::Accepted(_)
        | Change::Applied { .. } => format!("{change:?}"),
    };
    news.changes.iter().map(word).collect()
}

#[track_caller]
fn check(fold: &mut Fold, expected: &[&str]) {
    assert_eq!(words(&fold.take()), expected);
}

/// A fold that watches ConfigMaps everywhere.
fn configs() -> Fold {
    let mut fold = Fold::new(Selection::All);
    fold.open(id(Kind::ConfigMap));
    fold.found_out(BTreeSet::new());
    fold
}

#[test]
fn a_list_is_applied_and_a_later_one_takes_away_what_it_lacks() {
    let mut fold = configs();
    let watch = id(Kind::ConfigMap);
    feed(
        &mut fold,
        &watch,
        list(vec![config("n", "a"), config("n", "b")]),
    );
    check(&mut fold, &["+ConfigMap n/a", "+ConfigMap n/b"]);
    let again = vec![config("n", "b"), config("n", "c")];
    feed(&mut fold, &watch, list(again));
    check(
        &mut fold,
        &["+ConfigMap n/b", "+ConfigMap n/c", "-ConfigMap n/a"],
    );
}

#[test]
fn changes_between_lists_count() {
    let mut fold = configs();
    let watch = id(Kind::ConfigMap);
    feed(&mut fold, &watch, list(vec![config("n", "a")]));
    let gone = ObjectKey::new(Kind::ConfigMap, "n", "a");
    let signals = vec![Signal::Applied(config("n", "b")), Signal::Deleted(gone)];
    feed(&mut fold, &watch, signals);
    fold.take();
    feed(&mut fold, &watch, list(vec![config("n", "b")]));
    check(&mut fold, &["+ConfigMap n/b"]);
}

#[test]
fn a_list_that_breaks_takes_nothing_away() {
    let mut fold = configs();
    let watch = id(Kind::ConfigMap);
    feed(
        &mut fold,
        &watch,
        list(vec![config("n", "a"), config("n", "b")]),
    );
    fold.take();
    let broken = vec![
        Signal::Started,
        Signal::Listed(config("n", "b")),
        failed(Reason::Unreachable, "reset"),
        Signal::Started,
    ];
    feed(&mut fold, &watch, broken);
    check(&mut fold, &["+ConfigMap n/b"]);
    let rest = vec![Signal::Listed(config("n", "a")), Signal::Complete];
    feed(&mut fold, &watch, rest);
    check(&mut fold, &["+ConfigMap n/a", "-ConfigMap n/b"]);
}

#[test]
fn an_object_that_cannot_be_read_is_there_all_the_same() {
    let mut fold = configs();
    let watch = id(Kind::ConfigMap);
    feed(&mut fold, &watch, list(vec![config("n", "a")]));
    fold.take();
    feed(&mut fold, &watch, list(vec![unreadable("n", "a")]));
    check(&mut fold, &["!ConfigMap n/a"]);
    feed(&mut fold, &watch, list(Vec::new()));
    check(&mut fold, &["-ConfigMap n/a"]);
}

#[test]
fn it_is_complete_when_every_watch_has_listed_once() {
    let mut fold = Fold::new(Selection::All);
    let complete = |fold: &mut Fold, expected| assert_eq!(fold.take().is_complete, expected);
    fold.open(id(Kind::ConfigMap));
    fold.open(id(Kind::Service));
    feed(&mut fold, &id(Kind::ConfigMap), list(Vec::new()));
    feed(&mut fold, &id(Kind::Service), list(Vec::new()));
    complete(&mut fold, false);
    fold.open(id(Kind::Secret));
    fold.found_out(BTreeSet::new());
    complete(&mut fold, false);
    feed(
        &mut fold,
        &id(Kind::Secret),
        vec![failed(Reason::Forbidden, "no"), Signal::Started],
    );
    complete(&mut fold, false);
    feed(&mut fold, &id(Kind::Secret), list(Vec::new()));
    assert!(fold.has_news(), "completeness is news");
    complete(&mut fold, true);
    // A kind that comes later, or a watch that breaks, does not take it back.
    fold.open(id(Kind::Gateway));
    feed(
        &mut fold,
        &id(Kind::Secret),
        vec![failed(Reason::Refused, "no")],
    );
    complete(&mut fold, true);
}

#[test]
fn a_kind_that_is_not_served_any_more_leaves_and_comes_back() {
    let mut fold = configs();
    let watch = id(Kind::ConfigMap);
    feed(
        &mut fold,
        &watch,
        list(vec![config("n", "a"), unreadable("n", "b")]),
    );
    fold.take();
    fold.close(Kind::ConfigMap);
    check(&mut fold, &["-ConfigMap n/a", "-ConfigMap n/b"]);
    feed(&mut fold, &watch, vec![Signal::Applied(config("n", "z"))]);
    check(&mut fold, &[]);
    fold.open(watch.clone());
    feed(&mut fold, &watch, list(vec![config("n", "a")]));
    check(&mut fold, &["+ConfigMap n/a"]);
}

#[test]
fn watches_of_one_kind_do_not_take_from_each_other() {
    let mut fold = Fold::new(Selection::Named(["a".to_owned(), "b".to_owned()].into()));
    let (a, b) = (within(Kind::ConfigMap, "a"), within(Kind::ConfigMap, "b"));
    fold.open(a.clone());
    fold.open(b.clone());
    feed(&mut fold, &a, list(vec![config("a", "x")]));
    feed(&mut fold, &b, list(vec![config("b", "x")]));
    fold.take();
    feed(&mut fold, &a, list(Vec::new()));
    check(&mut fold, &["-ConfigMap a/x"]);
    assert_eq!(fold.kinds().get(&Kind::ConfigMap), Some(&(true, 1)));
}

#[test]
fn labels_of_namespaces_decide_what_is_read() {
    let selectors = vec![parse("l=yes").expect("a selector")];
    let mut fold = Fold::new(Selection::Labelled(selectors));
    let (namespaces, configs) = (id(Kind::Namespace), id(Kind::ConfigMap));
    let namespace = |name, label| object(Kind::Namespace, "", name, label);
    fold.open(namespaces.clone());
    assert!(!fold.knows_namespaces());
    let listed = list(vec![namespace("in", "yes"), namespace("out", "no")]);
    feed(&mut fold, &namespaces, listed);
    assert!(fold.knows_namespaces());
    check(&mut fold, &["+Namespace in"]);

    fold.open(configs.clone());
    feed(
        &mut fold,
        &configs,
        list(vec![config("in", "a"), config("out", "a")]),
    );
    check(&mut fold, &["+ConfigMap in/a"]);

    // Its objects were passed over, so they are listed again.
    let again = fold.on(&namespaces, Signal::Applied(namespace("out", "yes")));
    assert_eq!(again, std::slice::from_ref(&configs));
    feed(
        &mut fold,
        &configs,
        list(vec![config("in", "a"), config("out", "a")]),
    );
    check(
        &mut fold,
        &["+Namespace out", "+ConfigMap in/a", "+ConfigMap out/a"],
    );

    // Nothing of it was passed over: there is nothing to list.
    let fresh = vec![Signal::Applied(namespace("new", "yes"))];
    feed(&mut fold, &namespaces, fresh);
    check(&mut fold, &["+Namespace new"]);

    let leaves = vec![Signal::Applied(namespace("in", "no"))];
    feed(&mut fold, &namespaces, leaves);
    check(&mut fold, &["-ConfigMap in/a", "-Namespace in"]);
    let back = fold.on(&namespaces, Signal::Applied(namespace("in", "yes")));
    assert_eq!(back, [configs]);
}

#[test]
fn an_outage_is_told_once_for_all_kinds() {
    let mut fold = configs();
    fold.open(id(Kind::Service));
    let told = |fold: &mut Fold| fold.take().problems;
    feed(
        &mut fold,
        &id(Kind::ConfigMap),
        vec![failed(Reason::Unreachable, "refused")],
    );
    let first = told(&mut fold);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains("does not answer: refused"), "{first:?}");
    feed(
        &mut fold,
        &id(Kind::Service),
        vec![failed(Reason::Unreachable, "reset")],
    );
    feed(
        &mut fold,
        &id(Kind::ConfigMap),
        vec![failed(Reason::Unreachable, "timed out")],
    );
    assert!(!fold.has_news());
    feed(&mut fold, &id(Kind::ConfigMap), list(Vec::new()));
    assert_eq!(told(&mut fold), first, "while one is left it is not over");
    feed(&mut fold, &id(Kind::Service), list(Vec::new()));
    assert_eq!(told(&mut fold), Vec::<String>::new());
}

#[test]
fn what_a_role_lacks_is_told_per_kind() {
    let mut fold = configs();
    feed(
        &mut fold,
        &id(Kind::ConfigMap),
        vec![failed(Reason::Forbidden, "no 1")],
    );
    feed(
        &mut fold,
        &id(Kind::ConfigMap),
        vec![failed(Reason::Forbidden, "no 2")],
    );
    let problems = fold.take().problems;
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("ConfigMap: no 1; give"),
        "{problems:?}"
    );
    assert_eq!(fold.kinds().get(&Kind::ConfigMap), Some(&(false, 0)));
    feed(&mut fold, &id(Kind::ConfigMap), list(Vec::new()));
    assert!(fold.take().problems.is_empty());
}

#[test]
fn a_gap_and_an_absent_kind_are_no_problems() {
    let mut fold = configs();
    fold.take();
    let signals = vec![
        failed(Reason::Expired, "old"),
        failed(Reason::Absent, "404"),
    ];
    feed(&mut fold, &id(Kind::ConfigMap), signals);
    assert!(fold.take().problems.is_empty());
}

#[test]
fn a_definition_without_a_version_of_ours_is_told() {
    let mut fold = configs();
    fold.found_out([Kind::Gateway].into());
    let problems = fold.take().problems;
    assert_eq!(
        problems,
        [
            "gateways.gateway.networking.k8s.io: none of the versions that Tidegate reads is served (v1, v1beta1); \
             what was read last stays in force"
        ]
    );
}
