//! Route matches: every form that is taken, every field that is refused.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::proptest;
use prost::Message;
use proto::envoy::config::core::v3::RuntimeFractionalPercent;
use proto::envoy::config::route::v3::header_matcher::HeaderMatchSpecifier;
use proto::envoy::config::route::v3::query_parameter_matcher::QueryParameterMatchSpecifier;
use proto::envoy::config::route::v3::route_match::{
    GrpcRouteMatchOptions, PathSpecifier, TlsContextMatchOptions,
};
use proto::envoy::config::route::v3::{
    CookieMatcher, HeaderMatcher, QueryParameterMatcher, RouteMatch,
};
use proto::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use proto::envoy::r#type::matcher::v3::{RegexMatcher, StringMatcher};
use proto::google::protobuf::BoolValue;

use super::matcher;
use crate::field::Reason;
use crate::head::Head;

fn path(specifier: PathSpecifier) -> RouteMatch {
    RouteMatch {
        path_specifier: Some(specifier),
        ..RouteMatch::default()
    }
}

fn any_path() -> RouteMatch {
    path(PathSpecifier::Prefix("/".to_owned()))
}

fn regex(text: &str) -> RegexMatcher {
    RegexMatcher {
        regex: text.to_owned(),
        engine_type: None,
    }
}

fn string(pattern: MatchPattern) -> StringMatcher {
    StringMatcher {
        ignore_case: false,
        match_pattern: Some(pattern),
    }
}

fn header(name: &str, specifier: Option<HeaderMatchSpecifier>) -> RouteMatch {
    let header = HeaderMatcher {
        name: name.to_owned(),
        header_match_specifier: specifier,
        ..HeaderMatcher::default()
    };
    RouteMatch {
        headers: vec![header],
        ..any_path()
    }
}

#[track_caller]
fn check(
    route_match: &RouteMatch,
    target: &str,
    fields: &[(&'static str, &'static str)],
    expected: bool,
) {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    let (path, query) = crate::path::split(target);
    let head = Head {
        method: &Method::POST,
        scheme: "https",
        authority: "a.example:443",
        path,
        query,
        headers: &headers,
    };
    let matcher = matcher(route_match).expect("valid");
    assert_eq!(matcher.matches(&head), expected, "{target} {fields:?}");
}

#[track_caller]
fn refuse(route_match: &RouteMatch, path: &str) -> Reason {
    let error = matcher(route_match).expect_err("refused");
    assert_eq!(error.path, path);
    error.reason
}

#[test]
fn paths() {
    check(&path(PathSpecifier::Path("/a".to_owned())), "/a", &[], true);
    check(
        &path(PathSpecifier::Path("/a".to_owned())),
        "/a/",
        &[],
        false,
    );
    check(
        &path(PathSpecifier::PathSeparatedPrefix("/a".to_owned())),
        "/a/b?c",
        &[],
        true,
    );
    check(
        &path(PathSpecifier::PathSeparatedPrefix("/a".to_owned())),
        "/ab",
        &[],
        false,
    );
    check(
        &path(PathSpecifier::Prefix("/a".to_owned())),
        "/ab",
        &[],
        true,
    );
    check(
        &path(PathSpecifier::SafeRegex(regex("/[a-c]+"))),
        "/abc?d",
        &[],
        true,
    );
    check(
        &path(PathSpecifier::SafeRegex(regex("/[a-c]+"))),
        "/abcd",
        &[],
        false,
    );
    let insensitive = RouteMatch {
        case_sensitive: Some(BoolValue { value: false }),
        ..path(PathSpecifier::Path("/Ab".to_owned()))
    };
    check(&insensitive, "/aB", &[], true);
}

#[test]
fn methods_are_told_from_headers() {
    let exact = |text: &str| {
        Some(HeaderMatchSpecifier::StringMatch(string(
            MatchPattern::Exact(text.to_owned()),
        )))
    };
    let post = header(":method", exact("POST"));
    check(&post, "/", &[], true);
    check(&header(":method", exact("GET")), "/", &[], false);
    let decoded = matcher(&post).expect("valid");
    assert!(decoded.method.is_some() && decoded.headers.is_empty());
    let regex_method = header(
        ":method",
        Some(HeaderMatchSpecifier::StringMatch(string(
            MatchPattern::SafeRegex(regex("P.*")),
        ))),
    );
    check(&regex_method, "/", &[], true);
    assert!(matcher(&regex_method).expect("valid").method.is_none());
    refuse(
        &header(":method", exact("a b")),
        "headers[0].string_match.exact",
    );
}

