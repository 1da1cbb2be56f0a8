//! Members of a client's body that an operator denies (llm.md 4.4).
//!
//! Owns how a name finds its member: in JSON by its decoded key, as often as the client wrote it, in a form by its field, and for
//! Google's formats in both of their spellings. It must not know whose rule it is. Invariant: a body whose members cannot be told
//! is refused, so that nobody gets around a rule by what only the provider can read.

use std::fmt;

use crate::format::Format;
use crate::request::{Request, RequestError};
use crate::{json, multipart};

/// Names that refuse a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeniedParams(Vec<Param>);

/// A member of the body, or one of the object that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Param {
    name: Box<str>,
    below: Option<Box<str>>,
}

/// A name that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a parameter: write `name`, or `name.name` for a member of an object")]
pub struct NoParam(String);

// === impl DeniedParams ===

impl DeniedParams {
    /// Reads names.
    ///
    /// # Errors
    /// One is empty, or has more than two parts.
    pub fn parse<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, NoParam> {
        let params = names.into_iter().map(Param::parse);
        params.collect::<Result<_, _>>().map(Self)
    }

    /// It denies nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Judges a request; `content_type` is its header.
    ///
    /// # Errors
    /// The body has a member that is denied, or none that can be told.
    pub fn check(&self, request: &Request, content_type: Option<&str>) -> Result<(), RequestError> {
        // What the gateway put into it is nobody's wish.
        let body = request.said();
        // A request without a body has no parameters.
        if self.is_empty() || body.is_empty() {
            return Ok(());
        }
        let format = request.format();
        if let Some(boundary) = content_type.and_then(multipart::boundary) {
            let fields = multipart::fields(body, boundary).ok_or(RequestError::NotAForm)?;
            let mut names = fields.iter().map(|field| field.name.as_str());
            return refused(names.find_map(|name| self.of_field(format, name)));
        }
        let mut found = None;
        let text = json::text(body).ok_or(RequestError::Unjudged)?;
        let read = json::members(text, |key, value| {
            found = found.or_else(|| self.of_member(format, &key, value));
        });
        refused(found)?;
        read.map_err(|_| RequestError::Unjudged)
    }

    fn of_member(&self, format: Format, key: &str, value: &str) -> Option<&Param> {
        let mut named = self.0.iter().filter(|own| is_same(format, &own.name, key));
        named.find(|own| match &own.below {
            None => true,
            Some(below) => {
                let mut has_it = false;
                // A value that is no object has no members.
                let _ = json::members(value, |key, _| has_it |= is_same(format, below, &key));
                has_it
            }
        })
    }

    /// Fields of forms are named `list[]` and `object[name]`.
    fn of_field(&self, format: Format, field: &str) -> Option<&Param> {
        let (name, inner) = match field.split_once('[') {
            Some((name, inner)) => (name, inner.trim_end_matches(']')),
            None => (field, ""),
        };
        let mut named = self.0.iter().filter(|own| is_same(format, &own.name, name));
        named.find(|own| {
            let below = own.below.as_deref();
            below.is_none_or(|below| is_same(format, below, inner))
        })
    }
}

/// As an operator wrote them.
impl fmt::Display for DeniedParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&names.join(", "))
    }
}

fn refused(found: Option<&Param>) -> Result<(), RequestError> {
    match found {
        Some(param) => Err(RequestError::DeniedParam(param.to_string())),
        None => Ok(()),
    }
}

/// Whether a denied name is a key's. Google's services take `topK` and `top_k` for one (the JSON mapping of protocol buffers).
fn is_same(format: Format, denied: &str, key: &str) -> bool {
    match format {
        Format::GeminiGenerateContent => {
            let plain = |name: &str| {
                let bytes = name.bytes().filter(|byte| *byte != b'_');
                bytes
                    .map(|byte| byte.to_ascii_lowercase())
                    .collect::<Vec<_>>()
            };
            plain(denied) == plain(key)
        }
        Format::OpenAiChatCompletions
        | Format::OpenAiResponses
        | Format::AnthropicMessages
        | Format::BedrockConverse => denied == key,
    }
}

// === impl Param ===

