//! The answer to Converse: one object, or the frames of ConverseStream.
//!
//! Shapes after botocore's model (`ConverseResponse`, `ConverseStreamOutput`). It must not know HTTP or
//! time. Invariants: `contentBlockStart` comes for tools only; `metadata` with the counts is last.

use serde_json::{Value, json};

use crate::event::{Event, Events};
use crate::member::set;
use crate::proof::CLAUDE;
use crate::reply::{Counts, Part, Reply, Stop};

/// The buffered form.
pub(crate) fn to_object(reply: &Reply) -> Value {
    let content = reply.parts.iter().map(|part| match part {
        Part::Thought(text) => {
            json!({"reasoningContent": {"reasoningText": {"text": text, "signature": CLAUDE}}})
        }
        Part::Text(text) => json!({"text": text}),
        Part::Call(call) => json!({"toolUse": {
            "toolUseId": format!("tooluse_{}", call.id),
            "name": call.name,
            "input": call.arguments,
        }}),
    });
    json!({
        "output": {"message": {"role": "assistant", "content": content.collect::<Vec<_>>()}},
        "stopReason": stop_reason(reply.stop),
        "usage": usage(reply),
        "metrics": {"latencyMs": 1},
    })
}

/// The frames of a stream.
pub(crate) fn to_events(reply: &Reply) -> Events {
    let parts = to_parts(reply);
    let frames = parts
        .iter()
        .map(|(kind, payload)| Event::frame(kind, payload));
    Events {
        usage_at: reply.has_usage.then(|| parts.len().saturating_sub(1)),
        events: frames.collect(),
        preface: 1,
    }
}

/// The same without their framing: types and payloads.
pub(crate) fn to_parts(reply: &Reply) -> Vec<(&'static str, Value)> {
    let mut events = vec![("messageStart", json!({"role": "assistant"}))];
    for (index, part) in reply.parts.iter().enumerate() {
        let deltas: Vec<Value> = match part {
            Part::Thought(text) => {
                let pieces = reply.pieces(text).into_iter();
                let texts = pieces.map(|piece| json!({"reasoningContent": {"text": piece}}));
                let last = json!({"reasoningContent": {"signature": CLAUDE}});
                texts.chain([last]).collect()
            }
            Part::Text(text) => {
                let pieces = reply.pieces(text).into_iter();
                pieces.map(|piece| json!({"text": piece})).collect()
            }
            Part::Call(call) => {
                let id = format!("tooluse_{}", call.id);
                let start = json!({
                    "contentBlockIndex": index,
                    "start": {"toolUse": {"toolUseId": id, "name": call.name}},
                });
                events.push(("contentBlockStart", start));
                let fragments = call.fragments().into_iter();
                fragments
                    .map(|fragment| json!({"toolUse": {"input": fragment}}))
                    .collect()
            }
        };
        for delta in deltas {
            let payload = json!({"contentBlockIndex": index, "delta": delta});
            events.push(("contentBlockDelta", payload));
        }
        events.push(("contentBlockStop", json!({"contentBlockIndex": index})));
    }
    let stop = json!({"stopReason": stop_reason(reply.stop)});
    events.push(("messageStop", stop));
    let metadata = json!({"usage": usage(reply), "metrics": {"latencyMs": 1}});
    events.push(("metadata", metadata));
    events
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Length => "max_tokens",
        Stop::Calls => "tool_use",
        Stop::Refusal => "content_filtered",
    }
}

/// The members are required, so counts that are not told are zeros.
fn usage(reply: &Reply) -> Value {
    let counts = if reply.has_usage {
        reply.counts
    } else {
        Counts::default()
    };
    let mut usage = json!({
        "inputTokens": counts.fresh(),
        "outputTokens": counts.output,
        "totalTokens": counts.total(),
    });
    if counts.cache_read + counts.cache_write > 0 {
        set(&mut usage, "cacheReadInputTokens", counts.cache_read);
        set(&mut usage, "cacheWriteInputTokens", counts.cache_write);
    }
    usage
}
