//! What a container sees, with the built program in namespaces of its own.

#![allow(
    clippy::expect_used,
    reason = "what the tests share fails as a test does"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const REMEDY: &str = "if namespaces are refused: allow them with `sysctl \
    kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000`, and where AppArmor \
    restricts them `sysctl kernel.apparmor_restrict_unprivileged_userns=0`";

fn spec(dir: &Path, script: &str, mounts: Value, read_only: bool) -> Value {
    let root = dir.join("root");
    fs::create_dir_all(&root).expect("a directory");
    json!({
        "parent": std::process::id(),
        "argv": ["sh", "-c", script],
        "env": {"PATH": "/usr/bin:/bin", "GREETING": "hello"},
        "cwd": null, "user": 65532, "group": 65532,
        "view": {"New": {"root": root, "mounts": mounts, "read_only": read_only,
            "hosts": "127.0.0.1 localhost\n", "resolv": "nameserver 10.244.0.1\n",
            "hostname": "web-0\n"}},
    })
}

fn run(spec: &Value) -> Output {
    let mut child = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "--propagation",
            "private",
        ])
        .arg(env!("CARGO_BIN_EXE_lab-node"))
        .arg("child")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program `unshare` of util-linux must be installed");
    let mut input = child.stdin.take().expect("an input");
    // A child that refuses its input says why.
    let _ = input.write_all(spec.to_string().as_bytes());
    drop(input);
    child.wait_with_output().expect("an end")
}

#[track_caller]
fn check(spec: &Value, expected: &str) {
    let output = run(spec);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text, expected, "{errors}\n{REMEDY}");
}

#[test]
fn volumes_lie_at_their_paths_and_nowhere_on_the_machine() {
    let dir = tempfile::tempdir().expect("a directory");
    let volume = dir.path().join("volume");
    fs::create_dir_all(&volume).expect("a directory");
    fs::write(volume.join("tls.crt"), "certificate\n").expect("written");
    let mounts = json!([
        {"source": volume, "target": "/etc/tls/server", "read_only": true},
        {"source": volume, "target": "/var/work", "read_only": false},
        {"source": volume.join("tls.crt"), "target": "/only/this.crt", "read_only": true},
    ]);
    let script = "cat /etc/tls/server/tls.crt /only/this.crt /etc/hostname /etc/resolv.conf; \
        echo $GREETING; pwd; test -e /etc/passwd && test -d /usr/bin && echo machine; \
        touch /etc/tls/server/x 2>/dev/null || echo read-only; \
        touch /.host/tmp/x 2>/dev/null || echo host is read-only; \
        echo work > /var/work/made; touch /tmp/mine /new && echo writable";
    check(
        &spec(dir.path(), script, mounts, false),
        "certificate\ncertificate\nweb-0\nnameserver 10.244.0.1\nhello\n/\nmachine\nread-only\n\
         host is read-only\nwritable\n",
    );
    let made = fs::read_to_string(volume.join("made")).expect("made by the container");
    assert_eq!(made, "work\n");
    assert!(!Path::new("/etc/tls/server").exists() && !Path::new("/new").exists());
}

#[test]
fn a_read_only_root_leaves_only_volumes_writable() {
    let dir = tempfile::tempdir().expect("a directory");
    let volume = dir.path().join("volume");
    fs::create_dir_all(&volume).expect("a directory");
    let mounts = json!([{"source": volume, "target": "/tmp", "read_only": false}]);
    let script = "touch /x 2>/dev/null || echo no; touch /etc/x 2>/dev/null || echo no; \
        touch /tmp/x && echo yes";
    check(&spec(dir.path(), script, mounts, true), "no\nno\nyes\n");
}

#[test]
fn what_cannot_be_started_says_why() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut spec = spec(dir.path(), "", json!([]), false);
    spec["argv"] = json!(["/no/such/program"]);
    let output = run(&spec);
    assert_eq!(output.status.code(), Some(128));
    let errors = String::from_utf8_lossy(&output.stderr);
    let expected = "lab-node: program `/no/such/program` is not there: is it built?\n";
    assert_eq!(errors, expected, "{REMEDY}");
}

#[test]
fn a_child_without_its_lab_node_does_not_start() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut spec = spec(dir.path(), "echo started", json!([]), false);
    spec["parent"] = json!(1);
    let output = run(&spec);
    assert_eq!(output.status.code(), Some(128));
    assert!(output.stdout.is_empty());
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "lab-node: lab-node is gone\n"
    );
}
