//! Model providers: those of an AgentgatewayBackend of type `ai`, in priority groups, and those of AgentgatewayModels.
//!
//! Owns each provider's address, paths, model and credential. A provider that cannot be built stays in its
//! group and refuses requests: leaving it out would send its share, and its data, to somebody else.

use std::collections::BTreeMap;

use cp_api::backend::AgentgatewayBackend;
use cp_api::backend::ai::{AiBackend, SINGLE};
use cp_api::backend::policy::BackendPolicies;
use cp_api::backend::policy::ai::BackendAi;
use cp_api::backend::policy::auth::BackendAuth;
use cp_api::backend::policy::health::Health;
use cp_api::backend::policy::tls::BackendTls;
use cp_api::backend::provider::{Custom, Provider};
use cp_api::condition::Reason;
use cp_api::effect::Effects;
use cp_api::{Kind, http_route::BackendObjectReference};
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::backend::base_url::BaseUrl;
use crate::backend::credential::{self, Fault, Owner};
use crate::backend::static_host::authority;
use crate::backend::{Served, Verdict, policy, service};
use crate::lookup::Lookup;
use crate::plan::credential::{Credential, Credentials};
use crate::plan::{Host, ProviderPlan, Service, Upstream, UpstreamProtocol, UpstreamTls};
use crate::settings::{ProviderAddress, Settings};

pub(crate) mod body;
mod expression;
mod guard;
mod health;
pub(super) mod preset;
pub(super) mod provider;
mod weights;

pub(crate) use self::guard::Asked;
use self::preset::Preset;
use self::provider::{Home, KeyPlace, Kind as ServiceKind};
use self::weights::Weights;

/// What a provider is resolved against.
pub(crate) struct Scope<'a> {
    pub(crate) lookup: &'a Lookup<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) declared: Declared<'a>,
}

/// The object that declares a provider.
pub(crate) struct Declared<'a> {
    pub(crate) namespace: &'a str,
    /// Its own name.
    pub(crate) name: &'a str,
    pub(crate) annotations: &'a BTreeMap<String, String>,
    pub(crate) effects: &'a Effects,
    pub(crate) source: tidegate::Source,
    /// The name of the cluster of a provider.
    pub(crate) cluster: &'a dyn Fn(&str) -> String,
}

