//! The request's way through the configuration, step by step.
//!
//! Owns the order of the steps, which is the proxy's: listener, chain, path, host, route, filters, backends. Must
//! leave every decision to the proxy's own types. Where the proxy would answer by itself, the way ends there.

use dp_config::policy::Effective;
use dp_config::route::{Action, Forward};
use dp_config::route_config::Found;
use dp_config::{Chain, Config, Listener, Route, RouteConfig};
use dp_policy::redirect::{Origin, Redirect};
use route::explain::{Candidate, Outcome, explain as candidates};
use route::table::Entry;
use route::{Head, host, path};
use std::sync::Arc;

use super::attributes::AskedAttributes;
use super::model::Asking;
use super::{
    Asked, BackendFacts, Explanation, ListenerFacts, RouteFacts, backend, effects, policies, why,
};
use crate::shadow::{MatchId, words};

/// File and line, by the name of a resource and, where it carries a rule, the index of the rule.
pub(crate) type PlaceOf<'a> = dyn FnMut(&str, Option<u32>) -> String + 'a;

/// Follows the request.
pub(crate) fn explain(config: &Config, asked: &Asked, place_of: &mut PlaceOf<'_>) -> Explanation {
    let mut told = Explanation::default();
    let Some(listener) = listener(config, asked) else {
        told.request = format!("{} {}{}", asked.method, asked.authority, asked.target);
        told.answer = Some(no_listener(config, asked));
        return told;
    };
    let is_tls = listener.is_tls();
    let scheme = if is_tls { "https" } else { "http" };
    told.request = format!(
        "{} {scheme}://{}{}",
        asked.method, asked.authority, asked.target
    );
    let server_name = is_tls.then(|| host::normalize(&asked.authority));
    let Some(chain) = listener.chain(server_name.as_deref()) else {
        told.listener = Some(facts(listener, None));
        told.answer = Some("the connection is closed: no listener has this server name".to_owned());
        return told;
    };
    told.listener = Some(facts(listener, Some(chain)));
    let target = match path::normalize(&asked.target) {
        Ok(target) => target.into_owned(),
        Err(error) => {
            told.answer = Some(format!("400: {error}"));
            return told;
        }
    };
    if target != asked.target {
        told.request.push_str(&format!("   (matched as {target})"));
    }
    let (path, query) = path::split(&target);
    let head = Head {
        method: &asked.method,
        scheme,
        authority: &asked.authority,
        path,
        query,
        headers: &asked.headers,
    };
    match config.routes(chain) {
        Some(routes) => {
            let way = Way {
                config,
                routes,
                head,
                target: &target,
                model: asked.model.as_deref(),
            };
            way.follow(&mut told, place_of);
        }
        None => told.answer = Some("404: the listener has no routes yet".to_owned()),
    }
    told
}

/// What is known once the listener is.
struct Way<'a> {
    config: &'a Config,
    routes: &'a RouteConfig,
    head: Head<'a>,
    target: &'a str,
    model: Option<&'a str>,
}