#[test]
#[allow(deprecated, reason = "old forms are decoded, too")]
fn headers() {
    let exact = HeaderMatchSpecifier::StringMatch(string(MatchPattern::Exact("1".to_owned())));
    check(
        &header("X-A", Some(exact.clone())),
        "/",
        &[("x-a", "1")],
        true,
    );
    check(
        &header("X-A", Some(exact.clone())),
        "/",
        &[("x-a", "2")],
        false,
    );
    check(&header("x-a", None), "/", &[("x-a", "")], true);
    check(&header("x-a", None), "/", &[], false);
    check(
        &header("x-a", Some(HeaderMatchSpecifier::PresentMatch(false))),
        "/",
        &[],
        true,
    );
    check(
        &header("x", Some(HeaderMatchSpecifier::ExactMatch("1".to_owned()))),
        "/",
        &[("x", "1")],
        true,
    );
    check(
        &header("x", Some(HeaderMatchSpecifier::PrefixMatch("a".to_owned()))),
        "/",
        &[("x", "ab")],
        true,
    );
    check(
        &header("x", Some(HeaderMatchSpecifier::SuffixMatch("b".to_owned()))),
        "/",
        &[("x", "ab")],
        true,
    );
    check(
        &header(
            "x",
            Some(HeaderMatchSpecifier::ContainsMatch("c".to_owned())),
        ),
        "/",
        &[("x", "ab")],
        false,
    );
    check(
        &header("x", Some(HeaderMatchSpecifier::SafeRegexMatch(regex("a+")))),
        "/",
        &[("x", "aa")],
        true,
    );
    let host = string(MatchPattern::Prefix("a.example".to_owned()));
    check(
        &header(
            "Host",
            Some(HeaderMatchSpecifier::StringMatch(host.clone())),
        ),
        "/",
        &[],
        true,
    );
    check(
        &header(":authority", Some(HeaderMatchSpecifier::StringMatch(host))),
        "/",
        &[],
        true,
    );
    let mut inverted = header("x", Some(exact));
    inverted.headers[0].invert_match = true;
    check(&inverted, "/", &[("x", "2")], true);
    check(&inverted, "/", &[], false);
}

#[test]
fn queries() {
    let query = |specifier: Option<QueryParameterMatchSpecifier>| RouteMatch {
        query_parameters: vec![QueryParameterMatcher {
            name: "q".to_owned(),
            query_parameter_match_specifier: specifier,
        }],
        ..any_path()
    };
    let exact = string(MatchPattern::Exact("1".to_owned()));
    let exact = query(Some(QueryParameterMatchSpecifier::StringMatch(exact)));
    check(&exact, "/?p=2&q=1", &[], true);
    check(&exact, "/?q=2", &[], false);
    check(&query(None), "/?q", &[], true);
    check(
        &query(Some(QueryParameterMatchSpecifier::PresentMatch(false))),
        "/?q",
        &[],
        false,
    );
}

#[test]
fn what_is_not_implemented_is_refused() {
    let refused = |route_match: RouteMatch, path: &str| {
        assert_eq!(refuse(&route_match, path), Reason::Unsupported);
    };
    refused(
        RouteMatch {
            runtime_fraction: Some(RuntimeFractionalPercent::default()),
            ..any_path()
        },
        "runtime_fraction",
    );
    refused(
        RouteMatch {
            cookies: vec![CookieMatcher::default()],
            ..any_path()
        },
        "cookies",
    );
    refused(
        RouteMatch {
            grpc: Some(GrpcRouteMatchOptions {}),
            ..any_path()
        },
        "grpc",
    );
    let tls = TlsContextMatchOptions {
        presented: None,
        validated: None,
    };
    refused(
        RouteMatch {
            tls_context: Some(tls),
            ..any_path()
        },
        "tls_context",
    );
}

#[test]
fn what_is_malformed_is_refused_with_its_path() {
    assert_eq!(
        refuse(&RouteMatch::default(), "path_specifier"),
        Reason::Missing
    );
    for prefix in ["a", "/a/", "/", "/a?b", ""] {
        refuse(
            &path(PathSpecifier::PathSeparatedPrefix(prefix.to_owned())),
            "path_separated_prefix",
        );
    }
    refuse(
        &path(PathSpecifier::SafeRegex(regex("("))),
        "safe_regex.regex",
    );
    refuse(&header("a b", None), "headers[0].name");
    let empty = HeaderMatchSpecifier::StringMatch(StringMatcher::default());
    refuse(
        &header("a", Some(empty)),
        "headers[0].string_match.match_pattern",
    );
    let nameless = RouteMatch {
        query_parameters: vec![QueryParameterMatcher::default()],
        ..any_path()
    };
    refuse(&nameless, "query_parameters[0].name");
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
        if let Ok(message) = RouteMatch::decode(&bytes[..]) {
            let _ = matcher(&message);
        }
    }
}
