//! From the targets of a policy to places.
//!
//! Owns references, selectors and sections (control-plane.md 2.1). A target that leads nowhere is told, and the others hold.
//! Must not know what a policy says.

use std::fmt;

use cp_api::{Kind, ObjectKey};

use super::Object;
use crate::lookup::Lookup;

/// An object, or a part of it, that policies are attached to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) key: ObjectKey,
    /// Listener, rule, provider, MCP target, or port.
    pub(crate) section: Option<String>,
}

/// Where the targets of a policy lead.
#[derive(Debug, Default)]
pub(super) struct Targets {
    pub(super) places: Vec<Place>,
    /// Targets that lead to others, where nothing of the policy has an effect: what protects must not be passed over.
    pub(super) beyond: Vec<Place>,
    /// Targets that do not exist, or lead to others.
    pub(super) problems: Vec<String>,
}

/// Follows every target of a policy.
pub(super) fn targets<T: Object>(lookup: &Lookup<'_>, policy: &T) -> Targets {
    let namespace = &policy.metadata().namespace;
    let mut found = Targets::default();
    for target in policy.refs() {
        let key = ObjectKey {
            group: target.group.clone(),
            kind: target.kind.clone(),
            namespace: namespace.clone(),
            name: target.name.clone(),
        };
        if lookup.labels_of(&key).is_none() {
            found.problems.push(format!("{key} not found"));
        } else {
            let section = target.section_name.as_ref();
            found.add(lookup, key, section.map(|section| section.0.as_str()));
        }
    }
    for selector in policy.selectors() {
        let keys = Kind::of(&selector.group, &selector.kind)
            .map(|kind| lookup.labelled(kind, namespace, &selector.match_labels))
            .unwrap_or_default();
        if keys.is_empty() {
            let problem = format!("no {} matches the selector in {namespace}", selector.kind);
            found.problems.push(problem);
        }
        let section = selector.section_name.as_ref();
        for key in keys {
            found.add(lookup, key, section.map(|section| section.0.as_str()));
        }
    }
    found.places.sort();
    // Two targets may name one object; it is one place.
    found.places.dedup();
    found.beyond.sort();
    found.beyond.dedup();
    found
}

/// What a section of a kind is called.
fn noun(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Gateway) => "listener",
        Some(Kind::HttpRoute) => "rule",
        Some(Kind::AgentgatewayBackend) => "provider",
        Some(Kind::Service) => "port",
        Some(
            Kind::GatewayClass
            | Kind::ReferenceGrant
            | Kind::Namespace
            | Kind::Secret
            | Kind::ConfigMap
            | Kind::EndpointSlice
            | Kind::AgentgatewayPolicy
            | Kind::AgentgatewayParameters
            | Kind::AgentgatewayModel
            | Kind::TidegatePolicy
            | Kind::FleetPin
            | Kind::PriceCatalog,
        )
        | None => "section",
    }
}

/// How a model leads to others that have backends of their own, if it does.
fn leads_elsewhere(lookup: &Lookup<'_>, key: &ObjectKey) -> Option<&'static str> {
    if key.known() != Some(Kind::AgentgatewayModel) {
        return None;
    }
    let model = lookup.model(&key.namespace, &key.name)?;
    let own = model.object.spec.virtual_model.as_ref()?;
    if own.weighted.is_some() {
        Some("a weighted model")
    } else if own.conditional.is_some() {
        Some("a conditional model")
    } else {
        None
    }
}

// === impl Targets ===

impl Targets {
    fn add(&mut self, lookup: &Lookup<'_>, key: ObjectKey, section: Option<&str>) {
        if let Some(section) = section
            && !lookup.sections_of(&key).iter().any(|own| own == section)
        {
            let noun = noun(key.known());
            let problem = format!("sectionName: {key} has no {noun} named {section}");
            return self.problems.push(problem);
        }
        let section = section.map(ToOwned::to_owned);
        match leads_elsewhere(lookup, &key) {
            None => self.places.push(Place { key, section }),
            Some(how) => {
                let problem = format!(
                    "{key} is {how}, and has no provider; attach the policy to the models that it leads to"
                );
                self.problems.push(problem);
                self.beyond.push(Place { key, section });
            }
        }
    }
}

// === impl Place ===

impl Place {
    pub(super) fn new(key: ObjectKey, section: Option<&str>) -> Place {
        let section = section.map(ToOwned::to_owned);
        Place { key, section }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        match &self.section {
            None => Ok(()),
            Some(section) => write!(f, " {} {section}", noun(self.key.known())),
        }
    }
}
