//! A foreign management server: what is complete is served, without Commits.
//!
//! Owns the closure and the names that are subscribed. The invariant: a name is subscribed as long as something
//! that was received refers to it, and what is subscribed no more is forgotten.

use std::sync::Arc;

use dp_config::Config;
use dp_config::closure::{Closure, Wanted};
use dp_proxy::Proxy;
use proto::type_url::TypeUrl;
use xds::client::{ClientEvent, Update};

use super::{Ready, blocking, prepare};
use crate::refusal::Refusal;

/// What a foreign server sent.
#[derive(Default)]
pub(super) struct Closures {
    closure: Closure,
    subscribed: Wanted,
}

// === impl Closures ===

impl Closures {
    /// Good resources of a refused response are taken nevertheless, so there may be both: something to
    /// activate, and a NACK.
    pub(super) async fn take(
        &mut self,
        update: Update,
        proxy: &Arc<Proxy>,
    ) -> (Option<Ready>, Option<Refusal>) {
        let before = self.closure.clone();
        let refusal = self
            .closure
            .apply(update.type_url, &update.resources, &update.removed)
            .err()
            .map(Refusal::from);
        let (closure, proxy) = (self.closure.clone(), Arc::clone(proxy));
        let closed = blocking(move || match closure.prepare()? {
            Some(next) => prepare(&proxy, next, String::new()).map(Some),
            None => Ok(None),
        });
        match closed.await.and_then(|closed| closed) {
            Ok(ready) => (ready, refusal),
            Err(failure) => {
                // The response that makes it fail is refused; those after it are judged without it.
                self.closure = before;
                (None, Some(failure))
            }
        }
    }

    pub(super) fn activated(&mut self, config: &Arc<Config>) {
        self.closure.activate(Arc::clone(config));
    }

    pub(super) fn changed_subscriptions(&mut self) -> Vec<ClientEvent> {
        let wanted = self.closure.wanted();
        let mut events = Vec::new();
        for (type_url, names) in missing(&self.subscribed, &wanted) {
            for name in &names {
                self.closure.forget(type_url, name);
            }
            events.push(ClientEvent::Unsubscribe { type_url, names });
        }
        for (type_url, names) in missing(&wanted, &self.subscribed) {
            events.push(ClientEvent::Subscribe { type_url, names });
        }
        self.subscribed = wanted;
        events
    }
}

/// What is in `these` and not in `those`, by type.
fn missing(these: &Wanted, those: &Wanted) -> Vec<(TypeUrl, Vec<String>)> {
    let is_there = |type_url, name: &String| {
        those
            .get(type_url)
            .is_some_and(|names| names.contains(name))
    };
    these
        .iter()
        .map(|(type_url, names)| {
            let names: Vec<String> = names
                .iter()
                .filter(|name| !is_there(type_url, name))
                .cloned()
                .collect();
            (*type_url, names)
        })
        .filter(|(_, names)| !names.is_empty())
        .collect()
}
