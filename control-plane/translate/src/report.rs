//! Conditions of objects, as values.
//!
//! Owns the shape of a report. Must not compute `Programmed` where proxies decide it: such a report says
//! `Pending`, and who knows the fleet fills it in. Reports are sorted, so equal inputs give equal reports.

use std::fmt;

use cp_api::ObjectKey;
use cp_api::condition::Condition;
use cp_api::http_route::ParentReference;
use proto::tidegate::v1 as tidegate;

use crate::output::GatewayKey;

/// Conditions of one object, or of one part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Which object.
    pub key: ObjectKey,
    /// The same with uid, generation, file and line.
    pub source: tidegate::Source,
    /// Which part of it.
    pub scope: Scope,
    /// Conditions, in a fixed order of types.
    pub conditions: Vec<Condition>,
    /// Who decides `Programmed`.
    pub programmed: Programmed,
    /// Why a real Envoy cannot serve this object as written; shown as `EnvoyProfile=False` while one is
    /// connected to one of `gateways`.
    pub envoy_limits: Vec<String>,
    /// Gateways of ours that the object reaches.
    pub gateways: Vec<GatewayKey>,
    /// Further status fields.
    pub detail: Detail,
}

/// Which part of an object a report is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The object as a whole.
    Object,
    /// A listener of a Gateway.
    Listener(String),
    /// A parentRef of a route.
    Parent(ParentScope),
    /// A Gateway that a policy reaches.
    Ancestor(GatewayKey),
    /// What a policy has to say about targets that lead to no Gateway; in Kubernetes the ancestor
    /// `StatusSummary` of group `agentgateway.dev`.
    Summary,
}

/// A parentRef with its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParentScope {
    /// The Gateway.
    pub gateway: GatewayKey,
    /// Listener, if written.
    pub section: Option<String>,
    /// Port, if written.
    pub port: Option<u16>,
}

/// Who decides `Programmed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Programmed {
    /// The object has no such condition.
    Absent,
    /// It is among the conditions already.
    Settled,
    /// The fleet of each of the report's Gateways decides, for the generation in `source`.
    Pending,
}

/// Status fields beside conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// None.
    None,
    /// Of a GatewayClass.
    Class {
        /// Names of Gateway API features, sorted.
        supported_features: Vec<&'static str>,
    },
    /// Of a listener.
    Listener {
        /// Number of routes that attached.
        attached_routes: u32,
        /// Kinds that may attach: (group, kind).
        supported_kinds: Vec<(String, String)>,
    },
    /// Of a parentRef.
    Parent {
        /// As it is written.
        reference: Box<ParentReference>,
    },
}

// === impl Scope ===

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Object => Ok(()),
            Scope::Listener(name) => write!(f, "listener {name}"),
            Scope::Parent(parent) => write!(f, "parent {parent}"),
            Scope::Ancestor(gateway) => write!(f, "gateway {gateway}"),
            Scope::Summary => f.write_str("targets"),
        }
    }
}

// === impl ParentScope ===

impl fmt::Display for ParentScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.gateway)?;
        if let Some(section) = &self.section {
            write!(f, "/{section}")?;
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        Ok(())
    }
}
