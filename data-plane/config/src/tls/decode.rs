//! Envoy's TLS contexts and validation contexts.
//!
//! Ignored, because they only tune: session tickets and resumption, certificate scanning on a server-name
//! mismatch, cipher preference, the list of CA names that is sent. TLS below 1.2 as the lowest version is
//! raised to 1.2. Must refuse every condition on a peer that it does not check: an unchecked condition is an
//! open door.

use std::sync::Arc;

use ::route::decode::string_match;
use ::route::field::{FieldError, Within, refuse_set};
use proto::envoy::config::core::v3::{DataSource, data_source::Specifier};
use proto::envoy::extensions::transport_sockets::tls::v3 as wire;
use proto::envoy::extensions::transport_sockets::tls::v3::certificate_validation_context::TrustChainVerification;
use proto::envoy::extensions::transport_sockets::tls::v3::common_tls_context::ValidationContextType;
use proto::envoy::extensions::transport_sockets::tls::v3::subject_alt_name_matcher::SanType;
use proto::envoy::extensions::transport_sockets::tls::v3::tls_parameters::TlsProtocol;
use proto::provenance;

use super::{
    CertificateSource, ClientValidation, DownstreamTls, Roots, ServerName, SubjectName,
    SubjectNameKind, TlsVersion, Trust, TrustSource, UpstreamTls, Verification,
};
use crate::scalar::{inline, over_ads};
use crate::secret::{certificate, trusted_pem};

/// Decodes the TLS settings of a chain.
pub(crate) fn downstream_tls(
    context: &wire::DownstreamTlsContext,
) -> Result<DownstreamTls, FieldError> {
    let is_true =
        |value: Option<&proto::google::protobuf::BoolValue>| value.is_some_and(|value| value.value);
    refuse_set(&[("ocsp_staple_policy", context.ocsp_staple_policy != 0)])?;
    let common = context.common_tls_context.as_ref();
    let common = common.ok_or_else(|| FieldError::missing("common_tls_context"))?;
    let decoded = decode_common(common).within("common_tls_context")?;
    if decoded.certificates.is_empty() {
        return Err(FieldError::missing(
            "common_tls_context.tls_certificate_sds_secret_configs",
        ));
    }
    let required = is_true(context.require_client_certificate.as_ref());
    let client = match decoded.trust {
        None if required => {
            return Err(FieldError::missing("common_tls_context.validation_context"));
        }
        None => None,
        Some(TrustSource::Inline(trust)) if trust.roots == Roots::System => {
            return Err(FieldError::missing(
                "common_tls_context.validation_context.trusted_ca",
            ));
        }
        Some(trust) => Some(ClientValidation { required, trust }),
    };
    Ok(DownstreamTls {
        certificates: decoded.certificates,
        alpn: decoded.alpn,
        min_version: decoded.versions.0,
        max_version: decoded.versions.1,
        client,
        require_server_name: is_true(context.require_sni.as_ref()),
    })
}

/// Decodes the TLS settings of a cluster. Without any validation context the system's roots are believed;
/// everybody is only where the context says so.
pub(crate) fn upstream_tls(context: &wire::UpstreamTlsContext) -> Result<UpstreamTls, FieldError> {
    refuse_set(&[("allow_renegotiation", context.allow_renegotiation)])?;
    let mut common = context.common_tls_context.clone().unwrap_or_default();
    let verification = verification(&mut common);
    let mut decoded = decode_common(&common).within("common_tls_context")?;
    if decoded.certificates.len() > 1 {
        return Err(FieldError::invalid(
            "common_tls_context.tls_certificates",
            "has more than one",
        ));
    }
    let server_name = if context.sni.is_empty() || context.auto_host_sni {
        ServerName::Endpoint
    } else {
        ServerName::Fixed(context.sni.as_str().into())
    };
    let system = || {
        TrustSource::Inline(Arc::new(Trust {
            roots: Roots::System,
            subject_names: Vec::new(),
        }))
    };
    Ok(UpstreamTls {
        server_name,
        trust: decoded.trust.unwrap_or_else(system),
        verification,
        certificate: decoded.certificates.pop(),
        alpn: decoded.alpn,
        min_version: decoded.versions.0,
        max_version: decoded.versions.1,
    })
}

/// What of a server's certificate is verified; what says so is taken out of the context, so that a condition that nobody would check
/// is still refused.
fn verification(common: &mut wire::CommonTlsContext) -> Verification {
    let Some(ValidationContextType::ValidationContext(own)) = &mut common.validation_context_type
    else {
        return Verification::Whole;
    };
    if own.trust_chain_verification == i32::from(TrustChainVerification::AcceptUntrusted) {
        own.trust_chain_verification = 0;
        own.match_typed_subject_alt_names.clear();
        return Verification::Nothing;
    }
    // One of ours is the chain alone.
    let validator = own
        .custom_validator_config
        .take_if(|own| own.name == provenance::KEY);
    match validator {
        Some(_) => Verification::Chain,
        None => Verification::Whole,
    }
}

