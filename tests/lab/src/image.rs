//! Which program stands behind which container image.
//!
//! Owns the table that lab-node reads. Must not pull anything: an image that is not here cannot be pulled, and its Pod
//! says so, as on any node.

use std::fs;

use anyhow::Result;

use crate::args::Order;
use crate::dir::Dir;

/// Images of ours, without a tag: what the shipped manifests name.
const OURS: [(&str, &str); 3] = [
    (
        "ghcr.io/tidegate/tidegate-control-plane",
        "tidegate-control-plane",
    ),
    ("ghcr.io/tidegate/tidegate-proxy", "tidegate-proxy"),
    (
        "ghcr.io/tidegate/tidegate-mock-provider",
        "tidegate-mock-provider",
    ),
];

/// The backend of the Gateway API suite.
const ECHO: &str = "registry.k8s.io/gateway-api/echo-basic";

/// Writes the table.
pub(crate) fn write(dir: &Dir, order: &Order) -> Result<std::path::PathBuf> {
    let mut table = String::new();
    let mut line = |prefix: &str, key: &str, value: &str| {
        table.push_str(&format!(
            "[[image]]\nprefix = {prefix:?}\n{key} = {value}\n\n"
        ));
    };
    for (prefix, program) in OURS {
        let program = order.bin_dir.join(program);
        line(
            prefix,
            "argv",
            &format!("[{:?}]", program.display().to_string()),
        );
    }
    let echo = order.tools.join("echo-basic").display().to_string();
    line(ECHO, "argv", &format!("[{echo:?}]"));
    line("registry.k8s.io/coredns", "builtin", "\"dns\"");
    let path = dir.join("images.toml");
    fs::write(&path, table)?;
    Ok(path)
}
