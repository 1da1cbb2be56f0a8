//! Messages of chat completions as turns of Gemini.
//!
//! Gemini's turns are the user's and the model's, by turns, so that messages of one role become one turn. Results of calls
//! are the exception: they are a turn of nothing else, in the order of the calls, since Gemini tells them apart by place
//! (Gemini 3 refuses anything beside them). What a user says between two results comes after both. It must not know tools or
//! sampling. Invariant: each result belongs to a call in front of it.

use serde::Deserialize;

use super::needs_signatures;
use crate::shape::chat::{Message, Part as ChatPart, ToolCall};
use crate::shape::gemini::{Content, FunctionCall, FunctionResponse, Part};
use crate::shape::messages::Block;
use crate::shape::responses::envelope::Proof;
use crate::text::{Json, JsonText};
use crate::tool_names::NO_SIGNATURE;
use crate::{Notes, Target, Unconvertible};

mod parts;

use parts::{arguments, blank, owned, part_of, split, text_part, texts_only};

type Converted<'a> = (Vec<Content<'a>>, Option<Content<'a>>);

/// Puts turns together.
struct Turns<'a, 't> {
    target: &'t Target,
    contents: Vec<Content<'a>>,
    system: Vec<Part<'a>>,
    /// Every call so far: its id without a signature, and the function.
    calls: Vec<(String, JsonText<'a>)>,
    /// Results that are not a turn yet, each with the place of its call.
    results: Vec<(usize, Part<'a>)>,
    /// What the user said since the last turn.
    user: Vec<Part<'a>>,
}

/// What a tool returned.
#[derive(serde::Serialize)]
struct Returned<'a> {
    content: JsonText<'a>,
}

#[derive(Deserialize)]
struct Extra<'a> {
    #[serde(borrow, default)]
    google: Option<Google<'a>>,
}

#[derive(Deserialize)]
struct Google<'a> {
    #[serde(borrow, default)]
    thought_signature: Option<JsonText<'a>>,
}

/// The turns, and what the system says.
pub(super) fn convert<'a>(
    messages: Vec<Message<'a>>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Converted<'a>, Unconvertible> {
    let mut turns = Turns {
        target,
        contents: Vec::new(),
        system: Vec::new(),
        calls: Vec::new(),
        results: Vec::new(),
        user: Vec::new(),
    };
    for (index, message) in messages.into_iter().enumerate() {
        turns
            .message(message, notes)
            .map_err(|error| error.within(&format!("messages[{index}]")))?;
    }
    Ok(turns.finish())
}

// === impl Turns ===

