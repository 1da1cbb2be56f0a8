//! Match terms of rules.
//!
//! Owns their defaults, the first-of-equal-names rule and the check of expressions with the matcher that the
//! proxy uses. A match that cannot be expressed is left out: the rule that has it answers 500 for the others.

use cp_api::condition::Reason;
use cp_api::http_route::{
    HttpPathMatch, HttpRouteMatch, NamedMatch, PathMatchType, ValueMatchType,
};
use route::pattern::Pattern;

use crate::plan::{Match, PathMatch, ValueMatch, ValuePattern};
use crate::route::Problem;

/// Resolves the matches of a rule; none means one that every request fits.
pub(crate) fn resolve(
    path: &str,
    matches: &[HttpRouteMatch],
    problems: &mut Vec<Problem>,
) -> Vec<Match> {
    let every = [HttpRouteMatch::default()];
    let matches = if matches.is_empty() {
        every.as_slice()
    } else {
        matches
    };
    let mut resolved = Vec::new();
    for (index, one) in matches.iter().enumerate() {
        let mut broken = Vec::new();
        let plan = resolve_one(&format!("{path}.matches[{index}]"), one, &mut broken);
        if broken.is_empty() {
            resolved.push(plan);
        }
        problems.extend(broken);
    }
    resolved
}

fn resolve_one(path: &str, one: &HttpRouteMatch, problems: &mut Vec<Problem>) -> Match {
    let headers = values(
        &format!("{path}.headers"),
        &one.headers,
        Names::IgnoreCase,
        problems,
    );
    let query = values(
        &format!("{path}.queryParams"),
        &one.query_params,
        Names::AsWritten,
        problems,
    );
    Match {
        path: path_match(path, &one.path.clone().unwrap_or_default(), problems),
        method: one.method.map(cp_api::http_route::Method::as_str),
        headers,
        query,
    }
}

fn path_match(path: &str, wanted: &HttpPathMatch, problems: &mut Vec<Problem>) -> PathMatch {
    let value = wanted.value.clone();
    match wanted.kind {
        PathMatchType::Exact => PathMatch::Exact(value),
        PathMatchType::PathPrefix => PathMatch::Prefix(value.trim_end_matches('/').to_owned()),
        PathMatchType::RegularExpression => {
            check_regex(&format!("{path}.path.value"), &value, problems);
            PathMatch::Regex(value)
        }
    }
}

#[derive(Clone, Copy)]
enum Names {
    IgnoreCase,
    AsWritten,
}

/// Of several entries with one name only the first counts (Gateway API, HTTPHeaderMatch and
/// HTTPQueryParamMatch).
fn values(
    path: &str,
    wanted: &[NamedMatch],
    names: Names,
    problems: &mut Vec<Problem>,
) -> Vec<ValueMatch> {
    let mut values: Vec<ValueMatch> = Vec::new();
    for (index, one) in wanted.iter().enumerate() {
        let name = match names {
            Names::IgnoreCase => one.name.to_ascii_lowercase(),
            Names::AsWritten => one.name.clone(),
        };
        if values.iter().any(|value| value.name == name) {
            continue;
        }
        let value = match one.kind {
            ValueMatchType::Exact => ValuePattern::Exact(one.value.clone()),
            ValueMatchType::RegularExpression => {
                check_regex(&format!("{path}[{index}].value"), &one.value, problems);
                ValuePattern::Regex(one.value.clone())
            }
        };
        values.push(ValueMatch { name, value });
    }
    values
}

fn check_regex(path: &str, text: &str, problems: &mut Vec<Problem>) {
    if let Err(error) = Pattern::parse(text) {
        problems.push(Problem {
            reason: Reason::UnsupportedValue,
            path: path.to_owned(),
            message: format!("is not a regular expression Tidegate can use: {error}"),
        });
    }
}
