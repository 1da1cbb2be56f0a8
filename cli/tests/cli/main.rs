//! The built binary, as a person or a script runs it.
//!
//! Owns exit codes and output of every command that needs no running control plane, and of those that ask one, against
//! a stand-in that serves canned answers over the real socket. Nothing here knows the inside of the CLI.

#![allow(clippy::expect_used, reason = "a test that cannot be set up fails")]

mod explain;
mod instance;
mod manifests;
mod migrate;
mod snapshot;
mod validate;

use std::process::{Command, Stdio};

/// What a run gave.
struct Run {
    code: i32,
    out: String,
    err: String,
}

/// Runs `tidegate` with these arguments, far from any instance of the user.
fn tidegate(arguments: &[&str]) -> Run {
    let output = command(arguments).output().expect("the binary runs");
    Run {
        code: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command
        .args(arguments)
        .env_remove("TIDEGATE_RUN_DIR")
        .env_remove("TIDEGATE_INSTANCE")
        .env("XDG_RUNTIME_DIR", "/nonexistent")
        .stdin(Stdio::null());
    command
}

#[test]
fn usage_errors_are_errors_and_help_is_not() {
    assert_eq!(tidegate(&["nonsense"]).code, 1);
    assert_eq!(tidegate(&["validate"]).code, 1);
    for arguments in [
        &["--help"][..],
        &["status", "--help"],
        &["validate", "--help"],
        &["migrate", "--help"],
        &["explain", "request", "--help"],
        &["snapshot", "get", "--help"],
        &["snapshot", "diff", "--help"],
    ] {
        let run = tidegate(arguments);
        assert_eq!(run.code, 0, "{arguments:?}");
        assert!(
            run.out.contains("EXAMPLES\n  tidegate "),
            "{arguments:?} teaches: {}",
            run.out
        );
    }
    assert!(tidegate(&["--version"]).out.starts_with("tidegate "));
}

#[test]
fn nobody_answers() {
    for arguments in [
        &["status"][..],
        &["snapshot", "get"],
        &["explain", "request", "--host", "a"],
        &["status", "--run-dir", "/nonexistent/x"],
    ] {
        let run = tidegate(arguments);
        assert_eq!(run.code, 4, "{arguments:?}: {}", run.err);
        assert!(run.err.contains("tidegate up -f DIR"), "{}", run.err);
    }
    let run = tidegate(&["status", "--instance", "../x"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("not an instance name"), "{}", run.err);
}
