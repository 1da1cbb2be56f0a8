//! An exchange with a model provider.
//!
//! Owns what an AI route adds around forwarding: the buffered prompt, the model, the key, and the tap on the
//! answer. Must not know a format beyond what dp-llm reads. Invariant: a request never leaves without the
//! credential that its provider asks for, and a cut stream never ends as if it were whole.

use bytes::Bytes;
use dp_config::{
    AiBackend,
    ai_backend::{AiCredential, AiProvider},
};
use dp_llm::{
    format::Format,
    request::{Rendered, Request as Prompt, UsageChunk},
    tap::{Framing, Limits as TapLimits, ResponseTap},
};
use dp_upstream::credential;
use http::{
    HeaderMap, HeaderValue, Method, Response,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST},
    request::Parts,
    uri::PathAndQuery,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::{
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    forward::{Limits, answered, pick, send},
    request_body::{BodyError, RequestBody},
    respond::Dialect,
    response_body::{ResponseBody, Upstream},
};

mod tapped;

pub(crate) use tapped::Tapped;

/// The largest prompt, in bytes.
const PROMPT_LIMIT: usize = 2 << 20;
/// The largest error body of a provider that is read, in bytes.
const ERROR_LIMIT: usize = 64 << 10;

/// Forwards a chat completion.
pub(crate) async fn forward(
    exchange: &mut Exchange<'_>,
    backend: &str,
    mut head: Box<Parts>,
    body: Incoming,
    limits: Limits,
) -> Result<Reply, Fault> {
    let format = operation(exchange, &head)?;
    let active = exchange.active;
    let backend = active
        .config
        .ai_backend(backend)
        .ok_or(Kind::InvalidBackend)?;
    let prompt = read(&head.headers, body, limits, format).await?;
    // The prompt has been moving until now.
    let due = limits.due(std::time::Instant::now());
    let provider = choose(backend, exchange.client.worker.upstream.random())?;
    let rendered = prompt
        .render(provider.model.as_deref())
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    exchange.record.llm.provider = Some(provider.telemetry_name.clone());
    exchange.record.llm.model = Some(rendered.model.clone());
    exchange.record.upstream.cluster = Some(provider.cluster.clone());
    authenticate(exchange, provider, &mut head.headers)?;
    let Rendered {
        body, usage_chunk, ..
    } = rendered;
    address(&mut head, provider, &body)?;
    let cluster = active
        .config
        .cluster(&provider.cluster)
        .ok_or(Kind::InvalidBackend)?;
    let picked = pick(exchange, cluster, &head, false, due).await?;
    let authority = match &provider.authority {
        Some(authority) => Some(authority.as_str()),
        None => picked.hostname.as_deref(),
    };
    if let Some(authority) = authority.and_then(|text| HeaderValue::from_str(text).ok()) {
        head.headers.insert(HOST, authority);
    }
    let body = RequestBody::Full(body);
    let (response, lease) = send(exchange, &picked, head, body, due).await?;
    let response = answered(response, lease, limits)?;
    Ok(if response.status().is_success() {
        tap(response, format, usage_chunk).into()
    } else {
        translate_error(response, format).await?.into()
    })
}

/// The operation that the client's path and method name; errors are told in its dialect from here on.
fn operation(exchange: &mut Exchange<'_>, head: &Parts) -> Result<Format, Fault> {
    let format = Format::from_client_path(head.uri.path()).ok_or(Kind::UnknownOperation)?;
    exchange.record.request.dialect = Dialect::Llm(format);
    if head.method != Method::POST {
        return Err(Kind::MethodNotAllowed.into());
    }
    Ok(format)
}

