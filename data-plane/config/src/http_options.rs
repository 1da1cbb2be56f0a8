//! HTTP settings of a chain: the part of Envoy's HttpConnectionManager that this proxy has.
//!
//! Owns defaults and limits of a downstream connection. Must not know routes. Durations are `None` where
//! there is no limit.

mod decode;

pub(crate) use decode::http_options;

use std::time::Duration;

use http::HeaderValue;

/// Settings of downstream HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpOptions {
    /// Prefix of statistics; for people.
    pub stat_prefix: String,
    /// Which protocols are spoken.
    pub codec: Codec,
    /// Whether the peer's address is the client's (an edge proxy), so that it is appended to
    /// `x-forwarded-for`.
    pub use_remote_address: bool,
    /// Proxies in front of this one whose `x-forwarded-*` are believed.
    pub trusted_hops: u32,
    /// Whether a request without `x-request-id` gets one.
    pub generate_request_id: bool,
    /// Whether an `x-request-id` from outside is kept.
    pub preserve_request_id: bool,
    /// Upgrades that are let through, lower case (`websocket`).
    pub upgrades: Vec<String>,
    /// The `server` header of responses.
    pub server: ServerHeader,
    /// How a path is treated before it is matched.
    pub path: PathOptions,
    /// Time limits.
    pub timeouts: Timeouts,
    /// Largest request head, in bytes.
    pub max_head_bytes: usize,
    /// Most header fields of a request.
    pub max_headers: usize,
    /// HTTP/2 settings.
    pub http2: Http2Options,
}

/// Which protocols a chain speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// HTTP/1.1 and HTTP/2, by ALPN or by the first bytes.
    Auto,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only.
    Http2,
}

/// What becomes of the `server` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerHeader {
    /// Replaced.
    Overwrite(HeaderValue),
    /// Added where the upstream sent none.
    IfAbsent(HeaderValue),
    /// Left as it is.
    PassThrough,
}

/// How a path is treated. This proxy always normalises (`route::path::normalize`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathOptions {
    /// Encoded slashes are decoded and the request goes on.
    Normalize,
    /// Encoded slashes are answered with 400.
    RejectEscapedSlashes,
}

/// Time limits of downstream HTTP. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// A stream in which nothing moves: the head of the response where the route has no limit for it, a part of a body
    /// in either direction, what a client leaves unread, a connection after an upgrade.
    pub stream_idle: Option<Duration>,
    /// From the first byte of a request head to its last.
    pub request_headers: Option<Duration>,
    /// From the first byte of a request to its last.
    pub request: Option<Duration>,
    /// A connection without requests.
    pub connection_idle: Option<Duration>,
    /// Age at which a connection is drained.
    pub max_connection: Option<Duration>,
}

/// HTTP/2 settings; `None` is the library's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Http2Options {
    /// Streams that a peer may have open.
    pub max_concurrent_streams: Option<u32>,
    /// Bytes in flight per stream.
    pub initial_stream_window: Option<u32>,
    /// Bytes in flight per connection.
    pub initial_connection_window: Option<u32>,
}

impl HttpOptions {
    /// Whether an upgrade to this protocol is let through.
    pub fn allows_upgrade(&self, protocol: &str) -> bool {
        self.upgrades
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(protocol))
    }
}
