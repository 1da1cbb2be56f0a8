//! OpenAI's moderation (llm.md G-7).
//!
//! Owns the body, and thresholds for categories in place of the service's own. Must not pass where a text has no
//! result.

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

/// Scores from 0 to 1, by category, from which on a text is refused. The other categories follow the service's own
/// judgement.
pub type Thresholds = BTreeMap<String, f64>;

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

/// Reads the answer to a call with `sent` texts.
pub fn read(thresholds: &Thresholds, sent: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
    let Answer { results } = decode(SERVICE, body)?;
    if results.len() != sent {
        return Err(Unreadable::Incomplete(SERVICE));
    }
    let mut names = Names::default();
    for judged in &results {
        for name in judged.refused(thresholds)? {
            names.add(&name);
        }
    }
    if names.is_empty() {
        Ok(Verdict::Pass)
    } else {
        Ok(Verdict::reject(names))
    }
}

// === impl Judged ===

impl Judged {
    fn refused(&self, thresholds: &Thresholds) -> Result<Vec<Arc<str>>, Unreadable> {
        let mut names = Vec::new();
        for (category, threshold) in thresholds {
            let score = self.category_scores.get(category).copied().flatten();
            // A category without a score is none that the service judges.
            let score = score.ok_or(Unreadable::Incomplete(SERVICE))?;
            if score >= *threshold {
                names.push(vendor_name(category));
            }
        }
        let is_own = |category: &String| !thresholds.contains_key(category);
        let flagged = self
            .categories
            .iter()
            .filter(|(category, flag)| is_own(category) && **flag == Some(true))
            .map(|(category, _)| vendor_name(category));
        names.extend(flagged);
        // Flagged, and no category says why. One that a threshold overrules would say so.
        let has_category = self.categories.values().any(|flag| *flag == Some(true));
        if self.flagged && !has_category {
            names.push("flagged".into());
        }
        Ok(names)
    }
}
