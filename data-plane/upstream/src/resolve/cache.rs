//! What is known about names, for how long, and how much of it.
//!
//! Owns the ages of answers and the room for them: with a dynamic forward proxy, it is clients who choose the names. Must
//! not ask anybody or read a clock. Invariant: there are never more names than `ROOM`, and those that are asked for all
//! the time are not pushed out by those that are asked for once.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Addresses, ResolveError};

/// The shortest and the longest time an answer is kept.
pub(super) const TTL: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(300);
/// How long a failure is remembered, so that a broken name does not cost a query a request.
const FAILURE_TTL: Duration = Duration::from_secs(2);
/// How long an expired answer may still be served when it cannot be renewed.
const STALE: Duration = Duration::from_secs(600);
/// More names than this are not remembered.
const ROOM: usize = 4096;
/// How often names that are of no use any more are looked for.
const SWEEP: Duration = Duration::from_secs(60);

/// Addresses, or why there are none.
pub(super) type Answer = Result<Addresses, ResolveError>;

/// Answers by name.
#[derive(Debug)]
pub(super) struct Cache {
    entries: HashMap<String, Entry>,
    born: Instant,
    swept: Instant,
}

/// What the cache says about a name.
#[derive(Debug)]
pub(super) enum Look {
    /// Nothing.
    Unknown,
    /// This.
    Fresh(Answer),
    /// This, but it is time to ask again.
    Stale(Answer),
}

#[derive(Debug)]
struct Entry {
    answer: Answer,
    expires: Instant,
    renewing: bool,
    /// When it was last looked at, in microseconds from the birth of the cache. Set under a shared lock.
    used: AtomicU64,
}

// === impl Cache ===

impl Cache {
    pub(super) fn new(now: Instant) -> Cache {
        Cache {
            entries: HashMap::new(),
            born: now,
            swept: now,
        }
    }

    /// What is known about a name.
    pub(super) fn look(&self, host: &str, now: Instant) -> Look {
        let Some(entry) = self.entries.get(host) else {
            return Look::Unknown;
        };
        entry.used.store(self.age(now), Ordering::Relaxed);
        if now < entry.expires {
            return Look::Fresh(entry.answer.clone());
        }
        match (&entry.answer, entry.renewing) {
            // A failure is asked again, not served beyond its time.
            (Err(_), _) => Look::Unknown,
            (Ok(_), true) => Look::Fresh(entry.answer.clone()),
            (Ok(_), false) => Look::Stale(entry.answer.clone()),
        }
    }

    /// Notes that a name is being asked for again. `false` where it is so already.
    pub(super) fn renew(&mut self, host: &str) -> bool {
        self.entries
            .get_mut(host)
            .is_some_and(|entry| !std::mem::replace(&mut entry.renewing, true))
    }

    /// Takes an answer with the time that it holds. Returns what is to be served.
    pub(super) fn store(
        &mut self,
        host: &str,
        answer: Result<(Addresses, Duration), ResolveError>,
        now: Instant,
    ) -> Answer {
        let before = self.entries.get(host);
        let (answer, expires) = match answer {
            Ok((addresses, ttl)) => {
                let before = before.and_then(|entry| entry.answer.as_ref().ok());
                // The same answer keeps its identity, so that pools see no change.
                let same = before.filter(|old| ***old == *addresses).cloned();
                let ttl = ttl.clamp(*TTL.start(), *TTL.end());
                (Ok(same.unwrap_or(addresses)), now + ttl)
            }
            Err(error) => match before {
                // It stays expired: the next look-up tries again.
                Some(Entry {
                    answer: Ok(old),
                    expires,
                    ..
                }) if now < *expires + STALE => (Ok(Arc::clone(old)), *expires),
                Some(_) | None => (Err(error), now + FAILURE_TTL),
            },
        };
        if before.is_none() {
            self.make_room(now);
        }
        let entry = Entry {
            answer: answer.clone(),
            expires,
            renewing: false,
            used: AtomicU64::new(self.age(now)),
        };
        self.entries.insert(host.to_owned(), entry);
        answer
    }

