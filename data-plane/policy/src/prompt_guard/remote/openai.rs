//! OpenAI's moderation (llm.md G-7).
//!
//! Owns the body. The judgement is the service's own, category by category, but for those that a guard judges by their scores. Must
//! not pass where a text has no result, or a category that is judged so no score.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Unreadable, Verdict, decode, encode};
use crate::prompt_guard::decision::{Names, vendor_name};

const SERVICE: &str = "OpenAI's moderation";

/// Model where the guard names none.
pub const MODEL: &str = "omni-moderation-latest";
/// Path of a call.
pub const PATH: &str = "/v1/moderations";

/// Scores from which on a text is refused, by category as the service names it; what it flags in others is refused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds(pub Vec<(Box<str>, f64)>);

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a [&'a str],
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    flagged: bool,
    #[serde(default)]
    categories: BTreeMap<String, Option<bool>>,
    #[serde(default)]
    category_scores: BTreeMap<String, Option<f64>>,
}

/// Body of a call.
#[must_use]
pub fn body(model: &str, texts: &[&str]) -> Vec<u8> {
    encode(&Body {
        model,
        input: texts,
    })
}

// === impl Thresholds ===

impl Thresholds {
    /// Reads the answer to a call with `sent` texts.
    ///
    /// # Errors
    /// It is no answer of the service, or lacks the result of a text or the score of a category.
    pub fn read(&self, sent: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
        let Answer { results } = decode(SERVICE, body)?;
        if results.len() != sent {
            return Err(Unreadable::Incomplete(SERVICE));
        }
        let mut names = Names::default();
        for judged in &results {
            for name in self.refused(judged)? {
                names.add(&name);
            }
        }
        match names.is_empty() {
            true => Ok(Verdict::Pass),
            false => Ok(Verdict::reject(names)),
        }
    }

    fn refused(&self, judged: &Judged) -> Result<Vec<Arc<str>>, Unreadable> {
        let mut names = Vec::new();
        for (category, least) in &self.0 {
            let score = judged.category_scores.get(&**category).copied().flatten();
            if score.ok_or(Unreadable::Incomplete(SERVICE))? >= *least {
                names.push(vendor_name(category));
            }
        }
        let is_scored = |name: &str| self.0.iter().any(|(category, _)| **category == *name);
        let categories = judged.categories.iter();
        let mut flagged = categories
            .filter(|(_, flag)| **flag == Some(true))
            .map(|(name, _)| name)
            .peekable();
        // Flagged, and no category says why.
        if judged.flagged && flagged.peek().is_none() {
            names.push("flagged".into());
        }
        names.extend(
            flagged
                .filter(|name| !is_scored(name))
                .map(|name| vendor_name(name)),
        );
        Ok(names)
    }
}
