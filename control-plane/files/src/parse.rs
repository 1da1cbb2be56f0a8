//! Bytes of a file to documents.
//!
//! Owns the two formats, their limits, and the unwrapping of `kind: List`. Must not know kinds beyond that, and
//! must not do I/O. Invariant: a file is read as a whole or refused as a whole with one position; documents keep
//! the order of the file.

mod tree;

#[cfg(test)]
mod tests;

use serde_json::Value;
use serde_saphyr::{Error as YamlError, MessageFormatter, Options, UserMessageFormatter};

use crate::problem::{Cursor, Position};
pub use tree::Positions;
use tree::Tree;

/// Larger files are refused before they are parsed.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// What a file is written in; its extension says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.yaml`, `.yml`.
    Yaml,
    /// `.json`; many documents follow each other.
    Json,
}

/// One object as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The object.
    pub value: Value,
    /// Where it begins: its first key, not the document mark.
    pub position: Position,
    /// Where its parts stand.
    pub positions: Positions,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where.
    pub position: Position,
    /// What is wrong, without file content.
    pub message: String,
}

/// Reads every document of a file; empty documents are skipped and lists are unwrapped.
pub fn parse(bytes: &[u8], format: Format) -> Result<Vec<Document>, SyntaxError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| SyntaxError {
        position: Position::of_byte(bytes, error.valid_up_to()),
        message: "not UTF-8 text; save the file as UTF-8".to_owned(),
    })?;
    let trees = match format {
        Format::Yaml => yaml(text)?,
        Format::Json => json(text)?,
    };
    let mut documents = Vec::with_capacity(trees.len());
    for tree in trees {
        unwrap_list(tree, &mut documents);
    }
    Ok(documents)
}

// === impl Format ===

impl Format {
    /// The format of a file with this extension; `None` for files that are not manifests.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

fn yaml(text: &str) -> Result<Vec<Tree>, SyntaxError> {
    serde_saphyr::from_str_multiple_with_options(text, limits(text.len())).map_err(|error| {
        SyntaxError {
            position: yaml_position(&error),
            message: yaml_message(&error),
        }
    })
}

/// Limits that grow with the file: a large file is fine, a small file that unfolds into a large one is not.
fn limits(length: usize) -> Options {
    let mut budget = serde_saphyr::Budget::default();
    budget.max_depth = 100;
    budget.flow_nesting_limit = 100;
    budget.max_events = budget.max_events.max(length.saturating_mul(2));
    budget.max_nodes = budget.max_nodes.max(length);
    budget.max_documents = budget.max_documents.max(length);
    budget.max_total_scalar_bytes = budget.max_total_scalar_bytes.max(length);
    let mut options = Options::default();
    options.budget = Some(budget);
    options.with_snippet = false;
    options.emit_comments = false;
    options
}

fn yaml_position(error: &YamlError) -> Position {
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    error.location().map_or(Position::FILE, |location| {
        Position::new(narrow(location.line()), narrow(location.column()))
    })
}

fn yaml_message(error: &YamlError) -> String {
    let message = UserMessageFormatter
        .format_message(error.without_snippet())
        .into_owned();
    format!("invalid YAML: {}", first_line(&message))
}

fn json(text: &str) -> Result<Vec<Tree>, SyntaxError> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut trees = Vec::new();
    let mut cursor = Cursor::new(text.as_bytes());
    loop {
        let before = stream.byte_offset();
        let Some(next) = stream.next() else {
            return Ok(trees);
        };
        let value = next.map_err(|error| json_error(&error))?;
        let blank = text.get(before..).unwrap_or_default();
        let start = before + (blank.len() - blank.trim_start().len());
        let mut tree = Tree::unplaced(value);
        tree.position = cursor.at(start);
        trees.push(tree);
    }
}

fn json_error(error: &serde_json::Error) -> SyntaxError {
    let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let message = error.to_string();
    let words = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(words, _)| words);
    SyntaxError {
        position: Position::new(narrow(error.line()), narrow(error.column())),
        message: format!("invalid JSON: {words}"),
    }
}

/// A `kind: List` (or `HTTPRouteList`, as a server returns them) stands for its items.
fn unwrap_list(mut tree: Tree, documents: &mut Vec<Document>) {
    if tree.is_null() {
        return;
    }
    let position = tree.position;
    let list = tree.text("kind").is_some_and(|kind| kind.ends_with("List"));
    if list && let Some(items) = tree.take_sequence("items") {
        for mut item in items {
            if item.position == Position::FILE {
                item.position = position;
            }
            unwrap_list(item, documents);
        }
        return;
    }
    let (value, positions) = tree.split();
    documents.push(Document {
        value,
        position,
        positions,
    });
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim()
}
