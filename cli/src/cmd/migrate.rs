//! `tidegate migrate`: manifests of kgateway, as manifests of Tidegate.
//!
//! Owns where the output goes and the exit code. Must not convert anything itself. Manifests go to standard output or to
//! files, the report to standard error, so that both can be piped.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use migrate::report::Report;
use migrate::{Migration, OutputFile, source};

use crate::args::Global;
use crate::exit::Exit;
use crate::render::{self, Format, Table};

/// Flags of `tidegate migrate`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "EXAMPLES\n  tidegate migrate -f ./kgateway --out ./manifests\n  \
    kubectl get backends,trafficpolicies,httproutes -A -o yaml | tidegate migrate -f - > tidegate.yaml\n  \
    tidegate migrate -f ./kgateway --report json --out ./manifests 2> report.json\n  \
    tidegate validate -f ./manifests\n\n\
    Converted are: Backend, TrafficPolicy, RateLimitPolicy, GatewayParameters, HTTPListenerPolicy, ListenerPolicy,\n\
    BackendConfigPolicy, GatewayExtension and DirectResponse of gateway.kgateway.dev; InferenceModel and\n\
    InferencePool of inference.networking.x-k8s.io. Gateways, routes and grants that name one of them name what it\n\
    became; the classes kgateway and kgateway-waypoint are tidegate. Everything else passes as it is.\n\n\
    Give everything that belongs together at once: a policy needs the GatewayExtension that it names, an\n\
    InferenceModel the route to its pool.\n\n\
    The report has a line for each object and field: converted, changed, added, unneeded (nothing is missing), left\n\
    out (something is), invalid, and not in effect (accepted; this version does not act on it). Where something was\n\
    left out that kept requests from passing, a rule that refuses every request stands in its place.\n\n\
    Ends with 0, or with 2 if something was left out and --allow-partial is not given."
)]
pub(crate) struct MigrateArgs {
    /// File or directory of manifests (YAML or JSON), or - for standard input; may be repeated
    #[arg(short, long = "file", value_name = "PATH", required = true)]
    files: Vec<PathBuf>,

    /// File or directory to write to; standard output if not given. A directory gets a file for each that was read
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long, requires = "out")]
    force: bool,

    /// How the report is printed to standard error; as --output says if not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    report: Option<Format>,

    /// End with 0 although something was left out
    #[arg(long)]
    allow_partial: bool,
}

/// Converts and writes.
pub(crate) fn run(args: &MigrateArgs, global: &Global) -> Result<Exit> {
    let input = source::read(&args.files)?;
    let Migration { files, report } = migrate::migrate(&input);
    match &args.out {
        Some(path) => write(path, &files, args.force)?,
        None => render::print(&stream(&files))?,
    }
    eprint!("{}", told(&report, args.report.unwrap_or(global.output))?);
    let is_partial = report.losses() > 0 && !args.allow_partial;
    Ok(if is_partial {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn told(report: &Report, format: Format) -> Result<String> {
    render::format(
        format,
        || Ok(report.value()),
        || text(report, render::error_width()),
    )
}

/// For people: what changed, then a line that counts.
fn text(report: &Report, width: Option<u16>) -> String {
    let mut table = Table::new(&["PLACE", "OBJECT", "OUTCOME", "FIELD", "WHAT"]);
    for entry in &report.entries {
        table.row([
            entry.place.to_string(),
            entry.object.clone(),
            entry.outcome.word().to_owned(),
            entry.field.clone(),
            entry.words.clone(),
        ]);
    }
    let rows = if table.is_empty() {
        String::new()
    } else {
        table.render(width)
    };
    format!("{rows}{}\n", report.summary())
}

/// All files as one stream of documents.
fn stream(files: &[OutputFile]) -> String {
    let mut text = String::new();
    for file in files.iter().filter(|file| !file.stream.is_empty()) {
        if !text.is_empty() && !file.stream.starts_with("---") {
            text.push_str("---\n");
        }
        text.push_str(&file.stream);
    }
    text
}

fn write(path: &Path, files: &[OutputFile], force: bool) -> Result<()> {
    let is_file = !path.is_dir() && path.extension().is_some();
    let targets: Vec<(PathBuf, String)> = match is_file {
        true => vec![(path.to_owned(), stream(files))],
        false => files
            .iter()
            .map(|file| (path.join(&file.name), file.text.clone()))
            .collect(),
    };
    // Nothing is written unless everything can be.
    for (index, (target, _)) in targets.iter().enumerate() {
        let earlier = targets.iter().take(index);
        if earlier.into_iter().any(|(other, _)| other == target) {
            bail!(
                "two inputs would be written to {}: migrate them one by one",
                target.display()
            );
        }
        if target.exists() && !force {
            bail!(
                "{} exists: name another place with --out, or give --force",
                target.display()
            );
        }
    }
    for (target, text) in &targets {
        if let Some(parent) = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
        }
        std::fs::write(target, text)
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
