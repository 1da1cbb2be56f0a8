//! A conversation that one vendor's model began, with reasoning and calls of tools, goes on at another's, and then at the
//! first again (llm.md 2.4, R-24).
//!
//! Every pair of kinds, in every format of clients: what a client sends back is what it got. The mocks refuse what the vendors
//! do: other vendors' proofs of reasoning, calls without one where they want it, and ids that are not within their rules. Must
//! not know how the gateway marks what it hands out.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::Client;

use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};
use super::told::{At, Told};

/// What an answer of the mock has to prove its reasoning with.
const CLAUDE: &str = "bW9jay1zaWduYXR1cmU=";
const GEMINI: &str = "bW9jay10aG91Z2h0";
const SEALED: &str = "gAAAbW9jay1zZWFsZWQ=";

/// A provider in a conversation: its route, and a model of its own.
struct Side {
    kind: &'static Kind,
    model: &'static str,
}

const MODELS: [(&str, &str); 7] = [
    ("openai", "gpt-5.4"),
    ("anthropic", "claude-sonnet-4-5"),
    ("bedrock", "anthropic.claude-sonnet-4-5"),
    ("gemini", "gemini-3-pro"),
    ("vertexai", "gemini-3-pro"),
    ("chat", "local-x"),
    ("responses", "gpt-5.4"),
];

/// A conversation so far: the members of a request in the client's format.
struct Conversation {
    format: Format,
    body: Value,
}

// === impl Side ===

impl Side {
    fn all() -> Result<Vec<Side>> {
        let side = |(name, model)| {
            let kinds: &'static [Kind] = &KINDS;
            let kind = kinds.iter().find(|kind| kind.name == name);
            let kind = kind.with_context(|| format!("no kind {name}"))?;
            Ok(Side { kind, model })
        };
        MODELS.into_iter().map(side).collect()
    }

    /// What this side's answer to a client of the format proves its reasoning with, and gets back.
    fn proof(&self, format: Format) -> Option<&'static str> {
        match (self.kind.name, format) {
            // Clients of Gemini's format have no place for it that nobody else reads.
            ("anthropic" | "bedrock", Format::Chat | Format::Responses | Format::Messages) => {
                Some(CLAUDE)
            }
            ("gemini" | "vertexai", _) => Some(GEMINI),
            ("openai", Format::Responses | Format::Messages) | ("responses", _) => Some(SEALED),
            _ => None,
        }
    }

    /// Asks this side, whose answer is what the mock makes of `wishes`.
    async fn ask(&self, rig: &Rig, talk: &mut Conversation, wishes: &str) -> Result<Value> {
        let model = format!("{}-mock-{wishes}", self.model);
        let question = Question {
            format: talk.format,
            answer: Answer::Collected,
            model: &model,
            said: "",
        };
        if let Some(members) = talk.body.as_object_mut()
            && talk.format != Format::Gemini
        {
            members.insert("model".to_owned(), json!(model));
        }
        let request = question.with_body(self.kind.name, &talk.body.to_string())?;
        let reply = Client::http1(rig.port).send(request).await?;
        let told = Told::read(talk.format, Answer::Collected, &reply)?;
        ensure!(told.is_whole(), "{told:?}");
        serde_json::from_slice(&reply.body).context("an answer")
    }
}

// === impl Conversation ===

impl Conversation {
    fn new(format: Format) -> Self {
        let schema = json!({"type": "object", "properties": {"path": {"type": "string"}}});
        let user = json!({"role": "user", "content": "hello tide"});
        let body = match format {
            Format::Chat => json!({"messages": [user], "reasoning_effort": "low", "tools": [
                {"type": "function", "function": {"name": "look", "parameters": schema}}]}),
            Format::Responses => {
                json!({"input": [user], "reasoning": {"effort": "low"}, "store": false,
                "include": ["reasoning.encrypted_content"],
                "tools": [{"type": "function", "name": "look", "parameters": schema}]})
            }
            Format::Messages => json!({"messages": [user], "max_tokens": 9000,
                "thinking": {"type": "enabled", "budget_tokens": 2000},
                "tools": [{"name": "look", "input_schema": schema}]}),
            Format::Gemini => {
                json!({"contents": [{"role": "user", "parts": [{"text": "hello tide"}]}],
                "generationConfig": {"thinkingConfig": {"includeThoughts": true}},
                "tools": [{"functionDeclarations": [{"name": "look", "parameters": schema}]}]})
            }
        };
        Self { format, body }
    }

    fn turns(&mut self) -> Result<&mut Vec<Value>> {
        let name = match self.format {
            Format::Chat | Format::Messages => "messages",
            Format::Responses => "input",
            Format::Gemini => "contents",
        };
        let turns = self.body.get_mut(name).and_then(Value::as_array_mut);
        turns.context("no turns")
    }

