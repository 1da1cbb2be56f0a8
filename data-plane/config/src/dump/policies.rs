//! Policies in a dump: what each says in short, and what is attached where.
//!
//! Must not print prompts: of a policy that has some, their number is all that is told.

use serde::Serialize;

use super::version;
use crate::config::Config;
use crate::policy::{Attachment, Policy, PolicySet};
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
