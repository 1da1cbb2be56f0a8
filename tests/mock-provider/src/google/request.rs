//! Reading a generateContent request as strictly as Google does.
//!
//! It must not know how the answer looks. Invariant: members that the API does not have are refused by
//! name; both spellings of a name are taken, as with every JSON of protocol buffers.

use serde_json::{Value, json};

use super::{schema, turns};
use crate::asked::{Asked, Choice, Tool};
use crate::format::Vendor;
use crate::node::Node;
use crate::refusal::Refusal;

const KNOWN: [&str; 11] = [
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "safetySettings",
    "generationConfig",
    "cachedContent",
    "labels",
    "serviceTier",
    "store",
    "model",
];

const GENERATION: [&str; 24] = [
    "candidateCount",
    "stopSequences",
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseFormat",
    "responseModalities",
    "responseLogprobs",
    "logprobs",
    "thinkingConfig",
    "speechConfig",
    "imageConfig",
    "mediaResolution",
    "audioTimestamp",
    "routingConfig",
    "enableEnhancedCivicAnswers",
    "enableAffectiveDialog",
];

const TOOLS: [&str; 10] = [
    "functionDeclarations",
    "googleSearch",
    "googleSearchRetrieval",
    "codeExecution",
    "urlContext",
    "googleMaps",
    "retrieval",
    "fileSearch",
    "computerUse",
    "mcpServers",
];

/// Reads a request for this model.
pub(crate) fn parse(body: &Value, model: &str, is_streamed: bool) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::Google);
    node.only(&KNOWN)?;
    let mut asked = Asked::new(model);
    asked.is_streamed = is_streamed;
    if let Some(system) = node.get("systemInstruction") {
        system.only(&["role", "parts"])?;
        let parts = system.need("parts")?.some()?;
        let texts = parts.iter().map(|part| part.need("text")?.text());
        let text = texts.collect::<Result<Vec<_>, _>>()?.join(" ");
        if !text.is_empty() {
            asked.count(&text);
        }
    }
    if let Some(cached) = node.get("cachedContent") {
        for name in ["systemInstruction", "tools", "toolConfig"] {
            if node.has(name) {
                let message = format!("CachedContent can not be used with {name}");
                return Err(cached.refuse(&message));
            }
        }
    }
    asked.note_tier(body, "serviceTier");
    turns::read(&node, &mut asked)?;
    read_tools(&node, &mut asked)?;
    read_generation(&node, &mut asked)?;
    Ok(asked)
}

/// Reads a request to count: contents, or a whole request in a member.
pub(crate) fn parse_count(body: &Value, model: &str) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::Google);
    node.only(&["contents", "generateContentRequest"])?;
    match node.get("generateContentRequest") {
        Some(inner) if node.has("contents") => {
            Err(inner.refuse("contents and generateContentRequest are mutually exclusive"))
        }
        Some(inner) => parse(inner.value, model, false),
        None => parse(body, model, false),
    }
}

fn read_tools(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    for tool in body
        .get("tools")
        .map_or(Ok(Vec::new()), |tools| tools.array())?
    {
        tool.only(&TOOLS)?;
        let Some(declarations) = tool.get("functionDeclarations") else {
            continue;
        };
        for function in declarations.array()? {
            read_function(&function, asked)?;
        }
    }
    let Some(config) = body.get("toolConfig") else {
        return Ok(());
    };
    config.only(&[
        "functionCallingConfig",
        "retrievalConfig",
        "includeServerSideToolInvocations",
    ])?;
    let Some(calling) = config.get("functionCallingConfig") else {
        return Ok(());
    };
    calling.only(&[
        "mode",
        "allowedFunctionNames",
        "streamFunctionCallArguments",
    ])?;
    let modes = ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"];
    let mode = calling
        .get("mode")
        .map_or(Ok("AUTO"), |mode| mode.one_of(&modes))?;
    if mode == "ANY" && asked.tools.offered.is_empty() {
        let message = "Function calling config is set without function_declarations.";
        return Err(calling.refuse(message));
    }
    asked.tools.choice = match mode {
        "ANY" => Choice::Any,
        "NONE" => Choice::Never,
        _ => Choice::Auto,
    };
    let Some(allowed) = calling.get("allowedFunctionNames") else {
        return Ok(());
    };
    if !matches!(mode, "ANY" | "VALIDATED") {
        let message = "allowed_function_names should only be set when the mode is ANY";
        return Err(allowed.refuse(message));
    }
    for name in allowed.some()? {
        let text = name.text()?;
        if asked.tools.offered.iter().all(|tool| tool.name != text) {
            return Err(name.refuse("is none of the function declarations"));
        }
        if mode == "ANY" {
            asked.tools.choice = Choice::Named(text.to_owned());
        }
    }
    Ok(())
}