/// Decodes what is believed about a peer.
pub(crate) fn trust(context: &wire::CertificateValidationContext) -> Result<Trust, FieldError> {
    let needs_timestamp = context
        .require_signed_certificate_timestamp
        .is_some_and(|value| value.value);
    refuse_set(&[
        (
            "ca_certificate_provider_instance",
            context.ca_certificate_provider_instance.is_some(),
        ),
        (
            "verify_certificate_spki",
            !context.verify_certificate_spki.is_empty(),
        ),
        (
            "verify_certificate_hash",
            !context.verify_certificate_hash.is_empty(),
        ),
        ("require_signed_certificate_timestamp", needs_timestamp),
        ("crl", context.crl.is_some()),
        (
            "allow_expired_certificate",
            context.allow_expired_certificate,
        ),
        (
            "trust_chain_verification",
            context.trust_chain_verification != 0,
        ),
        (
            "custom_validator_config",
            context.custom_validator_config.is_some(),
        ),
        ("max_verify_depth", context.max_verify_depth.is_some()),
    ])?;
    let roots = match &context.trusted_ca {
        None => Roots::System,
        Some(source) => authorities(source)?,
    };
    Ok(Trust {
        roots,
        subject_names: subject_names(context)?,
    })
}

fn authorities(source: &DataSource) -> Result<Roots, FieldError> {
    if let Some(Specifier::Filename(path)) = &source.specifier {
        return match path.as_str() {
            "" => Err(FieldError::missing("trusted_ca.filename")),
            path => Ok(Roots::File(path.into())),
        };
    }
    let pem = inline("trusted_ca", Some(source))?;
    Ok(Roots::Pem(trusted_pem(&pem).within("trusted_ca")?))
}

struct Common {
    certificates: Vec<CertificateSource>,
    alpn: Vec<Vec<u8>>,
    versions: (TlsVersion, TlsVersion),
    trust: Option<TrustSource>,
}

fn decode_common(context: &wire::CommonTlsContext) -> Result<Common, FieldError> {
    #[allow(deprecated, reason = "the old forms are refused like the new ones")]
    let has_provider = context.tls_certificate_provider_instance.is_some()
        || context.tls_certificate_certificate_provider.is_some()
        || context
            .tls_certificate_certificate_provider_instance
            .is_some();
    refuse_set(&[
        ("tls_certificate_provider_instance", has_provider),
        (
            "custom_tls_certificate_selector",
            context.custom_tls_certificate_selector.is_some(),
        ),
        ("custom_handshaker", context.custom_handshaker.is_some()),
        ("key_log", context.key_log.is_some()),
    ])?;
    let mut certificates = Vec::new();
    for (index, message) in context.tls_certificates.iter().enumerate() {
        let certificate = certificate(message).within_index("tls_certificates", index)?;
        certificates.push(CertificateSource::Inline(Arc::new(certificate)));
    }
    for (index, secret) in context
        .tls_certificate_sds_secret_configs
        .iter()
        .enumerate()
    {
        let name = sds(secret).within_index("tls_certificate_sds_secret_configs", index)?;
        certificates.push(CertificateSource::Secret(name));
    }
    Ok(Common {
        certificates,
        alpn: context
            .alpn_protocols
            .iter()
            .map(|name| name.clone().into_bytes())
            .collect(),
        versions: versions(context.tls_params.as_ref()).within("tls_params")?,
        trust: trust_source(context)?,
    })
}

#[allow(deprecated, reason = "the old forms are refused")]
fn trust_source(context: &wire::CommonTlsContext) -> Result<Option<TrustSource>, FieldError> {
    Ok(match &context.validation_context_type {
        None => None,
        Some(ValidationContextType::ValidationContext(inline)) => Some(TrustSource::Inline(
            Arc::new(trust(inline).within("validation_context")?),
        )),
        Some(ValidationContextType::ValidationContextSdsSecretConfig(secret)) => Some(
            TrustSource::Secret(sds(secret).within("validation_context_sds_secret_config")?),
        ),
        Some(ValidationContextType::CombinedValidationContext(combined)) => {
            Some(combined_trust(combined).within("combined_validation_context")?)
        }
        Some(ValidationContextType::ValidationContextCertificateProvider(_)) => {
            return Err(FieldError::unsupported(
                "validation_context_certificate_provider",
            ));
        }
        Some(ValidationContextType::ValidationContextCertificateProviderInstance(_)) => {
            return Err(FieldError::unsupported(
                "validation_context_certificate_provider_instance",
            ));
        }
    })
}

