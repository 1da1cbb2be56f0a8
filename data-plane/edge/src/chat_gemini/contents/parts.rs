//! Single parts of messages, ids and arguments.
//!
//! It must not know turns.

use crate::chat_gemini::media;
use crate::shape::chat::Part as ChatPart;
use crate::shape::gemini::{Blob, FileData, Part};
use crate::text::{Json, JsonText};
use crate::tool_names::split_id;
use crate::{Notes, Target, Unconvertible};

/// Arguments that are no object.
#[derive(serde::Serialize)]
struct Wrapped<'a> {
    #[serde(rename = "_raw")]
    raw: &'a str,
}

/// One part; `None` for a text that is empty.
pub(super) fn part_of<'b>(
    part: ChatPart<'b>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Option<Part<'b>>, Unconvertible> {
    notes.dropped_if(
        "messages.content.cache_control",
        part.cache_control.is_some(),
    );
    let missing = || Unconvertible::invalid("", "has no member of its type's name");
    match part.kind.as_str() {
        "text" => Ok(text_part(part.text.ok_or_else(missing)?)),
        "refusal" => Ok(text_part(part.refusal.ok_or_else(missing)?)),
        "image_url" => media::image(part.image_url.ok_or_else(missing)?, target, notes)
            .map_err(|error| error.within("image_url"))
            .map(Some),
        "input_audio" => media::audio(&part.input_audio.ok_or_else(missing)?)
            .map_err(|error| error.within("input_audio"))
            .map(Some),
        "file" => media::file(part.file.ok_or_else(missing)?, target)
            .map_err(|error| error.within("file"))
            .map(Some),
        _ => Err(Unconvertible::unsupported("type", "is not known")),
    }
}

/// Parts of those that may say text only.
pub(super) fn texts_only(parts: Vec<Part<'_>>) -> Result<Vec<Part<'_>>, Unconvertible> {
    match parts.iter().position(|part| part.text.is_none()) {
        None => Ok(parts),
        Some(_) => Err(Unconvertible::unsupported(
            "content",
            "may have only text where it is not the user's",
        )),
    }
}

pub(super) fn text_part(text: JsonText<'_>) -> Option<Part<'_>> {
    (!text.is_empty()).then(|| Part {
        text: Some(text),
        ..Part::default()
    })
}

pub(super) fn blank() -> Part<'static> {
    Part {
        text: Some(JsonText::plain(" ")),
        ..Part::default()
    }
}

/// The same, of a list that was made here; content has no other kinds of parts.
pub(super) fn owned(part: Part<'_>) -> Part<'static> {
    Part {
        text: part.text.map(JsonText::into_owned),
        inline_data: part.inline_data.map(|blob| Blob {
            mime_type: blob.mime_type.into_owned(),
            data: blob.data.into_owned(),
            display_name: None,
        }),
        file_data: part.file_data.map(|file| FileData {
            mime_type: file.mime_type.map(JsonText::into_owned),
            file_uri: file.file_uri.into_owned(),
        }),
        ..Part::default()
    }
}

/// A call's id without the signature that travels in it, and that signature.
pub(super) fn split(id: &JsonText<'_>) -> (String, Option<JsonText<'static>>) {
    let (id, signature) = split_id(id.reborrow());
    (id.decode().into_owned(), signature)
}

/// Arguments as an object: none are an empty one, and what is none is wrapped.
pub(super) fn arguments(text: Option<&JsonText<'_>>) -> Json<'static> {
    let text = text.map(JsonText::decode).unwrap_or_default();
    let text = if text.trim().is_empty() { "{}" } else { &text };
    Json::object(text).unwrap_or_else(|| Json::of(&Wrapped { raw: text }))
}
