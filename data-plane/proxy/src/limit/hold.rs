//! What is expected of a request that has been read, taken from limits of tokens (llm.md L-2, L-4).
//!
//! Owns the second look: requests at once would otherwise all pass the last token. Must not estimate. Invariant: what is held is
//! settled like what is not, and a request that is refused here costs no limit anything.

use dp_policy::{price::Tokens, token_bucket::Unit};

use super::{Standing, used_up};
use crate::{exchange::Exchange, fault::Fault};

/// Holds what a request is expected to take, or refuses it where others have taken the last token meanwhile.
pub(crate) fn hold(exchange: &mut Exchange<'_>, expected: &Tokens) -> Result<(), Fault> {
    let worker = exchange.client.worker.clone();
    let now = worker.shared.limits.began.elapsed();
    let facts = &mut exchange.record.limits;
    // For an answer of which nobody will say what it took.
    facts.prompt = expected.input;
    let mut held = facts
        .held
        .iter_mut()
        .filter(|held| held.unit == Unit::Tokens);
    let refused = held.find_map(|held| {
        let expected = held.reservation.expect(expected.total(), now);
        let limit = held.limit.clone();
        expected.err().map(|refused| (refused, limit))
    });
    if let Some((refused, limit)) = refused {
        facts.refuse(&refused);
        return Err(used_up(&worker.metrics, limit, Unit::Tokens));
    }
    let mut tokens = facts.tokens.take();
    for held in facts.held.iter_mut().filter(|held| held.is_uncounted) {
        held.count_admitted(&worker.metrics);
        held.is_uncounted = false;
        let now = held.reservation.standing();
        tokens = Standing::tightest(tokens.into_iter().chain([now]));
    }
    facts.tokens = tokens;
    Ok(())
}
