//! Why there is no token.
//!
//! Owns what is told: each step that was tried, why it gave nothing, and the remedy. Must not repeat a secret; what token
//! services answer is told by code and first line. Invariant: a step that is set up and fails ends its chain, so that
//! nobody acts under another identity than the one that was meant.

use crate::grant::Grant;

/// No token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} ({}); {remedy}", told(tried))]
pub struct Failure {
    /// What could not be had.
    pub what: String,
    /// What was tried, in order.
    pub tried: Vec<Tried>,
    /// What to do.
    pub remedy: &'static str,
}

/// A step that gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its name in documents.
    pub step: &'static str,
    /// Why.
    pub why: String,
}

/// What a step says that gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// It is not set up: the next one is asked.
    Absent(String),
    /// It is set up and does not work.
    Failed(String),
}

/// What a step says.
pub(crate) type Outcome<T> = Result<T, Miss>;

/// Steps that are tried until one has an answer.
pub(crate) struct Chain {
    what: &'static str,
    tried: Vec<Tried>,
    remedy: &'static str,
}

fn told(tried: &[Tried]) -> String {
    let lines: Vec<String> = tried
        .iter()
        .map(|Tried { step, why }| format!("{step}: {why}"))
        .collect();
    lines.join("; ")
}

// === impl Chain ===

impl Chain {
    pub(crate) fn new(what: &'static str, remedy: &'static str) -> Self {
        Self {
            what,
            tried: Vec::new(),
            remedy,
        }
    }

    /// Takes what a step says; the end of the chain, if it is its end.
    pub(crate) fn took(
        &mut self,
        step: &'static str,
        outcome: Outcome<Grant>,
    ) -> Option<Result<Grant, Failure>> {
        let (why, is_end) = match outcome {
            Ok(grant) => return Some(Ok(Grant { step, ..grant })),
            Err(Miss::Absent(why)) => (why, false),
            Err(Miss::Failed(why)) => (why, true),
        };
        self.tried.push(Tried { step, why });
        is_end.then(|| Err(self.failure()))
    }

    /// All steps were tried.
    pub(crate) fn failure(&self) -> Failure {
        Failure {
            what: self.what.to_owned(),
            tried: self.tried.clone(),
            remedy: self.remedy,
        }
    }

    /// The only step there is.
    pub(crate) fn only(
        mut self,
        step: &'static str,
        outcome: Outcome<Grant>,
    ) -> Result<Grant, Failure> {
        self.took(step, outcome)
            .unwrap_or_else(|| Err(self.failure()))
    }
}

// === impl Miss ===

impl Miss {
    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }

    pub(crate) fn absent(why: impl Into<String>) -> Self {
        Self::Absent(why.into())
    }

    /// The same of a step that cannot be passed over.
    pub(crate) fn at_end(self) -> Self {
        match self {
            Self::Absent(why) | Self::Failed(why) => Self::Failed(why),
        }
    }
}
