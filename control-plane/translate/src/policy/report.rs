//! Conditions of policies: where they are attached, and what of them is in force.
//!
//! Owns the way from places to Gateways, for AgentgatewayPolicy and TidegatePolicy alike. Must not pass over a
//! field that is not in force: one that could have protected something makes the policy not accepted. Who loses a field to
//! another policy is told the winner.

use std::collections::{BTreeMap, BTreeSet};

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::effect::{self, Effects, Loss};
use cp_api::{Kind, ObjectKey};

use super::conflict::Loss as Lost;
use super::{Attachments, Object, Standing, policy_field};
use crate::gateway_class;
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::output::GatewayKey;
use crate::plan::GatewayPlan;
use crate::report::{Detail, Programmed, Report, Scope};
use crate::settings::{Settings, Source};

/// What is said of a policy while an Envoy is connected.
const ENVOY_LIMIT: &str =
    "is enforced by Tidegate's own proxy only; rules to which it applies answer 503 in Envoy";

/// Gateways of ours by the objects through which they are reached.
pub(crate) struct Reach(BTreeMap<ObjectKey, BTreeSet<GatewayKey>>);

/// What is another controller's to speak about.
struct Foreign<'a> {
    lookup: &'a Lookup<'a>,
    settings: &'a Settings,
}

/// Where a policy is attached.
#[derive(Default)]
struct Attachment {
    gateways: BTreeSet<GatewayKey>,
    /// Whether a target is of another controller, who speaks about it.
    is_others: bool,
    problems: Vec<String>,
}

/// Reports of all policies, one per Gateway that each reaches and one about targets that lead nowhere.
pub(crate) fn reports(
    lookup: &Lookup<'_>,
    settings: &Settings,
    reach: &Reach,
    attachments: &Attachments,
) -> Vec<Report> {
    let foreign = Foreign { lookup, settings };
    let upstream = lookup
        .policies()
        .flat_map(|stored| report(&foreign, reach, stored, attachments));
    let ours = lookup
        .tidegate_policies()
        .flat_map(|stored| report(&foreign, reach, stored, attachments));
    upstream.chain(ours).collect()
}

fn report<T: Object>(
    foreign: &Foreign<'_>,
    reach: &Reach,
    stored: &Stored<T>,
    attachments: &Attachments,
) -> Vec<Report> {
    let metadata = stored.object.metadata();
    let key = ObjectKey::new(T::KIND, &*metadata.namespace, &*metadata.name);
    let Some(standing) = attachments.standings.get(&key) else {
        return Vec::new();
    };
    let attachment = attach(foreign, reach, standing);
    let accepted = accepted(stored.object.effects(), standing);
    let is_accepted = accepted.status == cp_api::condition::ConditionStatus::True;
    let attached = if is_accepted || standing.is_beaten() {
        attached(standing)
    } else {
        Condition::fails(
            ConditionType::Attached,
            Reason::Pending,
            "nothing of the policy is in force; see Accepted",
        )
    };
    let envoy_limits = match is_accepted && standing.guards_routes {
        true => vec![ENVOY_LIMIT.to_owned()],
        false => Vec::new(),
    };
    let one = |scope: Scope, conditions: Vec<Condition>, gateways: Vec<GatewayKey>| Report {
        key: key.clone(),
        source: (*stored.source).clone(),
        scope,
        conditions,
        programmed: Programmed::Absent,
        envoy_limits: envoy_limits.clone(),
        gateways,
        detail: Detail::None,
    };
    let mut reports: Vec<Report> = attachment
        .gateways
        .iter()
        .map(|gateway| {
            one(
                Scope::Ancestor(gateway.clone()),
                vec![accepted.clone(), attached.clone()],
                vec![gateway.clone()],
            )
        })
        .collect();
    let is_others = attachment.is_others && attachment.problems.is_empty();
    if !attachment.problems.is_empty() || (reports.is_empty() && !is_others) {
        let words = attachment.problems.join("; ");
        let unattached = Condition::fails(ConditionType::Attached, Reason::Pending, words);
        reports.push(one(Scope::Summary, vec![accepted, unattached], Vec::new()));
    }
    reports
}

/// Whether the policy is in force at its places, or another one is.
fn attached(standing: &Standing) -> Condition {
    let words: Vec<String> = standing
        .lost
        .iter()
        .map(|lost| {
            let Lost {
                field,
                winner,
                place,
            } = lost;
            format!("spec.{field} at {place} is that of {winner}, which comes first")
        })
        .collect();
    if words.is_empty() {
        return Condition::holds(ConditionType::Attached, Reason::Attached);
    }
    let all = standing.targets.places.len() * (standing.valid + standing.invalid.len());
    if words.len() >= all {
        return Condition::fails(
            ConditionType::Attached,
            Reason::Overridden,
            words.join("; "),
        );
    }
    Condition::holds(ConditionType::Attached, Reason::Merged).saying(words.join("; "))
}

