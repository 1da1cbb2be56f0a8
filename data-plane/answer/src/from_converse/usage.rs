//! Token counts as Converse reports them (service model `TokenUsage`): the cached part of the prompt is beside the rest.
//!
//! Invariant: a count that is absent stays absent.

use serde::Deserialize;

use super::Lenient;
use crate::text::Json;
use crate::usage::Usage;

/// Longest raw usage object kept, in bytes.
const RAW_LIMIT: usize = 16 * 1024;

/// Counts in Bedrock's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    input: Option<u64>,
    output: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_1h: Option<u64>,
    tier: Option<String>,
    raw: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenUsage {
    #[serde(default)]
    input_tokens: Lenient<u64>,
    #[serde(default)]
    output_tokens: Lenient<u64>,
    #[serde(default)]
    cache_read_input_tokens: Lenient<u64>,
    #[serde(default)]
    cache_write_input_tokens: Lenient<u64>,
    /// What was written, by how long it is kept.
    #[serde(default)]
    cache_details: Lenient<Vec<Lenient<CacheDetail>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CacheDetail {
    ttl: String,
    input_tokens: u64,
}

// === impl Counts ===

impl Counts {
    /// `None` where there is no count; `tier` is told beside them.
    pub(super) fn read(raw: Json<'_>, tier: Option<String>) -> Option<Self> {
        let usage: TokenUsage = raw.read().ok()?;
        let counts = Self {
            input: usage.input_tokens.0,
            output: usage.output_tokens.0,
            cache_read: usage.cache_read_input_tokens.0,
            cache_write: usage.cache_write_input_tokens.0,
            cache_write_1h: hourly(usage.cache_details),
            tier: None,
            raw: None,
        };
        if counts == Self::default() {
            return None;
        }
        Some(Self {
            tier,
            raw: (raw.get().len() <= RAW_LIMIT).then(|| raw.get().to_owned()),
            ..counts
        })
    }

    /// What `later` says overrules; what it leaves out stays.
    pub(super) fn updated(self, later: Self) -> Self {
        Self {
            input: later.input.or(self.input),
            output: later.output.or(self.output),
            cache_read: later.cache_read.or(self.cache_read),
            cache_write: later.cache_write.or(self.cache_write),
            cache_write_1h: later.cache_write_1h.or(self.cache_write_1h),
            tier: later.tier.or(self.tier),
            raw: later.raw.or(self.raw),
        }
    }
}

/// Tokens that are kept for an hour; `None` where nothing is said of any.
fn hourly(details: Lenient<Vec<Lenient<CacheDetail>>>) -> Option<u64> {
    let details = details.0?.into_iter().filter_map(|detail| detail.0);
    let hourly = details.filter(|detail| detail.ttl == "1h");
    hourly
        .map(|detail| detail.input_tokens)
        .reduce(u64::saturating_add)
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let cached = counts
            .cache_read
            .unwrap_or_default()
            .saturating_add(counts.cache_write.unwrap_or_default());
        let input = counts.input.map(|input| input.saturating_add(cached));
        Self {
            input,
            output: counts.output,
            // Bedrock's own total is not the same with caches and without.
            total: input.and_then(|input| input.checked_add(counts.output?)),
            cache_read: counts.cache_read,
            cache_write: counts.cache_write,
            cache_write_1h: counts.cache_write_1h,
            tier: counts.tier,
            raw: counts.raw,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;
    use crate::text::Json;
    use crate::usage::Usage;

    /// `TokenUsage` and `CacheDetail` of the service model.
    #[test]
    fn what_is_kept_for_an_hour_is_told() {
        for (details, expected) in [
            ("null", None),
            ("7", None),
            ("[]", None),
            (r#"[{"ttl":"5m","inputTokens":4}]"#, None),
            (
                r#"[{"ttl":"5m","inputTokens":4},{"ttl":"1h","inputTokens":6},7]"#,
                Some(6),
            ),
        ] {
            let raw = format!(
                r#"{{"inputTokens":1,"outputTokens":2,"cacheWriteInputTokens":10,"cacheDetails":{details}}}"#
            );
            let raw = Json::object(&raw).expect("JSON");
            let usage: Usage = Counts::read(raw, None).expect("counts").into();
            assert_eq!(usage.cache_write_1h, expected, "{details}");
            assert_eq!((usage.input, usage.cache_write), (Some(11), Some(10)));
        }
    }
}
