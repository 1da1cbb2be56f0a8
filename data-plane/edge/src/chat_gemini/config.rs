//! What governs the answer: sampling, its form, and how much the model reasons.
//!
//! It must not know turns or tools. Invariant: a model that does not reason gets no `thinkingConfig`, which it refuses.

use serde::Deserialize;

use super::{Generation, bare, from_schema};
use crate::shape::chat;
use crate::shape::gemini::{GenerationConfig, ThinkingConfig};
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, gemini_schema};

/// What is asked for of reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reasoning {
    None,
    Minimal,
    Low,
    Medium,
    High,
    ExtraHigh,
    Max,
    Budget(u64),
}

#[derive(Deserialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    json_schema: Option<JsonSchema<'a>>,
}

#[derive(Deserialize)]
struct JsonSchema<'a> {
    #[serde(borrow, default)]
    schema: Option<Json<'a>>,
}

/// Anthropic's `thinking`.
#[derive(Deserialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    budget_tokens: Option<u64>,
}

/// The config; `None` where it would be empty.
pub(super) fn generation_config<'a>(
    request: &chat::Request<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Option<GenerationConfig<'a>>, Unconvertible> {
    modalities(request, notes)?;
    let generation = Generation::of(&target.model);
    let thinking_config = match &request.thinking_config {
        Some(config) => Some(config.clone()),
        None => reasoning(request)
            .and_then(|(field, wanted)| thinking_config(field, wanted, target, notes)),
    };
    let mut config = GenerationConfig {
        temperature: request.temperature.clone(),
        top_p: request.top_p.clone(),
        top_k: request.top_k.clone(),
        max_output_tokens: request.max_completion_tokens.or(request.max_tokens),
        stop_sequences: stop(request.stop.as_ref())?,
        candidate_count: request.n.filter(|n| *n != 1),
        seed: request.seed.clone(),
        frequency_penalty: request.frequency_penalty.clone(),
        presence_penalty: request.presence_penalty.clone(),
        thinking_config,
        ..GenerationConfig::default()
    };
    if let Some(format) = &request.response_format {
        response_format(format, generation, &mut config, notes)?;
    }
    // Nothing in it, nothing to send.
    let is_empty = Json::of(&config).get() == "{}";
    Ok((!is_empty).then_some(config))
}

fn modalities(request: &chat::Request<'_>, notes: &mut Notes) -> Result<(), Unconvertible> {
    let names: Vec<String> = match &request.modalities {
        Some(raw) => raw
            .read()
            .map_err(|_| Unconvertible::invalid("modalities", "is not a list of texts"))?,
        None => Vec::new(),
    };
    if names.iter().any(|name| name != "text") {
        return Err(Unconvertible::unsupported(
            "modalities",
            "answers of Gemini can be turned into text only",
        ));
    }
    notes.dropped_if("audio", request.audio.is_some());
    Ok(())
}

fn stop<'a>(stop: Option<&Json<'a>>) -> Result<Vec<JsonText<'a>>, Unconvertible> {
    let Some(stop) = stop.filter(|stop| !stop.is_null()) else {
        return Ok(Vec::new());
    };
    if let Some(one) = stop.clone().text() {
        return Ok(vec![one]);
    }
    let texts: Vec<JsonText<'_>> = stop
        .read()
        .map_err(|_| Unconvertible::invalid("stop", "is neither a text nor a list of texts"))?;
    Ok(texts.into_iter().map(JsonText::into_owned).collect())
}

fn response_format(
    format: &Json<'_>,
    generation: Generation,
    config: &mut GenerationConfig<'_>,
    notes: &mut Notes,
) -> Result<(), Unconvertible> {
    let format: Format<'_> = format
        .read()
        .map_err(|_| Unconvertible::invalid("response_format", "cannot be read"))?;
    match format.kind.as_str() {
        "text" => return Ok(()),
        "json_object" => (),
        "json_schema" => {
            let field = "response_format.json_schema";
            let schema = format
                .json_schema
                .ok_or_else(|| Unconvertible::invalid(field, "is missing"))?
                .schema;
            match (schema, generation) {
                (None, _) => (),
                (Some(schema), Generation::Budget | Generation::Level) => {
                    config.response_json_schema = Some(schema.into_owned());
                }
                (Some(schema), Generation::Plain) => {
                    let own = gemini_schema::response(&schema)
                        .map_err(|error| from_schema(format!("{field}.schema"), error))?;
                    notes.dropped_if("response_format.json_schema.schema", own.is_lossy);
                    config.response_schema = Some(own.schema);
                }
            }
        }
        _ => {
            return Err(Unconvertible::unsupported(
                "response_format.type",
                "Gemini takes `text`, `json_object` and `json_schema`",
            ));
        }
    }
    config.response_mime_type = Some("application/json".to_owned());
    Ok(())
}

