//! Pitfalls of converting that no single pair of formats has for itself (llm.md 2.11; the numbers are those of the list).

use serde_json::{Value, json};

use super::{Asked, convert};
use crate::format::Format;
use crate::{ClientHeaders, Notes, Target, Unconvertible, Vendor};

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;

fn try_convert(formats: (Format, Format), body: &Value) -> Result<Value, Unconvertible> {
    let target = Target {
        model: "m".to_owned(),
        ..Target::default()
    };
    convert_for(formats, body, &target)
}

fn convert_for(
    formats: (Format, Format),
    body: &Value,
    target: &Target,
) -> Result<Value, Unconvertible> {
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    let body = body.to_string();
    let converted = convert(formats, &body, asked, target, &mut Notes::default())?;
    Ok(serde_json::from_slice(&converted.body).expect("json"))
}

/// What stands at a place of the body that messages of chat completions become.
#[track_caller]
fn check(provider: Format, messages: Value, place: &str, expected: &Value) {
    let body = json!({"model": "m", "messages": messages});
    let converted = try_convert((CHAT, provider), &body).expect("converted");
    assert_eq!(
        converted.pointer(place),
        Some(expected),
        "{provider:?}: {converted}"
    );
}

/// 9: a turn of the assistant's at the end is what the answer begins with, where the model takes it; it is neither dropped nor
/// followed by one that the client did not say.
#[test]
fn a_begun_answer_stays_last() {
    let messages = json!([
        {"role": "user", "content": "hi"}, {"role": "assistant", "content": "{"}
    ]);
    let last = |provider, place, expected| check(provider, messages.clone(), place, &expected);
    let text = json!([{"type": "text", "text": "{"}]);
    last(
        MESSAGES,
        "/messages/1",
        json!({"role": "assistant", "content": text}),
    );
    last(
        CONVERSE,
        "/messages/1",
        json!({"role": "assistant", "content": [{"text": "{"}]}),
    );
    last(
        GEMINI,
        "/contents/1",
        json!({"role": "model", "parts": [{"text": "{"}]}),
    );
    let body = json!({"model": "m", "max_tokens": 9, "messages": messages});
    let chat = try_convert((MESSAGES, CHAT), &body).expect("converted");
    assert_eq!(
        chat.pointer("/messages/1/content"),
        Some(&json!("{")),
        "{chat}"
    );
    assert_eq!(chat.pointer("/messages/2"), None, "{chat}");
}

/// 12, 13: results of calls that were made at once follow them at once, whatever the client said in between.
#[test]
fn results_of_parallel_calls_are_one_turn() {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": ""}});
    let messages = json!([
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": null, "tool_calls": [call("a"), call("b")]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "user", "content": "and?"},
        {"role": "tool", "tool_call_id": "b", "content": "2"}
    ]);
    let at = |provider, place, expected| check(provider, messages.clone(), place, &expected);
    let result =
        |id: &str, said: &str| json!({"type": "tool_result", "tool_use_id": id, "content": said});
    let said = json!({"type": "text", "text": "and?"});
    at(
        MESSAGES,
        "/messages/2/content",
        json!([result("a", "1"), result("b", "2"), said]),
    );
    at(
        CONVERSE,
        "/messages/2/content/0/toolResult/toolUseId",
        json!("a"),
    );
    at(
        CONVERSE,
        "/messages/2/content/1/toolResult/toolUseId",
        json!("b"),
    );
    at(CONVERSE, "/messages/2/content/2/text", json!("and?"));
    let returned =
        |said: &str| json!({"functionResponse": {"name": "f", "response": {"content": said}}});
    at(
        GEMINI,
        "/contents/2/parts",
        json!([returned("1"), returned("2")]),
    );
    at(GEMINI, "/contents/3/parts", json!([{"text": "and?"}]));
}

/// 12: a result without a call is refused, here or by the provider, and never sent as if somebody had said it.
#[test]
fn a_result_without_its_call_stays_a_result() {
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "hi"}, {"role": "tool", "tool_call_id": "gone", "content": "1"}
    ]});
    let refused = try_convert((CHAT, GEMINI), &body).expect_err("refused");
    assert_eq!(refused.field, "messages[1].tool_call_id");
    let place = "/messages/0/content/0/tool_use_id";
    let messages = try_convert((CHAT, MESSAGES), &body).expect("converted");
    let found = messages
        .pointer(place)
        .or(messages.pointer("/messages/1/content/0/tool_use_id"));
    assert_eq!(found, Some(&json!("gone")), "{messages}");
}

