//! Tokens of clouds, for every worker of the process.
//!
//! Owns the one thread that asks for them, what is known of each source, and the wait for it. Must not know flows: those
//! are dp-credential's. Invariants: equal sources are asked for once, however many requests wait; a token that holds is
//! served while it is renewed, so that a slow token service stops no traffic; no token is printed.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dp_credential::{
    ambient::Ambient,
    failure::{Failure, Tried},
    grant::Grant,
    source::Source,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::timeout,
};

use crate::resolve::Resolver;

mod keep;
mod rim;

/// For one grant with all its steps (llm.md P-24).
const FETCH: Duration = Duration::from_secs(5);
/// A request waits a little longer than a grant may take, so that it learns why there is none.
const WAIT: Duration = Duration::from_secs(7);
/// How often a refused token makes the source be asked again, in seconds: a provider that refuses all tokens must not make
/// every request ask for one.
const REFUSALS: u64 = 30;

/// The clouds, in the order of the counts.
const CLOUDS: [&str; 3] = ["aws", "azure", "gcp"];

/// Every source that is in use.
pub struct TokenSources {
    shared: Arc<Shared>,
    resolver: Resolver,
    ambient: Arc<Ambient>,
    /// To the thread, which starts with the first source.
    thread: OnceLock<Option<mpsc::UnboundedSender<Arc<TokenSource>>>>,
}

/// One source, and what is known of it.
pub struct TokenSource {
    source: Source,
    state: watch::Sender<State>,
    /// Ends a wait of its task: a token was refused, or nobody needs it any more.
    poke: Arc<Notify>,
}

/// What is told of a source; no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenStatus {
    /// Whose cloud it is.
    pub cloud: &'static str,
    /// Which identity is meant.
    pub identity: String,
    /// How it stands.
    pub standing: Standing,
    /// Which step gave the token.
    pub step: Option<&'static str>,
    /// When it ends, in seconds since 1970.
    pub expires_at: Option<u64>,
    /// Why there is no newer one.
    pub failure: Option<String>,
}

/// How a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has a token that holds.
    Valid,
    /// It is being asked for the first time.
    Pending,
    /// It has none.
    Failed,
}

/// Grants and failures of one cloud, ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetches {
    /// How often a token came.
    pub granted: u64,
    /// How often none came.
    pub failed: u64,
}

struct Shared {
    // A std lock: held for a look-up, never across an await.
    known: Mutex<HashMap<Source, Weak<TokenSource>>>,
    fetches: [[AtomicU64; 2]; 3],
}

struct State {
    grant: Option<Arc<Grant>>,
    failure: Option<Arc<Failure>>,
    is_asking: bool,
    /// When it was last asked again because of a refusal.
    refused_at: Option<u64>,
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

// === impl TokenSources ===

impl TokenSources {
    /// None in use yet.
    pub fn new(resolver: Resolver, ambient: Arc<Ambient>) -> TokenSources {
        TokenSources {
            shared: Arc::new(Shared {
                known: Mutex::default(),
                fetches: Default::default(),
            }),
            resolver,
            ambient,
            thread: OnceLock::new(),
        }
    }

    /// What the environment says.
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// The source; it is asked for a token at once, and again before the token ends, as long as somebody holds it.
    pub fn join(&self, source: &Source) -> Arc<TokenSource> {
        let mut known = self.shared.known();
        if let Some(joined) = known.get(source).and_then(Weak::upgrade) {
            return joined;
        }
        known.retain(|_, known| known.strong_count() > 0);
        let joined = Arc::new(TokenSource::new(source.clone()));
        known.insert(source.clone(), Arc::downgrade(&joined));
        drop(known);
        let thread = self.thread.get_or_init(|| {
            let (shared, ambient) = (self.shared.clone(), self.ambient.clone());
            keep::start(shared, self.resolver.clone(), ambient)
                .inspect_err(|error| tracing::error!(%error, "no thread to ask for tokens"))
                .ok()
        });
        let is_kept = thread
            .as_ref()
            .is_some_and(|thread| thread.send(joined.clone()).is_ok());
        if !is_kept {
            joined.failed(Failure {
                what: "nobody can ask for tokens".to_owned(),
                tried: Vec::new(),
                remedy: "the system gives no threads: raise the limit and start the proxy again",
            });
        }
        joined
    }

    /// What is told of every source in use, in an order that stays.
    pub fn status(&self) -> Vec<TokenStatus> {
        let known: Vec<_> = self
            .shared
            .known()
            .values()
            .filter_map(Weak::upgrade)
            .collect();
        let mut status: Vec<_> = known.iter().map(|source| source.status(now())).collect();
        status.sort_by(|a, b| (a.cloud, &a.identity).cmp(&(b.cloud, &b.identity)));
        status
    }

