//! Answers of a moment ago.
//!
//! Owns how long an answer holds and how many are kept. Must not ask nor read the clock: times are passed in. The
//! invariants: a token is kept as a hash; no answer outlives its token; that nobody could say is not an answer.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use super::{AccountName, Proxy, Refused};

/// How long who somebody is holds.
const FOUND: Duration = Duration::from_secs(60);
/// How long it holds that somebody is nobody: long enough for a loop, short enough for who just made the account.
const NOT_FOUND: Duration = Duration::from_secs(5);
/// Answers that are kept; more push out those that hold no longer, and then all.
const MOST: usize = 20_000;

/// What was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// Which Gateways does it serve?
    Proxy,
    /// May it read what the admin service tells?
    Viewer,
}

/// What was asked, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Token(Question, [u8; 32]),
    Account(AccountName),
}

/// The answers.
#[derive(Debug, Default)]
pub(super) struct Kept(HashMap<Key, (Result<Proxy, Refused>, Instant)>);

// === impl Key ===

impl Key {
    pub(super) fn of_token(question: Question, token: &str) -> Self {
        Key::Token(question, *blake3::hash(token.as_bytes()).as_bytes())
    }

    pub(super) fn of_account(account: &AccountName) -> Self {
        Key::Account(account.clone())
    }
}

// === impl Kept ===

impl Kept {
    pub(super) fn look(&self, key: &Key, now: Instant) -> Option<Result<Proxy, Refused>> {
        let (answer, until) = self.0.get(key)?;
        (now < *until).then(|| answer.clone())
    }

    pub(super) fn keep(
        &mut self,
        key: Key,
        answer: &Result<Proxy, Refused>,
        now: Instant,
        clock: SystemTime,
    ) {
        let holds = match answer {
            Ok(proxy) => match proxy.expires_at {
                Some(end) => FOUND.min(end.duration_since(clock).unwrap_or_default()),
                None => FOUND,
            },
            Err(Refused::Unknown | Refused::Forbidden(_)) => NOT_FOUND,
            Err(Refused::Unavailable(_)) => return,
        };
        if self.0.len() >= MOST {
            self.0.retain(|_, (_, until)| now < *until);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(key, (answer.clone(), now + holds));
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Key, MOST, Question};
    use crate::identity::{Proxy, Refused};
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant, SystemTime};

    fn proxy(expires_at: Option<SystemTime>) -> Result<Proxy, Refused> {
        Ok(Proxy {
            gateways: BTreeSet::from([("a".to_owned(), "b".to_owned())]),
            expires_at,
        })
    }

    #[test]
    fn how_long_an_answer_holds() {
        let (now, clock) = (Instant::now(), SystemTime::now());
        let seconds = Duration::from_secs;
        let check = |answer: Result<Proxy, Refused>, holds: u64| {
            let (mut kept, key) = (Kept::default(), Key::of_token(Question::Proxy, "t"));
            kept.keep(key.clone(), &answer, now, clock);
            if holds > 0 {
                let just_before = now + seconds(holds) - Duration::from_millis(1);
                assert_eq!(kept.look(&key, just_before).as_ref(), Some(&answer));
            }
            assert_eq!(kept.look(&key, now + seconds(holds)), None, "{answer:?}");
        };
        check(proxy(None), 60);
        check(proxy(Some(clock + seconds(3600))), 60);
        check(proxy(Some(clock + seconds(20))), 20);
        check(proxy(Some(clock - seconds(1))), 0);
        check(Err(Refused::Unknown), 5);
        check(Err(Refused::Forbidden(String::new())), 5);
        check(Err(Refused::Unavailable(String::new())), 0);
    }

    #[test]
    fn another_question_has_another_answer_and_no_token_is_kept() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        let key = Key::of_token(Question::Proxy, "very-secret");
        kept.keep(key, &proxy(None), now, SystemTime::now());
        let viewer = Key::of_token(Question::Viewer, "very-secret");
        assert_eq!(kept.look(&viewer, now), None);
        assert!(!format!("{kept:?}").contains("very-secret"));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        for number in 0..=MOST {
            let key = Key::of_token(Question::Proxy, &number.to_string());
            kept.keep(key, &proxy(None), now, SystemTime::now());
        }
        assert!(kept.0.len() <= MOST);
    }
}
