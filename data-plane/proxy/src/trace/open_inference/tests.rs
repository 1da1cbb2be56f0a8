//! What each thing that is known is called.

use std::time::Duration;

use dp_llm::parameters;
use dp_policy::{
    price::{Catalog, ModelNames, Tokens, quote, read},
    usage_record::{Answer, Call, Caller, Ending, ModelUse, Source, Timing, Usage, UsageRecord},
};

use super::{Attempt, provider};

const MODEL: &str = "gpt-4o";

fn record(catalog: Option<&Catalog>, tokens: Tokens) -> UsageRecord {
    let names = ModelNames {
        provider: "openai",
        response: None,
        request: MODEL,
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
            requested: Some("smart".into()),
            sent: Some(MODEL.into()),
            answered: Some("gpt-4o-2024-08-06".into()),
            attempts: 1,
        },
        answer: Answer {
            finish_reasons: ["stop"].into_iter().collect(),
            ..Answer::default()
        },
        usage: Usage {
            tokens: Some(tokens),
            source: Source::Provider,
            raw: None,
        },
        replaced: Vec::new(),
        quote: quote(catalog, &names, Some(&tokens)),
        charged: Vec::new(),
        notices: Vec::new(),
        cache: None,
        ending: Ending::Complete,
        timing: Timing::default(),
    }
}

#[track_caller]
fn check(attempt: Attempt, usage: Option<&UsageRecord>, expected: &[(&str, &str)]) {
    let mut told = Vec::new();
    attempt.tell(usage, &mut |name, value| {
        told.push((name, value.as_str().into_owned()));
    });
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn an_answer_has_tokens_and_a_price() {
    let json =
        r#"{"providers":{"openai":{"models":{"gpt-4o":{"rates":{"input":"2.5","output":"10"}}}}}}"#;
    let catalog = Catalog::new("c1", [read(json).expect("document")]);
    let tokens = Tokens {
        input: 1000,
        cache_read: 400,
        output: 100,
        reasoning: 60,
        ..Tokens::default()
    };
    let mut attempt = Attempt::new("chat", "openai", MODEL);
    for (name, value) in [
        ("gen_ai.request.max_tokens", parameters::Value::Whole(7)),
        ("gen_ai.request.temperature", parameters::Value::Number(0.5)),
        ("gen_ai.request.choice.count", parameters::Value::Whole(2)),
        (
            "gen_ai.request.stop_sequences",
            parameters::Value::Texts(vec!["x".to_owned()]),
        ),
        (
            "openai.request.service_tier",
            parameters::Value::Text("flex".into()),
        ),
        ("gen_ai.output.type", parameters::Value::Text("json".into())),
    ] {
        attempt.parameter(name, &value);
    }
    let parameters =
        r#"{"max_tokens":7,"temperature":0.5,"n":2,"stop_sequences":["x"],"service_tier":"flex"}"#;
    check(
        attempt,
        Some(&record(Some(&catalog), tokens)),
        &[
            ("openinference.span.kind", "LLM"),
            ("llm.provider", "openai"),
            ("llm.system", "openai"),
            ("llm.model_name", "gpt-4o-2024-08-06"),
            ("llm.invocation_parameters", parameters),
            ("llm.token_count.prompt", "1000"),
            ("llm.token_count.completion", "100"),
            ("llm.token_count.total", "1100"),
            ("llm.token_count.prompt_details.cache_read", "400"),
            ("llm.token_count.completion_details.reasoning", "60"),
            ("llm.cost.prompt", "0.0025"),
            ("llm.cost.completion", "0.001"),
            ("llm.cost.total", "0.0035"),
            ("llm.cost.prompt_details.input", "0.0015"),
            ("llm.cost.prompt_details.cache_read", "0.001"),
            ("llm.cost.completion_details.output", "0.0004"),
            ("llm.cost.completion_details.reasoning", "0.0006"),
            ("llm.finish_reason", "stop"),
        ],
    );
}

#[test]
fn without_an_answer_there_is_what_was_asked() {
    check(
        Attempt::new("generate_content", "gcp.gemini", "gemini-2.5-pro"),
        None,
        &[
            ("openinference.span.kind", "LLM"),
            ("llm.provider", "google"),
            ("llm.system", "google"),
            ("llm.model_name", "gemini-2.5-pro"),
        ],
    );
    let mut attempt = Attempt::new("embeddings", "openai", "e");
    attempt.parameter(
        "gen_ai.embeddings.dimension.count",
        &parameters::Value::Whole(8),
    );
    check(
        attempt,
        None,
        &[
            ("openinference.span.kind", "EMBEDDING"),
            ("embedding.model_name", "e"),
            ("embedding.invocation_parameters", r#"{"dimensions":8}"#),
        ],
    );
    check(
        Attempt::new("rerank", "cohere", "rerank-v3.5"),
        None,
        &[
            ("openinference.span.kind", "RERANKER"),
            ("reranker.model_name", "rerank-v3.5"),
        ],
    );
}

#[test]
fn what_has_no_price_has_no_cost() {
    let tokens = Tokens {
        input: 1,
        output: 2,
        ..Tokens::default()
    };
    let attempt = Attempt::new("chat", "openai", MODEL);
    attempt.tell(Some(&record(None, tokens)), &mut |name, _| {
        assert!(!name.starts_with("llm.cost"), "{name}");
    });
}

#[test]
fn providers_have_the_words_of_the_convention() {
    for (name, model, expected) in [
        ("anthropic", "claude-x", ("anthropic", "anthropic")),
        ("azure.ai.openai", "gpt-4o", ("azure", "openai")),
        ("azure.ai.inference", "Llama-3.3", ("azure", "meta")),
        (
            "aws.bedrock",
            "eu.anthropic.claude-x-v1:0",
            ("aws", "anthropic"),
        ),
        ("aws.bedrock", "amazon.nova-pro-v1:0", ("aws", "amazon")),
        ("gcp.vertex_ai", "claude-x", ("google", "anthropic")),
        ("gcp.vertex_ai", "gemini-x", ("google", "vertexai")),
        ("mistral", "m", ("mistralai", "mistralai")),
        ("groq", "llama-3", ("groq", "groq")),
        ("own", "m", ("own", "own")),
    ] {
        assert_eq!(provider(name, model), expected, "{name} {model}");
    }
}
