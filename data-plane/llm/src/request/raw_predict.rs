//! Anthropic's messages as clients of Vertex AI send them: the path names the model and says whether to stream.
//!
//! Owns what makes such a body one of Anthropic's own, which every provider's way begins at (llm.md 2.1, P-2). It must not know
//! providers. Invariant: the path's word wins over the body's (llm.md R-1).

use std::borrow::Cow;

use bytes::Bytes;

use super::{Field, RequestError, decoded, rules};
use crate::class::{RawPredict, raw_predict};
use crate::json;
use crate::provider::{BodyModel, BodyRules};

/// The member that stands for the header `anthropic-version`.
const VERSION: &[&str] = &["anthropic_version"];

/// The body as Anthropic takes it, where the path is such a client's, and the client's own then; or as it is.
pub(super) fn plain(path: &str, body: Bytes) -> Result<(Bytes, Option<Bytes>), RequestError> {
    let (model, set) = match raw_predict(path) {
        None => return Ok((body, None)),
        Some(RawPredict::Chat { model, is_streamed }) => {
            let model = decoded(model).filter(|model| !model.is_empty());
            let model = model.ok_or(RequestError::WrongType(Field::Model))?;
            let stream = match is_streamed {
                true => "true",
                false => "false",
            };
            (dated(&model), vec![("stream", Cow::Borrowed(stream))])
        }
        Some(RawPredict::Count) => match text_of(&body, "model") {
            Some(model) => (dated(&model), Vec::new()),
            None => return Ok((body, None)),
        },
    };
    let rules = BodyRules {
        model: BodyModel::Set(model),
        set,
        remove: VERSION,
        removes_cache_scope: false,
    };
    Ok((rules::apply(body.clone(), &rules), Some(body)))
}

/// A model with its date as Anthropic writes it: `-20250929` and not `@20250929`.
fn dated(model: &str) -> String {
    match model.rsplit_once('@') {
        Some((name, date)) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{name}-{date}")
        }
        Some(_) | None => model.to_owned(),
    }
}

/// The version of Anthropic's API for which such a client wrote the body.
pub(super) fn version(said: &[u8]) -> Option<String> {
    VERSION.iter().find_map(|name| text_of(said, name))
}

/// A member of a body that is a text.
fn text_of(body: &[u8], name: &str) -> Option<String> {
    let mut text = None;
    json::members(json::text(body)?, |key, value| {
        if key == name {
            text = json::string(value);
        }
    })
    .ok()?;
    text
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::plain;

    const FRONT: &str = "/v1/projects/p/locations/global/publishers/anthropic/models/";

    #[track_caller]
    fn check(last: &str, body: &str, expected: &str) {
        let path = format!("{FRONT}{last}");
        let read = plain(&path, Bytes::from(body.to_owned())).expect("a body");
        assert_eq!(read.0, expected, "{last}");
        assert_eq!(read.1.expect("the client's"), body, "{last}");
    }

    #[test]
    fn the_path_names_model_and_stream() {
        check(
            "claude-x@20250929:streamRawPredict",
            r#"{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"model":"b","stream":false}"#,
            r#"{"stream":true,"model":"claude-x-20250929","max_tokens":1}"#,
        );
        check(
            "claude%2Dx:rawPredict",
            r#"{"max_tokens":1e0}"#,
            r#"{"stream":false,"model":"claude-x","max_tokens":1e0}"#,
        );
        check(
            "count-tokens:rawPredict",
            r#"{"anthropic_version":"vertex-2023-10-16","model":"claude-x@default","messages":[]}"#,
            r#"{"model":"claude-x@default","messages":[]}"#,
        );
        check("claude-x:rawPredict", "no JSON", "no JSON");
        let of_others = plain("/v1/messages", Bytes::from_static(b"{ }")).expect("a body");
        assert_eq!(of_others, (Bytes::from_static(b"{ }"), None));
        assert!(plain(&format!("{FRONT}%ff:rawPredict"), Bytes::new()).is_err());
    }

    #[test]
    fn what_is_plain_stays_so() {
        let path = format!("{FRONT}claude-x:streamRawPredict");
        let body = Bytes::from_static(br#"{"anthropic_version":"v","messages":[]}"#);
        let (once, _) = plain(&path, body).expect("a body");
        assert_eq!(plain(&path, once.clone()).expect("a body").0, once);
    }
}
