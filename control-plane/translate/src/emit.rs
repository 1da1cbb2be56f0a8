//! From a plan to resources. No decisions are left here.
//!
//! Owns the assembly of one Gateway's snapshot for one profile; the files below print one type each. Every
//! resource carries its provenance beside it, never inside. A resource's name and the name inside its message
//! are one, because `Resource::of` takes it from the message.

use std::sync::Arc;

use proto::provenance;
use proto::tidegate::v1 as tidegate;
use xds::resource::{Named, Resource};
use xds::snapshot::Snapshot;

use crate::change::Profile;
use crate::plan::GatewayPlan;
use crate::price;

mod ai;
mod cluster;
mod credential;
mod endpoint;
mod envoy;
mod listener;
mod match_term;
mod models;
mod policy;
mod route;
mod secret;
mod source;
mod virtual_host;

/// Prints a Gateway for a kind of proxy, without a Commit.
pub(crate) fn emit(plan: &GatewayPlan, profile: Profile) -> Snapshot {
    let mut output = Output {
        snapshot: Snapshot::default(),
    };
    for backend in plan.backends.values() {
        cluster::emit(backend, price::of(plan, backend), profile, &mut output);
    }
    if profile == Profile::Tidegate {
        policy::emit(plan, &mut output);
    }
    for port in plan.ports.values() {
        secret::certificates(port, &mut output);
        output.put(&listener::listener(plan, port), &[(*plan.source).clone()]);
        match profile {
            Profile::Tidegate => virtual_host::emit(plan, port, &mut output),
            Profile::Envoy => envoy::emit(plan, port, &mut output),
        }
    }
    output.snapshot
}

pub(crate) use route::refused;
pub(crate) use source::duration;

/// Resources on their way into a snapshot.
struct Output {
    snapshot: Snapshot,
}

impl Output {
    fn put<M: Named>(&mut self, message: &M, sources: &[tidegate::Source]) {
        self.snapshot.insert(resource(message, sources));
    }
}

/// A resource with its provenance.
pub(crate) fn resource<M: Named>(message: &M, sources: &[tidegate::Source]) -> Arc<Resource> {
    let provenance = tidegate::Provenance {
        sources: sources.to_vec(),
    };
    Resource::of(message, Some(provenance::metadata(&provenance)))
}
