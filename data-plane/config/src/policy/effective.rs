//! What is in effect for one request.
//!
//! Owns the way from a route, and then a backend, to the policies that apply; each noun asks in a file of its own. Must not
//! weigh policies against each other: the set says who is in effect. Invariant: an [`Effective`] exists only where every
//! policy of it is there and can be enforced.

use std::fmt;
use std::sync::Arc;

use super::noun::Noun;
use super::{Attachment, Level, Policy, PolicySet};
use crate::ai_backend::AiBackend;
use crate::config::Config;
use crate::route::Route;

/// The policies of a request.
#[derive(Clone, Copy, Debug)]
pub struct Effective<'a> {
    config: &'a Config,
    set: Option<&'a Arc<PolicySet>>,
    backend: Option<&'a Arc<PolicySet>>,
}

/// Why a request is refused: something that applies to it cannot be enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied(pub String);

// === impl Effective ===

impl<'a> Effective<'a> {
    /// What is attached along the way to a route.
    ///
    /// # Errors
    /// A policy is missing or cannot be enforced.
    pub fn of_route(config: &'a Config, route: &Route) -> Result<Self, Denied> {
        let set = named(config, route.source.policy_set.as_deref())?;
        let found = Self {
            config,
            set,
            backend: None,
        };
        found.check(found.of_way(), None)?;
        Ok(found)
    }

    /// The same, with what is attached to a backend as a whole.
    ///
    /// # Errors
    /// A policy is missing or cannot be enforced.
    pub fn with_backend(self, backend: &AiBackend) -> Result<Self, Denied> {
        let set = named(self.config, backend.policy_set.as_deref())?;
        let found = Self {
            backend: set,
            ..self
        };
        found.check(found.of_backend(), None)?;
        Ok(found)
    }

    /// What is attached to a backend and its providers, whatever leads there.
    pub(super) fn of_backend_alone(config: &'a Config, set: Option<&str>) -> Self {
        Self {
            config,
            set: None,
            backend: set.and_then(|name| config.policy_set(name)),
        }
    }

    /// Whether what is attached to a provider of the backend can be enforced.
    ///
    /// # Errors
    /// It cannot.
    pub fn check_provider(&self, provider: &str) -> Result<(), Denied> {
        self.check(self.of_backend(), Some(provider))
    }

    /// Attachments along the way, from the least specific level on.
    pub fn of_way(&self) -> &'a [Attachment] {
        self.set.map_or(&[], |set| &set.attachments)
    }

    /// Attachments to the backend and its providers.
    pub fn of_backend(&self) -> &'a [Attachment] {
        self.backend.map_or(&[], |set| &set.attachments)
    }

    /// The policy of an attachment.
    pub(super) fn policy(&self, attachment: &Attachment) -> Option<&'a Arc<Policy>> {
        self.config.policy(&attachment.policy)
    }

    /// What is in effect of a noun that is taken whole, with its attachment: the most specific one along the way.
    pub(super) fn whole<T: Noun>(&self) -> Option<(&'a Attachment, &'a T)> {
        let mut attachments = self.of_way().iter();
        let attachment = attachments.rfind(|attachment| *attachment.field == *T::FIELD)?;
        Some((attachment, self.policy(attachment)?.of()?))
    }

    /// What each level of the way says of a noun, with its attachment, the least specific first.
    pub(super) fn along_way<T: Noun>(
        &self,
    ) -> impl Iterator<Item = (&'a Attachment, &'a T)> + use<'a, T> {
        let found = *self;
        let own = self.of_way().iter();
        let own = own.filter(|attachment| *attachment.field == *T::FIELD);
        own.filter_map(move |attachment| Some((attachment, found.policy(attachment)?.of()?)))
    }

    /// What each level says of a noun about a provider, the least specific first.
    pub(super) fn each<'p, T: Noun>(
        &self,
        provider: &'p str,
    ) -> impl DoubleEndedIterator<Item = &'a T> + use<'a, 'p, T> {
        let found = *self;
        let layers = self.layers(T::FIELD, provider);
        layers.filter_map(move |layer| found.policy(layer)?.of())
    }

    /// What the most specific level that says something of a noun says about a provider.
    pub(super) fn nearest<T: Noun>(&self, provider: &str) -> Option<&'a T> {
        self.each(provider).next_back()
    }

    /// Whether any level, or a provider, says something of a noun.
    pub(super) fn has<T: Noun>(&self) -> bool {
        let mut attachments = self.of_way().iter().chain(self.of_backend());
        attachments.any(|attachment| *attachment.field == *T::FIELD)
    }

    /// The attachments of a field that have a say about a provider, the least specific first; about no provider where it has no
    /// name.
    pub(super) fn layers<'p>(
        &self,
        field: &'static str,
        provider: &'p str,
    ) -> impl DoubleEndedIterator<Item = &'a Attachment> + use<'a, 'p> {
        let is_own = move |attachment: &&Attachment| *attachment.field == *field;
        let below = |attachment: &&Attachment| attachment.level < Level::Backend;
        let of_way = self.of_way().iter().filter(is_own);
        let of_backend = self.of_backend().iter().filter(is_own);
        let of_backend = of_backend.filter(move |attachment| {
            let section = attachment.section.as_deref();
            section.is_none_or(|section| section == provider)
        });
        let low = of_way.clone().filter(below);
        let high = of_way.filter(move |attachment| !below(attachment));
        low.chain(of_backend).chain(high)
    }

    fn check(&self, attachments: &[Attachment], section: Option<&str>) -> Result<(), Denied> {
        let own = attachments
            .iter()
            .filter(|attachment| attachment.section.as_deref() == section);
        for attachment in own {
            let Attachment { policy, field, .. } = attachment;
            let found = self
                .policy(attachment)
                .ok_or_else(|| Denied(format!("policy {policy} is missing")))?;
            let noun = found.content.noun();
            let noun = noun.map_err(|reason| Denied(format!("{policy}: {reason}")))?;
            if *noun.field() != **field {
                return Err(Denied(format!("policy {policy} is not of field {field}")));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Denied {}

fn named<'a>(config: &'a Config, name: Option<&str>) -> Result<Option<&'a Arc<PolicySet>>, Denied> {
    let Some(name) = name else { return Ok(None) };
    let set = config
        .policy_set(name)
        .ok_or_else(|| Denied(format!("policy set {name} is missing")))?;
    match &set.denied {
        Some(reason) => Err(Denied(format!("policy set {name}: {reason}"))),
        None => Ok(Some(set)),
    }
}

#[cfg(test)]
mod tests;
