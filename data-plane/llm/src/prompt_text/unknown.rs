//! Members that no reader here knows. What a server makes of them nobody can tell: templates put them in the prompt, plugins
//! search for them, and answers repeat in them what was thought.
//!
//! It owns which members are known to be no text. It must not know where readers look. Invariant: a member that is neither
//! read nor listed here is text, every string of it; only bytes of media in a data URL are none.

/// Of a body of chat completions: OpenAI's, and switches of servers that speak its format.
pub(super) const CHAT: &[&str] = &[
    "model",
    "models",
    "route",
    "provider",
    "transforms",
    "audio",
    "cache_salt",
    "function_call",
    "logit_bias",
    "metadata",
    "modalities",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "prompt_mode",
    "reasoning",
    "reasoning_effort",
    "reasoning_format",
    "request_id",
    "safety_identifier",
    "service_tier",
    "session_id",
    "stop",
    "thinking",
    "tool_choice",
    "user",
    "verbosity",
    "web_search_options",
];

/// Of a message of chat completions.
pub(super) const CHAT_MESSAGE: &[&str] = &[
    "role",
    "name",
    "id",
    "tool_call_id",
    "annotations",
    "cache_control",
    "extra_content",
    "reasoning_signature",
];

/// Of a choice of an answer.
pub(super) const CHOICE: &[&str] = &[
    "finish_reason",
    "native_finish_reason",
    "stop_reason",
    "matched_stop",
    "content_filter_result",
    "content_filter_results",
    "prompt_logprobs",
];

/// Of a body of responses.
pub(super) const RESPONSES: &[&str] = &[
    "model",
    "conversation",
    "include",
    "metadata",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "tool_choice",
    "truncation",
    "user",
];

/// Of an item of responses.
pub(super) const ITEM: &[&str] = &[
    "role",
    "type",
    "id",
    "status",
    "name",
    "namespace",
    "phase",
    "call_id",
    "agent",
    "caller",
    "approval_request_id",
    "container_id",
    "encrypted_content",
    "server_label",
    // The bytes of a picture that was made.
    "result",
];

/// Of a body of messages.
pub(super) const MESSAGES: &[&str] = &[
    "model",
    "anthropic_version",
    "anthropic_beta",
    "cache_control",
    "container",
    "inference_geo",
    "metadata",
    "service_tier",
    "speed",
    "stop_sequences",
    "thinking",
    "tool_choice",
];

/// Of a message of messages; clients send whole answers back.
pub(super) const MESSAGE: &[&str] = &[
    "role",
    "type",
    "id",
    "model",
    "container",
    "stop_reason",
    "stop_sequence",
    "usage",
];

/// Of a body of generateContent.
pub(super) const GEMINI: &[&str] = &[
    "model",
    "cachedContent",
    "cached_content",
    "labels",
    "safetySettings",
    "safety_settings",
    "serviceTier",
    "service_tier",
    "toolConfig",
    "tool_config",
];

/// Of a body of Converse.
pub(super) const CONVERSE: &[&str] = &[
    "modelId",
    "additionalModelResponseFieldPaths",
    "guardrailConfig",
    "inferenceConfig",
    "performanceConfig",
    "requestMetadata",
    "serviceTier",
];

/// Of a part of OpenAI's and Anthropic's formats: what it is, whose it is, and media.
pub(super) const PART: &[&str] = &[
    "type",
    "id",
    "name",
    "index",
    "status",
    "annotations",
    "cache_control",
    "caller",
    "citations",
    "data",
    "detail",
    "encrypted_content",
    "format",
    "is_error",
    "media_type",
    "mime_type",
    "server_name",
    "signature",
    "tool_name",
    "tool_use_id",
    "audio_url",
    "document_url",
    "file_data",
    "file_id",
    "file_url",
    "image_url",
    "input_audio",
    "video_url",
];

/// Of a file in a part: all but its name.
const FILE: [&str; 4] = ["file_data", "file_id", "file_url", "format"];

/// Of thoughts that a server tells in its own way: what they are, and what only it can read.
const THOUGHT: [&str; 6] = [
    "type",
    "id",
    "format",
    "data",
    "signature",
    "encrypted_content",
];

/// Of Azure's `data_sources`: what opens them. No model is told, nor is a service that guards ask.
const SECRET: [&str; 8] = [
    "access_token",
    "api_key",
    "client_secret",
    "connection_string",
    "encoded_api_key",
    "key",
    "key_id",
    "token",
];

/// Members inside of a member that is not known whose strings are no text.
pub(super) fn skipped(key: &str) -> &'static [&'static str] {
    match key {
        "data_sources" => &SECRET,
        "file" => &FILE,
        "reasoning_details" | "thinking_blocks" => &THOUGHT,
        _ => &[],
    }
}

/// Whether a string is text, and not a medium as a URL.
pub(super) fn is_text(text: &str) -> bool {
    let url = text.strip_prefix("data:");
    let Some((kind, data)) = url.and_then(|url| url.split_once(";base64,")) else {
        return true;
    };
    let kinds = ["image/", "audio/", "video/", "application/"];
    let is_of_base64 =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let is_medium = kind.len() <= 100
        && !kind.contains(char::is_whitespace)
        && kinds.iter().any(|own| kind.starts_with(own))
        && data.bytes().all(is_of_base64);
    !is_medium
}
