//! Filters of an HTTPRoute.
//!
//! Owns the fields of each filter and the rule that a filter holds the payload its type names and no other.
//! Types beyond the ones listed here decode too: translation refuses them by name.

use serde::Deserialize;
use serde_json::Value;

use crate::check::Check;
use crate::format;
use crate::http_route::BackendObjectReference;

/// One filter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRouteFilter {
    /// Type, as written.
    #[serde(rename = "type")]
    pub kind: String,
    /// With `RequestHeaderModifier`.
    pub request_header_modifier: Option<HeaderFilter>,
    /// With `ResponseHeaderModifier`.
    pub response_header_modifier: Option<HeaderFilter>,
    /// With `RequestMirror`.
    pub request_mirror: Option<RequestMirror>,
    /// With `RequestRedirect`.
    pub request_redirect: Option<RequestRedirect>,
    /// With `URLRewrite`.
    #[serde(rename = "urlRewrite")]
    pub url_rewrite: Option<UrlRewrite>,
    /// With `ExtensionRef`; not served yet.
    pub extension_ref: Option<Value>,
    /// With `CORS`; not served yet.
    pub cors: Option<Value>,
    /// With `ExternalAuth`; not served yet.
    pub external_auth: Option<Value>,
}

/// Changes of headers: `set`, then `add`, then `remove`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct HeaderFilter {
    /// Overwritten headers, at most 16.
    pub set: Vec<Header>,
    /// Appended headers, at most 16.
    pub add: Vec<Header>,
    /// Removed headers, at most 16.
    pub remove: Vec<String>,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Header {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Where a share of the requests is copied to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestMirror {
    /// The backend.
    pub backend_ref: BackendObjectReference,
    /// Percentage of requests.
    pub percent: Option<u32>,
    /// Fraction of requests.
    pub fraction: Option<Fraction>,
}

/// A fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Fraction {
    /// Numerator.
    pub numerator: u32,
    /// Denominator, 100 by default.
    #[serde(default = "hundred")]
    pub denominator: u32,
}

/// Where the client is sent instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestRedirect {
    /// `http` or `https`.
    pub scheme: Option<String>,
    /// Host.
    pub hostname: Option<String>,
    /// Path.
    pub path: Option<HttpPathModifier>,
    /// Port.
    pub port: Option<u16>,
    /// Status, 302 by default.
    pub status_code: Option<u16>,
}

/// How the upstream request line differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UrlRewrite {
    /// Host.
    pub hostname: Option<String>,
    /// Path.
    pub path: Option<HttpPathModifier>,
}

/// A changed path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type")]
pub enum HttpPathModifier {
    /// Another path altogether.
    ReplaceFullPath {
        /// The path.
        #[serde(rename = "replaceFullPath")]
        path: String,
    },
    /// Another prefix in place of the matched one.
    ReplacePrefixMatch {
        /// The prefix.
        #[serde(rename = "replacePrefixMatch")]
        prefix: String,
    },
}

fn hundred() -> u32 {
    100
}

// === impl HttpRouteFilter ===

