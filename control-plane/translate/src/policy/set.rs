//! What holds along a way: sets for listeners, routes, rules and backends.
//!
//! Owns which way has a set of its own: a route or a rule only where something is attached there, so that thousands of
//! routes share their listener's.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::{Kind, ObjectKey};
use proto::name;
use proto::tidegate::v1 as tidegate;

use super::Attachments;
use super::attach::Place;
use super::conflict::{self, InForce};
use crate::output::GatewayKey;
use crate::plan::{Attached, AttachmentPlan, Level, PolicyBody, SetPlan};

// === impl Attachments ===

impl Attachments {
    /// The set of a listener.
    pub(crate) fn of_listener(
        &self,
        gateway: &GatewayKey,
        listener: &str,
        source: &tidegate::Source,
    ) -> Arc<SetPlan> {
        Arc::new(SetPlan {
            name: name::listener_policies(&gateway.namespace, &gateway.name, listener),
            attachments: self.along(&listener_places(gateway, listener)),
            owner: source.clone(),
        })
    }

    /// A route on a listener, with the sets of those rules that do not share the listener's.
    pub(crate) fn of_route(
        &self,
        gateway: &GatewayKey,
        (listener, shared): (&str, &SetPlan),
        attached: &Attached,
    ) -> Attached {
        let route = &attached.route;
        let source = &*route.source;
        let key = ObjectKey {
            group: source.group.clone(),
            kind: source.kind.clone(),
            namespace: source.namespace.clone(),
            name: source.name.clone(),
        };
        let of_route = Place::new(key.clone(), None);
        let has_any = self
            .in_force
            .range(of_route.clone()..)
            .next()
            .is_some_and(|(place, _)| place.key == key);
        let mut policies = BTreeMap::new();
        // A listener's own route to its models has nothing but what the listener has.
        if !has_any || route.is_implicit() {
            return attached.clone();
        }
        let mut whole: Option<Arc<SetPlan>> = None;
        for rule in &route.rules {
            let of_rule = rule.name.as_deref();
            let of_rule = of_rule.map(|rule| Place::new(key.clone(), Some(rule)));
            let of_rule = of_rule.filter(|place| self.in_force.contains_key(place));
            let mut places = listener_places(gateway, listener);
            places.push((Level::Route, of_route.clone()));
            let index = of_rule.is_some().then_some(rule.index);
            places.extend(of_rule.map(|place| (Level::Rule, place)));
            let build = || {
                let of = (&*source.namespace, &*source.name);
                Arc::new(SetPlan {
                    name: name::route_policies(&shared.name, route.kind, of, index),
                    attachments: self.along(&places),
                    owner: tidegate::Source {
                        rule: index,
                        ..source.clone()
                    },
                })
            };
            let set = match index {
                Some(_) => build(),
                None if !self.in_force.contains_key(&of_route) => continue,
                None => Arc::clone(whole.get_or_insert_with(build)),
            };
            policies.insert(rule.index, set);
        }
        Attached {
            policies,
            ..attached.clone()
        }
    }

    /// The set of a backend and its providers, if anything is attached to them.
    pub(crate) fn of_backend(&self, source: &tidegate::Source) -> Option<Arc<SetPlan>> {
        let key = ObjectKey::new(Kind::AgentgatewayBackend, &*source.namespace, &*source.name);
        let places = self.in_force.range(Place::new(key.clone(), None)..);
        let mut attachments = Vec::new();
        for (place, in_force) in places.take_while(|(place, _)| place.key == key) {
            let level = match place.section {
                None => Level::Backend,
                Some(_) => Level::BackendSection,
            };
            let own = conflict::along(&[(level, place, in_force)]);
            attachments.extend(own.into_iter().map(|attachment| AttachmentPlan {
                section: place.section.clone(),
                ..attachment
            }));
        }
        (!attachments.is_empty()).then(|| {
            Arc::new(SetPlan {
                name: name::backend(&source.namespace, &source.name),
                attachments,
                owner: source.clone(),
            })
        })
    }

