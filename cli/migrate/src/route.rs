//! Routes: references to what became something else, and filters that became policies.
//!
//! Owns what changes in HTTPRoutes, GRPCRoutes and the like, and what other conversions must know of it: rules that a
//! policy was attached to by a filter, and rules whose pool is served by models now. A rule gets a name where something
//! must point to it. What cannot be resolved stays as it is, because a filter that is not understood refuses the rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::manifest;
use super::report::Log;
use super::set::{Names, Set};

/// What routes say about other objects.
#[derive(Default)]
pub(crate) struct Plan {
    /// By index of the document.
    changes: BTreeMap<usize, Change>,
    /// Rules of routes by the TrafficPolicy that a filter names.
    attached: BTreeMap<Key, Vec<(String, String)>>,
    /// What serves models, by the pool that they stand for.
    parents: BTreeMap<Key, Vec<Value>>,
}

/// What became of a route.
pub(crate) struct Change {
    /// The route.
    pub(crate) route: Value,
    /// Objects beside it.
    pub(crate) beside: Vec<Value>,
    /// What is told.
    pub(crate) log: Log,
}

/// Namespace and name.
type Key = (String, String);

/// One route while it is changed.
struct Editor<'a> {
    set: &'a Set<'a>,
    modelled: &'a BTreeSet<Key>,
    plan: &'a mut Plan,
    names: &'a mut Names,
    log: Log,
    beside: Vec<Value>,
    namespace: String,
    name: String,
    /// Names of rules that are taken.
    rules: BTreeSet<String>,
}

const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

// === impl Plan ===

impl Plan {
    /// Goes through every route.
    pub(crate) fn of(documents: &[&Value], set: &Set<'_>, names: &mut Names) -> Self {
        let mut plan = Self::default();
        let modelled: BTreeSet<Key> = set
            .of_kind(manifest::INFERENCE_ALPHA, "InferenceModel")
            .map(|model| {
                let pool = manifest::text(model, "/spec/poolRef/name").to_owned();
                (manifest::namespace(model).to_owned(), pool)
            })
            .collect();
        for (index, value) in documents.iter().enumerate() {
            let kind = manifest::text(value, "/kind");
            if manifest::group(value) != manifest::GATEWAY_API || !ROUTES.contains(&kind) {
                continue;
            }
            let mut editor = Editor {
                set,
                modelled: &modelled,
                plan: &mut plan,
                names,
                log: Log::default(),
                beside: Vec::new(),
                namespace: manifest::namespace(value).to_owned(),
                name: manifest::name(value).to_owned(),
                rules: BTreeSet::new(),
            };
            let mut route = (*value).clone();
            editor.route(&mut route);
            let Editor { log, beside, .. } = editor;
            if !log.entries().is_empty() {
                plan.changes.insert(index, Change { route, beside, log });
            }
        }
        plan
    }

    /// What became of the route at an index.
    pub(crate) fn take(&mut self, index: usize) -> Option<Change> {
        self.changes.remove(&index)
    }

    /// Rules that a filter attached a policy to.
    pub(crate) fn attached(&self, namespace: &str, policy: &str) -> &[(String, String)] {
        let key = (namespace.to_owned(), policy.to_owned());
        self.attached.get(&key).map_or(&[], Vec::as_slice)
    }

    /// What serves the models of a pool.
    pub(crate) fn parents(&self, namespace: &str, pool: &str) -> &[Value] {
        let key = (namespace.to_owned(), pool.to_owned());
        self.parents.get(&key).map_or(&[], Vec::as_slice)
    }
}

// === impl Editor ===

