//! Attachment of routes to listeners: one path for every kind of route.
//!
//! Owns parentRefs, the intersection of hostnames, listener isolation and the conditions of each parent. Must
//! not know what a rule of a kind looks like: `RouteKind` says what differs. A route is resolved once,
//! however many listeners it attaches to, so its rules are equal everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::http_route::ParentReference;
use cp_api::object::Resource;
use cp_api::{Kind, ObjectKey};

use crate::backend::Catalog;
use crate::gateway::GatewayDraft;
use crate::hostname::{self, ANY};
use crate::inputs::Stored;
use crate::listener::ListenerDraft;
use crate::lookup::Lookup;
use crate::output::GatewayKey;
use crate::plan::{Attached, BackendPlan, RoutePlan, RulePlan};
use crate::report::{Detail, ParentScope, Programmed, Report, Scope};
use crate::settings::{Settings, Source};

pub(crate) mod http;

/// What differs between kinds of route.
pub(crate) trait RouteKind {
    /// The API object.
    type Object: Resource + 'static;
    /// Short name in resource names.
    const SHORT: &'static str;

    /// All objects of the kind.
    fn all<'a>(lookup: &Lookup<'a>) -> Vec<&'a Stored<Self::Object>>;
    /// What the route attaches to.
    fn parents(object: &Self::Object) -> &[ParentReference];
    /// Its hostnames; empty for those of the listener.
    fn hostnames(object: &Self::Object) -> &[String];
    /// Its rules, with every reference followed.
    fn resolve(catalog: &mut Catalog<'_>, object: &Self::Object) -> Rules;
}

/// The rules of a route and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) rules: Vec<RulePlan>,
    /// How many were written.
    pub(crate) written: usize,
    /// Why rules answer 500, by rule.
    pub(crate) dropped: Vec<(usize, Problem)>,
    /// References that do not resolve.
    pub(crate) unresolved: Vec<Problem>,
    pub(crate) backends: Vec<Arc<BackendPlan>>,
    pub(crate) envoy_limits: Vec<String>,
    /// Fields that only widen where the route attaches, and are not served.
    pub(crate) unserved: Vec<String>,
}

/// Something wrong at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) reason: Reason,
    /// Path from `spec` on.
    pub(crate) path: String,
    pub(crate) message: String,
}

/// Why a parentRef attached to no listener, the most specific reason last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Miss {
    Section,
    Served,
    Allowance,
    Hostname,
}

/// What became of a parentRef.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It attached to no listener.
    Missed(Miss),
    /// It attached, but no proxy listens there: why.
    Idle(Reason, String),
    Served,
}

// === impl Outcome ===

impl Outcome {
    pub(crate) fn missed(&self) -> Option<Miss> {
        match self {
            Outcome::Missed(miss) => Some(*miss),
            Outcome::Idle(..) | Outcome::Served => None,
        }
    }
}

// === impl Rules ===

impl Rules {
    fn dropped_indexes(&self) -> BTreeSet<usize> {
        self.dropped.iter().map(|(index, _)| *index).collect()
    }

    /// Whether no rule is served as written.
    fn are_all_dropped(&self) -> bool {
        !self.dropped.is_empty() && self.dropped_indexes().len() == self.written
    }
}

