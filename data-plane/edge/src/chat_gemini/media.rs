//! Images, sound and files of chat completions as parts of Gemini.
//!
//! It must not know turns. Invariant: nothing is fetched: what is elsewhere is named to Gemini where Gemini fetches it, and
//! refused where it does not.

use serde::Deserialize;

use crate::shape::chat;
use crate::shape::gemini::{Blob, FileData, Part};
use crate::text::{Json, JsonText};
use crate::{Notes, Target, Unconvertible, Vendor};

/// Where AI Studio keeps files that were uploaded.
const FILES: &str = "https://generativelanguage.googleapis.com/";
/// Videos that AI Studio fetches.
const VIDEOS: [&str; 4] = [
    "https://www.youtube.com/",
    "https://youtube.com/",
    "https://m.youtube.com/",
    "https://youtu.be/",
];

#[derive(Deserialize)]
struct Audio<'a> {
    #[serde(borrow)]
    data: JsonText<'a>,
    format: String,
}

/// `image_url`.
pub(super) fn image<'a>(
    image: chat::ImageUrl<'a>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Part<'a>, Unconvertible> {
    let detail = image.detail.as_ref().map(Json::get);
    notes.dropped_if(
        "messages.content.image_url.detail",
        detail.is_some_and(|detail| detail != r#""auto""#),
    );
    if let Some(part) = data_url(&image.url).map_err(|error| error.within("url"))? {
        return Ok(part);
    }
    remote(&image.url, image.format, target).map_err(|error| error.within("url"))
}

/// `input_audio`.
pub(super) fn audio(audio: &Json<'_>) -> Result<Part<'static>, Unconvertible> {
    let audio: Audio<'_> = audio
        .read()
        .map_err(|_| Unconvertible::invalid("", "needs `data` and `format`"))?;
    let mime_type = JsonText::plain(&format!("audio/{}", audio.format));
    Ok(inline(mime_type, audio.data.into_owned()))
}

/// `file`.
pub(super) fn file<'a>(file: chat::File<'a>, target: &Target) -> Result<Part<'a>, Unconvertible> {
    if let Some(data) = file.file_data {
        if let Some(part) = data_url(&data).map_err(|error| error.within("file_data"))? {
            return Ok(part);
        }
        let name = file.filename.as_ref().map(JsonText::decode);
        let mime_type = name
            .as_deref()
            .and_then(mime_of_name)
            .ok_or_else(|| Unconvertible::invalid("file_data", "is no data URL"))?;
        return Ok(inline(JsonText::plain(mime_type), data));
    }
    let id = file
        .file_id
        .ok_or_else(|| Unconvertible::invalid("", "needs `file_data` or `file_id`"))?;
    remote(&id, None, target).map_err(|error| error.within("file_id"))
}

/// A part with the bytes of a data URL; `None` for another URL.
fn data_url(url: &JsonText<'_>) -> Result<Option<Part<'static>>, Unconvertible> {
    let text = url.decode();
    let is_data = text
        .get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    if !is_data {
        return Ok(None);
    }
    let rest = text.get(5..).unwrap_or_default();
    let broken = || Unconvertible::invalid("", "is no data URL with a media type and base64");
    let (head, data) = rest.split_once(',').ok_or_else(broken)?;
    let mut words = head.split(';');
    let mime_type = words.next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_base64 = words.any(|word| word.trim().eq_ignore_ascii_case("base64"));
    if !is_base64 || mime_type.is_empty() {
        return Err(broken());
    }
    let mime_type = match mime_type.as_str() {
        "image/jpg" => "image/jpeg",
        other => other,
    };
    Ok(Some(inline(
        JsonText::plain(mime_type),
        JsonText::plain(data),
    )))
}

/// A part that names bytes elsewhere.
fn remote<'a>(
    url: &JsonText<'a>,
    mime_type: Option<JsonText<'a>>,
    target: &Target,
) -> Result<Part<'a>, Unconvertible> {
    let text = url.decode();
    let mime_type = mime_type.or_else(|| mime_of_name(&text).map(JsonText::plain));
    if text.starts_with("gs://") {
        if mime_type.is_none() {
            return Err(Unconvertible::invalid(
                "",
                "has an ending that names no media type; add `format`",
            ));
        }
        return Ok(named(url, mime_type));
    }
    let is_fetched = text.starts_with(FILES) || VIDEOS.iter().any(|host| text.starts_with(host));
    if is_fetched && target.vendor != Vendor::Vertex {
        return Ok(named(url, mime_type));
    }
    // Both services fetch what everybody may read, and want to be told what it is.
    let is_public = ["https://", "http://"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    if is_public && !is_fetched && mime_type.is_some() {
        return Ok(named(url, mime_type));
    }
    Err(Unconvertible::unsupported(
        "",
        "is not fetched by Gemini, or has an ending that names no media type; send a data URL or add `format`",
    ))
}

fn named<'a>(url: &JsonText<'a>, mime_type: Option<JsonText<'a>>) -> Part<'a> {
    Part {
        file_data: Some(FileData {
            mime_type,
            file_uri: url.clone(),
        }),
        ..Part::default()
    }
}

fn inline<'a>(mime_type: JsonText<'a>, data: JsonText<'a>) -> Part<'a> {
    Part {
        inline_data: Some(Blob {
            mime_type,
            data,
            display_name: None,
        }),
        ..Part::default()
    }
}

/// By the ending of the path.
fn mime_of_name(name: &str) -> Option<&'static str> {
    let path = name.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "mp3" => "audio/mp3",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        "mp4" => "video/mp4",
        "mpeg" | "mpg" => "video/mpeg",
        "mov" => "video/mov",
        "webm" => "video/webm",
        _ => return None,
    })
}
