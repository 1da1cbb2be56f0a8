//! The names under which a record is told, once for access log, spans and events (llm.md 5.1, 5.3).
//!
//! Owns the one table: names of the OpenTelemetry GenAI conventions where there is one, `tidegate.llm.*` where not. Must
//! not know who reads it. Invariant: what is absent in a record is absent here; amounts are exact, so they are texts.

use std::time::Duration;

use super::UsageRecord;
use crate::price::{Cost, Money, Quote};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// USD.
    Usd(Money),
    /// A number.
    Count(u64),
    /// Seconds.
    Seconds(f64),
    /// Yes or no.
    Flag(bool),
    /// Texts.
    List(&'a [&'a str]),
}

// === impl UsageRecord ===

impl UsageRecord {
    /// Tells every field that is known.
    pub fn tell(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        put("gen_ai.operation.name", Value::Text(self.call.operation));
        self.tell_model(put);
        self.tell_caller(put);
        self.tell_usage(put);
        self.tell_cost(put);
        self.tell_replaced(put);
        self.tell_cache(put);
        self.tell_course(put);
    }

    fn tell_model(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        let model = &self.model;
        for (name, text) in [
            ("gen_ai.provider.name", &model.provider),
            ("gen_ai.request.model", &model.sent),
            ("gen_ai.response.model", &model.answered),
            ("gen_ai.response.id", &self.answer.id),
            ("openai.response.service_tier", &self.answer.service_tier),
            ("tidegate.llm.cost.tier", &self.answer.price_tier),
            ("tidegate.llm.provider", &model.entry),
            ("tidegate.llm.requested_model", &model.requested),
        ] {
            if let Some(text) = text {
                put(name, Value::Text(text));
            }
        }
        let reasons = &self.answer.finish_reasons;
        if !reasons.is_empty() {
            put("gen_ai.response.finish_reasons", Value::List(reasons));
        }
        for (name, format) in [
            ("tidegate.llm.client_format", self.call.format),
            ("tidegate.llm.upstream_format", model.format),
        ] {
            if let Some(format) = format {
                put(name, Value::Text(format));
            }
        }
        if let Some(priority) = model.priority {
            put("tidegate.llm.priority", Value::Count(priority));
        }
        put("tidegate.llm.backend", Value::Text(&self.call.backend));
        put("tidegate.llm.streaming", Value::Flag(self.call.is_streamed));
        put("tidegate.llm.attempts", Value::Count(model.attempts.into()));
    }

    fn tell_caller(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        let caller = &self.caller;
        for (name, text) in [
            ("enduser.id", &caller.user),
            ("tidegate.llm.key_id", &caller.key_id),
            ("tidegate.llm.team", &caller.team),
        ] {
            if let Some(text) = text {
                put(name, Value::Text(text));
            }
        }
        if caller.user.is_some() {
            put(
                "tidegate.llm.user_source",
                Value::Text(caller.user_source.as_str()),
            );
        }
    }

    fn tell_usage(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        put(
            "tidegate.llm.usage.source",
            Value::Text(self.usage.source.as_str()),
        );
        let Some(tokens) = &self.usage.tokens else {
            return;
        };
        put("gen_ai.usage.input_tokens", Value::Count(tokens.input));
        put("gen_ai.usage.output_tokens", Value::Count(tokens.output));
        for (name, count) in [
            ("gen_ai.usage.cache_read.input_tokens", tokens.cache_read),
            (
                "gen_ai.usage.cache_creation.input_tokens",
                tokens.cache_write,
            ),
            ("gen_ai.usage.reasoning.output_tokens", tokens.reasoning),
            ("tidegate.llm.usage.input_audio_tokens", tokens.input_audio),
            (
                "tidegate.llm.usage.output_audio_tokens",
                tokens.output_audio,
            ),
        ] {
            if count > 0 {
                put(name, Value::Count(count));
            }
        }
    }

