//! The names of OpenInference's semantic conventions for an attempt at a model.
//!
//! Owns which of what is known of an attempt has which name, and words for providers. Must not read bodies, nor know spans:
//! it tells names and values. Invariants: each name is told once; what is not known is not told; texts of prompts and answers
//! have their names from `dp_llm::content::open_inference`.

use dp_llm::parameters;
use dp_policy::price::{Cost, Money, Quote};
use dp_policy::usage_record::UsageRecord;
use opentelemetry::Value;
use serde_json::{Map, json};

/// The name of what a span is about: a model, or what leads to one.
pub(super) const KIND: &str = "openinference.span.kind";

/// What is known of an attempt before it is answered.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    kind: Kind,
    provider: Box<str>,
    sent: Box<str>,
    /// What was asked for besides the prompt.
    parameters: Map<String, serde_json::Value>,
}

/// What an attempt asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Llm,
    Embedding,
    Reranker,
}

// === impl Attempt ===

impl Attempt {
    /// Of an operation and a provider as telemetry names them, and the model that was asked for.
    pub(super) fn new(operation: &str, provider: &str, sent: &str) -> Self {
        let kind = match operation {
            "embeddings" => Kind::Embedding,
            "rerank" => Kind::Reranker,
            _ => Kind::Llm,
        };
        Attempt {
            kind,
            provider: provider.into(),
            sent: sent.into(),
            parameters: Map::new(),
        }
    }

    /// Takes a parameter, by its name in OpenTelemetry's conventions.
    pub(super) fn parameter(&mut self, name: &str, value: &parameters::Value) {
        let name = match name {
            "gen_ai.request.choice.count" => "n",
            "gen_ai.embeddings.dimension.count" => "dimensions",
            "openai.request.service_tier" => "service_tier",
            // What is left is no parameter: the kind of answer, a conversation.
            _ => match name.strip_prefix("gen_ai.request.") {
                Some(name) => name,
                None => return,
            },
        };
        let value = match value {
            parameters::Value::Whole(number) => json!(number),
            parameters::Value::Number(number) => json!(number),
            parameters::Value::Text(text) => json!(text),
            parameters::Value::Texts(texts) => json!(texts),
        };
        self.parameters.insert(name.to_owned(), value);
    }

    /// Tells everything, with the record of the request where the answer was the request's.
    pub(super) fn tell(
        self,
        usage: Option<&UsageRecord>,
        put: &mut dyn FnMut(&'static str, Value),
    ) {
        let answered = usage.and_then(|usage| usage.model.answered.as_deref());
        let model = answered.unwrap_or(&self.sent).to_owned();
        let (kind, model_name, parameters) = match self.kind {
            Kind::Llm => ("LLM", "llm.model_name", Some("llm.invocation_parameters")),
            Kind::Embedding => (
                "EMBEDDING",
                "embedding.model_name",
                Some("embedding.invocation_parameters"),
            ),
            Kind::Reranker => ("RERANKER", "reranker.model_name", None),
        };
        put(KIND, kind.into());
        // The others have none: there is a model, and whose it is says nothing about vectors.
        if self.kind == Kind::Llm {
            let (provider, system) = provider(&self.provider, &model);
            put("llm.provider", provider.to_owned().into());
            put("llm.system", system.to_owned().into());
        }
        put(model_name, model.into());
        if let Some(name) = parameters.filter(|_| !self.parameters.is_empty()) {
            let text = serde_json::Value::Object(self.parameters).to_string();
            put(name, text.into());
        }
        let Some(usage) = usage else {
            return;
        };
        tokens(usage, put);
        if let Quote::Priced { cost, .. } = &usage.quote {
            tell_cost(cost, put);
        }
        if let Some(reason) = usage.answer.finish_reasons.first() {
            put("llm.finish_reason", (*reason).into());
        }
    }
}

fn tokens(usage: &UsageRecord, put: &mut dyn FnMut(&'static str, Value)) {
    let Some(tokens) = &usage.usage.tokens else {
        return;
    };
    let mut count = |name, count: u64| {
        put(name, i64::try_from(count).unwrap_or(i64::MAX).into());
    };
    count("llm.token_count.prompt", tokens.input);
    count("llm.token_count.completion", tokens.output);
    let total = tokens.input.saturating_add(tokens.output);
    count("llm.token_count.total", total);
    for (name, of_these) in [
        (
            "llm.token_count.prompt_details.cache_read",
            tokens.cache_read,
        ),
        (
            "llm.token_count.prompt_details.cache_write",
            tokens.cache_write,
        ),
        ("llm.token_count.prompt_details.audio", tokens.input_audio),
        (
            "llm.token_count.completion_details.reasoning",
            tokens.reasoning,
        ),
        (
            "llm.token_count.completion_details.audio",
            tokens.output_audio,
        ),
    ] {
        if of_these > 0 {
            count(name, of_these);
        }
    }
}

/// USD as numbers, as the convention wants them; the exact amounts are in `tidegate.llm.cost.*`.
fn tell_cost(cost: &Cost, put: &mut dyn FnMut(&'static str, Value)) {
    let prompt: Money = [
        cost.input,
        cost.cache_read,
        cost.cache_write,
        cost.input_audio,
    ]
    .into_iter()
    .sum();
    let completion: Money = [cost.output, cost.reasoning, cost.output_audio]
        .into_iter()
        .sum();
    put("llm.cost.prompt", prompt.as_f64().into());
    put("llm.cost.completion", completion.as_f64().into());
    put("llm.cost.total", cost.total().as_f64().into());
    for (name, amount) in [
        ("llm.cost.prompt_details.input", cost.input),
        ("llm.cost.prompt_details.cache_read", cost.cache_read),
        ("llm.cost.prompt_details.cache_write", cost.cache_write),
        ("llm.cost.prompt_details.audio", cost.input_audio),
        ("llm.cost.completion_details.output", cost.output),
        ("llm.cost.completion_details.reasoning", cost.reasoning),
        ("llm.cost.completion_details.audio", cost.output_audio),
    ] {
        if amount.picos() > 0 {
            put(name, amount.as_f64().into());
        }
    }
}

/// `llm.provider` and `llm.system` of a provider as OpenTelemetry names it: the convention's own words where it has some.
fn provider<'a>(name: &'a str, model: &str) -> (&'a str, &'a str) {
    match name {
        "azure.ai.openai" => ("azure", "openai"),
        "azure.ai.inference" => ("azure", vendor(model).unwrap_or("azure")),
        "aws.bedrock" => ("aws", vendor(model).unwrap_or("amazon")),
        "gcp.vertex_ai" => ("google", vendor(model).unwrap_or("vertexai")),
        "gcp.gemini" | "gcp.gen_ai" => ("google", "google"),
        "mistral" | "mistral_ai" => ("mistralai", "mistralai"),
        "x_ai" => ("xai", "xai"),
        own => (own, own),
    }
}

/// Whose model it is, where a cloud serves those of several.
fn vendor(model: &str) -> Option<&'static str> {
    let model = model.to_ascii_lowercase();
    [
        ("claude", "anthropic"),
        ("llama", "meta"),
        ("mistral", "mistralai"),
        ("mixtral", "mistralai"),
        ("cohere", "cohere"),
        ("jamba", "ai21"),
        ("deepseek", "deepseek"),
        ("grok", "xai"),
        ("gpt-", "openai"),
    ]
    .into_iter()
    .find_map(|(part, vendor)| model.contains(part).then_some(vendor))
}

#[cfg(test)]
mod tests;
