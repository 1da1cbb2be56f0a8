//! The table of llm.md 1.2, service by service.

use proptest::prelude::*;

use super::{AzureVersion, BodyModel, ModelError, Operation, Service, ServiceError, UpstreamPath};
use crate::format::Format;

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;
const UNSUPPORTED: Result<&str, ServiceError> = Err(ServiceError::Unsupported);

use Operation::{CountTokens, Stream, Unary};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn openai() -> Service {
    Service::OpenAi {
        prefix: "/v1".to_owned(),
    }
}

fn anthropic() -> Service {
    Service::Anthropic {
        prefix: "/v1".to_owned(),
    }
}

fn bedrock(region: &str) -> Service {
    Service::Bedrock {
        region: region.to_owned(),
    }
}

fn azure(version: &str) -> Service {
    Service::AzureOpenAi {
        resource: some("res"),
        api_version: AzureVersion::parse(version),
    }
}

fn foundry(project: Option<&str>) -> Service {
    Service::Foundry {
        resource: some("res"),
        project: project.map(str::to_owned),
    }
}

fn vertex(region: Option<&str>) -> Service {
    Service::Vertex {
        project: "p1".to_owned(),
        region: region.map(str::to_owned),
    }
}

fn services() -> Vec<Service> {
    let formats = Format::ALL.map(|format| (format, None)).to_vec();
    let custom = Service::Custom {
        prefix: "/v1".to_owned(),
        formats,
        surfaces: Vec::new(),
    };
    vec![
        openai(),
        anthropic(),
        bedrock("us-east-1"),
        azure("v1"),
        azure("2024-10-21"),
        foundry(None),
        foundry(Some("pr")),
        Service::Gemini,
        vertex(None),
        custom,
    ]
}

#[track_caller]
fn check(
    service: &Service,
    format: Format,
    model: &str,
    operation: Operation,
    expected: Result<&str, ServiceError>,
) {
    let path = service.path(format, model, operation);
    let path = path.as_ref().map(UpstreamPath::as_str);
    assert_eq!(path.map_err(|error| *error), expected);
}

#[test]
fn openai_and_anthropic() {
    let (service, model) = (openai(), "gpt-4o");
    check(&service, CHAT, model, Unary, Ok("/v1/chat/completions"));
    check(&service, CHAT, model, Stream, Ok("/v1/chat/completions"));
    check(&service, RESPONSES, model, Stream, Ok("/v1/responses"));
    check(&service, CHAT, model, CountTokens, UNSUPPORTED);
    check(&service, MESSAGES, model, Unary, UNSUPPORTED);
    // No path names the model, so it may be anything.
    check(&service, CHAT, "a/b", Unary, Ok("/v1/chat/completions"));
    let (service, model) = (anthropic(), "claude-opus-4-1");
    check(&service, MESSAGES, model, Stream, Ok("/v1/messages"));
    let count = Ok("/v1/messages/count_tokens");
    check(&service, MESSAGES, model, CountTokens, count);
    check(&service, CHAT, model, Unary, UNSUPPORTED);
    assert_eq!(
        service.headers(MESSAGES),
        [("anthropic-version", "2023-06-01")]
    );
    assert!(openai().headers(CHAT).is_empty());
}

#[test]
fn bedrock_names_the_model() {
    let (service, model) = (bedrock("us-east-1"), "us.amazon.nova-pro-v1:0");
    let path = "/model/us.amazon.nova-pro-v1%3A0";
    for (operation, method) in [
        (Unary, "converse"),
        (Stream, "converse-stream"),
        (CountTokens, "count-tokens"),
    ] {
        let expected = format!("{path}/{method}");
        check(&service, CONVERSE, model, operation, Ok(&expected));
    }
    let harmful = Err(ServiceError::Model(ModelError::Character));
    check(&service, CONVERSE, "a%2F..%2F..", Unary, harmful);
    check(
        &service,
        CONVERSE,
        "",
        Unary,
        Err(ServiceError::Model(ModelError::Empty)),
    );
    check(&service, MESSAGES, model, Unary, UNSUPPORTED);
    let host = |region| bedrock(region).default_host();
    assert_eq!(
        host("us-east-1"),
        some("bedrock-runtime.us-east-1.amazonaws.com")
    );
    assert_eq!(
        host("cn-north-1"),
        some("bedrock-runtime.cn-north-1.amazonaws.com.cn")
    );
    assert_eq!(host("evil.example/"), None);
    assert_eq!(host(""), None);
}

