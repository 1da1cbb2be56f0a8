//! Server sockets of a plane's own services (ADS, admin), never of user traffic.
//!
//! Owns how a Unix socket comes to be with mode 0600 and how a stale one is replaced. Must not know what is
//! served. The invariant: at no moment can another user connect, and a socket that somebody serves is never
//! taken away.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener};

use crate::address::Address;

/// A bound socket.
#[derive(Debug)]
pub enum Listening {
    /// A socket file and the claim on it; dropping the claim removes the file.
    Unix(UnixListener, SocketFile),
    /// A TCP port.
    Tcp(TcpListener),
}

/// Removes the socket file when dropped, unless another process put its own in the place.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    inode: u64,
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody answers there.
    #[error("{0} is served by another process; stop it or choose another address")]
    InUse(Address),
    /// Something that is no socket is in the way.
    #[error("{} exists and is no socket; remove it or choose another path", .0.display())]
    NotASocket(PathBuf),
    /// The system refuses.
    #[error("cannot listen on {address}")]
    Io {
        /// Where.
        address: Address,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Binds. Must be called inside a tokio runtime.
pub async fn bind(address: &Address) -> Result<Listening, ListenError> {
    match address {
        Address::Unix(path) => {
            let (listener, file) = bind_unix(path)?;
            Ok(Listening::Unix(listener, file))
        }
        Address::Tcp { host, port } => match TcpListener::bind((host.as_str(), *port)).await {
            Ok(listener) => Ok(Listening::Tcp(listener)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                Err(ListenError::InUse(address.clone()))
            }
            Err(source) => Err(ListenError::Io {
                address: address.clone(),
                source,
            }),
        },
    }
}

/// Binds a Unix socket with mode 0600.
pub fn bind_unix(path: &Path) -> Result<(UnixListener, SocketFile), ListenError> {
    let failed = |source| ListenError::Io {
        address: Address::unix(path),
        source,
    };
    refuse_what_lives(path)?;
    let (listener, inode) = bind_privately(path).map_err(failed)?;
    Ok((
        listener,
        SocketFile {
            path: path.to_owned(),
            inode,
        },
    ))
}

// === impl Listening ===

impl Listening {
    /// Where it listens, with the real port where port 0 was asked for.
    pub fn address(&self) -> io::Result<Address> {
        match self {
            Listening::Unix(_, file) => Ok(Address::unix(&file.path)),
            Listening::Tcp(listener) => {
                let bound = listener.local_addr()?;
                Ok(Address::Tcp {
                    host: bound.ip().to_string(),
                    port: bound.port(),
                })
            }
        }
    }
}

// === impl SocketFile ===

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode);
        if ours {
            // Nothing can be done about a failure, and a stale socket is replaced by the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refuse_what_lives(path: &Path) -> Result<(), ListenError> {
    use std::os::unix::fs::FileTypeExt;
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(found) if !found.file_type().is_socket() => {
            Err(ListenError::NotASocket(path.to_owned()))
        }
        Ok(_) => match std::os::unix::net::UnixStream::connect(path) {
            Ok(_) => Err(ListenError::InUse(Address::unix(path))),
            Err(_) => Ok(()),
        },
    }
}

/// A socket has the mode of the process's umask between bind and chmod, so it is born in a directory that
/// nobody else may enter, and moved: a rename keeps the listening socket and replaces a stale one in one step.
fn bind_privately(path: &Path) -> io::Result<(UnixListener, u64)> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let nursery = nursery(parent)?;
    let born = nursery.join("s");
    let bound = bind_and_move(&born, path);
    let _ = fs::remove_file(&born);
    fs::remove_dir(&nursery)?;
    bound
}

/// A new directory of mode 0700. The name is short because a socket path may have 107 bytes, and the second
/// and later tries are for what a killed process of the same id left.
fn nursery(parent: &Path) -> io::Result<PathBuf> {
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for attempt in 0..10 {
        let path = parent.join(format!(".{:x}{attempt}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn bind_and_move(born: &Path, path: &Path) -> io::Result<(UnixListener, u64)> {
    let listener = UnixListener::bind(born)?;
    fs::set_permissions(born, Permissions::from_mode(0o600))?;
    let inode = fs::symlink_metadata(born)?.ino();
    fs::rename(born, path)?;
    Ok((listener, inode))
}

#[cfg(test)]
mod tests {
    use super::{ListenError, Listening, bind, bind_unix};
    use crate::address::Address;
    use std::os::unix::fs::PermissionsExt;
    use tokio::net::UnixStream;

    #[tokio::test]
    async fn a_socket_is_private_and_goes_with_its_claim() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("a.sock");
        let (listener, file) = bind_unix(&path).expect("bind");
        let mode = std::fs::metadata(&path)
            .expect("metadata")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let (client, accepted) = tokio::join!(UnixStream::connect(&path), listener.accept());
        assert!(client.is_ok() && accepted.is_ok());
        drop(file);
        assert_eq!(std::fs::read_dir(dir.path()).expect("dir").count(), 0);
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("a.sock");
        let stale = std::os::unix::net::UnixListener::bind(&path).expect("bind");
        assert!(matches!(bind_unix(&path), Err(ListenError::InUse(_))));
        drop(stale);
        let (_listener, file) = bind_unix(&path).expect("stale sockets are replaced");
        // A successor that took the place keeps its socket when the predecessor goes.
        std::fs::remove_file(&path).expect("remove");
        let successor = bind_unix(&path).expect("bind");
        drop(file);
        assert!(path.exists());
        drop(successor);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_not_removed() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("a.sock");
        std::fs::write(&path, "precious").expect("write");
        assert!(matches!(bind_unix(&path), Err(ListenError::NotASocket(_))));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "precious");
    }

    #[tokio::test]
    async fn tcp_reports_the_port_it_got() {
        let zero: Address = "127.0.0.1:0".parse().expect("address");
        let listening = bind(&zero).await.expect("bind");
        let address = listening.address().expect("address");
        assert!(
            matches!(&address, Address::Tcp { port, .. } if *port != 0),
            "{address}"
        );
        assert!(matches!(bind(&address).await, Err(ListenError::InUse(_))));
        assert!(matches!(listening, Listening::Tcp(_)));
    }
}
