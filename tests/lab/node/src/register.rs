//! The Node object: that there is a machine, and where its kubelet listens.
//!
//! Must not know Pods. Invariant: the object is made once and only its status is written again; no
//! lease is kept, because nobody in the lab watches over nodes.

use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;

use crate::field::CAPACITY;
use crate::ipam::Cidr;

/// Makes the Node, or takes it over from an earlier run.
pub(crate) async fn register(
    client: &Client,
    name: &str,
    address: Ipv4Addr,
    network: Cidr,
    port: u16,
) -> Result<()> {
    let nodes = Api::<Node>::all(client.clone());
    let node: Node = serde_json::from_value(json!({
        "metadata": {"name": name, "labels": {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": std::env::consts::ARCH,
        }},
        "spec": {"podCIDR": network.to_string(), "podCIDRs": [network.to_string()]},
    }))?;
    match nodes.create(&PostParams::default(), &node).await {
        Ok(_) => {}
        Err(kube::Error::Api(status)) if status.code == 409 => {}
        Err(error) => return Err(error).context("the Node cannot be made"),
    }
    let now = Time(Timestamp::now());
    let condition = |kind: &str, status: &str, reason: &str| {
        json!({"type": kind, "status": status, "reason": reason, "message": "lab-node is running",
            "lastHeartbeatTime": now, "lastTransitionTime": now})
    };
    let mut resources = serde_json::Map::new();
    resources.extend(CAPACITY.map(|(name, quantity)| (name.to_owned(), json!(quantity))));
    resources.insert("pods".into(), json!("250"));
    let status = json!({"status": {
        "capacity": resources,
        "allocatable": resources,
        // No host name: an API server prefers it, and nobody could resolve it.
        "addresses": [{"type": "InternalIP", "address": address.to_string()}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        "conditions": [
            condition("MemoryPressure", "False", "LabNode"),
            condition("DiskPressure", "False", "LabNode"),
            condition("PIDPressure", "False", "LabNode"),
            condition("Ready", "True", "LabNode"),
        ],
        "nodeInfo": {
            "architecture": std::env::consts::ARCH,
            "operatingSystem": "linux",
            "osImage": "lab-node",
            "kernelVersion": kernel(),
            "kubeletVersion": "v1.36.3",
            "kubeProxyVersion": "",
            "containerRuntimeVersion": "process://1",
            "machineID": "", "systemUUID": "", "bootID": "",
        },
    }});
    nodes
        .patch_status(name, &PatchParams::default(), &Patch::Merge(&status))
        .await
        .context("the Node's status cannot be written")?;
    // Admission marks every new Node as not ready. What takes that back does not run here, and DaemonSets heed it.
    let ready = json!({"spec": {"taints": null}});
    nodes
        .patch(name, &PatchParams::default(), &Patch::Merge(&ready))
        .await
        .context("the Node's taint cannot be taken back")?;
    Ok(())
}

fn kernel() -> String {
    let version = std::fs::read_to_string("/proc/sys/kernel/osrelease");
    version.unwrap_or_default().trim().to_owned()
}
