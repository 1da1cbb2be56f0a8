//! `pgo`: the proxy as releases build it, with a profile of its own work.
//!
//! Owns the three steps: a proxy that counts what it runs, work for it to count (`bench --train`), and the proxy that the
//! compiler lays out by these counts. Must not know what the work is. Everything lies in `target/pgo`; the programs, with
//! what they are measured with, in `target/pgo/bin`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Seconds of each kind of work.
const SECONDS: &str = "3";

/// Programs that give the proxy its work.
const HELPERS: [&str; 4] = [
    "tidegate-control-plane",
    "tidegate",
    "bench",
    "tidegate-mock-provider",
];

/// Flags of a program that needs no library of the system's, as one alone in an image does.
const STATIC: &str = "-Ctarget-feature=+crt-static";

/// Builds it, as a static program or one of this system.
pub(crate) fn run(is_static: bool) -> Result<()> {
    let build = Build::of_toolchain(if is_static { STATIC } else { "" })?;
    let profdata = build.profdata()?;
    eprintln!("1/4 the programs that give the proxy its work");
    let mut helpers = build.cargo(&[
        "-p",
        "cp-server",
        "-p",
        "cli",
        "-p",
        "bench",
        "-p",
        "mock-provider",
        "--bins",
    ]);
    let what = "building the control plane, the CLI, bench and the mock provider";
    must(&mut helpers, what)?;
    for name in HELPERS {
        build.keep(&build.root.join("target/release"), name)?;
    }
    eprintln!("2/4 a proxy that counts what it runs");
    build.proxy("counting", "-Cprofile-generate")?;
    eprintln!("3/4 work for it, for about a minute");
    let counts = build.fresh("counts")?;
    let mut train = Command::new(build.bin().join("bench"));
    train.arg("--bin-dir").arg(build.bin());
    train.args(["--train", "--rounds", "1", "--seconds", SECONDS]);
    train.env("LLVM_PROFILE_FILE", counts.join("%p.profraw"));
    must(&mut train, "the work")?;
    let profile = build.target.join("proxy.profdata");
    let mut merge = Command::new(profdata);
    merge.arg("merge").arg("-o").arg(&profile).arg(&counts);
    must(&mut merge, "llvm-profdata")?;
    eprintln!("4/4 the proxy, laid out by that");
    // Code that was changed or never run has no profile: no news.
    let using = format!("-Cprofile-use={}", profile.display());
    build.proxy("using", &using)?;
    eprintln!("{}", build.bin().join("tidegate-proxy").display());
    Ok(())
}

/// Where things are.
struct Build {
    root: PathBuf,
    /// `target/pgo`.
    target: PathBuf,
    /// The triple that is built on, and for. It is named, so that flags stay away from build scripts and macros.
    host: String,
    sysroot: PathBuf,
    /// What the proxy is built with besides.
    flags: &'static str,
}

// === impl Build ===

impl Build {
    fn of_toolchain(flags: &'static str) -> Result<Build> {
        let root = workspace::root()?;
        let version = output(Command::new("rustc").arg("-vV").current_dir(&root))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let mut print = Command::new("rustc");
        let sysroot = output(print.args(["--print", "sysroot"]).current_dir(&root))?;
        Ok(Build {
            target: root.join("target/pgo"),
            host: host.context("rustc -vV names no host")?.to_owned(),
            sysroot: sysroot.trim().into(),
            flags,
            root,
        })
    }

    /// The program that reads counts, of the same LLVM as the compiler; installed if it is missing.
    fn profdata(&self) -> Result<PathBuf> {
        let tools = self.sysroot.join("lib/rustlib").join(&self.host);
        let program = tools.join("bin/llvm-profdata");
        if !program.exists() {
            let mut rustup = Command::new("rustup");
            rustup.args(["component", "add", "llvm-tools"]);
            rustup.current_dir(&self.root);
            must(&mut rustup, "rustup component add llvm-tools")?;
        }
        Ok(program)
    }

    fn bin(&self) -> PathBuf {
        self.target.join("bin")
    }

    /// An empty directory.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let dir = self.target.join(name);
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| dir.display().to_string())?;
        }
        fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
        Ok(dir)
    }

    fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.args(["build", "--release", "--locked"]).args(args);
        // Where the programs are looked for, whatever the user has set.
        command.env("CARGO_TARGET_DIR", self.root.join("target"));
        command.current_dir(&self.root);
        command
    }

    /// Builds the proxy with further flags, in a directory of its own, as every package is another with other flags.
    fn proxy(&self, step: &str, flags: &str) -> Result<()> {
        let target = self.target.join(step);
        let mut command = self.cargo(&["-p", "dp-server", "--bin", "tidegate-proxy"]);
        command.arg("--target").arg(&self.host);
        command.env("CARGO_TARGET_DIR", &target);
        command.env("RUSTFLAGS", format!("{} {flags}", self.flags));
        must(&mut command, "building the proxy")?;
        let built = target.join(&self.host).join("release");
        self.keep(&built, "tidegate-proxy")
    }

    /// Puts a program out of `built` where all are.
    fn keep(&self, built: &Path, name: &str) -> Result<()> {
        fs::create_dir_all(self.bin())?;
        let kept = self.bin().join(name);
        // Written anew under its name: one that runs could not be overwritten.
        let scratch = kept.with_extension("new");
        let built = built.join(name);
        fs::copy(&built, &scratch).with_context(|| built.display().to_string())?;
        fs::rename(&scratch, &kept).with_context(|| kept.display().to_string())
    }
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("rustc did not start")?;
    Ok(String::from_utf8(output.stdout)?)
}

fn must(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().with_context(|| what.to_owned())?;
    if !status.success() {
        bail!("{what}: {status}");
    }
    Ok(())
}