impl Param {
    fn parse(text: &str) -> Result<Self, NoParam> {
        let (name, below) = match text.split_once('.') {
            Some((name, below)) => (name, Some(below)),
            None => (text, None),
        };
        let is_name = |name: &str| !name.is_empty() && !name.contains('.');
        match is_name(name) && below.is_none_or(is_name) {
            true => Ok(Self {
                name: name.into(),
                below: below.map(Into::into),
            }),
            false => Err(NoParam(text.to_owned())),
        }
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.below {
            None => f.write_str(&self.name),
            Some(below) => write!(f, "{}.{below}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::class::{Class, Passing};

    fn denied(names: &[&str]) -> DeniedParams {
        DeniedParams::parse(names.iter().copied()).expect("names")
    }

    /// What refuses a chat body of a format.
    fn refuses(format: Format, names: &[&str], body: &str) -> Option<String> {
        let path = match format {
            Format::OpenAiChatCompletions => "/v1/chat/completions",
            Format::OpenAiResponses => "/v1/responses",
            Format::AnthropicMessages => "/v1/messages",
            Format::GeminiGenerateContent => "/v1beta/models/m:generateContent",
            Format::BedrockConverse => "/model/m/converse",
        };
        let body = Bytes::copy_from_slice(body.as_bytes());
        let request = Request::parse(format, path, body).expect("a request");
        match denied(names).check(&request, Some("application/json")) {
            Ok(()) => None,
            Err(error) => Some(error.to_body().param.unwrap_or_default().into_owned()),
        }
    }

    #[test]
    fn a_member_is_found_wherever_it_stands_and_however_it_is_written() {
        let names = ["logit_bias", "metadata.user_id"];
        for (body, expected) in [
            (r#"{"model":"m","messages":[]}"#, None),
            (r#"{"model":"m","logit_bias":null}"#, Some("logit_bias")),
            (r#"{"model":"m","logit\u005fbias":{}}"#, Some("logit_bias")),
            (r#"{"metadata":{"team":1}}"#, None),
            (
                r#"{"metadata":{"a":1,"user_id":""}}"#,
                Some("metadata.user_id"),
            ),
            (
                r#"{"metadata":{},"metadata":{"user_id":1}}"#,
                Some("metadata.user_id"),
            ),
            (r#"{"metadata":"user_id","user_id":1}"#, None),
            // Neither deeper, nor in what is said.
            (
                r#"{"messages":[{"logit_bias":1,"content":"logit_bias"}]}"#,
                None,
            ),
            (r#"{"Logit_Bias":1}"#, None),
        ] {
            for format in [
                Format::OpenAiChatCompletions,
                Format::OpenAiResponses,
                Format::AnthropicMessages,
                Format::BedrockConverse,
            ] {
                let found = refuses(format, &names, body);
                assert_eq!(found.as_deref(), expected, "{format:?} {body}");
            }
        }
    }

    #[test]
    fn google_has_two_spellings() {
        for (denied, body) in [
            (
                "generationConfig.topK",
                r#"{"generation_config":{"top_k":1}}"#,
            ),
            (
                "generation_config.top_k",
                r#"{"generationConfig":{"topK":1}}"#,
            ),
            ("safetySettings", r#"{"safety_settings":[]}"#),
        ] {
            let found = refuses(Format::GeminiGenerateContent, &[denied], body);
            assert_eq!(found.as_deref(), Some(denied), "{body}");
        }
        let body = r#"{"generationConfig":{"topP":1}}"#;
        let denied = "generationConfig.topK";
        assert_eq!(
            refuses(Format::GeminiGenerateContent, &[denied], body),
            None
        );
    }

    #[test]
    fn forms_have_fields_and_other_bodies_cannot_be_told() {
        let form = "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n\
            --b\r\nContent-Disposition: form-data; name=\"include[]\"\r\n\r\nx\r\n--b--\r\n";
        let of_form = Some("multipart/form-data; boundary=b");
        let json = Some("application/json");
        let class = Class::Detect(Format::OpenAiChatCompletions);
        let unread = Class::Passthrough(Passing::Unread);
        let check = |class, names: &[&str], content_type, body: &'static str| {
            let path = "/v1/audio/transcriptions";
            let body = Bytes::from_static(body.as_bytes());
            let request = Request::parse_as(class, path, content_type, body).expect("a request");
            let checked = denied(names).check(&request, content_type);
            checked.map_err(|error| error.to_string()).err()
        };
        let refused = "`include` may not be sent here; leave it out";
        for class in [class, unread] {
            let told = |names: &[&str], content_type, body| check(class, names, content_type, body);
            assert_eq!(told(&["include"], of_form, form).as_deref(), Some(refused));
            assert_eq!(told(&["mask"], of_form, form), None);
            assert_eq!(told(&["mask"], None, ""), None);
            assert_eq!(
                told(&["include"], json, r#"{"include":1}"#).as_deref(),
                Some(refused)
            );
            for body in ["RIFF", "[1]", r#"{"a":1,}"#, r#"{"a":1"#] {
                let told = told(&["mask"], json, body).expect("refused");
                assert!(told.contains("send a JSON object or a form"), "{told}");
            }
            assert_eq!(told(&[], json, "RIFF"), None);
        }
    }

    /// The gateway puts both members into the body, which the path says.
    #[test]
    fn what_the_path_says_is_not_in_the_body() {
        let models = "/v1/projects/p/locations/l/publishers/anthropic/models";
        let path = format!("{models}/claude-x:rawPredict");
        for (name, own, is_refused) in [
            ("stream", "", false),
            ("model", "", false),
            ("max_tokens", "", true),
            ("stream", r#""stream":false,"#, true),
            ("model", r#""model":"b","#, true),
            ("anthropic_version", r#""anthropic_version":"v","#, true),
        ] {
            let body = format!(r#"{{{own}"max_tokens":1,"messages":[]}}"#);
            let request = Request::parse(Format::AnthropicMessages, &path, body.into());
            let request = request.expect("a request");
            let check = |request: &Request| denied(&[name]).check(request, None).is_err();
            assert_eq!(check(&request), is_refused, "{name} {own}");
            // Nor is it where a router led to another model.
            let renamed = request.renamed(&path, None, "claude-y").expect("renamed");
            assert_eq!(check(&renamed.request), is_refused, "{name} {own}");
        }
    }

    #[test]
    fn names_have_one_part_or_two() {
        for name in ["", ".", "a.", ".a", "a.b.c"] {
            let error = DeniedParams::parse([name]).expect_err("no name");
            assert!(
                error.to_string().starts_with(&format!("{name:?} ")),
                "{error}"
            );
        }
        assert_eq!(denied(&["a", "b.c"]).to_string(), "a, b.c");
    }
}
