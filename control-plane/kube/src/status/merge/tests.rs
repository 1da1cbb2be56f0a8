//! What is written over what stands.

use cp_api::condition::{Condition, ConditionType, Reason};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{MESSAGE, has_own, merge};
use crate::status::shape::Shape;
use crate::status::wanted::{Entry, Wanted};

const OURS: &str = "tidegate.dev/gateway-controller";
const THEN: &str = "2026-01-01T00:00:00Z";
const NOW: &str = "2026-02-02T00:00:00Z";

fn accepted() -> Condition {
    Condition::holds(ConditionType::Accepted, Reason::Accepted)
}

fn programmed() -> Condition {
    Condition::holds(ConditionType::Programmed, Reason::Programmed)
}

fn pending(words: &str) -> Condition {
    Condition::fails(ConditionType::Programmed, Reason::Pending, words)
}

fn written(condition: &Condition, generation: i64, at: &str) -> Value {
    json!({
        "type": condition.kind.as_str(),
        "status": condition.status.as_str(),
        "observedGeneration": generation,
        "lastTransitionTime": at,
        "reason": condition.reason.as_str(),
        "message": condition.message,
    })
}

fn foreign_condition() -> Value {
    json!({"type": "example.com/Audited", "status": "True", "reason": "Yes", "message": "",
        "lastTransitionTime": THEN, "observedGeneration": 1})
}

fn parent(name: &str) -> Value {
    json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name})
}

fn identity(name: &str) -> Map<String, Value> {
    let identity = json!({"parentRef": parent(name), "controllerName": OURS});
    identity.as_object().cloned().expect("an object")
}

fn item(name: &str, conditions: &[Condition]) -> Entry {
    Entry {
        identity: identity(name),
        fields: Map::new(),
        conditions: conditions.to_vec(),
    }
}

fn route(entries: Vec<Entry>) -> Wanted {
    Wanted {
        generation: Some(2),
        entries,
        ..Wanted::nothing(Shape::Parents, OURS)
    }
}

fn whole(conditions: &[Condition]) -> Wanted {
    Wanted {
        generation: Some(2),
        conditions: conditions.to_vec(),
        ..Wanted::nothing(Shape::Conditions, OURS)
    }
}

fn live(status: Value) -> Value {
    json!({"metadata": {"uid": "u", "generation": 2}, "status": status})
}

fn entry(controller: &str, name: &str, conditions: &[Value]) -> Value {
    json!({"parentRef": parent(name), "controllerName": controller, "conditions": conditions})
}

/// What is written over `status`, which then is right.
#[track_caller]
fn check(status: Value, wanted: &Wanted, expected: Option<Value>) {
    let found = merge(&live(status), wanted, NOW);
    assert_eq!(found, expected);
    if let Some(status) = found {
        assert_eq!(merge(&live(status), wanted, "later"), None);
    }
}

#[test]
fn an_object_without_a_status_gets_one() {
    let expected = json!({"conditions": [written(&accepted(), 2, NOW)]});
    check(Value::Null, &whole(&[accepted()]), Some(expected.clone()));
    check(json!({}), &whole(&[accepted()]), Some(expected));
}

#[test]
fn what_is_right_is_not_written() {
    let status = json!({"conditions": [written(&accepted(), 2, THEN)]});
    check(status, &whole(&[accepted()]), None);
}

#[test]
fn a_new_generation_is_told_by_every_condition_and_moves_no_time() {
    let status =
        json!({"conditions": [written(&accepted(), 1, THEN), written(&pending("a"), 1, THEN)]});
    let expected =
        json!({"conditions": [written(&accepted(), 2, THEN), written(&programmed(), 2, NOW)]});
    check(status, &whole(&[accepted(), programmed()]), Some(expected));
}

