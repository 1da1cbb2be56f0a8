//! The upstream path and the query behind it.
//!
//! It must not know hosts, credentials or the client's path. Invariant: a built path is checked
//! once, when it is configured, so that joining it with a query cannot fail on a request.

use super::model;
use crate::format::Format;

/// Query parameters that are the gateway's to set, and those in which a client of Google, or a web page in a session with
/// Azure, puts its credential: they are taken out of what the client sends (llm.md P-4, P-9, P-19, O-6). Names are compared as decoded, without regard to case.
const OWNED: [&str; 7] = [
    "alt",
    "$alt",
    "api-version",
    "key",
    "$key",
    "access_token",
    "api-key",
];

/// The path of one provider for one format, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamPath(String);

/// Why a configured path cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Spaces, control characters, `#`, quotes and the like, or anything outside ASCII.
    #[error("the path has a character that a URL path cannot carry; percent-encode it")]
    Character,
    /// A prefix is joined with the format's path, so a query has no place in it.
    #[error("the path prefix has a query; put the query into `path` instead")]
    PrefixWithQuery,
}

impl UpstreamPath {
    /// `path` replaces everything where it is not empty; otherwise the format's own path follows
    /// `prefix` (`/v1` for OpenAI itself; empty for none). A missing leading slash is added and a
    /// trailing one of the prefix removed.
    ///
    /// # Errors
    /// The configured text cannot stand in a request line.
    pub fn try_new(format: Format, prefix: &str, path: &str) -> Result<Self, PathError> {
        let joined = if path.is_empty() {
            if prefix.contains('?') {
                return Err(PathError::PrefixWithQuery);
            }
            let prefix = prefix.trim_end_matches('/');
            [prefix, format.path().unwrap_or_default()].concat()
        } else {
            path.to_owned()
        };
        Self::checked(if joined.starts_with('/') {
            joined
        } else {
            format!("/{joined}")
        })
    }

    /// The path, and the query where the configured path has one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path with the client's query behind it, which joins a configured one with `&`. Parameters that are the gateway's
    /// to set (`alt`, `api-version`, `key`) are left out of the client's.
    #[must_use]
    pub fn with_query(&self, query: Option<&str>) -> String {
        let mut whole = self.0.clone();
        let mut separator = if whole.contains('?') { '&' } else { '?' };
        let parameters = query.unwrap_or_default().split('&');
        for parameter in parameters.filter(|parameter| is_clients(parameter)) {
            whole.push(separator);
            whole.push_str(parameter);
            separator = '&';
        }
        whole
    }

    /// The same with `prefix` in front.
    pub(super) fn behind(self, prefix: &str) -> Result<Self, PathError> {
        match prefix.trim_matches('/') {
            "" => Ok(self),
            prefix if prefix.contains('?') => Err(PathError::PrefixWithQuery),
            prefix => Self::checked(format!("/{prefix}{}", self.0)),
        }
    }

    /// The same with more of a path behind it, and in front of its query.
    pub(super) fn followed_by(&self, rest: &str) -> Result<Self, PathError> {
        match self.0.split_once('?') {
            None => Self::checked(format!("{}{rest}", self.0.trim_end_matches('/'))),
            Some((path, query)) => Self::checked(format!("{path}{rest}?{query}")),
        }
    }

    /// A whole path, with its leading slash.
    pub(super) fn checked(path: String) -> Result<Self, PathError> {
        match path.bytes().all(is_allowed) {
            true => Ok(Self(path)),
            false => Err(PathError::Character),
        }
    }
}

/// A parameter that passes.
fn is_clients(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    let name = model::decoded(name);
    let name = name.as_deref().unwrap_or_default();
    let is_owned = |owned: &&str| owned.eq_ignore_ascii_case(name);
    !parameter.is_empty() && !OWNED.iter().any(is_owned)
}

/// RFC 3986 `pchar`, `/`, `?` and the percent sign of an encoded octet.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::{PathError, UpstreamPath};
    use crate::format::Format;

    #[track_caller]
    fn check(prefix: &str, path: &str, query: Option<&str>, expected: Result<&str, PathError>) {
        let built = UpstreamPath::try_new(Format::OpenAiChatCompletions, prefix, path)
            .map(|path| path.with_query(query));
        assert_eq!(built.as_deref().map_err(|error| *error), expected);
    }

    #[test]
    fn the_format_path_follows_the_prefix() {
        check("/v1", "", None, Ok("/v1/chat/completions"));
        check("/v1/", "", None, Ok("/v1/chat/completions"));
        check("v1", "", None, Ok("/v1/chat/completions"));
        check("", "", None, Ok("/chat/completions"));
        check("/", "", None, Ok("/chat/completions"));
        check(
            "/openai/v1",
            "",
            Some(""),
            Ok("/openai/v1/chat/completions"),
        );
    }

    #[test]
    fn an_override_replaces_the_whole_path() {
        check("/v1", "/compat/chat", None, Ok("/compat/chat"));
        check("/v1", "compat/chat/", None, Ok("/compat/chat/"));
        check("/a?b", "/c", None, Ok("/c"));
    }

    #[test]
    fn the_client_query_is_kept() {
        check("/v1", "", Some("a=1"), Ok("/v1/chat/completions?a=1"));
        check("", "/x?api=2", Some("a=1"), Ok("/x?api=2&a=1"));
        check("", "/x?api=2", None, Ok("/x?api=2"));
        check("", "/x?api=2", Some("&&"), Ok("/x?api=2"));
    }

    #[test]
    fn what_is_ours_to_set_is_taken_out_of_it() {
        let path = Ok("/v1/chat/completions");
        check("/v1", "", Some("alt=json"), path);
        check(
            "/v1",
            "",
            Some("key=AIza&alt=sse&Api-Version=1&api-key=k"),
            path,
        );
        check("/v1", "", Some("%6bey=AIza&%24alt=json&key"), path);
        check(
            "/v1",
            "",
            Some("a=1&key=AIza&keys=2&b=%zz&%ff=1"),
            Ok("/v1/chat/completions?a=1&keys=2&b=%zz&%ff=1"),
        );
        check(
            "",
            "/x?api-version=2",
            Some("api-version=1&a=1"),
            Ok("/x?api-version=2&a=1"),
        );
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        check("/v1?x=1", "", None, Err(PathError::PrefixWithQuery));
        check("/v 1", "", None, Err(PathError::Character));
        check("/v1\r\nx: y", "", None, Err(PathError::Character));
        check("", "/a#b", None, Err(PathError::Character));
        check("", "/é", None, Err(PathError::Character));
    }
}
