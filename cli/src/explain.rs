//! What a proxy does with one request, and why.
//!
//! Owns the facts as values. Must use the proxy's own configuration and matchers for every decision: this module asks
//! them and writes down the answers. Nothing here is sent anywhere.

pub(crate) mod answer;
pub(crate) mod asked;
mod attributes;
mod backend;
mod effects;
mod model;
mod models;
mod policies;
mod price;
pub(crate) mod text;
mod why;

use serde::Serialize;

pub(crate) use answer::explain;
pub(crate) use asked::Asked;
pub(crate) use model::{ModelFacts, ProviderFacts, WayFacts};

/// Everything that is known about the request's way.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    /// Method, scheme, host and path as they are matched.
    pub(crate) request: String,
    /// The listener that takes the connection.
    pub(crate) listener: Option<ListenerFacts>,
    /// The virtual host, by domain pattern.
    pub(crate) virtual_host: Option<String>,
    /// The route that serves the request.
    pub(crate) route: Option<RouteFacts>,
    /// Routes that do not serve it, nearest first.
    pub(crate) others: Vec<RouteFacts>,
    /// Routes that are not listed in `others`, because not even their path matches.
    pub(crate) unlisted: usize,
    /// Policies that apply, with what they are attached to.
    pub(crate) policies: Vec<String>,
    /// What is done to request and response, in order.
    pub(crate) filters: Vec<String>,
    /// Where the request may go.
    pub(crate) backends: Vec<BackendFacts>,
    /// The answer, where the proxy gives it itself.
    pub(crate) answer: Option<String>,
}

/// A listener and the chain of it that applies.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListenerFacts {
    pub(crate) name: String,
    pub(crate) port: u16,
    pub(crate) is_tls: bool,
    /// Server names of the chain; empty for any.
    pub(crate) server_names: Vec<String>,
}

/// One match of one rule.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RouteFacts {
    /// `HTTPRoute shop/cart rule 2`.
    pub(crate) rule: String,
    /// File and line of the rule.
    pub(crate) place: String,
    /// What it asks for.
    pub(crate) matches: String,
    /// Why it does, or does not, serve the request.
    pub(crate) why: String,
}

/// One candidate upstream.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackendFacts {
    pub(crate) cluster: String,
    /// File and line of the object that it was made from.
    pub(crate) place: String,
    pub(crate) weight: u32,
    /// Share of the requests, in percent.
    pub(crate) percent: f64,
    /// What is there.
    pub(crate) what: String,
    /// What becomes of the model that is asked about.
    pub(crate) model: Option<ModelFacts>,
}
