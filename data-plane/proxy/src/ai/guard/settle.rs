//! Services that judge a streamed answer, once its texts have all been read.
//!
//! Owns which of them are asked at once. Must not know gates. Invariant: each decides about the texts that those in front of it let
//! pass: one that was asked about others is asked again.

use bytes::{Bytes, BytesMut};
use dp_config::prompt_guard::Remote;
use dp_llm::relay::Relay;
use dp_policy::prompt_guard::remote::{Phase, Text};
use futures::stream::{self as ordered, StreamExt as _};

use super::{
    AT_ONCE, Tallies, at_once, judge,
    remote::{self, Answered, Asker, Values},
    stream::Seat,
};
use crate::{ai::Call, exchange::Exchange, fault::Fault};

/// Asks the services among a streamed answer's guards, whose texts have all been read, in order. Gives what goes to the client.
pub(in crate::ai) async fn settle(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    tallies: &Tallies,
    relay: &mut Relay,
) -> Bytes {
    let asker = Asker::of(exchange, call);
    let mut out = BytesMut::new();
    let seats: Vec<&Seat> = tallies.waited_for().collect();
    let mut rest = seats.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        let Some((_, held)) = first.service() else {
            // Patterns have judged what passed them.
            rest = behind;
            continue;
        };
        if relay.is_refused() {
            break;
        }
        // Asked about the same texts: one whose scope is another gets no others than those.
        let alike = rest
            .iter()
            .take_while(|seat| seat.judged() == first.judged());
        let count = at_once(alike.map(|seat| Some(seat.service()?.0)));
        let (together, behind) = rest.split_at(count.max(1));
        rest = behind;
        let texts = held.texts();
        let answers = together.iter().filter_map(|seat| {
            let (remote, _) = seat.service()?;
            let (asker, texts) = (&asker, &texts);
            Some(Box::pin(async move {
                let values = remote::values(exchange, call, remote);
                heard(asker, (&values, remote), texts).await
            }))
        });
        let answers: Vec<_> = answers.collect();
        let mut answers = ordered::iter(answers).buffered(AT_ONCE);
        for seat in together {
            let (Some(answered), Some((remote, held))) = (answers.next().await, seat.service())
            else {
                break;
            };
            let own = held.texts();
            let answered = match own == texts {
                true => answered,
                // It gets others than were asked about.
                false => {
                    let values = remote::values(exchange, call, remote);
                    Box::pin(heard(&asker, (&values, remote), &own)).await
                }
            };
            seat.settle(held, &own, answered);
            out.extend_from_slice(&relay.flush());
            if relay.is_refused() {
                break;
            }
        }
    }
    out.freeze()
}

/// What a service says of the texts of an answer.
async fn heard(
    asker: &Asker,
    (values, remote): (&Result<Values, Fault>, &Remote),
    texts: &[String],
) -> Answered {
    let asked: Vec<Text<'_>> = texts.iter().filter_map(judge::spoken).collect();
    remote::ask(asker, values, (remote, Phase::Response), &asked).await
}
