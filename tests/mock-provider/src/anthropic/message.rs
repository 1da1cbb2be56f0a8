//! The answer to a Messages request: one message, or the events of a stream.
//!
//! Shapes after the `anthropic` Python SDK (`types/message.py`, `usage.py`, `raw_*_event.py`) and the
//! reference's page on streaming. It must not know HTTP or time. Invariant: one block is open at a
//! time, and every event is named after its type.

use serde_json::{Value, json};

use crate::asked::Asked;
use crate::event::{Event, Events};
use crate::member::set;
use crate::reply::{Call, Counts, Part, Reply, Stop};

/// The buffered form.
pub(crate) fn to_object(asked: &Asked, reply: &Reply) -> Value {
    let content = reply.parts.iter().map(|part| match part {
        Part::Thought(text) => {
            json!({"type": "thinking", "thinking": text, "signature": asked.proof})
        }
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Call(call) => tool_use(call, &call.arguments),
    });
    let mut message = message(asked, reply, content.collect());
    set(&mut message, "stop_reason", stop_reason(reply.stop));
    if reply.has_usage {
        set(
            &mut message,
            "usage",
            usage(asked, &reply.counts, reply.counts.output),
        );
    }
    message
}

/// The answer to a request to count.
pub(crate) fn to_count(asked: &Asked) -> Value {
    json!({"input_tokens": asked.prompt_tokens})
}

/// The events of a stream.
pub(crate) fn to_events(asked: &Asked, reply: &Reply) -> Events {
    let events = to_values(asked, reply);
    Events {
        // The one before the last.
        usage_at: reply.has_usage.then(|| events.len().saturating_sub(2)),
        events: events.iter().map(Event::typed).collect(),
        preface: 1,
    }
}

/// The same without their framing.
pub(crate) fn to_values(asked: &Asked, reply: &Reply) -> Vec<Value> {
    let mut start = message(asked, reply, json!([]));
    set(&mut start, "stop_reason", Value::Null);
    if reply.has_usage {
        set(&mut start, "usage", usage(asked, &reply.counts, 1));
    }
    let mut events = vec![json!({"type": "message_start", "message": start})];
    for (index, part) in reply.parts.iter().enumerate() {
        let (empty, deltas) = block(asked, reply, part);
        events.push(json!({"type": "content_block_start", "index": index, "content_block": empty}));
        if index == 0 {
            events.push(json!({"type": "ping"}));
        }
        events.extend(
            deltas.into_iter().map(
                |delta| json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let mut delta = json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(reply.stop), "stop_sequence": null},
        "usage": {"output_tokens": 0},
    });
    if reply.has_usage {
        let mut counts = json!({"output_tokens": reply.counts.output});
        if reply.counts.reasoning > 0 {
            let details = json!({"thinking_tokens": reply.counts.reasoning});
            set(&mut counts, "output_tokens_details", details);
        }
        set(&mut delta, "usage", counts);
    }
    events.extend([delta, json!({"type": "message_stop"})]);
    events
}

/// A block as it starts, and what is added to it.
fn block(asked: &Asked, reply: &Reply, part: &Part) -> (Value, Vec<Value>) {
    match part {
        Part::Thought(text) => {
            let pieces = reply.pieces(text).into_iter();
            let mut deltas: Vec<Value> = pieces
                .map(|piece| json!({"type": "thinking_delta", "thinking": piece}))
                .collect();
            deltas.push(json!({"type": "signature_delta", "signature": asked.proof}));
            (
                json!({"type": "thinking", "thinking": "", "signature": ""}),
                deltas,
            )
        }
        Part::Text(text) => {
            let pieces = reply.pieces(text).into_iter();
            let deltas = pieces.map(|piece| json!({"type": "text_delta", "text": piece}));
            (json!({"type": "text", "text": ""}), deltas.collect())
        }
        Part::Call(call) => {
            // The first fragment is empty, as the reference shows.
            let fragments = std::iter::once(String::new()).chain(call.fragments());
            let deltas = fragments
                .map(|fragment| json!({"type": "input_json_delta", "partial_json": fragment}));
            (tool_use(call, &json!({})), deltas.collect())
        }
    }
}

fn tool_use(call: &Call, input: &Value) -> Value {
    json!({
        "type": "tool_use",
        "id": format!("toolu_{}", call.id),
        "name": call.name,
        "input": input,
    })
}

fn message(asked: &Asked, reply: &Reply, content: Value) -> Value {
    json!({
        "id": format!("msg_mock_{}", reply.number),
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": content,
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    })
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Length => "max_tokens",
        Stop::Calls => "tool_use",
        Stop::Refusal => "refusal",
    }
}

/// Input tokens without those of the cache, which stand beside them.
fn usage(asked: &Asked, counts: &Counts, output: u64) -> Value {
    let mut usage = json!({
        "input_tokens": counts.fresh(),
        "cache_creation_input_tokens": counts.cache_write,
        "cache_read_input_tokens": counts.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": counts.cache_write,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": output,
        "service_tier": "standard",
    });
    if let Some(speed) = &asked.tier {
        set(&mut usage, "speed", json!(speed));
    }
    if counts.reasoning > 0 && output == counts.output {
        set(
            &mut usage,
            "output_tokens_details",
            json!({"thinking_tokens": counts.reasoning}),
        );
    }
    usage
}
