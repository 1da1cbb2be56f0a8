//! Redirects.
//!
//! Owns the port of the location (Gateway API, HTTPRequestRedirectFilter.port): the one asked for, else the
//! default of the scheme asked for, else the listener's; never written where it is the default anyway.

use proto::envoy::config::route::v3::RedirectAction;
use proto::envoy::config::route::v3::redirect_action::{
    PathRewriteSpecifier, RedirectResponseCode, SchemeRewriteSpecifier,
};

use super::path;
use crate::plan::{Match, PathChange, PortPlan, Protocol, Redirect};

/// Where requests enter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    port: u16,
    scheme: &'static str,
}

impl Entry {
    pub(crate) fn of(port: &PortPlan) -> Entry {
        let scheme = match port.protocol {
            Protocol::Http => "http",
            Protocol::Https => "https",
        };
        Entry {
            port: port.port,
            scheme,
        }
    }
}

pub(super) fn redirect(plan: &Redirect, one: &Match, entry: Entry) -> RedirectAction {
    let scheme = plan.scheme.unwrap_or(entry.scheme);
    let default = if scheme == "https" { 443 } else { 80 };
    let port = match (plan.port, plan.scheme) {
        (Some(port), _) => port,
        (None, Some(_)) => default,
        (None, None) => entry.port,
    };
    RedirectAction {
        host_redirect: plan.host.clone().unwrap_or_default(),
        port_redirect: if port == default { 0 } else { u32::from(port) },
        response_code: status(plan.status).into(),
        scheme_rewrite_specifier: plan
            .scheme
            .map(|scheme| SchemeRewriteSpecifier::SchemeRedirect(scheme.to_owned())),
        path_rewrite_specifier: plan.path.as_ref().and_then(|change| location(change, one)),
        ..Default::default()
    }
}

fn location(change: &PathChange, one: &Match) -> Option<PathRewriteSpecifier> {
    if let PathChange::Full(path) = change {
        return Some(PathRewriteSpecifier::PathRedirect(path.clone()));
    }
    match path::change(change, &one.path) {
        path::Rewrite::None => None,
        path::Rewrite::Prefix(prefix) => Some(PathRewriteSpecifier::PrefixRewrite(prefix)),
        path::Rewrite::Regex(regex) => Some(PathRewriteSpecifier::RegexRewrite(regex)),
    }
}

fn status(status: u16) -> RedirectResponseCode {
    match status {
        301 => RedirectResponseCode::MovedPermanently,
        303 => RedirectResponseCode::SeeOther,
        307 => RedirectResponseCode::TemporaryRedirect,
        308 => RedirectResponseCode::PermanentRedirect,
        _ => RedirectResponseCode::Found,
    }
}
