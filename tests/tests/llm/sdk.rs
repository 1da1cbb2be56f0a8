//! The vendors' official SDKs drive the gateway: each of their formats, whoever answers.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tests::{binaries, deadline};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::ask::Format;
use super::rig::{KINDS, Rig};

/// Three interpreters with large packages, beside other tests.
const LIMIT: Duration = Duration::from_secs(300);

/// The scripts, each with the formats that it speaks.
const PYTHON: [(&str, &[Format]); 3] = [
    ("with_openai.py", &[Format::Chat, Format::Responses]),
    ("with_anthropic.py", &[Format::Messages]),
    ("with_google.py", &[Format::Gemini]),
];
const NODE: [(&str, &[Format]); 3] = [
    ("node/with_openai.mjs", &[Format::Chat, Format::Responses]),
    ("node/with_anthropic.mjs", &[Format::Messages]),
    ("node/with_google.mjs", &[Format::Gemini]),
];

/// An interpreter that has the SDKs.
pub(crate) fn python() -> Result<Command> {
    let mut command = Command::new("python3");
    command
        // Neither user packages nor compiled files beside the scripts.
        .args(["-s", "-B"])
        .env("PYTHONPATH", binaries::vendor_sdks()?);
    Ok(command)
}

fn node() -> Result<Command> {
    Ok(Command::new(binaries::vendor_sdks_node()?.join("node")))
}

/// Runs a script over every route that serves its formats; `first` are its arguments before the address.
async fn run(
    mut command: Command,
    (script, formats): (&str, &[Format]),
    first: Option<&Path>,
    port: u16,
) -> Result<Output> {
    let routes = KINDS
        .iter()
        .filter(|kind| formats.iter().all(|format| kind.serves(*format)))
        .map(|kind| format!("{}={}", kind.name, kind.model));
    command
        .arg(binaries::repository("tests/tests/llm/sdk").join(script))
        .args(first)
        .arg(format!("http://127.0.0.1:{port}"))
        .args(routes)
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = async { command.output().await.context(script.to_owned()) };
    deadline::within(script, LIMIT, output).await
}

/// Fails with what all scripts said that failed.
async fn check(rig: Rig, outputs: &[(&str, Output)]) -> Result<()> {
    let failed = outputs
        .iter()
        .filter(|(_, output)| !output.status.success());
    let wrong: Vec<String> = failed
        .map(|(script, output)| {
            let words = String::from_utf8_lossy(&output.stderr);
            format!("{script}: {}\n{words}", output.status)
        })
        .collect();
    if !wrong.is_empty() {
        bail!("{}\n{}", wrong.join("\n"), rig.world.log());
    }
    rig.world.stop().await
}

