//! What is told of one request to a model: who, which model, what it took, what it cost (llm.md 5.2, 5.4).
//!
//! Owns one record per request, as plain values. Must not hold prompt text or secrets, nor know where records go.
//! Invariant: what nobody told is absent, and what was estimated says so; a record without a price is unpriced, never
//! free.

use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

use crate::budget::{Charged, Notice};
use crate::price::{Quote, Tokens};

mod cache;
mod count;
mod fields;
mod replaced;

pub use cache::{CacheStatus, CacheUse, Saved};
pub use count::{Extent, Guess, Told};
pub use fields::{Part, Value, parts};
pub use replaced::{Attempted, Replaced};

/// One request, whether it was answered or not. Attempts are parts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRecord {
    /// The proxy's own id of the request.
    pub request_id: Arc<str>,
    /// When it came, in Unix time.
    pub at: Duration,
    /// What was asked, and where.
    pub call: Call,
    /// Whose it was.
    pub caller: Caller,
    /// Which model.
    pub model: ModelUse,
    /// What came back.
    pub answer: Answer,
    /// What it took.
    pub usage: Usage,
    /// What that cost, and the catalogue that told; or why that is not known.
    pub quote: Quote,
    /// Attempts before the answer that took something too. They are in no other field.
    pub replaced: Vec<Replaced>,
    /// What was counted in budgets.
    pub charged: Vec<Charged>,
    /// What budgets told although the request went on.
    pub notices: Vec<Notice>,
    /// What the cache of answers had to do with it, where there is one.
    pub cache: Option<CacheUse>,
    /// How it ended.
    pub ending: Ending,
    /// How long it took.
    pub timing: Timing,
}

/// What was asked, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `gen_ai.operation.name`.
    pub operation: &'static str,
    /// The client's format, where the operation has several.
    pub format: Option<&'static str>,
    /// `namespace/name` of the route.
    pub route: Arc<str>,
    /// Name of the backend.
    pub backend: Arc<str>,
    /// The client asked for a stream.
    pub is_streamed: bool,
}

/// Whose request it was: names and ids, never a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The id of the API key.
    pub key_id: Option<Arc<str>>,
    /// The user.
    pub user: Option<Arc<str>>,
    /// Who says so.
    pub user_source: UserSource,
    /// The team or tenant.
    pub team: Option<Arc<str>>,
}

/// Which model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUse {
    /// The provider that answered, or the one tried last, as telemetry names it.
    pub provider: Option<Arc<str>>,
    /// Its name in the backend.
    pub entry: Option<Arc<str>>,
    /// Its group there: 0 for the first; absent where no provider was asked.
    pub priority: Option<u64>,
    /// The format that it was asked in, where the operation has several.
    pub format: Option<&'static str>,
    /// The model that the client asked for.
    pub requested: Option<Arc<str>>,
    /// The model that the provider was asked for.
    pub sent: Option<Arc<str>>,
    /// The model that the answer names.
    pub answered: Option<Arc<str>>,
    /// How often a provider was tried.
    pub attempts: u32,
}

/// Who says whose a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UserSource {
    /// Something that was verified.
    Verified,
    /// An expression of a policy, which knows whether what it reads can be trusted.
    Policy,
    /// A header, which whoever stands in front has to guard.
    Header,
    /// The body: the client's own word.
    #[default]
    Body,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The provider's id of it.
    pub id: Option<Arc<str>>,
    /// The tier that served it, as OpenAI's formats name it.
    pub service_tier: Option<Arc<str>>,
    /// The tier by whose price it is charged, where that is not the usual one: its name in small letters.
    pub price_tier: Option<Arc<str>>,
    /// Why generation ended, in the order of the choices. Most answers have one.
    pub finish_reasons: SmallVec<[&'static str; 1]>,
    /// The status that the client got.
    pub status: u16,
    /// `error.type`: a reason of the proxy's, or a status. Of few.
    pub error: Option<Arc<str>>,
}

/// What a request took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens, with the cached and the reasoning ones; absent where nobody told and nobody estimated.
    pub tokens: Option<Tokens>,
    /// Who told.
    pub source: Source,
    /// The provider's usage object as it wrote it.
    pub raw: Option<Arc<str>>,
}

/// Who told the tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// The provider.
    Provider,
    /// Nobody: they were estimated, in whole or in part (llm.md U-3).
    Estimate,
    /// Nobody, and they were not estimated.
    #[default]
    Unknown,
    /// They are those of an earlier answer, which a cache gave again: they were not billed now.
    Cache,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// With a whole answer.
    Complete,
    /// With an error of the provider, before or in its answer.
    Failed,
    /// The answer was cut off.
    Truncated,
    /// The client went away.
    ClientGone,
    /// A limit, a budget or another policy refused it.
    Refused,
}

/// How long a request took, from its receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// To the first part of the answer with content; for streams only.
    pub first_token: Option<Duration>,
    /// To the end.
    pub total: Duration,
}

