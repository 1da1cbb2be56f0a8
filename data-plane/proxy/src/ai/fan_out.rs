//! The requests of one attempt at a provider that takes a request in parts (llm.md O-2).
//!
//! Owns what is sent for each of them. Must not know what is asked, or what comes of the answers. Invariants: all parts go to the
//! endpoint that was picked for the attempt, each with a credential of its own; whoever drops a future drops its request.

use std::{cell::Cell, time::Instant};

use bytes::Bytes;
use dp_config::ai_backend::AiProvider;
use dp_llm::{format::Format, request::Rendered};
use dp_upstream::provider_group::attempts::Attempt;
use http::{HeaderValue, Response, header::CONTENT_LENGTH};

use super::{
    Call,
    credential::{self, Content, Means},
    request::Prepared,
    tokens::{self, Lent},
    wait::Wait,
};
use crate::{
    attempt, exchange::Exchange, fault::Fault, forward::answered, record::UpstreamFacts,
    request_body::RequestBody, response_body::Upstream,
};

/// What the parts have in common.
pub(super) struct FanOut<'a> {
    call: &'a Call<'a>,
    provider: &'a AiProvider,
    means: Means<'a>,
    wait: Wait,
    format: Format,
    prepared: Prepared<'a>,
    /// When the first head came.
    answered: Cell<Option<Instant>>,
}

// === impl FanOut ===

impl<'a> FanOut<'a> {
    /// For an attempt that sends these parts.
    pub(super) async fn new<'x: 'a>(
        exchange: &mut Exchange<'x>,
        call: &'a Call<'a>,
        (provider, wait): (&'a AiProvider, Wait),
        rendered: &Rendered,
        attempt: &mut Attempt,
    ) -> Result<FanOut<'a>, Fault> {
        let of = (provider, wait);
        let prepared = call.prepared(exchange, of, rendered, attempt).await?;
        let upstream = &mut exchange.record.upstream;
        upstream.attempts += 1;
        upstream.endpoint = Some(prepared.picked.endpoint.address());
        Ok(FanOut {
            call,
            provider,
            means: Means::of(exchange),
            wait,
            format: rendered.plan.provider,
            prepared,
            answered: Cell::default(),
        })
    }

    /// When the first head came, if one did.
    pub(super) fn answered(&self) -> Option<Instant> {
        self.answered.get()
    }

    /// Sends a part, and once more if its token is refused and there is another.
    pub(super) async fn send(&self, body: &Bytes) -> Result<Response<Upstream>, Fault> {
        let (response, lent) = self.once(body).await?;
        if !tokens::is_outdated(lent, response.status()).await {
            return Ok(response);
        }
        drop(response);
        Ok(self.once(body).await?.0)
    }

    async fn once(&self, body: &Bytes) -> Result<(Response<Upstream>, Option<Lent>), Fault> {
        let mut head = self.prepared.head.clone();
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let content = Content {
            client: &self.call.head,
            format: self.format,
            body,
            credential: &self.prepared.credential,
        };
        let lent = credential::apply(self.means, self.provider, &mut head, content).await?;
        let due = self.wait.head_due(Instant::now());
        let deadline = self.means.worker.timers.deadline(due);
        let (picked, mut facts) = (&self.prepared.picked, UpstreamFacts::default());
        let body = RequestBody::Full(body.clone());
        let (response, lease) = attempt::send(picked, head, body, deadline, &mut facts).await?;
        let now = || Some(Instant::now());
        self.answered.set(self.answered.get().or_else(now));
        Ok((answered(response, lease, self.call.limits)?, lent))
    }
}
