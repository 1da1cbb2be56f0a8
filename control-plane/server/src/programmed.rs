//! Which generation of which object the proxies have applied.
//!
//! Owns the condition `Programmed` of decisions 3 as a pure value: true for a generation once every connected proxy
//! of the Gateway, and at least one, applied a publication that holds it; a proxy that joins or leaves later does not
//! withdraw it. Must not know about rejections: those are inputs of translation and reach the reports from there.

use std::collections::BTreeMap;

use cp_api::key::ObjectKey;
use cp_translate::GatewayKey;

use crate::fleet::{Fleet, Progress, Publication};

/// The state of every (object, Gateway) pair that translation reported.
#[derive(Debug, Default)]
pub struct Programmed {
    entries: BTreeMap<(ObjectKey, GatewayKey), Entry>,
    epoch: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    generation: i64,
    since: Publication,
    is_reached: bool,
    epoch: u64,
}

/// What is known of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The generation was applied by every proxy.
    Reached,
    /// It was not, yet.
    Pending(Progress),
}

impl Programmed {
    /// Starts a round of [`Programmed::translated`] calls.
    pub fn begin(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
    }

    /// An epoch's translation holds this generation of the object, published to the Gateway as `publication`.
    pub fn translated(
        &mut self,
        object: &ObjectKey,
        gateway: &GatewayKey,
        generation: i64,
        publication: Publication,
    ) {
        let epoch = self.epoch;
        let fresh = Entry {
            generation,
            since: publication,
            is_reached: false,
            epoch,
        };
        self.entries
            .entry((object.clone(), gateway.clone()))
            .and_modify(|entry| {
                if entry.generation != generation {
                    *entry = fresh;
                }
                entry.epoch = epoch;
            })
            .or_insert(fresh);
    }

    /// Ends the round: what was not mentioned in it is forgotten.
    pub fn end(&mut self) {
        let epoch = self.epoch;
        self.entries.retain(|_, entry| entry.epoch == epoch);
    }

    /// Takes over what the fleet of a Gateway has applied.
    pub fn advance(&mut self, gateway: &GatewayKey, fleet: &Fleet) {
        for ((_, of), entry) in &mut self.entries {
            if of == gateway && !entry.is_reached {
                entry.is_reached = fleet.progress(gateway, entry.since).is_complete();
            }
        }
    }