/// A provider with its place in the spec and the policies that apply to it.
pub(super) struct Placed<'a> {
    provider: &'a Provider,
    name: &'a str,
    path: String,
    weight: u32,
    /// Stands in the place of a kind that the provider would have.
    pub(super) preset: Option<&'static Preset>,
    /// Where it is, in the place of its own address.
    pub(super) base: Option<&'a BaseUrl>,
    /// With its place in the spec.
    health: Option<(&'a Health, String)>,
    /// With their places in the spec, the nearest first.
    ai: Vec<(&'a BackendAi, String)>,
    auth: Option<(&'a BackendAuth, String)>,
    tls: Option<(&'a BackendTls, String)>,
}

/// How a provider is reached.
struct Address {
    cluster: String,
    transport: Option<Upstream>,
    authority: String,
}

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    settings: &Settings,
    object: &AgentgatewayBackend,
    ai: &AiBackend,
) -> Served {
    let inherited = object.spec.policies.as_ref();
    if let Some(message) = policy::unsupported("spec.policies", &object.effects) {
        return Served::refused(message);
    }
    let metadata = &object.metadata;
    let source = lookup
        .backend(&metadata.namespace, &metadata.name)
        .map(|stored| (*stored.source).clone())
        .unwrap_or_default();
    let cluster =
        |provider: &str| name::backend_target(&metadata.namespace, &metadata.name, provider);
    let scope = Scope {
        lookup,
        settings,
        declared: Declared {
            namespace: &metadata.namespace,
            name: &metadata.name,
            annotations: &metadata.annotations,
            effects: &object.effects,
            source,
            cluster: &cluster,
        },
    };
    let weights = match Weights::of_annotation(&metadata.annotations) {
        Ok(weights) => weights,
        Err(message) => return Served::refused(message),
    };
    let mut verdict = Verdict::default();
    let mut usable = 0;
    let mut groups = Vec::new();
    for group in placed(ai, inherited, &weights) {
        let mut plans = Vec::new();
        for provider in group {
            let broken = verdict.broken.len();
            plans.push(scope.provider(&provider, &mut verdict));
            usable += usize::from(verdict.broken.len() == broken);
        }
        groups.push(plans);
    }
    if usable == 0 {
        return Served::refused(verdict.broken.join("; "));
    }
    Served {
        verdict,
        ..Served::whole(Upstream::Ai(groups))
    }
}

fn placed<'a>(
    ai: &'a AiBackend,
    inherited: Option<&'a BackendPolicies>,
    weights: &Weights,
) -> Vec<Vec<Placed<'a>>> {
    if let Some(provider) = &ai.provider {
        let path = "spec.ai.provider".to_owned();
        return vec![vec![place(provider, SINGLE, path, [None, inherited])]];
    }
    let groups = ai.groups.iter().flatten().enumerate();
    groups
        .map(|(group, providers)| {
            let providers = providers.providers.iter().enumerate();
            providers
                .map(|(index, named)| {
                    let path = format!("spec.ai.groups[{group}].providers[{index}]");
                    let policies = [named.policies.as_ref(), inherited];
                    Placed {
                        weight: weights.of(&named.name, named.weight),
                        ..place(&named.provider, &named.name, path, policies)
                    }
                })
                .collect()
        })
        .collect()
}

/// A provider's own policy beats its backend's.
pub(super) fn place<'a>(
    provider: &'a Provider,
    name: &'a str,
    path: String,
    [own, inherited]: [Option<&'a BackendPolicies>; 2],
) -> Placed<'a> {
    let levels = [
        (own, format!("{path}.policies")),
        (inherited, "spec.policies".to_owned()),
    ];
    let auth = levels.iter().find_map(|(policies, at)| {
        policies
            .and_then(|policies| policies.auth.as_ref())
            .map(|auth| (auth, format!("{at}.auth")))
    });
    let tls = levels.iter().find_map(|(policies, at)| {
        policies
            .and_then(|policies| policies.tls.as_ref())
            .map(|tls| (tls, at.clone()))
    });
    let health = levels.iter().find_map(|(policies, at)| {
        let health = policies.as_ref()?.health.as_ref()?;
        Some((health, format!("{at}.health")))
    });
    let ai = levels
        .iter()
        .filter_map(|(policies, at)| Some((policies.as_ref()?.ai.as_ref()?, format!("{at}.ai"))));
    let ai = ai.collect();
    Placed {
        provider,
        name,
        path,
        weight: 1,
        preset: None,
        base: None,
        health,
        ai,
        auth,
        tls,
    }
}

// === impl Scope ===

