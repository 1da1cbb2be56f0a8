//! AgentgatewayPolicies out of a policy of another kind.
//!
//! Owns targets, and the rule that all targets of one policy have the same kind: a policy that had several becomes
//! several. Must not know what a policy does.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put};
use super::set::Work;

/// What a policy does, by the three blocks.
#[derive(Default)]
pub(crate) struct Blocks {
    /// Before the request.
    pub(crate) frontend: Map<String, Value>,
    /// Between listener and backend.
    pub(crate) traffic: Map<String, Value>,
    /// On the way to the backend.
    pub(crate) backend: Map<String, Value>,
}

/// How targets are named, and their kind.
type Group = (&'static str, String);

/// Targets, by how they are named and by kind.
#[derive(Default)]
pub(crate) struct Targets(BTreeMap<Group, Vec<Value>>);

/// Fields that keep requests from passing.
const GUARDS: &[&str] = &[
    "authorization",
    "rateLimit",
    "jwtAuthentication",
    "basicAuthentication",
    "apiKeyAuthentication",
    "extAuth",
    "extProc",
    "cors",
    "csrf",
];

const WITH_TRAFFIC: &[&str] = &[
    "Gateway",
    "ListenerSet",
    "HTTPRoute",
    "GRPCRoute",
    "InferencePool",
];

// === impl Targets ===

impl Targets {
    /// Takes `targetRef`, `targetRefs` and `targetSelectors`.
    pub(crate) fn take(spec: &mut Fields, work: &mut Work<'_>) -> Self {
        let mut targets = Self::default();
        if let Some(reference) = spec.object("targetRef") {
            targets.add("targetRefs", reference, work);
        }
        for key in ["targetRefs", "targetSelectors"] {
            for reference in spec.objects(key) {
                targets.add(key, reference, work);
            }
        }
        targets
    }

    /// A rule of a route.
    pub(crate) fn add_rule(&mut self, route: &str, rule: &str) {
        let target = json!({
            "group": manifest::GATEWAY_API, "kind": "HTTPRoute", "name": route, "sectionName": rule,
        });
        let group = ("targetRefs", "HTTPRoute".to_owned());
        self.0.entry(group).or_default().push(target);
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, key: &str, mut reference: Fields, work: &mut Work<'_>) {
        let place = reference.path().to_owned();
        let mut target = Map::new();
        let group = reference.text("group");
        let kind = reference.text("kind").unwrap_or_default();
        let (group, kind) = match (group.as_deref(), kind.as_str()) {
            (Some(manifest::KGATEWAY), "Backend") => {
                (manifest::AGENTGATEWAY, "AgentgatewayBackend")
            }
            (Some(manifest::INFERENCE_ALPHA), "InferencePool") => {
                (manifest::INFERENCE, "InferencePool")
            }
            (_, "XListenerSet") => (manifest::GATEWAY_API, "ListenerSet"),
            (
                None | Some(manifest::GATEWAY_API),
                kind @ ("Gateway" | "HTTPRoute" | "GRPCRoute" | "ListenerSet"),
            ) => (manifest::GATEWAY_API, kind),
            (None | Some(""), "Service") => ("", "Service"),
            (Some(manifest::INFERENCE), "InferencePool") => (manifest::INFERENCE, "InferencePool"),
            (_, kind) => {
                work.log
                    .left_out(&place, format!("policies cannot be attached to a {kind}"));
                // The rest goes with it.
                reference.rest();
                return;
            }
        };
        target.insert("group".to_owned(), json!(group));
        target.insert("kind".to_owned(), json!(kind));
        if reference
            .text("namespace")
            .is_some_and(|other| other != work.namespace)
        {
            work.log.left_out(
                &place,
                format!(
                    "a target must be in the policy's namespace, {}",
                    work.namespace
                ),
            );
            reference.rest();
            return;
        }
        for part in ["name", "matchLabels", "sectionName"] {
            put(&mut target, part, reference.take(part).unwrap_or_default());
        }
        let key = match key {
            "targetSelectors" => "targetSelectors",
            _ => "targetRefs",
        };
        self.0
            .entry((key, kind.to_owned()))
            .or_default()
            .push(Value::Object(target));
        reference.finish(&mut work.log);
    }
}

// === impl Blocks ===

impl Blocks {
    /// Whether nothing is done.
    pub(crate) fn is_empty(&self) -> bool {
        self.frontend.is_empty() && self.traffic.is_empty() && self.backend.is_empty()
    }

    /// The policies; none where there is nothing to attach, or nothing to attach to.
    pub(crate) fn attach(
        &self,
        targets: Targets,
        metadata: &Value,
        work: &mut Work<'_>,
    ) -> Vec<Value> {
        if targets.is_empty() {
            work.log
                .left_out("", "nothing of the input is a target of it");
            return Vec::new();
        }
        let mut policies = Vec::new();
        for ((key, kind), targets) in targets.0 {
            let blocks = self.fit(&kind, work);
            if blocks.is_empty() {
                continue;
            }
            let wanted = match policies.is_empty() {
                true => work.name.clone(),
                false => format!("{}-{}", work.name, kind.to_lowercase()),
            };
            let name = work.names.take(&work.namespace, &wanted);
            let mut spec = Map::new();
            put(&mut spec, key, targets);
            put(&mut spec, "frontend", blocks.frontend);
            put(&mut spec, "traffic", blocks.traffic);
            put(&mut spec, "backend", blocks.backend);
            work.log
                .converted(format!("AgentgatewayPolicy {}/{name}", work.namespace));
            policies.push(manifest::object(
                manifest::AGENTGATEWAY_V1ALPHA1,
                "AgentgatewayPolicy",
                manifest::renamed(metadata, &name),
                Value::Object(spec),
            ));
        }
        if policies.is_empty() {
            work.log.left_out("", "nothing of it could be converted");
        }
        policies
    }

    /// What of it can be attached to a kind.
    fn fit(&self, kind: &str, work: &mut Work<'_>) -> Blocks {
        let mut keep = |block: &Map<String, Value>, name: &str, fits: bool| {
            if !fits && !block.is_empty() {
                let fields: Vec<&str> = block.keys().map(String::as_str).collect();
                let words = format!(
                    "a policy of {kind} has no {name}, so these are missing: {}",
                    fields.join(", ")
                );
                match fields.iter().any(|field| GUARDS.contains(field)) {
                    true => work.log.unguarded("spec", words),
                    false => work.log.left_out("spec", words),
                }
            }
            if fits { block.clone() } else { Map::new() }
        };
        let mut backend = self.backend.clone();
        if kind == "Service" {
            backend.shift_remove("ai");
        }
        Blocks {
            frontend: keep(&self.frontend, "frontend", kind == "Gateway"),
            traffic: keep(&self.traffic, "traffic", WITH_TRAFFIC.contains(&kind)),
            backend,
        }
    }
}
