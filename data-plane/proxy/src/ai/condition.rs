//! What a configured `unhealthyCondition` says of an answer (llm.md R-15).
//!
//! Must not know what follows. Invariant: a condition that has no value leaves the built-in judgement: a mistake in it must
//! not keep a broken provider in service.

use dp_config::ai_backend::AiProvider;
use dp_upstream::provider_group::verdict::Condition;
use http::HeaderMap;

use super::{Call, attributes::LlmAttributes};
use crate::exchange::Exchange;

/// The judgement of an answer with this status and these headers; `None` where nobody configured one.
pub(super) fn judge(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    provider: &AiProvider,
    (status, headers): (u16, &HeaderMap),
) -> Option<Condition> {
    let condition = provider.unhealthy_condition.as_ref()?;
    let attributes = LlmAttributes {
        response: Some((status, headers)),
        ..LlmAttributes::of_request(exchange, &call.head, &call.prompt, &call.read)
    };
    let holds = condition.holds(&attributes).ok()?;
    Some(match holds {
        true => Condition::Unhealthy,
        false => Condition::Fine,
    })
}
