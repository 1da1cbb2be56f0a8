//! What a request to a model is told with: names of models and of formats.
//!
//! Owns who has to have written the name of a model that is a label: the configuration or a catalogue (llm.md M-2). Must not
//! count. Invariants: what only a client wrote is one label, whatever it is; a format is told where there is a choice of them.

use std::sync::Arc;

use dp_config::ai_backend::{AiPolicy, AiProvider};
use dp_llm::{class::Class, format::Format};
use dp_policy::usage_record::ModelUse;

use super::Ledger;
use crate::record::Record;

/// What the label of a metric says where a client made the model up.
const OTHER: &str = "_other";

/// The request is for this model from now on, whose name is not the client's: a model that is declared, the target of a virtual
/// one, or what a budget wants instead.
pub(in crate::ai) fn names(record: &mut Record, model: Option<Arc<str>>) {
    if let Some(ledger) = &mut record.llm.ledger {
        ledger.named = model;
    }
}

/// Whether a provider or its policy names a model, rather than a client.
pub(super) fn is_configured(provider: &AiProvider, policy: Option<&AiPolicy>, model: &str) -> bool {
    let pinned = provider.model.as_deref() == Some(model);
    pinned
        || policy.is_some_and(|policy| {
            policy.model.as_deref() == Some(model) || policy.aliases.names().any(|it| it == model)
        })
}

/// The format of an operation that clients ask for in several.
pub(super) fn format_of(class: Class) -> Option<Format> {
    match class {
        Class::Chat(format) | Class::CountTokens(format) => Some(format),
        Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::Realtime
        | Class::Detect(_)
        | Class::Passthrough(_) => None,
    }
}

/// Who was asked for which model.
pub(super) fn used(
    record: &Record,
    class: Class,
    (requested, answered): (Option<Arc<str>>, Option<Arc<str>>),
) -> ModelUse {
    let llm = &record.llm;
    let asked = llm.edge.filter(|_| format_of(class).is_some());
    ModelUse {
        provider: llm.provider.clone(),
        entry: llm.entry.clone(),
        priority: llm.group.and_then(|group| u64::try_from(group).ok()),
        format: asked.map(|(_, provider)| provider.as_str()),
        requested,
        sent: llm.model.as_deref().map(Into::into),
        answered,
        attempts: record.upstream.attempts,
    }
}

// === impl Ledger ===

impl Ledger {
    /// A model as a label of metrics.
    pub(super) fn label(&self, provider: &str, model: &str, is_configured: bool) -> Arc<str> {
        if let Some(named) = self.named.as_ref().filter(|named| ***named == *model) {
            return named.clone();
        }
        if is_configured {
            return model.into();
        }
        let catalog = self.catalog.as_deref();
        let known = catalog.and_then(|catalog| catalog.name(provider, model));
        known.unwrap_or(OTHER).into()
    }
}
