//! The control socket: what `lab-node ctl` asks of a running lab-node.
//!
//! One request and one answer per connection, as JSON lines. Must not know the command line beyond
//! `Action`. Invariant: only the user that runs lab-node can connect (the socket's mode).

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use k8s_openapi::jiff::Timestamp;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::args::{Action, CtlArgs, duration};
use crate::kubelet::{Kubelet, Running};
use crate::kubelet_api;
use crate::log_filter::LogQuery;
use crate::net::Wire;
use crate::process::signal_group;
use crate::relay::Shape;
use crate::slow;

const SOCKET: &str = "control.sock";

#[derive(Serialize, Deserialize)]
enum Answer {
    Done(String),
    Failed(String),
}

/// Binds the socket; the server is run by the future that is returned.
pub(crate) fn open(kubelet: Arc<Kubelet>) -> Result<impl Future<Output = ()> + use<>> {
    let path = kubelet.state_dir.join(SOCKET);
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)
        .with_context(|| format!("control socket {} cannot be bound", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let kubelet = kubelet.clone();
            kubelet.tasks.clone().spawn(async move {
                // A client that went away needs no answer.
                let _ = serve(&kubelet, stream).await;
            });
        }
    })
}

/// Asks a running lab-node.
pub(crate) async fn ask(args: CtlArgs) -> Result<String> {
    let path = args.state_dir.join(SOCKET);
    let mut stream = connect(&path).await?;
    let mut request = serde_json::to_vec(&args.action)?;
    request.push(b'\n');
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    match serde_json::from_slice(&answer).context("lab-node went away before it answered")? {
        Answer::Done(text) => Ok(text),
        Answer::Failed(why) => Err(anyhow!(why)),
    }
}

async fn connect(path: &Path) -> Result<UnixStream> {
    UnixStream::connect(path).await.with_context(|| {
        format!(
            "no lab-node answers at {}: give --state-dir of a running one",
            path.display()
        )
    })
}

async fn serve(kubelet: &Arc<Kubelet>, stream: UnixStream) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let action = serde_json::from_str(&line)?;
    let answer = match act(kubelet, action).await {
        Ok(text) => Answer::Done(text),
        Err(error) => Answer::Failed(format!("{error:#}")),
    };
    stream.write_all(&serde_json::to_vec(&answer)?).await?;
    stream.shutdown().await?;
    Ok(())
}

async fn act(kubelet: &Arc<Kubelet>, action: Action) -> Result<String> {
    match action {
        Action::Ps => Ok(list(kubelet)),
        Action::Logs {
            pod,
            container,
            previous,
        } => logs(kubelet, &pod, container, previous).await,
        Action::Kill {
            pod,
            container,
            signal,
        } => {
            let running = find(kubelet, &pod)?;
            let count = send(&running, container.as_deref(), named(&signal)?)?;
            Ok(format!("{signal} to {count} container(s) of {pod}\n"))
        }
        Action::Freeze { pod } => {
            send(find(kubelet, &pod)?.as_ref(), None, Signal::SIGSTOP)?;
            Ok(format!("{pod} is frozen\n"))
        }
        Action::Thaw { pod } => {
            send(find(kubelet, &pod)?.as_ref(), None, Signal::SIGCONT)?;
            Ok(format!("{pod} goes on\n"))
        }
        Action::Cut { pod } => {
            wire(find(kubelet, &pod)?.as_ref())?.cut().await?;
            Ok(format!("{pod} is cut off\n"))
        }
        Action::Heal { pod } => {
            slow::end(find(kubelet, &pod)?.as_ref()).await;
            wire(find(kubelet, &pod)?.as_ref())?.heal().await?;
            Ok(format!("{pod} is connected\n"))
        }
        Action::Slow { pod, delay, rate } => {
            let shape = Shape {
                delay: duration(&delay).map_err(|e| anyhow!(e))?,
                rate,
            };
            slow::begin(kubelet, &find(kubelet, &pod)?, shape).await?;
            Ok(format!("{pod} answers {delay} later\n"))
        }
    }
}

fn list(kubelet: &Kubelet) -> String {
    let mut rows = String::new();
    for running in kubelet.pods().values() {
        let address = running
            .view
            .address()
            .map(|a| a.to_string())
            .unwrap_or_default();
        for (name, view) in running.view.containers() {
            let pid = view
                .pid
                .map(|p| p.to_string())
                .unwrap_or_else(|| "-".into());
            let ready = if view.ready { "ready" } else { "not ready" };
            let state = match view.state {
                crate::view::State::Waiting { reason, .. } => reason,
                crate::view::State::Running { .. } => "Running".into(),
                crate::view::State::Terminated(end) => format!("{} {}", end.reason, end.code),
            };
            let key = &running.view.key;
            let restarts = view.restarts;
            rows.push_str(&format!(
                "{key}\t{name}\t{address}\t{pid}\t{state}\t{ready}\t{restarts} restarts\n"
            ));
        }
    }
    rows
}

async fn logs(
    kubelet: &Kubelet,
    pod: &str,
    container: Option<String>,
    previous: bool,
) -> Result<String> {
    let running = find(kubelet, pod)?;
    let names: Vec<String> = running.view.containers().into_keys().collect();
    let name = match (&container, names.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, _) => bail!(
            "{pod} has several containers, name one: {}",
            names.join(", ")
        ),
    };
    let log = running.view.log(name);
    let log = log.with_context(|| format!("{pod} has no container {name}"))?;
    let query = LogQuery {
        previous,
        ..LogQuery::default()
    };
    let (reading, mut output) = kubelet_api::read(log.clone(), &query, Timestamp::now())?;
    let mut text = Vec::new();
    let collecting = async {
        while let Some(bytes) = output.recv().await {
            text.extend_from_slice(&bytes);
        }
    };
    tokio::join!(reading, collecting);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn find(kubelet: &Kubelet, key: &str) -> Result<Arc<Running>> {
    kubelet
        .find(key)
        .with_context(|| format!("no Pod {key} runs here: write NAMESPACE/NAME, see `ctl ps`"))
}

fn wire(running: &Running) -> Result<&Arc<Wire>> {
    let wire = running.wire.get();
    wire.with_context(|| format!("{} has no network of its own", running.view.key))
}

fn send(running: &Running, container: Option<&str>, signal: Signal) -> Result<usize> {
    let containers = running.view.containers();
    let chosen = containers
        .iter()
        .filter(|(name, _)| container.is_none_or(|c| c == name.as_str()));
    let pids: Vec<i32> = chosen.filter_map(|(_, view)| view.pid).collect();
    if pids.is_empty() {
        bail!("nothing runs in {}", running.view.key);
    }
    for pid in &pids {
        signal_group(*pid, signal);
    }
    Ok(pids.len())
}

fn named(signal: &str) -> Result<Signal> {
    let upper = signal.to_ascii_uppercase();
    let full = if upper.starts_with("SIG") {
        upper
    } else {
        format!("SIG{upper}")
    };
    Signal::from_str(&full).map_err(|_| anyhow!("`{signal}` is no signal: try KILL, TERM or HUP"))
}
