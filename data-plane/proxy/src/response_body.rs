//! The body of a response on its way to the client.
//!
//! Owns the choice between local bytes, an upstream's stream, and one that is relayed between LLM formats; gives
//! the upstream connection back at the end; closes the record. Must not change bytes itself. Invariant: a
//! body that broke off upstream ends in an error here, never as if it were whole.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use dp_llm::content_encoding::{DecodeError, Decoding};
use dp_upstream::pool::Lease;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{
    ai::{Relayed, cache::Tape},
    fault::Kind,
    record::{Ending, Record},
    request_body::RequestBody,
    stall::Stall,
};

mod encoded;

use encoded::Encoded;

/// What hyper writes to the client.
pub(crate) struct ResponseBody {
    source: Source,
    /// Closed at the end, or as aborted when the body is dropped before it.
    record: Option<Box<Record>>,
}

enum Source {
    Empty,
    Full(Bytes),
    Upstream(Upstream),
    Relayed(Box<Relayed>),
}

/// An upstream's response, frame by frame.
pub(crate) struct Upstream {
    incoming: Incoming,
    /// Given back to the pool as soon as the last byte is there.
    lease: Option<Lease<RequestBody>>,
    /// How many parts were read since there was none.
    parts: u8,
    stall: Stall,
    /// How long the client may take to ask for the next part.
    patience: Option<Duration>,
    /// What decodes the body, where it is encoded.
    encoded: Option<Box<Encoded>>,
    /// What copies the body.
    tape: Option<Tape>,
}

/// Why the response could not be finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// The upstream was silent for too long.
    #[error("the upstream sent nothing for too long")]
    Stalled,
    /// The upstream broke off.
    #[error("the upstream broke off")]
    Broken(#[source] hyper::Error),
    /// An LLM stream ended without its terminator.
    #[error("the provider's stream is cut")]
    Cut,
    /// The body is not what its encoding says, or unpacks to too much.
    #[error("the upstream's body cannot be decoded")]
    Encoding(#[source] DecodeError),
}

/// How many parts of an answer are read in a turn. With more, writes are fewer, and others wait longer for their turns: of 16 streams
/// at once whose events come all together, with 64 the first token took half as long again. Taking a part wakes the task of its
/// connection, which then reads the next.
const TOGETHER: u8 = 32;

type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

// === impl Upstream ===

impl Upstream {
    /// The rest of a response whose head is there.
    pub(crate) fn new(
        incoming: Incoming,
        lease: Lease<RequestBody>,
        idle: Option<Duration>,
    ) -> Upstream {
        let mut upstream = Upstream {
            incoming,
            lease: Some(lease),
            parts: 0,
            stall: Stall::new(idle),
            patience: idle,
            encoded: None,
            tape: None,
        };
        upstream.finish_if_over();
        upstream
    }

    /// The next frame.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Polled {
        let frame = match &self.encoded {
            None => ready!(self.poll_sent(cx)),
            Some(_) => ready!(self.poll_decoded(cx)),
        };
        if let (Some(tape), Some(Ok(frame))) = (&self.tape, &frame)
            && let Some(data) = frame.data_ref()
        {
            tape.push(data);
        }
        Poll::Ready(frame)
    }

    fn poll_decoded(&mut self, cx: &mut Context<'_>) -> Polled {
        loop {
            let is_last = self.incoming.is_end_stream();
            if let Some(encoded) = &mut self.encoded
                && let Some(part) = encoded.next(is_last)
            {
                let frame = part.map(Frame::data).map_err(BodyError::Encoding);
                return Poll::Ready(Some(frame));
            }
            let frame = ready!(self.poll_sent(cx));
            let Some(encoded) = &mut self.encoded else {
                return Poll::Ready(frame);
            };
            match frame {
                None => {
                    encoded.finish();
                    if encoded.is_empty() {
                        return Poll::Ready(None);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => encoded.push(data),
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
            }
        }
    }

    /// The next frame as the upstream sent it.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Polled {
        let mut polled = Pin::new(&mut self.incoming).poll_frame(cx);
        if polled.is_pending()
            && (1..TOGETHER).contains(&self.parts)
            && let Some(lease) = &self.lease
        {
            // What came together with that part can leave together with it.
            lease.advance();
            polled = Pin::new(&mut self.incoming).poll_frame(cx);
        }
        if polled.is_pending() {
            self.parts = 0;
        }
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.parts = self.parts.saturating_add(1);
                self.stall.progress();
                self.finish_if_over();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(BodyError::Broken(error)))),
            Poll::Ready(None) => {
                self.finish();
                Poll::Ready(None)
            }
            Poll::Pending => self
                .stall
                .poll_stalled(cx)
                .map(|()| Some(Err(BodyError::Stalled))),
        }
    }

    /// Reads what is left behind the end of an answer, so that the connection serves again. Whoever does not end its body soon, or
    /// goes on with it, loses the connection.
    pub(crate) fn drain(mut self) {
        /// Frames: what ends a body of chunks is one.
        const MOST: usize = 16;
        const LONGEST: Duration = Duration::from_secs(1);
        if self.lease.is_none() {
            return;
        }
        self.stall.allow(Some(LONGEST));
        tokio::task::spawn_local(async move {
            for _ in 0..MOST {
                let frame = std::future::poll_fn(|cx| self.poll_sent(cx)).await;
                if !matches!(frame, Some(Ok(_))) {
                    break;
                }
            }
        });
    }

    /// Allows the upstream another silence than the client.
    pub(crate) fn allow_silence(&mut self, limit: Option<Duration>) {
        self.stall.allow(limit);
    }

    /// Decodes all that comes from now on.
    pub(crate) fn decode(&mut self, decoding: Decoding) {
        self.encoded = Some(Box::new(Encoded::new(decoding)));
    }

    /// Copies all that comes from now on.
    pub(crate) fn tape(&mut self, tape: Tape) {
        self.tape = Some(tape);
    }

    /// How long the client may keep the upstream waiting.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.patience
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        let is_decoded = self.encoded.as_ref().is_none_or(|own| own.is_empty());
        is_decoded && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.encoded {
            None => self.incoming.size_hint(),
            Some(_) => SizeHint::default(),
        }
    }

    fn finish_if_over(&mut self) {
        if self.incoming.is_end_stream() {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.finish();
        }
    }
}

