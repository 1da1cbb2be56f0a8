//! Whose a request to a model is, found out once (llm.md 5.4).
//!
//! Owns the order: what a policy says, or else the header and the body, which nobody verified. Must not refuse a request: an
//! expression without a value says nothing, and is counted. Invariants: where a policy says who the user is, the client's own
//! word is not looked at; texts are bounded, and none shows the client's credential.

use std::sync::Arc;

use dp_config::policy::{Attributing, Said};
use dp_policy::usage_record::{Caller, UserSource};
use dp_upstream::credential;
use expr::Attributes;
use http::{HeaderMap, HeaderName};

use crate::metrics::{Label, Local};

/// Says whose a request is. Whoever stands in front has to guard it.
const USER: HeaderName = HeaderName::from_static("x-user-id");

/// Longest text that is kept, in bytes.
const LIMIT: usize = 256;

/// Whose a request is.
#[derive(Debug, Default)]
pub(super) struct Attributed {
    pub(super) caller: Caller,
    /// Labels of its metrics, in the order of their names. Nobody bounds them yet.
    pub(super) labels: Vec<Label>,
}

/// What is asked, and who counts what has no value.
struct Asked<'a> {
    attributes: &'a dyn Attributes,
    headers: &'a HeaderMap,
    metrics: &'a Local,
}

/// Whose a request is; `said` by the body.
pub(super) fn of(
    policy: Option<Attributing<'_>>,
    attributes: &dyn Attributes,
    (headers, said): (&HeaderMap, Option<&str>),
    metrics: &Local,
) -> Attributed {
    let Some(policy) = policy else {
        return Attributed {
            caller: unverified(headers, said),
            labels: Vec::new(),
        };
    };
    let asked = Asked {
        attributes,
        headers,
        metrics,
    };
    let caller = match policy.user {
        None => unverified(headers, said),
        Some(own) => Caller {
            user: asked.text(own, "user"),
            user_source: UserSource::Policy,
            ..Caller::default()
        },
    };
    // For who reads metrics an empty label is none: it must not be a series of its own. Nor must another order be.
    let labels = policy.labels.into_iter();
    let labels = labels.filter_map(|(name, own)| Some((name, asked.text(own, "metricLabels")?)));
    let mut labels: Vec<_> = labels.collect();
    labels.sort();
    Attributed {
        caller: Caller {
            team: policy.team.and_then(|own| asked.text(own, "team")),
            key_id: policy.key.and_then(|own| asked.text(own, "key")),
            ..caller
        },
        labels,
    }
}

/// What a client says of itself.
fn unverified(headers: &HeaderMap, said: Option<&str>) -> Caller {
    let header = headers.get(USER).and_then(|user| user.to_str().ok());
    let header = header.filter(|user| !user.is_empty() && user.len() <= LIMIT);
    let (user, user_source) = match header {
        Some(user) => (Some(user), UserSource::Header),
        None => (said, UserSource::Body),
    };
    Caller {
        user: user.map(Into::into),
        user_source,
        ..Caller::default()
    }
}

// === impl Asked ===

impl Asked<'_> {
    /// It would go into logs and labels.
    fn is_secret(&self, text: &str) -> bool {
        credential::shows_client_credential(text, self.headers)
    }

    /// The value of an expression; an empty one is none.
    fn text(&self, said: Said<'_>, field: &'static str) -> Option<Arc<str>> {
        match said.expression.text(self.attributes) {
            Ok(text) if text.is_empty() => None,
            Ok(text) if text.len() <= LIMIT && !self.is_secret(&text) => Some(text.into()),
            Ok(_) | Err(_) => {
                self.metrics.attribution_failed(said.policy, field);
                None
            }
        }
    }
}
