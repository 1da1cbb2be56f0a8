//! Services that guards ask: where they are, and with which credential.
//!
//! Owns hosts of services that judge, and whose identity is shown where nobody says. Each is a provider to which no request of
//! a client goes. Must fail closed: a guard that cannot be asked is one that the proxy could not have.

use cp_api::Kind;
use cp_api::backend::policy::BackendPolicies;
use cp_api::backend::policy::auth::BackendAuth;
use cp_api::backend::policy::cloud::{AwsAuth, AzureAuth, GcpAuth};
use cp_api::backend::policy::guard::ContentSafety;
use cp_api::backend::provider::Provider;
use cp_api::http_route::BackendObjectReference;

use super::super::provider::KeyPlace;
use super::super::{Address, Placed, Scope};
use super::{Asked, Service};
use crate::backend::Verdict;
use crate::backend::base_url::BaseUrl;
use crate::backend::static_host::{self, authority};
use crate::plan::credential::Credential;
use crate::plan::{ProviderPlan, Service as PlanService};

/// By which the operator moves Content Safety.
const AZURE: &str = "contentsafety";

/// Where guards of a backend stand that all of its providers have.
const INHERITED: &str = "spec.policies.ai.promptGuard";

// === impl Scope ===

impl Scope<'_> {
    /// A service that guards of a provider ask.
    pub(in crate::backend::ai) fn guard_target(
        &self,
        placed: &Placed<'_>,
        asked: &Asked<'_>,
        verdict: &mut Verdict,
    ) -> Result<ProviderPlan, String> {
        // The same for all providers where the guards are the backend's: a prompt is then judged once.
        let cluster = match asked.guards == INHERITED && placed.path.starts_with("spec.ai.") {
            true => format!("guard/{}", asked.name),
            false => format!("{}/guard/{}", placed.name, asked.name),
        };
        self.target(&cluster, asked, verdict)
    }

    /// A service that guards of an attached policy ask.
    pub(crate) fn attached_target(&self, asked: &Asked<'_>) -> Result<ProviderPlan, String> {
        self.target(
            &format!("guard/{}", asked.name),
            asked,
            &mut Verdict::default(),
        )
    }

    fn target(
        &self,
        cluster: &str,
        asked: &Asked<'_>,
        verdict: &mut Verdict,
    ) -> Result<ProviderPlan, String> {
        let provider = Provider::default();
        let at = format!("{}.{}.{}", asked.guards, asked.at, asked.service.field());
        let policies = asked.service.policies();
        let implied = asked.service.implied();
        let auth = policies
            .and_then(|own| own.auth.as_ref())
            .or(implied.as_ref());
        let tls = policies.and_then(|own| own.tls.as_ref());
        let placed = Placed {
            provider: &provider,
            name: cluster,
            path: at.clone(),
            weight: 1,
            preset: None,
            base: None,
            request_timeout: None,
            health: None,
            ai: Vec::new(),
            auth: auth.map(|own| (own, format!("{at}.policies.auth"))),
            tls: tls.map(|own| (own, format!("{at}.policies"))),
        };
        let address = match &asked.service {
            Service::Webhook(own) => {
                let path = format!("{at}.backendRef");
                self.referenced(&placed, (&path, &own.backend_ref), verdict)?
            }
            Service::OpenAi(_) => self.public(&placed, ("openai", "api.openai.com"), verdict)?,
            Service::Bedrock(own) => {
                let host = format!("bedrock-runtime.{}.amazonaws.com", own.region.0);
                self.public(&placed, ("bedrock", &host), verdict)?
            }
            Service::ModelArmor(own) => {
                let host = format!("modelarmor.{}.rep.googleapis.com", own.location);
                self.public(&placed, ("modelarmor", &host), verdict)?
            }
            Service::ContentSafety(own) => self.content_safety(&placed, own, verdict)?,
        };
        let service = asked.service.plan();
        let place = (
            asked.service.key_place(),
            &service,
            address.authority.as_str(),
        );
        let credential = self.credential(&placed, place, verdict)?;
        if let Credential::Unavailable(message) | Credential::Missing(message) = &credential.main {
            return Err(message.clone());
        }
        Ok(ProviderPlan {
            name: asked.name.clone(),
            cluster: address.cluster,
            transport: address.transport,
            service,
            weight: 1,
            model: String::new(),
            path_prefix: String::new(),
            path: String::new(),
            authority: address.authority,
            credential,
            request_timeout: None,
            rerank: None,
            health: None,
            policy: None,
            refuses_local_addresses: match &asked.service {
                // Moved by the operator, it is where the operator says.
                Service::ContentSafety(own) => {
                    own.endpoint.is_some() && !self.settings.provider_overrides.contains_key(AZURE)
                }
                Service::Webhook(_)
                | Service::OpenAi(_)
                | Service::Bedrock(_)
                | Service::ModelArmor(_) => false,
            },
            telemetry_name: "guard".to_owned(),
        })
    }

    /// The host of the resource, or what stands in its place.
    fn content_safety(
        &self,
        placed: &Placed<'_>,
        own: &ContentSafety,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let at = &placed.path;
        if let Some(reference) = &own.backend_ref {
            let path = format!("{at}.backendRef");
            return self.referenced(placed, (&path, reference), verdict);
        }
        let endpoint = own.endpoint.as_deref().unwrap_or_default();
        let url = BaseUrl::parse(endpoint).map_err(|wrong| format!("{at}.endpoint {wrong}"))?;
        if !url.is_tls || url.port != 443 || !url.path.is_empty() {
            return Err(format!(
                "{at}.endpoint must be https://HOST alone; use backendRef for other addresses"
            ));
        }
        self.public(placed, (AZURE, &url.host), verdict)
    }

    /// A Service, or the host of a static backend, which may have TLS.
    fn referenced(
        &self,
        placed: &Placed<'_>,
        (path, reference): (&str, &BackendObjectReference),
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let namespace = self.namespace();
        if Kind::of(&reference.group, &reference.kind) != Some(Kind::AgentgatewayBackend) {
            return self.service(placed, (path, reference), verdict);
        }
        let own = reference.namespace.as_deref();
        if own.is_some_and(|own| own != namespace) {
            return Err(format!("{path} must be in the same namespace"));
        }
        let name = &reference.name;
        let stored = self.lookup.backend(namespace, name).ok_or_else(|| {
            format!("{path}: AgentgatewayBackend {namespace}/{name} does not exist")
        })?;
        let object = &*stored.object;
        let Some(host) = &object.spec.static_host else {
            return Err(format!(
                "{path}: AgentgatewayBackend {namespace}/{name} must be static; give it host and port"
            ));
        };
        let served = static_host::resolve(self.lookup, object, host);
        if let Some((_, message)) = served.verdict.refused {
            return Err(format!(
                "{path}: AgentgatewayBackend {namespace}/{name}: {message}"
            ));
        }
        let plain = || {
            let (host, port) = (host.host.as_deref(), host.port.unwrap_or_default());
            authority(host.unwrap_or_default(), port, false)
        };
        Ok(Address {
            cluster: self.cluster(placed.name),
            transport: Some(served.upstream),
            authority: served.host.unwrap_or_else(plain),
        })
    }
}

