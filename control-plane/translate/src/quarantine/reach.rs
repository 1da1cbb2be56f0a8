//! What a resource that stands in needs beside itself.
//!
//! Owns the references that `emit` writes, read back, and their restoration from what was applied: last good content
//! whose cluster is gone would be a 503. Must not touch what the snapshot has. Each step adds a name that was absent and
//! was applied, so it ends, and adds no more than was applied.

use std::sync::Arc;

use prost::Message;
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::cluster::v3::cluster::{ClusterDiscoveryType, DiscoveryType};
use proto::envoy::config::core::v3::transport_socket;
use proto::envoy::config::listener::v3::{Listener, filter};
use proto::envoy::config::route::v3::route::Action;
use proto::envoy::config::route::v3::route_action::ClusterSpecifier;
use proto::envoy::config::route::v3::{Route, RouteConfiguration, VirtualHost};
use proto::envoy::extensions::filters::network::http_connection_manager::v3 as hcm;
use proto::envoy::extensions::transport_sockets::tls::v3::{
    CommonTlsContext, DownstreamTlsContext, UpstreamTlsContext,
};
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::ai_credential;
use proto::tidegate::v1::azure_credential::Identity;
use proto::tidegate::v1::gcp_credential::Source;
use proto::tidegate::v1::policy;
use proto::type_url::TypeUrl;
use proto::{any, reference};
use xds::resource::Resource;
use xds::snapshot::Snapshot;

use super::is_refused;
use crate::inputs::Fleet;

type Name = (TypeUrl, String);

/// Puts back what a resource refers to, and what that refers to, where it is absent and was applied.
pub(super) fn restore(fleet: &Fleet, resource: &Resource, snapshot: &mut Snapshot) {
    let mut wanted = references(resource);
    while let Some((type_url, name)) = wanted.pop() {
        if snapshot.get(type_url, &name).is_some() {
            continue;
        }
        let applied = fleet.applied.get(type_url, &name);
        let Some(applied) = applied.filter(|applied| !is_refused(fleet, applied)) else {
            continue;
        };
        snapshot.insert(Arc::clone(applied));
        wanted.extend(references(applied));
        wanted.extend(below(&fleet.applied, applied));
    }
}

/// What a resource names. What does not decode names nothing: we wrote it, so it does.
fn references(resource: &Resource) -> Vec<Name> {
    let bytes = resource.message().clone();
    match resource.type_url() {
        TypeUrl::Cluster => Cluster::decode(bytes).map(|message| of_cluster(&message)),
        TypeUrl::AiBackend => tidegate::AiBackend::decode(bytes).map(|message| of_ai(&message)),
        TypeUrl::ModelRouter => {
            tidegate::ModelRouter::decode(bytes).map(|message| of_models(&message))
        }
        TypeUrl::PolicySet => tidegate::PolicySet::decode(bytes).map(|message| {
            let attachments = message.attachments.into_iter();
            attachments
                .map(|own| (TypeUrl::Policy, own.policy))
                .collect()
        }),
        TypeUrl::Listener => Listener::decode(bytes).map(|message| of_listener(&message)),
        TypeUrl::RouteConfiguration => RouteConfiguration::decode(bytes).map(|message| {
            let hosts = message.virtual_hosts.iter();
            of_routes(hosts.flat_map(|host| &host.routes))
        }),
        TypeUrl::VirtualHost => {
            VirtualHost::decode(bytes).map(|message| of_routes(&message.routes))
        }
        TypeUrl::RouteRule => tidegate::RouteRule::decode(bytes).map(|message| {
            let mut names = of_routes(&message.routes);
            let hosts = message.virtual_hosts.into_iter();
            names.extend(hosts.map(|host| (TypeUrl::VirtualHost, host)));
            names.push((TypeUrl::PolicySet, message.policy_set));
            names
        }),
        TypeUrl::Policy => tidegate::Policy::decode(bytes).map(|message| of_policy(&message)),
        TypeUrl::Endpoint
        | TypeUrl::Secret
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::Commit => Ok(Vec::new()),
    }
    .unwrap_or_default()
}