impl Scope<'_> {
    fn namespace(&self) -> &str {
        self.declared.namespace
    }

    fn cluster(&self, provider: &str) -> String {
        (self.declared.cluster)(provider)
    }

    pub(super) fn provider(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> ProviderPlan {
        match self.build(placed, verdict) {
            Ok(plan) => plan,
            Err(message) => {
                verdict.broken.push(message.clone());
                self.refused(placed, message)
            }
        }
    }

    /// A provider that refuses every request.
    pub(super) fn refused(&self, placed: &Placed<'_>, message: String) -> ProviderPlan {
        ProviderPlan {
            name: placed.name.to_owned(),
            cluster: self.cluster(placed.name),
            transport: Some(Upstream::Unserved),
            // Nothing is ever sent there: the credential stands in front.
            service: Service::OpenAi,
            weight: placed.weight,
            model: String::new(),
            path_prefix: String::new(),
            path: String::new(),
            authority: String::new(),
            credential: Credential::Unavailable(message).into(),
            health: None,
            policy: None,
            refuses_local_addresses: false,
            telemetry_name: self.declared.name.to_owned(),
        }
    }

    fn build(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> Result<ProviderPlan, String> {
        let Placed { provider, path, .. } = placed;
        if let Some(message) = policy::unsupported(path, self.declared.effects) {
            return Err(message);
        }
        let kind = match placed.preset {
            Some(preset) => preset.kind(),
            None => provider::kind(path, provider)?,
        };
        let address = match (placed.base, &kind.home) {
            (Some(base), home) => self.based(placed, base, home, verdict)?,
            (None, Home::Public { kind, host }) => self.public(placed, (kind, host), verdict)?,
            (None, Home::Own(custom)) => self.custom(placed, custom, verdict)?,
        };
        let prefix = placed.base.map(|base| base.path.as_str());
        let prefix = prefix
            .filter(|path| !path.is_empty())
            .or(provider.path_prefix.as_deref())
            .or(placed.preset.map(|preset| preset.prefix));
        let place = (kind.key_place, &kind.service, address.authority.as_str());
        let credential = self.credential(placed, place, verdict)?;
        let mut target = |asked: &guard::Asked<'_>| self.guard_target(placed, asked, verdict);
        let policy = body::resolve(&placed.ai, self.declared.annotations, &mut target)?;
        let ServiceKind {
            service,
            model,
            telemetry_name,
            ..
        } = kind;
        Ok(ProviderPlan {
            name: placed.name.to_owned(),
            cluster: address.cluster,
            transport: address.transport,
            service,
            weight: placed.weight,
            model: model.unwrap_or_default().to_owned(),
            path_prefix: prefix.unwrap_or_default().to_owned(),
            path: provider.path.clone().unwrap_or_default(),
            authority: address.authority,
            credential,
            health: match &placed.health {
                Some((policy, at)) => health::resolve(policy, at)?,
                None => None,
            },
            policy,
            refuses_local_addresses: placed
                .base
                .is_some_and(|base| !self.settings.local_hosts.contains(&base.host)),
            telemetry_name: telemetry_name.unwrap_or(self.declared.name).to_owned(),
        })
    }

    /// Where a base URL says, whatever the kind.
    fn based(
        &self,
        placed: &Placed<'_>,
        base: &BaseUrl,
        home: &Home<'_>,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        if let Home::Own(Custom {
            backend_ref: Some(_),
            ..
        }) = home
        {
            return Err(format!(
                "{0}.baseURL and {0}.custom.backendRef are two addresses; remove one",
                placed.path
            ));
        }
        let plain = if base.is_tls {
            Plain::Refused
        } else {
            Plain::Allowed
        };
        self.at(placed, (&base.host, base.port), plain, verdict)
    }

    /// A service that lives at a host of its own, unless the user or the operator moved it.
    fn public(
        &self,
        placed: &Placed<'_>,
        (kind, own): (&str, &str),
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        if let (Some(host), Some(port)) = (&placed.provider.host, placed.provider.port) {
            return self.at(placed, (host, port), Plain::Allowed, verdict);
        }
        match self.settings.provider_overrides.get(kind) {
            None => self.at(placed, (own, 443), Plain::Refused, verdict),
            Some(ProviderAddress { host, port, tls }) => {
                let plain = if *tls { Plain::Refused } else { Plain::Always };
                self.at(placed, (host, *port), plain, verdict)
            }
        }
    }

    fn custom(
        &self,
        placed: &Placed<'_>,
        custom: &Custom,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        if let (Some(host), Some(port)) = (&placed.provider.host, placed.provider.port) {
            return self.at(placed, (host, port), Plain::Allowed, verdict);
        }
        let Some(reference) = &custom.backend_ref else {
            return Err(format!(
                "{}: custom needs host and port, or backendRef",
                placed.path
            ));
        };
        let path = format!("{}.custom.backendRef", placed.path);
        self.service(placed, (&path, reference), verdict)
    }

    /// A Service as the provider's address: its endpoints, in a cluster of the provider's own.
    fn service(
        &self,
        placed: &Placed<'_>,
        (path, reference): (&str, &BackendObjectReference),
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let is_local = reference
            .namespace
            .as_deref()
            .is_none_or(|namespace| namespace == self.namespace());
        if Kind::of(&reference.group, &reference.kind) != Some(Kind::Service) || !is_local {
            return Err(format!("{path} must be a Service in the same namespace"));
        }
        if placed.tls.is_some() {
            return Err(format!(
                "{path} with policies.tls is not supported yet; use host and port"
            ));
        }
        let port = reference.port.unwrap_or(0);
        let host = format!("{}.{}.svc", reference.name, self.namespace());
        let authority = authority(&host, port, false);
        let cluster = self.cluster(placed.name);
        match service::resolve(self.lookup, self.namespace(), &reference.name, port) {
            Ok(plan) => Ok(Address {
                cluster,
                transport: Some(plan.upstream),
                authority,
            }),
            Err((reason, message)) => {
                let message = format!("{path}: {message}");
                verdict.unresolved.push((reason, message.clone()));
                Err(message)
            }
        }
    }

    fn at(
        &self,
        placed: &Placed<'_>,
        (host, port): (&str, u16),
        plain: Plain,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let tls = match (plain, &placed.tls) {
            (Plain::Always, _) | (Plain::Allowed, None) => None,
            (Plain::Refused, None) => Some(UpstreamTls {
                server_name: host.clone(),
                ca: None,
            }),
            (Plain::Refused | Plain::Allowed, Some((tls, path))) => {
                let tls = policy::tls(self.lookup, self.namespace(), path, (tls, &host));
                Some(tls.map_err(|(reason, message)| {
                    if reason != Reason::NotSupported {
                        verdict.unresolved.push((reason, message.clone()));
                    }
                    message
                })?)
            }
        };
        let authority = authority(&host, port, tls.is_some());
        let protocol = UpstreamProtocol::Http1;
        let transport = Some(Upstream::Host(Host {
            host,
            port,
            tls,
            protocol,
        }));
        Ok(Address {
            cluster: self.cluster(placed.name),
            transport,
            authority,
        })
    }

    fn credential(
        &self,
        placed: &Placed<'_>,
        (key_place, service, authority): (KeyPlace, &Service, &str),
        verdict: &mut Verdict,
    ) -> Result<Credentials, String> {
        let Some((auth, path)) = &placed.auth else {
            return Ok(Credential::None.into());
        };
        let owner = Owner {
            namespace: self.namespace(),
            path,
            inline_name: format!("{}/key", self.cluster(placed.name)),
            key_place,
            azure_scope: match service {
                Service::Foundry { .. } => "https://ai.azure.com/.default",
                Service::OpenAi
                | Service::Anthropic
                | Service::Bedrock { .. }
                | Service::AzureOpenAi { .. }
                | Service::Gemini
                | Service::Vertex { .. }
                | Service::Custom { .. } => "https://cognitiveservices.azure.com/.default",
            },
            authority,
            source: &self.declared.source,
            settings: self.settings,
        };
        match credential::resolve(self.lookup, &owner, auth) {
            Ok(credential) => Ok(credential),
            Err(Fault::Unsupported(message)) => Err(message),
            Err(Fault::Unresolved(message)) => {
                verdict
                    .unresolved
                    .push((Reason::InvalidSecretRef, message.clone()));
                Ok(Credential::Unavailable(message).into())
            }
        }
    }
}

/// When a provider is spoken to without TLS.
#[derive(Clone, Copy)]
enum Plain {
    /// Never.
    Refused,
    /// Unless a policy asks for TLS.
    Allowed,
    /// Whatever the policies say: the operator redirected the provider.
    Always,
}
