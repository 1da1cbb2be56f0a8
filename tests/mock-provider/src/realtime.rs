//! OpenAI's Realtime API: what a session answers to the events of its client.
//!
//! After OpenAI's reference of realtime events and the types of its Python SDK. It must not know sockets. Invariant: words and
//! tokens depend on the session's events alone: each word of an item is one token, each chunk of sound is [`SOUND_TOKENS`],
//! and each item adds three. All of the conversation before the last response was read from a cache.

use serde_json::{Map, Value, json};

use crate::asked::tokens;
use crate::reply::Counts;

pub(crate) mod session;

/// Tokens of a chunk of sound.
const SOUND_TOKENS: u64 = 10;

const PER_ITEM: u64 = 3;

/// One conversation.
pub(crate) struct Conversation {
    model: String,
    /// Of the session, as the client may change it.
    settings: Map<String, Value>,
    has_usage: bool,
    /// Events and things so far, for ids.
    made: u64,
    /// Chunks of sound that are not committed yet.
    buffered: u64,
    last_item: Option<String>,
    said: String,
    input: Spent,
    /// What of the input the response before saw.
    cached: Spent,
}

/// Tokens of text and sound.
#[derive(Clone, Copy, Default)]
struct Spent {
    text: u64,
    audio: u64,
}

/// What happens after an event of the client.
pub(crate) enum Outcome {
    /// Something small.
    Events(Vec<Value>),
    /// A response, with what it tells that it took.
    Response(Vec<Value>, Counts),
}

// === impl Conversation ===

impl Conversation {
    pub(crate) fn new(model: &str, has_usage: bool) -> Self {
        Self {
            model: model.to_owned(),
            settings: Map::new(),
            has_usage,
            made: 0,
            buffered: 0,
            last_item: None,
            said: String::new(),
            input: Spent::default(),
            cached: Spent::default(),
        }
    }

    /// The first event.
    pub(crate) fn created(&mut self) -> Value {
        let session = self.session();
        self.event("session.created", json!({"session": session}))
    }

    /// Takes an event of the client.
    pub(crate) fn take(&mut self, text: &str) -> Outcome {
        let event: Value = serde_json::from_str(text).unwrap_or_default();
        let kind = event
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let events = match kind {
            "session.update" => {
                if let Some(changed) = event.get("session").and_then(Value::as_object) {
                    self.settings.extend(changed.clone());
                }
                let session = self.session();
                vec![self.event("session.updated", json!({"session": session}))]
            }
            "conversation.item.create" => {
                let mut item = event.get("item").cloned().unwrap_or_default();
                let text = words(&item);
                self.input.text += tokens(&text) + PER_ITEM;
                self.said = text;
                let id = self.id("item");
                if let Some(members) = item.as_object_mut() {
                    members.insert("id".to_owned(), id.into());
                    members.insert("object".to_owned(), "realtime.item".into());
                    members.insert("status".to_owned(), "completed".into());
                }
                self.item(&item)
            }
            "input_audio_buffer.append" => {
                self.buffered += 1;
                Vec::new()
            }
            "input_audio_buffer.commit" => {
                self.input.audio += self.buffered * SOUND_TOKENS;
                self.input.text += PER_ITEM;
                self.buffered = 0;
                self.said = "a sound".to_owned();
                let id = self.id("item");
                let before = self.last_item.clone();
                let committed = json!({"item_id": id, "previous_item_id": before});
                let mut events = vec![self.event("input_audio_buffer.committed", committed)];
                events.extend(self.item(&json!({
                    "id": id, "object": "realtime.item", "type": "message", "status": "completed", "role": "user",
                    "content": [{"type": "input_audio", "transcript": null}],
                })));
                events
            }
            "response.create" => return self.response(&event),
            other => {
                let message = format!("Invalid value: '{other}'.");
                vec![self.error("invalid_request_error", "invalid_value", &message)]
            }
        };
        Outcome::Events(events)
    }

