//! `GET /models` and `GET /models/{id}`: what clients may ask for (llm.md O-1).
//!
//! Owns which requests ask for it and what a plain backend spells out. Must not write a format: dp-llm does. Invariant: what is
//! listed can be asked for, and neither an internal model nor one that the client may not ask for is listed.

use dp_config::ai_backend::AiProvider;
use dp_llm::{
    format::Format,
    models::{ListShape, ListedModel},
    request,
};
use http::{HeaderValue, Method, Response, header::CONTENT_TYPE, request::Parts};

mod catalogued;

use catalogued::Catalogued;

use super::{Serving, authorization};
use crate::{
    attributes::RequestAttributes,
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    respond::Dialect,
    response_body::ResponseBody,
};

/// A client that asks which models there are.
pub(super) struct Asked {
    shape: ListShape,
    /// The one that it asks for.
    id: Option<String>,
}

// === impl Asked ===

impl Asked {
    /// Whether a request asks for it: a GET whose path ends in `/models`, or has it in front of one id.
    pub(super) fn of(head: &Parts) -> Option<Asked> {
        if !matches!(head.method, Method::GET | Method::HEAD) {
            return None;
        }
        let path = head.uri.path();
        if Format::from_client_path(path).is_some() {
            return None;
        }
        let id = if path.ends_with("/models") || path.ends_with("/models/") {
            None
        } else {
            let (_, id) = path.split_once("/models/")?;
            // Some names have a slash, and clients do not escape it.
            Some(request::decoded(id)?)
        };
        Some(Asked {
            id,
            ..Self::whole(head)
        })
    }

    /// All models, at whatever path.
    pub(super) fn whole(head: &Parts) -> Asked {
        let has = |name| head.headers.contains_key(name);
        let (path, has_version) = (head.uri.path(), has("anthropic-version"));
        Asked {
            shape: ListShape::of(path, has_version, has("x-goog-api-key")),
            id: None,
        }
    }

    /// The answer.
    pub(super) fn reply(
        self,
        exchange: &mut Exchange<'_>,
        head: &Parts,
        serving: Serving<'_>,
    ) -> Result<Reply, Fault> {
        exchange.record.request.dialect = Dialect::Llm(match self.shape {
            ListShape::OpenAi => Format::OpenAiChatCompletions,
            ListShape::Anthropic => Format::AnthropicMessages,
            ListShape::Gemini => Format::GeminiGenerateContent,
        });
        let config = &exchange.active.config;
        let catalogued = Catalogued {
            active: exchange.active,
            way: exchange.policies.ok_or(Kind::Bug)?,
            request: RequestAttributes::of(exchange, head),
        };
        let mut models: Vec<_> = match serving {
            Serving::Router(name) => {
                let router = config.model_router(name).ok_or(Kind::InvalidBackend)?;
                let spelled = router.listed.iter().cloned();
                spelled.chain(catalogued.of_router(router)).collect()
            }
            Serving::Backend(name) => {
                let backend = config.ai_backend(name).ok_or(Kind::InvalidBackend)?;
                catalogued.of_all(backend)
            }
        };
        keep_allowed(exchange, (head, serving), &mut models)?;
        let body = match &self.id {
            None => self.shape.list(&models),
            Some(id) => self.shape.one(&models, id).ok_or(Kind::UnknownModel)?,
        };
        let mut response = Response::new(ResponseBody::full(body));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok(response.into())
    }
}

/// Those that the client may ask for, as far as its head tells. What lists of models that are attached to a model behind a router
/// say is found out where it is asked for.
fn keep_allowed(
    exchange: &Exchange<'_>,
    (head, serving): (&Parts, Serving<'_>),
    models: &mut Vec<ListedModel>,
) -> Result<(), Fault> {
    let way = exchange.policies.ok_or(Kind::Bug)?;
    let config = &exchange.active.config;
    let (router, backend) = match serving {
        Serving::Router(name) => (config.model_router(name), None),
        Serving::Backend(name) => (None, config.ai_backend(name)),
    };
    let policies = match backend {
        Some(backend) => way.with_backend(backend)?,
        None => way,
    };
    let request = RequestAttributes::of(exchange, head);
    let allowed = policies.allowed_models("", &request);
    models.retain(|model| {
        let admits = router
            .is_none_or(|router| authorization::is_listed(config, router, (&model.id, &request)));
        admits && allowed.allows(&model.id)
    });
    Ok(())
}

fn of_provider(provider: &AiProvider, name: &str) -> ListedModel {
    ListedModel {
        id: name.to_owned(),
        provider: provider.telemetry_name.to_string(),
        created: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, path: &str, expected: Option<(ListShape, Option<&str>)>) {
        let request = http::Request::builder().method(method).uri(path).body(());
        let (head, ()) = request.unwrap().into_parts();
        let asked = Asked::of(&head);
        let asked = asked
            .as_ref()
            .map(|asked| (asked.shape, asked.id.as_deref()));
        assert_eq!(asked, expected, "{method} {path}");
    }

    #[test]
    fn who_asks_for_models() {
        let openai = ListShape::OpenAi;
        check("GET", "/v1/models", Some((openai, None)));
        check("GET", "/team/v1/models/?limit=20", Some((openai, None)));
        check("HEAD", "/models", Some((openai, None)));
        check("GET", "/v1/models/gpt-4o", Some((openai, Some("gpt-4o"))));
        let slash = Some((openai, Some("meta/llama-3")));
        check("GET", "/v1/models/meta/llama-3", slash);
        check("GET", "/v1/models/meta%2Fllama-3", slash);
        check("GET", "/v1beta/models", Some((ListShape::Gemini, None)));
        check("GET", "/v1/models/%zz", None);
        check("GET", "/v1beta/models/gemini-3-pro:generateContent", None);
        check("POST", "/v1/models", None);
        check("GET", "/v1/xmodels", None);
        check("GET", "/v1/chat/completions", None);
    }
}
