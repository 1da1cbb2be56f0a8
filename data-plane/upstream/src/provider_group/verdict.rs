//! How an attempt at a provider ended, and what follows from that alone.
//!
//! Owns the closed list of ends, what each says about the entry (llm.md R-14) and whether another attempt may follow
//! . Must not know configuration, counts or time. Invariant: both answers are total functions of the verdict.

use std::time::Duration;

/// How an attempt ended. Up to the first byte that the client got, there is another way out; see
/// [`Verdict::is_retryable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint's name did not resolve.
    Dns,
    /// Each of the endpoints that are well has as many attempts under way as it may have.
    Full,
    /// No connection.
    ConnectError,
    /// No connection in time.
    ConnectTimeout,
    /// The TLS handshake failed.
    Tls,
    /// The connection broke before anything could be passed on: before the response head, or within an answer that is
    /// collected before it is passed on.
    Lost,
    /// No response head in time, or not the whole of an answer that is collected before it is passed on.
    HeadTimeout,
    /// A response head, but no content in time, so that nothing was passed on yet.
    FirstTokenTimeout,
    /// Content stopped coming.
    Idle,
    /// A status of 400 or above.
    Status(u16),
    /// A status of 401 or 403 to a credential of the gateway's own, or one of 400 or 402 that is about the account behind it, so
    /// that every client would get it.
    CredentialRefused(u16),
    /// A success status, then an error as the first event of the stream (llm.md S-11), with the status that it stands
    /// for; 0 where it stands for none.
    FirstEventError(u16),
    /// The stream broke, or told an error, behind content.
    StreamErrorAfterContent,
    /// A guard of the gateway refused the answer.
    GuardRefused,
    /// The answer is larger than what the gateway holds of one, and has to be held.
    TooLarge,
    /// The time of the whole request was over, of which others had taken most.
    OutOfTime,
    /// The client went away before the end.
    ClientGone,
    /// A whole answer.
    Success {
        /// Tokens of the answer, where the provider tells.
        output_tokens: Option<u64>,
    },
}

/// A verdict with what else the settlement depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How the attempt ended.
    pub verdict: Verdict,
    /// How long the provider asks to be left alone (llm.md R-17), already bounded by what is plausible. With a
    /// success: how long its allowance is used up.
    pub retry_after: Option<Duration>,
    /// What the configured `unhealthyCondition` says of the response, where one is configured.
    pub condition: Option<Condition>,
}

/// Answer of a configured `unhealthyCondition`, which replaces the built-in set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It holds: the entry is unhealthy.
    Unhealthy,
    /// It does not hold.
    Fine,
}

/// What an attempt says about the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It serves.
    Good,
    /// Nothing: the cause lies with the client, the request or the gateway.
    Nothing,
    /// It served badly: the score falls, but that alone never evicts.
    Bad,
    /// It does not serve; may evict.
    Unhealthy,
}

// === impl Verdict ===

impl Verdict {
    /// Verdict of a status of 400 or above that the provider answered to a credential of `owner`.
    pub fn of_status(status: u16, owner: CredentialOwner) -> Verdict {
        match (status, owner) {
            (401 | 403, CredentialOwner::Gateway) => Verdict::CredentialRefused(status),
            (_, CredentialOwner::Gateway | CredentialOwner::Client) => Verdict::Status(status),
        }
    }

    /// Verdict of an error of any status by which the provider refuses the account or the key itself.
    pub fn of_account(status: u16, owner: CredentialOwner) -> Verdict {
        match owner {
            CredentialOwner::Gateway => Verdict::CredentialRefused(status),
            CredentialOwner::Client => Verdict::Status(status),
        }
    }

    /// What the attempt says about its entry (llm.md R-14).
    pub fn sign(self) -> Sign {
        match self {
            Verdict::Dns
            | Verdict::ConnectError
            | Verdict::ConnectTimeout
            | Verdict::Tls
            | Verdict::Lost
            | Verdict::HeadTimeout
            | Verdict::FirstTokenTimeout
            | Verdict::CredentialRefused(_) => Sign::Unhealthy,
            Verdict::Status(status) => of_status(status),
            Verdict::FirstEventError(status) => match of_status(status) {
                // An error without a status of its own.
                Sign::Good => Sign::Unhealthy,
                sign @ (Sign::Nothing | Sign::Bad | Sign::Unhealthy) => sign,
            },
            Verdict::Idle | Verdict::StreamErrorAfterContent => Sign::Bad,
            Verdict::GuardRefused
            | Verdict::TooLarge
            | Verdict::OutOfTime
            | Verdict::Full
            | Verdict::ClientGone => Sign::Nothing,
            Verdict::Success { .. } => Sign::Good,
        }
    }

