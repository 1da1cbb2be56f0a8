//! Which path each operation has at each service, and which service has none for it.

use super::{AzureVersion, Class, Endpoint, Format, Service, Surface, UpstreamPath};
use crate::class::Passing;

const DETECT: Class = Class::Detect(Format::OpenAiChatCompletions);

#[track_caller]
fn check(service: &Service, class: Class, client: &str, model: &str, expected: &str) {
    let endpoint = Endpoint::try_new(service.clone(), None, None).expect("valid");
    let path = endpoint.resource(class, client, model).expect("offered");
    assert_eq!(path.as_str(), expected);
}

fn azure(version: &str) -> Service {
    Service::AzureOpenAi {
        resource: None,
        api_version: AzureVersion::parse(version),
    }
}

/// A provider of chat completions.
fn chat_at(prefix: &str, path: Option<&str>) -> Service {
    let chat = Format::OpenAiChatCompletions;
    let path = path.map(|path| UpstreamPath::try_new(chat, "", path).expect("a path"));
    Service::Custom {
        prefix: prefix.to_owned(),
        formats: vec![(chat, path)],
        surfaces: Vec::new(),
    }
}

#[test]
fn paths() {
    let openai = Service::OpenAi {
        prefix: "/v1".to_owned(),
    };
    check(
        &openai,
        Class::Embeddings,
        "/x/v1/embeddings",
        "m",
        "/v1/embeddings",
    );
    check(
        &openai,
        DETECT,
        "/v1/files/f-1/content",
        "",
        "/v1/files/f-1/content",
    );
    let count = Class::CountTokens(Format::OpenAiResponses);
    check(
        &openai,
        count,
        "/v1/responses/input_tokens",
        "m",
        "/v1/responses/input_tokens",
    );
    check(
        &azure(""),
        DETECT,
        "/v1/audio/speech",
        "m",
        "/openai/v1/audio/speech",
    );
    let dated = azure("2024-10-21");
    check(
        &dated,
        Class::Embeddings,
        "/v1/embeddings",
        "ada",
        "/openai/deployments/ada/embeddings?api-version=2024-10-21",
    );
    check(
        &dated,
        DETECT,
        "/v1/files",
        "",
        "/openai/files?api-version=2024-10-21",
    );
}

#[test]
fn paths_of_google_and_aws() {
    check(
        &Service::Gemini,
        Class::Embeddings,
        "/v1/embeddings",
        "gemini-embedding-001",
        "/v1beta/openai/embeddings",
    );
    let bedrock = Service::Bedrock {
        region: "us-east-1".to_owned(),
    };
    check(
        &bedrock,
        Class::Embeddings,
        "/v1/embeddings",
        "amazon.titan-embed-text-v2:0",
        "/model/amazon.titan-embed-text-v2%3A0/invoke",
    );
    check(
        &bedrock,
        Class::Detect(Format::BedrockConverse),
        "/model/x/invoke-with-response-stream",
        "cohere.command",
        "/model/cohere.command/invoke-with-response-stream",
    );
    let vertex = Service::Vertex {
        project: "p".to_owned(),
        region: None,
    };
    check(
        &vertex,
        Class::Embeddings,
        "/v1/embeddings",
        "google/text-embedding-005",
        "/v1/projects/p/locations/global/publishers/google/models/text-embedding-005:predict",
    );
    let messages = Class::CountTokens(Format::AnthropicMessages);
    check(
        &vertex,
        messages,
        "/v1/messages/count_tokens",
        "claude-opus-4-1",
        "/v1/projects/p/locations/global/publishers/anthropic/models/count-tokens:rawPredict",
    );
}

#[test]
fn neighbours_of_a_path_of_its_own() {
    let cohere = chat_at("", Some("/compatibility/v1/chat/completions"));
    for path in ["/v1/rerank", "/v2/rerank"] {
        check(&cohere, Class::Rerank, path, "m", path);
    }
    check(
        &cohere,
        Class::Embeddings,
        "/v1/embeddings",
        "m",
        "/compatibility/v1/embeddings",
    );
    let groq = chat_at("/openai/v1", None);
    check(
        &groq,
        DETECT,
        "/v1/audio/transcriptions",
        "whisper",
        "/openai/v1/audio/transcriptions",
    );
}

