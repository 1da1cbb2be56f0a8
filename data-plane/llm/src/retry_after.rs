//! How long a provider asks to be left alone, from the headers and body of its answer (llm.md ).
//!
//! It must not know clocks (the caller tells the time), evictions or what a default is: nothing said is `None`. Header names
//! are in lower case. Invariant: what a provider says is capped, so that none can put itself out of service for long.

mod time;

pub use time::rfc3339;

use std::time::Duration;

use crate::error::ProviderError;

/// The longest time that is believed.
const CAP: Duration = Duration::from_mins(15);

/// The longest time that is believed of a quota that is counted by the day.
const DAILY_CAP: Duration = Duration::from_hours(1);

/// `x-ratelimit-reset` below it is a number of seconds, from it on a time: thirty days.
const LONGEST_DELAY: f64 = 30.0 * 86_400.0;

/// More seconds than any date in a header has.
const LONGEST: f64 = 1e12;

/// A time above it is in milliseconds: as seconds it would be the year 5138.
const SECONDS_LIMIT: f64 = 1e11;

/// The time to wait before the provider is asked again; zero where it says that the time is over.
///
/// `status` is that of the error, which may stand inside a success; Google tells the time in the `error`. The most exact of what is
/// said counts: `retry-after-ms`, `retry-after`, Google's `RetryInfo`, then the resets of rate limits: of those which are used up,
/// where that is said, otherwise the first of all if the error is one of limits. Each answer tells when limits are reset, so of any
/// other error that says nothing.
#[must_use]
pub fn retry_after<'a>(
    status: u16,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    error: &ProviderError,
    now: Duration,
) -> Option<Duration> {
    let said = Said::read(headers, now);
    let daily = said.limits.iter().any(|limit| {
        limit.is_daily && limit.is_used_up && limit.reset.is_none_or(|reset| reset > CAP)
    });
    let cap = |wait: Duration| wait.min(if daily { DAILY_CAP } else { CAP });
    let plain = said.retry_after_ms.or(said.retry_after);
    let plain = plain.or_else(|| retry_delay(error)).map(cap);
    let used_up = || said.used_up_until();
    match status {
        429 => plain.or_else(used_up).or_else(|| said.first_reset()),
        _ => plain.or_else(|| used_up().filter(|wait| !wait.is_zero())),
    }
}

/// A limit is used up although the answer may be a success: until when. Zero is never told, for then it is over.
#[must_use]
pub fn exhausted_for<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    now: Duration,
) -> Option<Duration> {
    let said = Said::read(headers, now);
    said.used_up_until().filter(|wait| !wait.is_zero())
}

/// What the headers say.
#[derive(Debug, Default)]
struct Said<'a> {
    retry_after_ms: Option<Duration>,
    retry_after: Option<Duration>,
    limits: Vec<Limit<'a>>,
}

/// One of the provider's rate limits.
#[derive(Debug)]
struct Limit<'a> {
    name: LimitName<'a>,
    is_daily: bool,
    is_used_up: bool,
    reset: Option<Duration>,
}

/// The vendor's prefix and what is counted, such as `tokens`.
type LimitName<'a> = (Family, &'a str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// `x-ratelimit-reset-requests`, `x-ratelimit-remaining-requests`: OpenAI and who follows it.
    OpenAi,
    /// `anthropic-ratelimit-requests-reset`, `anthropic-ratelimit-requests-remaining`.
    Anthropic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Remaining,
    Reset,
}

// === impl Said ===

impl<'a> Said<'a> {
    fn read(headers: impl IntoIterator<Item = (&'a str, &'a str)>, now: Duration) -> Self {
        let mut said = Self::default();
        for (name, value) in headers {
            let value = value.trim();
            match name {
                "retry-after-ms" => {
                    said.retry_after_ms = number(value).and_then(|ms| seconds(ms / 1000.0));
                }
                "retry-after" => {
                    said.retry_after = number(value)
                        .and_then(seconds)
                        .or_else(|| Some(time::http_date(value)?.saturating_sub(now)));
                }
                _ => {
                    if let Some((limit, part)) = Part::of(name) {
                        said.note(limit, part, value, now);
                    }
                }
            }
        }
        said
    }

    fn note(&mut self, name: LimitName<'a>, part: Part, value: &str, now: Duration) {
        let known = self.limits.iter().position(|limit| limit.name == name);
        let known = known.unwrap_or_else(|| {
            self.limits.push(Limit {
                name,
                is_daily: name.1.split('-').any(|word| word == "day"),
                is_used_up: false,
                reset: None,
            });
            self.limits.len() - 1
        });
        let Some(limit) = self.limits.get_mut(known) else {
            return;
        };
        match part {
            Part::Remaining => limit.is_used_up = is_zero(value),
            Part::Reset => limit.reset = reset(value, now),
        }
    }

    fn used_up_until(&self) -> Option<Duration> {
        let used_up = self.limits.iter().filter(|limit| limit.is_used_up);
        used_up.filter_map(Limit::believed_reset).min()
    }

    fn first_reset(&self) -> Option<Duration> {
        self.limits.iter().filter_map(Limit::believed_reset).min()
    }
}

// === impl Limit ===

impl Limit<'_> {
    fn believed_reset(&self) -> Option<Duration> {
        let cap = if self.is_daily { DAILY_CAP } else { CAP };
        Some(self.reset?.min(cap))
    }
}

// === impl Part ===

impl Part {
    /// The limit of which a header tells something, and what.
    fn of(name: &str) -> Option<(LimitName<'_>, Self)> {
        if let Some(rest) = name.strip_prefix("x-ratelimit-") {
            let (part, rest) = match rest.strip_prefix("reset") {
                Some(rest) => (Self::Reset, rest),
                None => (Self::Remaining, rest.strip_prefix("remaining")?),
            };
            let counted = match rest {
                "" => "",
                rest => rest.strip_prefix('-')?,
            };
            return Some(((Family::OpenAi, counted), part));
        }
        let rest = name.strip_prefix("anthropic-")?;
        let (counted, part) = rest.rsplit_once('-')?;
        let part = match part {
            "reset" => Self::Reset,
            "remaining" => Self::Remaining,
            _ => return None,
        };
        let is_limit = counted.starts_with("ratelimit-") || counted.starts_with("priority-");
        is_limit.then_some(((Family::Anthropic, counted), part))
    }
}

/// When a limit is full again: a length of time as Go writes it, a number of seconds, or a time.
fn reset(value: &str, now: Duration) -> Option<Duration> {
    match number(value) {
        Some(delay) if delay < LONGEST_DELAY => seconds(delay),
        Some(at) if at < SECONDS_LIMIT => Some(seconds(at)?.saturating_sub(now)),
        Some(at) => Some(seconds(at / 1000.0)?.saturating_sub(now)),
        None => time::length(value)
            .or_else(|| Some(time::rfc3339(value)?.saturating_sub(now)))
            .or_else(|| Some(time::http_date(value)?.saturating_sub(now))),
    }
}

/// How long Google's error asks to be left alone.
fn retry_delay(error: &ProviderError) -> Option<Duration> {
    time::length(error.details.as_ref()?.retry_delay.as_deref()?)
}

fn is_zero(value: &str) -> bool {
    number(value.trim()).is_some_and(|left| left <= 0.0)
}

/// A plain decimal; Rust would also read `inf` and `1e9`.
fn number(value: &str) -> Option<f64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_plain = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_plain.then(|| value.parse().ok())?
}

/// A length of time; a negative one is over.
fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number.clamp(0.0, LONGEST)).ok()
}

#[cfg(test)]
mod tests;
