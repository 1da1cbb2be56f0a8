//! The binary itself: exit codes, signals, the end of the parent, the admin socket.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

/// A test that waits longer than this fails.
const DEADLINE: Duration = Duration::from_secs(10);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// A proxy without a control plane.
struct Process {
    child: Child,
    admin: PathBuf,
    _dir: TempDir,
}

// === impl Process ===

impl Process {
    async fn start(flags: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("tempdir");
        let admin = dir.path().join("admin.sock");
        let child = Command::new(env!("CARGO_BIN_EXE_tidegate-proxy"))
            .args(["--gateway", "ns/gw", "--workers", "1"])
            .args([
                "--xds",
                &format!("unix:{}", dir.path().join("nobody.sock").display()),
            ])
            .args(["--admin", &format!("unix:{}", admin.display())])
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("starts");
        let process = Process {
            child,
            admin,
            _dir: dir,
        };
        let live = async {
            let mut looks = interval(LOOK);
            while !ask(&process.admin, "/live").await.contains("200 OK") {
                looks.tick().await;
            }
        };
        timeout(DEADLINE, live)
            .await
            .expect("the admin socket answers");
        process
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([name, &id]).status().await;
        assert!(sent.expect("kill").success());
    }

    async fn end(&mut self) -> ExitStatus {
        timeout(DEADLINE, self.child.wait())
            .await
            .expect("it ends")
            .expect("waits")
    }
}

/// The whole answer; empty if nobody answers.
async fn ask(socket: &Path, path: &str) -> String {
    let answer = async || -> std::io::Result<String> {
        let mut stream = UnixStream::connect(socket).await?;
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        Ok(text)
    };
    answer().await.unwrap_or_default()
}

#[tokio::test]
async fn without_a_control_plane_it_lives_and_is_not_ready() {
    let mut process = Process::start(&[]).await;
    let ready = ask(&process.admin, "/ready").await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(
        ready.contains("the control plane does not answer"),
        "{ready}"
    );
    process.signal("-TERM").await;
    assert_eq!(process.end().await.code(), Some(0));
    assert!(!process.admin.exists(), "the socket goes with the process");
}

#[tokio::test]
async fn it_ends_with_its_parent_and_leaves_ctrl_c_to_it() {
    let mut process = Process::start(&["--exit-with-parent"]).await;
    process.signal("-INT").await;
    let metrics = ask(&process.admin, "/metrics").await;
    assert!(metrics.contains("tidegate_proxy_build_info"), "{metrics}");
    drop(process.child.stdin.take());
    assert_eq!(process.end().await.code(), Some(0));
}

#[tokio::test]
async fn wrong_settings_end_it_with_two_and_say_what_is_right() {
    let output = Command::new(env!("CARGO_BIN_EXE_tidegate-proxy"))
        .args(["--gateway", "gw", "--xds", "unix:/nowhere"])
        .output()
        .await
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("write namespace/name"), "{text}");
}
