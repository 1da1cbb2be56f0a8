//! The list of models that a gateway answers with itself (llm.md O-1): OpenAI's, Anthropic's and Gemini's shape.
//!
//! It must not know who asks: the caller leaves out what the client may not use. Invariant: every model given is listed
//! once, in the order given, whatever the shape.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

/// A model to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedModel {
    /// The name that clients ask for.
    pub id: String,
    /// Id of the provider that serves it.
    pub provider: String,
    /// When it came to be, in seconds since 1970-01-01T00:00:00Z.
    pub created: u64,
}

/// How a client wants its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListShape {
    /// `GET /v1/models`.
    OpenAi,
    /// The same path with the header `anthropic-version`.
    Anthropic,
    /// `GET /v1beta/models`, or the same path with the header `x-goog-api-key`: Google's SDK for Node asks for `/v1/models`.
    Gemini,
}

// === impl ListShape ===

impl ListShape {
    /// The shape for a request: `path` is the client's without the query; Google's clients are known by its version, or by where
    /// they have their key.
    #[must_use]
    pub fn of(path: &str, has_anthropic_version: bool, has_google_key: bool) -> Self {
        let is_google = path
            .split('/')
            .any(|segment| matches!(segment, "v1beta" | "v1alpha"));
        match (is_google || has_google_key, has_anthropic_version) {
            (true, _) => Self::Gemini,
            (false, true) => Self::Anthropic,
            (false, false) => Self::OpenAi,
        }
    }

    /// The body that lists `models`.
    #[must_use]
    pub fn list(self, models: &[ListedModel]) -> String {
        let mut seen = HashSet::new();
        let models: Vec<_> = models
            .iter()
            .filter(|model| seen.insert(model.id.as_str()))
            .collect();
        let data: Vec<_> = models.iter().map(|model| self.entry(model)).collect();
        let list = match self {
            Self::OpenAi => json!({"object": "list", "data": data}),
            Self::Anthropic => json!({
                "data": data,
                "has_more": false,
                "first_id": models.first().map(|model| &model.id),
                "last_id": models.last().map(|model| &model.id),
            }),
            Self::Gemini => json!({"models": data}),
        };
        list.to_string()
    }

    /// The body for one model; `None`, which is 404 `model_not_found`, if it is not in the list. `id` is as it stands in the
    /// path, without escapes.
    #[must_use]
    pub fn one(self, models: &[ListedModel], id: &str) -> Option<String> {
        let model = models.iter().find(|model| model.id == id)?;
        Some(self.entry(model).to_string())
    }

    fn entry(self, model: &ListedModel) -> Value {
        let ListedModel {
            id,
            provider,
            created,
        } = model;
        match self {
            Self::OpenAi => {
                json!({"id": id, "object": "model", "created": created, "owned_by": provider})
            }
            Self::Anthropic => json!({
                "type": "model",
                "id": id,
                "display_name": id,
                "created_at": rfc3339(*created),
                "lifecycle": "active",
            }),
            Self::Gemini => json!({
                "name": format!("models/{id}"),
                "displayName": id,
                "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
            }),
        }
    }
}

/// Seconds since 1970 as RFC 3339 writes them, in UTC.
fn rfc3339(seconds: u64) -> String {
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March here, so that the day that leap years add is the last one of its year.
    let since_year_0 = days + 719_468;
    let (era, of_era) = (since_year_0 / 146_097, since_year_0 % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next_year) = match month_from_march {
        early @ 0..=9 => (early + 3, 0),
        late => (late - 9, 1),
    };
    let year = era * 400 + year_of_era + next_year;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let mut text = String::with_capacity(20);
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    );
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ListShape, ListedModel, rfc3339};

    fn models() -> Vec<ListedModel> {
        let model = |id: &str, provider: &str, created| ListedModel {
            id: id.to_owned(),
            provider: provider.to_owned(),
            created,
        };
        vec![
            model("gpt-4o", "openai", 1_715_367_049),
            model("claude-sonnet-4-5", "anthropic", 1_759_104_000),
            model("gpt-4o", "azure", 0),
        ]
    }

    #[test]
    fn lists() {
        assert_eq!(
            ListShape::OpenAi.list(&models()),
            r#"{"object":"list","data":[{"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"openai"},{"id":"claude-sonnet-4-5","object":"model","created":1759104000,"owned_by":"anthropic"}]}"#
        );
        assert_eq!(
            ListShape::Anthropic.list(&models()),
            r#"{"data":[{"type":"model","id":"gpt-4o","display_name":"gpt-4o","created_at":"2024-05-10T18:50:49Z","lifecycle":"active"},{"type":"model","id":"claude-sonnet-4-5","display_name":"claude-sonnet-4-5","created_at":"2025-09-29T00:00:00Z","lifecycle":"active"}],"has_more":false,"first_id":"gpt-4o","last_id":"claude-sonnet-4-5"}"#
        );
        let gemini: serde_json::Value =
            serde_json::from_str(&ListShape::Gemini.list(&models())).expect("JSON");
        assert_eq!(gemini["models"][1]["name"], "models/claude-sonnet-4-5");
        assert_eq!(gemini["models"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            ListShape::Anthropic.list(&[]),
            r#"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#
        );
        assert_eq!(
            ListShape::OpenAi.list(&[]),
            r#"{"object":"list","data":[]}"#
        );
    }

    #[test]
    fn one_model() {
        let one = ListShape::OpenAi.one(&models(), "gpt-4o").expect("listed");
        assert_eq!(
            one,
            r#"{"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"openai"}"#
        );
        assert_eq!(ListShape::OpenAi.one(&models(), "gpt-5"), None);
    }

    #[test]
    fn shapes() {
        for (path, has_version, expected) in [
            ("/v1/models", false, ListShape::OpenAi),
            ("/v1/models", true, ListShape::Anthropic),
            ("/v1beta/models", false, ListShape::Gemini),
            (
                "/gemini/v1beta/models/gemini-3-pro",
                true,
                ListShape::Gemini,
            ),
            ("/v1beta2/models", false, ListShape::OpenAi),
        ] {
            assert_eq!(ListShape::of(path, has_version, false), expected, "{path}");
        }
        let google = ListShape::of("/v1/models", false, true);
        assert_eq!(google, ListShape::Gemini);
    }

    #[test]
    fn times() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), expected);
        }
    }

    proptest! {
        #[test]
        fn no_time_panics(seconds: u64) {
            prop_assert!(rfc3339(seconds).ends_with('Z'));
        }
    }
}
