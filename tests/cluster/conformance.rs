//! The official Gateway API suite against Tidegate as it is installed: shipped manifests, our own deployer.
//!
//! Must not skip a test of the suite or say which features there are: the suite reads them from GatewayClass.status.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tests::binaries;
use tokio::process::Command;

use crate::args;
use crate::cluster::Cluster;
use crate::install;

/// What must hold: core tests of the profile, all of them.
const CORE: u64 = 37;

/// Every core test of the profile GATEWAY-HTTP passes, and every test of a feature that we claim.
pub(crate) async fn gateway_http(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    let report = match args::reports() {
        Some(dir) => PathBuf::from(dir).join("gateway-http.yaml"),
        None => cluster.dir().join("gateway-http.yaml"),
    };
    let options = binaries::repository("tests/conformance/options.yaml");
    let log = std::fs::File::create(cluster.dir().join("log/conformance.log"))?;
    let mut suite = Command::new(binaries::tool("gateway-api-conformance")?);
    suite
        .args(["-test.v", "-test.timeout=40m", "-test.parallel=8"])
        .arg(format!("-conformance-options-file={}", options.display()))
        .arg(format!("-report-output={}", report.display()))
        .args(args::only().map(|test| format!("-run-test={test}")))
        .env("KUBECONFIG", cluster.kubeconfig())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true);
    let status = suite.status().await.context("the conformance suite")?;
    if !status.success() {
        bail!("{}", failures(cluster)?);
    }
    if args::only().is_some() {
        return Ok(());
    }
    let report: Value = serde_saphyr::from_str(&std::fs::read_to_string(&report)?)?;
    check(&report)
}

/// The report says what was asked for, and that nothing was skipped.
fn check(report: &Value) -> Result<()> {
    let profile = report
        .pointer("/profiles/0")
        .context("no profile in the report")?;
    let core = profile
        .pointer("/core/statistics/Passed")
        .and_then(Value::as_u64);
    let result = profile.pointer("/core/result").and_then(Value::as_str);
    if core != Some(CORE) || result != Some("success") {
        bail!("{CORE} core tests are to pass: {profile}");
    }
    let extended = profile.pointer("/extended/result").and_then(Value::as_str);
    if extended.is_some_and(|result| result != "success") {
        bail!("a claimed feature failed: {profile}");
    }
    Ok(())
}

/// The lines that name what failed, for a person.
fn failures(cluster: &Cluster) -> Result<String> {
    let path = cluster.dir().join("log/conformance.log");
    let text = std::fs::read_to_string(&path)?;
    let is_failure =
        |line: &&str| line.trim_start().starts_with("--- FAIL") || line.contains("Error:");
    let lines: Vec<&str> = text.lines().filter(is_failure).collect();
    Ok(format!("{}\n{}", path.display(), lines.join("\n")))
}