fn combined_trust(
    combined: &wire::common_tls_context::CombinedCertificateValidationContext,
) -> Result<TrustSource, FieldError> {
    let own = combined
        .default_validation_context
        .clone()
        .unwrap_or_default();
    let also = Arc::new(trust(&own).within("default_validation_context")?);
    match &combined.validation_context_sds_secret_config {
        None => Ok(TrustSource::Inline(also)),
        Some(secret) => {
            let secret = sds(secret).within("validation_context_sds_secret_config")?;
            Ok(TrustSource::Combined { secret, also })
        }
    }
}

fn sds(secret: &wire::SdsSecretConfig) -> Result<Arc<str>, FieldError> {
    if secret.name.is_empty() {
        return Err(FieldError::missing("name"));
    }
    over_ads("sds_config", secret.sds_config.as_ref())?;
    Ok(secret.name.as_str().into())
}

fn versions(
    parameters: Option<&wire::TlsParameters>,
) -> Result<(TlsVersion, TlsVersion), FieldError> {
    let Some(parameters) = parameters else {
        return Ok((TlsVersion::V1_2, TlsVersion::V1_3));
    };
    refuse_set(&[
        ("cipher_suites", !parameters.cipher_suites.is_empty()),
        ("ecdh_curves", !parameters.ecdh_curves.is_empty()),
        (
            "signature_algorithms",
            !parameters.signature_algorithms.is_empty(),
        ),
        (
            "compliance_policies",
            !parameters.compliance_policies.is_empty(),
        ),
    ])?;
    let protocol = |field: &str, value: i32| {
        TlsProtocol::try_from(value).map_err(|_| FieldError::unknown_enum(field, value))
    };
    let field = "tls_minimum_protocol_version";
    let min = match protocol(field, parameters.tls_minimum_protocol_version)? {
        TlsProtocol::TlSv13 => TlsVersion::V1_3,
        TlsProtocol::TlsAuto | TlsProtocol::TlSv10 | TlsProtocol::TlSv11 | TlsProtocol::TlSv12 => {
            TlsVersion::V1_2
        }
    };
    let field = "tls_maximum_protocol_version";
    let max = match protocol(field, parameters.tls_maximum_protocol_version)? {
        TlsProtocol::TlsAuto | TlsProtocol::TlSv13 => TlsVersion::V1_3,
        TlsProtocol::TlSv12 => TlsVersion::V1_2,
        TlsProtocol::TlSv10 | TlsProtocol::TlSv11 => return Err(FieldError::unsupported(field)),
    };
    if min > max {
        return Err(FieldError::invalid(field, "is below the minimum"));
    }
    Ok((min, max))
}

fn subject_names(
    context: &wire::CertificateValidationContext,
) -> Result<Vec<SubjectName>, FieldError> {
    let mut names = Vec::new();
    for (index, message) in context.match_typed_subject_alt_names.iter().enumerate() {
        names.push(subject_name(message).within_index("match_typed_subject_alt_names", index)?);
    }
    #[allow(
        deprecated,
        reason = "old management servers still send the untyped form"
    )]
    for (index, message) in context.match_subject_alt_names.iter().enumerate() {
        let matcher = string_match(message).within_index("match_subject_alt_names", index)?;
        names.push(SubjectName {
            kind: SubjectNameKind::Any,
            matcher,
        });
    }
    Ok(names)
}

fn subject_name(message: &wire::SubjectAltNameMatcher) -> Result<SubjectName, FieldError> {
    let kind = match SanType::try_from(message.san_type) {
        Ok(SanType::Dns) => SubjectNameKind::Dns,
        Ok(SanType::Uri) => SubjectNameKind::Uri,
        Ok(SanType::IpAddress) => SubjectNameKind::IpAddress,
        Ok(SanType::Email) => SubjectNameKind::Email,
        Ok(SanType::Unspecified) => return Err(FieldError::missing("san_type")),
        Ok(SanType::OtherName) => return Err(FieldError::unsupported("san_type")),
        Err(_) => return Err(FieldError::unknown_enum("san_type", message.san_type)),
    };
    let matcher = message
        .matcher
        .as_ref()
        .ok_or_else(|| FieldError::missing("matcher"))?;
    Ok(SubjectName {
        kind,
        matcher: string_match(matcher).within("matcher")?,
    })
}

#[cfg(test)]
mod tests;