    /// What is known of an object on a Gateway.
    pub fn verdict(&self, object: &ObjectKey, gateway: &GatewayKey, fleet: &Fleet) -> Verdict {
        match self.entries.get(&(object.clone(), gateway.clone())) {
            Some(entry) if entry.is_reached => Verdict::Reached,
            Some(entry) => Verdict::Pending(fleet.progress(gateway, entry.since)),
            None => Verdict::Pending(fleet.progress(gateway, fleet.latest(gateway))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Programmed, Verdict};
    use crate::fleet::{Fleet, Progress, StreamId};
    use crate::history::tests::{gateway, proxy};
    use cp_api::{Kind, ObjectKey};
    use cp_translate::Profile;

    /// What happens to an object, its Gateway and the proxies.
    enum Step {
        Join(u64),
        Leave(u64),
        /// An epoch translates this generation of the object and publishes this commit; the same one again is none.
        Epoch(i64, &'static str),
        Apply(u64, &'static str),
        /// An epoch does not reach the Gateway from the object any more.
        Detach,
    }
    use Step::{Apply, Detach, Epoch, Join, Leave};

    #[track_caller]
    fn check(steps: &[Step], expected: Verdict) {
        let object = ObjectKey::new(Kind::HttpRoute, "default", "r");
        let (mut programmed, mut fleet) = (Programmed::default(), Fleet::default());
        let mut published = None;
        for step in steps {
            match step {
                Join(stream) => {
                    fleet.connected(&gateway(), StreamId(*stream), proxy(Profile::Tidegate));
                }
                Leave(stream) => fleet.disconnected(&gateway(), StreamId(*stream)),
                Epoch(generation, commit) => {
                    if published.replace(*commit) != Some(*commit) {
                        fleet.published(&gateway(), commit, "");
                    }
                    let latest = fleet.latest(&gateway());
                    programmed.begin();
                    programmed.translated(&object, &gateway(), *generation, latest);
                    programmed.end();
                }
                Apply(stream, commit) => fleet.applied(&gateway(), StreamId(*stream), commit),
                Detach => {
                    programmed.begin();
                    programmed.end();
                }
            }
            programmed.advance(&gateway(), &fleet);
        }
        assert_eq!(programmed.verdict(&object, &gateway(), &fleet), expected);
    }

    fn pending(applied: usize, total: usize) -> Verdict {
        Verdict::Pending(Progress { applied, total })
    }

    #[test]
    fn a_generation_is_reached_once_every_proxy_and_at_least_one_applied_it() {
        check(&[Epoch(1, "a")], pending(0, 0));
        check(&[Epoch(1, "a"), Join(1)], pending(0, 1));
        check(&[Epoch(1, "a"), Join(1), Apply(1, "a")], Verdict::Reached);
        check(
            &[Join(1), Join(2), Epoch(1, "a"), Apply(1, "a")],
            pending(1, 2),
        );
        check(
            &[
                Join(1),
                Join(2),
                Epoch(1, "a"),
                Apply(1, "a"),
                Apply(2, "a"),
            ],
            Verdict::Reached,
        );
        // The one that lags leaves.
        check(
            &[Join(1), Join(2), Epoch(1, "a"), Apply(1, "a"), Leave(2)],
            Verdict::Reached,
        );
        // The only one leaves before it applied anything.
        check(&[Join(1), Epoch(1, "a"), Leave(1)], pending(0, 0));
    }

    #[test]
    fn who_joins_or_leaves_later_does_not_withdraw_it() {
        let reached = || vec![Epoch(1, "a"), Join(1), Apply(1, "a")];
        for later in [
            vec![Join(2)],
            vec![Leave(1)],
            vec![Leave(1), Join(2)],
            vec![Join(2), Epoch(1, "a")],
        ] {
            let steps: Vec<Step> = reached().into_iter().chain(later).collect();
            check(&steps, Verdict::Reached);
        }
    }

    #[test]
    fn another_generation_has_to_be_applied_itself() {
        let applied = [Epoch(1, "a"), Join(1), Apply(1, "a"), Epoch(2, "b")];
        check(&applied, pending(0, 1));
        check(
            &[Epoch(1, "a"), Join(1), Epoch(2, "b"), Apply(1, "a")],
            pending(0, 1),
        );
        check(
            &[Epoch(1, "a"), Join(1), Epoch(2, "b"), Apply(1, "b")],
            Verdict::Reached,
        );
        // It changes no resource, so what is applied holds it.
        check(
            &[Epoch(1, "a"), Join(1), Apply(1, "a"), Epoch(2, "a")],
            Verdict::Reached,
        );
    }

    #[test]
    fn publications_for_other_objects_do_not_matter() {
        check(
            &[Epoch(1, "a"), Join(1), Apply(1, "a"), Epoch(1, "b")],
            Verdict::Reached,
        );
        check(
            &[Epoch(1, "a"), Join(1), Epoch(1, "b"), Apply(1, "a")],
            Verdict::Reached,
        );
        check(
            &[Epoch(1, "a"), Join(1), Epoch(1, "b"), Apply(1, "b")],
            Verdict::Reached,
        );
        check(&[Epoch(1, "a"), Join(1), Apply(1, "other")], pending(0, 1));
    }

    #[test]
    fn an_object_that_left_the_gateway_starts_anew() {
        check(
            &[Epoch(1, "a"), Join(1), Apply(1, "a"), Detach, Epoch(1, "b")],
            pending(0, 1),
        );
    }
}
