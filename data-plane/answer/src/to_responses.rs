//! Answers towards a client that speaks OpenAI Responses: a stream of events, or one response object.
//!
//! Events after OpenAI's API reference ("Streaming events" of Responses) and what its Python SDK demands of them. The last
//! event has the whole answer, so all text is held ([`Stream::held`]). It must not know who answers. Invariants: a
//! body is made by the same steps as a stream, without the events; an item is announced when it has something to say, has
//! its place and id for good, and is finished once; nothing follows the last event.

mod events;
mod item;
mod output;

use self::events::{Ending, Events, Head};
use self::item::{Call, Message, Reasoning, Status, What};
use self::output::Output;
use super::{ClientSide, Content, Piece, Start};
use crate::error::ProviderError;
use crate::held::ROOM;
use crate::observed::FinishReason;
use crate::shape::responses::envelope::Thought;
use crate::text::JsonText;
use crate::usage::Usage;

/// Writes a stream.
#[derive(Debug)]
pub struct Stream {
    answer: Answer,
    /// The number of the next event.
    sequence: u64,
}

/// Writes a buffered answer.
#[derive(Debug)]
pub struct Body {
    answer: Answer,
}

/// The answer so far.
#[derive(Debug)]
struct Answer {
    client: ClientSide,
    /// Tools whose calls have a text instead of arguments.
    custom_tools: Vec<String>,
    /// Known since the answer began.
    head: Option<Head>,
    output: Output,
    /// The message or reasoning that more may be said in.
    open: Option<usize>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    ending: Option<Ending>,
}

// === impl Stream ===

impl Stream {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        Self {
            answer: Answer::new(client),
            sequence: 0,
        }
    }

    /// Names the tools that the client declared as custom ones (`responses::Request::custom_tools`).
    pub fn with_custom_tools(mut self, names: Vec<String>) -> Self {
        self.answer.custom_tools = names;
        self
    }

    /// Appends the events of the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        let mut events = Events::new(Some(out), self.sequence);
        self.answer.piece(piece, &mut events);
        self.sequence = events.next();
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.answer.output.held()
    }
}

// === impl Body ===

impl Body {
    /// Nothing was written yet.
    pub fn new(client: ClientSide) -> Self {
        Self {
            answer: Answer::new(client),
        }
    }

    /// As [`Stream::with_custom_tools`].
    pub fn with_custom_tools(mut self, names: Vec<String>) -> Self {
        self.answer.custom_tools = names;
        self
    }

    /// Takes the next piece.
    pub fn piece(&mut self, piece: &Piece<'_>) {
        self.answer.piece(piece, &mut Events::new(None, 0));
    }

    /// What is kept of the answer, in bytes.
    pub fn held(&self) -> usize {
        self.answer.output.held()
    }

    /// The response object.
    pub fn finish(mut self) -> Vec<u8> {
        self.piece(&Piece::End);
        let mut out = Vec::with_capacity(self.held().saturating_add(ROOM));
        self.answer.write(&mut out);
        out
    }
}

// === impl Answer ===

impl Answer {
    fn new(client: ClientSide) -> Self {
        Self {
            output: Output::new(client.nonce),
            client,
            custom_tools: Vec::new(),
            head: None,
            open: None,
            finish: None,
            usage: None,
            ending: None,
        }
    }

    fn piece(&mut self, piece: &Piece<'_>, events: &mut Events<'_>) {
        if self.ending.is_some() {
            return;
        }
        match piece {
            Piece::Start(start) => self.start(start, events),
            Piece::Content { choice: 0, content } => {
                self.start(&Start::default(), events);
                self.content(content, events);
            }
            // The format has one answer.
            Piece::Content { .. } | Piece::Dropped(_) => (),
            Piece::Finish { choice, finish } => {
                if *choice == 0 {
                    self.finish = Some(finish.reason);
                }
            }
            Piece::Usage(usage) => self.usage = Some(usage.clone()),
            Piece::Failure(error) => self.fail(error, events),
            Piece::End => self.end(events),
        }
    }

    fn start(&mut self, start: &Start, events: &mut Events<'_>) {
        if self.head.is_some() {
            return;
        }
        self.head = Some(Head::new(start, &self.client));
        for kind in ["response.created", "response.in_progress"] {
            events.event(kind, |out| {
                out.extend_from_slice(b",\"response\":");
                self.write(out);
            });
        }
    }

