//! A service that judges, whichever it is: what is sent to it, and what its answer means.
//!
//! Owns the choice between the services. Must not know addresses, credentials or patience. Invariant: every text has a verdict of
//! its own or one with others; none is left out.

use super::openai::Thresholds;
use super::webhook::Message;
use super::{Phase, Unreadable, Verdict, bedrock, model_armor, openai, webhook};

/// The largest answer that is read, in bytes: a mask is as long as what was sent, and nobody sends more.
pub const ANSWER_LIMIT: usize = 16 << 20;

/// A service with what a guard says about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Service {
    /// The webhook protocol of kgateway and agentgateway.
    Webhook {
        /// In front of `/request` and `/response`.
        path_prefix: Box<str>,
    },
    /// OpenAI's moderation.
    OpenAi {
        /// Model that judges.
        model: Box<str>,
        /// Scores that are refused, in place of the service's own judgement.
        thresholds: Thresholds,
    },
    /// ApplyGuardrail of Bedrock.
    Bedrock {
        /// Id or ARN of the guardrail.
        identifier: Box<str>,
        /// Its version.
        version: Box<str>,
    },
    /// Model Armor of Google.
    ModelArmor {
        /// Project of the template.
        project: Box<str>,
        /// Its location.
        location: Box<str>,
        /// The template.
        template: Box<str>,
    },
}

/// A text that is judged.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// `system`, `user`, `assistant` or `tool`.
    pub role: &'a str,
    /// What is said; not empty.
    pub text: &'a str,
}

/// A POST of JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Path on the service's host.
    pub path: String,
    /// Body, which is JSON.
    pub body: Vec<u8>,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This of all texts.
    Verdict(Verdict),
    /// The texts are to be changed, and nobody can tell from the answer which part of it belongs to which: each has to be sent
    /// by itself.
    OneByOne,
}

// === impl Service ===

impl Service {
    /// Value of the label `kind` of metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Service::Webhook { .. } => "webhook",
            Service::OpenAi { .. } => "openAIModeration",
            Service::Bedrock { .. } => "bedrockGuardrails",
            Service::ModelArmor { .. } => "googleModelArmor",
        }
    }

    /// The call that has texts judged.
    #[must_use]
    pub fn call(&self, phase: Phase, texts: &[Text<'_>]) -> Call {
        let plain = || -> Vec<&str> { texts.iter().map(|own| own.text).collect() };
        match self {
            Service::Webhook { path_prefix } => {
                let messages = texts.iter().map(|own| Message {
                    role: own.role,
                    content: own.text,
                });
                let messages: Vec<Message<'_>> = messages.collect();
                Call {
                    path: format!("{path_prefix}{}", webhook::path(phase)),
                    body: webhook::body(phase, &messages),
                }
            }
            Service::OpenAi { model, .. } => Call {
                path: openai::PATH.to_owned(),
                body: openai::body(model, &plain()),
            },
            Service::Bedrock {
                identifier,
                version,
            } => Call {
                path: bedrock::path(identifier, version),
                body: bedrock::body(phase, &plain()),
            },
            Service::ModelArmor {
                project,
                location,
                template,
            } => Call {
                path: model_armor::path(project, location, template, phase),
                body: model_armor::body(phase, &plain()),
            },
        }
    }

    /// Reads the answer to a call with `sent` texts.
    ///
    /// # Errors
    /// It is not what the service documents, or does not judge all that was sent.
    pub fn read(&self, phase: Phase, sent: usize, body: &[u8]) -> Result<Reading, Unreadable> {
        match self {
            Service::Webhook { .. } => webhook::read(phase, sent, body).map(Reading::Verdict),
            Service::OpenAi { thresholds, .. } => {
                openai::read(thresholds, sent, body).map(Reading::Verdict)
            }
            Service::Bedrock { .. } => bedrock::read(sent, body).map(Reading::Verdict),
            Service::ModelArmor { .. } => model_armor::read(sent, body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, Reading, Service, Text, Verdict};

    const TEXTS: [Text<'_>; 2] = [
        Text {
            role: "system",
            text: "be kind",
        },
        Text {
            role: "user",
            text: "hi",
        },
    ];

    #[test]
    fn calls() {
        let webhook = Service::Webhook {
            path_prefix: "/v1".into(),
        };
        let openai = Service::OpenAi {
            model: "m".into(),
            thresholds: std::collections::BTreeMap::new(),
        };
        let bedrock = Service::Bedrock {
            identifier: "gr1".into(),
            version: "1".into(),
        };
        let armor = Service::ModelArmor {
            project: "p".into(),
            location: "us".into(),
            template: "t".into(),
        };
        for (service, label, phase, path, body) in [
            (
                &webhook,
                "webhook",
                Phase::Request,
                "/v1/request",
                r#"{"body":{"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hi"}]}}"#,
            ),
            (
                &openai,
                "openAIModeration",
                Phase::Request,
                "/v1/moderations",
                r#"{"model":"m","input":["be kind","hi"]}"#,
            ),
            (
                &bedrock,
                "bedrockGuardrails",
                Phase::Response,
                "/guardrail/gr1/version/1/apply",
                r#"{"source":"OUTPUT","content":[{"text":{"text":"be kind"}},{"text":{"text":"hi"}}]}"#,
            ),
            (
                &armor,
                "googleModelArmor",
                Phase::Response,
                "/v1/projects/p/locations/us/templates/t:sanitizeModelResponse",
                r#"{"modelResponseData":{"text":"be kind\nhi"}}"#,
            ),
        ] {
            let call = service.call(phase, &TEXTS);
            assert_eq!((call.path.as_str(), service.label()), (path, label));
            assert_eq!(String::from_utf8(call.body).expect("UTF-8"), body);
        }
        let allowed = openai.read(Phase::Request, 1, br#"{"results":[{"flagged":false}]}"#);
        assert_eq!(allowed, Ok(Reading::Verdict(Verdict::Pass)));
    }
}
