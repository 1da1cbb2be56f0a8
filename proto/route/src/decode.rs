//! Envoy's `RouteMatch` to a [`Matcher`].
//!
//! Owns the one reading of route matches, for both planes. Must not ignore a condition: a field that is set
//! and not implemented is an error, because a route that matches too much can open what it was to close.

use http::{HeaderName, Method};
use proto::envoy::config::route::v3::header_matcher::HeaderMatchSpecifier;
use proto::envoy::config::route::v3::query_parameter_matcher::QueryParameterMatchSpecifier;
use proto::envoy::config::route::v3::route_match::PathSpecifier;
use proto::envoy::config::route::v3::{HeaderMatcher, QueryParameterMatcher, RouteMatch};
use proto::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use proto::envoy::r#type::matcher::v3::{RegexMatcher, StringMatcher};

use crate::field::{FieldError, Within, refuse_set};
use crate::header::{HeaderMatch, Name, Test};
use crate::matcher::Matcher;
use crate::method::MethodMatch;
use crate::path::{Case, PathMatch};
use crate::pattern::{Pattern, StringMatch, Text};
use crate::query::{QueryMatch, QueryTest};

/// Decodes a whole match. Paths of errors are relative to the `RouteMatch`.
pub fn matcher(route_match: &RouteMatch) -> Result<Matcher, FieldError> {
    refuse_set(&[
        ("runtime_fraction", route_match.runtime_fraction.is_some()),
        ("cookies", !route_match.cookies.is_empty()),
        ("grpc", route_match.grpc.is_some()),
        ("tls_context", route_match.tls_context.is_some()),
        ("dynamic_metadata", !route_match.dynamic_metadata.is_empty()),
        ("filter_state", !route_match.filter_state.is_empty()),
    ])?;
    let mut matcher = Matcher::path(path(route_match)?);
    for (index, header) in route_match.headers.iter().enumerate() {
        match (
            method(header).within_index("headers", index)?,
            &matcher.method,
        ) {
            (Some(method), None) => matcher.method = Some(method),
            (_, _) => {
                matcher
                    .headers
                    .push(header_match(header).within_index("headers", index)?);
            }
        }
    }
    for (index, parameter) in route_match.query_parameters.iter().enumerate() {
        matcher
            .query
            .push(query_match(parameter).within_index("query_parameters", index)?);
    }
    Ok(matcher)
}

/// Decodes one header matcher; for whoever matches headers outside of a route, too.
pub fn header_match(header: &HeaderMatcher) -> Result<HeaderMatch, FieldError> {
    Ok(HeaderMatch {
        name: name(&header.name).within("name")?,
        test: header_test(header)?,
        invert: header.invert_match,
        missing_as_empty: header.treat_missing_header_as_empty,
    })
}

/// Decodes Envoy's string matcher.
pub fn string_match(matcher: &StringMatcher) -> Result<StringMatch, FieldError> {
    let text = |text: &str| Text::new(text, matcher.ignore_case);
    let pattern = matcher
        .match_pattern
        .as_ref()
        .ok_or_else(|| FieldError::missing("match_pattern"))?;
    Ok(match pattern {
        MatchPattern::Exact(exact) => StringMatch::Exact(text(exact)),
        MatchPattern::Prefix(prefix) => StringMatch::Prefix(text(prefix)),
        MatchPattern::Suffix(suffix) => StringMatch::Suffix(text(suffix)),
        MatchPattern::Contains(part) => StringMatch::Contains(text(part)),
        MatchPattern::SafeRegex(regex) => StringMatch::Regex(pattern_of(regex, "safe_regex")?),
        MatchPattern::Custom(_) => return Err(FieldError::unsupported("custom")),
    })
}

fn path(route_match: &RouteMatch) -> Result<PathMatch, FieldError> {
    let is_sensitive = route_match
        .case_sensitive
        .as_ref()
        .is_none_or(|case| case.value);
    let case = if is_sensitive {
        Case::Sensitive
    } else {
        Case::Insensitive
    };
    let specifier = route_match
        .path_specifier
        .as_ref()
        .ok_or_else(|| FieldError::missing("path_specifier"))?;
    let path_match = match specifier {
        PathSpecifier::Path(path) => PathMatch::exact(path.as_str()),
        PathSpecifier::Prefix(prefix) => PathMatch::raw_prefix(prefix),
        PathSpecifier::PathSeparatedPrefix(prefix) => separated_prefix(prefix)?,
        PathSpecifier::SafeRegex(regex) => PathMatch::regex(pattern_of(regex, "safe_regex")?),
        PathSpecifier::ConnectMatcher(_) => {
            return Err(FieldError::unsupported("connect_matcher"));
        }
        PathSpecifier::PathMatchPolicy(_) => {
            return Err(FieldError::unsupported("path_match_policy"));
        }
    };
    Ok(path_match.with_case(case))
}

