//! The answer to InvokeModel: one object, or the chunks of InvokeModelWithResponseStream.
//!
//! Objects and chunks after the same pages as [`super::invoke`], frames after botocore's model (`ResponseStream`, `PayloadPart`). It
//! must not know HTTP. Invariants: whole and streamed answers have the same words and counts; the last chunk has the metrics of the
//! invocation; what a family has no place for is not counted either.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::converse;
use super::invoke::Family;
use crate::anthropic::message;
use crate::asked::{Asked, tokens};
use crate::event::{Event, Events};
use crate::member::set;
use crate::openai::completion;
use crate::reply::{Counts, Reply, Stop};

/// What is left of the counts with the family of this model.
pub(crate) fn told(model: &str, counts: Counts) -> Counts {
    let family = Family::of(model).unwrap_or(Family::Claude);
    let reasoning = match family {
        Family::Claude | Family::Chat => counts.reasoning,
        Family::Nova | Family::Titan | Family::Llama | Family::Mistral => 0,
    };
    match family.has_cache() {
        true => Counts {
            reasoning,
            ..counts
        },
        false => Counts {
            input: counts.input,
            output: counts.output,
            reasoning,
            ..Counts::default()
        },
    }
}

/// Counts as the heads of answers have them, by the ends of their names.
pub(crate) fn in_head(counts: &Counts) -> Vec<(&'static str, u64)> {
    let mut head = vec![
        ("input-token-count", counts.fresh()),
        ("output-token-count", counts.output),
    ];
    if counts.cache_read + counts.cache_write > 0 {
        head.push(("cache-read-input-token-count", counts.cache_read));
        head.push(("cache-write-input-token-count", counts.cache_write));
    }
    head
}

/// The buffered form.
pub(crate) fn to_object(asked: &Asked, reply: &Reply) -> Value {
    match Family::of(&asked.model).unwrap_or(Family::Claude) {
        Family::Claude => message::to_object(asked, reply),
        Family::Chat => completion::to_object(asked, reply),
        Family::Nova => {
            let mut whole = converse::to_object(reply);
            if let Value::Object(members) = &mut whole {
                members.remove("metrics");
            }
            set(&mut whole, "usage", nova_usage(reply));
            whole
        }
        Family::Titan => {
            let mut result = json!({
                "outputText": reply.text(),
                "completionReason": completion_reason(reply.stop),
            });
            let mut whole = json!({});
            if reply.has_usage {
                set(&mut result, "tokenCount", reply.counts.output);
                set(&mut whole, "inputTextTokenCount", reply.counts.input);
            }
            set(&mut whole, "results", json!([result]));
            whole
        }
        Family::Llama => {
            let mut whole =
                json!({"generation": reply.text(), "stop_reason": stop_reason(reply.stop)});
            if reply.has_usage {
                set(&mut whole, "prompt_token_count", reply.counts.input);
                set(&mut whole, "generation_token_count", reply.counts.output);
            }
            whole
        }
        // Its counts are in the head.
        Family::Mistral => json!({
            "outputs": [{"text": reply.text(), "stop_reason": stop_reason(reply.stop)}],
        }),
    }
}

/// The frames of a stream.
pub(crate) fn to_events(asked: &Asked, reply: &Reply) -> Events {
    let family = Family::of(&asked.model).unwrap_or(Family::Claude);
    let mut chunks = match family {
        Family::Claude => message::to_values(asked, reply),
        Family::Chat => completion::to_chunks(asked, reply),
        Family::Nova => {
            let parts = converse::to_parts(reply).into_iter();
            parts
                .map(|(kind, payload)| nova(kind, payload, reply))
                .collect()
        }
        Family::Titan | Family::Llama | Family::Mistral => pieces(family, reply),
    };
    if let Some(last) = chunks.last_mut() {
        set(last, "amazon-bedrock-invocationMetrics", metrics(reply));
    }
    // Anthropic tells the counts in the event before the last one.
    let behind = if family == Family::Claude { 2 } else { 1 };
    Events {
        usage_at: reply.has_usage.then(|| chunks.len().saturating_sub(behind)),
        events: chunks.iter().map(chunk).collect(),
        preface: match family {
            Family::Claude | Family::Nova | Family::Chat => 1,
            Family::Titan | Family::Llama | Family::Mistral => 0,
        },
    }
}

/// A part of the answer, which is JSON in Base64.
fn chunk(value: &Value) -> Event {
    let bytes = STANDARD.encode(value.to_string());
    Event::frame("chunk", &json!({ "bytes": bytes }))
}

fn nova(kind: &str, payload: Value, reply: &Reply) -> Value {
    let mut payload = payload;
    if kind == "metadata" {
        payload = json!({"usage": nova_usage(reply), "metrics": {}, "trace": {}});
    }
    let mut part = json!({});
    set(&mut part, kind, payload);
    part
}

