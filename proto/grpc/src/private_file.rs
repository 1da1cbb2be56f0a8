//! A file of one run that only its owner can read: a token, a secret, an address.
//!
//! Owns the mode and the end: it is 0600 from its first moment, replaces what was there in one step, and goes when it
//! is dropped, unless another process put its own in the place. Must not know what is in it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A claim on a file; dropping it removes the file.
#[derive(Debug)]
pub struct PrivateFile {
    path: PathBuf,
    inode: u64,
    is_kept: bool,
}

// === impl PrivateFile ===

impl PrivateFile {
    /// Writes it.
    ///
    /// # Errors
    /// What the system says; nothing is changed then.
    pub fn write(path: &Path, content: &[u8]) -> io::Result<Self> {
        let born = beside(path)?;
        // What a killed process of the same id left; a file that is not ours refuses below.
        let _ = fs::remove_file(&born);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&born)?;
        let written = file
            .write_all(content)
            .and_then(|()| file.metadata())
            .and_then(|metadata| fs::rename(&born, path).map(|()| metadata.ino()));
        if written.is_err() {
            let _ = fs::remove_file(&born);
        }
        Ok(PrivateFile {
            path: path.to_owned(),
            inode: written?,
            is_kept: false,
        })
    }

    /// A claim on a file that is there already.
    ///
    /// # Errors
    /// If there is none.
    pub fn adopt(path: &Path) -> io::Result<Self> {
        Ok(PrivateFile {
            path: path.to_owned(),
            inode: fs::symlink_metadata(path)?.ino(),
            is_kept: false,
        })
    }

    /// Leaves the file where it is, for whoever goes on with the run.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        let is_ours = fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode);
        if is_ours && !self.is_kept {
            // Nothing can be done about a failure, and the next run replaces the file.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A name in the same directory, so that a rename is one step.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut born = std::ffi::OsString::from(".");
    born.push(name);
    born.push(format!(".{:x}", std::process::id()));
    Ok(path.with_file_name(born))
}

#[cfg(test)]
mod tests {
    use super::PrivateFile;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_private_whatever_was_there_and_goes_with_its_claim() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("token");
        std::fs::write(&path, "older, and open to all").expect("written");
        let file = PrivateFile::write(&path, b"new").expect("written");
        let mode = std::fs::metadata(&path)
            .expect("metadata")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        drop(file);
        assert_eq!(std::fs::read_dir(dir.path()).expect("dir").count(), 0);
    }

    #[test]
    fn a_successor_keeps_its_own() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("token");
        let first = PrivateFile::write(&path, b"first").expect("written");
        let second = PrivateFile::write(&path, b"second").expect("written");
        drop(first);
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "second");
        second.keep();
        assert!(path.exists(), "kept");
        drop(PrivateFile::adopt(&path).expect("it is there"));
        assert!(!path.exists(), "adopted, and gone");
    }
}
