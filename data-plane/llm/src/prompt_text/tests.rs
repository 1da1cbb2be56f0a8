//! Texts of realistic bodies of each format, and what putting others in their place does to the rest.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::{PromptText, Scope, Voice};
use crate::class::Class;
use crate::format::Format;
use crate::node::BodyError;

const CHAT: &str = r#"{"model":"gpt-4o","seed":9007199254740993,"messages":[
 {"role":"developer","content":"be kind"},
 {"content":[{"type":"text","text":"my ssn is 123-"},{"type":"text","text":"45-6789"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"text","text":"what is it?"}],"role":"user","name":"bob"},
 {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"q\":\"a\\\"b\",\"n\":1e400,\"deep\":[\"x\"]}"}},{"id":"c2","type":"custom","custom":{"name":"sh","input":"ls"}}]},
 {"role":"tool","tool_call_id":"c1","content":"found \u00e9"},
 {"role":"assistant","refusal":"no"}],
 "tools":[{"type":"function","function":{"name":"look","description":"looks up","parameters":{"type":"object","required":["q"],"properties":{"q":{"type":"string","description":"what"}}}}}]}"#;

const RESPONSES: &str = r#"{"model":"gpt-5","instructions":"be kind","input":[
 {"role":"user","content":"hi"},
 {"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
 {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"zzz"},
 {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"q\":\"v\"}"},
 {"type":"function_call_output","call_id":"c1","output":"out"},
 {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"part"},{"type":"input_image","image_url":"data:x"}]},
 {"type":"shell_call_output","call_id":"c2","output":[{"stdout":"so","stderr":"se"}]},
 {"type":"custom_tool_call","call_id":"c3","name":"g","input":"free"}],
 "tools":[{"type":"function","name":"f","description":"does","parameters":{}},{"type":"mcp","server_url":"https://x","authorization":"secret"}]}"#;

const MESSAGES: &str = r#"{"model":"claude-sonnet-4-5","max_tokens":10,"system":[{"type":"text","text":"be","cache_control":{"type":"ephemeral"}},{"type":"text","text":" kind"}],"messages":[
 {"role":"user","content":"hi"},
 {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"ok"},{"type":"tool_use","id":"t1","name":"f","input":{"q":"v","n":7,"l":["w"]}}]},
 {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"res1"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"text","text":"res2"}]},{"type":"tool_result","tool_use_id":"t2","content":"res3"},{"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"doc"}},{"type":"text","text":"so?"}]}],
 "tools":[{"name":"f","description":"does","input_schema":{"type":"object","properties":{"q":{"description":"what","enum":["v"]}}}}]}"#;

const GEMINI: &str = r#"{"system_instruction":{"parts":{"text":"be kind"}},"contents":[
 {"parts":[{"text":"a"},{"text":"b"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"text":"c"}]},
 {"role":"model","parts":[{"text":"hm","thought":true},{"text":"ok"},{"functionCall":{"name":"f","args":{"q":"v"}},"thoughtSignature":"x"}]},
 {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"data":"res"}}}]},
 {"role":"user","parts":[{"text":"not thought","thought":true}]}],
 "tools":[{"functionDeclarations":[{"name":"f","description":"does"}]}]}"#;

