//! Who may speak to the lab's API server, and how it knows them.
//!
//! Owns the users and their tokens. Must not know what they do. Tokens are new for each lab and lie in its directory.

use std::fs;
use std::io::Read as _;

use anyhow::{Context, Result};

use crate::dir::Dir;

/// Bearer tokens of one lab.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// The person and the tests.
    pub(crate) admin: String,
    /// kube-controller-manager.
    pub(crate) controller_manager: String,
    /// lab-node.
    pub(crate) node: String,
}

impl Tokens {
    /// New tokens, written down for the API server. The planes of Tidegate have none here: they are Pods with
    /// ServiceAccounts, and authorization is on.
    pub(crate) fn write(dir: &Dir) -> Result<Tokens> {
        let tokens = Tokens {
            admin: random()?,
            controller_manager: random()?,
            node: random()?,
        };
        let lines = [
            (&tokens.admin, "admin"),
            (&tokens.controller_manager, "kube-controller-manager"),
            (&tokens.node, "lab-node"),
        ]
        .map(|(token, user)| format!("{token},{user},{user},system:masters\n"));
        let path = dir.join("tokens.csv");
        fs::write(&path, lines.concat()).with_context(|| path.display().to_string())?;
        Ok(tokens)
    }
}

fn random() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
