//! Kubeconfigs: one for those in the lab's network, one for the machine, one for each part.
//!
//! Owns their shape. Must not make tokens.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use crate::dir::Dir;

/// Writes a kubeconfig at `path`. JSON is YAML too.
pub(crate) fn write(dir: &Dir, path: &Path, server: &str, token: &str) -> Result<()> {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": {
            "server": server,
            "certificate-authority": dir.join("ca.crt"),
        }}],
        "users": [{"name": "lab", "user": {"token": token}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
        "current-context": "lab",
    });
    let text = serde_json::to_string_pretty(&config)?;
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// The kubeconfig for the machine: as the one inside, at another address.
pub(crate) fn write_outside(dir: &Dir, address: SocketAddr) -> Result<()> {
    let inside = fs::read_to_string(dir.kubeconfig_inside())?;
    let inside: serde_json::Value = serde_json::from_str(&inside)?;
    let token = inside
        .pointer("/users/0/user/token")
        .and_then(serde_json::Value::as_str)
        .context("the lab wrote no token")?;
    write(dir, &dir.kubeconfig(), &format!("https://{address}"), token)
}
