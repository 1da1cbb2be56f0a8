//! `backend.ai.affinity`: which requests go to the same provider.
//!
//! Owns which level has the say: the greatest that has one, as a whole.

use ::route::field::FieldError;
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

/// Requests that belong together.
#[derive(Clone, Debug)]
pub struct AiAffinity {
    /// What they have in common; the beginning of their prompt where absent.
    pub key: Option<Expr>,
}

pub(super) fn decode(message: &wire::AiAffinity) -> Result<AiAffinity, FieldError> {
    let compiled = |text: &str| {
        Expr::compile(text, AttributeSet::OF_LLM_REQUEST)
            .map_err(|error| FieldError::invalid("key", error.to_string()))
    };
    Ok(AiAffinity {
        key: match message.key.as_str() {
            "" => None,
            text => Some(compiled(text)?),
        },
    })
}

// === impl AiAffinity ===

impl std::fmt::Display for AiAffinity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            Some(key) => write!(f, "one provider for each {}", key.source()),
            None => f.write_str("one provider for each beginning of a prompt"),
        }
    }
}

// === impl Noun ===

impl Noun for AiAffinity {
    const FIELD: &'static str = "backend.ai.affinity";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// Which requests belong together. The policies of the backend count where [`Effective::with_backend`] was asked.
    pub fn ai_affinity(&self) -> Option<&'a AiAffinity> {
        // One of a single provider has nothing to choose.
        self.nearest("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_does_not_compile_is_refused() {
        let message = |key: &str| wire::AiAffinity {
            key: key.to_owned(),
        };
        let error = decode(&message("1 +")).expect_err("no expression");
        assert!(error.to_string().contains("key"), "{error}");
        let keyed = decode(&message("request.headers[\"x-user\"]")).expect("a key");
        assert_eq!(
            keyed.to_string(),
            "one provider for each request.headers[\"x-user\"]"
        );
        let of_prompts = decode(&message("")).expect("none");
        assert!(of_prompts.key.is_none());
    }
}
