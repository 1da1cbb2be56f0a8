//! What a usage record means for budgets, and what a client is told.

use std::time::Duration;

use dp_policy::{
    budget::Spend,
    price::{Catalog, ModelNames, Money, Tokens, quote, read},
    usage_record::{
        Answer, Attempted, Call, Caller, Ending, ModelUse, Replaced, Source, Timing, Told, Usage,
        UsageRecord,
    },
};
use http::HeaderMap;

use super::{BudgetFacts, taken};

const MODEL: &str = "gpt-4o";

/// What was held.
const EXPECTED: Spend = Spend {
    cost: Some(Money::from_picos(7)),
    tokens: 500,
    is_billed: true,
};

fn tokens() -> Tokens {
    Tokens {
        input: 1000,
        output: 10,
        ..Tokens::default()
    }
}

fn catalog() -> Catalog {
    let json =
        r#"{"providers":{"openai":{"models":{"gpt-4o":{"rates":{"input":"2.5","output":"10"}}}}}}"#;
    Catalog::new("c1", [read(json).expect("document")])
}

/// An attempt that took as much as the answer.
fn replaced(model: &str) -> Replaced {
    let of = Attempted {
        provider: "openai".into(),
        entry: None,
        sent: model.into(),
        answered: None,
    };
    let told = Told {
        input: Some(1000),
        output: Some(10),
        ..Told::default()
    };
    Replaced::told(of, told, Some(&catalog())).expect("told")
}

fn record(model: &str, tokens: Option<Tokens>, ending: Ending) -> UsageRecord {
    let catalog = catalog();
    let names = ModelNames {
        provider: "openai",
        response: None,
        request: model,
        tier: None,
    };
    UsageRecord {
        request_id: "1".into(),
        at: Duration::ZERO,
        call: Call {
            operation: "chat",
            format: None,
            route: "a/b".into(),
            backend: "backend/a/b".into(),
            is_streamed: false,
        },
        caller: Caller::default(),
        model: ModelUse {
            provider: Some("openai".into()),
            entry: None,
            priority: None,
            format: None,
            requested: Some(model.into()),
            sent: Some(model.into()),
            answered: None,
            attempts: 1,
        },
        answer: Answer::default(),
        usage: Usage {
            tokens,
            source: Source::Provider,
            raw: None,
        },
        quote: quote(Some(&catalog), &names, tokens.as_ref()),
        replaced: Vec::new(),
        charged: Vec::new(),
        notices: Vec::new(),
        cache: None,
        ending,
        timing: Timing::default(),
    }
}

#[track_caller]
fn check(record: &UsageRecord, cost: Option<&str>, tokens: u64) {
    let taken = taken(record, &EXPECTED);
    let text = taken.cost.map(|cost| cost.to_string());
    assert_eq!((text.as_deref(), taken.tokens), (cost, tokens));
}

#[test]
fn what_is_counted_is_what_the_record_says() {
    for ending in [
        Ending::Complete,
        Ending::Truncated,
        Ending::ClientGone,
        Ending::Failed,
    ] {
        check(&record(MODEL, Some(tokens()), ending), Some("0.0026"), 1010);
    }
    // Without a price the budget in money keeps what it held, the one in tokens knows.
    check(
        &record("unknown", Some(tokens()), Ending::Complete),
        None,
        1010,
    );
}

#[test]
fn what_nobody_told_stays_held_and_what_nobody_did_is_free() {
    check(&record(MODEL, None, Ending::Complete), None, 500);
    check(&record(MODEL, None, Ending::Truncated), None, 500);
    for ending in [Ending::Failed, Ending::ClientGone, Ending::Refused] {
        check(&record(MODEL, None, ending), Some("0"), 0);
    }
}

#[test]
fn what_was_replaced_is_counted_beside_the_answer() {
    let of = |own: UsageRecord, models: &[&str]| UsageRecord {
        replaced: models.iter().map(|model| replaced(model)).collect(),
        ..own
    };
    let answered = |model| record(model, Some(tokens()), Ending::Complete);
    check(&of(answered(MODEL), &[MODEL]), Some("0.0052"), 2020);
    // What is known counts, whatever is not.
    check(
        &of(answered(MODEL), &[MODEL, "unknown"]),
        Some("0.0052"),
        3030,
    );
    check(&of(answered(MODEL), &["unknown"]), Some("0.0026"), 2020);
    // What was held for the answer stays, and the attempt is on top.
    check(
        &of(answered("unknown"), &[MODEL]),
        Some("0.002600000007"),
        2020,
    );
    let failed = || record(MODEL, None, Ending::Failed);
    check(&of(failed(), &[MODEL]), Some("0.0026"), 1010);
    check(&of(failed(), &["unknown"]), None, 1010);
    assert!(taken(&of(failed(), &[MODEL]), &EXPECTED).is_billed);
}

#[test]
fn what_a_cache_gave_again_is_free() {
    let mut record = record(MODEL, Some(tokens()), Ending::Complete);
    record.usage.source = Source::Cache;
    check(&record, Some("0"), 0);
}

#[test]
fn a_client_is_told_when_to_come_again_and_what_it_exceeds() {
    let mut headers = HeaderMap::new();
    BudgetFacts::default().tell(&mut headers);
    assert!(headers.is_empty(), "{headers:?}");
    let facts = BudgetFacts {
        retry_after: Some(Duration::from_millis(1500)),
        exceeded: vec!["a/b/c".into(), "d/e/f".into()],
        ..BudgetFacts::default()
    };
    facts.tell(&mut headers);
    assert_eq!(headers["retry-after"], "2");
    assert_eq!(headers["x-tidegate-budget-exceeded"], "a/b/c, d/e/f");
}
