//! What `tidegate status` is told: reports of the translation, merged with the facts of the fleet.
//!
//! Owns that merge, as a pure function. Must not compute a condition that translation computes: it fills in
//! `Programmed` where the fleet decides it, and adds `EnvoyProfile` while an Envoy is connected.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use cp_api::Kind;
use cp_api::condition::{Condition, ConditionType, Reason};
use cp_files::Problem;
use cp_kube::status::Deployed;
use cp_translate::{
    Content, GatewayKey, GatewayOutput, Profile, Quarantined, Remedy, Report, Scope, Translation,
};
use proto::google::protobuf::Timestamp;
use proto::tidegate::v1 as tidegate;
use proto::type_url::TypeUrl;

use crate::fleet::{Fleet, Progress, Proxy};
use crate::programmed::{self, Programmed};
use crate::publish::Publisher;

/// When and why a Gateway's resources changed last.
#[derive(Clone, Debug)]
pub struct LastChange {
    /// When.
    pub at: SystemTime,
    /// Why, for humans.
    pub reason: String,
}

/// Everything that a status is made of.
pub struct View<'a> {
    /// The newest translation.
    pub translation: &'a Translation,
    /// Connected proxies.
    pub fleet: &'a Fleet,
    /// Generations that were applied.
    pub programmed: &'a Programmed,
    /// What is published.
    pub publisher: &'a Publisher,
    /// When each Gateway changed last.
    pub last_changes: &'a BTreeMap<GatewayKey, LastChange>,
    /// Files that cannot be read.
    pub problems: &'a [Problem],
    /// The sources, for humans.
    pub sources: &'a [String],
    /// What became of deployed fleets.
    pub deployed: &'a BTreeMap<GatewayKey, Deployed>,
    /// When refused content is tried next; what is not in here is not tried again by itself.
    pub next_tries: BTreeMap<Content, SystemTime>,
}

impl View<'_> {
    /// The whole status.
    pub fn status(&self) -> tidegate::StatusResponse {
        tidegate::StatusResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources: self.sources.to_vec(),
            gateways: self
                .translation
                .gateways
                .iter()
                .map(|(key, output)| self.gateway(key, output))
                .collect(),
            objects: self
                .translation
                .reports
                .iter()
                .map(|report| self.object(report))
                .collect(),
            problems: self.problems.iter().map(problem).collect(),
        }
    }

    /// The conditions of a report, complete.
    pub fn conditions(&self, report: &Report) -> Vec<Condition> {
        let mut conditions = report.conditions.clone();
        match report.programmed {
            cp_translate::Programmed::Absent | cp_translate::Programmed::Settled => {}
            cp_translate::Programmed::Pending => {
                conditions.retain(|condition| condition.kind != ConditionType::Programmed);
                conditions.push(self.programmed(report));
            }
        }
        if let Some(deployed) = self.deployed_as(report) {
            deployed.amend(&mut conditions);
        }
        let has_envoy = |gateway: &GatewayKey| self.fleet.has(gateway, Profile::Envoy);
        if !report.envoy_limits.is_empty() && report.gateways.iter().any(has_envoy) {
            let words = report.envoy_limits.join("; ");
            conditions.push(Condition::fails(
                ConditionType::EnvoyProfile,
                Reason::NotSupported,
                words,
            ));
        }
        conditions
    }

    /// The fleet that the report's object is deployed as.
    fn deployed_as(&self, report: &Report) -> Option<&Deployed> {
        let is_whole = report.scope == Scope::Object && report.key.known() == Some(Kind::Gateway);
        let key = GatewayKey::new(&*report.key.namespace, &*report.key.name);
        self.deployed.get(&key).filter(|_| is_whole)
    }

    fn programmed(&self, report: &Report) -> Condition {
        for gateway in &report.gateways {
            let verdict = self.programmed.verdict(&report.key, gateway, self.fleet);
            if let programmed::Verdict::Pending(progress) = verdict {
                let words = pending(gateway, progress);
                return Condition::fails(ConditionType::Programmed, Reason::Pending, words);
            }
        }
        Condition::holds(ConditionType::Programmed, Reason::Programmed)
    }

    fn object(&self, report: &Report) -> tidegate::ObjectStatus {
        let conditions = self
            .conditions(report)
            .into_iter()
            .map(|condition| tidegate::Condition {
                r#type: condition.kind.to_string(),
                status: condition.status.to_string(),
                reason: condition.reason.to_string(),
                message: condition.message,
            });
        tidegate::ObjectStatus {
            source: Some(report.source.clone()),
            scope: report.scope.to_string(),
            conditions: conditions.collect(),
        }
    }

    fn gateway(&self, key: &GatewayKey, output: &GatewayOutput) -> tidegate::GatewayStatus {
        let published = self.publisher.current(key);
        let desired = |profile: Profile| {
            published
                .as_ref()
                .and_then(|published| published.of(profile).commit_id().map(ToString::to_string))
                .unwrap_or_default()
        };
        let change = self.last_changes.get(key);
        let routes = output.snapshot(Profile::Tidegate).len(TypeUrl::RouteRule);
        tidegate::GatewayStatus {
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            listeners: count(output.listeners.len()),
            routes: count(routes),
            desired_commit: desired(Profile::Tidegate),
            proxies: self
                .fleet
                .proxies(key)
                .map(|proxy| proxy_status(proxy, &desired(proxy.profile)))
                .collect(),
            last_change: change.map(|change| timestamp(change.at)),
            last_change_reason: change
                .map(|change| change.reason.clone())
                .unwrap_or_default(),
            quarantined: output
                .quarantined
                .iter()
                .map(|item| self.quarantined(item))
                .collect(),
            addresses: self
                .deployed
                .get(key)
                .into_iter()
                .flat_map(|deployed| &deployed.addresses)
                .map(|address| address.value.clone())
                .collect(),
        }
    }

    fn quarantined(&self, item: &Quarantined) -> tidegate::QuarantinedResource {
        let substitute = match item.remedy {
            Remedy::LastGood => "its last content that was applied",
            Remedy::Deny => "a stand-in that refuses requests",
            Remedy::LeftOut => "nothing: it is left out",
        };
        let content = &item.rejection.content;
        tidegate::QuarantinedResource {
            type_url: content.type_url.as_str().to_owned(),
            name: content.name.clone(),
            version: content.version.clone(),
            message: item.rejection.message.clone(),
            substitute: substitute.to_owned(),
            next_try: self.next_tries.get(content).copied().map(timestamp),
        }
    }
}

