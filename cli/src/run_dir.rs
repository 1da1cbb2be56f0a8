//! Where an instance keeps its socket and its tokens.
//!
//! Owns the rule, as a pure function of the environment: `$XDG_RUNTIME_DIR/tidegate/<instance>`, else
//! `<tmp>/tidegate-<user>/<instance>`; the names of the files in it, and their end. Must not make or read anything.
//! Everything that looks for an instance uses this, so that `tidegate status` finds what `tidegate up` started.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::environment;

/// Socket of ADS and the admin service.
pub(crate) const SOCKET: &str = "control-plane.sock";
/// File with the address of ADS and the admin service, where that is not the socket.
pub(crate) const ADDRESS: &str = "control-plane.address";
/// File with the administrator's token.
pub(crate) const ADMIN_TOKEN: &str = "admin-token";
/// File with the secret that all tokens of a run are made with.
const SECRET: &str = "run-secret";

/// What the rule depends on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// `XDG_RUNTIME_DIR`.
    pub(crate) runtime_dir: Option<PathBuf>,
    /// `TMPDIR`, or the system's.
    pub(crate) temporary_dir: PathBuf,
    /// Number of the user, if the system tells.
    pub(crate) uid: Option<u32>,
    /// Name of the user.
    pub(crate) user: Option<String>,
}

/// An instance name that cannot be part of a path.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an instance name; use up to 40 letters, digits, `-` and `_`")]
pub(crate) struct BadInstance(String);

/// The directory of an instance.
pub(crate) fn run_dir(surroundings: &Surroundings, instance: &str) -> Result<PathBuf, BadInstance> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if instance.is_empty() || instance.len() > 40 || !instance.bytes().all(is_word) {
        return Err(BadInstance(instance.to_owned()));
    }
    // The XDG specification: a relative path is to be ignored.
    let runtime = surroundings
        .runtime_dir
        .as_deref()
        .filter(|dir| dir.is_absolute());
    let base = match runtime {
        Some(dir) => dir.join("tidegate"),
        None => surroundings
            .temporary_dir
            .join(format!("tidegate-{}", surroundings.owner())),
    };
    Ok(base.join(instance))
}

/// Takes away what belongs to one run: after that, its tokens are void.
pub(crate) fn clear(run_dir: &Path) -> anyhow::Result<()> {
    for file in [SECRET, ADMIN_TOKEN, ADDRESS] {
        let path = run_dir.join(file);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
        }
    }
    Ok(())
}

// === impl Surroundings ===

impl Surroundings {
    /// Those of this process.
    pub(crate) fn current() -> Self {
        Self {
            runtime_dir: environment::lookup_os("XDG_RUNTIME_DIR").map(PathBuf::from),
            temporary_dir: std::env::temp_dir(),
            uid: std::fs::metadata(Path::new("/proc/self"))
                .ok()
                .map(|own| own.uid()),
            user: environment::lookup("USER"),
        }
    }

    fn owner(&self) -> String {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let user = self
            .user
            .clone()
            .filter(|user| !user.is_empty() && user.bytes().all(is_word));
        self.uid
            .map(|uid| uid.to_string())
            .or(user)
            .unwrap_or_else(|| "user".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, run_dir};

    #[track_caller]
    fn check(runtime: Option<&str>, uid: Option<u32>, user: Option<&str>, expected: &str) {
        let surroundings = Surroundings {
            runtime_dir: runtime.map(Into::into),
            temporary_dir: "/tmp".into(),
            uid,
            user: user.map(str::to_owned),
        };
        let found = run_dir(&surroundings, "default").expect("a directory");
        assert_eq!(found.display().to_string(), expected);
    }

    #[test]
    fn the_rule() {
        check(
            Some("/run/user/7"),
            Some(7),
            None,
            "/run/user/7/tidegate/default",
        );
        check(None, Some(7), Some("maria"), "/tmp/tidegate-7/default");
        check(Some("relative"), Some(7), None, "/tmp/tidegate-7/default");
        check(Some(""), None, Some("maria"), "/tmp/tidegate-maria/default");
        check(None, None, Some("../x"), "/tmp/tidegate-user/default");
    }

    #[test]
    fn an_instance_is_a_word() {
        let bad = |instance: &str| run_dir(&Surroundings::default(), instance).is_err();
        assert!(bad("") && bad("..") && bad("a/b") && bad(&"x".repeat(41)));
        assert!(!bad("blue-2"));
    }
}
