//! The cluster that a test runs in.
//!
//! Must not know what is tested: it applies manifests, asks kubectl and waits for conditions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tests::process::{Signal, send};
use tests::{binaries, deadline};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::table::Test;

/// Enough for Pods to start on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// A running lab.
#[derive(Clone)]
pub(crate) struct Cluster {
    dir: Arc<Path>,
}

impl Cluster {
    /// The lab of a directory, in whose network this process is.
    pub(crate) fn open(dir: PathBuf) -> Result<Cluster> {
        let cluster = Cluster { dir: dir.into() };
        if !cluster.kubeconfig().is_file() {
            bail!("{} is not the directory of a lab", cluster.dir.display());
        }
        Ok(cluster)
    }

    /// An administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.dir.join("inside.kubeconfig")
    }

    /// Runs one test.
    pub(crate) fn run(&self, test: Test) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(test(self))
    }

    /// kubectl with these words; its output.
    pub(crate) async fn kubectl(&self, args: &[&str]) -> Result<String> {
        self.kubectl_with(args, "").await
    }

    /// kubectl with these words and this standard input.
    pub(crate) async fn kubectl_with(&self, args: &[&str], input: &str) -> Result<String> {
        let mut child = Command::new(self.dir.join("bin/kubectl"))
            .args(args)
            .env("KUBECONFIG", self.kubeconfig())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("kubectl")?;
        let mut stdin = child.stdin.take().context("no standard input")?;
        let feed = async {
            stdin.write_all(input.as_bytes()).await?;
            drop(stdin);
            anyhow::Ok(())
        };
        let (fed, output) = tokio::join!(feed, child.wait_with_output());
        let output = output?;
        if !output.status.success() {
            bail!(
                "kubectl {}: {}",
                args.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        fed?;
        Ok(String::from_utf8(output.stdout)?)
    }

    /// What the node is told to do to a Pod.
    pub(crate) async fn control(&self, args: &[&str]) -> Result<String> {
        let output = Command::new(binaries::ours("lab-node")?)
            .args(["ctl", "--state-dir"])
            .arg(self.dir.join("node"))
            .args(args)
            .output()
            .await
            .context("lab-node")?;
        if !output.status.success() {
            bail!(
                "lab-node ctl {}: {}",
                args.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Server-side apply.
    pub(crate) async fn apply(&self, manifests: &str) -> Result<()> {
        let apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        self.kubectl_with(&apply, manifests).await.map(drop)
    }

    /// Puts in what every test may rely on.
    pub(crate) async fn furnish(&self) -> Result<()> {
        let crds = binaries::repository("deploy/crds").display().to_string();
        self.kubectl(&["apply", "--server-side", "-k", &crds])
            .await?;
        self.apply(include_str!("fixture.yaml")).await?;
        self.kubectl(&["wait", "--for=condition=Established", "crd", "--all"])
            .await
            .map(drop)
    }

    /// A namespace that was not there before.
    pub(crate) async fn namespace(&self, name: &str) -> Result<()> {
        self.kubectl(&["create", "namespace", name]).await.map(drop)
    }

    /// Kills the API server and keeps it down.
    pub(crate) async fn stop_api_server(&self) -> Result<()> {
        std::fs::write(self.hold(), "")?;
        let pid = std::fs::read_to_string(self.dir.join("pid/kube-apiserver"))?;
        send(pid.trim().parse()?, Signal::Kill)?;
        deadline::until("the API server is down", SOON, async || {
            match self.kubectl(&["get", "--raw", "/readyz"]).await {
                Ok(_) => bail!("it answers"),
                Err(_) => Ok(()),
            }
        })
        .await
    }

    /// Lets it come up again and waits for it.
    pub(crate) async fn start_api_server(&self) -> Result<()> {
        std::fs::remove_file(self.hold())?;
        deadline::until("the API server is up", SOON, async || {
            self.kubectl(&["get", "--raw", "/readyz"]).await.map(drop)
        })
        .await
    }

    /// Kills the API server; it comes up again.
    pub(crate) async fn restart_api_server(&self) -> Result<()> {
        self.stop_api_server().await?;
        self.start_api_server().await
    }

    /// Makes etcd forget all but the present.
    pub(crate) async fn compact(&self) -> Result<()> {
        let range = json!({"key": "AA==", "range_end": "AA==", "count_only": true});
        let answer = etcd("range", &range).await?;
        let revision = answer.pointer("/header/revision").context("no revision")?;
        let compaction = json!({"revision": revision, "physical": true});
        etcd("compaction", &compaction).await.map(drop)
    }

    fn hold(&self) -> PathBuf {
        self.dir.join("hold/kube-apiserver")
    }

    /// An object as JSON.
    pub(crate) async fn get(&self, namespace: &str, kind: &str, name: &str) -> Result<Value> {
        let text = self
            .kubectl(&["-n", namespace, "get", kind, name, "-o", "json"])
            .await?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Waits until an object is as `is_so` wants it.
    pub(crate) async fn until_object(
        &self,
        (namespace, kind, name): (&str, &str, &str),
        is_so: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let what = format!("{kind} {namespace}/{name}");
        deadline::until(&what, SOON, async || {
            let object = self.get(namespace, kind, name).await?;
            match is_so(&object) {
                true => Ok(object),
                false => bail!("{what} is {}", serde_json::to_string_pretty(&object)?),
            }
        })
        .await
    }
}

/// A call of etcd's key-value service, by its JSON gateway.
async fn etcd(method: &str, body: &Value) -> Result<Value> {
    let output = Command::new("curl")
        .args(["-sf", "-X", "POST", "-d", &body.to_string()])
        .arg(format!("http://127.0.0.1:2379/v3/kv/{method}"))
        .output()
        .await
        .context("curl")?;
    if !output.status.success() {
        bail!("etcd refuses {method}: {}", output.status);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
