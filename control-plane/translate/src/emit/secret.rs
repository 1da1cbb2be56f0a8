//! Secret resources: certificates and keys of providers.
//!
//! Owns the only calls of `expose` that put a secret on the wire. A certificate that cannot be used is sent to
//! our proxy as an empty one, which fails every handshake; Envoy would reject it, so there it is absent.

use proto::envoy::extensions::transport_sockets::tls::v3::{
    GenericSecret, Secret, TlsCertificate, secret,
};

use super::source::inline;
use super::{Output, listener};
use crate::change::Profile;
use crate::plan::{Certificate, Credential, GatewayPlan, ListenerPlan, PortPlan};

/// The certificates of a port.
pub(super) fn certificates(plan: &GatewayPlan, port: &PortPlan, profile: Profile, output: &mut Output) {
    for listener in &port.listeners {
        match (&listener.certificate, profile) {
            (None, _) | (Some(Certificate::Unusable), Profile::Envoy) => {}
            (Some(Certificate::Usable(pairs)), _) => {
                for pair in pairs {
                    let certificate = TlsCertificate {
                        certificate_chain: Some(inline(pair.chain.expose())),
                        private_key: Some(inline(pair.key.expose())),
                        ..Default::default()
                    };
                    output.put(&tls(pair.name.clone(), certificate), &[(*pair.source).clone()]);
                }
            }
            (Some(Certificate::Unusable), Profile::Tidegate) => {
                let name = unusable(plan, port, listener);
                let secret = tls(name, TlsCertificate::default());
                output.put(&secret, &[(*plan.source).clone()]);
            }
        }
    }
}

/// The key of a provider.
pub(super) fn credential(credential: &Credential, output: &mut Output) {
    match credential {
        Credential::None | Credential::Unavailable(_) => {}
        Credential::Key { secret, key, sources, .. } => {
            let generic = GenericSecret { secret: Some(inline(key.expose())), ..Default::default() };
            let message =
                Secret { name: secret.clone(), r#type: Some(secret::Type::GenericSecret(generic)) };
            output.put(&message, sources);
        }
    }
}

/// Name of the certificate of a listener that has none.
pub(super) fn unusable(plan: &GatewayPlan, port: &PortPlan, listener: &ListenerPlan) -> String {
    format!("{}/unusable", listener::route_configuration(plan, port, listener))
}

fn tls(name: String, certificate: TlsCertificate) -> Secret {
    Secret { name, r#type: Some(secret::Type::TlsCertificate(certificate)) }
}
