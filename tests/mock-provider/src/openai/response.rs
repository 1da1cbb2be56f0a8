//! The answer to a Responses request: one object, or the events of a stream.
//!
//! Shapes after the `openai` Python SDK's types (`response.py`, `response_*_event.py`) and OpenAI's
//! reference on streaming events. It must not know HTTP or time. Invariants: sequence numbers grow by
//! one from zero; the last event has the whole object.

use serde_json::{Value, json};

use crate::asked::{Asked, Choice};
use crate::event::{Event, Events};
use crate::member::set;
use crate::proof::SEALED;
use crate::refusal::Refusal;
use crate::reply::{Counts, Part, Reply, Stop};

/// The buffered form.
pub(crate) fn to_object(asked: &Asked, reply: &Reply) -> Value {
    let status = match reply.stop {
        Stop::End | Stop::Calls => "completed",
        Stop::Length | Stop::Refusal => "incomplete",
    };
    let mut object = object(asked, reply, status);
    let reason = match reply.stop {
        Stop::End | Stop::Calls => Value::Null,
        Stop::Length => json!({"reason": "max_output_tokens"}),
        Stop::Refusal => json!({"reason": "content_filter"}),
    };
    set(&mut object, "incomplete_details", reason);
    let output: Vec<Value> = items(asked, reply).map(|(item, _)| item).collect();
    set(&mut object, "output", output);
    if reply.has_usage {
        set(&mut object, "usage", usage(&reply.counts));
    }
    object
}

/// What is told at once of a response that is made in the background: it is whole when somebody looks.
pub(crate) fn begun(asked: &Asked, reply: &Reply) -> Value {
    object(asked, reply, "queued")
}

/// Whether nobody waits for it.
pub(crate) fn is_of_background(asked: &Asked) -> bool {
    asked.body.get("background") == Some(&Value::Bool(true))
}

/// What it is called.
pub(crate) fn id(reply: &Reply) -> String {
    format!("resp_mock_{}", reply.number)
}

/// The answer to a request to count.
pub(crate) fn to_count(asked: &Asked) -> Value {
    json!({"object": "response.input_tokens", "input_tokens": asked.prompt_tokens})
}

/// The events of a stream.
pub(crate) fn to_events(asked: &Asked, reply: &Reply) -> Events {
    let mut started = object(asked, reply, "in_progress");
    // Which tier serves it is told at its end.
    set(&mut started, "service_tier", "auto");
    let mut events = vec![
        json!({"type": "response.created", "response": started}),
        json!({"type": "response.in_progress", "response": started}),
    ];
    for (index, (item, part)) in items(asked, reply).enumerate() {
        let mut empty = item.clone();
        set(&mut empty, "status", "in_progress");
        let mut inner = Vec::new();
        match part {
            Part::Thought(text) => {
                set(&mut empty, "summary", json!([]));
                inner.extend(summary_events(reply, text));
            }
            Part::Text(text) => {
                set(&mut empty, "content", json!([]));
                inner.extend(text_events(reply, text));
            }
            Part::Call(call) => {
                set(&mut empty, "arguments", "");
                inner.extend(call.fragments().into_iter().map(
                    |piece| json!({"type": "response.function_call_arguments.delta", "delta": piece}),
                ));
                inner.push(json!({
                    "type": "response.function_call_arguments.done",
                    "name": call.name,
                    "arguments": call.arguments.to_string(),
                }));
            }
        }
        events.push(json!({
            "type": "response.output_item.added", "output_index": index, "item": empty,
        }));
        events.extend(inner.into_iter().map(|mut event| {
            set(&mut event, "item_id", item.get("id").cloned());
            set(&mut event, "output_index", index);
            event
        }));
        events.push(json!({
            "type": "response.output_item.done", "output_index": index, "item": item,
        }));
    }
    let whole = to_object(asked, reply);
    let kind = match reply.stop {
        Stop::End | Stop::Calls => "response.completed",
        Stop::Length | Stop::Refusal => "response.incomplete",
    };
    events.push(json!({"type": kind, "response": whole}));
    for (number, event) in events.iter_mut().enumerate() {
        set(event, "sequence_number", number);
    }
    Events {
        usage_at: reply.has_usage.then(|| events.len() - 1),
        events: events.iter().map(Event::typed).collect(),
        preface: 2,
    }
}

/// The event of an error after so many events.
pub(crate) fn error(asked: &Asked, reply: &Reply, refusal: &Refusal, number: usize) -> Event {
    if number == 0 {
        return Event::typed(&json!({
            "type": "error",
            "code": refusal.code.unwrap_or(refusal.kind),
            "message": refusal.message,
            "param": refusal.param,
            "sequence_number": number,
        }));
    }
    let mut failed = object(asked, reply, "failed");
    let code = match refusal.status.as_u16() {
        429 => "rate_limit_exceeded",
        _ => "server_error",
    };
    set(
        &mut failed,
        "error",
        json!({"code": code, "message": refusal.message}),
    );
    Event::typed(&json!({
        "type": "response.failed", "response": failed, "sequence_number": number,
    }))
}

