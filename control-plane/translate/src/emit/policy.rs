//! Policy and PolicySet resources.
//!
//! Owns their wire form. A set names policies and holds none, so that an edited policy is one changed resource.

use std::collections::BTreeMap;

use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::local_limit::Unit;
use proto::tidegate::v1::policy::Content;

use super::source::duration;
use super::{Output, ai, cluster, credential};
use crate::change::Profile;
use crate::plan::{
    AiCachePlan, AttachmentPlan, GatewayPlan, Level, LimitUnit, LocalLimitPlan, PolicyBody,
    PolicyPlan, ServicePlan, SetPlan,
};

/// Prints every set of a Gateway and the policies in them.
pub(super) fn emit(plan: &GatewayPlan, output: &mut Output) {
    let listeners = plan.ports.values().flat_map(|port| &port.listeners);
    let of_ways = listeners.flat_map(|listener| {
        let routes = listener.routes.iter();
        let of_rules = routes.flat_map(|attached| attached.policies.values());
        std::iter::once(&listener.policies).chain(of_rules)
    });
    let of_backends = plan.backends.values();
    let of_backends = of_backends.filter_map(|backend| backend.policies.as_ref());
    let mut policies: BTreeMap<&str, &PolicyPlan> = BTreeMap::new();
    for set in of_ways.chain(of_backends) {
        let of_set = set.attachments.iter().map(|own| &*own.policy);
        let of_set = of_set.map(|policy| (policy.name.as_str(), policy));
        let mut sources = vec![set.owner.clone()];
        for (name, policy) in of_set {
            if !sources.contains(&policy.source) {
                sources.push((*policy.source).clone());
            }
            policies.insert(name, policy);
        }
        output.put(&self::set(set), &sources);
    }
    for plan in policies.into_values() {
        match &plan.body {
            PolicyBody::Ai(own) => ai::guard_targets(own, &[(*plan.source).clone()], output),
            PolicyBody::AiCache(own) => {
                if let Some(semantic) = &own.semantic {
                    ai::reach(&semantic.embeddings, &[(*plan.source).clone()], output);
                }
            }
            PolicyBody::AiGuards(own) => {
                ai::guard_targets(&own.policy, &[(*plan.source).clone()], output);
            }
            PolicyBody::Budgets(budgets) => {
                for own in &budgets.secrets {
                    let sources = [own.source.clone()];
                    super::secret::generic(&own.name, &own.text, &sources, output);
                }
                for own in &budgets.services {
                    service(own, &plan.source, output);
                }
            }
            PolicyBody::AiKeys(own) => {
                for key in &own.keys {
                    super::secret::generic(&key.secret, &key.key, &key.sources, output);
                }
            }
            PolicyBody::GlobalRateLimit(own) => service(&own.service, &plan.source, output),
            PolicyBody::Denied(_)
            | PolicyBody::AiAffinity(_)
            | PolicyBody::AiFallback(_)
            | PolicyBody::AiLoad(_)
            | PolicyBody::AiTimeouts(_)
            | PolicyBody::LocalRateLimit(_)
            | PolicyBody::Concurrency(_)
            | PolicyBody::FrontendHttp(_)
            | PolicyBody::AiAllowedModels(_)
            | PolicyBody::AiDeniedParams(_)
            | PolicyBody::AiResponseModel(_)
            | PolicyBody::Attribution(_)
            | PolicyBody::Given(_) => {}
        }
        if let Some(content) = content(&plan.body) {
            let policy = tidegate::Policy {
                name: plan.name.clone(),
                content: Some(content),
            };
            output.put(&policy, &[(*plan.source).clone()]);
        }
    }
}

fn set(plan: &SetPlan) -> tidegate::PolicySet {
    tidegate::PolicySet {
        name: plan.name.clone(),
        attachments: plan.attachments.iter().map(attachment).collect(),
        denied: None,
    }
}

fn attachment(plan: &AttachmentPlan) -> tidegate::PolicyAttachment {
    tidegate::PolicyAttachment {
        field: plan.policy.field.clone(),
        policy: plan.policy.name.clone(),
        level: level(plan.level).into(),
        target: plan.target.clone(),
        section: plan.section.clone().unwrap_or_default(),
    }
}

