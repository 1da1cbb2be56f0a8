//! `gen`: Rust types from .proto files, without protoc.
//!
//! Reads the Envoy .proto tree that the pinned `envoy-types` package carries and our own in
//! `proto/tidegate`. Maps become `BTreeMap` and bytes become `Bytes`: equal messages must encode to
//! equal bytes, and a resource that is shared must not be copied.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use prost::Message;
use tonic_build::manual;

use crate::workspace;

/// The files we use; everything they import follows.
const ROOTS: &[&str] = &[
    "envoy/service/discovery/v3/ads.proto",
    "envoy/service/discovery/v3/discovery.proto",
    "envoy/service/ratelimit/v3/rls.proto",
    "envoy/config/bootstrap/v3/bootstrap.proto",
    "envoy/config/listener/v3/listener.proto",
    "envoy/config/route/v3/route.proto",
    "envoy/config/cluster/v3/cluster.proto",
    "envoy/config/endpoint/v3/endpoint.proto",
    "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
    "envoy/extensions/filters/http/router/v3/router.proto",
    "envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.proto",
    "envoy/extensions/transport_sockets/tls/v3/tls.proto",
    "envoy/extensions/upstreams/http/v3/http_protocol_options.proto",
    "envoy/type/v3/percent.proto",
    "google/rpc/status.proto",
];

/// Include directories inside `envoy-types/proto`.
const INCLUDES: &[&str] = &[
    "data-plane-api",
    "googleapis",
    "xds",
    "protoc-gen-validate",
    "cel-spec/proto",
    "client_model",
    "opentelemetry-proto",
    "ratelimit",
];

