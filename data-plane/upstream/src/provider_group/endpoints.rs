//! The endpoints of one entry, as one request meets them.
//!
//! Owns which of them was asked, what its answer says of it alone, and whether another may do better (llm.md ). They
//! are a [`Backend`] of one group, chosen and judged like providers. Must not know sockets. Invariant: an entry is blamed for
//! what one of its endpoints did only where no other endpoint is well.

use std::{sync::Arc, time::Instant};

use super::{
    Answer, Backend,
    attempts::{Attempt, Attempts, Replay},
    pick::NoEntry,
    state::Change,
    verdict::{Outcome, Sign, Verdict},
};

/// What the endpoints of an entry have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// Servers of their own, such as the Pods of a Service: each has its own allowance.
    Servers,
    /// Addresses of one host name: doors of one account, whose allowance they share.
    Doors,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What changed of the entry.
    pub entry: Change,
    /// What changed of its endpoint, where it has several.
    pub endpoint: Change,
    /// The key that was sent and what changed of it, where the entry has a pool.
    pub key: Option<(Arc<str>, Change)>,
}

/// The endpoints of an entry.
#[derive(Debug)]
pub(super) struct Endpoints {
    attempts: Attempts,
    backend: Arc<Backend>,
    kin: Kin,
    current: Option<Attempt>,
}

/// Endpoints of one entry that a request asks after the first.
const RETRIES: u32 = 2;

// === impl Endpoints ===

impl Endpoints {
    pub(super) fn new(backend: Arc<Backend>, kin: Kin, answer: Answer) -> Endpoints {
        Endpoints {
            attempts: Attempts::new(backend.clone(), answer, Replay::Possible, None),
            backend,
            kin,
            current: None,
        }
    }

    /// Whether these are the ones of a configuration still.
    pub(super) fn are(&self, backend: &Arc<Backend>) -> bool {
        Arc::ptr_eq(&self.backend, backend)
    }

    /// Whether there are several servers.
    pub(super) fn are_servers(&self) -> bool {
        let groups = self.backend.groups.iter();
        self.kin == Kin::Servers && groups.map(|group| group.entries.len()).sum::<usize>() > 1
    }

    /// Begins at the best one, as an index in the group. Where nothing was said of the last one, a request is repeated there:
    /// its token or its key was refused, and it has its place already.
    pub(super) fn start(&mut self, now: Instant, random: u64) -> Result<usize, NoEntry> {
        if let Some(current) = &self.current {
            return Ok(current.place.entry);
        }
        let attempt = self.attempts.start(now, random)?;
        let index = attempt.place.entry;
        self.current = Some(attempt);
        Ok(index)
    }

    pub(super) fn first_token(&mut self, now: Instant) {
        if let Some(current) = &mut self.current {
            current.first_token(now);
        }
    }

    /// Ends the attempt at the endpoint. Tells what changed of it, and whether it alone is to blame.
    pub(super) fn settle(
        &mut self,
        outcome: &Outcome,
        now: Instant,
        random: u64,
    ) -> (Change, bool) {
        let Some(current) = self.current.take() else {
            return (Change::Nothing, false);
        };
        if !self.is_its_own(outcome) {
            return (Change::Nothing, false);
        }
        let (place, answer) = (current.place, current.answer());
        let sign = outcome.sign();
        let own = Outcome {
            // With a success it is the account's allowance.
            retry_after: outcome.retry_after.filter(|_| sign == Sign::Unhealthy),
            ..*outcome
        };
        let change = current.settle(&own, now, random).entry;
        let other = self.backend.pick(answer, &[place], now, random);
        let is_other_well = other.is_ok_and(|other| !other.is_panic && other.place != place);
        (change, sign == Sign::Unhealthy && is_other_well)
    }

    /// Whether another endpoint may succeed where the last one did not.
    pub(super) fn has_another(&self, outcome: &Outcome, now: Instant, random: u64) -> bool {
        self.is_its_own(outcome)
            && outcome.is_retryable()
            && self.attempts.started() <= RETRIES
            && self.attempts.has_untried(now, random)
    }

