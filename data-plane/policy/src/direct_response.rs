//! Answering with a fixed response.
//!
//! Owns the static answer of a route. Must not read files or the environment: only inline bodies are taken.

use bytes::Bytes;
use http::StatusCode;
use proto::envoy::config::core::v3::data_source::Specifier;
use proto::envoy::config::route::v3::DirectResponseAction;
use route::field::{FieldError, refuse_set};

/// A fixed response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectResponse {
    /// Status of the answer.
    pub status: StatusCode,
    /// Body, sent as `text/plain` if it is not empty.
    pub body: Bytes,
}

impl DirectResponse {
    /// Decodes a direct response action.
    pub fn decode(action: &DirectResponseAction) -> Result<Self, FieldError> {
        refuse_set(&[("body_format", action.body_format.is_some())])?;
        let status = u16::try_from(action.status)
            .ok()
            .filter(|status| (200..600).contains(status))
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| {
                FieldError::invalid(
                    "status",
                    format!("{} is not from 200 to 599", action.status),
                )
            })?;
        let specifier = action
            .body
            .as_ref()
            .and_then(|body| body.specifier.as_ref());
        let body = match specifier {
            None => Bytes::new(),
            Some(Specifier::InlineBytes(bytes)) => bytes.clone(),
            Some(Specifier::InlineString(text)) => Bytes::from(text.clone()),
            Some(Specifier::Filename(_)) => return Err(FieldError::unsupported("body.filename")),
            Some(Specifier::EnvironmentVariable(_)) => {
                return Err(FieldError::unsupported("body.environment_variable"));
            }
        };
        Ok(Self { status, body })
    }
}

#[cfg(test)]
mod tests {
    use super::DirectResponse;
    use bytes::Bytes;
    use http::StatusCode;
    use proto::envoy::config::core::v3::DataSource;
    use proto::envoy::config::core::v3::data_source::Specifier;
    use proto::envoy::config::route::v3::DirectResponseAction;

    fn action(status: u32, body: Option<Specifier>) -> DirectResponseAction {
        let body = body.map(|specifier| DataSource {
            specifier: Some(specifier),
            ..DataSource::default()
        });
        DirectResponseAction {
            status,
            body,
            body_format: None,
        }
    }

    #[test]
    fn bodies() {
        let check = |body: Option<Specifier>, expected: &'static str| {
            let decoded = DirectResponse::decode(&action(503, body)).expect("valid");
            assert_eq!(decoded.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(decoded.body, Bytes::from_static(expected.as_bytes()));
        };
        check(None, "");
        check(Some(Specifier::InlineString("no".to_owned())), "no");
        check(
            Some(Specifier::InlineBytes(Bytes::from_static(b"yes"))),
            "yes",
        );
    }

    #[test]
    fn refusals() {
        let path = |action: &DirectResponseAction| {
            DirectResponse::decode(action).expect_err("refused").path
        };
        for status in [0, 100, 199, 600, 70_000] {
            assert_eq!(path(&action(status, None)), "status");
        }
        let file = Some(Specifier::Filename("/etc/passwd".to_owned()));
        assert_eq!(path(&action(200, file)), "body.filename");
    }
}