    fn content(&mut self, content: &Content<'_>, events: &mut Events<'_>) {
        match content {
            Content::Text(text) => self.say(text, false, events),
            Content::Refusal(text) => self.say(text, true, events),
            Content::Thinking(text) => self.think(text, events),
            Content::Signature(signature) => self.prove(signature, events),
            Content::Redacted(data) => {
                self.close_open(Status::Completed, events);
                let index = self.open_item(What::Reasoning(Reasoning::default()), events);
                let encrypt = |_| Thought::redacted_to_encrypted(data);
                self.output.prove(index, encrypt);
                self.close_open(Status::Completed, events);
            }
            Content::BlockEnd => self.end_block(events),
            Content::ToolCall {
                slot,
                id,
                name,
                signature,
            } => {
                self.close_open(Status::Completed, events);
                let call = Call {
                    slot: *slot,
                    call_id: self.output.call_id(id.as_ref(), signature.as_ref()),
                    name: name.reborrow().into_owned(),
                    arguments: String::new(),
                    is_custom: self.is_custom(name),
                };
                self.output.announce(What::Call(call), events);
            }
            Content::Arguments { slot, fragment } => {
                if let Some(index) = self.output.open_call(*slot) {
                    self.output.argue(index, fragment, events);
                }
            }
            Content::ToolEnd { slot } => {
                if let Some(index) = self.output.open_call(*slot) {
                    self.output.close(index, Status::Completed, events);
                }
            }
        }
    }

    fn is_custom(&self, name: &JsonText<'_>) -> bool {
        !self.custom_tools.is_empty() && {
            let name = name.decode();
            self.custom_tools.iter().any(|custom| *custom == name)
        }
    }

    fn say(&mut self, text: &JsonText<'_>, is_refusal: bool, events: &mut Events<'_>) {
        if text.is_empty() {
            return;
        }
        let open = self
            .open
            .filter(|index| self.output.message(*index).is_some());
        let index = match open {
            Some(index) => index,
            None => {
                self.close_open(Status::Completed, events);
                self.open_item(What::Message(Message::default()), events)
            }
        };
        self.output.say(index, text, is_refusal, events);
    }

    fn think(&mut self, text: &JsonText<'_>, events: &mut Events<'_>) {
        if text.is_empty() {
            return;
        }
        let index = self.open_reasoning(|reasoning| reasoning.encrypted.is_none(), events);
        self.output.think(index, text, events);
    }

    /// A signature is of the reasoning before it; one without any is an item of its own.
    fn prove(&mut self, signature: &JsonText<'_>, events: &mut Events<'_>) {
        if signature.is_empty() {
            return;
        }
        let index = self.open_reasoning(|_| true, events);
        self.output.prove(index, |before| match before {
            None => Thought::signature_to_encrypted(signature),
            Some(begun) => JsonText::join([&begun, signature], ""),
        });
    }

    /// The reasoning that is open, if it `suits`, or a new one.
    fn open_reasoning(
        &mut self,
        suits: impl FnOnce(&Reasoning) -> bool,
        events: &mut Events<'_>,
    ) -> usize {
        if let Some(index) = self.open
            && self.output.reasoning(index).is_some_and(|open| suits(open))
        {
            return index;
        }
        self.close_open(Status::Completed, events);
        self.open_item(What::Reasoning(Reasoning::default()), events)
    }

    fn open_item(&mut self, what: What, events: &mut Events<'_>) -> usize {
        let index = self.output.announce(what, events);
        self.open = Some(index);
        index
    }

    /// A message goes on in another part; reasoning has items for blocks.
    fn end_block(&mut self, events: &mut Events<'_>) {
        let Some(index) = self.open else { return };
        if self.output.message(index).is_some() {
            self.output.close_part(index, events);
        } else {
            self.close_open(Status::Completed, events);
        }
    }

    fn close_open(&mut self, status: Status, events: &mut Events<'_>) {
        if let Some(index) = self.open.take() {
            self.output.close(index, status, events);
        }
    }

    fn end(&mut self, events: &mut Events<'_>) {
        self.start(&Start::default(), events);
        let ending = Ending::of(self.finish);
        let status = match ending {
            Ending::Completed => Status::Completed,
            Ending::Incomplete(_) | Ending::Failed(_) => Status::Incomplete,
        };
        self.open = None;
        for index in self.output.open_items() {
            self.output.close(index, status, events);
        }
        self.terminate(ending, events);
    }

    fn fail(&mut self, error: &ProviderError, events: &mut Events<'_>) {
        self.start(&Start::default(), events);
        self.open = None;
        self.output.cut();
        self.terminate(Ending::Failed(error.clone()), events);
    }

    fn terminate(&mut self, ending: Ending, events: &mut Events<'_>) {
        let kind = ending.event();
        self.ending = Some(ending);
        events.event(kind, |out| {
            out.extend_from_slice(b",\"response\":");
            self.write(out);
        });
    }

    /// The response object as it stands.
    fn write(&self, out: &mut Vec<u8>) {
        let Some(head) = &self.head else { return };
        head.write(self.ending.as_ref(), &self.output, self.usage.as_ref(), out);
    }
}

#[cfg(test)]
mod tests;