    /// Whether an outcome says something of the endpoint, and not of all of them.
    fn is_its_own(&self, outcome: &Outcome) -> bool {
        match outcome.verdict {
            Verdict::Dns | Verdict::CredentialRefused(_) | Verdict::Full => false,
            Verdict::Status(429) | Verdict::FirstEventError(429) => self.kin == Kin::Servers,
            Verdict::ConnectError
            | Verdict::ConnectTimeout
            | Verdict::Tls
            | Verdict::Lost
            | Verdict::HeadTimeout
            | Verdict::FirstTokenTimeout
            | Verdict::Idle
            | Verdict::Status(_)
            | Verdict::FirstEventError(_)
            | Verdict::StreamErrorAfterContent
            | Verdict::GuardRefused
            | Verdict::TooLarge
            | Verdict::OutOfTime
            | Verdict::ClientGone
            | Verdict::Success { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::provider_group::{
        attempts::{Head, Next},
        fixture::{World, world, world_with},
        state::State,
    };

    const BUSY: Outcome = of(Verdict::Status(429));
    const BROKEN: Outcome = of(Verdict::ConnectError);

    const fn of(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            retry_after: None,
            condition: None,
        }
    }

    /// A request at an entry, whose endpoints are those of `endpoints`.
    struct Request<'w> {
        entry: &'w World,
        endpoints: &'w World,
        kin: Kin,
        attempts: Attempts,
    }

    impl<'w> Request<'w> {
        fn of(entry: &'w World, endpoints: &'w World, kin: Kin) -> Request<'w> {
            let backend = entry.backend.clone();
            Request {
                entry,
                endpoints,
                kin,
                attempts: Attempts::new(backend, Answer::Streamed, Replay::Possible, None),
            }
        }

        /// Asks once; tells group of the entry and index of the endpoint, what changed, and what follows.
        fn ask(&mut self, outcome: &Outcome) -> (usize, usize, Settled, Next) {
            let now = self.entry.now;
            let mut attempt = self.attempts.start(now, 9).expect("an entry");
            let group = attempt.place.group;
            let endpoint = attempt.at_endpoint(&self.endpoints.backend, self.kin, now, 9);
            let settled = self.attempts.settle(attempt, outcome, now, 9);
            let next = self.attempts.next(outcome, Head::Unsent, now, 9);
            (group, endpoint.expect("an endpoint"), settled, next)
        }
    }

    fn states(world: &World) -> Vec<&State> {
        let entries = world.backend.groups.iter().flat_map(|group| &group.entries);
        entries.map(|entry| &*entry.state).collect()
    }

    fn is_at_once(next: Next) -> bool {
        matches!(next, Next::Retry { after } if after.is_zero())
    }

    #[test]
    fn a_sick_endpoint_is_ejected_and_its_entry_is_not() {
        for outcome in [BUSY, BROKEN, of(Verdict::Status(500))] {
            let (entry, endpoints) = (world("1 | 1"), world("1 1 1"));
            let mut request = Request::of(&entry, &endpoints, Kin::Servers);
            let (group, first, settled, next) = request.ask(&outcome);
            assert_eq!(group, 0);
            assert!(matches!(settled.endpoint, Change::Evicted { .. }));
            assert_eq!(settled.entry, Change::Nothing);
            assert!(is_at_once(next), "{next:?}");
            let (group, second, settled, next) = request.ask(&of(Verdict::Success {
                output_tokens: None,
            }));
            assert!(group == 0 && second != first);
            assert_eq!(settled.endpoint, Change::Nothing);
            assert!(matches!(next, Next::GiveUp(_)));
            for (index, state) in states(&endpoints).into_iter().enumerate() {
                assert_eq!(state.is_evicted(entry.now), index == first);
            }
        }
    }

    #[test]
    fn where_all_endpoints_are_sick_the_entry_is() {
        let (entry, endpoints) = (world("1 | 1"), world("1 1"));
        let mut request = Request::of(&entry, &endpoints, Kin::Servers);
        let (_, _, settled, _) = request.ask(&BROKEN);
        assert_eq!(settled.entry, Change::Nothing);
        let (group, _, settled, next) = request.ask(&BROKEN);
        assert!(group == 0 && matches!(settled.entry, Change::Evicted { .. }));
        assert!(is_at_once(next));
        // No retry of the request was used up at endpoints.
        assert_eq!(request.attempts.started(), 1);
        assert_eq!(request.ask(&BROKEN).0, 1);
    }

