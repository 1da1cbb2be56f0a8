//! `tidegate.v1.AiBackend` to [`AiBackend`].
//!
//! Must refuse a provider without credential kind: absent is not "none", because the request would be sent
//! without the key that somebody configured.

use std::collections::BTreeSet;

use ::route::field::{FieldError, Within};
use dp_llm::format::Format;
use dp_llm::provider::UpstreamPath;
use http::HeaderName;
use http::uri::Authority;
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::ai_credential::Kind;

use super::{AiBackend, AiCredential, AiProvider, KeyCredential};

/// Decodes an AI backend.
pub(crate) fn ai_backend(message: &wire::AiBackend) -> Result<AiBackend, FieldError> {
    let mut names = BTreeSet::new();
    let mut groups = Vec::with_capacity(message.groups.len());
    for (index, group) in message.groups.iter().enumerate() {
        groups.push(self::group(group, &mut names).within_index("groups", index)?);
    }
    if groups.is_empty() {
        return Err(FieldError::missing("groups"));
    }
    Ok(AiBackend {
        name: message.name.as_str().into(),
        groups,
    })
}

fn group<'a>(
    message: &'a wire::AiProviderGroup,
    names: &mut BTreeSet<&'a str>,
) -> Result<Vec<AiProvider>, FieldError> {
    let mut providers = Vec::with_capacity(message.providers.len());
    for (index, provider) in message.providers.iter().enumerate() {
        if !names.insert(&provider.name) {
            let text = format!("{:?} is the name of an earlier provider", provider.name);
            return Err(FieldError::invalid("name", text).within_index("providers", index));
        }
        providers.push(self::provider(provider).within_index("providers", index)?);
    }
    if providers.is_empty() {
        return Err(FieldError::missing("providers"));
    }
    Ok(providers)
}

fn provider(message: &wire::AiProvider) -> Result<AiProvider, FieldError> {
    if message.cluster.is_empty() {
        return Err(FieldError::missing("cluster"));
    }
    let format = match wire::AiFormat::try_from(message.format) {
        Ok(wire::AiFormat::OpenaiChatCompletions) => Format::OpenAiChatCompletions,
        Ok(wire::AiFormat::Unspecified) => return Err(FieldError::missing("format")),
        Err(_) => return Err(FieldError::unknown_enum("format", message.format)),
    };
    let field = if message.path.is_empty() {
        "path_prefix"
    } else {
        "path"
    };
    let path = UpstreamPath::try_new(format, &message.path_prefix, &message.path)
        .map_err(|error| FieldError::invalid(field, error.to_string()))?;
    let authority = match message.authority.as_str() {
        "" => None,
        text => Some(text.parse::<Authority>().map_err(|_| {
            FieldError::invalid(
                "authority",
                format!("{text:?} is not a host with an optional port"),
            )
        })?),
    };
    Ok(AiProvider {
        name: message.name.as_str().into(),
        cluster: message.cluster.as_str().into(),
        format,
        model: (!message.model.is_empty()).then(|| message.model.as_str().into()),
        path,
        authority,
        credential: credential(message.credential.as_ref()).within("credential")?,
        // A control plane that is older than the field leaves it empty.
        telemetry_name: match message.telemetry_name.as_str() {
            "" => message.name.as_str().into(),
            name => name.into(),
        },
    })
}

fn credential(message: Option<&wire::AiCredential>) -> Result<AiCredential, FieldError> {
    match message.and_then(|message| message.kind.as_ref()) {
        None => Err(FieldError::missing("kind")),
        Some(Kind::None(_)) => Ok(AiCredential::None),
        Some(Kind::Unavailable(unavailable)) => Ok(AiCredential::Unavailable(
            unavailable.reason.as_str().into(),
        )),
        Some(Kind::Key(key)) => {
            if key.secret.is_empty() {
                return Err(FieldError::missing("key.secret"));
            }
            let header = HeaderName::from_bytes(key.header.as_bytes()).map_err(|_| {
                FieldError::invalid(
                    "key.header",
                    format!("{:?} is not the name of a header", key.header),
                )
            })?;
            Ok(AiCredential::Key(KeyCredential {
                secret: key.secret.as_str().into(),
                header,
                prefix: key.prefix.as_str().into(),
            }))
        }
    }
}

#[cfg(test)]
mod tests;
