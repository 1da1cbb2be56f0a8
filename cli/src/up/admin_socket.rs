//! Where the admin socket of a Gateway's proxy is.
//!
//! Owns the file's name, as a pure function of run directory and Gateway: `proxy-<namespace>.<name>.sock`, and where
//! that does not fit into a socket path, as much of it as does, `~` and a hash. The invariant: two Gateways never share
//! a name. A namespace has no dot and no name of an object has a `~`, so nothing can be read in two ways.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The longest path of a Unix socket, in bytes (`sockaddr_un`, without its closing NUL).
const MAX_PATH: usize = 107;
const PREFIX: &str = "proxy-";
const SUFFIX: &str = ".sock";
/// Hexadecimal digits of the hash that stands for what was cut off.
const HASH: usize = 16;
/// The shortest file name that tells every Gateway apart.
const SHORTEST: usize = PREFIX.len() + 1 + HASH + SUFFIX.len();

/// Fails if a proxy's socket could not lie in this directory, whatever the Gateway is called.
pub(super) fn check(run_dir: &Path) -> Result<()> {
    let longest = MAX_PATH - SHORTEST - 1;
    if run_dir.as_os_str().len() > longest {
        bail!(
            "the run directory {} is too long for sockets in it: up to {longest} bytes will do; choose another with --run-dir",
            run_dir.display()
        );
    }
    Ok(())
}

/// The socket of the proxy of this Gateway.
pub(crate) fn path(run_dir: &Path, namespace: &str, name: &str) -> PathBuf {
    let gateway = format!("{namespace}.{name}");
    let room = MAX_PATH.saturating_sub(run_dir.as_os_str().len() + 1);
    let whole = format!("{PREFIX}{gateway}{SUFFIX}");
    if whole.len() <= room {
        return run_dir.join(whole);
    }
    let hash = blake3::hash(gateway.as_bytes()).to_hex();
    let hash: String = hash.chars().take(HASH).collect();
    let kept: String = gateway
        .chars()
        .take(room.saturating_sub(SHORTEST))
        .collect();
    run_dir.join(format!("{PREFIX}{kept}~{hash}{SUFFIX}"))
}

#[cfg(test)]
mod tests {
    use super::{MAX_PATH, check, path};
    use std::path::Path;

    #[track_caller]
    fn socket(run_dir: &str, namespace: &str, name: &str) -> String {
        let run_dir = Path::new(run_dir);
        check(run_dir).expect("long enough");
        let path = path(run_dir, namespace, name).display().to_string();
        assert!(path.len() <= MAX_PATH, "{path}");
        path
    }

    #[test]
    fn a_name_can_be_read_in_one_way_only() {
        assert_eq!(socket("/run", "a", "b-c"), "/run/proxy-a.b-c.sock");
        assert_eq!(socket("/run", "a-b", "c"), "/run/proxy-a-b.c.sock");
        assert_eq!(socket("/run", "a", "b.c"), "/run/proxy-a.b.c.sock");
    }

    #[test]
    fn a_long_name_is_cut_and_stays_its_own() {
        let namespace = "n".repeat(63);
        let names = ["x", "y"].map(|end| format!("{}{end}", "g".repeat(252)));
        for run_dir in ["/run/user/1000/tidegate/default", &"/r".repeat(39)] {
            let [x, y] = [0, 1].map(|index| socket(run_dir, &namespace, &names[index]));
            assert_ne!(x, y);
            assert_eq!(x, socket(run_dir, &namespace, &names[0]), "the same again");
        }
    }

    #[test]
    fn a_directory_without_room_is_refused() {
        let error = check(Path::new(&"/r".repeat(40))).expect_err("too long");
        assert!(error.to_string().contains("--run-dir"), "{error}");
    }
}
