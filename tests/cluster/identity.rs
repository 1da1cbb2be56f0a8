//! Who is who by a real API server's facts: tokens of accounts, the Secret of the certificates, viewers.
//!
//! Starts a control plane of its own over a directory: only who may ask is judged by the cluster here.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use grpc::address::Address;
use grpc::connect::{self, connect_with};
use grpc::tls::ClientTls;
use grpc::token::BearerToken;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use proto::tidegate::v1::{GetStatusRequest, WatchInfrastructureRequest};
use proto::type_url::TypeUrl;
use tempfile::TempDir;
use tests::client::Client;
use tests::process::Process;
use tests::{binaries, deadline, port};
use tokio::process::Command;
use tonic::{Code, Status, Streaming};

use crate::cluster::Cluster;

const NAMESPACE: &str = "identity";
const NAME: &str = "cp.identity.test";

/// A control plane that asks the cluster who calls.
struct ControlPlane {
    dir: TempDir,
    process: Process,
    xds: u16,
    probes: u16,
}

/// An open stream and what keeps it open.
struct Open {
    responses: Streaming<DeltaDiscoveryResponse>,
    _requests: tokio::sync::mpsc::UnboundedSender<DeltaDiscoveryRequest>,
}

impl ControlPlane {
    async fn start(cluster: &Cluster) -> Result<ControlPlane> {
        let dir = tempfile::tempdir()?;
        let (xds, probes) = (port::free()?, port::free()?);
        fs::create_dir(dir.path().join("manifests"))?;
        let names = ["edge", "own-a", "own-b", "other"];
        let manifests: Vec<String> = names.iter().map(|name| gateway(name, "")).collect();
        fs::write(
            dir.path().join("manifests/all.yaml"),
            manifests.join("---\n"),
        )?;
        let mut command = Command::new(binaries::ours("tidegate-control-plane")?);
        command
            .env_clear()
            .env("KUBECONFIG", cluster.kubeconfig())
            .args([
                "--cluster-identity",
                "--exit-with-parent",
                "--tls-name",
                NAME,
            ])
            .args(["--listen", &format!("127.0.0.1:{xds}")])
            .args(["--probes", &format!("127.0.0.1:{probes}")])
            .arg("--file")
            .arg(dir.path().join("manifests"))
            .arg("--run-dir")
            .arg(dir.path().join("run"));
        let process = Process::start(command, &dir.path().join("log"))?;
        let started = ControlPlane {
            dir,
            process,
            xds,
            probes,
        };
        started.read_authority(cluster).await?;
        Ok(started)
    }

    /// Waits until the Secret is there, and its authority the one that signed what is shown.
    async fn read_authority(&self, cluster: &Cluster) -> Result<()> {
        let what = "the certificate of the Secret is shown";
        deadline::until(what, deadline::SOON, || async {
            let get = [
                "get",
                "secret",
                "tidegate-xds",
                "-o",
                "jsonpath={.data.ca\\.crt}",
            ];
            let text = cluster.kubectl(&get).await?;
            let command = format!("echo {text} | base64 -d");
            let output = Command::new("sh").args(["-c", &command]).output().await?;
            fs::write(self.path("ca.pem"), output.stdout)?;
            connect_with(&self.address()?, Some(&self.tls())).await?;
            Ok(())
        })
        .await
        .with_context(|| self.process.tail())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn address(&self) -> Result<Address> {
        Ok(format!("127.0.0.1:{}", self.xds).parse()?)
    }

    fn tls(&self) -> ClientTls {
        ClientTls {
            ca: self.path("ca.pem"),
            server_name: Some(NAME.to_owned()),
            identity: None,
        }
    }

    async fn open(&self, token: &str, gateway: &str) -> Result<Result<Open, Status>> {
        let channel = connect_with(&self.address()?, Some(&self.tls())).await?;
        let mut client = connect::ads(channel, BearerToken::new(token)?);
        let (requests, queued) = tokio::sync::mpsc::unbounded_channel();
        requests.send(DeltaDiscoveryRequest {
            node: Some(Node {
                id: "test".to_owned(),
                cluster: gateway.to_owned(),
                ..Node::default()
            }),
            type_url: TypeUrl::Secret.as_str().to_owned(),
            ..DeltaDiscoveryRequest::default()
        })?;
        let queued = tokio_stream::wrappers::UnboundedReceiverStream::new(queued);
        let answered = client.delta_aggregated_resources(queued).await;
        let mut responses = match answered {
            Ok(answered) => answered.into_inner(),
            Err(status) => return Ok(Err(status)),
        };
        let first = responses.message();
        Ok(
            match deadline::within("an answer", deadline::SOON, async { Ok(first.await) }).await? {
                Ok(_) => Ok(Open {
                    responses,
                    _requests: requests,
                }),
                Err(status) => Err(status),
            },
        )
    }

    /// How a stream of this token for this Gateway ends; `None` if it is served.
    async fn check(&self, token: &str, gateway: &str, expected: Option<Code>) -> Result<()> {
        let refused = self.open(token, gateway).await?.err();
        let code = refused.as_ref().map(Status::code);
        ensure!(code == expected, "{gateway}: {refused:?}, not {expected:?}");
        Ok(())
    }
}

fn gateway(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: {NAMESPACE}, annotations: {{{annotations}}}}}
spec:
  gatewayClassName: tidegate
  listeners: [{{name: http, protocol: HTTP, port: 80}}]