fn of_cluster(cluster: &Cluster) -> Vec<Name> {
    let mut names = Vec::new();
    let discovery = ClusterDiscoveryType::Type(DiscoveryType::Eds.into());
    if cluster.cluster_discovery_type == Some(discovery) {
        let config = cluster.eds_cluster_config.as_ref();
        let written = config.map(|config| config.service_name.as_str());
        let name = written.filter(|name| !name.is_empty());
        names.push((TypeUrl::Endpoint, name.unwrap_or(&cluster.name).to_owned()));
    }
    let socket = cluster.transport_socket.as_ref();
    let socket = socket.and_then(|socket| socket.config_type.as_ref());
    if let Some(transport_socket::ConfigType::TypedConfig(config)) = socket
        && let Ok(tls) = any::unpack::<UpstreamTlsContext>(config)
    {
        let context = tls.common_tls_context.unwrap_or_default();
        names.extend(certificates(context));
    }
    if let Ok(Some(ours)) = reference::read(cluster.metadata.as_ref())
        && let Ok(type_url) = ours.type_url.parse()
    {
        names.push((type_url, ours.name));
    }
    names
}

fn of_ai(backend: &tidegate::AiBackend) -> Vec<Name> {
    let layers = backend.price_catalogs.iter();
    let mut names: Vec<Name> = layers
        .map(|layer| (TypeUrl::PriceCatalog, layer.clone()))
        .collect();
    if !backend.policy_set.is_empty() {
        names.push((TypeUrl::PolicySet, backend.policy_set.clone()));
    }
    for provider in backend.groups.iter().flat_map(|group| &group.providers) {
        names.extend(of_provider(provider));
        let policy = provider.policy.as_ref();
        let targets = policy.into_iter().flat_map(|own| &own.guard_targets);
        names.extend(targets.flat_map(of_provider));
    }
    names
}

fn of_provider(provider: &tidegate::AiProvider) -> Vec<Name> {
    let mut names = vec![(TypeUrl::Cluster, provider.cluster.clone())];
    let elsewhere = provider.rerank.iter();
    names.extend(elsewhere.map(|home| (TypeUrl::Cluster, home.cluster.clone())));
    let kind = provider
        .credential
        .as_ref()
        .and_then(|credential| credential.kind.as_ref());
    match kind {
        Some(ai_credential::Kind::Key(key)) => {
            names.push((TypeUrl::Secret, key.secret.clone()));
        }
        Some(ai_credential::Kind::Aws(aws)) => {
            let secrets = [&aws.access_key, &aws.secret_key, &aws.session_token];
            for secret in secrets.into_iter().filter(|name| !name.is_empty()) {
                names.push((TypeUrl::Secret, secret.clone()));
            }
        }
        Some(ai_credential::Kind::Azure(azure)) => {
            if let Some(Identity::ClientSecret(own)) = &azure.identity {
                for secret in [&own.client_id, &own.tenant_id, &own.client_secret] {
                    names.push((TypeUrl::Secret, secret.clone()));
                }
            }
        }
        Some(ai_credential::Kind::Gcp(gcp)) => {
            if let Some(Source::Credentials(secret)) = &gcp.source {
                names.push((TypeUrl::Secret, secret.clone()));
            }
        }
        Some(
            ai_credential::Kind::None(_)
            | ai_credential::Kind::Passthrough(_)
            | ai_credential::Kind::Unavailable(_),
        )
        | None => {}
    }
    let further = provider.credential.iter().flat_map(|own| &own.further);
    names.extend(further.map(|key| (TypeUrl::Secret, key.secret.clone())));
    names
}

