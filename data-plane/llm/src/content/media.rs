//! What is told of an image, a recording or a document: its kind and its size, never its bytes.
//!
//! It must not know formats: the members by which theirs hold bytes and references do not contradict each other. Invariant: of a
//! reference only the place is told, for paths and queries may hold what admits their bearer.

use std::borrow::Cow;

use super::part::member;
use crate::node::Node;
use crate::prompt_text::Medium;

/// How deep the bytes stand in a part, at most.
const DEPTH: usize = 4;

/// Longest name of a type.
const TYPE: usize = 64;

/// What is known of it.
pub(super) struct Summary<'a> {
    modality: &'static str,
    mime: Option<Cow<'a, str>>,
    found: Found<'a>,
}

/// Where its bytes are.
enum Found<'a> {
    /// In the request; how many.
    Inline(usize),
    /// A file that the provider keeps.
    File(Cow<'a, str>),
    /// Elsewhere: scheme and host.
    Elsewhere(String),
}

/// What the members of a part say.
#[derive(Default)]
struct Said<'a> {
    mime: Option<Cow<'a, str>>,
    /// Without the kind: `png`, `mp3`.
    format: Option<Cow<'a, str>>,
    found: Option<Found<'a>>,
    is_film: bool,
}

/// What `part` has; `None` where that is only text.
pub(super) fn summary<'a>(medium: Medium, part: Node<'a>) -> Option<Summary<'a>> {
    let mut said = Said::default();
    said.read(part, 0);
    let found = said.found?;
    let is_film = said.is_film
        || said
            .mime
            .as_deref()
            .is_some_and(|it| it.starts_with("video/"));
    let modality = match medium {
        Medium::Image => "image",
        Medium::Recording => "audio",
        Medium::Document if is_film => "video",
        Medium::Document => "document",
    };
    let of_format = said.format.and_then(|format| of_format(modality, &format));
    let mime = said.mime.or(of_format.map(Cow::Owned));
    Some(Summary {
        modality,
        mime: mime.filter(|mime| mime.len() <= TYPE),
        found,
    })
}

// === impl Summary ===

impl Summary<'_> {
    /// As a part of a message.
    pub(super) fn json(&self) -> String {
        let modality = format!("\"modality\":\"{}\"", self.modality);
        let mime = member("mime_type", self.mime.as_deref());
        match &self.found {
            Found::Inline(size) => {
                format!("{{\"type\":\"blob\",{modality}{mime},\"content\":\"\",\"size\":{size}}}")
            }
            Found::File(id) => format!(
                "{{\"type\":\"file\",{modality}{mime}{}}}",
                member("file_id", Some(id))
            ),
            Found::Elsewhere(place) => format!(
                "{{\"type\":\"uri\",{modality}{mime}{}}}",
                member("uri", Some(place))
            ),
        }
    }
}

// === impl Said ===

impl<'a> Said<'a> {
    fn read(&mut self, node: Node<'a>, depth: usize) {
        if depth >= DEPTH {
            return;
        }
        for (key, value) in node.members() {
            self.is_film |= key == "video_url";
            match (key.as_ref(), value.string()) {
                ("mime_type" | "mimeType" | "media_type", Some(mime)) => self.mime = Some(mime),
                ("format", Some(format)) => {
                    self.is_film |= is_film(&format);
                    self.format = Some(format);
                }
                ("data" | "bytes" | "file_data", Some(text)) => self.bytes(value, &text),
                ("file_id", Some(id)) => self.found = Some(Found::File(id)),
                (
                    "url" | "uri" | "image_url" | "audio_url" | "video_url" | "file_url"
                    | "fileUri" | "file_uri",
                    Some(text),
                ) => match text.starts_with("data:") {
                    true => self.bytes(value, &text),
                    false => self.found = Some(Found::Elsewhere(place(&text))),
                },
                // A document of parts, or one that is text, is read as such.
                ("content" | "text", _) => (),
                (_, None) => self.read(value, depth + 1),
                (_, Some(_)) => (),
            }
        }
    }

    /// Bytes as base64, with the type in front where it is a data URL.
    fn bytes(&mut self, value: Node<'a>, text: &str) {
        let url = text
            .strip_prefix("data:")
            .and_then(|url| url.split_once(','));
        let encoded = match url {
            Some((kind, data)) => {
                let mime = kind.split(';').next().unwrap_or_default();
                if !mime.is_empty() {
                    self.mime = Some(Cow::Owned(mime.to_owned()));
                }
                data.len()
            }
            None => value.raw().len().saturating_sub("\"\"".len()),
        };
        let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
        let size =
            encoded.saturating_sub(padding) / 4 * 3 + encoded.saturating_sub(padding) % 4 * 3 / 4;
        self.found = Some(Found::Inline(size));
    }
}

fn is_film(format: &str) -> bool {
    matches!(
        format,
        "mkv" | "mov" | "mp4" | "webm" | "flv" | "mpeg" | "mpg" | "wmv" | "three_gp"
    )
}

fn of_format(modality: &str, format: &str) -> Option<String> {
    match (modality, format) {
        ("document", "pdf") => Some("application/pdf".to_owned()),
        ("document", _) => None,
        (modality, format) => Some(format!("{modality}/{format}")),
    }
}

/// Scheme and host of a URL, and nothing else of it.
fn place(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return String::new();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}")
}
