//! The making of a relay: which way an answer goes.
//!
//! Owns the choice between forwarding and writing anew. It must not read bytes. Invariant: what has gates in the way, or is kept
//! in another form than the one that is asked for, is written anew.

use super::encoder::Encoder;
use super::gated::Gated;
use super::listed::Listed;
use super::reader::Reader;
use super::shown_model::ShownModel;
use super::watch::Watch;
use super::{Input, Output, Plan, Read, Relay, Stamp, Way, embedded};
use crate::answer::ClientSide;
use crate::document::Document;
use crate::event_stream;
use crate::format::Format;
use crate::gate::Gate;
use crate::request::UsageChunk;
use crate::sse::Framer;
use crate::tap::{Framing, Limits, ResponseTap};

// === impl Relay ===

impl Relay {
    /// The relay of one answer, whose head has arrived with status 2xx.
    #[must_use]
    pub fn new(plan: &Plan, framing: Framing, limits: Limits, stamp: Stamp) -> Self {
        Self::guarded(plan, framing, limits, stamp, Vec::new())
    }

    /// The same, with gates in the way. A guarded answer is written anew, also where both sides speak one format: what a
    /// gate takes out or changes cannot be taken out of events that nobody has read. A client of Converse cannot be written
    /// to (`Encoder`), and an answer that is no conversation passes without meeting a gate: callers send neither.
    #[must_use]
    pub fn guarded(
        plan: &Plan,
        framing: Framing,
        limits: Limits,
        stamp: Stamp,
        gates: Vec<Gate>,
    ) -> Self {
        let forwards = plan.forwards(framing) && gates.is_empty();
        Self::of(plan, framing, (limits, stamp), (gates, forwards))
    }

    /// The relay of an answer that was kept, in whatever form: what was streamed is written whole for a client that wants it
    /// so, which no provider does by itself.
    #[must_use]
    pub fn replayed(
        plan: &Plan,
        framing: Framing,
        limits: Limits,
        stamp: Stamp,
        gates: Vec<Gate>,
    ) -> Self {
        let forwards = plan.forwards_kept(framing) && gates.is_empty();
        Self::of(plan, framing, (limits, stamp), (gates, forwards))
    }

    fn of(
        plan: &Plan,
        framing: Framing,
        (limits, stamp): (Limits, Stamp),
        (gates, forwards): (Vec<Gate>, bool),
    ) -> Self {
        let of = |way: Way, shown_model: Option<Box<ShownModel>>| Self {
            client: plan.client,
            framing,
            way,
            shown_model,
            listed: plan
                .is_listed
                .then(|| Box::new(Listed::new(limits.event_bytes))),
        };
        // Who writes anew writes the name, too.
        let as_it_came = || ShownModel::new(plan, framing);
        match embedded::way(plan, framing, limits) {
            Some(way @ Way::Embedded(_)) => return of(way, None),
            Some(way) => return of(way, as_it_came()),
            None => (),
        }
        if forwards && plan.client == Format::OpenAiChatCompletions {
            let tap = ResponseTap::new(framing, plan.usage_chunk, limits);
            return of(Way::Tapped(Box::new(tap)), as_it_came());
        }
        let shown = plan.shown_model.as_deref();
        let client = ClientSide {
            model: shown.unwrap_or(&plan.model).to_owned(),
            created: stamp.unix_seconds,
            nonce: stamp.nonce,
            asks_for_usage: plan.usage_chunk == UsageChunk::Forward,
        };
        let input = match framing {
            Framing::Buffered => Input::Body(Document::new(limits.body_bytes)),
            Framing::EventStream => Input::Events(Framer::new(limits.event_bytes)),
            Framing::AwsEventStream => {
                Input::Frames(event_stream::Decoder::new(limits.event_bytes))
            }
        };
        let output = if forwards {
            Output::Forward
        } else {
            let encoder = Encoder::new(plan, client);
            Output::Encode(Box::new(Gated::new(encoder, gates, plan)))
        };
        let read = Read {
            input,
            output,
            reader: Reader::new(plan.provider, &plan.names.tools),
            watch: Watch::default(),
            format: plan.client,
            is_full: false,
            closed: None,
        };
        let shown_model = if forwards { as_it_came() } else { None };
        of(Way::Read(Box::new(read)), shown_model)
    }
}
