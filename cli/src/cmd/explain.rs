//! `tidegate explain`: why something happens as it does.
//!
//! Owns where the configuration comes from: a running instance, or manifests. The explanation itself is `explain`,
//! which asks the proxy's own matchers.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use cp_translate::{GatewayKey, Profile};
use proto::tidegate::v1::{SnapshotResponse, Source};

use crate::args::Global;
use crate::cmd::snapshot;
use crate::exit::Exit;
use crate::explain::asked::{Asked, AskedArgs};
use crate::explain::{explain, text};
use crate::findings::places::Places;
use crate::offline::{self, Manifests};
use crate::{fetch, proxy_config, render};

/// Flags of `tidegate explain`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(subcommand)]
    command: ExplainCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum ExplainCommand {
    /// Which listener, route and backends a request gets, and why no others
    #[command(
        after_help = "EXAMPLES\n  tidegate explain request --host shop.example --path /cart\n  \
        tidegate explain request --host shop.example -X POST -H 'x-team: blue' --scheme https\n  \
        tidegate explain request -f ./manifests --host shop.example     without an instance\n  \
        tidegate explain request -X POST --host ai.example --path /v1/chat/completions --model fast\n\n\
        The answer comes from the proxy's own matchers on the resources that proxies get."
    )]
    Request(RequestArgs),
}

#[derive(Clone, Debug, Args)]
struct RequestArgs {
    #[command(flatten)]
    asked: AskedArgs,

    /// Which Gateway, NAMESPACE/NAME; not needed if there is only one
    #[arg(short, long, value_name = "GATEWAY")]
    gateway: Option<String>,

    /// List every route that is not taken
    #[arg(short, long)]
    all: bool,

    #[command(flatten)]
    manifests: Manifests,
}

/// Explains and prints.
pub(crate) async fn run(args: &ExplainArgs, global: &Global) -> Result<Exit> {
    let ExplainCommand::Request(args) = &args.command;
    let asked = Asked::try_from(&args.asked)?;
    let (key, response) = resources(args, global).await?;
    let config = proxy_config::decode_shown(&key, &response)?;
    let sources = sources(&response);
    let mut places = Places::default();
    let told = explain(&config, &asked, &mut |resource, rule| {
        let source = sources.get(resource);
        source
            .map(|source| place(source, rule, &mut places))
            .unwrap_or_default()
    });
    render::print_as(
        global.output,
        || serde_json::to_value(&told).context("the explanation cannot be printed"),
        || text::text(&told, args.all),
    )?;
    Ok(Exit::Fine)
}

async fn resources(args: &RequestArgs, global: &Global) -> Result<(GatewayKey, SnapshotResponse)> {
    if !args.manifests.is_empty() {
        let offline = args.manifests.load()?;
        let (key, output) = offline.gateway(args.gateway.as_deref())?;
        let snapshot = offline::snapshot(key, output, Profile::Tidegate);
        return Ok((key.clone(), offline::response(&snapshot)));
    }
    let name = match &args.gateway {
        Some(name) => name.clone(),
        None => snapshot::only_gateway(global).await?,
    };
    let response = fetch::snapshot(&global.place()?, &name, "tidegate").await?;
    let (namespace, name) = name.split_once('/').unwrap_or_default();
    Ok((GatewayKey::new(namespace, name), response))
}

/// The first source of every resource, by name.
fn sources(response: &SnapshotResponse) -> BTreeMap<&str, &Source> {
    response
        .resources
        .iter()
        .filter_map(|shown| {
            let first = shown.provenance.as_ref()?.sources.first()?;
            Some((shown.name.as_str(), first))
        })
        .collect()
}

fn place(source: &Source, rule: Option<u32>, places: &mut Places) -> String {
    match rule {
        Some(rule) if !source.file.is_empty() => {
            let field = format!("spec.rules[{rule}]");
            let place = places.of_field(&source.file, source.line, &field);
            format!("{}:{}", place.file, place.line)
        }
        Some(_) | None => render::source_place(source),
    }
}
