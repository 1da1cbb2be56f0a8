//! One attempt, from the client's request to the head of the provider's answer.
//!
//! Owns the order: render, address, sign, send. Must not decide what follows. Invariant: a signature covers what is sent,
//! so nothing is changed behind it.

use std::{borrow::Cow, time::Instant};

use dp_config::ai_backend::{AiCredential, AiPolicy, AiProvider};
use dp_llm::{
    class::Class,
    edge::Target,
    preference::{self, Demands},
    provider::Service,
    request::{ClientHeaders, Rendered, Request as Prompt, RequestError},
};
use dp_upstream::{
    Picked,
    provider_group::{affinity::Affinity, attempts::Attempt, verdict::Verdict},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, FORWARDED, HOST,
    },
    request::Parts,
    uri::PathAndQuery,
};

use super::{
    Call, Tried, address, affinity, allowed, answer, api_version,
    attributes::{LlmAttributes, ReadBody},
    authorization, beta, credential, denied,
    guard::{self, Guards},
    known, ledger, policy, prompt_caching,
    realtime::{self, Reached},
    token_count,
    tokens::{self, Lent},
    verdict,
    wait::{self, Wait},
};
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind, Side},
    forward::{pick_for, send},
    record::Record,
    request_body::RequestBody,
    trace::TRACEPARENT,
};

/// Headers of one vendor's clients, which mean nothing to another's service.
static OF_ANTHROPIC: [HeaderName; 2] = [api_version::HEADER, ANTHROPIC_BETA];
static OF_OPENAI: [HeaderName; 3] = [
    HeaderName::from_static("openai-organization"),
    HeaderName::from_static("openai-project"),
    HeaderName::from_static("openai-beta"),
];
const ANTHROPIC_BETA: HeaderName = HeaderName::from_static("anthropic-beta");
const BEDROCK_METADATA: HeaderName = HeaderName::from_static("x-bedrock-metadata");

/// Who the client is and which way it came: nothing that a vendor has to know.
static OF_THE_WAY: [HeaderName; 7] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-user-id"),
];

/// Where a request goes, and what all parts of one have in common.
pub(super) struct Prepared<'p> {
    /// Without a credential.
    pub(super) head: Box<Parts>,
    pub(super) picked: Picked<RequestBody>,
    pub(super) is_upgrade: bool,
    /// When the head of the answer is due.
    pub(super) due: Option<Instant>,
    pub(super) credential: Cow<'p, AiCredential>,
}

// === impl Call ===

