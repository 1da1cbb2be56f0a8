//! The answer to a request that was sent in parts: one for all of them (llm.md O-2).
//!
//! Owns how many parts are on their way at once, and what is held of their answers. Must not know formats. Invariants: the client
//! gets an answer to every part or to none; the first part that fails is the end of the attempt, and of those on their way; what
//! parts told that were answered before it is counted.

use std::{
    cell::Cell,
    pin::pin,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use dp_config::ai_backend::AiProvider;
use dp_llm::{
    observed::Observed,
    relay::Folded,
    request::Rendered,
    tap::{Ending, Framing},
};
use dp_upstream::provider_group::attempts::Attempt;
use futures::{FutureExt, StreamExt, stream};
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_LENGTH, response};

use super::{
    Answer, Body, Said, WHOLE_LIMIT, broke, dress, encoded, failed_inside, head, is_encoded,
    refused, told, too_large,
};
use crate::{
    ai::{Call, Tried, fan_out::FanOut, ledger, wait::Wait},
    exchange::Exchange,
    fault::{Fault, Kind},
    response_body::Upstream,
};

/// Parts that are on their way at once.
const AT_ONCE: usize = 8;

/// In front of the names of headers that tell of one part.
const OF_A_PART: &str = "x-amzn-bedrock-";

/// Why there is no answer.
enum Stopped {
    Fault(Fault),
    /// A part was refused.
    Refused(Box<Response<Upstream>>),
    /// A success that is none, with the headers of what it came in.
    Error(Box<Observed>, HeaderMap),
    /// More than is held.
    TooLarge,
}

/// What is held, in bytes.
#[derive(Default)]
struct Held {
    /// Of answers that are not read yet.
    coming: Cell<usize>,
    /// For the client.
    kept: Cell<usize>,
}

/// The whole answer to a part.
type Whole = (response::Parts, Bytes);

/// What came of all parts.
struct Gathered {
    /// Of the first part.
    head: response::Parts,
    spent: Duration,
}

/// Asks for each part, and takes their answers.
///
/// # Errors
/// A part could not be sent, or has no answer.
pub(in crate::ai) async fn folded(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    of: (&AiProvider, Wait),
    rendered: &Rendered,
    attempt: &mut Attempt,
) -> Result<Tried, Fault> {
    let (provider, wait) = of;
    let mut folded = Folded::new(&rendered.plan).ok_or(Kind::Bug)?;
    let fan_out = FanOut::new(exchange, call, of, rendered, attempt).await?;
    let deadline = exchange.client.worker.timers.deadline(wait.due());
    let gathered = {
        let gathered = pin!(gather(&fan_out, rendered, &mut folded));
        deadline.bound(gathered).await
    };
    let record = &mut exchange.record;
    record.upstream.first_byte = fan_out.answered().map(|at| at - record.start);
    let told = folded.told();
    let stopped = match gathered.unwrap_or_else(|| Err(wait.late().into())) {
        Ok(gathered) => {
            let of = (call, provider);
            return Ok(whole(exchange, of, rendered, (gathered, folded)));
        }
        Err(stopped) => stopped,
    };
    let tried = match stopped {
        Stopped::Fault(fault) => Err(fault),
        Stopped::Refused(response) => {
            let of = (provider, &rendered.plan, wait);
            Ok(refused(exchange, call, of, *response).await)
        }
        Stopped::Error(observed, headers) => Ok(failed_inside(
            exchange,
            (call, provider),
            (&observed, &headers),
        )),
        Stopped::TooLarge => Ok(too_large(exchange, Box::default())),
    };
    ledger::note_part_told(exchange.record, &told);
    tried
}

