//! Secret resources: certificates and keys of providers.
//!
//! Owns the only calls of `expose` that put a secret on the wire. A certificate that cannot be used is not
//! sent: what refers to it fails its handshakes, where a broken one would be rejected.

use cp_api::secret::SecretBytes;
use proto::envoy::extensions::transport_sockets::tls::v3::{
    GenericSecret, Secret, TlsCertificate, secret,
};
use proto::tidegate::v1 as tidegate;

use super::Output;
use super::source::inline;
use crate::plan::{Certificate, Credential, PortPlan};

/// The certificates of a port.
pub(super) fn certificates(port: &PortPlan, output: &mut Output) {
    let of_listeners = port
        .listeners
        .iter()
        .filter_map(|listener| listener.certificate.as_ref());
    for certificate in of_listeners {
        match certificate {
            Certificate::Unusable => {}
            Certificate::Usable(pairs) => {
                for pair in pairs {
                    let certificate = TlsCertificate {
                        certificate_chain: Some(inline(pair.chain.expose())),
                        private_key: Some(inline(pair.key.expose())),
                        ..Default::default()
                    };
                    let message = Secret {
                        name: pair.name.clone(),
                        r#type: Some(secret::Type::TlsCertificate(certificate)),
                    };
                    output.put(&message, &[(*pair.source).clone()]);
                }
            }
        }
    }
}

/// What a provider's credential consists of.
pub(super) fn credential(credential: &Credential, output: &mut Output) {
    match credential {
        Credential::None | Credential::Unavailable(_) => {}
        Credential::Key {
            secret,
            key,
            sources,
            ..
        } => generic(secret, key, sources, output),
        Credential::Aws(aws) => {
            let texts = [&aws.access_key, &aws.secret_key];
            for own in texts.into_iter().chain(&aws.session_token) {
                generic(&own.name, &own.text, &aws.sources, output);
            }
        }
    }
}

fn generic(name: &str, text: &SecretBytes, sources: &[tidegate::Source], output: &mut Output) {
    let generic = GenericSecret {
        secret: Some(inline(text.expose())),
        ..Default::default()
    };
    let message = Secret {
        name: name.to_owned(),
        r#type: Some(secret::Type::GenericSecret(generic)),
    };
    output.put(&message, sources);
}