#[test]
fn azure_by_version() {
    check(
        &azure(""),
        CHAT,
        "d",
        Unary,
        Ok("/openai/v1/chat/completions"),
    );
    check(
        &azure("v1"),
        RESPONSES,
        "d",
        Unary,
        Ok("/openai/v1/responses"),
    );
    check(
        &azure("preview"),
        CHAT,
        "d",
        Unary,
        Ok("/openai/v1/chat/completions?api-version=preview"),
    );
    let dated = azure("2024-10-21");
    check(
        &dated,
        CHAT,
        "my gpt".replace(' ', "-").as_str(),
        Stream,
        Ok("/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"),
    );
    check(
        &dated,
        RESPONSES,
        "d",
        Unary,
        Ok("/openai/responses?api-version=2024-10-21"),
    );
    check(
        &dated,
        CHAT,
        "../x",
        Unary,
        Err(ServiceError::Model(ModelError::Character)),
    );
    check(&dated, CHAT, "d", CountTokens, UNSUPPORTED);
    assert_eq!(dated.default_host(), some("res.openai.azure.com"));
}

#[test]
fn foundry_by_model() {
    let service = foundry(Some("pr"));
    let claude = "claude-sonnet-4-5";
    check(
        &service,
        MESSAGES,
        claude,
        Unary,
        Ok("/anthropic/v1/messages"),
    );
    check(
        &service,
        MESSAGES,
        claude,
        CountTokens,
        Ok("/anthropic/v1/messages/count_tokens"),
    );
    // Deployments are called what their owners like: a catalogue may know better, and then there is a path.
    assert!(!service.supports(CHAT, claude) && service.has_path(CHAT, claude));
    assert!(!service.supports(MESSAGES, "gpt-5") && service.has_path(MESSAGES, "gpt-5"));
    check(&service, GEMINI, claude, Unary, UNSUPPORTED);
    check(
        &service,
        CHAT,
        "gpt-5",
        Unary,
        Ok("/api/projects/pr/openai/v1/chat/completions"),
    );
    check(
        &foundry(None),
        RESPONSES,
        "gpt-5",
        Unary,
        Ok("/openai/v1/responses"),
    );
    check(
        &service,
        MESSAGES,
        "gpt-5",
        Unary,
        Ok("/anthropic/v1/messages"),
    );
    assert_eq!(service.default_host(), some("res.services.ai.azure.com"));
    assert_eq!(service.headers(MESSAGES).len(), 1);
}

#[test]
fn gemini_paths() {
    let service = Service::Gemini;
    let base = "/v1beta/models/gemini-2.5-pro";
    for (operation, method) in [
        (Unary, ":generateContent"),
        (Stream, ":streamGenerateContent?alt=sse"),
        (CountTokens, ":countTokens"),
    ] {
        let expected = format!("{base}{method}");
        check(&service, GEMINI, "gemini-2.5-pro", operation, Ok(&expected));
        check(
            &service,
            GEMINI,
            "models/gemini-2.5-pro",
            operation,
            Ok(&expected),
        );
    }
    check(
        &service,
        GEMINI,
        "tunedModels/mine",
        Unary,
        Ok("/v1beta/tunedModels/mine:generateContent"),
    );
    // The method is ours.
    check(
        &service,
        GEMINI,
        "gemini:countTokens",
        Unary,
        Ok("/v1beta/models/gemini%3AcountTokens:generateContent"),
    );
    let harmful = Err(ServiceError::Model(ModelError::Character));
    check(&service, GEMINI, "models/a/b", Unary, harmful);
    check(
        &service,
        CHAT,
        "m",
        Stream,
        Ok("/v1beta/openai/chat/completions"),
    );
    check(&service, CHAT, "m", CountTokens, UNSUPPORTED);
    let stream = service.path(GEMINI, "m", Stream).expect("a path");
    assert_eq!(
        stream.with_query(Some("alt=json&key=AIza&a=1")),
        "/v1beta/models/m:streamGenerateContent?alt=sse&a=1"
    );
}

