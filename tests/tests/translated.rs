//! Resources as translation makes them of manifests, and changes to them that no manifest can ask for.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cp_translate::{GatewayKey, Inputs, Profile, Settings, translate};
use proto::any;
use proto::envoy::config::listener::v3::Listener;
use proto::envoy::config::listener::v3::filter::ConfigType;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
use xds::resource::{Named, Resource};
use xds::snapshot::Snapshot;

/// What a proxy of Gateway `default/gateway` gets for these manifests, without a Commit.
pub(crate) fn snapshot(profile: Profile, manifests: &[(&str, String)]) -> Result<Snapshot> {
    let dir = tempfile::tempdir()?;
    for (name, text) in manifests {
        std::fs::write(dir.path().join(name), text)?;
    }
    let environment: cp_files::source::Environment = Arc::new(|_: &str| None);
    let batch = cp_files::source::load(vec![dir.path().to_path_buf()], &environment)?;
    ensure!(batch.problems.is_empty(), "{:?}", batch.problems);
    let inputs = Inputs::default().with_all(batch.changes);
    let translation = translate(&inputs, &Settings::directory());
    let key = GatewayKey::new("default", "gateway");
    let output = translation.gateways.get(&key).context("no Gateway")?;
    Ok(output.snapshot(profile).clone())
}

/// Changes every resource of a type.
pub(crate) fn edit<M: Named + Default>(
    snapshot: &mut Snapshot,
    mut change: impl FnMut(&mut M),
) -> Result<()> {
    let resources: Vec<Arc<Resource>> = snapshot.iter(M::TYPE).cloned().collect();
    ensure!(!resources.is_empty(), "no {}", M::TYPE);
    for resource in resources {
        let mut message = M::decode(resource.message().clone())?;
        change(&mut message);
        snapshot.insert(Resource::of(&message, resource.metadata()));
    }
    Ok(())
}

/// Changes the HTTP connection manager of every listener.
pub(crate) fn edit_http(
    snapshot: &mut Snapshot,
    change: impl Fn(&mut HttpConnectionManager),
) -> Result<()> {
    edit::<Listener>(snapshot, |listener| {
        let chains = listener.filter_chains.iter_mut();
        for filter in chains.flat_map(|chain| chain.filters.iter_mut()) {
            let Some(ConfigType::TypedConfig(packed)) = &mut filter.config_type else {
                continue;
            };
            if let Ok(mut http) = any::unpack::<HttpConnectionManager>(packed) {
                change(&mut http);
                *packed = any::pack(&http);
            }
        }
    })
}
