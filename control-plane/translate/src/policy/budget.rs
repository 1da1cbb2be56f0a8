//! `traffic.budgets` and `traffic.concurrency` of a TidegatePolicy (llm.md B-4, L-6).
//!
//! Owns what is refused of what users write, the defaults, and the way to the address of a store. Must fail closed: a
//! budget that cannot be counted as it says refuses requests. A count of one process says nothing of a day: windows of a
//! day and longer need a shared store.

use std::time::Duration;

use cp_api::policy::budget::{
    Budget, BudgetAction, BudgetScope, BudgetUnit, BudgetWindow, Concurrency, OnUnpriced,
};
use cp_api::scalar::{Cel, FailureMode};
use cp_api::tidegate_policy::TidegatePolicy;
use expr::AttributeSet;
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::budget::{Action, Length, Limit, Window};

use super::Noun;
use super::budget_store::{self, Store};
use super::global_rate_limit::cel;
use crate::lookup::Lookup;
use crate::plan::{BudgetsPlan, PolicyBody, ServicePlan};

/// Path in a TidegatePolicy.
pub(super) const FIELD: &str = "traffic.budgets";

const CONCURRENCY: &str = "traffic.concurrency";

/// Stores count 10^-9 USD in numbers that a float holds exactly: up to 2^53.
const LARGEST_USD: u32 = 9_000_000;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn compile(lookup: &Lookup<'_>, policy: &TidegatePolicy) -> Option<Noun> {
    let budgets = policy.spec.traffic.as_ref()?.budgets.as_ref()?;
    let mut plan = BudgetsPlan::default();
    for (index, own) in budgets.iter().enumerate() {
        let path = format!("spec.{FIELD}[{index}]");
        match budget(lookup, policy, &path, own) {
            Ok((wire, store)) => {
                plan.wire.budgets.push(wire);
                match store {
                    None => {}
                    Some(Store::Redis(secret)) => plan.secrets.push(secret),
                    Some(Store::Service(own)) => {
                        let is_known = |known: &ServicePlan| known.wire.cluster == own.wire.cluster;
                        if !plan.services.iter().any(is_known) {
                            plan.services.push(own);
                        }
                    }
                }
            }
            Err(message) => return Some((FIELD, Err(message))),
        }
    }
    Some((FIELD, Ok(PolicyBody::Budgets(Box::new(plan)))))
}

pub(super) fn compile_concurrency(_: &Lookup<'_>, policy: &TidegatePolicy) -> Option<Noun> {
    let Concurrency {
        limit,
        streams,
        key,
    } = policy.spec.traffic.as_ref()?.concurrency.as_ref()?;
    let path = format!("spec.{CONCURRENCY}.key");
    let body = self::key(&path, key.as_ref()).map(|key| {
        PolicyBody::Concurrency(tidegate::Concurrency {
            limit: *limit,
            key,
            streams: streams.unwrap_or_default(),
        })
    });
    Some((CONCURRENCY, body))
}

