//! A token and how long it holds.
//!
//! Owns when it is renewed and until when it is sent (llm.md P-17, P-21). Must not read a clock: times are seconds since
//! 1970 and come in. Invariant: it is renewed before it is no longer sent.

use crate::sigv4::Credentials;

use crate::secret_text::SecretText;

/// How long before its end a token is renewed at most, in seconds.
const MARGIN: u64 = 300;
/// How long before its end a token is sent no more at most, in seconds: a request takes its time to arrive.
const LAST: u64 = 30;
/// How often something without an end is read again, in seconds: files are rotated.
const ROTATION: u64 = 300;

/// A token that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The token.
    pub token: Token,
    /// When it was given.
    pub granted_at: u64,
    /// When it ends; `None` where nobody says.
    pub expires_at: Option<u64>,
    /// Which step gave it.
    pub step: &'static str,
}

/// What a request is authenticated with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Sent as `Authorization: Bearer`.
    Bearer(SecretText),
    /// Signs requests.
    Aws(Credentials),
}

// === impl Grant ===

impl Grant {
    pub(crate) fn new(token: Token, granted_at: u64, expires_at: Option<u64>) -> Self {
        Self {
            token,
            granted_at,
            expires_at,
            step: "",
        }
    }

    pub(crate) fn bearer(token: &str, granted_at: u64, expires_at: Option<u64>) -> Self {
        Self::new(
            Token::Bearer(SecretText::new(token)),
            granted_at,
            expires_at,
        )
    }

    /// When it should be renewed: five minutes before its end, or for its last quarter if it is short.
    #[must_use]
    pub fn refresh_at(&self) -> u64 {
        match self.expires_at {
            None => self.granted_at + ROTATION,
            Some(end) => {
                let margin = MARGIN.min(self.lifetime(end) / 4);
                end.saturating_sub(margin).max(self.granted_at + 1)
            }
        }
    }

    /// Whether it may be sent.
    #[must_use]
    pub fn is_usable(&self, now: u64) -> bool {
        match self.expires_at {
            None => true,
            Some(end) => now + LAST.min(self.lifetime(end) / 10) < end,
        }
    }

    fn lifetime(&self, end: u64) -> u64 {
        end.saturating_sub(self.granted_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lifetime: Option<u64>, refresh_after: u64, last_usable_after: Option<u64>) {
        let grant = Grant::bearer("t", 1_000, lifetime.map(|lifetime| 1_000 + lifetime));
        assert_eq!(grant.refresh_at(), 1_000 + refresh_after);
        match last_usable_after {
            None => assert!(grant.is_usable(u64::MAX / 2)),
            Some(last) => {
                assert!(grant.is_usable(1_000 + last));
                assert!(!grant.is_usable(1_000 + last + 1));
                assert!(last >= refresh_after, "renewed before it is useless");
            }
        }
    }

    #[test]
    fn it_is_renewed_five_minutes_before_its_end() {
        check(Some(3_600), 3_300, Some(3_569));
        check(Some(86_400), 86_100, Some(86_369));
        check(Some(1_200), 900, Some(1_169));
        // What a metadata service had already: the last quarter.
        check(Some(240), 180, Some(215));
        check(None, 300, None);
    }

    #[test]
    fn what_has_ended_is_not_sent() {
        let over = Grant::bearer("t", 1_000, Some(900));
        assert!(!over.is_usable(1_000));
        assert_eq!(
            over.refresh_at(),
            1_001,
            "not at once, or it would be asked for without end"
        );
    }

    #[test]
    fn a_token_does_not_print() {
        let grant = Grant::bearer("hunter2", 0, None);
        assert!(!format!("{grant:?}").contains("hunter2"));
    }
}
