//! Filters of rules and of backendRefs.
//!
//! Owns which filters are served, which exclude each other, and their values in the plan. Must not ignore a
//! filter: what is not served drops the rule, with the field path and the remedy.

use cp_api::condition::Reason;
use cp_api::http_route::filter::{
    HeaderFilter, HttpPathModifier, HttpRouteFilter, RequestMirror, RequestRedirect,
};
use cp_api::http_route::{BackendObjectReference, HttpRouteMatch, HttpRouteRule, PathMatchType};

use crate::plan::{HeaderChange, PathChange, Redirect};
use crate::route::Problem;

/// Filters of one rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters {
    pub(crate) request_headers: HeaderChange,
    pub(crate) response_headers: HeaderChange,
    pub(crate) redirect: Option<Redirect>,
    pub(crate) host: Option<String>,
    pub(crate) path: Option<PathChange>,
    pub(crate) mirrors: Vec<MirrorFilter>,
}

/// A mirror whose backend is not resolved yet.
#[derive(Clone, Debug)]
pub(crate) struct MirrorFilter {
    pub(crate) path: String,
    pub(crate) backend: BackendObjectReference,
    pub(crate) millionths: u32,
}

const MILLION: u64 = 1_000_000;

/// The filters of a rule.
pub(crate) fn of_rule(path: &str, rule: &HttpRouteRule, problems: &mut Vec<Problem>) -> Filters {
    let mut filters = Filters::default();
    let mut paths: Vec<(String, HttpPathModifier)> = Vec::new();
    for (index, filter) in rule.filters.iter().enumerate() {
        let path = format!("{path}.filters[{index}]");
        let mut is_known = headers(&path, filter, &mut filters, problems);
        if let Some(mirror) = &filter.request_mirror {
            is_known = true;
            filters.mirrors.extend(mirror_filter(&path, mirror));
        }
        if let Some(redirect) = &filter.request_redirect {
            is_known = true;
            filters.redirect = Some(redirect_filter(redirect));
            paths.extend(
                redirect
                    .path
                    .clone()
                    .map(|modifier| (path.clone(), modifier)),
            );
        }
        if let Some(rewrite) = &filter.url_rewrite {
            is_known = true;
            filters.host.clone_from(&rewrite.hostname);
            filters.path = rewrite.path.as_ref().map(path_change);
            paths.extend(
                rewrite
                    .path
                    .clone()
                    .map(|modifier| (path.clone(), modifier)),
            );
        }
        if !is_known {
            problems.push(unsupported(&path, filter));
        }
    }
    check_together(path, rule, problems);
    for (path, modifier) in paths {
        check_prefix(&path, &modifier, &rule.matches, problems);
    }
    filters
}

/// The filters of a backendRef.
pub(crate) fn of_backend(
    path: &str,
    filters: &[HttpRouteFilter],
    problems: &mut Vec<Problem>,
) -> Filters {
    let mut found = Filters::default();
    for (index, filter) in filters.iter().enumerate() {
        let path = format!("{path}.filters[{index}]");
        if !headers(&path, filter, &mut found, problems) {
            problems.push(Problem {
                reason: Reason::UnsupportedValue,
                path: format!("{path}.type"),
                message: format!("{} is not supported here; move it to the rule", filter.kind),
            });
        }
    }
    check_repeated(path, filters, problems);
    found
}

/// The filters of a rule that leads to this model provider: the host is the provider's, and a copy would be sent without its
/// credential. A rewritten path says in which format the client speaks.
pub(crate) fn of_ai(path: &str, rule: &HttpRouteRule, backend: &str, problems: &mut Vec<Problem>) {
    for (index, filter) in rule.filters.iter().enumerate() {
        let renames = filter
            .url_rewrite
            .as_ref()
            .is_some_and(|rewrite| rewrite.hostname.is_some());
        if renames || filter.request_mirror.is_some() {
            let what = match filter.url_rewrite {
                Some(_) => "URLRewrite with hostname",
                None => filter.kind.as_str(),
            };
            problems.push(Problem {
                reason: Reason::UnsupportedValue,
                path: format!("{path}.filters[{index}].type"),
                message: format!(
                    "{what} is not supported yet in a rule that leads to AI backend {backend}; remove it"
                ),
            });
        }
    }
}

/// Takes header filters; false if it is none.
fn headers(
    path: &str,
    filter: &HttpRouteFilter,
    filters: &mut Filters,
    problems: &mut Vec<Problem>,
) -> bool {
    let mut is_known = false;
    if let Some(headers) = &filter.request_header_modifier {
        is_known = true;
        filters.request_headers =
            header_change(&format!("{path}.requestHeaderModifier"), headers, problems);
    }
    if let Some(headers) = &filter.response_header_modifier {
        is_known = true;
        filters.response_headers =
            header_change(&format!("{path}.responseHeaderModifier"), headers, problems);
    }
    is_known
}

