//! The directory of one instance: its socket, its tokens, nothing that must survive it.
//!
//! Owns names, modes and the run's secret. The secret is kept in the directory (mode 0600) so that a control
//! plane which is restarted accepts the tokens of the proxies that kept running. Must not be readable by others:
//! a directory that somebody else owns or may enter is refused.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use grpc::token::RunSecret;

/// Socket of ADS and the admin service.
pub const SOCKET: &str = "control-plane.sock";
/// File with the token for operators' tools.
pub const ADMIN_TOKEN: &str = "admin-token";
const SECRET: &str = "run-secret";

/// Makes sure that the directory is there and ours alone.
pub fn prepare(dir: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.with_context(|| format!("cannot create the run directory {}", dir.display()))?;
    let metadata = fs::symlink_metadata(dir)
        .with_context(|| format!("cannot look at the run directory {}", dir.display()))?;
    if !metadata.is_dir() {
        bail!(
            "the run directory {} is not a directory; choose another with --run-dir",
            dir.display()
        );
    }
    let own = fs::metadata("/proc/self")
        .map(|own| own.uid())
        .unwrap_or_else(|_| metadata.uid());
    if metadata.uid() != own {
        bail!(
            "the run directory {} belongs to user {}, not to you; choose another with --run-dir",
            dir.display(),
            metadata.uid()
        );
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("cannot restrict {} to mode 0700", dir.display()))?;
    }
    Ok(())
}

/// The secret of this run, made on first use.
pub fn secret(dir: &Path) -> Result<RunSecret> {
    let path = dir.join(SECRET);
    let mut bytes = [0_u8; 32];
    match fs::File::open(&path) {
        Ok(mut file) => {
            file.read_exact(&mut bytes)
                .with_context(|| format!("{} is damaged; delete it", path.display()))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
            write_private(&path, &bytes)?;
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    }
    Ok(RunSecret::new(bytes))
}

/// Writes a file that only its owner can read.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(content)
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{prepare, secret};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_directory_is_private_and_the_secret_stays() {
        let parent = tempfile::tempdir().expect("temporary directory");
        let dir = parent.path().join("run");
        prepare(&dir).expect("prepared");
        let mode = std::fs::metadata(&dir)
            .expect("directory")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let first = secret(&dir).expect("made");
        let again = secret(&dir).expect("read");
        let subject = grpc::token::Subject::Admin;
        assert!(again.verify(&first.mint(&subject)).is_some());
        let mode = std::fs::metadata(dir.join("run-secret"))
            .expect("file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_open_directory_is_closed() {
        let parent = tempfile::tempdir().expect("temporary directory");
        let dir = parent.path().join("run");
        std::fs::create_dir(&dir).expect("made");
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).expect("opened");
        prepare(&dir).expect("prepared");
        let mode = std::fs::metadata(&dir)
            .expect("directory")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
