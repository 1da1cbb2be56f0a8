//! Who may ask a model: the rules of its own (llm.md O-1).
//!
//! Owns where they are asked: before a provider is chosen, at each attempt, and for lists of models. Must not know what rules mean
//! together. Invariants: a model is guarded whatever name led to it; nothing is sent to one that does not admit the request.

use std::{borrow::Cow, sync::Arc};

use dp_config::{AiBackend, Config, ModelRouter, ai_backend::AiProvider};
use dp_llm::model_name::{Found, Routing, Target};
use expr::{Attribute, Attributes};
use serde_json::Value as Json;

use super::allowed::Reach;
use crate::{
    attributes::RequestAttributes,
    fault::{Fault, Kind},
};

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
#[error("policies.authorization of the model behind {0} does not admit the request")]
struct NotAdmitted(String);

/// A request for a list: of the prompt only the model is known, which is each one that is listed.
struct Listing<'a> {
    request: &'a RequestAttributes<'a>,
    model: &'a str,
}

/// Who may be asked of a backend. It is refused at once where nobody may, before it costs anything.
pub(super) fn check(backend: &AiBackend, attributes: &dyn Attributes) -> Result<Reach, Fault> {
    let mut providers = backend.groups.iter().flatten();
    if providers.all(|provider| provider.authorization().is_none()) {
        return Ok(Reach::Whole);
    }
    let providers = || backend.groups.iter().flatten();
    let admitted = providers().filter(|provider| admits(provider, attributes));
    match (admitted.count(), providers().count()) {
        (0, _) => {
            let first = providers().next().map(|provider| &*provider.cluster);
            Err(refused(first.unwrap_or_default()))
        }
        (admitted, all) if admitted == all => Ok(Reach::Whole),
        _ => Ok(Reach::Part),
    }
}

/// Checks the provider that is to be asked.
pub(super) fn of_provider(provider: &AiProvider, attributes: &dyn Attributes) -> Result<(), Fault> {
    match admits(provider, attributes) {
        true => Ok(()),
        false => Err(refused(&provider.cluster)),
    }
}

/// Whether the client may ask for a model that a router lists, as far as its request for the list tells. A virtual model is there
/// for who may ask one of its targets.
pub(super) fn is_listed(
    config: &Config,
    router: &ModelRouter,
    (name, request): (&str, &RequestAttributes<'_>),
) -> bool {
    let admits = |backend: &str, model: &str| {
        // One that is not there refuses by itself.
        let Some(backend) = config.ai_backend(backend) else {
            return true;
        };
        check(backend, &Listing { request, model }).is_ok()
    };
    let leads = |target: &Target<Arc<str>>| admits(&target.backend, &target.model);
    match router.table.find(name, |_| true) {
        Found::Unknown => true,
        Found::Concrete(model) => admits(&model.backend, name),
        Found::Virtual(model) => match &model.routing {
            Routing::Weighted(targets) => targets.iter().any(|(_, target)| leads(target)),
            Routing::Conditional(targets) => targets.iter().any(|(_, target)| leads(target)),
            Routing::Failover(backend) => admits(backend, name),
            Routing::Unavailable(_) => true,
        },
    }
}

fn admits(provider: &AiProvider, attributes: &dyn Attributes) -> bool {
    let rules = provider.authorization();
    rules.is_none_or(|rules| rules.admits(attributes))
}

fn refused(cluster: &str) -> Fault {
    let why = NotAdmitted(cluster.to_owned());
    Fault::caused(Kind::ModelAuthorizationDenied, why)
}

// === impl Listing ===

impl Attributes for Listing<'_> {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        if attribute == Attribute::LlmRequestModel {
            return Some(Cow::Owned(self.model.into()));
        }
        self.request.attribute(attribute)
    }
}
