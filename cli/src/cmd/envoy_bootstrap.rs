//! `tidegate envoy-bootstrap`: the file that makes a real Envoy a proxy of one Gateway.
//!
//! Owns the bootstrap as a pure function. The values follow what was measured on Envoy 1.40: the node is sent once,
//! LDS and CDS never time out into an empty configuration, a slow reader is noticed by keep-alive. The token in it
//! binds the Envoy to the Gateway; treat the file like a key.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use grpc::address::Address;
use proto::tidegate::v1::WatchInfrastructureRequest;
use serde_json::{Value, json};

use crate::fetch::Place;

/// Flags of `tidegate envoy-bootstrap`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "EXAMPLE\n  tidegate envoy-bootstrap --gateway default/quickstart > envoy.yaml\n  \
    envoy -c envoy.yaml\n\nThe file holds a token for this Gateway: keep it as you keep a key."
)]
pub(crate) struct EnvoyBootstrapArgs {
    /// Gateway that this Envoy serves, NAMESPACE/NAME
    #[arg(long, value_name = "GATEWAY")]
    gateway: String,

    /// Protocol of the ADS stream
    #[arg(long, value_enum, default_value_t = Protocol::Delta)]
    protocol: Protocol,

    /// Where the control plane listens, if Envoy does not reach it where the instance does: unix:PATH or HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    xds: Option<String>,

    /// Port of Envoy's own admin interface on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    admin_port: u16,
}

/// Which of the two ADS calls is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// DeltaAggregatedResources.
    Delta,
    /// StreamAggregatedResources.
    Sotw,
}

/// Prints the bootstrap of a running instance's Gateway.
pub(crate) async fn run(args: EnvoyBootstrapArgs, run_dir: PathBuf) -> Result<()> {
    let address = match &args.xds {
        Some(text) => text.parse().context("--xds")?,
        None => crate::fetch::address(&run_dir)?,
    };
    let mut client = crate::fetch::admin(&Place::RunDir(run_dir.clone())).await?;
    let mut stream = client
        .watch_infrastructure(WatchInfrastructureRequest {})
        .await?
        .into_inner();
    let infrastructure = stream
        .message()
        .await?
        .context("the control plane tells nothing")?;
    let proxy = infrastructure
        .proxies
        .into_iter()
        .find(|proxy| format!("{}/{}", proxy.namespace, proxy.name) == args.gateway)
        .with_context(|| {
            format!(
                "no Gateway {} is served here; `tidegate status` lists them",
                args.gateway
            )
        })?;
    let bootstrap = bootstrap(&args, &address, &proxy.token);
    // The token stays on one line: scripts read it, and people copy it.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let text = serde_saphyr::to_string_with_options(&bootstrap, options)
        .context("the bootstrap cannot be printed")?;
    crate::render::print(&text)
}

fn bootstrap(args: &EnvoyBootstrapArgs, address: &Address, token: &str) -> Value {
    let (kind, endpoint) = match address {
        Address::Unix(path) => ("STATIC", json!({"pipe": {"path": path}})),
        Address::Tcp { host, port } => (
            "STRICT_DNS",
            json!({"socket_address": {"address": host, "port_value": port}}),
        ),
    };
    let api_type = match args.protocol {
        Protocol::Delta => "DELTA_GRPC",
        Protocol::Sotw => "GRPC",
    };
    let source = json!({
        "ads": {},
        "resource_api_version": "V3",
        "initial_fetch_timeout": "0s",
    });
    json!({
        "node": {"id": format!("envoy-{}", args.gateway.replace('/', "-")), "cluster": args.gateway},
        "admin": {
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": args.admin_port}},
        },
        "dynamic_resources": {
            "ads_config": {
                "api_type": api_type,
                "transport_api_version": "V3",
                "set_node_on_first_message_only": true,
                "grpc_services": [{
                    "envoy_grpc": {"cluster_name": "tidegate"},
                    "initial_metadata": [
                        {"key": "authorization", "value": format!("Bearer {token}")},
                    ],
                }],
            },
            "cds_config": source,
            "lds_config": source,
        },
        "static_resources": {
            "clusters": [{
                "name": "tidegate",
                "type": kind,
                "connect_timeout": "5s",
                "typed_extension_protocol_options": {
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                        "explicit_http_config": {"http2_protocol_options": {
                            "connection_keepalive": {"interval": "30s", "timeout": "10s"},
                        }},
                    },
                },
                "load_assignment": {
                    "cluster_name": "tidegate",
                    "endpoints": [{"lb_endpoints": [{"endpoint": {"address": endpoint}}]}],
                },
            }],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{EnvoyBootstrapArgs, Protocol, bootstrap};
    use grpc::address::Address;

    fn args(protocol: Protocol) -> EnvoyBootstrapArgs {
        EnvoyBootstrapArgs {
            gateway: "default/edge".to_owned(),
            protocol,
            xds: None,
            admin_port: 9901,
        }
    }

    #[test]
    fn a_socket_file_becomes_a_pipe() {
        let value = bootstrap(
            &args(Protocol::Delta),
            &Address::unix("/run/x.sock"),
            "tg1.t",
        );
        let cluster = value
            .pointer("/static_resources/clusters/0")
            .expect("cluster");
        let endpoint = "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/pipe/path";
        assert_eq!(cluster.pointer(endpoint).expect("path"), "/run/x.sock");
        let ads = value.pointer("/dynamic_resources/ads_config").expect("ads");
        assert_eq!(ads.pointer("/api_type").expect("type"), "DELTA_GRPC");
        let header = "/grpc_services/0/initial_metadata/0/value";
        assert_eq!(ads.pointer(header).expect("header"), "Bearer tg1.t");
    }

    #[test]
    fn state_of_the_world_over_tcp() {
        let address: Address = "xds.example:18000".parse().expect("address");
        let value = bootstrap(&args(Protocol::Sotw), &address, "tg1.t");
        let api = value
            .pointer("/dynamic_resources/ads_config/api_type")
            .expect("type");
        assert_eq!(api, "GRPC");
        let kind = value
            .pointer("/static_resources/clusters/0/type")
            .expect("type");
        assert_eq!(kind, "STRICT_DNS");
        for source in ["cds_config", "lds_config"] {
            let timeout = format!("/dynamic_resources/{source}/initial_fetch_timeout");
            assert_eq!(value.pointer(&timeout).expect("timeout"), "0s");
        }
    }
}
