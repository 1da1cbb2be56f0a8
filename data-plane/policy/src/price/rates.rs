//! What a model costs, and what an answer cost at these rates (llm.md B-1, B-3).
//!
//! Owns which rate stands in for one that is not given, and the choice of a tier. Must not know where rates come
//! from. Invariant: tokens for which no rate is known have no cost, rather than the cost zero; a price of zero is
//! one that somebody wrote.

use super::money::{Money, Rate};

/// Tokens of one answer, as they are billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokens {
    /// Prompt, with what was read from or written to the provider's cache, and with audio.
    pub input: u64,
    /// The part of `input` that was read from the provider's cache.
    pub cache_read: u64,
    /// The part of `input` that was written to the provider's cache.
    pub cache_write: u64,
    /// The part of `cache_write` that is kept for an hour.
    pub cache_write_1h: u64,
    /// The part of `input` that was audio.
    pub input_audio: u64,
    /// What was generated, with reasoning and with audio.
    pub output: u64,
    /// The part of `output` that was reasoning.
    pub reasoning: u64,
    /// The part of `output` that was audio.
    pub output_audio: u64,
}

/// USD per million tokens by what the tokens were; absent where nobody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Prompt.
    pub input: Option<Rate>,
    /// Generated.
    pub output: Option<Rate>,
    /// Read from the provider's cache; otherwise `input`.
    pub cache_read: Option<Rate>,
    /// Written to the provider's cache; otherwise `input`.
    pub cache_write: Option<Rate>,
    /// Written to the provider's cache for an hour; otherwise `cache_write`.
    pub cache_write_1h: Option<Rate>,
    /// Reasoning; otherwise `output`.
    pub reasoning: Option<Rate>,
    /// Audio in; otherwise `input`.
    pub input_audio: Option<Rate>,
    /// Audio out; otherwise `output`.
    pub output_audio: Option<Rate>,
    /// USD per request, on top.
    pub per_request: Option<Rate>,
}

/// Rates of long prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The prompt must have more tokens than that, cached ones included.
    pub context_over: u64,
    /// Rates of the whole request; those not given are the model's.
    pub rates: Rates,
}

/// Rates of a tier of service; those that it does not give are those that the model has without it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceTier {
    /// What it costs.
    pub rates: Rates,
    /// What it costs where the prompt is long.
    pub tiers: Vec<Tier>,
}

/// What an answer cost, by what the tokens were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Prompt that is neither cached nor audio.
    pub input: Money,
    /// Read from the provider's cache.
    pub cache_read: Money,
    /// Written to the provider's cache.
    pub cache_write: Money,
    /// Audio in.
    pub input_audio: Money,
    /// Generated that is neither reasoning nor audio.
    pub output: Money,
    /// Reasoning.
    pub reasoning: Money,
    /// Audio out.
    pub output_audio: Money,
    /// The request itself.
    pub request: Money,
}

/// What tokens were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Prompt that is neither cached nor audio.
    Input,
    /// Read from the provider's cache.
    CacheRead,
    /// Written to the provider's cache, for its usual time.
    CacheWrite,
    /// Written to the provider's cache for an hour.
    CacheWrite1h,
    /// Audio in.
    InputAudio,
    /// Generated that is neither reasoning nor audio.
    Output,
    /// Reasoning.
    Reasoning,
    /// Audio out.
    OutputAudio,
}

// === impl Tokens ===

impl Tokens {
    /// Input and output.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// Both together, kind by kind.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            cache_write_1h: self.cache_write_1h.saturating_add(other.cache_write_1h),
            input_audio: self.input_audio.saturating_add(other.input_audio),
            output: self.output.saturating_add(other.output),
            reasoning: self.reasoning.saturating_add(other.reasoning),
            output_audio: self.output_audio.saturating_add(other.output_audio),
        }
    }

    /// How many were of a kind. Each token is of one kind; where a provider's parts exceed their whole, the rest is none.
    const fn of(&self, kind: TokenKind) -> u64 {
        match kind {
            TokenKind::Input => self
                .input
                .saturating_sub(self.cache_read)
                .saturating_sub(self.cache_write)
                .saturating_sub(self.input_audio),
            TokenKind::CacheRead => self.cache_read,
            TokenKind::CacheWrite => self.cache_write.saturating_sub(self.cache_write_1h),
            TokenKind::CacheWrite1h => self.cache_write_1h,
            TokenKind::InputAudio => self.input_audio,
            TokenKind::Output => self
                .output
                .saturating_sub(self.reasoning)
                .saturating_sub(self.output_audio),
            TokenKind::Reasoning => self.reasoning,
            TokenKind::OutputAudio => self.output_audio,
        }
    }
}

