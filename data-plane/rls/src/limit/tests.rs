//! Descriptors of requests, and what is told of their tokens.

use std::borrow::Cow;
use std::time::Duration;

use expr::AttributeSet;
use serde_json::{Value as Json, json};

use super::*;

/// A header, a model, and what an answer took.
struct Known {
    team: Option<&'static str>,
    output: u64,
}

impl Attributes for Known {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let value = match attribute {
            Attribute::RequestHeaders => match self.team {
                Some(team) => json!({"x-team": team}),
                None => json!({}),
            },
            Attribute::LlmRequestModel => json!("gpt-x"),
            Attribute::LlmOutputTokens => json!(self.output),
            Attribute::RequestMethod
            | Attribute::RequestUri
            | Attribute::RequestHost
            | Attribute::RequestScheme
            | Attribute::RequestPath
            | Attribute::RequestPathAndQuery
            | Attribute::RequestVersion
            | Attribute::SourceAddress
            | Attribute::SourcePort
            | Attribute::ResponseCode
            | Attribute::ResponseHeaders
            | Attribute::Jwt
            | Attribute::ApiKey
            | Attribute::LlmRequest
            | Attribute::LlmStreaming
            | Attribute::LlmResponseModel
            | Attribute::LlmProvider
            | Attribute::LlmInputTokens
            | Attribute::LlmCachedInputTokens
            | Attribute::LlmCacheCreationInputTokens
            | Attribute::LlmReasoningTokens
            | Attribute::LlmTotalTokens
            | Attribute::LlmParams => return None,
        };
        Some(Cow::Owned(value))
    }
}

fn expr(text: &str) -> Expr {
    let offered = AttributeSet::OF_LLM_ANSWER.or(AttributeSet::OF_LLM_REQUEST);
    Expr::compile(text, offered).unwrap()
}

fn service() -> Arc<Service> {
    Arc::new(Service {
        cluster: "c".into(),
        label: "shop/limits".into(),
        authority: "limits.shop.svc:8081".into(),
        domain: "shop".into(),
        fail_open: false,
        timeout: Duration::from_millis(100),
    })
}

fn descriptor(entries: &[(&str, &str)], unit: Unit) -> Descriptor {
    let entries = entries.iter();
    Descriptor {
        entries: entries
            .map(|(name, value)| ((*name).into(), expr(value)))
            .collect(),
        unit,
        cost: None,
        limit: None,
    }
}

/// Entries as `key=value`, and hits.
fn told(request: &RateLimitRequest) -> Vec<(String, Option<u64>)> {
    let descriptors = request.descriptors.iter();
    descriptors
        .map(|own| {
            let entries = own.entries.iter();
            let entries: Vec<String> = entries
                .map(|entry| format!("{}={}", entry.key, entry.value))
                .collect();
            let hits = own.hits_addend.as_ref().map(|hits| hits.value);
            (entries.join(","), hits)
        })
        .collect()
}

#[track_caller]
fn check(descriptors: Vec<Descriptor>, team: Option<&'static str>, expected: &[(&str, u64)]) {
    let count = descriptors.len();
    let limits = Limits {
        service: service(),
        descriptors,
    };
    let asked = limits.of(&Known { team, output: 0 });
    let request = asked.check(&limits.service);
    assert_eq!(request.domain, "shop");
    let expected: Vec<_> = expected
        .iter()
        .map(|(entries, hits)| ((*entries).to_owned(), Some(*hits)))
        .collect();
    assert_eq!(told(&request), expected);
    assert_eq!(asked.dropped, count - expected.len());
}

const TEAM: (&str, &str) = ("team", "request.headers['x-team']");

#[test]
fn requests_are_one_hit_and_tokens_none_yet() {
    let all = || {
        vec![
            descriptor(&[TEAM, ("model", "llm.requestModel")], Unit::Requests),
            descriptor(&[("all", "'yes'")], Unit::Tokens),
        ]
    };
    check(
        all(),
        Some("a"),
        &[("team=a,model=gpt-x", 1), ("all=yes", 0)],
    );
    // Without the header there is no such descriptor.
    check(all(), None, &[("all=yes", 0)]);
    check(vec![descriptor(&[TEAM], Unit::Requests)], None, &[]);
}

#[test]
fn a_request_costs_what_its_expression_says() {
    let with = |cost: &str| Descriptor {
        cost: Some(expr(cost)),
        ..descriptor(&[TEAM], Unit::Requests)
    };
    check(vec![with("3")], Some("a"), &[("team=a", 3)]);
    check(vec![with("2.2")], Some("a"), &[("team=a", 3)]);
    check(vec![with("0")], Some("a"), &[("team=a", 0)]);
    for none in ["-1", "'many'", "request.headers['x-cost']"] {
        check(vec![with(none)], Some("a"), &[]);
    }
}

#[test]
fn a_limit_of_its_own_goes_along_or_the_descriptor_does_not() {
    let with = |limit: &str| Descriptor {
        limit: Some(expr(limit)),
        ..descriptor(&[TEAM], Unit::Requests)
    };
    let limits = Limits {
        service: service(),
        descriptors: vec![
            with("{'unit': 'minute', 'requestsPerUnit': 10}"),
            with("'ten'"),
        ],
    };
    let team = Some("a");
    let asked = limits.of(&Known { team, output: 0 });
    let request = asked.check(&limits.service);
    assert_eq!(request.descriptors.len(), 1);
    let limit = request.descriptors[0].limit.unwrap();
    assert_eq!(limit.requests_per_unit, 10);
}

#[test]
fn tokens_are_told_once_they_are_known() {
    let tokens = |cost: Option<&str>| Descriptor {
        cost: cost.map(expr),
        ..descriptor(&[TEAM], Unit::Tokens)
    };
    let limits = Limits {
        service: service(),
        descriptors: vec![
            descriptor(&[TEAM], Unit::Requests),
            tokens(None),
            tokens(Some("llm.outputTokens * 2")),
        ],
    };
    let team = Some("a");
    let asked = limits.of(&Known { team, output: 0 });
    let report = |tokens, output| {
        let usage = Known { team: None, output };
        asked
            .report(&limits.service, tokens, &usage)
            .map(|request| told(&request))
    };
    let one = |hits| ("team=a".to_owned(), Some(hits));
    assert_eq!(report(30, 20), Some(vec![one(30), one(40)]));
    assert_eq!(report(30, 0), Some(vec![one(30)]));
    assert_eq!(report(0, 0), None);
    // A cost that has no value is not free.
    let silent = asked.report(&limits.service, 30, &()).unwrap();
    assert_eq!(told(&silent), vec![one(30), one(30)]);
}

#[test]
fn who_needs_the_prompt_waits_for_it() {
    let needs = |descriptor: Descriptor| {
        let limits = Limits {
            service: service(),
            descriptors: vec![descriptor],
        };
        limits.needs_prompt()
    };
    assert!(!needs(descriptor(&[TEAM], Unit::Requests)));
    assert!(needs(descriptor(&[TEAM], Unit::Tokens)));
    let model = ("model", "llm.requestModel");
    assert!(needs(descriptor(&[model], Unit::Requests)));
}

#[test]
fn values_are_cut_between_characters() {
    let long = "é".repeat(VALUE_LIMIT);
    assert_eq!(within(long).len(), VALUE_LIMIT);
    assert_eq!(
        within(format!("a{}", "é".repeat(VALUE_LIMIT))).len(),
        VALUE_LIMIT - 1
    );
}
