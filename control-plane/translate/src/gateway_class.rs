//! GatewayClasses: which are ours, and what they promise.
//!
//! Owns the names that exist without an object, and the features of Gateway API that are served. Must not look at
//! Gateways. A feature is claimed only where the official suite passes with it.

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::{Kind, ObjectKey};

use crate::deployment::of_class;
use crate::lookup::Lookup;
use crate::output::GatewayKey;
use crate::report::{Detail, Programmed, Report, Scope};
use crate::settings::{Settings, Source};

/// Classes that exist without an object where the source is a directory.
pub(crate) const IMPLICIT: [&str; 2] = ["agentgateway", "tidegate"];

/// What Tidegate serves of Gateway API, sorted, in the words of its conformance suite.
const FEATURES: &[&str] = &[
    "Gateway",
    "GatewayAddressEmpty",
    "GatewayHTTPListenerIsolation",
    "GatewayPort8080",
    "HTTPRoute",
    "HTTPRoute303RedirectStatusCode",
    "HTTPRoute307RedirectStatusCode",
    "HTTPRoute308RedirectStatusCode",
    "HTTPRouteBackendProtocolH2C",
    "HTTPRouteBackendProtocolWebSocket",
    "HTTPRouteBackendRequestHeaderModification",
    "HTTPRouteBackendTimeout",
    "HTTPRouteDestinationPortMatching",
    "HTTPRouteHostRewrite",
    "HTTPRouteMethodMatching",
    "HTTPRouteNamedRouteRule",
    "HTTPRouteParentRefPort",
    "HTTPRoutePathRedirect",
    "HTTPRoutePathRewrite",
    "HTTPRoutePortRedirect",
    "HTTPRouteQueryParamMatching",
    "HTTPRouteRequestMirror",
    "HTTPRouteRequestMultipleMirrors",
    "HTTPRouteRequestPercentageMirror",
    "HTTPRouteRequestTimeout",
    "HTTPRouteResponseHeaderModification",
    "HTTPRouteSchemeRedirect",
    "ReferenceGrant",
];

/// What is served besides, where proxies are deployed.
const DEPLOYED_FEATURES: &[&str] = &["GatewayInfrastructurePropagation", "GatewayStaticAddresses"];

fn features(settings: &Settings) -> Vec<&'static str> {
    let besides = if settings.deploys {
        DEPLOYED_FEATURES
    } else {
        &[]
    };
    let mut features = [FEATURES, besides].concat();
    features.sort_unstable();
    features
}

/// Whether the class is served by us.
pub(crate) fn is_ours(lookup: &Lookup<'_>, settings: &Settings, class: &str) -> bool {
    match lookup.class(class) {
        Some(stored) => stored.object.spec.controller_name == settings.controller,
        None => settings.source == Source::Directory && IMPLICIT.contains(&class),
    }
}

/// Whether a Gateway exists and is of a class of ours.
pub(crate) fn serves(lookup: &Lookup<'_>, settings: &Settings, key: &GatewayKey) -> bool {
    lookup
        .gateway(key)
        .is_some_and(|stored| is_ours(lookup, settings, &stored.object.spec.gateway_class_name))
}

/// Reports of the classes that are ours.
pub(crate) fn class_reports(lookup: &Lookup<'_>, settings: &Settings) -> Vec<Report> {
    lookup
        .classes()
        .filter(|stored| stored.object.spec.controller_name == settings.controller)
        .map(|stored| {
            let accepted = Condition::holds(ConditionType::Accepted, Reason::Accepted);
            let has_parameters = stored.object.spec.parameters_ref.is_some();
            let condition = match of_class(lookup, &stored.object) {
                Err(message) if settings.deploys => {
                    let reason = Reason::InvalidParameters;
                    Condition::fails(ConditionType::Accepted, reason, message)
                }
                Ok(_) | Err(_) if has_parameters && !settings.deploys => {
                    accepted.saying(no_effect("spec.parametersRef"))
                }
                Ok(_) | Err(_) => accepted,
            };
            Report {
                key: ObjectKey::new(Kind::GatewayClass, "", stored.object.metadata.name.clone()),
                source: (*stored.source).clone(),
                scope: Scope::Object,
                conditions: vec![condition],
                programmed: Programmed::Absent,
                envoy_limits: Vec::new(),
                gateways: Vec::new(),
                detail: Detail::Class {
                    supported_features: features(settings),
                },
            }
        })
        .collect()
}

/// That parameters are passed over where nothing is deployed.
pub(crate) fn no_effect(field: &str) -> String {
    format!("{field} has no effect: this control plane deploys no proxies")
}
