//! The answer to a request that means the same (llm.md C-3).
//!
//! Owns which text is compared, as guards let it pass, and how long a vector is waited for. Must not compare. Invariant: a
//! text leaves for the embeddings' provider only behind the guards of the provider that the request would go to.

use std::time::Instant;

use bytes::Bytes;
use dp_cache::{
    key::{Key, Parts},
    similar::{Direction, Question},
    subject::{Rules, Subject, asked},
};
use dp_config::policy::SemanticCache;
use dp_llm::{
    class::Class,
    relay::Plan,
    request::{Rendered, Request as Prompt},
};

use super::embed;
use crate::{
    ai::{
        Call,
        guard::{self, Guards},
    },
    exchange::Exchange,
    fault::{Fault, Kind},
};

/// A request that is compared.
pub(super) struct Asked {
    /// Requests that it is compared with.
    pub(super) partition: Key,
}

// === impl Asked ===

impl Asked {
    /// `None` where the request is not one that is compared. `shape` makes a key of what is left without the last text.
    pub(super) fn new(
        prompt: &Prompt,
        own: &SemanticCache,
        shape: impl Fn(&Subject) -> Key,
    ) -> Option<Asked> {
        let question = Question::of(prompt.class(), prompt.body())?;
        if question.messages > own.max_messages {
            return None;
        }
        // Whether the request itself may be cached has been judged.
        let rules = Rules {
            max_temperature: None,
            cache_tools: true,
        };
        let rest = Subject::read(prompt.class(), &question.rest, &rules).ok()?;
        // Vectors of another model are of another space.
        let partition = Parts::of("partition")
            .part("shape", shape(&rest).as_bytes())
            .part("cluster", own.embeddings.cluster.as_bytes())
            .part("model", own.model.as_bytes())
            .finish();
        Some(Asked { partition })
    }
}

/// What a provider is asked but for the user's last text.
pub(in crate::ai) fn shape(plan: &Plan, rendered: &Rendered) -> Option<Key> {
    let Class::Chat(_) = plan.class else {
        return None;
    };
    let question = Question::of_chat(plan.provider, &rendered.body)?;
    asked(plan.provider, &plan.model, &question.rest)
}

/// Where the question of a request points; `None` where nobody says so in time.
pub(super) async fn direction(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    own: &SemanticCache,
) -> Option<Direction> {
    let first = call.backend.groups.iter().flatten().next()?;
    call.policies.check_provider(&first.name).ok()?;
    let policy = exchange.active.in_effect.of(&call.policies, first);
    // One that refuses it will do so again in front of its provider.
    let guards = Guards::of(policy.as_deref(), &call.policies, first);
    let prompt = guard::request(exchange, call, &guards).await.ok()?;
    let question = Question::of(prompt.class(), prompt.body())?;
    let now = Instant::now();
    let patience = now.checked_add(own.timeout);
    let due = [patience, call.limits.deadline].into_iter().flatten().min();
    let asked = embed::direction(exchange, own, (Bytes::from(question.text), due));
    let left = due.map_or(own.timeout, |due| due.saturating_duration_since(now));
    let asked = tokio::time::timeout(left, Box::pin(asked)).await;
    let asked = asked.unwrap_or_else(|_| Err(Fault::from(Kind::Timeout)));
    let metrics = &exchange.client.worker.metrics;
    match asked {
        Ok(direction) => {
            metrics.cache_embedding(&call.backend.name, "ok");
            Some(direction)
        }
        Err(fault) => {
            let outcome = match fault.kind == Kind::Timeout {
                true => "timeout",
                false => "failed",
            };
            metrics.cache_embedding(&call.backend.name, outcome);
            let (reason, error) = (fault.kind.reason(), fault.detail().unwrap_or_default());
            tracing::debug!(reason, error, "the cache of answers got no vector");
            None
        }
    }
}
