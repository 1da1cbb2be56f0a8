//! Idle HTTP/1.1 connections of one endpoint.
//!
//! Owns their order and age: the one used last is taken first, so that the surplus grows old and goes.
//! Must not know requests. Invariant: a connection is in the list only while it is ready for a request.

use std::{cell::RefCell, rc::Rc, time::Duration};

use tokio::time::Instant;

use super::{Endpoint, RequestBody, http1_driven::Sender};

/// More than this many idle connections to one endpoint are not worth their memory.
const MAX_IDLE: usize = 1024;

pub(super) struct IdleList<B> {
    idle: RefCell<Vec<Idle<B>>>,
    limit: Duration,
}

struct Idle<B> {
    sender: Sender<B>,
    since: Instant,
}

impl<B: RequestBody> IdleList<B> {
    /// An empty list of connections that are kept this long.
    pub(super) fn new(limit: Duration) -> IdleList<B> {
        IdleList {
            idle: RefCell::new(Vec::new()),
            limit,
        }
    }

    /// The connection used last that is still good.
    pub(super) fn take(&self, now: Instant) -> Option<Sender<B>> {
        let mut idle = self.idle.borrow_mut();
        while let Some(Idle { sender, since }) = idle.pop() {
            if sender.requests.is_ready() && now.duration_since(since) < self.limit {
                return Some(sender);
            }
        }
        None
    }

    /// Takes a connection whose response is over. It may still be writing the rest of a request, or reading the
    /// last chunk: then it comes back when it is ready.
    pub(super) fn put_back(endpoint: &Rc<Endpoint<B>>, mut sender: Sender<B>) {
        if sender.requests.is_ready() {
            endpoint.idle.push(sender);
        } else if !sender.requests.is_closed() {
            let endpoint = endpoint.clone();
            // Ends when the connection becomes ready or closes.
            tokio::task::spawn_local(async move {
                if sender.requests.ready().await.is_ok() {
                    endpoint.idle.push(sender);
                }
            });
        }
    }

    pub(super) fn sweep(&self, now: Instant) {
        self.idle.borrow_mut().retain(|idle| {
            !idle.sender.requests.is_closed() && now.duration_since(idle.since) < self.limit
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.idle.borrow().is_empty()
    }

    fn push(&self, sender: Sender<B>) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MAX_IDLE {
            idle.push(Idle {
                sender,
                since: Instant::now(),
            });
        }
    }
}