    #[test]
    fn an_endpoint_gets_no_more_than_it_may_and_a_second_request_takes_the_place_of_the_first() {
        let entry = world("1");
        let endpoints = world_with("1 1", |declared| {
            for own in &mut declared.groups[0].entries {
                own.settings.most_in_flight = Some(NonZeroU32::MIN);
            }
        });
        let (now, backend) = (entry.now, &endpoints.backend);
        let attempt = || {
            let mut attempts = Request::of(&entry, &endpoints, Kin::Servers).attempts;
            attempts.start(now, 9).expect("an entry")
        };
        let [mut one, mut other, mut third] = [attempt(), attempt(), attempt()];
        let at = |attempt: &mut Attempt| attempt.at_endpoint(backend, Kin::Servers, now, 9);
        let first = at(&mut one).expect("the first");
        assert_eq!(at(&mut other), Ok(1 - first));
        assert_eq!(at(&mut third), Err(NoEntry::Busy));
        drop(other);
        assert_eq!(at(&mut third), Ok(1 - first));
        // A token that is replaced: the same attempt is sent again, where all are full.
        assert_eq!(at(&mut one), Ok(first));
    }

    #[test]
    fn one_server_is_not_several() {
        for (servers, kin, expected) in [
            ("1", Kin::Servers, false),
            ("1 1", Kin::Servers, true),
            ("1 1", Kin::Doors, false),
        ] {
            let (entry, endpoints) = (world("1"), world(servers));
            let mut attempts = Request::of(&entry, &endpoints, kin).attempts;
            let mut attempt = attempts.start(entry.now, 9).expect("an entry");
            let endpoint = attempt.at_endpoint(&endpoints.backend, kin, entry.now, 9);
            assert!(endpoint.is_ok());
            assert_eq!(attempt.has_others(), expected, "{servers}, {kin:?}");
        }
    }

    #[test]
    fn a_lone_entry_is_asked_again_where_it_has_another_endpoint() {
        let entry = world_with("1", |declared| {
            declared.retries.retries = Some(0);
        });
        let endpoints = world("1 1 1 1 1");
        let mut request = Request::of(&entry, &endpoints, Kin::Servers);
        let mut asked = Vec::new();
        let last = loop {
            let (_, endpoint, _, next) = request.ask(&BROKEN);
            asked.push(endpoint);
            if !is_at_once(next) {
                break next;
            }
        };
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked.len(), 3, "each elsewhere, and not without end");
        assert!(matches!(last, Next::GiveUp(_)));
    }

    #[test]
    fn an_account_has_one_allowance_behind_all_its_addresses() {
        let (entry, endpoints) = (world("1 | 1"), world("1 1"));
        let mut request = Request::of(&entry, &endpoints, Kin::Doors);
        let (_, _, settled, next) = request.ask(&BUSY);
        assert!(matches!(settled.entry, Change::Evicted { .. }));
        assert_eq!(settled.endpoint, Change::Nothing);
        assert!(is_at_once(next));
        assert_eq!(request.ask(&BUSY).0, 1);
        assert!(states(&endpoints).iter().all(|s| !s.is_evicted(entry.now)));
        // A key that is refused is no endpoint's fault either.
        let entry = world("1 | 1");
        let mut request = Request::of(&entry, &endpoints, Kin::Servers);
        let (_, _, settled, _) = request.ask(&of(Verdict::CredentialRefused(401)));
        assert!(matches!(settled.entry, Change::Evicted { .. }));
        assert!(states(&endpoints).iter().all(|s| !s.is_evicted(entry.now)));
    }

    #[test]
    fn the_faster_and_less_loaded_endpoint_gets_more() {
        let (entry, endpoints) = (world("1"), world("1 1"));
        let [slow, fast] = states(&endpoints)[..] else {
            panic!("two endpoints");
        };
        slow.measured(Answer::Streamed, 2.0, None);
        fast.measured(Answer::Streamed, 0.1, None);
        let mut shares = [0u32; 2];
        let mut random = crate::balance::Random::new(3);
        for _ in 0..2_000 {
            let mut attempt = Attempts::new(
                entry.backend.clone(),
                Answer::Streamed,
                Replay::Possible,
                None,
            )
            .start(entry.now, 1)
            .expect("an entry");
            let drawn = random.next_u64();
            let index = attempt.at_endpoint(&endpoints.backend, Kin::Servers, entry.now, drawn);
            shares[index.expect("an endpoint")] += 1;
        }
        // Two draws with replacement: the worse one is asked where both fall on it.
        assert!((400..600).contains(&shares[0]), "{shares:?}");
    }
}
