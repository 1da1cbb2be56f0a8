//! Tables of names against patterns, aliases, lists and routers.

use proptest::prelude::*;

use super::{
    AllowedModels, Choice, ConditionId, Found, Model, ModelAliases, ModelLabels, ModelTable,
    NamePattern, PatternError, Routing, Target, VirtualModel, Visibility,
};

fn target(model: &str) -> Target<u8> {
    Target {
        model: model.to_owned(),
        backend: 0,
    }
}

fn name<'a>(choice: &Choice<'a, u8>) -> &'a str {
    match choice {
        Choice::One(target) => &target.model,
        Choice::Several(_) | Choice::None | Choice::Unavailable(_) => "",
    }
}

#[test]
fn patterns() {
    for (pattern, name, expected) in [
        ("gpt-4o", "gpt-4o", true),
        ("gpt-4o", "gpt-4o-mini", false),
        ("gpt-4o", "GPT-4o", false),
        ("gpt-*", "gpt-5", true),
        ("gpt-*", "gpt-", true),
        ("gpt-*", "my-gpt-5", false),
        ("*-mini", "gpt-4o-mini", true),
        ("*-mini", "gpt-4o-mini-2", false),
        ("*", "anything/at:all", true),
        ("*", "", true),
        ("meta.llama3[1]", "meta.llama3[1]", true),
    ] {
        let parsed = NamePattern::parse(pattern).expect("a pattern");
        assert_eq!(parsed.matches(name), expected, "{pattern} {name}");
        assert_eq!(parsed.to_string(), pattern);
    }
    for pattern in ["a*b", "*a*", "**", "a**"] {
        let refused = Err(PatternError::Asterisk(pattern.to_owned()));
        assert_eq!(NamePattern::parse(pattern), refused);
    }
    assert_eq!(NamePattern::parse(""), Err(PatternError::Empty));
}

#[test]
fn an_alias_is_looked_up_once() {
    let aliases = ModelAliases::parse([
        ("*", "fallback"),
        ("gpt-*", "claude-sonnet-4-5"),
        ("gpt-4*", "claude-opus-4-1"),
        ("*-mini", "claude-haiku-4-5"),
        ("gpt-4o", "gpt-5"),
        ("fast", "gpt-4o"),
    ])
    .expect("aliases");
    for (name, expected) in [
        ("gpt-4o", "gpt-5"),
        // Not `gpt-5` by way of `gpt-4o`.
        ("fast", "gpt-4o"),
        ("gpt-4.1", "claude-opus-4-1"),
        // Both fit; of one length the first declared counts.
        ("gpt-5-mini", "claude-haiku-4-5"),
        ("gpt-5", "claude-sonnet-4-5"),
        ("o3", "fallback"),
    ] {
        assert_eq!(aliases.target(name), Some(expected), "{name}");
    }
    let aliases = ModelAliases::parse([("a", "b"), ("c*", "d")]).expect("aliases");
    assert_eq!(aliases.target("x"), None);
    assert!(aliases.names().eq(["a", "b", "d"]));
    let aliases = ModelAliases::parse([("z", "b"), ("c*", "d"), ("y", "b")]).expect("aliases");
    assert!(aliases.keys().eq(["y", "z"]));
    assert!(ModelAliases::parse([("a*b", "c")]).is_err());
}

#[test]
fn what_a_key_may_ask_for() {
    let parse = |list: Option<Vec<&'static str>>| AllowedModels::parse(list).expect("a list");
    assert!(parse(None).allows("anything"));
    assert!(!parse(Some(vec![])).allows("anything") && !parse(Some(vec![])).allows(""));
    let some = parse(Some(vec!["gpt-4o", "claude-*"]));
    assert!(some.allows("gpt-4o") && some.allows("claude-opus-4-1") && !some.allows("gpt-4o-mini"));
    assert!(some.exact().eq(["gpt-4o"]));
    assert_eq!(parse(None).exact().count(), 0);
}

#[test]
fn only_known_names_are_labels() {
    let labels: ModelLabels = ["gpt-4o", "fast"].into_iter().collect();
    assert_eq!(labels.label("gpt-4o"), "gpt-4o");
    assert_eq!(labels.label("gpt-4o-made-up-1"), "_other");
    assert_eq!(labels.label(""), "_other");
}

fn table() -> ModelTable<u8> {
    let model = |name: &str, visibility, condition: Option<usize>, backend| Model {
        name: NamePattern::parse(name).expect("a pattern"),
        visibility,
        condition: condition.map(ConditionId),
        backend,
    };
    let models = vec![
        model("gpt-4o", Visibility::Public, Some(7), 0),
        model("gpt-*", Visibility::Public, None, 1),
        model("gpt-4o", Visibility::Public, None, 2),
        model("claude-hidden", Visibility::Internal, None, 3),
        model("fast", Visibility::Public, None, 4),
        model("gpt-5-hidden", Visibility::Internal, None, 5),
    ];
    let fast = VirtualModel {
        name: "fast".to_owned(),
        routing: Routing::Weighted(vec![(1, target("gpt-4o"))]),
    };
    ModelTable::new(models, vec![fast])
}

