//! Toolchains that a tool needs and that nobody installs for you.
//!
//! Asks each for its version. Must not guess: a command that does not answer is missing.

use std::process::Command;

use anyhow::{Context, Result, bail};

/// A toolchain, the oldest version that will do and the package that brings it.
pub(super) struct Need {
    pub(super) name: &'static str,
    /// Prints the version.
    pub(super) command: &'static [&'static str],
    pub(super) oldest: (u32, u32),
    pub(super) package: &'static str,
}

/// Python's package installer.
pub(super) const PIP: Need = Need {
    name: "pip",
    command: &["python3", "-m", "pip", "--version"],
    oldest: (22, 1),
    package: "python3-pip",
};

/// Python itself, where packages ask for a recent one.
pub(super) const PYTHON: Need = Need {
    name: "Python",
    command: &["python3", "--version"],
    oldest: (3, 11),
    package: "python3",
};

/// The Go toolchain.
pub(super) const GO: Need = Need {
    name: "go",
    command: &["go", "version"],
    oldest: (1, 26),
    package: "golang",
};

// === impl Need ===

impl Need {
    /// Fails with what is missing.
    pub(super) fn check(&self) -> Result<()> {
        let Need {
            name,
            package,
            oldest: (major, minor),
            ..
        } = self;
        let wanted = format!("{name} {major}.{minor} or newer (package {package})");
        let (program, args) = self
            .command
            .split_first()
            .context("a need without a command")?;
        let output = Command::new(program)
            .args(args)
            .output()
            .with_context(|| format!("missing: {wanted}"))?;
        if !output.status.success() {
            bail!("missing: {wanted}");
        }
        let text = String::from_utf8_lossy(&output.stdout);
        match version(&text) {
            Some(found) if found >= self.oldest => Ok(()),
            Some(_) | None => bail!("too old: {wanted}; found {}", text.trim()),
        }
    }
}

/// The first `major.minor` in `text`.
fn version(text: &str) -> Option<(u32, u32)> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .find_map(|word| {
            let mut numbers = word.split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
}

#[cfg(test)]
mod tests {
    use super::{Need, version};

    #[test]
    fn versions() {
        assert_eq!(version("go version go1.26.8 linux/amd64"), Some((1, 26)));
        assert_eq!(version("pip 23.2.1 from lib (python 3.11)"), Some((23, 2)));
        assert_eq!(version("devel"), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let need = |command, oldest| Need {
            name: "tool",
            command,
            oldest,
            package: "tool-dev",
        };
        let error = |need: Need| need.check().err().map(|error| error.to_string());
        let old = error(need(&["echo", "tool 1.2"], (1, 3)));
        assert_eq!(
            old.as_deref(),
            Some("too old: tool 1.3 or newer (package tool-dev); found tool 1.2")
        );
        let absent = error(need(&["tidegate-no-such-command"], (1, 3)));
        assert_eq!(
            absent.as_deref(),
            Some("missing: tool 1.3 or newer (package tool-dev)")
        );
        assert_eq!(error(need(&["echo", "tool 1.3"], (1, 3))), None);
    }
}