    /// Whether the attempt counts against its entry in the built-in set (llm.md R-14).
    pub fn is_unhealthy(self) -> bool {
        self.sign() == Sign::Unhealthy
    }

    /// Whether another attempt may succeed where this one did not (llm.md R-19). Says nothing about whether the client
    /// has got a part of the answer.
    pub fn is_retryable(self) -> bool {
        match self {
            Verdict::Dns
            | Verdict::ConnectError
            | Verdict::ConnectTimeout
            | Verdict::Tls
            | Verdict::Lost
            | Verdict::HeadTimeout
            | Verdict::FirstTokenTimeout
            | Verdict::Full
            // The key is the gateway's: another provider has another.
            | Verdict::CredentialRefused(_) => true,
            // Of the first events, those that blame the request would only be repeated.
            Verdict::Status(_) | Verdict::FirstEventError(_) => self.is_unhealthy(),
            Verdict::Idle
            | Verdict::StreamErrorAfterContent
            | Verdict::GuardRefused
            // Another would say as much, and cost as much.
            | Verdict::TooLarge
            | Verdict::OutOfTime
            | Verdict::ClientGone
            | Verdict::Success { .. } => false,
        }
    }

    /// For metrics and logs; a closed set.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Dns => "dns",
            Verdict::Full => "endpoints_full",
            Verdict::ConnectError => "connect_error",
            Verdict::ConnectTimeout => "connect_timeout",
            Verdict::Tls => "tls",
            Verdict::Lost => "connection_lost",
            Verdict::HeadTimeout => "head_timeout",
            Verdict::FirstTokenTimeout => "first_token_timeout",
            Verdict::Idle => "idle_timeout",
            Verdict::Status(429) => "status_429",
            Verdict::Status(400..=499) => "status_4xx",
            Verdict::Status(500..) => "status_5xx",
            Verdict::Status(_) => "status_other",
            Verdict::CredentialRefused(_) => "credential_refused",
            Verdict::FirstEventError(_) => "first_event_error",
            Verdict::StreamErrorAfterContent => "stream_error",
            Verdict::GuardRefused => "guard_refused",
            Verdict::TooLarge => "answer_too_large",
            Verdict::OutOfTime => "out_of_time",
            Verdict::ClientGone => "client_gone",
            Verdict::Success { .. } => "success",
        }
    }
}

/// Whose credential an attempt carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialOwner {
    /// One that the gateway put in.
    Gateway,
    /// The client's own, passed on, or none.
    Client,
}

fn of_status(status: u16) -> Sign {
    match status {
        0..=399 => Sign::Good,
        // What a server does not know (RFC 9110 15.6.2, 15.6.6) it will not know later, and others are well without it.
        501 | 505 => Sign::Nothing,
        429 | 500..=599 => Sign::Unhealthy,
        _ => Sign::Nothing,
    }
}

// === impl Outcome ===

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            retry_after: None,
            condition: None,
        }
    }
}

impl Outcome {
    /// Whether another attempt may succeed where this one did not: a refusal that the configured condition blames on the
    /// entry is tried elsewhere too.
    pub fn is_retryable(&self) -> bool {
        let is_blamed = self.condition == Some(Condition::Unhealthy);
        let is_refusal = matches!(
            self.verdict,
            Verdict::Status(_) | Verdict::FirstEventError(_)
        );
        (is_blamed && is_refusal) || self.verdict.is_retryable()
    }

