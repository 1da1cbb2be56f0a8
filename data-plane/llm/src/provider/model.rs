//! Ids of models: what may stand in a path, and the forms that services give them.
//!
//! It must not know paths or hosts. Invariant: a [`segment`] is one segment of a path, whatever the client wrote (llm.md P-5).

use std::borrow::Cow;
use std::fmt::Write as _;

/// Why a model cannot be asked for at a provider whose path names the model. The client gets 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// No model.
    #[error("the model is empty")]
    Empty,
    /// It would lead to another path.
    #[error("the model has a character that its id cannot have")]
    Character,
}

/// Whose model is asked for on Vertex AI, with the id that it has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VertexModel<'a> {
    /// A Claude.
    Anthropic(String),
    /// A Gemini that `generateContent` takes.
    Google(&'a str),
    /// Anyone's else, behind the OpenAI surface.
    Other(&'a str),
}

/// What may stand in front of the id of a model of Google's.
const GOOGLE: [&str; 3] = ["publishers/google/models/", "models/", "google/"];

/// Prefixes of models that make embeddings.
const EMBEDDINGS: [&str; 5] = [
    "text-embedding-",
    "gemini-embedding-",
    "text-multilingual-embedding-",
    "textembedding-",
    "multimodalembedding",
];

// === impl VertexModel ===

impl<'a> VertexModel<'a> {
    pub(super) fn of(model: &'a str) -> Self {
        if let Some(id) = claude(model) {
            return Self::Anthropic(with_version(id));
        }
        let id = strip(model, &GOOGLE);
        let is_gemini = id.starts_with("gemini-") || id.starts_with("gemini@");
        if is_gemini && !EMBEDDINGS.iter().any(|prefix| id.starts_with(prefix)) {
            Self::Google(id)
        } else {
            Self::Other(model)
        }
    }
}

/// The id of a Claude without a publisher in front.
fn claude(model: &str) -> Option<&str> {
    ["publishers/anthropic/models/", "anthropic/"]
        .into_iter()
        .find_map(|prefix| model.strip_prefix(prefix))
        .or_else(|| model.starts_with("claude-").then_some(model))
}

/// Vertex puts an `@` in front of the date that Anthropic puts a dash before.
fn with_version(id: &str) -> String {
    match id.rsplit_once('-') {
        Some((name, date))
            if date.len() == 8 && date.bytes().all(|digit| digit.is_ascii_digit()) =>
        {
            format!("{name}@{date}")
        }
        _ => id.to_owned(),
    }
}

/// Takes the first prefix off that is there.
fn strip<'a>(model: &'a str, prefixes: &[&str]) -> &'a str {
    let mut stripped = prefixes
        .iter()
        .filter_map(|prefix| model.strip_prefix(prefix));
    stripped.next().unwrap_or(model)
}

/// Whether a model of Vertex AI is a Gemini that makes embeddings.
pub(super) fn is_gemini_embedding(model: &str) -> bool {
    strip(model, &GOOGLE).starts_with("gemini-embedding-")
}

/// A Gemini model's collection and id on AI Studio.
pub(super) fn gemini(model: &str) -> (&'static str, &str) {
    match model.strip_prefix("tunedModels/") {
        Some(id) => ("tunedModels", id),
        // Vertex AI's names of the same models, too.
        None => ("models", strip(model, &GOOGLE)),
    }
}

/// A Claude by its name, as deployments on Azure are usually called after their model.
pub(super) fn is_claude(model: &str) -> bool {
    model.to_ascii_lowercase().contains("claude")
}

/// A model's id as one segment of a path.
pub(super) fn segment(model: &str) -> Result<String, ModelError> {
    let id = decoded(model).ok_or(ModelError::Character)?;
    check(&id)?;
    Ok(encoded(&id))
}

/// The same for Bedrock, where an ARN has slashes, which are then encoded.
pub(super) fn arn_segment(model: &str) -> Result<String, ModelError> {
    let id = decoded(model).ok_or(ModelError::Character)?;
    match id.starts_with("arn:") {
        true => id.split('/').try_for_each(check)?,
        false => check(&id)?,
    }
    Ok(encoded(&id))
}

