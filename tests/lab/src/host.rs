//! The inside of a lab: starts the parts in order, waits until the cluster is usable, runs the command.
//!
//! Owns the parts' command lines. Must not know what is tested in the lab. Invariant: a part that ends by itself ends the
//! lab, with the name of its log; but the API server is started again, as a kubelet would, once nobody holds it down.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::TryStreamExt as _;
use k8s_openapi::api::core::v1::{Node, ServiceAccount};
use kube::api::Api;
use nix::mount::MsFlags;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use tokio::process::{Child, Command};

use crate::access::Tokens;
use crate::args::{Channel, Order, search_path};
use crate::dir::Dir;
use crate::{certificate, child, image, kubeconfig, poll, relay, stage};

/// Address of the API server in the lab's network: the bridge.
const API: &str = "https://10.244.0.1:6443";
const API_PORT: u16 = 6443;
const API_SERVER: &str = "kube-apiserver";
/// Who everything in the lab asks for names.
const RESOLVER: &str =
    "nameserver 10.244.0.1\nsearch svc.cluster.local cluster.local\noptions ndots:4\n";
/// How long a part may take to answer. Two cores that also compile something are slow.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running cluster.
struct Cluster {
    parts: Vec<(&'static str, Child)>,
    api_server: Option<Child>,
    client: kube::Client,
}

/// Starts the cluster, then the command; without one it runs until it is killed.
pub(crate) fn run(order: &Order) -> Result<ExitCode> {
    set_pdeathsig(Signal::SIGKILL)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(live(order));
    runtime.shutdown_background();
    outcome
}

async fn live(order: &Order) -> Result<ExitCode> {
    let dir = Dir::new(&order.dir);
    let mut cluster = Cluster::start(&dir, order).await?;
    std::fs::write(dir.ready(), "")?;
    let Some((program, args)) = order.command.split_first() else {
        return Err(cluster.ended(&dir).await);
    };
    let mut command = Command::new(program);
    command
        .args(args)
        .env("KUBECONFIG", dir.kubeconfig_inside())
        .env("PATH", path(&dir))
        .env("TIDEGATE_LAB", dir.path());
    let mut command = command.spawn().with_context(|| program.clone())?;
    tokio::select! {
        status = command.wait() => Ok(stage::exit_code(status?)),
        error = cluster.ended(&dir) => Err(error),
    }
}

fn path(dir: &Dir) -> String {
    format!("{}:{}", dir.bin().display(), search_path())
}

fn prepare(dir: &Dir, order: &Order) -> Result<Tokens> {
    for name in ["log", "pid", "hold", "bin", "etcd", "node"] {
        std::fs::create_dir_all(dir.join(name))?;
    }
    for name in [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kubectl",
    ] {
        std::os::unix::fs::symlink(order.tools.join("lab-kube"), dir.bin().join(name))?;
    }
    for name in ["lab", "lab-node", "tidegate"] {
        std::os::unix::fs::symlink(order.bin_dir.join(name), dir.bin().join(name))?;
    }
    let none: Option<&str> = None;
    // lab-node answers for names of the cluster.
    let resolver = dir.join("resolv.conf");
    std::fs::write(&resolver, RESOLVER)?;
    nix::mount::mount(
        Some(&resolver),
        "/etc/resolv.conf",
        none,
        MsFlags::MS_BIND,
        none,
    )
    .context("/etc/resolv.conf of the lab")?;
    let etcd = dir.join("etcd");
    nix::mount::mount(Some("tmpfs"), &etcd, Some("tmpfs"), MsFlags::empty(), none)
        .context("a file system in memory for etcd")?;
    certificate::write(dir)?;
    let tokens = Tokens::write(dir)?;
    for (path, token) in [
        (dir.kubeconfig_inside(), &tokens.admin),
        (
            dir.join("controller-manager.kubeconfig"),
            &tokens.controller_manager,
        ),
        (dir.join("node.kubeconfig"), &tokens.node),
    ] {
        kubeconfig::write(dir, &path, API, token)?;
    }
    Ok(tokens)
}

async fn loopback_up() -> Result<()> {
    let (connection, handle, _) = rtnetlink::new_connection()?;
    child::task("netlink", connection);
    let link = handle.link().get().match_name("lo".to_owned()).execute();
    let link = std::pin::pin!(link).try_next().await?.context("no lo")?;
    let up = rtnetlink::LinkUnspec::new_with_index(link.header.index).up();
    handle.link().set(up.build()).execute().await?;
    Ok(())
}

// === impl Cluster ===

impl Cluster {
    async fn start(dir: &Dir, order: &Order) -> Result<Cluster> {
        prepare(dir, order)?;
        loopback_up()
            .await
            .context("the loopback device of the lab")?;
        let parts = vec![("etcd", child::start(dir, "etcd", etcd(dir))?)];
        let mut cluster = Cluster {
            parts,
            api_server: Some(child::start(dir, API_SERVER, apiserver(dir))?),
            client: client(dir).await?,
        };
        cluster.answering(dir).await?;
        let images = image::write(dir, order)?;
        // It makes the bridge, which has the API server's address.
        let node = child::start(dir, "lab-node", node(dir, order, &images))?;
        cluster.parts.push(("lab-node", node));
        let manager = child::start(dir, "kube-controller-manager", controller_manager(dir))?;
        cluster.parts.push(("kube-controller-manager", manager));
        relay::inside(dir, SocketAddr::from((Ipv4Addr::LOCALHOST, API_PORT)))?;
        cluster.install(dir, order.gateway_api).await?;
        cluster.usable(dir).await?;
        Ok(cluster)
    }

