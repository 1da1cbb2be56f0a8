//! Models in paths: Gemini's (`models/{model}:generateContent` and its kind), and Bedrock's `/model/{model}/{method}`.
//!
//! It must not know what stands in front of it. Invariant: a model is decoded once.

use crate::class::bedrock;

/// In front of a model's name.
const MODELS: &str = "/models/";

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// The model; `None` where it is not valid percent-encoded UTF-8, or empty.
    pub(super) model: Option<String>,
    pub(super) is_streamed: bool,
}

/// Reads a client's path; `None` where it ends in none of the methods.
pub(super) fn read(path: &str) -> Option<Called> {
    let last = path.rsplit('/').next()?;
    let (model, method) = match path.rsplit_once(':') {
        Some((called, method)) if !method.contains('/') => (of_google(called), method),
        // Few paths are of Bedrock's, and all are asked.
        _ if is_streamed(last).is_none() => return None,
        _ => {
            let (model, method) = bedrock(path)?;
            (decoded(model), method)
        }
    };
    Some(Called {
        is_streamed: is_streamed(method)?,
        model: model.filter(|model| !model.is_empty()),
    })
}

/// The model of a path without its method. Names of other vendors' models have slashes, which SDKs of Google's write as they
/// are: `models/meta/llama-4`, or on Vertex AI `publishers/meta/models/llama-4`.
fn of_google(called: &str) -> Option<String> {
    let Some((front, id)) = split(called) else {
        return decoded(called.rsplit('/').next()?);
    };
    let id = decoded(id).filter(|id| !id.is_empty())?;
    match publisher(front) {
        Some((_, publisher)) => Some(format!("{}/{id}", decoded(publisher)?)),
        None => Some(id),
    }
}

/// Splits a path without its method in front of `/models/` and behind it.
fn split(called: &str) -> Option<(&str, &str)> {
    // What a route has in front may be called anything: what counts is behind the last version of an API that has models behind it.
    // A path is the client's, and as long as it likes, so every part of it is looked at once.
    let last = called.rfind(MODELS)?;
    let mut versions = called.get(..last)?.rmatch_indices("/v1");
    let is_version = |at: usize| {
        let version = called
            .get(at + 3..last)
            .and_then(|rest| rest.split('/').next());
        version.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let from = versions.find(|&(at, _)| is_version(at));
    let from = from.map_or(0, |(at, _)| at);
    let at = from + called.get(from..)?.find(MODELS)?;
    Some((called.get(..at)?, called.get(at + MODELS.len()..)?))
}

/// What a front ends in where it names whose model it is, and what is in front of that.
fn publisher(front: &str) -> Option<(&str, &str)> {
    let named = front.rsplit_once("/publishers/");
    named.filter(|(_, publisher)| {
        !publisher.contains('/') && !["google", "anthropic"].contains(publisher)
    })
}

/// What stands in front of another model in the place of the one in this path, without its method.
pub(super) fn front(called: &str) -> Option<String> {
    let Some((front, _)) = split(called) else {
        return called.rsplit_once('/').map(|(front, _)| front.to_owned());
    };
    // The other's name says whose it is.
    let of_google = publisher(front).map(|(before, _)| format!("{before}/publishers/google"));
    Some(of_google.unwrap_or_else(|| front.to_owned()) + "/models")
}

/// Whether a method is answered as a stream; `None` if it is none.
fn is_streamed(method: &str) -> Option<bool> {
    match method {
        "generateContent" | "countTokens" | "converse" | "invoke" => Some(false),
        "streamGenerateContent" | "converse-stream" | "invoke-with-response-stream" => Some(true),
        _ => None,
    }
}

/// A segment of a path without its escapes; `None` where it is not valid percent-encoded UTF-8.
#[must_use]
pub fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::{Called, read};

    #[track_caller]
    fn check(path: &str, expected: Option<(Option<&str>, bool)>) {
        let expected = expected.map(|(model, is_streamed)| Called {
            model: model.map(ToOwned::to_owned),
            is_streamed,
        });
        assert_eq!(read(path), expected, "{path}");
    }

    #[test]
    fn a_path_of_many_versions_has_its_model_behind_the_last() {
        let many = "/v1".repeat(20_000);
        let gemini = "/models/m:generateContent";
        check(&format!("{many}{gemini}"), Some((Some("m"), false)));
        let other = "/models/other:countTokens";
        check(&format!("{other}{many}{gemini}"), Some((Some("m"), false)));
        // A segment that only begins like a version, and versions that have no models behind them.
        check(
            &format!("/v1/models/a/v1.x{gemini}"),
            Some((Some("a/v1.x/models/m"), false)),
        );
        check(&format!("{gemini}{many}"), None);
    }

    #[test]
    fn the_path_names_model_and_method() {
        check(
            "/v1beta/models/gemini-3-pro:generateContent",
            Some((Some("gemini-3-pro"), false)),
        );
        check(
            "/v1beta/models/a%2Fb:streamGenerateContent",
            Some((Some("a/b"), true)),
        );
        check(
            "/v1beta/models/a:b:generateContent",
            Some((Some("a:b"), false)),
        );
        for (path, model) in [
            ("/v1beta/models/meta/llama-4", "meta/llama-4"),
            (
                "/models/v1/models/accounts/a/models/b",
                "accounts/a/models/b",
            ),
            ("/v1beta1/publishers/meta/models/llama-4", "meta/llama-4"),
            ("/v1/projects/p/locations/l/publishers/google/models/a", "a"),
            ("/v1beta/publishers/anthropic/models/claude-x", "claude-x"),
            ("/v1beta/tunedModels/a", "a"),
            ("/v1/models/team/v1beta/models/a", "a"),
            ("/publishers/acme/v1beta/models/a", "a"),
            ("/models/meta/v1-x", "meta/v1-x"),
            ("/own/a", "a"),
        ] {
            check(
                &format!("{path}:generateContent"),
                Some((Some(model), false)),
            );
        }
        check("/v1beta/models/:generateContent", Some((None, false)));
        check("/v1beta/models/%zz:generateContent", Some((None, false)));
        check("/v1beta/models/%ff:generateContent", Some((None, false)));
        check("/v1beta/models/a:countTokens", Some((Some("a"), false)));
        check("/model/a%3A0/converse", Some((Some("a:0"), false)));
        check("/model/a:0/converse-stream", Some((Some("a:0"), true)));
        check("/model/a/invoke", Some((Some("a"), false)));
        check(
            "/model/arn%3Aaws%3Abedrock%3A%3Ainference-profile/us.a/converse",
            Some((Some("arn:aws:bedrock::inference-profile/us.a"), false)),
        );
        check(
            "/model/arn:aws:bedrock::inference-profile%2Fus.a/converse-stream",
            Some((Some("arn:aws:bedrock::inference-profile/us.a"), true)),
        );
        check("/model/a/apply", None);
        check("/v1beta/models/a:embedContent", None);
        check("/v1/chat/completions", None);
        check("", None);
    }
}
