//! Layers of `backend.ai`, from the Gateway to the provider.

use proto::tidegate::v1 as wire;

use crate::ai_backend::{AiPolicy, ai_policy};

fn member(name: &str, json: &str) -> wire::AiMember {
    wire::AiMember {
        name: name.to_owned(),
        json: json.to_owned(),
    }
}

fn computed(name: &str) -> wire::AiExpression {
    wire::AiExpression {
        name: name.to_owned(),
        expression: "1".to_owned(),
    }
}

fn alias(name: &str, model: &str) -> wire::AiAlias {
    wire::AiAlias {
        name: name.to_owned(),
        model: model.to_owned(),
    }
}

fn policy(message: &wire::AiPolicy) -> AiPolicy {
    ai_policy(message).expect("valid")
}

#[test]
fn lists_are_taken_whole_and_names_of_models_one_by_one() {
    let lower = policy(&wire::AiPolicy {
        overrides: vec![member("model", "\"low\""), member("temperature", "1")],
        defaults: vec![member("user", "\"low\"")],
        model_aliases: vec![alias("a", "low"), alias("b", "low"), alias("gpt-*", "low")],
        append: vec![wire::AiMessage {
            role: "system".to_owned(),
            content: "low".to_owned(),
        }],
        transformations: vec![computed("a"), computed("b")],
        final_transformations: vec![computed("low")],
        prompt_caching: Some(wire::AiPromptCaching::default()),
        ..Default::default()
    });
    let higher = policy(&wire::AiPolicy {
        overrides: vec![member("top_p", "1")],
        transformations: vec![computed("c")],
        model_aliases: vec![alias("a", "high"), alias("gpt-4*", "high")],
        ..Default::default()
    });
    let merged = higher.over(&lower);
    let names = |members: &[(String, _)]| {
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        names.join(" ")
    };
    assert_eq!(names(&merged.body.overrides), "top_p");
    assert_eq!(merged.model, None, "the model is one of the overrides");
    assert_eq!(names(&merged.body.defaults), "user");
    assert_eq!(merged.prompt.append.len(), 1);
    assert_eq!(merged.transformations[0].0, "c");
    assert_eq!(merged.transformations.len(), 1);
    assert_eq!(merged.final_transformations[0].0, "low");
    assert!(merged.prompt_caching.is_some());
    for (name, target) in [
        ("a", Some("high")),
        ("b", Some("low")),
        ("gpt-4o", Some("high")),
        ("gpt-3.5", Some("low")),
        ("c", None),
    ] {
        assert_eq!(merged.aliases.target(name), target, "{name}");
    }
    let alone = lower.over(&policy(&wire::AiPolicy::default()));
    assert_eq!(names(&alone.body.overrides), "model temperature");
    assert_eq!(alone.model.as_deref(), Some("low"));
}

fn guarded(request: &[&str], response: &[&str]) -> AiPolicy {
    let guards = |builtins: &[&str]| {
        let guard = |builtin: &&str| wire::Guard {
            kind: Some(wire::guard::Kind::Regex(wire::RegexGuard {
                builtins: vec![(*builtin).to_owned()],
                ..Default::default()
            })),
            ..Default::default()
        };
        builtins.iter().map(guard).collect()
    };
    policy(&wire::AiPolicy {
        prompt_guard: Some(wire::PromptGuard {
            request: guards(request),
            response: guards(response),
            ..Default::default()
        }),
        ..Default::default()
    })
}

#[test]
fn guards_are_taken_whole() {
    let none = policy(&wire::AiPolicy::default());
    let low = guarded(&["ssn"], &["email", "ssn"]);
    let high = guarded(&["email", "ssn"], &[]);
    let counts = |policy: &AiPolicy| {
        let guard = policy.guards.first();
        guard.map(|guard| (guard.request.len(), guard.response.len()))
    };
    for (higher, lower, expected) in [
        (&none, &none, None),
        (&none, &low, Some((1, 2))),
        (&high, &none, Some((2, 0))),
        (&high, &low, Some((2, 0))),
    ] {
        assert_eq!(counts(&higher.over(lower)), expected);
    }
    let merged = none.over(&low);
    assert!(
        std::sync::Arc::ptr_eq(&low.guards[0], &merged.guards[0]),
        "a prompt is judged once"
    );
}

/// A level that has one guard: in the place of others, or beside them.
fn level(name: &str, is_beside: bool) -> AiPolicy {
    let guard = wire::Guard {
        kind: Some(wire::guard::Kind::Regex(wire::RegexGuard {
            patterns: vec!["x".to_owned()],
            ..Default::default()
        })),
        ..Default::default()
    };
    policy(&wire::AiPolicy {
        prompt_guard: Some(wire::PromptGuard {
            request: vec![guard],
            is_beside,
            label: name.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    })
}

#[test]
fn guards_that_judge_beside_others_are_kept_outer_first() {
    let none = || policy(&wire::AiPolicy::default());
    let check = |levels: &[AiPolicy], expected: &str| {
        let merged = levels.iter().fold(none(), |lower, own| own.over(&lower));
        let guards = merged.guards.iter().flat_map(|own| &own.request);
        let names: Vec<&str> = guards.map(|guard| &*guard.name).collect();
        let short = names.join(" ").replace(" request[0]", "");
        assert_eq!(short, expected);
    };
    let beside = |name: &str| level(name, true);
    let instead = |name: &str| level(name, false);
    check(&[beside("gateway"), instead("route")], "gateway route");
    check(&[instead("gateway"), beside("route")], "gateway route");
    check(&[instead("gateway"), instead("route")], "route");
    check(
        &[beside("gateway"), instead("listener"), instead("route")],
        "gateway route",
    );
    check(
        &[
            beside("gateway"),
            instead("listener"),
            none(),
            beside("route"),
        ],
        "gateway listener route",
    );
    check(
        &[
            instead("gateway"),
            beside("listener"),
            instead("route"),
            beside("rule"),
        ],
        "listener route rule",
    );
    let told = beside("gateway").guards[0].to_string();
    let words = "requests judged by regex, beside the guards of other levels";
    assert_eq!(told, words);
}

fn routes(entries: &[(&str, wire::ai_route::Operation)]) -> wire::AiPolicy {
    let route = |(suffix, operation): &(&str, wire::ai_route::Operation)| wire::AiRoute {
        suffix: (*suffix).to_owned(),
        operation: (*operation).into(),
    };
    wire::AiPolicy {
        routes: entries.iter().map(route).collect(),
        ..Default::default()
    }
}

#[test]
fn routes_are_merged_one_by_one() {
    use wire::ai_route::Operation::{Completions, Detect, Messages, Passthrough};
    let low = policy(&routes(&[
        ("/a", Messages),
        ("/b", Messages),
        ("*", Passthrough),
    ]));
    let high = policy(&routes(&[("/a", Completions)]));
    let merged = high.over(&low).routes;
    let expected = policy(&routes(&[
        ("/a", Completions),
        ("/b", Messages),
        ("*", Passthrough),
    ]));
    assert_eq!(merged, expected.routes);
    let unknown = wire::AiPolicy {
        routes: vec![wire::AiRoute {
            suffix: "/a".to_owned(),
            operation: 99,
        }],
        ..Default::default()
    };
    let error = ai_policy(&unknown).expect_err("refused");
    assert_eq!(error.path, "routes[0].operation");
    let error = ai_policy(&routes(&[("/a*", Detect)])).expect_err("refused");
    assert_eq!(error.path, "routes");
}