/// The SDKs list these models, in this order.
pub(crate) async fn lists_models(port: u16, names: &[&str]) -> Result<()> {
    let sdks = binaries::vendor_sdks_node()?;
    for (mut command, script, first) in [
        (python()?, "lists_models.py", None),
        (node()?, "node/lists_models.mjs", Some(sdks.as_path())),
    ] {
        command
            .arg(binaries::repository("tests/tests/llm/sdk").join(script))
            .args(first)
            .arg(format!("http://127.0.0.1:{port}"))
            .args(names)
            .env("no_proxy", "*")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = async { command.output().await.context(script) };
        let output = deadline::within(script, LIMIT, output).await?;
        if !output.status.success() {
            bail!("{script}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    Ok(())
}

/// The vendors' types take what services that judge were sent: requests with `path` and `body`.
pub(crate) async fn judges_are_asked_right(requests: &Value) -> Result<()> {
    let mut command = python()?;
    command
        .arg(binaries::repository("tests/tests/llm/sdk/judges.py"))
        .arg(binaries::repository("tests/mock-provider/tests/sdk"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().context("python3")?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    stdin.write_all(requests.to_string().as_bytes()).await?;
    drop(stdin);
    let output = async { child.wait_with_output().await.context("judges.py") };
    let output = deadline::within("judges.py", LIMIT, output).await?;
    if !output.status.success() {
        bail!("judges.py: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn official_sdks_read_what_any_provider_tells() -> Result<()> {
    let rig = Rig::start().await?;
    let [openai, anthropic, google] = PYTHON;
    let outputs = tokio::try_join!(
        run(python()?, openai, None, rig.port),
        run(python()?, anthropic, None, rig.port),
        run(python()?, google, None, rig.port),
    )?;
    let outputs = [
        (openai.0, outputs.0),
        (anthropic.0, outputs.1),
        (google.0, outputs.2),
    ];
    check(rig, &outputs).await
}

#[tokio::test(flavor = "multi_thread")]
async fn official_sdks_for_node_do_too() -> Result<()> {
    let rig = Rig::start().await?;
    let sdks = binaries::vendor_sdks_node()?;
    let sdks = Some(sdks.as_path());
    let [openai, anthropic, google] = NODE;
    let outputs = tokio::try_join!(
        run(node()?, openai, sdks, rig.port),
        run(node()?, anthropic, sdks, rig.port),
        run(node()?, google, sdks, rig.port),
    )?;
    let outputs = [
        (openai.0, outputs.0),
        (anthropic.0, outputs.1),
        (google.0, outputs.2),
    ];
    check(rig, &outputs).await
}

/// A script over the routes of these names; `first` as in `run`.
async fn run_at(
    mut command: Command,
    (script, names): (&str, &[&str]),
    first: Option<&Path>,
    port: u16,
) -> Result<Output> {
    let routes = KINDS
        .iter()
        .filter(|kind| names.contains(&kind.name))
        .map(|kind| format!("{}={}", kind.name, kind.model));
    command
        .arg(binaries::repository("tests/tests/llm/sdk").join(script))
        .args(first)
        .arg(format!("http://127.0.0.1:{port}"))
        .args(routes)
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = async { command.output().await.context(script.to_owned()) };
    deadline::within(script, LIMIT, output).await
}

#[tokio::test(flavor = "multi_thread")]
async fn official_sdks_ask_for_more_than_conversations() -> Result<()> {
    let rig = Rig::start().await?;
    let sdks = binaries::vendor_sdks_node()?;
    let sdks = Some(sdks.as_path());
    let (openai, anthropic) = ("with_openai_beyond.py", "with_anthropic_beyond.py");
    let (vectors, kept) = ("with_openai_vectors.py", "with_openai_kept.py");
    let of_kept: &[&str] = &["openai", "azure", "responses"];
    let (node_openai, node_anthropic) = (
        "node/with_openai_beyond.mjs",
        "node/with_anthropic_beyond.mjs",
    );
    let of_openai: &[&str] = &["openai", "azure", "foundry", "chat"];
    let of_anthropic: &[&str] = &["anthropic", "foundry-claude", "messages"];
    let outputs = tokio::try_join!(
        run_at(python()?, (openai, of_openai), None, rig.port),
        run_at(python()?, (anthropic, of_anthropic), None, rig.port),
        run_at(
            python()?,
            (vectors, &["gemini", "vertexai"]),
            None,
            rig.port
        ),
        run_at(python()?, (kept, of_kept), None, rig.port),
        run_at(node()?, (node_openai, of_openai), sdks, rig.port),
        run_at(node()?, (node_anthropic, of_anthropic), sdks, rig.port),
    )?;
    let outputs = [
        (openai, outputs.0),
        (anthropic, outputs.1),
        (vectors, outputs.2),
        (kept, outputs.3),
        (node_openai, outputs.4),
        (node_anthropic, outputs.5),
    ];
    check(rig, &outputs).await
}

/// The gateway's other clients of Bedrock: by the names of models, and by ARNs, whose slashes are in the path.
#[tokio::test(flavor = "multi_thread")]
async fn botocore_asks_for_models_and_profiles() -> Result<()> {
    let rig = Rig::start().await?;
    let scripts = ["with_botocore.py", "with_anthropic_bedrock.py"];
    let [aws, anthropic] = scripts.map(|script| (script, &["bedrock"][..]));
    let outputs = tokio::try_join!(
        run_at(python()?, aws, None, rig.port),
        run_at(python()?, anthropic, None, rig.port),
    )?;
    check(rig, &[(aws.0, outputs.0), (anthropic.0, outputs.1)]).await
}
