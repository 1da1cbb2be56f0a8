//! The logical stream of one type within an ADS stream (R3).
//!
//! Owns what the client asked for, what it was last sent, what it must be told next, and which responses it has
//! not answered. Must not know other types nor when to push. Invariant: what the client holds is `sent`,
//! narrowed to the subscription, except for names in `due` (to be told whatever happens) and in `unknown`
//! (in a refused response; to be told with the next change).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use imbl::ordmap::DiffItem;
use proto::type_url::TypeUrl;

use crate::resource::{Resource, Version};
use crate::snapshot::Set;
use crate::subscription::{Asked, Subscription, Wildcard};

/// State of one type on one stream.
#[derive(Debug)]
pub(crate) struct TypeStream {
    type_url: TypeUrl,
    pub(crate) subscription: Subscription,
    sent: Set,
    due: BTreeSet<Arc<str>>,
    /// With the place of the response that was refused.
    unknown: BTreeMap<Arc<str>, u64>,
    in_flight: VecDeque<InFlight>,
    written: u64,
    /// State of the world: the version that a reconnecting client says it has (R41).
    claimed_version: Option<String>,
    /// The client waits for an answer, even an empty one (R42).
    answer_due: bool,
    /// Names asked for in vain, so that each is reported once.
    unsupported: BTreeSet<Arc<str>>,
    /// Everything up to this generation of the target was sent and ACKed.
    settled: u64,
    /// Generation of the target in which the content of the type last changed.
    changed_at: u64,
}

/// A response that the client has not answered.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    pub(crate) nonce: Arc<str>,
    /// Every name in it, added, changed or removed.
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) commit_id: Option<Arc<str>>,
    /// Generation of the target when it was sent.
    pub(crate) generation: u64,
    /// Place among the responses of the type; set by [`TypeStream::wrote`].
    pub(crate) place: u64,
}

/// What the client must be told to hold a target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    pub(crate) resources: Vec<Arc<Resource>>,
    pub(crate) removed: Vec<Arc<str>>,
    /// An answer is owed even if both are empty.
    pub(crate) answer: bool,
}

// === impl TypeStream ===

impl TypeStream {
    pub(crate) fn new(type_url: TypeUrl) -> TypeStream {
        TypeStream {
            type_url,
            subscription: Subscription::default(),
            sent: Set::default(),
            due: BTreeSet::new(),
            unknown: BTreeMap::new(),
            in_flight: VecDeque::new(),
            written: 0,
            claimed_version: None,
            answer_due: false,
            unsupported: BTreeSet::new(),
            settled: 0,
            changed_at: 0,
        }
    }

    /// Takes in what a request changed. `held` is what a reconnecting client says it holds: a claim about
    /// resources, no subscription (R43).
    pub(crate) fn ask(&mut self, asked: Asked, held: &BTreeMap<String, String>) {
        // A Commit is sent on every new stream, held or not: only its ACK there says that it is applied.
        let nothing = BTreeMap::new();
        let held = if self.type_url == TypeUrl::Commit {
            &nothing
        } else {
            held
        };
        if asked.first {
            for (name, version) in held {
                if self.subscription.covers(name) {
                    let version = version.parse().unwrap_or(Version::UNKNOWN);
                    self.sent
                        .insert(Resource::claimed(self.type_url, name, version));
                }
            }
        }
        match asked.wildcard {
            Wildcard::Same => {}
            Wildcard::Began if asked.first => self.answer_due = true,
            Wildcard::Began => {
                self.answer_due = true;
                // A response on its way may reach the client after it asked for everything, and be taken.
                let on_the_way = self.in_flight.iter().flat_map(|response| &response.names);
                self.due.extend(on_the_way.cloned());
                let names = self.subscription.names();
                self.sent = names
                    .iter()
                    .filter_map(|name| self.sent.get(name))
                    .cloned()
                    .collect();
            }
            Wildcard::Repeated => {
                self.answer_due = true;
                self.due
                    .extend(self.sent.iter().map(|resource| Arc::clone(resource.name())));
            }
            Wildcard::Ended => {}
        }
        let is_claimed = |name: &Arc<str>| asked.first && held.contains_key(name.as_ref());
        self.due
            .extend(asked.fresh.iter().filter(|name| !is_claimed(name)).cloned());
        let subscription = &self.subscription;
        self.due.retain(|name| subscription.covers(name));
        self.unknown.retain(|name, _| subscription.covers(name));
    }

    /// A reconnecting state-of-the-world client says that it has this version. It is believed of a client that
    /// names nothing only: where there are names, the list may have changed meanwhile (R41).
    pub(crate) fn claim_version(&mut self, version: &str) {
        if version.is_empty() {
            return;
        }
        if self.subscription.is_legacy_wildcard() {
            self.claimed_version = Some(version.to_owned());
        } else if is_full_state(self.type_url) {
            // It holds something, which may all be gone: silence would leave it there.
            self.answer_due = true;
        }
    }

    /// Everything asked for is to be sent again.
    pub(crate) fn repeat(&mut self) {
        self.answer_due |= self.subscription.is_wildcard();
        self.due.extend(self.subscription.names().iter().cloned());
        if self.subscription.is_wildcard() {
            self.due
                .extend(self.sent.iter().map(|resource| Arc::clone(resource.name())));
        }
    }

    /// Remembers an unsupported name; true the first time.
    pub(crate) fn note_unsupported(&mut self, name: &str) -> bool {
        self.unsupported.insert(Arc::from(name))
    }

