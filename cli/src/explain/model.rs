//! What becomes of a model's name: who is asked for which model, and who refuses.
//!
//! Owns the order of the questions, which is the proxy's: router, allow lists, then each provider with its own policies. Must
//! leave every decision to the proxy's own types. Which of several providers answers is decided per request and not told.

use std::sync::Arc;

use dp_config::ai_backend::{AiBackend, AiProvider};
use dp_config::cluster::{Cluster, ClusterKind};
use dp_config::policy::Effective;
use dp_config::{Config, ModelRouter};
use dp_llm::model_name::{ConditionId, Found, Model, Routing, Target, Visibility};
use serde::Serialize;

use super::attributes::{AskedAttributes, can_be_told};
use super::backend::as_float;
use super::{policies, price};

/// Names that a refusal tells; more are counted.
const NAMED: usize = 8;

/// What a name leads to behind one backend of a route.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelFacts {
    /// The client's word.
    pub(crate) name: String,
    /// What it is.
    pub(crate) what: String,
    /// Why nobody is asked, with the status.
    pub(crate) refused: Option<String>,
    /// Each model that may serve it.
    pub(crate) ways: Vec<WayFacts>,
}

/// One model that may serve a name.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WayFacts {
    /// When it does: `75 %`, `where ...: holds`; empty for always.
    pub(crate) when: String,
    /// Whether it may serve this request, as far as that is known.
    pub(crate) is_reachable: bool,
    /// The name that is asked for there.
    pub(crate) model: String,
    /// Why nobody is asked, with the status.
    pub(crate) refused: Option<String>,
    /// Who is asked.
    pub(crate) providers: Vec<ProviderFacts>,
    /// Policies of its backend.
    pub(crate) policies: Vec<String>,
}

/// One provider of a way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderFacts {
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) service: &'static str,
    /// 1 for those that are asked first.
    pub(crate) group: usize,
    /// What it is asked for; nothing where an expression computes it, or nobody names one.
    pub(crate) model: Option<String>,
    /// Whether that is priced; empty where nothing is known.
    pub(crate) price: String,
    /// Why it is not asked.
    pub(crate) refused: Option<String>,
}

/// What is known besides the name.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) config: &'a Config,
    /// What is in effect along the route.
    pub(super) policies: Effective<'a>,
    pub(super) attributes: AskedAttributes<'a>,
}

// === impl ModelFacts ===

impl ModelFacts {
    /// Why nobody is asked, whatever is chosen; nothing where somebody may be.
    pub(super) fn refusal(&self) -> Option<&str> {
        let of_ways = || {
            let mut ways = self.ways.iter().filter(|way| way.is_reachable);
            let first = ways.next()?.refusal()?;
            ways.all(|way| way.refusal().is_some()).then_some(first)
        };
        self.refused.as_deref().or_else(of_ways)
    }
}

// === impl WayFacts ===

impl WayFacts {
    fn refusal(&self) -> Option<&str> {
        let of_providers = || {
            let mut providers = self.providers.iter();
            let first = providers.next()?.refused.as_deref()?;
            providers
                .all(|provider| provider.refused.is_some())
                .then_some(first)
        };
        self.refused.as_deref().or_else(of_providers)
    }
}

// === impl Asking ===

