//! The messages of a request: blocks by role, and tool results beside the calls that they answer.
//!
//! Invariant: each `tool_result` answers a `tool_use` of the message before, each `tool_use` has its
//! answer, and no text is empty.

use serde_json::json;

use super::request::Version;
use crate::asked::Asked;
use crate::attached;
use crate::node::Node;
use crate::proof;
use crate::refusal::Refusal;

const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// What was found in one message.
#[derive(Default)]
struct Turn {
    text: Vec<String>,
    results: Vec<String>,
    calls: Vec<String>,
    /// It begins with thinking.
    begins_thinking: bool,
    /// Images and documents.
    attached: u32,
}

/// Reads `messages`.
pub(super) fn read(body: &Node<'_>, version: Version, asked: &mut Asked) -> Result<(), Refusal> {
    let messages = body.need("messages")?.some()?;
    let has_budget = body
        .get("thinking")
        .and_then(|thinking| thinking.get("type"))
        .is_some_and(|kind| kind.value == "enabled");
    let mut open: Vec<String> = Vec::new();
    let mut began_thinking = true;
    for (index, message) in messages.iter().enumerate() {
        message.only(&["role", "content", "cache_control"])?;
        let role = message.need("role")?;
        let name = role.one_of(&["user", "assistant", "system"])?;
        if index == 0 && name == "assistant" {
            return Err(role.refuse("the first message must use the \"user\" role"));
        }
        if name == "system" {
            let neighbour = |index: usize| {
                messages
                    .get(index)?
                    .get("role")?
                    .text()
                    .ok()
                    .map(str::to_owned)
            };
            let before = index.checked_sub(1).and_then(neighbour);
            check_place(&role, before.as_deref(), neighbour(index + 1).as_deref())?;
            if !takes_instructions(&asked.model) {
                return Err(role.refuse("role 'system' is not supported on this model"));
            }
        }
        let content = message.need("content")?;
        if version >= Version::Second {
            check_strictly(&content, name)?;
        }
        let proof = proof::claude(body, &asked.model, index);
        let turn = read_content(&content, name, (&open, &proof))?;
        if let Some(unanswered) = open.iter().find(|id| !turn.results.contains(id)) {
            let text = format!(
                "`tool_use` ids were found without `tool_result` blocks immediately after: {unanswered}"
            );
            return Err(message.refuse(&text));
        }
        let goes_on = index + 1 == messages.len() && !open.is_empty();
        if goes_on && has_budget && !began_thinking {
            let text = "Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` \
                        is enabled, a final `assistant` message must start with a thinking block";
            return Err(message.refuse(text));
        }
        began_thinking = turn.begins_thinking;
        open = turn.calls;
        let text = turn.text.join(" ");
        if turn.results.is_empty() || !text.is_empty() {
            asked.count(&text);
        }
        for _ in &turn.results {
            asked.prompt_tokens += 3;
        }
        for _ in 0..turn.attached {
            asked.attach();
        }
        if name == "user" {
            // A turn of results alone says nothing.
            asked.said = text;
        }
    }
    asked.proof = proof::claude(body, &asked.model, messages.len());
    if let Some(id) = open.first() {
        let text = format!("`tool_use` ids were found without `tool_result` blocks: {id}");
        return Err(body.need("messages")?.refuse(&text));
    }
    Ok(())
}

/// Where instructions may stand; the page "Mid-conversation system messages". A user's turn is all that may be in front: that
/// an assistant's may be, if it ends with a tool of the server's, is left out.
fn check_place(role: &Node<'_>, before: Option<&str>, behind: Option<&str>) -> Result<(), Refusal> {
    if before != Some("user") {
        return Err(role.refuse("a system message must immediately follow a user message"));
    }
    match behind {
        None | Some("assistant") => Ok(()),
        Some(_) => {
            Err(role
                .refuse("a system message must be the last one or precede an assistant message"))
        }
    }
}

/// Of models that are Claude's, those which the same page lists.
fn takes_instructions(model: &str) -> bool {
    const LISTED: [&str; 6] = [
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-sonnet-5-5",
        "claude-haiku-5-5",
        "claude-fable-5",
        "claude-mythos-5",
    ];
    !model.contains("claude") || LISTED.iter().any(|listed| model.contains(listed))
}

