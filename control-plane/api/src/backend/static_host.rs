//! `static` of an AgentgatewayBackend: one host and port.
//!
//! Owns the fields and their union with `unixPath`, which is not served yet.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::Check;
use crate::schema::rule::rule;

/// A fixed host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    rule(
        "has(self.unixPath) || (has(self.host) && has(self.port))",
        "must set unixPath, or host and port",
    ),
    rule(
        "!has(self.unixPath) || !(has(self.host) || has(self.port))",
        "unixPath excludes host and port",
    ),
]))]
pub struct StaticBackend {
    /// Host name or IP address.
    #[schemars(length(min = 1, max = 256))]
    pub host: Option<String>,
    /// Port.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
    /// Path of a Unix socket.
    #[schemars(length(min = 1))]
    pub unix_path: Option<String>,
}

impl StaticBackend {
    pub(crate) fn check(&self, check: &mut Check) {
        if let Some(host) = &self.host {
            check_host(check, "host", host);
        }
    }
}

/// A host that is dialled: DNS name or IP address.
pub(crate) fn check_host(check: &mut Check, name: &str, host: &str) {
    let lower = host.to_ascii_lowercase();
    let dns = lower.strip_suffix('.').unwrap_or(&lower);
    let fits = host.parse::<std::net::IpAddr>().is_ok()
        || dns.split('.').all(|label| {
            // Underscores occur in names that resolvers accept.
            crate::format::is_label(&label.replace('_', "a"))
        }) && dns.len() <= 253;
    check.that(name, fits, "must be a DNS name or an IP address");
}