fn read_function(function: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    function.only(&[
        "name",
        "description",
        "parameters",
        "parametersJsonSchema",
        "response",
        "responseJsonSchema",
        "behavior",
    ])?;
    let name = function.need("name")?;
    let text = name.name(64, "_-.:")?;
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err(
            name.refuse("Invalid function name. Must start with a letter or an underscore.")
        );
    }
    if asked.tools.offered.iter().any(|tool| tool.name == text) {
        return Err(name.refuse(&format!("Duplicate function declaration found: {text}")));
    }
    let schema = match (
        function.get("parameters"),
        function.get("parametersJsonSchema"),
    ) {
        (Some(_), Some(plain)) => {
            return Err(plain.refuse("parameters and parametersJsonSchema exclude each other"));
        }
        (Some(parameters), None) => {
            schema::check(&parameters)?;
            parameters.value.clone()
        }
        (None, Some(plain)) => Value::Object(plain.object()?.clone()),
        (None, None) => json!({"type": "OBJECT"}),
    };
    asked.count(
        function
            .get("description")
            .map_or(Ok(""), |text| text.text())?,
    );
    asked.tools.offered.push(Tool {
        name: text.to_owned(),
        schema,
    });
    Ok(())
}

fn read_generation(body: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let Some(config) = body.get("generationConfig") else {
        return Ok(());
    };
    config.only(&GENERATION)?;
    if let Some(limit) = config.get("maxOutputTokens") {
        asked.token_limit = Some(limit.count(1)?);
    }
    if let Some(count) = config.get("candidateCount") {
        asked.choices = count.count(1)?.min(8);
    }
    if let Some(temperature) = config.get("temperature") {
        temperature.number(0.0, 2.0)?;
    }
    if let Some(top_p) = config.get("topP") {
        top_p.number(0.0, 1.0)?;
    }
    if let Some(sequences) = config.get("stopSequences") {
        let sequences = sequences.array()?;
        if let Some(sixth) = sequences.get(5) {
            return Err(sixth.refuse("at most 5 stop sequences are taken"));
        }
        sequences
            .iter()
            .try_for_each(|sequence| sequence.text().map(drop))?;
    }
    if let Some(response) = config.get("responseSchema") {
        schema::check(&response)?;
        if config
            .get("responseMimeType")
            .is_none_or(|kind| kind.value == "text/plain")
        {
            let message = "is only supported with responseMimeType application/json or text/x.enum";
            return Err(response.refuse(message));
        }
    }
    read_schema(&config, asked)?;
    let Some(thinking) = config.get("thinkingConfig") else {
        return Ok(());
    };
    thinking.only(&["includeThoughts", "thinkingBudget", "thinkingLevel"])?;
    if let (Some(level), true) = (
        thinking.get("thinkingLevel"),
        thinking.has("thinkingBudget"),
    ) {
        return Err(level.refuse("You can only set one of thinking budget and thinking level."));
    }
    if let Some(level) = thinking.get("thinkingLevel") {
        let level_name = level.text()?.to_ascii_lowercase();
        if !["minimal", "low", "medium", "high"].contains(&level_name.as_str()) {
            return Err(level.refuse("is no thinking level"));
        }
    }
    asked.thinks = thinking
        .get("includeThoughts")
        .map_or(Ok(false), |flag| flag.flag())?;
    Ok(())
}

/// The schema of the answer, in one of two spellings.
fn read_schema(config: &Node<'_>, asked: &mut Asked) -> Result<(), Refusal> {
    let (own, plain) = (
        config.get("responseSchema"),
        config.get("responseJsonSchema"),
    );
    if let (Some(_), Some(plain)) = (&own, &plain) {
        return Err(plain.refuse("responseSchema and responseJsonSchema exclude each other"));
    }
    if let Some(plain) = &plain
        && config
            .get("responseMimeType")
            .is_none_or(|kind| kind.value != "application/json")
    {
        return Err(plain.refuse("is only supported with responseMimeType application/json"));
    }
    asked.schema = own.or(plain).map(|schema| schema.value.clone());
    Ok(())
}

#[cfg(test)]
mod tests;