fn read_content(
    content: &Node<'_>,
    role: &str,
    (open, proof): (&[String], &str),
) -> Result<Turn, Refusal> {
    let mut turn = Turn::default();
    if content.value.is_string() {
        check_text(content)?;
        turn.text.push(content.text()?.to_owned());
        return Ok(turn);
    }
    for (index, block) in content.some()?.into_iter().enumerate() {
        let kind = block.need("type")?;
        turn.begins_thinking |=
            index == 0 && (kind.value == "thinking" || kind.value == "redacted_thinking");
        match (kind.text()?, role) {
            ("text", _) => {
                let text = block.need("text")?;
                check_text(&text)?;
                turn.text.push(text.text()?.to_owned());
            }
            (_, "system") => return Err(kind.refuse("a system message has text alone")),
            ("tool_use", "assistant") => {
                let id = block.need("id")?.name(128, "_-")?;
                block.need("name")?.name(200, "_-")?;
                block.need("input")?.object()?;
                turn.calls.push(id.to_owned());
            }
            ("tool_result", "user") => {
                let id = block.need("tool_use_id")?;
                let text = id.name(128, "_-")?;
                if !open.iter().any(|open| open == text) || turn.results.iter().any(|r| r == text) {
                    let message = format!(
                        "unexpected `tool_use_id` found in `tool_result` blocks: {text}. Each \
                         `tool_result` block must have a corresponding `tool_use` block in the \
                         previous message."
                    );
                    return Err(id.refuse(&message));
                }
                if !turn.text.is_empty() {
                    let message = "`tool_result` blocks must come first in the content";
                    return Err(block.refuse(message));
                }
                if let Some(content) = block.get("content") {
                    check_result(&content)?;
                }
                turn.results.push(text.to_owned());
            }
            ("tool_use" | "tool_result", _) => {
                let message = format!("is not allowed in messages with the role '{role}'");
                return Err(kind.refuse(&message));
            }
            ("thinking", "assistant") => {
                block.need("thinking")?.text()?;
                proof::check_claude(&block.need("signature")?, proof)?;
            }
            ("redacted_thinking", "assistant") => drop(block.need("data")?.text()?),
            ("image", _) => {
                check_image(&block)?;
                turn.attached += 1;
            }
            ("document", _) => {
                check_document(&block)?;
                turn.attached += 1;
            }
            // Search results and the blocks of server tools pass.
            _ => (),
        }
    }
    Ok(turn)
}

/// What the second version refuses and the first does not.
fn check_strictly(content: &Node<'_>, role: &str) -> Result<(), Refusal> {
    for block in content.array().unwrap_or_default() {
        let kind = block.need("type")?;
        if kind.value == "document" && role == "assistant" {
            return Err(kind.refuse("document blocks are not allowed in assistant messages"));
        }
        let citations = block.get("citations").filter(|_| kind.value == "text");
        let citations = citations.filter(|found| role == "user" && *found.value != json!([]));
        if let Some(citations) = citations {
            return Err(citations.refuse("citations are not allowed in user messages"));
        }
    }
    Ok(())
}

fn check_text(text: &Node<'_>) -> Result<(), Refusal> {
    match text.text()? {
        "" => Err(text.refuse("text content blocks must be non-empty")),
        blank if blank.trim().is_empty() => {
            Err(text.refuse("text content blocks must contain non-whitespace text"))
        }
        _ => Ok(()),
    }
}

fn check_result(content: &Node<'_>) -> Result<(), Refusal> {
    if content.value.is_string() {
        return Ok(());
    }
    for block in content.array()? {
        match block.need("type")?.text()? {
            "text" => check_text(&block.need("text")?)?,
            "image" => check_image(&block)?,
            _ => (),
        }
    }
    Ok(())
}

fn check_image(block: &Node<'_>) -> Result<(), Refusal> {
    let source = block.need("source")?;
    match source.need("type")?.one_of(&["base64", "url", "file"])? {
        "base64" => {
            source.need("media_type")?.one_of(&IMAGES)?;
            attached::bytes(&source.need("data")?)?;
        }
        "url" => attached::url(&source.need("url")?)?,
        _ => (),
    }
    Ok(())
}

fn check_document(block: &Node<'_>) -> Result<(), Refusal> {
    let source = block.need("source")?;
    match source
        .need("type")?
        .one_of(&["base64", "text", "content", "url", "file"])?
    {
        "base64" => {
            source.need("media_type")?.one_of(&["application/pdf"])?;
            attached::bytes(&source.need("data")?)
        }
        "text" => {
            source.need("media_type")?.one_of(&["text/plain"])?;
            source.need("data")?.text().map(drop)
        }
        "url" => attached::url(&source.need("url")?),
        _ => Ok(()),
    }
}

/// A system prompt: a text, or text blocks.
pub(super) fn text_of(system: &Node<'_>) -> Result<String, Refusal> {
    if system.value.is_string() {
        return Ok(system.text()?.to_owned());
    }
    let mut texts = Vec::new();
    for block in system.array()? {
        block.need("type")?.one_of(&["text"])?;
        let text = block.need("text")?;
        check_text(&text)?;
        texts.push(text.text()?);
    }
    Ok(texts.join(" "))
}
