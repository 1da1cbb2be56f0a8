//! Manifests as they were written: files and standard input, cut into documents that keep their text.
//!
//! Owns reading and cutting. Which files of a directory are manifests is the control plane's to say, so that a migration
//! sees what `validate` sees. Invariant: the pieces of a file, one after the other, are the file.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cp_files::parse::{self, Document, Format};
use cp_files::problem::Position;
use cp_files::scan::{Reading, Scanner};
use cp_files::{OpenError, Problem};

/// One file.
pub struct SourceFile {
    /// Path as it was given, for people.
    pub path: PathBuf,
    /// Path below the directory that was given.
    pub name: PathBuf,
    /// What it is written in.
    pub format: Format,
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// Text between two document marks, with the mark in front.
pub struct Piece {
    /// As it was written.
    pub text: String,
    /// The line that it begins at, from 1.
    pub line: u32,
    /// The objects in it: most often one.
    pub documents: Vec<Document>,
}

/// Stands for standard input.
const STDIN: &str = "-";

/// Reads what the paths name.
pub fn read(paths: &[PathBuf]) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        if path.as_os_str() == STDIN {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("standard input")?;
            let format = match text.trim_start().starts_with(['{', '[']) {
                true => Format::Json,
                false => Format::Yaml,
            };
            let name = PathBuf::from("stdin.yaml");
            add(
                (PathBuf::from("<stdin>"), name),
                text,
                format,
                &mut files,
                &mut problems,
            );
        } else {
            read_path(path, &mut files, &mut problems)?;
        }
    }
    if !problems.is_empty() {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bail!("{}", told.join("\n"));
    }
    Ok(files)
}

fn read_path(root: &Path, files: &mut Vec<SourceFile>, problems: &mut Vec<Problem>) -> Result<()> {
    std::fs::metadata(root).map_err(|source| OpenError::Root {
        path: root.to_owned(),
        source,
    })?;
    let mut scanner = Scanner::new(vec![root.to_owned()]);
    let walk = scanner.walk();
    let scan = scanner.scan(walk, &std::collections::BTreeSet::new());
    let roots = scanner.roots().to_vec();
    problems.extend(scan.problems);
    for (path, reading) in scan.read {
        let below = roots.iter().find_map(|root| path.strip_prefix(root).ok());
        let name = match below {
            Some(below) if !below.as_os_str().is_empty() => below.to_owned(),
            Some(_) | None => path.file_name().map_or_else(|| path.clone(), PathBuf::from),
        };
        match reading {
            Reading::Content { format, bytes } => match String::from_utf8(bytes) {
                Ok(text) => add((path, name), text, format, files, problems),
                Err(_) => problems.push(Problem::error(
                    path,
                    Position::FILE,
                    "not UTF-8 text; save the file as UTF-8",
                )),
            },
            Reading::Unreadable(message) => {
                problems.push(Problem::error(path, Position::FILE, message));
            }
        }
    }
    Ok(())
}

fn add(
    (path, name): (PathBuf, PathBuf),
    text: String,
    format: Format,
    files: &mut Vec<SourceFile>,
    problems: &mut Vec<Problem>,
) {
    match cut(&text, format) {
        Ok(pieces) => files.push(SourceFile {
            path,
            name,
            format,
            pieces,
        }),
        Err((position, message)) => problems.push(Problem::error(path, position, message)),
    }
}

/// Cuts a text into its pieces and reads each.
pub fn cut(text: &str, format: Format) -> Result<Vec<Piece>, (Position, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let texts = match format {
        Format::Yaml => documents(text),
        Format::Json => vec![text.to_owned()],
    };
    let mut pieces = Vec::with_capacity(texts.len());
    let mut line: u32 = 1;
    for text in texts {
        let documents = parse::parse(text.as_bytes(), format).map_err(|error| {
            let Position { line: at, column } = error.position;
            let at = at.saturating_add(line).saturating_sub(1);
            (Position::new(at, column), error.message)
        })?;
        let lines = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
        pieces.push(Piece {
            text,
            line,
            documents,
        });
        line = line.saturating_add(lines);
    }
    Ok(pieces)
}

/// The texts between document marks. A mark at the start of a line ends a document wherever it stands (YAML 9.1.2), so
/// that no text within a value can look like one.
fn documents(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut current = String::new();
    for line in text.split_inclusive('\n') {
        if is_mark(line) && !current.is_empty() {
            texts.push(std::mem::take(&mut current));
        }
        current.push_str(line);
    }
    texts.push(current);
    texts
}

/// Whether a line begins a document.
pub(crate) fn is_mark(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| {
        rest.trim_end_matches(['\r', '\n']).is_empty() || rest.starts_with([' ', '\t'])
    })
}

#[cfg(test)]
mod tests {
    use cp_files::parse::Format;

    use super::cut;

    #[test]
    fn pieces_are_the_file() {
        let text = "# head\na: 1\n---\nb: |\n  --- no\n--- # mark\nc: 3\n---\n";
        let pieces = cut(text, Format::Yaml).expect("YAML");
        let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(whole, text);
        let lines: Vec<u32> = pieces.iter().map(|piece| piece.line).collect();
        assert_eq!(lines, [1, 3, 6, 8]);
    }

    #[test]
    fn a_fault_has_its_line() {
        let error = cut("a: 1\n---\nb: [1\n", Format::Yaml)
            .err()
            .expect("a fault");
        assert!(error.0.line >= 3, "{:?}", error.0);
    }
}
