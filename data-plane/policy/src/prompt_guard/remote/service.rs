//! A service that judges, whichever it is: what is sent to it, and what its answer means.
//!
//! Owns the choice between the services. Must not know addresses, credentials or patience. Invariant: every text has a verdict of
//! its own or one with others; none is left out.

use super::azure::ContentSafety;
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
        /// Categories that are judged by their scores.
        thresholds: openai::Thresholds,
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
    /// Azure AI Content Safety.
    ContentSafety(Box<ContentSafety>),
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
    /// What it asks, by which its answer is read.
    pub asked: Asked,
}

/// What a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A verdict of so many texts.
    Texts(usize),
    /// What a text is about.
    Analysis,
    /// Whether texts are attacks.
    Shield {
        /// Whether a prompt is among them.
        has_prompt: bool,
        /// How many documents are.
        documents: usize,
    },
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
            Service::ContentSafety(_) => "azureContentSafety",
        }
    }

    /// Whether it may change texts, and not only refuse them.
    #[must_use]
    pub fn masks(&self) -> bool {
        match self {
            Service::Webhook { .. } | Service::Bedrock { .. } | Service::ModelArmor { .. } => true,
            Service::OpenAi { .. } | Service::ContentSafety(_) => false,
        }
    }

    /// The calls that have texts judged; all have to pass. There are several only where the service masks nothing.
    #[must_use]
    pub fn calls(&self, phase: Phase, texts: &[Text<'_>]) -> Vec<Call> {
        let plain = || -> Vec<&str> { texts.iter().map(|own| own.text).collect() };
        let (path, body) = match self {
            Service::Webhook { path_prefix } => {
                let messages = texts.iter().map(|own| Message {
                    role: own.role,
                    content: own.text,
                });
                let messages: Vec<Message<'_>> = messages.collect();
                (
                    format!("{path_prefix}{}", webhook::path(phase)),
                    webhook::body(phase, &messages),
                )
            }
            Service::OpenAi { model, .. } => {
                (openai::PATH.to_owned(), openai::body(model, &plain()))
            }
            Service::Bedrock {
                identifier,
                version,
            } => (
                bedrock::path(identifier, version),
                bedrock::body(phase, &plain()),
            ),
            Service::ModelArmor {
                project,
                location,
                template,
            } => (
                model_armor::path(project, location, template, phase),
                model_armor::body(phase, &plain()),
            ),
            Service::ContentSafety(own) => return own.calls(phase, texts),
        };
        let asked = Asked::Texts(texts.len());
        vec![Call { path, body, asked }]
    }

    /// Reads the answer to a call that asked `asked`.
    ///
    /// # Errors
    /// It is not what the service documents, or does not judge all that was sent.
    pub fn read(&self, phase: Phase, asked: Asked, body: &[u8]) -> Result<Reading, Unreadable> {
        let sent = match asked {
            Asked::Texts(sent) => sent,
            Asked::Analysis | Asked::Shield { .. } => 1,
        };
        match self {
            Service::Webhook { .. } => webhook::read(phase, sent, body).map(Reading::Verdict),
            Service::OpenAi { thresholds, .. } => thresholds.read(sent, body).map(Reading::Verdict),
            Service::Bedrock { .. } => bedrock::read(sent, body).map(Reading::Verdict),
            Service::ModelArmor { .. } => model_armor::read(sent, body),
            Service::ContentSafety(own) => own.read(asked, body).map(Reading::Verdict),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Phase, Reading, Service, Text, Verdict};

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
            thresholds: super::openai::Thresholds::default(),
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
            let mut calls = service.calls(phase, &TEXTS);
            assert_eq!(calls.len(), 1);
            let call = calls.pop().expect("one");
            assert_eq!(call.asked, Asked::Texts(2));
            assert_eq!((call.path.as_str(), service.label()), (path, label));
            assert_eq!(String::from_utf8(call.body).expect("UTF-8"), body);
        }
        let allowed = openai.read(
            Phase::Request,
            Asked::Texts(1),
            br#"{"results":[{"flagged":false}]}"#,
        );
        assert_eq!(allowed, Ok(Reading::Verdict(Verdict::Pass)));
    }
}
