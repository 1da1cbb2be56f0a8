//! What to do with the Lease, from what was seen of it.
//!
//! Owns that decision. Must not do I/O. A Lease has run out once it was not renewed for its duration *as seen from here*,
//! by the own monotonic clock: the times that other replicas write into it are for people, so clocks that differ can
//! neither take the Lease from its holder nor keep it from everybody. The holder counts from before its renewal was sent,
//! the others from after they saw it, so one stops before another begins.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff::Timestamp;

/// How long a Lease is good after its renewal, in seconds, where it does not say.
const DURATION: i32 = 15;
/// After how long without a renewal its holder stops to lead.
const OURS: Duration = Duration::from_secs(10);
/// Seconds by which clocks may differ before it is worth a word: more than a look at the Lease and a renewal take.
const SKEW: i64 = 10;

/// What is due.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// To write this Lease, and to lead once that worked.
    Write(Box<Lease>),
    /// Nothing: another holds it.
    Wait,
}

/// A Lease as it was seen: the writes of a holder, and when the last one was noticed here.
#[derive(Debug)]
struct Seen {
    version: Option<String>,
    spec: LeaseSpec,
    at: Instant,
}

/// What one replica knows of the Lease.
#[derive(Debug)]
pub(super) struct Term {
    identity: String,
    seen: Option<Seen>,
    /// When our last renewal was begun.
    renewed: Option<Instant>,
    /// Seconds by which the holder's clock is ahead, and whether that was told.
    skew: Option<(i64, bool)>,
}

// === impl Term ===

impl Term {
    /// Of a replica that has seen nothing.
    pub(super) fn new(identity: String) -> Self {
        Self {
            identity,
            seen: None,
            renewed: None,
            skew: None,
        }
    }

    /// Whose term it is: ours or another's.
    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// Who holds the Lease; empty where nobody does.
    pub(super) fn holder(&self) -> &str {
        let holder = self.seen.as_ref().map(|seen| holder(&seen.spec));
        holder.unwrap_or_default()
    }

    /// Whether we lead.
    pub(super) fn is_ours(&self, now: Instant) -> bool {
        self.end().is_some_and(|end| now < end)
    }

    /// When we stop to lead if nothing is renewed.
    pub(super) fn end(&self) -> Option<Instant> {
        self.renewed.map(|renewed| renewed + OURS)
    }

    /// Seconds by which the clock of the holder is ahead of ours, if that is much and was not asked for before.
    pub(super) fn skew(&mut self) -> Option<i64> {
        let (ahead, is_told) = self.skew.as_mut()?;
        let is_news = !std::mem::replace(is_told, true);
        is_news.then_some(*ahead)
    }

    /// What to do, after the Lease was found like this.
    pub(super) fn step(&mut self, found: Option<&Lease>, now: Instant, clock: Timestamp) -> Step {
        let Some(found) = found else {
            (self.seen, self.renewed) = (None, None);
            return Step::Write(Box::new(self.lease(None, LeaseSpec::default(), clock)));
        };
        let version = found.metadata.resource_version.clone();
        let spec = found.spec.clone().unwrap_or_default();
        self.look(&version, &spec, now, clock);
        let holder = holder(&spec);
        let is_ours = holder == self.identity;
        if !is_ours {
            self.renewed = None;
        }
        if is_ours || holder.is_empty() || self.has_run_out(now) {
            return Step::Write(Box::new(self.lease(version, spec, clock)));
        }
        Step::Wait
    }

    /// Our write was begun at `begun` and led to this.
    pub(super) fn written(&mut self, lease: &Lease, begun: Instant) {
        self.renewed = Some(begun);
        self.skew = None;
        self.seen = Some(Seen {
            version: lease.metadata.resource_version.clone(),
            spec: lease.spec.clone().unwrap_or_default(),
            at: begun,
        });
    }

