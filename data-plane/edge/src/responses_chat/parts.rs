//! Parts of content in Responses input as parts of chat completions.
//!
//! It must not know whose content it is. Invariant: what cannot be shown to the model is refused by the part's place.

use serde_json::value::RawValue;

use crate::shape::chat::{File, ImageUrl, Part};
use crate::shape::responses;
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible};

/// A part of a message, read for its place.
pub(super) enum Read<'m> {
    Text(JsonText<'m>),
    Refusal(JsonText<'m>),
    /// As chat completions have it.
    Other(Box<Part<'m>>),
}

/// A user's or system's content: a text where it is nothing else, because that is what all servers take.
pub(super) fn parts_of_others(
    content: &Json<'_>,
    notes: &mut Notes,
) -> Result<Json<'static>, Unconvertible> {
    let mut read = parts(content, "content", notes)?;
    if read.is_empty() {
        return Ok(JsonText::empty().into_json());
    }
    if let [Read::Text(text)] = read.as_slice() {
        return Ok(text.clone().into_owned().into_json());
    }
    let parts: Vec<Part<'_>> = read
        .drain(..)
        .map(|read| match read {
            Read::Text(text) | Read::Refusal(text) => Part {
                kind: "text".to_owned(),
                text: Some(text),
                ..Part::default()
            },
            Read::Other(part) => *part,
        })
        .collect();
    Ok(Json::of(&parts))
}

/// An assistant's text and its refusal.
pub(super) fn parts_of_assistant(
    content: &Json<'_>,
    notes: &mut Notes,
) -> Result<(Option<JsonText<'static>>, Option<JsonText<'static>>), Unconvertible> {
    let (mut texts, mut refusals) = (Vec::new(), Vec::new());
    for (index, read) in parts(content, "content", notes)?.into_iter().enumerate() {
        match read {
            Read::Text(text) => texts.push(text),
            Read::Refusal(text) => refusals.push(text),
            Read::Other(_) => {
                return Err(Unconvertible::unsupported(
                    format!("content[{index}].type"),
                    "an assistant's message can only hold text at the provider",
                ));
            }
        }
    }
    let joined = |texts: &[JsonText<'_>]| (!texts.is_empty()).then(|| JsonText::join(texts, ""));
    Ok((joined(&texts), joined(&refusals)))
}

/// The parts of a list, which is the item's `field`.
pub(super) fn parts<'m>(
    list: &'m Json<'_>,
    field: &'static str,
    notes: &mut Notes,
) -> Result<Vec<Read<'m>>, Unconvertible> {
    let list: Vec<&RawValue> = list
        .read()
        .map_err(|_| Unconvertible::invalid(field, "is neither a text nor a list of parts"))?;
    let mut parts = Vec::with_capacity(list.len());
    for (index, raw) in list.into_iter().enumerate() {
        let part = serde_json::from_str(raw.get())
            .map_err(|_| Unconvertible::invalid("", "is not a content part"))
            .and_then(|part| self::part(part, notes))
            .map_err(|error| error.within(&format!("{field}[{index}]")))?;
        parts.push(part);
    }
    Ok(parts)
}

fn part<'m>(part: responses::Part<'m>, notes: &mut Notes) -> Result<Read<'m>, Unconvertible> {
    let breakpoint = part.prompt_cache_breakpoint.as_ref();
    notes.dropped_if("prompt_cache_breakpoint", breakpoint.is_some());
    Ok(match part.kind.as_str() {
        "input_text" | "output_text" | "text" => {
            Read::Text(part.text.ok_or_else(|| missing("text"))?)
        }
        "refusal" => Read::Refusal(part.refusal.ok_or_else(|| missing("refusal"))?),
        "input_image" => {
            let url = part.image_url.ok_or_else(|| {
                Unconvertible::unsupported(
                    "file_id",
                    "this model's provider does not have the file; send its bytes as `image_url`",
                )
            })?;
            Read::Other(Box::new(Part {
                kind: "image_url".to_owned(),
                image_url: Some(ImageUrl {
                    url,
                    detail: part.detail.filter(|detail| !detail.is_null()),
                    format: None,
                }),
                ..Part::default()
            }))
        }
        "input_file" if part.file_url.is_some() => {
            return Err(Unconvertible::unsupported(
                "file_url",
                "this model's provider does not fetch files; send the bytes as `file_data`",
            ));
        }
        "input_file" => Read::Other(Box::new(Part {
            kind: "file".to_owned(),
            file: Some(File {
                filename: part.filename,
                file_data: part.file_data,
                file_id: part.file_id,
            }),
            ..Part::default()
        })),
        "input_audio" => Read::Other(Box::new(Part {
            kind: "input_audio".to_owned(),
            input_audio: Some(part.input_audio.ok_or_else(|| missing("input_audio"))?),
            ..Part::default()
        })),
        _ => {
            return Err(Unconvertible::unsupported(
                "type",
                "chat completions have no counterpart of this kind of part",
            ));
        }
    })
}

pub(super) fn missing(field: &'static str) -> Unconvertible {
    Unconvertible::invalid(field, "is missing")
}
