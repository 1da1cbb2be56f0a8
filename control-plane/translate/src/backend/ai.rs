//! AgentgatewayBackend of type `ai`: model providers in priority groups.
//!
//! Owns each provider's address, paths, model and credential. A provider that cannot be built stays in its
//! group and refuses requests: leaving it out would send its share, and its data, to somebody else.

use cp_api::backend::AgentgatewayBackend;
use cp_api::backend::ai::{AiBackend, SINGLE};
use cp_api::backend::policy::BackendPolicies;
use cp_api::backend::policy::auth::BackendAuth;
use cp_api::backend::policy::tls::BackendTls;
use cp_api::backend::provider::{Custom, FormatType, Provider};
use cp_api::condition::Reason;
use cp_api::{Kind, http_route::BackendObjectReference};
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::backend::credential::{self, Fault, Owner};
use crate::backend::static_host::authority;
use crate::backend::{Served, Verdict, policy, service};
use crate::lookup::Lookup;
use crate::plan::{Credential, Host, ProviderPlan, Upstream, UpstreamProtocol, UpstreamTls};
use crate::settings::{ProviderAddress, Settings};

const OPENAI_HOST: &str = "api.openai.com";
const DEFAULT_PREFIX: &str = "/v1";

/// What a provider is resolved against.
struct Scope<'a> {
    lookup: &'a Lookup<'a>,
    settings: &'a Settings,
    object: &'a AgentgatewayBackend,
    source: tidegate::Source,
}

/// A provider with its place in the spec and the policies that apply to it.
struct Placed<'a> {
    provider: &'a Provider,
    name: &'a str,
    path: String,
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
    if let Some(message) = policy::unsupported("spec.policies", object) {
        return Served::refused(message);
    }
    let metadata = &object.metadata;
    let source = lookup
        .backend(&metadata.namespace, &metadata.name)
        .map(|stored| (*stored.source).clone())
        .unwrap_or_default();
    let scope = Scope {
        lookup,
        settings,
        object,
        source,
    };
    let mut verdict = Verdict::default();
    let mut usable = 0;
    let mut groups = Vec::new();
    for group in placed(ai, inherited) {
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

fn placed<'a>(ai: &'a AiBackend, inherited: Option<&'a BackendPolicies>) -> Vec<Vec<Placed<'a>>> {
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
                    place(&named.provider, &named.name, path, policies)
                })
                .collect()
        })
        .collect()
}

/// A provider's own policy beats its backend's.
fn place<'a>(
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
    Placed {
        provider,
        name,
        path,
        auth,
        tls,
    }
}

// === impl Scope ===

impl Scope<'_> {
    fn namespace(&self) -> &str {
        &self.object.metadata.namespace
    }

    fn cluster(&self, provider: &str) -> String {
        name::backend_target(self.namespace(), &self.object.metadata.name, provider)
    }

    /// `gen_ai.provider.name`: the well-known name, else what the user calls the backend.
    fn telemetry_name(&self, placed: &Placed<'_>) -> String {
        match placed.provider.openai {
            Some(_) => "openai".to_owned(),
            None => self.object.metadata.name.clone(),
        }
    }

    fn provider(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> ProviderPlan {
        match self.build(placed, verdict) {
            Ok(plan) => plan,
            Err(message) => {
                verdict.broken.push(message.clone());
                ProviderPlan {
                    name: placed.name.to_owned(),
                    cluster: self.cluster(placed.name),
                    transport: Some(Upstream::Unserved),
                    model: String::new(),
                    path_prefix: DEFAULT_PREFIX.to_owned(),
                    path: String::new(),
                    authority: String::new(),
                    credential: Credential::Unavailable(message),
                    telemetry_name: self.telemetry_name(placed),
                }
            }
        }
    }

    fn build(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> Result<ProviderPlan, String> {
        let Placed { provider, path, .. } = placed;
        if let Some(message) = policy::unsupported(path, self.object) {
            return Err(message);
        }
        let mut format_path = None;
        let (address, model) = if let Some(openai) = &provider.openai {
            (self.openai(placed, verdict)?, openai.model.clone())
        } else if let Some(custom) = &provider.custom {
            format_path = completions_path(path, custom)?;
            (self.custom(placed, custom, verdict)?, custom.model.clone())
        } else {
            return Err(format!("{path} has no kind that is served"));
        };
        Ok(ProviderPlan {
            name: placed.name.to_owned(),
            cluster: address.cluster,
            transport: address.transport,
            model: model.unwrap_or_default(),
            path_prefix: prefix(provider),
            path: provider.path.clone().or(format_path).unwrap_or_default(),
            authority: address.authority,
            credential: self.credential(placed, verdict)?,
            telemetry_name: self.telemetry_name(placed),
        })
    }

    fn openai(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> Result<Address, String> {
        if let (Some(host), Some(port)) = (&placed.provider.host, placed.provider.port) {
            return self.at(placed, (host, port), Plain::Allowed, verdict);
        }
        match self.settings.provider_overrides.get("openai") {
            None => self.at(placed, (OPENAI_HOST, 443), Plain::Refused, verdict),
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
        self.service(placed, reference, verdict)
    }

    /// A Service as the provider's address: its endpoints, in a cluster of the provider's own.
    fn service(
        &self,
        placed: &Placed<'_>,
        reference: &BackendObjectReference,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let path = format!("{}.custom.backendRef", placed.path);
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

    fn credential(&self, placed: &Placed<'_>, verdict: &mut Verdict) -> Result<Credential, String> {
        let Some((auth, path)) = &placed.auth else {
            return Ok(Credential::None);
        };
        let owner = Owner {
            namespace: self.namespace(),
            path,
            inline_name: format!("{}/key", self.cluster(placed.name)),
            source: &self.source,
        };
        match credential::resolve(self.lookup, &owner, auth) {
            Ok(credential) => Ok(credential),
            Err(Fault::Unsupported(message)) => Err(message),
            Err(Fault::Unresolved(message)) => {
                verdict
                    .unresolved
                    .push((Reason::InvalidSecretRef, message.clone()));
                Ok(Credential::Unavailable(message))
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

/// The path that the backend gives to chat completions, if it gives one.
fn completions_path(path: &str, custom: &Custom) -> Result<Option<String>, String> {
    custom
        .formats
        .iter()
        .find(|format| format.kind == FormatType::Completions)
        .map(|format| format.path.clone())
        .ok_or_else(|| format!("{path}.custom.formats: only Completions is supported yet; add it"))
}

fn prefix(provider: &Provider) -> String {
    let written = provider.path_prefix.as_deref().unwrap_or(DEFAULT_PREFIX);
    written.trim_end_matches('/').to_owned()
}
