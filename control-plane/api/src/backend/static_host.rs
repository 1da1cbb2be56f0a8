//! `static` of an AgentgatewayBackend: one host and port.
//!
//! Owns the fields and their union with `unixPath`, which is not served yet.

use serde::Deserialize;

use crate::check::Check;

/// A fixed host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StaticBackend {
    /// Host name or IP address.
    pub host: Option<String>,
    /// Port, 1 to 65535.
    pub port: Option<u16>,
    /// Path of a Unix socket.
    pub unix_path: Option<String>,
}

impl StaticBackend {
    pub(crate) fn check(&self, check: &mut Check) {
        check.exactly_one(&[
            ("host", self.host.is_some()),
            ("unixPath", self.unix_path.is_some()),
        ]);
        if let Some(host) = &self.host {
            check_host(check, "host", host);
        }
        let paired = self.port.is_some() == self.host.is_some();
        check.that("port", paired, "must be set with host, and only with it");
        if let Some(port) = self.port {
            check.port("port", i64::from(port));
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
