//! Telling that a provider refuses the account or the key, although its status blames the request (llm.md R-14).
//!
//! Owns the codes, reasons and sentences that say so. It must not know whose the key is. Invariant: nothing that a client can
//! put into a request makes a provider say it: codes and reasons are the vendor's own, of words only whole sentences count in
//! the vendor's own envelope, since a part of a request may be repeated in any other, and a price that the request's own
//! length makes too high is none.

use super::ProviderError;
use super::class::Class;

/// What providers say as codes, types and reasons. Next to each, who says it.
const CODES: [&str; 4] = [
    "API_KEY_INVALID",            // Google, 400
    "billing_hard_limit_reached", // OpenAI, 400
    "account_deactivated",        // OpenAI
    "Arrearage",                  // Alibaba, 400
];

/// A whole message of a vendor that has no code for what it says: how it begins and ends, in an envelope of this type.
struct Sentence {
    kind: Option<&'static str>,
    begin: &'static str,
    end: &'static str,
}

/// All of them come with 400. Next to each, who says it.
const SENTENCES: [Sentence; 6] = [
    // Anthropic: nothing is left of what was paid.
    Sentence {
        kind: Some("invalid_request_error"),
        begin: "Your credit balance is too low to access the ",
        end: "Plans & Billing to upgrade or purchase credits.",
    },
    // Anthropic: the limit that the workspace has set itself.
    Sentence {
        kind: Some("invalid_request_error"),
        begin: "You have reached your specified API usage limits. You will regain access on ",
        end: " UTC.",
    },
    // Anthropic.
    Sentence {
        kind: Some("invalid_request_error"),
        begin: "This organization has been disabled",
        end: ".",
    },
    // xAI, with a part of the key in the middle.
    Sentence {
        kind: None,
        begin: "Incorrect API key provided",
        end: "You can obtain an API key from https://console.x.ai.",
    },
    // Gemini, to accounts that are not paid for.
    Sentence {
        kind: Some("FAILED_PRECONDITION"),
        begin: "Gemini API free tier is not available in your country",
        end: "enable billing on your project in Google AI Studio.",
    },
    // Gemini, to where the gateway stands.
    Sentence {
        kind: Some("FAILED_PRECONDITION"),
        begin: "User location is not supported",
        end: " for the API use.",
    },
];

/// The longest middle of a sentence, in bytes.
const MIDDLE: usize = 100;

/// Words of OpenRouter's, in lower case, where a request is dearer than what is left: a shorter one would do.
const TOO_DEAR: [&str; 2] = ["max_tokens", "tokens limit exceeded"];

// === impl Sentence ===

impl Sentence {
    fn is(&self, error: &ProviderError) -> bool {
        let message = error.message.trim();
        let middle = message
            .strip_prefix(self.begin)
            .and_then(|rest| rest.strip_suffix(self.end));
        error.kind.as_deref() == self.kind
            && middle.is_some_and(|middle| middle.len() <= MIDDLE && !middle.contains('\n'))
    }
}

// === impl ProviderError ===

impl ProviderError {
    /// The account or the key is refused, whatever was asked for; `status` is the answer's, if it has one of its own. Only of
    /// use where a status of 401 or 403 does not say it already.
    #[must_use]
    pub fn is_account_refused(&self, status: Option<u16>) -> bool {
        let details = self.details.as_deref();
        let reason = details.and_then(|details| details.reason.as_ref());
        let said = [self.code.as_ref(), self.kind.as_ref(), reason];
        let mut said = said.into_iter().flatten();
        if said.any(|word| CODES.contains(&word.as_str())) {
            return true;
        }
        match self.class(status) {
            Class::Authentication => true,
            Class::Billing => {
                let message = self.message.to_ascii_lowercase();
                !TOO_DEAR.iter().any(|words| message.contains(words))
            }
            Class::InvalidRequest => SENTENCES.iter().any(|sentence| sentence.is(self)),
            Class::Permission
            | Class::NotFound
            | Class::Timeout
            | Class::TooLarge
            | Class::Model
            | Class::RateLimit
            | Class::Internal
            | Class::Unavailable
            | Class::Overloaded => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProviderError;

    #[track_caller]
    fn check(status: Option<u16>, body: &str, expected: bool) {
        let read = ProviderError::read(body.as_bytes());
        assert_eq!(read.is_account_refused(status), expected, "{body}");
    }

    const EXPIRED: &str = r#"{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US","message":"m"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]}}"#;

    #[test]
    fn accounts_and_keys_that_are_refused() {
        for body in [
            EXPIRED,
            // Google's OpenAI surface.
            &format!("[{EXPIRED}]"),
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC."}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"This organization has been disabled."}}"#,
            r#"{"error":{"code":"billing_hard_limit_reached","message":"m","param":null,"type":"invalid_request_error"}}"#,
            r#"{"code":"some words","error":"Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai."}"#,
            r#"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            r#"{"error":{"message":"m","type":"Arrearage","param":null,"code":"Arrearage"}}"#,
        ] {
            check(Some(400), body, true);
        }
        for body in [
            "",
            "Insufficient Balance",
            r#"{"error":{"message":"Insufficient credits. Add more.","code":402}}"#,
            r#"{"type":"error","error":{"type":"billing_error","message":"m"}}"#,
        ] {
            check(Some(402), body, true);
        }
        // Inside a success.
        check(None, r#"{"error":{"message":"m","code":402}}"#, true);
        check(None, EXPIRED, true);
    }

    #[test]
    fn what_a_request_can_cause_is_none() {
        for body in [
            // A member of the request by such a name.
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.: Extra inputs are not permitted"}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"model: Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}"#,
            // A template of the request's own that fails in these words.
            r#"{"object":"error","type":"BadRequestError","code":400,"message":"This organization has been disabled."}"#,
            r#"{"object":"error","type":"BadRequestError","code":400,"message":"Incorrect API key provided: a. You can obtain an API key from https://console.x.ai."}"#,
            r#"{"error":{"code":400,"message":"API_KEY_INVALID","status":"INVALID_ARGUMENT"}}"#,
            // Details of another domain, or without.
            r#"{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            r#"{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":[{"fieldViolations":[{"reason":"API_KEY_INVALID","domain":"googleapis.com"}]}]}}"#,
            r#"{"error":{"message":"messages: is missing","type":"invalid_request_error"}}"#,
        ] {
            check(Some(400), body, false);
        }
        for body in [
            r#"{"error":{"message":"This request requires more credits, or fewer max_tokens. You requested up to 65535 tokens, but can only afford 100.","code":402}}"#,
            r#"{"error":{"message":"Prompt tokens limit exceeded: 8922 > 2000.","code":402}}"#,
        ] {
            check(Some(402), body, false);
            check(None, body, false);
        }
        check(
            Some(429),
            r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            false,
        );
        check(Some(503), "Your credit balance is too low", false);
        let long = "x".repeat(200);
        let body = format!(
            r#"{{"error":{{"type":"invalid_request_error","message":"This organization has been disabled{long}."}}}}"#
        );
        check(Some(400), &body, false);
    }
}
