//! What a request asks of a model besides the prompt, under the names of OpenTelemetry's GenAI conventions ("Semantic
//! conventions for generative client AI spans", `gen_ai.request.*`).
//!
//! Owns which member of which format is which attribute. It must not know spans. Invariants: only what is there and of its
//! type is told, never a default; what comes from a client is bounded.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::format::Format;
use crate::json;
use crate::observed::bounded;

/// Most texts of a list that are told.
const TEXTS: usize = 16;

/// What an attribute is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(Cow<'static, str>),
    /// Several texts.
    Texts(Vec<String>),
}

/// Tells the attributes of a request's body, in whatever format; of one that is no JSON there are none.
pub fn tell(format: Format, body: &[u8], note: &mut dyn FnMut(&'static str, Value)) {
    let text = json::text(body).unwrap_or_default();
    // What was read before it broke is told all the same.
    let _ = json::members(text, |key, raw| match &*key {
        // Gemini's and Bedrock's settings have a place of their own.
        "generationConfig"
        | "generation_config"
        | "inferenceConfig"
        | "additionalModelRequestFields" => {
            let _ = json::members(raw, |key, raw| member(&key, raw, note));
        }
        "response_format" => output_type(raw, note),
        "text" => {
            let _ = json::members(raw, |key, raw| {
                if key == "format" {
                    output_type(raw, note);
                }
            });
        }
        "conversation" => conversation(raw, note),
        // Anthropic has tiers of this name, which are others.
        "service_tier" if is_openai(format) => {
            if let Some(tier) = json::string(raw).map(bounded) {
                note("openai.request.service_tier", Value::Text(tier.into()));
            }
        }
        _ => member(&key, raw, note),
    });
}

fn member(key: &str, raw: &str, note: &mut dyn FnMut(&'static str, Value)) {
    let told = match key {
        "max_tokens"
        | "max_completion_tokens"
        | "max_output_tokens"
        | "maxTokens"
        | "maxOutputTokens" => whole("gen_ai.request.max_tokens", raw),
        "seed" => whole("gen_ai.request.seed", raw),
        "n" | "candidateCount" => whole("gen_ai.request.choice.count", raw),
        "dimensions" | "outputDimensionality" => whole("gen_ai.embeddings.dimension.count", raw),
        "temperature" => number("gen_ai.request.temperature", raw),
        "top_p" | "topP" => number("gen_ai.request.top_p", raw),
        "top_k" | "topK" => number("gen_ai.request.top_k", raw),
        "frequency_penalty" | "frequencyPenalty" => number("gen_ai.request.frequency_penalty", raw),
        "presence_penalty" | "presencePenalty" => number("gen_ai.request.presence_penalty", raw),
        "stop" | "stop_sequences" | "stopSequences" => texts("gen_ai.request.stop_sequences", raw),
        // Cohere and Amazon have several at once, which they call types.
        "encoding_format" | "embedding_types" | "embeddingTypes" => {
            texts("gen_ai.request.encoding_formats", raw)
        }
        "responseMimeType" => json::string(raw).and_then(|kind| {
            let kind = match kind.as_str() {
                "application/json" => "json",
                "text/plain" => "text",
                _ => return None,
            };
            Some(("gen_ai.output.type", Value::Text(kind.into())))
        }),
        _ => None,
    };
    if let Some((name, value)) = told {
        note(name, value);
    }
}

fn is_openai(format: Format) -> bool {
    matches!(
        format,
        Format::OpenAiChatCompletions | Format::OpenAiResponses
    )
}

fn whole(name: &'static str, raw: &str) -> Option<(&'static str, Value)> {
    Some((name, Value::Whole(raw.trim().parse().ok()?)))
}

fn number(name: &'static str, raw: &str) -> Option<(&'static str, Value)> {
    let number: f64 = raw.trim().parse().ok()?;
    number.is_finite().then_some((name, Value::Number(number)))
}

/// One text or a list of them.
fn texts(name: &'static str, raw: &str) -> Option<(&'static str, Value)> {
    let texts: Vec<String> = match raw.trim_start().starts_with('[') {
        true => {
            let listed: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            let texts = listed.iter().filter_map(|text| json::string(text.get()));
            texts.take(TEXTS).map(bounded).collect()
        }
        false => json::string(raw).map(bounded).into_iter().collect(),
    };
    (!texts.is_empty()).then_some((name, Value::Texts(texts)))
}

/// The `type` of a response format.
fn output_type(raw: &str, note: &mut dyn FnMut(&'static str, Value)) {
    let _ = json::members(raw, |key, raw| {
        if key != "type" {
            return;
        }
        let kind = match json::string(raw).as_deref() {
            Some("json_object" | "json_schema") => "json",
            Some("text") => "text",
            Some(_) | None => return,
        };
        note("gen_ai.output.type", Value::Text(kind.into()));
    });
}

/// The id of a conversation that the provider keeps, alone or in an object.
fn conversation(raw: &str, note: &mut dyn FnMut(&'static str, Value)) {
    let mut id = json::string(raw);
    if id.is_none() {
        let _ = json::members(raw, |key, raw| {
            if key == "id" {
                id = json::string(raw);
            }
        });
    }
    if let Some(id) = id {
        let id = Value::Text(bounded(id).into());
        note("gen_ai.conversation.id", id);
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Value, tell};

    #[track_caller]
    fn check(body: &str, expected: &[(&str, Value)]) {
        let mut told = Vec::new();
        let format = Format::OpenAiChatCompletions;
        tell(format, body.as_bytes(), &mut |name, value| {
            told.push((name, value));
        });
        assert_eq!(told, expected, "{body}");
    }

    #[test]
    fn a_tier_is_openais() {
        let body = r#"{"service_tier":"flex"}"#;
        check(body, &[("openai.request.service_tier", text("flex"))]);
        check(r#"{"service_tier":null}"#, &[]);
        let mut told = Vec::new();
        tell(
            Format::AnthropicMessages,
            body.as_bytes(),
            &mut |name, _| told.push(name),
        );
        assert!(told.is_empty(), "{told:?}");
    }

    fn text(text: &'static str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn each_format() {
        let texts =
            |all: &[&str]| Value::Texts(all.iter().map(|text| (*text).to_owned()).collect());
        check(
            r#"{"model":"m","max_completion_tokens":7,"temperature":0.5,"top_p":1,"seed":-3,"stop":"x","frequency_penalty":0.1,"presence_penalty":-2,"n":2,"response_format":{"type":"json_schema","json_schema":{"type":"text"}}}"#,
            &[
                ("gen_ai.request.max_tokens", Value::Whole(7)),
                ("gen_ai.request.temperature", Value::Number(0.5)),
                ("gen_ai.request.top_p", Value::Number(1.0)),
                ("gen_ai.request.seed", Value::Whole(-3)),
                ("gen_ai.request.stop_sequences", texts(&["x"])),
                ("gen_ai.request.frequency_penalty", Value::Number(0.1)),
                ("gen_ai.request.presence_penalty", Value::Number(-2.0)),
                ("gen_ai.request.choice.count", Value::Whole(2)),
                ("gen_ai.output.type", text("json")),
            ],
        );
        check(
            r#"{"max_output_tokens":9,"text":{"format":{"type":"text"}},"conversation":{"id":"conv_1"}}"#,
            &[
                ("gen_ai.request.max_tokens", Value::Whole(9)),
                ("gen_ai.output.type", text("text")),
                ("gen_ai.conversation.id", text("conv_1")),
            ],
        );
        check(
            r#"{"max_tokens":1,"top_k":40,"stop_sequences":["a","b"]}"#,
            &[
                ("gen_ai.request.max_tokens", Value::Whole(1)),
                ("gen_ai.request.top_k", Value::Number(40.0)),
                ("gen_ai.request.stop_sequences", texts(&["a", "b"])),
            ],
        );
        let formats = "gen_ai.request.encoding_formats";
        check(
            r#"{"input":"a","encoding_format":"base64","dimensions":8}"#,
            &[
                (formats, texts(&["base64"])),
                ("gen_ai.embeddings.dimension.count", Value::Whole(8)),
            ],
        );
        check(
            r#"{"texts":["a"],"embedding_types":["float","int8"]}"#,
            &[(formats, texts(&["float", "int8"]))],
        );
        check(
            r#"{"inferenceConfig":{"maxTokens":5,"topP":0.25},"additionalModelRequestFields":{"top_k":3}}"#,
            &[
                ("gen_ai.request.max_tokens", Value::Whole(5)),
                ("gen_ai.request.top_p", Value::Number(0.25)),
                ("gen_ai.request.top_k", Value::Number(3.0)),
            ],
        );
        check(
            r#"{"generationConfig":{"maxOutputTokens":5,"stopSequences":["z"],"responseMimeType":"application/json"}}"#,
            &[
                ("gen_ai.request.max_tokens", Value::Whole(5)),
                ("gen_ai.request.stop_sequences", texts(&["z"])),
                ("gen_ai.output.type", text("json")),
            ],
        );
    }

    #[test]
    fn what_is_of_another_type_is_not_told() {
        check(
            r#"{"max_tokens":"many","temperature":null,"stop":7,"n":{},"seed":1.5,"conversation":null,"response_format":"json"}"#,
            &[],
        );
        check("nope", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_told_is_bounded() {
        let stops: Vec<String> = (0..99)
            .map(|number| number.to_string().repeat(999))
            .collect();
        let body = serde_json::json!({"stop": stops}).to_string();
        let mut told = Vec::new();
        tell(
            Format::OpenAiChatCompletions,
            body.as_bytes(),
            &mut |_, value| told.push(value),
        );
        let Some(Value::Texts(texts)) = told.pop() else {
            panic!("no texts");
        };
        assert_eq!(texts.len(), 16);
        assert!(texts.iter().all(|text| text.len() <= 256));
    }
}