    /// By cloud, each with what was fetched, ever.
    pub fn fetches(&self) -> [(&'static str, Fetches); 3] {
        let [aws, azure, gcp] = &self.shared.fetches;
        let read = |[granted, failed]: &[AtomicU64; 2]| Fetches {
            granted: granted.load(Ordering::Relaxed),
            failed: failed.load(Ordering::Relaxed),
        };
        let [a, b, c] = CLOUDS;
        [(a, read(aws)), (b, read(azure)), (c, read(gcp))]
    }
}

// === impl TokenSource ===

impl TokenSource {
    fn new(source: Source) -> TokenSource {
        TokenSource {
            source,
            state: watch::Sender::new(State {
                grant: None,
                failure: None,
                is_asking: true,
                refused_at: None,
            }),
            poke: Arc::default(),
        }
    }

    /// A token that holds: at once where there is one.
    ///
    /// # Errors
    /// There is none, and why.
    pub async fn token(&self) -> Result<Arc<Grant>, Arc<Failure>> {
        if let Some(known) = self.state.borrow().answer(now()) {
            return known;
        }
        // One that ended while its task slept, as after a suspended machine.
        let now = now();
        let is_mine = self.state.send_if_modified(|state| {
            let is_mine = !state.is_asking && state.answer(now).is_none();
            state.is_asking |= is_mine;
            is_mine
        });
        if is_mine {
            self.poke.notify_one();
        }
        let mut seen = self.state.subscribe();
        let answer = seen.wait_for(|state| state.answer(self::now()).is_some());
        match timeout(WAIT, answer).await {
            Ok(Ok(state)) => state.answer(self::now()).unwrap_or_else(|| Err(too_late())),
            Ok(Err(_)) | Err(_) => Err(too_late()),
        }
    }

    /// Another token than this one, which a provider refused; `None` where there is no other.
    pub async fn other_than(&self, refused: &Arc<Grant>) -> Option<Arc<Grant>> {
        let now = now();
        let is_mine = self.state.send_if_modified(|state| {
            let is_current = state
                .grant
                .as_ref()
                .is_some_and(|grant| Arc::ptr_eq(grant, refused));
            let is_due = state.refused_at.is_none_or(|at| now >= at + REFUSALS);
            let is_mine = is_current && is_due && !state.is_asking;
            if is_mine {
                state.refused_at = Some(now);
                state.is_asking = true;
            }
            is_mine
        });
        if is_mine {
            self.poke.notify_one();
        }
        let mut seen = self.state.subscribe();
        let asked = timeout(WAIT, seen.wait_for(|state| !state.is_asking)).await;
        let state = asked.ok()?.ok()?;
        let grant = state.grant.clone()?;
        (grant.token != refused.token && grant.is_usable(now)).then_some(grant)
    }

    fn granted(&self, grant: Grant) {
        self.state.send_modify(|state| {
            state.grant = Some(Arc::new(grant));
            state.failure = None;
            state.is_asking = false;
        });
    }

    fn failed(&self, failure: Failure) {
        self.state.send_modify(|state| {
            state.failure = Some(Arc::new(failure));
            state.is_asking = false;
        });
    }

    fn asking(&self) {
        self.state.send_modify(|state| state.is_asking = true);
    }

    fn status(&self, now: u64) -> TokenStatus {
        let state = self.state.borrow();
        let grant = state.grant.as_ref();
        TokenStatus {
            cloud: self.source.cloud(),
            identity: self.source.identity(),
            standing: match (grant, &state.failure) {
                (Some(grant), _) if grant.is_usable(now) => Standing::Valid,
                (_, Some(_)) => Standing::Failed,
                (_, None) => Standing::Pending,
            },
            step: grant.map(|grant| grant.step),
            expires_at: grant.and_then(|grant| grant.expires_at),
            failure: state.failure.as_ref().map(ToString::to_string),
        }
    }
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TokenSource").field(&self.source).finish()
    }
}

impl Drop for TokenSource {
    fn drop(&mut self) {
        self.poke.notify_one();
    }
}

fn too_late() -> Arc<Failure> {
    Arc::new(Failure {
        what: "no token within the time for it".to_owned(),
        tried: vec![Tried {
            step: "all",
            why: format!("no answer within {WAIT:?}"),
        }],
        remedy: "look at the proxy's /config_dump, credentials, for what is tried",
    })
}

// === impl State ===

impl State {
    fn answer(&self, now: u64) -> Option<Result<Arc<Grant>, Arc<Failure>>> {
        match (&self.grant, &self.failure) {
            (Some(grant), _) if grant.is_usable(now) => Some(Ok(grant.clone())),
            (_, Some(failure)) if !self.is_asking => Some(Err(failure.clone())),
            (_, _) => None,
        }
    }
}

// === impl Standing ===

impl Standing {
    /// All there are.
    pub const ALL: [Standing; 3] = [Standing::Valid, Standing::Pending, Standing::Failed];

    /// For metrics and dumps.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Valid => "valid",
            Standing::Pending => "pending",
            Standing::Failed => "failed",
        }
    }
}

// === impl Shared ===

impl Shared {
    fn known(&self) -> MutexGuard<'_, HashMap<Source, Weak<TokenSource>>> {
        self.known
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn count(&self, cloud: &str, is_granted: bool) {
        for (name, [granted, failed]) in CLOUDS.iter().zip(&self.fetches) {
            if *name == cloud {
                let count = if is_granted { granted } else { failed };
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests;
