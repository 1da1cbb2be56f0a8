//! RouteMatch messages.
//!
//! Owns the wire form of match terms. A prefix is whole segments; the empty prefix is every path.

use proto::envoy::config::route::v3::header_matcher::HeaderMatchSpecifier;
use proto::envoy::config::route::v3::query_parameter_matcher::QueryParameterMatchSpecifier;
use proto::envoy::config::route::v3::route_match::PathSpecifier;
use proto::envoy::config::route::v3::{HeaderMatcher, QueryParameterMatcher, RouteMatch};
use proto::envoy::r#type::matcher::v3::{RegexMatcher, StringMatcher, string_matcher};

use crate::plan::{Match, PathMatch, ValueMatch, ValuePattern};

pub(super) fn route_match(plan: &Match) -> RouteMatch {
    let path = match &plan.path {
        PathMatch::Exact(path) => PathSpecifier::Path(path.clone()),
        PathMatch::Prefix(prefix) if prefix.is_empty() => PathSpecifier::Prefix("/".to_owned()),
        PathMatch::Prefix(prefix) => PathSpecifier::PathSeparatedPrefix(prefix.clone()),
        PathMatch::Regex(regex) => PathSpecifier::SafeRegex(pattern(regex)),
    };
    let method = plan.method.map(|method| {
        header(
            ":method",
            string(string_matcher::MatchPattern::Exact(method.to_owned())),
        )
    });
    let headers = plan
        .headers
        .iter()
        .map(|value| header(&value.name, value_string(value)));
    let query_parameters = plan.query.iter().map(|value| QueryParameterMatcher {
        name: value.name.clone(),
        query_parameter_match_specifier: Some(QueryParameterMatchSpecifier::StringMatch(
            value_string(value),
        )),
    });
    RouteMatch {
        path_specifier: Some(path),
        headers: method.into_iter().chain(headers).collect(),
        query_parameters: query_parameters.collect(),
        ..Default::default()
    }
}

/// A regular expression.
pub(super) fn pattern(regex: &str) -> RegexMatcher {
    RegexMatcher {
        regex: regex.to_owned(),
        ..Default::default()
    }
}

fn header(name: &str, value: StringMatcher) -> HeaderMatcher {
    HeaderMatcher {
        name: name.to_owned(),
        header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(value)),
        ..Default::default()
    }
}

fn value_string(value: &ValueMatch) -> StringMatcher {
    string(match &value.value {
        ValuePattern::Exact(text) => string_matcher::MatchPattern::Exact(text.clone()),
        ValuePattern::Regex(text) => string_matcher::MatchPattern::SafeRegex(pattern(text)),
    })
}

fn string(pattern: string_matcher::MatchPattern) -> StringMatcher {
    StringMatcher {
        match_pattern: Some(pattern),
        ignore_case: false,
    }
}
