//! Bytes of Gemini's parts as parts of chat completions.
//!
//! It must not know turns. Invariant: what only Google can fetch is refused.

use super::is_google;
use crate::shape::chat::{File, ImageUrl, Part};
use crate::shape::gemini::{Blob, FileData};
use crate::text::{Json, JsonText};
use crate::{Target, Unconvertible};

#[derive(serde::Serialize)]
struct Audio<'a> {
    data: &'a JsonText<'a>,
    format: &'static str,
}

/// `inlineData`.
pub(super) fn inline(blob: &Blob<'_>) -> Result<Part<'static>, Unconvertible> {
    let written = blob.mime_type.decode();
    let mime_type = written.split(';').next().unwrap_or_default().trim();
    let (kind, format) = mime_type.split_once('/').unwrap_or((mime_type, ""));
    let data = standard(&blob.data);
    match (kind, format) {
        ("image", _) => Ok(image(data_url(mime_type, &data))),
        ("audio", "wav" | "x-wav" | "wave") => Ok(audio(&data, "wav")),
        ("audio", "mp3" | "mpeg") => Ok(audio(&data, "mp3")),
        ("audio" | "video", _) => Err(Unconvertible::unsupported(
            "mimeType",
            "the provider takes images, documents, and sound as WAV or MP3",
        )),
        _ => Ok(Part {
            kind: "file".to_owned(),
            file: Some(File {
                // OpenAI asks for a name beside the data.
                filename: Some(match &blob.display_name {
                    Some(name) => name.reborrow().into_owned(),
                    None => JsonText::plain(&format!("file.{}", ending(mime_type))),
                }),
                file_data: Some(data_url(mime_type, &data)),
                file_id: None,
            }),
            ..Part::default()
        }),
    }
}

/// `fileData`.
pub(super) fn remote<'a>(file: FileData<'a>, target: &Target) -> Result<Part<'a>, Unconvertible> {
    let uri = file.file_uri.decode();
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| uri.starts_with(scheme));
    let is_image = match &file.mime_type {
        Some(mime_type) => mime_type.decode().starts_with("image/"),
        None => {
            let path = uri.split(['?', '#']).next().unwrap_or_default();
            let endings = [".png", ".jpg", ".jpeg", ".webp", ".gif"];
            endings
                .iter()
                .any(|ending| path.to_ascii_lowercase().ends_with(ending))
        }
    };
    let is_kept_by_google =
        uri.starts_with("gs://") || uri.starts_with("https://generativelanguage.googleapis.com/");
    let is_fetched = is_google(target.vendor) || (is_web && !is_kept_by_google);
    if !is_image || !is_fetched {
        return Err(Unconvertible::unsupported(
            "fileUri",
            "is not fetched by the provider, which takes URLs of images; send `inlineData`",
        ));
    }
    Ok(image(file.file_uri))
}

fn image(url: JsonText<'_>) -> Part<'_> {
    Part {
        kind: "image_url".to_owned(),
        image_url: Some(ImageUrl {
            url,
            detail: None,
            format: None,
        }),
        ..Part::default()
    }
}

fn audio(data: &JsonText<'_>, format: &'static str) -> Part<'static> {
    Part {
        kind: "input_audio".to_owned(),
        input_audio: Some(Json::of(&Audio { data, format })),
        ..Part::default()
    }
}

/// Google takes both alphabets of base64, and its SDK for Python writes that of URLs; other vendors take the usual one only.
fn standard<'a>(data: &'a JsonText<'_>) -> JsonText<'a> {
    let text = data.decode();
    if text.len().is_multiple_of(4) && !text.contains(['-', '_']) {
        return data.reborrow();
    }
    let mut text = text.replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    JsonText::plain(&text)
}

fn data_url(mime_type: &str, data: &JsonText<'_>) -> JsonText<'static> {
    let head = JsonText::plain(&format!("data:{mime_type};base64,"));
    JsonText::join([&head, data], "")
}

fn ending(mime_type: &str) -> &str {
    match mime_type {
        "text/plain" => "txt",
        "text/markdown" => "md",
        other => other.rsplit('/').next().unwrap_or("bin"),
    }
}
