//! One span for each sampled request, and one below it for each attempt at a model provider.
//!
//! Owns W3C trace context in and out and the spans' attributes. Must not decide about export. Invariant: a
//! client's sampling decision stands; without a tracer its headers pass untouched; a span has an attribute once.

use std::net::SocketAddr;

use dp_llm::{
    content::{
        Asked, Attribute,
        open_inference::{self as flat, Flat},
    },
    parameters,
};
use dp_policy::usage_record::{UsageRecord, Value};
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Array, Context, KeyValue,
    global::BoxedSpan,
    trace::{
        Span, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
        TraceState, Tracer as _,
    },
};

use crate::{
    ai::guard::Check,
    options::{TraceNames, Tracer},
    record::{Ending, Record},
};

mod open_inference;

/// The header of W3C trace context.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The span of one attempt at a provider.
pub(crate) struct AttemptSpan {
    span: BoxedSpan,
    /// It tells what was asked and answered.
    tells_content: bool,
    /// Attributes that are not whole.
    truncated: Vec<&'static str>,
    /// Attributes that a record would tell once more.
    noted: Vec<&'static str>,
    /// What OpenInference has names for, where those are wanted.
    open_inference: Option<Box<open_inference::Attempt>>,
}

/// Starts the span of a request if it is sampled, and makes it the parent of what the upstream does.
pub(crate) fn start(
    tracer: &Tracer,
    headers: &mut HeaderMap,
    name: &str,
    random: u64,
) -> Option<Box<BoxedSpan>> {
    let remote = headers
        .get(TRACEPARENT)
        .and_then(|value| parse(value.to_str().ok()?));
    let is_sampled = match &remote {
        Some(remote) => remote.is_sampled(),
        // The top 53 bits, as a share of all.
        None => {
            let share = u32::try_from(random >> 32).unwrap_or(u32::MAX);
            f64::from(share) / f64::from(u32::MAX) < tracer.sample_ratio
        }
    };
    if !is_sampled {
        return None;
    }
    let parent = remote.map_or_else(Context::new, |remote| {
        Context::new().with_remote_span_context(remote)
    });
    let builder = tracer
        .tracer
        .span_builder(name.to_owned())
        .with_kind(SpanKind::Server);
    let span = tracer.tracer.build_with_context(builder, &parent);
    if let Some(value) = traceparent(&span) {
        headers.insert(TRACEPARENT, value);
    }
    Some(Box::new(span))
}

/// Trace and span id, for the access log.
pub(crate) fn ids(span: &BoxedSpan) -> (String, String) {
    let context = span.span_context();
    (
        context.trace_id().to_string(),
        context.span_id().to_string(),
    )
}

/// Ends the span with what the record says.
pub(crate) fn end(
    mut span: BoxedSpan,
    record: &Record,
    usage: Option<&UsageRecord>,
    ending: Ending,
) {
    let status = record.response.status;
    span.set_attribute(KeyValue::new(
        "http.response.status_code",
        i64::from(status.as_u16()),
    ));
    if let Some(head) = &record.request.head {
        span.set_attribute(KeyValue::new(
            "http.request.method",
            head.method.as_str().to_owned(),
        ));
        span.set_attribute(KeyValue::new("url.path", head.target.clone()));
        span.set_attribute(KeyValue::new("url.scheme", head.scheme));
        let (host, port) = host_and_port(&head.authority);
        span.set_attribute(KeyValue::new("server.address", host.to_owned()));
        if let Some(port) = port {
            span.set_attribute(KeyValue::new("server.port", i64::from(port)));
        }
        span.set_attribute(KeyValue::new("client.address", head.client.to_string()));
    }
    if let Some(route) = Some(record.route.label()).filter(|label| !label.is_empty()) {
        span.set_attribute(KeyValue::new("http.route", route));
    }
    if let Some(cluster) = &record.upstream.cluster {
        span.set_attribute(KeyValue::new("tidegate.cluster", cluster.to_string()));
    }
    // A usage record tells it itself.
    if let (Some(kind), None) = (record.response.fault, usage) {
        span.set_attribute(KeyValue::new("error.type", kind.reason()));
    }
    for check in &record.llm.checks {
        tell_check(&mut span, check);
    }
    if let Some(usage) = usage {
        let tracer = record.worker().shared.tracer.as_ref();
        let names = tracer.map(|tracer| tracer.names).unwrap_or_default();
        tell_request(&mut span, usage, names);
    }
    if status.is_server_error() || ending == Ending::UpstreamBroke {
        span.set_status(Status::error(ending.as_str()));
    }
    span.end();
}

/// What a span and an event of the same request have in common.
pub(crate) fn context(span: &BoxedSpan) -> SpanContext {
    span.span_context().clone()
}

