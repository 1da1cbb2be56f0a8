//! Envoy's `Listener` to [`Listener`].
//!
//! Ignored, because this proxy does better or nobody can tell: TLS and HTTP inspectors (TLS listeners are
//! all TLS), socket tuning, buffer limits, statistics, access logs, connection balancing, drain type. Must
//! refuse any other way to choose a chain than the server name, and any network filter but HTTP: a
//! connection that lands in the wrong chain is a breach.

use std::sync::Arc;

use ::route::HostPattern;
use ::route::field::{FieldError, Within, refuse_set};
use proto::envoy::config::listener::v3 as wire;
use proto::envoy::config::listener::v3::filter::ConfigType;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::RouteSpecifier;
use proto::envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext;
use proto::google::protobuf::BoolValue;

use super::{Chain, Listener, Routes};
use crate::http_options::http_options;
use crate::route_config::inline_route_config;
use crate::scalar::{host_port, over_ads, transport_socket, typed};
use crate::tls::downstream_tls;

/// Decodes a listener.
pub(crate) fn listener(message: &wire::Listener) -> Result<Listener, FieldError> {
    refuse_unsupported(message)?;
    let address = host_port("address", message.address.as_ref())?;
    let socket = address.socket().ok_or_else(|| {
        FieldError::invalid("address.socket_address.address", "is not an IP address")
    })?;
    let mut chains = Vec::with_capacity(message.filter_chains.len());
    for (index, wire) in message.filter_chains.iter().enumerate() {
        chains.push(Arc::new(chain(wire).within_index("filter_chains", index)?));
    }
    let default_chain = match &message.default_filter_chain {
        None => None,
        Some(wire) => Some(Arc::new(chain(wire).within("default_filter_chain")?)),
    };
    let listener = Listener {
        name: message.name.as_str().into(),
        address: socket,
        ipv4_compat: address.ipv4_compat,
        chains,
        default_chain,
    };
    check_chains(&listener)?;
    Ok(listener)
}

fn refuse_unsupported(message: &wire::Listener) -> Result<(), FieldError> {
    let is_false = |value: Option<&BoolValue>| value.is_some_and(|value| !value.value);
    let is_true = |value: Option<&BoolValue>| value.is_some_and(|value| value.value);
    #[allow(deprecated, reason = "the old form is refused like the new one")]
    let is_unbound = is_false(message.bind_to_port.as_ref())
        || message
            .deprecated_v1
            .is_some_and(|v1| is_false(v1.bind_to_port.as_ref()));
    refuse_set(&[
        (
            "additional_addresses",
            !message.additional_addresses.is_empty(),
        ),
        ("fcds_config", message.fcds_config.is_some()),
        (
            "filter_chain_matcher",
            message.filter_chain_matcher.is_some(),
        ),
        (
            "use_original_dst",
            is_true(message.use_original_dst.as_ref()),
        ),
        ("bind_to_port", is_unbound),
        ("transparent", is_true(message.transparent.as_ref())),
        ("freebind", is_true(message.freebind.as_ref())),
        ("udp_listener_config", message.udp_listener_config.is_some()),
        ("api_listener", message.api_listener.is_some()),
        ("internal_listener", message.listener_specifier.is_some()),
        ("enable_mptcp", message.enable_mptcp),
    ])?;
    for (index, filter) in message.listener_filters.iter().enumerate() {
        let is_inspector = matches!(
            filter.name.as_str(),
            "envoy.filters.listener.tls_inspector" | "envoy.filters.listener.http_inspector"
        );
        if !is_inspector {
            let text = format!("{:?} is not supported by this proxy", filter.name);
            return Err(FieldError::invalid("", text).within_index("listener_filters", index));
        }
    }
    Ok(())
}

/// One chain per server name, and TLS everywhere or nowhere.
fn check_chains(listener: &Listener) -> Result<(), FieldError> {
    if listener.all_chains().next().is_none() {
        return Err(FieldError::missing("filter_chains"));
    }
    let is_tls = listener.is_tls();
    let mut seen: Vec<&HostPattern> = Vec::new();
    for (index, chain) in listener.all_chains().enumerate() {
        if chain.tls.is_some() != is_tls {
            let text = "mixes TLS and plain text on one port, which is not supported by this proxy";
            return Err(
                FieldError::invalid("transport_socket", text).within_index("filter_chains", index)
            );
        }
        if index >= listener.chains.len() {
            break;
        }
        let any = [HostPattern::Any];
        let patterns = if chain.server_names.is_empty() {
            &any[..]
        } else {
            &chain.server_names
        };
        if let Some(twice) = patterns.iter().find(|pattern| seen.contains(pattern)) {
            let text = format!("{twice} is taken by an earlier chain");
            return Err(FieldError::invalid("filter_chain_match.server_names", text)
                .within_index("filter_chains", index));
        }
        seen.extend(if chain.server_names.is_empty() {
            &[HostPattern::Any]
        } else {
            &*chain.server_names
        });
    }
    Ok(())
}

