//! The encoder with gates in front of it.
//!
//! Owns the way through the gates, and what a refusal leaves to be said. Invariant: behind a refusal stands one error event
//! in the client's dialect and no success terminator (llm.md S-10, G-12); where something is still held at the end, the
//! stream does not look whole.

use super::encoder::Encoder;
use crate::answer::{Content, Piece};
use crate::error::ErrorBody;
use crate::format::Format;
use crate::gate::Gate;
use crate::text::JsonText;
use crate::tool_names::ToolNames;

/// Writes pieces that their gates let go.
pub(super) struct Gated {
    encoder: Encoder,
    gates: Vec<Gate>,
    client: Format,
    names: ToolNames,
    is_refused: bool,
}

// === impl Gated ===

impl Gated {
    /// `names` are those of tools that the provider calls otherwise than the client.
    pub(super) fn new(
        encoder: Encoder,
        gates: Vec<Gate>,
        client: Format,
        names: ToolNames,
    ) -> Self {
        Self {
            encoder,
            gates,
            client,
            names,
            is_refused: false,
        }
    }

    pub(super) fn is_holding(&self) -> bool {
        !self.is_refused && self.gates.iter().any(Gate::is_holding)
    }

    pub(super) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Appends to `out` what a stream's client gets for the piece, and for those before it.
    pub(super) fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        if self.is_refused {
            return;
        }
        let Self {
            encoder,
            gates,
            names,
            ..
        } = self;
        let restored = restored(names, piece);
        let piece = restored.as_ref().unwrap_or(piece);
        through(gates, piece, &mut |piece| encoder.piece(piece, out));
        self.tell_refusal(out);
    }

    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        if self.is_refused {
            return;
        }
        let Self { encoder, gates, .. } = self;
        let mut last = |piece: &Piece<'_>| encoder.piece(piece, out);
        let mut rest = &mut gates[..];
        while let Some((gate, behind)) = rest.split_first_mut() {
            gate.flush(&mut |piece| through(behind, piece, &mut last));
            rest = behind;
        }
        self.tell_refusal(out);
    }

    /// The provider broke off: what is held and not judged by now stays behind.
    pub(super) fn fail(&mut self, failure: &Piece<'_>, out: &mut Vec<u8>) {
        self.piece(failure, out);
        if self.is_holding() {
            self.gates.clear();
            self.piece(failure, out);
        }
    }

    pub(super) fn finish(self, out: Vec<u8>) -> Vec<u8> {
        if self.is_refused {
            return out;
        }
        self.encoder.finish(out)
    }

    fn tell_refusal(&mut self, out: &mut Vec<u8>) {
        if !self.is_refused && self.gates.iter().any(Gate::is_refused) {
            self.is_refused = true;
            let body = ErrorBody::with_reason(
                403,
                "guardrail_intervention",
                "the answer was refused by a guard",
            );
            out.extend_from_slice(&body.to_event(self.client));
        }
    }
}

/// A call of a tool by the name that the client knows; `None` where it is by that already.
fn restored<'a>(names: &'a ToolNames, piece: &'a Piece<'_>) -> Option<Piece<'a>> {
    let Piece::Content {
        choice,
        content:
            Content::ToolCall {
                slot,
                id,
                name,
                signature,
            },
    } = piece
    else {
        return None;
    };
    let name = names.restore(name)?;
    Some(Piece::Content {
        choice: *choice,
        content: Content::ToolCall {
            slot: *slot,
            id: id.as_ref().map(JsonText::reborrow),
            name,
            signature: signature.as_ref().map(JsonText::reborrow),
        },
    })
}

fn through(gates: &mut [Gate], piece: &Piece<'_>, last: &mut dyn FnMut(&Piece<'_>)) {
    match gates.split_first_mut() {
        None => last(piece),
        Some((gate, behind)) => gate.piece(piece, &mut |piece| through(behind, piece, last)),
    }
}
