//! Blocks of Anthropic's turns, read, and the parts of chat completions that correspond to them.
//!
//! It must not know which turn a block is of. Invariant: a block that cannot be said is refused with its field.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::{Target, Unconvertible, Vendor};
use super::Context;
use crate::server_tools;
use crate::shape::chat::{File, ImageUrl, Part};
use crate::shape::messages::{Block, Source};
use crate::text::{Json, JsonText};

/// Between a call's id and the thought signature that travels in it.
const SIGNATURE: &str = "__thought__";

/// Content as it is written.
pub(super) enum Blocks<'a> {
    Text(JsonText<'a>),
    List(Vec<Block<'a>>),
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

/// Google's place for a thought signature on its OpenAI surface.
#[derive(Serialize)]
struct ExtraContent<'b> {
    google: Google<'b>,
}

#[derive(Serialize)]
struct Google<'b> {
    thought_signature: &'b JsonText<'b>,
}

/// Reads the content of a turn or of a result.
pub(super) fn read(content: Json<'_>) -> Result<Blocks<'_>, Unconvertible> {
    const EXPECTED: &str = "expected a text or a list of blocks";
    if content.get().starts_with('"') {
        let text = content.text();
        return text
            .map(Blocks::Text)
            .ok_or_else(|| Unconvertible::invalid("", EXPECTED));
    }
    let refused = |_| Unconvertible::invalid("", EXPECTED);
    let list = if let Some(raw) = content.in_place() {
        let list: Vec<&RawValue> = serde_json::from_str(raw).map_err(refused)?;
        let blocks = list.into_iter().enumerate();
        blocks.map(block).collect::<Result<_, _>>()?
    } else {
        let list: Vec<&RawValue> = content.read().map_err(refused)?;
        let blocks = list.into_iter().enumerate();
        blocks
            .map(|one| block(one).map(Block::into_owned))
            .collect::<Result<_, _>>()?
    };
    Ok(Blocks::List(list))
}

fn block((index, raw): (usize, &RawValue)) -> Result<Block<'_>, Unconvertible> {
    let unreadable = match serde_json::from_str(raw.get()) {
        Ok(block) => return Ok(block),
        Err(error) => error,
    };
    let field = format!("[{index}]");
    let Ok(Kind { kind }) = serde_json::from_str(raw.get()) else {
        return Err(Unconvertible::invalid(
            field,
            "expected an object with a type",
        ));
    };
    Err(match kind.as_str() {
        "text" | "image" | "document" | "tool_use" | "tool_result" | "thinking"
        | "redacted_thinking" => {
            let at = unreadable.column();
            Unconvertible::invalid(
                field,
                format!("not a block of type {kind} (unreadable at character {at})"),
            )
        }
        kind => {
            let told = || format!("a block of type {kind} has no counterpart in chat completions");
            return server_tools::unread(raw)
                .ok_or_else(|| Unconvertible::unsupported(field, told()));
        }
    })
}

/// Content of texts alone; `None` where there is none. OpenAI takes a list and keeps the texts apart; other servers may not.
pub(super) fn texts<'a>(mut said: Vec<JsonText<'a>>, target: &Target) -> Option<Json<'a>> {
    if said.len() < 2 {
        return said.pop().map(JsonText::into_json);
    }
    match target.vendor {
        Vendor::OpenAi => {
            let parts: Vec<_> = said
                .into_iter()
                .map(|text| Part {
                    kind: "text".to_owned(),
                    text: Some(text),
                    ..Part::default()
                })
                .collect();
            Some(Json::of(&parts))
        }
        Vendor::Anthropic
        | Vendor::Foundry
        | Vendor::Bedrock
        | Vendor::Gemini
        | Vendor::Vertex
        | Vendor::Other => Some(JsonText::join(&said, "\n").into_json()),
    }
}