#[test]
fn other_words_change_no_time() {
    let status = json!({"conditions": [written(&pending("0 of 2"), 2, THEN)]});
    let expected = json!({"conditions": [written(&pending("1 of 2"), 2, THEN)]});
    check(status, &whole(&[pending("1 of 2")]), Some(expected));
}

#[test]
fn conditions_keep_their_places_and_those_of_others_stay() {
    let status = json!({
        "other": 7,
        "conditions": [
            written(&pending("a"), 2, THEN),
            foreign_condition(),
            written(&Condition::holds(ConditionType::PartiallyInvalid, Reason::UnsupportedValue), 2, THEN),
        ],
    });
    let expected = json!({
        "other": 7,
        "conditions": [
            written(&programmed(), 2, NOW),
            foreign_condition(),
            written(&accepted(), 2, NOW),
        ],
    });
    check(status, &whole(&[accepted(), programmed()]), Some(expected));
}

#[test]
fn programmed_is_withdrawn_by_a_fault_only() {
    let reached = |generation| json!({"conditions": [written(&programmed(), generation, THEN)]});
    // A control plane that has just started does not know its proxies yet.
    check(reached(2), &whole(&[pending("no proxy")]), None);
    let not_yet = json!({"conditions": [written(&pending("0 of 1"), 2, NOW)]});
    check(reached(1), &whole(&[pending("0 of 1")]), Some(not_yet));
    let refused = Condition::fails(ConditionType::Programmed, Reason::RejectedByProxy, "no");
    let fault = json!({"conditions": [written(&refused, 2, NOW)]});
    check(reached(2), &whole(&[refused]), Some(fault));
}

#[test]
fn entries_of_others_stay_where_they_are_and_stale_ones_of_ours_go() {
    let theirs = entry("example.com/other", "a", &[foreign_condition()]);
    let status = json!({"parents": [
        entry(OURS, "gone", &[written(&accepted(), 2, THEN)]),
        theirs,
        entry(OURS, "b", &[written(&accepted(), 2, THEN)]),
    ]});
    let expected = json!({"parents": [
        theirs,
        entry(OURS, "b", &[written(&accepted(), 2, THEN)]),
        entry(OURS, "a", &[written(&accepted(), 2, NOW)]),
    ]});
    let wanted = route(vec![item("a", &[accepted()]), item("b", &[accepted()])]);
    check(status, &wanted, Some(expected));
}

#[test]
fn a_route_that_is_not_ours_any_more_loses_our_entries_only() {
    let theirs = entry("example.com/other", "a", &[foreign_condition()]);
    let ours = entry(OURS, "a", &[written(&accepted(), 2, THEN)]);
    let nothing = Wanted::nothing(Shape::Parents, OURS);
    check(
        json!({"parents": [ours, theirs]}),
        &nothing,
        Some(json!({"parents": [theirs]})),
    );
    check(json!({"parents": [theirs]}), &nothing, None);
    check(
        json!({"parents": [ours]}),
        &nothing,
        Some(json!({"parents": []})),
    );
    check(Value::Null, &nothing, None);
    assert!(has_own(
        Shape::Parents,
        OURS,
        &live(json!({"parents": [theirs, ours]}))
    ));
    assert!(!has_own(
        Shape::Parents,
        OURS,
        &live(json!({"parents": [theirs]}))
    ));
}

#[test]
fn a_route_that_cannot_be_read_says_so_where_it_was_served() {
    let theirs = entry("example.com/other", "a", &[foreign_condition()]);
    let invalid = Condition::fails(ConditionType::Accepted, Reason::Invalid, "spec: no");
    let blind = Wanted {
        blind: Some(vec![invalid.clone()]),
        ..Wanted::nothing(Shape::Parents, OURS)
    };
    let status = json!({"parents": [theirs, entry(OURS, "a", &[written(&accepted(), 1, THEN)])]});
    let expected = json!({"parents": [theirs, entry(OURS, "a", &[written(&invalid, 2, NOW)])]});
    check(status, &blind, Some(expected));
    check(json!({"parents": [theirs]}), &blind, None);
}

