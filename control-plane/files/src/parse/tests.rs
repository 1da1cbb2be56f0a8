//! Tables for the reading of files.

use serde_json::json;

use super::{Format, parse};
use crate::problem::Position;

#[track_caller]
fn values(text: &str, format: Format) -> Vec<(serde_json::Value, (u32, u32))> {
    let documents = parse(text.as_bytes(), format).expect("readable");
    let place = |position: Position| (position.line, position.column);
    documents
        .into_iter()
        .map(|document| (document.value, place(document.position)))
        .collect()
}

#[track_caller]
fn refused(bytes: &[u8], format: Format, place: (u32, u32), words: &str) {
    let error = parse(bytes, format).expect_err("refused");
    assert!(error.message.contains(words), "{error}");
    assert_eq!(
        (error.position.line, error.position.column),
        place,
        "{error}"
    );
}

#[test]
fn many_documents_keep_their_order_and_their_lines() {
    let text = "# a comment\n---\nkind: A\nn: 1\n---\n---\n# nothing\n---\n\nkind: B\nn: [1, x, true, null, 1.5]\n";
    assert_eq!(
        values(text, Format::Yaml),
        [
            (json!({"kind": "A", "n": 1}), (3, 1)),
            (
                json!({"kind": "B", "n": [1, "x", true, null, 1.5]}),
                (10, 1)
            ),
        ]
    );
}

#[test]
fn scalars_are_what_kubernetes_reads() {
    let text = "a: 80\nb: '80'\nc: yes\nd: \"yes\"\ne: ~\nf: 2024-01-01\ng: 0.5\nh: |\n  two\n  lines\n80: number\ni: -3\n";
    assert_eq!(
        values(text, Format::Yaml)[0].0,
        json!({"a": 80, "b": "80", "c": true, "d": "yes", "e": null, "f": "2024-01-01", "g": 0.5,
               "h": "two\nlines\n", "80": "number", "i": -3})
    );
}

#[test]
fn anchors_and_merge_keys_work() {
    let text = "base: &base {a: 1}\nuse:\n  <<: *base\n  b: 2\nagain: *base\n";
    assert_eq!(
        values(text, Format::Yaml)[0].0,
        json!({"base": {"a": 1}, "use": {"a": 1, "b": 2}, "again": {"a": 1}})
    );
}

#[test]
fn json_documents_follow_each_other() {
    let text = "{\"kind\": \"A\"}\n\n  {\"kind\": \"B\", \"n\": [1]}\n";
    assert_eq!(
        values(text, Format::Json),
        [
            (json!({"kind": "A"}), (1, 1)),
            (json!({"kind": "B", "n": [1]}), (3, 3))
        ]
    );
}

/// That places cost one pass over the file together is the cursor's, and tested there.
#[test]
fn many_json_documents_in_a_line_have_places() {
    const DOCUMENTS: u32 = 10_000;
    let text = "{} ".repeat(DOCUMENTS as usize);
    let documents = values(&text, Format::Json);
    let (_, last) = documents.last().expect("documents");
    assert_eq!(*last, (1, (DOCUMENTS - 1) * 3 + 1));
}

#[test]
fn lists_stand_for_their_items() {
    let text = "kind: List\nitems:\n- kind: A\n- kind: HTTPRouteList\n  items:\n  - kind: B\n";
    assert_eq!(
        values(text, Format::Yaml),
        [
            (json!({"kind": "A"}), (3, 3)),
            (json!({"kind": "B"}), (6, 5))
        ]
    );
    let text = "{\"kind\": \"List\",\n\"items\": [{\"kind\": \"A\"}]}";
    assert_eq!(values(text, Format::Json), [(json!({"kind": "A"}), (1, 1))]);
}

#[test]
fn parts_have_places() {
    let text =
        "kind: A\nspec:\n  rules:\n  - matches: []\n    a/b: 1\n  - matches:\n    - path: x\n";
    let documents = parse(text.as_bytes(), Format::Yaml).expect("readable");
    let positions = &documents[0].positions;
    let check = |pointer: &str, expected: (u32, u32)| {
        let position = positions.nearest(pointer);
        assert_eq!((position.line, position.column), expected, "{pointer}");
    };
    check("", (1, 1));
    check("/spec", (2, 1));
    check("/spec/rules/0", (4, 5));
    check("/spec/rules/0/a~1b", (5, 5));
    check("/spec/rules/1/matches/0/path", (7, 7));
    check("/spec/rules/1/matches/0/absent", (7, 7));
    check("/absent/deep", (1, 1));
    assert_eq!(
        positions.nearest_field("spec.rules[1].matches[0].path"),
        Position::new(7, 7)
    );
}

#[test]
fn what_cannot_be_read_has_a_place() {
    refused(
        b"a: 1\nb: [1, 2\nc: 3\n",
        Format::Yaml,
        (3, 2),
        "invalid YAML",
    );
    refused(b"a: 1\n\tb: 2\n", Format::Yaml, (1, 4), "tab");
    refused(b"a: 1\na: 2\n", Format::Yaml, (2, 1), "duplicate");
    refused(b"a: *nowhere\n", Format::Yaml, (1, 4), "unknown");
    refused(b"ok: 1\nbad: \xff\n", Format::Yaml, (2, 6), "UTF-8");
    refused(
        b"{\"a\": 1}\n{\"b\": }\n",
        Format::Json,
        (2, 7),
        "invalid JSON",
    );
    refused(b"{\"a\": [1,", Format::Json, (1, 9), "invalid JSON");
}

#[test]
fn small_files_do_not_unfold_into_large_ones() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in ["b", "c", "d", "e", "f", "g"]
        .into_iter()
        .zip(["a", "b", "c", "d", "e", "f"])
    {
        let uses = vec![format!("*{inner}"); 10].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{uses}]\n"));
    }
    assert!(parse(bomb.as_bytes(), Format::Yaml).is_err());
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(parse(deep.as_bytes(), Format::Yaml).is_err());
    assert!(parse(deep.as_bytes(), Format::Json).is_err());
}

#[test]
fn ten_thousand_documents_are_fine() {
    let mut text = String::new();
    for index in 0..10_000 {
        text.push_str(&format!(
            "---\nkind: A\nmetadata:\n  name: n{index}\nspec: {{a: [1, 2], b: {{c: d}}}}\n"
        ));
    }
    let documents = parse(text.as_bytes(), Format::Yaml).expect("readable");
    assert_eq!(documents.len(), 10_000);
    assert_eq!(documents[9_999].position.line, 9_999 * 5 + 2);
}

#[test]
fn empty_files_are_empty() {
    assert_eq!(values("", Format::Yaml), []);
    assert_eq!(values("\n---\n---\n# nothing\n", Format::Yaml), []);
    assert_eq!(values("", Format::Json), []);
    assert_eq!(values("\u{feff}kind: A\n", Format::Yaml).len(), 1);
}
