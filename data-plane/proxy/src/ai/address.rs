//! Where a provider whose address is a tenant's word may be (llm.md 0.6).
//!
//! Owns the check behind the resolution of its name. Must not judge addresses itself. Invariant: what is dialled is exactly
//! what was checked, so a name cannot come to mean something else in between.

use dp_config::ai_backend::AiProvider;
use dp_upstream::{Picked, forward_proxy::Refusal, local_address};

use crate::{
    fault::{Fault, Kind},
    request_body::RequestBody,
};

/// Refuses what is on this machine or its link, where the provider's address may not be.
pub(super) fn check(provider: &AiProvider, picked: &Picked<RequestBody>) -> Result<(), Fault> {
    if !provider.refuses_local_addresses {
        return Ok(());
    }
    let first = std::iter::once(picked.endpoint.address());
    for address in first.chain(picked.fallbacks.iter().copied()) {
        if let Some(kind) = local_address::kind(address.ip()) {
            let refusal = Refusal::Address {
                host: picked.hostname.as_deref().unwrap_or_default().to_owned(),
                address: address.ip(),
                kind,
            };
            return Err(Fault::caused(Kind::NoEndpoint, refusal));
        }
    }
    Ok(())
}
