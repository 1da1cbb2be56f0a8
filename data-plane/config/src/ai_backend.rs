//! AI backends: priority groups of model providers.
//!
//! Owns the decoded `tidegate.v1.AiBackend`. Must not hold a key: a credential names a Secret, and one that
//! cannot be had is a variant of its own, so that nobody sends a request without it by mistake.

mod decode;

pub(crate) use decode::ai_backend;

use std::sync::Arc;

use dp_llm::format::Format;
use dp_llm::provider::UpstreamPath;
use http::HeaderName;
use http::uri::Authority;

/// One AI backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiBackend {
    /// Resource name.
    pub name: Arc<str>,
    /// Priority groups, first group first; none is empty.
    pub groups: Vec<Vec<AiProvider>>,
}

/// One provider of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiProvider {
    /// Unique in the backend.
    pub name: Arc<str>,
    /// Cluster that carries the transport.
    pub cluster: Arc<str>,
    /// Wire format that the provider speaks.
    pub format: Format,
    /// Replaces the model of the request; `None` passes the request's through.
    pub model: Option<Arc<str>>,
    /// Upstream path, the configured or the format's own behind the prefix.
    pub path: UpstreamPath,
    /// Authority sent upstream; `None` for the endpoint's host name.
    pub authority: Option<Authority>,
    /// How a request authenticates itself.
    pub credential: AiCredential,
    /// `gen_ai.provider.name` of the OpenTelemetry GenAI conventions.
    pub telemetry_name: Arc<str>,
}

/// How a request authenticates itself to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AiCredential {
    /// Not at all; a credential that the client sent is removed.
    None,
    /// With a key in a header.
    Key(KeyCredential),
    /// The credential that was asked for cannot be had: refuse the request.
    Unavailable(Box<str>),
}

/// A key in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCredential {
    /// Name of the Secret resource; see [`crate::Config::generic_secret`].
    pub secret: Arc<str>,
    /// Header that carries the key.
    pub header: HeaderName,
    /// What stands in front of the key (`Bearer `). Never doubled where the key begins with it.
    pub prefix: Box<str>,
}
