//! Conditions of objects of which translation makes nothing yet: parameters, models, pins.
//!
//! Owns what is said of them, from the table of fields in effect. A kind that starts to be served leaves this
//! file for one of its own. In a cluster a model without a Gateway of ours is another controller's to speak about.

use std::collections::BTreeSet;

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::effect::{self, Effects};
use cp_api::http_route::ParentReference;
use cp_api::model::{AgentgatewayModel, ModelParent};
use cp_api::object::Resource;
use cp_api::{Kind, ObjectKey};

use crate::gateway_class;
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::output::GatewayKey;
use crate::report::{Detail, ParentScope, Programmed, Report, Scope};
use crate::settings::{Settings, Source};

/// What becomes of an object with fields that are not in effect.
#[derive(Clone, Copy)]
enum Rest {
    /// The others are in effect.
    Served,
    /// Nothing is.
    Nothing,
}

/// Reports of parameters, models and pins.
pub(crate) fn reports(lookup: &Lookup<'_>, settings: &Settings) -> Vec<Report> {
    let mut reports = Vec::new();
    for stored in lookup.parameters() {
        reports.push(report(stored, &stored.object.effects, Rest::Served));
    }
    for stored in lookup.models() {
        reports.extend(model_reports(lookup, settings, stored));
    }
    for stored in lookup.fleet_pins() {
        reports.push(report(stored, &stored.object.effects, Rest::Nothing));
    }
    reports
}

fn report<T: Resource>(stored: &Stored<T>, effects: &Effects, rest: Rest) -> Report {
    let accepted = match (effect::sentence(&effects.missing), rest) {
        (None, Rest::Served) => Condition::holds(ConditionType::Accepted, Reason::Accepted),
        (Some(words), Rest::Served) => {
            Condition::holds(ConditionType::Accepted, Reason::PartiallyValid).saying(words)
        }
        (words, Rest::Nothing) => {
            let kind = T::KIND;
            let words = words.map(|words| format!("; {words}")).unwrap_or_default();
            let message = format!("{kind} is not served yet{words}");
            Condition::fails(ConditionType::Accepted, Reason::NotSupported, message)
        }
    };
    let metadata = stored.object.metadata();
    Report {
        key: ObjectKey::new(T::KIND, &*metadata.namespace, &*metadata.name),
        source: (*stored.source).clone(),
        scope: Scope::Object,
        conditions: vec![accepted],
        programmed: Programmed::Absent,
        envoy_limits: Vec::new(),
        gateways: Vec::new(),
        detail: Detail::None,
    }
}

/// One report per parent that leads to a Gateway of ours.
fn model_reports(
    lookup: &Lookup<'_>,
    settings: &Settings,
    stored: &Stored<AgentgatewayModel>,
) -> Vec<Report> {
    let whole = report(stored, &stored.object.effects, Rest::Nothing);
    let mut told = BTreeSet::new();
    let mut reports = Vec::new();
    for parent in &stored.object.spec.parent_refs {
        let own = &stored.object.metadata.namespace;
        let Some(gateway) = gateway_of(lookup, settings, parent, own) else {
            continue;
        };
        let section = parent.section_name.as_ref().map(|name| name.0.clone());
        let scope = ParentScope {
            gateway: gateway.clone(),
            section: section.clone(),
            port: parent.port,
        };
        let reference = ParentReference {
            group: parent.group.clone(),
            kind: parent.kind.clone(),
            namespace: parent.namespace.clone(),
            name: parent.name.clone(),
            section_name: section,
            port: parent.port,
        };
        // A parent that is written twice has one entry.
        if told.insert(format!("{reference:?}")) {
            reports.push(Report {
                scope: Scope::Parent(scope),
                gateways: vec![gateway],
                detail: Detail::Parent {
                    reference: Box::new(reference),
                },
                ..whole.clone()
            });
        }
    }
    if reports.is_empty() && settings.source == Source::Directory {
        reports.push(whole);
    }
    reports
}

/// The Gateway of ours that a parent is or, for a route, the first that it is attached to.
fn gateway_of(
    lookup: &Lookup<'_>,
    settings: &Settings,
    parent: &ModelParent,
    own: &str,
) -> Option<GatewayKey> {
    let namespace = parent.namespace.as_deref().unwrap_or(own);
    match Kind::of(&parent.group, &parent.kind)? {
        Kind::Gateway => {
            let key = GatewayKey::new(namespace, &*parent.name);
            gateway_class::serves(lookup, settings, &key).then_some(key)
        }
        Kind::HttpRoute => {
            let route = lookup.http_route(namespace, &parent.name)?;
            let parents = route.object.spec.parent_refs.iter();
            parents
                .filter(|parent| Kind::of(&parent.group, &parent.kind) == Some(Kind::Gateway))
                .map(|parent| {
                    let namespace = parent.namespace.as_deref().unwrap_or(namespace);
                    GatewayKey::new(namespace, &*parent.name)
                })
                .find(|key| gateway_class::serves(lookup, settings, key))
        }
        Kind::GatewayClass
        | Kind::ReferenceGrant
        | Kind::Namespace
        | Kind::Service
        | Kind::Secret
        | Kind::ConfigMap
        | Kind::EndpointSlice
        | Kind::AgentgatewayBackend
        | Kind::AgentgatewayPolicy
        | Kind::AgentgatewayParameters
        | Kind::AgentgatewayModel
        | Kind::TidegatePolicy
        | Kind::FleetPin
        | Kind::PriceCatalog => None,
    }
}