fn of_policy(policy: &tidegate::Policy) -> Vec<Name> {
    match &policy.content {
        Some(policy::Content::Ai(ai)) => ai.guard_targets.iter().flat_map(of_provider).collect(),
        Some(policy::Content::AiCache(cache)) => {
            let semantic = cache.semantic.iter();
            let asked = semantic.filter_map(|own| own.embeddings.as_ref());
            asked.flat_map(of_provider).collect()
        }
        Some(policy::Content::AiGuards(own)) => own.targets.iter().flat_map(of_provider).collect(),
        Some(policy::Content::Budgets(budgets)) => {
            let stores = budgets.budgets.iter().filter_map(|own| own.shared.as_ref());
            stores.flat_map(of_store).collect()
        }
        Some(policy::Content::AiKeys(own)) => {
            let keys = own.keys.iter();
            keys.map(|key| (TypeUrl::Secret, key.secret.clone()))
                .collect()
        }
        Some(policy::Content::GlobalRateLimit(limit)) => {
            limit.service.iter().map(of_service).collect()
        }
        Some(
            policy::Content::Denied(_)
            | policy::Content::AiAffinity(_)
            | policy::Content::AiFallback(_)
            | policy::Content::AiLoad(_)
            | policy::Content::AiTimeouts(_)
            | policy::Content::LocalRateLimit(_)
            | policy::Content::Concurrency(_)
            | policy::Content::FrontendHttp(_)
            | policy::Content::AiAllowedModels(_)
            | policy::Content::AiDeniedParams(_)
            | policy::Content::AiResponseModel(_)
            | policy::Content::Attribution(_),
        )
        | None => Vec::new(),
    }
}

fn of_store(store: &tidegate::SharedStore) -> Vec<Name> {
    match &store.service {
        Some(service) => vec![of_service(service)],
        None => vec![(TypeUrl::Secret, store.redis_secret.clone())],
    }
}

fn of_service(service: &tidegate::RateLimitService) -> Name {
    (TypeUrl::Cluster, service.cluster.clone())
}

fn of_models(router: &tidegate::ModelRouter) -> Vec<Name> {
    use tidegate::virtual_model::Routing;
    let mut names: Vec<&str> = Vec::new();
    names.extend(router.models.iter().map(|model| model.backend.as_str()));
    for model in &router.virtual_models {
        match &model.routing {
            Some(Routing::Weighted(weighted)) => {
                let targets = weighted.targets.iter();
                names.extend(targets.filter_map(|one| Some(one.target.as_ref()?.backend.as_str())));
            }
            Some(Routing::Conditional(conditional)) => {
                let targets = conditional.targets.iter();
                names.extend(targets.filter_map(|one| Some(one.target.as_ref()?.backend.as_str())));
            }
            Some(Routing::Failover(name)) => names.push(name),
            Some(Routing::Unavailable(_)) | None => {}
        }
    }
    let names = names.into_iter();
    names
        .map(|name| (TypeUrl::AiBackend, name.to_owned()))
        .collect()
}

fn of_listener(listener: &Listener) -> Vec<Name> {
    let mut names = Vec::new();
    for chain in &listener.filter_chains {
        for filter in &chain.filters {
            if let Some(filter::ConfigType::TypedConfig(config)) = &filter.config_type
                && let Ok(manager) = any::unpack::<hcm::HttpConnectionManager>(config)
                && let Some(hcm::http_connection_manager::RouteSpecifier::Rds(rds)) =
                    manager.route_specifier
            {
                names.push((TypeUrl::RouteConfiguration, rds.route_config_name));
            }
        }
        let socket = chain
            .transport_socket
            .as_ref()
            .and_then(|socket| socket.config_type.as_ref());
        if let Some(transport_socket::ConfigType::TypedConfig(config)) = socket
            && let Ok(tls) = any::unpack::<DownstreamTlsContext>(config)
        {
            names.extend(certificates(tls.common_tls_context.unwrap_or_default()));
        }
    }
    names
}

fn certificates(context: CommonTlsContext) -> impl Iterator<Item = Name> {
    let secrets = context.tls_certificate_sds_secret_configs.into_iter();
    secrets.map(|secret| (TypeUrl::Secret, secret.name))
}

