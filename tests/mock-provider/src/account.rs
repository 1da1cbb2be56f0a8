//! What was answered to whom: sums for each format and model.
//!
//! It must not know how counts are told. Invariants: tokens are entered when the answer that tells
//! them is sent, and only as that format tells them, so that a ledger can be compared with the sums;
//! memory is bounded in models.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::format::Format;
use crate::reply::Counts;

/// Most accounts; requests for further models share one.
const MOST: usize = 1024;

/// The model of the account that is shared.
const OTHERS: &str = "(others)";

/// Accounts, by format and model.
#[derive(Default)]
pub(crate) struct Accounts(Mutex<BTreeMap<(Format, String), Sums>>);

/// Sums of one account.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    requests: u64,
    settled: u64,
    counts: Counts,
}

/// Counts that will be entered when they are sent.
pub(crate) struct Settlement {
    accounts: Arc<Accounts>,
    format: Format,
    model: String,
    counts: Counts,
}

// === impl Accounts ===

impl Accounts {
    /// Notes a request that was understood, whatever comes of it.
    pub(crate) fn request(&self, format: Format, model: &str) {
        self.with(format, model, |sums| sums.requests += 1);
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    pub(crate) fn to_json(&self) -> Value {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = accounts.iter().map(|((format, model), sums)| {
            json!({
                "format": format.name(),
                "model": model,
                "requests": sums.requests,
                "settled": sums.settled,
                "input_tokens": sums.counts.input,
                "cache_read_tokens": sums.counts.cache_read,
                "cache_write_tokens": sums.counts.cache_write,
                "output_tokens": sums.counts.output,
                "reasoning_tokens": sums.counts.reasoning,
            })
        });
        shown.collect()
    }

    fn with(&self, format: Format, model: &str, change: impl FnOnce(&mut Sums)) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (format, model.to_owned());
        if accounts.len() >= MOST && !accounts.contains_key(&key) {
            change(accounts.entry((format, OTHERS.to_owned())).or_default());
        } else {
            change(accounts.entry(key).or_default());
        }
    }
}

// === impl Settlement ===

impl Settlement {
    pub(crate) fn new(
        accounts: &Arc<Accounts>,
        format: Format,
        model: &str,
        counts: Counts,
    ) -> Self {
        Self {
            accounts: Arc::clone(accounts),
            format,
            model: model.to_owned(),
            counts: told(format, counts),
        }
    }

    pub(crate) fn enter(self) {
        self.accounts.with(self.format, &self.model, |sums| {
            sums.settled += 1;
            let (all, one) = (&mut sums.counts, self.counts);
            all.input += one.input;
            all.cache_read += one.cache_read;
            all.cache_write += one.cache_write;
            all.output += one.output;
            all.reasoning += one.reasoning;
        });
    }
}

/// What is left of the counts in a format that has no place for some of them.
fn told(format: Format, counts: Counts) -> Counts {
    match format {
        Format::Chat
        | Format::Responses
        | Format::Messages
        | Format::Beyond
        | Format::BeyondBedrock
        | Format::BeyondGoogle
        | Format::Rerank
        | Format::Invoke => counts,
        Format::Embeddings => Counts {
            input: counts.input,
            ..Counts::default()
        },
        Format::Converse => Counts {
            reasoning: 0,
            ..counts
        },
        Format::GenerateContent => Counts {
            cache_write: 0,
            ..counts
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Accounts, MOST, OTHERS, Settlement};
    use crate::format::Format;
    use crate::reply::Counts;

    #[test]
    fn sums_are_what_was_told() {
        let accounts = Arc::new(Accounts::default());
        let counts = Counts {
            input: 8,
            cache_read: 4,
            cache_write: 2,
            output: 5,
            reasoning: 3,
        };
        for format in [Format::Chat, Format::Converse, Format::GenerateContent] {
            for _ in 0..2 {
                accounts.request(format, "m");
                Settlement::new(&accounts, format, "m", counts).enter();
            }
        }
        accounts.request(Format::Chat, "m");
        let shown = accounts.to_json();
        assert_eq!(
            (&shown[0]["requests"], &shown[0]["settled"]),
            (&3.into(), &2.into())
        );
        assert_eq!(shown[0]["input_tokens"], 16);
        assert_eq!(shown[0]["reasoning_tokens"], 6);
        assert_eq!(shown[1]["format"], "converse");
        assert_eq!(shown[1]["reasoning_tokens"], 0);
        assert_eq!(shown[2]["cache_write_tokens"], 0);
        accounts.clear();
        assert_eq!(accounts.to_json(), serde_json::json!([]));
    }

    #[test]
    fn models_are_bounded() {
        let accounts = Accounts::default();
        for number in 0..MOST + 5 {
            accounts.request(Format::Chat, &format!("m{number}"));
        }
        let shown = accounts.to_json();
        let shown = shown.as_array().expect("accounts");
        assert_eq!(shown.len(), MOST + 1);
        assert!(
            shown
                .iter()
                .any(|one| one["model"] == OTHERS && one["requests"] == 5)
        );
    }
}