#[test]
fn vertex_by_model_and_region() {
    let base = "/v1/projects/p1/locations/europe-west1";
    let service = vertex(Some("europe-west1"));
    for (format, model, operation, rest) in [
        (
            GEMINI,
            "gemini-2.5-pro",
            Unary,
            "publishers/google/models/gemini-2.5-pro:generateContent",
        ),
        (
            GEMINI,
            "google/gemini-2.5-pro",
            Stream,
            "publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
        ),
        (
            GEMINI,
            "gemini-2.5-pro",
            CountTokens,
            "publishers/google/models/gemini-2.5-pro:countTokens",
        ),
        (
            MESSAGES,
            "claude-opus-4-20250514",
            Unary,
            "publishers/anthropic/models/claude-opus-4@20250514:rawPredict",
        ),
        (
            MESSAGES,
            "anthropic/claude-opus-4-1",
            Stream,
            "publishers/anthropic/models/claude-opus-4-1:streamRawPredict",
        ),
        (
            MESSAGES,
            "claude-opus-4-1",
            CountTokens,
            "publishers/anthropic/models/count-tokens:rawPredict",
        ),
        (
            CHAT,
            "meta/llama-4",
            Unary,
            "endpoints/openapi/chat/completions",
        ),
        (
            CHAT,
            "gemini-2.5-pro",
            Stream,
            "endpoints/openapi/chat/completions",
        ),
    ] {
        let expected = format!("{base}/{rest}");
        check(&service, format, model, operation, Ok(&expected));
    }
}

#[test]
fn vertex_elsewhere() {
    let service = vertex(Some("europe-west1"));
    check(&service, CHAT, "claude-opus-4-1", Unary, UNSUPPORTED);
    check(&service, GEMINI, "gemini-embedding-001", Unary, UNSUPPORTED);
    check(&service, CHAT, "meta/llama-4", CountTokens, UNSUPPORTED);
    let harmful = Err(ServiceError::Model(ModelError::Character));
    check(&service, MESSAGES, "claude-/../x", Unary, harmful);
    assert!(service.headers(MESSAGES).is_empty());
    check(
        &vertex(Some("")),
        CHAT,
        "m",
        Unary,
        Ok("/v1/projects/p1/locations/global/endpoints/openapi/chat/completions"),
    );
    for (region, host) in [
        (None, "aiplatform.googleapis.com"),
        (Some("global"), "aiplatform.googleapis.com"),
        (Some("us"), "aiplatform.us.rep.googleapis.com"),
        (Some("eu"), "aiplatform.eu.rep.googleapis.com"),
        (
            Some("europe-west1"),
            "europe-west1-aiplatform.googleapis.com",
        ),
    ] {
        assert_eq!(vertex(region).default_host().as_deref(), Some(host));
    }
    assert_eq!(vertex(Some("a.b")).default_host(), None);
}

#[test]
fn custom_paths() {
    let own = |path| UpstreamPath::try_new(MESSAGES, "", path).expect("a path");
    let service = Service::Custom {
        prefix: "/llm/v1".to_owned(),
        surfaces: Vec::new(),
        formats: vec![
            (CHAT, None),
            (MESSAGES, Some(own("/claude/messages?v=2"))),
            (GEMINI, Some(own("/google/v1beta"))),
            (CONVERSE, None),
        ],
    };
    check(&service, CHAT, "m", Stream, Ok("/llm/v1/chat/completions"));
    check(&service, MESSAGES, "m", Unary, Ok("/claude/messages?v=2"));
    check(
        &service,
        MESSAGES,
        "m",
        CountTokens,
        Ok("/claude/messages/count_tokens?v=2"),
    );
    check(
        &service,
        GEMINI,
        "m",
        Stream,
        Ok("/google/v1beta/models/m:streamGenerateContent?alt=sse"),
    );
    check(
        &service,
        CONVERSE,
        "m",
        Unary,
        Ok("/llm/v1/model/m/converse"),
    );
    check(&service, RESPONSES, "m", Unary, UNSUPPORTED);
    assert_eq!(service.default_host(), None);
}

