//! Tools that cargo does not bring, installed by name and without root.
//!
//! Owns where they lie (`$XDG_CACHE_HOME/tidegate`, outside the clone, so that a fresh clone finds them)
//! and how each is installed. Must not install a toolchain: one that is missing is named, with the
//! version, before anything is downloaded. A tool appears under its name only when it is whole: it is
//! built in a scratch directory and renamed. Tests look for `bin/<name>`, which links to the version.

mod need;
mod recipe;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::recipe::Recipe;

/// Installs the tools called `names`, or all of them.
pub(crate) fn install(names: &[&str]) -> Result<()> {
    let recipes: Vec<&Recipe> = if names.is_empty() {
        recipe::ALL.iter().collect()
    } else {
        names.iter().map(|name| find(name)).collect::<Result<_>>()?
    };
    let cache = Cache::of_user()?;
    let missing: Vec<&Recipe> = recipes
        .iter()
        .copied()
        .filter(|recipe| !cache.binary(recipe).exists())
        .collect();
    for recipe in &missing {
        for need in recipe.needs {
            need.check()
                .with_context(|| format!("{} cannot be installed", recipe.name))?;
        }
    }
    for recipe in missing {
        eprintln!(
            "installing {} {} ({})",
            recipe.name, recipe.version, recipe.takes
        );
        cache
            .install(recipe)
            .with_context(|| format!("installing {}", recipe.name))?;
    }
    recipes
        .into_iter()
        .try_for_each(|recipe| cache.link(recipe))
}

/// Runs the tool called `name`, installing it first.
pub(crate) fn run(name: &str, args: &[&str]) -> Result<()> {
    install(&[name])?;
    let binary = Cache::of_user()?.binary(find(name)?);
    let status = Command::new(&binary)
        .args(args)
        .status()
        .context(name.to_owned())?;
    if !status.success() {
        bail!("{name}: {status}");
    }
    Ok(())
}

/// Where tools lie: `<root>/tools/<name>-<version>/<name>`, and a link to it at `<root>/bin/<name>`.
struct Cache {
    root: PathBuf,
}

fn find(name: &str) -> Result<&'static Recipe> {
    let known = || {
        recipe::ALL
            .iter()
            .map(|recipe| recipe.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    recipe::ALL
        .iter()
        .find(|recipe| recipe.name == name)
        .with_context(|| format!("no tool called {name}; there are {}", known()))
}

// === impl Cache ===

impl Cache {
    #[allow(
        clippy::disallowed_methods,
        reason = "xtask has no args.rs; this is its only setting"
    )]
    fn of_user() -> Result<Cache> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let base = match (set("XDG_CACHE_HOME"), set("HOME")) {
            (Some(cache), _) => PathBuf::from(cache),
            (None, Some(home)) => Path::new(&home).join(".cache"),
            (None, None) => bail!("neither XDG_CACHE_HOME nor HOME is set"),
        };
        Ok(Cache {
            root: base.join("tidegate"),
        })
    }

    fn dir(&self, recipe: &Recipe) -> PathBuf {
        self.root
            .join("tools")
            .join(format!("{}-{}", recipe.name, recipe.version))
    }

    fn binary(&self, recipe: &Recipe) -> PathBuf {
        self.dir(recipe).join(recipe.name)
    }

    fn install(&self, recipe: &Recipe) -> Result<()> {
        let dir = self.dir(recipe);
        let scratch = dir.with_extension(format!("scratch-{}", std::process::id()));
        fs::create_dir_all(&scratch).with_context(|| scratch.display().to_string())?;
        let outcome = (recipe.build)(&scratch, &scratch.join(recipe.name)).and_then(|()| {
            // Only the binary is kept. Another process may have been faster; its result is as good, and
            // a directory of it cannot be replaced.
            fs::create_dir_all(&dir)?;
            let kept = dir.join(recipe.name);
            fs::rename(scratch.join(recipe.name), &kept)
                .or_else(|error| if kept.is_dir() { Ok(()) } else { Err(error) })?;
            Ok(())
        });
        fs::remove_dir_all(&scratch).with_context(|| scratch.display().to_string())?;
        outcome
    }

    /// Points `bin/<name>` at this version, in one step.
    fn link(&self, recipe: &Recipe) -> Result<()> {
        let (bin, target) = (self.root.join("bin"), self.binary(recipe));
        let link = bin.join(recipe.name);
        if fs::read_link(&link).is_ok_and(|current| current == target) {
            return Ok(());
        }
        fs::create_dir_all(&bin)?;
        let scratch = bin.join(format!(".{}-{}", recipe.name, std::process::id()));
        std::os::unix::fs::symlink(target, &scratch)?;
        fs::rename(&scratch, &link).with_context(|| link.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Cache;
    use super::recipe::Recipe;

    fn recipe(build: super::recipe::Build) -> Recipe {
        Recipe {
            name: "tool",
            version: "1.2",
            takes: "no time",
            needs: &[],
            build,
        }
    }

    #[test]
    fn a_tool_appears_whole_and_alone() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let cache = Cache {
            root: dir.path().to_path_buf(),
        };
        let good = recipe(|scratch, binary| {
            fs::write(scratch.join("left-over"), "x")?;
            Ok(fs::write(binary, "content")?)
        });
        cache.install(&good)?;
        assert_eq!(
            fs::read_to_string(dir.path().join("tools/tool-1.2/tool"))?,
            "content"
        );
        assert_eq!(fs::read_dir(dir.path().join("tools"))?.count(), 1);
        for _ in 0..2 {
            cache.link(&good)?;
            assert_eq!(fs::read_to_string(dir.path().join("bin/tool"))?, "content");
        }
        Ok(())
    }

    #[test]
    fn a_tool_may_be_a_directory() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let cache = Cache {
            root: dir.path().to_path_buf(),
        };
        let packages = recipe(|_, directory| {
            fs::create_dir(directory)?;
            Ok(fs::write(directory.join("package"), "content")?)
        });
        // The second is the one that was slower.
        for _ in 0..2 {
            cache.install(&packages)?;
            cache.link(&packages)?;
            let package = dir.path().join("bin/tool/package");
            assert_eq!(fs::read_to_string(package)?, "content");
        }
        Ok(())
    }

    #[test]
    fn a_failure_leaves_nothing() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let cache = Cache {
            root: dir.path().to_path_buf(),
        };
        let bad = recipe(|_, binary| {
            fs::write(binary, "half")?;
            anyhow::bail!("no")
        });
        assert!(cache.install(&bad).is_err());
        assert!(!cache.binary(&bad).exists());
        assert_eq!(fs::read_dir(dir.path().join("tools"))?.count(), 0);
        Ok(())
    }
}
