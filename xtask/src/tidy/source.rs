//! Rust files, parsed once, and which of them are tests.
//!
//! A file is a test if its name or directory says so, or if its parent declares it under
//! `#[cfg(test)]`. Must not judge. A file that does not parse is an error, not a finding: nothing that
//! is built can be in that state.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// One Rust file.
pub(super) struct Source {
    /// Relative to the workspace.
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) syntax: syn::File,
    pub(super) is_test: bool,
}

/// Parses every `.rs` file among `paths`.
pub(super) fn read(root: &Path, paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
    {
        let text =
            fs::read_to_string(root.join(path)).with_context(|| path.display().to_string())?;
        sources.push(Source::parse(path, text)?);
    }
    let declared: BTreeSet<PathBuf> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        source.is_test |= source.path.ancestors().any(|path| declared.contains(path));
    }
    Ok(sources)
}

/// The files and directories of the modules that `source` declares for tests only.
fn test_modules(source: &Source) -> Vec<PathBuf> {
    let dir = source.module_dir();
    let mut paths = Vec::new();
    for item in &source.syntax.items {
        if let syn::Item::Mod(module) = item
            && module.content.is_none()
            && is_cfg_test(&module.attrs)
        {
            let name = module.ident.to_string();
            paths.push(dir.join(format!("{name}.rs")));
            paths.push(dir.join(name));
        }
    }
    paths
}

/// Does `#[cfg(test)]` stand among `attrs`?
pub(super) fn is_cfg_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let is_test = |list: &syn::MetaList| list.tokens.to_string() == "test";
        attr.path().is_ident("cfg") && attr.meta.require_list().is_ok_and(is_test)
    })
}

// === impl Source ===

impl Source {
    /// Parses `text` as the file `path`.
    pub(super) fn parse(path: &Path, text: String) -> Result<Source> {
        let syntax = syn::parse_file(&text).with_context(|| path.display().to_string())?;
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // The lab is made of programs that tests use; it has tests of its own.
        let inner = path.strip_prefix("tests/lab").unwrap_or(path);
        let in_tests = inner.components().any(|part| part.as_os_str() == "tests");
        let is_test = in_tests || stem == "tests" || stem.ends_with("_tests");
        Ok(Source {
            path: path.to_path_buf(),
            text,
            syntax,
            is_test,
        })
    }

    /// The path as findings print it.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Is this the root of a crate or of a binary?
    pub(super) fn is_root(&self) -> bool {
        self.path.ends_with("src/lib.rs") || self.path.ends_with("src/main.rs")
    }

    /// Where this file's child modules live.
    fn module_dir(&self) -> PathBuf {
        let dir = self.path.parent().unwrap_or(Path::new("")).to_path_buf();
        if self.is_root() {
            dir
        } else {
            self.path.with_extension("")
        }
    }
}
