//! The begin of a realtime session (llm.md O-6): a request without a body, whose query names the model.
//!
//! It must not know headers or sessions. Invariants: a model that is named twice is refused, because gateway and provider
//! could each take another; no session is joined that was begun elsewhere, since behind one key it may be anybody's.

use bytes::Bytes;

use super::{Field, Request, RequestError, model_path};
use crate::class::Class;
use crate::edge::Unconvertible;
use crate::format::Format;
use crate::provider::{QUERY_MODEL, parameter_name};

/// The session to join, where a call over WebRTC or SIP has begun one.
const CALL: &str = "call_id";

// === impl Request ===

impl Request {
    /// Reads the query of a client.
    ///
    /// # Errors
    /// The model is named twice or cannot be read, or the session is another's.
    pub fn realtime(query: Option<&str>) -> Result<Self, RequestError> {
        let mut model = None;
        for parameter in query.unwrap_or_default().split('&') {
            let name = parameter_name(parameter);
            if name == CALL {
                let message =
                    "a session that was begun elsewhere cannot be joined here; leave it out";
                return Err(RequestError::Unconvertible(Unconvertible::unsupported(
                    CALL, message,
                )));
            }
            if !QUERY_MODEL.contains(&name.as_str()) {
                continue;
            }
            let value = parameter.split_once('=').map_or("", |(_, value)| value);
            // As forms have it, which is how queries are read.
            let value = model_path::decoded(&value.replace('+', " "))
                .ok_or(RequestError::WrongType(Field::Model))?;
            if model.replace(value).is_some() {
                return Err(RequestError::Duplicate(Field::Model));
            }
        }
        let mut request = Self::opaque(Format::OpenAiChatCompletions, Bytes::new());
        request.class = Class::Realtime;
        request.title = Class::Realtime.operation();
        request.model = model.filter(|model| !model.is_empty());
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, RequestError};
    use crate::edge::{ClientHeaders, Target};
    use crate::error::ErrorCode;
    use crate::format::Format;
    use crate::provider::{AzureVersion, Endpoint, Service};

    #[track_caller]
    fn check(query: &str, expected: Option<&str>) {
        let request = Request::realtime(Some(query)).expect("readable");
        assert_eq!(request.model(), expected, "{query}");
    }

    #[test]
    fn the_query_names_the_model() {
        check("model=gpt-realtime", Some("gpt-realtime"));
        check("a=b&MODEL=meta%2Fvoice+1", Some("meta/voice 1"));
        check(
            "deployment=mine&api-version=2025-04-01-preview",
            Some("mine"),
        );
        check("intent=transcription", None);
        check("model=", None);
        assert_eq!(Request::realtime(None).expect("readable").model(), None);
    }

    #[test]
    fn what_is_refused() {
        let code = |query: &str| {
            Request::realtime(Some(query))
                .err()
                .map(|error| error.code())
        };
        let invalid = Some(ErrorCode::InvalidRequestBody);
        assert_eq!(code("model=a&model=a"), invalid);
        assert_eq!(code("model=a&%64eployment=b"), invalid);
        assert_eq!(code("model=%zz"), invalid);
        let joined = Request::realtime(Some("call_id=rtc_1"));
        assert!(
            matches!(joined, Err(RequestError::Unconvertible(refused)) if refused.field == "call_id")
        );
        let missing = Request::realtime(None).expect("readable");
        assert!(matches!(
            missing.model_for(None),
            Err(RequestError::ModelMissing)
        ));
    }

    #[test]
    fn another_model_stands_in_its_place() {
        let request = Request::realtime(Some("model=fast")).expect("readable");
        let renamed = request.renamed("/v1/realtime", None, "b").expect("renamed");
        assert_eq!(renamed.request.model(), Some("b"));
        assert!(renamed.path.is_none() && renamed.request.body().is_empty());
    }

    /// Where a session for `model` is asked for.
    fn target(service: Service, model: &str, query: &str) -> Result<String, RequestError> {
        let request = Request::realtime(Some(query))?;
        let endpoint = Endpoint::try_new(service, None, None).expect("valid");
        let target = Target {
            model: model.to_owned(),
            ..Target::default()
        };
        let format = Format::OpenAiChatCompletions;
        let headers = ClientHeaders::default();
        let plan = request
            .render(endpoint.service(), format, &target, headers)?
            .plan;
        let path = plan
            .path(&endpoint, "/t/v1/realtime")
            .map_err(RequestError::Path)?;
        Ok(path.with_query(plan.query(&endpoint, Some(query)).as_deref()))
    }

    fn azure(version: &str) -> Service {
        Service::AzureOpenAi {
            resource: None,
            api_version: AzureVersion::parse(version),
        }
    }

    #[test]
    fn providers_and_their_paths() {
        let prefix = "/v1".to_owned();
        let openai = Service::OpenAi {
            prefix: prefix.clone(),
        };
        let sent = "model=fast&intent=x&api-key=k&api-version=1";
        for (service, expected) in [
            (openai, "/v1/realtime?model=a%2Fb%26c&intent=x"),
            (azure(""), "/openai/v1/realtime?model=a%2Fb%26c&intent=x"),
            (
                azure("preview"),
                "/openai/v1/realtime?api-version=preview&model=a%2Fb%26c&intent=x",
            ),
            (
                azure("2025-04-01-preview"),
                "/openai/realtime?api-version=2025-04-01-preview&deployment=a%2Fb%26c&intent=x",
            ),
            (
                Service::Custom {
                    prefix,
                    formats: vec![(Format::OpenAiChatCompletions, None)],
                    surfaces: Vec::new(),
                },
                "/v1/realtime?model=a%2Fb%26c&intent=x",
            ),
        ] {
            assert_eq!(target(service, "a/b&c", sent).expect("offered"), expected);
        }
    }

    #[test]
    fn who_has_no_such_sessions() {
        let custom = Service::Custom {
            prefix: String::new(),
            formats: vec![(Format::AnthropicMessages, None)],
            surfaces: Vec::new(),
        };
        let prefix = "/v1".to_owned();
        for service in [custom, Service::Anthropic { prefix }, Service::Gemini] {
            let refused = target(service, "m", "model=m").expect_err("refused");
            assert_eq!(refused.code(), ErrorCode::UnsupportedConversion);
            assert!(refused.to_string().contains("realtime is not offered"));
        }
    }
}