    /// The set of a model that has a backend, and of the targets in it by the names of their providers there.
    pub(crate) fn of_model(
        &self,
        resource: &str,
        source: &tidegate::Source,
        targets: &[(String, String)],
    ) -> Option<Arc<SetPlan>> {
        let place = |name: &str| {
            let key = ObjectKey::new(Kind::AgentgatewayModel, &*source.namespace, name);
            Place::new(key, None)
        };
        let mut attachments = self.along(&[(Level::Backend, place(&source.name))]);
        for (provider, target) in targets {
            let own = self.along(&[(Level::BackendSection, place(target))]);
            attachments.extend(own.into_iter().map(|attachment| AttachmentPlan {
                section: Some(provider.clone()),
                ..attachment
            }));
        }
        (!attachments.is_empty()).then(|| {
            Arc::new(SetPlan {
                name: resource.to_owned(),
                attachments,
                owner: source.clone(),
            })
        })
    }

    /// A policy that protects a model which leads to others, and so cannot: its requests are refused.
    pub(crate) fn unprotected(&self, key: &ObjectKey) -> Option<String> {
        let here = self.in_force.get(&Place::new(key.clone(), None))?;
        here.iter().find_map(|own| match &own.policy.body {
            PolicyBody::Denied(_)
            | PolicyBody::AiAllowedModels(_)
            | PolicyBody::AiDeniedParams(_) => Some(format!(
                "{} cannot be enforced here; attach it to the models that this one leads to",
                own.policy.name
            )),
            PolicyBody::Ai(_)
            | PolicyBody::AiAffinity(_)
            | PolicyBody::AiCache(_)
            | PolicyBody::AiGuards(_)
            | PolicyBody::AiFallback(_)
            | PolicyBody::AiKeys(_)
            | PolicyBody::AiLoad(_)
            | PolicyBody::AiTimeouts(_)
            | PolicyBody::LocalRateLimit(_)
            | PolicyBody::GlobalRateLimit(_)
            | PolicyBody::Budgets(_)
            | PolicyBody::Concurrency(_)
            | PolicyBody::FrontendHttp(_)
            | PolicyBody::AiResponseModel(_)
            | PolicyBody::Attribution(_)
            | PolicyBody::Given(_) => None,
        })
    }

    /// Why an object may not be sent requests: a policy of it that cannot be enforced.
    pub(crate) fn refusal(&self, key: &ObjectKey, section: Option<&str>) -> Option<String> {
        let whole = Place::new(key.clone(), None);
        let part = section.map(|section| Place::new(key.clone(), Some(section)));
        let places = std::iter::once(whole).chain(part);
        places
            .filter_map(|place| self.in_force.get(&place))
            .flatten()
            .find_map(|own| match &own.policy.body {
                PolicyBody::Denied(reason) => Some(format!("{}: {reason}", own.policy.name)),
                PolicyBody::Ai(_)
                | PolicyBody::AiAffinity(_)
                | PolicyBody::AiCache(_)
                | PolicyBody::AiGuards(_)
                | PolicyBody::AiFallback(_)
                | PolicyBody::AiKeys(_)
                | PolicyBody::AiLoad(_)
                | PolicyBody::AiTimeouts(_)
                | PolicyBody::LocalRateLimit(_)
                | PolicyBody::GlobalRateLimit(_)
                | PolicyBody::Budgets(_)
                | PolicyBody::Concurrency(_)
                | PolicyBody::FrontendHttp(_)
                | PolicyBody::AiAllowedModels(_)
                | PolicyBody::AiDeniedParams(_)
                | PolicyBody::AiResponseModel(_)
                | PolicyBody::Attribution(_)
                | PolicyBody::Given(_) => None,
            })
    }

    fn along(&self, places: &[(Level, Place)]) -> Vec<AttachmentPlan> {
        let levels: Vec<(Level, &Place, &[InForce])> = places
            .iter()
            .filter_map(|(level, place)| {
                let in_force = self.in_force.get(place)?;
                Some((*level, place, in_force.as_slice()))
            })
            .collect();
        conflict::along(&levels)
    }
}

fn listener_places(gateway: &GatewayKey, listener: &str) -> Vec<(Level, Place)> {
    let key = ObjectKey::new(Kind::Gateway, &*gateway.namespace, &*gateway.name);
    vec![
        (Level::Gateway, Place::new(key.clone(), None)),
        (Level::Listener, Place::new(key, Some(listener))),
    ]
}
