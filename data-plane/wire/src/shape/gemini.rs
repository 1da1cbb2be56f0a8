//! A Gemini `generateContent` request (Google's API references of `models.generateContent` on AI Studio and Vertex AI, and
//! the types of its Python SDK).
//!
//! Google's servers read member names in camelCase and in snake_case, and one object where a list is asked for (its own
//! examples write both): so do these types. camelCase is written. Which model, and whether the answer is streamed, is in
//! the URL. Of members that are not listed here nothing is kept.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::text::{Json, JsonText};

mod config;

pub use config::{
    FunctionCallingConfig, FunctionDeclaration, GenerationConfig, ThinkingConfig, Tool, ToolConfig,
};

/// The request's body.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    #[serde(borrow, default, deserialize_with = "list")]
    pub contents: Vec<Content<'a>>,
    #[serde(
        alias = "system_instruction",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub system_instruction: Option<Content<'a>>,
    #[serde(
        borrow,
        default,
        deserialize_with = "list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tools: Vec<Tool<'a>>,
    #[serde(
        alias = "tool_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub tool_config: Option<ToolConfig<'a>>,
    #[serde(
        alias = "generation_config",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub generation_config: Option<GenerationConfig<'a>>,
    #[serde(
        alias = "safety_settings",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub safety_settings: Option<Json<'a>>,
    #[serde(
        alias = "cached_content",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub cached_content: Option<Json<'a>>,
    /// The Gemini API only (ai.google.dev, "Flex inference", "Priority inference").
    #[serde(
        alias = "service_tier",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub service_tier: Option<Json<'a>>,
    /// Vertex AI only.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Json<'a>>,
}

/// One turn.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Content<'a> {
    /// `user` (also where absent) or `model`; old clients send `function`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(borrow, default, deserialize_with = "list")]
    pub parts: Vec<Part<'a>>,
}

/// A part of a turn: one of its kinds of data, and what is said of it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<JsonText<'a>>,
    /// The text is the model's reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thought: Option<bool>,
    #[serde(
        alias = "inline_data",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub inline_data: Option<Blob<'a>>,
    #[serde(
        alias = "file_data",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub file_data: Option<FileData<'a>>,
    #[serde(
        alias = "function_call",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub function_call: Option<FunctionCall<'a>>,
    #[serde(
        alias = "function_response",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub function_response: Option<FunctionResponse<'a>>,
    #[serde(
        alias = "executable_code",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub executable_code: Option<Json<'a>>,
    #[serde(
        alias = "code_execution_result",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub code_execution_result: Option<Json<'a>>,
    /// Base64.
    #[serde(
        alias = "thought_signature",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub thought_signature: Option<JsonText<'a>>,
    #[serde(
        alias = "video_metadata",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub video_metadata: Option<Json<'a>>,
    #[serde(
        alias = "media_resolution",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub media_resolution: Option<Json<'a>>,
}

/// Bytes in the request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blob<'a> {
    #[serde(alias = "mime_type", borrow)]
    pub mime_type: JsonText<'a>,
    /// Base64.
    #[serde(borrow)]
    pub data: JsonText<'a>,
    #[serde(
        alias = "display_name",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<JsonText<'a>>,
}

/// Bytes elsewhere.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileData<'a> {
    #[serde(
        alias = "mime_type",
        borrow,
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub mime_type: Option<JsonText<'a>>,
    #[serde(alias = "file_uri", borrow)]
    pub file_uri: JsonText<'a>,
}

/// The model calls a function.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FunctionCall<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub name: JsonText<'a>,
    /// An object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Json<'a>>,
}

/// What a called function returned.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FunctionResponse<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub name: JsonText<'a>,
    /// An object.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Json<'a>>,
    /// Images and documents, each an `inlineData` or `fileData`.
    #[serde(
        borrow,
        default,
        deserialize_with = "list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub parts: Vec<Part<'a>>,
}

/// A list, or one element without the list around it; null is none.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    use serde::de::Error as _;

    let raw = <&'de RawValue>::deserialize(deserializer)?;
    match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()),
        Some(b'n') => Ok(Vec::new()),
        _ => serde_json::from_str(raw.get()).map(|one| vec![one]),
    }
    .map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let request: Request<'_> = serde_json::from_str(json).expect("a request");
        assert_eq!(serde_json::to_string(&request).expect("json"), expected);
    }

    #[test]
    fn both_spellings_are_read_and_camel_case_is_written() {
        // Spellings of the curl examples in Google's guides ("Text generation", "Function calling").
        check(
            r#"{"system_instruction":{"parts":[{"text":"You are a cat."}]},
                "contents":{"parts":{"text":"Hello"}},
                "generation_config":{"stop_sequences":["x"],"max_output_tokens":800,"top_p":0.80,"thinking_config":{"thinking_budget":0}},
                "safety_settings":{"category":"HARM_CATEGORY_HARASSMENT"}}"#,
            concat!(
                r#"{"contents":[{"parts":[{"text":"Hello"}]}],"systemInstruction":{"parts":[{"text":"You are a cat."}]},"#,
                r#""generationConfig":{"topP":0.80,"maxOutputTokens":800,"stopSequences":["x"],"thinkingConfig":{"thinking_budget":0}},"#,
                r#""safetySettings":{"category":"HARM_CATEGORY_HARASSMENT"}}"#
            ),
        );
        let camel = concat!(
            r#"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1e400}},"thoughtSignature":"QQ=="}]},"#,
            r#"{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"r":1}}},{"inlineData":{"mimeType":"image/png","data":"QQ=="}},"#,
            r#"{"fileData":{"mimeType":"image/png","fileUri":"gs://b/o"}}]}],"tools":[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}}],"#,
            r#""toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"labels":{"a":"b"}}"#
        );
        check(camel, camel);
    }

    #[test]
    fn absent_null_and_broken_lists() {
        check(r#"{"contents":null,"tools":null}"#, r#"{"contents":[]}"#);
        check("{}", r#"{"contents":[]}"#);
        for broken in [r#"{"contents":"hi"}"#, r#"{"contents":[7]}"#] {
            assert!(
                serde_json::from_str::<Request<'_>>(broken).is_err(),
                "{broken}"
            );
        }
    }
}
