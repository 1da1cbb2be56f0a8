//! `frontend.http`: HTTP towards clients.
//!
//! Owns limits and timeouts of connections. The largest HTTP/2 frame is upstream's 1677215, so that a manifest
//! is refused here where it is refused there.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration::Span;
use crate::scalar::ByteSize;
use crate::schema::rule::{at_least, at_least_one, rule};

/// HTTP towards clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&[
    "maxBufferSize", "http1MaxHeaders", "http1IdleTimeout", "http1HeaderCase", "http2WindowSize",
    "http2ConnectionWindowSize", "http2FrameSize", "http2MaxHeaderSize", "http2KeepaliveInterval",
    "http2KeepaliveTimeout", "maxConnectionDuration",
])]))]
pub struct FrontendHttp {
    /// How much of a body is held where it has to be read whole, such as a prompt; 2Mi where none is given.
    pub max_buffer_size: Option<ByteSize>,
    /// Headers of a request at most; 100 where none is given.
    #[schemars(range(min = 1, max = 4_096))]
    pub http1_max_headers: Option<u32>,
    /// Time after which an idle connection is closed; 10m where none is given.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub http1_idle_timeout: Option<Span>,
    /// How names of headers are written.
    pub http1_header_case: Option<HeaderCase>,
    /// Window of a stream.
    pub http2_window_size: Option<ByteSize>,
    /// Window of a connection.
    pub http2_connection_window_size: Option<ByteSize>,
    /// Largest frame.
    #[schemars(extend("x-kubernetes-validations" = [
        rule(
            "!quantity(string(self)).isLessThan(quantity('16384')) \
             && !quantity(string(self)).isGreaterThan(quantity('1677215'))",
            "must be from 16384 to 1677215 bytes",
        ),
    ]))]
    pub http2_frame_size: Option<ByteSize>,
    /// Largest header; 16Ki where none is given.
    pub http2_max_header_size: Option<ByteSize>,
    /// Time between pings.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub http2_keepalive_interval: Option<Span>,
    /// How long the answer to a ping may take.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub http2_keepalive_timeout: Option<Span>,
    /// Time after which a connection is closed.
    #[schemars(extend("x-kubernetes-validations" = [at_least("1s")]))]
    pub max_connection_duration: Option<Span>,
}

/// How names of headers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum HeaderCase {
    /// In small letters.
    Lowercase,
    /// As the peer wrote them.
    Preserve,
}
