//! Which requests are cached, and which of them are the same.

use dp_llm::class::Class;
use dp_llm::format::Format;
use proptest::prelude::*;

use super::*;

const CHAT: Class = Class::Chat(Format::OpenAiChatCompletions);
const GEMINI: Class = Class::Chat(Format::GeminiGenerateContent);

#[track_caller]
fn check(class: Class, body: &str, rules: Rules, expected: Option<Unfit>) {
    let read = Subject::read(class, body.as_bytes(), &rules);
    assert_eq!(read.err(), expected, "{body}");
}

#[test]
fn which_requests_are_cached() {
    let any = Rules::default();
    let cool = Rules {
        max_temperature: Some(0.3),
        ..any
    };
    let tools = Rules {
        cache_tools: true,
        ..any
    };
    for (class, body, rules, expected) in [
        (CHAT, r#"{"messages":[]}"#, any, None),
        (CHAT, r#"{"temperature":2}"#, any, None),
        (CHAT, r#"{"temperature":0.3}"#, cool, None),
        (
            CHAT,
            r#"{"temperature":0.31}"#,
            cool,
            Some(Unfit::Temperature),
        ),
        (CHAT, r#"{}"#, cool, Some(Unfit::Temperature)),
        (Class::Embeddings, r#"{"input":"a"}"#, cool, None),
        (Class::Rerank, r#"{"query":"a"}"#, any, None),
        (
            GEMINI,
            r#"{"generationConfig":{"temperature":0.2}}"#,
            cool,
            None,
        ),
        (
            GEMINI,
            r#"{"generationConfig":{"temperature":0.2},"temperature":1}"#,
            cool,
            Some(Unfit::Temperature),
        ),
        (
            GEMINI,
            r#"{"generationConfig":{"candidateCount":2}}"#,
            any,
            Some(Unfit::Several),
        ),
        (CHAT, r#"{"n":1}"#, any, None),
        (CHAT, r#"{"n":2}"#, any, Some(Unfit::Several)),
        (CHAT, r#"{"tools":[]}"#, any, None),
        (CHAT, r#"{"tools":[{}]}"#, any, Some(Unfit::Tools)),
        (CHAT, r#"{"tools":[{}]}"#, tools, None),
        (
            Class::Chat(Format::BedrockConverse),
            r#"{"toolConfig":{"tools":[]}}"#,
            any,
            Some(Unfit::Tools),
        ),
        (
            Class::Chat(Format::OpenAiResponses),
            r#"{"previous_response_id":"r"}"#,
            any,
            Some(Unfit::Stateful),
        ),
        (
            Class::Chat(Format::OpenAiResponses),
            r#"{"previous_response_id":null,"background":false}"#,
            any,
            None,
        ),
        (
            Class::CountTokens(Format::AnthropicMessages),
            "{}",
            any,
            Some(Unfit::Operation),
        ),
        (
            Class::Detect(Format::OpenAiChatCompletions),
            "{}",
            any,
            Some(Unfit::Operation),
        ),
        (CHAT, r#"{"a":1,"a":1}"#, any, Some(Unfit::Unreadable)),
    ] {
        check(class, body, rules, expected);
    }
}

fn call(class: Class) -> Call<'static> {
    Call {
        class,
        path: "/v1/chat/completions",
        model: Some("m"),
        is_streamed: false,
        headers: &[],
    }
}

fn sharing(scope: Scope) -> Sharing<'static> {
    Sharing {
        scope,
        backend: "b",
        route: "r",
        tenant: tenant([("authorization", &b"one"[..])]),
        vary: &[],
    }
}

fn key(sharing: &Sharing<'_>, call: &Call<'_>, body: &str) -> Key {
    let subject = Subject::read(call.class, body.as_bytes(), &Rules::default());
    subject.expect("fit").key(sharing, call)
}

#[test]
fn what_makes_no_difference() {
    let sharing = sharing(Scope::Tenant);
    let chat = call(CHAT);
    let plain = key(&sharing, &chat, r#"{"model":"m","messages":[]}"#);
    for same in [
        r#"{"messages":[],"model":"m"}"#,
        r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#,
        r#"{"model":"m","messages":[],"user":"a","metadata":{"k":"v"}}"#,
    ] {
        assert_eq!(key(&sharing, &chat, same), plain, "{same}");
    }
    let streamed = Call {
        is_streamed: true,
        ..chat
    };
    assert_eq!(
        key(&sharing, &streamed, r#"{"model":"m","messages":[]}"#),
        plain
    );
    for other in [
        r#"{"model":"m","messages":[{}]}"#,
        r#"{"model":"m","messages":[],"seed":1}"#,
        r#"{"model":"n","messages":[]}"#,
    ] {
        assert_ne!(key(&sharing, &chat, other), plain, "{other}");
    }
}

#[test]
fn answers_that_repeat_who_asked_are_his() {
    let sharing = sharing(Scope::Backend);
    let responses = call(Class::Chat(Format::OpenAiResponses));
    let one = key(
        &sharing,
        &responses,
        r#"{"input":"a","metadata":{"k":"1"}}"#,
    );
    let other = key(
        &sharing,
        &responses,
        r#"{"input":"a","metadata":{"k":"2"}}"#,
    );
    assert_ne!(one, other);
}

#[test]
fn what_is_beside_the_body_counts() {
    let sharing = sharing(Scope::Tenant);
    let chat = call(CHAT);
    let plain = key(&sharing, &chat, "{}");
    let others = [
        Call {
            model: None,
            ..chat
        },
        Call {
            path: "/other",
            ..chat
        },
        Call {
            headers: &[("anthropic-beta", "x")],
            ..chat
        },
        call(Class::Chat(Format::AnthropicMessages)),
        call(Class::Embeddings),
    ];
    for other in &others {
        assert_ne!(key(&sharing, other, "{}"), plain, "{other:?}");
    }
    // A format that nobody writes anew keeps its forms apart.
    for (class, is_one) in [
        (CHAT, true),
        (GEMINI, true),
        (Class::LegacyCompletions, false),
        (Class::Chat(Format::BedrockConverse), false),
    ] {
        let [whole, streamed] = [false, true].map(|is_streamed| Call {
            is_streamed,
            ..call(class)
        });
        let is_equal = key(&sharing, &whole, "{}") == key(&sharing, &streamed, "{}");
        assert_eq!(is_equal, is_one, "{class:?}");
    }
    // Google's clients ask for the form in the path.
    let [whole, streamed] = [
        "/v1beta/models/m:generateContent",
        "/v1beta/models/m:streamGenerateContent",
    ]
    .map(|path| Call {
        path,
        ..call(GEMINI)
    });
    assert_eq!(key(&sharing, &whole, "{}"), key(&sharing, &streamed, "{}"));
}

#[test]
fn scopes_say_who_shares() {
    let of = |scope, route: &'static str, who: &'static [u8]| {
        let sharing = Sharing {
            route,
            tenant: tenant([("authorization", who)]),
            ..sharing(scope)
        };
        key(&sharing, &call(CHAT), "{}")
    };
    assert_eq!(of(Scope::Backend, "a", b"1"), of(Scope::Backend, "b", b"2"));
    assert_eq!(of(Scope::Route, "a", b"1"), of(Scope::Route, "a", b"2"));
    assert_ne!(of(Scope::Route, "a", b"1"), of(Scope::Route, "b", b"1"));
    assert_ne!(of(Scope::Tenant, "a", b"1"), of(Scope::Tenant, "a", b"2"));
    assert_ne!(of(Scope::Tenant, "a", b"1"), of(Scope::Tenant, "b", b"1"));
    assert_ne!(of(Scope::Tenant, "a", b"1"), of(Scope::Route, "a", b"1"));
    let vary = ["x".to_owned()];
    let varied = Sharing {
        vary: &vary,
        ..sharing(Scope::Backend)
    };
    assert_ne!(
        key(&varied, &call(CHAT), "{}"),
        key(&sharing(Scope::Backend), &call(CHAT), "{}")
    );
}

#[test]
fn what_a_provider_is_asked() {
    let chat = Format::OpenAiChatCompletions;
    let one = asked(chat, "m", br#"{"messages":[],"stream":true}"#);
    assert!(one.is_some());
    assert_eq!(asked(chat, "m", br#"{"user":"u","messages":[]}"#), one);
    // The gateway's key differs by the conversation, and what is answered does not.
    let keyed = br#"{"prompt_cache_key":"00ff","messages":[]}"#;
    assert_eq!(asked(chat, "m", keyed), one);
    assert_ne!(asked(chat, "n", br#"{"messages":[]}"#), one);
    assert_ne!(asked(chat, "m", br#"{"messages":[1]}"#), one);
    assert_eq!(asked(chat, "m", b"no"), None);
}

proptest! {
    /// Whatever two tenants send, and whatever else they say of themselves, no entry is common to them.
    #[test]
    fn two_tenants_never_share(
        one in prop::collection::vec(("[a-z-]{1,12}", prop::collection::vec(any::<u8>(), 0..24)), 0..4),
        other in prop::collection::vec(("[a-z-]{1,12}", prop::collection::vec(any::<u8>(), 0..24)), 0..4),
        bodies in prop::array::uniform2("[a-z\"{}:,]{0,16}"),
        models in prop::array::uniform2("[a-z/]{0,8}"),
        routes in prop::array::uniform2("[a-z/]{0,8}"),
        vary in prop::collection::vec("[a-z]{0,4}", 0..3),
    ) {
        prop_assume!(one != other);
        let of = |identity: &[(String, Vec<u8>)], which: usize| {
            let parts = identity.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
            let sharing = Sharing {
                route: &routes[which],
                tenant: tenant(parts),
                vary: if which == 0 { &vary } else { &[] },
                ..sharing(Scope::Tenant)
            };
            let call = Call { model: Some(&models[which]), ..call(CHAT) };
            let body = serde_json::json!({"messages": [{"content": bodies[which]}]}).to_string();
            let subject = Subject::read(CHAT, body.as_bytes(), &Rules::default()).expect("fit");
            [subject.key(&sharing, &call), subject.shape(&sharing, &call)]
        };
        for one in of(&one, 0) {
            for other in of(&other, 1) {
                prop_assert_ne!(one, other);
            }
        }
    }
}