/// Whether something of it is in force, and nothing that could protect is left out.
fn accepted(effects: &Effects, standing: &Standing) -> Condition {
    let lost =
        |loss: Loss| effect::sentence(effects.missing.iter().filter(|field| field.loss == loss));
    if let Some(words) = lost(Loss::Protection) {
        let missing = effects.missing.iter();
        let mut refusing = missing.filter(|field| field.loss == Loss::Protection);
        let refuses = refusing.any(|field| standing.is_in_force(policy_field(&field.path)));
        let then = match refuses {
            true => ", and requests that it is about get 503",
            false => "; other policies are in its place",
        };
        let message = format!("{words}; nothing of this policy is in force{then}");
        return Condition::fails(ConditionType::Accepted, Reason::NotSupported, message);
    }
    if !standing.invalid.is_empty() {
        let words: Vec<&str> = standing.invalid.iter().map(|own| &*own.why).collect();
        let words = words.join("; ");
        let mut invalid = standing.invalid.iter();
        let then = match invalid.any(|own| standing.is_in_force(&own.field)) {
            true => "requests that it is about get 503",
            false => "other policies are in its place",
        };
        let message = format!("{words}; {then}");
        return match standing.valid {
            0 => Condition::fails(ConditionType::Accepted, Reason::Invalid, message),
            _ => Condition::holds(ConditionType::Accepted, Reason::PartiallyValid).saying(message),
        };
    }
    if let (Some(words), true) = (&standing.idle.words, standing.idle.is_all) {
        let message = format!("{words}; nothing of this policy is in force");
        return Condition::fails(ConditionType::Accepted, Reason::Invalid, message);
    }
    let mut partly = Vec::new();
    if !standing.left_out.is_empty() {
        let words = standing.left_out.join("; ");
        partly.push(format!("{words}; what is left of the field is in force"));
    }
    let idle = standing.idle.words.iter();
    partly.extend(idle.map(|words| format!("{words}; the rest of the policy is in force")));
    match lost(Loss::Function) {
        Some(words) if effects.served == 0 => {
            let message = format!("{words}; nothing of this policy is in force");
            return Condition::fails(ConditionType::Accepted, Reason::NotSupported, message);
        }
        words => partly.extend(words),
    }
    let apart = (!standing.counted_apart.is_empty()).then(|| {
        let names = standing.counted_apart.join(", ");
        format!("{names}: each proxy counts for itself, and anew when it starts")
    });
    if partly.is_empty() {
        let accepted = Condition::holds(ConditionType::Accepted, Reason::Accepted);
        return match apart {
            None => accepted,
            Some(words) => accepted.saying(words),
        };
    }
    partly.extend(apart);
    Condition::holds(ConditionType::Accepted, Reason::PartiallyValid).saying(partly.join("; "))
}

fn attach(foreign: &Foreign<'_>, reach: &Reach, standing: &Standing) -> Attachment {
    let mut attachment = Attachment {
        problems: standing.targets.problems.clone(),
        ..Attachment::default()
    };
    let mut keys: Vec<&ObjectKey> = standing.targets.places.iter().map(|p| &p.key).collect();
    keys.dedup();
    for key in keys {
        attachment.reach(foreign, reach, key);
    }
    attachment
}

fn target_key(group: &str, kind: &str, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

// === impl Foreign ===

impl Foreign<'_> {
    /// Whether an object leads to a Gateway that exists and is not ours. Only a cluster has such.
    fn owns(&self, key: &ObjectKey) -> bool {
        if self.settings.source == Source::Directory {
            return false;
        }
        let is_foreign = |gateway: &GatewayKey| {
            self.lookup.gateway(gateway).is_some()
                && !gateway_class::serves(self.lookup, self.settings, gateway)
        };
        if key.known() == Some(Kind::Gateway) {
            return is_foreign(&GatewayKey::new(&*key.namespace, &*key.name));
        }
        let route = (key.known() == Some(Kind::HttpRoute))
            .then(|| self.lookup.http_route(&key.namespace, &key.name));
        let parents = route
            .flatten()
            .map(|route| route.object.spec.parent_refs.iter());
        parents.into_iter().flatten().any(|parent| {
            let namespace = parent.namespace.as_deref().unwrap_or(&key.namespace);
            is_foreign(&GatewayKey::new(namespace, &*parent.name))
        })
    }
}

// === impl Attachment ===

impl Attachment {
    fn reach(&mut self, foreign: &Foreign<'_>, reach: &Reach, key: &ObjectKey) {
        match reach.0.get(key) {
            Some(gateways) => self.gateways.extend(gateways.iter().cloned()),
            None if foreign.owns(key) => self.is_others = true,
            None => self
                .problems
                .push(format!("{key} is not attached to any Gateway")),
        }
    }
}

// === impl Reach ===

impl Reach {
    /// From what was planned, and from what reports say of their objects.
    pub(crate) fn new(plans: &BTreeMap<GatewayKey, GatewayPlan>, reports: &[Report]) -> Reach {
        let mut found: BTreeMap<ObjectKey, BTreeSet<GatewayKey>> = BTreeMap::new();
        for (gateway, plan) in plans {
            let own = ObjectKey::new(Kind::Gateway, &*gateway.namespace, &*gateway.name);
            found.entry(own).or_default().insert(gateway.clone());
            for source in plan.backends.values().flat_map(|backend| &backend.sources) {
                let key = target_key(&source.group, &source.kind, &source.namespace, &source.name);
                found.entry(key).or_default().insert(gateway.clone());
            }
        }
        for report in reports.iter().filter(|report| !report.gateways.is_empty()) {
            let gateways = found.entry(report.key.clone()).or_default();
            gateways.extend(report.gateways.iter().cloned());
        }
        Reach(found)
    }
}
