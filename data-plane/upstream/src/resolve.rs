//! Names to addresses, for every worker of the process.
//!
//! Owns the one thread that asks the name servers (or /etc/hosts), and the way there and back. Must not know what the
//! addresses are for. Invariant: an answer that has expired is still served while it is renewed, so a slow
//! or broken name server never stops traffic to a known host.

use std::{
    cell::RefCell,
    collections::HashMap,
    net::IpAddr,
    rc::Rc,
    sync::{Arc, RwLock, RwLockWriteGuard, Weak},
    time::{Duration, Instant},
};

use hickory_resolver::{TokioResolver, config::ResolverConfig, net::runtime::TokioRuntimeProvider};
use tokio::sync::{mpsc, oneshot};

mod cache;
mod queries;

use cache::{Answer, Cache, Look, TTL};
use queries::{Joined, Queries, Whose};

/// The longest name that there can be (RFC 1035, section 2.3.4), as text.
const NAME: usize = 253;

/// Addresses of one name, as one answer gave them.
pub type Addresses = Arc<[IpAddr]>;

/// Why a name has no address.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot resolve {host}: {reason}")]
pub struct ResolveError {
    /// The name.
    pub host: String,
    /// What the name server or the system said.
    pub reason: String,
}

/// Resolves names; clones share one cache.
#[derive(Clone)]
pub struct Resolver {
    shared: Arc<Shared>,
    queries: mpsc::UnboundedSender<Query>,
}

/// Where answers come from.
enum Origin {
    /// /etc/hosts and the name servers of /etc/resolv.conf.
    System,
    /// A fixed table, for tests.
    Table(HashMap<String, Vec<IpAddr>>),
    /// Nowhere: every query waits for ever, for tests.
    Silent,
}

struct Shared {
    // A std lock: held for a map look-up, never across an await.
    cache: RwLock<Cache>,
}

struct Query {
    host: String,
    whose: Whose,
    reply: Option<oneshot::Sender<Answer>>,
}

// === impl Resolver ===

impl Resolver {
    /// A resolver over the system's configuration, with a thread of its own: hickory's connections must not
    /// live on a worker that may be busy.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn system() -> std::io::Result<Resolver> {
        Resolver::start(Origin::System)
    }

    /// A resolver that knows exactly these names.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn table(names: HashMap<String, Vec<IpAddr>>) -> std::io::Result<Resolver> {
        Resolver::start(Origin::Table(names))
    }

    /// A resolver that never answers.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn silent() -> std::io::Result<Resolver> {
        Resolver::start(Origin::Silent)
    }

    fn start(origin: Origin) -> std::io::Result<Resolver> {
        let shared = Arc::new(Shared {
            cache: RwLock::new(Cache::new(Instant::now())),
        });
        let (queries, inbox) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let cache = Arc::downgrade(&shared);
        std::thread::Builder::new()
            .name("resolver".to_owned())
            .spawn(move || {
                let local = tokio::task::LocalSet::new();
                local.block_on(&runtime, answer_all(origin, inbox, cache));
            })?;
        Ok(Resolver { shared, queries })
    }

    /// The addresses of a name of the configuration: at once where they are known, else after a query.
    ///
    /// # Errors
    /// The name does not exist, has no address, or nobody answers.
    pub async fn resolve(&self, host: &str) -> Result<Addresses, ResolveError> {
        self.ask(host, Whose::Ours).await
    }

    /// The same for a name that a client chose.
    ///
    /// # Errors
    /// As for [`Resolver::resolve`], or clients have asked for too many names at once.
    pub async fn resolve_for_client(&self, host: &str) -> Result<Addresses, ResolveError> {
        if host.len() > NAME {
            return Err(ResolveError::new(host, "the name is too long"));
        }
        self.ask(host, Whose::Clients).await
    }

    async fn ask(&self, host: &str, whose: Whose) -> Answer {
        if let Some(known) = self.known(host) {
            return known;
        }
        let (reply, answer) = oneshot::channel();
        let _ = self.queries.send(Query {
            host: host.to_owned(),
            whose,
            reply: Some(reply),
        });
        answer
            .await
            .unwrap_or_else(|_| Err(ResolveError::new(host, "the resolver has stopped")))
    }

    /// The answer in the cache, if there is one; an expired one is renewed in the background.
    pub fn known(&self, host: &str) -> Option<Result<Addresses, ResolveError>> {
        match self.shared.look(host) {
            Look::Unknown => None,
            Look::Fresh(answer) => Some(answer),
            Look::Stale(answer) => {
                if self.shared.write().renew(host) {
                    let _ = self.queries.send(Query {
                        host: host.to_owned(),
                        whose: Whose::Ours,
                        reply: None,
                    });
                }
                Some(answer)
            }
        }
    }
}

// === impl ResolveError ===

impl ResolveError {
    fn new(host: &str, reason: impl Into<String>) -> ResolveError {
        ResolveError {
            host: host.to_owned(),
            reason: reason.into(),
        }
    }
}

// === impl Shared ===

impl Shared {
    fn look(&self, host: &str) -> Look {
        let cache = self.cache.read();
        let cache = cache.unwrap_or_else(|poisoned| poisoned.into_inner());
        cache.look(host, Instant::now())
    }