"
    )
}

fn account(name: &str, owner: Option<(&str, &str)>) -> String {
    let owners = owner.map_or_else(String::new, |(name, uid)| {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, name: {name}, uid: {uid}, controller: true}}"
        )
    });
    format!(
        "apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, namespace: {NAMESPACE}, ownerReferences: [{owners}]}}
"
    )
}

async fn uid(cluster: &Cluster, gateway: &str) -> Result<String> {
    let get = [
        "-n",
        NAMESPACE,
        "get",
        "gateway",
        gateway,
        "-o",
        "jsonpath={.metadata.uid}",
    ];
    cluster.kubectl(&get).await
}

async fn token(cluster: &Cluster, account: &str, audience: &str) -> Result<String> {
    let create = [
        "-n",
        NAMESPACE,
        "create",
        "token",
        account,
        "--audience",
        audience,
    ];
    Ok(cluster.kubectl(&create).await?.trim().to_owned())
}

/// A token opens the streams of the Gateways that the account's facts name, and no others.
pub(crate) async fn tokens_of_accounts(cluster: &Cluster) -> Result<()> {
    cluster.namespace(NAMESPACE).await?;
    let names_own = "tidegate.dev/proxy-service-account: own";
    let objects = [
        gateway("edge", ""),
        gateway("other", ""),
        gateway("own-a", names_own),
        gateway("own-b", names_own),
        account("own", None),
        account("nobody", None),
    ];
    cluster.apply(&objects.join("---\n")).await?;
    let owner = uid(cluster, "edge").await?;
    cluster
        .apply(&account("gw-edge", Some(("edge", &owner))))
        .await?;
    let control_plane = ControlPlane::start(cluster).await?;
    let ours = |name: &str| format!("{NAMESPACE}/{name}");

    let edge = token(cluster, "gw-edge", "tidegate").await?;
    control_plane.check(&edge, &ours("edge"), None).await?;
    control_plane.check(&edge, "", None).await?;
    let denied = Some(Code::PermissionDenied);
    control_plane.check(&edge, &ours("other"), denied).await?;
    control_plane.check(&edge, "default/edge", denied).await?;
    let own = token(cluster, "own", "tidegate").await?;
    control_plane.check(&own, &ours("own-a"), None).await?;
    control_plane.check(&own, &ours("own-b"), None).await?;
    control_plane.check(&own, &ours("edge"), denied).await?;
    control_plane.check(&own, "", denied).await?;
    let nobody = token(cluster, "nobody", "tidegate").await?;
    control_plane.check(&nobody, &ours("edge"), denied).await?;
    let unknown = Some(Code::Unauthenticated);
    let for_others = token(cluster, "gw-edge", "https://kubernetes.default.svc").await?;
    control_plane
        .check(&for_others, &ours("edge"), unknown)
        .await?;
    control_plane
        .check("eyJhbGciOiJub25lIn0.e30.", &ours("edge"), unknown)
        .await?;

    // A Gateway that is made again is another one, which owns nothing; an account that is gone is nobody.
    let fresh = token(cluster, "gw-edge", "tidegate").await?;
    let delete = [
        "-n",
        NAMESPACE,
        "delete",
        "gateway",
        "edge",
        "--cascade=orphan",
    ];
    cluster.kubectl(&delete).await?;
    cluster.apply(&gateway("edge", "")).await?;
    control_plane.check(&fresh, &ours("edge"), denied).await?;
    let last = token(cluster, "own", "tidegate").await?;
    cluster
        .kubectl(&["-n", NAMESPACE, "delete", "serviceaccount", "own"])
        .await?;
    control_plane.check(&last, &ours("own-a"), unknown).await?;

    let metrics = Client::http1(control_plane.probes)
        .get("http://cp/metrics")
        .await?
        .text();
    for line in [
        "tidegate_control_plane_refused_streams_total{reason=\"Unauthenticated\"} 3",
        "tidegate_control_plane_refused_streams_total{reason=\"PermissionDenied\"} 6",
    ] {
        ensure!(metrics.contains(line), "no {line} in\n{metrics}");
    }
    cluster
        .kubectl(&["delete", "namespace", NAMESPACE])
        .await
        .map(drop)
}

