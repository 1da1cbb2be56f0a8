//! `traffic.budgets` and `traffic.concurrency`: how much requests to models may take, and how many there may be at once.
//!
//! Owns the decoded budgets with the expressions of their keys. Must not hold what is counted. Budgets of all levels add
//! up: a request is counted in each. Invariant: an expression that does not compile, or a window that the scope cannot
//! keep, refuses the resource.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::time::Duration;

use ::route::field::{FieldError, Within};
use dp_policy::budget::{Action, Budget, Limit, OnOutage, OnUnpriced, Scope, Window};
use dp_policy::price::Money;
use dp_rls::Service;
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as wire;

use super::noun::Noun;
use super::{Attachment, Effective, rate_limit_service};
use crate::scalar::duration;

/// The largest limit, in the unit of shared stores: what a float holds exactly.
const LARGEST: u128 = 1 << 53;

/// A budget and what it counts apart.
#[derive(Clone, Debug)]
pub struct KeyedBudget {
    /// The budget.
    pub budget: Arc<Budget>,
    /// What has a count of its own; one for all where absent.
    pub key: Option<Expr>,
    /// Where it is counted, for shared ones.
    pub store: Option<SharedStore>,
}

/// Where all proxies count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SharedStore {
    /// A Redis; the name of the Secret with its address.
    Redis(Arc<str>),
    /// A rate limit service.
    Service(Arc<Service>),
}

/// How many requests there may be at once.
#[derive(Clone, Debug)]
pub struct Concurrency {
    /// So many, of one key.
    pub limit: NonZeroU32,
    /// Of streams and realtime sessions no more than so many, of one key.
    pub streams: Option<NonZeroU32>,
    /// What has a limit of its own; one for all where absent.
    pub key: Option<Expr>,
}

/// Decodes budgets.
pub(super) fn budgets(message: &wire::Budgets) -> Result<Vec<KeyedBudget>, FieldError> {
    let mut budgets = Vec::with_capacity(message.budgets.len());
    for (index, own) in message.budgets.iter().enumerate() {
        budgets.push(keyed(own).within_index("budgets", index)?);
    }
    if budgets.is_empty() {
        return Err(FieldError::missing("budgets"));
    }
    Ok(budgets)
}

/// Decodes a limit of requests at once.
pub(super) fn concurrency(message: &wire::Concurrency) -> Result<Concurrency, FieldError> {
    Ok(Concurrency {
        limit: NonZeroU32::new(message.limit).ok_or_else(|| FieldError::missing("limit"))?,
        streams: NonZeroU32::new(message.streams),
        key: key(&message.key)?,
    })
}

fn keyed(message: &wire::Budget) -> Result<KeyedBudget, FieldError> {
    if message.id.is_empty() {
        return Err(FieldError::missing("id"));
    }
    let window = window(message)?;
    let scope = match &message.shared {
        None => Scope::PerProxy,
        Some(_) => Scope::Shared,
    };
    let is_long = match window {
        Window::Day | Window::Week | Window::Month => true,
        Window::Custom(seconds) => seconds.get() >= 86_400,
    };
    if is_long && scope == Scope::PerProxy {
        let text = "a window of a day or longer needs a shared store";
        return Err(FieldError::invalid("shared", text));
    }
    let store = message.shared.as_ref().map(store).transpose();
    let store = store.within("shared")?;
    let limit = limit(message)?;
    if let Some(SharedStore::Service(_)) = &store
        && !dp_rls::budget::is_countable(&limit, window)
    {
        let text = "a rate limit service cannot count this limit or window";
        return Err(FieldError::invalid("shared.service", text));
    }
    let fails_open = message
        .shared
        .as_ref()
        .is_some_and(|shared| shared.fail_open);
    let budget = Budget {
        id: message.id.as_str().into(),
        limit,
        window,
        thresholds: thresholds(&message.thresholds)?,
        action: action(message)?,
        scope,
        unpriced: match message.block_unpriced {
            true => OnUnpriced::Block,
            false => OnUnpriced::Allow,
        },
        outage: match fails_open {
            true => OnOutage::FailOpen,
            false => OnOutage::FailClosed,
        },
    };
    Ok(KeyedBudget {
        budget: Arc::new(budget),
        key: key(&message.key)?,
        store,
    })
}

fn store(message: &wire::SharedStore) -> Result<SharedStore, FieldError> {
    match (&message.service, message.redis_secret.as_str()) {
        (None, "") => Err(FieldError::missing("redis_secret")),
        (None, secret) => Ok(SharedStore::Redis(secret.into())),
        (Some(service), "") => {
            let service = rate_limit_service::decode(service).within("service")?;
            Ok(SharedStore::Service(service))
        }
        (Some(_), _) => Err(FieldError::invalid("service", "goes without redis_secret")),
    }
}

fn limit(message: &wire::Budget) -> Result<Limit, FieldError> {
    let limit = match &message.limit {
        None => return Err(FieldError::missing("limit")),
        Some(wire::budget::Limit::Tokens(tokens)) => Limit::Tokens(*tokens),
        Some(wire::budget::Limit::Requests(requests)) => Limit::Requests(*requests),
        Some(wire::budget::Limit::Usd(text)) => {
            let money: Money = text
                .parse()
                .map_err(|error| FieldError::invalid("usd", format!("{error}")))?;
            Limit::Usd(money)
        }
    };
    let amount = limit.amount().0;
    let grain = u128::from(limit.grain());
    if amount % grain != 0 {
        return Err(FieldError::invalid("usd", "must have at most nine places"));
    }
    if amount / grain > LARGEST {
        return Err(FieldError::invalid(
            "limit",
            "is too large to be counted exactly",
        ));
    }
    Ok(limit)
}