    /// Adds an answer as it came, and what its calls returned; how many there were.
    fn answered(&mut self, answer: &Value) -> Result<usize> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut results = Vec::new();
        let said = match self.format {
            Format::Chat => {
                let message = answer.at("/choices/0/message");
                for call in list(message.at("/tool_calls")) {
                    results.push(
                        json!({"role": "tool", "tool_call_id": call.at("/id"), "content": "12"}),
                    );
                }
                vec![message.clone()]
            }
            Format::Responses => {
                let items = list(answer.at("/output"));
                for call in items
                    .iter()
                    .filter(|item| item.at("/type") == "function_call")
                {
                    results.push(json!({"type": "function_call_output", "call_id": call.at("/call_id"), "output": "12"}));
                }
                items
            }
            Format::Messages => {
                let blocks = answer.at("/content");
                for call in list(blocks)
                    .iter()
                    .filter(|block| block.at("/type") == "tool_use")
                {
                    results.push(json!({"type": "tool_result", "tool_use_id": call.at("/id"), "content": "12"}));
                }
                vec![json!({"role": "assistant", "content": blocks})]
            }
            Format::Gemini => {
                let content = answer.at("/candidates/0/content");
                for part in list(content.at("/parts")) {
                    if let Some(call) = part.get("functionCall") {
                        results.push(json!({"functionResponse": {"name": call.at("/name"), "response": {"result": "12"}}}));
                    }
                }
                vec![content.clone()]
            }
        };
        let count = results.len();
        let results = match self.format {
            Format::Chat | Format::Responses => results,
            Format::Messages => vec![json!({"role": "user", "content": results})],
            Format::Gemini => vec![json!({"role": "user", "parts": results})],
        };
        let turns = self.turns()?;
        turns.extend(said);
        if count > 0 {
            turns.extend(results);
        }
        Ok(count)
    }

    /// The user asks on.
    fn asks_on(&mut self) -> Result<()> {
        let turn = match self.format {
            Format::Chat | Format::Responses | Format::Messages => {
                json!({"role": "user", "content": "and then?"})
            }
            Format::Gemini => json!({"role": "user", "parts": [{"text": "and then?"}]}),
        };
        self.turns()?.push(turn);
        Ok(())
    }
}

async fn check(rig: &Rig, format: Format, (first, next): (&Side, &Side)) -> Result<()> {
    let mut talk = Conversation::new(format);
    let answer = first.ask(rig, &mut talk, "thinking.tools").await;
    let calls = talk.answered(&answer.context("the first turn")?)?;
    ensure!(calls == 2, "{calls} calls");
    let answer = next.ask(rig, &mut talk, "thinking").await;
    let answer = answer.context("the second turn")?;
    let got = rig.mock(next.kind)?.last_body().await?.to_string();
    ensure!(!got.contains("__thought__"), "the provider got {got}");
    talk.answered(&answer)?;
    talk.asks_on()?;
    let answer = first.ask(rig, &mut talk, "thinking").await;
    answer.context("the third turn")?;
    let got = rig.mock(first.kind)?.last_body().await?.to_string();
    let proof = first.proof(format).unwrap_or_default();
    ensure!(got.contains(proof), "no {proof} came back: {got}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_goes_on_at_another_vendor() -> Result<()> {
    let rig = Rig::start().await?;
    let sides = Side::all()?;
    let mut failures = Vec::new();
    for format in Format::ALL {
        let sides = || sides.iter().filter(|side| side.kind.serves(format));
        for first in sides() {
            for next in sides() {
                if let Err(error) = check(&rig, format, (first, next)).await {
                    let (first, next) = (first.kind.name, next.kind.name);
                    failures.push(format!("{format:?}, {first} then {next}: {error:#}"));
                }
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    rig.world.stop().await
}

/// Claude Opus 5.5 takes its thoughts back only behind what they stood behind: instructions in the middle move nothing.
#[tokio::test(flavor = "multi_thread")]
async fn instructions_in_the_middle_leave_thoughts_what_they_were() -> Result<()> {
    let rig = Rig::start().await?;
    let mut sides = Side::all()?.into_iter();
    let side = sides.find(|side| side.kind.name == "anthropic");
    let side = Side {
        model: "claude-opus-5-5",
        ..side.context("no side")?
    };
    for format in [Format::Chat, Format::Responses] {
        let mut talk = Conversation::new(format);
        let instruct = |talk: &mut Conversation, text: &str| {
            let turn = json!({"role": "developer", "content": text});
            talk.turns().map(|turns| turns.push(turn))
        };
        for (turn, wishes) in ["thinking.tools", "thinking", "thinking"]
            .into_iter()
            .enumerate()
        {
            instruct(&mut talk, &format!("rule {turn}"))?;
            let answer = side.ask(&rig, &mut talk, wishes).await;
            let answer = answer.with_context(|| format!("{format:?}, turn {turn}"))?;
            if talk.answered(&answer)? == 0 {
                instruct(&mut talk, &format!("rule behind {turn}"))?;
                talk.asks_on()?;
            }
        }
        let got = rig.mock(side.kind)?.last_body().await?.to_string();
        ensure!(
            got.contains(CLAUDE.trim_end_matches('=')),
            "no thought came back: {got}"
        );
        ensure!(
            got.contains("\"role\":\"system\""),
            "no rule in the middle: {got}"
        );
    }
    rig.world.stop().await
}

/// DeepSeek refuses its calls without what it thought before them.
#[tokio::test(flavor = "multi_thread")]
async fn reasoning_goes_back_to_a_server_that_wants_it() -> Result<()> {
    let rig = Rig::start().await?;
    let mut sides = Side::all()?.into_iter();
    let side = sides.find(|side| side.kind.name == "chat");
    let side = Side {
        model: "deepseek-v4-pro",
        ..side.context("no side")?
    };
    for format in Format::ALL {
        let mut talk = Conversation::new(format);
        let calling = "reasoning-content.tools";
        for wishes in [calling, calling, "reasoning-content"] {
            let answer = side.ask(&rig, &mut talk, wishes).await;
            talk.answered(&answer.with_context(|| format!("{format:?}"))?)?;
        }
        let got = rig.mock(side.kind)?.last_body().await?;
        let told = got.at("/messages/1/reasoning_content").as_str();
        ensure!(
            told.is_some_and(|text| !text.is_empty()),
            "{format:?}: {got}"
        );
    }
    rig.world.stop().await
}
