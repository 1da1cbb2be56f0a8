//! Tidegate on this machine, as a user starts it, over a directory of manifests: `tidegate up`, or the
//! control plane alone.
//!
//! Owns a directory of its own for manifests and for the run; two worlds never meet. Must not reach into
//! a process: it looks through the CLI, the listeners and the admin sockets. Ends everything when dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::Command;

use crate::client::{Client, Reply};
use crate::process::{self, Process};
use crate::{binaries, deadline};

/// Where the CLI looks for the instance, below the run-time directory `run`.
const RUN_DIR: &str = "run/tidegate/default";

/// How long `tidegate up` may take to end.
pub const STOP_LIMIT: Duration = Duration::from_secs(10);

/// A running instance.
pub struct World {
    dir: TempDir,
    /// `tidegate up`, or the control plane.
    main: Process,
}

// === impl World ===

impl World {
    /// Starts `tidegate up` over these files.
    pub fn up(manifests: &[(&str, String)]) -> Result<World> {
        World::up_with(manifests, &[])
    }

    /// Starts `tidegate up` over these files, with further flags.
    pub fn up_with(manifests: &[(&str, String)], flags: &[&str]) -> Result<World> {
        World::up_in(directory(manifests)?, flags, &[])
    }

    /// Starts `tidegate up` over these files, with further flags and with these variables of the environment for all
    /// processes.
    pub fn up_in_environment(
        manifests: &[(&str, String)],
        flags: &[&str],
        environment: &[(&str, String)],
    ) -> Result<World> {
        World::up_in(directory(manifests)?, flags, environment)
    }

    /// Starts `tidegate up` once more over the same directories, after its end.
    pub fn up_again(self) -> Result<World> {
        World::up_in(self.dir, &[], &[])
    }

    fn up_in(dir: TempDir, flags: &[&str], environment: &[(&str, String)]) -> Result<World> {
        let mut command = command(dir.path(), "tidegate")?;
        command
            .arg("up")
            .arg("-f")
            .arg(dir.path().join("manifests"))
            .args(flags)
            .envs(environment.iter().map(|(name, value)| (*name, value)));
        let main = Process::start(command, &dir.path().join("main.log"))?;
        Ok(World { dir, main })
    }

    /// Starts the control plane alone over these files; who serves is the test's business.
    pub fn control_plane(manifests: &[(&str, String)]) -> Result<World> {
        World::control_plane_with(manifests, &[])
    }

    /// Starts the control plane alone over these files, with further flags.
    pub fn control_plane_with(manifests: &[(&str, String)], flags: &[&str]) -> Result<World> {
        let dir = directory(manifests)?;
        let mut command = command(dir.path(), "tidegate-control-plane")?;
        command.arg("--file").arg(dir.path().join("manifests"));
        command
            .arg("--run-dir")
            .arg(dir.path().join(RUN_DIR))
            .arg("--exit-with-parent")
            .args(flags);
        let main = Process::start(command, &dir.path().join("main.log"))?;
        Ok(World { dir, main })
    }

    /// Writes a manifest in one step, as an editor does.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        place(&self.manifests(), name, text)
    }

    /// Deletes a manifest.
    pub fn remove(&self, name: &str) -> Result<()> {
        fs::remove_file(self.manifests().join(name)).context(name.to_owned())
    }

    /// The directory of manifests.
    pub fn manifests(&self) -> PathBuf {
        self.dir.path().join("manifests")
    }

    /// The directory with the sockets and tokens.
    pub fn run_dir(&self) -> PathBuf {
        self.dir.path().join(RUN_DIR)
    }

    /// The process that the test started.
    pub fn process(&mut self) -> &mut Process {
        &mut self.main
    }

    /// What all processes printed.
    pub fn log(&self) -> String {
        self.main.output()
    }

    /// The process ids of the children called `name`.
    pub fn children(&self, name: &str) -> Result<Vec<u32>> {
        process::children(self.main.id(), name)
    }

    /// `/metrics` of the proxy of a Gateway, written `namespace.name`.
    pub async fn proxy_metrics(&self, gateway: &str) -> Result<String> {
        let socket = self.run_dir().join(format!("proxy-{gateway}.sock"));
        let ask = async {
            let mut stream = UnixStream::connect(&socket).await?;
            let request = "GET /metrics HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n";
            stream.write_all(request.as_bytes()).await?;
            let mut text = String::new();
            stream.read_to_string(&mut text).await?;
            Ok(text)
        };
        deadline::within("/metrics", deadline::SOON, ask).await
    }

    /// Runs the CLI against this instance.
    pub async fn tidegate(&self, args: &[&str]) -> Result<Output> {
        let mut command = command(self.dir.path(), "tidegate")?;
        let output = async { command.args(args).output().await.context("tidegate") };
        deadline::within("tidegate", deadline::SOON, output).await
    }

    /// Probes until `probe` succeeds; the error carries the end of the log.
    pub async fn until<T, F>(&mut self, what: &str, probe: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let outcome = deadline::until(what, deadline::SOON, probe).await;
        if let Some(status) = self.main.ended() {
            bail!("it has ended ({status}):\n{}", self.main.tail());
        }
        outcome.with_context(|| format!("it printed:\n{}", self.main.tail()))
    }

    /// Waits until `url` on `port` is answered by the upstream called `upstream`.
    pub async fn until_served_by(&mut self, port: u16, url: &str, upstream: &str) -> Result<Reply> {
        let client = Client::http1(port);
        self.until(&format!("{url} is served by {upstream}"), || async {
            let reply = client.get(url).await?;
            match reply.header("x-upstream") {
                name if name == upstream => Ok(reply),
                name => bail!("status {} from {name:?}: {}", reply.status, reply.text()),
            }
        })
        .await
    }

    /// Waits until `url` on `port` has this status.
    pub async fn until_status(&mut self, port: u16, url: &str, status: u16) -> Result<Reply> {
        let client = Client::http1(port);
        self.until(&format!("{url} gives {status}"), || async {
            let reply = client.get(url).await?;
            if reply.status.as_u16() == status {
                return Ok(reply);
            }
            bail!("status {}: {}", reply.status, reply.text())
        })
        .await
    }

    /// Asks everything to end and waits for it.
    pub async fn stop(mut self) -> Result<()> {
        let status = self.main.stop(STOP_LIMIT).await?;
        if !status.success() {
            bail!("ended with {status}\n{}", self.main.tail());
        }
        Ok(())
    }
}

/// Writes a file beside its place and renames it.
fn place(dir: &Path, name: &str, text: &str) -> Result<()> {
    let scratch = dir.join(format!(".{name}.new"));
    fs::write(&scratch, text).with_context(|| scratch.display().to_string())?;
    fs::rename(&scratch, dir.join(name)).with_context(|| name.to_owned())
}

/// A new directory with `manifests` in it.
fn directory(manifests: &[(&str, String)]) -> Result<TempDir> {
    let dir = tempfile::Builder::new()
        .prefix("tg")
        .tempdir()
        .context("temporary directory")?;
    fs::create_dir(dir.path().join("manifests"))?;
    for (name, text) in manifests {
        place(&dir.path().join("manifests"), name, text)?;
    }
    Ok(dir)
}

/// A binary of ours with the run-time directory of this world and nothing of the user's environment.
fn command(dir: &Path, name: &str) -> Result<Command> {
    let run = dir.join("run");
    fs::create_dir_all(&run)?;
    let mut command = Command::new(binaries::ours(name)?);
    command
        .env_clear()
        .env("XDG_RUNTIME_DIR", run)
        .env("TIDEGATE_LOG", "info")
        .kill_on_drop(true);
    Ok(command)
}
