//! What routes send requests to.
//!
//! Owns the way from a reference to a target, and the conditions of AgentgatewayBackends. Each backend is
//! resolved once per translation. Must fail closed: a reference that cannot be followed is a target that
//! answers 500, a backend that cannot be served one that answers 503, never another backend.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cp_api::backend::AgentgatewayBackend;
use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::effect::Loss;
use cp_api::http_route::BackendObjectReference;
use cp_api::{Kind, ObjectKey};
use proto::name;

use crate::inputs::{Name, Stored};
use crate::lookup::Lookup;
use crate::model::RuleModels;
use crate::output::GatewayKey;
use crate::plan::{BackendPlan, Target, Upstream};
use crate::policy::Attachments;
use crate::reference::{self, From, To};
use crate::report::{Detail, Programmed, Report, Scope};
use crate::route::Problem;
use crate::settings::Settings;

pub(crate) mod ai;
mod base_url;
pub(crate) mod credential;
mod dynamic;
pub(crate) mod model;
pub(crate) mod policy;
pub(crate) mod rate_limit_service;
mod service;
mod static_host;

/// A reference from a route.
#[derive(Clone, Debug)]
pub(crate) struct Reference<'a> {
    pub(crate) from: From<'a>,
    pub(crate) to: &'a BackendObjectReference,
    /// Path from `spec` on.
    pub(crate) path: String,
}

/// Where a reference leads.
#[derive(Clone, Debug)]
pub(crate) struct Resolution {
    pub(crate) target: Target,
    /// Authority that the backend wants.
    pub(crate) host: Option<String>,
    pub(crate) backend: Option<Arc<BackendPlan>>,
    pub(crate) problem: Option<Problem>,
}

/// All backends, each resolved once.
pub(crate) struct Catalog<'a> {
    lookup: &'a Lookup<'a>,
    attachments: &'a Attachments,
    services: BTreeMap<String, Result<Arc<BackendPlan>, (Reason, String)>>,
    agents: BTreeMap<Name, Agent<'a>>,
    rule_models: RuleModels,
}

/// An AgentgatewayBackend and what became of it.
struct Agent<'a> {
    stored: &'a Stored<AgentgatewayBackend>,
    plan: Arc<BackendPlan>,
    host: Option<String>,
    verdict: Verdict,
}

/// What is said of a backend.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Why it is not served at all.
    pub(crate) refused: Option<(Reason, String)>,
    /// What of it is not served.
    pub(crate) broken: Vec<String>,
    /// References that do not resolve.
    pub(crate) unresolved: Vec<(Reason, String)>,
    /// What is served, but hardly as it is meant.
    pub(crate) doubtful: Vec<String>,
}

/// What a type of backend resolves to.
pub(crate) struct Served {
    pub(crate) upstream: Upstream,
    pub(crate) host: Option<String>,
    pub(crate) verdict: Verdict,
}

// === impl Catalog ===

