//! The query of a realtime session: where services take the model (llm.md 1.2, O-6).
//!
//! After OpenAI's reference, and Microsoft's guide of the Realtime API over WebSockets. It must not know paths. Invariant:
//! whatever the client's query says, the provider reads one model, and it is the one that was chosen.

use std::fmt::Write as _;

use super::{AzureVersion, Service, model};

/// Parameters that name the model: OpenAI's, and that of dated versions of Azure's API.
pub(crate) const QUERY_MODEL: [&str; 2] = ["model", "deployment"];

// === impl Service ===

impl Service {
    /// The query for a session with `name`, from the client's.
    pub(crate) fn realtime_query(&self, name: &str, client: Option<&str>) -> String {
        let parameter = match self {
            Self::AzureOpenAi {
                api_version: AzureVersion::Dated(_),
                ..
            } => "deployment",
            Self::AzureOpenAi {
                api_version: AzureVersion::V1 | AzureVersion::Preview,
                ..
            }
            | Self::OpenAi { .. }
            | Self::Anthropic { .. }
            | Self::Bedrock { .. }
            | Self::Foundry { .. }
            | Self::Gemini
            | Self::Vertex { .. }
            | Self::Custom { .. } => "model",
        };
        let mut query = format!("{parameter}=");
        for byte in name.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    query.push(char::from(byte));
                }
                // Writing to a string does not fail.
                byte => drop(write!(query, "%{byte:02X}")),
            }
        }
        for other in client.unwrap_or_default().split('&') {
            if !other.is_empty() && !QUERY_MODEL.contains(&parameter_name(other).as_str()) {
                query.push('&');
                query.push_str(other);
            }
        }
        query
    }
}

/// The name of a parameter as services compare it: decoded, and without regard to case, which some do not mind.
pub(crate) fn parameter_name(parameter: &str) -> String {
    let name = parameter.split('=').next().unwrap_or_default();
    let name = model::decoded(name).unwrap_or_default();
    name.to_ascii_lowercase()
}
