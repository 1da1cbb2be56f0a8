//! Writing a volume's files so that a reader sees all old or all new ones.
//!
//! The layout is the kubelet's: files lie in a directory named after the time, `..data` leads to
//! it, and every visible name leads through `..data`. Must not know where contents come from.
//! Invariant: one rename of `..data` is the whole change.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use anyhow::{Context, Result};

use crate::volumes::Content;

const CURRENT: &str = "..data";

/// Replaces everything in a volume.
pub(crate) fn write(volume: &Path, content: &Content) -> Result<()> {
    fs::create_dir_all(volume)?;
    let before = fs::read_link(volume.join(CURRENT)).ok();
    let fresh = tempfile::Builder::new()
        .prefix("..")
        .tempdir_in(volume)
        .with_context(|| format!("nothing can be written to {}", volume.display()))?
        .keep();
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    for (path, entry) in content {
        let file = fresh.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, &entry.bytes)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(entry.mode))?;
    }
    let staged = volume.join("..data_tmp");
    let _ = fs::remove_file(&staged);
    symlink(
        fresh.file_name().context("a directory without a name")?,
        &staged,
    )?;
    fs::rename(&staged, volume.join(CURRENT))?;
    link_names(volume, content)?;
    if let Some(before) = before {
        fs::remove_dir_all(volume.join(before))?;
    }
    Ok(())
}

/// Visible names are the first parts of the paths.
fn link_names(volume: &Path, content: &Content) -> Result<()> {
    let first = |path: &String| path.split('/').next().unwrap_or_default().to_owned();
    let wanted: BTreeSet<String> = content.keys().map(first).collect();
    for entry in fs::read_dir(volume)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with("..") && !wanted.contains(&name) {
            fs::remove_file(volume.join(name))?;
        }
    }
    for name in wanted {
        let link = volume.join(&name);
        if link.symlink_metadata().is_err() {
            symlink(Path::new(CURRENT).join(&name), link)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volumes::Entry;

    fn content(files: &[(&str, &str)]) -> Content {
        let entry = |text: &str| Entry {
            bytes: text.into(),
            mode: 0o640,
        };
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), entry(text)))
            .collect()
    }

    #[test]
    fn a_volume_changes_as_a_whole() {
        let dir = tempfile::tempdir().expect("a directory");
        let volume = dir.path().join("v");
        write(&volume, &content(&[("a", "1"), ("d/b", "2")])).expect("written");
        let read = |name: &str| fs::read_to_string(volume.join(name)).ok();
        assert_eq!(
            (read("a"), read("d/b")),
            (Some("1".into()), Some("2".into()))
        );
        let mode = fs::metadata(volume.join("a"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);

        // A reader that holds the old directory keeps its files until the names have moved.
        let link = fs::read_link(volume.join("a")).expect("a link");
        assert_eq!(link, Path::new("..data/a"));
        write(&volume, &content(&[("a", "3"), ("c", "4")])).expect("written");
        assert_eq!(
            (read("a"), read("c"), read("d/b")),
            (Some("3".into()), Some("4".into()), None)
        );
        let names: Vec<_> = fs::read_dir(&volume)
            .expect("a directory")
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        assert_eq!(names.len(), 4, "the old generation is gone: {names:?}");
    }
}