fn summary_events(reply: &Reply, text: &str) -> Vec<Value> {
    let part = |text: &str| json!({"type": "summary_text", "text": text});
    let mut events = vec![json!({
        "type": "response.reasoning_summary_part.added", "part": part(""),
    })];
    events.extend(
        reply
            .pieces(text)
            .into_iter()
            .map(|piece| json!({"type": "response.reasoning_summary_text.delta", "delta": piece})),
    );
    events.push(json!({"type": "response.reasoning_summary_text.done", "text": text}));
    events.push(json!({"type": "response.reasoning_summary_part.done", "part": part(text)}));
    for event in &mut events {
        set(event, "summary_index", 0);
    }
    events
}

fn text_events(reply: &Reply, text: &str) -> Vec<Value> {
    if reply.stop == Stop::Refusal {
        let mut events = vec![json!({
            "type": "response.content_part.added", "part": {"type": "refusal", "refusal": ""},
        })];
        events.extend(
            reply
                .pieces(text)
                .into_iter()
                .map(|piece| json!({"type": "response.refusal.delta", "delta": piece})),
        );
        events.push(json!({"type": "response.refusal.done", "refusal": text}));
        events.push(json!({"type": "response.content_part.done", "part": text_part(reply, text)}));
        for event in &mut events {
            set(event, "content_index", 0);
        }
        return events;
    }
    let mut events = vec![json!({
        "type": "response.content_part.added", "part": text_part(reply, ""),
    })];
    events.extend(reply.pieces(text).into_iter().map(
        |piece| json!({"type": "response.output_text.delta", "delta": piece, "logprobs": []}),
    ));
    events.push(json!({"type": "response.output_text.done", "text": text, "logprobs": []}));
    events.push(json!({"type": "response.content_part.done", "part": text_part(reply, text)}));
    for event in &mut events {
        set(event, "content_index", 0);
    }
    events
}

fn text_part(reply: &Reply, text: &str) -> Value {
    if reply.stop == Stop::Refusal {
        return json!({"type": "refusal", "refusal": text});
    }
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

/// The output items, each with the part that it tells.
fn items<'a>(asked: &'a Asked, reply: &'a Reply) -> impl Iterator<Item = (Value, &'a Part)> {
    let wants_sealed = asked
        .body
        .get("include")
        .and_then(Value::as_array)
        .is_some_and(|names| {
            names
                .iter()
                .any(|name| name == "reasoning.encrypted_content")
        });
    let last = reply.parts.len().saturating_sub(1);
    reply.parts.iter().enumerate().map(move |(index, part)| {
        let is_cut = index == last && matches!(reply.stop, Stop::Length);
        let status = if is_cut { "incomplete" } else { "completed" };
        let number = reply.number;
        let item = match part {
            Part::Thought(text) => {
                let mut item = json!({
                    "id": format!("rs_mock_{number}_{index}"),
                    "type": "reasoning",
                    "summary": [{"type": "summary_text", "text": text}],
                });
                if wants_sealed {
                    set(&mut item, "encrypted_content", SEALED);
                }
                item
            }
            Part::Text(text) => json!({
                "id": format!("msg_mock_{number}_{index}"),
                "type": "message",
                "status": status,
                "role": "assistant",
                "content": [text_part(reply, text)],
            }),
            Part::Call(call) => json!({
                "id": format!("fc_{}", call.id),
                "type": "function_call",
                "status": status,
                "call_id": format!("call_{}", call.id),
                "name": call.name,
                "arguments": call.arguments.to_string(),
            }),
        };
        (item, part)
    })
}

fn object(asked: &Asked, reply: &Reply, status: &str) -> Value {
    let body = &asked.body;
    let echo = |name: &str, default: Value| body.get(name).cloned().unwrap_or(default);
    let choice = match &asked.tools.choice {
        Choice::Auto => json!("auto"),
        Choice::Never => json!("none"),
        Choice::Any => json!("required"),
        Choice::Named(name) => json!({"type": "function", "name": name}),
    };
    json!({
        "id": id(reply),
        "object": "response",
        "created_at": reply.created,
        "status": status,
        "background": is_of_background(asked),
        "error": null,
        "incomplete_details": null,
        "instructions": echo("instructions", Value::Null),
        "max_output_tokens": echo("max_output_tokens", Value::Null),
        "model": asked.model,
        "output": [],
        "parallel_tool_calls": echo("parallel_tool_calls", json!(true)),
        "previous_response_id": null,
        "reasoning": echo("reasoning", json!({"effort": null, "summary": null})),
        "service_tier": asked.tier.as_deref().unwrap_or("default"),
        "store": echo("store", json!(true)),
        "temperature": echo("temperature", json!(1.0)),
        "text": echo("text", json!({"format": {"type": "text"}})),
        "tool_choice": choice,
        "tools": echo("tools", json!([])),
        "top_p": echo("top_p", json!(1.0)),
        "truncation": "disabled",
        "usage": null,
        "user": null,
        "metadata": echo("metadata", json!({})),
    })
}

fn usage(counts: &Counts) -> Value {
    json!({
        "input_tokens": counts.input,
        "input_tokens_details": {
            "cached_tokens": counts.cache_read,
            "cache_write_tokens": counts.cache_write,
        },
        "output_tokens": counts.output,
        "output_tokens_details": {"reasoning_tokens": counts.reasoning},
        "total_tokens": counts.total(),
    })
}
