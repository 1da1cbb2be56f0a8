//! Reading a Messages request as strictly as Anthropic does.
//!
//! It must not know how the answer looks. Invariant: what passes here would pass there, in the fields
//! that are looked at; members that the API does not have are refused by name.

use http::HeaderMap;
use serde_json::Value;

use super::turns;
use crate::asked::{Asked, Choice, Tool};
use crate::attached;
use crate::format::Vendor;
use crate::node::Node;
use crate::refusal::Refusal;

/// What one asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Answer,
    Count,
}

/// A version of the API, in the order of their days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// 2023-06-01.
    First,
    /// 2026-10-21: no sampling parameters, and stricter blocks.
    Second,
}

/// Members of both requests.
const SHARED: [&str; 17] = [
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "cache_control",
    "output_config",
    "output_format",
    "context_management",
    "compaction",
    "mcp_servers",
    "speed",
    "user_profile_id",
    "workspace_id",
    "thread",
    "betas",
];

/// Members of a request for an answer alone.
const OWN: [&str; 12] = [
    "max_tokens",
    "stream",
    "metadata",
    "stop_sequences",
    "service_tier",
    "container",
    "diagnostics",
    "inference_geo",
    "billing_policy",
    "fallbacks",
    "fallback_credit_token",
    "anthropic_version",
];

/// Members that only the first version has.
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];

// === impl Version ===

impl Version {
    /// Refuses a request without a version, or with one that the mock does not know.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        const NAME: &str = "anthropic-version";
        let refuse = |message| Err(Refusal::invalid_in(Vendor::Anthropic, NAME, message));
        match headers.get(NAME).map(|version| version.as_bytes()) {
            None => refuse("header is required"),
            Some(b"2023-06-01") => Ok(Self::First),
            Some(b"2026-10-21") => Ok(Self::Second),
            Some(_) => refuse("is not a valid version"),
        }
    }
}

/// Reads a request.
pub(crate) fn parse(body: &Value, purpose: Purpose, version: Version) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::Anthropic);
    let known: Vec<&str> = match purpose {
        Purpose::Answer => {
            let sampling = SAMPLING.into_iter().filter(|_| version == Version::First);
            SHARED.into_iter().chain(OWN).chain(sampling).collect()
        }
        Purpose::Count => SHARED.to_vec(),
    };
    node.only(&known)?;
    let model = node.need("model")?;
    if model.text()?.is_empty() {
        return Err(model.refuse("String should have at least 1 character"));
    }
    let mut asked = Asked::new(model.text()?);
    asked.note_tier(body, "speed");
    if purpose == Purpose::Answer {
        asked.token_limit = Some(node.need("max_tokens")?.count(1)?);
    }
    if let Some(stream) = node.get("stream") {
        asked.is_streamed = stream.flag()?;
    }
    if let Some(system) = node.get("system") {
        let text = turns::text_of(&system)?;
        if !text.is_empty() {
            asked.count(&text);
        }
    }
    turns::read(&node, version, &mut asked)?;
    read_tools(&node, &mut asked)?;
    read_thinking(&node, &mut asked)?;
    read_sampling(&node, &asked)?;
    read_format(&node, &mut asked)?;
    Ok(asked)
}

/// The schema of the answer; the second member is the one of before.
fn read_format(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let config = body.get("output_config");
    let format = config.and_then(|config| config.get("format"));
    let Some(format) = format.or_else(|| body.get("output_format")) else {
        return Ok(());
    };
    format.need("type")?.one_of(&["json_schema"])?;
    let schema = format.need("schema")?;
    attached::closed(&schema, false)?;
    asked.schema = Some(schema.value.clone());
    Ok(())
}

