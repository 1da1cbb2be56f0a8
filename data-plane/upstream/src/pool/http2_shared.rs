//! HTTP/2 connections of one endpoint, each shared by many requests.
//!
//! Owns how many streams a connection carries and that only one is opened at a time. Must not know
//! requests. Invariant: a connection that is retired takes no further stream and closes once its streams
//! are over; and who waits for another's dial has its outcome, good or bad.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use hyper::client::conn::http2::SendRequest;
use tokio::{sync::Mutex, time::Instant};

use super::{RequestBody, SendError, dial::Dial};

/// Streams of one connection before another is opened; most servers allow 100.
pub(super) const MAX_STREAMS: u32 = 100;

pub(super) struct SharedList<B> {
    limit: Duration,
    connections: RefCell<Vec<Shared<B>>>,
    /// Requests that find no room wait here for the one that connects.
    connecting: Mutex<()>,
    /// Dials that came to an end; wraps.
    dialled: Cell<u32>,
    /// What the last of them failed with.
    failed: RefCell<Option<Arc<SendError>>>,
}

struct Shared<B> {
    sender: SendRequest<B>,
    state: Rc<State>,
}

struct State {
    streams: Cell<u32>,
    used: Cell<Instant>,
    is_retired: Cell<bool>,
}

/// One stream of a shared connection; counts down when dropped.
pub(super) struct Stream {
    state: Rc<State>,
}

// === impl SharedList ===

impl<B: RequestBody> SharedList<B> {
    /// No connections yet; each is kept this long without a stream.
    pub(super) fn new(limit: Duration) -> SharedList<B> {
        SharedList {
            limit,
            connections: RefCell::new(Vec::new()),
            connecting: Mutex::new(()),
            dialled: Cell::new(0),
            failed: RefCell::new(None),
        }
    }

    /// A stream on a connection with room, or on a fresh one.
    pub(super) async fn open(
        &self,
        dial: &Dial<'_, B>,
    ) -> Result<(SendRequest<B>, Stream), SendError> {
        if let Some(open) = self.room() {
            return Ok(open);
        }
        let before = self.dialled.get();
        let _turn = self.connecting.lock().await;
        if let Some(open) = self.room() {
            return Ok(open);
        }
        if self.dialled.get() != before
            && let Some(error) = &*self.failed.borrow()
        {
            // To dial again would take each of those who wait longer than the one before it.
            return Err(SendError::Shared(error.clone()));
        }
        let sender = self.dial(dial).await?;
        let state = Rc::new(State {
            streams: Cell::new(0),
            used: Cell::new(Instant::now()),
            is_retired: Cell::new(false),
        });
        let stream = Stream::new(&state);
        self.connections.borrow_mut().push(Shared {
            sender: sender.clone(),
            state,
        });
        Ok((sender, stream))
    }

    async fn dial(&self, dial: &Dial<'_, B>) -> Result<SendRequest<B>, SendError> {
        let dialled = dial.http2().await;
        self.dialled.set(self.dialled.get().wrapping_add(1));
        match dialled {
            Ok(sender) => {
                self.failed.take();
                Ok(sender)
            }
            Err(error) => {
                let error = Arc::new(error);
                self.failed.replace(Some(error.clone()));
                Err(SendError::Shared(error))
            }
        }
    }

    pub(super) fn sweep(&self, now: Instant) {
        self.connections.borrow_mut().retain(|shared| {
            let is_idle = shared.state.streams.get() == 0
                && now.duration_since(shared.state.used.get()) >= self.limit;
            shared.is_usable() && !is_idle
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connections.borrow().is_empty()
    }

    fn room(&self) -> Option<(SendRequest<B>, Stream)> {
        let mut connections = self.connections.borrow_mut();
        connections.retain(Shared::is_usable);
        connections
            .iter()
            .find(|shared| shared.has_room())
            .map(|shared| (shared.sender.clone(), Stream::new(&shared.state)))
    }
}

// === impl Shared ===

impl<B> Shared<B> {
    fn is_usable(&self) -> bool {
        !self.sender.is_closed() && !self.state.is_retired.get()
    }

    fn has_room(&self) -> bool {
        // A server that allows fewer makes hyper queue the rest.
        self.state.streams.get() < MAX_STREAMS
    }
}

// === impl Stream ===

impl Stream {
    fn new(state: &Rc<State>) -> Stream {
        state.streams.set(state.streams.get() + 1);
        Stream {
            state: state.clone(),
        }
    }

    /// Takes the connection out of use.
    pub(super) fn retire(self) {
        self.state.is_retired.set(true);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.state
            .streams
            .set(self.state.streams.get().saturating_sub(1));
        self.state.used.set(Instant::now());
    }
}