    async fn answering(&mut self, dir: &Dir) -> Result<()> {
        let client = self.client.clone();
        self.until(dir, API_SERVER, async || {
            let request = http_get("/readyz")?;
            Ok(client.request_text(request).await.is_ok())
        })
        .await
    }

    /// The Node is there, and a Pod could be admitted.
    async fn usable(&mut self, dir: &Dir) -> Result<()> {
        let client = self.client.clone();
        self.until(dir, "kube-controller-manager", async || {
            let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
            Ok(accounts
                .get_opt("default")
                .await
                .is_ok_and(|found| found.is_some()))
        })
        .await?;
        let client = self.client.clone();
        self.until(dir, "lab-node", async || {
            let nodes: Api<Node> = Api::all(client.clone());
            let nodes = nodes.list(&kube::api::ListParams::default()).await;
            let is_ready = |node: &Node| {
                let conditions = node
                    .status
                    .iter()
                    .flat_map(|status| status.conditions.iter().flatten());
                conditions
                    .filter(|condition| condition.type_ == "Ready")
                    .any(|condition| condition.status == "True")
            };
            Ok(nodes.is_ok_and(|nodes| nodes.items.iter().any(is_ready)))
        })
        .await
    }

    /// The Gateway API's CRDs, from the module that the conformance suite comes from: its sums are pinned in go.sum.
    async fn install(&mut self, dir: &Dir, channel: Channel) -> Result<()> {
        let folder = match channel {
            Channel::None => return Ok(()),
            Channel::Standard => "standard",
            Channel::Experimental => "experimental",
        };
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance");
        let output = Command::new("go")
            .args(["mod", "download", "-json", "sigs.k8s.io/gateway-api"])
            .current_dir(module)
            .output()
            .await
            .context("go, which brings the Gateway API's CRDs")?;
        let module: serde_json::Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let root = module
            .get("Dir")
            .and_then(serde_json::Value::as_str)
            .with_context(|| format!("sigs.k8s.io/gateway-api: {module}"))?;
        let crds = Path::new(root).join("config/crd").join(folder);
        let mut files: Vec<_> = std::fs::read_dir(&crds)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            // The admission policy in there guards upgrades of a cluster; this one is never upgraded.
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().contains("k8s.io_"))
            })
            .collect();
        files.sort();
        let mut apply = self.kubectl(dir);
        apply.args(["apply", "--server-side"]);
        for file in &files {
            apply.arg("-f").arg(file);
        }
        succeed(apply).await?;
        let mut wait = self.kubectl(dir);
        wait.args(["wait", "--for=condition=Established", "crd", "--all"]);
        succeed(wait).await
    }

    fn kubectl(&self, dir: &Dir) -> Command {
        let mut command = Command::new(dir.bin().join("kubectl"));
        command.env("KUBECONFIG", dir.kubeconfig_inside());
        command
    }

    /// Polls until `is_so`; fails when a part has ended or `part` is too slow.
    async fn until(
        &mut self,
        dir: &Dir,
        part: &str,
        mut is_so: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        let limit = tokio::time::Instant::now() + PATIENCE;
        while !is_so().await? {
            self.alive(dir)?;
            if tokio::time::Instant::now() > limit {
                bail!(
                    "{part} is not ready after {PATIENCE:?}: {}",
                    tail(dir, part)
                );
            }
            poll::pause().await;
        }
        Ok(())
    }

    fn alive(&mut self, dir: &Dir) -> Result<()> {
        let api_server = self.api_server.iter_mut().map(|part| (API_SERVER, part));
        let parts = self.parts.iter_mut().map(|(name, part)| (*name, part));
        for (name, part) in parts.chain(api_server) {
            if let Some(status) = part.try_wait()? {
                bail!("{name} has ended ({status}): {}", tail(dir, name));
            }
        }
        Ok(())
    }

    /// Waits for a part to end.
    async fn ended(&mut self, dir: &Dir) -> anyhow::Error {
        loop {
            if let Err(error) = self.revive(dir).and_then(|()| self.alive(dir)) {
                return error;
            }
            poll::pause().await;
        }
    }

    /// Starts the API server again if it has ended and is not held down.
    fn revive(&mut self, dir: &Dir) -> Result<()> {
        if let Some(part) = &mut self.api_server {
            if part.try_wait()?.is_none() {
                return Ok(());
            }
            self.api_server = None;
        }
        if !dir.hold(API_SERVER).exists() {
            self.api_server = Some(child::start(dir, API_SERVER, apiserver(dir))?);
        }
        Ok(())
    }
}

