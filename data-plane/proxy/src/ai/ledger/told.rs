//! What a provider told of an answer, as records count it.
//!
//! Must not estimate, or know prices.

use dp_llm::{observed::Observed, usage::tier_named};
use dp_policy::usage_record::Told;

/// What it took; `None` where nothing was told.
pub(super) fn told(seen: &Observed) -> Option<Told> {
    let usage = seen.usage.as_ref()?;
    Some(Told {
        input: usage.input,
        output: usage.output,
        total: usage.total,
        cache_read: usage.cache_read,
        cache_write: usage.cache_write,
        cache_write_1h: usage.cache_write_1h,
        input_audio: usage.input_audio,
        reasoning: usage.reasoning,
        output_audio: usage.output_audio,
        tier: price_tier(seen).map(Into::into),
        raw: usage.raw.as_deref().map(Into::into),
    })
}

/// The tier of service by whose price an answer is charged: what was served counts, whatever was asked for.
pub(super) fn price_tier(seen: &Observed) -> Option<String> {
    let with_counts = seen.usage.as_ref().and_then(|usage| usage.tier.as_deref());
    let in_body = with_counts.or(seen.service_tier.as_deref());
    tier_named(in_body.or(seen.head_tier.as_deref())?)
}
