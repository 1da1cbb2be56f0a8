//! Rules of the user, rules together, and limits.

use proptest::prelude::*;

use super::{Engine, OnMatch};
use crate::prompt_guard::{Builtin, RuleConfig, Score};

fn pattern(pattern: &str) -> RuleConfig {
    RuleConfig::Pattern {
        name: None,
        pattern: pattern.into(),
    }
}

fn named(name: &str, pattern: &str) -> RuleConfig {
    RuleConfig::Pattern {
        name: Some(name.into()),
        pattern: pattern.into(),
    }
}

fn all() -> Vec<RuleConfig> {
    Builtin::ALL.into_iter().map(RuleConfig::Builtin).collect()
}

fn engine(rules: &[RuleConfig]) -> Engine {
    Engine::compile(rules, OnMatch::Mask, Score::MINIMUM).expect("compiles")
}

#[track_caller]
fn check(rules: &[RuleConfig], text: &str, expected: Option<&str>) {
    assert_eq!(engine(rules).mask(text).as_deref(), expected, "{text}");
}

#[test]
fn patterns_of_the_user() {
    check(&[pattern("secret")], "a secret b", Some("a <masked> b"));
    check(
        &[named("project", "(?i)apollo")],
        "APOLLO!",
        Some("<project>!"),
    );
    check(&[pattern("secret")], "nothing", None);
    check(&[], "anything", None);
    // Nothing is no match.
    check(&[pattern("x*")], "axxb", Some("a<masked>b"));
    check(&[pattern("")], "abc", None);
    check(&[pattern("é?")], "aéb", Some("a<masked>b"));
    // Assertions see the text, not the place where the search goes on.
    check(&[pattern(r"\bb")], "ab b", Some("ab <masked>"));
    check(&[pattern("^a")], "aaa", Some("<masked>aa"));
    check(
        &[pattern("(?m)^a$")],
        "a\nb\na",
        Some("<masked>\nb\n<masked>"),
    );
}

#[test]
fn rules_together() {
    let rules = [
        RuleConfig::Builtin(Builtin::Url),
        RuleConfig::Builtin(Builtin::Email),
        named("b", "b@"),
    ];
    // Overlapping matches are one; the longest names it.
    check(
        &rules,
        "https://x.example/?m=a@b.example a@b.example",
        Some("<URL> <EMAIL_ADDRESS>"),
    );
    let reject = Engine::compile(&rules, OnMatch::Reject, Score::MINIMUM).expect("compiles");
    assert_eq!(reject.on_match(), OnMatch::Reject);
    let found = reject.scan("b@c.example and https://x.example");
    let found: Vec<_> = found
        .iter()
        .map(|f| (&**f.name(), f.range.clone()))
        .collect();
    assert_eq!(found, [("email", 0..11), ("b", 0..2), ("url", 16..33)]);
}

#[test]
fn names_without_a_name() {
    let engine = engine(&[
        RuleConfig::Builtin(Builtin::Ssn),
        pattern("a"),
        pattern("b"),
    ]);
    let found = engine.scan("ba");
    let names: Vec<_> = found.iter().map(|f| &**f.name()).collect();
    assert_eq!(names, ["matches[2]", "matches[1]"]);
}

#[test]
fn the_minimum_is_a_choice() {
    let rules = [RuleConfig::Builtin(Builtin::Ssn)];
    let count = |minimum| {
        let engine = Engine::compile(&rules, OnMatch::Mask, minimum).expect("compiles");
        engine.scan("212345678, 212-34-5678").len()
    };
    assert_eq!(count(Score::percent(5)), 2);
    assert_eq!(count(Score::MINIMUM), 1);
    assert_eq!(count(Score::percent(90)), 0);
}

#[track_caller]
fn refused(rules: &[RuleConfig], path: &str, text: &str) {
    let error = Engine::compile(rules, OnMatch::Mask, Score::MINIMUM).expect_err("refused");
    assert_eq!(error.path, path);
    let reason = error.reason.to_string();
    assert!(reason.contains(text), "{reason}");
}

#[test]
fn patterns_that_are_refused() {
    refused(
        &[pattern("a"), pattern("(")],
        "rules[1].pattern",
        "not a regular expression",
    );
    refused(
        &[pattern(r"(a)\1")],
        "rules[0].pattern",
        "not a regular expression",
    );
    refused(
        &[pattern("(?=a)")],
        "rules[0].pattern",
        "not a regular expression",
    );
    refused(
        &[pattern(r"\w{1000}{1000}")],
        "rules[0].pattern",
        "compiles to more",
    );
    refused(
        &[pattern(&"a".repeat(9_000))],
        "rules[0].pattern",
        "is longer than",
    );
    refused(&vec![pattern("a"); 2_000], "rules", "2000 rules");
    refused(&vec![pattern(r"\w{20}"); 100], "rules", "together");
}

/// Long texts of what makes searches begin again are searched once: work that is quadratic in them would not go unnoticed.
#[test]
fn hostile_texts() {
    let engine = engine(&all());
    for piece in [
        "1 ",
        "1-",
        "eyJaaaaaaaa-",
        "eyJaaaaaaaa.",
        "a@",
        "::",
        "GB82 ",
        "(1",
        "é",
        "http://",
    ] {
        let text = piece.repeat(20_000);
        assert!(engine.scan(&text).len() <= text.len());
    }
}

proptest! {
    /// Whatever the text: findings stand between characters, and a text without findings stays.
    #[test]
    fn any_text(text in r"(?s)([0-9]{1,4}[ -.]?|[a-z]{1,4}[@:./]?|é|\n|.){0,60}") {
        static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| engine(&all()));
        let found = ENGINE.scan(&text);
        for finding in &found {
            prop_assert!(text.get(finding.range.clone()).is_some_and(|part| !part.is_empty()));
            prop_assert!(finding.score >= Score::MINIMUM);
        }
        prop_assert_eq!(ENGINE.mask(&text).is_some(), !found.is_empty());
    }

    /// A card number with any wrong digit is none.
    #[test]
    fn luhn_holds(place in 0..16usize, digit in 0..10u8) {
        let mut card = *b"4111111111111111";
        card[place] = b'0' + digit;
        let text = String::from_utf8(card.to_vec()).expect("ASCII");
        let engine = engine(&[RuleConfig::Builtin(Builtin::CreditCard)]);
        let is_whole = text == "4111111111111111";
        prop_assert_eq!(engine.mask(&text).is_some(), is_whole, "{}", text);
    }
}