#[test]
fn bodies() {
    let model = "anthropic/claude-opus-4-20250514";
    let rules = vertex(None).body(MESSAGES, model, Stream);
    assert_eq!(rules.model, BodyModel::Remove);
    let version = |said: &str| {
        let mut rules = rules.clone();
        rules.follow_version(said);
        rules.set.first().map(|(_, version)| version.to_string())
    };
    let first = Some("\"vertex-2023-10-16\"".to_owned());
    assert_eq!((rules.set.len(), version("2023-06-01")), (1, first));
    let later = Some("\"2026-10-21\"".to_owned());
    assert_eq!(version("2026-10-21"), later);
    assert_eq!(rules.remove, ["output_format"]);
    assert!(rules.removes_cache_scope);
    let rules = vertex(None).body(MESSAGES, model, CountTokens);
    let id = "claude-opus-4@20250514".to_owned();
    assert_eq!(rules.model, BodyModel::Set(id));
    let set = |model: &str| BodyModel::Set(model.to_owned());
    for (service, format, model, expected) in [
        (openai(), CHAT, "gpt-4o", set("gpt-4o")),
        (
            anthropic(),
            MESSAGES,
            "claude-opus-4-1",
            set("claude-opus-4-1"),
        ),
        (
            vertex(None),
            CHAT,
            "gemini-2.5-pro",
            set("google/gemini-2.5-pro"),
        ),
        (vertex(None), CHAT, "meta/llama-4", set("meta/llama-4")),
        (vertex(None), GEMINI, "gemini-2.5-pro", BodyModel::Remove),
        (bedrock("r"), CONVERSE, "m", BodyModel::Remove),
    ] {
        let rules = service.body(format, model, Unary);
        assert_eq!((rules.model, rules.set.len()), (expected, 0));
    }
}

#[test]
fn a_path_exists_where_a_format_is_supported() {
    for service in services() {
        for format in Format::ALL {
            for model in ["gpt-4o", "claude-opus-4-1", "gemini-2.5-pro", "x.y"] {
                let path = service.path(format, model, Stream);
                assert_eq!(path.is_ok(), service.has_path(format, model));
                assert!(path.is_ok() || !service.supports(format, model));
            }
        }
        assert_eq!(service.default_port(), 443);
    }
    assert_eq!(
        foundry(Some("x")).default_base(),
        "/api/projects/x/openai/v1"
    );
    assert_eq!(Service::Gemini.default_base(), "/v1beta");
    assert_eq!(
        vertex(None).default_base(),
        "/v1/projects/p1/locations/global"
    );
}

proptest! {
    #[test]
    fn no_model_leads_elsewhere(
        service in prop::sample::select(services()),
        format in prop::sample::select(Format::ALL.to_vec()),
        operation in prop::sample::select(vec![Unary, Stream, CountTokens]),
        name in "[a-z%./2FfeE5cC\\\\?#: @-]{0,16}|\\PC{0,12}",
        family in prop::sample::select(vec!["", "claude-", "gemini-", "google/", "models/", "arn:"]),
    ) {
        let plain = service.path(format, &format!("{family}x"), operation);
        let path = service.path(format, &format!("{family}{name}"), operation);
        if let (Ok(path), Ok(plain)) = (path, plain) {
            let (path, plain) = (path.as_str(), plain.as_str());
            // As many segments as for a harmless model, none of which leads up, and one query at most.
            prop_assert_eq!(path.matches('/').count(), plain.matches('/').count());
            prop_assert_eq!(path.matches('?').count(), plain.matches('?').count());
            prop_assert!(!path.split('/').any(|part| matches!(part, "." | "..")));
        }
    }
}
