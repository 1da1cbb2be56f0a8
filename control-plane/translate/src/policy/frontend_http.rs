//! `frontend.http`: HTTP towards clients.
//!
//! Owns how much of a body a Gateway holds. Must not let a size pass that no proxy could keep to, nor one for a port: bodies are
//! read behind the choice of a route.

use cp_api::policy::AgentgatewayPolicy;
use proto::tidegate::v1 as tidegate;

use super::{Noun, Object};
use crate::plan::PolicyBody;

const FIELD: &str = "frontend.http";

/// The largest size that can be asked for, as upstream has it.
const MAX: u64 = u32::MAX as u64;

pub(super) fn compile(policy: &AgentgatewayPolicy) -> Option<Noun> {
    let own = policy.spec.frontend.as_ref()?.http.as_ref()?;
    let size = own.max_buffer_size.as_ref()?;
    let of_port = policy.refs().iter().any(|target| target.port.is_some())
        || policy
            .selectors()
            .iter()
            .any(|target| target.port.is_some());
    let body = match size.bytes().filter(|bytes| (1..=MAX).contains(bytes)) {
        _ if of_port => Err(format!(
            "spec.{FIELD}.maxBufferSize is for all ports of a Gateway; remove port of the target"
        )),
        None => Err(format!(
            "spec.{FIELD}.maxBufferSize must be from 1 to {MAX} bytes, such as 32Mi"
        )),
        Some(bytes) => Ok(PolicyBody::FrontendHttp(tidegate::FrontendHttp {
            max_buffer_size: Some(bytes),
        })),
    };
    Some((FIELD, body))
}
