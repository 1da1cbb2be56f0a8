//! What a request to a model's API asks for: by the routes of its policies, or else by the built-in table (llm.md 2.1).
//!
//! Owns the order: an entry that names the end of the path, the table, and `*`. Must not read bodies. Invariants: errors are
//! told in the dialect of what was found from here on; what nothing names reaches no provider.

use std::borrow::Cow;

use dp_llm::{
    class::Class,
    route_map::{RouteMap, Routed},
};
use http::{Method, request::Parts};

use super::{Serving, attribution, ledger::Ledger, model_list};
use crate::{
    attributes::RequestAttributes,
    exchange::Exchange,
    fault::{Fault, Kind},
    respond::Dialect,
};

/// What is asked for.
pub(super) enum Operation {
    /// The list of models, which is answered here.
    Models(model_list::Asked),
    /// Something of a provider.
    Class(Class),
}

/// The operation that the client's path and method name.
pub(super) fn of(
    exchange: &mut Exchange<'_>,
    head: &Parts,
    serving: Serving<'_>,
) -> Result<Operation, Fault> {
    match routed(exchange, head, serving) {
        None => Err(Kind::UnknownOperation.into()),
        Some(Found::Models(asked)) => Ok(Operation::Models(asked)),
        Some(Found::Routed(Routed::Models)) => {
            if !matches!(head.method, Method::GET | Method::HEAD) {
                return Err(Kind::MethodNotAllowed.into());
            }
            Ok(Operation::Models(model_list::Asked::whole(head)))
        }
        Some(Found::Routed(Routed::Class(class))) => {
            exchange.record.request.dialect = Dialect::Llm(class.format());
            if !class.takes_method(head.method.as_str()) {
                return Err(Kind::MethodNotAllowed.into());
            }
            Ok(Operation::Class(class))
        }
    }
}

/// A request is refused before anybody reads it: its client is told in the dialect of what it asks for, if that is known, and
/// there is a record of it.
pub(crate) fn refused(exchange: &mut Exchange<'_>, head: &Parts, serving: Serving<'_>) {
    if let Some(Found::Routed(Routed::Class(class))) = routed(exchange, head, serving) {
        exchange.record.request.dialect = Dialect::Llm(class.format());
        let random = exchange.client.worker.upstream.random();
        let attributed = {
            let policy = exchange.policies.and_then(|own| own.attribution());
            let attributes = RequestAttributes::of(exchange, head);
            let metrics = &exchange.client.worker.metrics;
            attribution::of(policy, &attributes, (&head.headers, None), metrics)
        };
        let of = (&head.headers, attributed);
        let ledger = Ledger::unread(of, class, serving.name(), random);
        exchange.record.llm.ledger = Some(ledger);
    }
}

enum Found {
    Models(model_list::Asked),
    Routed(Routed),
}

fn routed(exchange: &Exchange<'_>, head: &Parts, serving: Serving<'_>) -> Option<Found> {
    let path = head.uri.path();
    let map = routes(exchange, serving);
    let map = map.as_deref();
    if let Some(named) = map.and_then(|map| map.named(path)) {
        return Some(Found::Routed(named));
    }
    if let Some(asked) = model_list::Asked::of(head) {
        return Some(Found::Models(asked));
    }
    let known = Class::of(path).map(Routed::Class);
    known.or_else(|| map?.rest(path)).map(Found::Routed)
}

/// The routes of the policies on the way, and of the backend where the way leads to one; behind models nobody knows yet which.
fn routes<'e>(exchange: &Exchange<'e>, serving: Serving<'_>) -> Option<Cow<'e, RouteMap>> {
    let policies = exchange.policies?;
    let backend = match serving {
        Serving::Backend(name) => exchange.active.config.ai_backend(name),
        Serving::Router(_) => None,
    };
    // A policy that cannot be enforced is told by whoever asks for more of them.
    let policies = backend
        .and_then(|backend| policies.with_backend(backend).ok())
        .unwrap_or(policies);
    policies.ai_routes(backend.map(|backend| &**backend))
}
