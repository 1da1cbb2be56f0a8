//! Whether a request has the credential that its vendor asks for.
//!
//! OpenAI's key is optional unless one is required, so that the quickstart runs without any; the others
//! are refused without. It must not know bodies beyond their bytes. Invariants: a key is compared with
//! the whole header value, so that a doubled scheme is a wrong key; no key is ever repeated.

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use crate::format::Vendor;
use crate::refusal::Refusal;
use crate::signature::{AwsKey, Signed};

/// What is asked for.
pub(crate) struct Credentials {
    key: Option<String>,
    aws: Option<AwsKey>,
    /// Models of all vendors are Azure's.
    is_azure: bool,
}

impl Credentials {
    pub(crate) fn new(key: Option<String>, aws: Option<AwsKey>) -> Self {
        Self {
            key,
            aws,
            is_azure: false,
        }
    }

    /// The same, taken as Azure takes them.
    pub(crate) fn of_azure(self, is_azure: bool) -> Self {
        Self { is_azure, ..self }
    }

    /// Is there a right and a wrong credential, or only a missing one?
    pub(crate) fn is_required(&self, vendor: Vendor) -> bool {
        self.key.is_some() || vendor == Vendor::Bedrock && self.aws.is_some()
    }

    pub(crate) fn check(&self, vendor: Vendor, parts: &Parts, body: &[u8]) -> Result<(), Refusal> {
        match vendor {
            Vendor::OpenAi | Vendor::Anthropic | Vendor::Cohere if self.is_azure => {
                self.azure(parts)
            }
            Vendor::OpenAi => self.openai(parts),
            Vendor::Anthropic => self.anthropic(parts),
            Vendor::Google => self.google(parts),
            Vendor::Bedrock => self.bedrock(parts, body),
            Vendor::Cohere => self.cohere(parts),
        }
    }

    /// What is shown of a signature that is well formed.
    pub(crate) fn signed(parts: &Parts) -> Option<Value> {
        let sent = text(parts.headers.get(AUTHORIZATION)?)?;
        Some(Signed::parse(sent, parts).ok()?.to_json())
    }

    fn openai(&self, parts: &Parts) -> Result<(), Refusal> {
        let sent: Vec<&HeaderValue> = parts.headers.get_all(AUTHORIZATION).iter().collect();
        match (&self.key, sent.as_slice()) {
            (None, []) => Ok(()),
            (Some(_), []) => Err(Refusal::no_key()),
            (None, [one]) if !is_doubled(one) => Ok(()),
            (Some(key), [one]) if bearer(one) == Some(key) => Ok(()),
            (Some(_) | None, _) => Err(Refusal::wrong_key()),
        }
    }

    /// A key as a bearer; servers that have the same operation ask for it as OpenAI does, or for none.
    fn cohere(&self, parts: &Parts) -> Result<(), Refusal> {
        self.openai(parts).map_err(|refused| Refusal {
            message: match parts.headers.contains_key(AUTHORIZATION) {
                true => "invalid api token".to_owned(),
                false => "no api key supplied".to_owned(),
            },
            ..refused
        })
    }

    /// A key in `api-key`, or a token of Entra, which is a JWT, as a bearer; never both.
    fn azure(&self, parts: &Parts) -> Result<(), Refusal> {
        let key = one(parts, "api-key")?.map(text);
        let token = one(parts, "authorization")?.map(bearer);
        let is_jwt = |sent: &Option<&str>| sent.is_some_and(|sent| sent.starts_with("eyJ"));
        let is_right = match (key, token) {
            (Some(key), None) => !is_jwt(&key) && self.is_right(key),
            (None, Some(token)) => is_jwt(&token) && self.is_right(token),
            (Some(_), Some(_)) | (None, None) => false,
        };
        if is_right && !parts.headers.contains_key("x-api-key") {
            return Ok(());
        }
        let message = "Access denied due to invalid subscription key or wrong API endpoint.";
        Err(Refusal::plain(StatusCode::UNAUTHORIZED, message))
    }

    /// An API key in a header of its own, or an OAuth token as a bearer.
    fn anthropic(&self, parts: &Parts) -> Result<(), Refusal> {
        let refuse = |message| Err(Refusal::plain(StatusCode::UNAUTHORIZED, message));
        if let Some(sent) = one(parts, "x-api-key")? {
            return if self.is_right(text(sent)) {
                Ok(())
            } else {
                refuse("invalid x-api-key")
            };
        }
        match one(parts, "authorization")? {
            None => refuse("x-api-key header is required"),
            Some(sent) if self.is_right(bearer(sent)) => Ok(()),
            Some(_) => refuse("Invalid bearer token"),
        }
    }

