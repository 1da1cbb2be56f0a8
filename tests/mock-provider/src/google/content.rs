//! The answer to generateContent: one object, or the chunks of a stream.
//!
//! Shapes after the reference and the `google-genai` Python SDK (`GenerateContentResponse`). It must not
//! know HTTP or time. Invariants: a function call is told whole and without an id; the counts grow with
//! every chunk, and only the last has them all and the reason to finish.

use serde_json::{Value, json};

use crate::asked::Asked;
use crate::event::{Event, Events};
use crate::member::set;
use crate::proof::GEMINI;
use crate::reply::{Call, Counts, Part, Reply, Stop};

/// The buffered form.
pub(crate) fn to_object(asked: &Asked, reply: &Reply) -> Value {
    let parts: Vec<Value> = parts(reply).map(|part| whole(reply, part)).collect();
    let candidates = (0..asked.choices).map(|index| {
        let mut candidate = candidate(index, &parts);
        set(&mut candidate, "finishReason", finish_reason(reply.stop));
        candidate
    });
    let mut object = object(asked, reply, candidates.collect());
    if reply.has_usage {
        set(&mut object, "usageMetadata", usage(&reply.counts));
    }
    object
}

/// The answer to a request to count.
pub(crate) fn to_count(asked: &Asked) -> Value {
    json!({
        "totalTokens": asked.prompt_tokens,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": asked.prompt_tokens}],
    })
}

/// The events of a stream: candidates one after another, as one stream has it.
pub(crate) fn to_events(asked: &Asked, reply: &Reply) -> Events {
    let mut chunks = Vec::new();
    for index in 0..asked.choices {
        for part in parts(reply) {
            let pieces: Vec<Value> = match part {
                Part::Thought(text) => {
                    let pieces = reply.pieces(text).into_iter();
                    pieces
                        .map(|piece| json!({"text": piece, "thought": true}))
                        .collect()
                }
                Part::Text(text) => {
                    let pieces = reply.pieces(text).into_iter();
                    pieces.map(|piece| json!({"text": piece})).collect()
                }
                Part::Call(_) => vec![whole(reply, part)],
            };
            let pieces = pieces.into_iter();
            chunks.extend(
                pieces.map(|piece| object(asked, reply, json!([candidate(index, &[piece])]))),
            );
        }
        let mut last = candidate(index, &[json!({"text": ""})]);
        set(&mut last, "finishReason", finish_reason(reply.stop));
        chunks.push(object(asked, reply, json!([last])));
    }
    let last = chunks.len() - 1;
    if reply.has_usage {
        let so_far = json!({
            "promptTokenCount": reply.counts.input,
            "totalTokenCount": reply.counts.input,
        });
        for (at, chunk) in chunks.iter_mut().enumerate() {
            let counts = if at == last {
                usage(&reply.counts)
            } else {
                so_far.clone()
            };
            set(chunk, "usageMetadata", counts);
        }
    }
    Events {
        events: chunks.iter().map(Event::data).collect(),
        preface: 0,
        usage_at: reply.has_usage.then_some(last),
    }
}

/// What a filter stops has no content.
fn parts(reply: &Reply) -> impl Iterator<Item = &Part> {
    let is_shown = reply.stop != Stop::Refusal;
    reply.parts.iter().filter(move |_| is_shown)
}

fn whole(reply: &Reply, part: &Part) -> Value {
    match part {
        Part::Thought(text) => json!({"text": text, "thought": true}),
        Part::Text(text) => json!({"text": text}),
        Part::Call(call) => function_call(reply, call),
    }
}

/// Of parallel calls, the first alone carries the signature of the thought behind them.
fn function_call(reply: &Reply, call: &Call) -> Value {
    let mut part = json!({"functionCall": {"name": call.name, "args": call.arguments}});
    if call.index == 0 && reply.counts.reasoning > 0 {
        set(&mut part, "thoughtSignature", GEMINI);
    }
    part
}

fn candidate(index: u64, parts: &[Value]) -> Value {
    json!({"content": {"parts": parts, "role": "model"}, "index": index})
}

fn object(asked: &Asked, reply: &Reply, candidates: Value) -> Value {
    json!({
        "candidates": candidates,
        "modelVersion": asked.model,
        "responseId": format!("mock-{}", reply.number),
    })
}

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Calls => "STOP",
        Stop::Length => "MAX_TOKENS",
        Stop::Refusal => "SAFETY",
    }
}

/// Thoughts are counted beside the candidates; a part of the prompt is from the cache.
fn usage(counts: &Counts) -> Value {
    let mut usage = json!({
        "promptTokenCount": counts.input,
        "candidatesTokenCount": counts.output - counts.reasoning,
        "totalTokenCount": counts.total(),
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": counts.input}],
    });
    if counts.reasoning > 0 {
        set(&mut usage, "thoughtsTokenCount", counts.reasoning);
    }
    if counts.cache_read > 0 {
        set(&mut usage, "cachedContentTokenCount", counts.cache_read);
    }
    usage
}
