//! What one subscriber wants and holds of one type, across streams.
//!
//! Owns the wanted names, the versions of accepted resources, and the responses that wait for a decision. Must
//! not know the other types. Invariant: `held` changes only by a decision or by [`Interest::hold`], never by
//! the arrival of a response.

use std::collections::{BTreeMap, BTreeSet};

use proto::envoy::service::discovery::v3::DeltaDiscoveryRequest;

use super::{Update, WILDCARD};

/// State of one type.
#[derive(Debug, Default)]
pub(crate) struct Interest {
    wildcard: bool,
    names: BTreeSet<String>,
    /// Version by name, of what was accepted.
    held: BTreeMap<String, String>,
    /// Delivered and not decided; by nonce.
    undecided: BTreeMap<String, Content>,
    /// The type was asked for on the present stream.
    pub(crate) is_asked: bool,
}

/// What a response would change.
#[derive(Debug)]
struct Content {
    versions: Vec<(String, String)>,
    removed: Vec<String>,
}

// === impl Interest ===

impl Interest {
    pub(crate) fn subscribe(&mut self, names: &[String]) {
        for name in names {
            if name == WILDCARD {
                self.wildcard = true;
            } else {
                self.names.insert(name.clone());
            }
        }
    }

    /// What is given up is no longer held.
    pub(crate) fn unsubscribe(&mut self, names: &[String]) {
        for name in names {
            if name == WILDCARD {
                self.wildcard = false;
            } else {
                self.names.remove(name);
            }
        }
        self.forget_unwanted();
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wildcard || !self.names.is_empty()
    }

    /// True if a resource of this name, or known by one of these aliases, was asked for (R24, R26).
    pub(crate) fn wants(&self, name: &str, aliases: &[String]) -> bool {
        self.wildcard
            || self.names.contains(name)
            || aliases.iter().any(|alias| self.names.contains(alias))
    }

    /// The first request of the type on a stream: all that is wanted, and what is held (R42). A pure wildcard
    /// is asked for the way that every server understands, with an empty list (R20).
    pub(crate) fn opening(&mut self, type_url: &str) -> DeltaDiscoveryRequest {
        self.is_asked = true;
        let mut subscribe: Vec<String> = self.names.iter().cloned().collect();
        if self.wildcard && !subscribe.is_empty() {
            subscribe.insert(0, WILDCARD.to_owned());
        }
        DeltaDiscoveryRequest {
            type_url: type_url.to_owned(),
            resource_names_subscribe: subscribe,
            initial_resource_versions: self.held.clone(),
            ..DeltaDiscoveryRequest::default()
        }
    }

    /// Remembers what a delivered response would change.
    pub(crate) fn deliver(&mut self, update: &Update) {
        let versions = update
            .resources
            .iter()
            .map(|resource| (resource.name.clone(), resource.version.clone()))
            .collect();
        let content = Content {
            versions,
            removed: update.removed.clone(),
        };
        self.undecided.insert(update.nonce.clone(), content);
    }

    /// Takes the decision on a response in; false if there is none of this nonce to decide.
    pub(crate) fn decide(&mut self, nonce: &str, is_accepted: bool) -> bool {
        let Some(content) = self.undecided.remove(nonce) else {
            return false;
        };
        if is_accepted {
            for name in &content.removed {
                self.held.remove(name);
            }
            self.held.extend(content.versions);
            self.forget_unwanted();
        }
        true
    }

    pub(crate) fn held(&self) -> &BTreeMap<String, String> {
        &self.held
    }

    pub(crate) fn hold(&mut self, versions: BTreeMap<String, String>) {
        self.held = versions;
        self.forget_unwanted();
    }

    /// The stream broke: nonces and the server's idea of the subscription are gone with it.
    pub(crate) fn lost(&mut self) {
        self.is_asked = false;
        self.undecided.clear();
    }

    /// What was given up is not claimed; nor is what is known by an alias only: it is simply sent again.
    fn forget_unwanted(&mut self) {
        if !self.wildcard {
            self.held.retain(|name, _| self.names.contains(name));
        }
    }
}
