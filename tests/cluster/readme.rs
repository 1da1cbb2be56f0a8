//! The README's section for a cluster: its commands, read from it and executed in the order in which they stand.
//!
//! Must not run others. Commands that fetch from the network or build images are not run: a lab has both already.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use tests::{binaries, deadline};
use tokio::process::Command;

use crate::cluster::{Cluster, SOON};

const SECTION: &str = "On Kubernetes";

/// What a lab has: the Gateway API's definitions, and our binaries as images.
const THERE: [&str; 2] = ["https://", "docker "];

/// A command and what the section shows that it prints.
#[derive(Debug, Default)]
struct Step {
    command: String,
    prints: Vec<String>,
}

fn steps() -> Result<Vec<Step>> {
    let readme = fs::read_to_string(binaries::repository("README.md"))?;
    let (_, rest) = readme
        .split_once(&format!("\n## {SECTION}\n"))
        .with_context(|| format!("no section {SECTION}"))?;
    let text = rest.split("\n## ").next().unwrap_or_default();
    let mut steps: Vec<Step> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for line in block.replace("\\\n", " ").lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command: command.to_owned(),
                    ..Step::default()
                }),
                (None, Some(step)) => step.prints.push(line.to_owned()),
                (None, None) => bail!("output without a command: {line}"),
            }
        }
    }
    Ok(steps)
}

/// Everything works as it is written, down to the last command, which takes all away.
pub(crate) async fn on_kubernetes(cluster: &Cluster) -> Result<()> {
    let steps = steps()?;
    let is_run = |step: &&Step| !THERE.iter().any(|word| step.command.contains(word));
    let run: Vec<&Step> = steps.iter().filter(is_run).collect();
    ensure!(run.len() >= 6, "only {run:?}");
    let result = follow(cluster, &run).await;
    cluster.furnish().await?;
    result
}

async fn follow(cluster: &Cluster, steps: &[&Step]) -> Result<()> {
    for step in steps {
        // A reader tries again, too: what was just made has to come up.
        deadline::until(&step.command, SOON, async || {
            let output = Command::new("sh")
                .args(["-c", &step.command])
                .current_dir(binaries::repository(""))
                .env("KUBECONFIG", cluster.kubeconfig())
                .env("no_proxy", "*")
                .kill_on_drop(true)
                .output()
                .await?;
            let printed = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "{printed}{errors}");
            for line in &step.prints {
                ensure!(printed.contains(line.trim()), "not {line:?}: {printed}");
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}