impl Way<'_> {
    fn follow(&self, told: &mut Explanation, place_of: &mut PlaceOf<'_>) {
        let Some(host) = self.routes.host(self.head.authority) else {
            told.answer = Some(no_host(self.routes));
            return;
        };
        told.virtual_host = Some(domain(self.routes, host));
        self.tell_candidates(&candidates(&host.table, &self.head), told, place_of);
        let Some(found) = self.routes.find(&self.head) else {
            told.answer = Some("404: no route matches".to_owned());
            return;
        };
        let policies = match Effective::of_route(self.config, found.route()) {
            Ok(policies) => policies,
            Err(denied) => {
                told.answer = Some(policies::refused(&denied));
                return;
            }
        };
        told.policies = policies::of_route(self.config, policies, found.route());
        match &found.route().action {
            Action::Forward(forward) => self.forward((&found, policies), forward, told, place_of),
            Action::Redirect(redirect) => {
                told.answer = Some(self.redirect(&found, redirect));
                told.filters = effects::of_response_headers(&found);
            }
            Action::Respond(response) => {
                told.answer = Some(format!("{}: fixed response", response.status.as_u16()));
                told.filters = effects::of_response_headers(&found);
            }
        }
    }

    fn forward(
        &self,
        (found, policies): (&Found<'_>, Effective<'_>),
        forward: &Forward,
        told: &mut Explanation,
        place_of: &mut PlaceOf<'_>,
    ) {
        told.filters = effects::of_forward(found, forward, self.head.headers, self.target);
        let asking = self.model.map(|model| Asking {
            config: self.config,
            policies,
            attributes: AskedAttributes {
                head: self.head,
                target: self.target,
                model,
            },
        });
        let asked = (self.head.headers, asking.as_ref());
        told.backends = backend::of_forward(self.config, forward, asked, place_of);
        let mut with_weight = told.backends.iter().filter(|backend| backend.weight > 0);
        told.answer = match with_weight.next() {
            None => Some("500: the rule has no backend with a weight"),
            Some(first) => {
                let of_first = refusal(first);
                of_first.filter(|_| with_weight.all(|other| refusal(other).is_some()))
            }
        }
        .map(str::to_owned);
    }

    fn redirect(&self, found: &Found<'_>, redirect: &Redirect) -> String {
        let origin = Origin {
            scheme: self.head.scheme,
            authority: self.head.authority,
            target: self.target,
        };
        let location = redirect.location(origin, &found.entry.matcher.path);
        let location = location
            .as_ref()
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        format!(
            "{}: redirect to {}",
            redirect.status().as_u16(),
            location.unwrap_or_default()
        )
    }

    fn tell_candidates(
        &self,
        list: &[Candidate<'_, Arc<Route>>],
        told: &mut Explanation,
        place_of: &mut PlaceOf<'_>,
    ) {
        let chosen = list
            .iter()
            .find(|candidate| matches!(candidate.outcome, Outcome::Chosen));
        let mut place = |entry: &Entry<Arc<Route>>| {
            let source = &entry.payload.source;
            place_of(&source.resource, source.rule)
        };
        for candidate in list {
            let entry = candidate.entry;
            let fact = |why: String, place: String| RouteFacts {
                rule: rule_name(entry),
                place,
                matches: words(&entry.matcher),
                why,
            };
            match &candidate.outcome {
                Outcome::Chosen => told.route = Some(fact(words(&entry.matcher), place(entry))),
                Outcome::Outranked => {
                    let why = chosen
                        .map(|chosen| why::why(chosen.entry, entry))
                        .unwrap_or_default();
                    told.others
                        .push(fact(format!("matches, too, but {why}"), place(entry)));
                }
                Outcome::Failed(_) if !entry.matcher.path.matches(self.head.path) => {
                    told.unlisted += 1;
                }
                Outcome::Failed(failed) => {
                    let failed: Vec<String> = failed.iter().map(ToString::to_string).collect();
                    told.others.push(fact(failed.join(", "), place(entry)));
                }
            }
        }
    }
}

/// Why a model that is asked about is refused there.
fn refusal(backend: &BackendFacts) -> Option<&str> {
    backend.model.as_ref()?.refusal()
}

/// The listener of the port, or of the scheme, or the first plain one.
fn listener<'a>(config: &'a Config, asked: &Asked) -> Option<&'a Arc<Listener>> {
    let mut listeners: Vec<&Arc<Listener>> = config.listeners().collect();
    listeners.sort_by_key(|listener| (listener.is_tls(), listener.address.port()));
    if let Some(port) = asked.port {
        return listeners
            .into_iter()
            .find(|listener| listener.address.port() == port);
    }
    listeners.into_iter().find(|listener| {
        asked
            .is_tls
            .is_none_or(|is_tls| listener.is_tls() == is_tls)
    })
}

fn no_listener(config: &Config, asked: &Asked) -> String {
    let ports: Vec<String> = config
        .listeners()
        .map(|listener| listener.address.port().to_string())
        .collect();
    let wanted = match (asked.port, asked.is_tls) {
        (Some(port), _) => format!("on port {port}"),
        (None, Some(true)) => "with TLS".to_owned(),
        (None, Some(false)) => "without TLS".to_owned(),
        (None, None) => "at all".to_owned(),
    };
    match ports.is_empty() {
        true => "the connection is refused: the Gateway has no listener".to_owned(),
        false => format!(
            "the connection is refused: no listener {wanted}; ports are {}",
            ports.join(", ")
        ),
    }
}

fn no_host(routes: &RouteConfig) -> String {
    const NAMED: usize = 8;
    let names: Vec<String> = routes
        .hosts
        .iter()
        .map(|(pattern, _)| pattern.to_string())
        .collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    let named = names.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    match named.is_empty() {
        true => "404: no route is attached to this listener".to_owned(),
        false => format!("404: no route has this host name; there are {named}{more}"),
    }
}

fn domain(routes: &RouteConfig, host: &Arc<dp_config::VirtualHost>) -> String {
    let found = routes
        .hosts
        .iter()
        .find(|(_, other)| Arc::ptr_eq(other, host));
    found
        .map(|(pattern, _)| pattern.to_string())
        .unwrap_or_default()
}

fn rule_name(entry: &Entry<Arc<Route>>) -> String {
    let id = MatchId::of(entry);
    match id.name.is_empty() {
        true if entry.payload.name.starts_with("models/") => {
            "the listener's own route to its models".to_owned()
        }
        true => format!("route {:?}", entry.payload.name),
        false => id.to_string(),
    }
}

fn facts(listener: &Listener, chain: Option<&Arc<Chain>>) -> ListenerFacts {
    let names = chain.into_iter().flat_map(|chain| &chain.server_names);
    ListenerFacts {
        name: listener.name.to_string(),
        port: listener.address.port(),
        is_tls: listener.is_tls(),
        server_names: names.map(ToString::to_string).collect(),
    }
}