#[test]
fn operations_at_hosts_of_their_own() {
    let bedrock = Service::Bedrock {
        region: "us-east-1".to_owned(),
    };
    let rank = "cohere.rerank-v3-5:0";
    check(&bedrock, Class::Rerank, "/v2/rerank", rank, "/rerank");
    let count = Class::CountTokens(Format::AnthropicMessages);
    for (model, segment) in [
        ("us.anthropic.claude-opus-4-1", "anthropic.claude-opus-4-1"),
        ("anthropic.claude-3-haiku:0", "anthropic.claude-3-haiku%3A0"),
    ] {
        let expected = format!("/model/{segment}/count-tokens");
        check(
            &bedrock,
            count,
            "/v1/messages/count_tokens",
            model,
            &expected,
        );
    }
    let vertex = |region: Option<&str>| Service::Vertex {
        project: "p".to_owned(),
        region: region.map(ToOwned::to_owned),
    };
    let ranking = "rankingConfigs/default_ranking_config:rank";
    for (region, location) in [(None, "global"), (Some("eu"), "eu")] {
        let expected = format!("/v1/projects/p/locations/{location}/{ranking}");
        check(&vertex(region), Class::Rerank, "/v2/rerank", "m", &expected);
    }
    let offered = vertex(Some("europe-west1")).offers(Class::Rerank, "m");
    assert_eq!(offered, super::Offer::None);
}

#[test]
fn documents_are_ordered_by_foundry_and_not_by_azure_openai() {
    for project in [None, Some("p".to_owned())] {
        let foundry = Service::Foundry {
            resource: Some("tides".to_owned()),
            project,
        };
        for path in ["/v1/rerank", "/v2/rerank"] {
            let expected = "/providers/cohere/v2/rerank";
            check(&foundry, Class::Rerank, path, "rerank-v4", expected);
        }
    }
    for version in ["", "preview", "2024-10-21"] {
        let offered = azure(version).offers(Class::Rerank, "m");
        assert_eq!(offered, super::Offer::None, "{version}");
    }
}

#[test]
fn paths_of_a_custom_provider_s_own() {
    let own = |path: &str| {
        let path = UpstreamPath::try_new(Format::OpenAiChatCompletions, "", path);
        Some(path.expect("a path"))
    };
    let custom = Service::Custom {
        prefix: "/v1".to_owned(),
        formats: Vec::new(),
        surfaces: vec![
            (Surface::Embeddings, own("/e?x=1")),
            (Surface::Rerank, None),
            (Surface::Realtime, own("/live")),
            (Surface::AnthropicTokenCount, None),
        ],
    };
    let count = Class::CountTokens(Format::AnthropicMessages);
    for (class, client, expected) in [
        (Class::Embeddings, "/v1/embeddings", "/e?x=1"),
        (Class::Rerank, "/v2/rerank", "/v1/rerank"),
        (Class::Realtime, "/v1/realtime", "/live"),
        (
            count,
            "/a/v1/messages/count_tokens",
            "/v1/messages/count_tokens",
        ),
    ] {
        check(&custom, class, client, "m", expected);
    }
    assert_eq!(custom.offers(DETECT, "m"), super::Offer::None);
    // A path for everything wins over that of an operation.
    let endpoint = Endpoint::try_new(custom, Some("/all"), None).expect("valid");
    let path = endpoint.resource(Class::Embeddings, "/v1/embeddings", "m");
    assert_eq!(path.expect("offered").as_str(), "/all");
}

#[test]
fn what_passes_keeps_its_path_behind_a_prefix() {
    let class = Class::Passthrough(Passing::Unread);
    let openai = |prefix: &str| Service::OpenAi {
        prefix: prefix.to_owned(),
    };
    check(&openai("/v1"), class, "/own/x", "", "/own/x");
    check(&openai("/api"), class, "/v1/x", "", "/api/x");
    check(&openai("/api"), class, "/v1x", "", "/api/v1x");
    check(&Service::Gemini, class, "/v1beta/x", "", "/v1beta/x");
}
