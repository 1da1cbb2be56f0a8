//! Chunks of a completion of before the conversations, as server-sent events.
//!
//! Names after OpenAI's API reference ("The completion object"). It must not know how the chunks travel. Invariants: `[DONE]`
//! follows only on [`Piece::End`]; nothing follows a failure; what is neither text nor refusal has no place and is not there.

use std::collections::BTreeMap;

use super::{finish_name, write_head, write_number, write_usage};
use crate::error;
use crate::format::Format;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{ClientSide, Content, Piece, Start, held::EACH};

/// Encodes one answer.
#[derive(Debug)]
pub struct Completions {
    client: ClientSide,
    /// A chunk's beginning, up to its choices; empty until it is known.
    head: Vec<u8>,
    /// Why each choice ended.
    choices: BTreeMap<u32, Option<FinishReason>>,
    usage: Option<Usage>,
    has_ended: bool,
}

// === impl Completions ===

impl Completions {
    /// Nothing was written yet.
    pub const fn new(client: ClientSide) -> Self {
        Self {
            client,
            head: Vec::new(),
            choices: BTreeMap::new(),
            usage: None,
            has_ended: false,
        }
    }

    /// Appends the events that `piece` leads to.
    pub fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        if self.has_ended {
            return;
        }
        match piece {
            Piece::Start(start) => self.start(start),
            Piece::Content { choice, content } => self.content(*choice, content, out),
            Piece::Finish { choice, finish } => {
                self.choices.insert(*choice, Some(finish.reason));
            }
            Piece::Usage(usage) => self.usage = Some(usage.clone()),
            Piece::Failure(failure) => {
                self.has_ended = true;
                out.extend_from_slice(&error::last_event(Format::OpenAiChatCompletions, failure));
            }
            Piece::Dropped(_) => (),
            Piece::End => self.end(out),
        }
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.choices.len() * EACH
    }

    fn start(&mut self, start: &Start) {
        if self.head.is_empty() {
            self.head.extend_from_slice(b"data: ");
            write_head("text_completion", start, &self.client, &mut self.head);
        }
    }

    fn content(&mut self, choice: u32, content: &Content<'_>, out: &mut Vec<u8>) {
        match content {
            Content::Text(text) | Content::Refusal(text) => {
                self.choices.entry(choice).or_default();
                self.chunk(choice, text, None, out);
            }
            Content::Thinking(_)
            | Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd
            | Content::ToolCall { .. }
            | Content::Arguments { .. }
            | Content::ToolEnd { .. } => (),
        }
    }

    fn chunk(&mut self, choice: u32, text: &JsonText<'_>, finish: Option<&str>, out: &mut Vec<u8>) {
        self.start(&Start::default());
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b"{\"index\":");
        write_number(u64::from(choice), out);
        out.extend_from_slice(b",\"text\":");
        out.extend_from_slice(text.as_json().as_bytes());
        out.extend_from_slice(b",\"logprobs\":null,\"finish_reason\":");
        match finish {
            Some(name) => {
                out.push(b'"');
                out.extend_from_slice(name.as_bytes());
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b"}]}\n\n");
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.has_ended = true;
        self.start(&Start::default());
        if self.choices.is_empty() {
            self.choices.insert(0, None);
        }
        for (choice, reason) in std::mem::take(&mut self.choices) {
            let name = finish_name(reason, false);
            self.chunk(choice, &JsonText::empty(), Some(name), out);
        }
        if self.client.asks_for_usage
            && let Some(usage) = &self.usage
        {
            let from = out.len();
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b"],\"usage\":");
            if write_usage(usage, out) {
                out.extend_from_slice(b"}\n\n");
            } else {
                out.truncate(from);
            }
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientSide, Completions};
    use crate::{Piece, from_chat};

    #[test]
    fn what_was_read_is_written_again() {
        let mut encoder = Completions::new(ClientSide {
            model: "asked".to_owned(),
            created: 1,
            nonce: 2,
            asks_for_usage: true,
        });
        let mut reader = from_chat::Reader::new();
        let mut out = Vec::new();
        for data in [
            r#"{"id":"cmpl-1","object":"text_completion","created":7,"model":"m","choices":[{"text":"a\u00e9","index":0,"logprobs":null,"finish_reason":null}]}"#,
            r#"{"id":"cmpl-1","choices":[{"text":"b","index":1,"finish_reason":null}]}"#,
            r#"{"id":"cmpl-1","choices":[{"text":"","index":0,"finish_reason":"length"},{"text":"","index":1,"finish_reason":"stop"}]}"#,
            r#"{"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            "[DONE]",
        ] {
            reader.event(None, data.as_bytes(), &mut |piece: &Piece<'_>| {
                encoder.piece(piece, &mut out);
            });
        }
        let head = r#"data: {"id":"cmpl-1","object":"text_completion","created":7,"model":"m","choices":["#;
        let chunk = |index: u32, text: &str, finish: &str| {
            format!(
                "{head}{{\"index\":{index},\"text\":\"{text}\",\"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
            )
        };
        let expected = [
            chunk(0, "a\\u00e9", "null"),
            chunk(1, "b", "null"),
            chunk(0, "", "\"length\""),
            chunk(1, "", "\"stop\""),
            format!(
                "{head}],\"usage\":{{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}}}\n\n"
            ),
            "data: [DONE]\n\n".to_owned(),
        ];
        assert_eq!(String::from_utf8_lossy(&out), expected.concat());
    }
}
