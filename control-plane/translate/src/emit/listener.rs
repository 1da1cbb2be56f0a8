//! Listener resources: one per port.
//!
//! Owns the HTTP connection manager's settings, which both kinds of proxy read alike. One chain on a plain-text
//! port; one per listener, chosen by SNI, on a TLS port.

use std::time::Duration;

use proto::any;
use proto::envoy::config::core::v3::{
    ConfigSource, Http2ProtocolOptions, HttpProtocolOptions, TransportSocket, transport_socket,
};
use proto::envoy::config::listener::v3::{
    Filter, FilterChain, FilterChainMatch, Listener, ListenerFilter, filter, listener_filter,
};
use proto::envoy::extensions::filters::http::router::v3::Router;
use proto::envoy::extensions::filters::listener::tls_inspector::v3::TlsInspector;
use proto::envoy::extensions::filters::network::http_connection_manager::v3 as hcm;
use proto::envoy::extensions::transport_sockets::tls::v3::tls_parameters::TlsProtocol;
use proto::envoy::extensions::transport_sockets::tls::v3::{
    CommonTlsContext, DownstreamTlsContext, SdsSecretConfig, TlsParameters,
};
use proto::google::protobuf::{Any, BoolValue, UInt32Value};
use proto::name;

use super::source::{address, ads, ads_within, dual_stack, duration};
use crate::plan::{Certificate, Families, GatewayPlan, ListenerPlan, PortPlan, Protocol};

/// A stream without a byte in either direction for so long is ended.
const STREAM_IDLE: Duration = Duration::from_secs(300);
/// A connection without a stream for so long is closed.
const CONNECTION_IDLE: Duration = Duration::from_secs(300);
/// The head of a request arrives within this time.
const REQUEST_HEADERS: Duration = Duration::from_secs(10);
const MAX_CONCURRENT_STREAMS: u32 = 256;
/// How long Envoy waits for a certificate that does not exist before it refuses handshakes.
const MISSING_CERTIFICATE: Duration = Duration::from_secs(1);

/// The Listener of a port.
pub(super) fn listener(plan: &GatewayPlan, port: &PortPlan) -> Listener {
    let (namespace, gateway) = (&*plan.key.namespace, &*plan.key.name);
    let filter_chains = match port.protocol {
        Protocol::Http => vec![FilterChain {
            name: "http".to_owned(),
            filters: vec![manager(
                plan,
                port,
                &name::port_routes(namespace, gateway, port.port),
            )],
            ..Default::default()
        }],
        Protocol::Https => port
            .listeners
            .iter()
            .map(|listener| tls_chain(plan, port, listener))
            .collect(),
    };
    let listener_filters = match port.protocol {
        Protocol::Http => Vec::new(),
        Protocol::Https => vec![ListenerFilter {
            name: "envoy.filters.listener.tls_inspector".to_owned(),
            config_type: Some(listener_filter::ConfigType::TypedConfig(any::pack(
                &TlsInspector::default(),
            ))),
            ..Default::default()
        }],
    };
    Listener {
        name: name::listener(namespace, gateway, port.port),
        address: Some(match plan.families {
            Families::V4 => address("0.0.0.0", port.port),
            Families::Both => dual_stack(port.port),
        }),
        filter_chains,
        listener_filters,
        ..Default::default()
    }
}

/// Name of the RouteConfiguration of a listener.
pub(super) fn route_configuration(
    plan: &GatewayPlan,
    port: &PortPlan,
    listener: &ListenerPlan,
) -> String {
    let (namespace, gateway) = (&*plan.key.namespace, &*plan.key.name);
    match port.protocol {
        Protocol::Http => name::port_routes(namespace, gateway, port.port),
        Protocol::Https => name::listener_routes(namespace, gateway, port.port, &listener.name),
    }
}

fn tls_chain(plan: &GatewayPlan, port: &PortPlan, listener: &ListenerPlan) -> FilterChain {
    let routes = route_configuration(plan, port, listener);
    FilterChain {
        name: listener.name.clone(),
        filter_chain_match: Some(FilterChainMatch {
            server_names: listener.hostname.iter().cloned().collect(),
            ..Default::default()
        }),
        transport_socket: Some(tls(
            "envoy.transport_sockets.tls",
            any::pack(&downstream(plan, port, listener)),
        )),
        filters: vec![manager(plan, port, &routes)],
        ..Default::default()
    }
}

