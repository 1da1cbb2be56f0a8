//! Endpoints that are judged by their answers.
//!
//! Owns how the members of a cluster become a group of those, and what makes an endpoint the same one: its address in its
//! cluster. Must not choose or judge. Invariant: what is known of an endpoint outlives every configuration that keeps it, and is
//! the same for all workers.

use std::{num::NonZeroU32, sync::Arc};

use super::{RequestBody, State};
use crate::provider_group::{
    Backend, Choice, EntrySettings,
    attempts::RetryPolicy,
    endpoints::Kin,
    health_policy::HealthPolicy,
    states::{Declared, DeclaredEntry, DeclaredGroup, Fingerprint, States},
};

/// The members, in their order, the policy that they are judged by, and how many attempts may be under way at each.
pub(super) type Group = (HealthPolicy, Option<NonZeroU32>, Arc<Backend>);

impl<B: RequestBody> State<B> {
    /// The members as a group, for an entry of these settings. Without a policy, the default is theirs.
    pub(super) fn judged(&self, states: &States, settings: &EntrySettings) -> Arc<Backend> {
        let default = HealthPolicy::default();
        let policy = settings.health.as_ref().unwrap_or(&default);
        let most = settings.most_at_endpoint;
        let mut judged = self.judged.borrow_mut();
        if let Some((own, own_most, group)) = judged.as_ref()
            && (own, *own_most) == (policy, most)
        {
            return group.clone();
        }
        let entries = self.members.iter().map(|member| DeclaredEntry {
            name: member.endpoint.address().to_string().into(),
            fingerprint: Fingerprint::of(&()),
            settings: EntrySettings {
                weight: member.weight,
                most_in_flight: most,
                most_at_endpoint: None,
                most_probes: None,
                health: Some(policy.clone()),
            },
            keys: Vec::new(),
        });
        let group = Arc::new(states.join(&Declared {
            name: self.cluster.name.clone(),
            groups: vec![DeclaredGroup {
                entries: entries.collect(),
                min_healthy_percent: None,
            }],
            retries: RetryPolicy::default(),
            // How endpoints share is nobody's wish.
            choice: Choice::Better,
        }));
        *judged = Some((policy.clone(), most, group.clone()));
        group
    }

    /// What the members have in common: names are those of accounts, the rest are servers that a configuration lists.
    pub(super) fn kin(&self) -> Kin {
        match self.names.is_empty() {
            true => Kin::Servers,
            false => Kin::Doors,
        }
    }
}
