//! The tool calls of one choice, put together of the parts that chunks bring.
//!
//! It must not know JSON members ([`CallPart`] is read already). Invariants: a call is told once its name is known; what a
//! part belongs to is decided by the server's index where it has one, but a new id with a name is a new call, because some
//! servers number every call 0 (Google's OpenAI surface, older Dynamo); after `ToolEnd` nothing of a call is told.

use super::super::{Content, held::EACH};
use super::said::CallPart;
use crate::text::JsonText;

/// The calls of one choice.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
    /// What they are taken to cost, in bytes.
    held: usize,
}

#[derive(Debug)]
struct Call {
    index: Option<u64>,
    id: Option<JsonText<'static>>,
    slot: u32,
    state: State,
    arguments: Progress,
}

/// How far a call was told.
#[derive(Debug)]
enum State {
    /// The name is not known yet: what came is kept, as the inside of a literal.
    Nameless {
        arguments: String,
        signature: Option<JsonText<'static>>,
    },
    Open,
    Ended,
}

/// Whether arguments are a whole JSON object so far, without keeping them.
#[derive(Debug, Default)]
struct Progress {
    depth: u32,
    is_in_string: bool,
    is_escaped: bool,
    /// An object began.
    is_begun: bool,
    /// Something that is no object.
    is_odd: bool,
}

// === impl Calls ===

