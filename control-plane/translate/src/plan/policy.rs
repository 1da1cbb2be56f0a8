//! Policies in the resolved model: what is in force, and from where.
//!
//! Owns values only. Must not hold two policies for one place and field: conflicts are decided before.

use std::sync::Arc;
use std::time::Duration;

use cp_api::backend::policy::BackendPolicies;
use cp_api::secret::SecretBytes;
use proto::tidegate::v1 as tidegate;

use super::credential::KeyPlan;
use super::{AiPolicyPlan, ProviderPlan, Upstream};

/// One field of one policy object.
#[derive(Clone, Debug)]
pub(crate) struct PolicyPlan {
    /// Resource name.
    pub(crate) name: String,
    /// Path of the field below `spec`.
    pub(crate) field: String,
    pub(crate) body: PolicyBody,
    pub(crate) source: Arc<tidegate::Source>,
}

/// What a policy says.
#[derive(Clone, Debug)]
pub(crate) enum PolicyBody {
    /// It cannot be enforced, and why: requests are refused.
    Denied(String),
    Ai(Box<AiPolicyPlan>),
    /// The key; the beginning of prompts where empty.
    AiAffinity(String),
    AiCache(Box<AiCachePlan>),
    AiGuards(Box<AiGuardsPlan>),
    AiFallback(Vec<tidegate::AiFallbackReason>),
    AiKeys(Box<AiKeysPlan>),
    AiLoad(AiLoadPlan),
    AiTimeouts(AiTimeoutsPlan),
    LocalRateLimit(Vec<LocalLimitPlan>),
    GlobalRateLimit(Box<GlobalLimitPlan>),
    Budgets(Box<BudgetsPlan>),
    Concurrency(tidegate::Concurrency),
    FrontendHttp(tidegate::FrontendHttp),
    AiAllowedModels(tidegate::AiAllowedModels),
    AiDeniedParams(tidegate::AiDeniedParams),
    AiResponseModel(tidegate::AiResponseModel),
    Attribution(tidegate::Attribution),
    /// What providers of the backend that it is attached to are given; nothing of it goes to proxies by itself.
    Given(Box<BackendPolicies>),
}

/// Budgets, and what their stores need.
#[derive(Clone, Debug, Default)]
pub(crate) struct BudgetsPlan {
    pub(crate) wire: tidegate::Budgets,
    pub(crate) secrets: Vec<StoreSecret>,
    pub(crate) services: Vec<ServicePlan>,
}

/// Limits that a service counts.
#[derive(Clone, Debug)]
pub(crate) struct GlobalLimitPlan {
    pub(crate) wire: tidegate::GlobalRateLimit,
    pub(crate) service: ServicePlan,
}

/// A rate limit service, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct ServicePlan {
    pub(crate) wire: tidegate::RateLimitService,
    pub(crate) transport: Upstream,
}

/// The address of a store.
#[derive(Clone, Debug)]
pub(crate) struct StoreSecret {
    /// Resource name.
    pub(crate) name: String,
    pub(crate) text: SecretBytes,
    pub(crate) source: tidegate::Source,
}

/// Answers that are given again.
#[derive(Clone, Debug)]
pub(crate) struct AiCachePlan {
    /// As it goes to proxies, but for what stands beside it.
    pub(crate) wire: tidegate::AiCache,
    pub(crate) ttl: Duration,
    pub(crate) semantic: Option<SemanticCachePlan>,
}

/// Answers to requests that mean the same.
#[derive(Clone, Debug)]
pub(crate) struct SemanticCachePlan {
    /// As it goes to proxies, but for what stands beside it.
    pub(crate) wire: tidegate::SemanticCache,
    pub(crate) timeout: Duration,
    pub(crate) embeddings: ProviderPlan,
}

/// Guards that judge behind others.
#[derive(Clone, Debug)]
pub(crate) struct AiGuardsPlan {
    /// The guards, and whom they ask.
    pub(crate) policy: AiPolicyPlan,
    /// In front of their names.
    pub(crate) label: String,
}

/// Keys that take turns.
#[derive(Clone, Debug, Default)]
pub(crate) struct AiKeysPlan {
    /// Each once.
    pub(crate) keys: Vec<KeyPlan>,
    /// Why others are not among them.
    pub(crate) problems: Vec<String>,
}

/// How much each provider is asked for at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AiLoadPlan {
    pub(crate) max_in_flight: Option<u32>,
    pub(crate) max_in_flight_per_endpoint: Option<u32>,
    pub(crate) probes: Option<u32>,
    pub(crate) min_healthy_percent: Option<u32>,
    pub(crate) algorithm: Option<tidegate::AiAlgorithm>,
}

/// How long a stream of a model may keep a client waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AiTimeoutsPlan {
    pub(crate) first_token: Option<Duration>,
    pub(crate) stream_idle: Option<Duration>,
    pub(crate) session: Option<Duration>,
}

/// A limit that each proxy counts by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalLimitPlan {
    pub(crate) unit: LimitUnit,
    pub(crate) max: u64,
    pub(crate) per_fill: u64,
    pub(crate) fill_interval: Duration,
    /// The bucket goes below zero.
    pub(crate) allows_debt: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitUnit {
    Requests,
    Tokens,
}

