//! Publications that proxies may still answer.
//!
//! Owns the recent ones of each Gateway, by commit id: an ACK or a NACK is about what was sent, and something else may be
//! published by the time it arrives. Must not decide what follows from an answer. What every connected proxy is past is
//! dropped, and of the rest the newest [`LIMIT`] are kept.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cp_translate::{GatewayKey, Profile};
use xds::snapshot::Snapshot;

use crate::fleet::{Fleet, Proxy};
use crate::publish::Published;

/// Publications kept per Gateway while a proxy lags behind; an answer to an older one is about nothing.
pub const LIMIT: usize = 16;

/// The recent publications of every Gateway, oldest first.
#[derive(Debug, Default)]
pub struct History {
    gateways: BTreeMap<GatewayKey, VecDeque<Arc<Published>>>,
}

impl History {
    /// This is what a Gateway's proxies are sent from now on.
    pub fn published(&mut self, gateway: &GatewayKey, published: Arc<Published>) {
        let recent = self.gateways.entry(gateway.clone()).or_default();
        recent.push_back(published);
        while recent.len() > LIMIT {
            recent.pop_front();
        }
    }

    /// What a commit consists of.
    pub fn find(&self, gateway: &GatewayKey, profile: Profile, commit: &str) -> Option<&Snapshot> {
        let recent = self.gateways.get(gateway)?.iter();
        recent
            .rev()
            .map(|published| published.of(profile))
            .find(|snapshot| is(snapshot, commit))
    }

    /// Drops what every connected proxy of a Gateway is past. A commit that was published twice counts for its first
    /// time: an answer to what lay between may be on its way.
    pub fn follow(&mut self, gateway: &GatewayKey, fleet: &Fleet) {
        let Some(recent) = self.gateways.get_mut(gateway) else {
            return;
        };
        let held = |proxy: &Proxy| {
            let commit = proxy.applied.as_deref()?;
            let mut recent = recent.iter();
            recent.position(|published| is(published.of(proxy.profile), commit))
        };
        let newest = recent.len().saturating_sub(1);
        let past = fleet
            .proxies(gateway)
            .map(|proxy| held(proxy).unwrap_or(0))
            .min()
            .unwrap_or(newest);
        recent.drain(..past);
    }

    /// Forgets Gateways that are gone.
    pub fn retain(&mut self, exists: impl Fn(&GatewayKey) -> bool) {
        self.gateways.retain(|gateway, _| exists(gateway));
    }
}

fn is(snapshot: &Snapshot, commit: &str) -> bool {
    snapshot.commit_id().is_some_and(|id| **id == *commit)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{History, LIMIT};
    use crate::fleet::{Fleet, Proxy, StreamId};
    use crate::publish::Published;
    use cp_translate::{GatewayKey, Profile};
    use proto::envoy::config::cluster::v3::Cluster;
    use proto::tidegate::v1::CommitOrigin;
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::time::SystemTime;
    use xds::resource::Resource;
    use xds::snapshot::Snapshot;

    pub(crate) fn gateway() -> GatewayKey {
        GatewayKey::new("default", "edge")
    }

    pub(crate) fn proxy(profile: Profile) -> Proxy {
        Proxy {
            node_id: "node".to_owned(),
            user_agent: proto::USER_AGENT.to_owned(),
            version: "0.1.0".to_owned(),
            profile,
            connected_at: SystemTime::UNIX_EPOCH,
            applied: None,
            rejected: None,
            refused: BTreeSet::new(),
        }
    }

    /// A publication whose one cluster, `a`, has this content in both profiles.
    pub(crate) fn published(content: &str) -> Arc<Published> {
        let mut snapshot = Snapshot::default();
        let cluster = Cluster {
            name: "a".to_owned(),
            alt_stat_name: content.to_owned(),
            ..Default::default()
        };
        snapshot.insert(Resource::of(&cluster, None));
        let snapshot = snapshot.committed("commit/default/edge", CommitOrigin::default());
        Arc::new(Published {
            tidegate: snapshot.clone(),
            envoy: snapshot,
        })
    }

    pub(crate) fn id(published: &Published) -> String {
        let id = published.envoy.commit_id();
        id.expect("committed").to_string()
    }

    /// Which of the contents `1` to `count` are known after each proxy applied one, or nothing (0).
    #[track_caller]
    fn check(count: usize, applied: &[usize], expected: &[usize]) {
        let (mut history, mut fleet) = (History::default(), Fleet::default());
        let all: Vec<Arc<Published>> = (1..=count).map(|n| published(&n.to_string())).collect();
        for publication in &all {
            history.published(&gateway(), Arc::clone(publication));
        }
        for (stream, number) in (1..).map(StreamId).zip(applied) {
            fleet.connected(&gateway(), stream, proxy(Profile::Envoy));
            if let Some(index) = number.checked_sub(1) {
                fleet.applied(&gateway(), stream, &id(&all[index]));
            }
        }
        history.follow(&gateway(), &fleet);
        let known: Vec<usize> = (1..=count)
            .filter(|n| {
                history
                    .find(&gateway(), Profile::Envoy, &id(&all[n - 1]))
                    .is_some()
            })
            .collect();
        assert_eq!(known, expected);
    }

    #[test]
    fn what_every_proxy_is_past_is_dropped() {
        check(3, &[], &[3]);
        check(3, &[3], &[3]);
        check(3, &[2, 3], &[2, 3]);
        check(3, &[0, 3], &[1, 2, 3]);
    }

    #[test]
    fn a_proxy_that_never_answers_holds_no_more_than_the_limit() {
        let expected: Vec<usize> = (5..=LIMIT + 4).collect();
        check(LIMIT + 4, &[0], &expected);
    }

    #[test]
    fn content_that_comes_back_drops_nothing_between() {
        let (mut history, mut fleet) = (History::default(), Fleet::default());
        for content in ["good", "bad", "good"] {
            history.published(&gateway(), published(content));
        }
        fleet.connected(&gateway(), StreamId(1), proxy(Profile::Envoy));
        fleet.applied(&gateway(), StreamId(1), &id(&published("good")));
        history.follow(&gateway(), &fleet);
        let bad = id(&published("bad"));
        assert!(history.find(&gateway(), Profile::Envoy, &bad).is_some());
        history.retain(|_| false);
        assert!(history.find(&gateway(), Profile::Envoy, &bad).is_none());
    }
}
