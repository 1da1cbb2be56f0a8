//! What a route does to a request and its response, found by doing it.
//!
//! Owns the comparison of before and after. Must not know how a modifier works: it is applied to the headers of the
//! request that was asked about, and what differs is told, in the order in which the proxy applies it.

use std::collections::BTreeSet;

use dp_config::route::{Forward, IdleTimeout};
use dp_config::route_config::Found;
use dp_policy::HeaderModifier;
use dp_policy::url_rewrite::HostRewrite;
use http::{HeaderMap, HeaderName};

/// Everything that happens to a request that is sent on.
pub(super) fn of_forward(
    found: &Found<'_>,
    forward: &Forward,
    headers: &HeaderMap,
    target: &str,
) -> Vec<String> {
    let mut effects = of_request_headers(found, headers);
    let rewritten = forward.rewrite.target(&found.entry.matcher.path, target);
    if rewritten != target {
        effects.push(format!("the path becomes {rewritten}"));
    }
    match &forward.rewrite.host {
        Some(HostRewrite::Literal(host)) => effects.push(format!("the host becomes {host}")),
        Some(HostRewrite::Endpoint) => {
            effects.push("the host becomes the host name of the endpoint".to_owned());
        }
        None => {}
    }
    for mirror in &forward.mirrors {
        effects.push(format!("a copy goes to {}", mirror.cluster));
    }
    if let Some(timeout) = forward.timeout {
        effects.push(format!("the response must begin within {timeout:?}"));
    }
    if let Some(timeout) = forward.attempt_timeout {
        effects.push(format!(
            "the backend must begin to respond within {timeout:?}"
        ));
    }
    match forward.idle_timeout {
        IdleTimeout::After(timeout) => effects.push(format!("it may be idle for {timeout:?}")),
        IdleTimeout::Inherit | IdleTimeout::Never => {}
    }
    effects.extend(of_response_headers(found));
    effects
}

/// Changes to the request's headers, in order.
pub(super) fn of_request_headers(found: &Found<'_>, headers: &HeaderMap) -> Vec<String> {
    let mut headers = headers.clone();
    let mut effects = Vec::new();
    for modifier in found.request_headers() {
        effects.extend(of_modifier("request", modifier, &mut headers));
    }
    effects
}

/// Changes to the headers of a response that has none.
pub(super) fn of_response_headers(found: &Found<'_>) -> Vec<String> {
    of_response(found.response_headers())
}

/// The same for these changes.
pub(super) fn of_response<'a>(
    modifiers: impl IntoIterator<Item = &'a HeaderModifier>,
) -> Vec<String> {
    let mut headers = HeaderMap::new();
    let mut effects = Vec::new();
    for modifier in modifiers {
        let told = of_modifier("response", modifier, &mut headers);
        if told.is_empty() && !modifier.is_empty() {
            effects.push("response headers are removed".to_owned());
        }
        effects.extend(told);
    }
    effects
}

/// Applies a modifier and tells what it did.
pub(super) fn of_modifier(
    whose: &str,
    modifier: &HeaderModifier,
    headers: &mut HeaderMap,
) -> Vec<String> {
    let before = headers.clone();
    modifier.apply(headers);
    let names: BTreeSet<&str> = before
        .keys()
        .chain(headers.keys())
        .map(HeaderName::as_str)
        .collect();
    let mut effects = Vec::new();
    if let Some(authority) = modifier.authority() {
        effects.push(format!("the host becomes {}", shown(authority.as_bytes())));
    }
    for name in names {
        match (values(&before, name), values(headers, name)) {
            (old, new) if old == new => {}
            (_, new) if new.is_empty() => effects.push(format!("{whose} header {name} is removed")),
            (_, new) => effects.push(format!("{whose} header {name} becomes {new}")),
        }
    }
    effects
}

fn values(headers: &HeaderMap, name: &str) -> String {
    let values = headers
        .get_all(name)
        .iter()
        .map(|value| shown(value.as_bytes()));
    values.collect::<Vec<_>>().join(", ")
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