/// A transport socket.
pub(super) fn tls(name: &str, config: Any) -> TransportSocket {
    TransportSocket {
        name: name.to_owned(),
        config_type: Some(transport_socket::ConfigType::TypedConfig(config)),
    }
}

/// A certificate that cannot be used is referred to by a name that has no Secret: handshakes fail, and the
/// listener stands.
fn downstream(
    plan: &GatewayPlan,
    port: &PortPlan,
    listener: &ListenerPlan,
) -> DownstreamTlsContext {
    let (names, source): (Vec<String>, ConfigSource) = match &listener.certificate {
        Some(Certificate::Usable(pairs)) => {
            (pairs.iter().map(|pair| pair.name.clone()).collect(), ads())
        }
        Some(Certificate::Unusable) | None => {
            let routes = route_configuration(plan, port, listener);
            (
                vec![format!("{routes}/unusable")],
                ads_within(MISSING_CERTIFICATE),
            )
        }
    };
    let configs = names.into_iter().map(|name| SdsSecretConfig {
        name,
        sds_config: Some(source.clone()),
    });
    DownstreamTlsContext {
        common_tls_context: Some(CommonTlsContext {
            tls_params: Some(TlsParameters {
                tls_minimum_protocol_version: TlsProtocol::TlSv12.into(),
                ..Default::default()
            }),
            tls_certificate_sds_secret_configs: configs.collect(),
            alpn_protocols: vec!["h2".to_owned(), "http/1.1".to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn manager(plan: &GatewayPlan, port: &PortPlan, routes: &str) -> Filter {
    let action = hcm::http_connection_manager::PathWithEscapedSlashesAction::UnescapeAndForward;
    let transformation = hcm::http_connection_manager::ServerHeaderTransformation::PassThrough;
    let config = hcm::HttpConnectionManager {
        stat_prefix: format!("gw.{}.{}.{}", plan.key.namespace, plan.key.name, port.port),
        route_specifier: Some(hcm::http_connection_manager::RouteSpecifier::Rds(
            hcm::Rds {
                config_source: Some(ads()),
                route_config_name: routes.to_owned(),
            },
        )),
        http_filters: vec![hcm::HttpFilter {
            name: "envoy.filters.http.router".to_owned(),
            config_type: Some(hcm::http_filter::ConfigType::TypedConfig(any::pack(
                &Router::default(),
            ))),
            ..Default::default()
        }],
        common_http_protocol_options: Some(HttpProtocolOptions {
            idle_timeout: Some(duration(CONNECTION_IDLE)),
            ..Default::default()
        }),
        http2_protocol_options: Some(Http2ProtocolOptions {
            max_concurrent_streams: Some(UInt32Value {
                value: MAX_CONCURRENT_STREAMS,
            }),
            ..Default::default()
        }),
        server_header_transformation: transformation.into(),
        stream_idle_timeout: Some(duration(STREAM_IDLE)),
        request_headers_timeout: Some(duration(REQUEST_HEADERS)),
        use_remote_address: Some(BoolValue { value: true }),
        // The id that a client or another proxy gave a request is what people search for.
        preserve_external_request_id: true,
        xff_num_trusted_hops: plan.trusted_hops,
        upgrade_configs: vec![hcm::http_connection_manager::UpgradeConfig {
            upgrade_type: "websocket".to_owned(),
            ..Default::default()
        }],
        normalize_path: Some(BoolValue { value: true }),
        merge_slashes: true,
        path_with_escaped_slashes_action: action.into(),
        strip_port_mode: Some(hcm::http_connection_manager::StripPortMode::StripAnyHostPort(true)),
        ..Default::default()
    };
    Filter {
        name: "envoy.filters.network.http_connection_manager".to_owned(),
        config_type: Some(filter::ConfigType::TypedConfig(any::pack(&config))),
    }
}
