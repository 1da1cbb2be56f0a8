//! Policies that are attached: what each says, to what it is attached, and who is in force.
//!
//! Owns the table of nouns and the steps: compile each field of each object (`<noun>.rs`), find its places (`attach`), decide
//! between several at one place (`conflict`), put together what holds along a way (`set`), and tell it (`report`). Must
//! not pass over a field that could have protected something: what cannot be enforced is a policy that refuses.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::ObjectKey;
use cp_api::effect::{Effects, Loss};
use cp_api::object::Resource;
use cp_api::policy::target::{TargetRef, TargetSelector};
use cp_api::policy::{AgentgatewayPolicy, Inheritance};
use cp_api::tidegate_policy::TidegatePolicy;
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::plan::{PolicyBody, PolicyPlan};
use crate::settings::Settings;

mod ai;
mod ai_affinity;
mod ai_cache;
mod ai_fallback;
mod ai_guards;
mod ai_keys;
mod ai_load;
mod ai_timeouts;
mod allowed_models;
mod attach;
mod attribution;
mod budget;
mod budget_store;
mod conflict;
mod denied_params;
mod frontend_http;
mod global_rate_limit;
mod idle;
mod local_rate_limit;
mod of_providers;
mod rate_limit_service;
mod report;
mod response_model;
mod set;

pub(crate) use report::{Reach, reports};

use attach::{Place, Targets};
use conflict::{InForce, Loss as Lost};
use idle::Idle;

/// A field of a policy and what it says, or why it cannot be had.
type Noun = (&'static str, Result<PolicyBody, String>);

/// What a policy is compiled against.
pub(crate) struct Ground<'a> {
    lookup: &'a Lookup<'a>,
    settings: &'a Settings,
    /// The policy's own provenance.
    source: &'a tidegate::Source,
}

