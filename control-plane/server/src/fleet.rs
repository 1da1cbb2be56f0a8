//! Who is connected, what each proxy was given, applied and refused.
//!
//! Owns the facts about streams as values; `pipeline` is the only writer. Must not know what a resource means or
//! touch a stream. A proxy holds every publication up to the newest one whose commit it applied: equal content
//! has an equal commit, so an id that comes back counts for its latest publication.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::SystemTime;

use cp_translate::{Content, GatewayKey, Profile};
use xds::snapshot::Snapshot;

use crate::peers::Held;

/// Publications remembered per Gateway; an applied commit older than that counts as none.
const HISTORY: usize = 512;

/// One ADS stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamId(pub u64);

/// Number of a publication of one Gateway, counted from 1 by this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Publication(pub u64);

/// A connected proxy.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// `node.id`, a hint for humans.
    pub node_id: String,
    /// `node.user_agent_name`.
    pub user_agent: String,
    /// `node.user_agent_version`.
    pub version: String,
    /// What it is served; chosen by its user agent, which never decides its rights.
    pub profile: Profile,
    /// When its stream opened.
    pub connected_at: SystemTime,
    /// The commit that it applied last.
    pub applied: Option<String>,
    /// The refusal that stands, in the proxy's words; cleared by the next commit it applies.
    pub rejected: Option<String>,
    /// What it refused and has not taken since.
    pub refused: BTreeSet<Content>,
}

/// How many proxies hold a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Connected proxies that applied it or a later one.
    pub applied: usize,
    /// Connected proxies.
    pub total: usize,
}

/// Every Gateway's proxies.
#[derive(Debug, Default)]
pub struct Fleet {
    gateways: BTreeMap<GatewayKey, GatewayFleet>,
}

#[derive(Debug, Default)]
struct GatewayFleet {
    proxies: BTreeMap<StreamId, Proxy>,
    /// Proxies of other replicas, by what they hold: equal inputs give equal commits there.
    remote: Vec<Held>,
    latest: Publication,
    history: VecDeque<Published>,
}

#[derive(Debug)]
struct Published {
    number: Publication,
    tidegate: String,
    envoy: String,
}

// === impl Progress ===

impl Progress {
    /// Applied by every connected proxy, and by at least one.
    pub fn is_complete(self) -> bool {
        self.total > 0 && self.applied == self.total
    }
}

// === impl Fleet ===

impl Fleet {
    /// Notes what a Gateway's proxies should hold from now on.
    pub fn published(&mut self, gateway: &GatewayKey, tidegate: &str, envoy: &str) -> Publication {
        let fleet = self.gateways.entry(gateway.clone()).or_default();
        fleet.latest = Publication(fleet.latest.0.saturating_add(1));
        fleet.history.push_back(Published {
            number: fleet.latest,
            tidegate: tidegate.to_owned(),
            envoy: envoy.to_owned(),
        });
        while fleet.history.len() > HISTORY {
            fleet.history.pop_front();
        }
        fleet.latest
    }

    /// A stream opened.
    pub fn connected(&mut self, gateway: &GatewayKey, stream: StreamId, proxy: Proxy) {
        self.gateways
            .entry(gateway.clone())
            .or_default()
            .proxies
            .insert(stream, proxy);
    }

    /// A stream ended.
    pub fn disconnected(&mut self, gateway: &GatewayKey, stream: StreamId) {
        if let Some(fleet) = self.gateways.get_mut(gateway) {
            fleet.proxies.remove(&stream);
        }
    }

    /// A proxy applied a commit.
    pub fn applied(&mut self, gateway: &GatewayKey, stream: StreamId, commit: &str) {
        if let Some(proxy) = self.proxy_mut(gateway, stream) {
            proxy.applied = Some(commit.to_owned());
            proxy.rejected = None;
        }
    }

    /// A proxy refused something.
    pub fn rejected(&mut self, gateway: &GatewayKey, stream: StreamId, message: &str) {
        if let Some(proxy) = self.proxy_mut(gateway, stream) {
            proxy.rejected = Some(message.to_owned());
        }
    }

    /// A proxy refused this content; how many of the connected ones with its profile did, and how many there are.
    pub fn refused(&mut self, content: &Content, stream: StreamId) -> (u32, u32) {
        if let Some(proxy) = self.proxy_mut(&content.gateway, stream) {
            proxy.refused.insert(content.clone());
        }
        let (mut refusing, mut total) = (0_u32, 0_u32);
        for proxy in self.profiled(&content.gateway, content.profile) {
            total = total.saturating_add(1);
            refusing = refusing.saturating_add(u32::from(proxy.refused.contains(content)));
        }
        (refusing, total)
    }

    /// A proxy holds this: it does not refuse what is in it any more.
    pub fn took(&mut self, gateway: &GatewayKey, stream: StreamId, snapshot: &Snapshot) {
        if let Some(proxy) = self.proxy_mut(gateway, stream) {
            proxy.refused.retain(|content| !holds(snapshot, content));
        }
    }

    /// Forgets refusals of content that matters no more.
    pub fn retain_refused(&mut self, gateway: &GatewayKey, matters: impl Fn(&Content) -> bool) {
        let fleet = self.gateways.get_mut(gateway);
        for proxy in fleet
            .into_iter()
            .flat_map(|fleet| fleet.proxies.values_mut())
        {
            proxy.refused.retain(&matters);
        }
    }