/// What is attached along one way to a rule, or to one backend.
#[derive(Clone, Debug)]
pub(crate) struct SetPlan {
    /// Resource name.
    pub(crate) name: String,
    /// From the least specific level to the most.
    pub(crate) attachments: Vec<AttachmentPlan>,
    /// The object whose way it is.
    pub(crate) owner: tidegate::Source,
}

impl SetPlan {
    /// Whether something of it is about requests to any backend: what is about models leaves others alone.
    pub(crate) fn guards_routes(&self) -> bool {
        let mut bodies = self.attachments.iter().map(|own| &own.policy.body);
        bodies.any(PolicyBody::guards_routes)
    }
}

impl PolicyBody {
    /// What of it is left out, and why.
    pub(crate) fn left_out(&self) -> &[String] {
        match self {
            Self::AiKeys(plan) => &plan.problems,
            Self::Denied(_)
            | Self::Ai(_)
            | Self::AiAffinity(_)
            | Self::AiCache(_)
            | Self::AiGuards(_)
            | Self::AiFallback(_)
            | Self::AiLoad(_)
            | Self::AiTimeouts(_)
            | Self::LocalRateLimit(_)
            | Self::GlobalRateLimit(_)
            | Self::Budgets(_)
            | Self::Concurrency(_)
            | Self::FrontendHttp(_)
            | Self::AiAllowedModels(_)
            | Self::AiDeniedParams(_)
            | Self::AiResponseModel(_)
            | Self::Attribution(_)
            | Self::Given(_) => &[],
        }
    }

    /// Budgets of which each proxy counts for itself.
    pub(crate) fn counted_apart(&self) -> impl Iterator<Item = &str> {
        let budgets = match self {
            Self::Budgets(plan) => &*plan.wire.budgets,
            Self::Denied(_)
            | Self::Ai(_)
            | Self::AiAffinity(_)
            | Self::AiCache(_)
            | Self::AiGuards(_)
            | Self::AiFallback(_)
            | Self::AiKeys(_)
            | Self::AiLoad(_)
            | Self::AiTimeouts(_)
            | Self::LocalRateLimit(_)
            | Self::GlobalRateLimit(_)
            | Self::Concurrency(_)
            | Self::FrontendHttp(_)
            | Self::AiAllowedModels(_)
            | Self::AiDeniedParams(_)
            | Self::AiResponseModel(_)
            | Self::Attribution(_)
            | Self::Given(_) => &[],
        };
        let apart = budgets.iter().filter(|budget| budget.shared.is_none());
        apart.filter_map(|budget| budget.id.rsplit('/').next())
    }

    pub(crate) fn guards_routes(&self) -> bool {
        match self {
            Self::Denied(_) | Self::LocalRateLimit(_) | Self::GlobalRateLimit(_) => true,
            Self::Ai(_)
            | Self::AiAffinity(_)
            | Self::AiCache(_)
            | Self::AiGuards(_)
            | Self::AiFallback(_)
            | Self::AiKeys(_)
            | Self::AiLoad(_)
            | Self::AiTimeouts(_)
            | Self::Budgets(_)
            | Self::Concurrency(_)
            | Self::FrontendHttp(_)
            | Self::AiAllowedModels(_)
            | Self::AiDeniedParams(_)
            | Self::AiResponseModel(_)
            | Self::Attribution(_)
            | Self::Given(_) => false,
        }
    }

    /// It is about requests to models, and means nothing where bodies are not read.
    pub(crate) fn is_about_models(&self) -> bool {
        match self {
            Self::Ai(_)
            | Self::AiAffinity(_)
            | Self::AiCache(_)
            | Self::AiGuards(_)
            | Self::AiFallback(_)
            | Self::AiKeys(_)
            | Self::AiLoad(_)
            | Self::AiTimeouts(_)
            | Self::AiAllowedModels(_)
            | Self::AiDeniedParams(_)
            | Self::AiResponseModel(_) => true,
            Self::Denied(_)
            | Self::LocalRateLimit(_)
            | Self::GlobalRateLimit(_)
            | Self::Budgets(_)
            | Self::Concurrency(_)
            | Self::FrontendHttp(_)
            | Self::Attribution(_)
            | Self::Given(_) => false,
        }
    }

    /// What providers are given, where that is what it says.
    pub(crate) fn given(&self) -> Option<&BackendPolicies> {
        match self {
            Self::Given(policies) => Some(policies),
            Self::Denied(_)
            | Self::Ai(_)
            | Self::AiAffinity(_)
            | Self::AiCache(_)
            | Self::AiGuards(_)
            | Self::AiFallback(_)
            | Self::AiKeys(_)
            | Self::AiLoad(_)
            | Self::AiTimeouts(_)
            | Self::LocalRateLimit(_)
            | Self::GlobalRateLimit(_)
            | Self::Budgets(_)
            | Self::Concurrency(_)
            | Self::FrontendHttp(_)
            | Self::AiAllowedModels(_)
            | Self::AiDeniedParams(_)
            | Self::AiResponseModel(_)
            | Self::Attribution(_) => None,
        }
    }
}

/// A policy and what it is attached to.
#[derive(Clone, Debug)]
pub(crate) struct AttachmentPlan {
    pub(crate) policy: Arc<PolicyPlan>,
    pub(crate) level: Level,
    /// What it is attached to, in words.
    pub(crate) target: String,
    /// The provider that it is confined to.
    pub(crate) section: Option<String>,
}

/// Levels of attachment, the least specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Gateway,
    Listener,
    Backend,
    BackendSection,
    Route,
    Rule,
}
