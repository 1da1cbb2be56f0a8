//! What an operator says that ends of paths stand for (llm.md 2.1).
//!
//! Owns the map and its order. It must not know which backend it belongs to. Invariants: entries win over the built-in table
//! of [`Class`], longer ones over shorter ones, and `*` stands behind both; an end of a path that nobody named stays refused,
//! so that a credential reaches no endpoint that nobody thought of.

use std::cmp::Reverse;

use crate::class::{Class, Passing};
use crate::format::Format;

/// The entry for paths that nothing else names.
pub const REST: &str = "*";

/// What an end of a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// OpenAI's chat completions.
    Completions,
    /// Anthropic's messages.
    Messages,
    /// The list of models, which the gateway answers.
    Models,
    /// It passes, and nothing of it is read.
    Passthrough,
    /// It passes, and is read as far as it can be.
    Detect,
    /// OpenAI's responses.
    Responses,
    /// Anthropic's count of tokens.
    AnthropicTokenCount,
    /// OpenAI's embeddings.
    Embeddings,
    /// OpenAI's realtime sessions.
    Realtime,
    /// Cohere's order of documents.
    Rerank,
    /// Gemini's content.
    GenerateContent,
    /// Gemini's count of tokens.
    GeminiCountTokens,
}

/// Ends of paths and what they stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteMap {
    /// Longest first.
    suffixes: Vec<(String, Route)>,
    rest: Option<Route>,
}

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routed {
    /// An operation.
    Class(Class),
    /// The list of models.
    Models,
}

/// An end of a path that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SuffixError {
    /// Every path ends in nothing.
    #[error("it is empty; write the end of a path, or `*` for every other path")]
    Empty,
    /// A `*` beside other characters, a query, or what no path has.
    #[error(
        "it is not the end of a path; write one without `*`, `?`, `#` and spaces, or `*` alone"
    )]
    Character,
}

// === impl Route ===

impl Route {
    /// What is asked at `path`.
    #[must_use]
    pub fn at(self, path: &str) -> Routed {
        Routed::Class(match self {
            Self::Models => return Routed::Models,
            Self::Completions => Class::Chat(Format::OpenAiChatCompletions),
            Self::Messages => Class::Chat(Format::AnthropicMessages),
            Self::Responses => Class::Chat(Format::OpenAiResponses),
            Self::GenerateContent => Class::Chat(Format::GeminiGenerateContent),
            Self::AnthropicTokenCount => Class::CountTokens(Format::AnthropicMessages),
            Self::GeminiCountTokens => Class::CountTokens(Format::GeminiGenerateContent),
            Self::Embeddings => Class::Embeddings,
            Self::Realtime => Class::Realtime,
            Self::Rerank => Class::Rerank,
            Self::Passthrough => Class::Passthrough(Passing::Unread),
            // Where a vendor has what passes is known of the table's own.
            Self::Detect => Class::of(path)
                .filter(|class| matches!(class, Class::Detect(_)))
                .unwrap_or(Class::Passthrough(Passing::Read)),
        })
    }
}

// === impl RouteMap ===

impl RouteMap {
    /// From ends of paths, each once; `*` is for every other path.
    ///
    /// # Errors
    /// One of them cannot be the end of a path; it is given with the error.
    pub fn parse<'a>(
        entries: impl IntoIterator<Item = (&'a str, Route)>,
    ) -> Result<Self, (&'a str, SuffixError)> {
        let mut map = Self::default();
        for (suffix, route) in entries {
            if suffix == REST {
                map.rest = Some(route);
                continue;
            }
            check(suffix).map_err(|error| (suffix, error))?;
            map.set(suffix, route);
        }
        Ok(map.sorted())
    }

    /// Nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.suffixes.is_empty() && self.rest.is_none()
    }

    /// This map, and of a lower level the entries that this one does not have.
    #[must_use]
    pub fn over(&self, lower: &Self) -> Self {
        let mut map = lower.clone();
        for (suffix, route) in &self.suffixes {
            map.set(suffix, *route);
        }
        map.rest = self.rest.or(map.rest);
        map.sorted()
    }

    /// What the longest entry says that `path` ends in; `*` is not asked.
    #[must_use]
    pub fn named(&self, path: &str) -> Option<Routed> {
        let mut entries = self.suffixes.iter();
        let (_, route) = entries.find(|(suffix, _)| path.ends_with(suffix.as_str()))?;
        Some(route.at(path))
    }

    /// What `*` says, for a path that nothing else names.
    #[must_use]
    pub fn rest(&self, path: &str) -> Option<Routed> {
        Some(self.rest?.at(path))
    }

    fn set(&mut self, suffix: &str, route: Route) {
        match self.suffixes.iter_mut().find(|(own, _)| own == suffix) {
            Some((_, own)) => *own = route,
            None => self.suffixes.push((suffix.to_owned(), route)),
        }
    }

    fn sorted(mut self) -> Self {
        // Two of one length never fit one path, so that nothing else decides.
        self.suffixes
            .sort_by_key(|(suffix, _)| Reverse(suffix.len()));
        self
    }
}