#[test]
fn an_older_view_never_replaces_a_newer_one() {
    let wanted = Wanted {
        generation: Some(1),
        ..whole(&[pending("old")])
    };
    check(
        json!({"conditions": [written(&accepted(), 2, THEN)]}),
        &wanted,
        None,
    );
    // Nobody saw a generation that does not exist yet.
    let lie = json!({"conditions": [written(&pending("old"), 7, THEN)]});
    let expected = json!({"conditions": [written(&pending("old"), 1, THEN)]});
    check(lie, &wanted, Some(expected));
    let in_entry = json!({"parents": [entry(OURS, "a", &[written(&accepted(), 2, THEN)])]});
    let wanted = Wanted {
        generation: Some(1),
        ..route(vec![item("a", &[pending("old")])])
    };
    check(in_entry, &wanted, None);
}

#[test]
fn an_object_that_was_made_anew_waits_for_its_own_translation() {
    let wanted = Wanted {
        uid: "before".to_owned(),
        ..whole(&[accepted()])
    };
    check(Value::Null, &wanted, None);
}

#[test]
fn listeners_that_are_gone_go_and_fields_follow() {
    let listener = |name: &str, routes: u32| {
        json!({"name": name, "supportedKinds": [], "attachedRoutes": routes,
            "conditions": [written(&accepted(), 2, THEN)]})
    };
    let fields = json!({"supportedKinds": [], "attachedRoutes": 3});
    let name = json!({"name": "b"});
    let wanted = Wanted {
        generation: Some(2),
        conditions: vec![accepted()],
        entries: vec![Entry {
            identity: name.as_object().cloned().expect("an object"),
            fields: fields.as_object().cloned().expect("an object"),
            conditions: vec![accepted()],
        }],
        ..Wanted::nothing(Shape::Listeners, OURS)
    };
    let status = json!({
        "conditions": [written(&accepted(), 2, THEN)],
        "addresses": [{"type": "IPAddress", "value": "192.0.2.1"}],
        "listeners": [listener("a", 0), listener("b", 0)],
    });
    let expected = json!({
        "conditions": [written(&accepted(), 2, THEN)],
        "addresses": [{"type": "IPAddress", "value": "192.0.2.1"}],
        "listeners": [listener("b", 3)],
    });
    check(status, &wanted, Some(expected));
}

#[test]
fn what_does_not_fit_is_left_out_or_summed_up() {
    let of = |shape: Shape, count: usize, foreign: usize| {
        let names: Vec<String> = (0..count).map(|index| format!("g{index:02}")).collect();
        let wanted = Wanted {
            shape,
            ..route(names.iter().map(|name| item(name, &[accepted()])).collect())
        };
        let others: Vec<Value> = (0..foreign)
            .map(|index| entry("example.com/other", &format!("x{index}"), &[]))
            .collect();
        let field = shape.list().expect("a list");
        let status = merge(&live(json!({field: others})), &wanted, NOW).expect("a change");
        assert_eq!(merge(&live(status.clone()), &wanted, "later"), None);
        let entries = status[field].as_array().cloned().expect("a list");
        let summed_up = entries
            .iter()
            .filter(|entry| entry["ancestorRef"]["name"] == "StatusSummary")
            .count();
        (entries.len(), summed_up)
    };
    assert_eq!(of(Shape::Parents, 32, 0), (32, 0));
    assert_eq!(of(Shape::Parents, 32, 5), (32, 0));
    assert_eq!(of(Shape::Ancestors, 16, 0), (16, 0));
    assert_eq!(of(Shape::Ancestors, 17, 0), (16, 1));
    assert_eq!(of(Shape::Ancestors, 20, 3), (16, 1));
}

