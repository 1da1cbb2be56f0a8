//! Tables of request bodies: what is read, what is sent, what is refused.

use bytes::Bytes;
use proptest::prelude::*;

use super::{ClientHeaders, Rendered, Request, RequestError, UsageChunk};
use crate::edge::Target;
use crate::format::Format;
use crate::provider::Service;

const CHAT: Format = Format::OpenAiChatCompletions;
const PATH: &str = "/v1/chat/completions";

/// For a provider of the same format, with a model of its own or without.
fn render(request: &Request, pinned: Option<&str>) -> Result<Rendered, RequestError> {
    let target = Target {
        model: request.model_for(pinned)?.to_owned(),
        ..Target::default()
    };
    let service = Service::OpenAi {
        prefix: "/v1".to_owned(),
    };
    request.render(&service, CHAT, &target, ClientHeaders::default())
}

fn parse(body: &str) -> Result<Request, RequestError> {
    Request::parse(CHAT, PATH, Bytes::copy_from_slice(body.as_bytes()))
}

#[track_caller]
fn check_read(body: &str, model: Option<&str>, is_streamed: bool, asks_for_usage: bool) {
    let request = parse(body).expect("a request");
    assert_eq!(request.model(), model, "{body}");
    assert_eq!(request.is_streamed(), is_streamed, "{body}");
    assert_eq!(request.asks_for_usage(), asks_for_usage, "{body}");
}

#[track_caller]
fn check_render(body: &str, pinned: Option<&str>, expected: &str) {
    let request = parse(body).expect("a request");
    let rendered = render(&request, pinned).expect("rendered");
    assert_eq!(rendered.body, expected);
    let reread = Request::parse(CHAT, PATH, rendered.body.clone()).expect("still a request");
    assert_eq!(reread.model(), Some(rendered.plan.model.as_str()));
    assert_eq!(reread.is_streamed(), request.is_streamed());
    assert_eq!(reread.asks_for_usage(), request.is_streamed());
    let removes = rendered.plan.usage_chunk == UsageChunk::Remove;
    assert_eq!(removes, request.is_streamed() && !request.asks_for_usage());
    // Another attempt, elsewhere, starts from the client's bytes.
    let again = render(&request, pinned).expect("rendered");
    assert_eq!(again.body, rendered.body);
    assert_eq!(request.body(), body);
}

/// The client's answer: message, param.
#[track_caller]
fn check_refused(body: impl AsRef<[u8]>, message: &str, param: Option<&str>) {
    let refused = Request::parse(CHAT, PATH, Bytes::copy_from_slice(body.as_ref()))
        .and_then(|request| render(&request, None))
        .expect_err("refused");
    let answer = refused.to_body();
    assert_eq!(answer.message, message);
    assert_eq!(answer.param.as_deref(), param);
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.code.as_deref(), Some("invalid_request_body"));
}

