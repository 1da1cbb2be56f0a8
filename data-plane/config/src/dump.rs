//! The serialisable mirror of a Config, for `config_dump`.
//!
//! Owns what an operator sees of the configuration in force. Must not show a secret: of secrets it knows
//! name, version and kind, and nothing here may call `expose`. These types are a wire of their own: values of
//! the Config do not serialise themselves.

mod models;
mod policies;
mod routes;
mod transport;

use proto::type_url::TypeUrl;
use serde::Serialize;

use crate::ai_backend::{AiBackend, AiCredential, AiProvider, AwsKeys, AzureIdentity};
use crate::config::Config;
use crate::forward_proxy::ForwardProxy;
use crate::model_router::ModelRouter;
use crate::policy::PolicySet;
use crate::secret::{Secret, SecretKind};

pub use models::{ModelRouterDump, RoutedModelDump, VirtualModelDump};
pub use policies::{AttachmentDump, PolicyDump, PolicySetDump};
pub use routes::{HostDump, RouteConfigDump, RouteDump};
pub use transport::{ChainDump, ClusterDump, EndpointDump, ListenerDump, TlsDump};

/// Everything that requests are served with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dump {
    /// Id of the commit.
    pub commit_id: String,
    /// Listeners, by name.
    pub listeners: Vec<ListenerDump>,
    /// Route configurations, by name.
    pub route_configs: Vec<RouteConfigDump>,
    /// Clusters, by name.
    pub clusters: Vec<ClusterDump>,
    /// Secrets, by name, without their content.
    pub secrets: Vec<SecretDump>,
    /// AI backends, by name.
    pub ai_backends: Vec<AiBackendDump>,
    /// Model routers, by name.
    pub model_routers: Vec<ModelRouterDump>,
    /// Policies, by name.
    pub policies: Vec<PolicyDump>,
    /// Policy sets, by name.
    pub policy_sets: Vec<PolicySetDump>,
    /// Dynamic forward proxies, by name.
    pub forward_proxies: Vec<ForwardProxyDump>,
}

/// One secret, without its content.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SecretDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// `certificate`, `generic` or `trust`.
    pub kind: &'static str,
    /// Always `[redacted]`.
    pub content: &'static str,
}

/// One AI backend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AiBackendDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// Priority groups.
    pub groups: Vec<Vec<AiProviderDump>>,
}

/// One provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AiProviderDump {
    /// Name in the backend.
    pub name: String,
    /// Cluster that carries the transport.
    pub cluster: String,
    /// Whose service it is: `openai`, `bedrock`, ...
    pub service: &'static str,
    /// Model that replaces the request's.
    pub model: Option<String>,
    /// Share of requests in the group.
    pub weight: u32,
    /// `none`, `aws <name of the secret>`, `key <name of the secret>` or `unavailable: <reason>`.
    pub credential: String,
}

/// One dynamic forward proxy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForwardProxyDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// Host names that may resolve to any address.
    pub allowed_hosts: Vec<String>,
}

impl Dump {
    /// Mirrors a Config. O(its size).
    pub fn of(config: &Config) -> Self {
        let resources = config.resources();
        Self {
            commit_id: config.commit_id().to_string(),
            listeners: config
                .listeners()
                .map(|it| ListenerDump::of(config, it))
                .collect(),
            route_configs: config
                .route_index()
                .configs()
                .map(|it| RouteConfigDump::of(config, it))
                .collect(),
            clusters: config
                .clusters()
                .map(|it| ClusterDump::of(config, it))
                .collect(),
            secrets: config
                .secrets()
                .map(|it| SecretDump::of(config, it))
                .collect(),
            ai_backends: resources
                .all::<AiBackend>(TypeUrl::AiBackend)
                .map(|it| AiBackendDump::of(config, it))
                .collect(),
            model_routers: resources
                .all::<ModelRouter>(TypeUrl::ModelRouter)
                .map(|it| ModelRouterDump::of(config, it))
                .collect(),
            policies: config
                .all_policies()
                .map(|it| PolicyDump::of(config, it))
                .collect(),
            policy_sets: resources
                .all::<PolicySet>(TypeUrl::PolicySet)
                .map(|it| PolicySetDump::of(config, it))
                .collect(),
            forward_proxies: resources
                .all::<ForwardProxy>(TypeUrl::DynamicForwardProxy)
                .map(|it| ForwardProxyDump::of(config, it))
                .collect(),
        }
    }
}

impl SecretDump {
    fn of(config: &Config, secret: &Secret) -> Self {
        let kind = match &secret.kind {
            SecretKind::Certificate(_) => "certificate",
            SecretKind::Generic(_) => "generic",
            SecretKind::Trust(_) => "trust",
        };
        let version = version(config, TypeUrl::Secret, &secret.name);
        Self {
            name: secret.name.to_string(),
            version,
            kind,
            content: "[redacted]",
        }
    }
}

impl AiBackendDump {
    fn of(config: &Config, backend: &AiBackend) -> Self {
        let provider = |provider: &AiProvider| {
            let dumped = AiProviderDump::of(provider);
            match backend.keys(config, &provider.name) {
                None => dumped,
                Some(keys) => AiProviderDump {
                    credential: keys.to_string(),
                    ..dumped
                },
            }
        };
        let group = |group: &Vec<AiProvider>| group.iter().map(provider).collect();
        Self {
            name: backend.name.to_string(),
            version: version(config, TypeUrl::AiBackend, &backend.name),
            groups: backend.groups.iter().map(group).collect(),
        }
    }
}

impl AiProviderDump {
    fn of(provider: &AiProvider) -> Self {
        Self {
            name: provider.name.to_string(),
            cluster: provider.cluster.to_string(),
            service: provider.endpoint.service().name(),
            model: provider.model.as_ref().map(ToString::to_string),
            weight: provider.weight,
            credential: match &provider.credential {
                AiCredential::None => "none".to_owned(),
                AiCredential::Key(key) => format!("key {}", key.secret),
                AiCredential::Aws(aws) => match &aws.keys {
                    AwsKeys::Stored { access_key, .. } => format!("aws {access_key}"),
                    AwsKeys::Ambient(None) => "aws, the proxy's own".to_owned(),
                    AwsKeys::Ambient(Some(role)) => format!("aws, role {}", role.arn),
                },
                AiCredential::Azure(azure) => match &azure.identity {
                    AzureIdentity::Ambient => "azure, the proxy's own".to_owned(),
                    AzureIdentity::ClientSecret { client_secret, .. } => {
                        format!("azure {client_secret}")
                    }
                    AzureIdentity::Managed(identity) => format!("azure, {identity}"),
                    AzureIdentity::Workload => "azure, the workload's identity".to_owned(),
                },
                AiCredential::Gcp(gcp) => match &gcp.key_file {
                    None => "gcp, the proxy's own".to_owned(),
                    Some(file) => format!("gcp {file}"),
                },
                AiCredential::Passthrough(_) => "passthrough".to_owned(),
                AiCredential::Unavailable(reason) => format!("unavailable: {reason}"),
                AiCredential::Missing(reason) => format!("missing: {reason}"),
            },
        }
    }
}

impl ForwardProxyDump {
    fn of(config: &Config, proxy: &ForwardProxy) -> Self {
        Self {
            name: proxy.name.to_string(),
            version: version(config, TypeUrl::DynamicForwardProxy, &proxy.name),
            allowed_hosts: proxy.allowed_hosts.iter().cloned().collect(),
        }
    }
}

fn version(config: &Config, type_url: TypeUrl, name: &str) -> String {
    config
        .version(type_url, name)
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
