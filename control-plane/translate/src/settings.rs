//! What the operator set, as far as translation depends on it.
//!
//! Owns the switches and their defaults. Must not read the environment or flags: who builds a `Settings` did.
//! Two replicas with equal settings and inputs publish equal commits.

use std::collections::{BTreeMap, BTreeSet};

/// Our name in GatewayClasses, unless the operator gave another.
pub const CONTROLLER: &str = "tidegate.dev/gateway-controller";

/// What the operator set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where objects come from.
    pub source: Source,
    /// Our name in GatewayClasses.
    pub controller: String,
    /// Whether proxies are deployed for Gateways: then addresses and what is deployed can be asked for.
    pub deploys: bool,
    /// Whether the proxies of all Gateways share the ports of one machine.
    pub shared_host: bool,
    /// Ports that Gateways may not claim, because the proxy itself uses them.
    pub reserved_ports: BTreeSet<u16>,
    /// How many proxies in front of ours are trusted to have told the client's address.
    pub trusted_hops: u32,
    /// Where a kind of model provider (`openai`) is really found. Credentials are kept as written.
    pub provider_overrides: BTreeMap<String, ProviderAddress>,
    /// Hosts that a `baseURL` may name although they resolve to the proxy's own machine or its link; in lower case.
    pub local_hosts: BTreeSet<String>,
    /// Hosts outside the clouds to which a proxy's own identity may go; in lower case.
    pub identity_hosts: BTreeSet<String>,
}

/// Where objects come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Files: the classes `tidegate` and `agentgateway` exist without an object.
    Directory,
    /// A Kubernetes API server.
    Kubernetes,
}

/// Where a kind of provider is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAddress {
    /// Host name or IP address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether it speaks TLS.
    pub tls: bool,
}

// === impl Settings ===

impl Settings {
    /// For one machine and a directory of manifests.
    pub fn directory() -> Settings {
        Settings {
            source: Source::Directory,
            controller: CONTROLLER.to_owned(),
            deploys: false,
            shared_host: true,
            reserved_ports: BTreeSet::new(),
            trusted_hops: 0,
            provider_overrides: BTreeMap::new(),
            local_hosts: BTreeSet::new(),
            identity_hosts: BTreeSet::new(),
        }
    }

    /// For a cluster in which proxies are deployed.
    pub fn kubernetes() -> Settings {
        Settings {
            source: Source::Kubernetes,
            deploys: true,
            shared_host: false,
            ..Settings::directory()
        }
    }
}