    /// An API key in a header or in the query, or an OAuth token as a bearer.
    fn google(&self, parts: &Parts) -> Result<(), Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let in_query = query.split('&').find_map(|pair| pair.strip_prefix("key="));
        let in_header = one(parts, "x-goog-api-key")?.map(text);
        if let Some(sent) = in_header.or(in_query.map(Some)) {
            if self.is_right(sent) {
                return Ok(());
            }
            return Err(Refusal {
                code: Some("API_KEY_INVALID"),
                ..Refusal::plain(
                    StatusCode::BAD_REQUEST,
                    "API key not valid. Please pass a valid API key.",
                )
            });
        }
        match one(parts, "authorization")? {
            None => Err(Refusal::plain(
                StatusCode::FORBIDDEN,
                "Method doesn't allow unregistered callers (callers without established identity).",
            )),
            // An API key is no OAuth token.
            Some(sent) => match bearer(sent) {
                Some(token) if !token.starts_with("AIza") && self.is_right(Some(token)) => Ok(()),
                Some(_) | None => Err(Refusal::plain(
                    StatusCode::UNAUTHORIZED,
                    "Request had invalid authentication credentials. Expected OAuth 2 access token.",
                )),
            },
        }
    }

    /// A signature, or a key of Bedrock as a bearer.
    fn bedrock(&self, parts: &Parts, body: &[u8]) -> Result<(), Refusal> {
        let refuse = |code, message: &str| {
            Err(Refusal {
                code: Some(code),
                ..Refusal::plain(StatusCode::FORBIDDEN, message)
            })
        };
        let Some(sent) = one(parts, "authorization")? else {
            return refuse(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            );
        };
        if let Some(token) = bearer(sent) {
            return if self.is_right(Some(token)) {
                Ok(())
            } else {
                refuse(
                    "AccessDeniedException",
                    "Authentication failed: invalid API key",
                )
            };
        }
        let signed = match Signed::parse(text(sent).unwrap_or_default(), parts) {
            Ok(signed) => signed,
            Err(message) => return refuse("IncompleteSignatureException", &message),
        };
        match &self.aws {
            None => Ok(()),
            Some(key) => match signed.check(key, parts, body) {
                Ok(()) => Ok(()),
                Err(fault) => refuse(fault.exception(), fault.message()),
            },
        }
    }

    /// Without a required key, any that is not empty is right.
    fn is_right(&self, sent: Option<&str>) -> bool {
        match (&self.key, sent) {
            (_, None | Some("")) => false,
            (None, Some(_)) => true,
            (Some(key), Some(sent)) => key == sent,
        }
    }
}

/// The value of a header that comes at most once.
fn one<'a>(parts: &'a Parts, name: &str) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = parts.headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        let message = format!("{name} was sent more than once");
        return Err(Refusal::plain(StatusCode::BAD_REQUEST, message));
    }
    Ok(first)
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// The token behind `Bearer `; a doubled scheme leaves none.
fn bearer(value: &HeaderValue) -> Option<&str> {
    let token = text(value)?.strip_prefix("Bearer ")?;
    (!token.contains(' ')).then_some(token)
}

/// `Bearer Bearer ..`: a gateway put its scheme in front of one that was there.
fn is_doubled(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    let schemes = text
        .split_whitespace()
        .filter(|word| word.eq_ignore_ascii_case("bearer"));
    schemes.count() > 1
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::request::Parts;

    use super::Credentials;
    use crate::format::Vendor;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn each_vendor_has_its_own_header() {
        let open = Credentials::new(None, None);
        let closed = Credentials::new(Some("right".to_owned()), None);
        for (vendor, headers, is_open, is_right) in [
            (Vendor::OpenAi, &[][..], true, false),
            (Vendor::Anthropic, &[], false, false),
            (Vendor::Google, &[], false, false),
            (Vendor::Bedrock, &[], false, false),
            (
                Vendor::OpenAi,
                &[("authorization", "Bearer right")],
                true,
                true,
            ),
            (
                Vendor::Anthropic,
                &[("authorization", "Bearer right")],
                true,
                true,
            ),
            (
                Vendor::Google,
                &[("authorization", "Bearer right")],
                true,
                true,
            ),
            (
                Vendor::Bedrock,
                &[("authorization", "Bearer right")],
                true,
                true,
            ),
            (
                Vendor::OpenAi,
                &[("authorization", "Bearer Bearer right")],
                false,
                false,
            ),
            (
                Vendor::Anthropic,
                &[("authorization", "Bearer Bearer right")],
                false,
                false,
            ),
            (Vendor::Anthropic, &[("x-api-key", "right")], true, true),
            (Vendor::Anthropic, &[("x-api-key", "wrong")], true, false),
            (
                Vendor::Anthropic,
                &[("x-api-key", "right"), ("x-api-key", "right")],
                false,
                false,
            ),
            (Vendor::Google, &[("x-goog-api-key", "right")], true, true),
            (Vendor::Google, &[("x-api-key", "right")], false, false),
            (
                Vendor::Google,
                &[("authorization", "Bearer AIzaX")],
                false,
                false,
            ),
            (
                Vendor::Bedrock,
                &[("authorization", "AWS4-HMAC-SHA256 x")],
                false,
                false,
            ),
        ] {
            let parts = parts("/", headers);
            let checked = |wanted: &Credentials| wanted.check(vendor, &parts, b"").is_ok();
            assert_eq!(checked(&open), is_open, "{vendor:?} {headers:?}");
            assert_eq!(checked(&closed), is_right, "{vendor:?} {headers:?}");
        }
        let parts = parts("/?alt=sse&key=right", &[]);
        assert!(closed.check(Vendor::Google, &parts, b"").is_ok());
    }

    #[test]
    fn azure_has_one_header_for_keys_and_one_for_tokens() {
        let check = |key: &str, headers: &[(&str, &str)]| {
            let credentials = Credentials::new(Some(key.to_owned()), None).of_azure(true);
            credentials
                .check(Vendor::OpenAi, &parts("/", headers), b"")
                .is_ok()
        };
        assert!(check("right", &[("api-key", "right")]));
        assert!(check("eyJ.a.b", &[("authorization", "Bearer eyJ.a.b")]));
        for headers in [
            &[][..],
            &[("authorization", "Bearer right")],
            &[("api-key", "wrong")],
            &[("api-key", "right"), ("authorization", "Bearer right")],
            &[("api-key", "right"), ("x-api-key", "right")],
        ] {
            assert!(!check("right", headers), "{headers:?}");
        }
        assert!(!check("eyJ.a.b", &[("api-key", "eyJ.a.b")]));
    }
}