fn pending(gateway: &GatewayKey, progress: Progress) -> String {
    if progress.total == 0 {
        return format!("no proxy of Gateway {gateway} is connected");
    }
    format!(
        "applied by {} of {} proxies of Gateway {gateway}",
        progress.applied, progress.total
    )
}

fn proxy_status(proxy: &Proxy, desired: &str) -> tidegate::ProxyStatus {
    let state = if proxy.rejected.is_some() {
        tidegate::ProxyState::Rejected
    } else if proxy.applied.as_deref() == Some(desired) {
        tidegate::ProxyState::Applied
    } else {
        tidegate::ProxyState::Pending
    };
    tidegate::ProxyStatus {
        node_id: proxy.node_id.clone(),
        user_agent: proxy.user_agent.clone(),
        version: proxy.version.clone(),
        state: state.into(),
        applied_commit: proxy.applied.clone().unwrap_or_default(),
        connected_at: Some(timestamp(proxy.connected_at)),
        detail: proxy.rejected.clone().unwrap_or_default(),
    }
}

fn problem(problem: &Problem) -> tidegate::SourceProblem {
    tidegate::SourceProblem {
        file: problem.file.display().to_string(),
        line: problem.position.line,
        column: problem.position.column,
        message: problem.message.clone(),
    }
}