    /// An error event.
    pub(crate) fn error(&mut self, kind: &str, code: &str, message: &str) -> Value {
        let error = json!({"type": kind, "code": code, "message": message, "param": null, "event_id": null});
        self.event("error", json!({"error": error}))
    }

    fn item(&mut self, item: &Value) -> Vec<Value> {
        let before = self.last_item.take();
        self.last_item = item
            .get("id")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned);
        let members = json!({"previous_item_id": before, "item": item});
        ["conversation.item.added", "conversation.item.done"]
            .map(|kind| self.event(kind, members.clone()))
            .to_vec()
    }

    fn response(&mut self, event: &Value) -> Outcome {
        let asked = event.pointer("/response/output_modalities");
        let modalities = asked.or(self.settings.get("output_modalities"));
        let speaks = modalities.is_none_or(|wanted| *wanted == json!(["audio"]));
        let answer = format!("This is {} in session. You said: {}", self.model, self.said);
        let spoken = tokens(&answer);
        let output = Spent {
            text: spoken,
            audio: if speaks { spoken * SOUND_TOKENS } else { 0 },
        };
        let (response, item) = (self.id("resp"), self.id("item"));
        let counts = Counts {
            input: self.input.text + self.input.audio,
            cache_read: self.cached.text + self.cached.audio,
            output: output.text + output.audio,
            ..Counts::default()
        };
        let usage = match self.has_usage {
            true => usage(&counts, (self.input, self.cached, output)),
            false => Value::Null,
        };
        let modality = if speaks { "audio" } else { "text" };
        let about = |status: &str, output: Value, usage: Value| {
            json!({"response": {
                "object": "realtime.response", "id": response, "status": status, "status_details": null,
                "output": output, "output_modalities": [modality], "usage": usage, "metadata": null,
            }})
        };
        let whole = |status: &str, content: Value| {
            json!({
                "id": item, "object": "realtime.item", "type": "message", "status": status,
                "role": "assistant", "content": content,
            })
        };
        let content = match speaks {
            true => json!([{"type": "output_audio", "transcript": answer}]),
            false => json!([{"type": "output_text", "text": answer}]),
        };
        let place = json!({"response_id": response, "item_id": item, "output_index": 0, "content_index": 0});
        let of_item =
            |item: Value| json!({"response_id": response, "output_index": 0, "item": item});
        let mut events = vec![
            self.event(
                "response.created",
                about("in_progress", json!([]), Value::Null),
            ),
            self.event(
                "response.output_item.added",
                of_item(whole("in_progress", json!([]))),
            ),
            self.event(
                "response.content_part.added",
                with(&place, "part", json!({"type": modality})),
            ),
        ];
        for word in answer.split_inclusive(' ') {
            let (kind, member) = spoken_as(speaks, "delta");
            events.push(self.event(&kind, with(&place, member, word.into())));
            if speaks {
                let sound = with(&place, "delta", "//uQZA==".into());
                events.push(self.event("response.output_audio.delta", sound));
            }
        }
        if speaks {
            events.push(self.event("response.output_audio.done", place.clone()));
        }
        let (kind, member) = spoken_as(speaks, "done");
        events.push(self.event(&kind, with(&place, member, answer.as_str().into())));
        let whole = whole("completed", content);
        events.push(self.event(
            "response.content_part.done",
            with(&place, "part", json!({"type": modality})),
        ));
        events.push(self.event("response.output_item.done", of_item(whole.clone())));
        events.push(self.event("response.done", about("completed", json!([whole]), usage)));
        self.cached = self.input;
        self.input.text += output.text + PER_ITEM;
        self.input.audio += output.audio;
        Outcome::Response(events, counts)
    }

    fn session(&self) -> Value {
        let mut session = self.settings.clone();
        session.insert("type".to_owned(), "realtime".into());
        session.insert("object".to_owned(), "realtime.session".into());
        session.insert("id".to_owned(), "sess_mock".into());
        // It cannot be changed.
        session.insert("model".to_owned(), self.model.as_str().into());
        session
            .entry("output_modalities")
            .or_insert_with(|| json!(["audio"]));
        Value::Object(session)
    }

    fn event(&mut self, kind: &str, mut members: Value) -> Value {
        let id = self.id("event");
        if let Some(members) = members.as_object_mut() {
            members.insert("type".to_owned(), kind.into());
            members.insert("event_id".to_owned(), id.into());
        }
        members
    }

    fn id(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}_mock_{}", self.made)
    }
}

