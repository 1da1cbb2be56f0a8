//! Turns of Gemini as messages of chat completions.
//!
//! Gemini tells calls apart by name and place, chat completions by id. A call without an id gets one of its number in the
//! conversation; a result is matched by its id where it has one, else with the first call of its name that has no result
//! yet. Results become messages in front of what else the user says in the turn. It must not know tools or sampling.

use super::{is_google, media};
use crate::shape::chat::{Called, Message, Part as ChatPart, ToolCall};
use crate::shape::gemini::{Content, FunctionCall, FunctionResponse, Part};
use crate::text::{Json, JsonText};
use crate::tool_names::NO_SIGNATURE;
use crate::{Notes, Target, Unconvertible, own_reasoning};

/// Members in which a result's text stands alone: ours, and those of Google's SDK and guides.
const RESULTS: [&str; 3] = ["content", "result", "output"];

struct Messages<'a, 't> {
    target: &'t Target,
    messages: Vec<Message<'a>>,
    /// Calls without a result.
    open: Vec<Open<'a>>,
    /// Calls so far.
    count: usize,
}

/// A call that waits for its result.
struct Open<'a> {
    id: JsonText<'a>,
    name: JsonText<'a>,
}

/// Google's place for a signature on its OpenAI surface.
#[derive(serde::Serialize)]
struct Extra<'a> {
    google: Google<'a>,
}

#[derive(serde::Serialize)]
struct Google<'a> {
    thought_signature: JsonText<'a>,
}

pub(super) fn convert<'a>(
    system: Option<Content<'a>>,
    contents: Vec<Content<'a>>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Vec<Message<'a>>, Unconvertible> {
    if contents.is_empty() {
        return Err(Unconvertible::invalid("contents", "is empty"));
    }
    let mut messages = Messages {
        target,
        messages: Vec::with_capacity(contents.len() + 1),
        open: Vec::new(),
        count: 0,
    };
    if let Some(system) = system {
        messages.system(system.parts)?;
    }
    for (index, content) in contents.into_iter().enumerate() {
        messages
            .content(content, notes)
            .map_err(|error| error.within(&format!("contents[{index}]")))?;
    }
    Ok(messages.messages)
}

// === impl Messages ===

