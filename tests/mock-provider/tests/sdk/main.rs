//! The vendors' official SDKs against the built binary: each parses every answer of its format.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What the scripts send.
const KEY: &str = "sk-mock-right";
const AWS_KEY: &str = "AKIDMOCK:mock/secret+key";

/// The binary, until the test ends.
struct Mock {
    child: Child,
    url: String,
}

impl Mock {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tidegate-mock-provider"))
            .args(["--exit-with-parent", "--require-key", KEY])
            .args(["--aws-key", AWS_KEY])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("stdout");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("the address");
        Self {
            url: url.to_owned(),
            child,
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `cargo xtask tools vendor-sdks` puts the packages.
#[allow(
    clippy::disallowed_methods,
    reason = "the cache is where the environment says it is"
)]
fn packages() -> PathBuf {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let cache = set("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&set("HOME")?).join(".cache")));
    let path = cache.expect("a home").join("tidegate/bin/vendor-sdks");
    let remedy = "`make test` or `cargo xtask tools vendor-sdks` installs the SDKs";
    assert!(path.is_dir(), "{} is not there: {remedy}", path.display());
    path
}

/// Runs a script with the address of a mock of its own.
fn check(script: &str) {
    let mock = Mock::start();
    check_with(script, &[mock.url.as_ref()]);
}

/// Runs a script with arguments.
fn check_with(script: &str, arguments: &[&OsStr]) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let output = Command::new("python3")
        // Neither user packages nor compiled files beside the scripts.
        .args(["-s", "-B"])
        .arg(scripts.join(script))
        .args(arguments)
        .env("PYTHONPATH", packages())
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .output()
        .expect("python3");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {words}");
}

#[test]
fn anthropic_reads_what_it_is_told() {
    check("with_anthropic.py");
}

#[test]
fn botocore_signs_and_reads_what_it_is_told() {
    check("with_botocore.py");
}

#[test]
fn google_genai_reads_what_it_is_told() {
    check("with_google.py");
}

#[test]
fn openai_reads_what_it_is_told() {
    check("with_openai.py");
}

/// The cases of the matrix are what the vendors' types say, and their SDKs read what clients are told. What kinds of providers
/// are sent is what their SDKs send, of operations too.
#[test]
fn the_cases_are_the_vendors_own() {
    let roots = ["pairs", "providers", "operations"].map(cases);
    let arguments: Vec<&OsStr> = roots.iter().map(|root| root.as_os_str()).collect();
    check_with("with_cases.py", &arguments);
}

fn cases(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-plane/llm/testdata");
    root.join(name)
}
