//! What other replicas know of the fleets.
//!
//! Owns their reports, the age of each by the own clock, and the union of what they say. Must not read a clock, nor know
//! the own proxies. Invariants: the union depends on the reports and not on the order in which they came; counts of a
//! report that is not renewed are ignored; its rejections stay until what was refused is not wanted any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use cp_api::fleet_report::{
    Applied, FleetReportSpec, ReportedCause, ReportedProfile, ReportedRejection,
};
use cp_translate::{Cause, Content, GatewayKey, Profile};

#[cfg(test)]
mod tests;

/// How long a report counts after it was seen to be renewed.
pub const LIFE: Duration = Duration::from_secs(30);

/// Everything that other replicas said.
#[derive(Debug, Default)]
pub struct Peers {
    reports: BTreeMap<(GatewayKey, String), Peer>,
    /// Rejections of replicas that have gone.
    orphans: BTreeMap<Content, Refusal>,
}

#[derive(Debug)]
struct Peer {
    report: FleetReportSpec,
    renewed: Instant,
}

/// What is known of refused content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Where the fault lies.
    pub cause: Cause,
    /// The words of a proxy.
    pub message: String,
    /// Its version.
    pub proxy_version: String,
    /// How many proxies refuse it.
    pub proxies: u32,
}

/// Proxies of another replica that hold one commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// What they are sent.
    pub profile: Profile,
    /// What they applied; empty for nothing.
    pub commit: String,
    /// How many they are.
    pub proxies: u32,
}

impl Peers {
    /// A report was seen. The first sight counts as a renewal, for nobody knows better.
    pub fn observed(&mut self, report: FleetReportSpec, now: Instant) {
        let key = key(&report);
        let renewed = self
            .reports
            .get(&key)
            .filter(|peer| peer.report.renewals == report.renewals)
            .map_or(now, |peer| peer.renewed);
        self.reports.insert(key, Peer { report, renewed });
    }

    /// A report does not exist any more.
    pub fn gone(&mut self, gateway: &GatewayKey, replica: &str) {
        if let Some(peer) = self.reports.remove(&(gateway.clone(), replica.to_owned())) {
            self.inherit(&peer.report);
        }
    }

    /// Sets aside the reports that were not renewed in time; their Gateways and replicas.
    pub fn expire(&mut self, now: Instant) -> Vec<(GatewayKey, String)> {
        let old: Vec<(GatewayKey, String)> = self
            .reports
            .iter()
            .filter(|(_, peer)| peer.renewed + LIFE <= now)
            .map(|(key, _)| key.clone())
            .collect();
        for (gateway, replica) in &old {
            self.gone(gateway, replica);
        }
        old
    }

    /// When the next report will be too old.
    pub fn due(&self) -> Option<Instant> {
        self.reports.values().map(|peer| peer.renewed + LIFE).min()
    }

    /// What the proxies of other replicas hold.
    pub fn held(&self, gateway: &GatewayKey) -> Vec<Held> {
        let mut sum: BTreeMap<(Profile, String), u32> = BTreeMap::new();
        for applied in self.of(gateway).flat_map(|report| &report.applied) {
            let key = (profile(applied.profile), applied.commit.clone());
            let count = sum.entry(key).or_default();
            *count = count.saturating_add(applied.proxies);
        }
        sum.into_iter()
            .filter(|(_, proxies)| *proxies > 0)
            .map(|((profile, commit), proxies)| Held {
                profile,
                commit,
                proxies,
            })
            .collect()
    }

    /// Everything that proxies of other replicas refuse, the rejections of replicas that have gone included.
    pub fn refusals(&self) -> BTreeMap<Content, Refusal> {
        let mut union = self.orphans.clone();
        for peer in self.reports.values() {
            for (content, refusal) in refusals(&peer.report) {
                add(&mut union, content, refusal);
            }
        }
        union
    }

    /// The rejections of replicas that have gone, which the leader goes on telling.
    pub fn all_orphans(&self) -> impl Iterator<Item = (&Content, &Refusal)> {
        self.orphans.iter()
    }

    /// Forgets rejections of replicas that have gone, but for content that is still wanted.
    pub fn retain_orphans(&mut self, is_wanted: impl Fn(&Content) -> bool) {
        self.orphans.retain(|content, _| is_wanted(content));
    }

    /// Gateways that any report is about.
    pub fn gateways(&self) -> BTreeSet<GatewayKey> {
        self.reports
            .keys()
            .map(|(gateway, _)| gateway.clone())
            .collect()
    }

