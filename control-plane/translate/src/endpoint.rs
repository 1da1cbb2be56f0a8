//! From a Service port to the endpoints behind it.
//!
//! Owns the choice among ready, serving and terminating endpoints and the match of named ports. EndpointSlices
//! are the single source; Pods are never looked at. The result is sorted and free of duplicates, so that the
//! order of slices never shows on the wire.

use std::collections::BTreeSet;

use cp_api::endpoint_slice::{EndpointConditions, EndpointSlice};
use cp_api::service::ServicePort;
use proto::tidegate::v1 as tidegate;

use crate::lookup::Lookup;
use crate::plan::Endpoint;

/// Endpoints of a Service port, and the slices they come from.
pub(crate) fn resolve(
    lookup: &Lookup<'_>,
    namespace: &str,
    service: &str,
    port: &ServicePort,
    readiness: Readiness,
) -> (Vec<Endpoint>, Vec<tidegate::Source>) {
    let mut ready = BTreeSet::new();
    let mut draining = BTreeSet::new();
    let mut sources = Vec::new();
    for stored in lookup.slices(namespace, service) {
        sources.push((*stored.source).clone());
        let slice = &*stored.object;
        let Some(number) = port_of(slice, port) else {
            continue;
        };
        // FQDN slices are deprecated and no addresses.
        if slice.address_type == "FQDN" {
            continue;
        }
        for endpoint in &slice.endpoints {
            let Some(address) = endpoint.addresses.first() else {
                continue;
            };
            let resolved = Endpoint {
                address: address.clone(),
                port: number,
            };
            match state(endpoint.conditions, readiness) {
                State::Ready => drop(ready.insert(resolved)),
                State::Draining => drop(draining.insert(resolved)),
                State::Down => {}
            }
        }
    }
    // Endpoints that go away take traffic only while nobody else can.
    let chosen = if ready.is_empty() { draining } else { ready };
    (chosen.into_iter().collect(), sources)
}

/// Whether a Service wants endpoints that are not ready (`publishNotReadyAddresses`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    Needed,
    Ignored,
}

enum State {
    Ready,
    Draining,
    Down,
}

/// Kubernetes: an unknown `ready` counts as true, an unknown `serving` as `ready`.
fn state(conditions: EndpointConditions, readiness: Readiness) -> State {
    let is_used = readiness == Readiness::Ignored;
    let is_ready = is_used || conditions.ready.unwrap_or(true);
    let is_serving = is_used || conditions.serving.unwrap_or(is_ready);
    let is_terminating = conditions.terminating.unwrap_or(false);
    if is_ready && !is_terminating {
        State::Ready
    } else if is_serving && is_terminating {
        State::Draining
    } else {
        State::Down
    }
}

/// The port that a slice has under the name of the Service's port.
fn port_of(slice: &EndpointSlice, port: &ServicePort) -> Option<u16> {
    slice
        .ports
        .iter()
        .find(|of_slice| {
            of_slice.name.as_deref().unwrap_or_default() == port.name
                && of_slice.protocol.as_deref().unwrap_or("TCP") == "TCP"
        })
        .and_then(|of_slice| of_slice.port)
}