// === impl Service ===

impl Service<'_> {
    fn field(&self) -> &'static str {
        match self {
            Service::Webhook(_) => "webhook",
            Service::OpenAi(_) => "openAIModeration",
            Service::Bedrock(_) => "bedrockGuardrails",
            Service::ModelArmor(_) => "googleModelArmor",
            Service::ContentSafety(_) => "azureContentSafety",
        }
    }

    fn policies(&self) -> Option<&BackendPolicies> {
        match self {
            Service::Webhook(_) => None,
            Service::OpenAi(own) => own.policies.as_ref(),
            Service::Bedrock(own) => own.policies.as_ref(),
            Service::ModelArmor(own) => own.policies.as_ref(),
            Service::ContentSafety(own) => own.policies.as_ref(),
        }
    }

    /// The proxy's own identity in the cloud, where no policy names another.
    fn implied(&self) -> Option<BackendAuth> {
        match self {
            Service::Webhook(_) | Service::OpenAi(_) => None,
            Service::Bedrock(_) => Some(BackendAuth {
                aws: Some(AwsAuth::default()),
                ..BackendAuth::default()
            }),
            Service::ModelArmor(_) => Some(BackendAuth {
                gcp: Some(GcpAuth::default()),
                ..BackendAuth::default()
            }),
            // What stands in the place of the resource is not Azure's.
            Service::ContentSafety(own) => own.endpoint.as_ref().map(|_| BackendAuth {
                azure: Some(AzureAuth::default()),
                ..BackendAuth::default()
            }),
        }
    }

    /// Where a key goes.
    fn key_place(&self) -> KeyPlace {
        match self {
            Service::Webhook(_)
            | Service::OpenAi(_)
            | Service::Bedrock(_)
            | Service::ModelArmor(_) => KeyPlace::Bearer,
            Service::ContentSafety(_) => KeyPlace::Subscription,
        }
    }

    /// By which keys find their place, and signatures their region.
    fn plan(&self) -> PlanService {
        match self {
            Service::Webhook(_) | Service::OpenAi(_) | Service::ContentSafety(_) => {
                PlanService::OpenAi
            }
            Service::Bedrock(own) => PlanService::Bedrock {
                region: own.region.0.clone(),
                guardrail: None,
            },
            Service::ModelArmor(own) => PlanService::Vertex {
                project: own.project_id.0.clone(),
                region: own.location.clone(),
            },
        }
    }
}
