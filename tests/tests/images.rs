//! The images' recipes: static, without a shell, never as root.
//!
//! Nothing here builds an image: a machine with a container runtime does. What a reader would look for is looked for.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::binaries;

/// The instructions of a recipe, with their arguments on one line.
fn instructions(name: &str) -> Result<Vec<(String, String)>> {
    let path = binaries::repository("deploy/images").join(format!("{name}.Dockerfile"));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let text = text.replace("\\\n", " ");
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let split = |line: &str| {
        let (word, rest) = line.split_once(' ').context("an instruction alone")?;
        Ok((word.to_owned(), rest.trim().to_owned()))
    };
    lines.map(split).collect()
}

fn of<'a>(instructions: &'a [(String, String)], word: &str) -> Vec<&'a str> {
    let found = instructions.iter().filter(|(name, _)| name == word);
    found.map(|(_, rest)| rest.as_str()).collect()
}

/// The user that the shipped Deployment runs the control plane as.
fn user() -> Result<u64> {
    let path = binaries::repository("deploy/control-plane/deployment.yaml");
    let deployment: Value = serde_saphyr::from_str(&fs::read_to_string(path)?)?;
    let user = deployment.pointer("/spec/template/spec/securityContext/runAsUser");
    user.and_then(Value::as_u64).context("no runAsUser")
}

fn check(name: &str) -> Result<()> {
    let all = instructions(name)?;
    let known = [
        "ARG",
        "FROM",
        "RUN",
        "ENV",
        "WORKDIR",
        "COPY",
        "LABEL",
        "USER",
        "ENTRYPOINT",
    ];
    for (word, _) in &all {
        ensure!(known.contains(&word.as_str()), "{name}: {word}");
    }
    let from = of(&all, "FROM");
    ensure!(from == ["${RUST} AS build", "scratch"], "{name}: {from:?}");
    let toolchain = fs::read_to_string(binaries::repository("rust-toolchain.toml"))?;
    let version = toolchain.split('"').nth(1).context("no channel")?;
    let arguments = of(&all, "ARG");
    let image = format!("RUST=docker.io/library/rust:{version}-bookworm");
    ensure!(arguments.contains(&image.as_str()), "{name}: not {image}");
    ensure!(of(&all, "ENV") == [format!("RUSTUP_TOOLCHAIN={version}")]);

    let mut build = of(&all, "RUN").join("\n");
    if build.contains("cargo xtask pgo --static") {
        build = fs::read_to_string(binaries::repository("xtask/src/pgo.rs"))?;
    }
    for word in ["+crt-static", "--release", "--locked", "--target"] {
        ensure!(build.contains(word), "{name}: builds without {word}");
    }
    let program = format!("tidegate-{name}");
    let last = all.iter().rposition(|(word, _)| word == "FROM");
    let last = all.get(last.context("no FROM")? + 1..).context("nothing")?;
    ensure!(of(last, "RUN").is_empty(), "{name}: there is no shell");
    assert_eq!(
        of(last, "COPY"),
        [format!("--from=build /out/{program} /{program}")]
    );
    let user = user()?;
    ensure!(user != 0);
    assert_eq!(of(last, "USER"), [format!("{user}:{user}")]);
    assert_eq!(of(last, "ENTRYPOINT"), [format!("[\"/{program}\"]")]);
    binaries::ours(&program)?;
    let label = of(last, "LABEL").join(" ");
    let workspace = format!("image.version=\"{}\"", env!("CARGO_PKG_VERSION"));
    for word in [
        "image.title",
        "image.licenses",
        "image.revision",
        &workspace,
    ] {
        ensure!(label.contains(word), "{name}: no label {word}");
    }
    Ok(())
}

#[test]
fn of_the_control_plane() -> Result<()> {
    check("control-plane")
}

#[test]
fn of_the_proxy() -> Result<()> {
    check("proxy")
}
