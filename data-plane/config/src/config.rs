//! The configuration that requests are served with.
//!
//! Owns the immutable whole: every resource of one commit, and the routes linked by domain. Cloning is O(1)
//! and shares everything. Must not be changed in place: a new commit makes a new Config (`commit`), and a
//! request keeps the one it began with.

use std::sync::Arc;

use proto::type_url::TypeUrl;

use crate::ai_backend::AiBackend;
use crate::cluster::{Cluster, ClusterKind};
use crate::endpoint::Endpoints;
use crate::forward_proxy::ForwardProxy;
use crate::listener::{Chain, Listener, Routes};
use crate::model_router::ModelRouter;
use crate::policy::{Policy, PolicySet};
use crate::price_catalog::PriceLayer;
use crate::resources::Resources;
use crate::route_config::RouteConfig;
use crate::route_index::RouteIndex;
use crate::secret::{Certificate, Opaque, Pem, Secret, SecretKind};
use crate::tls::{CertificateSource, Roots, Trust, TrustSource};
use crate::trusted_file::{Contents, TrustedFile};

/// Everything a proxy serves with, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Config {
    commit_id: Arc<str>,
    resources: Resources,
    routes: RouteIndex,
    /// What was read from the files that resources name.
    files: Arc<Contents>,
}

impl Config {
    pub(crate) fn new(commit_id: Arc<str>, resources: Resources, routes: RouteIndex) -> Self {
        Self {
            commit_id,
            resources,
            routes,
            files: Arc::default(),
        }
    }

    /// Every file that a resource names, with its place there.
    pub fn trusted_files(&self) -> impl Iterator<Item = TrustedFile> {
        self.resources.trusted_files()
    }

    /// The same configuration with the content of these files. What names another one is not trusted.
    pub fn with_trusted_files(&self, files: Contents) -> Config {
        Config {
            files: Arc::new(files),
            ..self.clone()
        }
    }

    /// Id of the commit that made it; empty for the empty Config that a proxy begins with. Without Commits
    /// (foreign servers) a hash of the content.
    pub fn commit_id(&self) -> &Arc<str> {
        &self.commit_id
    }

    /// Every listener, by name.
    pub fn listeners(&self) -> impl Iterator<Item = &Arc<Listener>> {
        self.resources.all(TypeUrl::Listener)
    }

    /// The listener of this name.
    pub fn listener(&self, name: &str) -> Option<&Arc<Listener>> {
        self.resources.get(TypeUrl::Listener, name)
    }

    /// The routes of a chain. `None` while a foreign server has not sent them: answer 404.
    pub fn routes<'a>(&'a self, chain: &'a Chain) -> Option<&'a Arc<RouteConfig>> {
        match &chain.routes {
            Routes::Named(name) => self.route_config(name),
            Routes::Inline(config) => Some(config),
        }
    }

    /// The route configuration of this name.
    pub fn route_config(&self, name: &str) -> Option<&Arc<RouteConfig>> {
        self.routes.config(name)
    }

    /// The cluster of this name.
    pub fn cluster(&self, name: &str) -> Option<&Arc<Cluster>> {
        self.resources.get(TypeUrl::Cluster, name)
    }

    /// Every cluster, by name.
    pub fn clusters(&self) -> impl Iterator<Item = &Arc<Cluster>> {
        self.resources.all(TypeUrl::Cluster)
    }

    /// The endpoints of a cluster: its own, or those of the resource it names. `None`: not known (yet), or a
    /// kind without endpoints.
    pub fn endpoints_of<'a>(&'a self, cluster: &'a Cluster) -> Option<&'a Arc<Endpoints>> {
        match &cluster.kind {
            ClusterKind::Static(endpoints) | ClusterKind::Dns(endpoints) => Some(endpoints),
            ClusterKind::Eds(name) => self.resources.get(TypeUrl::Endpoint, name),
            ClusterKind::Ai(_) | ClusterKind::Models(_) | ClusterKind::ForwardProxy(_) => None,
        }
    }

    /// The AI backend of this name.
    pub fn ai_backend(&self, name: &str) -> Option<&Arc<AiBackend>> {
        self.resources.get(TypeUrl::AiBackend, name)
    }

    /// Every AI backend, by name.
    pub fn ai_backends(&self) -> impl Iterator<Item = &Arc<AiBackend>> {
        self.resources.all(TypeUrl::AiBackend)
    }