    /// The Lease without a holder, so that nobody has to wait until it has run out.
    pub(super) fn given_up(&self) -> Lease {
        let seen = self.seen.as_ref();
        let spec = seen.map(|seen| seen.spec.clone()).unwrap_or_default();
        Lease {
            metadata: ObjectMeta {
                resource_version: seen.and_then(|seen| seen.version.clone()),
                ..ObjectMeta::default()
            },
            // A merge patch takes out what is null only: an empty name says the same to every client of Leases.
            spec: Some(LeaseSpec {
                holder_identity: Some(String::new()),
                ..spec
            }),
        }
    }

    /// Notes a Lease; what changed in it was renewed now.
    fn look(&mut self, version: &Option<String>, spec: &LeaseSpec, now: Instant, clock: Timestamp) {
        let old = self.seen.take();
        let is_same = old.as_ref().is_some_and(|old| old.spec == *spec);
        let (is_first, has_changed_hands) = match &old {
            None => (true, true),
            Some(old) => (false, holder(&old.spec) != holder(spec)),
        };
        if has_changed_hands {
            self.skew = None;
        }
        // The first look does not tell when it was written.
        if !is_first && !is_same && self.skew.is_none() && holder(spec) != self.identity {
            let written = spec.renew_time.as_ref().map(|at| at.0.as_second());
            let ahead = written.map(|at| at - clock.as_second());
            self.skew = ahead
                .filter(|ahead| ahead.abs() > SKEW)
                .map(|it| (it, false));
        }
        self.seen = Some(Seen {
            version: version.clone(),
            spec: spec.clone(),
            at: old.filter(|_| is_same).map_or(now, |old| old.at),
        });
    }

    fn has_run_out(&self, now: Instant) -> bool {
        self.seen.as_ref().is_none_or(|seen| {
            let seconds = seen.spec.lease_duration_seconds.unwrap_or(DURATION);
            let duration = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
            now.saturating_duration_since(seen.at) >= duration
        })
    }

    /// The Lease as ours.
    fn lease(&self, version: Option<String>, old: LeaseSpec, clock: Timestamp) -> Lease {
        let is_taken = holder(&old) != self.identity;
        let taken = old.lease_transitions.unwrap_or_default();
        Lease {
            metadata: ObjectMeta {
                resource_version: version,
                ..ObjectMeta::default()
            },
            spec: Some(LeaseSpec {
                holder_identity: Some(self.identity.clone()),
                lease_duration_seconds: Some(DURATION),
                acquire_time: match is_taken {
                    true => Some(MicroTime(clock)),
                    false => old.acquire_time,
                },
                renew_time: Some(MicroTime(clock)),
                lease_transitions: Some(taken.saturating_add(i32::from(is_taken))),
                ..LeaseSpec::default()
            }),
        }
    }
}

