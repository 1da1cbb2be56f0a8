//! From a path inside an object to a line of its file.
//!
//! Owns the second reading of files that have findings: positions of fields are not kept while manifests are
//! watched. Must not fail: a file that is gone or changed gives the line of the object.

use std::collections::BTreeMap;

use cp_files::parse::{self, Document, Format};
use serde_json::Value;

use super::Place;

/// Files that were read again.
#[derive(Debug, Default)]
pub(crate) struct Places {
    files: BTreeMap<String, Vec<Document>>,
}

// === impl Places ===

impl Places {
    /// The place of a listener (or of a field of it) of the Gateway that begins at a line of a file.
    pub(crate) fn of_listener(
        &mut self,
        file: &str,
        line: u32,
        listener: &str,
        field: Option<&str>,
    ) -> Place {
        let documents = self
            .files
            .entry(file.to_owned())
            .or_insert_with(|| read(file));
        let document = documents
            .iter()
            .find(|document| document.position.line == line);
        let listeners = document.and_then(|document| document.value.pointer("/spec/listeners"));
        let index = listeners.and_then(Value::as_array).and_then(|listeners| {
            let name = |value: &Value| value.get("name").and_then(Value::as_str) == Some(listener);
            listeners.iter().position(name)
        });
        match index {
            Some(index) => {
                let field = field.map(|field| format!(".{field}")).unwrap_or_default();
                self.of_field(file, line, &format!("spec.listeners[{index}]{field}"))
            }
            None => Place {
                file: file.to_owned(),
                line,
                column: 0,
            },
        }
    }

    /// The place of a field (`spec.rules[2].matches[0]`) of the object that begins at a line of a file.
    pub(crate) fn of_field(&mut self, file: &str, line: u32, field: &str) -> Place {
        let documents = self
            .files
            .entry(file.to_owned())
            .or_insert_with(|| read(file));
        let document = documents
            .iter()
            .find(|document| document.position.line == line);
        let position = document.map(|document| document.positions.nearest_field(field));
        match position.filter(|position| position.line > 0) {
            Some(position) => Place {
                file: file.to_owned(),
                line: position.line,
                column: position.column,
            },
            None => Place {
                file: file.to_owned(),
                line,
                column: 0,
            },
        }
    }
}

fn read(file: &str) -> Vec<Document> {
    let path = std::path::Path::new(file);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let format = extension.and_then(Format::of_extension);
    let (Some(format), Ok(bytes)) = (format, std::fs::read(path)) else {
        return Vec::new();
    };
    parse::parse(&bytes, format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn a_field_has_a_line() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("a.yaml");
        std::fs::write(
            &path,
            "kind: A\n---\nkind: B\nspec:\n  rules:\n  - a: 1\n  - b: 2\n",
        )
        .expect("written");
        let file = path.display().to_string();
        let mut places = Places::default();
        assert_eq!(places.of_field(&file, 3, "spec.rules[1]").line, 7);
        assert_eq!(places.of_field(&file, 3, "spec.rules[9]").line, 5);
        assert_eq!(places.of_field(&file, 9, "spec").line, 9);
        std::fs::write(
            dir.path().join("b.yaml"),
            "kind: Gateway\nspec:\n  listeners:\n  - name: a\n  - {port: 1, name: b}\n",
        )
        .expect("written");
        let other = dir.path().join("b.yaml").display().to_string();
        assert_eq!(places.of_listener(&other, 1, "b", None).line, 5);
        assert_eq!(places.of_listener(&other, 1, "c", Some("tls")).line, 1);
        assert_eq!(places.of_field("missing.yaml", 4, "spec").line, 4);
    }
}
