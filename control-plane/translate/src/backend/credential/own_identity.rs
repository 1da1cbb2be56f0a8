//! Where a proxy's own identity in a cloud may be shown.
//!
//! Owns the hosts of the clouds. In a cluster whoever writes a backend names its host, and a bearer token of the proxy
//! opens whatever the proxy may do: so it goes to the cloud that gave it, or where the operator allows. Must fail closed.

use super::{Fault, Owner};
use crate::settings::{Settings, Source};

/// A cloud with an identity of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
}

// === impl Cloud ===

impl Cloud {
    /// Domains whose hosts the cloud itself runs.
    /// A signature of AWS holds for one host and one body, so that it tells the owner of a bucket there nothing.
    const fn domains(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["amazonaws.com", "amazonaws.com.cn", "api.aws"],
            Self::Azure => &[
                "openai.azure.com",
                "cognitiveservices.azure.com",
                "services.ai.azure.com",
                "models.ai.azure.com",
                "openai.azure.us",
                "cognitiveservices.azure.us",
                "openai.azure.cn",
                "cognitiveservices.azure.cn",
            ],
            Self::Gcp => &["googleapis.com"],
        }
    }

    fn runs(self, host: &str) -> bool {
        self.domains().iter().any(|domain| {
            host.strip_suffix(domain)
                .is_some_and(|front| front.is_empty() || front.ends_with('.'))
        })
    }

    /// Checks that the proxy's own identity may go to the owner's host. `field` is what asks for it, `remedy` what names
    /// another identity.
    pub(super) fn check(self, owner: &Owner<'_>, field: &str, remedy: &str) -> Result<(), Fault> {
        let host = host(owner.authority);
        if self.runs(host) || is_allowed(owner.settings, host) {
            return Ok(());
        }
        Err(Fault::Unsupported(format!(
            "{}.{field} would show the proxy's own identity to {host}, which is no host of that cloud; {remedy}, or have the \
             operator start the control plane with --allow-identity-host={host}",
            owner.path
        )))
    }
}

fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

/// Manifests in a directory are the operator's own; so is where a kind of provider was moved to.
fn is_allowed(settings: &Settings, host: &str) -> bool {
    let moved = || {
        let mut homes = settings.provider_overrides.values();
        homes.any(|home| home.host.eq_ignore_ascii_case(host))
    };
    settings.source == Source::Directory || settings.identity_hosts.contains(host) || moved()
}

#[cfg(test)]
mod tests {
    use proto::tidegate::v1 as tidegate;

    use super::*;
    use crate::backend::ai::provider::KeyPlace;

    #[track_caller]
    fn check(settings: &Settings, cloud: Cloud, authority: &str, expected: bool) {
        let owner = Owner {
            namespace: "shop",
            path: "spec.policies.auth",
            inline_name: String::new(),
            key_place: KeyPlace::Bearer,
            azure_scope: "",
            authority,
            source: &tidegate::Source::default(),
            settings,
        };
        let verdict = cloud.check(&owner, "gcp", "name a Secret");
        assert_eq!(verdict.is_ok(), expected, "{cloud:?} {authority}");
    }

    #[test]
    fn an_identity_stays_in_its_cloud() {
        let mut settings = Settings::kubernetes();
        settings.identity_hosts.insert("models.corp".to_owned());
        for (cloud, authority, expected) in [
            (Cloud::Gcp, "aiplatform.googleapis.com", true),
            (Cloud::Gcp, "europe-west1-aiplatform.googleapis.com", true),
            (Cloud::Gcp, "googleapis.com:8443", true),
            (Cloud::Gcp, "notgoogleapis.com", false),
            (Cloud::Gcp, "googleapis.com.evil.example", false),
            (Cloud::Gcp, "acme.openai.azure.com", false),
            (Cloud::Gcp, "127.0.0.1:80", false),
            (Cloud::Gcp, "[::1]:80", false),
            (Cloud::Gcp, "models.corp:9000", true),
            (Cloud::Azure, "acme.openai.azure.com", true),
            // Anybody can rent a host there.
            (Cloud::Azure, "evil.westeurope.cloudapp.azure.com", false),
            (Cloud::Aws, "bedrock-runtime.us-east-1.amazonaws.com", true),
            (Cloud::Aws, "models.corp", true),
            (Cloud::Aws, "evil.example", false),
        ] {
            check(&settings, cloud, authority, expected);
        }
        check(&Settings::directory(), Cloud::Gcp, "evil.example", true);
    }
}
