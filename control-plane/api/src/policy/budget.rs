//! Budgets: how much money or how many tokens requests to models may take in a window of time.
//!
//! Owns the shapes and the bounds. A budget is one count for each value of its key, over all targets of the policy; who
//! counts is its scope. Must not judge whether scope and window fit: translation says so in a condition.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::duration::Span;
use crate::http_route::BackendObjectReference;
use crate::reference::{self, SecretKeyRef};
use crate::scalar::{Cel, FailureMode, Url};
use crate::schema::rule::{at_least, exactly_one, rule};

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&["window", "every"]),
    rule(
        "has(self.downgradeTo) == (has(self.action) && self.action == 'Downgrade')",
        "downgradeTo goes with action Downgrade, and with it only",
    ),
    rule(
        "has(self.store) == (has(self.scope) && self.scope == 'Shared')",
        "store goes with scope Shared, and with it only",
    ),
    rule(
        "self.unit == 'USD' || !self.limit.contains('.')",
        "a limit in tokens or requests is a whole number",
    ),
]))]
pub struct Budget {
    /// Name of the budget; what is counted is found by it and the policy's name after a change.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub name: String,
    /// What is counted.
    pub unit: BudgetUnit,
    /// How much of it: USD such as "25" or "0.50", tokens, or requests.
    #[schemars(
        length(min = 1, max = 20),
        regex(pattern = r"^[0-9]{1,9}(\.[0-9]{1,9})?$")
    )]
    pub limit: String,
    /// A window of the calendar, in UTC.
    pub window: Option<BudgetWindow>,
    /// A window of this length, counted from 1970-01-01.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub every: Option<Span>,
    /// What has a count of its own, evaluated on the request; all requests share one where it is absent.
    pub key: Option<Cel>,
    /// Parts of the limit, in percent, that are told when they are reached; 80 and 100 where none are given.
    #[schemars(length(max = 8), inner(range(min = 1, max = 100)))]
    pub thresholds: Option<Vec<u8>>,
    /// What happens to a request that would exceed it; Block where none is given.
    pub action: Option<BudgetAction>,
    /// Model that is asked in place of the client's, for Downgrade.
    #[schemars(length(min = 1, max = 256))]
    pub downgrade_to: Option<String>,
    /// Who counts; PerProxy where none is given.
    pub scope: Option<BudgetScope>,
    /// Where all proxies count, for Shared.
    pub store: Option<BudgetStore>,
    /// What happens to a request whose price is not known; Allow where none is given.
    pub on_unpriced: Option<OnUnpriced>,
    /// What happens while the store is away; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum BudgetUnit {
    /// Money, by the prices of PriceCatalogs.
    #[serde(rename = "USD")]
    Usd,
    /// Tokens, of prompts and answers.
    Tokens,
    /// Requests that a provider may bill: all but counts of tokens, files and lists.
    Requests,
}

/// A window of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum BudgetWindow {
    /// From the full hour on.
    Hour,
    /// From midnight on.
    Day,
    /// From Monday on.
    Week,
    /// From the first on.
    Month,
}

/// What happens to a request that would exceed a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum BudgetAction {
    /// It is refused.
    Block,
    /// It goes on, and its client is told.
    Warn,
    /// It goes on with another model.
    Downgrade,
    /// It goes on, and the metrics tell.
    Audit,
}

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum BudgetScope {
    /// Each proxy by itself, and anew with each of its processes.
    PerProxy,
    /// All proxies together.
    Shared,
}

/// What happens to a request whose price is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum OnUnpriced {
    /// It goes on, and is not counted.
    Allow,
    /// It is refused.
    Block,
}

/// Where all proxies count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["redis", "rls"])]))]
pub struct BudgetStore {
    /// A Redis.
    pub redis: Option<RedisStore>,
    /// A rate limit service of Envoy's protocol, which counts 10^-6 USD, tokens or requests as hits.
    pub rls: Option<RateLimitServiceStore>,
}

/// A rate limit service of Envoy's protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [reference::endpoint(), reference::url_is_origin()]))]
pub struct RateLimitServiceStore {
    /// The service, as an object of the policy's namespace.
    pub backend_ref: Option<BackendObjectReference>,
    /// The service, by its address.
    pub url: Option<Url>,
    /// Domain of the descriptors, which the service must know.
    #[schemars(length(min = 1, max = 256))]
    pub domain: String,
    /// How long a request waits for an answer; 100ms where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1ms")]))]
    pub timeout: Option<Span>,
}

/// A Redis, or what speaks its protocol and runs its scripts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedisStore {
    /// The key of a Secret that holds its address, as `redis://[user:password@]host[:port][/database]` or with
    /// `rediss://` for TLS; `url` where no key is given.
    pub secret_ref: SecretKeyRef,
}

/// A limit of requests at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Concurrency {
    /// Requests that each proxy serves at once, of one key.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub limit: u32,
    /// Streams and realtime sessions that each proxy serves at once, of one key; each is one of the requests of the limit, too.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub streams: Option<u32>,
    /// What has a limit of its own, evaluated on the request; all requests share one where it is absent.
    pub key: Option<Cel>,
}
