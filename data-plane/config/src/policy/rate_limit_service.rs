//! A service of Envoy's rate limit protocol, as a policy names it.
//!
//! Owns its decoding. Must not look its cluster up: one that is missing is an outage, which the policy says what to do about.

use std::sync::Arc;
use std::time::Duration;

use ::route::field::FieldError;
use dp_rls::Service;
use http::uri::Authority;
use proto::tidegate::v1 as wire;

use crate::scalar::duration;

/// How long a request waits where nothing is said.
const PATIENCE: Duration = Duration::from_millis(100);

/// Decodes a service.
pub(super) fn decode(message: &wire::RateLimitService) -> Result<Arc<Service>, FieldError> {
    let need = |field: &'static str, text: &str| match text {
        "" => Err(FieldError::missing(field)),
        text => Ok(Arc::from(text)),
    };
    let timeout = duration("timeout", message.timeout.as_ref())?.unwrap_or(PATIENCE);
    if timeout.is_zero() {
        return Err(FieldError::invalid("timeout", "must not be zero"));
    }
    let authority: Arc<str> = need("authority", &message.authority)?;
    if Authority::try_from(&*authority).is_err() {
        return Err(FieldError::invalid("authority", "must be host and port"));
    }
    let cluster: Arc<str> = need("cluster", &message.cluster)?;
    Ok(Arc::new(Service {
        label: label(&cluster).into(),
        cluster,
        authority,
        domain: need("domain", &message.domain)?,
        fail_open: message.fail_open,
        timeout,
    }))
}

/// Namespace and name of the policy, of `policy/<kind>/<namespace>/<name>/...`.
fn label(cluster: &str) -> String {
    let mut parts = cluster.split('/').skip(2);
    match (parts.next(), parts.next()) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        (_, _) => cluster.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> wire::RateLimitService {
        wire::RateLimitService {
            cluster: "policy/agentgateway/shop/all/traffic.rateLimit.global/Service/limits/8081"
                .to_owned(),
            authority: "limits.shop.svc:8081".to_owned(),
            domain: "shop".to_owned(),
            fail_open: true,
            timeout: None,
        }
    }

    #[test]
    fn a_service_has_a_place_a_name_and_a_domain() {
        let found = decode(&message()).unwrap();
        assert_eq!((&*found.label, found.fail_open), ("shop/all", true));
        assert_eq!(found.timeout, PATIENCE);
        let wrong = |change: fn(&mut wire::RateLimitService)| {
            let mut message = message();
            change(&mut message);
            decode(&message).map_err(|error| error.to_string())
        };
        for (found, field) in [
            (wrong(|own| own.cluster.clear()), "cluster"),
            (wrong(|own| own.domain.clear()), "domain"),
            (wrong(|own| own.authority = "a b".to_owned()), "authority"),
            (
                wrong(|own| own.timeout = Some(Default::default())),
                "timeout",
            ),
        ] {
            let message = found.unwrap_err();
            assert!(message.contains(field), "{message}");
        }
    }
}