#[test]
fn a_message_is_cut_between_characters() {
    let long = format!("{}é", "x".repeat(MESSAGE - 1));
    let status = merge(&live(Value::Null), &whole(&[pending(&long)]), NOW).expect("a change");
    let message = status["conditions"][0]["message"]
        .as_str()
        .expect("a message");
    assert_eq!(message, "x".repeat(MESSAGE - 1));
}

#[test]
fn no_list_of_conditions_outgrows_the_api_server() {
    let others: Vec<Value> = (0..8)
        .map(|index| json!({"type": format!("example.com/{index}"), "status": "True"}))
        .collect();
    let status = merge(
        &live(json!({"conditions": others})),
        &whole(&[accepted(), programmed()]),
        NOW,
    );
    let status = status.expect("a change");
    let kinds: Vec<&str> = status["conditions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|condition| condition["type"].as_str())
        .collect();
    assert_eq!(kinds.len(), 8);
    assert!(kinds.ends_with(&["Accepted", "Programmed"]));
}

#[test]
fn words_have_the_form_that_the_api_server_asks_for() {
    for reason in Reason::ALL {
        let word = reason.as_str();
        assert!(word.len() <= 1024 && word.chars().all(|letter| letter.is_ascii_alphabetic()));
    }
}

fn some_condition() -> impl Strategy<Value = Condition> {
    let reasons = prop::sample::select(vec![Reason::Accepted, Reason::Pending, Reason::Invalid]);
    let kinds = prop::sample::select(ConditionType::ALL.to_vec());
    (kinds, any::<bool>(), reasons, "[a-c]{0,2}").prop_map(|(kind, holds, reason, words)| {
        if holds {
            Condition::holds(kind, reason).saying(words)
        } else {
            Condition::fails(kind, reason, words)
        }
    })
}

fn some_conditions() -> impl Strategy<Value = Vec<Condition>> {
    prop::collection::btree_map(any::<u8>(), some_condition(), 0..4).prop_map(|found| {
        let mut found: Vec<Condition> = found.into_values().collect();
        found.sort_by_key(|condition| condition.kind);
        found.dedup_by_key(|condition| condition.kind);
        found
    })
}

fn some_written() -> impl Strategy<Value = Value> {
    prop_oneof![
        (some_condition(), 1_i64..4).prop_map(|(condition, at)| written(&condition, at, THEN)),
        Just(foreign_condition()),
        Just(json!("garbage")),
    ]
}

fn some_status() -> impl Strategy<Value = Value> {
    let controllers = prop::sample::select(vec![OURS, "example.com/other"]);
    let entries = (
        controllers,
        "[a-d]",
        prop::collection::vec(some_written(), 0..4),
    )
        .prop_map(|(controller, name, conditions)| entry(controller, &name, &conditions));
    prop_oneof![
        Just(Value::Null),
        prop::collection::vec(entries, 0..6).prop_map(|entries| json!({"parents": entries})),
    ]
}

fn some_wanted() -> impl Strategy<Value = Wanted> {
    let items = prop::collection::btree_map("[a-d]", some_conditions(), 0..4);
    let blind = prop::option::of(some_conditions());
    (items, blind, prop::option::of(1_i64..4)).prop_map(|(items, blind, generation)| Wanted {
        generation,
        blind,
        ..route(
            items
                .iter()
                .map(|(name, conditions)| item(name, conditions))
                .collect(),
        )
    })
}

fn of_others(status: &Value) -> Vec<Value> {
    let entries = status["parents"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .filter(|entry| entry["controllerName"] != OURS)
        .collect()
}

proptest! {
    #[test]
    fn merging_settles_at_once_and_touches_nobody_else(status in some_status(), wanted in some_wanted()) {
        let before = live(status.clone());
        if let Some(merged) = merge(&before, &wanted, NOW) {
            prop_assert_ne!(&merged, &status);
            prop_assert_eq!(of_others(&merged), of_others(&status));
            prop_assert_eq!(merge(&live(merged), &wanted, "later"), None);
        }
    }
}