impl HttpRouteFilter {
    pub(crate) fn check(&self, check: &mut Check) {
        let payloads = [
            (
                "RequestHeaderModifier",
                "requestHeaderModifier",
                self.request_header_modifier.is_some(),
            ),
            (
                "ResponseHeaderModifier",
                "responseHeaderModifier",
                self.response_header_modifier.is_some(),
            ),
            (
                "RequestMirror",
                "requestMirror",
                self.request_mirror.is_some(),
            ),
            (
                "RequestRedirect",
                "requestRedirect",
                self.request_redirect.is_some(),
            ),
            ("URLRewrite", "urlRewrite", self.url_rewrite.is_some()),
            ("ExtensionRef", "extensionRef", self.extension_ref.is_some()),
            ("CORS", "cors", self.cors.is_some()),
            ("ExternalAuth", "externalAuth", self.external_auth.is_some()),
        ];
        for (kind, field, is_set) in payloads {
            if is_set != (kind == self.kind) {
                let must = if is_set {
                    "must not be set"
                } else {
                    "must be set"
                };
                check.field(field, |check| {
                    check.fail(format!("{must} for type {}", self.kind))
                });
            }
        }
        if let Some(headers) = &self.request_header_modifier {
            check.field("requestHeaderModifier", |check| headers.check(check));
        }
        if let Some(headers) = &self.response_header_modifier {
            check.field("responseHeaderModifier", |check| headers.check(check));
        }
        if let Some(mirror) = &self.request_mirror {
            check.field("requestMirror", |check| mirror.check(check));
        }
        if let Some(redirect) = &self.request_redirect {
            check.field("requestRedirect", |check| redirect.check(check));
        }
        if let Some(rewrite) = &self.url_rewrite {
            check.field("urlRewrite", |check| {
                check_target(check, rewrite.hostname.as_ref(), rewrite.path.as_ref())
            });
        }
    }
}

// === impl HeaderFilter ===

impl HeaderFilter {
    fn check(&self, check: &mut Check) {
        for (field, headers) in [("set", &self.set), ("add", &self.add)] {
            check.count(field, headers.len(), 0, 16);
            check.each(field, headers, |check, header| {
                check.that("name", format::is_header(&header.name), format::HEADER);
                check.length("value", &header.value, 1, 4_096);
                let message = "must not contain control characters";
                check.that("value", format::is_header_value(&header.value), message);
            });
        }
        check.count("remove", self.remove.len(), 0, 16);
        check.each("remove", &self.remove, |check, name| {
            if !format::is_header(name) {
                check.fail(format::HEADER);
            }
        });
    }
}

// === impl RequestMirror ===

impl RequestMirror {
    fn check(&self, check: &mut Check) {
        check.field("backendRef", |check| self.backend_ref.check(check));
        check.at_most_one(&[
            ("percent", self.percent.is_some()),
            ("fraction", self.fraction.is_some()),
        ]);
        if let Some(percent) = self.percent {
            check.range("percent", i64::from(percent), 0, 100);
        }
        if let Some(fraction) = self.fraction {
            check.field("fraction", |check| {
                check.range(
                    "denominator",
                    i64::from(fraction.denominator),
                    1,
                    i64::from(i32::MAX),
                );
                let most = i64::from(fraction.denominator);
                check.range("numerator", i64::from(fraction.numerator), 0, most);
            });
        }
    }
}

// === impl RequestRedirect ===

impl RequestRedirect {
    fn check(&self, check: &mut Check) {
        check_target(check, self.hostname.as_ref(), self.path.as_ref());
        if let Some(scheme) = &self.scheme {
            let known = matches!(scheme.as_str(), "http" | "https");
            check.that("scheme", known, "must be http or https");
        }
        if let Some(port) = self.port {
            check.port("port", i64::from(port));
        }
        if let Some(status) = self.status_code {
            let known = matches!(status, 301 | 302 | 303 | 307 | 308);
            check.that("statusCode", known, "must be 301, 302, 303, 307 or 308");
        }
    }
}

fn check_target(check: &mut Check, hostname: Option<&String>, path: Option<&HttpPathModifier>) {
    if let Some(hostname) = hostname {
        let message = "must be a lower-case DNS name without a wildcard";
        check.that("hostname", format::is_precise_hostname(hostname), message);
    }
    if let Some(path) = path {
        let value = match path {
            HttpPathModifier::ReplaceFullPath { path } => path,
            HttpPathModifier::ReplacePrefixMatch { prefix } => prefix,
        };
        check.field("path", |check| {
            if value.chars().count() > 1_024 {
                check.fail("must have at most 1024 characters");
            }
            let clean = value.bytes().all(|byte| byte > 0x20 && byte != 0x7f);
            if !clean || value.contains(['#', '?']) {
                check.fail("must not contain spaces, control characters, '?' or '#'");
            }
        });
    }
}