/// Every field of AgentgatewayPolicy that is in effect: a noun, a line here and a file beside.
const NOUNS: [fn(&Ground<'_>, &AgentgatewayPolicy) -> Option<Noun>; 8] = [
    ai::compile,
    |_, policy| frontend_http::compile(policy),
    |ground, policy| local_rate_limit::compile(ground.lookup, policy),
    |ground, policy| global_rate_limit::compile(ground.lookup, policy),
    of_providers::auth,
    of_providers::tls,
    of_providers::health,
    of_providers::http,
];

/// Every field of TidegatePolicy that is in effect.
const OWN_NOUNS: [fn(&Ground<'_>, &TidegatePolicy) -> Option<Noun>; 12] = [
    |ground, policy| budget::compile(ground.lookup, policy),
    |ground, policy| budget::compile_concurrency(ground.lookup, policy),
    |ground, policy| ai_load::compile(ground.lookup, policy),
    ai_guards::compile,
    ai_keys::compile,
    |_, policy| ai_timeouts::compile(policy),
    |_, policy| ai_affinity::compile(policy),
    |_, policy| ai_fallback::compile(policy),
    |_, policy| allowed_models::compile(policy),
    |_, policy| denied_params::compile(policy),
    |_, policy| response_model::compile(policy),
    |_, policy| attribution::compile(policy),
];

/// What both kinds of policies have.
pub(crate) trait Object: Resource {
    /// The kind in names of resources.
    const SHORT: &'static str;
    fn refs(&self) -> &[TargetRef];
    fn selectors(&self) -> &[TargetSelector];
    fn effects(&self) -> &Effects;
    /// Whether less specific levels stand against more specific ones.
    fn is_override(&self) -> bool;
    /// The fields of it that are set and in effect.
    fn nouns(&self, ground: &Ground<'_>) -> Vec<Noun>;
}

/// Everything that is attached.
#[derive(Debug, Default)]
pub(crate) struct Attachments {
    /// Who is in force where, one policy per field at most.
    in_force: BTreeMap<Place, Vec<InForce>>,
    /// By policy.
    standings: BTreeMap<ObjectKey, Standing>,
}

/// What became of one policy object.
#[derive(Debug, Default)]
struct Standing {
    targets: Targets,
    /// Fields that are set and refuse requests because they cannot be had, and why.
    invalid: Vec<Invalid>,
    /// What is left out of fields that could be had.
    left_out: Vec<String>,
    /// What has no effect at some of its places.
    idle: Idle,
    /// Fields of which each proxy counts for itself.
    counted_apart: Vec<String>,
    /// How many fields could be had.
    valid: usize,
    /// Whether a real Envoy refuses requests because of it.
    guards_routes: bool,
    lost: Vec<Lost>,
}

/// A field that cannot be had.
#[derive(Debug)]
struct Invalid {
    field: String,
    why: String,
}

/// One policy object, compiled.
struct Compiled {
    key: ObjectKey,
    created: i64,
    is_override: bool,
    policies: Vec<Arc<PolicyPlan>>,
}

// === impl Attachments ===

impl Attachments {
    /// Compiles and attaches every policy.
    pub(crate) fn new(lookup: &Lookup<'_>, settings: &Settings) -> Attachments {
        let mut found = Attachments::default();
        let mut claims = Vec::new();
        for stored in lookup.policies() {
            let source = &stored.source;
            let ground = Ground {
                lookup,
                settings,
                source,
            };
            found.add(&ground, stored, &mut claims);
        }
        for stored in lookup.tidegate_policies() {
            let source = &stored.source;
            let ground = Ground {
                lookup,
                settings,
                source,
            };
            found.add(&ground, stored, &mut claims);
        }
        let (in_force, lost) = conflict::decide(claims);
        found.in_force = in_force;
        for (key, lost) in lost {
            found.standings.entry(key).or_default().lost.push(lost);
        }
        found
    }

    fn add<T: Object>(
        &mut self,
        ground: &Ground<'_>,
        stored: &Stored<T>,
        claims: &mut Vec<(Place, Arc<Compiled>)>,
    ) {
        let targets = attach::targets(ground.lookup, &*stored.object);
        let (compiled, invalid) = compile(ground, stored);
        let compiled = Arc::new(compiled);
        let standing = Standing {
            invalid,
            left_out: compiled
                .policies
                .iter()
                .flat_map(|policy| policy.body.left_out())
                .cloned()
                .collect(),
            idle: idle::find(ground.lookup, &targets, &compiled.policies),
            counted_apart: compiled
                .policies
                .iter()
                .flat_map(|policy| policy.body.counted_apart())
                .map(|name| format!("budget {name}"))
                .collect(),
            valid: compiled
                .policies
                .iter()
                .filter(|policy| !matches!(policy.body, PolicyBody::Denied(_)))
                .count(),
            guards_routes: compiled
                .policies
                .iter()
                .any(|policy| policy.body.guards_routes()),
            lost: Vec::new(),
            targets,
        };
        let targets = &standing.targets;
        let places = targets.places.iter().chain(&targets.beyond);
        claims.extend(places.map(|place| (place.clone(), Arc::clone(&compiled))));
        self.standings.insert(compiled.key.clone(), standing);
    }
}

/// The policies that an object makes. What could have protected something and is not in effect refuses requests.
fn compile<T: Object>(ground: &Ground<'_>, stored: &Stored<T>) -> (Compiled, Vec<Invalid>) {
    let object = &*stored.object;
    let metadata = object.metadata();
    let plan = |field: &str, body: PolicyBody| {
        Arc::new(PolicyPlan {
            name: name::policy(T::SHORT, &metadata.namespace, &metadata.name, field),
            field: field.to_owned(),
            body,
            source: Arc::clone(&stored.source),
        })
    };
    let protections = object.effects().missing.iter();
    let mut policies: Vec<Arc<PolicyPlan>> = protections
        .filter(|field| field.loss == Loss::Protection)
        .map(|field| {
            let reason = format!("{} is not supported yet", field.path);
            plan(policy_field(&field.path), PolicyBody::Denied(reason))
        })
        .collect();
    let mut invalid = Vec::new();
    if policies.is_empty() {
        for (field, body) in object.nouns(ground) {
            let body = body.unwrap_or_else(|message| {
                invalid.push(Invalid {
                    field: field.to_owned(),
                    why: message.clone(),
                });
                PolicyBody::Denied(message)
            });
            policies.push(plan(field, body));
        }
    }
    let compiled = Compiled {
        key: ObjectKey::new(T::KIND, &*metadata.namespace, &*metadata.name),
        created: metadata.creation_timestamp.unwrap_or(0),
        is_override: object.is_override(),
        policies,
    };
    (compiled, invalid)
}

/// The name of a field by its path in the object.
fn policy_field(path: &str) -> &str {
    path.strip_prefix("spec.").unwrap_or(path)
}

// === impl Standing ===

impl Standing {
    /// Whether all of it is another policy's everywhere.
    fn is_beaten(&self) -> bool {
        let fields = self.invalid.len().max(1);
        self.valid == 0
            && !self.lost.is_empty()
            && self.lost.len() >= self.targets.places.len() * fields
    }

    /// Whether a field of it is in force somewhere, and not another policy's everywhere.
    fn is_in_force(&self, field: &str) -> bool {
        let lost = self.lost.iter().filter(|lost| lost.field == field);
        let places = self.targets.places.len();
        places == 0 || lost.count() < places
    }
}

// === impl Object ===

impl Object for AgentgatewayPolicy {
    const SHORT: &'static str = "agentgateway";

    fn refs(&self) -> &[TargetRef] {
        self.spec.target_refs.as_deref().unwrap_or_default()
    }

    fn selectors(&self) -> &[TargetSelector] {
        self.spec.target_selectors.as_deref().unwrap_or_default()
    }

    fn effects(&self) -> &Effects {
        &self.effects
    }

    fn is_override(&self) -> bool {
        let strategy = self.spec.strategy.as_ref();
        strategy.and_then(|strategy| strategy.inheritance) == Some(Inheritance::Override)
    }

    fn nouns(&self, ground: &Ground<'_>) -> Vec<Noun> {
        let nouns = NOUNS.iter();
        nouns.filter_map(|compile| compile(ground, self)).collect()
    }
}

impl Object for TidegatePolicy {
    const SHORT: &'static str = "tidegate";

    fn refs(&self) -> &[TargetRef] {
        self.spec.target_refs.as_deref().unwrap_or_default()
    }

    fn selectors(&self) -> &[TargetSelector] {
        self.spec.target_selectors.as_deref().unwrap_or_default()
    }

    fn effects(&self) -> &Effects {
        &self.effects
    }

    fn is_override(&self) -> bool {
        false
    }

    fn nouns(&self, ground: &Ground<'_>) -> Vec<Noun> {
        let nouns = OWN_NOUNS.iter();
        nouns
            .filter_map(|compile| compile(ground, self))
            .chain(ai_cache::compile(ground, self))
            .collect()
    }
}
