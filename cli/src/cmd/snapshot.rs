//! `tidegate snapshot`: the resources that proxies get.
//!
//! Owns where resources come from: a running instance, manifests, or a file. Must not change or reorder them. A diff
//! that finds something ends with exit code 3.

mod diff;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use proto::type_url::TypeUrl;

use crate::args::Global;
use crate::exit::Exit;
use crate::fetch;
use crate::offline::{self, Manifests};
use crate::render::{self, Table};
use crate::resources::Resources;
use diff::Diff;

/// Flags of `tidegate snapshot`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SnapshotArgs {
    #[command(subcommand)]
    command: SnapshotCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum SnapshotCommand {
    /// Show the resources of a Gateway: of a running instance, or of manifests with -f
    #[command(after_help = "EXAMPLES\n  tidegate snapshot get\n  \
        tidegate snapshot get -g default/edge --type route-rule,cluster -o yaml\n  \
        tidegate snapshot get -f ./manifests -o json > before.json\n\n\
        Secrets are never shown; their version is a hash of the content.")]
    Get(GetArgs),
    /// Compare: the running instance with manifests (-f), or two files of `snapshot get -o json`
    #[command(
        after_help = "EXAMPLES\n  tidegate snapshot diff -f ./manifests       what would these change?\n  \
        tidegate snapshot diff before.json after.json\n\n\
        Ends with 3 if there is a difference."
    )]
    Diff(DiffArgs),
}

#[derive(Clone, Debug, Args)]
struct GetArgs {
    /// Which Gateway, NAMESPACE/NAME; not needed if there is only one
    #[arg(short, long, value_name = "GATEWAY")]
    gateway: Option<String>,

    /// Only these types
    #[arg(short, long = "type", value_name = "TYPE", value_delimiter = ',', value_parser = type_parser())]
    types: Vec<String>,

    /// Only resources with this text in their name
    #[arg(long, value_name = "TEXT", default_value = "")]
    name: String,

    /// For which kind of proxy
    #[arg(long, value_enum, default_value_t = Profile::Tidegate)]
    profile: Profile,

    #[command(flatten)]
    manifests: Manifests,
}

#[derive(Clone, Debug, Args)]
struct DiffArgs {
    /// Two files to compare
    #[arg(value_name = "FILE", num_args = 2)]
    saved: Vec<PathBuf>,

    /// Only this Gateway, NAMESPACE/NAME
    #[arg(short, long, value_name = "GATEWAY")]
    gateway: Option<String>,

    /// For which kind of proxy
    #[arg(long, value_enum, default_value_t = Profile::Tidegate)]
    profile: Profile,

    #[command(flatten)]
    manifests: Manifests,
}

/// For which kind of proxy resources are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// Tidegate's own proxy.
    Tidegate,
    /// A real Envoy.
    Envoy,
}

/// Characters of a version that are shown to people.
const SHORT_VERSION: usize = 8;

/// Runs one of the two.
pub(crate) async fn run(args: &SnapshotArgs, global: &Global) -> Result<Exit> {
    match &args.command {
        SnapshotCommand::Get(args) => get(args, global).await,
        SnapshotCommand::Diff(args) => compare(args, global).await,
    }
}

async fn get(args: &GetArgs, global: &Global) -> Result<Exit> {
    let mut resources = match args.manifests.is_empty() {
        false => {
            let offline = args.manifests.load()?;
            let (key, output) = offline.gateway(args.gateway.as_deref())?;
            let snapshot = offline::snapshot(key, output, args.profile.into());
            Resources::of_response(&offline::response(&snapshot))?
        }
        true => {
            let gateway = match &args.gateway {
                Some(gateway) => gateway.clone(),
                None => only_gateway(global).await?,
            };
            running(global, &gateway, args.profile).await?
        }
    };
    let types: Vec<TypeUrl> = args
        .types
        .iter()
        .filter_map(|name| TypeUrl::from_short(name))
        .collect();
    resources.retain(&types, &args.name);
    render::print_as(
        global.output,
        || Ok(resources.to_value()),
        || text(&resources),
    )?;
    Ok(Exit::Fine)
}

