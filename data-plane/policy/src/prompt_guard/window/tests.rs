//! Streams against whole texts, limits, and what must never go out.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Limits, Mode, Output, Window};
use crate::prompt_guard::{Builtin, Engine, OnMatch, RuleConfig, Score};

const SMALL: Limits = Limits {
    holdback: 256,
    step: 1,
    held: 4096,
};

fn pattern(pattern: &str) -> RuleConfig {
    RuleConfig::Pattern {
        name: None,
        pattern: pattern.into(),
    }
}

fn engine(rules: &[RuleConfig], on_match: OnMatch) -> Arc<Engine> {
    Arc::new(Engine::compile(rules, on_match, Score::MINIMUM).expect("compiles"))
}

fn builtins() -> Vec<RuleConfig> {
    Builtin::ALL.into_iter().map(RuleConfig::Builtin).collect()
}

/// What a client sees of deltas; the last output where the stream was ended.
fn stream(window: &mut Window, deltas: &[&str]) -> (String, Option<Output>) {
    let mut seen = String::new();
    let mut outputs: Vec<Output> = Vec::new();
    for delta in deltas {
        outputs.push(window.push(delta));
        if delta.len() % 3 == 0 {
            outputs.push(window.flush());
        }
    }
    outputs.push(window.finish());
    for output in outputs {
        match output {
            Output::Hold => {}
            Output::Pass(text) | Output::Masked { text, .. } => seen.push_str(&text),
            Output::Reject(_) | Output::Overflow(_) => return (seen, Some(output)),
        }
    }
    (seen, None)
}

/// Cuts at the given places, moved to the next character.
fn cut<'a>(text: &'a str, places: &[usize]) -> Vec<&'a str> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| text.ceil_char_boundary(place % (text.len() + 1)))
        .collect();
    places.sort_unstable();
    let mut from = 0;
    let mut deltas = Vec::new();
    for place in places.into_iter().chain([text.len()]) {
        deltas.push(&text[from..place]);
        from = place;
    }
    deltas
}

fn whole(engine: &Engine, text: &str) -> String {
    engine.mask(text).unwrap_or_else(|| text.to_owned())
}

#[test]
fn a_match_across_deltas_is_masked() {
    // llm.md D-24.
    let engine = engine(&builtins(), OnMatch::Mask);
    let mut window = Window::new(engine, Mode::Window, SMALL);
    let (seen, end) = stream(&mut window, &["mail al", "ice@exa", "mple.c", "om no", "w"]);
    assert_eq!((seen.as_str(), end), ("mail <EMAIL_ADDRESS> now", None));
}

#[test]
fn text_goes_out_behind_the_holdback() {
    let engine = engine(&[pattern("secret")], OnMatch::Mask);
    let limits = Limits {
        step: 1024,
        ..SMALL
    };
    let mut window = Window::new(Arc::clone(&engine), Mode::Window, limits);
    assert_eq!(window.push(&"a".repeat(1000)), Output::Hold);
    let Output::Pass(text) = window.push(&"b".repeat(24)) else {
        panic!("released");
    };
    assert_eq!((text.len(), window.held()), (1024 - 336, 336));
    // Not enough for a question, so the caller asks for one.
    assert_eq!(window.push(&"c".repeat(100)), Output::Hold);
    assert_eq!(window.flush(), Output::Pass("a".repeat(100)));
    assert_eq!(window.flush(), Output::Hold);
    let Output::Pass(text) = window.finish() else {
        panic!("released");
    };
    assert_eq!((text.len(), window.held()), (336, 0));
    assert_eq!(window.finish(), Output::Hold);
    assert_eq!(window.push("late"), Output::Hold);
}

#[test]
fn buffers_hold_everything() {
    let engine = engine(&[pattern("a.*z")], OnMatch::Mask);
    let mut window = Window::new(Arc::clone(&engine), Mode::Buffer, SMALL);
    let long = "b".repeat(3000);
    assert_eq!(window.push("a"), Output::Hold);
    assert_eq!(window.push(&long), Output::Hold);
    assert_eq!(
        (window.flush(), window.push("z")),
        (Output::Hold, Output::Hold)
    );
    let Output::Masked { text, .. } = window.finish() else {
        panic!("masked");
    };
    assert_eq!(text, "<masked>");
    let mut window = Window::new(engine, Mode::Buffer, SMALL);
    window.push(&long);
    assert!(matches!(window.push(&long), Output::Overflow(_)));
    assert!(matches!(window.push("more"), Output::Overflow(_)));
    assert_eq!(window.held(), 0);
}

#[test]
fn a_refusing_rule_ends_the_stream() {
    let engine = engine(&builtins(), OnMatch::Reject);
    let mut window = Window::new(engine, Mode::Window, SMALL);
    let text = format!("{}123-45-6789{}", "x ".repeat(400), " y".repeat(400));
    let (seen, end) = stream(&mut window, &cut(&text, &[100, 500, 801, 803, 900, 1000]));
    let Some(Output::Reject(names)) = end else {
        panic!("refused");
    };
    assert_eq!(&*names.as_slice()[0], "ssn");
    assert!(text.starts_with(&seen) && !seen.contains('1'));
    assert!(matches!(window.push("more"), Output::Reject(_)));
    assert!(matches!(window.finish(), Output::Reject(_)));
}

