//! Every file says at its top what it owns, what it must not know and what could be broken.
//!
//! Counts lines and nothing else: whether the words are true is for the reader.

use super::finding::{Finding, Rule};
use super::source::Source;

const LEAST: usize = 2;
/// A test file has nothing that it must not know.
const LEAST_OF_TEST: usize = 1;
const MOST: usize = 12;
/// Crate roots add a picture and entry points.
const MOST_OF_ROOT: usize = 60;

/// The `//!` block of `source`.
pub(super) fn check(source: &Source) -> Option<Finding> {
    let count = source
        .text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .count();
    let most = if source.is_root() { MOST_OF_ROOT } else { MOST };
    let least = if source.is_test { LEAST_OF_TEST } else { LEAST };
    if (least..=most).contains(&count) {
        return None;
    }
    Some(Finding {
        path: source.name(),
        line: 1,
        rule: Rule::Header,
        message: format!("opens with {count} lines of `//!`, not {least} to {most}"),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::source::Source;

    #[track_caller]
    fn check(path: &str, lines: usize, expected: bool) {
        let text = "//! A line.\n".repeat(lines) + "fn f() {}\n";
        let source = Source::parse(Path::new(path), text).expect("parses");
        assert_eq!(super::check(&source).is_none(), expected);
    }

    #[test]
    fn two_to_twelve_lines() {
        check("a/src/noun.rs", 0, false);
        check("a/src/noun.rs", 1, false);
        check("a/src/noun.rs", 2, true);
        check("a/src/noun.rs", 12, true);
        check("a/src/noun.rs", 13, false);
        check("a/src/noun/tests.rs", 0, false);
        check("a/src/noun/tests.rs", 1, true);
        check("a/src/lib.rs", 13, true);
        check("a/src/lib.rs", 61, false);
    }
}
