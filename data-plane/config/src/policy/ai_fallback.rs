//! `backend.ai.fallback`: after which refusals another provider is asked.
//!
//! Owns which level has the say: the greatest that has one, as a whole. Must not know how a refusal is recognised.

use std::fmt;

use ::route::field::FieldError;
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

/// Refusals of a provider that is well, after which another is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AiFallback {
    /// The prompt does not fit the model's context.
    pub context_window: bool,
    /// The content of the prompt, or all of the answer.
    pub content_policy: bool,
}

pub(super) fn decode(message: &wire::AiFallback) -> Result<AiFallback, FieldError> {
    let mut fallback = AiFallback::default();
    for reason in &message.reasons {
        match wire::AiFallbackReason::try_from(*reason) {
            Ok(wire::AiFallbackReason::ContextWindowExceeded) => fallback.context_window = true,
            Ok(wire::AiFallbackReason::ContentPolicyViolation) => fallback.content_policy = true,
            Ok(wire::AiFallbackReason::Unspecified) => {
                return Err(FieldError::missing("reasons"));
            }
            Err(_) => return Err(FieldError::unknown_enum("reasons", *reason)),
        }
    }
    if fallback == AiFallback::default() {
        return Err(FieldError::missing("reasons"));
    }
    Ok(fallback)
}

// === impl AiFallback ===

impl fmt::Display for AiFallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.context_window, self.content_policy) {
            (true, true) => "another provider after refused prompts and contents",
            (true, false) => "another provider after prompts that are too long",
            (false, true) => "another provider after refused contents",
            (false, false) => "no other provider after refusals",
        })
    }
}

// === impl Noun ===

impl Noun for AiFallback {
    const FIELD: &'static str = "backend.ai.fallback";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl Effective<'_> {
    /// After which refusals another provider is asked. The policies of the backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai_fallback(&self) -> AiFallback {
        // A single provider has no other.
        self.nearest("").copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reasons: &[i32]) -> Result<AiFallback, FieldError> {
        decode(&wire::AiFallback {
            reasons: reasons.to_vec(),
        })
    }

    #[test]
    fn reasons_are_known_ones() {
        let both = of(&[2, 1, 2]).expect("two reasons");
        assert!(both.context_window && both.content_policy);
        let one = of(&[1]).expect("one reason");
        assert!(one.context_window && !one.content_policy);
        for wrong in [&[][..], &[0], &[1, 9]] {
            let error = of(wrong).expect_err("no reasons");
            assert!(error.to_string().contains("reasons"), "{error}");
        }
    }
}
