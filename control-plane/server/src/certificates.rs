//! Proxies that show a certificate: what its URIs say.
//!
//! Owns the two forms, `tidegate://gateway/<namespace>/<name>` and `spiffe://<trust domain>/ns/<namespace>/sa/<account>`.
//! Must not verify a certificate (the handshake did) nor know which Gateway an account serves: the cluster says. The
//! invariant: a certificate whose URIs say nothing to us lets nobody in.

use grpc::certificate::PeerCertificate;
use grpc::identity::{Authenticate, Caller, Denied, Identity, Purpose, Rights};
use grpc::token::GatewayName;

/// Judges callers without a token by the certificate of their connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Certificates;

/// What a URI says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// A proxy of this Gateway.
    Gateway(GatewayName),
    /// A workload of this account, in this trust domain.
    Account {
        /// Trust domain.
        domain: String,
        /// Namespace of the account.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// What one URI says; `None` if it is of another kind.
pub(crate) fn claim(uri: &str) -> Option<Claim> {
    if let Some(gateway) = uri.strip_prefix("tidegate://gateway/") {
        return gateway.parse().ok().map(Claim::Gateway);
    }
    let mut parts = uri.strip_prefix("spiffe://")?.split('/');
    let (domain, ns, namespace) = (parts.next()?, parts.next()?, parts.next()?);
    let (sa, name) = (parts.next()?, parts.next()?);
    let is_whole = ns == "ns" && sa == "sa" && parts.next().is_none();
    let is_named = [domain, namespace, name]
        .iter()
        .all(|part| !part.is_empty());
    (is_whole && is_named).then(|| Claim::Account {
        domain: domain.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })
}

#[tonic::async_trait]
impl Authenticate for Certificates {
    async fn identify(&self, caller: &Caller, _: Purpose) -> Result<Option<Identity>, Denied> {
        let (None, Some(certificate)) = (&caller.token, &caller.certificate) else {
            return Ok(None);
        };
        rights(certificate).map(|rights| {
            Some(Identity {
                rights,
                expires_at: Some(certificate.expires_at),
            })
        })
    }
}

fn rights(certificate: &PeerCertificate) -> Result<Rights, Denied> {
    let gateways = certificate.uris.iter().filter_map(|uri| match claim(uri)? {
        Claim::Gateway(name) => Some(name),
        Claim::Account { .. } => None,
    });
    let gateways: std::collections::BTreeSet<GatewayName> = gateways.collect();
    if gateways.is_empty() {
        return Err(Denied::Forbidden(
            "the certificate names no Gateway; it needs the URI tidegate://gateway/NAMESPACE/NAME"
                .to_owned(),
        ));
    }
    Ok(Rights::Gateways(gateways))
}

#[cfg(test)]
mod tests {
    use super::{Claim, claim};

    #[track_caller]
    fn check(uri: &str, expected: Option<&str>) {
        let found = claim(uri).map(|claim| match claim {
            Claim::Gateway(name) => format!("gateway {name}"),
            Claim::Account {
                domain,
                namespace,
                name,
            } => format!("account {namespace}/{name} of {domain}"),
        });
        assert_eq!(found.as_deref(), expected, "{uri}");
    }

    #[test]
    fn what_a_uri_says() {
        check("tidegate://gateway/a/b", Some("gateway a/b"));
        check("tidegate://gateway/a/b.c", Some("gateway a/b.c"));
        check(
            "spiffe://cluster.local/ns/a/sa/b",
            Some("account a/b of cluster.local"),
        );
        for nothing in [
            "",
            "tidegate://gateway/a",
            "tidegate://gateway/a/b/c",
            "tidegate://gateway/A/b",
            "tidegate://other/a/b",
            "spiffe://cluster.local/ns/a/sa/b/c",
            "spiffe://cluster.local/ns/a/sa/",
            "spiffe:///ns/a/sa/b",
            "spiffe://cluster.local/sa/a/ns/b",
            "https://cluster.local/ns/a/sa/b",
        ] {
            check(nothing, None);
        }
    }
}
