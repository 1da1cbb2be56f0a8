//! Bodies that are no conversation.

use bytes::Bytes;

use super::{Class, Format, Offer, Passing, Request, RequestError, Service, Target};
use crate::error::ErrorCode;
use crate::provider::Endpoint;
use crate::relay::Folded;
use crate::tap::Ending;
use crate::usage::HeadCounts;

const OPENAI: Format = Format::OpenAiChatCompletions;
const FORM: &str = "multipart/form-data; boundary=b";

fn openai() -> Service {
    Service::OpenAi {
        prefix: "/v1".to_owned(),
    }
}

fn bedrock() -> Service {
    Service::Bedrock {
        region: "us-east-1".to_owned(),
    }
}

fn read(class: Class, path: &str, kind: &str, body: &'static str) -> Result<Request, RequestError> {
    Request::parse_as(class, path, Some(kind), Bytes::from_static(body.as_bytes()))
}

#[track_caller]
fn check(class: Class, kind: &str, body: &'static str, model: &str, expected: &str) {
    let request = read(class, "/v1/x", kind, body).expect("readable");
    let target = Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let rendered = request.render_other(&openai(), &target).expect("offered");
    assert_eq!(rendered.body, expected);
    assert_eq!(rendered.plan.class, class);
}

#[test]
fn only_the_model_changes() {
    let detect = Class::Detect(OPENAI);
    let json = "application/json";
    check(
        Class::Embeddings,
        json,
        r#"{"input":[1,2] , "model":"a"}"#,
        "b",
        r#"{"input":[1,2] , "model":"b"}"#,
    );
    check(
        Class::Embeddings,
        json,
        r#"{"input":"x","stream":true}"#,
        "b",
        r#"{"model":"b","input":"x","stream":true}"#,
    );
    check(detect, json, r#"{"prompt":"x"}"#, "b", r#"{"prompt":"x"}"#);
    check(
        detect,
        json,
        r#"{"prompt":"x","model":"a"}"#,
        "b",
        r#"{"prompt":"x","model":"b"}"#,
    );
    check(detect, "audio/wav", "{not json", "b", "{not json");
    check(detect, json, "", "", "");
    check(
        detect,
        FORM,
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\0\r\n--b--\r\n",
        "longer",
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nlonger\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\0\r\n--b--\r\n",
    );
}

#[test]
fn what_is_about_a_model_is_told_the_backends() {
    let form = "multipart/form-data; boundary=b";
    let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\0\r\n--b--\r\n";
    let given = format!("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n{part}");
    let json = "application/json";
    for (path, kind, body, expected) in [
        (
            "/v1/images/generations",
            json,
            "{\"prompt\":\"x\"}",
            "{\"model\":\"m\",\"prompt\":\"x\"}",
        ),
        ("/v1/moderations", json, "{}", "{\"model\":\"m\"}"),
        (
            "/v1/videos",
            json,
            "{\"prompt\":\"x\"}",
            "{\"model\":\"m\",\"prompt\":\"x\"}",
        ),
        ("/v1/audio/transcriptions", form, part, given.as_str()),
        // It was made by whatever made it.
        (
            "/v1/videos/v/remix",
            json,
            "{\"prompt\":\"x\"}",
            "{\"prompt\":\"x\"}",
        ),
        ("/v1/files", form, part, part),
        ("/v1/videos", json, "", ""),
    ] {
        let class = Class::of(path).expect("an operation");
        let body = Bytes::from(body.to_owned());
        let request = Request::parse_as(class, path, Some(kind), body).expect("readable");
        let target = Target {
            model: "m".to_owned(),
            ..Target::default()
        };
        let rendered = request.render_other(&openai(), &target).expect("offered");
        assert_eq!(rendered.body, expected, "{path}");
    }
}

#[test]
fn usage_of_streamed_legacy_completions_is_asked_for() {
    check(
        Class::LegacyCompletions,
        "application/json",
        r#"{"model":"a","prompt":"x","stream":true}"#,
        "a",
        r#"{"stream_options":{"include_usage":true},"model":"a","prompt":"x","stream":true}"#,
    );
}

#[test]
fn a_model_named_twice_is_refused() {
    let twice = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nc\r\n--b--\r\n";
    for (class, kind, body) in [
        (Class::Detect(OPENAI), FORM, twice),
        (
            Class::Detect(OPENAI),
            "application/json",
            r#"{"model":"a","model":"c"}"#,
        ),
        (
            Class::Embeddings,
            "application/json",
            r#"{"model":"a","model":"c"}"#,
        ),
    ] {
        let refused = read(class, "/v1/x", kind, body).expect_err("refused");
        assert!(matches!(refused, RequestError::Duplicate(_)), "{body}");
    }
    assert!(read(Class::Rerank, "/v2/rerank", "application/json", "[]").is_err());
}

/// O-5: a provider could find another model in it than the gateway.
#[test]
fn what_is_not_one_form_is_refused() {
    let part = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n";
    for (kind, body) in [
        (FORM, part.to_owned()),
        (FORM, format!("--c\r\n{part}--c--")),
        ("multipart/form-data", format!("{part}--b--")),
        (
            "multipart/form-data; boundary=c; boundary=b",
            format!("{part}--b--"),
        ),
    ] {
        let class = Class::Detect(OPENAI);
        let refused = Request::parse_as(class, "/v1/x", Some(kind), body.clone().into());
        let refused = refused.expect_err("refused");
        assert!(matches!(refused, RequestError::NotAForm), "{kind}: {body}");
        assert_eq!(refused.code(), ErrorCode::InvalidRequestBody);
    }
}

#[test]
fn a_body_that_is_read_again_is_what_it_was() {
    let body = Bytes::from_static(br#"{"model":"m","input":"x"}"#);
    for (path, class) in [
        ("/v1/embeddings", Class::Embeddings),
        ("/v1/moderations", Class::Detect(OPENAI)),
        ("/v1/chat/completions", Class::Chat(OPENAI)),
        ("/anything", Class::Chat(OPENAI)),
    ] {
        let request = Request::parse(OPENAI, path, body.clone()).expect("readable");
        assert_eq!(request.class(), class, "{path}");
    }
}

#[test]
fn models_of_paths() {
    let invoke = Class::Detect(Format::BedrockConverse);
    let request = read(
        invoke,
        "/model/cohere.embed%3A0/invoke-with-response-stream",
        "application/json",
        "{}",
    )
    .expect("readable");
    assert_eq!(request.model(), Some("cohere.embed:0"));
    assert!(request.is_streamed());
    let count = Class::CountTokens(Format::GeminiGenerateContent);
    let request = read(
        count,
        "/v1beta/models/g:countTokens",
        "application/json",
        "{}",
    )
    .expect("readable");
    assert_eq!(request.model(), Some("g"));
}

#[test]
fn what_a_provider_has_not_is_refused_with_a_remedy() {
    let anthropic = Service::Anthropic {
        prefix: "/v1".to_owned(),
    };
    for (class, service) in [
        (Class::Embeddings, &anthropic),
        (Class::LegacyCompletions, &bedrock()),
        (Class::CountTokens(Format::OpenAiResponses), &anthropic),
        (Class::Detect(OPENAI), &bedrock()),
        (Class::Detect(Format::BedrockConverse), &openai()),
    ] {
        let request = read(
            class,
            "/v1/x",
            "application/json",
            r#"{"model":"m","input":"x"}"#,
        )
        .expect("readable");
        assert_eq!(service.offers(class, "m"), Offer::None);
        let target = Target {
            model: "m".to_owned(),
            ..Target::default()
        };
        let refused = request.render_other(service, &target).expect_err("refused");
        assert_eq!(refused.code(), ErrorCode::UnsupportedConversion);
        let text = refused.to_string();
        assert!(
            text.contains(class.title("/v1/x"))
                && text.contains(service.name())
                && text.contains("ask for"),
            "{text}"
        );
    }
}

#[test]
fn embeddings_are_converted_for_bedrock() {
    let request = read(
        Class::Embeddings,
        "/v1/embeddings",
        "application/json",
        r#"{"model":"t","input":"x"}"#,
    )
    .expect("readable");
    let target = Target {
        model: "amazon.titan-embed-text-v2:0".to_owned(),
        ..Target::default()
    };
    let rendered = request.render_other(&bedrock(), &target).expect("offered");
    assert_eq!(rendered.body, r#"{"inputText":"x"}"#);
    assert!(rendered.further.is_empty() && Folded::new(&rendered.plan).is_none());
    assert_eq!(rendered.plan.provider, Format::BedrockConverse);
    assert!(rendered.plan.needs_whole());
}

#[test]
fn a_list_is_sent_in_parts_where_a_model_takes_one_text() {
    let body = r#"{"model":"t","input":["x","y","z"]}"#;
    let json = "application/json";
    let request = read(Class::Embeddings, "/v1/embeddings", json, body).expect("readable");
    let target = |model: &str| Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let titan = target("amazon.titan-embed-text-v2:0");
    let rendered = request.render_other(&bedrock(), &titan).expect("offered");
    assert_eq!(rendered.body, r#"{"inputText":"x"}"#);
    assert_eq!(
        rendered.further,
        [r#"{"inputText":"y"}"#, r#"{"inputText":"z"}"#]
    );
    let mut folded = Folded::new(&rendered.plan).expect("in parts");
    let answer = br#"{"embedding":[0.5],"inputTextTokenCount":2}"#;
    let head = HeadCounts::default();
    folded.take(1, (head, answer)).expect("readable");
    let failed = folded.take(0, (head, b"{}")).expect_err("no answer");
    assert!(failed.error.is_some());
    // What lacks an answer is none.
    let finish = folded.finish();
    assert_eq!(finish.ending, Ending::Failed);
    assert!(finish.rest.is_empty() && finish.observed.usage.is_none());
    let cohere = target("cohere.embed-v4:0");
    let rendered = request.render_other(&bedrock(), &cohere).expect("offered");
    assert!(rendered.further.is_empty() && Folded::new(&rendered.plan).is_none());
}

#[test]
fn orders_of_documents_and_counts_are_converted_for_bedrock() {
    let json = "application/json";
    let order = r#"{"model":"r","query":"q","documents":["a"]}"#;
    let request = read(Class::Rerank, "/v2/rerank", json, order).expect("readable");
    let target = |model: &str| Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let rendered = request.render_other(&bedrock(), &target("cohere.rerank-v3-5:0"));
    let plan = rendered.expect("offered").plan;
    assert!(plan.needs_whole() && plan.is_elsewhere() && !plan.is_estimated());
    let count = Class::CountTokens(Format::AnthropicMessages);
    let body = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
    let request = read(count, "/v1/messages/count_tokens", json, body).expect("readable");
    let rendered = request.render_other(&bedrock(), &target("us.anthropic.claude-opus-4-1"));
    let rendered = rendered.expect("offered");
    assert!(
        rendered
            .body
            .starts_with(br#"{"input":{"invokeModel":{"body":""#)
    );
    assert!(rendered.plan.needs_whole() && !rendered.plan.is_elsewhere());
    // Where nobody counts, the gateway estimates.
    for service in [openai(), Service::Gemini] {
        let rendered = request
            .render_other(&service, &target("m"))
            .expect("estimated");
        assert!(rendered.plan.is_estimated());
    }
}

/// llm.md T-6: a deployment of Foundry is called what its owner likes; a catalogue says what its model speaks.
#[test]
fn counts_of_a_deployment_that_a_catalogue_knows_are_its_own() {
    let count = Class::CountTokens(Format::AnthropicMessages);
    let path = "/v1/messages/count_tokens";
    let body = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
    let request = read(count, path, "application/json", body).expect("readable");
    let foundry = Service::Foundry {
        resource: None,
        project: None,
    };
    let messages = Format::AnthropicMessages;
    for (service, tagged, is_estimated) in [
        (&foundry, vec![messages], false),
        (&foundry, vec![Format::OpenAiResponses], true),
        (&foundry, Vec::new(), true),
        (&openai(), vec![messages], true),
    ] {
        let target = Target {
            model: "ours".to_owned(),
            tagged,
            ..Target::default()
        };
        let rendered = request.render_other(service, &target).expect("offered");
        assert_eq!(rendered.plan.is_estimated(), is_estimated, "{target:?}");
    }
    let endpoint = Endpoint::try_new(foundry, None, None).expect("valid");
    let sent = endpoint.resource(count, path, "ours").expect("a path");
    assert_eq!(sent.as_str(), "/anthropic/v1/messages/count_tokens");
}

#[test]
fn what_an_operator_lets_pass_is_read_or_is_not() {
    let body = r#"{"model":"a","x":1}"#;
    let target = Target {
        model: "b".to_owned(),
        ..Target::default()
    };
    for (passing, model, sent) in [
        (Passing::Read, Some("a"), r#"{"model":"b","x":1}"#),
        (Passing::Unread, None, body),
    ] {
        let class = Class::Passthrough(passing);
        let request = read(class, "/own", "application/json", body).expect("readable");
        assert_eq!(request.model(), model);
        let rendered = request.render_other(&bedrock(), &target).expect("passes");
        assert_eq!(rendered.body, sent);
        assert_eq!(rendered.plan.provider, Format::BedrockConverse);
        assert!(!rendered.plan.needs_whole() && rendered.plan.keeps_content_type());
    }
}

#[test]
fn only_json_and_forms_are_read_alike_everywhere() {
    let object = r#"{"model":"a"}"#;
    let form = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n--b--\r\n";
    let json = "application/json";
    for (kind, body, expected) in [
        (Some(json), object, true),
        (Some("Application/JSON ; charset=\"UTF-8\""), object, true),
        (Some("application/vnd.api+json"), object, true),
        (Some(FORM), form, true),
        (None, "", true),
        (None, object, false),
        (Some("application/json; charset=utf-16"), object, false),
        (Some("application/x-www-form-urlencoded"), object, false),
        (Some("application/x-www-form-urlencoded"), "model=a", false),
        (Some("text/plain"), object, false),
        (Some("audio/wav"), "RIFF", false),
        (Some(json), "RIFF", false),
        (Some(json), "[]", false),
        (Some("application/jsonl"), object, false),
    ] {
        let alike = |class, path| {
            let body = Bytes::copy_from_slice(body.as_bytes());
            let request = Request::parse_as(class, path, kind, body).expect("readable");
            request.is_read_alike(kind)
        };
        let read = Class::Passthrough(Passing::Read);
        for class in [Class::Detect(OPENAI), read] {
            assert_eq!(
                alike(class, "/v1/audio/speech"),
                expected,
                "{kind:?} {body}"
            );
        }
        // The path names it, or nobody looks.
        let invoke = Class::Detect(Format::BedrockConverse);
        assert!(alike(invoke, "/model/m/invoke"));
        assert!(alike(Class::Passthrough(Passing::Unread), "/own"));
    }
}

/// P-7: an ARN of an application's inference profile may be anybody's model.
#[test]
fn what_an_arn_is_may_be_known() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1b2c3";
    let target = |known_as: &str| Target {
        model: arn.to_owned(),
        known_as: (!known_as.is_empty()).then(|| known_as.to_owned()),
        ..Target::default()
    };
    let json = "application/json";
    let body = r#"{"model":"t","input":"x"}"#;
    let vectors = read(Class::Embeddings, "/v1/embeddings", json, body).expect("readable");
    for (known_as, expected) in [
        ("amazon.titan-embed-text-v2:0", r#"{"inputText":"x"}"#),
        ("cohere.embed-v4:0", r#"{"texts":["x"]"#),
    ] {
        let rendered = vectors.render_other(&bedrock(), &target(known_as));
        let rendered = rendered.expect("offered");
        let sent = String::from_utf8_lossy(&rendered.body).into_owned();
        assert!(sent.starts_with(expected), "{sent}");
        assert_eq!(rendered.plan.model, arn);
    }
    assert!(vectors.render_other(&bedrock(), &target("")).is_err());
    let count = Class::CountTokens(Format::AnthropicMessages);
    let body = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
    let count = read(count, "/v1/messages/count_tokens", json, body).expect("readable");
    for (known_as, is_estimated) in [
        ("anthropic.claude-opus-4-1", false),
        ("amazon.nova-pro-v1:0", true),
        ("", true),
    ] {
        let rendered = count.render_other(&bedrock(), &target(known_as));
        let plan = rendered.expect("offered").plan;
        assert_eq!(plan.is_estimated(), is_estimated, "{known_as}");
    }
}