/// 51: nothing, written in the ways in which SDKs write it.
#[test]
fn nothing_said_is_no_turn() {
    for content in [json!(null), json!(""), json!([])] {
        let messages = json!([
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": content, "tool_calls": []},
            {"role": "user", "content": "again"}
        ]);
        let body = json!({"model": "m", "messages": messages});
        for (provider, list) in [
            (MESSAGES, "messages"),
            (CONVERSE, "messages"),
            (GEMINI, "contents"),
            (RESPONSES, "input"),
        ] {
            let converted = try_convert((CHAT, provider), &body);
            let converted = converted.unwrap_or_else(|error| panic!("{provider:?}: {error:?}"));
            let turns = converted
                .get(list)
                .and_then(Value::as_array)
                .expect("turns");
            let is_assistants = |turn: &&Value| {
                let role = turn.get("role").and_then(Value::as_str);
                matches!(role, Some("assistant" | "model"))
            };
            assert_eq!(
                turns.iter().find(is_assistants),
                None,
                "{provider:?}: {converted}"
            );
        }
    }
}

/// An effort without a limit leaves the answer its room, however much the model thinks.
#[test]
fn thinking_does_not_eat_the_answer_up() {
    let check = |model: &str, members: Value, catalogue, limit: u64, budget: Option<u64>| {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        let all = body.as_object_mut().expect("an object");
        all.extend(members.as_object().expect("members").clone());
        let target = Target {
            model: model.to_owned(),
            vendor: Vendor::Anthropic,
            max_output_tokens: catalogue,
            ..Target::default()
        };
        let converted = convert_for((CHAT, MESSAGES), &body, &target).expect("converted");
        let at = |place| converted.pointer(place).and_then(Value::as_u64);
        assert_eq!(at("/max_tokens"), Some(limit), "{converted}");
        assert_eq!(at("/thinking/budget_tokens"), budget, "{converted}");
    };
    let old = "claude-sonnet-4-5";
    check(old, json!({}), None, 4096, None);
    for (effort, budget) in [
        ("low", 1024),
        ("medium", 2048),
        ("high", 4096),
        ("xhigh", 8192),
        ("max", 16384),
    ] {
        let asked = json!({"reasoning_effort": effort});
        check(old, asked.clone(), None, budget + 4096, Some(budget));
        // Of a catalogue's limit, too, the answer gets its part.
        check(old, asked.clone(), Some(64_000), 64_000, Some(budget));
        let shared = budget.min(2500);
        check(old, asked.clone(), Some(5000), 5000, Some(shared));
        let told = if effort == "xhigh" { 4096 } else { budget };
        check("claude-opus-4-6", asked, None, told + 4096, None);
    }
    let explicit = json!({"thinking": {"type": "enabled", "budget_tokens": 60_000}});
    check(old, explicit, None, 32_000, Some(27_904));
    let bounded = json!({"reasoning_effort": "high", "max_tokens": 3000});
    check(old, bounded, None, 3000, Some(2999));
}

/// 24: what proves reasoning goes to who made it, as it was, and to no other.
#[test]
fn proofs_go_to_who_made_them() {
    let places = [
        (MESSAGES, "/messages/1/content/0/signature"),
        (
            CONVERSE,
            "/messages/1/content/0/reasoningContent/reasoningText/signature",
        ),
        (GEMINI, "/contents/1/parts/0/thoughtSignature"),
        (RESPONSES, "/input/1/encrypted_content"),
    ];
    for (proof, takers) in [
        ("EqoB+/=", [true, true, false, false]),
        ("thinking:EqoB+/=", [true, true, false, false]),
        ("gemini:EqoB+/=", [false, false, true, false]),
        ("responses:rs_1:EqoB+/=", [false, false, false, true]),
    ] {
        let messages = json!([
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "a", "reasoning_content": "hm", "reasoning_signature": proof},
            {"role": "user", "content": "again"}
        ]);
        let body = json!({"model": "m", "messages": messages});
        for ((provider, place), takes) in places.into_iter().zip(takers) {
            let converted = try_convert((CHAT, provider), &body).expect("converted");
            let found = converted.pointer(place).and_then(Value::as_str);
            assert_eq!(
                found,
                takes.then_some("EqoB+/="),
                "{provider:?}: {converted}"
            );
        }
        let thought = json!({"type": "thinking", "thinking": "hm", "signature": proof});
        let body = json!({"model": "m", "max_tokens": 9, "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [thought, {"type": "text", "text": "a"}]},
            {"role": "user", "content": "again"}
        ]});
        // What a Responses client has of it: OpenAI's as OpenAI gave it, another's marked.
        let encrypted = match proof.strip_prefix("responses:rs_1:") {
            Some(own) => own.to_owned(),
            None => format!("thinking:{proof}"),
        };
        let reasoning = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": encrypted,
            "summary": [{"type": "summary_text", "text": "hm"}]});
        let responses = json!({"model": "m", "input": [
            {"role": "user", "content": "hi"}, reasoning, {"role": "assistant", "content": "a"}, {"role": "user", "content": "again"}
        ]});
        let gemini = Target {
            model: "gemini-2.5-pro".to_owned(),
            vendor: Vendor::Gemini,
            ..Target::default()
        };
        let other = Target {
            model: "m".to_owned(),
            ..Target::default()
        };
        for (client, body, target, at) in [
            (MESSAGES, &body, &other, 1),
            (MESSAGES, &body, &gemini, 2),
            (RESPONSES, &responses, &gemini, 2),
        ] {
            let (provider, place) = places[at];
            let converted = convert_for((client, provider), body, target).expect("converted");
            let found = converted.pointer(place).and_then(Value::as_str);
            let expected = takers[at].then_some("EqoB+/=");
            assert_eq!(found, expected, "{client:?}, {provider:?}: {converted}");
        }
        // Google's OpenAI surface has no place for one.
        let chat = convert_for((MESSAGES, CHAT), &body, &gemini).expect("converted");
        assert!(!chat.to_string().contains("EqoB"), "{chat}");
    }
}

