//! The directory of one instance: its socket, its tokens, its address, nothing that must survive it.
//!
//! Owns names, modes and the run's secret. The secret is a file while the run lasts, so that a control plane which was
//! killed and is started again accepts the tokens of the proxies that kept running; it goes at the end of the run, and
//! all tokens are void then. Must not be readable by others: a directory that somebody else owns or may enter is
//! refused.

use std::fs::{self, DirBuilder};
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use grpc::address::Address;
use grpc::private_file::PrivateFile;
use grpc::token::{RunSecret, Subject};

/// Socket of ADS and the admin service.
pub const SOCKET: &str = "control-plane.sock";
/// File with the token for operators' tools.
pub const ADMIN_TOKEN: &str = "admin-token";
/// File with the address for operators' tools, where that is not the socket.
pub const ADDRESS: &str = "control-plane.address";
const SECRET: &str = "run-secret";

/// The files of one run; they go when this is dropped.
#[derive(Debug)]
pub struct RunFiles(Vec<PrivateFile>);

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

/// The secret of this run. One that is there already belongs to a run that has not ended: its control plane was killed.
fn secret(dir: &Path) -> Result<(RunSecret, PrivateFile)> {
    let path = dir.join(SECRET);
    let mut bytes = [0_u8; 32];
    let file = match fs::File::open(&path) {
        Ok(mut file) => {
            file.read_exact(&mut bytes)
                .with_context(|| format!("{} is damaged; delete it", path.display()))?;
            PrivateFile::adopt(&path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
            PrivateFile::write(&path, &bytes)
        }
        Err(error) => Err(error),
    };
    let file = file.with_context(|| format!("cannot use {}", path.display()))?;
    Ok((RunSecret::new(bytes), file))
}

/// Where tools of this machine reach what listens here.
fn reachable(address: &Address) -> Address {
    let Address::Tcp { host, port } = address else {
        return address.clone();
    };
    let host = match host.parse() {
        Ok(IpAddr::V4(ip)) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        Ok(IpAddr::V6(ip)) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.to_string(),
        Ok(_) | Err(_) => host.clone(),
    };
    Address::Tcp { host, port: *port }
}

// === impl RunFiles ===

impl RunFiles {
    /// Begins a run in this directory, or goes on with one whose control plane was killed.
    pub fn begin(dir: &Path) -> Result<(RunSecret, RunFiles)> {
        let (secret, file) = secret(dir)?;
        let mut files = RunFiles(vec![file]);
        files.write(
            &dir.join(ADMIN_TOKEN),
            secret.mint(&Subject::Admin).as_bytes(),
        )?;
        Ok((secret, files))
    }

    /// Says where the control plane listens, for tools that look at the socket otherwise.
    pub fn announce(&mut self, dir: &Path, address: &Address) -> Result<()> {
        let path = dir.join(ADDRESS);
        if address.path() == Some(&dir.join(SOCKET)) {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(error).with_context(|| format!("cannot remove {}", path.display()))
                }
                Ok(()) | Err(_) => Ok(()),
            };
        }
        self.write(&path, reachable(address).to_string().as_bytes())
    }

    /// Leaves them where they are: this process ends, the run does not.
    pub fn keep(self) {
        for file in self.0 {
            file.keep();
        }
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> Result<()> {
        let file = PrivateFile::write(path, content)
            .with_context(|| format!("cannot write {}", path.display()))?;
        self.0.push(file);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{RunFiles, prepare};
    use grpc::address::Address;
    use grpc::token::{RunSecret, Subject};
    use std::os::unix::fs::PermissionsExt;

    fn begun() -> (tempfile::TempDir, RunSecret, RunFiles) {
        let dir = tempfile::tempdir().expect("temporary directory");
        let (secret, files) = RunFiles::begin(dir.path()).expect("begun");
        (dir, secret, files)
    }

    #[test]
    fn the_directory_and_what_is_in_it_are_private() {
        let parent = tempfile::tempdir().expect("temporary directory");
        let dir = parent.path().join("run");
        prepare(&dir).expect("prepared");
        let (_, _files) = RunFiles::begin(&dir).expect("begun");
        for (path, expected) in [("", 0o700), ("run-secret", 0o600), ("admin-token", 0o600)] {
            let metadata = std::fs::metadata(dir.join(path)).expect(path);
            assert_eq!(metadata.permissions().mode() & 0o777, expected, "{path}");
        }
    }

    #[test]
    fn a_run_that_goes_on_keeps_its_tokens() {
        let (dir, first, files) = begun();
        let token = first.mint(&Subject::Admin);
        // As if the process had been killed.
        files.keep();
        let (again, files) = RunFiles::begin(dir.path()).expect("begun again");
        assert!(again.verify(&token).is_some());
        drop(files);
        let left = std::fs::read_dir(dir.path()).expect("directory").count();
        assert_eq!(left, 0, "files of a run that has ended");
        let (next, _files) = RunFiles::begin(dir.path()).expect("another run");
        assert!(next.verify(&token).is_none(), "a token outlived its run");
    }

    #[test]
    fn the_address_is_told_where_it_is_not_the_socket() {
        let (dir, _, mut files) = begun();
        let path = dir.path().join("control-plane.address");
        let mut check = |address: &Address, expected: Option<&str>| {
            files.announce(dir.path(), address).expect("announced");
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), expected);
        };
        check(
            &"0.0.0.0:18000".parse().expect("address"),
            Some("127.0.0.1:18000"),
        );
        check(&"[::]:18000".parse().expect("address"), Some("[::1]:18000"));
        check(&"10.0.0.7:1".parse().expect("address"), Some("10.0.0.7:1"));
        check(
            &"unix:/else/where".parse().expect("address"),
            Some("unix:/else/where"),
        );
        check(&Address::unix(dir.path().join("control-plane.sock")), None);
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
