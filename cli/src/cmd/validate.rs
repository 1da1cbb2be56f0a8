//! `tidegate validate`: manifests checked without running anything.
//!
//! Owns the order of the checks and the exit code. Must not check anything itself: reading and translation are the
//! control plane's, decoding and matching are the proxy's, so that what passes here passes in production.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use cp_files::Severity;
use cp_translate::{GatewayKey, GatewayOutput, Profile};

use crate::args::Global;
use crate::exit::Exit;
use crate::findings::places::Places;
use crate::findings::{self, Finding, Place};
use crate::offline::{self, Manifests, Offline};
use crate::{proxy_config, render};

/// Flags of `tidegate validate`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "EXAMPLES\n  tidegate validate -f ./manifests\n  \
    tidegate validate -f base -f overlay --strict\n  \
    tidegate validate -f ./manifests -o json | jq '.findings[].message'\n\n\
    Checked are: syntax and schema, references, conflicts of listeners and ports, rules that can never match,\n\
    and whether a proxy accepts what follows. No cluster and no instance is needed.\n\n\
    Ends with 0 if there is no error, with 2 if there is one (with --strict: or a warning).")]
pub(crate) struct ValidateArgs {
    /// File or directory of manifests (YAML or JSON); may be repeated
    #[arg(short, long = "file", value_name = "PATH", required = true)]
    files: Vec<PathBuf>,

    /// Warnings are errors
    #[arg(long)]
    strict: bool,
}

/// Checks and prints.
pub(crate) fn run(args: &ValidateArgs, global: &Global) -> Result<Exit> {
    let manifests = Manifests {
        files: args.files.clone(),
    };
    let offline = manifests.load()?;
    let found = check(&offline);
    render::print_as(
        global.output,
        || Ok(findings::value(&found)),
        || format!("{}{}", findings::text(&found), summary(&offline, &found)),
    )?;
    let is_bad = findings::errors(&found) > 0 || (args.strict && !found.is_empty());
    Ok(if is_bad { Exit::Findings } else { Exit::Fine })
}

/// Everything that is wrong, by file and line.
fn check(offline: &Offline) -> Vec<Finding> {
    let mut places = Places::default();
    let mut found = findings::files::find(&offline.problems);
    found.extend(findings::conditions::find(
        &offline.translation.reports,
        &offline.problems,
        &mut places,
    ));
    for (key, output) in &offline.translation.gateways {
        found.extend(of_gateway(key, output, &mut places));
    }
    found.extend(nothing_served(offline));
    found.sort();
    found.dedup();
    found
}

/// What a proxy of this Gateway would say.
fn of_gateway(key: &GatewayKey, output: &GatewayOutput, places: &mut Places) -> Vec<Finding> {
    let snapshot = offline::snapshot(key, output, Profile::Tidegate);
    match proxy_config::decode(key, &snapshot) {
        Ok(config) => findings::shadowing::find(&config, &snapshot, places),
        Err(rejection) => findings::decoding::find(key, &snapshot, &rejection),
    }
}

fn nothing_served(offline: &Offline) -> Option<Finding> {
    if !offline.translation.gateways.is_empty() {
        return None;
    }
    Some(Finding {
        place: Place::default(),
        severity: Severity::Warning,
        message: "no Gateway here is served by Tidegate".to_owned(),
        remedy: "write a Gateway with gatewayClassName: tidegate".to_owned(),
        code: "NoGateway".to_owned(),
    })
}

fn summary(offline: &Offline, found: &[Finding]) -> String {
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let errors = findings::errors(found);
    format!(
        "{}, {} in {} ({})\n",
        plural(errors, "error"),
        plural(found.len() - errors, "warning"),
        plural(offline.objects, "object"),
        plural(offline.translation.gateways.len(), "Gateway"),
    )
}
