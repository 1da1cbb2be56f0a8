//! What of a client's query a provider gets.

use super::*;
use crate::provider::{Endpoint, Service};

#[track_caller]
fn check(client: Format, provider: Format, service: Service, expected: Option<&str>) {
    let endpoint = Endpoint::try_new(service, None, None).expect("it has a path");
    let plan = plan(client, provider, false);
    let query = plan.query(&endpoint, Some("beta=true"));
    assert_eq!(query.as_deref(), expected, "{client:?} {provider:?}");
    assert_eq!(plan.query(&endpoint, None), None);
}

#[test]
fn what_one_api_has_in_its_query_does_not_go_to_another() {
    let prefix = || "/v1".to_owned();
    let openai = Service::OpenAi { prefix: prefix() };
    let anthropic = Service::Anthropic { prefix: prefix() };
    let vertex = Service::Vertex {
        project: "p".to_owned(),
        region: None,
    };
    check(MESSAGES, MESSAGES, anthropic.clone(), Some("beta=true"));
    check(CHAT, CHAT, openai.clone(), Some("beta=true"));
    check(MESSAGES, CHAT, openai, None);
    check(CHAT, MESSAGES, anthropic, None);
    check(MESSAGES, GEMINI, Service::Gemini, None);
    check(GEMINI, GEMINI, vertex.clone(), Some("beta=true"));
    check(MESSAGES, MESSAGES, vertex, None);
}
