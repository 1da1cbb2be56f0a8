//! An HTTP/1.1 connection that is driven by its task, and by whoever reads its answer.
//!
//! hyper hands over one part of an answer, and the connection waits for its task's turn before it hands over the next, also
//! where that lies read in its buffer: two turns of the runtime for each part. Here the reader gives the connection a turn of
//! its own. Must not know requests. Invariant: the connection wakes its task, whoever polled it, so that it goes on when
//! nobody reads; and it is dropped when it ends, whoever saw that.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use hyper::client::conn::http1::SendRequest;

type Connection = Pin<Box<dyn Future<Output = hyper::Result<()>>>>;

/// What sends requests over a connection.
pub(super) struct Sender<B> {
    pub(super) requests: SendRequest<B>,
    driven: Driven,
}

/// A connection that several hold.
#[derive(Clone)]
struct Driven(Rc<RefCell<State>>);

struct State {
    /// `None` once it has ended.
    connection: Option<Connection>,
    /// How it ended, until its task asks.
    ended: Option<hyper::Result<()>>,
    /// Its task's; none before the task's first turn.
    waker: Option<Waker>,
}

// === impl Sender ===

impl<B> Sender<B> {
    /// The sender, and what drives its connection in a task until it ends.
    pub(super) fn new(
        requests: SendRequest<B>,
        connection: impl Future<Output = hyper::Result<()>> + 'static,
    ) -> (Sender<B>, impl Future<Output = hyper::Result<()>>) {
        let driven = Driven(Rc::new(RefCell::new(State {
            connection: Some(Box::pin(connection)),
            ended: None,
            waker: None,
        })));
        let own = driven.clone();
        let drive = poll_fn(move |cx| own.0.borrow_mut().poll(cx));
        (Sender { requests, driven }, drive)
    }

    /// Lets the connection go on as far as it can without waiting.
    pub(super) fn advance(&self) {
        // A connection that is being polled already goes on by itself.
        if let Ok(mut state) = self.driven.0.try_borrow_mut() {
            state.advance();
        }
    }
}

// === impl State ===

impl State {
    /// The task's turn.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let is_known = self
            .waker
            .as_ref()
            .is_some_and(|own| own.will_wake(cx.waker()));
        if !is_known {
            self.waker = Some(cx.waker().clone());
        }
        self.turn(cx);
        match self.ended.take() {
            Some(ended) => Poll::Ready(ended),
            None => Poll::Pending,
        }
    }

    /// Another's turn.
    fn advance(&mut self) {
        if let Some(waker) = self.waker.clone() {
            self.turn(&mut Context::from_waker(&waker));
            if self.ended.is_some() {
                waker.wake();
            }
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && let Poll::Ready(ended) = connection.as_mut().poll(cx)
        {
            self.connection = None;
            self.ended = Some(ended);
        }
    }
}
