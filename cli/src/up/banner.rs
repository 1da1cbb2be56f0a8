//! What `tidegate up` prints once everything serves: what listens where, and what to try next.
//!
//! Owns the words and the choice of examples, as a pure function of the snapshot that the proxies hold. Must not
//! print secrets: it reads listeners, clusters and route rules only.

use std::fmt::Write as _;

use grpc::connect::TokenAdminClient;
use proto::envoy::config::core::v3::address::Address;
use proto::envoy::config::core::v3::socket_address::PortSpecifier;
use proto::envoy::config::listener::v3::Listener;
use proto::envoy::config::route::v3::Route;
use proto::envoy::config::route::v3::route_match::PathSpecifier;
use proto::tidegate::v1::{GetSnapshotRequest, RouteRule, SnapshotResponse};
use proto::type_url::TypeUrl;

use super::fleet::Fleet;

/// Examples printed per Gateway.
const EXAMPLES: usize = 4;

/// Prints the banner to standard error, where the logs go too.
pub(super) async fn print(client: &mut TokenAdminClient, fleet: &Fleet, port_offset: u16) {
    let mut text = String::new();
    for proxy in fleet.wanted() {
        let request = GetSnapshotRequest {
            namespace: proxy.namespace.clone(),
            name: proxy.name.clone(),
            profile: String::new(),
            type_urls: [TypeUrl::Listener, TypeUrl::RouteRule]
                .map(|url| url.as_str().to_owned())
                .to_vec(),
        };
        let gateway = format!("{}/{}", proxy.namespace, proxy.name);
        match client.get_snapshot(request).await {
            Ok(response) => {
                describe(&mut text, &gateway, &response.into_inner(), port_offset);
                let admin = fleet.admin_socket(proxy);
                let _ = writeln!(text, "  its proxy answers at unix:{}", admin.display());
            }
            Err(error) => {
                let _ = writeln!(text, "Gateway {gateway}: {}", error.message());
            }
        }
    }
    if text.is_empty() {
        text.push_str("No Gateway yet: add one to the directory and it is served at once.\n");
    }
    eprint!(
        "\n{text}\nEdit a file to change what is served. `tidegate status` shows the state; Ctrl-C ends everything.\n\n"
    );
}

fn describe(text: &mut String, gateway: &str, snapshot: &SnapshotResponse, port_offset: u16) {
    let _ = writeln!(text, "Gateway {gateway}");
    let mut port = None;
    for listener in messages::<Listener>(snapshot, TypeUrl::Listener) {
        let Some(listens) = listener_port(&listener) else {
            continue;
        };
        let is_tls = listener
            .filter_chains
            .iter()
            .any(|chain| chain.transport_socket.is_some());
        let scheme = if is_tls { "https" } else { "http" };
        let bound = listens.saturating_add(u32::from(port_offset));
        let _ = writeln!(text, "  listens on {scheme}://127.0.0.1:{bound}");
        if !is_tls && port.is_none() {
            port = Some((listens, bound));
        }
    }
    let Some((listens, bound)) = port else { return };
    let prefix = format!("/rc/{listens}/");
    let rules = messages::<RouteRule>(snapshot, TypeUrl::RouteRule);
    let examples = rules
        .iter()
        .filter(|rule| rule.name.contains(&prefix))
        .flat_map(|rule| {
            let host = rule
                .virtual_hosts
                .first()
                .and_then(|name| name.rsplit('/').next());
            rule.routes
                .iter()
                .map(move |route| (host.unwrap_or("*"), route))
        })
        .filter_map(|(host, route)| example(host, route, bound));
    for line in examples.take(EXAMPLES) {
        let _ = writeln!(text, "  try: {line}");
    }
}

fn example(host: &str, route: &Route, port: u32) -> Option<String> {
    let path = match route.r#match.as_ref()?.path_specifier.as_ref()? {
        PathSpecifier::Path(path)
        | PathSpecifier::Prefix(path)
        | PathSpecifier::PathSeparatedPrefix(path) => path.as_str(),
        PathSpecifier::SafeRegex(_)
        | PathSpecifier::ConnectMatcher(_)
        | PathSpecifier::PathMatchPolicy(_) => return None,
    };
    let host = match host {
        "*" => String::new(),
        host => format!("-H 'Host: {}' ", host.replace("*.", "www.")),
    };
    let body = if path.ends_with("/chat/completions") {
        " -d '{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}' -H 'Content-Type: application/json'"
    } else {
        ""
    };
    Some(format!("curl {host}http://127.0.0.1:{port}{path}{body}"))
}

fn listener_port(listener: &Listener) -> Option<u32> {
    match listener.address.as_ref()?.address.as_ref()? {
        Address::SocketAddress(socket) => match socket.port_specifier.as_ref()? {
            PortSpecifier::PortValue(port) => Some(*port),
            PortSpecifier::NamedPort(_) => None,
        },
        Address::Pipe(_) | Address::EnvoyInternalAddress(_) => None,
    }
}

fn messages<M: prost::Message + Default>(snapshot: &SnapshotResponse, url: TypeUrl) -> Vec<M> {
    snapshot
        .resources
        .iter()
        .filter_map(|resource| resource.resource.as_ref())
        .filter(|any| any.type_url == url.as_str())
        .filter_map(|any| M::decode(any.value.clone()).ok())
        .collect()
}
