//! Which program stands behind which container image.
//!
//! Owns the table that lab-node reads. Must not pull anything: an image that is not here cannot be pulled, and its Pod
//! says so, as on any node.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::args::Order;
use crate::dir::Dir;

/// Images of ours, without registry and tag: what the shipped manifests name.
const OURS: [&str; 3] = [
    "tidegate-control-plane",
    "tidegate-proxy",
    "tidegate-mock-provider",
];

/// The backend of the Gateway API suite.
const ECHO: &str = "registry.k8s.io/gateway-api/echo-basic";

/// Where a container of lab-node finds the machine's files.
const MACHINE: &str = "/.host";

/// Writes the table.
pub(crate) fn write(dir: &Dir, order: &Order) -> Result<std::path::PathBuf> {
    let mut table = String::new();
    let mut image = |prefix: &str, rest: &str| {
        table.push_str(&format!("[[image]]\nprefix = [{prefix:?}]\n{rest}\n\n"));
    };
    for name in OURS {
        let program = seen_from_a_container(&order.bin_dir.join(name));
        image(name, &format!("argv = [{program:?}]\nfixed = true"));
    }
    let echo = seen_from_a_container(&order.tools.join("echo-basic"));
    // In each of its modes it listens on one of these.
    let ready = "ready = [\"tcp:3000\", \"udp:8080\"]";
    image(ECHO, &format!("argv = [{echo:?}]\n{ready}"));
    image("registry.k8s.io/coredns", "builtin = \"dns\"");
    let path = dir.join("images.toml");
    fs::write(&path, table)?;
    Ok(path)
}

/// Links are followed here: a container does not see where an absolute one leads.
fn seen_from_a_container(program: &Path) -> String {
    let real = fs::canonicalize(program).unwrap_or_else(|_| program.to_path_buf());
    format!("{MACHINE}{}", real.display())
}