    fn write(&self) -> RwLockWriteGuard<'_, Cache> {
        self.cache
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

async fn answer_all(
    origin: Origin,
    mut inbox: mpsc::UnboundedReceiver<Query>,
    cache: Weak<Shared>,
) {
    let origin = Rc::new(match origin {
        Origin::System => Asker::System(system_resolver()),
        Origin::Table(table) => Asker::Table(table),
        Origin::Silent => Asker::Silent,
    });
    let queries = Rc::new(RefCell::new(Queries::default()));
    while let Some(Query { host, whose, reply }) = inbox.recv().await {
        let known = cache.upgrade().map(|shared| shared.look(&host));
        let reply = match (known, reply) {
            // Answered since it was sent.
            (Some(Look::Fresh(answer)), Some(reply)) => {
                let _ = reply.send(answer);
                continue;
            }
            (_, reply) => reply,
        };
        let joined = queries.borrow_mut().join(&host, whose, reply);
        match joined {
            Joined::Wait | Joined::Full(None) => {}
            Joined::Full(Some(reply)) => {
                let error = ResolveError::new(&host, "too many other names are being resolved");
                let _ = reply.send(Err(error));
            }
            Joined::Ask => {
                let (origin, cache, queries) = (origin.clone(), cache.clone(), queries.clone());
                // Ends with its query; the resolver's own time-outs bound it.
                tokio::task::spawn_local(async move {
                    let answer = ask(&origin, &host).await;
                    let waiting = queries.borrow_mut().end(&host);
                    if let Some(shared) = cache.upgrade() {
                        let answer = shared.write().store(&host, answer, Instant::now());
                        for reply in waiting {
                            let _ = reply.send(answer.clone());
                        }
                    }
                });
            }
        }
    }
}

enum Asker {
    System(Result<Box<TokioResolver>, String>),
    Table(HashMap<String, Vec<IpAddr>>),
    Silent,
}

fn system_resolver() -> Result<Box<TokioResolver>, String> {
    let builder = TokioResolver::builder_tokio().unwrap_or_else(|_| {
        // No resolv.conf: /etc/hosts still works.
        TokioResolver::builder_with_config(
            ResolverConfig::default(),
            TokioRuntimeProvider::default(),
        )
    });
    builder
        .build()
        .map(Box::new)
        .map_err(|error| error.to_string())
}

async fn ask(origin: &Asker, host: &str) -> Result<(Addresses, Duration), ResolveError> {
    let failed = |reason: String| ResolveError::new(host, reason);
    let (addresses, ttl): (Addresses, _) = match origin {
        Asker::Table(table) => {
            let addresses = table
                .get(host)
                .ok_or_else(|| failed("no such host".to_owned()))?;
            (addresses.clone().into(), *TTL.end())
        }
        Asker::Silent => std::future::pending().await,
        Asker::System(Err(reason)) => return Err(failed(reason.clone())),
        Asker::System(Ok(resolver)) => {
            let answer = resolver
                .lookup_ip(host)
                .await
                .map_err(|error| failed(error.to_string()))?;
            let ttl = answer
                .as_lookup()
                .valid_until()
                .saturating_duration_since(Instant::now());
            let mut addresses: Vec<IpAddr> = answer.iter().collect();
            // One order for equal answers: name servers rotate theirs.
            addresses.sort_unstable();
            (addresses.into(), ttl)
        }
    };
    if addresses.is_empty() {
        return Err(failed("the name has no address".to_owned()));
    }
    Ok((addresses, ttl))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    fn table() -> Resolver {
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        Resolver::table(HashMap::from([("a.example".to_owned(), vec![address])])).unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_cached() {
        let resolver = table();
        assert!(resolver.known("a.example").is_none());
        let first = resolver.resolve("a.example").await.unwrap();
        let second = resolver.known("a.example").unwrap().unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[tokio::test]
    async fn a_failure_is_an_error_and_remembered() {
        let resolver = table();
        let error = resolver.resolve("b.example").await.unwrap_err();
        assert_eq!(error.to_string(), "cannot resolve b.example: no such host");
        assert!(resolver.known("b.example").unwrap().is_err());
    }

    #[tokio::test]
    async fn clients_cannot_ask_for_names_without_end() {
        let resolver = Resolver::silent().unwrap();
        let long = "a".repeat(NAME + 1);
        assert!(resolver.resolve_for_client(&long).await.is_err());
        let names = (0..1000).map(|i| format!("{i}.example"));
        let mut asked: Vec<_> = names
            .map(|name| {
                let resolver = resolver.clone();
                async move { resolver.resolve_for_client(&name).await }.boxed()
            })
            .collect();
        // The first answer is a refusal: every name server is silent.
        let (answer, _, rest) = futures::future::select_all(asked.drain(..)).await;
        let error = answer.unwrap_err();
        assert!(error.reason.contains("too many"), "{error}");
        drop(rest);
        assert!(resolver.known(&error.host).is_none(), "not remembered");
    }

    #[tokio::test]
    async fn the_hosts_file_is_read() {
        let resolver = Resolver::system().unwrap();
        let addresses = resolver.resolve("localhost").await.unwrap();
        assert!(addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
    }
}