#[test]
fn the_clients_word_for_its_user_is_read() {
    for (members, expected) in [
        (r#""user":"ann""#, Some("ann")),
        (r#""metadata":{"user_id":"bob","x":1}"#, Some("bob")),
        (r#""metadata":{"user_id":"bob"},"user":"ann""#, Some("ann")),
        (r#""user":"ann","metadata":{"user_id":"bob"}"#, Some("ann")),
        (r#""user":"","metadata":null"#, None),
        (r#""user":7,"metadata":[]"#, None),
        (r#""metadata":{"user_id":null}"#, None),
    ] {
        let request = parse(&format!(r#"{{"model":"m",{members}}}"#)).expect("a request");
        assert_eq!(request.user(), expected, "{members}");
    }
    let long = format!(r#"{{"model":"m","user":"{}"}}"#, "u".repeat(300));
    assert_eq!(
        parse(&long).expect("a request").user().map(str::len),
        Some(256)
    );
}

#[test]
fn the_members_that_matter_are_read() {
    check_read(r#"{"model":"a","messages":[]}"#, Some("a"), false, false);
    check_read(
        r#"{"messages":[{"model":"b"}],"mod\u0065l":"a\u00e9"}"#,
        Some("aé"),
        false,
        false,
    );
    check_read(r#"{"model":null}"#, None, false, false);
    check_read(r#"{"model":""}"#, None, false, false);
    check_read("{}", None, false, false);
    check_read(r#"{"stream":true}"#, None, true, false);
    check_read(r#"{"stream":null}"#, None, false, false);
    check_read(
        r#"{"stream":true,"stream_options":{"include_usage":true}}"#,
        None,
        true,
        true,
    );
    check_read(
        r#"{"stream_options":{"include_usage":false},"stream":true}"#,
        None,
        true,
        false,
    );
    check_read(
        r#"{"stream":true,"stream_options":null}"#,
        None,
        true,
        false,
    );
    // Without `stream` the provider judges `stream_options`.
    check_read(r#"{"stream":false,"stream_options":7}"#, None, false, false);
}

#[test]
fn an_unchanged_body_is_the_same_buffer() {
    for body in [
        r#"{"model":"a","seed":18446744073709551616,"x":1e400,"s":"\ud83d","k":1,"k":2}"#,
        r#"{"stream":true,"model":"a","stream_options":{"include_usage":true}}"#,
    ] {
        let bytes = Bytes::copy_from_slice(body.as_bytes());
        let request = Request::parse(CHAT, PATH, bytes.clone()).expect("a request");
        for pinned in [None, Some("a"), Some("")] {
            let rendered = render(&request, pinned).expect("rendered");
            assert_eq!(rendered.body.as_ptr(), bytes.as_ptr());
            assert_eq!(rendered.plan.usage_chunk, UsageChunk::Forward);
        }
    }
}

#[test]
fn only_the_model_is_replaced() {
    let body = "{ \"b\" : 1e400, \"model\" : \"mine\" ,\"a\":[ 1 ] }\n";
    check_render(
        body,
        Some("theirs"),
        "{ \"b\" : 1e400, \"model\" : \"theirs\" ,\"a\":[ 1 ] }\n",
    );
    check_render(
        r#"{"model":null,"n":1}"#,
        Some("m"),
        r#"{"model":"m","n":1}"#,
    );
    check_render(r#"{"model":""}"#, Some("m"), r#"{"model":"m"}"#);
    check_render(r#"{"model":"a"}"#, Some("a\"\\b"), r#"{"model":"a\"\\b"}"#);
}

#[test]
fn an_absent_model_is_inserted() {
    check_render("{}", Some("m"), r#"{"model":"m"}"#);
    check_render(" { } ", Some("m"), r#" {"model":"m" } "#);
    check_render(
        r#"{"messages":[]}"#,
        Some("m"),
        r#"{"model":"m","messages":[]}"#,
    );
}

#[test]
fn a_stream_always_asks_for_usage() {
    check_render(
        r#"{"model":"a","stream":true}"#,
        None,
        r#"{"stream_options":{"include_usage":true},"model":"a","stream":true}"#,
    );
    check_render(
        r#"{"stream":true}"#,
        Some("m"),
        r#"{"model":"m","stream_options":{"include_usage":true},"stream":true}"#,
    );
    check_render(
        r#"{"model":"a","stream":true,"stream_options":null}"#,
        None,
        r#"{"model":"a","stream":true,"stream_options":{"include_usage":true}}"#,
    );
    check_render(
        r#"{"stream_options":{ },"model":"a","stream":true}"#,
        Some("m"),
        r#"{"stream_options":{"include_usage":true },"model":"m","stream":true}"#,
    );
    check_render(
        r#"{"stream_options":{"include_obfuscation":false},"model":"a","stream":true}"#,
        None,
        r#"{"stream_options":{"include_usage":true,"include_obfuscation":false},"model":"a","stream":true}"#,
    );
    check_render(
        r#"{"model":"a","stream":true,"stream_options":{"include_usage":false}}"#,
        None,
        r#"{"model":"a","stream":true,"stream_options":{"include_usage":true}}"#,
    );
    check_render(
        r#"{"model":"a","stream":false,"stream_options":{"include_usage":false}}"#,
        Some("m"),
        r#"{"model":"m","stream":false,"stream_options":{"include_usage":false}}"#,
    );
}

#[test]
fn what_cannot_be_read_is_refused() {
    check_refused(b"{\"model\":\"\xff\"}", "the body is not UTF-8", None);
    check_refused("", "the body is not JSON (line 1, column 0)", None);
    check_refused(
        "{\"model\":\n}",
        "the body is not JSON (line 2, column 1)",
        None,
    );
    check_refused("{} {}", "the body is not JSON (line 1, column 4)", None);
    check_refused("[1]", "the body is not a JSON object", None);
    check_refused("null", "the body is not a JSON object", None);
    let twice = "`model` occurs more than once; send it once";
    check_refused(r#"{"model":"a","model":"a"}"#, twice, Some("model"));
    check_refused(
        r#"{"model":"a","mod\u0065l":"b","model":"c"}"#,
        twice,
        Some("model"),
    );
    let twice = "`stream` occurs more than once; send it once";
    check_refused(
        r#"{"stream":true,"model":"a","stream":false}"#,
        twice,
        Some("stream"),
    );
    check_refused(
        r#"{"model":"a","stream":true,"stream_options":{"include_usage":true,"include_usage":false}}"#,
        "`stream_options.include_usage` occurs more than once; send it once",
        Some("stream_options.include_usage"),
    );
    check_refused(r#"{"model":7}"#, "`model` is not a string", Some("model"));
    check_refused(
        r#"{"model":"\ud83d"}"#,
        "`model` is not a string",
        Some("model"),
    );
    check_refused(
        r#"{"model":"a","stream":1}"#,
        "`stream` is not a boolean",
        Some("stream"),
    );
    check_refused(
        r#"{"model":"a","stream":true,"stream_options":[]}"#,
        "`stream_options` is not an object",
        Some("stream_options"),
    );
    check_refused(
        r#"{"model":"a","stream":true,"stream_options":{"include_usage":"yes"}}"#,
        "`stream_options.include_usage` is not a boolean",
        Some("stream_options.include_usage"),
    );
    let absent = "no `model` is given; name one, the backend has no default";
    check_refused("{}", absent, Some("model"));
    check_refused(r#"{"model":""}"#, absent, Some("model"));
}

#[test]
fn debug_shows_no_prompt() {
    let request = parse(r#"{"model":"a","messages":"secret prompt"}"#).expect("a request");
    assert!(!format!("{request:?}").contains("secret"));
}

/// A JSON value, some of it in a shape that a typed tree would lose.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e400".to_owned()),
        Just("-0.10".to_owned()),
        Just("\"\\ud83d\\/\"".to_owned()),
        "[a-z \u{e9}\u{1f600}]{0,6}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|all| format!("[{}]", all.join(", "))),
            prop::collection::vec(inner, 0..3).prop_map(|all| {
                let members: Vec<_> = all
                    .iter()
                    .map(|value| format!("\"model\" :{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    /// Every member but the two that the gateway owns is there, in order, byte for byte.
    #[test]
    fn rendering_loses_and_reorders_nothing(
        members in prop::collection::vec(("[a-k]{1,4}", value()), 0..5),
        model in prop::option::of("[a-z]{1,4}"),
        place in 0_usize..5,
        streams in any::<bool>(),
    ) {
        let mut written: Vec<String> =
            members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        if let Some(model) = &model {
            written.insert(place.min(written.len()), format!("\"model\":\"{model}\""));
        }
        if streams {
            written.push("\"stream\":true".to_owned());
        }
        let body = format!("{{{}}}", written.join(" ,"));
        let rendered = render(&parse(&body).expect("a request"), Some("pinned")).expect("rendered");
        let sent = std::str::from_utf8(&rendered.body).expect("text");
        let mut left = Vec::new();
        crate::json::members(sent, |key, value| {
            if !["model", "stream", "stream_options"].contains(&key.as_ref()) {
                left.push((key.into_owned(), value.to_owned()));
            }
        }).expect("an object");
        prop_assert_eq!(left, members);
        let reread = parse(sent).expect("a request");
        prop_assert_eq!(reread.model(), Some("pinned"));
    }

    #[test]
    fn random_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(request) = Request::parse(CHAT, PATH, body.into()) {
            let _ = render(&request, Some("m"));
        }
    }

    #[test]
    fn mangled_requests_never_panic(cut in 0_usize..90, byte in any::<u8>()) {
        let mut body =
            br#"{"model":"a","stream":true,"stream_options":{"include_usage":false},"messages":[]}"#
                .to_vec();
        let at = cut % body.len();
        body[at] = byte;
        if let Ok(request) = Request::parse(CHAT, PATH, body.into()) {
            let rendered = render(&request, Some("m")).expect("a model is given");
            prop_assert!(Request::parse(CHAT, PATH, rendered.body).is_ok());
        }
    }
}
