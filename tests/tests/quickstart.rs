//! What the README promises: its commands are read from it and executed.

use std::fs;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use tests::world::World;
use tests::{binaries, deadline, port};
use tokio::process::Command;

/// Ports that the manifests and the README name.
const GATEWAY: &str = "8080";
const MOCK: &str = "9911";

/// The commands of a section of the README that begin with `program`, each on one line.
fn commands(section: &str, program: &str) -> Result<Vec<String>> {
    let readme = fs::read_to_string(binaries::repository("README.md"))?;
    let (_, rest) = readme
        .split_once(&format!("\n## {section}\n"))
        .with_context(|| format!("no section {section}"))?;
    let text = rest.split("\n## ").next().unwrap_or_default();
    let lines = text.replace("\\\n", " ");
    let found = lines.lines().filter_map(|line| line.strip_prefix("$ "));
    let found = found.filter(|command| command.starts_with(program));
    Ok(found.map(str::to_owned).collect())
}

async fn shell(command: &str) -> Result<Output> {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env("no_proxy", "*");
    let output = async { shell.output().await.context("sh") };
    deadline::within(command, deadline::SOON, output).await
}

/// Runs a command until its output has `expected`.
async fn until_prints(command: &str, expected: &str) -> Result<()> {
    deadline::until(command, deadline::SOON, || async {
        let output = shell(command).await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(text.contains(expected), "{text}\n{words}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_readme_says_works() -> Result<()> {
    let (gateway, mock) = (port::free()?.to_string(), port::free()?.to_string());
    let here = |text: &str| text.replace(GATEWAY, &gateway).replace(MOCK, &mock);
    let mut manifests = Vec::new();
    for name in ["gateway.yaml", "chat.yaml", "hello.yaml"] {
        let path = binaries::repository("examples/quickstart").join(name);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        manifests.push((name, here(&text)));
    }
    let flags = ["--mock-provider", &format!("127.0.0.1:{mock}")];
    let world = World::up_with(&manifests, &flags)?;
    let curls = commands("Try it", "curl")?;
    let [chat, hello] = curls.as_slice() else {
        anyhow::bail!("the README has other commands now: {curls:?}");
    };
    let (chat, hello) = (here(chat), here(hello));
    let outcome = try_it(&world, &chat, &hello, &gateway).await;
    outcome.with_context(|| world.log())?;
    world.stop().await
}

async fn try_it(world: &World, chat: &str, hello: &str, gateway: &str) -> Result<()> {
    until_prints(chat, "\"role\":\"assistant\"").await?;
    until_prints(hello, "x-greeting: hello").await?;

    // The banner says what listens where, and what it says to try works.
    deadline::until("the banner", deadline::SOON, || async {
        ensure!(world.log().contains("Ctrl-C ends everything"));
        Ok(())
    })
    .await?;
    let log = world.log();
    let listens = format!("listens on http://127.0.0.1:{gateway}");
    ensure!(log.contains(&listens), "no {listens:?}");
    ensure!(log.contains("the mock provider listens on http://"));
    let tries: Vec<&str> = log
        .lines()
        .filter_map(|line| line.trim().strip_prefix("try: "))
        .collect();
    ensure!(tries.len() >= 2, "{tries:?}");
    for command in tries {
        let output = shell(&format!("{command} --silent --show-error --fail")).await?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{command}: {words}");
    }

    let file = world.manifests().join("hello.yaml");
    let text = fs::read_to_string(&file)?;
    ensure!(
        text.contains("value: hello\n"),
        "the README names another line"
    );
    let edited = text.replace("value: hello\n", "value: changed\n");
    world.write("hello.yaml", &edited)?;
    until_prints(hello, "x-greeting: changed").await?;
    world.write("hello.yaml", "kind: [\n")?;
    deadline::until("the broken line is told", deadline::SOON, || async {
        let output = world.tidegate(&["status"]).await?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(text.contains("hello.yaml:"), "{text}");
        ensure!(output.status.code() == Some(2), "{}", output.status);
        Ok(())
    })
    .await?;
    until_prints(hello, "x-greeting: changed").await
}