/// Counts of the cache have names of their own here.
fn nova_usage(reply: &Reply) -> Value {
    let counts = match reply.has_usage {
        true => reply.counts,
        false => Counts::default(),
    };
    json!({
        "inputTokens": counts.fresh(),
        "outputTokens": counts.output,
        "totalTokens": counts.total(),
        "cacheReadInputTokenCount": counts.cache_read,
        "cacheWriteInputTokenCount": counts.cache_write,
    })
}

/// The chunks of a family that says texts and nothing else; the last one tells why it ends.
fn pieces(family: Family, reply: &Reply) -> Vec<Value> {
    let text = reply.text();
    let pieces = reply.pieces(&text);
    let last = pieces.len().saturating_sub(1);
    let (mut said, mut chunks) = (0, Vec::new());
    for (index, piece) in pieces.into_iter().enumerate() {
        said += tokens(piece);
        let is_last = index == last;
        let why = |word: &'static str| is_last.then_some(word);
        let count = |count: u64, is_here: bool| (reply.has_usage && is_here).then_some(count);
        chunks.push(match family {
            Family::Titan => json!({
                "outputText": piece,
                "index": 0,
                "totalOutputTextTokenCount": count(reply.counts.output, is_last),
                "completionReason": why(completion_reason(reply.stop)),
                "inputTextTokenCount": count(reply.counts.input, true),
            }),
            Family::Llama => json!({
                "generation": piece,
                "prompt_token_count": count(reply.counts.input, index == 0),
                "generation_token_count": count(said, true),
                "stop_reason": why(stop_reason(reply.stop)),
            }),
            Family::Claude | Family::Nova | Family::Mistral | Family::Chat => json!({
                "outputs": [{"text": piece, "stop_reason": why(stop_reason(reply.stop))}],
            }),
        });
    }
    chunks
}

/// What the service itself measured.
fn metrics(reply: &Reply) -> Value {
    let mut metrics = json!({"invocationLatency": 1, "firstByteLatency": 1});
    if reply.has_usage {
        let counts = &reply.counts;
        set(&mut metrics, "inputTokenCount", counts.fresh());
        set(&mut metrics, "outputTokenCount", counts.output);
        if counts.cache_read + counts.cache_write > 0 {
            set(&mut metrics, "cacheReadInputTokenCount", counts.cache_read);
            set(
                &mut metrics,
                "cacheWriteInputTokenCount",
                counts.cache_write,
            );
        }
    }
    metrics
}

fn completion_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Calls => "FINISH",
        Stop::Length => "LENGTH",
        Stop::Refusal => "CONTENT_FILTERED",
    }
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Calls | Stop::Refusal => "stop",
        Stop::Length => "length",
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::{to_events, to_object, told};
    use crate::asked::Asked;
    use crate::demand::Demand;
    use crate::event::Event;
    use crate::reply::Reply;

    fn chunks(asked: &Asked, reply: &Reply) -> Vec<Value> {
        let events = to_events(asked, reply).events.into_iter();
        let payloads = events.filter_map(|event| match event {
            Event::Sse { .. } => None,
            Event::Frame { payload, .. } => Some(payload),
        });
        let read = payloads.map(|payload| {
            let payload: Value = serde_json::from_str(&payload).expect("JSON");
            let bytes = STANDARD.decode(payload["bytes"].as_str().expect("text"));
            serde_json::from_slice(&bytes.expect("base64")).expect("JSON")
        });
        read.collect()
    }

    #[test]
    fn streams_say_what_whole_answers_say() {
        for (model, whole, pieces) in [
            ("anthropic.claude-x", "/content/0/text", "/delta/text"),
            (
                "amazon.nova-x",
                "/output/message/content/0/text",
                "/contentBlockDelta/delta/text",
            ),
            (
                "amazon.titan-text-x",
                "/results/0/outputText",
                "/outputText",
            ),
            ("meta.llama-x", "/generation", "/generation"),
            ("mistral.x", "/outputs/0/text", "/outputs/0/text"),
            (
                "openai.gpt-oss-x",
                "/choices/0/message/content",
                "/choices/0/delta/content",
            ),
        ] {
            let mut asked = Asked::new(model);
            asked.prompt_tokens = 8;
            let demand = Demand::parse("cached").expect("known");
            let mut reply = Reply::new(&asked, &demand.wishes, 7, 2);
            reply.counts = told(model, reply.counts);
            let object = to_object(&asked, &reply);
            let chunks = chunks(&asked, &reply);
            let texts = chunks
                .iter()
                .filter_map(|one| one.pointer(pieces)?.as_str());
            let text = object.pointer(whole).and_then(Value::as_str);
            assert_eq!(text, Some(texts.collect::<String>().as_str()), "{model}");
            let last = chunks.last().expect("chunks");
            let metrics = &last["amazon-bedrock-invocationMetrics"];
            let read = metrics["cacheReadInputTokenCount"].as_u64();
            let input = metrics["inputTokenCount"].as_u64().expect("a count");
            assert_eq!(input + read.unwrap_or_default(), 8, "{model}");
            assert_eq!(metrics["outputTokenCount"], reply.counts.output, "{model}");
        }
    }
}