#[track_caller]
fn found(name: &str, holds: bool) -> Option<u8> {
    match table().find(name, |id| {
        assert_eq!(id, ConditionId(7));
        holds
    }) {
        Found::Concrete(model) => Some(model.backend),
        Found::Virtual(_) => Some(100),
        Found::Unknown => None,
    }
}

#[test]
fn a_router_finds_virtual_models_first_and_internal_ones_never() {
    assert_eq!(found("fast", false), Some(100));
    assert_eq!(found("gpt-4o", true), Some(0));
    assert_eq!(found("gpt-4o", false), Some(1));
    assert_eq!(found("gpt-5", false), Some(1));
    assert_eq!(found("claude-hidden", true), None);
    // A public pattern may serve a name that an internal model also has; it is the pattern's backend that is found.
    assert_eq!(found("gpt-5-hidden", true), Some(1));
    assert_eq!(found("o3", true), None);
    assert!(table().public_names().eq(["fast", "gpt-4o"]));
}

#[test]
fn names_that_are_spelled_out_are_no_clients() {
    let pattern = Model {
        name: NamePattern::parse("gpt-*").expect("a pattern"),
        visibility: Visibility::Public,
        condition: None,
        backend: 0,
    };
    let exact = Model {
        name: NamePattern::parse("hidden").expect("a name"),
        visibility: Visibility::Internal,
        ..pattern.clone()
    };
    let named = |name: &str, routing| VirtualModel {
        name: name.to_owned(),
        routing,
    };
    let virtual_models = vec![
        named("fast", Routing::Weighted(vec![(1, target("gpt-4o-mini"))])),
        named("smart", Routing::Conditional(vec![(None, target("o3"))])),
        named("safe", Routing::Failover(1)),
        named("gone", Routing::Unavailable("no target".to_owned())),
    ];
    let table = ModelTable::new(vec![pattern, exact], virtual_models);
    for name in ["hidden", "gpt-4o-mini", "o3"] {
        assert_eq!(table.spelled(name).map(|own| &**own), Some(name));
    }
    for name in ["gpt-4o", "gpt-*", "fast", "safe", ""] {
        assert_eq!(table.spelled(name), None, "{name}");
    }
}

#[test]
fn routing_of_virtual_models() {
    let conditional = Routing::Conditional(vec![
        (Some(ConditionId(0)), target("a")),
        (Some(ConditionId(1)), target("b")),
        (None, target("c")),
    ]);
    let choose = |held: &[usize]| name(&conditional.choose(0, |id| held.contains(&id.0)));
    assert_eq!(choose(&[0, 1]), "a");
    assert_eq!(choose(&[1]), "b");
    assert_eq!(choose(&[]), "c");
    let no_default = Routing::Conditional(vec![(Some(ConditionId(0)), target("a"))]);
    assert_eq!(no_default.choose(0, |_| false), Choice::None);

    let failover = Routing::Failover(7_u8);
    assert_eq!(failover.choose(0, |_| false), Choice::Several(&7));
    let unavailable = Routing::<u8>::Unavailable("it is gone".to_owned());
    assert_eq!(
        unavailable.choose(0, |_| true),
        Choice::Unavailable("it is gone")
    );

    let weighted = Routing::Weighted(vec![
        (0, target("never")),
        (1, target("a")),
        (3, target("b")),
    ]);
    for (draw, expected) in [
        (0, "a"),
        (u64::MAX / 4, "a"),
        (u64::MAX / 4 + 1, "b"),
        (u64::MAX, "b"),
    ] {
        assert_eq!(name(&weighted.choose(draw, |_| false)), expected, "{draw}");
    }
    let drained = Routing::Weighted(vec![(0, target("a"))]);
    assert_eq!(drained.choose(1, |_| true), Choice::None);
    let empty = Routing::<u8>::Weighted(vec![]);
    assert_eq!(empty.choose(1, |_| true), Choice::None);
}

proptest! {
    #[test]
    fn a_weighted_draw_always_has_a_target_with_a_weight(weights in prop::collection::vec(0_u32..=1_000_000, 1..5), draw: u64) {
        let targets: Vec<_> = weights.iter().map(|weight| (*weight, target(&weight.to_string()))).collect();
        let routing = Routing::Weighted(targets);
        match routing.choose(draw, |_| false) {
            Choice::One(target) => prop_assert!(target.model != "0"),
            Choice::Several(_) | Choice::None | Choice::Unavailable(_) => {
                prop_assert!(weights.iter().all(|weight| *weight == 0));
            }
        }
    }

    #[test]
    fn a_pattern_fits_what_it_was_made_of(name in "[a-z0-9./:-]{1,12}", cut in 0_usize..12) {
        let (front, back) = name.split_at(cut.min(name.len()));
        for pattern in [name.clone(), format!("{front}*"), format!("*{back}")] {
            prop_assert!(NamePattern::parse(&pattern).expect("a pattern").matches(&name));
        }
    }
}