impl<'a> Turns<'a, '_> {
    fn message(&mut self, message: Message<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        notes.dropped_if("messages.name", message.name.is_some());
        notes.dropped_if("messages.cache_control", message.cache_control.is_some());
        match message.role.as_str() {
            "system" | "developer" => {
                let parts = texts_only(self.parts(message.content, notes)?)?;
                // It moves to the front.
                let is_first = self.contents.is_empty() && self.user.is_empty();
                notes.dropped_if(
                    "messages.system_position",
                    !(parts.is_empty() || is_first && self.results.is_empty()),
                );
                self.system.extend(parts);
                Ok(())
            }
            "user" => {
                let parts = self.parts(message.content, notes)?;
                self.user.extend(parts);
                Ok(())
            }
            "assistant" => self.assistant(message, notes),
            "tool" => self.tool(message, notes),
            "function" => Err(Unconvertible::unsupported(
                "role",
                "legacy functions cannot be sent to Gemini; use `tools`",
            )),
            _ => Err(Unconvertible::invalid("role", "is not a known role")),
        }
    }

    fn assistant(&mut self, message: Message<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let legacy = message.function_call.as_ref();
        if legacy.is_some_and(|call| !call.is_null()) {
            return Err(Unconvertible::unsupported(
                "function_call",
                "legacy functions cannot be sent to Gemini; use `tools`",
            ));
        }
        // Thoughts need not be sent back; signatures of calls are in the calls.
        notes.dropped_if(
            "messages.reasoning_content",
            message.reasoning_content.is_some(),
        );
        let own = proof(&message, notes);
        let mut parts = texts_only(self.parts(message.content, notes)?)?;
        parts.extend(message.refusal.and_then(Json::text).and_then(text_part));
        // Of an answer without calls it is the text's.
        match (own, parts.last_mut()) {
            (Some(own), Some(last)) => last.thought_signature = Some(own),
            (own, _) => notes.dropped_if("messages.reasoning_signature", own.is_some()),
        }
        let calls = message.tool_calls.unwrap_or_default();
        if parts.is_empty() && calls.is_empty() {
            return Ok(());
        }
        self.flush();
        for (index, call) in calls.into_iter().enumerate() {
            let part = self
                .call(call, notes)
                .map_err(|error| error.within(&format!("tool_calls[{index}]")))?;
            parts.push(part);
        }
        push("model", parts, &mut self.contents);
        Ok(())
    }

    fn call(&mut self, call: ToolCall<'a>, notes: &mut Notes) -> Result<Part<'a>, Unconvertible> {
        let Some(function) = call.function.filter(|_| call.kind == "function") else {
            return Err(Unconvertible::unsupported(
                "type",
                "Gemini takes only calls of functions",
            ));
        };
        let extra: Option<Extra<'_>> = call
            .extra_content
            .as_ref()
            .and_then(|extra| extra.read().ok());
        notes.dropped_if(
            "messages.tool_calls.extra_content",
            call.extra_content.is_some() && extra.is_none(),
        );
        let (id, signature) = match &call.id {
            Some(id) => split(id),
            None => (String::new(), None),
        };
        let signature = signature.or_else(|| {
            let signature = extra?.google?.thought_signature?;
            Some(signature.into_owned())
        });
        self.calls.push((id, function.name.clone()));
        Ok(Part {
            function_call: Some(FunctionCall {
                id: None,
                name: function.name,
                args: Some(arguments(function.arguments.as_ref())),
            }),
            thought_signature: signature.filter(|signature| !signature.is_empty()),
            ..Part::default()
        })
    }

    fn tool(&mut self, message: Message<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let id = message
            .tool_call_id
            .ok_or_else(|| Unconvertible::invalid("tool_call_id", "is missing"))?;
        let (id, _) = split(&id);
        // Ids may come again; the last call counts.
        let found = self.calls.iter().rposition(|(known, _)| *known == id);
        let Some((at, (_, name))) = found.and_then(|at| Some((at, self.calls.get(at)?))) else {
            return Err(Unconvertible::invalid(
                "tool_call_id",
                "is of no call in the messages before",
            ));
        };
        let name = name.clone();
        let mut texts = Vec::new();
        for part in self.parts(message.content, notes)? {
            match part.text {
                Some(text) => texts.push(text),
                // An image beside the result; the user shows it after the results.
                None => self.user.push(part),
            }
        }
        let content = match <[_; 1]>::try_from(texts) {
            Ok([text]) => text,
            Err(texts) => JsonText::join(&texts, ""),
        };
        let response = FunctionResponse {
            id: None,
            name,
            response: Some(Json::of(&Returned { content })),
            parts: Vec::new(),
        };
        self.results.push((
            at,
            Part {
                function_response: Some(response),
                ..Part::default()
            },
        ));
        Ok(())
    }

    /// Content: a text, a list of parts, or nothing. Empty texts are left out, which Gemini refuses.
    fn parts(
        &self,
        content: Option<Json<'a>>,
        notes: &mut Notes,
    ) -> Result<Vec<Part<'a>>, Unconvertible> {
        let Some(content) = content.filter(|content| !content.is_null()) else {
            return Ok(Vec::new());
        };
        if content.get().starts_with('"') {
            return Ok(content.text().and_then(text_part).into_iter().collect());
        }
        let wrong = |_| Unconvertible::invalid("content", "is neither a text nor a list of parts");
        match content.in_place() {
            Some(raw) => {
                let list = serde_json::from_str(raw).map_err(wrong)?;
                self.list(list, notes)
            }
            None => {
                let list = content.read().map_err(wrong)?;
                let parts = self.list(list, notes)?;
                Ok(parts.into_iter().map(owned).collect())
            }
        }
    }

    fn list<'b>(
        &self,
        list: Vec<ChatPart<'b>>,
        notes: &mut Notes,
    ) -> Result<Vec<Part<'b>>, Unconvertible> {
        let mut converted = Vec::with_capacity(list.len());
        for (index, part) in list.into_iter().enumerate() {
            let part = part_of(part, self.target, notes)
                .map_err(|error| error.within(&format!("content[{index}]")))?;
            converted.extend(part);
        }
        Ok(converted)
    }

    /// What was gathered of the user's side becomes turns.
    fn flush(&mut self) {
        let mut results = std::mem::take(&mut self.results);
        if !results.is_empty() {
            results.sort_by_key(|(place, _)| *place);
            self.contents.push(Content {
                role: Some("user".to_owned()),
                parts: results.into_iter().map(|(_, part)| part).collect(),
            });
        }
        let mut said = std::mem::take(&mut self.user);
        if said.is_empty() {
            return;
        }
        // An image alone is refused.
        if said.iter().all(|part| part.text.is_none()) {
            said.push(blank());
        }
        self.contents.push(Content {
            role: Some("user".to_owned()),
            parts: said,
        });
    }

    fn finish(mut self) -> Converted<'a> {
        self.flush();
        if self.contents.is_empty() {
            self.contents.push(Content {
                role: Some("user".to_owned()),
                parts: vec![blank()],
            });
        }
        if needs_signatures(&self.target.model) {
            for content in &mut self.contents {
                // Of calls at the same time, Gemini signs the first.
                let first = content
                    .parts
                    .iter_mut()
                    .find(|part| part.function_call.is_some());
                if let Some(first) = first {
                    first
                        .thought_signature
                        .get_or_insert_with(|| JsonText::plain(NO_SIGNATURE));
                }
            }
        }
        let system = (!self.system.is_empty()).then_some(Content {
            role: None,
            parts: self.system,
        });
        (self.contents, system)
    }
}

