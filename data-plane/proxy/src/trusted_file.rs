//! Reading the files that a configuration names as authorities.
//!
//! Owns what such a file may be and what is said of one that is not. Must not keep anything: a file is read anew for
//! every configuration, so that a new content takes effect with the next one. Invariant: a configuration with a file
//! that cannot be used is refused as a whole; what was served before stays.

use std::{collections::BTreeMap, fs, io::Read, path::Path, sync::Arc};

use dp_config::{Config, secret::Pem, trusted_file::Contents};
use dp_upstream::tls::{TlsError, authorities};

use crate::prepare::{Cause, Unprepared};

/// Larger than any bundle of the world's authorities (220 KB).
const LIMIT: u64 = 4 << 20;

/// Why a file is of no use.
#[derive(Debug, thiserror::Error)]
enum FileError {
    /// It is not there, or not for this proxy.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// A directory, a pipe, a device.
    #[error("is not a regular file")]
    NotAFile,
    /// Somebody named the wrong file.
    #[error("is larger than {LIMIT} bytes")]
    TooLarge,
    /// Not what it should hold.
    #[error("cannot be trusted: {0}")]
    Unusable(#[from] TlsError),
}

/// The configuration with the content of every file that it names; the same one if it names none.
pub(crate) fn load(config: &Arc<Config>) -> Result<Arc<Config>, Vec<Unprepared>> {
    let mut read: BTreeMap<Arc<str>, Result<Pem, FileError>> = BTreeMap::new();
    let mut refused = Vec::new();
    for named in config.trusted_files() {
        let content = read
            .entry(Arc::clone(&named.path))
            .or_insert_with(|| content(Path::new(&*named.path)));
        if let Err(error) = content {
            refused.push(Unprepared {
                cause: Cause::Machine,
                type_url: named.type_url,
                name: named.name.to_string(),
                path: named.field,
                message: format!("{:?} {error}", named.path),
            });
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    if read.is_empty() {
        return Ok(Arc::clone(config));
    }
    let contents: Contents = read
        .into_iter()
        .filter_map(|(path, content)| Some((path, content.ok()?)))
        .collect();
    Ok(Arc::new(config.with_trusted_files(contents)))
}

fn content(path: &Path) -> Result<Pem, FileError> {
    // Before it is opened: opening a pipe waits for who writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(FileError::NotAFile);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LIMIT) {
        return Err(FileError::TooLarge);
    }
    let pem = Pem::new(&bytes);
    authorities(&pem)?;
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::content;
    use std::{fs, path::Path};

    #[track_caller]
    fn refused(path: &Path, expected: &str) {
        let error = content(path).expect_err("refused").to_string();
        assert!(error.contains(expected), "{}: {error}", path.display());
    }

    #[test]
    fn what_a_file_may_be() {
        let dir = tempfile::tempdir().expect("a directory");
        let written = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        refused(&dir.path().join("none"), "cannot be read: No such file");
        refused(dir.path(), "is not a regular file");
        refused(Path::new("/dev/zero"), "is not a regular file");
        refused(&written("empty", b""), "holds no certificate");
        refused(&written("text", b"no pem"), "holds no certificate");
        refused(
            &written(
                "broken",
                b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            ),
            "not valid PEM",
        );
        refused(
            &written(
                "other",
                b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            ),
            "refused",
        );
        refused(&written("huge", &vec![b'\n'; (4 << 20) + 1]), "is larger");
    }
}