fn chain(message: &wire::FilterChain) -> Result<Chain, FieldError> {
    #[allow(deprecated, reason = "the old form of the PROXY protocol is refused")]
    let uses_proxy_protocol = message.use_proxy_proto.is_some_and(|uses| uses.value);
    refuse_set(&[("use_proxy_proto", uses_proxy_protocol)])?;
    let tls = transport_socket::<DownstreamTlsContext>(message.transport_socket.as_ref())
        .and_then(|context| match context {
            None => Ok(None),
            Some(context) => downstream_tls(&context).within("typed_config").map(Some),
        })
        .within("transport_socket")?;
    let server_names = match &message.filter_chain_match {
        None => Vec::new(),
        Some(wanted) => server_names(wanted, tls.is_some()).within("filter_chain_match")?,
    };
    let hcm = connection_manager(&message.filters)?;
    let at_hcm = |error: FieldError| error.within("typed_config").within_index("filters", 0);
    Ok(Chain {
        name: message.name.as_str().into(),
        server_names,
        tls,
        http: http_options(&hcm).map_err(at_hcm)?,
        routes: routes(&hcm).map_err(at_hcm)?,
    })
}

fn server_names(
    wanted: &wire::FilterChainMatch,
    is_tls: bool,
) -> Result<Vec<HostPattern>, FieldError> {
    let own_transport = if is_tls { "tls" } else { "raw_buffer" };
    let transport = wanted.transport_protocol.as_str();
    refuse_set(&[
        ("destination_port", wanted.destination_port.is_some()),
        ("prefix_ranges", !wanted.prefix_ranges.is_empty()),
        ("address_suffix", !wanted.address_suffix.is_empty()),
        ("suffix_len", wanted.suffix_len.is_some()),
        (
            "direct_source_prefix_ranges",
            !wanted.direct_source_prefix_ranges.is_empty(),
        ),
        ("source_type", wanted.source_type != 0),
        (
            "source_prefix_ranges",
            !wanted.source_prefix_ranges.is_empty(),
        ),
        ("source_ports", !wanted.source_ports.is_empty()),
        (
            "transport_protocol",
            !transport.is_empty() && transport != own_transport,
        ),
        (
            "application_protocols",
            !wanted.application_protocols.is_empty(),
        ),
        ("server_names", !wanted.server_names.is_empty() && !is_tls),
    ])?;
    let mut names = Vec::with_capacity(wanted.server_names.len());
    for (index, name) in wanted.server_names.iter().enumerate() {
        let pattern = name.parse::<HostPattern>();
        names.push(pattern.map_err(|error| {
            FieldError::invalid("", error.to_string()).within_index("server_names", index)
        })?);
    }
    Ok(names)
}

fn connection_manager(filters: &[wire::Filter]) -> Result<HttpConnectionManager, FieldError> {
    let [only] = filters else {
        return Err(FieldError::invalid(
            "filters",
            "must be exactly one HTTP connection manager",
        ));
    };
    match &only.config_type {
        Some(ConfigType::TypedConfig(config)) => typed("typed_config", config),
        Some(ConfigType::ConfigDiscovery(_)) => Err(FieldError::unsupported("config_discovery")),
        None => Err(FieldError::missing("typed_config")),
    }
    .within_index("filters", 0)
}

fn routes(hcm: &HttpConnectionManager) -> Result<Routes, FieldError> {
    match &hcm.route_specifier {
        None => Err(FieldError::missing("rds")),
        Some(RouteSpecifier::ScopedRoutes(_)) => Err(FieldError::unsupported("scoped_routes")),
        Some(RouteSpecifier::RouteConfig(config)) => Ok(Routes::Inline(Arc::new(
            inline_route_config(config).within("route_config")?,
        ))),
        Some(RouteSpecifier::Rds(rds)) => {
            over_ads("config_source", rds.config_source.as_ref()).within("rds")?;
            if rds.route_config_name.is_empty() {
                return Err(FieldError::missing("rds.route_config_name"));
            }
            Ok(Routes::Named(rds.route_config_name.as_str().into()))
        }
    }
}

#[cfg(test)]
mod tests;
