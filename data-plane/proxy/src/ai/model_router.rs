//! Which AI backend serves a request: the route's own, or the one that the requested model leads to (llm.md ).
//!
//! Owns the step from a name to a backend, and the request for the target's name. Must not rank names: the table does.
//! Invariant: a name that leads nowhere is refused, in words that do not tell an internal model from none.

use std::sync::Arc;

use dp_config::{AiBackend, cluster::ClusterKind};
use dp_llm::{
    model_name::{Choice, ConditionId, Found, Target},
    request::{Request as Prompt, RequestError},
};
use http::{header::CONTENT_TYPE, request::Parts, uri::PathAndQuery};

use super::attributes::{LlmAttributes, ReadBody};
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
};

/// What a route leads to.
#[derive(Clone, Copy)]
pub(crate) enum Serving<'a> {
    /// An AI backend of this name.
    Backend(&'a str),
    /// A model router of this name.
    Router(&'a str),
}

/// Why a virtual model has nobody.
#[derive(Debug, thiserror::Error)]
enum Unserved {
    #[error("model {0:?} has no target that may serve it")]
    NoTarget(String),
    #[error("model {0:?}: {1}")]
    Unavailable(String, String),
    #[error("model {0:?} is served by {1}, which does not exist")]
    NoBackend(String, String),
}

// === impl Serving ===

impl<'a> Serving<'a> {
    /// Whether a cluster stands for models.
    pub(crate) fn of(kind: &'a ClusterKind) -> Option<Serving<'a>> {
        match kind {
            ClusterKind::Ai(name) => Some(Serving::Backend(name)),
            ClusterKind::Models(name) => Some(Serving::Router(name)),
            ClusterKind::Static(_)
            | ClusterKind::Dns(_)
            | ClusterKind::Eds(_)
            | ClusterKind::ForwardProxy(_) => None,
        }
    }

    /// Of the backend or the router.
    pub(super) fn name(self) -> &'a str {
        match self {
            Serving::Backend(name) | Serving::Router(name) => name,
        }
    }

    /// The model of a request that was resolved, where the router's objects spell it out.
    pub(super) fn spelled(self, exchange: &Exchange<'_>, prompt: &Prompt) -> Option<Arc<str>> {
        match self {
            Serving::Backend(_) => None,
            Serving::Router(name) => {
                let router = exchange.active.config.model_router(name)?;
                let model = prompt.model_for(None).ok()?;
                router.table.spelled(model).cloned()
            }
        }
    }

    /// The backend for a request, and the request as it goes there.
    pub(super) fn resolve<'e>(
        self,
        exchange: &Exchange<'e>,
        head: &mut Parts,
        prompt: Prompt,
    ) -> Result<(&'e AiBackend, Prompt), Fault> {
        let config = &exchange.active.config;
        let name = match self {
            Serving::Backend(name) => {
                let backend = config.ai_backend(name).ok_or(Kind::InvalidBackend)?;
                return Ok((backend, prompt));
            }
            Serving::Router(name) => name,
        };
        let router = config.model_router(name).ok_or(Kind::InvalidBackend)?;
        let asked = prompt
            .model_for(None)
            .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?
            .to_owned();
        if asked.is_empty() {
            // Files and lists: nothing says whose they are.
            return Err(Fault::caused(
                Kind::InvalidPrompt,
                RequestError::ModelMissing,
            ));
        }
        // No model has a condition beside its name.
        let (backend, target) = match router.table.find(&asked, |_| false) {
            Found::Unknown => return Err(Kind::UnknownModel.into()),
            Found::Concrete(model) => (&model.backend, None),
            Found::Virtual(model) => {
                let draw = exchange.client.worker.upstream.random();
                let read = ReadBody::default();
                let attributes = LlmAttributes::of_request(exchange, head, &prompt, &read);
                // One that cannot be told does not hold: the next target is asked.
                let holds = |id: ConditionId| {
                    let condition = router.conditions.get(id.0);
                    condition.is_some_and(|own| own.holds(&attributes).unwrap_or(false))
                };
                match model.routing.choose(draw, holds) {
                    Choice::One(Target { model, backend }) => (backend, Some(model.as_str())),
                    Choice::Several(backend) => (backend, None),
                    Choice::None => return Err(unserved(Unserved::NoTarget(asked))),
                    Choice::Unavailable(why) => {
                        return Err(unserved(Unserved::Unavailable(asked, why.to_owned())));
                    }
                }
            }
        };
        let Some(found) = config.ai_backend(backend) else {
            return Err(unserved(Unserved::NoBackend(asked, backend.to_string())));
        };
        let prompt = match target {
            Some(model) if *model != asked => renamed(head, &prompt, model)?,
            Some(_) | None => prompt,
        };
        Ok((found, prompt))
    }
}

impl Serving<'_> {
    /// The same for a request that asks for another model than its client: the backend of `model`, and the request for it; `None`
    /// where no model of a router has that name, or there is no router.
    pub(super) fn instead<'e>(
        self,
        exchange: &Exchange<'e>,
        head: &mut Parts,
        prompt: &Prompt,
        model: &str,
    ) -> Result<Option<(&'e AiBackend, Prompt)>, Fault> {
        let Serving::Router(name) = self else {
            return Ok(None);
        };
        let router = exchange.active.config.model_router(name);
        let router = router.ok_or(Kind::InvalidBackend)?;
        if matches!(router.table.find(model, |_| false), Found::Unknown) {
            return Ok(None);
        }
        let prompt = renamed(head, prompt, model)?;
        self.resolve(exchange, head, prompt).map(Some)
    }
}

fn unserved(why: Unserved) -> Fault {
    Fault::caused(Kind::NoProvider, why)
}

/// The request for another model.
fn renamed(head: &mut Parts, prompt: &Prompt, model: &str) -> Result<Prompt, Fault> {
    let content_type = head.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let renamed = prompt
        .renamed(head.uri.path(), content_type, model)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    if let Some(path) = renamed.path {
        let target = match head.uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let target =
            PathAndQuery::try_from(target).map_err(|error| Fault::caused(Kind::Bug, error))?;
        head.uri = target.into();
    }
    Ok(renamed.request)
}
