//! The official Gateway API suite against Tidegate as it is installed: shipped manifests, our own deployer.
//!
//! Must not skip a test of the suite or say which features there are: the suite reads them from GatewayClass.status.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tests::{binaries, suite_report};
use tokio::process::Command;

use crate::args;
use crate::cluster::Cluster;
use crate::install;

/// Core tests of the profile, all of which are to pass.
const CORE: u64 = 37;
const PROFILE: &str = "GATEWAY-HTTP";
/// The report that is in the repository.
const REPORT: &str = "tests/conformance/reports/experimental-v1.6.1-default-report.yaml";
/// Lines of the log that an error carries.
const TAIL: usize = 120;

/// Every core test of the profile passes, and every test of a feature that the class claims.
pub(crate) async fn gateway_http(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (log, fresh) = (
        scratch.join("conformance.log"),
        scratch.join("conformance-report.yaml"),
    );
    suite(cluster, &log, &fresh).await?;
    if args::only().is_some() {
        return Ok(());
    }
    let fresh = suite_report::stable(&fs::read_to_string(&fresh).context("no report")?);
    let report: Value = serde_saphyr::from_str(&fresh)?;
    suite_report::check(&report, PROFILE, CORE, &claimed(cluster).await?)?;
    let path = binaries::repository(REPORT);
    if args::writes_reports() {
        fs::create_dir_all(path.parent().context("no directory")?)?;
        fs::write(&path, &fresh)?;
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    ensure!(
        known == fresh,
        "{REPORT} says something else: run `make conformance` and read the diff"
    );
    Ok(())
}

/// Runs the suite, in its own words all the way.
async fn suite(cluster: &Cluster, log: &Path, report: &PathBuf) -> Result<()> {
    let options = binaries::repository("tests/conformance/options.yaml");
    let out = fs::File::create(log).with_context(|| log.display().to_string())?;
    // A report of an earlier run must not pass for this one's.
    let _ = fs::remove_file(report);
    let mut command = Command::new(binaries::tool("gateway-api-conformance")?);
    command
        .args(["-test.v", "-test.timeout=40m", "-test.parallel=8"])
        .arg(format!("-conformance-options-file={}", options.display()))
        .arg(format!("-report-output={}", report.display()))
        .args(args::only().map(|test| format!("-run-test={test}")))
        .env("KUBECONFIG", cluster.kubeconfig())
        .stdout(out.try_clone()?)
        .stderr(out)
        .kill_on_drop(true);
    let status = command.status().await.context("the conformance suite")?;
    if !status.success() {
        let logs = install::logs(cluster, install::NAMESPACE).await;
        let planes = log.with_extension("control-plane.log");
        fs::write(&planes, logs.unwrap_or_else(|error| format!("{error:#}")))?;
        bail!("{}", failures(log)?);
    }
    Ok(())
}

/// Features that the class claims.
async fn claimed(cluster: &Cluster) -> Result<Vec<String>> {
    let class = cluster.get("", "gatewayclass", "tidegate").await?;
    let features = class["status"]["supportedFeatures"].as_array();
    let name = |feature: &Value| feature["name"].as_str().map(str::to_owned);
    Ok(features
        .context("the class claims nothing")?
        .iter()
        .filter_map(name)
        .collect())
}

/// The lines that name what failed, for a person.
fn failures(log: &Path) -> Result<String> {
    let text = fs::read_to_string(log)?;
    let is_failure = |line: &&str| {
        let line = line.trim_start();
        ["--- FAIL", "Error:", "Error Trace:", "panic:"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let lines: Vec<&str> = text.lines().filter(is_failure).collect();
    let first = lines.len().saturating_sub(TAIL);
    let lines = lines.get(first..).unwrap_or_default().join("\n");
    let end: Vec<&str> = text.lines().rev().take(5).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    Ok(format!("{}\n{lines}\n{}", log.display(), end.join("\n")))
}