/// Writes the generated files.
pub(crate) fn write() -> Result<()> {
    let root = workspace::root()?;
    let files = generate(&root)?;
    for dir in dirs(&root) {
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(&dir)?;
    }
    for (path, content) in files {
        fs::write(&path, content).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Fails if a generated file differs from what `gen` would write.
pub(crate) fn check() -> Result<()> {
    let root = workspace::root()?;
    let files = generate(&root)?;
    let mut stale = Vec::new();
    for (path, content) in &files {
        if fs::read(path).ok().as_ref() != Some(content) {
            stale.push(path.display().to_string());
        }
    }
    for dir in dirs(&root) {
        for entry in fs::read_dir(&dir).with_context(|| dir.display().to_string())? {
            let path = entry?.path();
            if !files.contains_key(&path) {
                stale.push(format!("{} (not generated any more)", path.display()));
            }
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "generated code is not fresh, run `cargo xtask gen`:\n  {}",
        stale.join("\n  ")
    )
}

fn dirs(root: &Path) -> [PathBuf; 2] {
    [
        root.join("proto/types/src/gen"),
        root.join("proto/grpc/src/gen"),
    ]
}

fn generate(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let [types, grpc] = dirs(root);
    let mut files = BTreeMap::new();
    let descriptors = compile(root)?;
    for (name, content) in messages(descriptors.clone())? {
        files.insert(types.join(name), content);
    }
    files.insert(
        types.join("descriptors.bin"),
        without_source(descriptors).encode_to_vec(),
    );
    for (name, content) in services()? {
        files.insert(grpc.join(name), content);
    }
    Ok(files)
}

fn compile(root: &Path) -> Result<prost_types::FileDescriptorSet> {
    let metadata = workspace::metadata()?;
    let tree = workspace::package_dir(&metadata, "envoy-types")?.join("proto");
    let mut includes: Vec<PathBuf> = INCLUDES.iter().map(|name| tree.join(name)).collect();
    let ours = root.join("proto");
    includes.push(ours.clone());
    let mut roots: Vec<PathBuf> = ROOTS.iter().map(PathBuf::from).collect();
    let mut own = Vec::new();
    for folder in ["tidegate/v1", "tidegate/v1/policy"] {
        for entry in fs::read_dir(ours.join(folder))? {
            let name = entry?.file_name();
            if Path::new(&name).extension().is_some() {
                own.push(Path::new(folder).join(name));
            }
        }
    }
    own.sort();
    roots.extend(own);
    protox::compile(roots, includes).context("the .proto files do not compile")
}

fn without_source(mut set: prost_types::FileDescriptorSet) -> prost_types::FileDescriptorSet {
    for file in &mut set.file {
        file.source_code_info = None;
    }
    set
}

fn messages(set: prost_types::FileDescriptorSet) -> Result<Vec<(String, Vec<u8>)>> {
    let out = scratch("types")?;
    let mut config = prost_build::Config::new();
    config
        .out_dir(&out)
        .btree_map(["."])
        .bytes(["."])
        // Envoy's comments would be 40,000 lines, and hold snippets that rustdoc takes for tests.
        .disable_comments(["."])
        .compile_well_known_types()
        .enable_type_names()
        .type_name_domain(["."], "type.googleapis.com")
        .include_file("mod.rs");
    config.compile_fds(set).context("prost-build")?;
    collect(&out)
}

const V3: &str = "::proto::envoy::service::discovery::v3";
const OURS: &str = "::proto::tidegate::v1";
const PROST: &str = "::tonic_prost::ProstCodec";

/// The gRPC stubs.
fn services() -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let builder = || manual::Builder::new().build_transport(false);
    for (dir, builder, services) in [
        (
            "server",
            builder().build_client(false),
            [ads(Side::Server), admin()],
        ),
        (
            "client",
            builder().build_server(false),
            [ads(Side::Client), admin()],
        ),
    ] {
        let out = scratch(dir)?;
        builder.out_dir(&out).compile(&services);
        for (name, content) in collect(&out)? {
            let name = name.replace("tidegate.v1.Admin", "admin").replace(
                "envoy.service.discovery.v3.AggregatedDiscoveryService",
                "ads",
            );
            files.push((
                format!("{}_{dir}.rs", name.trim_end_matches(".rs")),
                content,
            ));
        }
    }
    Ok(files)
}

/// Which end of a stream a stub is for.
#[derive(Clone, Copy)]
enum Side {
    Server,
    Client,
}

/// The server side writes resources that are encoded already, so its codec differs from the client's.
fn ads(side: Side) -> manual::Service {
    let (delta, sotw, codec) = match side {
        Side::Server => {
            let encoded = || "crate::codec::Encoded".to_owned();
            (encoded(), encoded(), "crate::codec::SharedCodec")
        }
        Side::Client => (
            format!("{V3}::DeltaDiscoveryResponse"),
            format!("{V3}::DiscoveryResponse"),
            PROST,
        ),
    };
    let method = |name: &str, route: &str, input: String, output: String| {
        manual::Method::builder()
            .name(name)
            .route_name(route)
            .input_type(input)
            .output_type(output)
            .codec_path(codec)
            .client_streaming()
            .server_streaming()
            .build()
    };
    manual::Service::builder()
        .name("AggregatedDiscoveryService")
        .package("envoy.service.discovery.v3")
        .method(method(
            "delta_aggregated_resources",
            "DeltaAggregatedResources",
            format!("{V3}::DeltaDiscoveryRequest"),
            delta,
        ))
        .method(method(
            "stream_aggregated_resources",
            "StreamAggregatedResources",
            format!("{V3}::DiscoveryRequest"),
            sotw,
        ))
        .build()
}

fn admin() -> manual::Service {
    let method = |name: &str, route: &str, output: &str| {
        manual::Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("{OURS}::{route}Request"))
            .output_type(format!("{OURS}::{output}"))
            .codec_path(PROST)
    };
    let watch = method(
        "watch_infrastructure",
        "WatchInfrastructure",
        "Infrastructure",
    );
    manual::Service::builder()
        .name("Admin")
        .package("tidegate.v1")
        .method(method("get_status", "GetStatus", "StatusResponse").build())
        .method(method("get_snapshot", "GetSnapshot", "SnapshotResponse").build())
        .method(watch.server_streaming().build())
        .build()
}

fn scratch(name: &str) -> Result<PathBuf> {
    let dir = workspace::root()?.join("target/xtask-gen").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn collect(dir: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .context("no file name")?
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path)?;
        let parsed = syn::parse_file(&text).with_context(|| name.clone())?;
        files.push((name, prettyplease::unparse(&parsed).into_bytes()));
    }
    files.sort();
    Ok(files)
}