impl Editor<'_> {
    fn route(&mut self, route: &mut Value) {
        let rules = route
            .pointer_mut("/spec/rules")
            .and_then(Value::as_array_mut);
        let Some(rules) = rules else { return };
        let is_only = rules.len() == 1;
        let names = rules
            .iter()
            .map(|rule| manifest::text(rule, "/name").to_owned());
        self.rules = names.collect();
        for (index, rule) in rules.iter_mut().enumerate() {
            if let Some(rule) = rule.as_object_mut() {
                let path = format!("spec.rules[{index}]");
                self.filters(rule, index, &path);
                self.models(rule, index, &path, is_only);
                self.references(rule, &path);
            }
        }
    }

    /// Filters that name a kind of kgateway's.
    fn filters(&mut self, rule: &mut Map<String, Value>, index: usize, path: &str) {
        let Some(Value::Array(filters)) = rule.get("filters") else {
            return;
        };
        let mut kept = Vec::new();
        let mut gone = false;
        for (at, filter) in filters.clone().into_iter().enumerate() {
            let path = format!("{path}.filters[{at}]");
            let extension = filter.get("extensionRef").cloned().unwrap_or_default();
            let part = |key: &str| manifest::text(&extension, key).to_owned();
            let is_done = part("/group") == manifest::KGATEWAY
                && match part("/kind").as_str() {
                    "DirectResponse" => self.answer(rule, index, &part("/name"), &path),
                    "TrafficPolicy" => self.policy(rule, index, &part("/name"), &path),
                    kind => {
                        let why = format!("filters cannot name a {kind}; the rule is refused");
                        self.log.left_out(&path, why);
                        false
                    }
                };
            match is_done {
                true => gone = true,
                false => kept.push(filter),
            }
        }
        if gone && kept.is_empty() {
            rule.shift_remove("filters");
        } else if gone {
            rule.insert("filters".to_owned(), Value::Array(kept));
        }
    }

    /// A DirectResponse becomes a policy of the rule.
    fn answer(
        &mut self,
        rule: &mut Map<String, Value>,
        index: usize,
        name: &str,
        path: &str,
    ) -> bool {
        let found = self.set.find(
            (manifest::KGATEWAY, "DirectResponse"),
            &self.namespace,
            name,
        );
        let Some(found) = found else {
            let why = format!(
                "DirectResponse {}/{name} is not in the input",
                self.namespace
            );
            self.log.left_out(path, why);
            return false;
        };
        let section = self.named(rule, index);
        let policy = self
            .names
            .take(&self.namespace, &format!("{}-{section}", self.name));
        let spec = json!({
            "targetRefs": [self.target(&section)],
            "traffic": {"directResponse": found.get("spec").cloned().unwrap_or_default()},
        });
        let metadata = json!({"name": policy, "namespace": self.namespace});
        self.beside.push(manifest::object(
            manifest::AGENTGATEWAY_V1ALPHA1,
            "AgentgatewayPolicy",
            metadata,
            spec,
        ));
        let words = format!(
            "AgentgatewayPolicy {}/{policy} of this rule",
            self.namespace
        );
        self.log.changed(path, words);
        true
    }

    /// A TrafficPolicy gets the rule as a target.
    fn policy(
        &mut self,
        rule: &mut Map<String, Value>,
        index: usize,
        name: &str,
        path: &str,
    ) -> bool {
        let key = (manifest::KGATEWAY, "TrafficPolicy");
        if self.set.find(key, &self.namespace, name).is_none() {
            let why = format!(
                "TrafficPolicy {}/{name} is not in the input",
                self.namespace
            );
            self.log.left_out(path, why);
            return false;
        }
        let section = self.named(rule, index);
        self.log
            .changed(path, format!("the policy has rule {section} as a target"));
        self.plan
            .attached
            .entry((self.namespace.clone(), name.to_owned()))
            .or_default()
            .push((self.name.clone(), section));
        true
    }

    /// A rule whose only backend is a pool with models leads to the models.
    fn models(&mut self, rule: &mut Map<String, Value>, index: usize, path: &str, is_only: bool) {
        let Some(Value::Array(backends)) = rule.get("backendRefs") else {
            return;
        };
        let [backend] = backends.as_slice() else {
            return;
        };
        let key = (
            self.namespace.clone(),
            manifest::text(backend, "/name").to_owned(),
        );
        let is_pool = manifest::text(backend, "/kind") == "InferencePool";
        if !(is_pool && self.modelled.contains(&key) && can_serve_models(rule, backend)) {
            return;
        }
        let mut parent = json!({"kind": "HTTPRoute", "name": self.name});
        if !is_only {
            let section = self.named(rule, index);
            if let Some(parent) = parent.as_object_mut() {
                parent.insert("sectionName".to_owned(), json!(section));
            }
        }
        let models =
            json!({"group": manifest::AGENTGATEWAY, "kind": "AgentgatewayModel", "name": "*"});
        rule.insert("backendRefs".to_owned(), json!([models]));
        let words = format!(
            "AgentgatewayModel: the models of InferencePool {}/{}",
            key.0, key.1
        );
        self.log.changed(&format!("{path}.backendRefs[0]"), words);
        self.plan.parents.entry(key).or_default().push(parent);
    }

    /// References to what is of another kind now.
    fn references(&mut self, rule: &mut Map<String, Value>, path: &str) {
        let backends = rule.get_mut("backendRefs").and_then(Value::as_array_mut);
        for (index, backend) in backends.into_iter().flatten().enumerate() {
            if let Some(backend) = backend.as_object_mut() {
                self.reference(backend, &format!("{path}.backendRefs[{index}]"));
            }
        }
        let filters = rule.get_mut("filters").and_then(Value::as_array_mut);
        for (index, filter) in filters.into_iter().flatten().enumerate() {
            let mirror = filter
                .pointer_mut("/requestMirror/backendRef")
                .and_then(Value::as_object_mut);
            if let Some(mirror) = mirror {
                let path = format!("{path}.filters[{index}].requestMirror.backendRef");
                self.reference(mirror, &path);
            }
        }
    }

    fn reference(&mut self, reference: &mut Map<String, Value>, path: &str) {
        if manifest::retarget(reference) {
            let part = |key: &str| {
                reference
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let words = format!("{} of {}", part("kind"), part("group"));
            self.log.changed(path, words);
        }
    }

    /// The name of a rule; it gets one if it has none.
    fn named(&mut self, rule: &mut Map<String, Value>, index: usize) -> String {
        if let Some(name) = rule.get("name").and_then(Value::as_str) {
            return name.to_owned();
        }
        let mut name = format!("rule-{index}");
        while !self.rules.insert(name.clone()) {
            name.push_str("-x");
        }
        let mut named = Map::new();
        named.insert("name".to_owned(), json!(name));
        named.append(rule);
        *rule = named;
        self.log
            .added(&format!("spec.rules[{index}].name"), name.clone());
        name
    }

    fn target(&self, section: &str) -> Value {
        json!({
            "group": manifest::GATEWAY_API, "kind": "HTTPRoute", "name": self.name, "sectionName": section,
        })
    }
}

/// Models can stand for a backend that gets all of a rule, where the rule matches prefixes of paths and leaves them.
fn can_serve_models(rule: &Map<String, Value>, backend: &Value) -> bool {
    let list = |key: &str| {
        rule.get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let has_prefixes = list("matches").all(|one| {
        let fields = one.as_object().map(Map::len).unwrap_or_default();
        let kind = manifest::text(one, "/path/type");
        fields == usize::from(one.get("path").is_some()) && matches!(kind, "" | "PathPrefix")
    });
    let leaves_paths = !list("filters").any(|filter| {
        matches!(
            manifest::text(filter, "/type"),
            "URLRewrite" | "RequestRedirect"
        )
    });
    let is_whole = backend.get("weight").is_none_or(|weight| *weight == 1);
    has_prefixes && leaves_paths && is_whole && backend.get("filters").is_none()
}