impl<'a> Catalog<'a> {
    /// Resolves all AgentgatewayBackends; Services are resolved as they are asked for.
    pub(crate) fn new(
        lookup: &'a Lookup<'a>,
        settings: &Settings,
        rule_models: RuleModels,
        attachments: &'a Attachments,
    ) -> Catalog<'a> {
        let agents = lookup
            .backends()
            .map(|stored| {
                let metadata = &stored.object.metadata;
                let key = (metadata.namespace.clone(), metadata.name.clone());
                (key, agent(lookup, settings, attachments, stored))
            })
            .collect();
        Catalog {
            lookup,
            attachments,
            services: BTreeMap::new(),
            agents,
            rule_models,
        }
    }

    /// The models of routes' rules.
    pub(crate) fn rule_models(&self) -> &RuleModels {
        &self.rule_models
    }

    /// Follows a reference.
    pub(crate) fn resolve(&mut self, reference: &Reference<'_>) -> Resolution {
        match self.follow(reference) {
            Ok(resolution) => resolution,
            Err((reason, message)) => {
                let to = reference.to;
                let namespace = to.namespace.as_deref().unwrap_or(reference.from.namespace);
                Resolution {
                    target: Target::Invalid(format!("invalid/{namespace}/{}", to.name)),
                    host: None,
                    backend: None,
                    problem: Some(Problem {
                        reason,
                        path: reference.path.clone(),
                        message,
                    }),
                }
            }
        }
    }

    fn follow(&mut self, reference: &Reference<'_>) -> Result<Resolution, (Reason, String)> {
        let Reference { from, to, .. } = reference;
        let kind = Kind::of(&to.group, &to.kind)
            .filter(|kind| matches!(kind, Kind::Service | Kind::AgentgatewayBackend));
        let Some(kind) = kind else {
            let message = format!(
                "kind {} of group {:?} is not supported; use Service or AgentgatewayBackend",
                to.kind, to.group
            );
            return Err((Reason::InvalidKind, message));
        };
        let namespace = to.namespace.as_deref().unwrap_or(from.namespace);
        let target = To {
            group: kind.group(),
            kind: kind.as_str(),
            namespace,
            name: &to.name,
        };
        if !reference::is_permitted(self.lookup, *from, target) {
            return Err((Reason::RefNotPermitted, reference::remedy(*from, target)));
        }
        if kind == Kind::Service {
            let port = to.port.unwrap_or(0);
            let plan = self.service(namespace, &to.name, port)?;
            return Ok(Resolution {
                target: Target::Plain(plan.name.clone()),
                host: None,
                backend: Some(plan),
                problem: None,
            });
        }
        let key = (namespace.to_owned(), to.name.clone());
        let Some(agent) = self.agents.get(&key) else {
            let message = format!("AgentgatewayBackend {namespace}/{} does not exist", to.name);
            return Err((Reason::BackendNotFound, message));
        };
        let cluster = agent.plan.name.clone();
        let target = match agent.plan.upstream {
            Upstream::Ai(_) | Upstream::Models(_) | Upstream::Dynamic { .. } => {
                Target::Own(cluster)
            }
            Upstream::Endpoints { .. } | Upstream::Host(_) | Upstream::Unserved => {
                Target::Plain(cluster)
            }
        };
        Ok(Resolution {
            target,
            host: agent.host.clone(),
            backend: Some(Arc::clone(&agent.plan)),
            problem: None,
        })
    }

    fn service(
        &mut self,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<Arc<BackendPlan>, (Reason, String)> {
        let cluster = name::service(namespace, service, port);
        let (lookup, attachments) = (self.lookup, self.attachments);
        let resolve = || {
            let mut plan = service::resolve(lookup, namespace, service, port)?;
            let key = ObjectKey::new(Kind::Service, namespace, service);
            if attachments.refusal(&key, Some(&port.to_string())).is_some() {
                plan.upstream = Upstream::Unserved;
            }
            Ok(Arc::new(plan))
        };
        self.services.entry(cluster).or_insert_with(resolve).clone()
    }

    /// Reports of all AgentgatewayBackends, referenced or not.
    pub(crate) fn reports(&self, reached: &BTreeMap<String, BTreeSet<GatewayKey>>) -> Vec<Report> {
        self.agents
            .values()
            .map(|agent| {
                let gateways: Vec<GatewayKey> = reached
                    .get(&agent.plan.name)
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect();
                agent.report(gateways)
            })
            .collect()
    }
}

fn agent<'a>(
    lookup: &Lookup<'_>,
    settings: &Settings,
    attachments: &Attachments,
    stored: &'a Stored<AgentgatewayBackend>,
) -> Agent<'a> {
    let object = &*stored.object;
    let spec = &object.spec;
    let metadata = &object.metadata;
    let key = ObjectKey::new(
        Kind::AgentgatewayBackend,
        &*metadata.namespace,
        &*metadata.name,
    );
    // Providers of models are refused by the set of their backend, each by itself.
    let refusal = attachments
        .refusal(&key, None)
        .filter(|_| spec.ai.is_none());
    let served = if let Some(message) = refusal {
        Served::refused(message)
    } else if let Some(host) = &spec.static_host {
        static_host::resolve(lookup, object, host)
    } else if let Some(ai) = &spec.ai {
        ai::resolve(lookup, settings, (object, ai), &|provider| {
            attachments.given_to(&key, provider)
        })
    } else if spec.dynamic_forward_proxy.is_some() {
        dynamic::resolve(object)
    } else {
        // What is left are types of which no field is in effect.
        let message = policy::unsupported("spec", &object.effects);
        Served::refused(message.unwrap_or_else(|| "spec has no type that is served".to_owned()))
    };
    let mut verdict = served.verdict;
    verdict.broken.extend(
        object
            .effects
            .missing
            .iter()
            .filter(|field| field.loss == Loss::Function)
            .map(|field| format!("{field} is not in effect yet")),
    );
    Agent {
        stored,
        plan: Arc::new(BackendPlan {
            name: name::backend(&metadata.namespace, &metadata.name),
            sources: vec![(*stored.source).clone()],
            upstream: served.upstream,
            policies: attachments.of_backend(&stored.source),
        }),
        host: served.host,
        verdict,
    }
}

