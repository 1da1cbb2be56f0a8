//! Where the text of a streamed answer is judged before the client gets it (llm.md G-12).
//!
//! ```text
//! reader --Piece*--> Gate --Piece*--> Gate --Piece*--> encoder
//! ```
//! A gate stands between reader and encoder, so that nothing reaches a client that was not read: what a format has no piece
//! for cannot carry text past it. That is why a guarded stream is written anew even where both sides speak one format.
//!
//! Owns the order of what is held. Must not know what is looked for, nor clocks: whoever calls flushes. Invariants: pieces
//! leave in the order in which they came; a text leaves only when its judge has let it go; behind a refusal nothing leaves.
//! A call of a tool whose arguments are judged leaves when all of them were let go, from its beginning on: a client that saw half of
//! one could not be kept from what a refusal would stop.

use std::collections::VecDeque;
use std::fmt;

use crate::answer::{Content, Piece};
use crate::text::JsonText;

mod call;
mod lane;

use call::{Call, Fragment};
use lane::{Lane, Voice};

/// Bytes that others say while a text says nothing, until it is taken to be over. Before that a match may go on behind what
/// came between; and what came between waits.
const IDLE: usize = 512;

/// What a piece that waits is taken to cost beside its text, in bytes.
const QUEUED: usize = 64;

/// What a text is taken to cost beside what is said in it, in bytes.
const LANE: usize = 1 << 10;

/// Makes the judges of one answer.
pub trait Guard {
    /// The judge of one text: an answer may have several, thoughts and other choices among them.
    fn judge(&mut self) -> Box<dyn Judge>;
}

/// Judges one text that comes in pieces.
pub trait Judge {
    /// More of it came.
    fn push(&mut self, text: &str) -> Passed;
    /// The caller has waited long enough, or has learned something.
    fn flush(&mut self) -> Passed;
    /// No more of it comes.
    fn finish(&mut self) -> Passed;
}

/// What of a text may go.
#[derive(Clone, PartialEq, Eq)]
pub enum Passed {
    /// Nothing.
    Hold,
    /// The next bytes of what came, or what stands in their place.
    Out {
        /// What goes out.
        text: String,
        /// How many bytes of what came it stands for.
        bytes: usize,
        /// It is what came.
        is_same: bool,
    },
    /// Nothing any more.
    Refused,
}

/// How much is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Nothing: the judges let everything go, and only watch.
    Nothing,
    /// What the judges hold.
    Window,
    /// Everything until the end.
    Whole,
}

/// What of an answer is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// What is said and thought.
    Texts,
    /// Arguments of calls of tools.
    Calls,
    /// Both.
    All,
}

/// One guard in the way of an answer.
pub struct Gate {
    guard: Box<dyn Guard>,
    judged: Judged,
    hold: Hold,
    /// Bytes that may wait.
    limit: usize,
    lanes: Vec<Lane>,
    calls: Vec<Call>,
    queue: VecDeque<Item>,
    /// Bytes that wait and are no text.
    waiting: usize,
    /// Bytes of arguments that were taken to be judged.
    argued: usize,
    /// Bytes of content so far.
    said: usize,
    has_ended: bool,
    is_refused: bool,
}

enum Item {
    /// The text of a lane up to here.
    Text {
        lane: usize,
        end: usize,
    },
    /// The beginning of a call, or more of its arguments.
    Call {
        call: usize,
        piece: Box<Piece<'static>>,
    },
    Other(Box<Piece<'static>>),
}

// === impl Gate ===

impl Gate {
    /// A gate for one answer, whose texts are judged; more than `limit` bytes that wait are refused.
    #[must_use]
    pub fn new(guard: Box<dyn Guard>, hold: Hold, limit: usize) -> Self {
        Self {
            guard,
            judged: Judged::Texts,
            hold,
            limit,
            lanes: Vec::new(),
            calls: Vec::new(),
            queue: VecDeque::new(),
            waiting: 0,
            argued: 0,
            said: 0,
            has_ended: false,
            is_refused: false,
        }
    }

    /// The same, for something else of the answer.
    #[must_use]
    pub fn judging(self, judged: Judged) -> Self {
        Self { judged, ..self }
    }

    /// Something waits.
    pub(crate) fn is_holding(&self) -> bool {
        !self.is_refused && !self.queue.is_empty()
    }

    /// What is kept of the answer, texts aside, in bytes.
    pub(crate) fn held(&self) -> usize {
        let strings: usize = self.calls.iter().map(Call::waiting).sum();
        let judges = self.lanes.len() + self.calls.len() + strings;
        self.queue.len() * QUEUED + judges * LANE
    }