// === impl UsageRecord ===

impl UsageRecord {
    /// Whether its cost is known: what a record says as `priced` or `unpriced`.
    #[must_use]
    pub fn is_priced(&self) -> bool {
        self.quote.total().is_some()
    }

    /// Time between two tokens of a streamed answer: `gen_ai.server.time_per_output_token` (llm.md M-1).
    #[must_use]
    pub fn time_per_output_token(&self) -> Option<Duration> {
        self.timing.per_output_token(self.usage.tokens?.output)
    }
}

// === impl Ending ===

impl Ending {
    /// As records write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Truncated => "truncated",
            Self::ClientGone => "client_gone",
            Self::Refused => "refused",
        }
    }
}

// === impl Source ===

impl Source {
    /// As records write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Estimate => "estimate",
            Self::Unknown => "unknown",
            Self::Cache => "cache",
        }
    }
}

// === impl UserSource ===

impl UserSource {
    /// As records write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Policy => "policy",
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

// === impl Timing ===

impl Timing {
    /// Time between two tokens of an answer of so many. The first token has no time before it that would be between
    /// tokens, so one token less than there are counts, and a single one has none.
    #[must_use]
    pub fn per_output_token(&self, output: u64) -> Option<Duration> {
        let first = self.first_token?;
        let between = output.checked_sub(1).filter(|between| *between > 0)?;
        let nanos = self.total.checked_sub(first)?.as_nanos() / u128::from(between);
        u64::try_from(nanos).ok().map(Duration::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Call, Caller, Ending, ModelUse, Source, Timing, Usage, UsageRecord};
    use crate::price::{Catalog, ModelNames, Status, Tokens, quote, read};
    use std::time::Duration;

    /// D-22: n tokens have n - 1 times between them.
    #[track_caller]
    fn check(first: Option<u64>, total: u64, output: u64, expected: Option<u64>) {
        let timing = Timing {
            first_token: first.map(Duration::from_millis),
            total: Duration::from_millis(total),
        };
        let expected = expected.map(Duration::from_millis);
        assert_eq!(timing.per_output_token(output), expected);
    }

    #[test]
    fn the_first_token_is_not_between_tokens() {
        check(Some(500), 1500, 11, Some(100));
        check(Some(500), 1500, 2, Some(1000));
        check(Some(500), 1500, 1, None);
        check(Some(500), 1500, 0, None);
        check(Some(500), 500, 11, Some(0));
        check(Some(600), 500, 11, None);
        check(None, 1500, 11, None);
    }

    /// Prices of one model.
    pub(super) fn catalog() -> Catalog {
        let json = r#"{"providers":{"openai":{"models":{"gpt-4o":{"rates":{"input":"2.5","output":"10"}}}}}}"#;
        Catalog::new("c1", [read(json).expect("document")])
    }

    pub(super) fn record(catalog: Option<&Catalog>, tokens: Option<Tokens>) -> UsageRecord {
        let names = ModelNames {
            provider: "openai",
            response: Some("gpt-4o-2024-08-06"),
            request: "gpt-4o-2024-08-06",
            tier: None,
        };
        UsageRecord {
            request_id: "1".into(),
            at: Duration::ZERO,
            call: Call {
                operation: "chat",
                format: None,
                route: "a/b".into(),
                backend: "backend/a/b".into(),
                is_streamed: false,
            },
            answer: Answer::default(),
            caller: Caller::default(),
            model: ModelUse {
                provider: Some("openai".into()),
                entry: None,
                priority: None,
                format: None,
                requested: Some("smart".into()),
                sent: Some("gpt-4o-2024-08-06".into()),
                answered: Some("gpt-4o-2024-08-06".into()),
                attempts: 1,
            },
            usage: Usage {
                tokens,
                source: Source::Provider,
                raw: Some(r#"{"prompt_tokens":1000}"#.into()),
            },
            quote: quote(catalog, &names, tokens.as_ref()),
            replaced: Vec::new(),
            charged: Vec::new(),
            notices: Vec::new(),
            cache: None,
            ending: Ending::Complete,
            timing: Timing::default(),
        }
    }

    #[test]
    fn a_record_is_priced_or_says_why_not() {
        let tokens = Tokens {
            input: 1000,
            output: 10,
            ..Tokens::default()
        };
        let catalog = catalog();
        let priced = record(Some(&catalog), Some(tokens));
        assert!(priced.is_priced());
        assert_eq!(priced.quote.status(), Status::Alias);
        assert_eq!(priced.quote.version().map(|version| &**version), Some("c1"));
        assert_eq!(priced.quote.total().expect("priced").to_string(), "0.0026");
        assert_eq!(priced.time_per_output_token(), None);
        for unpriced in [record(None, Some(tokens)), record(Some(&catalog), None)] {
            assert!(!unpriced.is_priced());
            assert_eq!(unpriced.quote.total(), None);
        }
    }
}