/// What percent signs stand for; `None` if that is no text. A percent sign that is no escape stays.
pub(super) fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escape = || {
            let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_hex.then(|| u8::from_str_radix(digits, 16).ok())?
        };
        match (*first == b'%').then(escape).flatten() {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// One segment that no server takes for something else. What is still encoded after decoding could become anything.
fn check(id: &str) -> Result<(), ModelError> {
    let is_harmful = |letter: char| {
        letter.is_control() || letter.is_whitespace() || "/\\%?#<>\"`{}|^".contains(letter)
    };
    match id {
        "" => Err(ModelError::Empty),
        "." | ".." => Err(ModelError::Character),
        id if id.contains(is_harmful) => Err(ModelError::Character),
        _ => Ok(()),
    }
}

/// Encodes all but unreserved characters and the `@` of Vertex. A colon is encoded, as AWS's SDKs do (llm.md P-6): Google's
/// method stands behind a colon, which so cannot come from the client.
fn encoded(id: &str) -> String {
    let mut text = String::with_capacity(id.len() + 8);
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ModelError, VertexModel, arn_segment, decoded, gemini, segment};

    #[track_caller]
    fn check(model: &str, expected: Result<&str, ModelError>) {
        assert_eq!(segment(model).as_deref().map_err(|error| *error), expected);
    }

    #[test]
    fn a_model_is_one_segment() {
        check("gpt-4o", Ok("gpt-4o"));
        check("claude-opus-4@20250514", Ok("claude-opus-4@20250514"));
        check("a:b", Ok("a%3Ab"));
        check("a+b&c=d;e", Ok("a%2Bb%26c%3Dd%3Be"));
        check("mod\u{e8}le", Ok("mod%C3%A8le"));
        check("mod%C3%A8le", Ok("mod%C3%A8le"));
        check("...", Ok("..."));
        check("", Err(ModelError::Empty));
        for harmful in [
            ".",
            "..",
            "%2e%2E",
            "a/b",
            "a%2F..%2F..",
            "a%2fb",
            "%252F",
            "a%",
            "a%zz",
            "a\\b",
            "a?b",
            "a#b",
            "a<b",
            "a>b",
            "a\"b",
            "a`b",
            "a{b",
            "a}b",
            "a|b",
            "a^b",
            "a b",
            "a\tb",
            "a\r\nb",
            "a\u{0}",
            "a\u{a0}b",
            "%ff",
        ] {
            check(harmful, Err(ModelError::Character));
        }
    }

    #[test]
    fn arns_keep_their_slash_encoded() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0";
        let segment = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-sonnet-4-20250514-v1%3A0";
        assert_eq!(arn_segment(arn).as_deref(), Ok(segment));
        assert_eq!(arn_segment(segment).as_deref(), Ok(segment));
        for harmful in [
            "arn:aws/../x",
            "arn:aws//x",
            "arn:aws/",
            "arn:a%252Fb",
            "a/b",
        ] {
            assert!(arn_segment(harmful).is_err(), "{harmful}");
        }
    }

    #[test]
    fn models_of_vertex() {
        for (model, expected) in [
            ("claude-opus-4-20250514", "claude-opus-4@20250514"),
            ("anthropic/claude-opus-4-20250514", "claude-opus-4@20250514"),
            (
                "publishers/anthropic/models/claude-opus-4@20250514",
                "claude-opus-4@20250514",
            ),
            ("claude-sonnet-4-5", "claude-sonnet-4-5"),
            (
                "claude-3-5-sonnet-v2-20241022",
                "claude-3-5-sonnet-v2@20241022",
            ),
            ("claude-x-2025051", "claude-x-2025051"),
        ] {
            let expected = VertexModel::Anthropic(expected.to_owned());
            assert_eq!(VertexModel::of(model), expected, "{model}");
        }
        for model in [
            "gemini-2.5-pro",
            "google/gemini-2.5-pro",
            "models/gemini-2.5-pro",
        ] {
            assert_eq!(
                VertexModel::of(model),
                VertexModel::Google("gemini-2.5-pro")
            );
        }
        assert_eq!(
            VertexModel::of("publishers/google/models/gemini@default"),
            VertexModel::Google("gemini@default")
        );
        for model in [
            "meta/llama-4",
            "gemini-embedding-001",
            "google/gemma-3",
            "my-claude-x",
            "gemini",
        ] {
            assert_eq!(VertexModel::of(model), VertexModel::Other(model));
        }
    }

    #[test]
    fn models_of_gemini() {
        assert_eq!(gemini("models/a"), ("models", "a"));
        assert_eq!(gemini("tunedModels/a"), ("tunedModels", "a"));
        assert_eq!(gemini("a"), ("models", "a"));
    }

    proptest! {
        #[test]
        fn a_segment_never_leaves_its_place(model in "[a-z%./2FfeE5cC\\\\?#: ]{0,16}|\\PC{0,16}") {
            for segment in [segment(&model), arn_segment(&model)].into_iter().flatten() {
                prop_assert!(!segment.contains(['/', '?', '#', '\\', ' ', ':']) && segment.is_ascii());
                let once = decoded(&segment).expect("text").into_owned();
                prop_assert!(!once.split('/').any(|part| matches!(part, "" | "." | "..")));
                // Nothing is left to be decoded by the next server.
                prop_assert!(!once.contains('%'));
            }
        }
    }
}
