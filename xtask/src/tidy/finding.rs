//! What `tidy` says: one line, one place, one rule.
//!
//! Must not decide anything. The names of the rules are what waivers and people write.

use std::fmt;

/// A rule of docs/STYLE.md that `tidy` checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Rule {
    /// `//!` at the top of every file.
    Header,
    /// Lines of a file.
    File,
    /// Lines of a function.
    Function,
    /// Parameters of a function.
    Parameters,
    /// Fields of a struct.
    Fields,
    /// Variants of an enum.
    Variants,
    /// Lines of a `where` clause.
    Where,
    /// Lines of a crate.
    Crate,
    /// Names of modules and types.
    Name,
    /// Tests stand last in their file.
    TestsLast,
    /// Waiting by sleeping in a test.
    Sleep,
    /// `allow` without a reason.
    Allow,
    /// Work left over without an issue.
    Todo,
    /// Paths that exist on one machine only.
    Path,
    /// Links of documents that lead nowhere.
    Link,
    /// What every manifest says.
    Manifest,
    /// Bans that a crate's clippy.toml must repeat.
    Bans,
    /// Waivers that waive nothing.
    Waiver,
}

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    /// File, relative to the workspace.
    pub(super) path: String,
    /// 1-based; 0 where the finding is about the whole file.
    pub(super) line: usize,
    pub(super) rule: Rule,
    pub(super) message: String,
}

// === impl Rule ===

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rule::Header => "header",
            Rule::File => "file",
            Rule::Function => "function",
            Rule::Parameters => "parameters",
            Rule::Fields => "fields",
            Rule::Variants => "variants",
            Rule::Where => "where",
            Rule::Crate => "crate",
            Rule::Name => "name",
            Rule::TestsLast => "tests-last",
            Rule::Sleep => "sleep",
            Rule::Allow => "allow",
            Rule::Todo => "todo",
            Rule::Path => "path",
            Rule::Link => "link",
            Rule::Manifest => "manifest",
            Rule::Bans => "bans",
            Rule::Waiver => "waiver",
        })
    }
}

// === impl Finding ===

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path)?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        write!(f, " {} [{}]", self.message, self.rule)
    }
}