/// Whether a text can be the end of a path.
///
/// # Errors
/// It cannot.
pub fn check(suffix: &str) -> Result<(), SuffixError> {
    let stands = |byte: u8| byte.is_ascii_graphic() && !b"*?#".contains(&byte);
    match suffix {
        "" => Err(SuffixError::Empty),
        suffix if suffix.bytes().all(stands) => Ok(()),
        _ => Err(SuffixError::Character),
    }
}

#[cfg(test)]
mod tests {
    use super::{Route, RouteMap, Routed, SuffixError};
    use crate::class::{Class, Passing};
    use crate::format::Format;

    const CHAT: Routed = Routed::Class(Class::Chat(Format::OpenAiChatCompletions));
    const UNREAD: Routed = Routed::Class(Class::Passthrough(Passing::Unread));
    const READ: Routed = Routed::Class(Class::Passthrough(Passing::Read));

    fn map(entries: &[(&'static str, Route)]) -> RouteMap {
        RouteMap::parse(entries.iter().copied()).expect("ends of paths")
    }

    #[test]
    fn the_longest_end_wins_and_the_star_is_apart() {
        let map = map(&[
            ("*", Route::Passthrough),
            ("/chat", Route::Messages),
            ("/v1/chat", Route::Completions),
            ("/models", Route::Models),
        ]);
        let messages = Routed::Class(Class::Chat(Format::AnthropicMessages));
        assert_eq!(map.named("/team/v1/chat"), Some(CHAT));
        assert_eq!(map.named("/team/v2/chat"), Some(messages));
        assert_eq!(map.named("/own/models"), Some(Routed::Models));
        assert_eq!(map.named("/v1/chat/x"), None);
        assert_eq!(map.rest("/v1/chat/x"), Some(UNREAD));
    }

    #[test]
    fn each_entry_has_a_class() {
        for (route, expected) in [
            (Route::Completions, CHAT),
            (
                Route::Messages,
                Routed::Class(Class::Chat(Format::AnthropicMessages)),
            ),
            (Route::Models, Routed::Models),
            (Route::Passthrough, UNREAD),
            (Route::Detect, READ),
            (
                Route::Responses,
                Routed::Class(Class::Chat(Format::OpenAiResponses)),
            ),
            (
                Route::AnthropicTokenCount,
                Routed::Class(Class::CountTokens(Format::AnthropicMessages)),
            ),
            (Route::Embeddings, Routed::Class(Class::Embeddings)),
            (Route::Realtime, Routed::Class(Class::Realtime)),
            (Route::Rerank, Routed::Class(Class::Rerank)),
            (
                Route::GenerateContent,
                Routed::Class(Class::Chat(Format::GeminiGenerateContent)),
            ),
            (
                Route::GeminiCountTokens,
                Routed::Class(Class::CountTokens(Format::GeminiGenerateContent)),
            ),
        ] {
            assert_eq!(route.at("/own"), expected);
        }
        // What the table knows it knows better.
        assert_eq!(
            Route::Detect.at("/v1/messages/batches"),
            Routed::Class(Class::Detect(Format::AnthropicMessages))
        );
    }

    #[test]
    fn levels_are_merged_entry_by_entry() {
        let low = map(&[("/a", Route::Detect), ("*", Route::Detect)]);
        let high = map(&[("/a", Route::Completions), ("/long", Route::Models)]);
        let both = high.over(&low);
        assert_eq!(both.named("/a"), Some(CHAT));
        assert_eq!(both.named("/long"), Some(Routed::Models));
        assert_eq!(both.rest("/x"), Some(READ));
        assert_eq!(RouteMap::default().over(&low), low);
        assert!(RouteMap::default().is_empty() && !both.is_empty());
    }

    #[test]
    fn what_is_no_end_of_a_path_is_refused() {
        for (suffix, expected) in [
            ("", SuffixError::Empty),
            ("/v1/*", SuffixError::Character),
            ("/a b", SuffixError::Character),
            ("/a?b", SuffixError::Character),
            ("/\u{e9}", SuffixError::Character),
        ] {
            let error = RouteMap::parse([(suffix, Route::Detect)]).expect_err("no end of a path");
            assert_eq!(error, (suffix, expected));
        }
    }
}
