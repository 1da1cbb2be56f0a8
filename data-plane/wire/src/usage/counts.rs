//! Token counts of an answer that passes as it is, whichever vendor's names they have.
//!
//! OpenAI's, old and new, Anthropic's, Google's, Cohere's `meta`, and those of Bedrock's model families and of its metrics of an
//! invocation (AWS: Amazon Bedrock User Guide, inference request parameters and response fields). It must not know events.
//! Invariant: counts come in parts, and one that is absent, null or zero never replaces one that is known (llm.md S-5).

use super::{RAW_LIMIT, Usage, audio, details, tier};
use crate::json;

/// The counts so far.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Tokens of the prompt, as its name has them: see `is_fresh`.
    input: Option<u64>,
    /// Anthropic's and AWS's input leaves out what was cached, OpenAI's and Google's does not.
    is_fresh: bool,
    output: Option<u64>,
    total: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_1h: Option<u64>,
    reasoning: Option<u64>,
    input_audio: Option<u64>,
    output_audio: Option<u64>,
    /// Nobody tells more where nothing is generated.
    is_input_only: bool,
    tier: Option<String>,
    raw: Option<String>,
}

/// What the head of an answer tells, as AWS has it: `input` leaves out what was cached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeadCounts {
    /// Tokens of the prompt.
    pub input: Option<u64>,
    /// Generated tokens.
    pub output: Option<u64>,
    /// Tokens that were read from the cache of prompts.
    pub cache_read: Option<u64>,
    /// Tokens that were written to it.
    pub cache_write: Option<u64>,
    /// The tier of service, where it is not the usual one.
    pub tier: Option<&'static str>,
}

/// Tiers of Bedrock besides `default`, and its latency besides `standard` (botocore, `bedrock-runtime`, `ServiceTierType` and
/// `PerformanceConfigLatency`).
const TIERS: [&str; 4] = ["priority", "flex", "reserved", "optimized"];

/// Where answers to InvokeModel tell them.
const TIER_HEADERS: [&str; 2] = [
    "x-amzn-bedrock-service-tier",
    "x-amzn-bedrock-performanceconfig-latency",
];

// === impl HeadCounts ===

impl HeadCounts {
    /// Bedrock's headers; `value` gives the text of one.
    #[must_use]
    pub fn read<'h>(value: impl Fn(&'static str) -> Option<&'h str>) -> Self {
        let count = |name| value(name).and_then(json::count);
        let [tier, latency] = TIER_HEADERS.map(|name| value(name).unwrap_or_default());
        Self {
            input: count("x-amzn-bedrock-input-token-count"),
            output: count("x-amzn-bedrock-output-token-count"),
            cache_read: count("x-amzn-bedrock-cache-read-input-token-count"),
            cache_write: count("x-amzn-bedrock-cache-write-input-token-count"),
            tier: TIERS
                .into_iter()
                .find(|known| [tier, latency].contains(known)),
        }
    }

    /// Tokens of the whole prompt.
    #[must_use]
    pub fn prompt(&self) -> Option<u64> {
        let cached = [self.cache_read, self.cache_write];
        let cached = cached.into_iter().flatten().fold(0, u64::saturating_add);
        Some(self.input?.saturating_add(cached))
    }
}

// === impl Counts ===

impl Counts {
    /// Takes in what the head tells.
    pub fn note_head(&mut self, head: HeadCounts) {
        self.note_tier(head.tier.map(str::to_owned));
        let counts = HeadCounts { tier: None, ..head };
        if counts == HeadCounts::default() {
            return;
        }
        self.is_fresh = true;
        self.is_input_only = head.output.is_none();
        merge(&mut self.input, head.input);
        merge(&mut self.output, head.output);
        merge(&mut self.cache_read, head.cache_read);
        merge(&mut self.cache_write, head.cache_write);
    }

    /// Takes in a count of the prompt that stands alone.
    pub fn note_input(&mut self, input: Option<u64>) {
        self.is_input_only |= input.is_some();
        merge(&mut self.input, input);
    }

    /// Takes in a count of what was generated that stands alone.
    pub fn note_output(&mut self, output: Option<u64>) {
        merge(&mut self.output, output);
    }