fn text(resources: &Resources) -> String {
    let mut table = Table::new(&["TYPE", "NAME", "VERSION", "SOURCE"]);
    for (id, shown) in &resources.held {
        table.row([
            id.type_url.short().to_owned(),
            id.name.clone(),
            shown.version.chars().take(SHORT_VERSION).collect(),
            shown.source(),
        ]);
    }
    let mut text = table.render(render::width());
    text.push_str(&format!("{} resources", resources.held.len()));
    if !resources.commit_id.is_empty() {
        text.push_str(&format!(", commit {}", resources.commit_id));
    }
    text.push('\n');
    text
}

async fn compare(args: &DiffArgs, global: &Global) -> Result<Exit> {
    let pairs = match (args.saved.as_slice(), args.manifests.is_empty()) {
        ([old, new], true) => {
            let pair = (Resources::of_file(old)?, Resources::of_file(new)?);
            BTreeMap::from([(String::new(), pair)])
        }
        ([], false) => with_running(args, global).await?,
        ([], true) => bail!(
            "nothing to compare: name manifests with -f, or two files of `snapshot get -o json`"
        ),
        (_, _) => bail!("compare either two files, or the running instance with -f"),
    };
    let diffs: BTreeMap<String, Diff> = pairs
        .into_iter()
        .map(|(name, (old, new))| (name, Diff::of(&old, &new)))
        .collect();
    let value = || {
        Ok(diffs
            .iter()
            .map(|(gateway, diff)| diff.to_value(gateway))
            .collect())
    };
    render::print_as(global.output, value, || {
        diffs
            .iter()
            .map(|(gateway, diff)| diff.text(gateway))
            .collect()
    })?;
    let is_same = diffs.values().all(Diff::is_empty);
    Ok(if is_same { Exit::Fine } else { Exit::Different })
}

/// What runs beside what the manifests would give, for every Gateway of either.
async fn with_running(
    args: &DiffArgs,
    global: &Global,
) -> Result<BTreeMap<String, (Resources, Resources)>> {
    let offline = args.manifests.load()?;
    let is_wanted = |name: &String| args.gateway.as_ref().is_none_or(|wanted| wanted == name);
    let running_names: BTreeSet<String> = gateways(global).await?.into_iter().collect();
    let names = offline.translation.gateways.keys().map(ToString::to_string);
    let names: BTreeSet<String> = names
        .chain(running_names.clone())
        .filter(is_wanted)
        .collect();
    if names.is_empty() {
        bail!("there is no such Gateway, neither running nor in these manifests");
    }
    let mut pairs = BTreeMap::new();
    for name in names {
        let old = match running_names.contains(&name) {
            true => running(global, &name, args.profile).await?,
            false => Resources::default(),
        };
        let found = offline
            .translation
            .gateways
            .iter()
            .find(|(key, _)| key.to_string() == name);
        let new = match found {
            Some((key, output)) => {
                let snapshot = offline::snapshot(key, output, args.profile.into());
                Resources::of_response(&offline::response(&snapshot))?
            }
            None => Resources::default(),
        };
        pairs.insert(name, (old, new));
    }
    Ok(pairs)
}

async fn running(global: &Global, gateway: &str, profile: Profile) -> Result<Resources> {
    let profile = match profile {
        Profile::Tidegate => "tidegate",
        Profile::Envoy => "envoy",
    };
    let response = fetch::snapshot(&global.place()?, gateway, profile).await?;
    Resources::of_response(&response)
}

async fn gateways(global: &Global) -> Result<Vec<String>> {
    let status = fetch::status(&global.place()?).await?;
    let name = |gateway: &proto::tidegate::v1::GatewayStatus| {
        format!("{}/{}", gateway.namespace, gateway.name)
    };
    Ok(status.gateways.iter().map(name).collect())
}

/// The Gateway, if there is exactly one.
pub(crate) async fn only_gateway(global: &Global) -> Result<String> {
    let mut names = gateways(global).await?;
    let all = names.join(", ");
    let first = names
        .pop()
        .context("no Gateway is served; is there one of the class `tidegate`?")?;
    if !names.is_empty() {
        bail!("there are several Gateways: choose one of {all} with -g");
    }
    Ok(first)
}

fn type_parser() -> clap::builder::PossibleValuesParser {
    TypeUrl::ALL.map(TypeUrl::short).into()
}

// === impl Profile ===

impl From<Profile> for cp_translate::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Tidegate => cp_translate::Profile::Tidegate,
            Profile::Envoy => cp_translate::Profile::Envoy,
        }
    }
}
