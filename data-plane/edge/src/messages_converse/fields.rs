//! Sampling and thinking: what Converse has itself, and what goes into the model's own fields.
//!
//! It must not know turns or tools. Facts by family: thinking of Claude after Anthropic's "Extended thinking"; of Nova 2
//! after AWS's "Extended thinking in Amazon Nova 2"; `reasoning_config` of others after their playground on Bedrock.

use serde::Serialize;

use super::Family;
use crate::chat_messages::unasked_limit;
use crate::shape::converse::InferenceConfig;
use crate::shape::messages::{self, Metadata, Thinking};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible};

/// Values of `anthropic-beta` that Bedrock knows; it refuses a request with any other.
const BETAS: [&str; 7] = [
    "context-1m-2025-08-07",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "fine-grained-tool-streaming-2025-05-14",
    "interleaved-thinking-2025-05-14",
    "output-128k-2025-02-19",
    "token-efficient-tools-2025-02-19",
];

/// How a request is tuned.
pub(super) struct Tuned<'a> {
    pub(super) inference: InferenceConfig<'a>,
    pub(super) fields: Option<Json<'static>>,
    pub(super) effort: Option<JsonText<'a>>,
}

/// `additionalModelRequestFields`: of each family some.
#[derive(Default, Serialize)]
struct Fields<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    anthropic_beta: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<&'a Thinking<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_config: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<Effort>,
    #[serde(rename = "reasoningConfig", skip_serializing_if = "Option::is_none")]
    nova_reasoning: Option<NovaReasoning>,
    #[serde(rename = "inferenceConfig", skip_serializing_if = "Option::is_none")]
    nova_inference: Option<NovaInference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<Json<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Metadata<'a>>,
}

#[derive(Serialize)]
struct NovaReasoning {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "maxReasoningEffort")]
    effort: Effort,
}

#[derive(Serialize)]
struct NovaInference<'a> {
    #[serde(rename = "topK")]
    top_k: Json<'a>,
}

/// How much a model thinks that takes no budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Effort {
    Low,
    Medium,
    High,
}

/// What `family` takes of the request's wishes.
pub(super) fn tuned<'a>(
    request: &'a messages::Request<'_>,
    family: Family,
    betas: &[&'a str],
    notes: &mut Notes,
) -> Result<Tuned<'a>, Unconvertible> {
    if request.max_tokens == Some(0) {
        return Err(Unconvertible::invalid("max_tokens", "must be at least 1"));
    }
    let mut tuned = Tuned {
        inference: InferenceConfig {
            max_tokens: request.max_tokens,
            temperature: request.temperature.as_ref().map(Json::reborrow),
            top_p: request.top_p.as_ref().map(Json::reborrow),
            stop_sequences: stop_sequences(request, notes),
        },
        fields: None,
        effort: None,
    };
    let top_k = request.top_k.as_ref().map(Json::reborrow);
    let mut fields = Fields::default();
    match family {
        Family::Claude => {
            claude(request, betas, &mut tuned, &mut fields, notes)?;
            fields.top_k = top_k.filter(|_| !is_thinking(request));
            notes.dropped_if("top_k", request.top_k.is_some() && fields.top_k.is_none());
        }
        Family::Nova | Family::Nova2 => {
            fields.nova_inference = top_k.map(|top_k| NovaInference { top_k });
            others(request, family, betas, &mut tuned, &mut fields, notes);
        }
        Family::GptOss | Family::Other => {
            fields.top_k = top_k;
            others(request, family, betas, &mut tuned, &mut fields, notes);
        }
    }
    tuned.fields = Some(Json::of(&fields)).filter(|fields| fields.get() != "{}");
    Ok(tuned)
}