/// An image by its bytes or its URL.
pub(super) fn image(source: Option<Source<'_>>) -> Result<Part<'_>, Unconvertible> {
    let source = source.ok_or_else(|| Unconvertible::invalid("source", "an image has a source"))?;
    let url = match source.kind.as_str() {
        "base64" => data_url(&source)?,
        "url" => source
            .url
            .ok_or_else(|| Unconvertible::invalid("source.url", "missing"))?,
        kind => return Err(no_source(kind)),
    };
    Ok(Part {
        kind: "image_url".to_owned(),
        image_url: Some(ImageUrl {
            url,
            detail: None,
            format: None,
        }),
        ..Part::default()
    })
}

/// A document: bytes become a file, text becomes text.
pub(super) fn file_or_text<'a>(
    document: Block<'a>,
    context: &mut Context<'_>,
) -> Result<Part<'a>, Unconvertible> {
    let Some(source) = document.source else {
        return Err(Unconvertible::invalid("source", "a document has a source"));
    };
    let title = document.title.and_then(Json::text);
    let about = document.context.and_then(Json::text);
    match source.kind.as_str() {
        "base64" => {
            context.notes.dropped_if("context", about.is_some());
            let file = File {
                filename: Some(title.unwrap_or_else(|| JsonText::plain("document.pdf"))),
                file_data: Some(data_url(&source)?),
                file_id: None,
            };
            Ok(Part {
                kind: "file".to_owned(),
                file: Some(file),
                ..Part::default()
            })
        }
        "text" => {
            let Some(data) = source.data else {
                return Err(Unconvertible::invalid("source.data", "missing"));
            };
            Ok(document_text(title, about, vec![data]))
        }
        "content" => {
            let Some(content) = source.content else {
                return Err(Unconvertible::invalid("source.content", "missing"));
            };
            let said = match read(content).map_err(|error| error.within("source.content"))? {
                Blocks::Text(text) => vec![text],
                Blocks::List(blocks) => {
                    let mut said = Vec::with_capacity(blocks.len());
                    for (index, block) in blocks.into_iter().enumerate() {
                        let text = block.text.filter(|_| block.kind == "text");
                        said.push(text.ok_or_else(|| {
                            Unconvertible::unsupported(
                                format!("source.content[{index}]"),
                                "only text can be said of a document's content",
                            )
                        })?);
                    }
                    said
                }
            };
            Ok(document_text(title, about, said))
        }
        kind => Err(no_source(kind)),
    }
}

/// A call's id without the thought signature that an earlier answer may have put behind it, and that signature.
pub(super) fn call_id<'a>(
    id: Option<JsonText<'a>>,
    field: &'static str,
    missing: &'static str,
) -> Result<(JsonText<'a>, Option<JsonText<'static>>), Unconvertible> {
    let id = id.ok_or_else(|| Unconvertible::invalid(field, missing))?;
    let Some((bare, signature)) = id.inner().split_once(SIGNATURE) else {
        return Ok((id, None));
    };
    let [bare, signature] =
        [bare, signature].map(|inner| JsonText::from_inner_literal(format!("\"{inner}\"")));
    Ok((bare, Some(signature)))
}

// === impl Context ===

impl Context<'_> {
    /// Where a call's thought signature goes.
    pub(super) fn signed(&mut self, signature: &JsonText<'_>) -> Option<Json<'static>> {
        match self.target.vendor {
            Vendor::Gemini | Vendor::Vertex => Some(Json::of(&ExtraContent {
                google: Google {
                    thought_signature: signature,
                },
            })),
            Vendor::OpenAi
            | Vendor::Anthropic
            | Vendor::Foundry
            | Vendor::Bedrock
            | Vendor::Other => {
                self.notes.dropped("thought_signature");
                None
            }
        }
    }
}

fn document_text<'a>(
    title: Option<JsonText<'a>>,
    about: Option<JsonText<'a>>,
    mut said: Vec<JsonText<'a>>,
) -> Part<'a> {
    let opening = [title, about].into_iter().flatten();
    said.splice(0..0, opening);
    let text = match said.len() {
        1 => said.pop(),
        _ => Some(JsonText::join(&said, "\n").into_owned()),
    };
    Part {
        kind: "text".to_owned(),
        text,
        ..Part::default()
    }
}

fn data_url(source: &Source<'_>) -> Result<JsonText<'static>, Unconvertible> {
    let missing = |field| Unconvertible::invalid(field, "missing");
    let media_type = source.media_type.as_ref();
    let media_type = media_type.ok_or_else(|| missing("source.media_type"))?;
    let data = source.data.as_ref();
    let data = data.ok_or_else(|| missing("source.data"))?;
    let literal = [
        "\"data:",
        media_type.inner(),
        ";base64,",
        data.inner(),
        "\"",
    ]
    .concat();
    Ok(JsonText::from_inner_literal(literal))
}

fn no_source(kind: &str) -> Unconvertible {
    Unconvertible::unsupported(
        "source",
        format!("a source of type {kind} has no counterpart in chat completions"),
    )
}