impl<'a> Messages<'a, '_> {
    fn system(&mut self, parts: Vec<Part<'a>>) -> Result<(), Unconvertible> {
        let mut texts = Vec::with_capacity(parts.len());
        for (index, part) in parts.into_iter().enumerate() {
            let text = part.text.ok_or_else(|| {
                let field = format!("systemInstruction.parts[{index}]");
                Unconvertible::unsupported(field, "may only be text")
            })?;
            texts.push(text);
        }
        if let Some(text) = joined(texts, "\n") {
            self.messages.push(Message {
                role: "system".to_owned(),
                content: Some(text.into_json()),
                ..Message::default()
            });
        }
        Ok(())
    }

    fn content(&mut self, content: Content<'a>, notes: &mut Notes) -> Result<(), Unconvertible> {
        for part in &content.parts {
            notes.dropped_if(
                "contents.parts.videoMetadata",
                part.video_metadata.is_some(),
            );
            notes.dropped_if(
                "contents.parts.mediaResolution",
                part.media_resolution.is_some(),
            );
        }
        match content.role.as_deref().unwrap_or("user") {
            "user" | "function" | "" => self.user(content.parts, notes),
            "model" => self.model(content.parts, notes),
            _ => Err(Unconvertible::invalid(
                "role",
                "is neither `user` nor `model`",
            )),
        }
    }

    fn user(&mut self, parts: Vec<Part<'a>>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let mut said = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            let within = |error: Unconvertible| error.within(&format!("parts[{index}]"));
            notes.dropped_if(
                "contents.parts.thoughtSignature",
                part.thought_signature.is_some(),
            );
            if let Some(response) = part.function_response {
                self.result(response, &mut said).map_err(within)?;
            } else if let Some(text) = part.text {
                if !text.is_empty() {
                    said.push(text_part(text));
                }
            } else {
                said.push(data(part, self.target).map_err(within)?);
            }
        }
        let content = match said.as_mut_slice() {
            [] => return Ok(()),
            [ChatPart { text, .. }] if text.is_some() => text.take().map(JsonText::into_json),
            several => Some(Json::of(several)),
        };
        self.messages.push(Message {
            role: "user".to_owned(),
            content,
            ..Message::default()
        });
        Ok(())
    }

    fn model(&mut self, parts: Vec<Part<'a>>, notes: &mut Notes) -> Result<(), Unconvertible> {
        let (mut texts, mut calls, mut thoughts) = (Vec::new(), Vec::new(), Vec::new());
        for (index, part) in parts.into_iter().enumerate() {
            if let Some(call) = part.function_call {
                let signature = part.thought_signature;
                calls.push(self.call(call, signature, notes));
                continue;
            }
            notes.dropped_if(
                "contents.parts.thoughtSignature",
                part.thought_signature.is_some(),
            );
            match part.text {
                Some(text)
                    if part.thought == Some(true)
                        && part.thought_signature.is_none()
                        && own_reasoning::is_wanted(self.target) =>
                {
                    thoughts.push(text);
                }
                // Other providers do not take the model's thoughts back.
                Some(_) if part.thought == Some(true) => notes.dropped("contents.parts.thought"),
                Some(text) => texts.push(text),
                None => {
                    return Err(Unconvertible::unsupported(
                        format!("parts[{index}]"),
                        "the provider takes text and calls of a model, nothing else",
                    ));
                }
            }
        }
        let text = joined(texts, "");
        if text.is_none() && calls.is_empty() {
            return Ok(());
        }
        let mut turn = Message {
            role: "assistant".to_owned(),
            content: text.map(JsonText::into_json),
            tool_calls: (!calls.is_empty()).then_some(calls),
            ..Message::default()
        };
        own_reasoning::put(&mut turn, &thoughts);
        self.messages.push(turn);
        Ok(())
    }

    fn call(
        &mut self,
        call: FunctionCall<'a>,
        signature: Option<JsonText<'a>>,
        notes: &mut Notes,
    ) -> ToolCall<'a> {
        let id = call
            .id
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| JsonText::plain(&format!("call_{}", self.count)));
        self.count += 1;
        self.open.push(Open {
            id: id.clone(),
            name: call.name.clone(),
        });
        let is_kept = is_google(self.target.vendor);
        notes.dropped_if(
            "contents.parts.thoughtSignature",
            signature.as_ref().is_some_and(is_proof) && !is_kept,
        );
        let arguments = call.args.as_ref().filter(|args| !args.is_null());
        ToolCall {
            id: Some(id),
            kind: "function".to_owned(),
            function: Some(Called {
                name: call.name,
                arguments: Some(JsonText::plain(arguments.map_or("{}", Json::get))),
            }),
            extra_content: signature.filter(|_| is_kept).map(|thought_signature| {
                Json::of(&Extra {
                    google: Google { thought_signature },
                })
            }),
        }
    }

    /// A result becomes a message; what it shows beside its text is said by the user.
    fn result(
        &mut self,
        response: FunctionResponse<'a>,
        said: &mut Vec<ChatPart<'a>>,
    ) -> Result<(), Unconvertible> {
        let given = response.id.filter(|id| !id.is_empty());
        let by_id = self
            .open
            .iter()
            .position(|call| Some(&call.id) == given.as_ref());
        let by_name = || self.open.iter().position(|call| call.name == response.name);
        let Some(at) = by_id.or_else(by_name) else {
            return Err(Unconvertible::invalid(
                "functionResponse",
                "is of no `functionCall` in the contents before",
            ));
        };
        let id = self.open.remove(at).id;
        for (index, part) in response.parts.into_iter().enumerate() {
            let part = data(part, self.target)
                .map_err(|error| error.within(&format!("functionResponse.parts[{index}]")))?;
            said.push(part);
        }
        self.messages.push(Message {
            role: "tool".to_owned(),
            tool_call_id: Some(id),
            content: Some(returned(response.response).into_json()),
            ..Message::default()
        });
        Ok(())
    }
}

/// Answers of others have what Google documents in its place, which is nothing to lose.
fn is_proof(signature: &JsonText<'_>) -> bool {
    signature.inner() != NO_SIGNATURE
}

/// `inlineData` or `fileData`.
fn data<'a>(part: Part<'a>, target: &Target) -> Result<ChatPart<'a>, Unconvertible> {
    match (part.inline_data, part.file_data) {
        (Some(blob), _) => media::inline(&blob).map_err(|error| error.within("inlineData")),
        (None, Some(file)) => media::remote(file, target).map_err(|error| error.within("fileData")),
        (None, None) => Err(Unconvertible::unsupported(
            "",
            "is neither text, `inlineData`, `fileData` nor `functionResponse`",
        )),
    }
}

/// What a function returned, as text: a text that stands alone in the object, or the object's JSON.
fn returned(response: Option<Json<'_>>) -> JsonText<'static> {
    let Some(response) = response.filter(|response| !response.is_null()) else {
        return JsonText::empty();
    };
    let mut members = 0;
    let mut alone = None;
    let read = crate::json::members(response.get(), |key, value| {
        members += 1;
        if RESULTS.contains(&key.as_ref()) && value.starts_with('"') {
            alone = Some(value.to_owned());
        }
    });
    match alone {
        Some(literal) if read.is_ok() && members == 1 => JsonText::from_inner_literal(literal),
        Some(_) | None => JsonText::plain(response.get()),
    }
}

/// Texts as one; `None` where there is nothing in them.
fn joined<'a>(mut texts: Vec<JsonText<'a>>, separator: &str) -> Option<JsonText<'a>> {
    texts.retain(|text| !text.is_empty());
    if texts.len() > 1 {
        return Some(JsonText::join(&texts, separator));
    }
    texts.pop()
}

fn text_part(text: JsonText<'_>) -> ChatPart<'_> {
    ChatPart {
        kind: "text".to_owned(),
        text: Some(text),
        ..ChatPart::default()
    }
}
