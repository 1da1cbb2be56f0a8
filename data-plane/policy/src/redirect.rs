//! Answering with a redirection.
//!
//! Owns the new location as Envoy makes it behind `strip_any_host_port`: a port only where the action gives one,
//! and never the scheme's own. Must not look at a connection or know Gateway API's rule that the listener's port is
//! the default: who writes the action follows it.

use http::header::HeaderValue;
use http::status::StatusCode;
use proto::envoy::config::route::v3::RedirectAction;
use proto::envoy::config::route::v3::redirect_action::{
    PathRewriteSpecifier, RedirectResponseCode, SchemeRewriteSpecifier,
};
use route::PathMatch;
use route::field::{FieldError, Within};
use route::host::without_port;
use route::path::split;

use crate::substitution::Substitution;
use crate::url_rewrite::{PathRewrite, prefix};

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    scheme: Option<Box<str>>,
    host: Option<Box<str>>,
    port: Option<u16>,
    path: Option<RedirectPath>,
    strip_query: bool,
    status: StatusCode,
}

#[derive(Clone, Debug)]
enum RedirectPath {
    /// A whole path; its own query, if it has one, replaces the request's.
    Whole(Box<str>),
    Rewrite(PathRewrite),
}

/// What of the request a location is made from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// Authority of the request.
    pub authority: &'a str,
    /// Normalised path, and query if there is one.
    pub target: &'a str,
}

// === impl Redirect ===

impl Redirect {
    /// Decodes a redirect action.
    pub fn decode(action: &RedirectAction) -> Result<Self, FieldError> {
        let scheme = match &action.scheme_rewrite_specifier {
            Some(SchemeRewriteSpecifier::HttpsRedirect(true)) => Some("https"),
            Some(SchemeRewriteSpecifier::HttpsRedirect(false)) | None => None,
            Some(SchemeRewriteSpecifier::SchemeRedirect(scheme)) => match scheme.as_str() {
                "" => None,
                known @ ("http" | "https") => Some(known),
                _ => {
                    return Err(FieldError::invalid(
                        "scheme_redirect",
                        "is neither http nor https",
                    ));
                }
            },
        };
        let port = match action.port_redirect {
            0 => None,
            port => Some(u16::try_from(port).map_err(|_| {
                FieldError::invalid("port_redirect", format!("{port} is not a port"))
            })?),
        };
        if action
            .host_redirect
            .contains(['/', '?', '#', '@', '%', ' '])
        {
            return Err(FieldError::invalid("host_redirect", "is not a host"));
        }
        Ok(Self {
            scheme: scheme.map(Into::into),
            host: (!action.host_redirect.is_empty()).then(|| action.host_redirect.as_str().into()),
            port,
            path: path(action)?,
            strip_query: action.strip_query,
            status: status(action)?,
        })
    }

    /// Status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Value of the `location` header; `None` if the authority of the request cannot stand in one.
    pub fn location(&self, origin: Origin<'_>, matched: &PathMatch) -> Option<HeaderValue> {
        let scheme = self.scheme.as_deref().unwrap_or(origin.scheme);
        let host = self
            .host
            .as_deref()
            .unwrap_or_else(|| without_port(origin.authority));
        let own_port = match scheme {
            "https" => 443,
            _ => 80,
        };
        let port = match self.port {
            Some(port) if port != own_port => format!(":{port}"),
            Some(_) | None => String::new(),
        };
        let target = self.target(origin.target, matched);
        HeaderValue::try_from(format!("{scheme}://{host}{port}{target}")).ok()
    }

    fn target(&self, target: &str, matched: &PathMatch) -> String {
        let (path, query) = split(target);
        let path = match &self.path {
            None => path.to_owned(),
            Some(RedirectPath::Rewrite(rewrite)) => rewrite.apply(matched, path).into_owned(),
            Some(RedirectPath::Whole(whole)) if whole.contains('?') => {
                return whole.clone().into_string();
            }
            Some(RedirectPath::Whole(whole)) => whole.clone().into_string(),
        };
        match query {
            Some(query) if !self.strip_query => format!("{path}?{query}"),
            _ => path,
        }
    }
}

fn path(action: &RedirectAction) -> Result<Option<RedirectPath>, FieldError> {
    Ok(match &action.path_rewrite_specifier {
        None => None,
        Some(PathRewriteSpecifier::PathRedirect(path)) if path.is_empty() => None,
        Some(PathRewriteSpecifier::PathRedirect(path)) if path.starts_with('/') => {
            Some(RedirectPath::Whole(path.as_str().into()))
        }
        Some(PathRewriteSpecifier::PathRedirect(path)) => {
            Some(RedirectPath::Whole(format!("/{path}").into()))
        }
        Some(PathRewriteSpecifier::PrefixRewrite(to)) => {
            prefix("prefix_rewrite", to)?.map(RedirectPath::Rewrite)
        }
        Some(PathRewriteSpecifier::RegexRewrite(regex)) => {
            let substitution = Substitution::decode(regex).within("regex_rewrite")?;
            Some(RedirectPath::Rewrite(PathRewrite::Regex(substitution)))
        }
        Some(PathRewriteSpecifier::PathRewrite(_)) => {
            return Err(FieldError::unsupported("path_rewrite"));
        }
    })
}

fn status(action: &RedirectAction) -> Result<StatusCode, FieldError> {
    let code = RedirectResponseCode::try_from(action.response_code)
        .map_err(|_| FieldError::unknown_enum("response_code", action.response_code))?;
    Ok(match code {
        RedirectResponseCode::MovedPermanently => StatusCode::MOVED_PERMANENTLY,
        RedirectResponseCode::Found => StatusCode::FOUND,
        RedirectResponseCode::SeeOther => StatusCode::SEE_OTHER,
        RedirectResponseCode::TemporaryRedirect => StatusCode::TEMPORARY_REDIRECT,
        RedirectResponseCode::PermanentRedirect => StatusCode::PERMANENT_REDIRECT,
    })
}

#[cfg(test)]
mod tests;