const CONVERSE: &str = r#"{"system":[{"text":"be"},{"cachePoint":{"type":"default"}},{"text":"kind"}],"messages":[
 {"role":"user","content":[{"text":"a"},{"text":"b"},{"document":{"name":"d","format":"txt","source":{"bytes":"AAAA"},"context":"ctx"}}]},
 {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"text":"ok"},{"toolUse":{"toolUseId":"t","name":"f","input":{"q":"v"}}}]},
 {"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"text":"r1"},{"json":{"id":"r2"}}],"status":"success"}}]}],
 "toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"does","inputSchema":{"json":{"type":"object"}}}}]}}"#;

/// Runs in short: scope, message, text; thoughts in brackets.
fn runs(texts: &PromptText<'_>) -> Vec<String> {
    let line = |run: super::Run<'_, '_>| {
        let scope = match run.scope() {
            Scope::SystemPrompt => "system",
            Scope::User => "user",
            Scope::Assistant => "assistant",
            Scope::ToolOutput => "output",
            Scope::ToolInput => "input",
            Scope::ToolDefinition if run.is_name() => "name",
            Scope::ToolDefinition => "tool",
        };
        let message = run.message().map_or("-".to_owned(), |at| at.to_string());
        let text = match run.voice() {
            Voice::Said => run.text().into_owned(),
            Voice::Thought => format!("({})", run.text()),
        };
        format!("{scope} {message} {text}")
    };
    texts.runs().map(line).collect()
}

#[track_caller]
fn check(format: Format, body: &'static str, messages: usize, expected: &[&str]) {
    let body = Bytes::from_static(body.as_bytes());
    let texts = PromptText::of_request(format, &body).expect("an object");
    assert_eq!(runs(&texts), expected);
    assert_eq!(texts.messages(), messages);
    for slot in texts.slots() {
        assert!(
            body[slot.range.clone()].starts_with(b"\"")
                && body[slot.range.clone()].ends_with(b"\"")
        );
    }
    assert!(texts.definition_bytes() > 0);
}

#[test]
fn requests_of_openai() {
    check(
        Format::OpenAiChatCompletions,
        CHAT,
        5,
        &[
            "system 0 be kind",
            "user 1 my ssn is 123-45-6789",
            "user 1 what is it?",
            "assistant 2 (hm)",
            "input 2 a\"b",
            "input 2 x",
            "input 2 ls",
            "output 3 found \u{e9}",
            "assistant 4 no",
            "tool - looks up",
            "tool - what",
        ],
    );
    check(
        Format::OpenAiResponses,
        RESPONSES,
        9,
        &[
            "system 0 be kind",
            "user 1 hi",
            "user 2 ab",
            "assistant 3 (hm)",
            "input 4 v",
            "output 5 out",
            "output 6 part",
            "output 7 so",
            "output 7 se",
            "input 8 free",
            "tool - does",
        ],
    );
}

#[test]
fn requests_of_others() {
    check(
        Format::AnthropicMessages,
        MESSAGES,
        3,
        &[
            "system - be kind",
            "user 0 hi",
            "assistant 1 (hm)",
            "assistant 1 ok",
            "input 1 v",
            "input 1 w",
            "output 2 res1",
            "output 2 res2",
            "output 2 res3",
            "user 2 T",
            "user 2 doc",
            "user 2 so?",
            "tool - does",
            "tool - what",
            "tool - v",
        ],
    );
    check(
        Format::GeminiGenerateContent,
        GEMINI,
        4,
        &[
            "system - be kind",
            "user 0 ab",
            "user 0 c",
            "assistant 1 (hm)",
            "assistant 1 ok",
            "input 1 v",
            "output 2 res",
            "user 3 not thought",
            "tool - does",
        ],
    );
    check(
        Format::BedrockConverse,
        CONVERSE,
        3,
        &[
            "system - be",
            "system - kind",
            "user 0 ab",
            "user 0 ctx",
            "assistant 1 (hm)",
            "assistant 1 ok",
            "input 1 v",
            "output 2 r1",
            "output 2 r2",
            "tool - does",
        ],
    );
}

#[test]
fn what_a_client_repeats_or_misnames_is_still_seen() {
    for (body, expected) in [
        (
            r#"{"messages":[],"messages":[{"role":"user","content":"x"}]}"#,
            "user 0 x",
        ),
        (
            r#"{"messages":[{"role":"system","role":"user","content":"x"}]}"#,
            "user 0 x",
        ),
        (r#"{"messages":[{"content":"x"}]}"#, "user 0 x"),
        (
            r#"{"mess\u0061ges":[{"role":"user","content":[{"type":"image_url","text":"x"}]}]}"#,
            "user 0 x",
        ),
        (
            r#"{"messages":[{"role":"user","content":["x"]}]}"#,
            "user 0 x",
        ),
        (
            r#"{"messages":[{"role":"user","content":{"type":"text","text":"x"}}]}"#,
            "user 0 x",
        ),
        (
            r#"{"messages":[{"role":"user","content":"a\ud83d"}]}"#,
            "user 0 a\u{fffd}",
        ),
        (
            r#"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\":"}}]}]}"#,
            "input 0 {\"a\":",
        ),
        (
            r#"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":{"a":"x"}}}]}]}"#,
            "input 0 x",
        ),
    ] {
        let body = Bytes::from(body);
        let texts =
            PromptText::of_request(Format::OpenAiChatCompletions, &body).expect("an object");
        assert_eq!(runs(&texts), [expected]);
    }
    let refused =
        PromptText::of_request(Format::OpenAiChatCompletions, &Bytes::from_static(b"[]")).err();
    assert_eq!(refused, Some(BodyError::NotAnObject));
}

#[test]
fn parts_in_parts_end() {
    let deep = |levels: usize| {
        let open = r#"{"type":"tool_result","content":["#.repeat(levels);
        format!(
            r#"{{"messages":[{{"role":"user","content":[{open}{{"text":"x"}}{}]}}]}}"#,
            "]}".repeat(levels)
        )
    };
    for levels in [1, 3, 10, 20_000] {
        let body = Bytes::from(deep(levels));
        let texts = PromptText::of_request(Format::AnthropicMessages, &body).expect("an object");
        assert!(
            texts
                .runs()
                .any(|run| run.text() == "x" && run.scope() == Scope::ToolOutput),
            "{levels}"
        );
    }
}

#[test]
fn answers() {
    for (format, body, expected) in [
        (
            Format::OpenAiChatCompletions,
            r#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a","reasoning_content":"hm","tool_calls":[{"function":{"name":"f","arguments":"{\"q\":\"v\"}"}}]},"logprobs":null},{"index":1,"message":{"content":[{"type":"text","text":"b"}]}}]}"#,
            vec![
                "assistant 0 a",
                "assistant 0 (hm)",
                "input 0 v",
                "assistant 1 b",
            ],
        ),
        (
            Format::OpenAiResponses,
            r#"{"id":"r","instructions":"not an answer","output":[{"type":"reasoning","summary":[{"text":"hm"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"b"}]},{"type":"function_call","arguments":"{\"q\":\"v\"}"}],"output_text":"a"}"#,
            vec![
                "assistant 0 (hm)",
                "assistant 1 ab",
                "input 2 v",
                "assistant - a",
            ],
        ),
        (
            Format::AnthropicMessages,
            r#"{"type":"message","role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a"},{"type":"tool_use","input":{"q":"v"}}]}"#,
            vec!["assistant 0 (hm)", "assistant 0 a", "input 0 v"],
        ),
        (
            Format::GeminiGenerateContent,
            r#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]}}]}"#,
            vec!["assistant 0 (hm)", "assistant 0 a", "assistant 1 b"],
        ),
        (
            Format::GeminiGenerateContent,
            r#" [{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},{"candidates":[{"content":{"parts":[{"text":"b"}]}}]}] "#,
            vec!["assistant 0 a", "assistant 1 b"],
        ),
        (
            Format::BedrockConverse,
            r#"{"output":{"message":{"role":"assistant","content":[{"text":"a"},{"toolUse":{"input":{"q":"v"}}}]}},"usage":{}}"#,
            vec!["assistant 0 a", "input 0 v"],
        ),
    ] {
        let body = Bytes::from(body);
        let texts = PromptText::of_answer(format, &body).expect("an answer");
        assert_eq!(runs(&texts), expected, "{format:?}");
    }
}

/// Replaces what `mask` finds in each run's text.
fn masked(texts: &PromptText<'_>, from: &str, to: &str) -> Bytes {
    let mut rewrite = texts.rewrite();
    for run in texts.runs() {
        rewrite.run(&run, &run.text().replace(from, to));
    }
    rewrite.finish()
}

#[track_caller]
fn check_masked(format: Format, body: &str, from: &str, to: &str, expected: &str) {
    let body = Bytes::from(body.to_owned());
    let texts = PromptText::of_request(format, &body).expect("an object");
    let after = masked(&texts, from, to);
    assert_eq!(after, expected);
    serde_json::from_slice::<&RawValue>(&after).expect("JSON");
}

#[test]
fn only_strings_that_change_are_written_anew() {
    let chat = Format::OpenAiChatCompletions;
    let with_parts = |parts: &str| {
        format!(r#"{{"n":1e400,"messages":[{{"role":"user","content":[{parts}]}}]}}"#)
    };
    for (before, from, after) in [
        // Across parts: each keeps what did not change.
        (
            r#"{"text":"my 12"}, {"text":"34 ok"} ,{"text":"\u0065nd"}"#,
            "1234",
            r#"{"text":"my "}, {"text":"<N> ok"} ,{"text":"\u0065nd"}"#,
        ),
        // A part that is empty then goes.
        (
            r#"{"text":"12"}, {"text":"34"},{"text":"56"}"#,
            "1234",
            r#"{"text":"<N>"},{"text":"56"}"#,
        ),
        (
            r#"{"text":"a"},{"text":"1"},{"text":"2"},{"text":"3","cache_control":{}}"#,
            "123",
            r#"{"text":"a"},{"text":"<N>","cache_control":{}}"#,
        ),
        // A part that is no text keeps its place.
        (
            r#"{"text":"12"},{"type":"image_url","image_url":{"url":"x"}},{"text":"12 34"}"#,
            "12",
            r#"{"text":"<N>"},{"type":"image_url","image_url":{"url":"x"}},{"text":"<N> 34"}"#,
        ),
        (
            r#"{"text":"1a1"},{"text":"b"}"#,
            "1",
            r#"{"text":"<N>a<N>"},{"text":"b"}"#,
        ),
    ] {
        check_masked(chat, &with_parts(before), from, "<N>", &with_parts(after));
    }
    check_masked(
        chat,
        &with_parts(r#"{"text":"12"},{"text":"3"}"#),
        "123",
        "",
        &with_parts(r#"{"text":""}"#),
    );
    let escaped = r#"{"messages":[{"role":"user","content":"h\u0069 12 \"q\""}]}"#;
    check_masked(
        chat,
        escaped,
        "12",
        "\"",
        r#"{"messages":[{"role":"user","content":"hi \" \"q\""}]}"#,
    );
}

#[test]
fn arguments_stay_json() {
    let body = |arguments: &str| {
        format!(
            r#"{{"messages":[{{"role":"assistant","tool_calls":[{{"function":{{"name":"f","arguments":{arguments}}}}}]}}]}}"#
        )
    };
    check_masked(
        Format::OpenAiChatCompletions,
        &body(r#""{\"a\": \"x 12\", \"n\":1e400,\"b\":[\"12\"]}""#),
        "12",
        "<\"N\">",
        &body(r#""{\"a\": \"x <\\\"N\\\">\", \"n\":1e400,\"b\":[\"<\\\"N\\\">\"]}""#),
    );
    let input = |value: &str| {
        format!(
            r#"{{"messages":[{{"role":"assistant","content":[{{"type":"tool_use","input":{{"n":1e400,"q":"{value}"}}}}]}}]}}"#
        )
    };
    check_masked(
        Format::AnthropicMessages,
        &input("12"),
        "12",
        "<N>",
        &input("<N>"),
    );
}

#[test]
fn what_repeats_a_changed_answer_goes() {
    for (format, before, after) in [
        (
            Format::OpenAiChatCompletions,
            r#"{"choices":[{"message":{"content":"a 12"},"logprobs":{"content":[{"token":"12"}]}}]}"#,
            r#"{"choices":[{"message":{"content":"a <N>"},"logprobs":null}]}"#,
        ),
        (
            Format::OpenAiResponses,
            r#"{"output":[{"type":"message","content":[{"type":"output_text","text":"12","logprobs":[{"token":"12"}]}]}],"output_text":"12"}"#,
            r#"{"output":[{"type":"message","content":[{"type":"output_text","text":"<N>","logprobs":[]}]}],"output_text":"<N>"}"#,
        ),
        (
            Format::GeminiGenerateContent,
            r#"{"candidates":[{"content":{"parts":[{"text":"12"}]},"groundingMetadata":{"groundingSupports":[{"segment":{"text":"12"}}]},"logprobsResult":{"a":1}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"<N>"}]},"groundingMetadata":{"groundingSupports":[]},"logprobsResult":{}}]}"#,
        ),
    ] {
        let body = Bytes::from(before);
        let texts = PromptText::of_answer(format, &body).expect("an answer");
        assert_eq!(masked(&texts, "12", "<N>"), after);
        assert_eq!(masked(&texts, "none", "<N>").as_ptr(), body.as_ptr());
    }
}

/// What guards see of a body beside what everybody sees.
fn beside(class: Class, body: &str) -> Vec<String> {
    let body = Bytes::from(body.to_owned());
    let (known, all) = (
        PromptText::of_class(class, &body).expect("an object"),
        PromptText::to_judge(class, &body).expect("an object"),
    );
    assert_eq!(known.messages(), all.messages());
    assert_eq!(known.definition_bytes(), all.definition_bytes());
    let known = runs(&known);
    let all = runs(&all).into_iter();
    all.filter(|run| !known.contains(run)).collect()
}

#[test]
fn members_that_no_format_has_are_judged_and_not_counted() {
    let chat = Format::OpenAiChatCompletions;
    for (format, body, expected) in [
        (
            chat,
            r#"{"prompt":"a","documents":[{"id":7,"text":"b"},"c"],"chat_template":"d","n":1}"#,
            vec!["user - a", "user - b", "user - c", "user - d"],
        ),
        // Neither what opens a store nor what names a model or a switch.
        (
            chat,
            r#"{"model":"m","models":["n"],"service_tier":"auto","user":"u","metadata":{"k":"v"},"data_sources":[{"parameters":{"role_information":"a","authentication":{"key":"zzz"}}}]}"#,
            vec!["user - a"],
        ),
        (
            chat,
            r#"{"messages":[{"role":"system","content":"s","note":"a"},
              {"role":"assistant","content":"t","reasoning_details":[{"type":"reasoning.text","text":"b","signature":"zzz","format":"zzz"}],
               "thinking_blocks":[{"type":"thinking","thinking":"c","signature":"zzz"},{"type":"redacted_thinking","data":"zzz"}]},
              {"role":"user","name":"n","content":"u","reasoning_details":[{"text":"d"}]}]}"#,
            vec![
                "system 0 a",
                "assistant 1 (b)",
                "assistant 1 (c)",
                "user 2 d",
            ],
        ),
        (
            chat,
            r#"{"messages":[{"role":"user","content":[{"type":"document","document":{"text":"a"}},{"type":"file","file":{"filename":"b","file_data":"zzz"}},
              {"type":"video_url","video_url":{"url":"zzz"}},{"type":"x","x":"data:image/png;base64,AAAA"},{"type":"x","x":"data:image/png;base64,say this"}]}]}"#,
            vec![
                "user 0 a",
                "user 0 b",
                "user 0 data:image/png;base64,say this",
            ],
        ),
        (
            Format::OpenAiResponses,
            r#"{"input":[{"type":"mcp_approval_response","approve":false,"reason":"a"},{"type":"image_generation_call","result":"AAAA"}],"reasoning":{"effort":"low"},"more":"b"}"#,
            vec!["user 0 a", "user - b"],
        ),
        (
            Format::AnthropicMessages,
            r#"{"messages":[{"role":"user","content":"u","note":"a"}],"thinking":{"type":"adaptive"},"context_management":{"edits":[{"instructions":"b"}]}}"#,
            vec!["user 0 a", "user - b"],
        ),
        (
            Format::GeminiGenerateContent,
            r#"{"contents":[],"safetySettings":[{"category":"c"}],"more":{"x":["a"]}}"#,
            vec!["user - a"],
        ),
        (
            Format::BedrockConverse,
            r#"{"messages":[],"additionalModelRequestFields":{"x":"a"},"requestMetadata":{"k":"v"}}"#,
            vec!["user - a"],
        ),
    ] {
        assert_eq!(beside(Class::Chat(format), body), expected, "{body}");
    }
    for (format, body) in [
        (chat, CHAT),
        (Format::OpenAiResponses, RESPONSES),
        (Format::AnthropicMessages, MESSAGES),
        (Format::GeminiGenerateContent, GEMINI),
        (Format::BedrockConverse, CONVERSE),
    ] {
        let more = beside(Class::Chat(format), body);
        let is_name = |run: &String| run.starts_with("name - ");
        assert!(more.iter().all(is_name), "{format:?}: {more:?}");
    }
}

/// Whoever judges sees names of tools, and can put nothing in their place.
#[test]
fn definitions_are_judged_and_names_stay() {
    for (format, body, names) in [
        (
            Format::OpenAiChatCompletions,
            r#"{"tools":[{"type":"function","function":{"name":"t12","description":"d 12","parameters":{"required":["t12"],"properties":{"t12":{"type":"string","enum":["e 12"]}}}}}],"functions":[{"name":"u12","description":"d 12"}],"response_format":{"type":"json_schema","json_schema":{"name":"v12","schema":{"description":"d 12"}}}}"#,
            vec!["t12", "u12", "v12"],
        ),
        (
            Format::OpenAiResponses,
            r#"{"tools":[{"type":"function","name":"t12","description":"d 12"},{"type":"mcp","server_label":"s12","server_description":"d 12","server_url":"12","authorization":"12","headers":{"X-Key":"d 12k"},"allowed_tools":["u12",{"tool_names":["v12"]}]}]}"#,
            vec!["t12", "s12", "u12", "v12"],
        ),
        (
            Format::AnthropicMessages,
            r#"{"tools":[{"name":"t12","description":"d 12","input_schema":{"$id":"12","properties":{"q":{"description":"d 12"}}},"cache_control":{"type":"12"}},{"type":"mcp_toolset","mcp_server_name":"s12"}],"mcp_servers":[{"type":"url","url":"12","name":"u12","authorization_token":"12","tool_configuration":{"allowed_tools":["v12"]}}]}"#,
            vec!["t12", "s12", "u12", "v12"],
        ),
        (
            Format::GeminiGenerateContent,
            r#"{"tools":[{"functionDeclarations":[{"name":"t12","description":"d 12","parameters":{"properties":{"name":{"description":"d 12"}}}}]},{"mcpServers":[{"name":"s12","streamableHttpTransport":{"url":"12","headers":{"X-Key":"d 12k"}}}]}]}"#,
            vec!["t12", "s12"],
        ),
        (
            Format::BedrockConverse,
            r#"{"toolConfig":{"tools":[{"toolSpec":{"name":"t12","description":"d 12","inputSchema":{"json":{"title":"d 12"}}}}],"toolChoice":{"tool":{"name":"t12"}}}}"#,
            vec!["t12", "t12"],
        ),
    ] {
        let body = Bytes::from_static(body.as_bytes());
        let texts = PromptText::to_judge(Class::Chat(format), &body).expect("an object");
        assert!(texts.runs().all(|run| run.scope() == Scope::ToolDefinition));
        let found = texts.runs().filter(super::Run::is_name);
        let found: Vec<_> = found.map(|run| run.text().into_owned()).collect();
        assert_eq!(found, names, "{format:?}");
        let after = masked(&texts, "12", "<\"N\">");
        serde_json::from_slice::<&RawValue>(&after).expect("JSON");
        // Only descriptions and values of schemas begin with a letter and a space.
        let body = std::str::from_utf8(&body).expect("text");
        let expected = ["d", "e"].iter().fold(body.to_owned(), |body, word| {
            body.replace(&format!("{word} 12\""), &format!(r#"{word} <\"N\">""#))
        });
        assert_eq!(after, expected, "{format:?}");
        let known = PromptText::of_class(Class::Chat(format), &after).expect("an object");
        assert!(!known.runs().any(|run| run.is_name()), "{format:?}");
    }
}

#[test]
fn members_that_no_format_has_keep_no_texts_apart() {
    let body = Bytes::from_static(
        br#"{"messages":[{"role":"user","content":[{"text":"12","x":"12"},{"text":"34","y":"z"}]}]}"#,
    );
    let class = Class::Chat(Format::OpenAiChatCompletions);
    let texts = PromptText::to_judge(class, &body).expect("an object");
    assert_eq!(runs(&texts), ["user 0 1234", "user 0 12", "user 0 z"]);
    let mut rewrite = texts.rewrite();
    for run in texts.runs() {
        let text = run.text().replace("1234", "<N>").replace("12", "<M>");
        rewrite.run(&run, &text);
    }
    // The part that lost its text goes, with what else it had.
    assert_eq!(
        rewrite.finish(),
        r#"{"messages":[{"role":"user","content":[{"text":"<N>","y":"z"}]}]}"#
    );
}

#[test]
fn what_an_answer_says_again_is_judged() {
    let body = Bytes::from_static(
        br#"{"id":"12","model":"12","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"a","reasoning":"b 12","reasoning_details":[{"type":"reasoning.text","text":"b 12","format":"f12","index":0}],"thinking_blocks":[{"type":"thinking","thinking":"b 12","signature":"12"}],"provider_specific_fields":{"again":"12"},"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,1212"}}]}}],"citations":["12"]}"#,
    );
    let texts = PromptText::of_answer(Format::OpenAiChatCompletions, &body).expect("an answer");
    assert_eq!(
        masked(&texts, "12", "<N>"),
        r#"{"id":"12","model":"12","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"a","reasoning":"b <N>","reasoning_details":[{"type":"reasoning.text","text":"b <N>","format":"f12","index":0}],"thinking_blocks":[{"type":"thinking","thinking":"b <N>","signature":"12"}],"provider_specific_fields":{"again":"<N>"},"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,1212"}}]}}],"citations":["12"]}"#
    );
}

#[test]
fn slots_are_replaced_one_by_one() {
    let body = Bytes::from_static(
        br#"{"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"}]}]}"#,
    );
    let texts = PromptText::of_request(Format::OpenAiChatCompletions, &body).expect("an object");
    let mut rewrite = texts.rewrite();
    rewrite.slot(0, "x");
    rewrite.slot(1, "b");
    rewrite.slot(7, "nowhere");
    assert_eq!(
        rewrite.finish(),
        r#"{"messages":[{"role":"user","content":[{"text":"x"},{"text":"b"}]}]}"#
    );
}

#[test]
fn texts_are_not_shown() {
    let body = Bytes::from_static(CHAT.as_bytes());
    let texts = PromptText::of_request(Format::OpenAiChatCompletions, &body).expect("an object");
    let shown = format!("{texts:?} {:?}", texts.runs().collect::<Vec<_>>());
    assert!(!shown.contains("kind") && !shown.contains("6789"));
}

fn any_body() -> impl Strategy<Value = (Format, Bytes)> {
    let known = prop::sample::select(vec![
        (Format::OpenAiChatCompletions, CHAT),
        (Format::OpenAiResponses, RESPONSES),
        (Format::AnthropicMessages, MESSAGES),
        (Format::GeminiGenerateContent, GEMINI),
        (Format::BedrockConverse, CONVERSE),
    ]);
    known.prop_map(|(format, body)| (format, Bytes::from(body)))
}

proptest! {
    #[test]
    fn a_rewritten_run_reads_as_it_was_written(
        (format, body) in any_body(),
        which in any::<prop::sample::Index>(),
        new in "\\PC{0,12}|[ab\"\\\\]{0,3}",
    ) {
        let texts = PromptText::of_request(format, &body).expect("an object");
        let all: Vec<_> = texts.runs().collect();
        let chosen = which.index(all.len());
        let mut rewrite = texts.rewrite();
        rewrite.run(&all[chosen], &new);
        let after = rewrite.finish();
        let read = PromptText::of_request(format, &after).expect("an object");
        let before: Vec<_> = all.iter().enumerate()
            .map(|(at, run)| if at == chosen { new.clone() } else { run.text().into_owned() })
            .collect();
        let now: Vec<_> = read.runs().map(|run| run.text().into_owned()).collect();
        prop_assert_eq!(before, now);
        // What is no text stays, byte for byte.
        let of = |texts: &PromptText<'_>, body: &Bytes| {
            let mut rest = Vec::new();
            let mut behind = 0;
            for slot in texts.slots() {
                rest.extend_from_slice(body.get(behind..slot.range.start).unwrap_or_default());
                behind = slot.range.end;
            }
            rest.extend_from_slice(&body[behind..]);
            rest
        };
        if all[chosen].slots().len() == 1 {
            prop_assert_eq!(of(&texts, &body), of(&read, &after));
        }
    }

    #[test]
    fn nothing_to_do_is_the_same_buffer((format, body) in any_body()) {
        let texts = PromptText::of_request(format, &body).expect("an object");
        let mut rewrite = texts.rewrite();
        for run in texts.runs() {
            rewrite.run(&run, &run.text());
        }
        prop_assert_eq!(rewrite.finish().as_ptr(), body.as_ptr());
    }

    #[test]
    fn no_body_panics(
        (format, _) in any_body(),
        body in "\\{\"(messages|input|contents|system|tools|output|choices)\":[\\[\\]{}\",:a-z0-9\\\\ ]{0,40}\\}|\\PC{0,20}",
    ) {
        let body = Bytes::from(body);
        for texts in [PromptText::of_request(format, &body), PromptText::of_answer(format, &body)].into_iter().flatten() {
            prop_assert!(masked(&texts, "a", "bb").len() < 400);
        }
    }
}