/// The text of an item.
fn words(item: &Value) -> String {
    let parts = item.get("content").and_then(Value::as_array);
    let texts = parts
        .into_iter()
        .flatten()
        .filter_map(|part| part.get("text")?.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

/// The event for text, by whether it is spoken, and its member.
fn spoken_as(speaks: bool, stage: &'static str) -> (String, &'static str) {
    let (what, whole) = match speaks {
        true => ("output_audio_transcript", "transcript"),
        false => ("output_text", "text"),
    };
    let member = if stage == "delta" { "delta" } else { whole };
    (format!("response.{what}.{stage}"), member)
}

fn with(place: &Value, name: &str, value: Value) -> Value {
    let mut members = place.clone();
    if let Some(members) = members.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    members
}

fn usage(counts: &Counts, (input, cached, output): (Spent, Spent, Spent)) -> Value {
    let details = |spent: Spent| json!({"text_tokens": spent.text, "audio_tokens": spent.audio, "image_tokens": 0});
    let mut of_input = details(input);
    if let Some(members) = of_input.as_object_mut() {
        members.insert("cached_tokens".to_owned(), counts.cache_read.into());
        members.insert("cached_tokens_details".to_owned(), details(cached));
    }
    json!({
        "total_tokens": counts.input + counts.output,
        "input_tokens": counts.input,
        "output_tokens": counts.output,
        "input_token_details": of_input,
        "output_token_details": {"text_tokens": output.text, "audio_tokens": output.audio},
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Conversation, Outcome};

    fn say(conversation: &mut Conversation, text: &str) -> Vec<Value> {
        let item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]});
        let event = json!({"type": "conversation.item.create", "item": item});
        match conversation.take(&event.to_string()) {
            Outcome::Events(events) => events,
            Outcome::Response(..) => panic!("no response was asked for"),
        }
    }

    fn ask(conversation: &mut Conversation) -> (Vec<Value>, Value) {
        match conversation.take(r#"{"type":"response.create"}"#) {
            Outcome::Response(events, counts) => {
                let done = events.last().expect("an event").clone();
                let usage = &done["response"]["usage"];
                assert_eq!(usage["input_tokens"], counts.input);
                assert_eq!(usage["output_tokens"], counts.output);
                (events, done)
            }
            Outcome::Events(events) => panic!("{events:?}"),
        }
    }

    #[test]
    fn what_was_said_before_is_cached() {
        let mut conversation = Conversation::new("m", true);
        assert_eq!(conversation.created()["session"]["model"], "m");
        assert_eq!(say(&mut conversation, "hello tide").len(), 2);
        let (events, done) = ask(&mut conversation);
        assert_eq!(events[0]["type"], "response.created");
        let usage = &done["response"]["usage"];
        assert_eq!(usage["input_tokens"], 5);
        // Nine words, each spoken too.
        assert_eq!(
            usage["output_token_details"],
            json!({"text_tokens": 9, "audio_tokens": 90})
        );
        say(&mut conversation, "again");
        let (_, done) = ask(&mut conversation);
        let usage = &done["response"]["usage"];
        assert_eq!(usage["input_tokens"], 5 + 99 + 3 + 4);
        assert_eq!(usage["input_token_details"]["cached_tokens"], 5);
        assert_eq!(usage["input_token_details"]["audio_tokens"], 90);
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        let mut conversation = Conversation::new("m", true);
        for text in ["{", "{}", r#"{"type":"x"}"#] {
            let Outcome::Events(events) = conversation.take(text) else {
                panic!("{text}");
            };
            assert_eq!(events[0]["type"], "error");
        }
    }
}
