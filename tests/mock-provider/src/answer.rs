//! The answer to a chat completion: one object, or the events of a stream.
//!
//! Shapes after OpenAI's published API reference ("Chat Completions": object and chunk object) and
//! the `openai` Python SDK's types (`types/chat/chat_completion.py`, `chat_completion_chunk.py`,
//! `completion_usage.py`): cases written by hand, never recordings. It must not know HTTP or time.
//! Invariant: buffered and streamed answers to one request have the same words and counts.

use serde_json::{Value, json};

use crate::chat::{Chat, tokens};
use crate::mode::Mode;

const FINGERPRINT: &str = "fp_mock";

/// Words of the large answer: about 1 MiB.
const LARGE_WORDS: usize = 128 * 1024;

/// One answer, in either form.
#[derive(Debug)]
pub(crate) struct Answer {
    id: String,
    /// Unix time in seconds.
    created: u64,
    model: String,
    text: String,
    finish_reason: &'static str,
    choices: u64,
    /// The text is streamed as one chunk.
    is_one_piece: bool,
    usage: Option<Value>,
}

impl Answer {
    pub(crate) fn new(chat: &Chat, mode: Mode, number: u64, created: u64) -> Self {
        let whole = if mode == Mode::Large {
            "1234567 ".repeat(LARGE_WORDS)
        } else {
            sentence(chat)
        };
        let is_cut = chat.token_limit.is_some_and(|limit| tokens(&whole) > limit);
        let text = match chat.token_limit.filter(|_| is_cut) {
            Some(limit) => first_words(&whole, limit).to_owned(),
            None => whole,
        };
        let output = tokens(&text) * chat.choices;
        let usage = json!({
            "prompt_tokens": chat.prompt_tokens,
            "completion_tokens": output,
            "total_tokens": chat.prompt_tokens + output,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        });
        Self {
            id: format!("chatcmpl-mock-{number}"),
            created,
            model: chat.model.clone(),
            text,
            finish_reason: if is_cut { "length" } else { "stop" },
            choices: chat.choices,
            is_one_piece: mode == Mode::Large,
            usage: (mode != Mode::NoUsage).then_some(usage),
        }
    }

    /// The buffered form.
    pub(crate) fn to_object(&self) -> Value {
        let choices = (0..self.choices).map(|index| {
            json!({
                "index": index,
                "message": {
                    "role": "assistant",
                    "content": self.text,
                    "refusal": null,
                    "annotations": [],
                },
                "logprobs": null,
                "finish_reason": self.finish_reason,
            })
        });
        let mut object = self.object("chat.completion", choices.collect());
        if let Some(usage) = &self.usage {
            add_usage(&mut object, usage.clone());
        }
        object
    }

    /// The chunks of a stream in order, without the terminator. Where usage is asked for, every
    /// chunk but the last has `"usage": null`.
    pub(crate) fn to_chunks(&self, includes_usage: bool) -> Vec<Value> {
        let mut chunks = Vec::new();
        for index in 0..self.choices {
            let role = json!({"role": "assistant", "content": "", "refusal": null});
            chunks.push(self.chunk(index, &role, None));
            for piece in self.pieces() {
                chunks.push(self.chunk(index, &json!({"content": piece}), None));
            }
            chunks.push(self.chunk(index, &json!({}), Some(self.finish_reason)));
        }
        if let Some(usage) = self.usage.as_ref().filter(|_| includes_usage) {
            for chunk in &mut chunks {
                add_usage(chunk, Value::Null);
            }
            let mut last = self.object("chat.completion.chunk", json!([]));
            add_usage(&mut last, usage.clone());
            chunks.push(last);
        }
        chunks
    }

    /// Words, each with the space behind it.
    fn pieces(&self) -> Vec<&str> {
        if self.is_one_piece {
            return vec![&self.text];
        }
        self.text.split_inclusive(' ').collect()
    }

    fn chunk(&self, index: u64, delta: &Value, finish_reason: Option<&str>) -> Value {
        let choices = json!([{
            "index": index,
            "delta": delta,
            "logprobs": null,
            "finish_reason": finish_reason,
        }]);
        self.object("chat.completion.chunk", choices)
    }

    fn object(&self, object: &str, choices: Value) -> Value {
        json!({
            "id": self.id,
            "object": object,
            "created": self.created,
            "model": self.model,
            "choices": choices,
            "service_tier": "default",
            "system_fingerprint": FINGERPRINT,
        })
    }
}

