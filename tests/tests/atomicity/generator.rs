//! Generations as resources: each changes one resource of every type that has a mark, and nothing else.

use anyhow::{Context, Result};
use cp_translate::Profile;
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::core::v3::address::Address;
use proto::envoy::config::core::v3::data_source::Specifier;
use proto::envoy::config::core::v3::socket_address::PortSpecifier;
use proto::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use proto::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;
use proto::envoy::config::route::v3::{Route, RouteConfiguration};
use proto::envoy::extensions::transport_sockets::tls::v3::{Secret, secret};
use proto::google::protobuf::value::Kind;
use proto::google::protobuf::{Struct, Value};
use proto::name;
use proto::tidegate::v1::{AiBackend, CommitOrigin, RouteRule};
use tests::manifest::{documents, gateway, service};
use tests::upstream::Upstream;
use xds::snapshot::Snapshot;

use super::marks::UPSTREAMS;
use crate::translated::{edit, edit_http, snapshot};

/// Where Envoy's formatter finds the mark of a cluster.
const METADATA: &str = "marks";

/// Makes the generations of one Gateway.
pub(super) struct Generator {
    profile: Profile,
    base: Snapshot,
    upstreams: Vec<Upstream>,
}

/// Echoing upstreams, named after their turn.
pub(super) async fn upstreams() -> Result<Vec<Upstream>> {
    let mut upstreams = Vec::new();
    for number in 0..UPSTREAMS {
        upstreams.push(Upstream::echo(&number.to_string()).await?);
    }
    Ok(upstreams)
}

/// The port of a generation's upstream.
pub(super) fn turn(upstreams: &[Upstream], generation: u32) -> Result<u16> {
    let turn = usize::try_from(generation % UPSTREAMS)?;
    Ok(upstreams.get(turn).context("an upstream")?.port())
}

// === impl Generator ===

impl Generator {
    /// For our proxy: an AI backend.
    pub(super) async fn tidegate(port: u16) -> Result<Generator> {
        Generator::new(Profile::Tidegate, port, super::model).await
    }

    /// For a real Envoy: a Service, the nearest that it can do.
    pub(super) async fn envoy(port: u16) -> Result<Generator> {
        Generator::new(Profile::Envoy, port, routed_service).await
    }

    async fn new(profile: Profile, port: u16, rest: fn(u32, u16) -> String) -> Result<Generator> {
        let upstreams = upstreams().await?;
        let manifests = documents(&[gateway(port), rest(0, turn(&upstreams, 0)?)]);
        let base = snapshot(profile, &[("all.yaml", manifests)])?;
        Ok(Generator {
            profile,
            base,
            upstreams,
        })
    }

    /// The resources of a generation and their Commit.
    pub(super) fn snapshot(&self, generation: u32) -> Result<Snapshot> {
        let mut snapshot = self.base.clone();
        let port = turn(&self.upstreams, generation)?;
        edit_http(&mut snapshot, |http| {
            http.server_name = generation.to_string();
            // OVERWRITE.
            http.server_header_transformation = 0;
        })?;
        match self.profile {
            Profile::Tidegate => mark_ours(&mut snapshot, generation, port)?,
            Profile::Envoy => mark_envoys(&mut snapshot, generation, port)?,
        }
        let name = name::commit("default", "gateway");
        Ok(snapshot.committed(&name, CommitOrigin::default()))
    }
}

fn mark_ours(snapshot: &mut Snapshot, generation: u32, port: u16) -> Result<()> {
    edit::<RouteRule>(snapshot, |rule| mark_routes(&mut rule.routes, generation))?;
    edit::<AiBackend>(snapshot, |backend| {
        let groups = backend.groups.iter_mut();
        for provider in groups.flat_map(|group| group.providers.iter_mut()) {
            provider.model = format!("model-{generation}");
        }
    })?;
    edit::<Secret>(snapshot, |secret| {
        if let Some(secret::Type::GenericSecret(generic)) = &mut secret.r#type
            && let Some(source) = &mut generic.secret
        {
            source.specifier = Some(Specifier::InlineString(format!("key-{generation}")));
        }
    })?;
    edit::<Cluster>(snapshot, |cluster| {
        if let Some(assignment) = &mut cluster.load_assignment {
            mark_endpoints(assignment, port);
        }
    })
}

fn mark_envoys(snapshot: &mut Snapshot, generation: u32, port: u16) -> Result<()> {
    edit::<RouteConfiguration>(snapshot, |config| {
        for host in &mut config.virtual_hosts {
            mark_routes(&mut host.routes, generation);
            for route in &mut host.routes {
                let value = format!("%CLUSTER_METADATA({METADATA}:generation)%");
                route
                    .response_headers_to_add
                    .push(header("x-cluster", value));
            }
        }
    })?;
    edit::<Cluster>(snapshot, |cluster| {
        let value = Value {
            kind: Some(Kind::StringValue(generation.to_string())),
        };
        let fields = [("generation".to_owned(), value)].into();
        let metadata = cluster.metadata.get_or_insert_default();
        metadata
            .filter_metadata
            .insert(METADATA.to_owned(), Struct { fields });
    })?;
    edit::<ClusterLoadAssignment>(snapshot, |assignment| mark_endpoints(assignment, port))
}

fn mark_routes(routes: &mut [Route], generation: u32) {
    for route in routes {
        route.response_headers_to_add = vec![header("x-generation", generation.to_string())];
    }
}

fn header(key: &str, value: String) -> HeaderValueOption {
    HeaderValueOption {
        header: Some(HeaderValue {
            key: key.to_owned(),
            value,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn mark_endpoints(assignment: &mut ClusterLoadAssignment, port: u16) {
    let localities = assignment.endpoints.iter_mut();
    for endpoint in localities.flat_map(|locality| locality.lb_endpoints.iter_mut()) {
        if let Some(HostIdentifier::Endpoint(endpoint)) = &mut endpoint.host_identifier
            && let Some(address) = &mut endpoint.address
            && let Some(Address::SocketAddress(socket)) = &mut address.address
        {
            socket.port_specifier = Some(PortSpecifier::PortValue(u32::from(port)));
        }
    }
}

fn routed_service(_: u32, port: u16) -> String {
    documents(&[
        service(port),
        "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: service
spec:
  parentRefs: [{name: gateway}]
  rules:
    - backendRefs: [{name: service, port: 80}]
"
        .to_owned(),
    ])
}
