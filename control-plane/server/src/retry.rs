//! When refused content is sent again.
//!
//! Owns the pauses: a fault of the proxy's machine may pass without an edit, so what was refused for one is tried
//! again, ever more seldom; what was refused for its content never is. Must not read a clock nor know how content is
//! put aside: translation says what is, and is told what to try. An attempt that is under way has no next moment, so
//! nothing is tried twice before it was answered.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cp_translate::{Cause, Content, Quarantined};

/// Pause before the first attempt; each further one doubles it.
pub const FIRST: Duration = Duration::from_secs(1);
/// Longest pause.
pub const LAST: Duration = Duration::from_secs(60);

/// Content that waits for an attempt, or for the answer to one.
#[derive(Debug, Default)]
pub struct Retries {
    waits: BTreeMap<Content, Wait>,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    /// Attempts that were begun.
    attempts: u32,
    /// When the next one is due; `None` while one is under way.
    due: Option<Instant>,
}

impl Retries {
    /// Takes over what a translation puts aside, and what it has on trial; all else is forgotten.
    pub fn follow<'a>(
        &mut self,
        quarantined: impl IntoIterator<Item = &'a Quarantined>,
        now: Instant,
    ) {
        let mut before = std::mem::take(&mut self.waits);
        for item in quarantined {
            if item.rejection.cause != Cause::Machine {
                continue;
            }
            let content = &item.rejection.content;
            let known = before.remove(content);
            let attempts = known.map_or(0, |wait| wait.attempts);
            let due = match known.and_then(|wait| wait.due) {
                _ if item.is_on_trial => None,
                Some(due) => Some(due),
                None => Some(now + pause(attempts)),
            };
            self.waits.insert(content.clone(), Wait { attempts, due });
        }
    }

    /// When the next attempt is due; `None` while nothing waits for one.
    pub fn due(&self) -> Option<Instant> {
        self.waits.values().filter_map(|wait| wait.due).min()
    }

    /// Begins every attempt that is due, and says which number it has.
    pub fn begin(&mut self, now: Instant) -> Vec<(Content, u32)> {
        let mut begun = Vec::new();
        for (content, wait) in &mut self.waits {
            if wait.due.is_some_and(|due| due <= now) {
                wait.due = None;
                wait.attempts = wait.attempts.saturating_add(1);
                begun.push((content.clone(), wait.attempts));
            }
        }
        begun
    }

    /// When each content is tried next; `None` for what is being tried.
    pub fn iter(&self) -> impl Iterator<Item = (&Content, Option<Instant>)> {
        self.waits.iter().map(|(content, wait)| (content, wait.due))
    }
}

/// How long to wait after this many attempts that failed.
fn pause(attempts: u32) -> Duration {
    FIRST
        .saturating_mul(2u32.saturating_pow(attempts))
        .min(LAST)
}

#[cfg(test)]
mod tests {
    use super::Retries;
    use cp_translate::{Cause, Content, GatewayKey, Profile, Quarantined, Rejection, Remedy};
    use proto::type_url::TypeUrl;
    use std::time::{Duration, Instant};

    fn content(name: &str) -> Content {
        Content {
            gateway: GatewayKey::new("default", "edge"),
            profile: Profile::Tidegate,
            type_url: TypeUrl::Listener,
            name: name.to_owned(),
            version: "v1".to_owned(),
        }
    }

    fn aside(name: &str, cause: Cause) -> Quarantined {
        Quarantined {
            rejection: Rejection {
                content: content(name),
                cause,
                message: "in use".to_owned(),
                proxies: 1,
                of: 1,
            },
            remedy: Remedy::LeftOut,
            is_on_trial: false,
            sources: Vec::new(),
        }
    }

    fn on_trial(name: &str) -> Quarantined {
        Quarantined {
            is_on_trial: true,
            ..aside(name, Cause::Machine)
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn names(begun: Vec<(Content, u32)>) -> Vec<(String, u32)> {
        begun
            .into_iter()
            .map(|(content, attempt)| (content.name, attempt))
            .collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut retries = Retries::default();
        let mut now = Instant::now();
        for (index, pause) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            retries.follow(&[aside("a", Cause::Machine)], now);
            assert_eq!(retries.due(), Some(now + seconds(pause)), "{index}");
            now += seconds(pause) - Duration::from_nanos(1);
            assert_eq!(names(retries.begin(now)), [], "{index}: too early");
            now += Duration::from_nanos(1);
            let attempt = u32::try_from(index).expect("small") + 1;
            assert_eq!(names(retries.begin(now)), [("a".to_owned(), attempt)]);
            retries.follow(&[on_trial("a")], now);
        }
    }

    #[test]
    fn an_attempt_under_way_is_not_begun_again() {
        let mut retries = Retries::default();
        let now = Instant::now();
        retries.follow(&[aside("a", Cause::Machine)], now);
        retries.begin(now + seconds(1));
        for later in [1, 2, 1_000] {
            retries.follow(&[on_trial("a")], now + seconds(later));
            assert_eq!(retries.due(), None);
            assert_eq!(names(retries.begin(now + seconds(later))), []);
        }
    }

    #[test]
    fn other_epochs_do_not_move_an_attempt() {
        let mut retries = Retries::default();
        let now = Instant::now();
        for later in [0, 100, 900] {
            retries.follow(
                &[aside("a", Cause::Machine)],
                now + Duration::from_millis(later),
            );
            assert_eq!(retries.due(), Some(now + seconds(1)));
        }
    }

    #[test]
    fn bad_content_is_never_tried_again() {
        let mut retries = Retries::default();
        let now = Instant::now();
        let both = [aside("a", Cause::Content), aside("b", Cause::Machine)];
        retries.follow(&both, now);
        assert_eq!(
            names(retries.begin(now + seconds(1_000))),
            [("b".to_owned(), 1)]
        );
    }

    #[test]
    fn what_is_not_refused_any_more_starts_from_the_first_pause() {
        let mut retries = Retries::default();
        let now = Instant::now();
        retries.follow(&[aside("a", Cause::Machine)], now);
        retries.begin(now + seconds(1));
        retries.follow(&[], now + seconds(2));
        assert_eq!(retries.due(), None);
        retries.follow(&[aside("a", Cause::Machine)], now + seconds(3));
        assert_eq!(retries.due(), Some(now + seconds(4)));
    }

    #[test]
    fn each_content_has_a_pause_of_its_own() {
        let mut retries = Retries::default();
        let now = Instant::now();
        retries.follow(&[aside("a", Cause::Machine)], now);
        retries.begin(now + seconds(1));
        let both = [aside("a", Cause::Machine), aside("b", Cause::Machine)];
        retries.follow(&both, now + seconds(1));
        let due: Vec<_> = retries.iter().map(|(_, due)| due).collect();
        assert_eq!(due, [Some(now + seconds(3)), Some(now + seconds(2))]);
        assert_eq!(
            names(retries.begin(now + seconds(2))),
            [("b".to_owned(), 1)]
        );
    }
}
