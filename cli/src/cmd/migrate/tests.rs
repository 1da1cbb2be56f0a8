//! Goldens of migrations, in `cli/tests/migrate`: the input, then `# Output`, then `# Report`.
//!
//! Owns the form of a case, and what holds for every case: the control plane accepts what comes out, and migrating that
//! again changes nothing. What this version does not act on is left out of the reports: it changes with each feature.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cp_files::parse::Format;

use migrate::report::{Outcome, Place};
use migrate::source::{SourceFile, cut};
use migrate::{Migration, migrate};

use super::text;

const OUTPUT: &str = "\n# Output\n";
const REPORT: &str = "\n# Report\n";

fn file(text: &str, format: Format) -> SourceFile {
    SourceFile {
        path: PathBuf::from("in.yaml"),
        name: PathBuf::from("in.yaml"),
        format,
        pieces: cut(text, format).expect("manifests"),
    }
}

fn run(text: &str) -> Migration {
    let mut migration = migrate(&[file(text, Format::Yaml)]);
    migration
        .report
        .entries
        .retain(|entry| entry.outcome != Outcome::NotInEffect);
    migration
}

/// A case as it would be written.
fn produce(input: &str) -> String {
    let migration = run(input);
    let report: String = text(&migration.report, None)
        .lines()
        .map(|line| format!("# {line}\n"))
        .collect();
    format!("{input}{OUTPUT}{}{REPORT}{report}", migration.files[0].text)
}

fn cases() -> BTreeMap<String, PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrate");
    let entries = fs::read_dir(directory).expect("goldens");
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (
                path.file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                path,
            )
        })
        .collect()
}

fn input(path: &Path) -> (String, String) {
    let text = fs::read_to_string(path).expect("a golden");
    let input = text.split(OUTPUT).next().unwrap_or_default();
    let input = format!("{}\n", input.trim_end());
    (input, text)
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "goldens are blessed by a variable"
)]
fn golden_migrations() {
    for (name, path) in cases() {
        let (input, written) = input(&path);
        let fresh = produce(&input);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &fresh).expect("written");
        } else {
            let diff = similar::TextDiff::from_lines(&written, &fresh);
            let diff = diff.unified_diff().to_string();
            assert_eq!(diff, "", "{name}: run with BLESS=1 if this is meant");
        }
    }
}

/// The guide shows the tutorial: its output, and its report without places.
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "goldens are blessed by a variable"
)]
fn golden_guide() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (input, _) = input(&root.join("tests/migrate/kubelb-tutorial.yaml"));
    let migration = run(&input);
    let mut report = migration.report;
    for entry in &mut report.entries {
        entry.place = Place::default();
    }
    let rows: String = text(&report, None)
        .lines()
        .map(|line| line.strip_prefix("-      ").unwrap_or(line))
        .map(|line| format!("{}\n", line.strip_prefix("PLACE  ").unwrap_or(line)))
        .collect();
    let page = root.join("../docs/guide/migrate.md");
    let written = fs::read_to_string(&page).expect("the guide");
    let fresh = replace(
        &written,
        "output",
        &fenced("yaml", &migration.files[0].text),
    );
    let fresh = replace(&fresh, "report", &fenced("text", &rows));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&page, &fresh).expect("written");
    } else {
        assert_eq!(written, fresh, "run with BLESS=1 if this is meant");
    }
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{text}```\n")
}

/// Replaces what stands between the two markers called `name`.
fn replace(page: &str, name: &str, content: &str) -> String {
    let begin = format!("<!-- begin {name} ");
    let (before, rest) = page.split_once(&begin).expect("a marker");
    let (marker, rest) = rest.split_once("-->\n").expect("its end");
    let end = format!("<!-- end {name} -->");
    let (_, after) = rest.split_once(&end).expect("the other marker");
    format!("{before}{begin}{marker}-->\n{content}{end}{after}")
}

#[test]
fn what_comes_out_is_accepted() {
    for (name, path) in cases() {
        let migration = run(&input(&path).0);
        for piece in cut(&migration.files[0].text, Format::Yaml).expect("YAML") {
            for document in piece.documents {
                let unknown = cp_api::unknown_fields(&document.value);
                assert_eq!(unknown, [], "{name}: {}", document.value["metadata"]);
                match cp_api::decode(document.value) {
                    Ok(_) | Err(cp_api::DecodeError::UnknownKind { .. }) => {}
                    Err(error) => panic!("{name}: {error}"),
                }
            }
        }
    }
}

#[test]
fn migrating_again_changes_nothing() {
    for (name, path) in cases() {
        let once = run(&input(&path).0);
        let text = &once.files[0].text;
        let again = run(text);
        assert_eq!(again.files[0].text, *text, "{name}");
        // A filter that could not be resolved is told each time; nothing else is left to tell.
        let told: Vec<_> = again
            .report
            .entries
            .iter()
            .filter(|entry| entry.outcome != Outcome::LeftOut)
            .collect();
        assert!(told.is_empty(), "{name}: {told:?}");
    }
}

#[test]
fn json_stays_json_and_streams_as_documents() {
    let text = r#"{"kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}},
        {"apiVersion": "gateway.kgateway.dev/v1alpha1", "kind": "Backend", "metadata": {"name": "b"},
         "spec": {"static": {"hosts": [{"host": "a.example", "port": 80}]}}}]}"#;
    let migration = migrate(&[file(text, Format::Json)]);
    let written = &migration.files[0];
    assert_eq!(
        cut(&written.text, Format::Json).expect("JSON")[0]
            .documents
            .len(),
        2
    );
    let stream = cut(&written.stream, Format::Yaml).expect("YAML");
    assert_eq!(stream.len(), 2);
    assert_eq!(stream[1].documents[0].value["kind"], "AgentgatewayBackend");
}

#[test]
fn a_key_is_in_no_report() {
    let key = "sk-ant-very-secret";
    let text = format!(
        "apiVersion: gateway.kgateway.dev/v1alpha1\nkind: Backend\nmetadata: {{name: a}}\nspec:\n  ai:\n    llm:\n      \
         provider:\n        anthropic:\n          authToken: {{kind: Inline, inline: {key}, more: {key}}}\n          \
         {key}-field: {{a: {key}}}\n"
    );
    let migration = run(&text.replace(&format!("{key}-field"), "other"));
    assert!(migration.files[0].text.contains(key));
    let report = format!(
        "{}{}",
        super::text(&migration.report, None),
        migration.report.value()
    );
    assert!(!report.contains(key), "{report}");
}