    /// Forgets what is of no use, now and then; and where that is not enough, what was not asked for the longest: a
    /// quarter at once, so that a flood of names does not cost a search for each.
    fn make_room(&mut self, now: Instant) {
        let is_full = self.entries.len() >= ROOM;
        if !is_full && now.duration_since(self.swept) < SWEEP {
            return;
        }
        self.swept = now;
        self.entries.retain(|_, entry| entry.is_of_use(now));
        if self.entries.len() < ROOM {
            return;
        }
        let mut used: Vec<u64> = self.entries.values().map(Entry::used).collect();
        let (_, &mut last, _) = used.select_nth_unstable(ROOM / 4);
        self.entries.retain(|_, entry| entry.used() > last);
    }

    fn age(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.born).as_micros()).unwrap_or(u64::MAX)
    }
}

// === impl Entry ===

impl Entry {
    fn is_of_use(&self, now: Instant) -> bool {
        now < match self.answer {
            Ok(_) => self.expires + STALE,
            Err(_) => self.expires,
        }
    }

    fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn answer(last: u8) -> Result<(Addresses, Duration), ResolveError> {
        let addresses: Addresses = [std::net::IpAddr::from([192, 0, 2, last])].into();
        Ok((addresses, 10 * SECOND))
    }

    fn failure() -> ResolveError {
        ResolveError {
            host: "a.example".to_owned(),
            reason: "refused".to_owned(),
        }
    }

    #[test]
    fn an_answer_grows_old() {
        let start = Instant::now();
        let mut cache = Cache::new(start);
        let at = |seconds| start + seconds * SECOND;
        assert!(matches!(cache.look("a.example", at(0)), Look::Unknown));
        let first = cache.store("a.example", answer(1), at(0)).unwrap();
        assert!(matches!(cache.look("a.example", at(9)), Look::Fresh(Ok(_))));
        assert!(matches!(
            cache.look("a.example", at(10)),
            Look::Stale(Ok(_))
        ));
        assert!(cache.renew("a.example"));
        assert!(!cache.renew("a.example"), "once is enough");
        assert!(matches!(
            cache.look("a.example", at(11)),
            Look::Fresh(Ok(_))
        ));
        let again = cache.store("a.example", answer(1), at(12)).unwrap();
        assert!(Arc::ptr_eq(&first, &again), "the same answer");
        let kept = cache.store("a.example", Err(failure()), at(30)).unwrap();
        assert!(Arc::ptr_eq(&first, &kept), "it outlives a broken server");
        let lost = cache.store("a.example", Err(failure()), at(22 + 600));
        assert!(lost.is_err(), "not for ever");
        assert!(matches!(
            cache.look("a.example", at(623)),
            Look::Fresh(Err(_))
        ));
        assert!(matches!(cache.look("a.example", at(624)), Look::Unknown));
    }

    #[test]
    fn a_flood_of_names_pushes_out_none_that_is_used() {
        let start = Instant::now();
        let mut cache = Cache::new(start);
        cache.store("kept.example", answer(1), start).unwrap();
        for (turn, name) in (0..3 * ROOM).map(|i| format!("{i}.example")).enumerate() {
            let now = start + Duration::from_micros(u64::try_from(turn).unwrap());
            cache.store(&name, answer(2), now).unwrap();
            assert!(matches!(cache.look(&name, now), Look::Fresh(_)));
            assert!(matches!(cache.look("kept.example", now), Look::Fresh(_)));
            assert!(cache.entries.len() <= ROOM);
        }
        assert!(cache.entries.len() > ROOM / 2);
    }

    #[test]
    fn what_is_of_no_use_is_forgotten() {
        let start = Instant::now();
        let mut cache = Cache::new(start);
        cache.store("a.example", answer(1), start).unwrap();
        cache.store("b.example", Err(failure()), start).unwrap_err();
        cache.store("c.example", answer(1), start + SWEEP).unwrap();
        assert_eq!(cache.entries.len(), 2, "the failure is gone");
        let later = start + 10 * SECOND + STALE;
        cache.store("d.example", answer(1), later).unwrap();
        assert_eq!(cache.entries.len(), 2, "the answer that expired, too");
    }
}