/// What Anthropic's own tools did is left out and counted, whatever format goes on: a failover must not depend on it.
#[test]
fn a_history_with_anthropics_own_tools_goes_on_everywhere() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]},
            {"type": "mcp_tool_use", "id": "t", "name": "x", "server_name": "y", "input": {}},
            // Its `source` is a text, which no block of others has.
            {"type": "mcp_tool_result", "tool_use_id": "t", "source": "z", "content": []},
            {"type": "text", "text": "so"},
            {"type": "tool_use", "id": "c", "name": "f", "input": {}}
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "c", "content": [
                {"type": "tool_reference", "tool_name": "g"}, {"type": "text", "text": "1"}]}
        ]}
    ], "tools": [{"name": "f", "input_schema": {"type": "object"}}]});
    let body = body.to_string();
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    let target = Target {
        model: "m".to_owned(),
        ..Target::default()
    };
    for (provider, said, result) in [
        (CHAT, "/messages/1/content", "/messages/2/content"),
        (RESPONSES, "/input/1/content/0/text", "/input/3/output"),
        (
            CONVERSE,
            "/messages/1/content/0/text",
            "/messages/2/content/0/toolResult/content/0/text",
        ),
        (
            GEMINI,
            "/contents/1/parts/0/text",
            "/contents/2/parts/0/functionResponse/response/content",
        ),
    ] {
        let mut notes = Notes::default();
        let converted = convert((MESSAGES, provider), &body, asked, &target, &mut notes);
        let converted = converted.unwrap_or_else(|error| panic!("{provider:?}: {error:?}"));
        let told: Value = serde_json::from_slice(&converted.body).expect("json");
        assert_eq!(told.pointer(said), Some(&json!("so")), "{told}");
        assert_eq!(told.pointer(result), Some(&json!("1")), "{told}");
        for field in ["server_tool_use", "tool_reference"] {
            assert!(notes.dropped.contains(&field), "{provider:?}: {notes:?}");
        }
    }
}

/// `top_k` of a Messages client reaches Gemini in its own format; Google's OpenAI surface has none.
#[test]
fn top_k_goes_where_google_has_it() {
    let body = json!({"model": "m", "max_tokens": 9, "top_k": 5, "messages": [{"role": "user", "content": "hi"}]});
    let body = body.to_string();
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    for vendor in [Vendor::Gemini, Vendor::Vertex] {
        let target = Target {
            model: "gemini-2.5-flash".to_owned(),
            vendor,
            ..Target::default()
        };
        for (provider, place, is_kept) in [
            (GEMINI, "/generationConfig/topK", true),
            (CHAT, "/top_k", false),
        ] {
            let mut notes = Notes::default();
            let converted = convert((MESSAGES, provider), &body, asked, &target, &mut notes);
            let converted = converted.expect("converted");
            let told: Value = serde_json::from_slice(&converted.body).expect("json");
            let expected = is_kept.then(|| json!(5));
            assert_eq!(told.pointer(place), expected.as_ref(), "{told}");
            assert_eq!(notes.dropped.contains(&"top_k"), !is_kept, "{notes:?}");
        }
    }
}