    /// These proxies are connected to other replicas.
    pub fn follow_remote(&mut self, gateway: &GatewayKey, remote: Vec<Held>) {
        match self.gateways.get_mut(gateway) {
            Some(fleet) => fleet.remote = remote,
            None if remote.is_empty() => {}
            None => self.gateways.entry(gateway.clone()).or_default().remote = remote,
        }
    }

    /// Gateways with proxies of this replica.
    pub fn gateways(&self) -> impl Iterator<Item = &GatewayKey> {
        self.gateways
            .iter()
            .filter(|(_, fleet)| !fleet.proxies.is_empty())
            .map(|(gateway, _)| gateway)
    }

    /// What the proxies of this replica hold.
    pub fn held(&self, gateway: &GatewayKey) -> Vec<Held> {
        let mut held: BTreeMap<(Profile, String), u32> = BTreeMap::new();
        for proxy in self.proxies(gateway) {
            let commit = proxy.applied.clone().unwrap_or_default();
            let count = held.entry((proxy.profile, commit)).or_default();
            *count = count.saturating_add(1);
        }
        held.into_iter()
            .map(|((profile, commit), proxies)| Held {
                profile,
                commit,
                proxies,
            })
            .collect()
    }

    /// How many proxies of a profile are connected to any replica.
    pub fn connected_anywhere(&self, gateway: &GatewayKey, profile: Profile) -> u32 {
        let local = self.profiled(gateway, profile).map(|_| 1);
        let remote = self.remote(gateway, profile).map(|held| held.proxies);
        local.chain(remote).fold(0, u32::saturating_add)
    }

    /// The commit that every connected proxy of a profile, and at least one, holds; `None` while they differ.
    pub fn common(&self, gateway: &GatewayKey, profile: Profile) -> Option<&str> {
        let local = self
            .profiled(gateway, profile)
            .map(|proxy| proxy.applied.as_deref());
        let remote = self
            .remote(gateway, profile)
            .map(|held| Some(held.commit.as_str()).filter(|commit| !commit.is_empty()));
        let mut held = local.chain(remote);
        let first = held.next()??;
        held.all(|other| other == Some(first)).then_some(first)
    }

    /// The connected proxies of a Gateway.
    pub fn proxies(&self, gateway: &GatewayKey) -> impl Iterator<Item = &Proxy> {
        self.gateways
            .get(gateway)
            .into_iter()
            .flat_map(|fleet| fleet.proxies.values())
    }

    /// The client of a stream.
    pub fn proxy(&self, gateway: &GatewayKey, stream: StreamId) -> Option<&Proxy> {
        self.gateways.get(gateway)?.proxies.get(&stream)
    }

    /// Whether a client of this profile is connected to the Gateway.
    pub fn has(&self, gateway: &GatewayKey, profile: Profile) -> bool {
        self.profiled(gateway, profile).next().is_some()
            || self.remote(gateway, profile).next().is_some()
    }

    /// The latest publication of a Gateway; zero before the first.
    pub fn latest(&self, gateway: &GatewayKey) -> Publication {
        self.gateways
            .get(gateway)
            .map(|fleet| fleet.latest)
            .unwrap_or_default()
    }

    /// How many of a Gateway's proxies hold a publication.
    pub fn progress(&self, gateway: &GatewayKey, since: Publication) -> Progress {
        let Some(fleet) = self.gateways.get(gateway) else {
            return Progress {
                applied: 0,
                total: 0,
            };
        };
        let local = fleet.proxies.values().map(|proxy| {
            let commit = proxy.applied.as_deref().unwrap_or_default();
            (fleet.number(proxy.profile, commit), 1)
        });
        let remote = fleet.remote.iter().map(|held| {
            let proxies = usize::try_from(held.proxies).unwrap_or(usize::MAX);
            (fleet.number(held.profile, &held.commit), proxies)
        });
        let mut progress = Progress {
            applied: 0,
            total: 0,
        };
        for (held, proxies) in local.chain(remote) {
            progress.total = progress.total.saturating_add(proxies);
            if held >= since {
                progress.applied = progress.applied.saturating_add(proxies);
            }
        }
        progress
    }

    fn remote(&self, gateway: &GatewayKey, profile: Profile) -> impl Iterator<Item = &Held> {
        let fleet = self.gateways.get(gateway);
        fleet
            .into_iter()
            .flat_map(|fleet| &fleet.remote)
            .filter(move |held| held.profile == profile)
    }

    fn profiled(&self, gateway: &GatewayKey, profile: Profile) -> impl Iterator<Item = &Proxy> {
        self.proxies(gateway)
            .filter(move |proxy| proxy.profile == profile)
    }

    fn proxy_mut(&mut self, gateway: &GatewayKey, stream: StreamId) -> Option<&mut Proxy> {
        self.gateways.get_mut(gateway)?.proxies.get_mut(&stream)
    }
}

// === impl GatewayFleet ===

impl GatewayFleet {
    /// The newest publication that has this commit; none for no commit, and for one that is not known here.
    fn number(&self, profile: Profile, commit: &str) -> Publication {
        let is_held = |published: &&Published| match profile {
            Profile::Tidegate => published.tidegate == commit,
            Profile::Envoy => published.envoy == commit,
        };
        if commit.is_empty() {
            return Publication(0);
        }
        self.history
            .iter()
            .rev()
            .find(is_held)
            .map(|found| found.number)
            .unwrap_or_default()
    }
}

/// Whether a snapshot has this content under its name.
pub fn holds(snapshot: &Snapshot, content: &Content) -> bool {
    snapshot
        .get(content.type_url, &content.name)
        .is_some_and(|resource| resource.version().hex() == content.version)
}

#[cfg(test)]
mod tests;