    fn tell_cost(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        put(
            "tidegate.llm.cost.status",
            Value::Text(self.quote.status().as_str()),
        );
        if let Some(version) = self.quote.version() {
            put("tidegate.llm.cost.catalog", Value::Text(version));
        }
        let Quote::Priced { cost, .. } = &self.quote else {
            return;
        };
        put("tidegate.llm.cost.total", Value::Usd(cost.total()));
        for (kind, amount) in parts(cost) {
            if amount != Money::ZERO {
                put(kind.field, Value::Usd(amount));
            }
        }
    }

    fn tell_replaced(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        let Some(tokens) = self.replaced_tokens() else {
            return;
        };
        let unpriced = self
            .replaced
            .iter()
            .filter(|one| one.quote.total().is_none());
        for (name, count) in [
            ("tidegate.llm.replaced.attempts", self.replaced.len() as u64),
            ("tidegate.llm.replaced.input_tokens", tokens.input),
            ("tidegate.llm.replaced.output_tokens", tokens.output),
            ("tidegate.llm.replaced.unpriced", unpriced.count() as u64),
        ] {
            put(name, Value::Count(count));
        }
        if let Some(cost) = self.replaced_cost() {
            put("tidegate.llm.replaced.cost", Value::Usd(cost));
        }
    }

    fn tell_cache(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        let Some(cache) = &self.cache else {
            return;
        };
        put(
            "tidegate.llm.cache.status",
            Value::Text(cache.status.as_str()),
        );
        let Some(saved) = &cache.saved else {
            return;
        };
        put(
            "tidegate.llm.cache.saved_tokens",
            Value::Count(saved.tokens),
        );
        if let Some(cost) = saved.cost {
            put("tidegate.llm.cache.saved_usd", Value::Usd(cost));
        }
    }

    fn tell_course(&self, put: &mut dyn FnMut(&'static str, Value<'_>)) {
        let seconds = |time: Duration| Value::Seconds(time.as_secs_f64());
        put("tidegate.llm.ending", Value::Text(self.ending.as_str()));
        if let Some(error) = &self.answer.error {
            put("error.type", Value::Text(error));
        }
        if let Some(first) = self.timing.first_token {
            put("tidegate.llm.time_to_first_token", seconds(first));
        }
        if let Some(time) = self.time_per_output_token() {
            put("tidegate.llm.time_per_output_token", seconds(time));
        }
    }
}

/// What an amount was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its field in logs, spans and events.
    pub field: &'static str,
    /// The label of a metric.
    pub label: &'static str,
}

