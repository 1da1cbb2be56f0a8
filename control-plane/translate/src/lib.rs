//! Objects in, resources and conditions out: the pure middle of the control plane.
//!
//! ```text
//! Change ─► Inputs ─► resolve ─► Plan ─► emit ─► Snapshot per Gateway (two profiles)
//!                        └──────► Report per object          └► quarantine
//! ```
//! Owns every decision between a manifest and the wire. Must not do I/O, read a clock or keep state between
//! calls: equal inputs give equal bytes. Bad input is data: it becomes a condition and removes the smallest
//! thing that encloses it; `translate` never fails. Entry points: [`Inputs::with`] and [`translate`].

mod backend;
mod change;
mod deployment;
mod emit;
mod endpoint;
mod filters;
mod gateway;
mod gateway_class;
mod hostname;
mod infra;
mod inputs;
mod listener;
mod lookup;
mod matches;
mod model;
mod outline;
mod output;
mod plan;
mod policy;
mod price;
mod quarantine;
mod reference;
mod report;
mod resolve;
mod route;
mod settings;
mod tls;
mod unserved;

pub use change::{Cause, Change, Content, Origin, Profile, Rejection};
pub use deployment::Deployment;
pub use infra::{Desired, DesiredPort};
pub use inputs::{Inputs, Stored};
pub use outline::{Claim, Outline};
pub use output::{GatewayKey, GatewayOutput, ListenerOutput, Quarantined, Remedy, Translation};
pub use report::{Detail, ParentScope, Programmed, Report, Scope};
pub use settings::{CONTROLLER, ProviderAddress, Settings, Source};

/// Translates everything. Total and deterministic: the same inputs and settings give the same bytes.
pub fn translate(inputs: &Inputs, settings: &Settings) -> Translation {
    translate_for(inputs, settings, |_| true)
}

/// The same, with Envoy's profile of some Gateways only: nobody has to pay for a profile that no client takes. The other
/// Gateways' is empty; all else does not depend on it.
pub fn translate_for(
    inputs: &Inputs,
    settings: &Settings,
    has_envoy: impl Fn(&GatewayKey) -> bool,
) -> Translation {
    let lookup = lookup::Lookup::new(inputs);
    let resolved = resolve::resolve(&lookup, settings);
    quarantine::apply(&lookup, resolved, has_envoy)
}