/// The answer that all parts make.
fn whole(
    exchange: &mut Exchange<'_>,
    (call, provider): (&Call<'_>, &AiProvider),
    rendered: &Rendered,
    (gathered, folded): (Gathered, Folded),
) -> Tried {
    let Gathered { mut head, spent } = gathered;
    let began = Instant::now();
    let finish = folded.finish();
    let spent = spent + began.elapsed();
    match finish.ending {
        Ending::Complete => {}
        Ending::Failed | Ending::Refused | Ending::Truncated(_) => {
            let of = (call, provider);
            return failed_inside(exchange, of, (&finish.observed, &head.headers));
        }
    }
    call.tape_whole(&finish.rest);
    let said = Said::by(exchange, (call, provider), &head);
    dress(&mut head.headers, &rendered.plan, Framing::Buffered);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(finish.rest.len()));
    let of_a_part = head.headers.keys().cloned();
    let of_a_part: Vec<_> = of_a_part
        .filter(|name| name.as_str().starts_with(OF_A_PART))
        .collect();
    for name in of_a_part {
        head.headers.remove(name);
    }
    let body = Body::Whole {
        bytes: finish.rest,
        observed: finish.observed,
    };
    Tried::Answered(Answer::new(head, body, said).after(spent))
}

async fn gather(
    fan_out: &FanOut<'_>,
    rendered: &Rendered,
    folded: &mut Folded,
) -> Result<Gathered, Stopped> {
    let (held, is_stopped) = (Held::default(), Cell::new(false));
    let parts = std::iter::once(&rendered.body).chain(&rendered.further);
    let parts = parts.enumerate().take_while(|_| !is_stopped.get());
    let answers = parts.map(|(place, body)| {
        let answer = part(fan_out, body, &held);
        async move { Ok::<_, Stopped>((place, answer.await?)) }
    });
    let mut answers = stream::iter(answers).buffer_unordered(AT_ONCE);
    let (mut first, mut spent) = (None, Duration::ZERO);
    let mut take = |answer: Result<(usize, Whole), Stopped>| {
        let (place, (head, body)) = answer?;
        let began = Instant::now();
        let taken = folded.take(place, (told(&head.headers), &body));
        spent += began.elapsed();
        if let Err(observed) = taken {
            return Err(Stopped::Error(observed, head.headers));
        }
        held.took(body.len(), folded.held())?;
        if place == 0 {
            first = Some(head);
        }
        Ok(())
    };
    while let Some(answer) = answers.next().await {
        let Err(stopped) = take(answer) else {
            continue;
        };
        // What has come with it is taken for what it tells, and nothing is waited for or begun.
        is_stopped.set(true);
        while let Some(Some(answer)) = answers.next().now_or_never() {
            let _ = take(answer);
        }
        return Err(stopped);
    }
    let head = first.ok_or(Kind::Bug)?;
    Ok(Gathered { head, spent })
}

/// The whole answer to a part.
async fn part(fan_out: &FanOut<'_>, body: &Bytes, held: &Held) -> Result<Whole, Stopped> {
    let mut response = fan_out.send(body).await?;
    encoded::decode(&mut response);
    head::clean(response.headers_mut());
    if !response.status().is_success() {
        return Err(Stopped::Refused(Box::new(response)));
    }
    let (head, mut upstream) = response.into_parts();
    if is_encoded(&head.headers) {
        return Err(encoded::unreadable().into());
    }
    let mut answer = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
        if let Ok(data) = frame.map_err(broke)?.into_data() {
            held.comes(data.len())?;
            answer.extend_from_slice(&data);
        }
    }
    Ok((head, answer.freeze()))
}

// === impl Held ===

impl Held {
    /// So many bytes of an answer came.
    fn comes(&self, bytes: usize) -> Result<(), Stopped> {
        self.coming.set(self.coming.get().saturating_add(bytes));
        self.check()
    }

    /// An answer of so many bytes was read; `kept` is what is held of all for the client.
    fn took(&self, bytes: usize, kept: usize) -> Result<(), Stopped> {
        self.coming.set(self.coming.get().saturating_sub(bytes));
        self.kept.set(kept);
        self.check()
    }

    fn check(&self) -> Result<(), Stopped> {
        match self.coming.get().saturating_add(self.kept.get()) > WHOLE_LIMIT {
            true => Err(Stopped::TooLarge),
            false => Ok(()),
        }
    }
}

// === impl Stopped ===

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Stopped {
        Stopped::Fault(fault)
    }
}

impl From<Kind> for Stopped {
    fn from(kind: Kind) -> Stopped {
        Stopped::Fault(kind.into())
    }
}