/// The parts of a cost; their sum is its total.
#[must_use]
pub fn parts(cost: &Cost) -> [(Part, Money); 8] {
    let part = |field, label, amount| (Part { field, label }, amount);
    [
        part("tidegate.llm.cost.input", "input", cost.input),
        part(
            "tidegate.llm.cost.cache_read",
            "cache_read",
            cost.cache_read,
        ),
        part(
            "tidegate.llm.cost.cache_write",
            "cache_write",
            cost.cache_write,
        ),
        part(
            "tidegate.llm.cost.input_audio",
            "input_audio",
            cost.input_audio,
        ),
        part("tidegate.llm.cost.output", "output", cost.output),
        part("tidegate.llm.cost.reasoning", "reasoning", cost.reasoning),
        part(
            "tidegate.llm.cost.output_audio",
            "output_audio",
            cost.output_audio,
        ),
        part("tidegate.llm.cost.request", "request", cost.request),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{catalog, record};
    use super::{Value, parts};
    use crate::price::{Money, Quote, Tokens};
    use crate::usage_record::{Attempted, Replaced, Told};
    use std::collections::BTreeMap;

    fn told(record: &super::UsageRecord) -> BTreeMap<&'static str, String> {
        let mut told = BTreeMap::new();
        record.tell(&mut |name, value| {
            let text = match value {
                Value::Text(text) => text.to_owned(),
                Value::List(texts) => texts.join(","),
                Value::Usd(amount) => amount.to_string(),
                Value::Count(count) => count.to_string(),
                Value::Seconds(seconds) => seconds.to_string(),
                Value::Flag(flag) => flag.to_string(),
            };
            assert!(told.insert(name, text).is_none(), "{name} twice");
        });
        told
    }

    #[test]
    fn a_priced_record_tells_its_parts() {
        let tokens = Tokens {
            input: 1000,
            cache_read: 400,
            output: 10,
            ..Tokens::default()
        };
        let record = record(Some(&catalog()), Some(tokens));
        let told = told(&record);
        for (name, value) in [
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.request.model", "gpt-4o-2024-08-06"),
            ("tidegate.llm.requested_model", "smart"),
            ("gen_ai.usage.input_tokens", "1000"),
            ("gen_ai.usage.cache_read.input_tokens", "400"),
            ("tidegate.llm.usage.source", "provider"),
            ("tidegate.llm.cost.status", "alias"),
            ("tidegate.llm.cost.catalog", "c1"),
            ("tidegate.llm.cost.input", "0.0015"),
            ("tidegate.llm.cost.cache_read", "0.001"),
            ("tidegate.llm.cost.total", "0.0026"),
            ("tidegate.llm.ending", "complete"),
        ] {
            assert_eq!(told.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(!told.contains_key("gen_ai.usage.reasoning.output_tokens"));
        let Quote::Priced { cost, .. } = &record.quote else {
            panic!("unpriced");
        };
        let sum: Money = parts(cost).into_iter().map(|(_, amount)| amount).sum();
        assert_eq!(sum, cost.total());
    }

    #[test]
    fn what_was_replaced_is_told_beside_the_answer() {
        let tokens = Tokens {
            input: 1000,
            output: 10,
            ..Tokens::default()
        };
        let mut record = record(Some(&catalog()), Some(tokens));
        let names = ["gpt-4o", "other"];
        record.replaced = names
            .iter()
            .filter_map(|model| {
                let of = Attempted {
                    provider: "openai".into(),
                    entry: None,
                    sent: (*model).into(),
                    answered: None,
                };
                let told = Told {
                    input: Some(400),
                    output: Some(1),
                    ..Told::default()
                };
                Replaced::told(of, told, Some(&catalog()))
            })
            .collect();
        let told = told(&record);
        for (name, value) in [
            ("gen_ai.usage.input_tokens", "1000"),
            ("tidegate.llm.cost.total", "0.0026"),
            ("tidegate.llm.replaced.attempts", "2"),
            ("tidegate.llm.replaced.input_tokens", "800"),
            ("tidegate.llm.replaced.output_tokens", "2"),
            ("tidegate.llm.replaced.unpriced", "1"),
            ("tidegate.llm.replaced.cost", "0.00101"),
        ] {
            assert_eq!(told.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[test]
    fn the_way_and_every_choice_are_told() {
        let mut record = record(None, None);
        record.call.format = Some("messages");
        record.model.format = Some("completions");
        record.model.priority = Some(1);
        record.answer.finish_reasons = ["stop", "length"].into_iter().collect();
        let told = told(&record);
        for (name, value) in [
            ("tidegate.llm.client_format", "messages"),
            ("tidegate.llm.upstream_format", "completions"),
            ("tidegate.llm.priority", "1"),
            ("gen_ai.response.finish_reasons", "stop,length"),
        ] {
            assert_eq!(told.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let told = told(&record(None, None));
        assert_eq!(
            told.get("tidegate.llm.cost.status").map(String::as_str),
            Some("no_catalog")
        );
        for absent in [
            "tidegate.llm.cost.total",
            "gen_ai.usage.input_tokens",
            "enduser.id",
            "error.type",
            "tidegate.llm.replaced.attempts",
            "gen_ai.response.finish_reasons",
            "tidegate.llm.client_format",
            "tidegate.llm.upstream_format",
            "tidegate.llm.priority",
        ] {
            assert!(!told.contains_key(absent), "{absent}");
        }
    }
}
