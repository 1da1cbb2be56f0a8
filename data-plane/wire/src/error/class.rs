//! The table of error classes: what each dialect calls the same failure (llm.md 2.9).
//!
//! It is read in both directions: a provider's word gives the class, the class gives the client's word. It must not know
//! bodies. Invariant: every class has a word in every dialect, and every word that we write reads back as a class of the
//! same status range.
//!
//! Names after the vendors' lists of errors: OpenAI "Error codes", Anthropic "Errors", Google `google.rpc.Code`, and the
//! exceptions of the Bedrock runtime's `Converse` and `ConverseStream`.

/// A kind of failure that every dialect has a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// The request is at fault, in a way that no other class names.
    InvalidRequest,
    /// Nobody that the provider knows.
    Authentication,
    /// The account has to be paid for.
    Billing,
    /// Not allowed.
    Permission,
    /// No such model or thing.
    NotFound,
    /// Too slow.
    Timeout,
    /// The body is too large.
    TooLarge,
    /// The model itself failed (Bedrock).
    Model,
    /// Too many requests or tokens.
    RateLimit,
    /// The provider is at fault, in a way that no other class names.
    Internal,
    /// Not there at the moment.
    Unavailable,
    /// Too busy with everybody's requests.
    Overloaded,
}

/// What the dialects call a class.
#[derive(Debug)]
pub(crate) struct Words {
    class: Class,
    /// The status where the answer has none of its own, as in a stream.
    pub(crate) status: u16,
    pub(crate) openai_type: &'static str,
    pub(crate) openai_code: Option<&'static str>,
    pub(crate) anthropic: &'static str,
    pub(crate) google: &'static str,
    pub(crate) bedrock: &'static str,
    /// Other words that providers use; compared without regard to case.
    aliases: &'static [&'static str],
}

/// A word that stands for several classes means the first of them.
const TABLE: [Words; 12] = [
    Words {
        class: Class::InvalidRequest,
        status: 400,
        openai_type: "invalid_request_error",
        openai_code: None,
        anthropic: "invalid_request_error",
        google: "INVALID_ARGUMENT",
        bedrock: "ValidationException",
        aliases: &[
            "FAILED_PRECONDITION",
            "OUT_OF_RANGE",
            "bad_request",
            "BadRequestError",
            "invalid_request",
            "invalid_prompt",
            "validation",
            "exceed_context_size_error",
            "context_length_exceeded",
        ],
    },
    Words {
        class: Class::Authentication,
        status: 401,
        openai_type: "authentication_error",
        openai_code: Some("invalid_api_key"),
        anthropic: "authentication_error",
        google: "UNAUTHENTICATED",
        bedrock: "UnrecognizedClientException",
        aliases: &[
            "AuthenticationError",
            "unauthorized",
            "InvalidSignatureException",
            "IncompleteSignatureException",
            "MissingAuthenticationTokenException",
            "ExpiredTokenException",
        ],
    },
    Words {
        class: Class::Permission,
        status: 403,
        openai_type: "permission_error",
        openai_code: None,
        anthropic: "permission_error",
        google: "PERMISSION_DENIED",
        bedrock: "AccessDeniedException",
        aliases: &["PermissionDeniedError", "forbidden"],
    },
    Words {
        class: Class::NotFound,
        status: 404,
        openai_type: "not_found_error",
        openai_code: Some("model_not_found"),
        anthropic: "not_found_error",
        google: "NOT_FOUND",
        bedrock: "ResourceNotFoundException",
        aliases: &["NotFoundError", "DeploymentNotFound"],
    },
    Words {
        class: Class::Timeout,
        status: 504,
        openai_type: "timeout_error",
        openai_code: None,
        anthropic: "timeout_error",
        google: "DEADLINE_EXCEEDED",
        bedrock: "ModelTimeoutException",
        aliases: &["timeout", "vector_store_timeout"],
    },
    Words {
        class: Class::TooLarge,
        status: 413,
        openai_type: "invalid_request_error",
        openai_code: Some("request_too_large"),
        anthropic: "request_too_large",
        google: "INVALID_ARGUMENT",
        bedrock: "ValidationException",
        aliases: &["payload_too_large"],
    },
    Words {
        class: Class::RateLimit,
        status: 429,
        openai_type: "rate_limit_error",
        openai_code: Some("rate_limit_exceeded"),
        anthropic: "rate_limit_error",
        google: "RESOURCE_EXHAUSTED",
        bedrock: "ThrottlingException",
        // OpenAI names in `type` what ran out: requests, tokens, or money.
        aliases: &[
            "ServiceQuotaExceededException",
            "TooManyRequestsException",
            "too_many_requests",
            "RateLimitError",
            "RateLimitReached",
            "insufficient_quota",
            "requests",
            "tokens",
        ],
    },
    Words {
        class: Class::Internal,
        status: 500,
        openai_type: "api_error",
        openai_code: None,
        anthropic: "api_error",
        google: "INTERNAL",
        bedrock: "InternalServerException",
        aliases: &[
            "server_error",
            "internal_error",
            "internal_server_error",
            "InternalServerError",
            "InternalFailure",
            "UNKNOWN",
            "DATA_LOSS",
        ],
    },
    Words {
        class: Class::Unavailable,
        status: 503,
        openai_type: "api_error",
        openai_code: Some("upstream_unavailable"),
        anthropic: "api_error",
        google: "UNAVAILABLE",
        bedrock: "ServiceUnavailableException",
        aliases: &[
            "ModelNotReadyException",
            "service_unavailable",
            "service_unavailable_error",
            "ServiceUnavailableError",
        ],
    },
    Words {
        class: Class::Overloaded,
        status: 529,
        openai_type: "api_error",
        openai_code: Some("overloaded"),
        anthropic: "overloaded_error",
        google: "UNAVAILABLE",
        bedrock: "ServiceUnavailableException",
        aliases: &["engine_overloaded", "engine_overloaded_error"],
    },
    Words {
        class: Class::Model,
        status: 424,
        openai_type: "api_error",
        openai_code: None,
        anthropic: "api_error",
        google: "INTERNAL",
        bedrock: "ModelErrorException",
        aliases: &["ModelStreamErrorException"],
    },
    Words {
        class: Class::Billing,
        status: 402,
        openai_type: "invalid_request_error",
        openai_code: Some("insufficient_quota"),
        anthropic: "billing_error",
        google: "FAILED_PRECONDITION",
        bedrock: "AccessDeniedException",
        aliases: &["payment_required"],
    },
];