    /// What the attempt says about its entry, the configured condition considered (llm.md R-15). Whatever ended on the
    /// client's or the gateway's side says nothing, with or without a condition.
    pub fn sign(&self) -> Sign {
        let own = self.verdict.sign();
        match (self.verdict, self.condition) {
            (
                Verdict::ClientGone
                | Verdict::GuardRefused
                | Verdict::TooLarge
                | Verdict::OutOfTime
                | Verdict::Full,
                _,
            )
            | (_, None) => own,
            (_, Some(Condition::Unhealthy)) => Sign::Unhealthy,
            (_, Some(Condition::Fine)) => match own {
                Sign::Unhealthy => Sign::Nothing,
                Sign::Good | Sign::Nothing | Sign::Bad => own,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUCCESS: Verdict = Verdict::Success {
        output_tokens: None,
    };

    #[track_caller]
    fn check(verdict: Verdict, sign: Sign, is_retryable: bool) {
        assert_eq!(
            (verdict.sign(), verdict.is_retryable()),
            (sign, is_retryable),
            "{verdict:?}"
        );
        assert_eq!(verdict.is_unhealthy(), sign == Sign::Unhealthy);
    }

    #[test]
    fn before_the_head_everything_is_blamed_and_tried_again() {
        for verdict in [
            Verdict::Dns,
            Verdict::ConnectError,
            Verdict::ConnectTimeout,
            Verdict::Tls,
            Verdict::Lost,
            Verdict::HeadTimeout,
            Verdict::FirstTokenTimeout,
        ] {
            check(verdict, Sign::Unhealthy, true);
        }
    }

    #[test]
    fn statuses() {
        for status in [429, 500, 502, 503, 504, 507, 520, 524, 529, 599] {
            check(Verdict::Status(status), Sign::Unhealthy, true);
            check(Verdict::FirstEventError(status), Sign::Unhealthy, true);
        }
        for status in [400, 401, 403, 404, 408, 413, 422, 501, 505] {
            check(Verdict::Status(status), Sign::Nothing, false);
            check(Verdict::FirstEventError(status), Sign::Nothing, false);
        }
        check(Verdict::FirstEventError(0), Sign::Unhealthy, true);
        check(Verdict::Status(204), Sign::Good, false);
    }

    #[test]
    fn behind_content_nothing_is_tried_again() {
        check(Verdict::Idle, Sign::Bad, false);
        check(Verdict::StreamErrorAfterContent, Sign::Bad, false);
        check(Verdict::ClientGone, Sign::Nothing, false);
        check(Verdict::GuardRefused, Sign::Nothing, false);
        check(Verdict::TooLarge, Sign::Nothing, false);
        check(Verdict::OutOfTime, Sign::Nothing, false);
        check(Verdict::Full, Sign::Nothing, true);
        check(SUCCESS, Sign::Good, false);
    }

    #[test]
    fn only_a_credential_of_the_gateways_own_is_blamed() {
        for status in [401, 403] {
            let ours = Verdict::of_status(status, CredentialOwner::Gateway);
            // Another provider has another key.
            check(ours, Sign::Unhealthy, true);
            let theirs = Verdict::of_status(status, CredentialOwner::Client);
            check(theirs, Sign::Nothing, false);
        }
        for status in [400, 402] {
            let ours = Verdict::of_account(status, CredentialOwner::Gateway);
            check(ours, Sign::Unhealthy, true);
            let theirs = Verdict::of_account(status, CredentialOwner::Client);
            check(theirs, Sign::Nothing, false);
        }
        let busy = Verdict::of_status(429, CredentialOwner::Gateway);
        assert_eq!(busy, Verdict::Status(429));
    }

    #[test]
    fn a_condition_replaces_the_set() {
        let sign = |verdict, condition| {
            let outcome = Outcome {
                condition: Some(condition),
                ..Outcome::from(verdict)
            };
            outcome.sign()
        };
        use Condition::{Fine, Unhealthy};
        assert_eq!(sign(Verdict::Status(503), Fine), Sign::Nothing);
        assert_eq!(sign(Verdict::Status(404), Unhealthy), Sign::Unhealthy);
        assert_eq!(sign(SUCCESS, Unhealthy), Sign::Unhealthy);
        assert_eq!(sign(SUCCESS, Fine), Sign::Good);
        assert_eq!(sign(Verdict::Idle, Fine), Sign::Bad);
        assert_eq!(sign(Verdict::ClientGone, Unhealthy), Sign::Nothing);
        assert_eq!(sign(Verdict::GuardRefused, Unhealthy), Sign::Nothing);
        assert_eq!(sign(Verdict::TooLarge, Unhealthy), Sign::Nothing);
    }

    #[test]
    fn what_a_condition_blames_is_tried_elsewhere() {
        let is_retryable = |verdict, condition| {
            let outcome = Outcome {
                condition,
                ..Outcome::from(verdict)
            };
            outcome.is_retryable()
        };
        use Condition::{Fine, Unhealthy};
        assert!(is_retryable(Verdict::Status(404), Some(Unhealthy)));
        assert!(is_retryable(Verdict::FirstEventError(400), Some(Unhealthy)));
        assert!(!is_retryable(Verdict::Status(404), Some(Fine)));
        assert!(!is_retryable(Verdict::Status(404), None));
        // Whether it is tried again is another question than whom it is counted against.
        assert!(is_retryable(Verdict::Status(503), Some(Fine)));
        assert!(!is_retryable(SUCCESS, Some(Unhealthy)));
        assert!(!is_retryable(
            Verdict::StreamErrorAfterContent,
            Some(Unhealthy)
        ));
    }
}