/// 24: Claude refuses a budget of thinking where the turn whose calls are answered does not begin with its thoughts.
#[test]
fn thinking_does_not_go_on_from_another_models_call() {
    for (proof, model, goes_on) in [
        ("EqoB", "anthropic.claude-sonnet-4-5", true),
        ("gemini:EqoB", "anthropic.claude-sonnet-4-5", false),
        ("gemini:EqoB", "amazon.nova-2-lite-v1:0", true),
    ] {
        let body = json!({"model": "m", "max_tokens": 9000, "thinking": {"type": "enabled", "budget_tokens": 2000}, "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": proof},
                {"type": "tool_use", "id": "c1__thought__Q+/=", "name": "f", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1__thought__Q+/=", "content": "1"}]}
        ], "tools": [{"name": "f", "input_schema": {"type": "object"}}]});
        let target = Target {
            model: model.to_owned(),
            ..Target::default()
        };
        let asked = Asked {
            is_streamed: false,
            headers: ClientHeaders::default(),
            mark: None,
        };
        let mut notes = Notes::default();
        let body = body.to_string();
        let converted = convert((MESSAGES, CONVERSE), &body, asked, &target, &mut notes);
        let told: Value =
            serde_json::from_slice(&converted.expect("converted").body).expect("json");
        assert_eq!(!notes.dropped.contains(&"thinking"), goes_on, "{told}");
        let is_told = told.pointer("/additionalModelRequestFields").is_some();
        assert_eq!(is_told, goes_on, "{told}");
        let result = "/messages/2/content/0/toolResult/toolUseId";
        assert_eq!(told.pointer(result), Some(&json!("c1")), "{told}");
    }
}

/// What a model thought before it called a tool goes back to it where it wants that, and to no other.
#[test]
fn reasoning_goes_back_to_models_that_want_it() {
    let call = json!({"type": "function", "name": "f", "arguments": "{}"});
    let with = |more: Value, own: &Value| {
        let mut all = own.clone();
        let more = more.as_object().cloned().unwrap_or_default();
        all.as_object_mut().expect("an object").extend(more);
        all
    };
    let responses = json!({"model": "m", "input": [
        {"role": "user", "content": "q"},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "a \"b\""}], "encrypted_content": "thinking:"},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "another's"}], "encrypted_content": "gAAA"},
        with(json!({"type": "function_call", "call_id": "c"}), &call),
        {"type": "function_call_output", "call_id": "c", "output": "1"},
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "then"}]},
        {"role": "assistant", "content": "r"},
        {"role": "user", "content": "s"},
        with(json!({"type": "function_call", "call_id": "d"}), &call),
        {"type": "function_call_output", "call_id": "d", "output": "1"},
    ]});
    let thinking = |text: &str| json!({"type": "thinking", "thinking": text, "signature": ""});
    let tool_use = |id: &str| json!({"type": "tool_use", "id": id, "name": "f", "input": {}});
    let result = |id: &str| json!([{"type": "tool_result", "tool_use_id": id, "content": "1"}]);
    let messages = json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [thinking("a \"b\""), tool_use("c")]},
        {"role": "user", "content": result("c")},
        {"role": "assistant", "content": [thinking("then"), {"type": "text", "text": "r"}]},
        {"role": "user", "content": "s"},
        {"role": "assistant", "content": [tool_use("d")]},
        {"role": "user", "content": result("d")},
    ]});
    let called = json!({"functionCall": {"name": "f", "args": {}}});
    let response = json!({"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": "1"}}}]});
    let gemini = json!({"contents": [
        {"role": "user", "parts": [{"text": "q"}]},
        {"role": "model", "parts": [{"text": "a \"b\"", "thought": true}, called]},
        response,
        {"role": "model", "parts": [{"text": "then", "thought": true}, {"text": "r"}]},
        {"role": "user", "parts": [{"text": "s"}]},
        {"role": "model", "parts": [called]},
        response,
    ]});
    for (client, body) in [
        (RESPONSES, responses),
        (MESSAGES, messages),
        (GEMINI, gemini),
    ] {
        for (model, vendor, expected) in [
            (
                "deepseek-v4-pro",
                Vendor::Other,
                Some(["a \"b\"", "then", ""]),
            ),
            ("deepseek-r1-distill-llama-70b", Vendor::Other, None),
            ("moonshotai/kimi-k2-instruct", Vendor::Other, None),
            ("llama-4", Vendor::Other, None),
            ("deepseek-v4-pro", Vendor::OpenAi, None),
        ] {
            let target = Target {
                model: model.to_owned(),
                vendor,
                ..Target::default()
            };
            let converted = convert_for((client, CHAT), &body, &target).expect("converted");
            let turns = converted["messages"].as_array().expect("a list").iter();
            let turns = turns.filter(|turn| turn["role"] == "assistant");
            let told: Vec<_> = turns
                .map(|turn| turn["reasoning_content"].as_str())
                .collect();
            let expected = expected.map_or([None; 3], |texts| texts.map(Some));
            assert_eq!(told, expected, "{client:?}, {model}: {converted}");
        }
    }
}