    /// Adds what Gemini counts apart.
    fn add_apart(&mut self, tools: Option<u64>, thoughts: Option<u64>) {
        let plus = |count: Option<u64>, more: u64| Some(count.unwrap_or(0).saturating_add(more));
        if let Some(tools) = tools {
            self.input = plus(self.input, tools);
        }
        if let Some(thoughts) = thoughts {
            self.output = plus(self.output, thoughts);
            self.reasoning = Some(thoughts);
        }
    }

    /// Takes in a tier of service that is not the usual one.
    fn note_tier(&mut self, tier: Option<String>) {
        self.tier = tier.or(self.tier.take());
    }

    /// Takes in an object of counts; whether it had one of tokens.
    pub fn merge(&mut self, raw: &str) -> bool {
        let mut new = Self::default();
        let (mut reads, mut billed) = (true, None);
        let [mut tools, mut thoughts] = [None; 2];
        let read = json::members(raw, |key, value| match key.as_ref() {
            "prompt_tokens" | "promptTokenCount" => new.input = json::count(value),
            "input_tokens" | "inputTokens" | "inputTokenCount" => {
                new.input = json::count(value);
                new.is_fresh = true;
            }
            "completion_tokens"
            | "output_tokens"
            | "candidatesTokenCount"
            | "outputTokens"
            | "outputTokenCount" => new.output = json::count(value),
            "total_tokens" | "totalTokenCount" | "totalTokens" => new.total = json::count(value),
            "cache_read_input_tokens"
            | "cacheReadInputTokens"
            | "cacheReadInputTokenCount"
            | "cachedContentTokenCount" => new.cache_read = json::count(value),
            "cache_creation_input_tokens"
            | "cacheWriteInputTokens"
            | "cacheWriteInputTokenCount" => new.cache_write = json::count(value),
            "cache_creation" => {
                [new.cache_write_1h] = details(value, ["ephemeral_1h_input_tokens"]);
            }
            "prompt_tokens_details" | "input_tokens_details" => {
                let [cached] = details(value, ["cached_tokens"]);
                if cached.is_some() {
                    (new.cache_read, reads) = (cached, false);
                }
            }
            "completion_tokens_details" | "output_tokens_details" => {
                let [reasoning, thinking] = details(value, ["reasoning_tokens", "thinking_tokens"]);
                new.reasoning = reasoning.or(thinking);
            }
            // Gemini's neighbours of the prompt's and the answer's count, not in them.
            "toolUsePromptTokenCount" => tools = json::count(value),
            "thoughtsTokenCount" => thoughts = json::count(value),
            "promptTokensDetails" => new.input_audio = audio(value),
            "candidatesTokensDetails" => new.output_audio = audio(value),
            // Of a fast answer Anthropic tells the usual tier beside it.
            "service_tier" | "serviceTier" | "speed" | "trafficType" => {
                new.tier = tier(value).or(new.tier.take());
            }
            "billed_units" => billed = Some(details(value, ["input_tokens", "output_tokens"])),
            _ => (),
        });
        new.add_apart(tools, thoughts);
        // OpenAI's newer names are Anthropic's, with what was cached inside.
        new.is_fresh &= reads;
        if let Some(billed) = billed {
            [new.input, new.output] = billed;
        }
        let is_counted = new.input.is_some() || new.output.is_some() || new.total.is_some();
        if read.is_err() || !is_counted {
            return false;
        }
        self.take(new);
        self.raw = (raw.len() <= RAW_LIMIT).then(|| raw.to_owned());
        true
    }

    fn take(&mut self, new: Self) {
        if new.input.is_some() {
            self.is_fresh = new.is_fresh;
        }
        if new.input.is_some_and(|input| input > 0) || new.output.is_some_and(|output| output > 0) {
            // A total is that of its own object.
            self.total = None;
        }
        merge(&mut self.input, new.input);
        merge(&mut self.output, new.output);
        merge(&mut self.total, new.total);
        merge(&mut self.cache_read, new.cache_read);
        merge(&mut self.cache_write, new.cache_write);
        merge(&mut self.cache_write_1h, new.cache_write_1h);
        merge(&mut self.reasoning, new.reasoning);
        merge(&mut self.input_audio, new.input_audio);
        merge(&mut self.output_audio, new.output_audio);
        self.tier = new.tier.or(self.tier.take());
        self.is_input_only = false;
    }

