//! Names to addresses, for every worker of the process.
//!
//! Owns the cache and the one thread that asks the name servers (or /etc/hosts). Must not know what the
//! addresses are for. Invariant: an answer that has expired is still served while it is renewed, so a slow
//! or broken name server never stops traffic to a known host.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, RwLock, Weak},
    time::{Duration, Instant},
};

use hickory_resolver::{TokioResolver, config::ResolverConfig, net::runtime::TokioRuntimeProvider};
use tokio::sync::{mpsc, oneshot};

/// The shortest and the longest time an answer is kept.
const TTL: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(300);
/// How long a failure is remembered, so that a broken name does not cost a query a request.
const FAILURE_TTL: Duration = Duration::from_secs(2);
/// How long an expired answer may still be served when it cannot be renewed.
const STALE: Duration = Duration::from_secs(600);

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
    cache: RwLock<HashMap<String, Entry>>,
}

#[derive(Clone)]
struct Entry {
    answer: Result<Addresses, ResolveError>,
    expires: Instant,
    renewing: bool,
}

struct Query {
    host: String,
    reply: Option<oneshot::Sender<Result<Addresses, ResolveError>>>,
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
            cache: RwLock::default(),
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

    /// The addresses of a name: at once where they are known, else after a query.
    ///
    /// # Errors
    /// The name does not exist, has no address, or nobody answers.
    pub async fn resolve(&self, host: &str) -> Result<Addresses, ResolveError> {
        if let Some(known) = self.known(host) {
            return known;
        }
        let (reply, answer) = oneshot::channel();
        let _ = self.queries.send(Query {
            host: host.to_owned(),
            reply: Some(reply),
        });
        answer.await.unwrap_or_else(|_| {
            Err(ResolveError {
                host: host.to_owned(),
                reason: "the resolver has stopped".to_owned(),
            })
        })
    }

    /// The answer in the cache, if there is one; an expired one is renewed in the background.
    pub fn known(&self, host: &str) -> Option<Result<Addresses, ResolveError>> {
        let now = Instant::now();
        {
            let cache = self
                .shared
                .cache
                .read()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            let entry = cache.get(host)?;
            if now < entry.expires {
                return Some(entry.answer.clone());
            }
            // A failure is asked again, not served beyond its time.
            entry.answer.as_ref().ok()?;
            if entry.renewing {
                return Some(entry.answer.clone());
            }
        }
        let mut cache = self
            .shared
            .cache
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let entry = cache.get_mut(host)?;
        if !entry.renewing {
            entry.renewing = true;
            let _ = self.queries.send(Query {
                host: host.to_owned(),
                reply: None,
            });
        }
        Some(entry.answer.clone())
    }
}

impl Shared {
    fn store(
        &self,
        host: &str,
        answer: Result<(Addresses, Duration), ResolveError>,
    ) -> Result<Addresses, ResolveError> {
        let now = Instant::now();
        let mut cache = self
            .cache
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let entry = match answer {
            Ok((addresses, ttl)) => {
                let before = cache.get(host).and_then(|entry| entry.answer.as_ref().ok());
                // The same answer keeps its identity, so that pools see no change.
                let same = before.filter(|old| ***old == *addresses).cloned();
                let ttl = ttl.clamp(*TTL.start(), *TTL.end());
                Entry {
                    answer: Ok(same.unwrap_or(addresses)),
                    expires: now + ttl,
                    renewing: false,
                }
            }
            Err(error) => match cache.get(host) {
                Some(Entry {
                    answer: Ok(old),
                    expires,
                    ..
                }) if now < *expires + STALE => {
                    // Kept `renewing` off: the next look-up tries again.
                    Entry {
                        answer: Ok(old.clone()),
                        expires: *expires,
                        renewing: false,
                    }
                }
                _ => Entry {
                    answer: Err(error),
                    expires: now + FAILURE_TTL,
                    renewing: false,
                },
            },
        };
        let answer = entry.answer.clone();
        cache.insert(host.to_owned(), entry);
        answer
    }
}

async fn answer_all(
    origin: Origin,
    mut inbox: mpsc::UnboundedReceiver<Query>,
    cache: Weak<Shared>,
) {
    let origin = std::rc::Rc::new(match origin {
        Origin::System => Asker::System(system_resolver()),
        Origin::Table(table) => Asker::Table(table),
        Origin::Silent => Asker::Silent,
    });
    while let Some(query) = inbox.recv().await {
        let (origin, cache) = (origin.clone(), cache.clone());
        // Ends with its query; the resolver's own time-outs bound it.
        tokio::task::spawn_local(async move {
            let answer = ask(&origin, &query.host).await;
            if let Some(shared) = cache.upgrade() {
                let answer = shared.store(&query.host, answer);
                if let Some(reply) = query.reply {
                    let _ = reply.send(answer);
                }
            }
        });
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
    let failed = |reason: String| ResolveError {
        host: host.to_owned(),
        reason,
    };
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

    fn table() -> Resolver {
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        Resolver::table(HashMap::from([("a.example".to_owned(), vec![address])])).unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_cached_and_keeps_its_identity() {
        let resolver = table();
        assert!(resolver.known("a.example").is_none());
        let first = resolver.resolve("a.example").await.unwrap();
        let second = resolver.known("a.example").unwrap().unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let renewed = resolver
            .shared
            .store("a.example", Ok((first.to_vec().into(), Duration::ZERO)));
        assert!(Arc::ptr_eq(&first, &renewed.unwrap()));
    }

    #[tokio::test]
    async fn a_failure_is_an_error_and_remembered() {
        let resolver = table();
        let error = resolver.resolve("b.example").await.unwrap_err();
        assert_eq!(error.to_string(), "cannot resolve b.example: no such host");
        assert!(resolver.known("b.example").unwrap().is_err());
    }

    #[tokio::test]
    async fn a_known_answer_outlives_a_broken_name_server() {
        let resolver = table();
        let first = resolver.resolve("a.example").await.unwrap();
        let broken = ResolveError {
            host: "a.example".to_owned(),
            reason: "refused".to_owned(),
        };
        let kept = resolver.shared.store("a.example", Err(broken)).unwrap();
        assert!(Arc::ptr_eq(&first, &kept));
    }

    #[tokio::test]
    async fn the_hosts_file_is_read() {
        let resolver = Resolver::system().unwrap();
        let addresses = resolver.resolve("localhost").await.unwrap();
        assert!(addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
    }
}