impl Asking<'_> {
    /// What the name leads to there.
    pub(super) fn of_cluster(&self, cluster: &Cluster) -> ModelFacts {
        let mut told = ModelFacts {
            name: self.attributes.model.to_owned(),
            what: String::new(),
            refused: self.refused_on_way(),
            ways: Vec::new(),
        };
        match &cluster.kind {
            ClusterKind::Ai(backend) => {
                "goes to the backend's providers".clone_into(&mut told.what);
                // Its policies stand among the route's.
                told.ways.push(WayFacts {
                    policies: Vec::new(),
                    ..self.always(backend)
                });
            }
            ClusterKind::Models(name) => match self.config.model_router(name) {
                Some(router) => self.tell_found(router, &mut told),
                None => told.refused = Some(format!("500: model router {name} does not exist")),
            },
            ClusterKind::Static(_)
            | ClusterKind::Dns(_)
            | ClusterKind::Eds(_)
            | ClusterKind::ForwardProxy(_) => {
                "is not looked at: there is no model, and bodies are not read"
                    .clone_into(&mut told.what);
                told.refused = None;
            }
        }
        told
    }

    /// The client's own word is checked first, by what is attached along the way.
    fn refused_on_way(&self) -> Option<String> {
        let allowed = self.policies.allowed_models("", &self.attributes);
        let name = self.attributes.model;
        (!allowed.allows(name)).then(|| not_allowed(name))
    }

    fn tell_found(&self, router: &ModelRouter, told: &mut ModelFacts) {
        // No model has a condition beside its name.
        match router.table.find(self.attributes.model, |_| false) {
            Found::Unknown => {
                "is no model here".clone_into(&mut told.what);
                told.refused = Some(unknown(router, self.attributes.model));
            }
            Found::Concrete(model) => {
                told.what = format!("is a model of {}", model.name);
                told.ways.push(self.always(&model.backend));
            }
            Found::Virtual(model) => self.tell_routing(router, &model.routing, told),
        }
    }

    fn tell_routing(
        &self,
        router: &ModelRouter,
        routing: &Routing<Arc<str>>,
        told: &mut ModelFacts,
    ) {
        match routing {
            Routing::Weighted(targets) => {
                "is a virtual model, by weight".clone_into(&mut told.what);
                let total = targets.iter().map(|(weight, _)| u64::from(*weight));
                let total = as_float(total.sum());
                for (weight, target) in targets {
                    let share = f64::from(*weight) / total.max(1.0);
                    let when = format!("{} %", (share * 1_000.0).round() / 10.0);
                    told.ways.push(self.target(target, when, *weight > 0));
                }
            }
            Routing::Conditional(targets) => {
                "is a virtual model, by the first condition that holds".clone_into(&mut told.what);
                let mut is_reachable = true;
                for (condition, target) in targets {
                    let (when, holds) = self.condition(router, *condition);
                    let may = is_reachable && holds != Some(false);
                    told.ways.push(self.target(target, when, may));
                    is_reachable &= holds != Some(true);
                }
            }
            Routing::Failover(backend) => {
                "is a virtual model, one target after the other".clone_into(&mut told.what);
                told.ways.push(self.always(backend));
            }
            Routing::Unavailable(why) => {
                "is a virtual model".clone_into(&mut told.what);
                told.refused = Some(format!("503: {why}"));
            }
        }
        if told.refused.is_none() && !told.ways.iter().any(|way| way.is_reachable) {
            told.refused = Some("503: it has no target that may serve it".to_owned());
        }
    }

    /// A condition in words, and whether it holds where that can be told.
    fn condition(&self, router: &ModelRouter, id: Option<ConditionId>) -> (String, Option<bool>) {
        let Some(id) = id else {
            return ("otherwise".to_owned(), Some(true));
        };
        let Some(condition) = router.conditions.get(id.0) else {
            return ("where a lost condition holds".to_owned(), Some(false));
        };
        let source = condition.source();
        if !can_be_told(condition.attributes()) {
            let why = "depends on more than the request's head";
            return (format!("where {source} ({why})"), None);
        }
        let holds = condition.holds(&self.attributes).unwrap_or(false);
        let word = if holds { "holds" } else { "does not hold" };
        (format!("where {source} ({word})"), Some(holds))
    }

    fn target(&self, target: &Target<Arc<str>>, when: String, is_reachable: bool) -> WayFacts {
        WayFacts {
            when,
            is_reachable,
            ..self.way(&target.model, &target.backend)
        }
    }

    fn always(&self, backend: &str) -> WayFacts {
        self.way(self.attributes.model, backend)
    }

    /// A backend that is asked for `model`, which may be another name than the client's.
    fn way(&self, model: &str, backend: &str) -> WayFacts {
        let told = WayFacts {
            is_reachable: true,
            model: model.to_owned(),
            ..WayFacts::default()
        };
        let refused = |why: String| WayFacts {
            refused: Some(why),
            ..told.clone()
        };
        let Some(found) = self.config.ai_backend(backend) else {
            return refused(format!("503: AI backend {backend} does not exist"));
        };
        let policies = match self.policies.with_backend(found) {
            Ok(policies) => policies,
            Err(denied) => return refused(policies::refused(&denied)),
        };
        let attributes = AskedAttributes {
            model,
            ..self.attributes
        };
        if !policies.allowed_models("", &attributes).allows(model) {
            return refused(not_allowed(model));
        }
        let groups = found.groups.iter().enumerate();
        let providers = groups.flat_map(|(index, group)| {
            let each = group.iter();
            each.map(move |provider| (index + 1, provider))
        });
        let providers = providers.map(|(group, provider)| ProviderFacts {
            group,
            ..self.provider(found, (provider, &policies), &attributes)
        });
        WayFacts {
            providers: providers.collect(),
            policies: policies::words(self.config, policies.of_backend()),
            ..told
        }
    }

    fn provider(
        &self,
        backend: &AiBackend,
        (provider, policies): (&AiProvider, &Effective<'_>),
        attributes: &AskedAttributes<'_>,
    ) -> ProviderFacts {
        let layers = policies.ai(provider);
        let policy = layers.merged();
        let policy = policy.as_deref();
        let computes = policy.is_some_and(|policy| {
            let first = policy.transformations.iter();
            let mut all = first.chain(&policy.final_transformations);
            all.any(|(member, _)| member == "model")
        });
        let sent = provider.sent_model(policy, Some(attributes.model));
        let sent = sent.filter(|_| !computes).map(str::to_owned);
        let is_allowed = |name: &String| {
            let allowed = policies.allowed_models(&provider.name, attributes);
            allowed.allows(name)
        };
        let is_admitted = provider
            .authorization()
            .is_none_or(|rules| rules.admits(attributes));
        let refused = match (policies.check_provider(&provider.name), &sent) {
            (Err(denied), _) => Some(policies::refused(&denied)),
            (Ok(()), Some(name)) if !is_allowed(name) => Some(not_allowed(name)),
            (Ok(()), _) if !is_admitted => {
                Some("403: its policies.authorization does not admit the request".to_owned())
            }
            (Ok(()), Some(_) | None) => None,
        };
        let catalog = self.config.price_catalog(&backend.price_layers);
        let price = sent
            .as_deref()
            .map(|name| price::of_model(catalog.as_ref(), provider, name));
        ProviderFacts {
            name: provider.name.to_string(),
            service: provider.endpoint.service().name(),
            group: 1,
            model: sent,
            price: price.unwrap_or_default(),
            refused,
        }
    }
}

fn not_allowed(name: &str) -> String {
    format!(
        "403: {name:?} is not in spec.backend.ai.allowedModels of a TidegatePolicy that applies"
    )
}

/// With the names that there are, as far as they are spelled out or are patterns.
fn unknown(router: &ModelRouter, name: &str) -> String {
    let public = |model: &&Model<_>| model.visibility == Visibility::Public;
    let mut internal = router.table.models().iter();
    // None that is public has the name.
    if internal.any(|model| model.name.matches(name)) {
        return "404: it is internal, and found by way of virtual models only".to_owned();
    }
    let virtual_models = router.table.virtual_models().iter();
    let models = router.table.models().iter().filter(public);
    let names: Vec<String> = virtual_models
        .map(|model| model.name.clone())
        .chain(models.map(|model| model.name.to_string()))
        .collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    match named.is_empty() {
        true => "404: no model of this name; there is none".to_owned(),
        false => format!(
            "404: no model of this name; there are {}{more}",
            named.join(", ")
        ),
    }
}