    /// Nothing leaves any more.
    pub(crate) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Takes a piece; those that may leave go to `next`.
    pub(crate) fn piece(&mut self, piece: &Piece<'_>, next: &mut dyn FnMut(&Piece<'_>)) {
        if self.is_refused {
            return;
        }
        match piece {
            Piece::Content { choice, content } => self.content(*choice, content),
            Piece::Finish { choice, .. } => {
                self.close(|lane| lane.choice == *choice);
                self.close_calls(|call| call.choice == *choice);
                self.keep(piece);
            }
            Piece::End | Piece::Failure(_) => {
                self.close(|_| true);
                self.close_calls(|_| true);
                self.has_ended = true;
                self.keep(piece);
            }
            Piece::Start(_) | Piece::Usage(_) | Piece::Dropped(_) => self.keep(piece),
        }
        self.drain(next);
    }

    /// The caller has waited long enough, or the judges have learned something.
    pub(crate) fn flush(&mut self, next: &mut dyn FnMut(&Piece<'_>)) {
        for lane in &mut self.lanes {
            self.is_refused |= lane.flush();
        }
        for call in &mut self.calls {
            self.is_refused |= call.flush();
        }
        self.drain(next);
    }

    fn content(&mut self, choice: u32, content: &Content<'_>) {
        let said = content_bytes(content);
        self.said = self.said.saturating_add(said);
        match (voice(content), self.judged) {
            (Some((voice, text)), Judged::Texts | Judged::All) => self.text((choice, voice), text),
            (Some(_), Judged::Calls) | (None, _) => {
                self.waiting = self.waiting.saturating_add(said);
                let call = match self.judged {
                    Judged::Texts => None,
                    Judged::Calls | Judged::All => self.call(choice, content),
                };
                let piece = Piece::Content {
                    choice,
                    content: content.clone(),
                };
                match call {
                    // Nobody waits for judges that only watch.
                    Some(call) if self.hold != Hold::Nothing => {
                        let piece = Box::new(piece.to_static());
                        self.queue.push_back(Item::Call { call, piece });
                        self.bound(0);
                    }
                    Some(_) | None => self.keep(&piece),
                }
            }
        }
        let now = self.said;
        self.close(|lane| now.saturating_sub(lane.last) > IDLE);
    }

    fn text(&mut self, (choice, voice): (u32, Voice), text: &JsonText<'_>) {
        let is_it = |lane: &Lane| lane.is_open() && (lane.choice, lane.voice) == (choice, voice);
        let at = self.lanes.iter().position(is_it).unwrap_or_else(|| {
            let lane = Lane::new(choice, voice, self.guard.judge());
            self.lanes.push(lane);
            self.lanes.len() - 1
        });
        if let Some(lane) = self.lanes.get_mut(at) {
            lane.last = self.said;
            self.is_refused |= lane.push(text);
            let end = lane.came();
            match self.queue.back_mut() {
                Some(Item::Text { lane, end: last }) if *lane == at => *last = end,
                Some(Item::Text { .. } | Item::Call { .. } | Item::Other(_)) | None => {
                    self.queue.push_back(Item::Text { lane: at, end });
                }
            }
        }
        let held = self.lanes.iter().map(Lane::held).sum();
        self.bound(held);
    }

    /// Refuses where more waits than may: `texts`, in bytes, and what is no text.
    fn bound(&mut self, texts: usize) {
        let waits = match self.hold {
            Hold::Nothing => 0,
            Hold::Window | Hold::Whole => texts.saturating_add(self.waiting),
        };
        self.is_refused |= waits > self.limit;
    }

    /// Takes what belongs to a call of a tool; which call a piece begins or goes on with, which waits for its judges.
    fn call(&mut self, choice: u32, content: &Content<'_>) -> Option<usize> {
        match content {
            Content::ToolCall { slot, .. } => {
                self.close_calls(|call| (call.choice, call.slot) == (choice, *slot));
                Some(self.begin(choice, *slot))
            }
            Content::Arguments { slot, fragment } => {
                let is_it =
                    |call: &Call| call.is_open() && (call.choice, call.slot) == (choice, *slot);
                let at = self.calls.iter().rposition(is_it);
                let at = at.unwrap_or_else(|| self.begin(choice, *slot));
                let room = match self.hold {
                    Hold::Nothing => self.limit.saturating_sub(self.argued),
                    // What is too much is refused, and not left out.
                    Hold::Window | Hold::Whole => usize::MAX,
                };
                if let Some(call) = self.calls.get_mut(at) {
                    self.argued = self.argued.saturating_add(call.push(fragment, room));
                }
                Some(at)
            }
            Content::ToolEnd { slot } => {
                self.close_calls(|call| (call.choice, call.slot) == (choice, *slot));
                None
            }
            Content::Text(_)
            | Content::Refusal(_)
            | Content::Thinking(_)
            | Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd => None,
        }
    }

    fn begin(&mut self, choice: u32, slot: u32) -> usize {
        self.calls.push(Call::new(choice, slot));
        self.calls.len() - 1
    }

    fn close_calls(&mut self, which: impl Fn(&Call) -> bool) {
        for call in &mut self.calls {
            if call.is_open() && which(call) {
                self.is_refused |= call.finish(&mut *self.guard, self.limit);
            }
        }
    }

    fn keep(&mut self, piece: &Piece<'_>) {
        let piece = Box::new(piece.to_static());
        self.queue.push_back(Item::Other(piece));
        self.bound(0);
    }

    fn close(&mut self, which: impl Fn(&Lane) -> bool) {
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            if lane.is_open() && which(lane) {
                let came = lane.came();
                self.is_refused |= lane.finish();
                // Half a character that never got its other half.
                if lane.came() > came {
                    let end = lane.came();
                    self.queue.push_back(Item::Text { lane: at, end });
                }
            }
        }
    }