fn window(message: &wire::Budget) -> Result<Window, FieldError> {
    use wire::budget::{Length, Window as Wire};
    match &message.length {
        None => Err(FieldError::missing("window")),
        Some(Length::Window(window)) => match Wire::try_from(*window) {
            Ok(Wire::Day) => Ok(Window::Day),
            Ok(Wire::Week) => Ok(Window::Week),
            Ok(Wire::Month) => Ok(Window::Month),
            Ok(Wire::Unspecified) => Err(FieldError::missing("window")),
            Err(_) => Err(FieldError::unknown_enum("window", *window)),
        },
        Some(Length::Every(every)) => {
            let length = duration("every", Some(every))?.unwrap_or(Duration::ZERO);
            NonZeroU64::new(length.as_secs())
                .filter(|_| length.subsec_nanos() == 0)
                .map(Window::Custom)
                .ok_or_else(|| FieldError::invalid("every", "must be whole seconds"))
        }
    }
}

fn action(message: &wire::Budget) -> Result<Action, FieldError> {
    use wire::budget::Action as Wire;
    match Wire::try_from(message.action) {
        Ok(Wire::Block) => Ok(Action::Block),
        Ok(Wire::Warn) => Ok(Action::Warn),
        Ok(Wire::Audit) => Ok(Action::Audit),
        Ok(Wire::Downgrade) if message.downgrade_to.is_empty() => {
            Err(FieldError::missing("downgrade_to"))
        }
        Ok(Wire::Downgrade) => Ok(Action::Downgrade(message.downgrade_to.as_str().into())),
        Ok(Wire::Unspecified) => Err(FieldError::missing("action")),
        Err(_) => Err(FieldError::unknown_enum("action", message.action)),
    }
}

fn thresholds(percents: &[u32]) -> Result<Vec<u8>, FieldError> {
    let percent = |percent: &u32| match u8::try_from(*percent) {
        Ok(percent @ 1..=100) => Ok(percent),
        Ok(_) | Err(_) => Err(FieldError::invalid("thresholds", "must be from 1 to 100")),
    };
    percents.iter().map(percent).collect()
}

fn key(text: &str) -> Result<Option<Expr>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    Expr::compile(text, AttributeSet::OF_LLM_REQUEST)
        .map(Some)
        .map_err(|error| FieldError::invalid("key", error.to_string()))
}

// === impl KeyedBudget ===

/// With its scope, as operators read it.
impl fmt::Display for KeyedBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Budget {
            id,
            limit,
            window,
            action,
            scope,
            ..
        } = &*self.budget;
        write!(f, "{id}: ")?;
        match limit {
            Limit::Usd(money) => write!(f, "{money} USD")?,
            Limit::Tokens(tokens) => write!(f, "{tokens} tokens")?,
            Limit::Requests(requests) => write!(f, "{requests} requests")?,
        }
        match window {
            Window::Day => f.write_str(" a day")?,
            Window::Week => f.write_str(" a week")?,
            Window::Month => f.write_str(" a month")?,
            Window::Custom(seconds) => write!(f, " each {seconds} s")?,
        }
        f.write_str(match scope {
            Scope::PerProxy => ", counted by each proxy",
            Scope::Shared => ", counted by all proxies together",
        })?;
        if let Some(SharedStore::Service(service)) = &self.store {
            write!(f, " at {}, domain {}", service.authority, service.domain)?;
        }
        match action {
            Action::Block => f.write_str(", blocks")?,
            Action::Warn => f.write_str(", warns")?,
            Action::Downgrade(model) => write!(f, ", asks {model} instead")?,
            Action::Audit => f.write_str(", audits")?,
        }
        by(f, self.key.as_ref())
    }
}

// === impl Concurrency ===

impl fmt::Display for Concurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests at once", self.limit)?;
        if let Some(streams) = self.streams {
            write!(f, ", {streams} of them streams")?;
        }
        f.write_str(", counted by each proxy")?;
        by(f, self.key.as_ref())
    }
}

fn by(f: &mut fmt::Formatter<'_>, key: Option<&Expr>) -> fmt::Result {
    match key {
        Some(key) => write!(f, ", by {}", key.source()),
        None => Ok(()),
    }
}

// === impl Noun ===

impl Noun for Vec<KeyedBudget> {
    const FIELD: &'static str = "traffic.budgets";

    fn in_short(&self) -> String {
        let texts: Vec<String> = self.iter().map(ToString::to_string).collect();
        texts.join("; ")
    }
}

impl Noun for Concurrency {
    const FIELD: &'static str = "traffic.concurrency";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// The budgets of every level, the least specific one first.
    pub fn budgets(&self) -> impl Iterator<Item = &'a KeyedBudget> {
        let levels = self.along_way::<Vec<KeyedBudget>>();
        levels.flat_map(|(_, budgets)| budgets)
    }

    /// How many requests there may be at once.
    pub fn concurrency(&self) -> Option<(&'a Attachment, &'a Concurrency)> {
        self.whole()
    }
}

#[cfg(test)]
mod tests;