// === impl ResponseBody ===

impl ResponseBody {
    /// No body.
    pub(crate) fn empty() -> ResponseBody {
        ResponseBody {
            source: Source::Empty,
            record: None,
        }
    }

    /// Bytes of our own.
    pub(crate) fn full(bytes: impl Into<Bytes>) -> ResponseBody {
        ResponseBody {
            source: Source::Full(bytes.into()),
            record: None,
        }
    }

    /// An upstream's response as it comes.
    pub(crate) fn upstream(upstream: Upstream) -> ResponseBody {
        ResponseBody {
            source: Source::Upstream(upstream),
            record: None,
        }
    }

    /// Bytes of our own, taken back; nothing where the body is another's.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        match std::mem::replace(&mut self.source, Source::Empty) {
            Source::Full(bytes) => bytes,
            Source::Empty | Source::Upstream(_) | Source::Relayed(_) => Bytes::new(),
        }
    }

    /// A provider's answer in the client's format.
    pub(crate) fn relayed(relayed: Box<Relayed>) -> ResponseBody {
        ResponseBody {
            source: Source::Relayed(relayed),
            record: None,
        }
    }

    /// Hands the record over; it is closed with the body.
    pub(crate) fn with_record(mut self, record: Box<Record>) -> ResponseBody {
        self.record = Some(record);
        if self.is_end_stream() {
            self.close(Ending::Complete);
        }
        self
    }

    /// How long the client may take to ask for the next part.
    fn patience(&self) -> Option<Duration> {
        match &self.source {
            Source::Empty | Source::Full(_) => None,
            Source::Upstream(upstream) => upstream.patience(),
            Source::Relayed(relayed) => relayed.patience(),
        }
    }

    fn close(&mut self, mut ending: Ending) {
        if let Some(mut record) = self.record.take() {
            if let Source::Relayed(relayed) = &mut self.source {
                if relayed.is_broken() && ending == Ending::Complete {
                    // A stream's client was told so in its dialect, in a response that ended regularly.
                    ending = Ending::UpstreamBroke;
                }
                let first = relayed.first_content();
                let since_start = |at: Instant| at.saturating_duration_since(record.start);
                record.llm.first_token = record.llm.first_token.or(first.map(since_start));
                record.llm.checks.extend(relayed.checks());
                relayed.watch(&mut record.llm.watchers);
                record.llm.guard_hold = relayed.hold();
                if relayed.is_refused() {
                    record.response.fault = Some(Kind::GuardRejected);
                }
                record.llm.observed = relayed.take_observed();
                if let Some(ledger) = &mut record.llm.ledger {
                    ledger.overhead.answer(relayed.spent());
                    if let Some(answered) = relayed.take_listener() {
                        ledger.answered(Some(answered));
                    }
                }
            }
            record.close(ending);
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let polled = match &mut this.source {
            Source::Empty => Poll::Ready(None),
            Source::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Source::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Source::Upstream(upstream) => upstream.poll(cx),
            Source::Relayed(relayed) => relayed.poll(cx),
        };
        if let Some(record) = &this.record {
            let turn = &record.worker().turn;
            match &polled {
                Poll::Ready(Some(Ok(_))) => turn.is_clients(this.patience()),
                Poll::Ready(Some(Err(_)) | None) | Poll::Pending => turn.is_upstreams(),
            }
        }
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => this.close(Ending::Complete),
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(record), Some(data)) = (&mut this.record, frame.data_ref()) {
                    record.bytes_sent += u64::try_from(data.len()).unwrap_or(u64::MAX);
                }
                if this.is_end_stream() {
                    this.close(Ending::Complete);
                }
            }
            Poll::Ready(Some(Err(_))) => this.close(Ending::UpstreamBroke),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Empty => true,
            Source::Full(bytes) => bytes.is_empty(),
            Source::Upstream(upstream) => upstream.is_end_stream(),
            Source::Relayed(relayed) => relayed.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Empty => SizeHint::with_exact(0),
            Source::Full(bytes) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Source::Upstream(upstream) => upstream.size_hint(),
            Source::Relayed(relayed) => relayed.size_hint(),
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        // The client left, or hyper had no use for the body (HEAD, 304).
        self.close(Ending::Dropped);
    }
}
