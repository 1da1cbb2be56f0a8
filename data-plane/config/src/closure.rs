//! Activation without Commits, for management servers that are not ours.
//!
//! Owns which resources a foreign server still owes: a listener waits for its routes and certificates, a
//! cluster for its endpoints, as Envoy warms them. What is complete is served; what is not keeps its last
//! complete form, or is left out. Good resources of a response are taken and bad ones refused. **Invariant**:
//! a resource that never comes holds up those that name it, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::route::field::{FieldError, refuse_set};
use proto::type_url::TypeUrl;
use xds::client::Received;
use xds::digest::Digest;
use xds::resource::Version;

use crate::cluster::{Cluster, ClusterKind};
use crate::commit;
use crate::config::Config;
use crate::decode;
use crate::listener::{Listener, Routes};
use crate::references;
use crate::reject::{Refused, Rejection};
use crate::resources::Resources;
use crate::route_resource::RouteConfigResource;
use crate::tls::{CertificateSource, DownstreamTls, TrustSource, UpstreamTls};
use crate::value::{Held, Value};

/// What a proxy holds of a foreign server.
#[derive(Clone, Debug, Default)]
pub struct Closure {
    active: Arc<Config>,
    received: Resources,
    /// Names that the server said do not exist: waiting for them would be for ever.
    absent: BTreeSet<(TypeUrl, Arc<str>)>,
}

/// Names to subscribe to, by type; Listener and Cluster are wildcards and not among them.
pub type Wanted = BTreeMap<TypeUrl, BTreeSet<String>>;

impl Closure {
    /// Nothing received, an empty Config active.
    pub fn new() -> Self {
        Self::default()
    }

    /// What requests are served with.
    pub fn active(&self) -> &Arc<Config> {
        &self.active
    }

    /// Takes the good resources of a response. `Err` names the bad ones, which keep their last good form:
    /// NACK with it.
    pub fn apply(
        &mut self,
        type_url: TypeUrl,
        resources: &[Received],
        removed: &[String],
    ) -> Result<(), Rejection> {
        let mut refused = Vec::new();
        for resource in resources {
            match decode_foreign(type_url, resource) {
                Ok(value) => self.insert(type_url, resource, value),
                Err(error) => {
                    let item = Refused::new(type_url, &resource.name, &resource.version, &error);
                    refused.push(item);
                }
            }
        }
        for name in removed {
            self.received.remove(type_url, name);
            self.absent.insert((type_url, name.as_str().into()));
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(Rejection::invalid(refused))
        }
    }

    /// Every name that something received refers to. What is wanted no more should be unsubscribed and
    /// dropped with [`Closure::forget`].
    pub fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::new();
        let mut want = |(type_url, name): (TypeUrl, &Arc<str>)| {
            wanted.entry(type_url).or_default().insert(name.to_string());
        };
        for listener in self.received.all::<Listener>(TypeUrl::Listener) {
            references_of_listener(listener)
                .into_iter()
                .for_each(&mut want);
        }
        for cluster in self.received.all::<Cluster>(TypeUrl::Cluster) {
            references_of_cluster(cluster)
                .into_iter()
                .for_each(&mut want);
        }
        wanted
    }

    /// Drops a resource that is not subscribed to any more.
    pub fn forget(&mut self, type_url: TypeUrl, name: &str) {
        self.received.remove(type_url, name);
        self.absent
            .retain(|(other, absent)| *other != type_url || **absent != *name);
    }

    /// The next Config, if it differs from the active one. Swap the pointer, then call
    /// [`Closure::activate`].
    pub fn prepare(&self) -> Result<Option<Arc<Config>>, Rejection> {
        let mut next = self.complete();
        // A listener that cannot stand beside the others keeps its last form; it must not hold them up.
        for refused in references::check(&next) {
            self.restore(&mut next, TypeUrl::Listener, &refused.name.as_str().into());
        }
        let id = content_id(&next);
        if *id == **self.active.commit_id() {
            return Ok(None);
        }
        let (config, _) = commit::prepare(&self.active, id.as_str().into(), &next)?;
        Ok(Some(Arc::new(config)))
    }

    /// Records that requests are served with a prepared Config from now on.
    pub fn activate(&mut self, config: Arc<Config>) {
        self.active = config;
    }

    fn insert(&mut self, type_url: TypeUrl, resource: &Received, value: Value) {
        let name: Arc<str> = resource.name.as_str().into();
        self.absent.remove(&(type_url, Arc::clone(&name)));
        // A foreign version says nothing about the content; ours decides what has changed.
        let version = Version::of(&resource.message).hex();
        self.received.insert(type_url, name, version.into(), value);
    }

    /// What was received, with incomplete listeners and clusters in their last complete form.
    fn complete(&self) -> Resources {
        let mut complete = self.received.clone();
        for listener in self.received.all::<Listener>(TypeUrl::Listener) {
            if !self.is_closed(&references_of_listener(listener)) {
                self.restore(&mut complete, TypeUrl::Listener, &listener.name);
            }
        }
        for cluster in self.received.all::<Cluster>(TypeUrl::Cluster) {
            if !self.is_closed(&references_of_cluster(cluster)) {
                self.restore(&mut complete, TypeUrl::Cluster, &cluster.name);
            }
        }
        complete
    }

    /// A listener needs its routes to be there; everything else may also be known to be absent.
    fn is_closed(&self, references: &[(TypeUrl, &Arc<str>)]) -> bool {
        references.iter().all(|(type_url, name)| {
            let is_here = self.received.set(*type_url).get(name).is_some();
            let may_lack = *type_url != TypeUrl::RouteConfiguration
                && self.absent.contains(&(*type_url, Arc::clone(name)));
            is_here || may_lack
        })
    }

    /// Puts the active form of a resource back, and what it refers to, as far as that is gone.
    fn restore(&self, complete: &mut Resources, type_url: TypeUrl, name: &Arc<str>) {
        let active = self.active.resources();
        let Some((version, value)) = active.set(type_url).entry(name) else {
            complete.remove(type_url, name);
            return;
        };
        complete.insert(
            type_url,
            Arc::clone(name),
            Arc::clone(version),
            value.clone(),
        );
        let references = match value {
            Value::Listener(listener) => references_of_listener(listener),
            Value::Cluster(cluster) => references_of_cluster(cluster),
            Value::Endpoints(_)
            | Value::Secret(_)
            | Value::ForwardProxy(_)
            | Value::PriceCatalog(_)
            | Value::AiBackend(_)
            | Value::ModelRouter(_)
            | Value::Policy(_)
            | Value::PolicySet(_)
            | Value::RouteConfig(_)
            | Value::Host(_)
            | Value::Rule(_) => Vec::new(),
        };
        for (type_url, name) in references {
            let is_here = complete.set(type_url).get(name).is_some();
            if let Some((version, value)) = active.set(type_url).entry(name).filter(|_| !is_here) {
                complete.insert(
                    type_url,
                    Arc::clone(name),
                    Arc::clone(version),
                    value.clone(),
                );
            }
        }
    }
}