impl Call<'_> {
    /// Sends the request to `provider` once.
    pub(super) async fn attempt(
        &self,
        exchange: &mut Exchange<'_>,
        provider: &AiProvider,
        attempt: &mut Attempt,
    ) -> Tried {
        note(exchange.record, (provider, attempt.place.group));
        if let AiCredential::Unavailable(reason) = &provider.credential {
            // What cannot be built as it is configured refuses its share: nobody else may get what it was meant to have.
            return Tried::Unsendable(credential::unavailable(reason));
        }
        if let Err(denied) = self.policies.check_provider(&provider.name) {
            return Tried::Unsendable(denied.into());
        }
        let policy = exchange.active.in_effect.of(&self.policies, provider);
        let policy = policy.as_deref();
        if let Err(fault) = self.admitted(exchange, (provider, policy)) {
            return unsendable(fault);
        }
        let guards = Guards::of(policy, &self.policies, provider);
        let prompt = match guard::request(exchange, self, &guards).await {
            Ok(prompt) => prompt,
            Err(fault) => return Tried::Unsendable(fault),
        };
        let rendered = match self.render(exchange, (provider, policy), &prompt) {
            Ok(rendered) => rendered,
            Err(fault) => return unsendable(fault),
        };
        if rendered.plan.is_estimated() {
            // Boxed, like other rare ways.
            return Box::pin(token_count::estimated(&prompt, &rendered.plan.model)).await;
        }
        let model = Some(rendered.plan.model.clone());
        exchange.record.llm.model = model.filter(|model| !model.is_empty());
        let asked = (&*prompt, &rendered);
        ledger::attempt_begins(exchange.record, (provider, policy), asked);
        let edge = (rendered.plan.client, rendered.plan.provider);
        exchange.record.llm.edge = Some(edge);
        let metrics = &exchange.client.worker.metrics;
        metrics.dropped(edge, &rendered.dropped);
        self.note_asked(provider, &rendered);
        let plan = rendered.plan.clone();
        let wait = self.wait(provider, plan.is_streamed);
        let of = (provider, wait);
        if !rendered.further.is_empty() {
            // Boxed, like other rare ways.
            let folded = Box::pin(answer::folded(exchange, self, of, &rendered, attempt)).await;
            let folded = folded.unwrap_or_else(|fault| unanswered(exchange, wait, fault));
            return folded.dressed_by(provider);
        }
        match self.answered(exchange, of, &rendered, attempt).await {
            Ok(Reached::Answer(response)) => {
                let asked = (provider, plan, &guards, wait);
                let taken = answer::take(exchange, self, asked, response, attempt);
                taken.await.dressed_by(provider)
            }
            Ok(Reached::Session(reply)) => {
                answer::session(exchange, self, provider, *reply).dressed_by(provider)
            }
            Err(fault) => unanswered(exchange, wait, fault),
        }
    }

    /// Whether the provider may be asked at all.
    fn admitted(
        &self,
        exchange: &Exchange<'_>,
        (provider, policy): (&AiProvider, Option<&AiPolicy>),
    ) -> Result<(), Fault> {
        let (head, prompt, read) = (&self.head, &self.prompt, &self.read);
        let attributes = LlmAttributes::of_request(exchange, head, prompt, read);
        authorization::of_provider(provider, &attributes)?;
        allowed::read_alike(&self.policies, (provider, policy), (head, prompt))?;
        denied::of_provider(&self.policies, &provider.name, (head, prompt))
    }

    /// How long an attempt at a provider is waited for from now on: what guards took before is not the provider's time.
    fn wait(&self, provider: &AiProvider, is_streamed: bool) -> Wait {
        let own = self.policies.ai_timeouts(&provider.name);
        let configured = wait::Configured {
            attempt: provider.request_timeout,
            first_token: own.first_token.filter(|_| is_streamed),
            stream_idle: own.stream_idle,
        };
        Wait::new(Instant::now(), self.limits, configured)
    }

    /// The body of an attempt. `prompt` is what guards let pass of the client's, and nothing here sees more.
    pub(super) fn render(
        &self,
        exchange: &Exchange<'_>,
        (provider, policy): (&AiProvider, Option<&AiPolicy>),
        prompt: &Prompt,
    ) -> Result<Rendered, Fault> {
        let invalid = |error: RequestError| Fault::caused(Kind::InvalidPrompt, error);
        let service = provider.endpoint.service();
        let own = ReadBody::default();
        let is_clients = prompt.body().as_ptr() == self.prompt.body().as_ptr();
        let read = if is_clients { &self.read } else { &own };
        let attributes = LlmAttributes::of_request(exchange, &self.head, prompt, read);
        let shaped = policy::apply(policy, prompt, self.head.uri.path(), &attributes)?;
        let model = match self.wanted(provider, policy) {
            Some(model) => model,
            None => shaped.model(provider, policy)?,
        };
        let asked = prompt;
        allowed::sent(&self.policies, provider, asked, (model, &attributes))?;
        let catalog = exchange.active.prices.of(self.backend);
        let meant = known::meant(catalog, provider, model);
        let cached = (service.vendor(asked.format()), meant.unwrap_or(model));
        let affinity = || self.affinity_of(prompt, is_clients);
        let prompt = match prompt_caching::of(policy, cached, affinity) {
            Some(caching) => Cow::Owned(shaped.prompt.with_prompt_caching(caching)),
            None => Cow::Borrowed(&*shaped.prompt),
        };
        let client = prompt.format();
        let tagged = known::formats(catalog, provider, model);
        let format = match prompt.class() {
            Class::Chat(_) => {
                let demands = match preference::is_demanding(client, model) {
                    true => prompt.demands(),
                    false => Demands::default(),
                };
                let chosen = preference::choose(client, service, (model, &tagged), demands);
                chosen.ok_or_else(|| not_offered(prompt.class(), service))?
            }
            Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Detect(_)
            | Class::Passthrough(_) => client,
        };
        let target = Target {
            model: model.to_owned(),
            known_as: meant.map(str::to_owned),
            vendor: service.vendor(format),
            max_output_tokens: (format != client)
                .then(|| known::longest_answer(catalog, provider, model))
                .flatten(),
            guardrail: provider.guardrail.clone(),
            appended: policy.map_or(0, |policy| policy.prompt.append.len()),
            tagged,
        };
        let betas = beta::values(&self.head.headers);
        let version = api_version::of(&self.head.headers, &prompt);
        let headers = ClientHeaders {
            anthropic_beta: &betas,
            anthropic_version: version.as_deref(),
            bedrock_metadata: metadata(&self.head.headers),
        };
        let mut rendered = prompt
            .render(service, format, &target, headers)
            .map_err(invalid)?;
        let shown = self.requested.as_ref();
        let shown = shown.filter(|_| self.policies.rewrites_response_model(&provider.name));
        let plan = rendered.plan.listed(self.head.uri.query());
        rendered.plan = plan.shown_as(shown.cloned());
        if beta::is_filtered(service, &rendered.plan, &betas) {
            rendered.dropped.push("anthropic-beta");
        }
        let read = ReadBody::default();
        let last = LlmAttributes {
            body: (&rendered.body, &read),
            ..attributes
        };
        let body = (prompt.class(), &rendered.body);
        let (body, named) = policy::finish(policy, body, &last)?;
        if let Some(name) = &named {
            allowed::sent(&self.policies, provider, asked, (name, &attributes))?;
        }
        rendered.body = body;
        Ok(rendered)
    }

    /// What a request has in common with others, of what guards let pass: nothing that was masked can be told from it.
    fn affinity_of(&self, prompt: &Prompt, is_clients: bool) -> Option<Affinity> {
        let has_key = self.policies.ai_affinity()?.key.is_some();
        match is_clients || has_key {
            true => self.affinity,
            false => affinity::beginning(prompt),
        }
    }

    /// Sends the request, and once more if its token is refused and there is another.
    async fn answered(
        &self,
        exchange: &mut Exchange<'_>,
        of: (&AiProvider, Wait),
        rendered: &Rendered,
        attempt: &mut Attempt,
    ) -> Result<Reached, Fault> {
        let (response, lent) = self.send(exchange, of, rendered, attempt).await?;
        if !tokens::is_outdated(lent, response.status()).await {
            return Ok(response);
        }
        drop(response);
        Ok(self.send(exchange, of, rendered, attempt).await?.0)
    }

    async fn send(
        &self,
        exchange: &mut Exchange<'_>,
        of: (&AiProvider, Wait),
        rendered: &Rendered,
        attempt: &mut Attempt,
    ) -> Result<(Reached, Option<Lent>), Fault> {
        let prepared = self.prepared(exchange, of, rendered, attempt).await?;
        let mut head = prepared.head;
        let content = credential::Content {
            client: &self.head,
            format: rendered.plan.provider,
            body: &rendered.body,
            credential: &prepared.credential,
        };
        let means = credential::Means::of(exchange);
        let lent = credential::apply(means, of.0, &mut head, content).await?;
        let body = match prepared.is_upgrade {
            true => RequestBody::Empty,
            false => RequestBody::Full(rendered.body.clone()),
        };
        let sent = send(exchange, &prepared.picked, head, body, prepared.due).await?;
        let reached = realtime::reached(exchange, self, &rendered.plan, sent)?;
        Ok((reached, lent))
    }

    /// Where the request goes, and its head but for the credential.
    pub(super) async fn prepared<'p>(
        &self,
        exchange: &mut Exchange<'_>,
        (provider, wait): (&'p AiProvider, Wait),
        rendered: &Rendered,
        attempt: &mut Attempt,
    ) -> Result<Prepared<'p>, Fault> {
        if let AiCredential::Missing(reason) = &provider.credential
            && self.policies.ai_keys(&provider.name).is_none()
        {
            // Before its address is asked for: whether that is known is of no use.
            return Err(credential::unavailable(reason));
        }
        let mut head = self.head.clone();
        self.address(&mut head, provider, rendered)?;
        let (cluster, authority) = provider.home(rendered.plan.is_elsewhere());
        let cluster = exchange
            .active
            .config
            .cluster(cluster)
            .ok_or(Kind::InvalidBackend)?;
        let due = wait.head_due(Instant::now());
        let is_upgrade = realtime::ask(exchange, &rendered.plan, &mut head);
        let picked = pick_for(exchange, cluster, &head, is_upgrade, due, attempt).await?;
        address::check(provider, &picked)?;
        let address = picked.endpoint.address();
        ledger::note_server(exchange.record, picked.hostname.as_deref(), address);
        let authority = match authority {
            Some(authority) => Some(authority.as_str()),
            None => picked.hostname.as_deref(),
        };
        if let Some(authority) = authority.and_then(|text| HeaderValue::from_str(text).ok()) {
            head.headers.insert(HOST, authority);
        }
        if let Some(parent) = ledger::traceparent(exchange.record) {
            head.headers.insert(TRACEPARENT, parent);
        }
        if let Some(own) = provider.headers() {
            own.request.apply(&mut head.headers);
        }
        let means = credential::Means::of(exchange);
        let pool = (self.policies.ai_keys(&provider.name), attempt.key());
        let format = rendered.plan.provider;
        let credential = credential::pool::credential(means, provider, pool, format)?;
        Ok(Prepared {
            head,
            picked,
            is_upgrade,
            due,
            credential,
        })
    }

    /// Path, length and type of the request to a provider.
    fn address(
        &self,
        head: &mut Parts,
        provider: &AiProvider,
        rendered: &Rendered,
    ) -> Result<(), Fault> {
        let plan = &rendered.plan;
        let path = plan
            .path(&provider.endpoint, head.uri.path())
            .map_err(|error| Fault::caused(Kind::InvalidPrompt, RequestError::Path(error)))?;
        let query = plan.query(&provider.endpoint, head.uri.query());
        let target = path.with_query(query.as_deref());
        let target =
            PathAndQuery::try_from(target).map_err(|error| Fault::caused(Kind::Bug, error))?;
        head.uri = target.into();
        let headers = &mut head.headers;
        // A request for a file or a list has no body, and no length of one.
        match rendered.body.is_empty() && head.method != Method::POST {
            true => headers.remove(CONTENT_LENGTH),
            false => headers.insert(CONTENT_LENGTH, HeaderValue::from(rendered.body.len())),
        };
        if !plan.keeps_content_type() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        // An answer that is compressed has to be unpacked to be read for its usage (llm.md S-13).
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.remove(CONTENT_ENCODING);
        if plan.client != plan.provider {
            headers.remove(ACCEPT);
            for name in OF_ANTHROPIC.iter().chain(&OF_OPENAI) {
                headers.remove(name);
            }
        }
        let service = provider.endpoint.service();
        if !matches!(service, Service::Custom { .. }) {
            for name in &OF_THE_WAY {
                headers.remove(name);
            }
        }
        beta::filter(service, plan, headers);
        let required = service.headers(plan.provider);
        if plan.client == plan.provider && !required.is_empty() {
            api_version::tell(headers, &self.prompt);
        }
        require(headers, required);
        Ok(())
    }
}

