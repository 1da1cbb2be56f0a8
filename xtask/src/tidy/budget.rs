//! How long and how wide things may grow.
//!
//! Owns the stop values of docs/STYLE.md and their measurement. Lines of a function are those of its
//! body that are neither blank nor a comment. Must not count a file's inline tests as source: a test
//! added is never a reason to split.

use std::collections::BTreeMap;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::finding::{Finding, Rule};
use super::source::{Source, is_cfg_test};

const SOURCE_LINES: usize = 500;
const TEST_LINES: usize = 1000;
const FUNCTION_LINES: usize = 80;
const PARAMETERS: usize = 6;
const FIELDS: usize = 16;
const VARIANTS: usize = 30;
const WHERE_LINES: usize = 8;
const CRATE_LINES: usize = 12_000;
/// Crates that hold one file per provider, policy, step of a request or pair of formats, and the one in which all of them meet
/// a request.
const WIDE_CRATE_LINES: usize = 15_000;
const WIDE_CRATES: [&str; 5] = [
    "data-plane/answer",
    "data-plane/edge",
    "data-plane/llm",
    "data-plane/policy",
    "data-plane/proxy",
];

/// What was counted in one file.
#[derive(Debug, Default)]
pub(super) struct Measure {
    /// Directory of the crate, relative to the workspace.
    pub(super) package: String,
    /// All lines.
    pub(super) total_lines: usize,
    /// Lines outside inline tests; all lines of a test file.
    pub(super) source_lines: usize,
    pub(super) functions: Vec<Function>,
    /// Wide or long things, with what was counted.
    counts: Vec<Count>,
}

/// One function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) lines: usize,
}

#[derive(Debug)]
struct Count {
    rule: Rule,
    line: usize,
    name: String,
    value: usize,
}

struct Visitor<'a> {
    text: Vec<&'a str>,
    measure: Measure,
    test_lines: usize,
}

/// Counts what `source` holds.
pub(super) fn measure(source: &Source) -> Measure {
    let text: Vec<&str> = source.text.lines().collect();
    let total = text.len();
    let mut visitor = Visitor {
        text,
        measure: Measure::default(),
        test_lines: 0,
    };
    visitor.visit_file(&source.syntax);
    let mut measure = visitor.measure;
    measure.package = package_of(&source.name());
    measure.total_lines = total;
    measure.source_lines = total.saturating_sub(visitor.test_lines);
    measure
}

/// Compares one file with the budgets.
pub(super) fn check(source: &Source, measure: &Measure) -> Vec<Finding> {
    let most = if source.is_test {
        TEST_LINES
    } else {
        SOURCE_LINES
    };
    let mut findings = Vec::new();
    let mut report = |rule, line, name: &str, value: usize, most: usize| {
        if value > most {
            let message = format!("{name}: {value}, at most {most}");
            findings.push(Finding {
                path: source.name(),
                line,
                rule,
                message,
            });
        }
    };
    report(Rule::File, 0, "lines", measure.source_lines, most);
    for count in &measure.counts {
        report(
            count.rule,
            count.line,
            &count.name,
            count.value,
            stop(count.rule),
        );
    }
    findings
}

/// Compares every crate with its budget.
pub(super) fn check_crates(measures: &[Measure]) -> Vec<Finding> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for measure in measures {
        *lines.entry(&measure.package).or_default() += measure.total_lines;
    }
    let most = |name: &str| {
        if WIDE_CRATES.contains(&name) {
            WIDE_CRATE_LINES
        } else {
            CRATE_LINES
        }
    };
    let over = lines
        .into_iter()
        .filter(|(name, lines)| *lines > most(name));
    over.map(|(name, lines)| Finding {
        path: name.to_owned(),
        line: 0,
        rule: Rule::Crate,
        message: format!("lines: {lines}, at most {}", most(name)),
    })
    .collect()
}

fn stop(rule: Rule) -> usize {
    match rule {
        Rule::Function => FUNCTION_LINES,
        Rule::Parameters => PARAMETERS,
        Rule::Fields => FIELDS,
        Rule::Variants => VARIANTS,
        Rule::Where => WHERE_LINES,
        Rule::File => SOURCE_LINES,
        Rule::Crate => CRATE_LINES,
        Rule::Header
        | Rule::Name
        | Rule::TestsLast
        | Rule::Sleep
        | Rule::Allow
        | Rule::Todo
        | Rule::Path
        | Rule::Link
        | Rule::Manifest
        | Rule::Bans
        | Rule::Waiver => usize::MAX,
    }
}

/// The part of a path before `src/`, `tests/`, `benches/` or `examples/`.
fn package_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let inner = |part: &&str| ["src", "benches", "examples"].contains(part);
    let end = parts
        .iter()
        .position(inner)
        .or_else(|| parts.iter().rposition(|part| *part == "tests"));
    parts.get(..end.unwrap_or(1)).unwrap_or_default().join("/")
}

// === impl Visitor ===

impl Visitor<'_> {
    fn count(&mut self, rule: Rule, place: proc_macro2::Span, name: impl ToString, value: usize) {
        let line = place.start().line;
        self.measure.counts.push(Count {
            rule,
            line,
            name: name.to_string(),
            value,
        });
    }

    fn function(&mut self, signature: &syn::Signature, block: Option<&syn::Block>, own: bool) {
        let name = &signature.ident;
        if own {
            self.count(
                Rule::Parameters,
                name.span(),
                format!("parameters of {name}"),
                signature.inputs.len(),
            );
        }
        if let Some(block) = block {
            let lines = self.code_lines(block.span());
            self.measure.functions.push(Function { lines });
            self.count(
                Rule::Function,
                name.span(),
                format!("lines of {name}"),
                lines,
            );
        }
        self.where_clause(&signature.generics);
    }

    fn where_clause(&mut self, generics: &syn::Generics) {
        if let Some(clause) = &generics.where_clause {
            let span = clause.span();
            let lines = span.end().line + 1 - span.start().line;
            self.count(Rule::Where, span, "lines of `where`", lines);
        }
    }

    /// Lines strictly inside `span` that hold code.
    fn code_lines(&self, span: proc_macro2::Span) -> usize {
        let (first, last) = (span.start().line, span.end().line);
        let inside = self
            .text
            .get(first..last.saturating_sub(1))
            .unwrap_or_default();
        let is_code =
            |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        inside.iter().filter(is_code).count()
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, Some(&item.block), true);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.where_clause(&item.generics);
        for member in &item.items {
            if let syn::ImplItem::Fn(function) = member {
                // A trait's signature is its author's choice.
                self.function(&function.sig, Some(&function.block), item.trait_.is_none());
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.function(&item.sig, item.default.as_ref(), true);
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let name = format!("fields of {}", item.ident);
        self.count(Rule::Fields, item.ident.span(), name, item.fields.len());
        self.where_clause(&item.generics);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let name = format!("variants of {}", item.ident);
        self.count(Rule::Variants, item.ident.span(), name, item.variants.len());
        self.where_clause(&item.generics);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_cfg_test(&item.attrs) && item.content.is_some() {
            let span = item.span();
            self.test_lines += span.end().line + 1 - span.start().line;
        }
        visit::visit_item_mod(self, item);
    }
}

#[cfg(test)]
mod tests;