fn holder(spec: &LeaseSpec) -> &str {
    spec.holder_identity.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use k8s_openapi::api::coordination::v1::Lease;
    use k8s_openapi::jiff::{SignedDuration, Timestamp};

    use super::{OURS, Step, Term};

    /// Replicas whose clocks differ, and the one Lease of them.
    struct World {
        lease: Option<Lease>,
        version: u64,
        begin: Instant,
        clock: Timestamp,
    }

    impl World {
        fn new() -> Self {
            Self {
                lease: None,
                version: 0,
                begin: Instant::now(),
                clock: Timestamp::UNIX_EPOCH,
            }
        }

        fn at(&self, second: u64) -> Instant {
            self.begin + Duration::from_secs(second)
        }

        /// A replica looks at a second, with its clock `ahead` seconds; the API server answers, or takes nothing.
        fn turn(&mut self, term: &mut Term, second: u64, ahead: i64) {
            let now = self.at(second);
            let passed = i64::try_from(second).expect("small");
            let clock = self.clock + SignedDuration::from_secs(passed + ahead);
            if let Step::Write(mut lease) = term.step(self.lease.as_ref(), now, clock) {
                let version = self.lease.as_ref();
                let version = version.and_then(|it| it.metadata.resource_version.clone());
                assert_eq!(lease.metadata.resource_version, version, "not fenced");
                self.version += 1;
                lease.metadata.resource_version = Some(self.version.to_string());
                term.written(&lease, now);
                self.lease = Some(*lease);
            }
        }
    }

    fn term(identity: &str) -> Term {
        Term::new(identity.to_owned())
    }

    #[test]
    fn clocks_that_differ_take_nothing_and_keep_nothing() {
        for ahead in [-3600, -20, 0, 20, 3600] {
            let (mut world, mut one, mut other) = (World::new(), term("one"), term("other"));
            for second in (0..60).step_by(2) {
                world.turn(&mut one, second, 0);
                world.turn(&mut other, second + 1, ahead);
                assert!(one.is_ours(world.at(second + 1)), "{ahead} s, {second}");
                assert!(!other.is_ours(world.at(second + 1)), "{ahead} s, {second}");
            }
            // The first one is cut off at 58; it stops before the other may begin.
            let mut taken = None;
            for second in (60..90).step_by(2) {
                world.turn(&mut other, second, ahead);
                let both = one.is_ours(world.at(second)) && other.is_ours(world.at(second));
                assert!(!both, "two leaders at {second}");
                if taken.is_none() && other.is_ours(world.at(second)) {
                    taken = Some(second);
                }
            }
            assert_eq!(taken, Some(74), "{ahead} s");
            world.turn(&mut one, 90, 0);
            assert!(!one.is_ours(world.at(90)));
            assert_eq!(one.holder(), "other");
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_told_once() {
        for (ahead, told) in [(0, None), (9, None), (3600, Some(3600)), (-60, Some(-60))] {
            let (mut world, mut one, mut other) = (World::new(), term("one"), term("other"));
            let mut heard = Vec::new();
            for second in (0..20).step_by(2) {
                world.turn(&mut one, second, ahead);
                world.turn(&mut other, second, 0);
                heard.extend(other.skew());
            }
            assert_eq!(heard, Vec::from_iter(told));
            assert_eq!(one.skew(), None, "its own clock");
        }
    }

    #[test]
    fn an_old_lease_is_waited_out_once() {
        // Written long ago, by whom nobody knows: it might be renewed any moment.
        let (mut world, mut gone, mut next) = (World::new(), term("gone"), term("next"));
        world.turn(&mut gone, 0, 0);
        world.turn(&mut next, 1000, 0);
        assert!(!next.is_ours(world.at(1000)));
        world.turn(&mut next, 1015, 0);
        assert!(next.is_ours(world.at(1015)));
    }

    #[test]
    fn what_was_given_up_is_taken_at_once() {
        let (mut world, mut one, mut other) = (World::new(), term("one"), term("other"));
        world.turn(&mut one, 0, 0);
        world.lease = Some(one.given_up());
        world.turn(&mut other, 1, 0);
        assert!(other.is_ours(world.at(1)));
        let spec = world.lease.and_then(|lease| lease.spec).expect("a spec");
        assert_eq!(spec.lease_transitions, Some(2));
        assert_ne!(spec.acquire_time, None);
    }

    #[test]
    fn a_replica_that_restarts_under_its_name_goes_on() {
        let (mut world, mut one) = (World::new(), term("one"));
        world.turn(&mut one, 0, 0);
        let mut again = term("one");
        world.turn(&mut again, 1, 0);
        assert!(again.is_ours(world.at(1)));
        let spec = world.lease.and_then(|lease| lease.spec).expect("a spec");
        assert_eq!(spec.lease_transitions, Some(1));
    }

    #[test]
    fn a_term_ends_without_a_renewal_and_with_a_lease_that_is_gone() {
        let (mut world, mut one) = (World::new(), term("one"));
        world.turn(&mut one, 0, 0);
        let end = world.at(0) + OURS;
        assert_eq!(one.end(), Some(end));
        assert!(!one.is_ours(end));
        // Somebody deleted it: made again, which only one can do.
        let step = one.step(None, world.at(1), world.clock);
        assert!(!one.is_ours(world.at(1)));
        let Step::Write(lease) = step else {
            panic!("{step:?}");
        };
        assert_eq!(lease.metadata.resource_version, None);
    }
}