/// What a client of Bedrock says of its request.
fn metadata(headers: &HeaderMap) -> Option<&str> {
    headers.get(&BEDROCK_METADATA)?.to_str().ok()
}

/// Nobody at the service can be asked so.
fn not_offered(class: Class, service: &Service) -> Fault {
    let title = class.title("");
    let refusal = RequestError::not_offered(title, service.name());
    Fault::caused(Kind::UnsupportedFormat, refusal)
}

/// Sets what the service asks for and the client did not say.
pub(super) fn require(headers: &mut HeaderMap, required: &'static [(&'static str, &'static str)]) {
    for (name, value) in required {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
}

/// Who is asked, for whoever reads about the request.
pub(super) fn note(record: &mut Record, (provider, group): (&AiProvider, usize)) {
    record.llm.provider = Some(provider.telemetry_name.clone());
    record.llm.entry = Some(provider.name.clone());
    record.llm.group = Some(group);
    record.upstream.cluster = Some(provider.cluster.clone());
}

/// A request of which nothing was sent: another provider may take what this one cannot.
fn unsendable(fault: Fault) -> Tried {
    let refused = fault.source.as_ref();
    let refused = refused.and_then(|source| source.downcast_ref::<RequestError>());
    // What a list has not for one provider, it may have for another, which gets it under another name. Rules are a provider's own.
    let is_of_provider = matches!(
        fault.kind,
        Kind::UnsupportedFormat
            | Kind::UnsupportedContentType
            | Kind::ModelNotAllowed
            | Kind::ModelAuthorizationDenied
    ) || (fault.kind == Kind::InvalidPrompt
        && refused.is_some_and(RequestError::is_of_provider));
    match is_of_provider {
        true => Tried::Unfit(fault),
        false => Tried::Unsendable(fault),
    }
}

/// A request that has no answer.
fn unanswered(exchange: &mut Exchange<'_>, wait: Wait, fault: Fault) -> Tried {
    if fault.kind.side() == Side::Client {
        ledger::attempt_unsent(exchange.record);
        return unsendable(fault);
    }
    let fault = wait.blame(fault);
    let verdict = verdict::of_fault(&fault);
    if verdict == Verdict::Full {
        // Nothing was sent, as where the provider itself has as many as it may have.
        ledger::attempt_unsent(exchange.record);
        return Tried::Unfit(fault);
    }
    Tried::Failed {
        outcome: verdict.into(),
        reply: Box::new(Err(fault)),
        refusal: None,
    }
}