/// Attaches all routes of a kind and reports on them.
pub(crate) fn attach_all<K: RouteKind>(
    lookup: &Lookup<'_>,
    settings: &Settings,
    catalog: &mut Catalog<'_>,
    drafts: &mut [GatewayDraft<'_>],
) -> Vec<Report> {
    let mut reports = Vec::new();
    for stored in K::all(lookup) {
        let is_wanted = K::parents(&stored.object)
            .iter()
            .any(|parent| find(drafts, K::Object::metadata(&stored.object), parent).is_some());
        if is_wanted {
            reports.extend(attach::<K>(lookup, catalog, drafts, stored));
        } else if settings.source == Source::Directory {
            reports.push(orphan::<K>(stored));
        }
    }
    reports
}

fn attach<K: RouteKind>(
    lookup: &Lookup<'_>,
    catalog: &mut Catalog<'_>,
    drafts: &mut [GatewayDraft<'_>],
    stored: &Stored<K::Object>,
) -> Vec<Report> {
    let metadata = stored.object.metadata();
    let mut rules = K::resolve(catalog, &stored.object);
    let route = Arc::new(RoutePlan {
        source: Arc::clone(&stored.source),
        kind: K::SHORT,
        created: metadata.creation_timestamp.unwrap_or(0),
        is_accepted: !rules.are_all_dropped(),
        rules: std::mem::take(&mut rules.rules),
        backends: std::mem::take(&mut rules.backends),
    });
    let mut seen: BTreeSet<ParentScope> = BTreeSet::new();
    let mut reports = Vec::new();
    for parent in K::parents(&stored.object) {
        let Some(index) = find(drafts, metadata, parent) else {
            continue;
        };
        let Some(draft) = drafts.get_mut(index) else {
            continue;
        };
        let scope = ParentScope {
            gateway: draft.key.clone(),
            section: parent.section_name.clone(),
            port: parent.port,
        };
        if !seen.insert(scope.clone()) {
            continue;
        }
        let wanted = Wanted {
            parent,
            hostnames: K::hostnames(&stored.object),
            kind: K::Object::KIND,
        };
        let outcome = attach_to(lookup, draft, &route, &wanted);
        reports.push(report::<K>(stored, (scope, parent), &rules, &outcome));
    }
    reports
}

/// The Gateway of ours that a parentRef names.
pub(crate) fn find(
    drafts: &[GatewayDraft<'_>],
    metadata: &cp_api::Metadata,
    parent: &ParentReference,
) -> Option<usize> {
    if Kind::of(&parent.group, &parent.kind) != Some(Kind::Gateway) {
        return None;
    }
    let namespace = parent.namespace.as_deref().unwrap_or(&metadata.namespace);
    // Drafts are sorted by namespace and name, as the inputs are.
    drafts
        .binary_search_by(|draft| {
            let key = (draft.key.namespace.as_str(), draft.key.name.as_str());
            key.cmp(&(namespace, parent.name.as_str()))
        })
        .ok()
}

/// What a parentRef asks for.
pub(crate) struct Wanted<'a> {
    pub(crate) parent: &'a ParentReference,
    pub(crate) hostnames: &'a [String],
    pub(crate) kind: Kind,
}

/// Attaches a route to the listeners that a parentRef means. One that is accepted but has no port, or whose Gateway has
/// no address, takes routes, and they have to say that nothing serves them.
pub(crate) fn attach_to(
    lookup: &Lookup<'_>,
    draft: &mut GatewayDraft<'_>,
    route: &Arc<RoutePlan>,
    wanted: &Wanted<'_>,
) -> Outcome {
    let mut miss = Miss::Section;
    let mut is_served = false;
    let mut idle: Vec<(Reason, String)> = Vec::new();
    let gateway_idle = draft.idle();
    let domains_of: Vec<(u16, String)> = draft
        .listeners
        .iter()
        .filter(|listener| listener.is_served())
        .map(|listener| (listener.spec.port, listener.domain().to_owned()))
        .collect();
    let namespace = &route.source.namespace;
    for listener in &mut draft.listeners {
        let parent = wanted.parent;
        let is_meant = parent
            .section_name
            .as_ref()
            .is_none_or(|name| *name == listener.spec.name)
            && parent.port.is_none_or(|port| port == listener.spec.port);
        if !is_meant {
            continue;
        }
        let outcome = if !listener.is_served() {
            Err(Miss::Served)
        } else if !listener.admits(lookup, wanted.kind, namespace) {
            Err(Miss::Allowance)
        } else {
            domains(listener, wanted.hostnames, &domains_of)
        };
        match outcome {
            Err(reason) => miss = miss.max(reason),
            Ok(domains) => {
                match (&gateway_idle, &listener.lost) {
                    (Some(reason), _) => idle.push(reason.clone()),
                    (None, Some(message)) => {
                        let message = format!("listener {}: {message}", listener.spec.name);
                        idle.push((Reason::AddressNotUsable, message));
                    }
                    (None, None) => is_served = true,
                }
                add(listener, route, domains);
            }
        }
    }
    if is_served {
        return Outcome::Served;
    }
    idle.dedup();
    let messages: Vec<&str> = idle.iter().map(|(_, message)| message.as_str()).collect();
    match idle.first() {
        Some((reason, _)) => Outcome::Idle(*reason, messages.join("; ")),
        None => Outcome::Missed(miss),
    }
}

/// Two parentRefs may mean one listener; the route attaches once.
fn add(listener: &mut ListenerDraft<'_>, route: &Arc<RoutePlan>, domains: Vec<String>) {
    let is_attached = listener
        .routes
        .last()
        .is_some_and(|attached| Arc::ptr_eq(&attached.route, route));
    if !is_attached {
        listener.routes.push(Attached {
            route: Arc::clone(route),
            domains,
            policies: BTreeMap::new(),
        });
    }
}

/// The domains that a listener gives to a route. A domain that a more specific listener of the port owns is
/// not among them (Gateway API, "Listener Isolation").
fn domains(
    listener: &ListenerDraft<'_>,
    hostnames: &[String],
    on_ports: &[(u16, String)],
) -> Result<Vec<String>, Miss> {
    let own = listener.domain();
    let any = [ANY.to_owned()];
    let wanted = if hostnames.is_empty() {
        any.as_slice()
    } else {
        hostnames
    };
    let common: BTreeSet<&str> = wanted
        .iter()
        .filter_map(|hostname| hostname::intersect(own, hostname))
        .collect();
    if common.is_empty() {
        return Err(Miss::Hostname);
    }
    let on_port = || {
        on_ports
            .iter()
            .filter(|(port, _)| *port == listener.spec.port)
            .map(|(_, domain)| domain.as_str())
    };
    Ok(common
        .into_iter()
        .filter(|domain| hostname::owner(domain, on_port()) == Some(own))
        .map(ToOwned::to_owned)
        .collect())
}

/// Why a parentRef attached to no listener, in a condition.
pub(crate) fn missed(miss: Miss, gateway: &GatewayKey) -> Condition {
    let (reason, message) = match miss {
        Miss::Section => (
            Reason::NoMatchingParent,
            format!(
                "Gateway {gateway} has no listener that fits sectionName and port of the parentRef"
            ),
        ),
        Miss::Served => (
            Reason::NoMatchingParent,
            format!(
                "no listener of Gateway {gateway} that the parentRef means is served; see its conditions"
            ),
        ),
        Miss::Allowance => (
            Reason::NotAllowedByListeners,
            format!(
                "no listener of Gateway {gateway} admits routes of this namespace and kind; see allowedRoutes"
            ),
        ),
        Miss::Hostname => (
            Reason::NoMatchingListenerHostname,
            format!(
                "spec.hostnames has no hostname in common with the listeners of Gateway {gateway}"
            ),
        ),
    };
    Condition::fails(ConditionType::Accepted, reason, message)
}

fn accepted(rules: &Rules, missed: Option<Miss>, scope: &ParentScope) -> Vec<Condition> {
    let fails =
        |reason, message: String| vec![Condition::fails(ConditionType::Accepted, reason, message)];
    if let Some(miss) = missed {
        return vec![self::missed(miss, &scope.gateway)];
    }
    let holds = Condition::holds(ConditionType::Accepted, Reason::Accepted)
        .saying(rules.unserved.join("; "));
    let Some((_, first)) = rules.dropped.first() else {
        return vec![holds];
    };
    let message = join(rules.dropped.iter().map(|(_, problem)| problem));
    if rules.are_all_dropped() {
        return fails(first.reason, format!("{message}; its matches answer 500"));
    }
    let names: Vec<String> = rules
        .dropped_indexes()
        .iter()
        .map(|index| format!("rules[{index}]"))
        .collect();
    // "Dropped Rule" is the prefix that Gateway API asks for.
    let message = format!(
        "Dropped Rule {}, whose matches answer 500: {message}",
        names.join(", ")
    );
    let partial = Condition::holds(ConditionType::PartiallyInvalid, Reason::UnsupportedValue);
    vec![holds, partial.saying(message)]
}

fn join<'a>(problems: impl Iterator<Item = &'a Problem>) -> String {
    let texts: Vec<String> = problems
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect();
    texts.join("; ")
}

fn report<K: RouteKind>(
    stored: &Stored<K::Object>,
    (scope, parent): (ParentScope, &ParentReference),
    rules: &Rules,
    outcome: &Outcome,
) -> Report {
    let mut conditions = accepted(rules, outcome.missed(), &scope);
    let is_refused = conditions
        .iter()
        .any(|condition| condition.status == cp_api::condition::ConditionStatus::False);
    conditions.push(match rules.unresolved.first() {
        None => Condition::holds(ConditionType::ResolvedRefs, Reason::ResolvedRefs),
        Some(first) => {
            let message = join(rules.unresolved.iter());
            Condition::fails(ConditionType::ResolvedRefs, first.reason, message)
        }
    });
    let (programmed, envoy_limits) = match outcome {
        Outcome::Missed(_) => (Programmed::Absent, Vec::new()),
        Outcome::Idle(..) | Outcome::Served if is_refused => {
            (Programmed::Absent, rules.envoy_limits.clone())
        }
        Outcome::Idle(reason, message) => {
            let message = format!("no proxy listens for the route: {message}");
            conditions.push(Condition::fails(
                ConditionType::Programmed,
                *reason,
                message,
            ));
            (Programmed::Settled, Vec::new())
        }
        Outcome::Served => (Programmed::Pending, rules.envoy_limits.clone()),
    };
    Report {
        key: key::<K>(stored),
        source: (*stored.source).clone(),
        gateways: vec![scope.gateway.clone()],
        scope: Scope::Parent(scope),
        conditions,
        programmed,
        envoy_limits,
        detail: Detail::Parent {
            reference: Box::new(parent.clone()),
        },
    }
}

fn key<K: RouteKind>(stored: &Stored<K::Object>) -> ObjectKey {
    let metadata = stored.object.metadata();
    ObjectKey::new(K::Object::KIND, &*metadata.namespace, &*metadata.name)
}

/// In a directory, a route without any Gateway is told so: nobody else would.
fn orphan<K: RouteKind>(stored: &Stored<K::Object>) -> Report {
    let own = &stored.object.metadata().namespace;
    let parents: Vec<String> = K::parents(&stored.object)
        .iter()
        .map(|parent| {
            let namespace = parent.namespace.as_deref().unwrap_or(own);
            let key = GatewayKey::new(namespace, &*parent.name);
            format!("{} {key}", parent.kind)
        })
        .collect();
    let message = if parents.is_empty() {
        "spec.parentRefs is empty; name a Gateway".to_owned()
    } else {
        format!(
            "{} does not exist or is of a class that is not ours",
            parents.join(", ")
        )
    };
    Report {
        key: key::<K>(stored),
        source: (*stored.source).clone(),
        scope: Scope::Object,
        conditions: vec![Condition::fails(
            ConditionType::Accepted,
            Reason::NoMatchingParent,
            message,
        )],
        programmed: Programmed::Absent,
        envoy_limits: Vec::new(),
        gateways: Vec::new(),
        detail: Detail::None,
    }
}