fn add_usage(object: &mut Value, usage: Value) {
    if let Value::Object(members) = object {
        members.insert("usage".to_owned(), usage);
    }
}

fn sentence(chat: &Chat) -> String {
    let said = chat.said.split_whitespace().collect::<Vec<_>>().join(" ");
    let model = &chat.model;
    if said.is_empty() {
        return format!("This is a mock provider answering as {model}. You said nothing.");
    }
    format!("This is a mock provider answering as {model}. You said: {said}")
}

/// The start of the text that holds this many words, with the space behind the last.
fn first_words(text: &str, words: u64) -> &str {
    let words = usize::try_from(words).unwrap_or(usize::MAX);
    let length: usize = text.split_inclusive(' ').take(words).map(str::len).sum();
    text.get(..length).unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Answer;
    use crate::chat::{Chat, tokens};
    use crate::mode::Mode;

    fn chat() -> Chat {
        Chat {
            model: "m".to_owned(),
            said: " hello \n world ".to_owned(),
            prompt_tokens: 5,
            is_streamed: true,
            includes_usage: true,
            choices: 1,
            token_limit: None,
        }
    }

    fn streamed_text(answer: &Answer) -> String {
        let chunks = answer.to_chunks(false);
        let pieces = chunks
            .iter()
            .filter(|chunk| chunk["choices"][0]["index"] == 0);
        pieces
            .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
            .collect()
    }

    #[test]
    fn both_forms_say_the_same() {
        for (mode, limit) in [
            (Mode::Healthy, None),
            (Mode::Healthy, Some(4)),
            (Mode::Large, None),
        ] {
            let answer = Answer::new(
                &Chat {
                    token_limit: limit,
                    ..chat()
                },
                mode,
                1,
                2,
            );
            let object = answer.to_object();
            let text = object["choices"][0]["message"]["content"]
                .as_str()
                .expect("text");
            assert_eq!(streamed_text(&answer), text);
            assert_eq!(object["usage"]["completion_tokens"], tokens(text));
            let chunks = answer.to_chunks(true);
            assert_eq!(chunks.last().expect("usage")["usage"], object["usage"]);
            assert_eq!(chunks.last().expect("usage")["choices"], json!([]));
        }
    }

    #[test]
    fn the_answer_names_the_model_and_what_was_said() {
        let object = Answer::new(&chat(), Mode::Healthy, 7, 2).to_object();
        assert_eq!(object["id"], "chatcmpl-mock-7");
        assert_eq!(object["created"], 2);
        let choice = &object["choices"][0];
        assert_eq!(
            choice["message"]["content"],
            "This is a mock provider answering as m. You said: hello world"
        );
        assert_eq!(choice["finish_reason"], "stop");
        assert_eq!(object["usage"]["total_tokens"], 5 + 12);
    }

    #[test]
    fn a_token_limit_cuts() {
        let limited = Chat {
            token_limit: Some(3),
            choices: 2,
            ..chat()
        };
        let object = Answer::new(&limited, Mode::Healthy, 1, 2).to_object();
        assert_eq!(object["choices"][1]["message"]["content"], "This is a");
        assert_eq!(object["choices"][1]["finish_reason"], "length");
        assert_eq!(object["usage"]["completion_tokens"], 6);
        let exact = Chat {
            token_limit: Some(12),
            ..chat()
        };
        let object = Answer::new(&exact, Mode::Healthy, 1, 2).to_object();
        assert_eq!(object["choices"][0]["finish_reason"], "stop");
    }

    #[test]
    fn usage_is_there_only_where_it_is_asked_for() {
        let answer = Answer::new(&chat(), Mode::Healthy, 1, 2);
        assert!(
            answer
                .to_chunks(false)
                .iter()
                .all(|chunk| chunk.get("usage").is_none())
        );
        let asked = answer.to_chunks(true);
        assert!(asked.iter().all(|chunk| chunk.get("usage").is_some()));
        assert!(
            asked[..asked.len() - 1]
                .iter()
                .all(|chunk| chunk["usage"].is_null())
        );
        let silent = Answer::new(&chat(), Mode::NoUsage, 1, 2);
        assert!(
            silent
                .to_chunks(true)
                .iter()
                .all(|chunk| chunk.get("usage").is_none())
        );
        assert!(silent.to_object().get("usage").is_none());
    }
}