/// What the request says of reasoning, and where; the most exact word counts.
fn reasoning(request: &chat::Request<'_>) -> Option<(&'static str, Reasoning)> {
    if let Some(budget) = request.thinking_budget_tokens {
        return Some(("thinking_budget_tokens", Reasoning::Budget(budget)));
    }
    let thinking: Option<Thinking> = request.thinking.as_ref().and_then(|raw| raw.read().ok());
    if let Some(thinking) = thinking {
        return match (thinking.kind.as_str(), thinking.budget_tokens) {
            ("disabled", _) => Some(("thinking", Reasoning::None)),
            (_, Some(budget)) => Some(("thinking", Reasoning::Budget(budget))),
            // Adaptive: as much as the model likes, which is Gemini's default.
            (_, None) => None,
        };
    }
    let wanted = match request.reasoning_effort.as_ref()?.decode().as_ref() {
        "none" => Reasoning::None,
        "minimal" => Reasoning::Minimal,
        "low" => Reasoning::Low,
        "high" => Reasoning::High,
        "xhigh" => Reasoning::ExtraHigh,
        "max" => Reasoning::Max,
        // OpenAI's default, and what is not known.
        _ => Reasoning::Medium,
    };
    Some(("reasoning_effort", wanted))
}

fn thinking_config(
    field: &'static str,
    wanted: Reasoning,
    target: &Target,
    notes: &mut Notes,
) -> Option<Json<'static>> {
    let model = bare(&target.model);
    let config = match Generation::of(model) {
        Generation::Plain => {
            notes.dropped_if(field, wanted != Reasoning::None);
            return None;
        }
        Generation::Budget => {
            let budget = wanted.budget();
            // Only the small models can do without; the others refuse to be told so.
            if budget == 0 && !model.contains("flash") {
                notes.dropped(field);
                return None;
            }
            ThinkingConfig {
                include_thoughts: (budget > 0).then_some(true),
                thinking_budget: Some(i64::try_from(budget).unwrap_or(i64::MAX)),
                thinking_level: None,
            }
        }
        Generation::Level => {
            let is_none = wanted.budget() == 0;
            if is_none && !model.contains("flash") {
                notes.dropped(field);
                return None;
            }
            ThinkingConfig {
                include_thoughts: (!is_none).then_some(true),
                thinking_budget: None,
                thinking_level: Some(wanted.level(model).to_owned()),
            }
        }
    };
    Some(Json::of(&config))
}

// === impl Reasoning ===

impl Reasoning {
    /// In tokens, as Google's OpenAI surface has it (its page "OpenAI compatibility"); more than high is the most that all models
    /// take.
    const fn budget(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Minimal | Self::Low => 1024,
            Self::Medium => 8192,
            Self::High | Self::ExtraHigh | Self::Max => 24576,
            Self::Budget(budget) => budget,
        }
    }

    fn level(self, model: &str) -> &'static str {
        let is_pro = model.contains("pro");
        match self {
            // The large models have no lower one.
            Self::None | Self::Minimal | Self::Budget(0) if is_pro => "low",
            Self::None | Self::Minimal | Self::Budget(0) => "minimal",
            Self::Low | Self::Budget(1..=1024) => "low",
            // The first of them has nothing in between.
            Self::Medium | Self::Budget(1025..=8192) if model.starts_with("gemini-3-pro") => "high",
            Self::Medium | Self::Budget(1025..=8192) => "medium",
            Self::High | Self::ExtraHigh | Self::Max | Self::Budget(_) => "high",
        }
    }
}
