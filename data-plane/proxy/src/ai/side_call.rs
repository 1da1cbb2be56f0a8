//! A call to a provider beside the client's request, which turns texts into vectors.
//!
//! Owns the way from a head and a body to the answer. Must not know what is said. Invariants: what leaves has the target's
//! credential and none of the client's, unless the target's is that of the client; nothing of it is counted as an attempt.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use dp_config::ai_backend::AiProvider;
use dp_llm::format::Format;
use http::{
    HeaderValue, Method, Request,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST},
    request::Parts,
    response,
};

use super::{
    address,
    credential::{self, Content, Means},
    tokens::{self, Lent},
};
use crate::{
    attempt,
    exchange::Exchange,
    fault::{Fault, Kind},
    forward::{Limits, answered, pick},
    record::UpstreamFacts,
    request_body::RequestBody,
    response_body::Upstream,
};

/// Who is asked, for whom, and until when.
#[derive(Clone, Copy)]
pub(super) struct SideCall<'a> {
    pub(super) target: &'a AiProvider,
    /// The head whose credential is passed on where the target's is the client's.
    pub(super) client: &'a Parts,
    pub(super) due: Option<Instant>,
}

/// What came back.
pub(super) type SideAnswer = (response::Parts, Upstream);

/// The head of a call that sends JSON and wants JSON.
pub(super) fn head(path: &str, length: usize) -> Result<Parts, Fault> {
    let request = Request::builder().method(Method::POST).uri(path).body(());
    let (mut head, ()) = request
        .map_err(|error| Fault::caused(Kind::Bug, error))?
        .into_parts();
    let json = || HeaderValue::from_static("application/json");
    head.headers.insert(CONTENT_TYPE, json());
    head.headers.insert(ACCEPT, json());
    let identity = HeaderValue::from_static("identity");
    head.headers.insert(ACCEPT_ENCODING, identity);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(head)
}

/// The whole body of an answer, which has at most `limit` bytes.
pub(super) async fn collected(mut upstream: Upstream, limit: usize) -> Result<Bytes, Fault> {
    let mut body = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
        let frame = frame.map_err(|error| Fault::caused(Kind::Reset, error))?;
        if let Some(data) = frame.data_ref() {
            body.extend_from_slice(data);
        }
        if body.len() > limit {
            return Err(Fault::caused(Kind::Garbage, "the answer is too large"));
        }
    }
    Ok(body.freeze())
}

// === impl SideCall ===

impl SideCall<'_> {
    /// Sends it, and once more if its token is refused and there is another.
    pub(super) async fn send(
        self,
        exchange: &Exchange<'_>,
        (head, body): (&Parts, Bytes),
    ) -> Result<SideAnswer, Fault> {
        let once = || self.once(exchange, (head.clone(), body.clone()));
        let (answer, lent) = once().await?;
        match tokens::is_outdated(lent, answer.0.status).await {
            true => Ok(once().await?.0),
            false => Ok(answer),
        }
    }

    async fn once(
        self,
        exchange: &Exchange<'_>,
        (mut head, body): (Parts, Bytes),
    ) -> Result<(SideAnswer, Option<Lent>), Fault> {
        let target = self.target;
        let cluster = exchange.active.config.cluster(&target.cluster);
        let cluster = cluster.ok_or(Kind::InvalidBackend)?;
        let picked = pick(exchange, cluster, &head, false, self.due).await?;
        address::check(target, &picked)?;
        let authority = match &target.authority {
            Some(authority) => Some(authority.as_str()),
            None => picked.hostname.as_deref(),
        };
        let authority = authority.and_then(|text| HeaderValue::from_str(text).ok());
        head.headers
            .insert(HOST, authority.ok_or(Kind::MissingHost)?);
        let content = Content {
            client: self.client,
            format: Format::OpenAiChatCompletions,
            body: &body,
            credential: &target.credential,
        };
        let means = Means {
            active: exchange.active,
            worker: &exchange.client.worker,
        };
        let lent = credential::apply(means, target, &mut head, content).await?;
        let deadline = exchange.client.worker.timers.deadline(self.due);
        let mut facts = UpstreamFacts::default();
        let body = RequestBody::Full(body);
        let sent = attempt::send(&picked, Box::new(head), body, deadline, &mut facts);
        let (response, lease) = sent.await?;
        let limits = Limits {
            deadline: self.due,
            timeout: None,
            attempt: None,
            idle: None,
            body_end: None,
        };
        Ok((answered(response, lease, limits)?.into_parts(), lent))
    }
}