    /// Number of names that the client made us remember.
    pub(crate) fn load(&self) -> usize {
        self.subscription.names().len() + self.unsupported.len()
    }

    /// What the client must be told to hold `target`.
    pub(crate) fn pending(&self, target: &Set) -> Pending {
        if self
            .claimed_version
            .as_ref()
            .is_some_and(|version| *version == target.digest().hex())
        {
            return Pending::default();
        }
        let mut pending = Pending {
            answer: self.answer_due,
            ..Pending::default()
        };
        let wanted = |name: &Arc<str>| self.subscription.covers(name) && !self.due.contains(name);
        for item in self.sent.resources().diff(target.resources()) {
            match item {
                DiffItem::Add(name, resource)
                | DiffItem::Update {
                    new: (name, resource),
                    ..
                } => {
                    if wanted(name) {
                        pending.resources.push(Arc::clone(resource));
                    }
                }
                DiffItem::Remove(name, _) => {
                    if wanted(name) {
                        pending.removed.push(Arc::clone(name));
                    }
                }
            }
        }
        for name in &self.due {
            match target.get(name).filter(|resource| !resource.is_claim()) {
                Some(resource) => pending.resources.push(Arc::clone(resource)),
                None => pending.removed.push(Arc::clone(name)),
            }
        }
        pending
    }

    /// The client was told everything it needs to hold `target`.
    pub(crate) fn told(&mut self, target: &Set) {
        self.sent = target.clone();
        self.due.clear();
        self.answer_due = false;
        self.claimed_version = None;
    }

    /// A response was written.
    pub(crate) fn wrote(&mut self, mut response: InFlight) {
        self.written += 1;
        response.place = self.written;
        self.in_flight.push_back(response);
    }

    /// Takes the response with this nonce out of flight; `None` if it is not (any more) in flight.
    pub(crate) fn answered(&mut self, nonce: &str) -> Option<InFlight> {
        let at = self
            .in_flight
            .iter()
            .position(|response| &*response.nonce == nonce)?;
        self.in_flight.remove(at)
    }

    /// Takes out every response up to this nonce, oldest first: a state-of-the-world client may answer several
    /// at once.
    pub(crate) fn answered_up_to(&mut self, nonce: &str) -> Vec<InFlight> {
        match self
            .in_flight
            .iter()
            .position(|response| &*response.nonce == nonce)
        {
            Some(at) => self.in_flight.drain(..=at).collect(),
            None => Vec::new(),
        }
    }

    /// The client took it.
    pub(crate) fn acked(&mut self, response: &InFlight) {
        for name in &response.names {
            if self
                .unknown
                .get(name)
                .is_some_and(|place| *place < response.place)
            {
                self.unknown.remove(name);
            }
        }
        let is_last = self
            .in_flight
            .iter()
            .all(|other| other.generation > response.generation);
        if is_last && self.unknown.is_empty() {
            self.settled = self.settled.max(response.generation);
        }
    }

    /// The client refused it: whether it holds any of the names is unknown, whatever it says (finding 5). The
    /// fate of a name that a later response carries is the fate of that response.
    pub(crate) fn nacked(&mut self, response: &InFlight) {
        let later: BTreeSet<Arc<str>> = self
            .in_flight
            .iter()
            .filter(|other| other.place > response.place)
            .flat_map(|other| other.names.iter().cloned())
            .collect();
        let unknown = response
            .names
            .iter()
            .filter(|name| self.subscription.covers(name) && !later.contains(*name));
        self.unknown
            .extend(unknown.map(|name| (Arc::clone(name), response.place)));
        if response.generation < self.changed_at {
            self.offer_again();
        }
    }

    /// The content of the type changed with this generation: what was refused is offered again (R13).
    pub(crate) fn content_changed(&mut self, generation: u64) {
        self.changed_at = generation;
        self.offer_again();
    }

    fn offer_again(&mut self) {
        self.due
            .extend(std::mem::take(&mut self.unknown).into_keys());
    }

    /// Tells a name again with the next push, changed or not.
    pub(crate) fn force(&mut self, name: &Arc<str>) {
        self.due.insert(Arc::clone(name));
    }

    /// Settles `generation` if the client is known to hold `target`; true if it is settled.
    pub(crate) fn settle(&mut self, target: &Set, generation: u64) -> bool {
        let is_quiet = self.in_flight.is_empty() && self.unknown.is_empty();
        if self.settled < generation && is_quiet && self.pending(target).is_empty() {
            self.told(target);
            self.settled = generation;
        }
        self.settled >= generation
    }

    /// Highest generation that is settled.
    pub(crate) fn settled(&self) -> u64 {
        self.settled
    }

    /// What the client was last sent.
    pub(crate) fn sent(&self) -> &Set {
        &self.sent
    }

    /// Number of responses without an answer.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }
}

// === impl Pending ===

impl Pending {
    /// True if there is nothing to say.
    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.removed.is_empty() && !self.answer
    }
}

/// Types whose state-of-the-world response is the whole state, absence meaning deletion (R31).
pub(crate) fn is_full_state(type_url: TypeUrl) -> bool {
    match type_url {
        TypeUrl::Cluster | TypeUrl::Listener => true,
        TypeUrl::Endpoint
        | TypeUrl::Secret
        | TypeUrl::Policy
        | TypeUrl::PolicySet
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::AiBackend
        | TypeUrl::ModelRouter
        | TypeUrl::RouteConfiguration
        | TypeUrl::VirtualHost
        | TypeUrl::RouteRule
        | TypeUrl::Commit => false,
    }
}
