//! `tidegate status`: what is served, by whom, and what is wrong.
//!
//! Owns the tables and the exit code: 2 if somebody has to mend something. Must not judge: conditions and states are the
//! control plane's words, or those of a proxy on this machine. Sections without rows are left out, so that a healthy instance fits on one screen.

mod keys;
mod stores;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use anyhow::Result;
use clap::Args;
use proto::google::protobuf::Timestamp;
use proto::tidegate::v1::{
    GatewayStatus, ObjectStatus, ProxyState, ProxyStatus, Source, StatusResponse,
};
use serde_json::Value;

use crate::args::Global;
use crate::exit::Exit;
use crate::fetch::{self, Place};
use crate::render::{self, MessageJson, Table};
use keys::KeysOut;
use stores::StoreStanding;

/// What the proxies on this machine tell.
#[derive(Default)]
struct OfProxies {
    keys: Vec<KeysOut>,
    stores: Vec<StoreStanding>,
}

/// Flags of `tidegate status`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "EXAMPLES\n  tidegate status\n  tidegate status -g default/edge\n  \
    tidegate status --all           every object, not only those with something to say\n  \
    tidegate status -o json | jq '.gateways[].proxies[] | {nodeId, state, appliedCommit}'\n\n\
    Ends with 2 if an object, a file or a proxy is not well; what is still pending is no such thing."
)]
pub(crate) struct StatusArgs {
    /// Only this Gateway, NAMESPACE/NAME
    #[arg(short, long, value_name = "GATEWAY")]
    gateway: Option<String>,

    /// Show objects whose conditions are all fine, too
    #[arg(short, long)]
    all: bool,
}

/// Characters of a commit id that are shown to people.
const SHORT_COMMIT: usize = 8;

