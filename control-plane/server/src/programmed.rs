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