impl Calls {
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Takes a part of a call; false where it came too late to be told.
    pub(super) fn call(
        &mut self,
        part: &CallPart<'_>,
        is_whole: bool,
        next_slot: &mut u32,
        tell: &mut dyn FnMut(Content<'_>),
    ) -> bool {
        let known = if is_whole { None } else { self.find(part) };
        let at = match known {
            Some(at) => at,
            None if part.name.is_none() && part.id.is_none() && part.arguments.is_none() => {
                return true;
            }
            None => {
                self.end_complete(tell);
                self.begin(part, next_slot, tell)
            }
        };
        let call = self.calls.get_mut(at);
        call.is_none_or(|call| {
            self.held += call.keeps(part);
            call.add(part, tell)
        })
    }

    /// Ends the calls whose arguments are whole: something else is being said.
    pub(super) fn end_complete(&mut self, tell: &mut dyn FnMut(Content<'_>)) {
        for call in &mut self.calls {
            if call.arguments.is_complete() {
                call.end(tell);
            }
        }
    }

    /// Ends all calls; false where one never got a name.
    pub(super) fn end_all(&mut self, tell: &mut dyn FnMut(Content<'_>)) -> bool {
        let mut are_all_told = true;
        for call in &mut self.calls {
            are_all_told &= call.end(tell);
        }
        are_all_told
    }

    fn find(&self, part: &CallPart<'_>) -> Option<usize> {
        if let Some(index) = part.index {
            let at = self
                .calls
                .iter()
                .rposition(|call| call.index == Some(index))?;
            let call = self.calls.get(at)?;
            return (!call.is_another(part)).then_some(at);
        }
        if let Some(id) = &part.id {
            return self
                .calls
                .iter()
                .rposition(|call| call.id.as_ref() == Some(id));
        }
        if part.name.is_some() {
            return None;
        }
        self.calls.len().checked_sub(1)
    }

    /// The place of a new call.
    fn begin(
        &mut self,
        part: &CallPart<'_>,
        next_slot: &mut u32,
        tell: &mut dyn FnMut(Content<'_>),
    ) -> usize {
        for call in &mut self.calls {
            if call.index.is_some() && call.index == part.index {
                call.end(tell);
            }
        }
        let slot = *next_slot;
        *next_slot = next_slot.wrapping_add(1);
        self.held += EACH + part.id.as_ref().map_or(0, |id| id.inner().len());
        self.calls.push(Call {
            index: part.index,
            id: part.id.clone().map(JsonText::into_owned),
            slot,
            state: State::Nameless {
                arguments: String::new(),
                signature: None,
            },
            arguments: Progress::default(),
        });
        self.calls.len() - 1
    }
}

// === impl Call ===

impl Call {
    /// Bytes of the part that wait for the name.
    fn keeps(&self, part: &CallPart<'_>) -> usize {
        let len = |text: &Option<JsonText<'_>>| text.as_ref().map_or(0, |text| text.inner().len());
        match self.state {
            State::Nameless { .. } if part.name.is_none() => {
                len(&part.arguments) + len(&part.id) + len(&part.signature)
            }
            State::Nameless { .. } | State::Open | State::Ended => 0,
        }
    }

    /// The part has the call's index and is another call all the same. An id alone does not tell: some servers write a
    /// different one with every part.
    fn is_another(&self, part: &CallPart<'_>) -> bool {
        let is_named = match self.state {
            State::Nameless { .. } => false,
            State::Open | State::Ended => true,
        };
        match (&self.id, &part.id) {
            (Some(known), Some(id)) => is_named && part.name.is_some() && known != id,
            (None, Some(_)) => is_named && part.name.is_some(),
            (Some(_) | None, None) => false,
        }
    }

    fn add(&mut self, part: &CallPart<'_>, tell: &mut dyn FnMut(Content<'_>)) -> bool {
        if let State::Nameless {
            arguments,
            signature,
        } = &mut self.state
        {
            if self.id.is_none() {
                self.id = part.id.clone().map(JsonText::into_owned);
            }
            if let Some(given) = &part.signature {
                *signature = Some(given.clone().into_owned());
            }
            let Some(name) = &part.name else {
                if let Some(fragment) = &part.arguments {
                    arguments.push_str(fragment.inner());
                }
                return true;
            };
            tell(Content::ToolCall {
                slot: self.slot,
                id: self.id.as_ref().map(JsonText::reborrow),
                name: name.reborrow(),
                signature: signature.as_ref().map(JsonText::reborrow),
            });
            if !arguments.is_empty() {
                let fragment = JsonText::from_inner_literal(format!("\"{arguments}\""));
                self.arguments.add(&fragment);
                tell(Content::Arguments {
                    slot: self.slot,
                    fragment,
                });
            }
            self.state = State::Open;
        }
        let Some(fragment) = &part.arguments else {
            return true;
        };
        match self.state {
            State::Ended => return fragment.is_blank(),
            State::Open | State::Nameless { .. } => (),
        }
        self.arguments.add(fragment);
        tell(Content::Arguments {
            slot: self.slot,
            fragment: fragment.reborrow(),
        });
        true
    }

    /// False where the call never got a name.
    fn end(&mut self, tell: &mut dyn FnMut(Content<'_>)) -> bool {
        match self.state {
            State::Nameless { .. } => {
                self.state = State::Ended;
                return false;
            }
            State::Open => {
                self.state = State::Ended;
                tell(Content::ToolEnd { slot: self.slot });
            }
            State::Ended => (),
        }
        true
    }
}

// === impl Progress ===

impl Progress {
    fn add(&mut self, fragment: &JsonText<'_>) {
        let mut bytes = fragment.inner().bytes();
        while let Some(byte) = bytes.next() {
            // The arguments are JSON text inside a JSON string: one escape of the string is one character of the text.
            let character = match byte {
                b'\\' => match bytes.next() {
                    Some(b'u') => unicode(&mut bytes),
                    Some(b'n' | b'r' | b't') => b' ',
                    Some(escaped) => escaped,
                    None => return,
                },
                other => other,
            };
            self.character(character);
        }
    }

    fn character(&mut self, character: u8) {
        if self.is_in_string {
            match character {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_string = false,
                _ => (),
            }
            return;
        }
        match character {
            b'{' | b'[' => {
                self.is_odd |= self.depth == 0 && (self.is_begun || character == b'[');
                self.is_begun = true;
                self.depth = self.depth.saturating_add(1);
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b' ' | b'\n' | b'\r' | b'\t' => (),
            _ if self.depth == 0 => self.is_odd = true,
            b'"' => self.is_in_string = true,
            _ => (),
        }
    }

    fn is_complete(&self) -> bool {
        self.is_begun && !self.is_odd && self.depth == 0
    }
}

/// The character of four hexadecimal digits; any that does not matter here is `u`.
fn unicode(bytes: &mut std::str::Bytes<'_>) -> u8 {
    let mut code = 0_u32;
    for digit in bytes.by_ref().take(4) {
        let digit = char::from(digit).to_digit(16).unwrap_or(0);
        code = code << 4 | digit;
    }
    u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b'u')
}

#[cfg(test)]
mod tests {
    use super::Progress;
    use crate::text::JsonText;

    #[test]
    fn arguments_are_complete_at_the_last_brace() {
        for (text, expected) in [
            ("", false),
            ("{", false),
            ("{}", true),
            (" {} ", true),
            ("{\"a\":\"}\"", false),
            ("{\"a\":\"}\\\"}\"}", true),
            ("{\"a\":[{}]}\n", true),
            ("{}{", false),
            ("{}{}", false),
            ("[1]", false),
            ("\"{}\"", false),
            ("null", false),
        ] {
            let mut whole = Progress::default();
            whole.add(&JsonText::plain(text));
            assert_eq!(whole.is_complete(), expected, "{text}");
            let mut cut = Progress::default();
            for character in text.chars() {
                let unit = u32::from(character);
                let literal = format!("\"\\u{unit:04x}\"");
                cut.add(&serde_json::from_str(&literal).expect("literal"));
            }
            assert_eq!(cut.is_complete(), expected, "{text}, escaped");
        }
    }
}
