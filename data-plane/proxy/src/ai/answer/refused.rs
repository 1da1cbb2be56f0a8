//! Answers that are errors: by their status, or inside a success of which the client has nothing yet.
//!
//! Owns the client's dialect of them, and what they say about the provider. Must not decide what follows. Invariant: whatever a
//! provider says becomes an error that the client can read, and none sends it past the gateway.

use bytes::{Bytes, BytesMut};
use dp_config::ai_backend::{AiCredential, AiProvider};
use dp_llm::{
    class::Class,
    error::{ErrorBody, ProviderError},
    observed::Observed,
    relay::Plan,
    retry_after,
    usage::Usage,
};
use dp_upstream::provider_group::verdict::{Condition, CredentialOwner, Outcome, Verdict};
use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};

use super::{broke, lost, pairs};
use crate::{
    ai::{Call, Tried, condition, fallback, ledger, since_epoch, wait::Wait},
    exchange::Exchange,
    fault::{Fault, Kind},
    respond::{AMZN_ERROR_TYPE, name_exception, told},
    response_body::{BodyError, ResponseBody, Upstream},
};

/// The largest error body of a provider that is read, in bytes.
const ERROR_LIMIT: usize = 64 << 10;

/// An error status, in the client's dialect.
pub(super) async fn refused(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    (provider, plan, wait): (&AiProvider, &Plan, Wait),
    response: Response<Upstream>,
) -> Tried {
    if leads_away(&call.head.method, plan.class, response.status()) {
        let why = format!(
            "the provider answered {}, a redirect: its host, its path or its TLS is not what is configured",
            response.status().as_u16()
        );
        return lost(Fault::caused(Kind::Garbage, why));
    }
    let (mut head, mut upstream) = response.into_parts();
    let deadline = exchange.client.worker.timers.deadline(wait.due());
    let body = match deadline.bound(read_error(&mut upstream)).await {
        Some(Ok(body)) => body,
        Some(Err(error)) => return lost(broke(error)),
        None => return lost(wait.late()),
    };
    if let Some(usage) = Usage::of_error(&body) {
        let usage = Some(usage);
        ledger::note_told(
            exchange.record,
            &Observed {
                usage,
                ..Observed::default()
            },
        );
    }
    let status = head.status.as_u16();
    let kind = head.headers.get(AMZN_ERROR_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok());
    let read = || ProviderError::read(&body).with_error_type(kind);
    let owner = owner(call, provider);
    let verdict = match status {
        // Whom it is about is in the body, with some vendors.
        400 | 402 if read().is_account_refused(Some(status)) => Verdict::of_account(status, owner),
        _ => Verdict::of_status(status, owner),
    };
    let outcome = Outcome {
        verdict,
        retry_after: retry_after::retry_after(status, pairs(&head.headers), &read(), since_epoch()),
        condition: condition::judge(exchange, call, provider, (status, &head.headers))
            .or(of_clients_allowance(call, provider, status)),
    };
    let refusal = fallback::of_error(call.fallback, Some(status), || ProviderError::read(&body));
    let error = ErrorBody::provider(plan.client, Some(status), &read());
    let body = dp_llm::error::for_client(plan.client, plan.provider, status, &body, kind);
    let status = dp_llm::error::client_status(plan.client, status);
    head.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let headers = &mut head.headers;
    name_exception(headers, &error, plan.client);
    headers.remove(CONTENT_ENCODING);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let reply = Response::from_parts(head, ResponseBody::full(body)).into();
    Tried::Failed {
        outcome,
        reply: Box::new(Ok(reply)),
        refusal,
    }
}

/// Whether a redirect would send the client past the gateway: it would repeat there what it said here, and SDKs do so by
/// themselves. Where a file is, of what passes as it is, is the client's to know.
fn leads_away(method: &Method, class: Class, status: StatusCode) -> bool {
    let is_its_own = match class {
        Class::Passthrough(_) => true,
        Class::Detect(_) => *method == Method::GET || *method == Method::HEAD,
        Class::Chat(_)
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_)
        | Class::Realtime => false,
    };
    status.is_redirection() && !is_its_own
}

/// Whose the credential of a provider is.
fn owner(call: &Call<'_>, provider: &AiProvider) -> CredentialOwner {
    match &provider.credential {
        AiCredential::None | AiCredential::Passthrough(_) => {
            match call.policies.ai_keys(&provider.name) {
                None => CredentialOwner::Client,
                Some(_) => CredentialOwner::Gateway,
            }
        }
        AiCredential::Key(_)
        | AiCredential::Aws(_)
        | AiCredential::Azure(_)
        | AiCredential::Gcp(_)
        | AiCredential::Unavailable(_)
        | AiCredential::Missing(_) => CredentialOwner::Gateway,
    }
}

/// The key that was passed on is the client's own, and so is its allowance.
pub(super) fn has_clients_key(call: &Call<'_>, provider: &AiProvider) -> bool {
    let is_passed_on = matches!(provider.credential, AiCredential::Passthrough(_));
    is_passed_on && call.policies.ai_keys(&provider.name).is_none()
}

/// An allowance of the client's own that is used up says nothing of the provider, which serves others.
fn of_clients_allowance(call: &Call<'_>, provider: &AiProvider, status: u16) -> Option<Condition> {
    (status == 429 && has_clients_key(call, provider)).then_some(Condition::Fine)
}

async fn read_error(upstream: &mut Upstream) -> Result<Bytes, BodyError> {
    let mut body = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
        if let Some(data) = frame?.data_ref() {
            let room = ERROR_LIMIT.saturating_sub(body.len());
            body.extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
        }
        if body.len() >= ERROR_LIMIT {
            break;
        }
    }
    Ok(body.freeze())
}

/// A success that turned out to be none before the client had anything of it.
pub(super) fn failed_inside(
    exchange: &mut Exchange<'_>,
    (call, provider): (&Call<'_>, &AiProvider),
    (observed, headers): (&Observed, &HeaderMap),
) -> Tried {
    ledger::note_told(exchange.record, observed);
    let client = call.prompt.format();
    let error = observed.error.clone().unwrap_or_default();
    let status = error.status();
    let shown = dp_llm::error::client_status(client, status);
    let shown = StatusCode::from_u16(shown).unwrap_or(StatusCode::BAD_GATEWAY);
    let body = ErrorBody::provider(client, Some(status), &error);
    let response = told(shown, &body, client);
    let verdict = match (error.is_account_refused(None), owner(call, provider)) {
        (true, owner @ CredentialOwner::Gateway) => Verdict::of_account(status, owner),
        (false, CredentialOwner::Gateway) | (_, CredentialOwner::Client) => {
            Verdict::FirstEventError(status)
        }
    };
    Tried::Failed {
        outcome: Outcome {
            verdict,
            retry_after: retry_after::retry_after(status, pairs(headers), &error, since_epoch()),
            condition: condition::judge(exchange, call, provider, (status, headers))
                .or(of_clients_allowance(call, provider, status)),
        },
        reply: Box::new(Ok(response.into())),
        refusal: fallback::of_error(call.fallback, Some(status), || error),
    }
}
