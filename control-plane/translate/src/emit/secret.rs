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
use crate::plan::credential::{AwsKeys, AzureIdentity, Credential, Credentials};
use crate::plan::{Certificate, KeyPair, PortPlan};

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
                    self::pair(pair, output);
                }
            }
        }
    }
}

/// A certificate and its key.
pub(super) fn pair(pair: &KeyPair, output: &mut Output) {
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

/// What a provider's credential consists of.
pub(super) fn credential(credentials: &Credentials, output: &mut Output) {
    for own in &credentials.further {
        generic(&own.secret, &own.key, &own.sources, output);
    }
    let texts = match &credentials.main {
        Credential::None
        | Credential::Passthrough(_)
        | Credential::Unavailable(_)
        | Credential::Missing(_) => Vec::new(),
        Credential::Key(own) => return generic(&own.secret, &own.key, &own.sources, output),
        Credential::Aws(aws) => match &aws.keys {
            AwsKeys::Ambient(_) => Vec::new(),
            AwsKeys::Stored {
                access_key,
                secret_key,
                session_token,
            } => [access_key, secret_key]
                .into_iter()
                .chain(session_token)
                .collect(),
        },
        Credential::Azure(azure) => match &azure.identity {
            AzureIdentity::ClientSecret {
                client_id,
                tenant_id,
                client_secret,
            } => vec![client_id, tenant_id, client_secret],
            AzureIdentity::Ambient
            | AzureIdentity::System
            | AzureIdentity::ClientId(_)
            | AzureIdentity::ObjectId(_)
            | AzureIdentity::ResourceId(_)
            | AzureIdentity::Workload => Vec::new(),
        },
        Credential::Gcp(gcp) => gcp.key_file.iter().collect(),
    };
    for own in texts {
        generic(
            &own.name,
            &own.text,
            std::slice::from_ref(&own.source),
            output,
        );
    }
}

pub(super) fn generic(
    name: &str,
    text: &SecretBytes,
    sources: &[tidegate::Source],
    output: &mut Output,
) {
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
