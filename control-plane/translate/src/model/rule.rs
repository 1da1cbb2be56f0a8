//! Models of a route's rule: those whose parent is the HTTPRoute, where the rule asks for them.
//!
//! Owns which rule a parentRef means, and what such a rule may look like.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::condition::Reason;
use cp_api::http_route::{HttpRoute, HttpRouteRule};
use cp_api::model::ModelParent;
use cp_api::{Kind, Metadata};
use proto::name;

use super::{Models, is_asked_for, is_model, router};
use crate::inputs::Name;
use crate::lookup::Lookup;
use crate::plan::BackendPlan;
use crate::route::Problem;

/// What each rule that asks for models gets: its router first.
pub(crate) struct RuleModels(BTreeMap<(Name, usize), Vec<Arc<BackendPlan>>>);

/// The name that stands for all models of a rule.
const ALL: &str = "*";

// === impl RuleModels ===

impl RuleModels {
    /// Those of all routes.
    pub(crate) fn new(lookup: &Lookup<'_>, models: &Models<'_>) -> RuleModels {
        let mut by_rule: BTreeMap<(Name, usize), Vec<_>> = BTreeMap::new();
        for draft in models.iter() {
            let mut rules = Vec::new();
            for parent in &draft.stored.object.spec.parent_refs {
                if let Some(Ok((route, index))) =
                    wanted(lookup, &draft.stored.object.metadata, parent)
                {
                    let metadata = &route.metadata;
                    rules.push(((metadata.namespace.clone(), metadata.name.clone()), index));
                }
            }
            // Two parentRefs may mean one rule.
            rules.sort();
            rules.dedup();
            for rule in rules {
                by_rule.entry(rule).or_default().push(draft);
            }
        }
        let routers = by_rule.into_iter().map(|(rule, models)| {
            let ((namespace, route), index) = &rule;
            let resource = name::rule_models("http", (namespace, route), *index);
            let plans = router(resource, &models);
            (rule, plans)
        });
        RuleModels(routers.collect())
    }

    /// The router of a rule that asks for models, and what it leads to; one without models where none is attached.
    pub(crate) fn of(
        &self,
        route: &Metadata,
        (path, index, rule): (&str, usize, &HttpRouteRule),
    ) -> Result<Vec<Arc<BackendPlan>>, Problem> {
        check(&route.namespace, path, rule)?;
        let key = (route.namespace.clone(), route.name.clone());
        Ok(match self.0.get(&(key, index)) {
            Some(plans) => plans.clone(),
            None => {
                let resource = name::rule_models("http", (&route.namespace, &route.name), index);
                router(resource, &[])
            }
        })
    }
}

/// What a rule that asks for models may not have.
fn check(namespace: &str, path: &str, rule: &HttpRouteRule) -> Result<(), Problem> {
    let problem = |index: usize, message: &str| Problem {
        reason: Reason::UnsupportedValue,
        path: format!("{path}.backendRefs[{index}]"),
        message: message.to_owned(),
    };
    for (index, reference) in rule.backend_refs.iter().enumerate() {
        let to = &reference.backend;
        if !is_model(reference) || rule.backend_refs.len() > 1 {
            let message =
                "a rule that leads to AgentgatewayModels has one backendRef; remove the others";
            return Err(problem(index, message));
        }
        if to.name != ALL {
            let message = "name must be \"*\": the models of a rule are those whose parentRefs name the route";
            return Err(problem(index, message));
        }
        let is_own = to.namespace.as_deref().is_none_or(|own| own == namespace);
        if !is_own || to.port.is_some() {
            let message = "AgentgatewayModels are those of the route's namespace and have no port; remove namespace and port";
            return Err(problem(index, message));
        }
    }
    Ok(())
}

/// The rule that a model's parentRef means: `None` where that is no HTTPRoute, or one that does not exist; else the rule,
/// or why it has none.
pub(crate) fn wanted<'a>(
    lookup: &Lookup<'a>,
    model: &Metadata,
    parent: &ModelParent,
) -> Option<Result<(&'a HttpRoute, usize), String>> {
    if Kind::of(&parent.group, &parent.kind) != Some(Kind::HttpRoute) {
        return None;
    }
    let namespace = parent.namespace.as_deref().unwrap_or(&model.namespace);
    let route = &*lookup.http_route(namespace, &parent.name)?.object;
    if namespace != model.namespace {
        let message = "the HTTPRoute of a model must be in the model's own namespace";
        return Some(Err(message.to_owned()));
    }
    let rules = route.spec.rules.iter().enumerate();
    let named = |name: &str| {
        let mut rules = rules.clone();
        rules.find(|(_, rule)| rule.name.as_deref() == Some(name))
    };
    let found = match (&parent.section_name, route.spec.rules.len()) {
        (Some(section), _) => named(&section.0)
            .ok_or_else(|| format!("HTTPRoute {} has no rule called {}", parent.name, section.0)),
        (None, 1) => rules.clone().next().ok_or_else(String::new),
        (None, count) => Err(format!(
            "HTTPRoute {} has {count} rules; name one in sectionName",
            parent.name
        )),
    };
    Some(found.and_then(|(index, rule)| {
        if !is_asked_for(&rule.backend_refs) {
            return Err(format!(
                "rule {index} of HTTPRoute {} does not lead to models; give it the backendRef {{group: agentgateway.dev, kind: AgentgatewayModel, name: \"*\"}}",
                parent.name
            ));
        }
        check(namespace, &format!("rules[{index}]"), rule)
            .map(|()| (route, index))
            .map_err(|problem| {
                format!("HTTPRoute {}: {}: {}", parent.name, problem.path, problem.message)
            })
    }))
}
