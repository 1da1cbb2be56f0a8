//! Manifests and commands of the guide, as they stand there.
//!
//! Owns what must be another on a machine without the internet: where providers are, and the Gateway's port. Must not change
//! anything else, or the page would not be what is tested.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tests::world::World;
use tests::{binaries, deadline};
use tokio::process::Command;

use super::told::At;

/// Where the pages have the Gateway.
const GATEWAY: &str = "localhost:8080";

/// A fenced block of a page.
pub(crate) struct Block {
    /// What it says that it is written in; nothing where it does not say.
    pub(crate) language: String,
    pub(crate) text: String,
}

/// All fenced blocks of a page, in their order.
pub(crate) fn blocks(page: &str) -> Result<Vec<Block>> {
    let text = fs::read_to_string(binaries::repository(page)).context(page.to_owned())?;
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (fence, open.as_mut()) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(language), None) => {
                let language = language.trim().to_owned();
                let text = String::new();
                open = Some(Block { language, text });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    ensure!(open.is_none(), "{page} has a block without an end");
    Ok(found)
}

/// The texts of a page's blocks in a language.
pub(crate) fn written_in(page: &str, language: &str) -> Result<Vec<String>> {
    let found = blocks(page)?.into_iter();
    let found = found.filter(|block| block.language == language);
    let found: Vec<String> = found.map(|block| block.text).collect();
    ensure!(!found.is_empty(), "{page} has no {language}");
    Ok(found)
}

/// The only block of a page in a language.
pub(crate) fn only(page: &str, language: &str) -> Result<String> {
    let mut found = written_in(page, language)?;
    ensure!(found.len() == 1, "{page}: {} in {language}", found.len());
    found.pop().context("no block")
}

/// Runs a page's commands in a shell, with the Gateway at `port`, and hands back what they print.
pub(crate) async fn run(commands: &str, port: u16) -> Result<String> {
    let commands = commands.replace(GATEWAY, &format!("127.0.0.1:{port}"));
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &commands])
        .env("no_proxy", "*")
        .kill_on_drop(true);
    let output = async { shell.output().await.context("sh") };
    let output = deadline::within(&commands, deadline::SOON, output).await?;
    let wrong = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{commands}: {wrong}");
    String::from_utf8(output.stdout).context(commands)
}

/// Runs `$ tidegate ...` of a block, which has no quotes, against `world`; what it prints.
pub(crate) async fn tidegate(world: &World, block: &str) -> Result<String> {
    let command = block.lines().find_map(|line| line.strip_prefix("$ "));
    let words: Vec<&str> = command.context("no command")?.split_whitespace().collect();
    let ["tidegate", args @ ..] = words.as_slice() else {
        bail!("another command: {block}");
    };
    let output = world.tidegate(args).await?;
    let wrong = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{block}: {wrong}");
    String::from_utf8(output.stdout).context("not UTF-8")
}

/// The documents of all manifests of a page.
pub(crate) fn documents(page: &str) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    for block in written_in(page, "yaml")? {
        for document in block.split("---\n") {
            let document = serde_saphyr::from_str(document);
            found.push(document.with_context(|| page.to_owned())?);
        }
    }
    Ok(found)
}

/// Puts a Gateway at `port`, and providers where `provider` says by their names.
pub(crate) fn here(
    documents: &mut [Value],
    port: u16,
    provider: impl Fn(&str) -> Option<u16>,
) -> Result<()> {
    for document in documents {
        if document.at("/kind") == "Gateway" {
            let listener = document.pointer_mut("/spec/listeners/0");
            let listener = listener.and_then(Value::as_object_mut);
            let listener = listener.context("a Gateway without a listener")?;
            listener.insert("port".to_owned(), json!(port));
        }
        for entry in providers(document) {
            let name = entry.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().to_owned();
            let port = provider(&name).with_context(|| format!("no provider {name}"))?;
            entry.insert("host".to_owned(), json!("127.0.0.1"));
            entry.insert("port".to_owned(), json!(port));
        }
    }
    Ok(())
}

/// As a file of manifests: JSON is YAML.
pub(crate) fn file(documents: &[Value]) -> String {
    let documents: Vec<String> = documents.iter().map(Value::to_string).collect();
    documents.join("\n---\n")
}

/// Those of groups, and the only one of a backend without, which has no name.
fn providers(document: &mut Value) -> Vec<&mut serde_json::Map<String, Value>> {
    let Some(ai) = document
        .pointer_mut("/spec/ai")
        .and_then(Value::as_object_mut)
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (member, value) in ai {
        if member == "provider" {
            found.extend(value.as_object_mut());
        } else if let Some(groups) = value.as_array_mut() {
            for group in groups {
                let providers = group
                    .pointer_mut("/providers")
                    .and_then(Value::as_array_mut);
                let providers = providers.into_iter().flatten();
                found.extend(providers.filter_map(Value::as_object_mut));
            }
        }
    }
    found
}

/// Sets a member of the object at a place, where the document has one.
pub(crate) fn put(document: &mut Value, place: &str, name: &str, value: Value) {
    let members = document.pointer_mut(place).and_then(Value::as_object_mut);
    if let Some(members) = members {
        members.insert(name.to_owned(), value);
    }
}
