//! The encoder with gates in front of it.
//!
//! Owns the way through the gates, and what a refusal leaves to be said. Invariant: behind a refusal stands one error event
//! in the client's dialect and no success terminator (llm.md S-10, G-12); where something is still held at the end, the
//! stream does not look whole.

use super::Plan;
use super::encoder::Encoder;
use crate::answer::{Piece, Start};
use crate::error::ErrorBody;
use crate::format::Format;
use crate::gate::Gate;

/// Writes pieces that their gates let go.
pub(super) struct Gated {
    encoder: Encoder,
    gates: Vec<Gate>,
    client: Format,
    /// The client is told another name of the model than the provider's.
    hides_model: bool,
    is_refused: bool,
}

// === impl Gated ===

impl Gated {
    pub(super) fn new(encoder: Encoder, gates: Vec<Gate>, plan: &Plan) -> Self {
        Self {
            encoder,
            gates,
            client: plan.client,
            hides_model: plan.shows_another_model(),
            is_refused: false,
        }
    }

    pub(super) fn expect_prompt(&mut self, tokens: u64) {
        self.encoder.expect_prompt(tokens);
    }

    pub(super) fn is_holding(&self) -> bool {
        !self.is_refused && self.gates.iter().any(Gate::is_holding)
    }

    /// What is kept of the answer, in bytes.
    pub(super) fn held(&self) -> usize {
        let gates: usize = self.gates.iter().map(Gate::held).sum();
        self.encoder.held() + gates
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
            hides_model,
            ..
        } = self;
        let mut last = |piece: &Piece<'_>| write(encoder, piece, *hides_model, out);
        through(gates, piece, &mut last);
        self.tell_refusal(out);
    }

    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        if self.is_refused {
            return;
        }
        let Self {
            encoder,
            gates,
            hides_model,
            ..
        } = self;
        let mut last = |piece: &Piece<'_>| write(encoder, piece, *hides_model, out);
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

/// Writes a piece. Where the provider's name of the model is not told, the encoder has the other one.
fn write(encoder: &mut Encoder, piece: &Piece<'_>, hides_model: bool, out: &mut Vec<u8>) {
    match piece {
        Piece::Start(start) if hides_model => {
            let start = Start {
                model: None,
                ..start.clone()
            };
            encoder.piece(&Piece::Start(start), out);
        }
        Piece::Start(_)
        | Piece::Content { .. }
        | Piece::Finish { .. }
        | Piece::Usage(_)
        | Piece::Failure(_)
        | Piece::Dropped(_)
        | Piece::End => encoder.piece(piece, out),
    }
}

fn through(gates: &mut [Gate], piece: &Piece<'_>, last: &mut dyn FnMut(&Piece<'_>)) {
    match gates.split_first_mut() {
        None => last(piece),
        Some((gate, behind)) => gate.piece(piece, &mut |piece| through(behind, piece, last)),
    }
}
