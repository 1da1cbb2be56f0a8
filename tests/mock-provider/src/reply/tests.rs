//! Every format tells the same answer, buffered and streamed.

use serde_json::{Value, json};

use super::{Part, Reply, Stop};
use crate::answer::Answer;
use crate::asked::{Asked, Choice, Tool};
use crate::demand::Demand;
use crate::event::Event;
use crate::format::Format;

const FORMATS: [Format; 5] = [
    Format::Chat,
    Format::Responses,
    Format::Messages,
    Format::Converse,
    Format::GenerateContent,
];

fn asked() -> Asked {
    let mut asked = Asked::new("m");
    " hello \n world ".clone_into(&mut asked.said);
    asked.prompt_tokens = 8;
    asked.is_streamed = true;
    asked.tools.offered = ["first", "second"]
        .map(|name| Tool {
            name: name.to_owned(),
            schema: json!({"type": "object", "properties": {"city": {"type": "string"}}}),
        })
        .to_vec();
    asked
}

fn reply(asked: &Asked, words: &str) -> Reply {
    let demand = Demand::parse(words).expect("known");
    Reply::new(asked, &demand.wishes, 7, 2)
}

fn datas(answer: &Answer<'_>) -> Vec<Value> {
    let events = answer.to_events().expect("a stream").events;
    let texts = events.iter().map(|event| match event {
        Event::Sse { data, .. } => data.clone(),
        Event::Frame { payload, .. } => payload.clone(),
    });
    texts
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect()
}

/// All texts at these paths, one after another.
fn gathered(datas: &[Value], paths: &[&str]) -> String {
    let found = datas
        .iter()
        .flat_map(|data| paths.iter().map(|path| data.pointer(path)));
    found.flatten().filter_map(Value::as_str).collect()
}

#[test]
fn streams_say_what_buffered_answers_say() {
    let asked = asked();
    for format in FORMATS {
        let reply = reply(&asked, "text-tool.thinking");
        let answer = Answer {
            format,
            asked: &asked,
            reply: &reply,
        };
        let (datas, whole) = (datas(&answer), answer.to_object());
        let (texts, arguments): (&[&str], &[&str]) = match format {
            Format::Chat
            | Format::Embeddings
            | Format::Beyond
            | Format::BeyondBedrock
            | Format::BeyondGoogle
            | Format::Rerank
            | Format::Invoke => (
                &["/choices/0/delta/content"],
                &["/choices/0/delta/tool_calls/0/function/arguments"],
            ),
            Format::Responses | Format::Messages | Format::Converse => (
                &["/delta", "/delta/text"],
                &["/delta/partial_json", "/delta/toolUse/input", "/arguments"],
            ),
            Format::GenerateContent => (&["/candidates/0/content/parts/0/text"], &[]),
        };
        assert!(
            gathered(&datas, texts).contains("Let me look that up."),
            "{format:?}"
        );
        assert!(whole.to_string().contains("Let me look that up."));
        if format != Format::GenerateContent {
            assert_eq!(
                gathered(&datas, arguments),
                "{\"city\":\"mock\"}",
                "{format:?}"
            );
        }
        assert!(whole.to_string().contains("first") && !whole.to_string().contains("second"));
    }
}

#[test]
fn counts_are_told_as_each_format_tells_them() {
    let asked = asked();
    let reply = reply(&asked, "thinking.cached.cache-write");
    let (thought, text) = (10, 12);
    for (format, path, expected) in [
        (Format::Chat, "/usage/prompt_tokens", 8),
        (
            Format::Chat,
            "/usage/prompt_tokens_details/cached_tokens",
            4,
        ),
        (Format::Chat, "/usage/completion_tokens", thought + text),
        (
            Format::Chat,
            "/usage/completion_tokens_details/reasoning_tokens",
            thought,
        ),
        (Format::Responses, "/usage/input_tokens", 8),
        (
            Format::Responses,
            "/usage/input_tokens_details/cached_tokens",
            4,
        ),
        (
            Format::Responses,
            "/usage/output_tokens_details/reasoning_tokens",
            thought,
        ),
        (Format::Messages, "/usage/input_tokens", 2),
        (Format::Messages, "/usage/cache_read_input_tokens", 4),
        (Format::Messages, "/usage/cache_creation_input_tokens", 2),
        (Format::Messages, "/usage/output_tokens", thought + text),
        (Format::Converse, "/usage/inputTokens", 2),
        (Format::Converse, "/usage/cacheReadInputTokens", 4),
        (Format::Converse, "/usage/totalTokens", 8 + thought + text),
        (
            Format::GenerateContent,
            "/usageMetadata/promptTokenCount",
            8,
        ),
        (
            Format::GenerateContent,
            "/usageMetadata/cachedContentTokenCount",
            4,
        ),
        (
            Format::GenerateContent,
            "/usageMetadata/candidatesTokenCount",
            text,
        ),
        (
            Format::GenerateContent,
            "/usageMetadata/thoughtsTokenCount",
            thought,
        ),
    ] {
        let answer = Answer {
            format,
            asked: &asked,
            reply: &reply,
        };
        assert_eq!(
            answer.to_object().pointer(path),
            Some(&expected.into()),
            "{format:?} {path}"
        );
        let events = answer.to_events().expect("a stream");
        let Some(Event::Sse { data: told, .. } | Event::Frame { payload: told, .. }) =
            events.events.get(events.usage_at.expect("usage"))
        else {
            panic!("no event");
        };
        let told: Value = serde_json::from_str(told).expect("JSON");
        let last = path.rsplit('/').next().expect("a name");
        let is_of_start = format == Format::Messages && last.contains("input");
        assert!(
            is_of_start || told.to_string().contains(&format!("\"{last}\":{expected}")),
            "{told}"
        );
    }
}

#[test]
fn tools_are_called_on_demand() {
    let mut asked = asked();
    for (words, choice, is_single, calls) in [
        ("healthy", Choice::Auto, false, 0),
        ("healthy", Choice::Any, false, 1),
        ("healthy", Choice::Named("second".to_owned()), false, 1),
        ("tool", Choice::Auto, false, 1),
        ("tool", Choice::Never, false, 0),
        ("tools", Choice::Auto, false, 2),
        ("tools", Choice::Any, true, 1),
    ] {
        asked.tools.choice = choice;
        asked.tools.is_single = is_single;
        let reply = reply(&asked, words);
        assert_eq!(reply.calls().count(), calls, "{words}");
        let stop = if calls > 0 { Stop::Calls } else { Stop::End };
        assert_eq!(reply.stop, stop);
    }
    asked.tools.choice = Choice::Auto;
    asked.tools.is_single = false;
    asked.tools.offered.truncate(1);
    let mixed = reply(&asked, "mixed");
    let kinds: Vec<bool> = mixed
        .parts
        .iter()
        .map(|part| matches!(part, Part::Call(_)))
        .collect();
    assert_eq!(kinds, [true, false, true]);
}

#[test]
fn a_limit_cuts_the_parts_in_order() {
    let mut asked = asked();
    for (limit, thought, text, stop) in [
        (3, "The user wants", "", Stop::Length),
        (13, super::THOUGHT, "This is a", Stop::Length),
        (
            22,
            super::THOUGHT,
            "This is a mock provider answering as m. You said: hello world",
            Stop::End,
        ),
    ] {
        asked.token_limit = Some(limit);
        let reply = reply(&asked, "thinking");
        assert_eq!(
            (reply.thoughts().as_str(), reply.text().as_str()),
            (thought, text)
        );
        assert_eq!((reply.stop, reply.counts.output), (stop, limit));
    }
}
