//! What translation writes, others can read: the proxy's own decoder and an independent one.
//!
//! The inputs are those of every golden of cp-translate and of the quickstart. Each Envoy resource must
//! survive a trip through the types of `envoy-types` unchanged; each Tidegate snapshot must stage, verify
//! and prepare in dp-config, and each Envoy snapshot must be accepted by the same proxy as a foreign one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use cp_translate::{GatewayOutput, Inputs, Profile, Settings, translate};
use dp_config::{Closure, Stage};
use envoy_types::pb::envoy::config as envoy;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3 as envoy_tls;
use prost::Message;
use proto::envoy::config as ours;
use proto::envoy::extensions::transport_sockets::tls::v3 as ours_tls;
use proto::name;
use proto::type_url::TypeUrl;
use tests::binaries;
use xds::client::Received;
use xds::resource::Resource;
use xds::snapshot::Snapshot;

const OUTPUT: &str = "\n# Output\n";

/// Every directory or file of manifests, with its text where it is a golden.
fn inputs() -> Result<Vec<PathBuf>> {
    let mut found = vec![binaries::repository("examples/quickstart")];
    for area in fs::read_dir(binaries::repository("control-plane/translate/testdata"))? {
        for case in fs::read_dir(area?.path())? {
            found.push(case?.path());
        }
    }
    found.sort();
    ensure!(found.len() > 40, "only {} inputs", found.len());
    Ok(found)
}

/// What translation makes of a directory, or of the inputs of a golden.
fn outputs(path: &Path) -> Result<Vec<GatewayOutput>> {
    let scratch = tempfile::tempdir()?;
    let root = if path.is_dir() {
        path.to_path_buf()
    } else {
        let text = fs::read_to_string(path)?;
        let manifests = text
            .split_once(OUTPUT)
            .map_or(text.as_str(), |(inputs, _)| inputs);
        fs::write(scratch.path().join("manifests.yaml"), manifests)?;
        scratch.path().to_path_buf()
    };
    let environment: cp_files::source::Environment = Arc::new(|_: &str| None);
    let batch = cp_files::source::load(vec![root], &environment)?;
    let inputs = Inputs::default().with_all(batch.changes);
    Ok(translate(&inputs, &Settings::directory())
        .gateways
        .into_values()
        .collect())
}

/// Runs `check` over every Gateway of every input and names all that failed.
fn each(check: impl Fn(&GatewayOutput) -> Result<usize>) -> Result<()> {
    let (mut failures, mut checked) = (Vec::new(), 0);
    for path in inputs()? {
        for output in outputs(&path).with_context(|| path.display().to_string())? {
            match check(&output) {
                Ok(count) => checked += count,
                Err(error) => failures.push(format!("{}: {error:#}", path.display())),
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    ensure!(checked > 200, "only {checked} resources were checked");
    Ok(())
}

#[test]
fn envoys_own_types_read_every_resource() -> Result<()> {
    each(|output| {
        let mut count = 0;
        for profile in [Profile::Tidegate, Profile::Envoy] {
            let snapshot = output.snapshot(profile);
            for resource in snapshot.types().flat_map(|url| snapshot.iter(url)) {
                survives(resource).with_context(|| resource.name().to_string())?;
                count += 1;
            }
        }
        Ok(count)
    })
}

/// Decodes with the other types, encodes again, and compares the messages: a field that the other side does
/// not know would be missing.
fn survives(resource: &Resource) -> Result<()> {
    let bytes = resource.message();
    match resource.type_url() {
        TypeUrl::Cluster => trip::<envoy::cluster::v3::Cluster, ours::cluster::v3::Cluster>(bytes),
        TypeUrl::Endpoint => trip::<
            envoy::endpoint::v3::ClusterLoadAssignment,
            ours::endpoint::v3::ClusterLoadAssignment,
        >(bytes),
        TypeUrl::Secret => trip::<envoy_tls::Secret, ours_tls::Secret>(bytes),
        TypeUrl::Listener => {
            trip::<envoy::listener::v3::Listener, ours::listener::v3::Listener>(bytes)
        }
        TypeUrl::RouteConfiguration => {
            trip::<envoy::route::v3::RouteConfiguration, ours::route::v3::RouteConfiguration>(bytes)
        }
        TypeUrl::VirtualHost => {
            trip::<envoy::route::v3::VirtualHost, ours::route::v3::VirtualHost>(bytes)
        }
        TypeUrl::Policy
        | TypeUrl::PolicySet
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::AiBackend
        | TypeUrl::ModelRouter
        | TypeUrl::RouteRule
        | TypeUrl::Commit => Ok(()),
    }
}

fn trip<Theirs, Ours>(bytes: &Bytes) -> Result<()>
where
    Theirs: Message + Default,
    Ours: Message + Default + PartialEq,
{
    let theirs = Theirs::decode(bytes.clone())?;
    let back = Ours::decode(theirs.encode_to_vec().as_slice())?;
    if back != Ours::decode(bytes.clone())? {
        bail!("differs after a trip through envoy-types");
    }
    Ok(())
}

#[test]
fn the_proxy_applies_every_snapshot() -> Result<()> {
    each(|output| {
        let name = name::commit("default", "gateway");
        let snapshot = output.snapshot(Profile::Tidegate).clone();
        let snapshot = snapshot.committed(&name, proto::tidegate::v1::CommitOrigin::default());
        let mut stage = Stage::new();
        let (mut commit, mut count) = (None, 0);
        for (url, resources) in by_type(&snapshot) {
            if url == TypeUrl::Commit {
                commit = resources.into_iter().next();
                continue;
            }
            count += resources.len();
            stage
                .apply(url, &resources, &[])
                .map_err(|refused| anyhow!("{refused:?}"))?;
        }
        let commit = commit.context("no Commit")?;
        stage
            .prepare(&commit)
            .map_err(|refused| anyhow!("{refused:?}"))?;
        Ok(count)
    })
}

#[test]
fn the_proxy_takes_every_envoy_snapshot_from_a_foreign_server() -> Result<()> {
    each(|output| {
        let mut closure = Closure::new();
        let mut count = 0;
        for (url, resources) in by_type(output.snapshot(Profile::Envoy)) {
            count += resources.len();
            closure
                .apply(url, &resources, &[])
                .map_err(|refused| anyhow!("{refused:?}"))?;
        }
        closure
            .prepare()
            .map_err(|refused| anyhow!("{refused:?}"))?;
        Ok(count)
    })
}

/// The resources as a proxy receives them, in push order.
fn by_type(snapshot: &Snapshot) -> Vec<(TypeUrl, Vec<Received>)> {
    let received = |resource: &Arc<Resource>| Received {
        name: resource.name().to_string(),
        version: resource.version().hex(),
        message: resource.message().clone(),
        metadata: resource.metadata(),
    };
    let of_type = |url| (url, snapshot.iter(url).map(received).collect());
    snapshot.types().map(of_type).collect()
}