fn decode_foreign(type_url: TypeUrl, resource: &Received) -> Result<Value, FieldError> {
    match type_url {
        TypeUrl::Cluster
        | TypeUrl::Endpoint
        | TypeUrl::Secret
        | TypeUrl::Listener
        | TypeUrl::RouteConfiguration => {
            let value = decode::value(type_url, &resource.name, &resource.message)?;
            // Hosts on demand would need a subscription per host name.
            let is_linked = RouteConfigResource::of(&value)
                .is_some_and(|config| matches!(**config, RouteConfigResource::Linked { .. }));
            refuse_set(&[("vhds", is_linked)])?;
            Ok(value)
        }
        TypeUrl::Policy
        | TypeUrl::PolicySet
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::AiBackend
        | TypeUrl::ModelRouter
        | TypeUrl::VirtualHost
        | TypeUrl::RouteRule
        | TypeUrl::Commit => Err(FieldError::invalid("", "is of a type that needs Commits")),
    }
}

/// A name for the content, so that equal content is recognised.
fn content_id(resources: &Resources) -> String {
    let mut all = Digest::default();
    for type_url in TypeUrl::ALL {
        all.add(type_url.as_str(), &resources.set(type_url).digest().hex());
    }
    all.hex()
}

fn references_of_listener(listener: &Listener) -> Vec<(TypeUrl, &Arc<str>)> {
    let mut references = Vec::new();
    for chain in listener.all_chains() {
        if let Routes::Named(name) = &chain.routes {
            references.push((TypeUrl::RouteConfiguration, name));
        }
        if let Some(tls) = &chain.tls {
            references.extend(references_of_downstream(tls));
        }
    }
    references
}

fn references_of_cluster(cluster: &Cluster) -> Vec<(TypeUrl, &Arc<str>)> {
    let mut references = Vec::new();
    if let ClusterKind::Eds(name) = &cluster.kind {
        references.push((TypeUrl::Endpoint, name));
    }
    if let Some(tls) = &cluster.tls {
        references.extend(references_of_upstream(tls));
    }
    references
}

fn references_of_downstream(tls: &DownstreamTls) -> impl Iterator<Item = (TypeUrl, &Arc<str>)> {
    let client = tls
        .client
        .iter()
        .filter_map(|client| trust_name(&client.trust));
    tls.certificates
        .iter()
        .filter_map(certificate_name)
        .chain(client)
}

fn references_of_upstream(tls: &UpstreamTls) -> impl Iterator<Item = (TypeUrl, &Arc<str>)> {
    tls.certificate
        .iter()
        .filter_map(certificate_name)
        .chain(trust_name(&tls.trust))
}

fn certificate_name(source: &CertificateSource) -> Option<(TypeUrl, &Arc<str>)> {
    match source {
        CertificateSource::Secret(name) => Some((TypeUrl::Secret, name)),
        CertificateSource::Inline(_) => None,
    }
}

fn trust_name(source: &TrustSource) -> Option<(TypeUrl, &Arc<str>)> {
    match source {
        TrustSource::Secret(name) | TrustSource::Combined { secret: name, .. } => {
            Some((TypeUrl::Secret, name))
        }
        TrustSource::Inline(_) => None,
    }
}

#[cfg(test)]
mod tests;