    /// What is known now; `None` where nothing was told.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        if self.input.is_none() && self.output.is_none() && self.total.is_none() {
            return None;
        }
        let cached = [self.cache_read, self.cache_write].into_iter().flatten();
        let besides = match self.is_fresh {
            true => cached.fold(0, u64::saturating_add),
            false => 0,
        };
        let input = self.input.map(|input| input.saturating_add(besides));
        let is_all = self.is_input_only && self.output.is_none();
        Some(Usage {
            input,
            output: self.output,
            total: self.total.or(input.filter(|_| is_all)),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            cache_write_1h: self.cache_write_1h,
            reasoning: self.reasoning,
            input_audio: self.input_audio,
            output_audio: self.output_audio,
            tier: self.tier.clone(),
            raw: self.raw.clone(),
        })
    }
}

fn merge(known: &mut Option<u64>, new: Option<u64>) {
    if let Some(new) = new
        && (new > 0 || known.is_none())
    {
        *known = Some(new);
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, HeadCounts};

    /// Input, output, and what was read from and written to a cache.
    type Seen = [Option<u64>; 4];

    fn seen(counts: &Counts) -> Seen {
        let usage = counts.usage().unwrap_or_default();
        [
            usage.input,
            usage.output,
            usage.cache_read,
            usage.cache_write,
        ]
    }

    #[track_caller]
    fn check(objects: &[&str], expected: Seen) {
        let mut counts = Counts::default();
        for object in objects {
            counts.merge(object);
        }
        assert_eq!(seen(&counts), expected, "{objects:?}");
    }

    #[test]
    fn an_hours_cache_and_audio_are_parts() {
        let mut counts = Counts::default();
        counts.merge(
            r#"{"input_tokens":1,"output_tokens":1,"cache_creation_input_tokens":9,
                "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5}}"#,
        );
        let usage = counts.usage().expect("usage");
        let parts = (usage.input, usage.cache_write, usage.cache_write_1h);
        assert_eq!(parts, (Some(10), Some(9), Some(5)));
        let mut counts = Counts::default();
        counts.merge(
            r#"{"promptTokenCount":9,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":4}],
                "candidatesTokenCount":2,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":2}]}"#,
        );
        let usage = counts.usage().expect("usage");
        assert_eq!((usage.input_audio, usage.output_audio), (Some(4), Some(2)));
    }

    #[test]
    fn gemini_counts_thoughts_and_tools_apart() {
        let mut counts = Counts::default();
        counts.merge(
            r#"{"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":900,
                "toolUsePromptTokenCount":40,"totalTokenCount":955}"#,
        );
        let usage = counts.usage().expect("usage");
        let parts = (usage.input, usage.output, usage.reasoning, usage.total);
        assert_eq!(parts, (Some(50), Some(905), Some(900), Some(955)));
    }

    #[test]
    fn each_family_has_its_own_names() {
        for (object, expected) in [
            (
                r#"{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation_input_tokens":4,"output_tokens":9}"#,
                [Some(7), Some(9), Some(2), Some(4)],
            ),
            (
                r#"{"inputTokens":1,"outputTokens":9,"totalTokens":16,"cacheReadInputTokenCount":2,"cacheWriteInputTokenCount":4}"#,
                [Some(7), Some(9), Some(2), Some(4)],
            ),
            (
                r#"{"inputTokenCount":1,"outputTokenCount":9,"cacheReadInputTokenCount":2,"cacheWriteInputTokenCount":4,"invocationLatency":3037}"#,
                [Some(7), Some(9), Some(2), Some(4)],
            ),
            (
                r#"{"prompt_tokens":7,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":2}}"#,
                [Some(7), Some(9), Some(2), None],
            ),
            // What a compatible server repeats in Anthropic's way is in its prompt's tokens.
            (
                r#"{"prompt_tokens":7,"completion_tokens":9,"cache_read_input_tokens":2}"#,
                [Some(7), Some(9), Some(2), None],
            ),
            (
                r#"{"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":9}"#,
                [Some(7), Some(9), Some(2), None],
            ),
            (
                r#"{"billed_units":{"input_tokens":3,"output_tokens":4},"tokens":{"input_tokens":70}}"#,
                [Some(3), Some(4), None, None],
            ),
        ] {
            check(&[object], expected);
        }
    }

    #[test]
    fn the_tier_is_told_once_and_stays() {
        for (objects, expected) in [
            (
                [
                    r#"{"input_tokens":1,"service_tier":"priority"}"#,
                    r#"{"output_tokens":2}"#,
                ],
                Some("priority"),
            ),
            (
                [
                    r#"{"input_tokens":1,"speed":"fast","service_tier":"standard"}"#,
                    r#"{"output_tokens":2}"#,
                ],
                Some("fast"),
            ),
            (
                [
                    r#"{"promptTokenCount":1}"#,
                    r#"{"candidatesTokenCount":2,"trafficType":"ON_DEMAND_FLEX"}"#,
                ],
                Some("flex"),
            ),
            (
                [r#"{"input_tokens":1,"service_tier":"standard"}"#, "null"],
                None,
            ),
        ] {
            let mut counts = Counts::default();
            for object in objects {
                counts.merge(object);
            }
            let usage = counts.usage().expect("counts");
            assert_eq!(usage.tier.as_deref(), expected, "{objects:?}");
        }
    }

    #[test]
    fn parts_add_up_and_take_nothing_away() {
        let start = r#"{"input_tokens":3,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":1}"#;
        let all = [Some(123), Some(15), Some(100), Some(20)];
        check(&[start, r#"{"output_tokens":15}"#], all);
        check(&[start, r#"{"input_tokens":0,"output_tokens":15}"#], all);
        let metrics = r#"{"inputTokenCount":3,"outputTokenCount":15}"#;
        check(&[start, r#"{"output_tokens":15}"#, metrics], all);
        check(&[start, "null", "[]", r#"{"output_tokens":null}"#], {
            [Some(123), Some(1), Some(100), Some(20)]
        });
        let chat = r#"{"prompt_tokens":7,"completion_tokens":9,"total_tokens":16}"#;
        check(
            &[chat, r#"{"inputTokenCount":7,"outputTokenCount":9}"#],
            [Some(7), Some(9), None, None],
        );
    }

    #[test]
    fn a_total_is_that_of_its_own_object() {
        let mut counts = Counts::default();
        counts.merge(r#"{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}"#);
        counts.merge(r#"{"prompt_tokens":7,"completion_tokens":9}"#);
        assert_eq!(counts.usage().and_then(|usage| usage.total()), Some(16));
    }

    #[test]
    fn a_head_tells_four_counts() {
        let head = |name: &'static str| match name {
            "x-amzn-bedrock-input-token-count" => Some("3"),
            "x-amzn-bedrock-output-token-count" => Some("15"),
            "x-amzn-bedrock-cache-read-input-token-count" => Some("100"),
            "x-amzn-bedrock-cache-write-input-token-count" => Some("0"),
            "x-amzn-bedrock-service-tier" => Some("flex"),
            _ => None,
        };
        let head = HeadCounts::read(head);
        assert_eq!(head.prompt(), Some(103));
        let mut counts = Counts::default();
        counts.note_head(head);
        assert_eq!(seen(&counts), [Some(103), Some(15), Some(100), Some(0)]);
        assert_eq!(
            counts.usage().and_then(|usage| usage.tier).as_deref(),
            Some("flex")
        );
        let none = HeadCounts::read(|_| None);
        assert_eq!((none, none.prompt()), (HeadCounts::default(), None));
    }

    #[test]
    fn a_head_tells_a_latency_too() {
        let head = |name: &'static str| match name {
            "x-amzn-bedrock-service-tier" => Some("default"),
            "x-amzn-bedrock-performanceconfig-latency" => Some("optimized"),
            _ => None,
        };
        assert_eq!(HeadCounts::read(head).tier, Some("optimized"));
    }

    #[test]
    fn a_prompt_alone_is_all() {
        let mut counts = Counts::default();
        counts.note_input(Some(6));
        assert_eq!(counts.usage().and_then(|usage| usage.total), Some(6));
        counts.note_output(Some(4));
        let usage = counts.usage().expect("counts");
        assert_eq!((usage.total, usage.total()), (None, Some(10)));
    }
}
