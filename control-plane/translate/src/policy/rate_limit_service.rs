//! The service that counts for a policy, in both planes' words.
//!
//! Owns the name of its cluster and how long a request waits for it. Must not know what is counted. Invariant: two nouns of
//! one policy that name one service share its cluster, so that a proxy can ask it once for both.

use std::time::Duration;

use proto::google::protobuf;
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::backend::rate_limit_service::{Endpoint, resolve};
use crate::lookup::Lookup;
use crate::plan::ServicePlan;
use crate::reference::From;

/// How long a request waits where nothing else is said.
const PATIENCE: Duration = Duration::from_millis(100);

/// Who asks, and what for.
pub(super) struct Asked<'a> {
    /// Name of the Policy resource.
    pub(super) policy: &'a str,
    /// The object.
    pub(super) from: From<'a>,
    /// Where the service stands in the object.
    pub(super) path: &'a str,
    pub(super) endpoint: Endpoint<'a>,
    pub(super) domain: &'a str,
    pub(super) timeout: Option<Duration>,
    pub(super) fail_open: bool,
}

// === impl Asked ===

impl Asked<'_> {
    /// The service; what is wrong with it otherwise.
    pub(super) fn plan(&self, lookup: &Lookup<'_>) -> Result<ServicePlan, String> {
        if self.domain.is_empty() {
            return Err(format!("{}.domain must be set", self.path));
        }
        let timeout = self.timeout.unwrap_or(PATIENCE);
        if timeout.is_zero() {
            return Err(format!("{}.timeout must be at least 1ms", self.path));
        }
        let reached = resolve(lookup, self.from, self.path, self.endpoint)?;
        let cluster = name::policy_target(self.policy, &reached.target);
        Ok(ServicePlan {
            wire: tidegate::RateLimitService {
                cluster,
                authority: reached.authority,
                domain: self.domain.to_owned(),
                fail_open: self.fail_open,
                timeout: Some(protobuf::Duration {
                    seconds: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
                    nanos: i32::try_from(timeout.subsec_nanos()).unwrap_or_default(),
                }),
            },
            transport: reached.transport,
        })
    }
}