/// The event of a guard's decision: names, never a text.
fn tell_check(span: &mut BoxedSpan, check: &Check) {
    let mut attributes = vec![
        KeyValue::new("tidegate.llm.guard.name", check.guard.to_string()),
        KeyValue::new("tidegate.llm.guard.kind", check.kind),
        KeyValue::new("tidegate.llm.guard.phase", check.phase.label()),
        KeyValue::new("tidegate.llm.guard.action", check.decision.label()),
    ];
    let rules = check.decision.names();
    if !rules.is_empty() {
        let rules = rules.iter().map(|rule| rule.to_string().into()).collect();
        let rules = opentelemetry::Value::Array(Array::String(rules));
        attributes.push(KeyValue::new("tidegate.llm.guard.rules", rules));
    }
    span.add_event_with_timestamp("tidegate.llm.guard", check.at, attributes);
}

/// The attributes of a usage record in the span of its request. Readers of OpenInference take `gen_ai.*` for a call to a model
/// as well, and would count each request and its attempt.
fn tell_request(span: &mut BoxedSpan, usage: &UsageRecord, names: TraceNames) {
    match names {
        TraceNames::GenAi => tell(span, usage, |_| true),
        TraceNames::OpenInference => {
            span.set_attribute(KeyValue::new(open_inference::KIND, "CHAIN"));
            tell(span, usage, |name| !name.starts_with("gen_ai."));
        }
    }
}

/// Those attributes of a usage record that are wanted.
fn tell(span: &mut BoxedSpan, usage: &UsageRecord, is_wanted: impl Fn(&str) -> bool) {
    usage.tell(&mut |name, value| {
        if !is_wanted(name) {
            return;
        }
        let value = match value {
            Value::Text(text) => text.to_owned().into(),
            Value::Usd(amount) => amount.to_string().into(),
            Value::Count(count) => i64::try_from(count).unwrap_or(i64::MAX).into(),
            Value::Seconds(seconds) => seconds.into(),
            Value::Flag(flag) => flag.into(),
            Value::List(texts) => {
                let texts = texts.iter().map(|text| (*text).to_owned().into());
                opentelemetry::Value::Array(Array::String(texts.collect()))
            }
        };
        span.set_attribute(KeyValue::new(name, value));
    });
}

// === impl AttemptSpan ===

impl AttemptSpan {
    /// Starts the span of an attempt below that of its request. `name` is the operation and the model.
    pub(crate) fn start(tracer: &Tracer, request: &BoxedSpan, name: String, number: u32) -> Self {
        let parent = Context::new().with_remote_span_context(request.span_context().clone());
        let builder = tracer.tracer.span_builder(name).with_kind(SpanKind::Client);
        let mut span = tracer.tracer.build_with_context(builder, &parent);
        span.set_attribute(KeyValue::new("tidegate.llm.attempt", i64::from(number)));
        AttemptSpan {
            span,
            tells_content: tracer.tells_content,
            truncated: Vec::new(),
            noted: Vec::new(),
            open_inference: match tracer.names {
                TraceNames::GenAi => None,
                TraceNames::OpenInference => Some(Box::default()),
            },
        }
    }

    /// Notes something about the attempt.
    pub(crate) fn note(&mut self, name: &'static str, text: &str) {
        self.noted.push(name);
        self.span
            .set_attribute(KeyValue::new(name, text.to_owned()));
    }

    /// Notes a number about the attempt.
    pub(crate) fn count(&mut self, name: &'static str, count: usize) {
        self.noted.push(name);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.span.set_attribute(KeyValue::new(name, count));
    }

    /// Says what is asked of whom, which OpenInference has other words for.
    pub(crate) fn about(&mut self, operation: &str, provider: &str, model: &str) {
        if let Some(attempt) = &mut self.open_inference {
            **attempt = open_inference::Attempt::new(operation, provider, model);
        }
    }

    /// Notes what the request asks for.
    pub(crate) fn parameter(&mut self, name: &'static str, value: parameters::Value) {
        if let Some(attempt) = &mut self.open_inference {
            attempt.parameter(name, &value);
        }
        self.tell(name, value);
    }

    fn tell(&mut self, name: &'static str, value: parameters::Value) {
        let value: opentelemetry::Value = match value {
            parameters::Value::Whole(number) => number.into(),
            parameters::Value::Number(number) => number.into(),
            parameters::Value::Text(text) => text.into(),
            parameters::Value::Texts(texts) => {
                let texts = texts.into_iter().map(Into::into).collect();
                opentelemetry::Value::Array(Array::String(texts))
            }
        };
        self.span.set_attribute(KeyValue::new(name, value));
    }

    /// Whether it is told what was asked and answered.
    pub(crate) fn tells_content(&self) -> bool {
        self.tells_content
    }

