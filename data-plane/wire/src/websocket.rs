//! What a server says over a WebSocket (RFC 6455), read while it passes.
//!
//! Owns framing: lengths, fragments, control frames between them. It must not know what messages mean, and changes nothing.
//! Invariants: however the input is cut, the messages are the same; memory is bounded by the limit, because a longer message
//! is passed over from its length alone; after something that this reader cannot follow it reads nothing more, rather than
//! anything wrong.

use std::ops::ControlFlow;

/// Longest payload of a control frame, in bytes (RFC 6455, section 5.5).
const CONTROL_LIMIT: u64 = 125;

/// Room for fragments that is kept between messages, in bytes.
const KEPT: usize = 16 << 10;

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;

/// One message, or the end of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// A text.
    Text(&'a str),
    /// A message that is no text, or longer than the limit.
    Unread,
    /// The server closes, with this status where it gives one. Nothing follows.
    Close(Option<u16>),
}

/// Cuts what a server sends into messages.
#[derive(Debug)]
pub struct ServerMessages {
    /// Longest message that is read, in bytes.
    limit: u64,
    /// The begin of a frame that is not whole yet.
    head: Vec<u8>,
    frame: Option<Frame>,
    /// The message whose fragments are coming.
    message: Option<Kind>,
    /// What came of the text so far.
    held: Vec<u8>,
    control: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// Binary, or too long.
    PassedOver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    opcode: Opcode,
    is_final: bool,
    /// Bytes of the payload that have not come yet.
    left: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// How far a frame is.
enum Payload {
    Coming,
    Over(ControlFlow<()>),
}

/// Something that no server may send without an extension that was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unfollowable;

// === impl ServerMessages ===

impl ServerMessages {
    /// `limit` is in bytes, for one message.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit: u64::try_from(limit).unwrap_or(u64::MAX),
            head: Vec::new(),
            frame: None,
            message: None,
            held: Vec::new(),
            control: Vec::new(),
            state: State::Open,
        }
    }

    /// The server has said that it closes.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Nothing of a message or a frame is on its way: what is sent here cuts none.
    #[must_use]
    pub fn is_between(&self) -> bool {
        let is_open = self.state == State::Open;
        is_open && self.head.is_empty() && self.frame.is_none() && self.message.is_none()
    }

    /// There was something that this reader cannot follow; what came after it is not read.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.state == State::Lost
    }

    /// Takes the next bytes, and tells each message that is complete with them. Where it is told to break, it stops behind the
    /// message; how many bytes it has taken.
    pub fn push(
        &mut self,
        all: &[u8],
        mut tell: impl FnMut(Message<'_>) -> ControlFlow<()>,
    ) -> usize {
        let mut bytes = all;
        while self.state == State::Open {
            match self.frame {
                Some(frame) => {
                    let whole = usize::try_from(frame.left).unwrap_or(usize::MAX);
                    let (part, rest) = bytes.split_at_checked(whole).unwrap_or((bytes, &[]));
                    bytes = rest;
                    match self.payload(frame, part, &mut tell) {
                        Payload::Coming => return all.len(),
                        Payload::Over(ControlFlow::Continue(())) => (),
                        Payload::Over(ControlFlow::Break(())) => {
                            return all.len().saturating_sub(bytes.len());
                        }
                    }
                }
                None => {
                    let Some((first, rest)) = bytes.split_first() else {
                        return all.len();
                    };
                    self.head.push(*first);
                    bytes = rest;
                    match Frame::read(&self.head).and_then(|frame| self.begin(frame)) {
                        Ok(()) => (),
                        Err(Unfollowable) => self.end(State::Lost),
                    }
                }
            }
        }
        all.len()
    }

    /// Begins a frame whose head is whole.
    fn begin(&mut self, frame: Option<Frame>) -> Result<(), Unfollowable> {
        let Some(frame) = frame else {
            return Ok(());
        };
        self.head.clear();
        self.frame = Some(frame);
        let is_first = self.message.is_none();
        match frame.opcode {
            Opcode::Text if is_first => self.message = Some(Kind::Text),
            Opcode::Binary if is_first => self.message = Some(Kind::PassedOver),
            Opcode::Continuation if !is_first => (),
            Opcode::Text | Opcode::Binary | Opcode::Continuation => return Err(Unfollowable),
            Opcode::Close | Opcode::Ping | Opcode::Pong => return Ok(()),
        }
        let held = u64::try_from(self.held.len()).unwrap_or(u64::MAX);
        if held.saturating_add(frame.left) > self.limit {
            self.message = Some(Kind::PassedOver);
            self.held = Vec::new();
        }
        Ok(())
    }

    /// Takes a part of a frame's payload.
    fn payload(
        &mut self,
        mut frame: Frame,
        part: &[u8],
        tell: &mut impl FnMut(Message<'_>) -> ControlFlow<()>,
    ) -> Payload {
        frame.left = frame
            .left
            .saturating_sub(u64::try_from(part.len()).unwrap_or(u64::MAX));
        let is_over = frame.left == 0;
        self.frame = (!is_over).then_some(frame);
        let flow = match frame.opcode {
            Opcode::Ping | Opcode::Pong => ControlFlow::Continue(()),
            Opcode::Close => self.closing(part, is_over, tell),
            Opcode::Text | Opcode::Binary | Opcode::Continuation => {
                self.data(part, is_over && frame.is_final, tell)
            }
        };
        match is_over {
            true => Payload::Over(flow),
            false => Payload::Coming,
        }
    }

    fn closing(
        &mut self,
        part: &[u8],
        is_over: bool,
        tell: &mut impl FnMut(Message<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.control.extend_from_slice(part);
        if !is_over {
            return ControlFlow::Continue(());
        }
        let status = self.control.first_chunk::<2>();
        let flow = tell(Message::Close(status.copied().map(u16::from_be_bytes)));
        self.end(State::Closed);
        flow
    }

    fn data(
        &mut self,
        part: &[u8],
        is_whole: bool,
        tell: &mut impl FnMut(Message<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        match self.message {
            // Nothing of it has to be kept.
            Some(Kind::Text) if is_whole && self.held.is_empty() => flow = tell(text(part)),
            Some(Kind::Text) => {
                self.held.extend_from_slice(part);
                if is_whole {
                    flow = tell(text(&self.held));
                    self.held.clear();
                    self.held.shrink_to(KEPT);
                }
            }
            Some(Kind::PassedOver) if is_whole => flow = tell(Message::Unread),
            Some(Kind::PassedOver) | None => (),
        }
        if is_whole {
            self.message = None;
        }
        flow
    }

    fn end(&mut self, state: State) {
        self.state = state;
        self.frame = None;
        (self.head, self.held, self.control) = (Vec::new(), Vec::new(), Vec::new());
    }
}

/// A text, as a server sends it whole.
#[must_use]
pub fn text_frame(text: &str) -> Vec<u8> {
    frame(FINAL | 1, text.as_bytes())
}

/// The end of a connection, as a server sends it; what does not fit of the reason is left out.
#[must_use]
pub fn close_frame(status: u16, reason: &str) -> Vec<u8> {
    let most = reason.floor_char_boundary(123);
    let mut payload = status.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.get(..most).unwrap_or_default().as_bytes());
    frame(FINAL | 8, &payload)
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..126), _) => frame.push(length),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        (_, Err(_)) => {
            frame.push(127);
            let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
            frame.extend(length.to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

fn text(bytes: &[u8]) -> Message<'_> {
    std::str::from_utf8(bytes).map_or(Message::Unread, Message::Text)
}

// === impl Frame ===

impl Frame {
    /// Reads the head of a frame; `None` while it is not whole.
    fn read(head: &[u8]) -> Result<Option<Self>, Unfollowable> {
        let [first, second, rest @ ..] = head else {
            return Ok(None);
        };
        // What an extension made of a payload is not known, and servers do not mask (RFC 6455, section 5.1).
        if first & RESERVED != 0 || second & MASKED != 0 {
            return Err(Unfollowable);
        }
        let opcode = match first & 0x0f {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => return Err(Unfollowable),
        };
        let is_final = first & FINAL != 0;
        let left = match second {
            126 => rest
                .first_chunk::<2>()
                .map(|length| u64::from(u16::from_be_bytes(*length))),
            127 => rest
                .first_chunk::<8>()
                .map(|length| u64::from_be_bytes(*length)),
            short => Some(u64::from(*short)),
        };
        let Some(left) = left else {
            return Ok(None);
        };
        let is_control = matches!(opcode, Opcode::Close | Opcode::Ping | Opcode::Pong);
        if left > i64::MAX as u64 || is_control && (!is_final || left > CONTROL_LIMIT) {
            return Err(Unfollowable);
        }
        Ok(Some(Self {
            opcode,
            is_final,
            left,
        }))
    }
}

#[cfg(test)]
mod tests;
