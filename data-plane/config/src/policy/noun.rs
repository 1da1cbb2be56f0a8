//! What a policy can say: one noun for each field.
//!
//! Owns the way from a [`Content`] to the value of one noun, and the one `match` that names them all: a new noun is asked for
//! there by the compiler, and by nobody else in this crate but the decoder. Must not weigh policies against each other.
//! Invariant: a policy that is refused says nothing, whatever field it was of; whoever asks for the policies of a request has
//! refused the request then.

use std::any::Any;

use super::{Content, Policy};

/// What one field of a policy object says.
pub(super) trait Noun: Any {
    /// Path of the field in the object.
    const FIELD: &'static str;

    /// In short, for dumps and explanations.
    fn in_short(&self) -> String;
}

/// A noun that is not known by its type.
pub(super) trait AnyNoun: Any {
    /// Path of the field in the object.
    fn field(&self) -> &'static str;

    /// In short, for dumps and explanations.
    fn told(&self) -> String;
}

// === impl AnyNoun ===

impl<T: Noun> AnyNoun for T {
    fn field(&self) -> &'static str {
        T::FIELD
    }

    fn told(&self) -> String {
        self.in_short()
    }
}

// === impl Content ===

impl Content {
    /// What it says.
    ///
    /// # Errors
    /// Why it cannot be enforced.
    pub(super) fn noun(&self) -> Result<&dyn AnyNoun, &str> {
        match self {
            Self::Denied(reason) => Err(reason),
            Self::Ai(own) => Ok(own.as_ref()),
            Self::AiAffinity(own) => Ok(own),
            Self::AiCache(own) => Ok(own),
            Self::AiGuards(own) => Ok(own),
            Self::AiFallback(own) => Ok(own),
            Self::AiKeys(own) => Ok(own),
            Self::AiLoad(own) => Ok(own),
            Self::AiTimeouts(own) => Ok(own),
            Self::LocalRateLimit(own) => Ok(own),
            Self::GlobalRateLimit(own) => Ok(own),
            Self::Budgets(own) => Ok(own),
            Self::Concurrency(own) => Ok(own),
            Self::FrontendHttp(own) => Ok(own),
            Self::AiAllowedModels(own) => Ok(own),
            Self::AiDeniedParams(own) => Ok(own),
            Self::AiResponseModel(own) => Ok(own),
            Self::Attribution(own) => Ok(own),
        }
    }

    /// What it says of a noun, if that is what it is about.
    pub(super) fn of<T: Noun>(&self) -> Option<&T> {
        let noun: &dyn Any = self.noun().ok()?;
        noun.downcast_ref()
    }
}

/// In short, for dumps and explanations.
impl std::fmt::Display for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.noun() {
            Ok(noun) => f.write_str(&noun.told()),
            Err(reason) => write!(f, "refused: {reason}"),
        }
    }
}

// === impl Policy ===

impl Policy {
    /// What it says of a noun, if that is what it is about.
    pub(super) fn of<T: Noun>(&self) -> Option<&T> {
        self.content.of()
    }
}