fn of_routes<'a>(routes: impl IntoIterator<Item = &'a Route>) -> Vec<Name> {
    let mut names = Vec::new();
    for route in routes {
        let Some(Action::Route(action)) = &route.action else {
            continue;
        };
        match &action.cluster_specifier {
            Some(ClusterSpecifier::Cluster(name)) => names.push(name.clone()),
            Some(ClusterSpecifier::WeightedClusters(weighted)) => {
                let shares = weighted.clusters.iter();
                names.extend(shares.map(|share| share.name.clone()));
            }
            Some(
                ClusterSpecifier::ClusterHeader(_)
                | ClusterSpecifier::ClusterSpecifierPlugin(_)
                | ClusterSpecifier::InlineClusterSpecifierPlugin(_),
            )
            | None => {}
        }
        let mirrors = action.request_mirror_policies.iter();
        names.extend(mirrors.map(|mirror| mirror.cluster.clone()));
    }
    names
        .into_iter()
        .map(|name| (TypeUrl::Cluster, name))
        .collect()
}

/// What belongs to a RouteConfiguration by its name. Only for one that was absent: beside one that is there, what is
/// missing was taken away on purpose.
fn below(applied: &Snapshot, resource: &Resource) -> Vec<Name> {
    if resource.type_url() != TypeUrl::RouteConfiguration {
        return Vec::new();
    }
    let of_type = |type_url: TypeUrl, is_own: fn(&str) -> bool| {
        applied.iter(type_url).filter_map(move |one| {
            let rest = one.name().strip_prefix(resource.name().as_ref())?;
            let rest = rest.strip_prefix('/')?;
            is_own(rest).then(|| (type_url, one.name().as_ref().to_owned()))
        })
    };
    of_type(TypeUrl::VirtualHost, |rest| !rest.contains('/'))
        .chain(of_type(TypeUrl::RouteRule, |rest| {
            rest.starts_with("rule/")
        }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, GatewayKey, Inputs, Settings, translate};
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn objects() -> Vec<Value> {
        let service = |name: &str| {
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                "spec": {"ports": [{"port": 80}]}})
        };
        vec![
            json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
                "metadata": {"name": "gw"},
                "spec": {"gatewayClassName": "tidegate", "listeners": [
                    {"name": "http", "port": 80, "protocol": "HTTP"},
                    {"name": "https", "port": 443, "protocol": "HTTPS"}]}}),
            json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": "r"},
            "spec": {"parentRefs": [{"name": "gw"}], "rules": [
                {"backendRefs": [{"group": "agentgateway.dev",
                    "kind": "AgentgatewayBackend", "name": "ai"}]},
                {"matches": [{"path": {"value": "/s"}}],
                 "filters": [{"type": "RequestMirror",
                    "requestMirror": {"backendRef": {"name": "m", "port": 80}}}],
                 "backendRefs": [{"name": "a", "port": 80}, {"name": "b", "port": 80}]},
            ]}}),
            json!({"apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayBackend",
                "metadata": {"name": "ai"},
                "spec": {"ai": {"provider": {"openai": {}}},
                    "policies": {"auth": {"secretRef": {"name": "key"}}}}}),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"},
                "stringData": {"Authorization": "x", "other": "y"}}),
            json!({"apiVersion": "tidegate.dev/v1alpha1", "kind": "TidegatePolicy",
                "metadata": {"name": "budget"},
                "spec": {"targetRefs": [{"group": "gateway.networking.k8s.io",
                    "kind": "Gateway", "name": "gw"}],
                    "traffic": {"budgets": [{"name": "day", "unit": "USD", "limit": "1",
                        "window": "Day", "scope": "Shared",
                        "store": {"redis": {"secretRef": {"name": "redis"}}}},
                        {"name": "hour", "unit": "USD", "limit": "1",
                        "window": "Hour", "scope": "Shared",
                        "store": {"rls": {"backendRef": {"name": "m", "port": 80},
                            "domain": "d"}}}]}}}),
            json!({"apiVersion": "tidegate.dev/v1alpha1", "kind": "TidegatePolicy",
                "metadata": {"name": "keys"},
                "spec": {"targetRefs": [{"group": "agentgateway.dev",
                    "kind": "AgentgatewayBackend", "name": "ai"}],
                    "backend": {"ai": {"keys": [{"secretRef": {"name": "key", "key": "other"}}]}}}}),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "redis"},
                "stringData": {"url": "redis://redis.example"}}),
            service("a"),
            service("b"),
            service("m"),
        ]
    }

    /// Names of a type that the resources of a snapshot refer to.
    #[track_caller]
    fn check(snapshot: &Snapshot, type_url: TypeUrl, expected: &[&str]) {
        let resources = TypeUrl::ALL
            .into_iter()
            .flat_map(|type_url| snapshot.iter(type_url));
        let names: BTreeSet<String> = resources
            .flat_map(|resource| references(resource))
            .filter(|(of, _)| *of == type_url)
            .map(|(_, name)| name)
            .collect();
        assert_eq!(Vec::from_iter(&names), expected, "{type_url}");
    }

    /// Whatever `emit` writes a name of is found again, for each type of resource and both profiles.
    #[test]
    fn every_name_that_is_emitted_is_read_back() {
        let changes = objects().into_iter().map(|value| Change::Apply {
            object: Box::new(cp_api::decode(value).expect("decodes")),
            origin: None,
        });
        let inputs = Inputs::default().with_all(changes);
        let translation = translate(&inputs, &Settings::directory());
        let output = &translation.gateways[&GatewayKey::new("default", "gw")];
        let services = ["svc/default/a/80", "svc/default/b/80", "svc/default/m/80"];
        let ours = ["backend/default/ai", "backend/default/ai/backend"];
        let own = &output.tidegate;
        let counts = ["policy/tidegate/default/budget/traffic.budgets/Service/default/m/80"];
        let clusters = [&ours[..], &counts, &services].concat();
        check(own, TypeUrl::Cluster, &clusters);
        check(own, TypeUrl::Endpoint, &[&counts[..], &services].concat());
        // A certificate that cannot be used is asked for by a name that nothing has.
        let secrets = [
            "gw/default/gw/rc/443/https/unusable",
            "secret/default/key/Authorization",
            "secret/default/key/other",
            "secret/default/redis/url",
        ];
        check(own, TypeUrl::Secret, &secrets);
        check(own, TypeUrl::AiBackend, &["backend/default/ai"]);
        let routes = ["gw/default/gw/rc/443/https", "gw/default/gw/rc/80"];
        check(own, TypeUrl::RouteConfiguration, &routes);
        let hosts = ["gw/default/gw/rc/443/https/*", "gw/default/gw/rc/80/*"];
        check(own, TypeUrl::VirtualHost, &hosts);
        // Envoy is not given the AI backend, and has its routes inline.
        check(&output.envoy, TypeUrl::Cluster, &services);
        check(&output.envoy, TypeUrl::VirtualHost, &[]);
    }

    /// A route configuration that was gone comes with its hosts and rules, another one's stay away.
    #[test]
    fn a_route_configuration_comes_with_what_is_named_below_it() {
        let changes = objects().into_iter().map(|value| Change::Apply {
            object: Box::new(cp_api::decode(value).expect("decodes")),
            origin: None,
        });
        let inputs = Inputs::default().with_all(changes);
        let translation = translate(&inputs, &Settings::directory());
        let applied = &translation.gateways[&GatewayKey::new("default", "gw")].tidegate;
        let fleet = Fleet {
            applied: applied.clone(),
            ..Fleet::default()
        };
        let listener = applied.get(TypeUrl::Listener, "gw/default/gw/listener/80");
        let mut snapshot = Snapshot::default();
        restore(&fleet, listener.expect("emitted"), &mut snapshot);
        let names = |snapshot: &Snapshot, type_url| -> Vec<String> {
            let resources = snapshot.iter(type_url);
            resources.map(|one| one.name().to_string()).collect()
        };
        assert_eq!(
            names(&snapshot, TypeUrl::VirtualHost),
            ["gw/default/gw/rc/80/*"]
        );
        assert_eq!(snapshot.len(TypeUrl::RouteRule), 2);
        assert_eq!(
            names(&snapshot, TypeUrl::Cluster),
            names(applied, TypeUrl::Cluster),
            "the clusters of its rules"
        );
        assert_eq!(snapshot.len(TypeUrl::Endpoint), 4);
        assert_eq!(snapshot.len(TypeUrl::AiBackend), 1);
    }
}
