//! Manifests without an instance: the control plane's own reading and translation, in this process.
//!
//! Owns the way from paths to a translation and from there to resources as an instance would show them. Must not
//! add a rule of its own: what `validate` says is what production does. Secrets are taken out here as the control
//! plane takes them out.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use clap::Args;
use cp_files::{Problem, source};
use cp_translate::{GatewayKey, GatewayOutput, Inputs, Profile, Settings, Translation};
use prost::Message;
use proto::envoy::extensions::transport_sockets::tls::v3::Secret;
use proto::google::protobuf::Any;
use proto::tidegate::v1::{CommitOrigin, Provenance, SnapshotResource, SnapshotResponse};
use proto::type_url::TypeUrl;
use xds::resource::Resource;
use xds::snapshot::Snapshot;

use crate::environment;

/// Which manifests.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Manifests {
    /// File or directory of manifests (YAML or JSON); may be repeated. No instance is asked
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
}

/// What manifests say and what follows from it.
#[derive(Debug)]
pub(crate) struct Offline {
    /// How many objects there are.
    pub(crate) objects: usize,
    /// What is wrong with the files.
    pub(crate) problems: Vec<Problem>,
    /// What follows.
    pub(crate) translation: Translation,
}

// === impl Manifests ===

impl Manifests {
    /// Whether an instance is to be asked instead.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Reads and translates.
    pub(crate) fn load(&self) -> Result<Offline> {
        let batch = source::load(self.files.clone(), &(Arc::new(environment::lookup) as _))
            .context("nothing to read")?;
        let inputs = Inputs::default().with_all(batch.changes);
        let objects = inputs.len();
        let translation = cp_translate::translate(&inputs, &Settings::directory());
        Ok(Offline {
            objects,
            problems: batch.problems,
            translation,
        })
    }
}

// === impl Offline ===

impl Offline {
    /// The Gateway of this name (`namespace/name`), or the only one.
    pub(crate) fn gateway(&self, wanted: Option<&str>) -> Result<(&GatewayKey, &GatewayOutput)> {
        let gateways = &self.translation.gateways;
        let mut names: Vec<String> = gateways.keys().map(ToString::to_string).collect();
        names.sort();
        let names = names.join(", ");
        match (wanted, gateways.iter().next()) {
            (_, None) => bail!("these manifests hold no Gateway that Tidegate serves"),
            (Some(wanted), Some(_)) => gateways
                .iter()
                .find(|(key, _)| key.to_string() == wanted)
                .with_context(|| format!("these manifests hold no Gateway {wanted}, only {names}")),
            (None, Some(only)) if gateways.len() == 1 => Ok(only),
            (None, Some(_)) => bail!("there are several Gateways: choose one of {names} with -g"),
        }
    }
}

/// The snapshot of a Gateway with its Commit, where the profile has one.
pub(crate) fn snapshot(key: &GatewayKey, output: &GatewayOutput, profile: Profile) -> Snapshot {
    let snapshot = output.snapshot(profile).clone();
    match profile {
        Profile::Envoy => snapshot,
        Profile::Tidegate => {
            let name = proto::name::commit(&key.namespace, &key.name);
            snapshot.committed(&name, CommitOrigin::default())
        }
    }
}

/// The resources as an instance shows them.
pub(crate) fn response(snapshot: &Snapshot) -> SnapshotResponse {
    let resources = snapshot
        .types()
        .flat_map(|url| snapshot.iter(url).map(|found| shown(found)));
    SnapshotResponse {
        commit_id: snapshot
            .commit_id()
            .map(ToString::to_string)
            .unwrap_or_default(),
        resources: resources.collect(),
    }
}

/// Where a resource comes from.
pub(crate) fn provenance(resource: &Resource) -> Option<Provenance> {
    resource
        .metadata()
        .and_then(|metadata| proto::provenance::read(Some(&metadata)))
}

fn shown(resource: &Resource) -> SnapshotResource {
    let url = resource.type_url();
    let value = match url {
        TypeUrl::Secret => {
            let secret = Secret {
                name: resource.name().to_string(),
                ..Secret::default()
            };
            Bytes::from(secret.encode_to_vec())
        }
        TypeUrl::Cluster
        | TypeUrl::Endpoint
        | TypeUrl::Policy
        | TypeUrl::PolicySet
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::AiBackend
        | TypeUrl::ModelRouter
        | TypeUrl::Listener
        | TypeUrl::RouteConfiguration
        | TypeUrl::VirtualHost
        | TypeUrl::RouteRule
        | TypeUrl::Commit => resource.message().clone(),
    };
    SnapshotResource {
        name: resource.name().to_string(),
        version: resource.version().hex(),
        resource: Some(Any {
            type_url: url.as_str().to_owned(),
            value,
        }),
        provenance: provenance(resource),
    }
}
