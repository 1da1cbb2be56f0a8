//! What is held of a request before a provider is asked: in limits of tokens, and in budgets (llm.md L-4, B-5).
//!
//! Owns that both hold the same, which is estimated once and only where one of them is there, and that what answers took is
//! learnt from the same requests. Must not count. Invariant: a request that none of them counts is not measured.

use std::{cell::OnceCell, sync::Arc};

use dp_config::{AiBackend, ai_backend::AiProvider, policy::Effective};
use dp_llm::{class::Class, request::Request as Prompt};
use dp_policy::{
    price::{Catalog, Tokens},
    usage_record::{Ending, Source, UsageRecord},
};
use http::request::Parts;

use super::{
    attributes::{LlmAttributes, ReadBody},
    expected::Expected,
    ledger::Ledger,
    tokenized,
};
use crate::{
    budget::{self, Answered, Asked},
    exchange::Exchange,
    fault::Fault,
    limit,
};

/// What is to be held.
pub(super) struct Hold {
    /// What limits of tokens are to expect, where there are some.
    tokens: Option<Tokens>,
    /// What budgets are asked for, where there are some.
    asked: Option<Box<Asked>>,
}

// === impl Hold ===

impl Hold {
    /// Of a request that was read, on its way to a backend.
    pub(super) async fn of<'a>(
        exchange: &mut Exchange<'a>,
        (head, prompt, read): (&Parts, &Prompt, &ReadBody),
        (backend, policies): (&'a AiBackend, &Effective<'a>),
        catalog: Option<&Catalog>,
    ) -> Hold {
        let active = exchange.active;
        let limits = &exchange.client.worker.shared.limits;
        let ledger = exchange.record.llm.ledger.as_deref();
        let expected = Expected {
            prompt,
            method: &head.method,
            size: ledger.and_then(Ledger::size),
            backend,
            policy: &|provider: &'a AiProvider| active.in_effect.of(policies, provider),
            past: &|provider, model| limits.past_answer(provider, model),
        };
        let counts_tokens = exchange.record.limits.counts_tokens();
        let is_held = counts_tokens || policies.budgets().next().is_some();
        if let Some(size) = expected.size.filter(|_| is_held)
            && let Some(uncounted) = size.uncounted(expected.cut())
        {
            // Boxed, like other rare ways.
            Box::pin(tokenized::count(size, uncounted)).await;
        }
        let known = OnceCell::new();
        let tokens = || known.get_or_init(|| expected.tokens()).as_ref();
        let attributes = LlmAttributes::of_request(exchange, head, prompt, read);
        let asked = Asked::of(policies, (&attributes, answered(prompt)), |is_priced| {
            expected.spend(tokens(), catalog.filter(|_| is_priced))
        });
        let held = counts_tokens.then(|| tokens().copied().unwrap_or_default());
        let has_answers = matches!(known.get(), Some(Some(tokens)) if tokens.output > 0);
        // Not asked where nothing is held: it reads the whole body.
        if let Some(answers) = has_answers.then(|| expected.answers()).flatten() {
            learn(exchange, answers.count);
        }
        Hold {
            tokens: held,
            asked: (!asked.is_free()).then(|| Box::new(asked)),
        }
    }

    /// Holds it, or refuses the request. Returns the model that a budget wants to be asked instead.
    pub(super) async fn admit(
        self,
        exchange: &mut Exchange<'_>,
    ) -> Result<Option<Arc<str>>, Fault> {
        if let Some(tokens) = &self.tokens {
            limit::hold(exchange, tokens)?;
        }
        match self.asked {
            None => Ok(None),
            // Boxed, like other rare ways.
            Some(asked) => Box::pin(budget::admit(exchange, *asked)).await,
        }
    }
}

fn answered(prompt: &Prompt) -> Answered {
    match prompt.is_streamed() || prompt.class() == Class::Realtime {
        true => Answered::Stream,
        false => Answered::Whole,
    }
}

/// Notes how long the answer is, for those that come. What was cut, or nobody told, says nothing.
fn learn(exchange: &mut Exchange<'_>, answers: u64) {
    let worker = exchange.client.worker.clone();
    let Some(ledger) = exchange.record.llm.ledger.as_mut() else {
        return;
    };
    ledger.before_reading(Box::new(move |record: &mut UsageRecord| {
        let is_told = record.ending == Ending::Complete && record.usage.source == Source::Provider;
        let tokens = record.usage.tokens.as_ref().filter(|_| is_told);
        let model = record
            .model
            .provider
            .as_ref()
            .zip(record.model.sent.as_ref());
        if let (Some(tokens), Some((provider, model))) = (tokens, model) {
            let limits = &worker.shared.limits;
            limits.note_answer(provider, model, tokens.output.div_ceil(answers));
        }
    }));
}
