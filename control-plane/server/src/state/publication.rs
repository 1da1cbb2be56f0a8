//! What a translation becomes for the streams: a publication per Gateway that changed.
//!
//! Owns commits and their origin, and for which Gateways Envoy's profile is made: where an Envoy is connected to any
//! replica, or somebody looked at it. Must not translate.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use cp_translate::{GatewayKey, Profile};
use proto::tidegate::v1::CommitOrigin;
use tracing::info;
use xds::snapshot::Snapshot;

use crate::epoch_trace::EpochTimes;
use crate::publish::Published;
use crate::snapshot_view;
use crate::state::State;
use crate::status::LastChange;

impl State {
    pub(super) fn publish(&mut self, times: &EpochTimes, traceparent: &str) {
        for (key, output) in &self.translation.gateways {
            let current = self.publisher.current(key);
            let commit = |profile: Profile| {
                let parent = current
                    .as_ref()
                    .and_then(|old| old.of(profile).commit_id().cloned());
                let origin = CommitOrigin {
                    parent_id: parent.map(|id| id.to_string()).unwrap_or_default(),
                    created_ms: snapshot_view::millis(times.translated_at),
                    replica: self.parts.replica.clone(),
                    reason: times.reason.clone(),
                    traceparent: traceparent.to_owned(),
                };
                let name = proto::name::commit(&key.namespace, &key.name);
                output.snapshot(profile).clone().committed(&name, origin)
            };
            let next = Published {
                tidegate: commit(Profile::Tidegate),
                envoy: match self.envoys.contains(key) {
                    true => commit(Profile::Envoy),
                    false => Snapshot::default(),
                },
            };
            let is_same = current.as_ref().is_some_and(|old| {
                [Profile::Tidegate, Profile::Envoy]
                    .into_iter()
                    .all(|profile| old.of(profile).commit_id() == next.of(profile).commit_id())
            });
            if is_same {
                continue;
            }
            let id = |profile: Profile| next.of(profile).commit_id().map_or("", |id| &**id);
            let number = self
                .fleet
                .published(key, id(Profile::Tidegate), id(Profile::Envoy));
            info!(gateway = %key, commit = id(Profile::Tidegate), reason = times.reason, changed = %snapshot_view::summary(current.as_deref(), &next), "publish");
            self.parts.traces.published(key, number);
            let change = LastChange {
                at: times.translated_at,
                reason: times.reason.clone(),
            };
            self.last_changes.insert(key.clone(), change);
            let next = Arc::new(next);
            self.history.published(key, Arc::clone(&next));
            self.publisher.publish(key, next);
            self.history.follow(key, &self.fleet);
        }
        let gateways = &self.translation.gateways;
        self.publisher.retain(|key| gateways.contains_key(key));
        self.history.retain(|key| gateways.contains_key(key));
        self.parts.traces.retain(|key| gateways.contains_key(key));
        self.last_changes
            .retain(|key, _| gateways.contains_key(key));
        let fleet = &self.fleet;
        self.envoys
            .retain(|key| gateways.contains_key(key) || fleet.has(key, Profile::Envoy));
    }

    /// Somebody takes a Gateway's Envoy profile; true if that is news, and an epoch has to follow.
    pub(super) fn want_envoy(&mut self, gateway: &GatewayKey) -> bool {
        let is_new = self.envoys.insert(gateway.clone());
        if is_new && self.pending.first.is_none() {
            self.pending.first = Some((Instant::now(), SystemTime::now()));
            self.pending.reason = format!("first use of Envoy's profile of {gateway}");
        }
        is_new
    }
}
