//! From a cluster to the endpoint that serves a request.
//!
//! Owns what one worker has worked out about each cluster: its usable endpoints with weights and TLS. Must
//! not hold anything of a configuration that a swap would have to reset; connections and load live in the
//! pools, under keys of their own. Invariant: what is cached is checked against the configuration of the
//! request, so a request never gets an endpoint of another commit.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use dp_config::{
    Cluster, Config, Endpoints,
    cluster::{Balancing, Protocol as Spoken},
    secret::Pem,
};

use crate::{
    balance::{Random, Weights, pick},
    pool::{Counters, Endpoint, Pools, Protocol, RequestBody},
    provider_group::{attempts::Attempt, pick::NoEntry, states::States},
    resolve::{Addresses, ResolveError, Resolver},
    tls::TlsError,
};

mod judged;
mod members;
mod transport;

pub use transport::transport;

/// How often the addresses of host names are looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A cluster that no request used for this long is forgotten.
const FORGET: Duration = Duration::from_secs(600);

/// Everything one worker needs to reach upstreams.
pub struct Upstream<B> {
    /// Names to addresses.
    pub resolver: Resolver,
    /// Connections.
    pub pools: Pools<B>,
    random: RefCell<Random>,
    /// What is known of endpoints that are judged by their answers, for all workers.
    judged: Arc<States>,
    /// By the protocol of the client, which a cluster may follow.
    clusters: [Known<B>; 2],
}

/// Clusters by name.
type Known<B> = RefCell<HashMap<Arc<str>, Rc<State<B>>>>;

/// The endpoint for one request.
pub struct Picked<B> {
    /// Where to send it.
    pub endpoint: Rc<Endpoint<B>>,
    /// The endpoint's host name, where it has one.
    pub hostname: Option<Arc<str>>,
    /// Addresses of the same host, dialled where the endpoint's own does not answer.
    pub fallbacks: Rc<[SocketAddr]>,
    /// For the whole of connecting.
    pub connect_timeout: Duration,
}

/// Why a cluster has no endpoint.
#[derive(Debug, thiserror::Error)]
pub enum PickError {
    /// No endpoint, or none that is healthy.
    #[error("cluster {0} has no endpoint that may be used")]
    NoEndpoint(Arc<str>),
    /// Each endpoint that is well has as many requests as it may have.
    #[error(
        "each endpoint of cluster {0} that is well has as many requests under way as it may have"
    )]
    Full(Arc<str>),
    /// Its names do not resolve.
    #[error(transparent)]
    Unresolved(#[from] ResolveError),
    /// Its TLS settings cannot be used.
    #[error("cluster {cluster}")]
    Tls {
        /// The cluster.
        cluster: Arc<str>,
        /// Why.
        #[source]
        source: TlsError,
    },
}

/// What was worked out about one cluster.
struct State<B> {
    /// Identity of the configuration that it was last checked against.
    commit: RefCell<Arc<str>>,
    cluster: Arc<Cluster>,
    endpoints: Arc<Endpoints>,
    /// Secrets that the transport was made from, compared by identity.
    secrets: Vec<Option<Arc<dp_config::Secret>>>,
    /// File that it was made from; another content makes another transport.
    file: Option<Pem>,
    /// Host names with what they resolved to; `None` for those that did not.
    names: Vec<(Arc<str>, Option<Addresses>)>,
    members: Vec<Member<B>>,
    weights: Weights,
    /// The members as a group of those that are judged, once somebody does, with the policy.
    judged: RefCell<Option<judged::Group>>,
    turn: Cell<usize>,
    checked: Cell<Instant>,
}

struct Member<B> {
    endpoint: Rc<Endpoint<B>>,
    hostname: Option<Arc<str>>,
    fallbacks: Rc<[SocketAddr]>,
    weight: u32,
}

// === impl Upstream ===

impl<B: RequestBody> Upstream<B> {
    /// Nothing known yet.
    pub fn new(
        resolver: Resolver,
        counters: Arc<Counters>,
        judged: Arc<States>,
        seed: u64,
    ) -> Upstream<B> {
        Upstream {
            resolver,
            pools: Pools::new(counters),
            random: RefCell::new(Random::new(seed)),
            judged,
            clusters: Default::default(),
        }
    }

    /// A random number for weighted choices.
    pub fn random(&self) -> u64 {
        self.random.borrow_mut().next_u64()
    }

    /// The endpoint for a request. `client` is the protocol that the request came in; `now` is passed in
    /// because the caller has read the clock already.
    ///
    /// # Errors
    /// The cluster has no endpoint that can be used now.
    pub async fn pick(
        &self,
        config: &Config,
        cluster: &Arc<Cluster>,
        client: Protocol,
        now: Instant,
    ) -> Result<Picked<B>, PickError> {
        let state = self.state(config, cluster, client, now).await?;
        let index = self.choose(&state);
        state.picked(index)
    }

    /// The same for an attempt at a provider, which is told how the endpoint did: of several, one that is well and that the
    /// request has not asked, by latency and load.
    ///
    /// # Errors
    /// As for [`Upstream::pick`].
    pub async fn pick_for(
        &self,
        config: &Config,
        cluster: &Arc<Cluster>,
        client: Protocol,
        now: Instant,
        attempt: &mut Attempt,
    ) -> Result<Picked<B>, PickError> {
        let state = self.state(config, cluster, client, now).await?;
        let is_limited = attempt.entry.settings.most_at_endpoint.is_some();
        let index = match state.members.len() {
            0 => None,
            1 if !is_limited => self.choose(&state),
            _ => {
                let group = state.judged(&self.judged, &attempt.entry.settings);
                match attempt.at_endpoint(&group, state.kin(), now, self.random()) {
                    Ok(index) => Some(index),
                    Err(NoEntry::Busy) => return Err(PickError::Full(cluster.name.clone())),
                    Err(NoEntry::Drained) => None,
                }
            }
        };
        state.picked(index)
    }

