//! Telling that a provider refused a prompt, or all of an answer, for its content (llm.md 3.5).
//!
//! Few providers have a code for it, so their words are looked at. It must not know dialects. Invariant: only a refusal of
//! the request counts, not one of the credential.

use super::ProviderError;
use super::class::Class;
use super::words::Meaning;

/// What providers say as codes and types. Next to each, who says it.
const CODES: [&str; 4] = [
    "content_filter",               // Azure OpenAI, Foundry
    "content_policy_violation",     // OpenAI images, Azure
    "ResponsibleAIPolicyViolation", // Azure, older versions
    "moderation_blocked",           // OpenAI images
];

/// What providers say in words, in lower case. Next to each, who says it.
const PHRASES: [&str; 7] = [
    "content management policy",                 // Azure OpenAI
    "blocked by content filtering policy",       // Anthropic, also on Bedrock and Vertex
    "blocked by our content filters",            // Titan and Nova on Bedrock
    "rejected as a result of our safety system", // OpenAI images
    "violating our usage policy",                // OpenAI's reasoning models
    "content policy violation",                  // LiteLLM in front of anyone
    "prohibited use policy",                     // Gemini
];

const MEANING: Meaning = Meaning {
    codes: &CODES,
    phrases: &PHRASES,
    is_of,
};

/// A refusal of the request.
fn is_of(class: Class) -> bool {
    match class {
        Class::InvalidRequest | Class::Permission | Class::Model => true,
        Class::TooLarge
        | Class::Authentication
        | Class::Billing
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
    /// The content is refused; `status` is the answer's, if it has one of its own.
    #[must_use]
    pub fn is_content_refused(&self, status: Option<u16>) -> bool {
        self.means(status, &MEANING)
    }
}

#[cfg(test)]
mod tests {
    use super::ProviderError;

    #[track_caller]
    fn check(status: Option<u16>, body: &str, expected: bool) {
        let read = ProviderError::read(body.as_bytes());
        assert_eq!(read.is_content_refused(status), expected, "{body}");
    }

    #[test]
    fn contents_that_are_refused() {
        for body in [
            r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400}}"#,
            r#"{"error":{"code":"content_policy_violation","message":"m","type":"image_generation_user_error"}}"#,
            r#"{"error":{"code":"moderation_blocked","message":"m","type":"image_generation_user_error"}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}"#,
            r#"{"message":"This request has been blocked by our content filters."}"#,
            r#"{"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy.","type":"invalid_request_error","code":"invalid_prompt"}}"#,
        ] {
            check(Some(400), body, true);
        }
    }

    #[test]
    fn what_is_something_else() {
        for (status, body) in [
            (
                400,
                r#"{"error":{"message":"messages: is missing","type":"invalid_request_error"}}"#,
            ),
            (
                401,
                r#"{"error":{"message":"a content management policy","type":"authentication_error"}}"#,
            ),
            (503, "blocked by content filtering policy"),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 2 tokens > 1 maximum"}}"#,
            ),
        ] {
            check(Some(status), body, false);
        }
    }
}
