//! The client's own credential, on its way to the provider (llm.md P-18, P-19, P-22).
//!
//! Owns where clients of any vendor put their keys, and that one of them arrives where the provider takes it. Must not judge
//! the credential: the provider does. Invariant: nothing else that the client sent as a credential goes along.

use dp_config::ai_backend::Passthrough;
use dp_llm::provider::Service;
use dp_upstream::credential;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION, request::Parts};

use super::Content;

/// Headers of vendors that hold nothing but a key.
const BARE: [&str; 3] = ["x-api-key", "api-key", "x-goog-api-key"];
const BEARER: &[u8] = b"bearer ";

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
enum Sent<'a> {
    /// A key or token, wherever it was.
    Key(&'a [u8]),
    /// `Authorization` of another scheme.
    Other(&'a HeaderValue),
}

pub(super) fn apply(
    service: &Service,
    own: &Passthrough,
    headers: &mut HeaderMap,
    content: &Content<'_>,
) {
    credential::remove_client_credentials(headers);
    match sent(content.client) {
        None => {}
        Some(Sent::Other(value)) => {
            let mut value = value.clone();
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Some(Sent::Key(key)) => {
            let place = service.key_place(content.format, key);
            let (header, prefix) = match &own.place {
                Some((header, prefix)) => (header.clone(), &**prefix),
                None => (HeaderName::from_static(place.0), place.1),
            };
            // What cannot be sent is as if it had not come: the provider says what it thinks of that.
            let _ = credential::put(headers, &header, prefix, key);
        }
    }
}

fn sent(client: &Parts) -> Option<Sent<'_>> {
    if let Some(value) = client.headers.get(AUTHORIZATION) {
        let bytes = value.as_bytes();
        return Some(match bytes.split_at_checked(BEARER.len()) {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case(BEARER) => {
                Sent::Key(key.trim_ascii())
            }
            Some(_) | None => Sent::Other(value),
        });
    }
    let bare = BARE.iter().find_map(|name| client.headers.get(*name));
    if let Some(value) = bare {
        return Some(Sent::Key(value.as_bytes()));
    }
    // Clients of Gemini put their key into the query, where it is taken out.
    let query = client.uri.query()?;
    let key = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("key="))?;
    (!key.is_empty()).then_some(Sent::Key(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use dp_config::ai_backend::AiCredential;
    use dp_llm::format::Format;
    use http::Request;

    use super::*;

    fn anthropic() -> Service {
        Service::Anthropic {
            prefix: "/v1".to_owned(),
        }
    }

    /// What arrives of what a client sent, without the headers that are no credentials.
    #[track_caller]
    fn check(
        service: &Service,
        place: Option<(&'static str, &str)>,
        (query, sent): (&str, &[(&str, &str)]),
        expected: &[(&str, &str)],
    ) {
        let mut request = Request::builder().uri(format!("/v1/messages{query}"));
        for (name, value) in sent {
            request = request.header(*name, *value);
        }
        let (client, ()) = request.body(()).unwrap().into_parts();
        let mut headers = client.headers.clone();
        let own = Passthrough {
            place: place.map(|(header, prefix)| (HeaderName::from_static(header), prefix.into())),
        };
        let content = Content {
            client: &client,
            format: Format::AnthropicMessages,
            body: &Bytes::new(),
            credential: &AiCredential::None,
        };
        apply(service, &own, &mut headers, &content);
        let arrived: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(arrived, expected);
        assert!(headers.values().all(HeaderValue::is_sensitive));
    }

    #[test]
    fn a_key_arrives_where_the_provider_takes_it() {
        let bearer = [("authorization", "Bearer sk-ant-api03-x")];
        check(
            &anthropic(),
            None,
            ("", &bearer),
            &[("x-api-key", "sk-ant-api03-x")],
        );
        let login = [("authorization", "bearer sk-ant-oat01-x")];
        check(
            &anthropic(),
            None,
            ("", &login),
            &[("authorization", "Bearer sk-ant-oat01-x")],
        );
        let key = [("x-api-key", "sk-ant-oat01-x")];
        check(
            &anthropic(),
            None,
            ("", &key),
            &[("authorization", "Bearer sk-ant-oat01-x")],
        );
        check(
            &Service::Gemini,
            None,
            ("?alt=sse&key=AIzaX", &[]),
            &[("authorization", "Bearer AIzaX")],
        );
        let openai = Service::OpenAi {
            prefix: "/v1".to_owned(),
        };
        check(
            &openai,
            None,
            ("", &[("api-key", "k")]),
            &[("authorization", "Bearer k")],
        );
    }

    #[test]
    fn one_credential_arrives_and_no_other() {
        let all = [
            ("authorization", "Bearer a"),
            ("x-api-key", "b"),
            ("api-key", "c"),
            ("x-goog-api-key", "d"),
            ("cookie", "session=e"),
            ("proxy-authorization", "Basic f"),
        ];
        check(&anthropic(), None, ("?key=g", &all), &[("x-api-key", "a")]);
        check(
            &anthropic(),
            Some(("x-key", "Key ")),
            ("", &all),
            &[("x-key", "Key a")],
        );
        check(&anthropic(), None, ("", &all[4..]), &[]);
    }

    #[test]
    fn another_scheme_passes_as_it_is() {
        let basic = [("authorization", "Basic YTpi")];
        check(&anthropic(), None, ("", &basic), &basic);
    }
}
