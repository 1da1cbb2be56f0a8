//! Text of what came out: as it was written, with words replaced in place, or written anew.
//!
//! Owns the choice, and the check that what is written reads as what is meant. Comments of an object that only gets
//! other words stay where they are; of one that is written anew, those in front of it do.

use cp_files::parse::{self, Format, Positions};
use cp_files::problem::Position;
use serde_json::Value;

use super::source::{Piece, is_mark};

/// What became of a document.
pub(crate) enum Become {
    /// The same.
    Kept,
    /// The same object with other values.
    Edited(Value),
    /// Other objects; none, and what to say in their place.
    Replaced(Vec<Value>, String),
}

/// Text of a piece, with one entry of `results` per document; `mark` stands between JSON documents.
pub(crate) fn piece(piece: &Piece, results: &[Become], format: Format, mark: &str) -> String {
    let is_kept = results.iter().all(|one| matches!(one, Become::Kept));
    let is_alone = mark.is_empty() || piece.documents.len() <= 1 || format == Format::Yaml;
    if is_kept && is_alone {
        return ended(piece.text.clone());
    }
    if let ([Become::Edited(value)], [document], Format::Yaml) =
        (results, piece.documents.as_slice(), format)
    {
        let changed = (&document.value, value);
        if let Some(text) = in_place(&piece.text, changed, &document.positions) {
            return ended(text);
        }
    }
    let mut texts = Vec::new();
    for (document, result) in piece.documents.iter().zip(results) {
        match result {
            Become::Kept => texts.push(render(&document.value, format)),
            Become::Edited(value) => texts.push(render(value, format)),
            Become::Replaced(values, words) if values.is_empty() => {
                if format == Format::Yaml {
                    texts.push(format!("# {words}\n"));
                }
            }
            Become::Replaced(values, _) => {
                texts.extend(values.iter().map(|value| render(value, format)));
            }
        }
    }
    match format {
        Format::Yaml => format!("{}{}", head(&piece.text), texts.join("---\n")),
        Format::Json => texts.join(mark),
    }
}

/// An object as text that reads as the object.
fn render(value: &Value, format: Format) -> String {
    let json = || {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        format!("{text}\n")
    };
    if format == Format::Json {
        return json();
    }
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let text = serde_saphyr::to_string_with_options(value, options).unwrap_or_default();
    // JSON is YAML too, and has no two ways to read it.
    if reads_as(&text, value) {
        ended(text)
    } else {
        json()
    }
}

fn reads_as(text: &str, value: &Value) -> bool {
    let read = parse::parse(text.as_bytes(), Format::Yaml);
    read.is_ok_and(|documents| matches!(documents.as_slice(), [one] if one.value == *value))
}

/// Marks and comments in front of a document.
fn head(text: &str) -> String {
    let is_head = |line: &&str| {
        let trimmed = line.trim();
        trimmed.is_empty() || trimmed.starts_with('#') || (is_mark(line) && trimmed.len() == 3)
    };
    text.split_inclusive('\n').take_while(is_head).collect()
}

fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Replaces the texts in which two objects differ; `None` if more differs, or the result reads otherwise.
fn in_place(text: &str, (old, new): (&Value, &Value), positions: &Positions) -> Option<String> {
    let mut found = Vec::new();
    differences(old, new, String::new(), &mut found)?;
    let mut edits: Vec<(usize, &str, &str)> = Vec::new();
    for (pointer, old, new) in &found {
        let key = pointer.rsplit('/').next().unwrap_or_default();
        let at = value_offset(text, positions.nearest(pointer), key, old)?;
        edits.push((at, old, new));
    }
    // From the end, so that offsets in front stay true.
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
    let mut changed = text.to_owned();
    for (at, old, new) in edits {
        changed.replace_range(at..at + old.len(), new);
    }
    reads_as(&changed, new).then_some(changed)
}

/// Texts that differ, with their places; `None` if anything else differs.
fn differences(
    old: &Value,
    new: &Value,
    pointer: String,
    found: &mut Vec<(String, String, String)>,
) -> Option<()> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            if !old.keys().eq(new.keys()) {
                return None;
            }
            for ((key, old), new) in old.iter().zip(new.values()) {
                let key = key.replace('~', "~0").replace('/', "~1");
                differences(old, new, format!("{pointer}/{key}"), found)?;
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            if old.len() != new.len() {
                return None;
            }
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                differences(old, new, format!("{pointer}/{index}"), found)?;
            }
        }
        (Value::String(old), Value::String(new)) => {
            if old != new {
                found.push((pointer, old.clone(), new.clone()));
            }
        }
        (old, new) if old == new => {}
        _ => return None,
    }
    Some(())
}

/// Where the value of a key begins, if it stands behind the key as it is.
fn value_offset(text: &str, position: Position, key: &str, value: &str) -> Option<usize> {
    let line = usize::try_from(position.line.checked_sub(1)?).ok()?;
    let column = usize::try_from(position.column.checked_sub(1)?).ok()?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let own = text.get(start..)?.lines().next()?;
    let (skipped, _) = own.char_indices().nth(column)?;
    let behind = own.get(skipped..)?.trim_start_matches(['"', '\'']);
    let behind = behind.strip_prefix(key)?.trim_start_matches(['"', '\'']);
    let behind = behind.trim_start().strip_prefix(':')?;
    let behind = behind.trim_start().trim_start_matches(['"', '\'']);
    behind
        .starts_with(value)
        .then(|| start + own.len() - behind.len())
}

#[cfg(test)]
mod tests {
    use cp_files::parse::Format;
    use serde_json::json;

    use super::{Become, piece};
    use crate::source::cut;

    fn written(text: &str, result: Become) -> String {
        let pieces = cut(text, Format::Yaml).expect("YAML");
        piece(&pieces[0], &[result], Format::Yaml, "")
    }

    #[test]
    fn words_are_replaced_in_place() {
        let text = "# head\nspec: # why\n  class: \"old\" # here\n  list: [{kind: old, é: old}]\n";
        let value = json!({"spec": {"class": "new", "list": [{"kind": "newer", "é": "old"}]}});
        assert_eq!(
            written(text, Become::Edited(value)),
            "# head\nspec: # why\n  class: \"new\" # here\n  list: [{kind: newer, é: old}]\n"
        );
    }

    #[test]
    fn what_has_other_fields_is_written_anew_below_its_comments() {
        let text = "---\n# head\nspec: # why\n  class: old\n";
        let value = json!({"spec": {"class": "old", "more": "true"}});
        assert_eq!(
            written(text, Become::Edited(value)),
            "---\n# head\nspec:\n  class: old\n  more: \"true\"\n"
        );
    }

    #[test]
    fn what_is_kept_is_the_same_to_the_byte() {
        let text = "a:   1 # x\nb: 'y'";
        assert_eq!(written(text, Become::Kept), "a:   1 # x\nb: 'y'\n");
        let gone = Become::Replaced(Vec::new(), "gone".to_owned());
        assert_eq!(written("---\na: 1\n", gone), "---\n# gone\n");
    }
}