// === impl Class ===

impl Class {
    /// The class of a failure of which the provider said `words` (its type, then its code) and `status`, if there was one.
    ///
    /// The status decides, because clients go by it; only where it, or its word, is a general one does the other say more.
    pub(crate) fn of<'a>(words: impl IntoIterator<Item = &'a str>, status: Option<u16>) -> Self {
        let mut named = None;
        for class in words.into_iter().filter_map(Self::of_word) {
            if named.is_none_or(Self::is_general) {
                named = Some(class);
            }
        }
        let by_status = status.map(Self::of_status);
        match (named, by_status) {
            (None, None) => Self::Internal,
            (Some(class), None) | (None, Some(class)) => class,
            (Some(named), Some(by_status)) => match by_status {
                Self::InvalidRequest | Self::Internal | Self::Unavailable
                    if !named.is_general() =>
                {
                    named
                }
                // AWS answers 403 to keys and signatures that it does not know, which is no matter of permissions.
                Self::Permission if named == Self::Authentication => named,
                Self::InvalidRequest
                | Self::Authentication
                | Self::Billing
                | Self::Permission
                | Self::NotFound
                | Self::Timeout
                | Self::TooLarge
                | Self::Model
                | Self::RateLimit
                | Self::Internal
                | Self::Unavailable
                | Self::Overloaded => by_status,
            },
        }
    }

    /// The class that a provider's word stands for.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(word);
        TABLE
            .iter()
            .find(|row| {
                [row.openai_type, row.anthropic, row.google, row.bedrock]
                    .into_iter()
                    .chain(row.openai_code)
                    .chain(row.aliases.iter().copied())
                    .any(is_it)
            })
            .map(|row| row.class)
    }

    pub(crate) const fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 => Self::Billing,
            403 => Self::Permission,
            404 => Self::NotFound,
            408 | 504 => Self::Timeout,
            413 => Self::TooLarge,
            424 => Self::Model,
            429 => Self::RateLimit,
            502 | 503 => Self::Unavailable,
            529 => Self::Overloaded,
            400..=499 => Self::InvalidRequest,
            _ => Self::Internal,
        }
    }

    pub(crate) const fn words(self) -> &'static Words {
        let [
            invalid,
            authentication,
            permission,
            not_found,
            timeout,
            too_large,
            rate_limit,
            internal,
            unavailable,
            overloaded,
            model,
            billing,
        ] = &TABLE;
        match self {
            Self::InvalidRequest => invalid,
            Self::Authentication => authentication,
            Self::Billing => billing,
            Self::Permission => permission,
            Self::NotFound => not_found,
            Self::Timeout => timeout,
            Self::TooLarge => too_large,
            Self::Model => model,
            Self::RateLimit => rate_limit,
            Self::Internal => internal,
            Self::Unavailable => unavailable,
            Self::Overloaded => overloaded,
        }
    }

    /// Says no more than whose fault it is.
    const fn is_general(self) -> bool {
        match self {
            Self::InvalidRequest | Self::Internal => true,
            Self::Authentication
            | Self::Billing
            | Self::Permission
            | Self::NotFound
            | Self::Timeout
            | Self::TooLarge
            | Self::Model
            | Self::RateLimit
            | Self::Unavailable
            | Self::Overloaded => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, TABLE};

    #[test]
    fn a_row_is_where_its_class_is_looked_up() {
        for row in &TABLE {
            assert_eq!(row.class.words().class, row.class);
            assert_eq!(Class::of_status(row.status), row.class);
        }
    }

    #[test]
    fn what_we_write_reads_back_as_the_same_kind_of_failure() {
        for row in &TABLE {
            let words = [row.openai_type, row.anthropic, row.google, row.bedrock];
            for word in words.into_iter().chain(row.openai_code) {
                // With the status the class is the same, but for those that a dialect has no word for.
                assert_eq!(Class::of([word], Some(row.status)), row.class, "{word}");
                let alone = Class::of_word(word).expect("known").words().status;
                let is_server = |status| status >= 500 || status == 424;
                assert_eq!(is_server(alone), is_server(row.status), "{word}");
            }
        }
    }

    #[test]
    fn aliases_are_not_words_of_two_classes() {
        let mut seen = std::collections::HashSet::new();
        for row in &TABLE {
            for alias in row.aliases {
                let is_new = seen.insert(alias.to_ascii_lowercase());
                assert!(is_new, "{alias}");
            }
        }
    }

    #[track_caller]
    fn check(words: &[&str], status: Option<u16>, expected: Class) {
        assert_eq!(Class::of(words.iter().copied(), status), expected);
    }

    #[test]
    fn the_status_decides_unless_it_is_a_general_one() {
        check(&["throttlingException"], None, Class::RateLimit);
        check(&["modelStreamErrorException"], None, Class::Model);
        check(&["no_such_word"], None, Class::Internal);
        check(&[], None, Class::Internal);
        let model = ["invalid_request_error", "model_not_found"];
        check(&model, None, Class::NotFound);
        check(&["no_such_word", "server_error"], None, Class::Internal);
        // OpenAI says `invalid_request_error` with many statuses.
        check(&["invalid_request_error"], Some(401), Class::Authentication);
        check(&["invalid_request_error"], Some(404), Class::NotFound);
        check(&["api_error"], Some(429), Class::RateLimit);
        check(&["ThrottlingException"], Some(400), Class::RateLimit);
        check(&["overloaded_error"], Some(503), Class::Overloaded);
        check(&["overloaded_error"], Some(500), Class::Overloaded);
        check(&["rate_limit_error"], Some(403), Class::Permission);
        // AWS has one status for who is not known and what is not allowed.
        let unknown = "UnrecognizedClientException";
        check(&[unknown], Some(403), Class::Authentication);
        check(&["ExpiredTokenException"], Some(403), Class::Authentication);
        check(&["AccessDeniedException"], Some(403), Class::Permission);
        check(&[unknown], Some(429), Class::RateLimit);
        check(&["server_error"], Some(503), Class::Unavailable);
    }
}
