//! Resources through the proxy's own decoder.
//!
//! Owns the replay of a snapshot into a stage, as a proxy would receive it. Must not decode anything itself: what is
//! refused here would be refused there, in the same words.

use std::sync::Arc;

use anyhow::{Context, Result};
use cp_translate::GatewayKey;
use dp_config::{Config, Rejection, Stage};
use proto::tidegate::v1::{CommitOrigin, SnapshotResponse};
use proto::type_url::TypeUrl;
use xds::client::Received;
use xds::resource::Resource;
use xds::snapshot::Snapshot;

/// What a proxy would serve with after this snapshot, which carries its Commit.
pub(crate) fn decode(key: &GatewayKey, snapshot: &Snapshot) -> Result<Arc<Config>, Rejection> {
    let mut stage = Stage::new();
    let mut refused = Vec::new();
    for type_url in snapshot
        .types()
        .filter(|type_url| *type_url != TypeUrl::Commit)
    {
        let resources: Vec<Received> = snapshot
            .iter(type_url)
            .map(|found| received(found))
            .collect();
        if let Err(rejection) = stage.apply(type_url, &resources, &[]) {
            refused.extend(rejection.items);
        }
    }
    if !refused.is_empty() {
        return Err(Rejection::invalid(refused));
    }
    let name = proto::name::commit(&key.namespace, &key.name);
    match snapshot.get(TypeUrl::Commit, &name) {
        Some(commit) => stage.prepare(&received(commit)),
        // Nothing was ever committed: an empty proxy.
        None => Ok(Arc::clone(stage.active())),
    }
}

/// The same from what an instance shows. Secrets are not shown, so they are left out, which no route notices.
pub(crate) fn decode_shown(key: &GatewayKey, response: &SnapshotResponse) -> Result<Arc<Config>> {
    let mut snapshot = Snapshot::default();
    for shown in &response.resources {
        let any = shown
            .resource
            .as_ref()
            .context("the instance shows a resource without content")?;
        let type_url: TypeUrl = any
            .type_url
            .parse()
            .context("the instance is newer than this CLI; use the CLI of its version")?;
        if !matches!(type_url, TypeUrl::Secret | TypeUrl::Commit) {
            snapshot.insert(Resource::new(
                type_url,
                shown.name.as_str(),
                any.value.clone(),
                None,
            ));
        }
    }
    let name = proto::name::commit(&key.namespace, &key.name);
    let snapshot = snapshot.committed(&name, CommitOrigin::default());
    decode(key, &snapshot).context("the proxy's decoder refuses what the instance serves")
}

fn received(resource: &Resource) -> Received {
    Received {
        name: resource.name().to_string(),
        version: resource.version().hex(),
        message: resource.message().clone(),
        metadata: resource.metadata(),
    }
}