    async fn state(
        &self,
        config: &Config,
        cluster: &Arc<Cluster>,
        client: Protocol,
        now: Instant,
    ) -> Result<Rc<State<B>>, PickError> {
        let protocol = match cluster.protocol {
            // Without a look at ALPN, HTTP/1.1 is what every server has.
            Spoken::Http1 | Spoken::Auto => Protocol::Http1,
            Spoken::Http2 => Protocol::Http2,
            Spoken::Downstream => client,
        };
        match self.known(config, cluster, protocol, now) {
            Some(state) => Ok(state),
            None => self.work_out(config, cluster, protocol, now).await,
        }
    }

    /// Closes and forgets what has been unused for long.
    pub fn sweep(&self, now: Instant) {
        for clusters in &self.clusters {
            clusters
                .borrow_mut()
                .retain(|_, state| now.duration_since(state.checked.get()) < FORGET);
        }
        self.pools.sweep();
    }

    fn choose(&self, state: &State<B>) -> Option<usize> {
        let mut random = self.random.borrow_mut();
        match state.cluster.balancing {
            Balancing::LeastRequest => pick(
                &state.weights,
                |index| {
                    state
                        .members
                        .get(index)
                        .map_or(0, |member| member.endpoint.load())
                },
                || random.next_u64(),
            ),
            Balancing::Random => state.weights.draw(|| random.next_u64()),
            Balancing::RoundRobin => {
                let turn = state.turn.get();
                state.turn.set(turn.wrapping_add(1));
                // Stepping through the total weight gives each endpoint its share.
                state.weights.draw(|| u64::try_from(turn).unwrap_or(0))
            }
        }
    }

    /// What is known, if it still holds for this configuration.
    fn known(
        &self,
        config: &Config,
        cluster: &Arc<Cluster>,
        protocol: Protocol,
        now: Instant,
    ) -> Option<Rc<State<B>>> {
        let clusters = self.clusters(protocol).borrow();
        let state = clusters.get(&cluster.name)?;
        let is_same_commit = Arc::ptr_eq(&state.commit.borrow(), config.commit_id());
        let is_due = now.duration_since(state.checked.get()) >= LOOK_AGAIN;
        if is_same_commit && !is_due {
            return Some(state.clone());
        }
        if !(is_same_commit || state.holds_for(config, cluster)) {
            return None;
        }
        if is_due {
            for (name, addresses) in &state.names {
                match (self.resolver.known(name), addresses) {
                    (Some(Ok(now)), Some(before)) if Arc::ptr_eq(&now, before) => {}
                    (Some(Err(_)), None) => {}
                    (Some(_) | None, _) => return None,
                }
            }
        }
        state.commit.replace(config.commit_id().clone());
        state.checked.set(now);
        Some(state.clone())
    }

    async fn work_out(
        &self,
        config: &Config,
        cluster: &Arc<Cluster>,
        protocol: Protocol,
        now: Instant,
    ) -> Result<Rc<State<B>>, PickError> {
        let endpoints = config
            .endpoints_of(cluster)
            .ok_or_else(|| PickError::NoEndpoint(cluster.name.clone()))?;
        let (names, members) = self.members(config, cluster, endpoints, protocol).await?;
        let state = Rc::new(State {
            commit: RefCell::new(config.commit_id().clone()),
            cluster: cluster.clone(),
            endpoints: endpoints.clone(),
            secrets: transport::secrets(config, cluster),
            file: transport::trusted_file(config, cluster),
            names,
            weights: Weights::new(members.iter().map(|member| member.weight)),
            members,
            judged: RefCell::default(),
            turn: Cell::new(0),
            checked: Cell::new(now),
        });
        self.clusters(protocol)
            .borrow_mut()
            .insert(cluster.name.clone(), state.clone());
        Ok(state)
    }

    fn clusters(&self, protocol: Protocol) -> &Known<B> {
        let [http1, http2] = &self.clusters;
        match protocol {
            Protocol::Http1 => http1,
            Protocol::Http2 => http2,
        }
    }
}

// === impl State ===

impl<B> State<B> {
    /// What a request gets of the member that was chosen.
    fn picked(&self, index: Option<usize>) -> Result<Picked<B>, PickError> {
        let member = index
            .and_then(|index| self.members.get(index))
            .ok_or_else(|| PickError::NoEndpoint(self.cluster.name.clone()))?;
        Ok(Picked {
            endpoint: member.endpoint.clone(),
            hostname: member.hostname.clone(),
            fallbacks: member.fallbacks.clone(),
            connect_timeout: self.cluster.connect_timeout,
        })
    }

    /// Whether another configuration says the same about this cluster.
    fn holds_for(&self, config: &Config, cluster: &Arc<Cluster>) -> bool {
        Arc::ptr_eq(&self.cluster, cluster)
            && config
                .endpoints_of(cluster)
                .is_some_and(|e| Arc::ptr_eq(&self.endpoints, e))
            && transport::secrets(config, cluster)
                .iter()
                .map(|secret| secret.as_ref().map(Arc::as_ptr))
                .eq(self
                    .secrets
                    .iter()
                    .map(|secret| secret.as_ref().map(Arc::as_ptr)))
            && transport::trusted_file(config, cluster) == self.file
    }
}