// === impl Rates ===

impl Rates {
    /// These rates, with those of `over` in their place where it gives any.
    #[must_use]
    pub fn overlaid(&self, over: &Self) -> Self {
        Self {
            input: over.input.or(self.input),
            output: over.output.or(self.output),
            cache_read: over.cache_read.or(self.cache_read),
            cache_write: over.cache_write.or(self.cache_write),
            cache_write_1h: over.cache_write_1h.or(self.cache_write_1h),
            reasoning: over.reasoning.or(self.reasoning),
            input_audio: over.input_audio.or(self.input_audio),
            output_audio: over.output_audio.or(self.output_audio),
            per_request: over.per_request.or(self.per_request),
        }
    }

    /// Only the request has a price, whatever it takes.
    #[must_use]
    pub fn is_per_request(&self) -> bool {
        let rates = [
            self.input,
            self.output,
            self.cache_read,
            self.cache_write,
            self.cache_write_1h,
            self.reasoning,
            self.input_audio,
            self.output_audio,
        ];
        let mut given = rates.into_iter().flatten();
        self.per_request.is_some() && given.all(|rate| rate.of(1_000_000) == Money::ZERO)
    }

    /// Nobody gave a rate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The rates of a prompt of so many tokens: those of the highest tier that it exceeds.
    #[must_use]
    pub fn at(&self, tiers: &[Tier], context: u64) -> Self {
        tiers
            .iter()
            .filter(|tier| context > tier.context_over)
            .max_by_key(|tier| tier.context_over)
            .map_or(*self, |tier| self.overlaid(&tier.rates))
    }

    /// The rate that holds for a kind of token.
    #[must_use]
    pub fn rate(&self, kind: TokenKind) -> Option<Rate> {
        match kind {
            TokenKind::Input => self.input,
            TokenKind::CacheRead => self.cache_read.or(self.input),
            TokenKind::CacheWrite => self.cache_write.or(self.input),
            TokenKind::CacheWrite1h => self.cache_write_1h.or(self.cache_write).or(self.input),
            TokenKind::InputAudio => self.input_audio.or(self.input),
            TokenKind::Output => self.output,
            TokenKind::Reasoning => self.reasoning.or(self.output),
            TokenKind::OutputAudio => self.output_audio.or(self.output),
        }
    }

    /// What `tokens` cost; the kind that has tokens and no rate where there is one.
    pub fn cost(&self, tokens: &Tokens) -> Result<Cost, TokenKind> {
        let line = |kind| match (tokens.of(kind), self.rate(kind)) {
            (0, _) => Ok(Money::ZERO),
            (count, Some(rate)) => Ok(rate.of(count)),
            (_, None) => Err(kind),
        };
        Ok(Cost {
            input: line(TokenKind::Input)?,
            cache_read: line(TokenKind::CacheRead)?,
            cache_write: line(TokenKind::CacheWrite)?.plus(line(TokenKind::CacheWrite1h)?),
            input_audio: line(TokenKind::InputAudio)?,
            output: line(TokenKind::Output)?,
            reasoning: line(TokenKind::Reasoning)?,
            output_audio: line(TokenKind::OutputAudio)?,
            request: self.per_request.map_or(Money::ZERO, Rate::of_one),
        })
    }
}

// === impl Cost ===

impl Cost {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Money {
        [
            self.input,
            self.cache_read,
            self.cache_write,
            self.input_audio,
            self.output,
            self.reasoning,
            self.output_audio,
            self.request,
        ]
        .into_iter()
        .sum()
    }
}
