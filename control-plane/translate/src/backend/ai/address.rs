//! Where a model provider is: the home of its kind, a host, a Service.
//!
//! Owns the cluster of a provider and when it is spoken to without TLS. Must not know credentials. Invariant: a public
//! service is never spoken to in clear, unless the operator moved it.

use cp_api::backend::provider::Custom;
use cp_api::condition::Reason;
use cp_api::{Kind, http_route::BackendObjectReference};

use super::provider::Home;
use super::{Placed, Scope};
use crate::backend::base_url::BaseUrl;
use crate::backend::static_host::authority;
use crate::backend::{Verdict, policy, service};
use crate::plan::{HomePlan, Host, Upstream, UpstreamProtocol, UpstreamTls, Verification};
use crate::settings::ProviderAddress;

/// How a provider is reached.
pub(super) struct Address {
    pub(super) cluster: String,
    pub(super) transport: Option<Upstream>,
    pub(super) authority: String,
}

/// When a provider is spoken to without TLS.
#[derive(Clone, Copy)]
enum Plain {
    /// Never.
    Refused,
    /// Unless a policy asks for TLS.
    Allowed,
    /// Whatever the policies say: the operator redirected the provider.
    Always,
}

// === impl Scope ===

impl Scope<'_> {
    /// Where a base URL says, whatever the kind.
    pub(super) fn based(
        &self,
        placed: &Placed<'_>,
        base: &BaseUrl,
        home: &Home<'_>,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        if let Home::Own(Custom {
            backend_ref: Some(_),
            ..
        }) = home
        {
            return Err(format!(
                "{0}.baseURL and {0}.custom.backendRef are two addresses; remove one",
                placed.path
            ));
        }
        let plain = if base.is_tls {
            Plain::Refused
        } else {
            Plain::Allowed
        };
        self.at(placed, (&base.host, base.port), plain, verdict)
    }

    /// A service that lives at a host of its own, unless the user or the operator moved it.
    pub(super) fn public(
        &self,
        placed: &Placed<'_>,
        (kind, own): (&str, &str),
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        if let (Some(host), Some(port)) = (&placed.provider.host, placed.provider.port) {
            return self.at(placed, (host, port), Plain::Allowed, verdict);
        }
        match self.settings.provider_overrides.get(kind) {
            None => self.at(placed, (own, 443), Plain::Refused, verdict),
            Some(ProviderAddress { host, port, tls }) => {
                let plain = if *tls { Plain::Refused } else { Plain::Always };
                self.at(placed, (host, *port), plain, verdict)
            }
        }
    }

    /// The other host of a service that lives at hosts of its own; none where somebody moved it.
    pub(super) fn elsewhere(
        &self,
        placed: &Placed<'_>,
        home: &Home<'_>,
        verdict: &mut Verdict,
    ) -> Result<Option<Box<HomePlan>>, String> {
        let Home::Public {
            kind,
            rerank: Some(host),
            ..
        } = home
        else {
            return Ok(None);
        };
        let is_moved = placed.base.is_some()
            || placed.provider.host.is_some()
            || self.settings.provider_overrides.contains_key(*kind);
        if is_moved {
            return Ok(None);
        }
        let address = self.at(placed, (host, 443), Plain::Refused, verdict)?;
        let cluster = format!("{}/rerank", address.cluster);
        Ok(address.transport.map(|transport| {
            Box::new(HomePlan {
                cluster,
                transport,
                authority: address.authority,
            })
        }))
    }

    pub(super) fn custom(
        &self,
        placed: &Placed<'_>,
        custom: &Custom,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        if let (Some(host), Some(port)) = (&placed.provider.host, placed.provider.port) {
            return self.at(placed, (host, port), Plain::Allowed, verdict);
        }
        let Some(reference) = &custom.backend_ref else {
            return Err(format!(
                "{}: custom needs host and port, or backendRef",
                placed.path
            ));
        };
        let path = format!("{}.custom.backendRef", placed.path);
        self.service(placed, (&path, reference), verdict)
    }

    /// A Service as the provider's address: its endpoints, in a cluster of the provider's own.
    pub(super) fn service(
        &self,
        placed: &Placed<'_>,
        (path, reference): (&str, &BackendObjectReference),
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let is_local = reference
            .namespace
            .as_deref()
            .is_none_or(|namespace| namespace == self.namespace());
        if Kind::of(&reference.group, &reference.kind) != Some(Kind::Service) || !is_local {
            return Err(format!("{path} must be a Service in the same namespace"));
        }
        if placed.tls.is_some() {
            return Err(format!(
                "{path} with policies.tls is not supported yet; use host and port"
            ));
        }
        let port = reference.port.unwrap_or(0);
        let host = format!("{}.{}.svc", reference.name, self.namespace());
        let authority = authority(&host, port, false);
        let cluster = self.cluster(placed.name);
        match service::resolve(self.lookup, self.namespace(), &reference.name, port) {
            Ok(plan) => Ok(Address {
                cluster,
                transport: Some(plan.upstream),
                authority,
            }),
            Err((reason, message)) => {
                let message = format!("{path}: {message}");
                verdict.unresolved.push((reason, message.clone()));
                Err(message)
            }
        }
    }

    fn at(
        &self,
        placed: &Placed<'_>,
        (host, port): (&str, u16),
        plain: Plain,
        verdict: &mut Verdict,
    ) -> Result<Address, String> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let tls = match (plain, &placed.tls) {
            (Plain::Always, _) | (Plain::Allowed, None) => None,
            (Plain::Refused, None) => Some(UpstreamTls {
                server_name: host.clone(),
                ca: None,
                certificate: None,
                verification: Verification::Whole,
            }),
            (Plain::Refused | Plain::Allowed, Some((tls, path))) => {
                verdict
                    .doubtful
                    .extend(policy::unverified(path, tls, &host));
                let tls = policy::tls(self.lookup, self.namespace(), path, (tls, &host));
                Some(tls.map_err(|(reason, message)| {
                    if reason != Reason::NotSupported {
                        verdict.unresolved.push((reason, message.clone()));
                    }
                    message
                })?)
            }
        };
        let authority = authority(&host, port, tls.is_some());
        let protocol = UpstreamProtocol::Http1;
        let transport = Some(Upstream::Host(Host {
            host,
            port,
            tls,
            protocol,
        }));
        Ok(Address {
            cluster: self.cluster(placed.name),
            transport,
            authority,
        })
    }
}
