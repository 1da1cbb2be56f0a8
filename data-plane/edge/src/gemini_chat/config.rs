//! `generationConfig`: sampling, the answer's form, and how much the model reasons.
//!
//! It must not know messages or tools. Invariant: models of OpenAI that do not reason get no `reasoning_effort`, which they
//! refuse.

use crate::messages_chat::model;
use crate::shape::chat;
use crate::shape::gemini::{GenerationConfig, ThinkingConfig};
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, Vendor, gemini_schema};

#[derive(serde::Serialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<Schema<'a>>,
}

#[derive(serde::Serialize)]
struct Schema<'a> {
    name: &'static str,
    schema: Json<'a>,
}

pub(super) fn apply<'a>(
    config: GenerationConfig<'a>,
    target: &Target,
    request: &mut chat::Request<'a>,
    notes: &mut Notes,
) -> Result<(), Unconvertible> {
    for (field, is_there) in [
        (
            "generationConfig.responseLogprobs",
            is_true(config.response_logprobs.as_ref()),
        ),
        (
            "generationConfig.mediaResolution",
            config.media_resolution.is_some(),
        ),
        (
            "generationConfig.speechConfig",
            config.speech_config.is_some(),
        ),
        (
            "generationConfig.imageConfig",
            config.image_config.is_some(),
        ),
    ] {
        notes.dropped_if(field, is_there);
    }
    if config
        .response_modalities
        .iter()
        .any(|name| !name.eq_ignore_ascii_case("text"))
    {
        return Err(Unconvertible::unsupported(
            "generationConfig.responseModalities",
            "the provider's answers can be turned into text only",
        ));
    }
    request.response_format = response_format(&config)?;
    if let Some(raw) = &config.thinking_config {
        let thinking = raw.read().map_err(|_| {
            Unconvertible::invalid("generationConfig.thinkingConfig", "cannot be read")
        })?;
        request.reasoning_effort = effort(&thinking, target, request.tools.is_some(), notes);
    }
    // OpenAI's newer models refuse the old name, other servers do not know the new one (llm.md D-14).
    let is_openai = target.vendor == Vendor::OpenAi;
    if is_openai {
        request.max_completion_tokens = config.max_output_tokens;
    } else {
        request.max_tokens = config.max_output_tokens;
    }
    notes.dropped_if("generationConfig.topK", is_openai && config.top_k.is_some());
    request.top_k = config.top_k.filter(|_| !is_openai);
    request.temperature = config.temperature;
    request.top_p = config.top_p;
    request.stop = (!config.stop_sequences.is_empty()).then(|| Json::of(&config.stop_sequences));
    request.n = config.candidate_count.filter(|count| *count != 1);
    request.seed = config.seed;
    request.frequency_penalty = config.frequency_penalty;
    request.presence_penalty = config.presence_penalty;
    fit(request, target, notes);
    Ok(())
}

/// Takes away what the model refuses; only what it does anyway is not worth a note.
fn fit(request: &mut chat::Request<'_>, target: &Target, notes: &mut Notes) {
    let mut drop = |field, value: &mut Option<Json<'_>>, usual: [&str; 2]| {
        let taken = value.take();
        notes.dropped_if(
            field,
            taken.is_some_and(|value| !value.is_null() && !usual.contains(&value.get())),
        );
    };
    if model::fixes_sampling(target, request.reasoning_effort.as_ref()) {
        let usual = ["1", "1.0"];
        drop(
            "generationConfig.temperature",
            &mut request.temperature,
            usual,
        );
        drop("generationConfig.topP", &mut request.top_p, usual);
    }
    if !model::takes_penalties(target) {
        for (field, value) in [
            (
                "generationConfig.frequencyPenalty",
                &mut request.frequency_penalty,
            ),
            (
                "generationConfig.presencePenalty",
                &mut request.presence_penalty,
            ),
        ] {
            drop(field, value, ["0", "0.0"]);
        }
    }
    if !model::takes_stop(target) {
        drop("generationConfig.stopSequences", &mut request.stop, [""; 2]);
    }
}

fn is_true(raw: Option<&Json<'_>>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

fn response_format(config: &GenerationConfig<'_>) -> Result<Option<Json<'static>>, Unconvertible> {
    match config.response_mime_type.as_deref() {
        None | Some("" | "text/plain") => return Ok(None),
        Some("application/json") => (),
        Some(_) => {
            return Err(Unconvertible::unsupported(
                "generationConfig.responseMimeType",
                "the provider answers `text/plain` and `application/json`",
            ));
        }
    }
    let schema = match (&config.response_json_schema, &config.response_schema) {
        (Some(schema), _) => Some(schema.reborrow()),
        (None, Some(schema)) => {
            let schema = gemini_schema::to_json_schema(schema).map_err(|error| {
                Unconvertible::invalid("generationConfig.responseSchema", error.to_string())
            })?;
            Some(schema)
        }
        (None, None) => None,
    };
    Ok(Some(Json::of(&match schema {
        None => Format {
            kind: "json_object",
            json_schema: None,
        },
        Some(schema) => Format {
            kind: "json_schema",
            json_schema: Some(Schema {
                name: "structured_output",
                schema,
            }),
        },
    })))
}

/// `reasoning_effort`; nothing where the model is free to choose.
fn effort(
    config: &ThinkingConfig,
    target: &Target,
    has_tools: bool,
    notes: &mut Notes,
) -> Option<JsonText<'static>> {
    let level = config
        .thinking_level
        .as_deref()
        .map(str::to_ascii_lowercase);
    let effort = match (level.as_deref(), config.thinking_budget) {
        (Some(level @ ("low" | "medium" | "high")), _) => level,
        (Some("minimal"), _) | (None, Some(0)) => model::least_effort(target),
        (None, Some(1..=1024)) => "low",
        (None, Some(1025..=2048)) => "medium",
        (None, Some(2049..)) => "high",
        // -1 leaves it to the model.
        (Some(_) | None, _) => return None,
    };
    let is_refused = has_tools && effort != "none" && !model::thinks_with_tools(target);
    if is_refused || !model::thinks(target) {
        notes.dropped("generationConfig.thinkingConfig");
        return None;
    }
    Some(JsonText::plain(effort))
}
