//! Refusals of a provider that is well, after which another is asked (llm.md 3.5).
//!
//! Owns what counts as one, and how the client is told. Must not choose a provider. Invariants: a request falls back at most
//! once; a refusal of a guard of the gateway's is none.

use std::sync::Arc;

use dp_config::policy::AiFallback;
use dp_llm::{
    error::ProviderError,
    observed::{FinishReason, Observed},
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::exchange::Reply;

/// Tells a client that another provider answers than the one that was asked first: `FROM->TO;REASON`.
const HEADER: HeaderName = HeaderName::from_static("x-gateway-fallback");

/// Why a provider refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The prompt does not fit the model's context.
    ContextWindow,
    /// The content of the prompt, or all of the answer.
    ContentPolicy,
}

/// The way of a request that fell back.
pub(super) struct Fallback {
    /// Who refused.
    pub(super) from: Arc<str>,
    /// Why.
    pub(super) refusal: Refusal,
}

/// What an error says, of what the policy looks for; `status` is the answer's, if it has one of its own.
pub(super) fn of_error(
    policy: AiFallback,
    status: Option<u16>,
    error: impl FnOnce() -> ProviderError,
) -> Option<Refusal> {
    if policy == AiFallback::default() {
        return None;
    }
    let error = error();
    if policy.context_window && error.is_context_length_exceeded(status) {
        return Some(Refusal::ContextWindow);
    }
    (policy.content_policy && error.is_content_refused(status)).then_some(Refusal::ContentPolicy)
}

/// What an answer says of which nothing was shown yet: one that a filter of the provider's left nothing of.
pub(super) fn of_answer(policy: AiFallback, observed: &Observed) -> Option<Refusal> {
    let is_filtered = observed.finish_reason == Some(FinishReason::ContentFilter);
    let is_refused = policy.content_policy && is_filtered && !observed.has_content;
    is_refused.then_some(Refusal::ContentPolicy)
}

// === impl Refusal ===

impl Refusal {
    /// For metrics, logs and clients; a closed set.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::ContextWindow => "context_window",
            Self::ContentPolicy => "content_policy",
        }
    }
}

// === impl Fallback ===

impl Fallback {
    /// Says who answers instead.
    pub(super) fn tell(&self, to: &str, headers: &mut HeaderMap) {
        let text = format!("{}->{to};{}", self.from, self.refusal.label());
        // Names of providers are names of Kubernetes.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(HEADER, value);
        }
    }
}

/// Says that another model answers than the one that was asked for, because a budget wants that: `FROM->TO;budget`. Another
/// provider that answers in the place of the first has been told, and stays.
pub(super) fn tell_downgrade((asked, model): (&str, &str), reply: &mut Reply) {
    // A client's name may hold anything; what no header can say is not said.
    if let Ok(value) = HeaderValue::from_str(&format!("{asked}->{model};budget")) {
        let headers = reply.response.headers_mut();
        headers.entry(HEADER).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: AiFallback = AiFallback {
        context_window: true,
        content_policy: true,
    };

    fn error(body: &str) -> impl FnOnce() -> ProviderError {
        move || ProviderError::read(body.as_bytes())
    }

    #[test]
    fn only_what_is_looked_for_counts() {
        let too_long = r#"{"error":{"message":"m","type":"invalid_request_error","code":"context_length_exceeded"}}"#;
        let filtered = r#"{"error":{"message":"m","type":null,"code":"content_filter"}}"#;
        let other = r#"{"error":{"message":"m","type":"invalid_request_error"}}"#;
        let of = |policy, body| of_error(policy, Some(400), error(body));
        assert_eq!(of(BOTH, too_long), Some(Refusal::ContextWindow));
        assert_eq!(of(BOTH, filtered), Some(Refusal::ContentPolicy));
        assert_eq!(of(BOTH, other), None);
        let lengths = AiFallback {
            content_policy: false,
            ..BOTH
        };
        assert_eq!(of(lengths, too_long), Some(Refusal::ContextWindow));
        assert_eq!(of(lengths, filtered), None);
        assert_eq!(of(AiFallback::default(), too_long), None);
    }

    #[test]
    fn an_answer_of_which_nothing_is_left_is_a_refusal() {
        let filtered = Observed {
            finish_reason: Some(FinishReason::ContentFilter),
            ..Observed::default()
        };
        assert_eq!(of_answer(BOTH, &filtered), Some(Refusal::ContentPolicy));
        assert_eq!(of_answer(AiFallback::default(), &filtered), None);
        let begun = Observed {
            has_content: true,
            ..filtered
        };
        assert_eq!(of_answer(BOTH, &begun), None);
    }

    #[test]
    fn the_client_is_told_who_answers() {
        let mut headers = HeaderMap::new();
        let fallback = Fallback {
            from: "small".into(),
            refusal: Refusal::ContextWindow,
        };
        fallback.tell("large", &mut headers);
        let told = headers.get(HEADER).and_then(|value| value.to_str().ok());
        assert_eq!(told, Some("small->large;context_window"));
    }
}