fn timestamp(at: SystemTime) -> Timestamp {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_nanos()).unwrap_or_default(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{View, proxy_status};
    use crate::fleet::{Fleet, StreamId};
    use crate::history::tests::{gateway, proxy};
    use crate::programmed::Programmed;
    use crate::publish::Publisher;
    use cp_api::condition::{Condition, ConditionType, Reason};
    use cp_api::{Kind, ObjectKey};
    use cp_kube::status::Deployed;
    use cp_translate::{Detail, GatewayKey, Profile, Report, Scope, Translation};
    use proto::tidegate::v1::{ProxyState, Source};
    use std::collections::BTreeMap;

    fn report(programmed: cp_translate::Programmed, conditions: Vec<Condition>) -> Report {
        Report {
            key: ObjectKey::new(Kind::HttpRoute, "default", "r"),
            source: Source::default(),
            scope: Scope::Object,
            conditions,
            programmed,
            envoy_limits: Vec::new(),
            gateways: vec![gateway()],
            detail: Detail::None,
        }
    }

    /// Proxies of a Gateway that were sent `a`: their profiles, and whether they applied it.
    fn connect(fleet: &mut Fleet, gateway: &GatewayKey, proxies: &[(Profile, bool)]) {
        fleet.published(gateway, "a", "a");
        for (stream, (profile, has_applied)) in (1..).map(StreamId).zip(proxies) {
            fleet.connected(gateway, stream, proxy(*profile));
            if *has_applied {
                fleet.applied(gateway, stream, "a");
            }
        }
    }

    #[track_caller]
    fn check(report: &Report, fleet: &Fleet, expected: &[&str]) {
        let mut programmed = Programmed::default();
        programmed.begin();
        for gateway in &report.gateways {
            programmed.translated(&report.key, gateway, 0, fleet.latest(gateway));
            programmed.advance(gateway, fleet);
        }
        let view = View {
            translation: &Translation::default(),
            fleet,
            programmed: &programmed,
            publisher: &Publisher::default(),
            last_changes: &BTreeMap::new(),
            problems: &[],
            sources: &[],
            deployed: &BTreeMap::from([(
                GatewayKey::new("default", "edge"),
                Deployed {
                    unaddressed: Some("no node".to_owned()),
                    ..Deployed::default()
                },
            )]),
            next_tries: BTreeMap::new(),
        };
        let conditions = view.conditions(report);
        let texts: Vec<String> = conditions.iter().map(ToString::to_string).collect();
        assert_eq!(texts, expected);
    }

    /// A Gateway's own condition only: its listeners are programmed wherever it is reached.
    #[test]
    fn a_gateway_without_an_address_is_not_programmed() {
        let of = |scope: Scope| Report {
            key: ObjectKey::new(Kind::Gateway, "default", "edge"),
            scope,
            ..report(
                cp_translate::Programmed::Settled,
                vec![Condition::holds(
                    ConditionType::Programmed,
                    Reason::Programmed,
                )],
            )
        };
        check(
            &of(Scope::Object),
            &Fleet::default(),
            &["Programmed=False AddressNotAssigned: the Gateway has no address yet: no node"],
        );
        let listener = Scope::Listener("http".to_owned());
        check(
            &of(listener),
            &Fleet::default(),
            &["Programmed=True Programmed"],
        );
    }

    #[test]
    fn the_fleet_decides_programmed_where_translation_leaves_it_open() {
        let open = report(
            cp_translate::Programmed::Pending,
            vec![Condition::holds(ConditionType::Accepted, Reason::Accepted)],
        );
        let own = Profile::Tidegate;
        for (proxies, expected) in [
            (
                vec![],
                "Programmed=False Pending: no proxy of Gateway default/edge is connected",
            ),
            (
                vec![(own, true), (own, false)],
                "Programmed=False Pending: applied by 1 of 2 proxies of Gateway default/edge",
            ),
            (
                vec![(own, true), (Profile::Envoy, false)],
                "Programmed=False Pending: applied by 1 of 2 proxies of Gateway default/edge",
            ),
            (
                vec![(own, true), (Profile::Envoy, true)],
                "Programmed=True Programmed",
            ),
        ] {
            let mut fleet = Fleet::default();
            connect(&mut fleet, &gateway(), &proxies);
            check(&open, &fleet, &["Accepted=True Accepted", expected]);
        }
    }

    #[test]
    fn an_object_is_programmed_once_each_of_its_gateways_is() {
        let other = GatewayKey::new("default", "other");
        let both = Report {
            gateways: vec![gateway(), other.clone()],
            ..report(cp_translate::Programmed::Pending, Vec::new())
        };
        let mut fleet = Fleet::default();
        connect(&mut fleet, &gateway(), &[(Profile::Tidegate, true)]);
        connect(&mut fleet, &other, &[]);
        let words = "Programmed=False Pending: no proxy of Gateway default/other is connected";
        check(&both, &fleet, &[words]);
        connect(&mut fleet, &other, &[(Profile::Tidegate, true)]);
        check(&both, &fleet, &["Programmed=True Programmed"]);
    }

    #[test]
    fn what_translation_settled_stands_whatever_was_applied() {
        let rejected = Condition::fails(
            ConditionType::Programmed,
            Reason::RejectedByProxy,
            "too clever",
        );
        let mut fleet = Fleet::default();
        connect(&mut fleet, &gateway(), &[(Profile::Tidegate, true)]);
        check(
            &report(cp_translate::Programmed::Settled, vec![rejected]),
            &fleet,
            &["Programmed=False RejectedByProxy: too clever"],
        );
        check(
            &report(cp_translate::Programmed::Absent, Vec::new()),
            &fleet,
            &[],
        );
    }

    #[test]
    fn an_envoys_limits_are_told_while_one_is_connected() {
        let limited = Report {
            envoy_limits: vec!["one".to_owned(), "two".to_owned()],
            ..report(cp_translate::Programmed::Absent, Vec::new())
        };
        let told = "EnvoyProfile=False NotSupported: one; two";
        let mut fleet = Fleet::default();
        connect(&mut fleet, &gateway(), &[(Profile::Tidegate, true)]);
        let other = GatewayKey::new("default", "other");
        connect(&mut fleet, &other, &[(Profile::Envoy, true)]);
        check(&limited, &fleet, &[]);
        fleet.connected(&gateway(), StreamId(9), proxy(Profile::Envoy));
        check(&limited, &fleet, &[told]);
        check(
            &report(cp_translate::Programmed::Absent, Vec::new()),
            &fleet,
            &[],
        );
        fleet.disconnected(&gateway(), StreamId(9));
        check(&limited, &fleet, &[]);
    }

    #[test]
    fn a_proxy_is_where_its_last_answer_says() {
        for (applied, rejected, expected) in [
            (None, None, ProxyState::Pending),
            (Some("old"), None, ProxyState::Pending),
            (Some("new"), None, ProxyState::Applied),
            (Some("new"), Some("no"), ProxyState::Rejected),
        ] {
            let mut proxy = proxy(Profile::Tidegate);
            proxy.applied = applied.map(ToOwned::to_owned);
            proxy.rejected = rejected.map(ToOwned::to_owned);
            assert_eq!(proxy_status(&proxy, "new").state(), expected);
        }
    }
}