#[test]
fn a_long_match_is_held_while_it_goes_on() {
    let engine = engine(&builtins(), OnMatch::Mask);
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n";
    let text = format!(
        "here: -----BEGIN PRIVATE KEY-----\n{}AbCdE==\n-----END PRIVATE KEY----- done {}",
        line.repeat(26),
        "z ".repeat(400)
    );
    let places: Vec<usize> = (0..text.len()).step_by(7).collect();
    let mut window = Window::new(Arc::clone(&engine), Mode::Window, SMALL);
    let (seen, end) = stream(&mut window, &cut(&text, &places));
    assert_eq!((seen, end), (whole(&engine, &text), None));
}

#[test]
fn a_match_beyond_the_limit_ends_the_stream() {
    let engine = engine(&[pattern("X[a-z]+")], OnMatch::Mask);
    let text = format!("begin X{} end", "k".repeat(10_000));
    let places: Vec<usize> = (0..text.len()).step_by(50).collect();
    let mut window = Window::new(engine, Mode::Window, SMALL);
    let (seen, end) = stream(&mut window, &cut(&text, &places));
    assert_eq!(seen, "begin ");
    let Some(Output::Overflow(names)) = end else {
        panic!("ended");
    };
    assert_eq!(&*names.as_slice()[0], "matches[0]");
}

#[test]
fn what_only_looks_like_a_long_match_goes_out() {
    let engine = engine(&[RuleConfig::Builtin(Builtin::Jwt)], OnMatch::Mask);
    let text = format!("eyJ{} end", "k".repeat(10_000));
    let places: Vec<usize> = (0..text.len()).step_by(50).collect();
    let mut window = Window::new(engine, Mode::Window, SMALL);
    assert_eq!(
        stream(&mut window, &cut(&text, &places)),
        (text.clone(), None)
    );
}

#[test]
fn nothing_of_the_text_is_shown() {
    let engine = engine(&builtins(), OnMatch::Mask);
    let mut window = Window::new(engine, Mode::Window, SMALL);
    window.push("alice@example.com");
    let held = format!("{window:?}");
    let shown = format!("{held} {:?}", window.finish());
    assert!(
        !shown.contains("alice") && shown.contains("held: 17"),
        "{shown}"
    );
}

/// Pieces of texts that detectors find, almost find, and do not.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "123-45-6789",
        "123456789",
        "ssn",
        "my ssn is ",
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111 1111 1111 1112",
        "1234 ",
        "alice@example.com",
        "al.ice@",
        "+1 415-555-2671",
        "415-555-2671",
        "tel ",
        "2001:db8::1",
        "192.0.2.1",
        "GB82 WEST 1234 5698 7654 32",
        "AB123456C",
        "2341 2341 2346",
        "900101-1234568",
        "https://a.example/b?c=d",
        "https://",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "eyJhbGciOiJIUzI1NiJ9",
        "AKIAIOSFODNN7EXAMPLE",
        "sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa",
        "046 454 286",
        "sin ",
        "é",
        "日本語",
        "-",
        ".",
        " ",
        "\n",
        "(",
        "::",
        "0",
    ]);
    prop_oneof![
        6 => known.prop_map(str::to_owned),
        1 => "[a-z ]{1,40}",
        1 => "[0-9]{1,20}",
        1 => "[a-z0-9é ]{100,400}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Deltas of a stream, masked, are the masked text: whatever the cuts (llm.md G-12, D-24).
    #[test]
    fn streams_are_as_whole_texts(text in text(), places in prop::collection::vec(any::<usize>(), 0..60)) {
        static ENGINE: std::sync::LazyLock<Arc<Engine>> =
            std::sync::LazyLock::new(|| engine(&builtins(), OnMatch::Mask));
        let mut window = Window::new(Arc::clone(&ENGINE), Mode::Window, SMALL);
        let (seen, end) = stream(&mut window, &cut(&text, &places));
        prop_assert_eq!(end, None);
        prop_assert_eq!(seen, whole(&ENGINE, &text));
    }

    /// The same for patterns of the user, with a holdback of their longest match.
    #[test]
    fn bounded_patterns(text in "[abé\n x]{0,600}", places in prop::collection::vec(any::<usize>(), 0..80)) {
        static ENGINE: std::sync::LazyLock<Arc<Engine>> = std::sync::LazyLock::new(|| {
            let rules = ["ab{1,4}a", "^b", r"(?m)^a\b", "x*?", r"\bé{2,3}", "a.{0,6}x", "(?:aa|aab)b", r"x\z", "b{0,2}"];
            engine(&rules.map(pattern), OnMatch::Mask)
        });
        let limits = Limits { holdback: 14, step: 1, held: 4096 };
        let mut window = Window::new(Arc::clone(&ENGINE), Mode::Window, limits);
        let (seen, end) = stream(&mut window, &cut(&text, &places));
        prop_assert_eq!(end, None);
        prop_assert_eq!(seen, whole(&ENGINE, &text));
    }

    /// Nothing of a match goes out, however long it is and however the stream ends.
    #[test]
    fn long_matches_do_not_leak(
        before in "[a-z ]{0,500}",
        length in 0..3000usize,
        places in prop::collection::vec(any::<usize>(), 0..100),
    ) {
        static ENGINE: std::sync::LazyLock<Arc<Engine>> =
            std::sync::LazyLock::new(|| engine(&[pattern("K[0-9]+")], OnMatch::Mask));
        let text = format!("{before}K{} after", "7".repeat(length));
        let limits = Limits { holdback: 64, step: 16, held: 1024 };
        let mut window = Window::new(Arc::clone(&ENGINE), Mode::Window, limits);
        let (seen, end) = stream(&mut window, &cut(&text, &places));
        prop_assert!(!seen.contains('7'));
        prop_assert!(end.is_some() || seen == whole(&ENGINE, &text));
    }
}
