//! Tidegate in the cluster, installed as the README says.
//!
//! Must not apply anything but the shipped manifests.

use anyhow::Result;
use serde_json::Value;
use tests::binaries;

use crate::cluster::Cluster;

/// Installs Tidegate, if it is not there, and waits until the control plane took its class.
pub(crate) async fn tidegate(cluster: &Cluster) -> Result<()> {
    let deploy = binaries::repository("deploy");
    let deploy = deploy.display().to_string();
    cluster
        .kubectl(&["apply", "--server-side", "-k", &deploy])
        .await?;
    let class = ("", "gatewayclass", "tidegate");
    cluster
        .until_object(class, |class| {
            let conditions = class
                .pointer("/status/conditions")
                .and_then(Value::as_array);
            let accepted = |condition: &Value| {
                condition["type"] == "Accepted" && condition["status"] == "True"
            };
            conditions.is_some_and(|conditions| conditions.iter().any(accepted))
        })
        .await
        .map(drop)
}