fn header_change(path: &str, filter: &HeaderFilter, problems: &mut Vec<Problem>) -> HeaderChange {
    let names = filter
        .set
        .iter()
        .chain(&filter.add)
        .map(|header| &header.name)
        .chain(&filter.remove);
    for name in names {
        if name.eq_ignore_ascii_case("host") {
            problems.push(Problem {
                reason: Reason::UnsupportedValue,
                path: path.to_owned(),
                message: "must not change Host; use a URLRewrite filter with hostname".to_owned(),
            });
        }
    }
    let first = |headers: &[cp_api::http_route::filter::Header]| {
        let pairs = headers.iter();
        first_of_each(pairs.map(|header| (header.name.as_str(), header.value.as_str())))
    };
    HeaderChange {
        set: first(&filter.set),
        add: first(&filter.add),
        remove: filter
            .remove
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect(),
    }
}

/// Of several entries with one name only the first counts (Gateway API, HTTPHeaderFilter).
pub(crate) fn first_of_each<'h>(
    headers: impl Iterator<Item = (&'h str, &'h str)>,
) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if kept.iter().all(|(other, _)| *other != name) {
            kept.push((name, value.to_owned()));
        }
    }
    kept
}

fn mirror_filter(path: &str, mirror: &RequestMirror) -> Option<MirrorFilter> {
    let (numerator, denominator) = match (mirror.percent, mirror.fraction) {
        (Some(percent), _) => (u64::from(percent), 100),
        (None, Some(fraction)) => (
            u64::from(fraction.numerator),
            u64::from(fraction.denominator).max(1),
        ),
        (None, None) => (1, 1),
    };
    let millionths = u32::try_from(numerator * MILLION / denominator).unwrap_or(u32::MAX);
    (millionths > 0).then(|| MirrorFilter {
        path: format!("{path}.requestMirror.backendRef"),
        backend: mirror.backend_ref.clone(),
        millionths,
    })
}

fn redirect_filter(redirect: &RequestRedirect) -> Redirect {
    Redirect {
        scheme: match redirect.scheme.as_deref() {
            Some("https") => Some("https"),
            Some("http") => Some("http"),
            Some(_) | None => None,
        },
        host: redirect.hostname.clone(),
        path: redirect.path.as_ref().map(path_change),
        port: redirect.port,
        status: redirect.status_code.unwrap_or(302),
    }
}

fn path_change(modifier: &HttpPathModifier) -> PathChange {
    let rooted = |path: &String| match path.strip_prefix('/') {
        Some(_) => path.clone(),
        None => format!("/{path}"),
    };
    match modifier {
        HttpPathModifier::ReplaceFullPath { path } => PathChange::Full(rooted(path)),
        HttpPathModifier::ReplacePrefixMatch { prefix } => PathChange::Prefix(rooted(prefix)),
    }
}

fn unsupported(path: &str, filter: &HttpRouteFilter) -> Problem {
    Problem {
        reason: Reason::UnsupportedValue,
        path: format!("{path}.type"),
        message: format!("{} is not supported yet; remove it", filter.kind),
    }
}

fn incompatible(path: &str, message: String) -> Problem {
    Problem {
        reason: Reason::IncompatibleFilters,
        path: format!("{path}.filters"),
        message,
    }
}

fn check_together(path: &str, rule: &HttpRouteRule, problems: &mut Vec<Problem>) {
    check_repeated(path, &rule.filters, problems);
    let has = |kind: &str| rule.filters.iter().any(|filter| filter.kind == kind);
    if has("RequestRedirect") && has("URLRewrite") {
        let message = "RequestRedirect and URLRewrite exclude each other; remove one";
        problems.push(incompatible(path, message.to_owned()));
    }
    if has("RequestRedirect") && !rule.backend_refs.is_empty() {
        let message = "RequestRedirect and backendRefs exclude each other; remove one";
        problems.push(incompatible(path, message.to_owned()));
    }
}

fn check_repeated(path: &str, filters: &[HttpRouteFilter], problems: &mut Vec<Problem>) {
    let once = [
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestRedirect",
        "URLRewrite",
    ];
    for kind in once {
        if filters.iter().filter(|filter| filter.kind == kind).count() > 1 {
            problems.push(incompatible(
                path,
                format!("{kind} must not be repeated; merge them"),
            ));
        }
    }
}

/// Replacing a prefix needs matches that have one.
fn check_prefix(
    path: &str,
    modifier: &HttpPathModifier,
    matches: &[HttpRouteMatch],
    problems: &mut Vec<Problem>,
) {
    let replaces = matches!(modifier, HttpPathModifier::ReplacePrefixMatch { .. });
    let all_prefixes = matches.iter().all(|one| {
        one.path
            .as_ref()
            .is_none_or(|path| path.kind == PathMatchType::PathPrefix)
    });
    if replaces && !all_prefixes {
        problems.push(Problem {
            reason: Reason::UnsupportedValue,
            path: format!("{path}.path.type"),
            message: "ReplacePrefixMatch needs path matches of type PathPrefix".to_owned(),
        });
    }
}
