//! The provider groups of a configuration, joined with what is known of their providers.
//!
//! Owns what makes a provider another one: its endpoint and the content of its credential; and what makes a key another one:
//! its content, and whom it is sent to. Must not choose. Invariant: a provider or key that stays the same keeps its health over
//! every commit.

use std::{collections::HashMap, sync::Arc};

use dp_config::{
    AiBackend, Config,
    ai_backend::{AiCredential, AiProvider, AwsKeys, AzureIdentity, Health},
    cluster::ClusterKind,
    policy::AiKeys,
};
use dp_policy::ai_load::{AiAlgorithm, AiLoad};
use dp_upstream::provider_group::{
    Backend, Choice, EntrySettings,
    attempts::RetryPolicy,
    health_policy::HealthPolicy,
    states::{Declared, DeclaredEntry, DeclaredGroup, DeclaredKey, Fingerprint, States},
};

/// Provider groups by the name of their backend.
#[derive(Debug, Default)]
pub(crate) struct Providers(HashMap<Arc<str>, Arc<Backend>>);

// === impl Providers ===

impl Providers {
    /// Those of a configuration.
    pub(crate) fn join(states: &States, config: &Config) -> Providers {
        let joined = config.ai_backends().map(|backend| {
            let declared = declared(config, backend);
            (backend.name.clone(), Arc::new(states.join(&declared)))
        });
        let joined: HashMap<_, _> = joined.collect();
        states.retain(|name| joined.contains_key(name));
        Providers(joined)
    }

    /// Those of a backend.
    pub(crate) fn of(&self, backend: &str) -> Option<&Arc<Backend>> {
        self.0.get(backend)
    }
}

fn declared(config: &Config, backend: &AiBackend) -> Declared {
    let entries: usize = backend.groups.iter().map(Vec::len).sum();
    let of_all = backend.load(config, None);
    let group = |providers: &Vec<AiProvider>| DeclaredGroup {
        entries: providers
            .iter()
            .map(|provider| {
                let load = backend.load(config, Some(&provider.name));
                let own = entry(config, (provider, load), entries);
                let pool = backend.keys(config, &provider.name);
                DeclaredEntry {
                    keys: pool.map_or_else(Vec::new, |pool| keys(config, provider, pool)),
                    ..own
                }
            })
            .collect(),
        min_healthy_percent: of_all.min_healthy_percent,
    };
    Declared {
        name: backend.name.clone(),
        groups: backend.groups.iter().map(group).collect(),
        retries: RetryPolicy {
            // A lone provider is asked again only where somebody asks for it.
            retries: (entries < 2).then_some(0),
            ..RetryPolicy::default()
        },
        choice: match of_all.algorithm.unwrap_or_default() {
            AiAlgorithm::Weighted => Choice::Shares,
            AiAlgorithm::P2cEwma => Choice::Better,
            AiAlgorithm::LeastInFlight => Choice::LeastInFlight,
            AiAlgorithm::LowestCost => Choice::LowestCost,
        },
    }
}

fn entry(
    config: &Config,
    (provider, load): (&AiProvider, AiLoad),
    entries: usize,
) -> DeclaredEntry {
    let default = HealthPolicy::for_backend_of(entries);
    DeclaredEntry {
        name: provider.name.clone(),
        fingerprint: fingerprint(config, provider),
        settings: EntrySettings {
            weight: provider.weight,
            most_in_flight: load.max_in_flight,
            most_at_endpoint: load.max_in_flight_per_endpoint,
            most_probes: load.probes,
            health: match &provider.health {
                None => default,
                Some(health) => Some(policy(health)),
            },
        },
        keys: Vec::new(),
    }
}

/// A key that is replaced is another one; its provider stays the same. So is one that is sent to somebody else, or in another
/// header: who refused it before said nothing of that.
fn keys(config: &Config, provider: &AiProvider, pool: &AiKeys) -> Vec<DeclaredKey> {
    let place = place(config, provider);
    let key = |secret: &Arc<str>| {
        let content = config.generic_secret(secret);
        let content = content.map(|content| content.expose().to_vec());
        DeclaredKey {
            name: secret.clone(),
            fingerprint: Fingerprint::of(&(content, place, &provider.credential)),
        }
    };
    pool.secrets.iter().map(key).collect()
}

fn policy(health: &Health) -> HealthPolicy {
    let default = HealthPolicy::default();
    HealthPolicy {
        consecutive_failures: health.consecutive_failures,
        health_threshold: health.health_threshold,
        base: health.eviction,
        longest: default.longest.max(health.eviction),
        restore_health: health.restore_health.unwrap_or(default.restore_health),
        ..default
    }
}

fn fingerprint(config: &Config, provider: &AiProvider) -> Fingerprint {
    let secret = |name: &str| {
        config
            .generic_secret(name)
            .map(|secret| secret.expose().to_vec())
    };
    let credential = match &provider.credential {
        AiCredential::None
        | AiCredential::Passthrough(_)
        | AiCredential::Unavailable(_)
        | AiCredential::Missing(_) => Vec::new(),
        AiCredential::Key(key) => vec![secret(&key.secret)],
        AiCredential::Aws(aws) => match &aws.keys {
            AwsKeys::Stored {
                access_key,
                secret_key,
                ..
            } => vec![secret(access_key), secret(secret_key)],
            AwsKeys::Ambient(_) => Vec::new(),
        },
        AiCredential::Azure(azure) => match &azure.identity {
            AzureIdentity::ClientSecret { client_secret, .. } => vec![secret(client_secret)],
            AzureIdentity::Ambient | AzureIdentity::Managed(_) | AzureIdentity::Workload => {
                Vec::new()
            }
        },
        AiCredential::Gcp(gcp) => gcp.key_file.iter().map(|name| secret(name)).collect(),
    };
    let further: Vec<_> = provider
        .further
        .iter()
        .map(|key| secret(&key.secret))
        .collect();
    Fingerprint::of(&(
        place(config, provider),
        (&provider.credential, credential),
        (&provider.further, further),
    ))
}

/// Whose service it is, and where. The endpoints of a Service come and go; it is the same one.
fn place(config: &Config, provider: &AiProvider) -> Fingerprint {
    let endpoint = format!("{:?}", provider.endpoint);
    let authority = provider
        .authority
        .as_ref()
        .map(http::uri::Authority::as_str);
    let cluster = config.cluster(&provider.cluster);
    let (service, addresses) = match cluster.map(|cluster| &cluster.kind) {
        Some(ClusterKind::Static(own) | ClusterKind::Dns(own)) => {
            let addresses = own.iter().map(|endpoint| &endpoint.address);
            (None, addresses.collect())
        }
        Some(
            ClusterKind::Eds(name)
            | ClusterKind::Ai(name)
            | ClusterKind::Models(name)
            | ClusterKind::ForwardProxy(name),
        ) => (Some(name), Vec::new()),
        None => (None, Vec::new()),
    };
    Fingerprint::of(&(endpoint, authority, &provider.cluster, service, addresses))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dp_config::ai_backend::Health;

    use super::policy;

    #[test]
    fn what_is_configured_is_not_cut() {
        for (eviction, longest) in [(10, 300), (300, 300), (1800, 1800)] {
            let health = Health {
                eviction: Duration::from_secs(eviction),
                consecutive_failures: None,
                health_threshold: None,
                restore_health: None,
            };
            let policy = policy(&health);
            let [base, longest] = [eviction, longest].map(Duration::from_secs);
            assert_eq!((policy.base, policy.longest), (base, longest));
        }
    }
}
