//! What a cache of answers means for a usage record.
//!
//! Owns what is to pay for an answer that was given before: nothing, unless the policy says so. Must not look anything up.
//! Invariant: what was saved is what would have been paid.

use dp_config::ai_backend::{AiPolicy, AiProvider};
use dp_policy::{
    price::Quote,
    usage_record::{CacheUse, Saved, Usage, UserSource},
};

use super::{Ledger, is_configured};
use crate::record::{CacheFacts, Record};

/// The answer that a provider gave before is given again.
pub(in crate::ai) fn answered_before(
    record: &mut Record,
    of: (&AiProvider, Option<&AiPolicy>),
    sent: &str,
) {
    let (provider, policy) = of;
    if let Some(ledger) = &mut record.llm.ledger {
        let is_configured = is_configured(provider, policy, sent);
        ledger.attempt(provider, (sent, is_configured), None);
    }
}

/// What a cache had to do with a request, and what is to pay then.
pub(super) fn cache_use(
    facts: Option<CacheFacts>,
    usage: &Usage,
    quote: Quote,
) -> (Quote, Option<CacheUse>) {
    let Some(CacheFacts { status, is_free }) = facts else {
        return (quote, None);
    };
    let saved = usage.tokens.filter(|_| is_free).map(|tokens| Saved {
        tokens: tokens.total(),
        cost: quote.total(),
    });
    let quote = match is_free {
        true => quote.paid_before(),
        false => quote,
    };
    (quote, Some(CacheUse { status, saved }))
}

// === impl Ledger ===

impl Ledger {
    /// Names of whoever was verified; nobody else may say them.
    pub(in crate::ai) fn verified(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let caller = &self.caller;
        // What a policy reads of a request may be the client's own word.
        let is_verified = caller.user_source == UserSource::Verified;
        let names = [
            ("key", caller.key_id.as_deref()),
            ("user", caller.user.as_deref()),
            ("team", caller.team.as_deref()),
        ];
        let names = names.into_iter().filter(move |_| is_verified);
        names.filter_map(|(kind, name)| Some((kind, name?)))
    }
}
