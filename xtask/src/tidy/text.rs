//! What no text of the repository may hold: work left over without an issue, lints silenced without a
//! reason, tests that wait by sleeping, and paths that exist on one machine only.
//!
//! Must not know Rust where a line of text is enough; the two rules that need syntax say so.

use std::path::Path;

use syn::visit::{self, Visit};

use super::finding::{Finding, Rule};
use super::source::{Source, is_cfg_test};

/// Words that mean "not finished". In two parts, because this file is read as well.
const LEFT_OVER: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
/// Beginnings of home directories.
const HOMES: [&str; 3] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
];

struct Visitor<'a> {
    source: &'a Source,
    in_test: bool,
    findings: Vec<Finding>,
}

/// The rules that read lines.
pub(super) fn check(root: &Path, path: &Path, text: &str) -> Vec<Finding> {
    let root = format!("{}/", root.display());
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut report = |rule, message: &str| {
            let path = path.display().to_string();
            findings.push(Finding {
                path,
                line: number + 1,
                rule,
                message: message.to_owned(),
            });
        };
        if LEFT_OVER.iter().any(|word| is_left_over(line, word)) {
            report(
                Rule::Todo,
                "left over without an issue: write it as (#number) or do it",
            );
        }
        if HOMES.iter().any(|home| holds_path(line, home)) || holds_path(line, &root) {
            report(Rule::Path, "a path that exists on one machine only");
        }
    }
    findings
}

/// The rules that need syntax: `allow` with a reason, no sleep in a test.
pub(super) fn check_syntax(source: &Source) -> Vec<Finding> {
    let mut visitor = Visitor {
        source,
        in_test: source.is_test,
        findings: Vec::new(),
    };
    visitor.visit_file(&source.syntax);
    visitor.findings
}

/// Is `word` in `line` as a word of its own, without `(#number)` behind it?
fn is_left_over(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).unwrap_or_default();
        let issue = after
            .strip_prefix("(#")
            .and_then(|rest| rest.chars().next());
        !before.is_some_and(char::is_alphanumeric)
            && !after.starts_with(char::is_alphanumeric)
            && !issue.is_some_and(|digit| digit.is_ascii_digit())
    })
}

/// Does `line` hold `prefix` where a path begins?
fn holds_path(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}*".contains(c))
    })
}

// === impl Visitor ===

impl Visitor<'_> {
    fn report(&mut self, rule: Rule, span: proc_macro2::Span, message: &str) {
        let (path, line) = (self.source.name(), span.start().line);
        self.findings.push(Finding {
            path,
            line,
            rule,
            message: message.to_owned(),
        });
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let path = attribute.path();
        if (path.is_ident("allow") || path.is_ident("expect"))
            && !attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().contains("reason ="))
        {
            let span = syn::spanned::Spanned::span(attribute);
            self.report(
                Rule::Allow,
                span,
                "a lint is silenced without `reason = \"...\"`",
            );
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let outer = self.in_test;
        self.in_test |= is_cfg_test(&item.attrs);
        visit::visit_item_mod(self, item);
        self.in_test = outer;
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = call.func.as_ref()
            && function
                .path
                .segments
                .last()
                .is_some_and(|segment| segment.ident == "sleep")
            && self.in_test
        {
            let span = syn::spanned::Spanned::span(call);
            self.report(
                Rule::Sleep,
                span,
                "a test sleeps: poll a condition with a deadline",
            );
        }
        visit::visit_expr_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::finding::Rule;
    use super::super::source::Source;

    #[track_caller]
    fn check(line: &str, expected: &[Rule]) {
        let found = super::check(Path::new("/srv/clone"), Path::new("a.md"), line);
        assert_eq!(
            found.iter().map(|finding| finding.rule).collect::<Vec<_>>(),
            expected
        );
    }

    #[track_caller]
    fn check_syntax(path: &str, text: &str, expected: &[Rule]) {
        let source = Source::parse(Path::new(path), text.to_owned()).expect("parses");
        let found = super::check_syntax(&source);
        assert_eq!(
            found.iter().map(|finding| finding.rule).collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn left_over_work_names_its_issue() {
        let word = super::LEFT_OVER[0];
        check(&format!("// {word}: later"), &[Rule::Todo]);
        check(&format!("// {word}(someone): later"), &[Rule::Todo]);
        check(&format!("// {word}(#12): later"), &[]);
        check(&format!("{word}LIST is a word"), &[]);
    }

    #[test]
    fn paths_of_one_machine() {
        check(&format!("see {}me/notes", super::HOMES[0]), &[Rule::Path]);
        check("see /srv/clone/docs/x.md", &[Rule::Path]);
        check(&format!("https://example.com{}page", super::HOMES[0]), &[]);
        check("/etc/hosts", &[]);
    }

    #[test]
    fn silenced_lints_give_a_reason() {
        check_syntax(
            "a/src/b.rs",
            "#[allow(dead_code)]\nfn f() {}",
            &[Rule::Allow],
        );
        check_syntax(
            "a/src/b.rs",
            "#![allow(dead_code)]\nfn f() {}",
            &[Rule::Allow],
        );
        check_syntax(
            "a/src/b.rs",
            "#[expect(dead_code, reason = \"r\")]\nfn f() {}",
            &[],
        );
    }

    #[test]
    fn tests_do_not_sleep() {
        let call = "fn f() { std::thread::sleep(d); }";
        check_syntax("a/src/b.rs", call, &[]);
        check_syntax("a/src/b/tests.rs", call, &[Rule::Sleep]);
        check_syntax("tests/src/world.rs", call, &[Rule::Sleep]);
        check_syntax("tests/lab/node/src/health.rs", call, &[]);
        check_syntax("tests/lab/node/tests/child.rs", call, &[Rule::Sleep]);
        check_syntax(
            "a/src/b.rs",
            &format!("#[cfg(test)] mod tests {{ {call} }}"),
            &[Rule::Sleep],
        );
    }
}
