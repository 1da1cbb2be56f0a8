//! Puts lab-node together and runs it until it is told to stop.
//!
//! Must not decide anything. Invariant: the Node is registered only after Pods can be run, and on
//! the way out every process is killed before lab-node goes.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::task::TaskTracker;

use crate::args::RunArgs;
use crate::cluster::Cluster;
use crate::images::ImageMap;
use crate::ipam::Pool;
use crate::kubelet::Kubelet;
use crate::load_balancer::LoadBalancer;
use crate::net::Network;
use crate::services::Services;
use crate::spawn::Spawner;
use crate::{control, kubelet_api, names, register};

/// Runs Pods until SIGTERM or SIGINT.
pub(crate) async fn run(args: RunArgs) -> Result<()> {
    let images = std::fs::read_to_string(&args.images)
        .with_context(|| format!("image map {} cannot be read", args.images.display()))?;
    let images =
        ImageMap::parse(&images).with_context(|| format!("image map {}", args.images.display()))?;
    std::fs::create_dir_all(&args.state_dir)
        .with_context(|| format!("state directory {}", args.state_dir.display()))?;
    let state_dir = std::fs::canonicalize(&args.state_dir)?;
    // Left by a lab-node that was killed: its processes went with it.
    let _ = std::fs::remove_dir_all(state_dir.join("pods"));
    let tasks = TaskTracker::new();
    let spawner = Spawner::start()?;
    let node_ip = args.bridge.address;
    let network = Network::open(node_ip).await.context("the node's network")?;
    let config = config(&args).await?;
    let client = Client::try_from(config.clone())?;
    let cluster = Cluster::open(client.clone(), &args.node_name, &tasks).await?;
    let kubelet = Arc::new(Kubelet {
        cluster,
        spawner,
        images,
        network,
        node_name: args.node_name.clone(),
        node_ip,
        kubernetes_ip: args.kubernetes_ip,
        grace_cap: args.grace_cap,
        program: std::env::current_exe()?,
        pid: i32::try_from(std::process::id())?,
        state_dir,
        tasks: tasks.clone(),
        addresses: Mutex::new(Pool::new(args.bridge, &[node_ip])),
        pods: Mutex::new(BTreeMap::new()),
        binding: Mutex::default(),
    });
    tasks.spawn(kubelet_api::open(kubelet.clone(), args.listen).await?);
    tasks.spawn(control::open(kubelet.clone())?);
    let balancer = LoadBalancer::new(kubelet.clone(), Pool::new(args.vips, &[]));
    tasks.spawn(balancer.run());
    let api_server = api_server(&config);
    tasks.spawn(Services::new(kubelet.clone(), api_server).run());
    tasks.spawn(names::open(kubelet.clone()).await?);
    let port = args.listen.port();
    register::register(
        &client,
        &args.node_name,
        node_ip,
        args.bridge.network(),
        port,
    )
    .await?;
    tracing::info!(node = args.node_name, address = %node_ip, "running Pods");
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        () = kubelet.run() => {}
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    // Dropped with the runtime, every child is killed.
    tracing::info!("stopping");
    Ok(())
}

async fn config(args: &RunArgs) -> Result<Config> {
    let file = Kubeconfig::read_from(&args.kubeconfig)
        .with_context(|| format!("kubeconfig {} cannot be read", args.kubeconfig.display()))?;
    let options = KubeConfigOptions::default();
    Config::from_custom_kubeconfig(file, &options)
        .await
        .context("kubeconfig")
}

/// Where the API server really is, for the Service `kubernetes`.
fn api_server(config: &Config) -> Option<SocketAddrV4> {
    let url = &config.cluster_url;
    let port = url.port_u16().unwrap_or(443);
    Some(SocketAddrV4::new(url.host()?.parse().ok()?, port))
}