/// Who may get FleetReports may look, and get no proxy's token.
pub(crate) async fn viewers(cluster: &Cluster) -> Result<()> {
    cluster.namespace(NAMESPACE).await?;
    cluster.apply(&account("viewer", None)).await?;
    let control_plane = ControlPlane::start(cluster).await?;
    let status = async |token: &str| {
        let channel = connect_with(&control_plane.address()?, Some(&control_plane.tls())).await?;
        let mut client = connect::admin(channel, BearerToken::new(token)?);
        let status = client.get_status(GetStatusRequest {}).await;
        let watch = client
            .watch_infrastructure(WatchInfrastructureRequest {})
            .await;
        let code = |status: Status| status.code();
        anyhow::Ok((status.err().map(code), watch.err().map(code)))
    };
    let denied = Some(Code::PermissionDenied);
    let before = token(cluster, "viewer", "tidegate").await?;
    ensure!(status(&before).await? == (denied, denied));
    let rules = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: identity-viewer}
rules: [{apiGroups: [tidegate.dev], resources: [fleetreports], verbs: [get]}]
";
    cluster.apply(rules).await?;
    let account = format!("--serviceaccount={NAMESPACE}:viewer");
    let bind = [
        "create",
        "clusterrolebinding",
        "identity-viewer",
        "--clusterrole=identity-viewer",
        &account,
    ];
    cluster.kubectl(&bind).await?;
    let after = token(cluster, "viewer", "tidegate").await?;
    deadline::until("the role counts", deadline::SOON, || async {
        let found = status(&after).await?;
        ensure!(found == (None, denied), "{found:?}");
        Ok(())
    })
    .await?;
    let binding = [
        "delete",
        "clusterrolebinding,clusterrole",
        "identity-viewer",
    ];
    cluster.kubectl(&binding).await?;
    cluster
        .kubectl(&["delete", "namespace", NAMESPACE])
        .await
        .map(drop)
}

/// Another authority in the Secret is shown to whoever connects then; whoever is connected stays.
pub(crate) async fn certificates_rotate(cluster: &Cluster) -> Result<()> {
    cluster.namespace(NAMESPACE).await?;
    cluster
        .apply(&gateway("edge", "tidegate.dev/proxy-service-account: own"))
        .await?;
    cluster.apply(&account("own", None)).await?;
    let control_plane = ControlPlane::start(cluster).await?;
    // A second replica finds what the first one made.
    let second = ControlPlane::start(cluster).await?;
    let authority = |replica: &ControlPlane| fs::read(replica.path("ca.pem"));
    ensure!(
        authority(&second)? == authority(&control_plane)?,
        "two authorities"
    );
    let token = token(cluster, "own", "tidegate").await?;
    let gateway = format!("{NAMESPACE}/edge");
    let mut open = control_plane.open(&token, &gateway).await??;
    let old = authority(&control_plane)?;
    cluster
        .kubectl(&["delete", "secret", "tidegate-xds"])
        .await?;
    for replica in [&control_plane, &second] {
        deadline::until("another authority", deadline::SOON, || async {
            replica.read_authority(cluster).await?;
            ensure!(authority(replica)? != old, "still the old one");
            Ok(())
        })
        .await?;
        replica.check(&token, &gateway, None).await?;
    }
    // The old stream has heard nothing of it: a message that is not there yet is no end.
    let quiet = tokio::select! {
        biased;
        ended = open.responses.message() => Some(ended),
        () = tokio::task::yield_now() => None,
    };
    ensure!(quiet.is_none(), "the stream ended: {quiet:?}");
    cluster
        .kubectl(&["delete", "namespace", NAMESPACE])
        .await
        .map(drop)
}
