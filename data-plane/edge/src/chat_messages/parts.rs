//! Parts of a message's content as Anthropic's blocks.
//!
//! It must not know roles. Invariants: a block of text is never blank, because Anthropic refuses such; what cannot be
//! shown to the model is refused by the part's exact place.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::media::{DataUrl, is_web_url, media_type, media_type_by_name};
use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible};

const PDF: &str = "application/pdf";

/// Images that Anthropic can see.
const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// What becomes of a URL that is not a data URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Urls {
    /// The provider fetches it.
    #[default]
    Fetched,
    /// The provider refuses it.
    Refused,
}

/// The blocks of a `content` member: a text, a list of parts, or null.
pub(super) fn blocks<'m>(
    content: Option<&'m Json<'_>>,
    urls: Urls,
    notes: &mut Notes,
) -> Result<Vec<messages::Block<'m>>, Unconvertible> {
    let Some(content) = content.filter(|content| !content.is_null()) else {
        return Ok(Vec::new());
    };
    if let Some(text) = content.reborrow().text() {
        return Ok(self::text(text).into_iter().collect());
    }
    let parts: Vec<&RawValue> = content
        .read()
        .map_err(|_| Unconvertible::invalid("content", "is neither a text nor a list of parts"))?;
    let mut blocks = Vec::with_capacity(parts.len());
    for (index, raw) in parts.into_iter().enumerate() {
        let block = serde_json::from_str(raw.get())
            .map_err(|_| Unconvertible::invalid("", "is not a content part"))
            .and_then(|part| block(part, urls, notes))
            .map_err(|error| error.within(&format!("content[{index}]")))?;
        blocks.extend(block);
    }
    Ok(blocks)
}

/// A block of text; none where it is blank.
pub(super) fn text(text: JsonText<'_>) -> Option<messages::Block<'_>> {
    (!text.is_blank()).then(|| messages::Block {
        kind: "text".to_owned(),
        text: Some(text),
        ..messages::Block::default()
    })
}

fn block<'m>(
    part: chat::Part<'m>,
    urls: Urls,
    notes: &mut Notes,
) -> Result<Option<messages::Block<'m>>, Unconvertible> {
    let missing = |member: &'static str| Unconvertible::invalid(member, "is missing");
    let block = match part.kind.as_str() {
        "text" => text(part.text.ok_or_else(|| missing("text"))?),
        "refusal" => text(part.refusal.ok_or_else(|| missing("refusal"))?),
        "image_url" => {
            let image = part.image_url.ok_or_else(|| missing("image_url"))?;
            let is_tuned = image
                .detail
                .as_ref()
                .is_some_and(|detail| detail.get() != "\"auto\"");
            notes.dropped_if("messages.content.image_url.detail", is_tuned);
            Some(image_block(&image, urls).map_err(|error| error.within("image_url"))?)
        }
        "file" => {
            let file = part.file.ok_or_else(|| missing("file"))?;
            Some(file_block(file).map_err(|error| error.within("file"))?)
        }
        "input_audio" => {
            return Err(Unconvertible::unsupported(
                "input_audio",
                "the provider does not take audio",
            ));
        }
        _ => {
            return Err(Unconvertible::unsupported(
                "type",
                "the provider has no counterpart of this kind of part",
            ));
        }
    };
    Ok(block.map(|block| messages::Block {
        cache_control: part.cache_control,
        ..block
    }))
}

/// An image by data URL or by a URL that the provider fetches; PDF too, because clients put it there.
fn image_block<'m>(
    image: &chat::ImageUrl<'m>,
    urls: Urls,
) -> Result<messages::Block<'m>, Unconvertible> {
    let url = image.url.decode();
    if let Some(data) = DataUrl::parse(&url) {
        return inline(&data, "url");
    }
    if !is_web_url(&url) {
        return Err(Unconvertible::unsupported(
            "url",
            "is neither a data URL nor one that the provider can fetch",
        ));
    }
    if urls == Urls::Refused {
        return Err(Unconvertible::unsupported(
            "url",
            "Claude on Vertex AI fetches nothing; send a data URL",
        ));
    }
    let told = image.format.as_ref().map(JsonText::decode);
    let told = told
        .as_deref()
        .map(media_type)
        .or_else(|| media_type_by_name(&url).map(Cow::Borrowed));
    let kind = match told.as_deref() {
        Some(PDF) => "document",
        Some(_) | None => "image",
    };
    let source = messages::Source {
        kind: "url".to_owned(),
        url: Some(JsonText::plain(&url)),
        ..messages::Source::default()
    };
    Ok(of_source(kind, source))
}

fn file_block<'m>(file: chat::File<'m>) -> Result<messages::Block<'m>, Unconvertible> {
    let Some(data) = file.file_data else {
        return Err(match file.file_id {
            Some(_) => Unconvertible::unsupported(
                "file_id",
                "files of another provider cannot be read; send `file_data`",
            ),
            None => Unconvertible::invalid("file_data", "is missing"),
        });
    };
    let data = data.decode();
    let url = match DataUrl::parse(&data) {
        Some(url) => url,
        // Bare base64, which some clients send: the name tells what it is.
        None => DataUrl {
            media_type: file
                .filename
                .as_ref()
                .and_then(|name| media_type_by_name(&name.decode()))
                .map_or(Cow::Borrowed(PDF), Cow::Borrowed),
            is_base64: true,
            data: &data,
        },
    };
    let block = inline(&url, "file_data")?;
    Ok(match block.kind.as_str() {
        "document" => messages::Block {
            title: file.filename.map(JsonText::into_json),
            ..block
        },
        _ => block,
    })
}

fn inline(
    url: &DataUrl<'_>,
    field: &'static str,
) -> Result<messages::Block<'static>, Unconvertible> {
    if !url.is_base64 {
        return Err(Unconvertible::unsupported(
            field,
            "the data URL is not base64",
        ));
    }
    let kind = match url.media_type.as_ref() {
        PDF => "document",
        name if IMAGES.contains(&name) => "image",
        _ => {
            return Err(Unconvertible::unsupported(
                field,
                "the provider takes JPEG, PNG, GIF and WebP images and PDF documents",
            ));
        }
    };
    let source = messages::Source {
        kind: "base64".to_owned(),
        media_type: Some(JsonText::plain(&url.media_type)),
        data: Some(JsonText::plain(url.data)),
        ..messages::Source::default()
    };
    Ok(of_source(kind, source))
}

fn of_source<'m>(kind: &str, source: messages::Source<'m>) -> messages::Block<'m> {
    messages::Block {
        kind: kind.to_owned(),
        source: Some(source),
        ..messages::Block::default()
    }
}
