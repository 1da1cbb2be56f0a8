//! Routes: what happens to a request once it is matched.
//!
//! Owns the decoded Envoy `Route` and the weighted choice of a cluster. Must not hold clusters: their names
//! are looked up in the Config of the request, so that a cluster's change touches no route. A name without
//! cluster is legal and answered with [`ClusterChoice::missing_status`].

mod decode;

pub(crate) use decode::route;

use std::sync::Arc;
use std::time::Duration;

use dp_policy::{DirectResponse, HeaderModifier, Mirror, Redirect, UrlRewrite};
use http::StatusCode;
use http::uri::Authority;

/// One route. Its matcher is in the table.
#[derive(Clone, Debug)]
pub struct Route {
    /// Name in the resource; empty if it has none.
    pub name: Arc<str>,
    /// Where it comes from, for the access log.
    pub source: RouteSource,
    /// What it is called in logs and metrics: `namespace/name` of the route object, or the name in the resource.
    pub label: Arc<str>,
    /// What happens.
    pub action: Action,
    /// Changes to the request's headers; [`crate::route_config::LastWord`] has the order.
    pub request_headers: HeaderModifier,
    /// Changes to the response's headers; [`crate::route_config::LastWord`] has the order.
    pub response_headers: HeaderModifier,
}

/// Where a route comes from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RouteSource {
    /// Resource that carried it: a rule of ours, or a route configuration.
    pub resource: Arc<str>,
    /// Namespace of the route object; empty if nobody said.
    pub namespace: Arc<str>,
    /// Name of the route object; empty if nobody said.
    pub name: Arc<str>,
    /// Index of the rule in the route object.
    pub rule: Option<u32>,
    /// Name of the policy set that applies to its requests; `None` for routes of other servers.
    pub policy_set: Option<Arc<str>>,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Action {
    /// It is sent to an upstream.
    Forward(Box<Forward>),
    /// It is answered with another location.
    Redirect(Box<Redirect>),
    /// It is answered as it is.
    Respond(DirectResponse),
}

/// How a request is sent to an upstream.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Candidates.
    pub clusters: Clusters,
    /// Changes to path and authority.
    pub rewrite: UrlRewrite,
    /// Who else gets a copy.
    pub mirrors: Vec<Mirror>,
    /// From the arrival of the request's head to the head of the response: the name resolved, connected, and what is
    /// sent of the request's body until then. The body of the response is not in it. `None` is no limit of its own;
    /// `idle_timeout` bounds the wait then.
    pub timeout: Option<Duration>,
    /// The same for one attempt, and there is only one: the shorter of both counts. `None` is no limit of its own.
    pub attempt_timeout: Option<Duration>,
    /// Nothing moves; see [`crate::http_options::Timeouts::stream_idle`].
    pub idle_timeout: IdleTimeout,
    /// Upgrades that are let through or refused here, whatever the chain says.
    pub upgrades: Vec<RouteUpgrade>,
}

/// Idle limit of a route's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleTimeout {
    /// The chain's.
    Inherit,
    /// None.
    Never,
    /// This one.
    After(Duration),
}

/// What a route says about one upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteUpgrade {
    /// Protocol, lower case (`websocket`).
    pub protocol: String,
    /// Whether it is let through.
    pub is_allowed: bool,
}

/// Clusters by weight.
#[derive(Clone, Debug)]
pub struct Clusters {
    choices: Vec<ClusterChoice>,
    total: u64,
}

/// One cluster that a request may go to.
#[derive(Clone, Debug)]
pub struct ClusterChoice {
    /// Name of the cluster.
    pub cluster: Arc<str>,
    /// Status if there is no such cluster: 500 for a reference that the control plane found invalid, else
    /// what the route says.
    pub missing_status: StatusCode,
    /// New authority, where this choice has its own.
    pub authority: Option<Authority>,
    /// Changes to the request's headers, before those of the route.
    pub request_headers: HeaderModifier,
    /// Changes to the response's headers, before those of the route.
    pub response_headers: HeaderModifier,
    weight: u32,
}

// === impl RouteSource ===

impl RouteSource {
    /// What a route from here is called, which is `name` in its resource.
    pub(crate) fn label(&self, name: &str) -> Arc<str> {
        match self.name.is_empty() {
            true => name.into(),
            false => format!("{}/{}", self.namespace, self.name).into(),
        }
    }
}

// === impl Clusters ===

impl Clusters {
    /// Candidates with their weights. Weight 0 is never picked.
    pub fn new(choices: Vec<ClusterChoice>) -> Self {
        let total = choices.iter().map(|choice| u64::from(choice.weight)).sum();
        Self { choices, total }
    }

    /// Picks by weight, given a uniformly distributed random number. `None`: every weight is 0, or there is
    /// no candidate; the answer is 500.
    pub fn pick(&self, random: u64) -> Option<&ClusterChoice> {
        if let [only] = self.choices.as_slice() {
            return (only.weight > 0).then_some(only);
        }
        // Scaling instead of a modulus: no candidate is preferred.
        let scaled = (u128::from(random) * u128::from(self.total)) >> 64;
        let mut below: u128 = 0;
        self.choices.iter().find(|choice| {
            below += u128::from(choice.weight);
            scaled < below
        })
    }

    /// Every candidate.
    pub fn iter(&self) -> impl Iterator<Item = &ClusterChoice> {
        self.choices.iter()
    }
}

// === impl ClusterChoice ===

impl ClusterChoice {
    /// One candidate without settings of its own.
    pub fn new(cluster: Arc<str>, weight: u32, missing_status: StatusCode) -> Self {
        Self {
            cluster,
            missing_status,
            authority: None,
            request_headers: HeaderModifier::default(),
            response_headers: HeaderModifier::default(),
            weight,
        }
    }

    /// Share among the candidates.
    pub fn weight(&self) -> u32 {
        self.weight
    }
}