fn read_tools(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    for tool in body
        .get("tools")
        .map_or(Ok(Vec::new()), |tools| tools.array())?
    {
        let kind = tool.get("type").map_or(Ok("custom"), |kind| kind.text())?;
        if kind != "custom" {
            continue;
        }
        let name = tool.need("name")?;
        let text = name.name(128, "_-")?;
        if asked.tools.offered.iter().any(|tool| tool.name == text) {
            return Err(name.refuse("Tool names must be unique."));
        }
        let schema = tool.need("input_schema")?;
        schema.object()?;
        if schema.need("type")?.text()? != "object" {
            return Err(schema.need("type")?.refuse("Input should be 'object'"));
        }
        asked.count(tool.get("description").map_or(Ok(""), |text| text.text())?);
        asked.tools.offered.push(Tool {
            name: text.to_owned(),
            schema: schema.value.clone(),
        });
    }
    let Some(choice) = body.get("tool_choice") else {
        return Ok(());
    };
    if !body.has("tools") {
        return Err(choice.refuse("tool_choice may only be specified while providing tools"));
    }
    asked.tools.choice = match choice
        .need("type")?
        .one_of(&["auto", "any", "tool", "none"])?
    {
        "any" => Choice::Any,
        "none" => Choice::Never,
        "tool" => {
            let name = choice.need("name")?;
            let called = name.text()?;
            if asked.tools.offered.iter().all(|tool| tool.name != called) {
                return Err(name.refuse(&format!("Tool '{called}' not found in provided tools")));
            }
            Choice::Named(called.to_owned())
        }
        _ => Choice::Auto,
    };
    if let Some(single) = choice.get("disable_parallel_tool_use") {
        asked.tools.is_single = single.flag()?;
        if asked.tools.choice == Choice::Never {
            return Err(Refusal::unknown_in(
                Vendor::Anthropic,
                single.path(),
                "disable_parallel_tool_use",
            ));
        }
    }
    Ok(())
}

fn read_thinking(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let Some(thinking) = body.get("thinking") else {
        return Ok(());
    };
    let kinds = ["enabled", "adaptive", "disabled", "between_tools"];
    let kind = thinking.need("type")?.one_of(&kinds)?;
    asked.thinks = matches!(kind, "enabled" | "adaptive");
    if kind == "enabled" {
        let budget = thinking.need("budget_tokens")?;
        let tokens = budget.count(1024)?;
        if asked.token_limit.is_some_and(|limit| tokens >= limit) {
            return Err(budget.refuse("`max_tokens` must be greater than `thinking.budget_tokens`"));
        }
    }
    if asked.thinks && matches!(asked.tools.choice, Choice::Any | Choice::Named(_)) {
        return Err(
            thinking.refuse("Thinking may not be enabled when tool_choice forces tool use.")
        );
    }
    Ok(())
}

fn read_sampling(body: &Node<'_>, asked: &Asked) -> Result<(), Refusal> {
    if let Some(temperature) = body.get("temperature") {
        let value = temperature.number(0.0, 1.0)?;
        if asked.thinks && value < 1.0 {
            let text = "`temperature` may only be set to 1 when thinking is enabled";
            return Err(temperature.refuse(text));
        }
    }
    if let Some(top_p) = body.get("top_p") {
        let value = top_p.number(0.0, 1.0)?;
        if asked.thinks && value < 0.95 {
            let text = "`top_p` must be greater than or equal to 0.95 when thinking is enabled";
            return Err(top_p.refuse(text));
        }
    }
    if let Some(top_k) = body.get("top_k") {
        top_k.count(0)?;
        if asked.thinks {
            return Err(top_k.refuse("`top_k` must be unset when thinking is enabled"));
        }
    }
    if let Some(sequences) = body.get("stop_sequences") {
        for sequence in sequences.array()? {
            if sequence.text()?.trim().is_empty() {
                return Err(sequence.refuse("each stop sequence must contain non-whitespace"));
            }
        }
    }
    if let Some(metadata) = body.get("metadata") {
        metadata.only(&["user_id"])?;
        if let Some(user) = metadata.get("user_id") {
            user.text()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
