//! Which provider keeps a response (llm.md O-7).
//!
//! Owns the names of responses that this proxy has passed on, and where a request about one goes: only who made it knows it. Must
//! not read bodies. Invariants: the number of names is bounded, the oldest goes first; a backend of one provider has none.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
};

use dp_config::{AiBackend, ai_backend::AiProvider, policy::Effective};
use dp_llm::{
    format::Format,
    preference::{self, Demands},
    request::Request as Prompt,
};
use dp_upstream::provider_group::{Place, attempts::Attempts};

use super::{Tried, known, policy};
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
};

/// Responses that are known at a time.
const MOST: usize = 1 << 16;

/// Who made which response; for all workers.
#[derive(Debug, Default)]
pub(crate) struct Keepers {
    hasher: RandomState,
    known: Mutex<Known>,
}

/// By the hash of backend and response.
#[derive(Debug, Default)]
struct Known {
    providers: HashMap<u64, Arc<str>>,
    /// The oldest first.
    order: VecDeque<u64>,
}

/// Keeps a request about a response with the provider that made it.
///
/// # Errors
/// Nobody here knows the response.
pub(super) fn pin(
    exchange: &Exchange<'_>,
    (backend, policies): (&AiBackend, &Effective<'_>),
    (prompt, path): (&Prompt, &str),
    mut attempts: Attempts,
) -> Result<Attempts, Fault> {
    if is_lone(backend) {
        return Ok(attempts);
    }
    let Some(id) = prompt.kept_response(path) else {
        return Ok(attempts);
    };
    let keepers = &exchange.client.worker.shared.known.keepers;
    let keeper = keepers.of(&backend.name, &id);
    let place = match keeper.and_then(|name| place(backend, &name)) {
        Some(place) => place,
        // Another proxy may have passed it on, or this one before it was started anew.
        None => {
            let active = exchange.active;
            let keeps = |provider: &AiProvider| {
                let policy = active.in_effect.of(policies, provider);
                let model = policy::expected_model(provider, policy.as_deref(), prompt);
                let model = model.unwrap_or_default();
                let tagged = known::formats(active.prices.of(backend), provider, model);
                keeps_responses(provider, (model, &tagged))
            };
            only_keeper(backend, keeps).ok_or(Kind::UnknownResponse)?
        }
    };
    attempts.only(place);
    Ok(attempts)
}

/// Whether answers of a backend are to be noted.
pub(super) fn is_noted(backend: &AiBackend, prompt: &Prompt) -> bool {
    prompt.may_be_kept() && !is_lone(backend)
}

/// A provider's answer is a refusal, and others are asked. The client gets it where none of them answers, so it has to be known.
pub(super) fn note_refusal(
    exchange: &Exchange<'_>,
    (backend, prompt): (&AiBackend, &Prompt),
    (tried, name): (&Tried, &Arc<str>),
) {
    let Tried::Answered(answer) = tried else {
        return;
    };
    let id = answer
        .observed()
        .and_then(|(observed, _)| observed.id.as_deref());
    if let Some(id) = id.filter(|_| is_noted(backend, prompt)) {
        let keepers = &exchange.client.worker.shared.known.keepers;
        keepers.note(&backend.name, id, name.clone());
    }
}

fn is_lone(backend: &AiBackend) -> bool {
    backend.groups.iter().map(Vec::len).sum::<usize>() < 2
}

fn place(backend: &AiBackend, name: &str) -> Option<Place> {
    let mut groups = backend.groups.iter().enumerate();
    groups.find_map(|(group, providers)| {
        let entry = providers.iter().position(|own| *own.name == *name)?;
        Some(Place { group, entry })
    })
}

/// Whether a provider is asked for responses where a client asks for them: who is asked in another format keeps none.
fn keeps_responses(provider: &AiProvider, model: (&str, &[Format])) -> bool {
    let responses = Format::OpenAiResponses;
    let service = provider.endpoint.service();
    preference::choose(responses, service, model, Demands::default()) == Some(responses)
}

/// The only provider that keeps responses at all.
fn only_keeper(backend: &AiBackend, keeps: impl Fn(&AiProvider) -> bool) -> Option<Place> {
    let groups = backend.groups.iter().enumerate();
    let all = groups.flat_map(|(group, providers)| {
        let entries = providers.iter().enumerate();
        entries.map(move |(entry, provider)| (Place { group, entry }, provider))
    });
    let mut keepers = all.filter(|(_, provider)| keeps(provider));
    let (place, _) = keepers.next()?;
    keepers.next().is_none().then_some(place)
}

// === impl Keepers ===

impl Keepers {
    /// A provider of a backend made a response.
    pub(super) fn note(&self, backend: &str, id: &str, provider: Arc<str>) {
        let key = self.hasher.hash_one((backend, id));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.providers.insert(key, provider).is_some() {
            return;
        }
        known.order.push_back(key);
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.providers.remove(&oldest);
        }
    }

    fn of(&self, backend: &str, id: &str) -> Option<Arc<str>> {
        let key = self.hasher.hash_one((backend, id));
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.providers.get(&key).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_go_first() {
        let keepers = Keepers::default();
        for number in 0..MOST + 10 {
            keepers.note("b", &format!("resp_{number}"), "one".into());
        }
        keepers.note("b", "resp_20", "other".into());
        let of = |id: &str| keepers.of("b", id);
        assert_eq!((of("resp_0"), of("resp_9")), (None, None));
        assert_eq!(of("resp_10").as_deref(), Some("one"));
        assert_eq!(of("resp_20").as_deref(), Some("other"));
        assert_eq!(keepers.of("c", "resp_20"), None);
        let known = keepers.known.lock().expect("unpoisoned");
        assert_eq!((known.providers.len(), known.order.len()), (MOST, MOST));
    }
}
