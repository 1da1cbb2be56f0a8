//! Policies in a dump: what each says in short, and what is attached where.
//!
//! Must not print prompts: of a policy that has some, their number is all that is told.

use serde::Serialize;

use super::version;
use crate::ai_backend::AiPolicy;
use crate::config::Config;
use crate::policy::{AiCache, Attachment, Content, InShort, LocalRateLimit, Policy, PolicySet};
use proto::type_url::TypeUrl;

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// What it says, in short.
    pub content: String,
}

/// What is attached along one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicySetDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// From the least specific level to the most.
    pub attachments: Vec<AttachmentDump>,
    /// Why all of it is refused, if it is.
    pub denied: Option<String>,
}

/// A policy and what it is attached to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttachmentDump {
    /// Path of the field.
    pub field: String,
    /// Name of the policy.
    pub policy: String,
    /// How specific it is.
    pub level: String,
    /// What it is attached to.
    pub target: String,
    /// The provider that it is confined to.
    pub section: Option<String>,
}

impl PolicyDump {
    pub(super) fn of(config: &Config, policy: &Policy) -> Self {
        Self {
            name: policy.name.to_string(),
            version: version(config, TypeUrl::Policy, &policy.name),
            content: policy.content.to_string(),
        }
    }
}

impl PolicySetDump {
    pub(super) fn of(config: &Config, set: &PolicySet) -> Self {
        Self {
            name: set.name.to_string(),
            version: version(config, TypeUrl::PolicySet, &set.name),
            attachments: set.attachments.iter().map(AttachmentDump::of).collect(),
            denied: set.denied.as_ref().map(ToString::to_string),
        }
    }
}

impl AttachmentDump {
    fn of(attachment: &Attachment) -> Self {
        Self {
            field: attachment.field.to_string(),
            policy: attachment.policy.to_string(),
            level: attachment.level.to_string(),
            target: attachment.target.to_string(),
            section: attachment.section.as_ref().map(ToString::to_string),
        }
    }
}

/// In short, for dumps and explanations.
impl std::fmt::Display for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied(reason) => write!(f, "refused: {reason}"),
            Self::Ai(policy) => write!(f, "{}", in_short(policy)),
            Self::AiAffinity(own) => write!(f, "{own}"),
            Self::AiCache(own) => f.write_str(&AiCache::in_short(own.as_deref())),
            Self::AiGuards(guards) => write!(f, "{guards}"),
            Self::AiFallback(own) => write!(f, "{own}"),
            Self::AiKeys(own) => write!(f, "{own}"),
            Self::AiLoad(load) => write!(f, "{load}"),
            Self::AiTimeouts(limits) => write!(f, "{limits}"),
            Self::LocalRateLimit(LocalRateLimit { limits }) => {
                let texts: Vec<String> = limits.iter().map(ToString::to_string).collect();
                write!(f, "{}", texts.join(", "))
            }
            Self::GlobalRateLimit(limits) => write!(f, "{}", InShort(limits)),
            Self::Budgets(budgets) => {
                let texts: Vec<String> = budgets.iter().map(ToString::to_string).collect();
                write!(f, "{}", texts.join("; "))
            }
            Self::Concurrency(limit) => write!(f, "{limit}"),
            Self::FrontendHttp(own) => write!(f, "{own}"),
            Self::AiAllowedModels(own) => write!(f, "{own}"),
            Self::AiDeniedParams(own) => write!(f, "{own}"),
            Self::AiResponseModel(own) => write!(f, "{own}"),
            Self::Attribution(own) => write!(f, "{own}"),
        }
    }
}

fn names<T>(what: &str, members: &[(String, T)]) -> Option<String> {
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
}

fn in_short(policy: &AiPolicy) -> String {
    let count = |what: &str, count: usize| (count > 0).then(|| format!("{count} {what}"));
    let parts = [
        names("sets", &policy.body.overrides),
        names("defaults", &policy.body.defaults),
        names("computes", &policy.transformations),
        names("computes at last", &policy.final_transformations),
        policy
            .prompt_caching
            .map(|_| "marks prompts for caching".to_owned()),
        count("model aliases", policy.aliases.len()),
        count("messages in front", policy.prompt.prepend.len()),
        count("messages behind", policy.prompt.append.len()),
        policy.authorization.as_ref().map(ToString::to_string),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("; ")
}