fn level(level: Level) -> tidegate::PolicyLevel {
    match level {
        Level::Gateway => tidegate::PolicyLevel::Gateway,
        Level::Listener => tidegate::PolicyLevel::Listener,
        Level::Backend => tidegate::PolicyLevel::Backend,
        Level::BackendSection => tidegate::PolicyLevel::BackendSection,
        Level::Route => tidegate::PolicyLevel::Route,
        Level::Rule => tidegate::PolicyLevel::Rule,
    }
}

/// What goes to proxies.
fn content(body: &PolicyBody) -> Option<Content> {
    Some(match body {
        PolicyBody::Denied(reason) => Content::Denied(tidegate::PolicyDenied {
            reason: reason.clone(),
        }),
        PolicyBody::Ai(plan) => Content::Ai(ai::policy(plan)),
        PolicyBody::AiAffinity(key) => {
            Content::AiAffinity(tidegate::AiAffinity { key: key.clone() })
        }
        PolicyBody::AiCache(plan) => Content::AiCache(cache(plan)),
        PolicyBody::AiGuards(plan) => {
            let policy = ai::policy(&plan.policy);
            Content::AiGuards(tidegate::AiGuards {
                guards: policy.prompt_guard,
                targets: policy.guard_targets,
                label: plan.label.clone(),
            })
        }
        PolicyBody::AiFallback(reasons) => Content::AiFallback(tidegate::AiFallback {
            reasons: reasons.iter().map(|reason| i32::from(*reason)).collect(),
        }),
        PolicyBody::AiKeys(plan) => Content::AiKeys(tidegate::AiKeys {
            keys: plan.keys.iter().map(credential::key).collect(),
        }),
        PolicyBody::AiLoad(plan) => Content::AiLoad(tidegate::AiLoad {
            max_in_flight: plan.max_in_flight,
            max_in_flight_per_endpoint: plan.max_in_flight_per_endpoint,
            probes: plan.probes,
            min_healthy_percent: plan.min_healthy_percent,
            algorithm: plan.algorithm.unwrap_or_default().into(),
        }),
        PolicyBody::AiTimeouts(plan) => Content::AiTimeouts(tidegate::AiTimeouts {
            first_token: plan.first_token.map(duration),
            stream_idle: plan.stream_idle.map(duration),
            session: plan.session.map(duration),
        }),
        PolicyBody::LocalRateLimit(limits) => Content::LocalRateLimit(tidegate::LocalRateLimit {
            limits: limits.iter().map(limit).collect(),
        }),
        PolicyBody::GlobalRateLimit(plan) => Content::GlobalRateLimit(plan.wire.clone()),
        PolicyBody::Budgets(budgets) => Content::Budgets(budgets.wire.clone()),
        PolicyBody::Concurrency(limit) => Content::Concurrency(limit.clone()),
        PolicyBody::FrontendHttp(own) => Content::FrontendHttp(*own),
        PolicyBody::AiAllowedModels(own) => Content::AiAllowedModels(own.clone()),
        PolicyBody::AiDeniedParams(own) => Content::AiDeniedParams(own.clone()),
        PolicyBody::AiResponseModel(own) => Content::AiResponseModel(*own),
        PolicyBody::Attribution(own) => Content::Attribution(own.clone()),
        PolicyBody::Given(_) => return None,
    })
}

fn cache(plan: &AiCachePlan) -> tidegate::AiCache {
    let semantic = plan.semantic.as_ref().map(|own| tidegate::SemanticCache {
        embeddings: Some(ai::provider(&own.embeddings)),
        timeout: Some(duration(own.timeout)),
        ..own.wire.clone()
    });
    tidegate::AiCache {
        ttl: Some(duration(plan.ttl)),
        semantic,
        ..plan.wire.clone()
    }
}

/// The cluster of a rate limit service.
fn service(plan: &ServicePlan, source: &tidegate::Source, output: &mut Output) {
    let sources = [source.clone()];
    let name = &plan.wire.cluster;
    cluster::transport(name, &plan.transport, Profile::Tidegate, &sources, output);
}

fn limit(plan: &LocalLimitPlan) -> tidegate::LocalLimit {
    tidegate::LocalLimit {
        unit: match plan.unit {
            LimitUnit::Requests => Unit::Requests,
            LimitUnit::Tokens => Unit::Tokens,
        }
        .into(),
        max: plan.max,
        per_fill: plan.per_fill,
        fill_interval: Some(duration(plan.fill_interval)),
        allow_debt: plan.allows_debt,
    }
}