// === impl Agent ===

impl Agent<'_> {
    fn report(&self, gateways: Vec<GatewayKey>) -> Report {
        let accepted = match &self.verdict {
            Verdict {
                refused: Some((reason, message)),
                ..
            } => {
                let message = format!("{message}; routes to it answer 503");
                Condition::fails(ConditionType::Accepted, *reason, message)
            }
            Verdict {
                broken, doubtful, ..
            } if broken.is_empty() => {
                let accepted = Condition::holds(ConditionType::Accepted, Reason::Accepted);
                match doubtful.is_empty() {
                    true => accepted,
                    false => accepted.saying(doubtful.join("; ")),
                }
            }
            Verdict {
                broken, doubtful, ..
            } => {
                let words: Vec<&str> = broken.iter().chain(doubtful).map(String::as_str).collect();
                Condition::holds(ConditionType::Accepted, Reason::PartiallyValid)
                    .saying(words.join("; "))
            }
        };
        let resolved = match self.verdict.unresolved.first() {
            None => Condition::holds(ConditionType::ResolvedRefs, Reason::ResolvedRefs),
            Some((reason, _)) => {
                let texts: Vec<&str> = self
                    .verdict
                    .unresolved
                    .iter()
                    .map(|(_, text)| text.as_str())
                    .collect();
                Condition::fails(ConditionType::ResolvedRefs, *reason, texts.join("; "))
            }
        };
        let metadata = &self.stored.object.metadata;
        let is_own = matches!(
            self.plan.upstream,
            Upstream::Ai(_) | Upstream::Models(_) | Upstream::Dynamic { .. }
        );
        let limit = "is served by Tidegate's own proxy only; Envoy answers 503";
        Report {
            key: ObjectKey::new(
                Kind::AgentgatewayBackend,
                &*metadata.namespace,
                &*metadata.name,
            ),
            source: (*self.stored.source).clone(),
            scope: Scope::Object,
            conditions: vec![accepted, resolved],
            programmed: if gateways.is_empty() {
                Programmed::Absent
            } else {
                Programmed::Pending
            },
            envoy_limits: if is_own {
                vec![limit.to_owned()]
            } else {
                Vec::new()
            },
            gateways,
            detail: Detail::None,
        }
    }
}

// === impl Served ===

impl Served {
    /// A backend that is served as it is.
    pub(crate) fn whole(upstream: Upstream) -> Served {
        Served {
            upstream,
            host: None,
            verdict: Verdict::default(),
        }
    }

    /// A backend that is not served, because Tidegate cannot do what it asks for.
    pub(crate) fn refused(message: impl Into<String>) -> Served {
        let refused = Some((Reason::NotSupported, message.into()));
        let verdict = Verdict {
            refused,
            ..Verdict::default()
        };
        Served {
            upstream: Upstream::Unserved,
            host: None,
            verdict,
        }
    }

    /// A backend that is not served, because a reference of it does not resolve.
    pub(crate) fn failed(reason: Reason, message: String) -> Served {
        let mut served = Served::refused(message.clone());
        if reason != Reason::NotSupported {
            served.verdict.refused = Some((Reason::TranslationError, message.clone()));
            served.verdict.unresolved.push((reason, message));
        }
        served
    }
}
