//! What a fault of ours says about a provider.
//!
//! Owns the mapping and nothing else. Invariant: it is total, so a new kind of fault has a verdict.

use dp_credential::failure::Failure;
use dp_upstream::{
    PickError,
    connect::ConnectError,
    pool::{BoxError, SendError},
    provider_group::verdict::Verdict,
};

use super::wait::{Late, Silent};
use crate::{
    fault::{Fault, Kind},
    response_body::BodyError,
};

/// The verdict of an attempt that got no answer.
pub(super) fn of_fault(fault: &Fault) -> Verdict {
    let is_of_token = |source: &BoxError| source.is::<Failure>();
    // A stream that says nothing behind its head is one without a first token, whoever noticed.
    let is_of_first_token = |source: &BoxError| {
        let late = source.downcast_ref::<Late>();
        let is_silent = || matches!(source.downcast_ref(), Some(BodyError::Stalled));
        matches!(late, Some(Late::FirstToken(_))) || is_silent()
    };
    let is_full = |source: &BoxError| matches!(source.downcast_ref(), Some(PickError::Full(_)));
    let is_remainder = |source: &BoxError| matches!(source.downcast_ref(), Some(Late::Remainder));
    match fault.kind {
        // A token service that is away comes back by itself.
        Kind::NoCredential if fault.source.as_ref().is_some_and(is_of_token) => Verdict::Lost,
        Kind::NoEndpoint | Kind::Unresolved => Verdict::Dns,
        Kind::ConnectFailed => fault
            .source
            .as_ref()
            .map_or(Verdict::ConnectError, of_connection),
        Kind::Timeout if fault.source.as_ref().is_some_and(is_of_first_token) => {
            Verdict::FirstTokenTimeout
        }
        Kind::Timeout if fault.source.as_ref().is_some_and(|it| it.is::<Silent>()) => Verdict::Idle,
        Kind::Timeout if fault.source.as_ref().is_some_and(is_remainder) => Verdict::OutOfTime,
        Kind::Timeout => Verdict::HeadTimeout,
        Kind::Reset | Kind::Garbage | Kind::UpgradeFailed => Verdict::Lost,
        // As if the provider had refused it: every client would meet the same.
        Kind::NoCredential => Verdict::CredentialRefused(401),
        Kind::NoProvider if fault.source.as_ref().is_some_and(is_full) => Verdict::Full,
        Kind::NoProvider => Verdict::Lost,
        Kind::AnswerTooLarge => Verdict::TooLarge,
        // The request's or the configuration's own: says nothing of the provider.
        Kind::MissingHost
        | Kind::InvalidRequest
        | Kind::AmbiguousLength
        | Kind::ConnectRefused
        | Kind::UpgradeWithBody
        | Kind::HeadersTooLarge
        | Kind::BodyTooLarge
        | Kind::BodyTimeout
        | Kind::BodyBroken
        | Kind::Misdirected
        | Kind::UnknownOperation
        | Kind::MethodNotAllowed
        | Kind::UpgradeRequired
        | Kind::UnsupportedEncoding
        | Kind::UnsupportedContentType
        | Kind::InvalidPrompt
        | Kind::UnknownModel
        | Kind::ModelNotAllowed
        | Kind::ModelAuthorizationDenied
        | Kind::UnknownResponse
        | Kind::UnsupportedFormat
        | Kind::NoRoute
        | Kind::InvalidBackend
        | Kind::GuardRejected
        | Kind::PolicyDenied
        | Kind::RateLimited
        | Kind::BudgetExceeded
        | Kind::BudgetUnpriced
        | Kind::BudgetUnavailable
        | Kind::RateLimitUnavailable
        | Kind::TooManyAtOnce
        | Kind::SessionExpired
        | Kind::Forbidden
        | Kind::Bug => Verdict::Status(400),
    }
}

/// Why there was no connection.
fn of_connection(source: &BoxError) -> Verdict {
    match (source.downcast_ref(), source.downcast_ref()) {
        (Some(error), _) => of_send(error),
        (None, Some(PickError::Tls { .. })) => Verdict::Tls,
        (
            None,
            Some(PickError::NoEndpoint(_) | PickError::Full(_) | PickError::Unresolved(_)) | None,
        ) => Verdict::ConnectError,
    }
}

fn of_send(error: &SendError) -> Verdict {
    match error {
        SendError::Connect(ConnectError::Timeout { .. }) => Verdict::ConnectTimeout,
        SendError::Tls(_) => Verdict::Tls,
        SendError::Shared(error) => of_send(error),
        SendError::Connect(ConnectError::NoAddress | ConnectError::Refused { .. })
        | SendError::Http2(_)
        | SendError::Exchange(_) => Verdict::ConnectError,
    }
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, sync::Arc, time::Duration};

    use dp_upstream::tls::HandshakeError;

    use super::*;

    #[test]
    fn why_there_is_no_connection() {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let timeout = Duration::from_secs(5);
        let silent = || SendError::from(ConnectError::Timeout { address, timeout });
        let source = std::io::ErrorKind::ConnectionRefused.into();
        let refused = SendError::from(ConnectError::Refused { address, source });
        let handshake = SendError::from(HandshakeError::Timeout(timeout));
        for (error, expected) in [
            (silent(), Verdict::ConnectTimeout),
            // What several requests waited for together.
            (
                SendError::Shared(Arc::new(silent())),
                Verdict::ConnectTimeout,
            ),
            (refused, Verdict::ConnectError),
            (handshake, Verdict::Tls),
        ] {
            assert_eq!(of_fault(&Fault::from(error)), expected);
        }
        assert_eq!(of_fault(&Kind::ConnectFailed.into()), Verdict::ConnectError);
    }

    #[test]
    fn which_limit_a_provider_did_not_keep() {
        let limit = Duration::from_secs(1);
        for (late, expected) in [
            (Late::FirstToken(limit), Verdict::FirstTokenTimeout),
            (Late::Attempt(limit), Verdict::HeadTimeout),
            (Late::Request, Verdict::HeadTimeout),
            (Late::Remainder, Verdict::OutOfTime),
        ] {
            assert_eq!(of_fault(&Fault::caused(Kind::Timeout, late)), expected);
        }
        let silent = Fault::caused(Kind::Timeout, BodyError::Stalled);
        assert_eq!(of_fault(&silent), Verdict::FirstTokenTimeout);
        assert_eq!(of_fault(&Kind::Timeout.into()), Verdict::HeadTimeout);
        let silent = Fault::caused(Kind::Timeout, Silent);
        assert_eq!(of_fault(&silent), Verdict::Idle);
    }

    #[test]
    fn a_token_service_that_is_away_is_no_wrong_key() {
        let failure = Failure {
            what: "no token".to_owned(),
            tried: Vec::new(),
            remedy: "wait",
        };
        let fault = Fault::caused(Kind::NoCredential, failure);
        assert_eq!(of_fault(&fault), Verdict::Lost);
        let fault = Fault::caused(Kind::NoCredential, "secret a is not there");
        assert_eq!(of_fault(&fault), Verdict::CredentialRefused(401));
    }
}
