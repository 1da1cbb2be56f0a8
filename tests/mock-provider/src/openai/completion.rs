//! The answer to a chat completion: one object, or the events of a stream.
//!
//! Shapes after OpenAI's published API reference ("Chat Completions": object and chunk object) and
//! the `openai` Python SDK's types (`types/chat/chat_completion.py`, `chat_completion_chunk.py`,
//! `completion_usage.py`): cases written by hand, never recordings. It must not know HTTP or time.
//! Invariant: buffered and streamed answers to one request have the same words and counts.

use serde_json::{Value, json};

use crate::asked::Asked;
use crate::event::{Event, Events};
use crate::member::set;
use crate::proof;
use crate::reply::{Call, Counts, Reply, Stop};

const FINGERPRINT: &str = "fp_mock";

/// The buffered form.
pub(crate) fn to_object(asked: &Asked, reply: &Reply) -> Value {
    let message = message(asked, reply);
    let choices = (0..asked.choices).map(|index| {
        json!({
            "index": index,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_reason(reply.stop),
        })
    });
    let mut object = object(asked, reply, "chat.completion", choices.collect());
    if reply.has_usage {
        set(&mut object, "usage", usage(&reply.counts));
    }
    object
}

/// The events of a stream. Where usage is asked for, every chunk but the last has `"usage": null`.
pub(crate) fn to_events(asked: &Asked, reply: &Reply) -> Events {
    let chunks = to_chunks(asked, reply);
    let has_usage = reply.has_usage && asked.includes_usage;
    let mut events: Vec<Event> = chunks.iter().map(Event::data).collect();
    events.push(Event::Sse {
        name: None,
        data: "[DONE]".to_owned(),
    });
    Events {
        events,
        preface: 1,
        usage_at: has_usage.then(|| chunks.len().saturating_sub(1)),
    }
}

/// The same without their framing, and without the event that ends them.
pub(crate) fn to_chunks(asked: &Asked, reply: &Reply) -> Vec<Value> {
    let mut chunks = Vec::new();
    for index in 0..asked.choices {
        let chunk = |delta: &Value, reason: Option<&str>| {
            let choices = json!([{
                "index": index,
                "delta": delta,
                "logprobs": null,
                "finish_reason": reason,
            }]);
            object(asked, reply, "chat.completion.chunk", choices)
        };
        let role = json!({"role": "assistant", "content": "", "refusal": null});
        chunks.push(chunk(&role, None));
        chunks.extend(deltas(asked, reply).iter().map(|delta| chunk(delta, None)));
        chunks.push(chunk(&json!({}), Some(finish_reason(reply.stop))));
    }
    let has_usage = reply.has_usage && asked.includes_usage;
    if has_usage {
        for chunk in &mut chunks {
            set(chunk, "usage", Value::Null);
        }
        let mut last = object(asked, reply, "chat.completion.chunk", json!([]));
        set(&mut last, "usage", usage(&reply.counts));
        chunks.push(last);
    }
    chunks
}

/// What one choice says, piece by piece.
fn deltas(asked: &Asked, reply: &Reply) -> Vec<Value> {
    let mut deltas = Vec::new();
    if reply.tells_reasoning {
        let thoughts = reply.thoughts();
        let pieces = reply.pieces(&thoughts).into_iter();
        deltas.extend(pieces.map(|piece| json!({"reasoning_content": piece})));
    }
    let text = reply.text();
    deltas.extend(reply.pieces(&text).into_iter().map(|piece| {
        let name = if reply.stop == Stop::Refusal {
            "refusal"
        } else {
            "content"
        };
        let mut delta = json!({});
        set(&mut delta, name, piece);
        delta
    }));
    let calls: Vec<Vec<Value>> = reply
        .calls()
        .map(|call| call_deltas(asked, reply, call))
        .collect();
    if reply.interleaves {
        let longest = calls.iter().map(Vec::len).max().unwrap_or(0);
        let turns = (0..longest).flat_map(|at| calls.iter().filter_map(move |call| call.get(at)));
        deltas.extend(turns.cloned());
    } else {
        deltas.extend(calls.into_iter().flatten());
    }
    deltas
}

/// The first names the function, the others have fragments of its arguments.
fn call_deltas(asked: &Asked, reply: &Reply, call: &Call) -> Vec<Value> {
    let mut first = json!({
        "index": call.index,
        "id": format!("call_{}", call.id),
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
    });
    sign(&mut first, asked, reply, call);
    let mut deltas = vec![json!({"tool_calls": [first]})];
    deltas.extend(call.fragments().into_iter().map(|fragment| {
        json!({"tool_calls": [{"index": call.index, "function": {"arguments": fragment}}]})
    }));
    deltas
}

/// Google's surface says what proves the thought behind the first of parallel calls.
fn sign(call: &mut Value, asked: &Asked, reply: &Reply, own: &Call) {
    let is_gemini = asked.model.contains("gemini");
    if is_gemini && own.index == 0 && reply.counts.reasoning > 0 {
        let signature = json!({"google": {"thought_signature": proof::GEMINI}});
        set(call, "extra_content", signature);
    }
}

fn message(asked: &Asked, reply: &Reply) -> Value {
    let text = reply.text();
    let calls: Vec<Value> = reply
        .calls()
        .map(|call| {
            let mut told = json!({
                "id": format!("call_{}", call.id),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments.to_string()},
            });
            sign(&mut told, asked, reply, call);
            told
        })
        .collect();
    let is_refusal = reply.stop == Stop::Refusal;
    let content = match text {
        text if !is_refusal && (calls.is_empty() || !text.is_empty()) => Value::from(text),
        _ => Value::Null,
    };
    let refusal = is_refusal.then(|| reply.text());
    let mut message = json!({
        "role": "assistant",
        "content": content,
        "refusal": refusal,
        "annotations": [],
    });
    if reply.tells_reasoning {
        set(&mut message, "reasoning_content", reply.thoughts());
    }
    if !calls.is_empty() {
        set(&mut message, "tool_calls", calls);
    }
    message
}

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "stop",
        Stop::Length => "length",
        Stop::Calls => "tool_calls",
        Stop::Refusal => "content_filter",
    }
}

fn usage(counts: &Counts) -> Value {
    let mut cached = json!({"cached_tokens": counts.cache_read, "audio_tokens": 0});
    if counts.cache_write > 0 {
        set(&mut cached, "cache_write_tokens", counts.cache_write);
    }
    json!({
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
        "total_tokens": counts.total(),
        "prompt_tokens_details": cached,
        "completion_tokens_details": {
            "reasoning_tokens": counts.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}

fn object(asked: &Asked, reply: &Reply, object: &str, choices: Value) -> Value {
    json!({
        "id": format!("chatcmpl-mock-{}", reply.number),
        "object": object,
        "created": reply.created,
        "model": asked.model,
        "choices": choices,
        "service_tier": asked.tier.as_deref().unwrap_or("default"),
        "system_fingerprint": FINGERPRINT,
    })
}