    fn drain(&mut self, next: &mut dyn FnMut(&Piece<'_>)) {
        if self.is_refused || (self.hold == Hold::Whole && !self.has_ended) {
            return;
        }
        while let Some(item) = self.queue.front() {
            match item {
                Item::Other(piece) => {
                    self.waiting = self.waiting.saturating_sub(piece_bytes(piece));
                    next(piece);
                }
                Item::Call { call, piece } => {
                    let call = self.calls.get_mut(*call).filter(|call| call.is_judged());
                    let Some(call) = call else {
                        return;
                    };
                    self.waiting = self.waiting.saturating_sub(piece_bytes(piece));
                    tell(call, piece, next);
                }
                Item::Text { lane, end } => {
                    let Some(lane) = self.lanes.get_mut(*lane) else {
                        return;
                    };
                    while let Some(text) = lane.take(*end) {
                        next(&lane.piece(&text));
                    }
                    if lane.judged() < *end {
                        return;
                    }
                }
            }
            self.queue.pop_front();
        }
    }
}

/// Answers are not shown.
impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("hold", &self.hold)
            .field("waiting", &self.queue.len())
            .field("is_refused", &self.is_refused)
            .finish_non_exhaustive()
    }
}

// === impl Passed ===

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold => f.write_str("Hold"),
            Self::Out { bytes, is_same, .. } => write!(f, "Out({bytes} bytes, same: {is_same})"),
            Self::Refused => f.write_str("Refused"),
        }
    }
}

/// What of a content is text, and how it is said.
fn voice<'c>(content: &'c Content<'_>) -> Option<(Voice, &'c JsonText<'c>)> {
    match content {
        Content::Text(text) => Some((Voice::Text, text)),
        Content::Refusal(text) => Some((Voice::Refusal, text)),
        Content::Thinking(text) => Some((Voice::Thinking, text)),
        Content::Signature(_)
        | Content::Redacted(_)
        | Content::BlockEnd
        | Content::ToolCall { .. }
        | Content::Arguments { .. }
        | Content::ToolEnd { .. } => None,
    }
}

/// Tells a piece of a call that was judged: other arguments go in one piece, in the place of the first.
fn tell(call: &mut Call, piece: &Piece<'static>, next: &mut dyn FnMut(&Piece<'_>)) {
    let Piece::Content {
        choice,
        content: Content::Arguments { slot, .. },
    } = piece
    else {
        return next(piece);
    };
    match call.fragment() {
        Fragment::Same => next(piece),
        Fragment::Gone => {}
        Fragment::Whole(text) => next(&Piece::Content {
            choice: *choice,
            content: Content::Arguments {
                slot: *slot,
                fragment: JsonText::plain(&text),
            },
        }),
    }
}

fn piece_bytes(piece: &Piece<'_>) -> usize {
    match piece {
        Piece::Content { content, .. } => content_bytes(content),
        Piece::Start(_)
        | Piece::Finish { .. }
        | Piece::Usage(_)
        | Piece::Failure(_)
        | Piece::Dropped(_)
        | Piece::End => 0,
    }
}

fn content_bytes(content: &Content<'_>) -> usize {
    match content {
        Content::Text(text)
        | Content::Refusal(text)
        | Content::Thinking(text)
        | Content::Signature(text)
        | Content::Redacted(text)
        | Content::Arguments { fragment: text, .. }
        | Content::ToolCall { name: text, .. } => text.inner().len(),
        Content::BlockEnd | Content::ToolEnd { .. } => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests;
