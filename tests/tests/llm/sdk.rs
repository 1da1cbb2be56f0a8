//! The vendors' official SDKs drive the gateway: each of their formats, whoever answers.

use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tests::{binaries, deadline};
use tokio::process::Command;

use super::ask::Format;
use super::rig::{KINDS, Rig};

/// Three interpreters with large packages, beside other tests.
const LIMIT: Duration = Duration::from_secs(180);

/// Runs a script over every route that serves one of its formats.
async fn run(script: &str, formats: &[Format], port: u16) -> Result<Output> {
    let path = binaries::repository("tests/tests/llm/sdk").join(script);
    let kinds = KINDS.iter();
    let routes = kinds
        .filter(|kind| formats.iter().all(|format| kind.serves(*format)))
        .map(|kind| format!("{}={}", kind.name, kind.model));
    let mut command = Command::new("python3");
    command
        // Neither user packages nor compiled files beside the scripts.
        .args(["-s", "-B"])
        .arg(path)
        .arg(format!("http://127.0.0.1:{port}"))
        .args(routes)
        .env("PYTHONPATH", binaries::vendor_sdks()?)
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = async { command.output().await.context("python3") };
    deadline::within(script, LIMIT, output).await
}

#[tokio::test(flavor = "multi_thread")]
async fn official_sdks_read_what_any_provider_tells() -> Result<()> {
    let rig = Rig::start().await?;
    let openai = run(
        "with_openai.py",
        &[Format::Chat, Format::Responses],
        rig.port,
    );
    let anthropic = run("with_anthropic.py", &[Format::Messages], rig.port);
    let google = run("with_google.py", &[Format::Gemini], rig.port);
    let (openai, anthropic, google) = tokio::try_join!(openai, anthropic, google)?;
    let mut wrong = Vec::new();
    for (name, output) in [
        ("openai", openai),
        ("anthropic", anthropic),
        ("google", google),
    ] {
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            wrong.push(format!("{name}: {}\n{words}", output.status));
        }
    }
    if !wrong.is_empty() {
        bail!("{}\n{}", wrong.join("\n"), rig.world.log());
    }
    rig.world.stop().await
}
