//! Images and documents: their bytes in base64, their format by media type, and documents' names.
//!
//! It must not know turns. Invariant: a document's name has only what Bedrock takes, and no other document of the request
//! has it.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Unconvertible;
use crate::shape::converse::{
    Citations, Document, DocumentContent, DocumentSource, Image, ImageSource,
};
use crate::shape::messages::{Block, Source};
use crate::text::{Json, JsonText};

/// The longest name, in characters; of what a client says, that much less is kept as a number may need.
const LONGEST: usize = 180;

const DOCUMENTS: [(&str, &str); 10] = [
    ("application/pdf", "pdf"),
    ("text/csv", "csv"),
    ("application/msword", "doc"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    ("application/vnd.ms-excel", "xls"),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    ("text/html", "html"),
    ("text/plain", "txt"),
    ("text/markdown", "md"),
    ("text/x-markdown", "md"),
];

const IMAGES: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("image/jpg", "jpeg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
];

/// Names of documents that are given away.
#[derive(Debug, Default)]
pub(super) struct DocumentNames(HashSet<String>);

#[derive(serde::Deserialize)]
struct Enabled {
    #[serde(default)]
    enabled: bool,
}

pub(super) fn image<'r>(source: Option<Source<'r>>) -> Result<Image<'r>, Unconvertible> {
    let source = source.ok_or_else(missing)?;
    match source.kind.as_str() {
        "base64" => Ok(Image {
            format: format(&source, &IMAGES, "Bedrock takes PNG, JPEG, GIF and WebP")?,
            source: ImageSource::Bytes(data(source)?),
        }),
        "url" => Err(remote(
            "Bedrock does not fetch images; send the bytes in base64",
        )),
        "file" => Err(remote(
            "Bedrock has no files of the client's; send the bytes in base64",
        )),
        _ => Err(unknown()),
    }
}

pub(super) fn document<'r>(
    block: Block<'r>,
    names: &mut DocumentNames,
) -> Result<Document<'r>, Unconvertible> {
    let source = block.source.ok_or_else(missing)?;
    let (format, source) = match source.kind.as_str() {
        "base64" => (
            Some(format(
                &source,
                &DOCUMENTS,
                "Bedrock takes PDF, Word, Excel, CSV, HTML, Markdown and plain text",
            )?),
            DocumentSource::Bytes(data(source)?),
        ),
        "text" => {
            let text = data(source)?;
            let bytes = STANDARD.encode(text.decode().as_bytes());
            (Some("txt"), DocumentSource::Bytes(JsonText::plain(&bytes)))
        }
        "content" => (None, DocumentSource::Content(content(source)?)),
        "url" => {
            return Err(remote(
                "Bedrock does not fetch documents; send the bytes in base64",
            ));
        }
        "file" => {
            return Err(remote(
                "Bedrock has no files of the client's; send the bytes in base64",
            ));
        }
        _ => return Err(unknown()),
    };
    let title = block.title.and_then(Json::text);
    let is_cited = block
        .citations
        .and_then(|citations| citations.read::<Enabled>().ok())
        .is_some_and(|citations| citations.enabled);
    Ok(Document {
        format,
        name: names.take(title.as_ref().map(JsonText::decode).as_deref()),
        source,
        context: block
            .context
            .and_then(Json::text)
            .filter(|context| !context.is_blank()),
        citations: is_cited.then_some(Citations { enabled: true }),
    })
}

fn format(
    source: &Source<'_>,
    known: &[(&str, &'static str)],
    help: &'static str,
) -> Result<&'static str, Unconvertible> {
    let Some(media_type) = &source.media_type else {
        return Err(Unconvertible::invalid("source.media_type", "is missing"));
    };
    let media_type = media_type.decode();
    let name = media_type.split(';').next().unwrap_or_default().trim();
    known
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known))
        .map(|(_, format)| *format)
        .ok_or_else(|| Unconvertible::unsupported("source.media_type", help))
}

fn data<'r>(source: Source<'r>) -> Result<JsonText<'r>, Unconvertible> {
    source
        .data
        .filter(|data| !data.is_empty())
        .ok_or_else(|| Unconvertible::invalid("source.data", "is missing or empty"))
}

/// A document that the client has cut into parts; images among them have no counterpart.
fn content<'r>(source: Source<'r>) -> Result<Vec<DocumentContent<'r>>, Unconvertible> {
    const FIELD: &str = "source.content";
    let content = source
        .content
        .as_ref()
        .ok_or_else(|| Unconvertible::invalid(FIELD, "is missing"))?;
    let blocks = super::turns::within(content).map_err(|error| error.within(FIELD))?;
    let mut parts = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.into_iter().enumerate() {
        let text = block.text.filter(|_| block.kind == "text").ok_or_else(|| {
            Unconvertible::unsupported(
                format!("{FIELD}[{index}].type"),
                "Bedrock takes text as a document's content",
            )
        })?;
        if !text.is_blank() {
            parts.push(DocumentContent::Text(text));
        }
    }
    if parts.is_empty() {
        return Err(Unconvertible::invalid(FIELD, "has no text"));
    }
    Ok(parts)
}

fn missing() -> Unconvertible {
    Unconvertible::invalid("source", "is missing")
}

fn remote(help: &'static str) -> Unconvertible {
    Unconvertible::unsupported("source", help)
}

fn unknown() -> Unconvertible {
    Unconvertible::unsupported("source.type", "has no counterpart at Bedrock")
}

// === impl DocumentNames ===

impl DocumentNames {
    /// A free name that is like `title`.
    fn take(&mut self, title: Option<&str>) -> String {
        let wanted = title.map(cleaned).unwrap_or_default();
        let wanted = match wanted.as_str() {
            "" => "document",
            wanted => wanted,
        };
        let mut name = wanted.to_owned();
        let mut number = 1_u32;
        while !self.0.insert(name.clone()) {
            number += 1;
            name = format!("{wanted} [{number}]");
        }
        name
    }
}

/// Letters, digits, hyphens, parentheses, brackets, and spaces one at a time; a hyphen for anything else.
fn cleaned(title: &str) -> String {
    let mut name = String::new();
    for c in title.trim().chars() {
        let c = match c {
            c if c.is_whitespace() => ' ',
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '(' | ')' | '[' | ']' => c,
            _ => '-',
        };
        if c != ' ' || !name.ends_with(' ') {
            name.push(c);
        }
        if name.len() == LONGEST {
            break;
        }
    }
    name.truncate(name.trim_end().len());
    name
}

#[cfg(test)]
mod tests {
    use super::DocumentNames;

    #[test]
    fn names_are_clean_and_unique() {
        let mut names = DocumentNames::default();
        for (title, expected) in [
            (None, "document"),
            (Some(" \n"), "document [2]"),
            (Some("report_2024  (v1).pdf"), "report-2024 (v1)-pdf"),
            (Some("report_2024 (v1)_pdf"), "report-2024 (v1)-pdf [2]"),
            (Some("report-2024 (v1)-pdf"), "report-2024 (v1)-pdf [3]"),
            (Some("é"), "-"),
            (Some(&"x".repeat(500)), &"x".repeat(180)),
        ] {
            assert_eq!(names.take(title), expected);
        }
    }
}
