//! OpenAI's moderation (llm.md G-7).
//!
//! Owns the body. The judgement is the service's own, category by category. Must not pass where a text has no result.

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
pub fn read(sent: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
    let Answer { results } = decode(SERVICE, body)?;
    if results.len() != sent {
        return Err(Unreadable::Incomplete(SERVICE));
    }
    let mut names = Names::default();
    for judged in &results {
        for name in judged.refused() {
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
    fn refused(&self) -> Vec<Arc<str>> {
        let flagged = self.categories.iter();
        let flagged = flagged.filter(|(_, flag)| **flag == Some(true));
        let mut names: Vec<Arc<str>> = flagged.map(|(name, _)| vendor_name(name)).collect();
        // Flagged, and no category says why.
        if self.flagged && names.is_empty() {
            names.push("flagged".into());
        }
        names
    }
}
