//! Budgets against small files.

use std::path::Path;

use super::super::source::Source;
use super::{check_crates, measure, package_of};

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let source = Source::parse(Path::new(path), text.to_owned()).expect("parses");
    let found: Vec<String> = super::check(&source, &measure(&source))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn files() {
    let lines = |count| "// A line.\n".repeat(count);
    check("a/src/b.rs", &lines(500), &[]);
    check(
        "a/src/b.rs",
        &lines(501),
        &["a/src/b.rs: lines: 501, at most 500 [file]"],
    );
    check("a/src/b/tests.rs", &lines(1000), &[]);
    check(
        "a/src/b/tests.rs",
        &lines(1001),
        &["a/src/b/tests.rs: lines: 1001, at most 1000 [file]"],
    );
    let with_tests = format!(
        "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
        lines(500),
        lines(300)
    );
    check("a/src/b.rs", &with_tests, &[]);
}

#[test]
fn functions_count_code_only() {
    let body = |code: usize| {
        format!(
            "fn f() {{\n{}{}\n}}\n",
            "    g();\n".repeat(code),
            "    // Why.\n\n".repeat(30)
        )
    };
    check("a/src/b.rs", &body(80), &[]);
    check(
        "a/src/b.rs",
        &body(81),
        &["a/src/b.rs:1: lines of f: 81, at most 80 [function]"],
    );
    let method = format!("struct S;\nimpl S {{ {} }}\n", body(81));
    check(
        "a/src/b.rs",
        &method,
        &["a/src/b.rs:2: lines of f: 81, at most 80 [function]"],
    );
}

#[test]
fn parameters_of_our_own_signatures() {
    let seven = "(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8)";
    let found = "a/src/b.rs:1: parameters of f: 7, at most 6 [parameters]";
    check("a/src/b.rs", &format!("fn f{seven} {{}}"), &[found]);
    check(
        "a/src/b.rs",
        &format!("impl S {{ fn f{seven} {{}} }}"),
        &[found],
    );
    check(
        "a/src/b.rs",
        &format!("trait T {{ fn f{seven}; }}"),
        &[found],
    );
    check(
        "a/src/b.rs",
        &format!("impl T for S {{ fn f{seven} {{}} }}"),
        &[],
    );
}

#[test]
fn fields_variants_and_bounds() {
    let fields: String = (0..17).map(|n| format!("f{n}: u8, ")).collect();
    let found = "a/src/b.rs:1: fields of S: 17, at most 16 [fields]";
    check("a/src/b.rs", &format!("struct S {{ {fields} }}"), &[found]);
    let variants: String = (0..31).map(|n| format!("V{n}, ")).collect();
    let found = "a/src/b.rs:1: variants of E: 31, at most 30 [variants]";
    check("a/src/b.rs", &format!("enum E {{ {variants} }}"), &[found]);
    let bounds = "    T: Clone,\n".repeat(8);
    let found = "a/src/b.rs:2: lines of `where`: 9, at most 8 [where]";
    check(
        "a/src/b.rs",
        &format!("fn f<T>()\nwhere\n{bounds}{{}}"),
        &[found],
    );
}

#[test]
fn lines_belong_to_their_crate() {
    assert_eq!(package_of("data-plane/llm/src/format.rs"), "data-plane/llm");
    assert_eq!(package_of("tests/src/harness/world.rs"), "tests");
    assert_eq!(package_of("tests/tests/main.rs"), "tests");
    assert_eq!(
        package_of("tests/mock-provider/src/main.rs"),
        "tests/mock-provider"
    );
    let source = |path: &str, lines: usize| {
        let text = "// A line.\n".repeat(lines);
        measure(&Source::parse(Path::new(path), text).expect("parses"))
    };
    let measures = [
        source("cli/src/a.rs", 6_000),
        source("cli/src/b.rs", 6_001),
        source("data-plane/llm/src/a.rs", 15_000),
    ];
    let found: Vec<String> = check_crates(&measures)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, ["cli: lines: 12001, at most 12000 [crate]"]);
}
