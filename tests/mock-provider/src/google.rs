//! The format of Google's Gemini: generateContent, its stream, and countTokens.
//!
//! After the published reference of the Gemini API ("GenerateContentResponse", "Function calling",
//! "Thinking") and the types of the `google-genai` Python SDK. Cases written by hand, never recordings.

pub(crate) mod content;
pub(crate) mod request;
mod schema;
mod turns;