/// Asks the instance and prints.
pub(crate) async fn run(args: &StatusArgs, global: &Global) -> Result<Exit> {
    let place = global.place()?;
    let mut status = fetch::status(&place).await?;
    if let Some(wanted) = &args.gateway {
        status
            .gateways
            .retain(|gateway| name_of(gateway) == *wanted);
        if status.gateways.is_empty() {
            anyhow::bail!("no Gateway {wanted} is served here; `tidegate status` lists them");
        }
    }
    let told = match &place {
        Place::RunDir(run_dir) => OfProxies {
            keys: keys::ask(run_dir, &status.gateways).await,
            stores: stores::ask(run_dir, &status.gateways).await,
        },
        // Its proxies are asked by whoever can reach them.
        Place::Remote(_) => OfProxies::default(),
    };
    let now = SystemTime::now();
    render::print_as(
        global.output,
        || value(&status, &told),
        || text((&status, &told), args.all, now, render::width()),
    )?;
    Ok(if has_findings(&status) {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// The whole status for programs.
fn value(status: &StatusResponse, told: &OfProxies) -> Result<Value> {
    let mut value = MessageJson::new()?.message(status)?;
    let Some(fields) = value.as_object_mut() else {
        return Ok(value);
    };
    if !told.keys.is_empty() {
        fields.insert("keysOut".to_owned(), serde_json::to_value(&told.keys)?);
    }
    if !told.stores.is_empty() {
        let stores = serde_json::to_value(&told.stores)?;
        fields.insert("budgetStores".to_owned(), stores);
    }
    Ok(value)
}

/// Whether somebody has to mend something. What is pending, or reached by no Gateway, is a state and no fault.
fn has_findings(status: &StatusResponse) -> bool {
    let is_state = |reason: &str| matches!(reason, "Pending" | "NotReferenced");
    let conditions = status.objects.iter().flat_map(|object| &object.conditions);
    let mut faults =
        conditions.filter(|condition| !is_fine(condition) && !is_state(&condition.reason));
    let is_sound = |gateway: &GatewayStatus| {
        let mut proxies = gateway.proxies.iter();
        gateway.quarantined.is_empty()
            && !proxies.any(|proxy| proxy.state() == ProxyState::Rejected)
    };
    faults.next().is_some() || !status.problems.is_empty() || !status.gateways.iter().all(is_sound)
}

/// The whole status for people.
fn text(
    (status, told): (&StatusResponse, &OfProxies),
    all: bool,
    now: SystemTime,
    width: Option<u16>,
) -> String {
    let mut sections = vec![gateways(status, now, width)];
    sections.push(proxies(status, now, width));
    sections.push(keys::table(&told.keys, width));
    sections.push(stores::table(&told.stores, width));
    sections.push(quarantined(status, now, width));
    sections.push(objects(status, all, width));
    sections.push(problems(status, width));
    sections.retain(|section| !section.is_empty());
    sections.push(footer(status, all));
    sections.join("\n")
}

fn gateways(status: &StatusResponse, now: SystemTime, width: Option<u16>) -> String {
    if status.gateways.is_empty() {
        return "No Gateway is served. Is there one whose class is `tidegate`?\n".to_owned();
    }
    // On one machine nobody assigns addresses.
    let has_addresses = status
        .gateways
        .iter()
        .any(|gateway| !gateway.addresses.is_empty());
    let columns = [
        ("GATEWAY", true),
        ("ADDRESS", has_addresses),
        ("LISTENERS", true),
        ("ROUTES", true),
        ("DESIRED", true),
        ("PROXIES", true),
        ("IN SYNC", true),
        ("REJECTED", true),
        ("LAST CHANGE", true),
    ];
    let shown = |cells: [String; 9]| {
        let cells = cells.into_iter().zip(columns);
        cells.filter_map(|(cell, (_, is_shown))| is_shown.then_some(cell))
    };
    let names: Vec<&str> = columns
        .iter()
        .filter_map(|(name, is_shown)| is_shown.then_some(*name))
        .collect();
    let mut table = Table::new(&names);
    for gateway in &status.gateways {
        let in_state = |state: ProxyState| {
            gateway
                .proxies
                .iter()
                .filter(|proxy| proxy.state() == state)
                .count()
                .to_string()
        };
        table.row(shown([
            name_of(gateway),
            gateway.addresses.join(", "),
            gateway.listeners.to_string(),
            gateway.routes.to_string(),
            short(&gateway.desired_commit),
            gateway.proxies.len().to_string(),
            in_state(ProxyState::Applied),
            in_state(ProxyState::Rejected),
            last_change(gateway, now),
        ]));
    }
    table.render(width)
}

fn last_change(gateway: &GatewayStatus, now: SystemTime) -> String {
    let age = gateway
        .last_change
        .as_ref()
        .map(|at| format!("{} ago", age(at, now)));
    let words = [age.unwrap_or_default(), gateway.last_change_reason.clone()];
    words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("  ")
}

fn proxies(status: &StatusResponse, now: SystemTime, width: Option<u16>) -> String {
    let mut table = Table::new(&[
        "PROXY",
        "GATEWAY",
        "AGENT",
        "CONNECTED",
        "COMMIT",
        "STATE",
        "DETAIL",
    ]);
    for gateway in &status.gateways {
        for proxy in &gateway.proxies {
            table.row([
                proxy.node_id.clone(),
                name_of(gateway),
                agent(proxy),
                proxy
                    .connected_at
                    .as_ref()
                    .map(|at| age(at, now))
                    .unwrap_or_default(),
                short(&proxy.applied_commit),
                state(proxy.state()).to_owned(),
                proxy.detail.clone(),
            ]);
        }
    }
    if table.is_empty() {
        String::new()
    } else {
        table.render(width)
    }
}

fn quarantined(status: &StatusResponse, now: SystemTime, width: Option<u16>) -> String {
    let mut table = Table::new(&[
        "REFUSED",
        "GATEWAY",
        "IN ITS PLACE",
        "NEXT TRY",
        "PROXY SAYS",
    ]);
    for gateway in &status.gateways {
        for resource in &gateway.quarantined {
            table.row([
                resource.name.clone(),
                name_of(gateway),
                resource.substitute.clone(),
                next_try(resource.next_try.as_ref(), now),
                resource.message.clone(),
            ]);
        }
    }
    if table.is_empty() {
        String::new()
    } else {
        table.render(width)
    }
}

fn objects(status: &StatusResponse, all: bool, width: Option<u16>) -> String {
    let mut table = Table::new(&["OBJECT", "WHERE", "CONDITION", "MESSAGE"]);
    for object in &status.objects {
        let shown = object
            .conditions
            .iter()
            .filter(|condition| all || !is_fine(condition));
        for condition in shown {
            table.row([
                object_name(object),
                place(object.source.as_ref()),
                format!(
                    "{}={} {}",
                    condition.r#type, condition.status, condition.reason
                ),
                condition.message.clone(),
            ]);
        }
    }
    if table.is_empty() {
        String::new()
    } else {
        table.render(width)
    }
}

fn problems(status: &StatusResponse, width: Option<u16>) -> String {
    let mut table = Table::new(&["FILE", "PROBLEM"]);
    for problem in &status.problems {
        let place = match (problem.line, problem.column) {
            (0, _) => problem.file.clone(),
            (line, 0) => format!("{}:{line}", problem.file),
            (line, column) => format!("{}:{line}:{column}", problem.file),
        };
        table.row([place, problem.message.clone()]);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.render(width)
    }
}

fn footer(status: &StatusResponse, all: bool) -> String {
    let sources = match status.sources.is_empty() {
        true => String::new(),
        false => format!(" reading {}", status.sources.join(", ")),
    };
    let hidden = status
        .objects
        .iter()
        .filter(|object| object.conditions.iter().all(is_fine));
    let fine = match hidden.count() {
        0 => String::new(),
        _ if all => String::new(),
        1 => "; 1 more is fine (--all)".to_owned(),
        count => format!("; {count} more are fine (--all)"),
    };
    format!("control plane {}{sources}{fine}\n", status.version)
}

/// Conditions whose type names something bad are fine when they are false.
fn is_fine(condition: &proto::tidegate::v1::Condition) -> bool {
    let wanted = match condition.r#type.as_str() {
        "Conflicted" | "PartiallyInvalid" => "False",
        _ => "True",
    };
    condition.status == wanted
}

fn name_of(gateway: &GatewayStatus) -> String {
    format!("{}/{}", gateway.namespace, gateway.name)
}

fn object_name(object: &ObjectStatus) -> String {
    let name = object
        .source
        .as_ref()
        .map(render::source_name)
        .unwrap_or_default();
    match object.scope.is_empty() {
        true => name,
        false => format!("{name} ({})", object.scope),
    }
}

fn place(source: Option<&Source>) -> String {
    source.map(render::source_place).unwrap_or_default()
}

fn agent(proxy: &ProxyStatus) -> String {
    [proxy.user_agent.as_str(), proxy.version.as_str()]
        .join(" ")
        .trim()
        .to_owned()
}

fn state(state: ProxyState) -> &'static str {
    match state {
        ProxyState::Unspecified => "UNKNOWN",
        ProxyState::Pending => "PENDING",
        ProxyState::Applied => "APPLIED",
        ProxyState::Rejected => "REJECTED",
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(SHORT_COMMIT).collect()
}

/// When what was refused is sent again.
fn next_try(at: Option<&Timestamp>, now: SystemTime) -> String {
    let Some(at) = at else {
        return "when it changes".to_owned();
    };
    match seconds(at).saturating_sub(since_epoch(now)) {
        0 => "now".to_owned(),
        left => format!("in {left}s"),
    }
}

/// `3s`, `12m`, `5h`, `2d`.
fn age(at: &Timestamp, now: SystemTime) -> String {
    length(since_epoch(now).saturating_sub(seconds(at)))
}

fn length(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7_199 => format!("{}m", seconds / 60),
        7_200..=172_799 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn since_epoch(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

fn seconds(at: &Timestamp) -> u64 {
    u64::try_from(at.seconds).unwrap_or_default()
}
