//! A thing with no noun has no home.
//!
//! Owns the names that modules and types may not have, and the place of tests in a file. Generated
//! code and other people's types never come here.

use syn::visit::{self, Visit};

use super::finding::{Finding, Rule};
use super::source::{Source, is_cfg_test};

const MODULES: [&str; 11] = [
    "common", "core", "util", "utils", "types", "helper", "helpers", "misc", "shared", "internal",
    "mod",
];
const SUFFIXES: [&str; 9] = [
    "Manager",
    "Handler",
    "Helper",
    "Processor",
    "Util",
    "Utils",
    "Impl",
    "Wrapper",
    "Info",
];

struct Visitor<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

/// Names in `source`, and whether its tests stand last.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut visitor = Visitor {
        source,
        findings: Vec::new(),
    };
    let stem = source
        .path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if MODULES.contains(&stem.as_str()) {
        visitor.report(
            Rule::Name,
            0,
            format!("a module named `{stem}` has no noun"),
        );
    }
    visitor.visit_file(&source.syntax);
    visitor.tests_last();
    visitor.findings
}

// === impl Visitor ===

impl Visitor<'_> {
    fn report(&mut self, rule: Rule, line: usize, message: String) {
        self.findings.push(Finding {
            path: self.source.name(),
            line,
            rule,
            message,
        });
    }

    fn name(&mut self, ident: &syn::Ident) {
        let name = ident.to_string();
        if let Some(suffix) = SUFFIXES.iter().find(|suffix| name.ends_with(*suffix)) {
            let line = ident.span().start().line;
            self.report(
                Rule::Name,
                line,
                format!("`{name}`: `{suffix}` says nothing of what it is"),
            );
        }
    }

    fn tests_last(&mut self) {
        let items = &self.source.syntax.items;
        let is_test = |item: &syn::Item| {
            matches!(item, syn::Item::Mod(module)
                if is_cfg_test(&module.attrs) && module.content.is_some())
        };
        let first = items.iter().position(is_test);
        let after = first
            .and_then(|first| items.get(first..))
            .unwrap_or_default();
        if let Some(item) = after.iter().find(|item| !is_test(item)) {
            let line = syn::spanned::Spanned::span(item).start().line;
            self.report(
                Rule::TestsLast,
                line,
                "code after the tests: tests stand last".to_owned(),
            );
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.name(&item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.name(&item.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.name(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.name(&item.ident);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        if item.content.is_some() && MODULES.contains(&name.as_str()) {
            let line = item.ident.span().start().line;
            self.report(
                Rule::Name,
                line,
                format!("a module named `{name}` has no noun"),
            );
        }
        visit::visit_item_mod(self, item);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::source::Source;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let source = Source::parse(Path::new(path), text.to_owned()).expect("parses");
        let found: Vec<String> = super::check(&source)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn modules_have_nouns() {
        check("a/src/route.rs", "", &[]);
        check(
            "a/src/util.rs",
            "",
            &["a/src/util.rs: a module named `util` has no noun [name]"],
        );
        check(
            "a/src/b/mod.rs",
            "",
            &["a/src/b/mod.rs: a module named `mod` has no noun [name]"],
        );
        check("a/src/b.rs", "mod c {}", &[]);
        check(
            "a/src/b.rs",
            "mod core {}",
            &["a/src/b.rs:1: a module named `core` has no noun [name]"],
        );
    }

    #[test]
    fn types_say_what_they_are() {
        check("a/src/b.rs", "use x::RouteManager; struct Route;", &[]);
        check(
            "a/src/b.rs",
            "struct RouteManager;",
            &["a/src/b.rs:1: `RouteManager`: `Manager` says nothing of what it is [name]"],
        );
        check(
            "a/src/b.rs",
            "\ntrait Handler {}",
            &["a/src/b.rs:2: `Handler`: `Handler` says nothing of what it is [name]"],
        );
    }

    #[test]
    fn tests_stand_last() {
        check("a/src/b.rs", "fn f() {}\n#[cfg(test)]\nmod tests {}\n", &[]);
        check("a/src/b.rs", "#[cfg(test)]\nmod tests;\nfn f() {}\n", &[]);
        check(
            "a/src/b.rs",
            "#[cfg(test)]\nmod tests {}\nfn f() {}\n",
            &["a/src/b.rs:3: code after the tests: tests stand last [tests-last]"],
        );
    }
}
