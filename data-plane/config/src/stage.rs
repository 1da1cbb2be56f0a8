//! The staged set of a Tidegate proxy, and what a Commit makes of it.
//!
//! Owns the two roots of spec C.4: *active*, what requests are served with, and *staged*, what the server
//! sent since. A response only touches staged; a Commit that verifies and prepares gives the next Config;
//! the caller binds sockets, swaps its pointer and says so. **Invariants**: a response is taken whole or not
//! at all; active changes in [`Stage::activate`] only; staged is what the server believes this proxy holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::route::FieldError;
use proto::type_url::TypeUrl;
use xds::client::Received;
use xds::resource::Version;

use crate::commit;
use crate::config::Config;
use crate::decode;
use crate::reject::{Refused, Rejection};
use crate::resources::Resources;
use crate::value::Value;

/// What a proxy holds of its Gateway.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    active: Arc<Config>,
    staged: Resources,
    /// What was refused since the last Commit. While there is any, the next Commit cannot be right (K2).
    poison: Vec<Refused>,
}

impl Stage {
    /// Nothing held, an empty Config active.
    pub fn new() -> Self {
        Self::default()
    }

    /// What requests are served with.
    pub fn active(&self) -> &Arc<Config> {
        &self.active
    }

    /// Stages one response of a type: all of it, or nothing. `Ok` is an ACK, which means "staged" (K2). A
    /// refusal also poisons the next Commit.
    pub fn apply(
        &mut self,
        type_url: TypeUrl,
        resources: &[Received],
        removed: &[String],
    ) -> Result<(), Rejection> {
        let mut decoded = Vec::with_capacity(resources.len());
        let mut refused = Vec::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for resource in resources {
            match self.decode(type_url, resource, &mut names) {
                Ok(value) => decoded.extend(value.map(|value| (resource, value))),
                Err(error) => {
                    let item = Refused::new(type_url, &resource.name, &resource.version, &error);
                    refused.push(item);
                }
            }
        }
        for name in removed.iter().filter(|name| names.contains(name.as_str())) {
            let error = FieldError::invalid("", "is both present and removed in one response");
            refused.push(Refused::new(type_url, name, "", &error));
        }
        if !refused.is_empty() {
            self.poison.extend(refused.iter().cloned());
            return Err(Rejection::invalid(refused));
        }
        for name in removed {
            self.staged.remove(type_url, name);
        }
        for (resource, value) in decoded {
            let (name, version) = (
                resource.name.as_str().into(),
                resource.version.as_str().into(),
            );
            self.staged.insert(type_url, name, version, value);
        }
        Ok(())
    }

    /// Verifies a Commit against what is staged and makes the next Config of it (K3, K4). Nothing is active
    /// yet: bind, load certificates, swap the pointer, then call [`Stage::activate`].
    ///
    /// After a refusal the active Config is what it was. Staged stays, too: it is what the server believes
    /// this proxy to hold, and its next commit builds on it. The exception is
    /// [`crate::reject::RejectionKind::Mismatch`], where the two disagree: staged falls back to active, and
    /// the caller asks for a new stream (`xds::client::ClientEvent::Resync`).
    pub fn prepare(&mut self, commit: &Received) -> Result<Arc<Config>, Rejection> {
        let message = decode::commit(&commit.name, &commit.message).map_err(|error| {
            let item = Refused::new(TypeUrl::Commit, &commit.name, &commit.version, &error);
            Rejection::invalid(vec![item])
        })?;
        let poison = std::mem::take(&mut self.poison);
        if !poison.is_empty() {
            return Err(Rejection::invalid(poison));
        }
        if let Err(rejection) = commit::verify(&message, &commit.version, &self.staged) {
            self.reset();
            return Err(rejection);
        }
        commit::prepare(&self.active, message.id.as_str().into(), &self.staged)
            .map(|(config, _)| Arc::new(config))
    }

    /// As [`Stage::prepare`], for a copy of a Commit's resources in which the secrets are missing. The Config refuses what
    /// needs them.
    pub fn prepare_without_secrets(&self, commit: &Received) -> Result<Arc<Config>, Rejection> {
        let mut message = decode::commit(&commit.name, &commit.message).map_err(|error| {
            let item = Refused::new(TypeUrl::Commit, &commit.name, &commit.version, &error);
            Rejection::invalid(vec![item])
        })?;
        message
            .entries
            .retain(|entry| entry.type_url != TypeUrl::Secret.as_str());
        commit::verify(&message, &commit.version, &self.staged)?;
        commit::prepare(&self.active, message.id.as_str().into(), &self.staged)
            .map(|(config, _)| Arc::new(config))
    }

    /// Whether a resource of this type is staged.
    pub fn has_any(&self, type_url: TypeUrl) -> bool {
        self.staged.set(type_url).len() > 0
    }

    /// Records that requests are served with a prepared Config from now on (K5).
    pub fn activate(&mut self, config: Arc<Config>) {
        self.active = config;
    }

    /// Drops what was staged since the active commit: the stream died, or the server's idea of it is wrong.
    pub fn reset(&mut self) {
        self.staged = self.active.resources().clone();
        self.poison.clear();
    }

    /// `None`: the very resource is staged already.
    fn decode<'a>(
        &self,
        type_url: TypeUrl,
        resource: &'a Received,
        names: &mut BTreeSet<&'a str>,
    ) -> Result<Option<Value>, FieldError> {
        if !names.insert(&resource.name) {
            return Err(FieldError::invalid("", "is in this response twice"));
        }
        // The digests of a Commit cover versions; this is what makes them cover the content.
        if Version::of(&resource.message).hex() != resource.version {
            return Err(FieldError::invalid(
                "",
                "has another content than its version says",
            ));
        }
        let held = self.staged.set(type_url).version(&resource.name);
        if held.is_some_and(|held| **held == *resource.version) {
            return Ok(None);
        }
        decode::value(type_url, &resource.name, &resource.message).map(Some)
    }
}

#[cfg(test)]
mod tests;