fn separated_prefix(prefix: &str) -> Result<PathMatch, FieldError> {
    let is_valid =
        prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains(['?', '#']);
    if is_valid {
        return Ok(PathMatch::segment_prefix(prefix));
    }
    let text =
        format!("{prefix:?} must begin with a slash, must not end with one, and has no query");
    Err(FieldError::invalid("path_separated_prefix", text))
}

/// `:method` with an exact value is a method match; everything else is a header match.
fn method(header: &HeaderMatcher) -> Result<Option<MethodMatch>, FieldError> {
    if header.name != ":method" || header.invert_match {
        return Ok(None);
    }
    let exact = match &header.header_match_specifier {
        Some(HeaderMatchSpecifier::StringMatch(StringMatcher {
            ignore_case: false,
            match_pattern: Some(MatchPattern::Exact(exact)),
        })) => exact,
        #[allow(deprecated, reason = "old management servers still send it")]
        Some(HeaderMatchSpecifier::ExactMatch(exact)) => exact,
        _ => return Ok(None),
    };
    Method::from_bytes(exact.as_bytes())
        .map(|method| Some(MethodMatch(method)))
        .map_err(|_| {
            FieldError::invalid("string_match.exact", format!("{exact:?} is not a method"))
        })
}

fn name(name: &str) -> Result<Name, FieldError> {
    Ok(match name {
        ":method" => Name::Method,
        ":path" => Name::Path,
        ":scheme" => Name::Scheme,
        ":authority" => Name::Authority,
        _ if name.eq_ignore_ascii_case("host") => Name::Authority,
        other => Name::Field(HeaderName::from_bytes(other.as_bytes()).map_err(|_| {
            FieldError::invalid("", format!("{other:?} is not the name of a header"))
        })?),
    })
}

#[allow(deprecated, reason = "old management servers still send the old forms")]
fn header_test(header: &HeaderMatcher) -> Result<Test, FieldError> {
    let literal = |text: &str| Text::new(text, false);
    // Envoy: no specifier asks for presence.
    let Some(specifier) = &header.header_match_specifier else {
        return Ok(Test::Present(true));
    };
    Ok(match specifier {
        HeaderMatchSpecifier::ExactMatch(text) => Test::Value(StringMatch::Exact(literal(text))),
        HeaderMatchSpecifier::PrefixMatch(text) => Test::Value(StringMatch::Prefix(literal(text))),
        HeaderMatchSpecifier::SuffixMatch(text) => Test::Value(StringMatch::Suffix(literal(text))),
        HeaderMatchSpecifier::ContainsMatch(text) => {
            Test::Value(StringMatch::Contains(literal(text)))
        }
        HeaderMatchSpecifier::SafeRegexMatch(regex) => {
            Test::Value(StringMatch::Regex(pattern_of(regex, "safe_regex_match")?))
        }
        HeaderMatchSpecifier::RangeMatch(range) => Test::Range(range.start..range.end),
        HeaderMatchSpecifier::PresentMatch(present) => Test::Present(*present),
        HeaderMatchSpecifier::StringMatch(matcher) => {
            Test::Value(string_match(matcher).within("string_match")?)
        }
    })
}

fn query_match(parameter: &QueryParameterMatcher) -> Result<QueryMatch, FieldError> {
    if parameter.name.is_empty() {
        return Err(FieldError::missing("name"));
    }
    let test = match &parameter.query_parameter_match_specifier {
        None => QueryTest::Present(true),
        Some(QueryParameterMatchSpecifier::PresentMatch(present)) => QueryTest::Present(*present),
        Some(QueryParameterMatchSpecifier::StringMatch(matcher)) => {
            QueryTest::Value(string_match(matcher).within("string_match")?)
        }
    };
    Ok(QueryMatch {
        name: parameter.name.as_str().into(),
        test,
    })
}

fn pattern_of(regex: &RegexMatcher, field: &str) -> Result<Pattern, FieldError> {
    Pattern::parse(&regex.regex)
        .map_err(|error| FieldError::invalid("regex", error.to_string()).within(field))
}

#[cfg(test)]
mod tests;