fn budget(
    lookup: &Lookup<'_>,
    policy: &TidegatePolicy,
    path: &str,
    own: &Budget,
) -> Result<(tidegate::Budget, Option<Store>), String> {
    let length = length(path, own)?;
    let is_shared = own.scope == Some(BudgetScope::Shared);
    if !is_shared && is_a_day_or_longer(&length) {
        return Err(format!(
            "{path}: a window of a day or longer outlives the processes that count it; set scope: Shared and a store, or a shorter window"
        ));
    }
    let limit = limit(path, own)?;
    let store = match (is_shared, &own.store) {
        (true, None) => return Err(format!("{path}.store must be set for scope Shared")),
        (false, Some(_)) => return Err(format!("{path}.store goes with scope Shared only")),
        (false, None) => None,
        (true, Some(store)) => {
            let policy = (&*policy.metadata.namespace, &*policy.metadata.name);
            let counted = (&limit, &length, own.failure_mode);
            Some(budget_store::resolve(
                lookup,
                policy,
                path,
                (store, counted),
            )?)
        }
    };
    let fail_open = own.failure_mode == Some(FailureMode::FailOpen);
    let shared = store.as_ref().map(|store| store.wire(fail_open));
    let wire = tidegate::Budget {
        id: format!(
            "{}/{}/{}",
            policy.metadata.namespace, policy.metadata.name, own.name
        ),
        limit: Some(limit),
        length: Some(length),
        key: key(&format!("{path}.key"), own.key.as_ref())?,
        thresholds: own.thresholds.as_ref().map_or_else(
            || vec![80, 100],
            |percents| percents.iter().copied().map(u32::from).collect(),
        ),
        action: match own.action {
            None | Some(BudgetAction::Block) => Action::Block,
            Some(BudgetAction::Warn) => Action::Warn,
            Some(BudgetAction::Downgrade) => Action::Downgrade,
            Some(BudgetAction::Audit) => Action::Audit,
        }
        .into(),
        downgrade_to: match (own.action, &own.downgrade_to) {
            (Some(BudgetAction::Downgrade), None) => {
                return Err(format!("{path}.downgradeTo must name a model"));
            }
            (Some(BudgetAction::Downgrade), Some(model)) => model.clone(),
            (_, None) => String::new(),
            (_, Some(_)) => {
                return Err(format!(
                    "{path}.downgradeTo goes with action Downgrade only"
                ));
            }
        },
        shared,
        block_unpriced: own.on_unpriced == Some(OnUnpriced::Block),
    };
    Ok((wire, store))
}

fn limit(path: &str, own: &Budget) -> Result<Limit, String> {
    match own.unit {
        BudgetUnit::Usd => {
            let whole = own.limit.split('.').next().unwrap_or_default();
            match whole.parse::<u32>() {
                Ok(whole) if whole < LARGEST_USD => Ok(Limit::Usd(own.limit.clone())),
                Ok(_) => Err(format!("{path}.limit must be less than {LARGEST_USD} USD")),
                Err(_) => Err(format!(
                    "{path}.limit must be a decimal, such as 25 or 0.50"
                )),
            }
        }
        BudgetUnit::Tokens => own
            .limit
            .parse()
            .map(Limit::Tokens)
            .map_err(|_| format!("{path}.limit must be a whole number of tokens")),
        BudgetUnit::Requests => own
            .limit
            .parse()
            .map(Limit::Requests)
            .map_err(|_| format!("{path}.limit must be a whole number of requests")),
    }
}

fn length(path: &str, own: &Budget) -> Result<Length, String> {
    let every = |seconds: u64| {
        Length::Every(proto::google::protobuf::Duration {
            seconds: i64::try_from(seconds).unwrap_or(i64::MAX),
            nanos: 0,
        })
    };
    match (own.window, own.every) {
        (Some(BudgetWindow::Hour), None) => Ok(every(3600)),
        (Some(BudgetWindow::Day), None) => Ok(Length::Window(Window::Day.into())),
        (Some(BudgetWindow::Week), None) => Ok(Length::Window(Window::Week.into())),
        (Some(BudgetWindow::Month), None) => Ok(Length::Window(Window::Month.into())),
        (None, Some(span)) if span.0.subsec_nanos() == 0 && !span.0.is_zero() => {
            Ok(every(span.0.as_secs()))
        }
        (None, Some(_)) => Err(format!("{path}.every must be whole seconds")),
        (None, None) | (Some(_), Some(_)) => {
            Err(format!("{path} must have one of window and every"))
        }
    }
}

fn is_a_day_or_longer(length: &Length) -> bool {
    match length {
        Length::Window(_) => true,
        Length::Every(every) => u64::try_from(every.seconds).unwrap_or_default() >= DAY.as_secs(),
    }
}

/// The expression, if it compiles.
fn key(path: &str, key: Option<&Cel>) -> Result<String, String> {
    cel(path, key, AttributeSet::OF_LLM_REQUEST)
}