/// Claude's own members, under their own names.
fn claude<'a>(
    request: &'a messages::Request<'_>,
    betas: &[&'a str],
    tuned: &mut Tuned<'a>,
    fields: &mut Fields<'a>,
    notes: &mut Notes,
) -> Result<(), Unconvertible> {
    fields.anthropic_beta.extend(
        betas
            .iter()
            .map(|beta| beta.trim())
            .filter(|beta| BETAS.contains(beta)),
    );
    notes.dropped_if("anthropic-beta", fields.anthropic_beta.len() < betas.len());
    fields.thinking = request.thinking.as_ref();
    fields.metadata = request
        .metadata
        .as_ref()
        .filter(|metadata| metadata.user_id.is_some());
    tuned.effort = effort(request).map(JsonText::reborrow);
    if !is_thinking(request) {
        return Ok(());
    }
    if request.max_tokens.is_none() {
        // A budget has to be below the limit, of which nobody says what it is where it is not told.
        let budget = request.thinking.as_ref().and_then(|it| it.budget_tokens);
        tuned.inference.max_tokens = budget.map(|_| unasked_limit(request));
    }
    // Thinking fixes how tokens are drawn.
    let temperature = number("temperature", request.temperature.as_ref())?;
    let top_p = number("top_p", request.top_p.as_ref())?;
    tuned.inference.temperature = None;
    notes.dropped_if("temperature", temperature.is_some_and(|value| value != 1.0));
    if top_p.is_some_and(|value| value < 0.95) {
        tuned.inference.top_p = None;
        notes.dropped("top_p");
    }
    Ok(())
}

fn others<'a>(
    request: &'a messages::Request<'_>,
    family: Family,
    betas: &[&'a str],
    tuned: &mut Tuned<'a>,
    fields: &mut Fields<'a>,
    notes: &mut Notes,
) {
    notes.dropped_if("anthropic-beta", !betas.is_empty());
    let has_user = request
        .metadata
        .as_ref()
        .is_some_and(|metadata| metadata.user_id.is_some());
    notes.dropped_if("metadata.user_id", has_user);
    if !is_thinking(request) {
        notes.dropped_if("output_config.effort", effort(request).is_some());
        return;
    }
    let effort = Effort::asked_for(request);
    match family {
        Family::Nova => notes.dropped("thinking"),
        Family::Nova2 => {
            fields.nova_reasoning = Some(NovaReasoning {
                kind: "enabled",
                effort,
            });
            if effort == Effort::High {
                let inference = &mut tuned.inference;
                notes.dropped_if("max_tokens", inference.max_tokens.take().is_some());
                notes.dropped_if("temperature", inference.temperature.take().is_some());
                notes.dropped_if("top_p", inference.top_p.take().is_some());
                notes.dropped_if("top_k", fields.nova_inference.take().is_some());
            }
        }
        Family::GptOss => fields.reasoning_effort = Some(effort),
        // Claude does not come here.
        Family::Claude | Family::Other => fields.reasoning_config = Some(effort),
    }
}

fn is_thinking(request: &messages::Request<'_>) -> bool {
    request
        .thinking
        .as_ref()
        .is_some_and(|thinking| thinking.kind != "disabled")
}

fn effort<'a>(request: &'a messages::Request<'a>) -> Option<&'a JsonText<'a>> {
    request.output_config.as_ref()?.effort.as_ref()
}

fn stop_sequences<'a>(request: &'a messages::Request<'_>, notes: &mut Notes) -> Vec<JsonText<'a>> {
    let sequences = request.stop_sequences.as_deref().unwrap_or_default();
    let kept: Vec<_> = sequences
        .iter()
        .filter(|sequence| !sequence.is_empty())
        .map(JsonText::reborrow)
        .collect();
    notes.dropped_if("stop_sequences", kept.len() < sequences.len());
    kept
}

fn number(field: &'static str, value: Option<&Json<'_>>) -> Result<Option<f64>, Unconvertible> {
    value
        .map(|value| {
            value
                .read()
                .map_err(|_| Unconvertible::invalid(field, "is not a number"))
        })
        .transpose()
}

// === impl Effort ===

impl Effort {
    /// By name; else by the budget, on the scale by which chat completions' efforts become budgets; else Anthropic's default.
    fn asked_for(request: &messages::Request<'_>) -> Self {
        if let Some(effort) = effort(request) {
            return match effort.decode().as_ref() {
                "low" | "minimal" => Self::Low,
                "medium" => Self::Medium,
                _ => Self::High,
            };
        }
        let budget = request
            .thinking
            .as_ref()
            .and_then(|thinking| thinking.budget_tokens);
        match budget {
            Some(0..=1024) => Self::Low,
            Some(1025..=2048) => Self::Medium,
            Some(_) | None => Self::High,
        }
    }
}