    fn of(&self, gateway: &GatewayKey) -> impl Iterator<Item = &FleetReportSpec> {
        let from = (gateway.clone(), String::new());
        self.reports
            .range(from..)
            .take_while(move |((of, _), _)| of == gateway)
            .map(|(_, peer)| &peer.report)
    }

    fn inherit(&mut self, report: &FleetReportSpec) {
        for (content, refusal) in refusals(report) {
            // Nobody knows any more whether those proxies are there.
            let refusal = Refusal {
                proxies: 0,
                ..refusal
            };
            add(&mut self.orphans, content, refusal);
        }
    }
}

/// One of two things said about the same content, whichever came first; the counts add up.
fn add(union: &mut BTreeMap<Content, Refusal>, content: Content, refusal: Refusal) {
    union
        .entry(content)
        .and_modify(|known| {
            let proxies = known.proxies.saturating_add(refusal.proxies);
            *known = known.clone().min(refusal.clone());
            known.proxies = proxies;
        })
        .or_insert(refusal);
}

fn key(report: &FleetReportSpec) -> (GatewayKey, String) {
    let gateway = &report.gateway;
    (
        GatewayKey::new(&*gateway.namespace, &*gateway.name),
        report.replica.clone(),
    )
}

/// What of a report's rejections can be understood: a newer replica may know more types.
fn refusals(report: &FleetReportSpec) -> impl Iterator<Item = (Content, Refusal)> {
    let (gateway, _) = key(report);
    report.rejections.iter().filter_map(move |rejection| {
        let content = Content {
            gateway: gateway.clone(),
            profile: profile(rejection.profile),
            type_url: rejection.r#type.parse().ok()?,
            name: rejection.name.clone(),
            version: rejection.hash.clone(),
        };
        let refusal = Refusal {
            cause: match rejection.cause {
                ReportedCause::Content => Cause::Content,
                ReportedCause::Machine => Cause::Machine,
            },
            message: rejection.message.clone(),
            proxy_version: rejection.proxy_version.clone(),
            proxies: rejection.proxies,
        };
        Some((content, refusal))
    })
}

fn profile(reported: ReportedProfile) -> Profile {
    match reported {
        ReportedProfile::Tidegate => Profile::Tidegate,
        ReportedProfile::Envoy => Profile::Envoy,
    }
}

fn reported(profile: Profile) -> ReportedProfile {
    match profile {
        Profile::Tidegate => ReportedProfile::Tidegate,
        Profile::Envoy => ReportedProfile::Envoy,
    }
}

/// Longest message of a report, in bytes.
const MESSAGE: usize = 1_024;
/// Commits that a report tells of; proxies on others count as holding none.
const COMMITS: usize = 32;
/// Rejections in one report.
const REJECTIONS: usize = 256;

/// The own report about a Gateway, renewals not counted.
pub fn report<'a>(
    gateway: &GatewayKey,
    replica: &str,
    held: &[Held],
    refusals: impl IntoIterator<Item = (&'a Content, &'a Refusal)>,
) -> FleetReportSpec {
    let mut applied: Vec<Applied> = Vec::new();
    for (index, held) in held.iter().enumerate() {
        let commit = if index < COMMITS { &*held.commit } else { "" };
        let profile = reported(held.profile);
        let same = |known: &&mut Applied| known.profile == profile && known.commit == commit;
        match applied.iter_mut().find(same) {
            Some(known) => known.proxies = known.proxies.saturating_add(held.proxies),
            None => applied.push(Applied {
                profile,
                commit: commit.to_owned(),
                proxies: held.proxies,
            }),
        }
    }
    let rejections = refusals
        .into_iter()
        .take(REJECTIONS)
        .map(|(content, refusal)| ReportedRejection {
            profile: reported(content.profile),
            r#type: content.type_url.as_str().to_owned(),
            name: content.name.clone(),
            hash: content.version.clone(),
            cause: match refusal.cause {
                Cause::Content => ReportedCause::Content,
                Cause::Machine => ReportedCause::Machine,
            },
            proxy_version: cut(&refusal.proxy_version, 128),
            message: cut(&refusal.message, MESSAGE),
            proxies: refusal.proxies,
        });
    FleetReportSpec {
        gateway: cp_api::fleet_report::ReportedGateway {
            namespace: gateway.namespace.clone(),
            name: gateway.name.clone(),
        },
        replica: replica.to_owned(),
        renewals: 0,
        applied,
        rejections: rejections.collect(),
    }
}

fn cut(text: &str, bytes: usize) -> String {
    let end = (0..=bytes.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default())
        .unwrap_or_default()
        .to_owned()
}
