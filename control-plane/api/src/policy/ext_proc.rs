//! External processing: a service that sees, and may change, what passes.
//!
//! Owns the options of Envoy's protocol. Where the service does not answer, the request is refused, unless the
//! failure mode says otherwise.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http_route::BackendObjectReference;
use crate::reference;
use crate::scalar::{Cel, FailureMode, Url};

/// A service that sees, and may change, what passes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [reference::endpoint(), reference::url_is_origin()]))]
pub struct ExtProc {
    /// The service, as an object.
    pub backend_ref: Option<BackendObjectReference>,
    /// The service, by its address.
    pub url: Option<Url>,
    /// What happens where it does not answer; FailClosed where none is given.
    pub failure_mode: Option<FailureMode>,
    /// What the service sees.
    pub processing_options: Option<ProcessingOptions>,
    /// Metadata that the service gets, by namespace.
    #[schemars(extend("maxProperties" = 64))]
    pub metadata_context: Option<BTreeMap<String, MetadataNamespace>>,
    /// Attributes that it gets with a request.
    #[schemars(extend("maxProperties" = 64))]
    pub request_attributes: Option<BTreeMap<String, Cel>>,
    /// Attributes that it gets with a response.
    #[schemars(extend("maxProperties" = 64))]
    pub response_attributes: Option<BTreeMap<String, Cel>>,
}

/// Metadata of one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct MetadataNamespace(#[schemars(extend("maxProperties" = 64))] pub BTreeMap<String, Cel>);

/// What the service sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessingOptions {
    /// Header of requests.
    pub request_header_mode: HeadMode,
    /// Body of requests.
    pub request_body_mode: BodyMode,
    /// Trailers of requests.
    pub request_trailer_mode: HeadMode,
    /// Header of responses.
    pub response_header_mode: HeadMode,
    /// Body of responses.
    pub response_body_mode: BodyMode,
    /// Trailers of responses.
    pub response_trailer_mode: HeadMode,
    /// Whether the service may change these per request.
    pub allow_mode_override: bool,
}

/// Whether headers or trailers are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum HeadMode {
    /// They are.
    #[default]
    Send,
    /// They are not.
    Skip,
}

/// How a body is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum BodyMode {
    /// In both directions as it comes.
    #[default]
    FullDuplexStreamed,
    /// Not at all.
    None,
    /// Whole.
    Buffered,
    /// As much of it as fits.
    BufferedPartial,
}
