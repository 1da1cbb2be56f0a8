//! Telling that a prompt does not fit the model's context from what a provider says (llm.md E-5).
//!
//! Few providers have a code for it, so their words are looked at. It must not know dialects. Invariant: only a refusal of
//! the request counts; running out of a quota of tokens is something else.

use super::ProviderError;
use super::class::Class;
use super::words::Meaning;

/// The code that the failure has in the OpenAI dialect.
pub(super) const CODE: &str = "context_length_exceeded";

/// What providers say as codes and types: OpenAI, and llama.cpp.
const CODES: [&str; 2] = [CODE, "exceed_context_size_error"];

/// What providers say, in lower case. Next to each, who says it.
const PHRASES: [&str; 22] = [
    "prompt is too long",                    // Anthropic, also on Bedrock and Vertex
    "exceed context limit", // Anthropic: input length and `max_tokens` exceed context limit
    "exceeds the context window", // OpenAI responses
    "maximum context length", // OpenAI chat, vLLM, OpenRouter, Mistral
    "context_length_exceeded", // Groq, Fireworks
    "exceeds the maximum number of tokens", // Gemini
    "input is too long for requested model", // Bedrock
    "too many input tokens", // Titan and Cohere on Bedrock
    "expected maxlength:",  // Titan on Bedrock: a schema violation of the prompt
    "exceeds the model's maximum context", // SGLang
    "is longer than the model's context length", // SGLang
    "longer than the maximum model length", // vLLM
    "exceeds the available context size", // llama.cpp
    "greater than the context length", // LM Studio
    "exceeds maximum prompt length", // xAI
    "maximum prompt length is", // xAI
    "cannot exceed the model's context", // Cohere
    "total number of tokens in the prompt cannot exceed", // Cohere
    "`max_new_tokens` must be <=", // text-generation-inference
    "reduce the length of the messages", // Groq
    "context window exceeded", // LiteLLM in front of anyone
    "exceeds model's maximum input", // Databricks
];

const MEANING: Meaning = Meaning {
    codes: &CODES,
    phrases: &PHRASES,
    is_of,
};

/// A refusal of the request.
fn is_of(class: Class) -> bool {
    match class {
        Class::InvalidRequest | Class::TooLarge | Class::Model => true,
        Class::Authentication
        | Class::Billing
        | Class::Permission
        | Class::NotFound
        | Class::Timeout
        | Class::RateLimit
        | Class::Internal
        | Class::Unavailable
        | Class::Overloaded => false,
    }
}

// === impl ProviderError ===

impl ProviderError {
    /// The prompt does not fit; `status` is the answer's, if it has one of its own.
    #[must_use]
    pub fn is_context_length_exceeded(&self, status: Option<u16>) -> bool {
        self.means(status, &MEANING)
    }
}

#[cfg(test)]
mod tests {
    use super::ProviderError;

    #[track_caller]
    fn check(status: Option<u16>, body: &str, expected: bool) {
        let read = ProviderError::read(body.as_bytes());
        assert_eq!(read.is_context_length_exceeded(status), expected, "{body}");
    }

    #[test]
    fn prompts_that_do_not_fit() {
        for body in [
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 212345 tokens > 199999 maximum"}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"}}"#,
            r#"{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            r#"{"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error","param":"input"}}"#,
            r#"{"error":{"code":400,"message":"The input token count (1189840) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
            r#"{"message":"Input is too long for requested model."}"#,
            r#"{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000","type":"BadRequestError","code":400}"#,
            r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
        ] {
            check(Some(400), body, true);
        }
        check(
            None,
            r#"{"error":{"type":"invalid_request_error","message":"Prompt is too long"}}"#,
            true,
        );
    }

    #[test]
    fn what_is_something_else() {
        let tokens = r#"{"error":{"message":"Rate limit reached: exceeds the maximum number of tokens per minute","type":"tokens"}}"#;
        check(Some(429), tokens, false);
        check(None, tokens, false);
        check(
            Some(400),
            r#"{"error":{"message":"max_tokens is too large: 99999. This model supports at most 4096 completion tokens","type":"invalid_request_error"}}"#,
            false,
        );
        check(Some(500), "prompt is too long", false);
    }
}