    /// Notes what was asked.
    pub(crate) fn asked(&mut self, asked: Asked) {
        if self.open_inference.is_some() {
            self.flat("llm.input_messages", flat::input(&asked));
            self.flat("llm.tools", flat::tools(&asked));
            self.value(("input.value", "input.mime_type"), asked.messages);
            return;
        }
        self.content("gen_ai.system_instructions", asked.instructions);
        self.content("gen_ai.input.messages", asked.messages);
        self.content("gen_ai.tool.definitions", asked.tools);
    }

    /// Notes what was answered.
    pub(crate) fn answered(&mut self, answered: Option<Attribute>) {
        if self.open_inference.is_some() {
            self.flat("llm.output_messages", flat::output(answered.as_ref()));
            self.value(("output.value", "output.mime_type"), answered);
            return;
        }
        self.content("gen_ai.output.messages", answered);
    }

    /// Notes messages or tools, one by one.
    fn flat(&mut self, name: &'static str, list: Flat) {
        if list.is_truncated {
            self.truncated.push(name);
        }
        for (name, text) in list.attributes {
            self.span.set_attribute(KeyValue::new(name, text));
        }
    }

    /// Notes messages as one text, and what it is.
    fn value(&mut self, (name, mime): (&'static str, &'static str), value: Option<Attribute>) {
        if value.is_some() {
            self.note(mime, "application/json");
        }
        self.content(name, value);
    }

    fn content(&mut self, name: &'static str, value: Option<Attribute>) {
        let Some(value) = value else {
            return;
        };
        if value.is_truncated {
            self.truncated.push(name);
        }
        self.tell(name, parameters::Value::Text(value.into_text()));
    }

    /// Notes whom the request goes to.
    pub(crate) fn server(&mut self, host: Option<&str>, address: SocketAddr) {
        let host = host.map_or_else(|| address.ip().to_string(), str::to_owned);
        let port = i64::from(address.port());
        self.span
            .set_attribute(KeyValue::new("server.address", host));
        self.span.set_attribute(KeyValue::new("server.port", port));
    }

    /// What makes it the parent of what the provider does.
    pub(crate) fn traceparent(&self) -> Option<HeaderValue> {
        traceparent(&self.span)
    }

    /// Ends it, with the record of its request where its answer was the request's.
    pub(crate) fn end(mut self, usage: Option<&UsageRecord>, error: Option<&str>) {
        if let Some(error) = error {
            self.note("error.type", error);
            self.span.set_status(Status::error(error.to_owned()));
        }
        if let Some(usage) = usage {
            let noted = &self.noted;
            tell(&mut self.span, usage, |name| !noted.contains(&name));
        }
        if let Some(attempt) = self.open_inference.take() {
            let span = &mut self.span;
            attempt.tell(usage, &mut |name, value| {
                span.set_attribute(KeyValue::new(name, value));
            });
        }
        if !self.truncated.is_empty() {
            let names = self.truncated.iter().map(|name| (*name).to_owned());
            let names = parameters::Value::Texts(names.collect());
            self.tell("tidegate.llm.content.truncated", names);
        }
        self.span.end();
    }
}

fn traceparent(span: &BoxedSpan) -> Option<HeaderValue> {
    let own = span.span_context();
    let value = format!(
        "00-{}-{}-{:02x}",
        own.trace_id(),
        own.span_id(),
        own.trace_flags().to_u8()
    );
    HeaderValue::try_from(value).ok()
}

/// The two parts of an authority; without a port where the client named none.
fn host_and_port(authority: &str) -> (&str, Option<u16>) {
    let split = authority.rsplit_once(':');
    split
        .and_then(|(host, port)| Some((host, Some(port.parse().ok()?))))
        .unwrap_or((authority, None))
}

/// Version 00, and later versions as far as they are alike (Trace Context, section 3.2).
fn parse(value: &str) -> Option<SpanContext> {
    let mut parts = value.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_well_formed = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_hex(span, 16)
        && is_hex(flags, 2)
        && (version != "00" || parts.next().is_none());
    if !is_well_formed {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Option<bool>) {
        assert_eq!(
            parse(value).map(|context| context.is_sampled()),
            expected,
            "{value}"
        );
    }

    #[test]
    fn traceparent() {
        check(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Some(true),
        );
        check(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
            Some(false),
        );
        check(
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            Some(true),
        );
        check(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            None,
        );
        check(
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            None,
        );
        check(
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            None,
        );
        check(
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            None,
        );
        check(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033-01",
            None,
        );
        check("garbage", None);
    }

    #[test]
    fn authorities() {
        for (authority, expected) in [
            ("a.test", ("a.test", None)),
            ("a.test:8080", ("a.test", Some(8080))),
            ("[::1]", ("[::1]", None)),
            ("[::1]:80", ("[::1]", Some(80))),
            ("a.test:", ("a.test:", None)),
        ] {
            assert_eq!(host_and_port(authority), expected);
        }
    }
}
