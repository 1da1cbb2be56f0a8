//! Who wins a field at one place, and along a way (control-plane.md 2.7, 2.8).

use std::sync::Arc;

use cp_api::{Kind, ObjectKey};

use super::{along, decide};
use crate::plan::{Level, PolicyBody, PolicyPlan};
use crate::policy::Compiled;
use crate::policy::attach::Place;

fn compiled(created: i64, name: &str, fields: &[&str], is_override: bool) -> Arc<Compiled> {
    let policies = fields.iter().map(|field| {
        Arc::new(PolicyPlan {
            name: format!("{name}/{field}"),
            field: (*field).to_owned(),
            body: PolicyBody::Denied(String::new()),
            source: Arc::default(),
        })
    });
    Arc::new(Compiled {
        key: ObjectKey::new(Kind::AgentgatewayPolicy, "ns", name),
        created,
        is_override,
        policies: policies.collect(),
    })
}

fn place(name: &str) -> Place {
    Place::new(ObjectKey::new(Kind::HttpRoute, "ns", name), None)
}

#[track_caller]
fn check(claims: &[(i64, &str, &[&str])], winners: &[&str], losers: &[(&str, &str, &str)]) {
    let claims = claims
        .iter()
        .map(|(created, name, fields)| (place("r"), compiled(*created, name, fields, false)));
    let claims: Vec<_> = claims.collect();
    let reversed: Vec<_> = claims.iter().rev().cloned().collect();
    for claims in [claims, reversed] {
        let (in_force, lost) = decide(claims);
        let here = in_force
            .get(&place("r"))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let names: Vec<&str> = here.iter().map(|own| own.policy.name.as_str()).collect();
        assert_eq!(names, winners);
        let lost: Vec<(&str, &str, &str)> = lost
            .iter()
            .map(|(key, loss)| (&*key.name, &*loss.field, &*loss.winner.name))
            .collect();
        assert_eq!(lost, losers);
    }
}

#[test]
fn at_one_place_the_oldest_wins_and_then_the_name() {
    check(&[(0, "a", &["x"])], &["a/x"], &[]);
    check(
        &[(0, "b", &["x"]), (0, "a", &["x"])],
        &["a/x"],
        &[("b", "x", "a")],
    );
    check(
        &[(2, "a", &["x", "y"]), (1, "b", &["x"])],
        &["b/x", "a/y"],
        &[("a", "x", "b")],
    );
    check(&[(1, "a", &["x"]), (1, "b", &["y"])], &["a/x", "b/y"], &[]);
}

#[test]
fn two_places_are_no_conflict() {
    let claims = vec![
        (place("r"), compiled(0, "a", &["x"], false)),
        (place("s"), compiled(0, "b", &["x"], false)),
    ];
    let (in_force, lost) = decide(claims);
    assert_eq!(in_force.len(), 2);
    assert!(lost.is_empty());
}

type Step<'a> = (Level, &'a str, &'a [&'a str], bool);

#[track_caller]
fn check_along(steps: &[Step<'_>], expected: &[&str]) {
    let claims = steps.iter().map(|(_, name, fields, is_override)| {
        (place(name), compiled(0, name, fields, *is_override))
    });
    let (in_force, _) = decide(claims.collect());
    let places: Vec<Place> = steps.iter().map(|(_, name, ..)| place(name)).collect();
    let levels: Vec<_> = steps
        .iter()
        .zip(&places)
        .filter_map(|((level, ..), place)| Some((*level, place, in_force.get(place)?.as_slice())))
        .collect();
    let found = along(&levels);
    let names: Vec<&str> = found.iter().map(|own| own.policy.name.as_str()).collect();
    assert_eq!(names, expected);
}

#[test]
fn along_a_way_the_most_specific_wins_unless_it_may_not() {
    use Level::{Gateway, Route, Rule};
    check_along(
        &[
            (Gateway, "g", &["x", "y"], false),
            (Route, "r", &["x"], false),
        ],
        &["g/y", "r/x"],
    );
    check_along(
        &[
            (Gateway, "g", &["x"], true),
            (Route, "r", &["x", "y"], false),
            (Rule, "u", &["y"], false),
        ],
        &["g/x", "u/y"],
    );
}

#[test]
fn layers_add_up() {
    use Level::{Gateway, Rule};
    for field in ["backend.ai", "backend.ai.timeouts"] {
        check_along(
            &[
                (Gateway, "g", &[field], false),
                (Rule, "u", &[field], false),
            ],
            &[&format!("g/{field}"), &format!("u/{field}")],
        );
    }
}
