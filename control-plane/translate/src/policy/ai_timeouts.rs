//! `backend.ai.timeouts` of a TidegatePolicy: how long a stream of a model may keep a client waiting (llm.md R-23).
//!
//! Owns the field's name. Levels add up: a backend may have its own time to the first token, and the rest from its Gateway.

use cp_api::duration::Span;
use cp_api::tidegate_policy::TidegatePolicy;

use super::Noun;
use crate::plan::{AiTimeoutsPlan, PolicyBody};

pub(super) const FIELD: &str = "backend.ai.timeouts";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.timeouts.as_ref()?;
    let plain = |span: Option<Span>| span.map(|span| span.0);
    let plan = AiTimeoutsPlan {
        first_token: plain(own.first_token),
        stream_idle: plain(own.stream_idle),
        session: plain(own.session),
    };
    Some((FIELD, Ok(PolicyBody::AiTimeouts(plan))))
}