/// Gemini's proof of an answer, which clients have in one place or the other. What is another's is noted.
fn proof(message: &Message<'_>, notes: &mut Notes) -> Option<JsonText<'static>> {
    let signature = message.reasoning_signature.as_ref();
    let told = signature.and_then(of_gemini);
    notes.dropped_if(
        "messages.reasoning_signature",
        signature.is_some() && told.is_none(),
    );
    let listed = message.thinking_blocks.as_ref();
    let blocks: Option<Vec<Block<'_>>> = listed.and_then(|list| list.read().ok());
    let blocks = blocks.unwrap_or_default();
    let proofs = blocks
        .iter()
        .map(|block| of_gemini(block.signature.as_ref()?));
    let proofs: Vec<Option<_>> = proofs.collect();
    let is_whole = !proofs.is_empty() && proofs.iter().all(Option::is_some);
    notes.dropped_if("messages.thinking_blocks", listed.is_some() && !is_whole);
    // Of several the last is that of the text, which Gemini signs at its end.
    told.or_else(|| proofs.into_iter().flatten().next_back())
}

fn of_gemini(signature: &JsonText<'_>) -> Option<JsonText<'static>> {
    match Proof::of(signature)? {
        Proof::Gemini(own) => Some(own),
        Proof::Claude(_) | Proof::Responses => None,
    }
}

/// Adds to the turns; those of one role that follow each other are one.
fn push<'a>(role: &str, parts: Vec<Part<'a>>, contents: &mut Vec<Content<'a>>) {
    match contents.last_mut() {
        Some(last) if last.role.as_deref() == Some(role) => last.parts.extend(parts),
        Some(_) | None => contents.push(Content {
            role: Some(role.to_owned()),
            parts,
        }),
    }
}