async fn read(
    headers: &HeaderMap,
    body: Incoming,
    limits: Limits,
    format: Format,
) -> Result<Prompt, Fault> {
    let encoding = headers
        .get(CONTENT_ENCODING)
        .map_or(&b"identity"[..], HeaderValue::as_bytes);
    if !encoding.eq_ignore_ascii_case(b"identity") {
        return Err(Kind::UnsupportedEncoding.into());
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > PROMPT_LIMIT) {
        return Err(Kind::BodyTooLarge.into());
    }
    let body = Limited::new(RequestBody::stream(body, limits, None), PROMPT_LIMIT).collect();
    let collected = match limits.deadline {
        None => body.await,
        Some(deadline) => tokio::time::timeout_at(deadline.into(), body)
            .await
            .map_err(|_| Fault::new(Kind::BodyTimeout))?,
    };
    let body = collected.map_err(|error| {
        let kind = if error.is::<LengthLimitError>() {
            Kind::BodyTooLarge
        } else if matches!(error.downcast_ref(), Some(BodyError::Stalled)) {
            Kind::BodyTimeout
        } else {
            Kind::BodyBroken
        };
        Fault::caused(kind, error)
    })?;
    Prompt::parse(format, body.to_bytes())
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))
}

/// A provider of the first group, each as often as the other.
fn choose(backend: &AiBackend, random: u64) -> Result<&AiProvider, Fault> {
    let group = backend.groups.first().ok_or(Kind::InvalidBackend)?;
    let count = u64::try_from(group.len()).unwrap_or(u64::MAX);
    let index = random
        .checked_rem(count)
        .and_then(|index| usize::try_from(index).ok());
    Ok(index
        .and_then(|index| group.get(index))
        .ok_or(Kind::InvalidBackend)?)
}

/// Replaces the client's credentials by the provider's.
fn authenticate(
    exchange: &Exchange<'_>,
    provider: &AiProvider,
    headers: &mut HeaderMap,
) -> Result<(), Fault> {
    let unavailable = |why: &str| Fault::caused(Kind::NoCredential, why.to_owned());
    match &provider.credential {
        AiCredential::None => {
            credential::remove_client_credentials(headers);
            Ok(())
        }
        AiCredential::Unavailable(reason) => Err(unavailable(reason)),
        AiCredential::Key(key) => {
            let secret = exchange
                .active
                .config
                .generic_secret(&key.secret)
                .ok_or_else(|| unavailable(&format!("secret {} is not there", key.secret)))?;
            credential::inject(headers, &key.header, &key.prefix, secret.expose())
                .map_err(|error| unavailable(&format!("secret {}: {error}", key.secret)))
        }
    }
}

/// Path, length and encoding of the request to a provider.
fn address(head: &mut Parts, provider: &AiProvider, body: &Bytes) -> Result<(), Fault> {
    let target = provider.path.with_query(head.uri.query());
    let target = PathAndQuery::try_from(target).map_err(|error| Fault::caused(Kind::Bug, error))?;
    head.uri = target.into();
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    // An answer that is compressed could not be read for its usage.
    head.headers.remove(ACCEPT_ENCODING);
    Ok(())
}

/// Watches an answer on its way.
fn tap(
    mut response: Response<Upstream>,
    format: Format,
    usage_chunk: UsageChunk,
) -> Response<ResponseBody> {
    let headers = response.headers_mut();
    let is_encoded = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if is_encoded {
        // Sent although nobody asked for it: it passes unread.
        return response.map(ResponseBody::upstream);
    }
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let framing = Framing::from_content_type(content_type);
    if framing == Framing::EventStream {
        // Events may be taken out of it.
        headers.remove(CONTENT_LENGTH);
    }
    let tap = ResponseTap::new(format, framing, usage_chunk, TapLimits::default());
    response.map(|upstream| ResponseBody::tapped(Tapped::new(upstream, tap)))
}

/// An error of the provider in the client's dialect.
async fn translate_error(
    response: Response<Upstream>,
    format: Format,
) -> Result<Response<ResponseBody>, Fault> {
    let (mut parts, mut upstream) = response.into_parts();
    let mut body = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
        let frame = frame.map_err(|error| Fault::caused(Kind::Reset, error))?;
        if let Some(data) = frame.data_ref() {
            let room = ERROR_LIMIT.saturating_sub(body.len());
            body.extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
        }
        if body.len() >= ERROR_LIMIT {
            break;
        }
    }
    let body = dp_llm::error::for_client(format, parts.status.as_u16(), &Bytes::from(body));
    parts.headers.remove(CONTENT_ENCODING);
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    parts
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Response::from_parts(parts, ResponseBody::full(body)))
}