fn tail(dir: &Dir, part: &str) -> String {
    let path = dir.log(part);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines
        .get(lines.len().saturating_sub(12)..)
        .unwrap_or_default();
    format!("{}\n{}", path.display(), last.join("\n"))
}

async fn client(dir: &Dir) -> Result<kube::Client> {
    let text = std::fs::read_to_string(dir.kubeconfig_inside())?;
    let kubeconfig = kube::config::Kubeconfig::from_yaml(&text)?;
    let options = kube::config::KubeConfigOptions::default();
    let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await?;
    // There is no bridge yet.
    config.cluster_url = format!("https://127.0.0.1:{API_PORT}").parse()?;
    Ok(kube::Client::try_from(config)?)
}

fn http_get(path: &str) -> Result<http::Request<Vec<u8>>> {
    Ok(http::Request::get(path).body(Vec::new())?)
}

async fn succeed(mut command: Command) -> Result<()> {
    let output = command
        .output()
        .await
        .with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn etcd(dir: &Dir) -> Command {
    let mut command = Command::new(dir.bin().join("etcd"));
    command
        .arg("--data-dir")
        .arg(dir.join("etcd").join("data"))
        // Gone with the lab anyway.
        .arg("--unsafe-no-fsync")
        .args(["--listen-client-urls", "http://127.0.0.1:2379"])
        .args(["--advertise-client-urls", "http://127.0.0.1:2379"])
        .args(["--listen-peer-urls", "http://127.0.0.1:2380"])
        .args(["--initial-advertise-peer-urls", "http://127.0.0.1:2380"])
        .args(["--initial-cluster", "default=http://127.0.0.1:2380"]);
    command
}

fn apiserver(dir: &Dir) -> Command {
    let mut command = Command::new(dir.bin().join("kube-apiserver"));
    let file = |flag: &str, name: &str| format!("--{flag}={}", dir.join(name).display());
    command
        .arg("--etcd-servers=http://127.0.0.1:2379")
        .args(["--bind-address=0.0.0.0", "--advertise-address=10.244.0.1"])
        .arg(format!("--secure-port={API_PORT}"))
        .arg("--service-cluster-ip-range=10.96.0.0/16")
        .args([
            file("tls-cert-file", "apiserver.crt"),
            file("tls-private-key-file", "apiserver.key"),
        ])
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .args([
            file("service-account-key-file", "sa.pub"),
            file("service-account-signing-key-file", "sa.key"),
            file("token-auth-file", "tokens.csv"),
            file("kubelet-client-certificate", "kubelet.crt"),
            file("kubelet-client-key", "kubelet.key"),
            file("cert-dir", "cert"),
        ])
        .args([
            "--authorization-mode=RBAC",
            "--kubelet-preferred-address-types=InternalIP",
        ])
        .arg("--allow-privileged")
        // Two cores: what protects a shared server only costs here.
        .args([
            "--enable-priority-and-fairness=false",
            "--max-requests-inflight=0",
        ])
        .arg("--max-mutating-requests-inflight=0");
    command
}

fn controller_manager(dir: &Dir) -> Command {
    const CONTROLLERS: &str = "deployment-controller,replicaset-controller,daemonset-controller,\
        endpointslice-controller,namespace-controller,garbage-collector-controller,\
        serviceaccount-controller,root-ca-certificate-publisher-controller,disruption-controller,\
        horizontal-pod-autoscaler-controller,job-controller";
    let file = |flag: &str, name: &str| format!("--{flag}={}", dir.join(name).display());
    let mut command = Command::new(dir.bin().join("kube-controller-manager"));
    command
        .args([
            file("kubeconfig", "controller-manager.kubeconfig"),
            file("service-account-private-key-file", "sa.key"),
            file("root-ca-file", "ca.crt"),
            file("cert-dir", "cert"),
        ])
        .arg("--leader-elect=false")
        .args(["--kube-api-qps=200", "--kube-api-burst=400"])
        .arg(format!("--controllers={CONTROLLERS}"));
    command
}

fn node(dir: &Dir, order: &Order, images: &Path) -> Command {
    let mut command = Command::new(order.bin_dir.join("lab-node"));
    command
        .arg("run")
        .arg("--kubeconfig")
        .arg(dir.join("node.kubeconfig"))
        .arg("--images")
        .arg(images)
        .arg("--state-dir")
        .arg(dir.join("node"));
    command
}