    /// The layer of prices of this name.
    pub fn price_layer(&self, name: &str) -> Option<&Arc<PriceLayer>> {
        self.resources.get(TypeUrl::PriceCatalog, name)
    }

    /// The model router of this name.
    pub fn model_router(&self, name: &str) -> Option<&Arc<ModelRouter>> {
        self.resources.get(TypeUrl::ModelRouter, name)
    }

    /// The policy of this name.
    pub fn policy(&self, name: &str) -> Option<&Arc<Policy>> {
        self.resources.get(TypeUrl::Policy, name)
    }

    /// Every policy, by name.
    pub fn all_policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.resources.all(TypeUrl::Policy)
    }

    /// The policy set of this name.
    pub fn policy_set(&self, name: &str) -> Option<&Arc<PolicySet>> {
        self.resources.get(TypeUrl::PolicySet, name)
    }

    /// The dynamic forward proxy of this name.
    pub fn forward_proxy(&self, name: &str) -> Option<&Arc<ForwardProxy>> {
        self.resources.get(TypeUrl::DynamicForwardProxy, name)
    }

    /// The secret of this name.
    pub fn secret(&self, name: &str) -> Option<&Arc<Secret>> {
        self.resources.get(TypeUrl::Secret, name)
    }

    /// Every secret, by name.
    pub fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        self.resources.all(TypeUrl::Secret)
    }

    /// The key, token or password of this name. `None`: refuse what needs it.
    pub fn generic_secret(&self, name: &str) -> Option<&Opaque> {
        match &self.secret(name)?.kind {
            SecretKind::Generic(secret) => Some(secret),
            SecretKind::Certificate(_) | SecretKind::Trust(_) => None,
        }
    }

    /// The certificate of a source. `None`: the hand-shake must fail.
    pub fn certificate<'a>(
        &'a self,
        source: &'a CertificateSource,
    ) -> Option<&'a Arc<Certificate>> {
        match source {
            CertificateSource::Inline(certificate) => Some(certificate),
            CertificateSource::Secret(name) => match &self.secret(name)?.kind {
                SecretKind::Certificate(certificate) => Some(certificate),
                SecretKind::Generic(_) | SecretKind::Trust(_) => None,
            },
        }
    }

    /// What a source believes. `None`: the hand-shake must fail.
    pub fn trust(&self, source: &TrustSource) -> Option<Arc<Trust>> {
        let trust = self.declared_trust(source)?;
        match &trust.roots {
            Roots::System | Roots::Pem(_) => Some(trust),
            Roots::File(path) => Some(Arc::new(Trust {
                roots: Roots::Pem(self.files.get(path)?.clone()),
                subject_names: trust.subject_names.clone(),
            })),
        }
    }

    /// What was read from the file that a source believes; for noticing that it has changed.
    pub fn trusted_file(&self, source: &TrustSource) -> Option<&Pem> {
        match &self.declared_trust(source)?.roots {
            Roots::System | Roots::Pem(_) => None,
            Roots::File(path) => self.files.get(path),
        }
    }

    fn declared_trust(&self, source: &TrustSource) -> Option<Arc<Trust>> {
        let named = |name: &str| match &self.secret(name)?.kind {
            SecretKind::Trust(trust) => Some(Arc::clone(trust)),
            SecretKind::Certificate(_) | SecretKind::Generic(_) => None,
        };
        match source {
            TrustSource::Inline(trust) => Some(Arc::clone(trust)),
            TrustSource::Secret(name) => named(name),
            TrustSource::Combined { secret, also } => {
                let mut trust = Trust::clone(&*named(secret)?);
                if trust.roots == Roots::System {
                    trust.roots.clone_from(&also.roots);
                }
                trust
                    .subject_names
                    .extend(also.subject_names.iter().cloned());
                Some(Arc::new(trust))
            }
        }
    }

    /// The version of a resource on the wire, for dumps and reports.
    pub fn version(&self, type_url: TypeUrl, name: &str) -> Option<&Arc<str>> {
        self.resources.set(type_url).version(name)
    }

    pub(crate) fn resources(&self) -> &Resources {
        &self.resources
    }

    pub(crate) fn route_index(&self) -> &RouteIndex {
        &self.routes
    }
}
