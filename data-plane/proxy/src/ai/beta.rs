//! `anthropic-beta` of clients, where a provider takes it as a header.
//!
//! Owns the values of a client's head, and which of them go along. Must not know which service knows which.

use dp_llm::{format::Format, provider::Service, relay::Plan};
use http::{HeaderMap, HeaderName, HeaderValue};

const NAME: HeaderName = HeaderName::from_static("anthropic-beta");

/// The values of a head, one by one.
pub(super) fn values(headers: &HeaderMap) -> Vec<&str> {
    headers
        .get_all(NAME)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect()
}

/// Whether the head goes along as it is, and has a value that the service does not take.
pub(super) fn is_filtered(service: &Service, plan: &Plan, values: &[&str]) -> bool {
    let goes_along = plan.client == plan.provider && plan.provider == Format::AnthropicMessages;
    goes_along && values.iter().any(|value| !service.takes_beta(value))
}

/// Takes off what the service does not take.
pub(super) fn filter(service: &Service, plan: &Plan, headers: &mut HeaderMap) {
    let values = values(headers);
    if !is_filtered(service, plan, &values) {
        return;
    }
    let known = values.into_iter().filter(|value| service.takes_beta(value));
    let known = known.collect::<Vec<_>>().join(",");
    headers.remove(NAME);
    if let (false, Ok(known)) = (known.is_empty(), HeaderValue::from_str(&known)) {
        headers.insert(NAME, known);
    }
}
