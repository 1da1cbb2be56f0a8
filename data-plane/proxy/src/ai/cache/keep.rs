//! What keeps the answer of a provider, from its first byte to its last.
//!
//! Owns the copy and the moment at which it goes into the store. Must not read it. Invariants: only a whole answer that no
//! guard changed is kept; what is larger than the policy allows is let go at once; whoever waits for the answer is freed after
//! it is there, or when it will not come.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use bytes::{Bytes, BytesMut};
use dp_cache::{
    kept,
    key::Key,
    similar::Direction,
    store::{Entry, Store},
};
use dp_config::policy::AiCache;
use dp_llm::{class::Class, observed::Observed};

use super::flight::Leader;
use crate::ai::since_epoch;

/// Keeps an answer.
pub(in crate::ai) struct Keep {
    store: Arc<Store>,
    key: Key,
    class: Class,
    limit: usize,
    tape: Tape,
    /// The provider that is asked, and what.
    asked: Option<Source>,
    /// Where the question points.
    pointing: Option<(Key, Direction)>,
    leader: Option<Leader>,
}

/// Whose answer it is.
pub(in crate::ai) struct Source {
    pub(in crate::ai) provider: Arc<str>,
    /// What the provider is asked.
    pub(in crate::ai) asked: Option<Key>,
    /// The same without the user's last text.
    pub(in crate::ai) shape: Option<Key>,
}

/// A copy of what an upstream sends.
#[derive(Clone, Default)]
pub(crate) struct Tape(Rc<RefCell<Taped>>);

#[derive(Default)]
struct Taped {
    content_type: Option<Box<str>>,
    body: BytesMut,
    limit: usize,
    is_over: bool,
}

// === impl Keep ===

impl Keep {
    pub(super) fn new((store, key): (Arc<Store>, Key), policy: &AiCache, class: Class) -> Keep {
        Keep {
            store,
            key,
            class,
            limit: policy.max_entry_bytes,
            tape: Tape::default(),
            asked: None,
            pointing: None,
            leader: None,
        }
    }

    pub(super) fn lead(&mut self, leader: Leader) {
        self.leader = Some(leader);
    }

    pub(super) fn point(&mut self, partition: Key, direction: Direction) {
        self.pointing = Some((partition, direction));
    }

    /// A provider is asked.
    pub(in crate::ai) fn ask(&mut self, source: Source) {
        self.asked = Some(source);
    }

    /// Its answer begins. What came of an attempt before is forgotten.
    pub(in crate::ai) fn begin(&mut self, content_type: Option<&str>) -> Tape {
        self.tape = Tape(Rc::new(RefCell::new(Taped {
            content_type: content_type.map(Into::into),
            limit: self.limit,
            ..Taped::default()
        })));
        self.tape.clone()
    }

    /// The answer is whole, and no guard has changed it.
    pub(in crate::ai) fn keep(self, observed: &Observed) {
        let Some(Source {
            provider,
            asked: Some(asked),
            shape,
        }) = self.asked
        else {
            return;
        };
        let Some((content_type, body)) = self.tape.take() else {
            return;
        };
        if !kept::may_keep(self.class, observed, &body) {
            return;
        }
        let entry = Entry {
            body,
            content_type,
            provider,
            asked,
            shape,
            stored: since_epoch(),
        };
        self.store.insert(self.key, entry);
        if let Some((partition, direction)) = self.pointing {
            self.store.note(partition, self.key, direction);
        }
    }
}

// === impl Tape ===

impl Tape {
    /// Copies a part.
    pub(crate) fn push(&self, data: &[u8]) {
        let mut taped = self.0.borrow_mut();
        if taped.is_over {
            return;
        }
        if taped.body.len().saturating_add(data.len()) > taped.limit {
            taped.is_over = true;
            taped.body = BytesMut::new();
            return;
        }
        taped.body.extend_from_slice(data);
    }

    fn take(&self) -> Option<(Option<Box<str>>, Bytes)> {
        let mut taped = self.0.borrow_mut();
        let body = std::mem::take(&mut taped.body).freeze();
        // Without what its growth left over.
        let body = Bytes::from(body.to_vec().into_boxed_slice());
        (!taped.is_over).then(|| (taped.content_type.take(), body))
    }
}
