//! Policies that are attached: what applies to a request, and from where.
//!
//! Owns the decoded `tidegate.v1.Policy` and `PolicySet`, and the answer to "what is in effect here" ([`Effective`]). The
//! control plane decides who wins; here the order that it sent is followed. Must not keep state: what is counted is
//! counted elsewhere, by policy and target. **Invariant**: a policy that is missing, or is not what its set says, refuses
//! the request.

mod ai;
mod ai_affinity;
mod ai_cache;
mod ai_fallback;
mod ai_guards;
mod ai_keys;
mod ai_load;
mod ai_timeouts;
mod allowed_models;
mod attribution;
mod budget;
mod decode;
mod denied_params;
mod effective;
mod frontend_http;
mod global_rate_limit;
mod local_rate_limit;
mod noun;
mod rate_limit_service;
mod response_model;

pub(crate) use decode::{policy, policy_set};

use std::fmt;
use std::sync::Arc;

pub use ai::AiLayers;
pub use ai_affinity::AiAffinity;
pub use ai_cache::{AiCache, AiCacheScope, AiCaching, SemanticCache};
pub use ai_fallback::AiFallback;
pub use ai_keys::AiKeys;
pub use allowed_models::{AiAllowedModels, Allowed};
pub use attribution::{Attributing, Attribution, Said};
pub use budget::{Concurrency, KeyedBudget, SharedStore};
pub use denied_params::AiDeniedParams;
pub use effective::{Denied, Effective};
pub use frontend_http::FrontendHttp;
pub use local_rate_limit::LocalRateLimit;
pub use response_model::AiResponseModel;

use dp_policy::ai_load::AiLoad;
use dp_policy::ai_timeouts::AiTimeouts;
use dp_rls::limit::Limits;

use crate::ai_backend::AiPolicy;
use crate::prompt_guard::PromptGuard;

/// One field of one policy object.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Resource name.
    pub name: Arc<str>,
    /// What it says.
    pub content: Content,
}

/// What a policy says.
#[derive(Clone, Debug)]
pub enum Content {
    /// It cannot be enforced: refuse what it applies to.
    Denied(Box<str>),
    /// `backend.ai`.
    Ai(Box<AiPolicy>),
    /// `backend.ai.affinity`.
    AiAffinity(AiAffinity),
    /// `backend.ai.cache`.
    AiCache(AiCaching),
    /// `backend.ai.promptGuard`.
    AiGuards(Arc<PromptGuard>),
    /// `backend.ai.fallback`.
    AiFallback(AiFallback),
    /// `backend.ai.keys`.
    AiKeys(AiKeys),
    /// `backend.ai.load`.
    AiLoad(AiLoad),
    /// `backend.ai.timeouts`.
    AiTimeouts(AiTimeouts),
    /// `traffic.rateLimit.local`.
    LocalRateLimit(LocalRateLimit),
    /// `traffic.rateLimit.global`.
    GlobalRateLimit(Limits),
    /// `traffic.budgets`.
    Budgets(Vec<KeyedBudget>),
    /// `traffic.concurrency`.
    Concurrency(Concurrency),
    /// `frontend.http`.
    FrontendHttp(FrontendHttp),
    /// `backend.ai.allowedModels`.
    AiAllowedModels(AiAllowedModels),
    /// `backend.ai.deniedParams`.
    AiDeniedParams(AiDeniedParams),
    /// `backend.ai.rewriteResponseModel`.
    AiResponseModel(AiResponseModel),
    /// `traffic.attribution`.
    Attribution(Attribution),
}

/// What is attached along one way to a rule, or to one backend.
#[derive(Clone, Debug)]
pub struct PolicySet {
    /// Resource name.
    pub name: Arc<str>,
    /// From the least specific level to the most.
    pub attachments: Vec<Attachment>,
    /// Why the set cannot be had, if it cannot.
    pub denied: Option<Box<str>>,
}

/// A policy and what it is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Path of the field in the object.
    pub field: Arc<str>,
    /// Name of the policy.
    pub policy: Arc<str>,
    /// How specific it is.
    pub level: Level,
    /// What the policy is attached to. Policy and target together are the stable id of what is counted.
    pub target: Arc<str>,
    /// The provider that it is confined to.
    pub section: Option<Arc<str>>,
}

/// Levels of attachment, the least specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A Gateway.
    Gateway,
    /// A listener.
    Listener,
    /// A backend.
    Backend,
    /// A provider of a backend.
    BackendSection,
    /// A route.
    Route,
    /// A rule.
    Rule,
}

// === impl Policy ===

impl Policy {
    /// The guards that it has, if it has some.
    #[must_use]
    pub fn guard(&self) -> Option<&Arc<PromptGuard>> {
        match self.of::<AiPolicy>() {
            Some(policy) => policy.guards.first(),
            None => self.of(),
        }
    }

    /// The cache of answers, if that is what it says.
    #[must_use]
    pub fn ai_cache(&self) -> Option<&AiCache> {
        self.of::<AiCaching>()?.as_deref()
    }
}

// === impl Level ===

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gateway => "gateway",
            Self::Listener => "listener",
            Self::Backend => "backend",
            Self::BackendSection => "provider",
            Self::Route => "route",
            Self::Rule => "rule",
        })
    }
}
