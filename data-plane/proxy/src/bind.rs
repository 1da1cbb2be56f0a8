//! Listening sockets, and what changes between two configurations.
//!
//! Owns opening, keeping and retiring of sockets, keyed by the address that a listener asks for. Must not
//! accept; workers do, each on a clone of the socket. Invariant: a socket that both configurations want is
//! never closed in between, whatever else about its listener changes.

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::served::Active;

/// Connections that the kernel holds for us until a worker accepts them.
const BACKLOG: i32 = 4096;
/// How long a client of a removed listener may take to see `connection: close` before an idle connection is
/// closed, and how long requests may go on then.
pub(crate) const RETIREMENT: Retirement = Retirement {
    grace: Duration::from_secs(5),
    limit: Duration::from_secs(600),
};

/// How long a worker may take to accept what is queued on a socket that closes, and a client to ask for something on a
/// connection that is about to be closed.
pub(crate) const SETTLING: Duration = Duration::from_secs(1);

/// What a listener asks to be bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BindKey {
    /// The address of the configuration, port offset included.
    pub(crate) address: SocketAddr,
    /// Whether an IPv6 wildcard takes IPv4 connections too.
    pub(crate) is_dual: bool,
    /// Tells listeners on port 0 apart; `None` for every other port.
    pub(crate) name: Option<String>,
}

/// A bound socket and its connections.
pub(crate) struct Bound {
    pub(crate) key: BindKey,
    pub(crate) local: SocketAddr,
    /// Cancelled once the socket is to be closed.
    pub(crate) closing: CancellationToken,
    /// Taken out when it is to be closed: configurations keep the rest of this alive for longer.
    socket: Mutex<Option<TcpListener>>,
    phase: Mutex<watch::Sender<Phase>>,
    open: AtomicUsize,
    /// The last configuration that had the listener as its connections know it.
    last: Mutex<Option<Arc<Active>>>,
}

/// How far the connections of a listener are on their way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Keep-alive.
    Serving,
    /// The next response says `connection: close`; GOAWAY.
    Closing,
    /// Idle connections are closed.
    Ending,
    /// Everything is closed.
    Over,
}

/// How a set of connections is brought to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retirement {
    /// From `Closing` to `Ending`.
    pub(crate) grace: Duration,
    /// From `Closing` to `Over`.
    pub(crate) limit: Duration,
}

/// Counts one connection of a listener while it lives.
pub(crate) struct Open(Arc<Bound>);

/// The sockets of the active configuration.
#[derive(Default)]
pub(crate) struct Sockets(Mutex<BTreeMap<BindKey, Arc<Bound>>>);

// === impl BindKey ===

impl BindKey {
    /// The key of a listener.
    pub(crate) fn new(name: &str, address: SocketAddr, is_dual: bool) -> BindKey {
        BindKey {
            address,
            is_dual,
            name: (address.port() == 0).then(|| name.to_owned()),
        }
    }
}

// === impl Bound ===

impl Bound {
    /// Binds and listens, so that nothing is left that could fail after the swap. Clients that connect before
    /// it wait in the backlog.
    pub(crate) fn open(key: BindKey) -> io::Result<Arc<Bound>> {
        let socket = Socket::new(
            Domain::for_address(key.address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        // A restart must not wait for connections of the last run in TIME_WAIT.
        socket.set_reuse_address(true)?;
        if key.address.is_ipv6() {
            socket.set_only_v6(!key.is_dual)?;
        }
        socket.bind(&key.address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let socket = TcpListener::from(socket);
        let local = socket.local_addr()?;
        Ok(Arc::new(Bound {
            key,
            local,
            closing: CancellationToken::new(),
            socket: Mutex::new(Some(socket)),
            phase: Mutex::new(watch::Sender::new(Phase::Serving)),
            open: AtomicUsize::new(0),
            last: Mutex::default(),
        }))
    }

    /// A handle of the socket for one worker.
    pub(crate) fn clone_socket(&self) -> io::Result<TcpListener> {
        match lock(&self.socket).as_ref() {
            Some(socket) => socket.try_clone(),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Closes the socket once the workers have accepted what is queued.
    pub(crate) fn close(&self) {
        self.closing.cancel();
        lock(&self.socket).take();
    }

    /// The phase that a new connection belongs to.
    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase_sender().subscribe()
    }

    /// Starts the end of every connection, those that are still queued included. The caller drives the phases.
    pub(crate) fn retire(&self) -> watch::Sender<Phase> {
        let phase = self.phase_sender().clone();
        // At once, so that a response that is on its way already says it.
        phase.send_replace(Phase::Closing);
        phase
    }

    /// Starts the end of the connections that are open now; later ones start afresh.
    pub(crate) fn retire_open(&self) -> watch::Sender<Phase> {
        let fresh = watch::Sender::new(Phase::Serving);
        let phase = std::mem::replace(&mut *self.phase_sender(), fresh);
        phase.send_replace(Phase::Closing);
        phase
    }

    /// Moves all connections, later ones included, to a phase.
    pub(crate) fn enter(&self, phase: Phase) {
        self.phase_sender().send_replace(phase);
    }

    /// Keeps the configuration that connections go on with once the listener is gone.
    pub(crate) fn leave_behind(&self, active: Arc<Active>) {
        *lock(&self.last) = Some(active);
    }

    /// What `leave_behind` kept.
    pub(crate) fn left_behind(&self) -> Option<Arc<Active>> {
        lock(&self.last).clone()
    }

    /// Lets go of what `leave_behind` kept: no connection needs it any more.
    pub(crate) fn forget(&self) {
        lock(&self.last).take();
    }

    /// Connections open now.
    pub(crate) fn open_connections(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Counts a connection.
    pub(crate) fn connection(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }

    fn phase_sender(&self) -> MutexGuard<'_, watch::Sender<Phase>> {
        lock(&self.phase)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

// === impl Sockets ===

impl Sockets {
    /// The socket of a key, if it is open.
    pub(crate) fn get(&self, key: &BindKey) -> Option<Arc<Bound>> {
        self.lock().get(key).cloned()
    }

    /// Every socket.
    pub(crate) fn all(&self) -> Vec<Arc<Bound>> {
        self.lock().values().cloned().collect()
    }

    /// Adds `opened`, keeps what `wanted` names, and gives back what it does not.
    pub(crate) fn replace(
        &self,
        opened: Vec<Arc<Bound>>,
        wanted: impl Fn(&BindKey) -> bool,
    ) -> Vec<Arc<Bound>> {
        let mut sockets = self.lock();
        sockets.extend(opened.into_iter().map(|bound| (bound.key.clone(), bound)));
        let removed = sockets.extract_if(.., |key, _| !wanted(key));
        removed.map(|(_, bound)| bound).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BindKey, Arc<Bound>>> {
        lock(&self.0)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Brings connections that are closing to their end; returns early once none is left.
pub(crate) async fn retire(phase: watch::Sender<Phase>, retirement: Retirement) {
    // Connections that were still queued join in meanwhile.
    let settling = SETTLING.min(retirement.grace);
    tokio::time::sleep(settling).await;
    let steps = async {
        tokio::time::sleep(retirement.grace - settling).await;
        phase.send_replace(Phase::Ending);
        tokio::time::sleep(retirement.limit.saturating_sub(retirement.grace)).await;
        phase.send_replace(Phase::Over);
    };
    tokio::select! {
        () = steps => {}
        () = phase.closed() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str, name: &str) -> BindKey {
        BindKey::new(name, address.parse().unwrap(), false)
    }

    #[test]
    fn a_taken_address_fails_in_open() {
        let first = Bound::open(key("127.0.0.1:0", "a")).unwrap();
        let again = Bound::open(BindKey::new("b", first.local, false));
        assert_eq!(again.err().unwrap().kind(), io::ErrorKind::AddrInUse);
        let address = first.local;
        drop(first);
        Bound::open(BindKey::new("b", address, false)).unwrap();
    }

    #[test]
    fn the_diff_keeps_what_is_wanted() {
        let sockets = Sockets::default();
        let (a, b) = (key("127.0.0.1:0", "a"), key("127.0.0.1:0", "b"));
        let opened = vec![
            Bound::open(a.clone()).unwrap(),
            Bound::open(b.clone()).unwrap(),
        ];
        assert!(sockets.replace(opened, |_| true).is_empty());
        let before = sockets.get(&a).unwrap();
        let removed = sockets.replace(Vec::new(), |key| *key == a);
        assert_eq!(
            removed.iter().map(|bound| &bound.key).collect::<Vec<_>>(),
            [&b]
        );
        assert!(Arc::ptr_eq(&before, &sockets.get(&a).unwrap()));
    }

    #[tokio::test(start_paused = true)]
    async fn retirement_goes_through_its_phases() {
        let bound = Bound::open(key("127.0.0.1:0", "a")).unwrap();
        let mut phase = bound.phase();
        let start = tokio::time::Instant::now();
        let sender = bound.retire_open();
        assert_eq!(
            *bound.phase().borrow(),
            Phase::Serving,
            "later connections start afresh"
        );
        let seen = async {
            let mut seen = Vec::new();
            while phase.changed().await.is_ok() {
                seen.push((*phase.borrow(), start.elapsed().as_secs()));
            }
            seen
        };
        let ((), seen) = tokio::join!(retire(sender, RETIREMENT), seen);
        assert_eq!(
            seen,
            [(Phase::Closing, 0), (Phase::Ending, 5), (Phase::Over, 600)]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn retirement_ends_with_the_last_connection() {
        let bound = Bound::open(key("127.0.0.1:0", "a")).unwrap();
        drop(bound.phase());
        let start = tokio::time::Instant::now();
        retire(bound.retire(), RETIREMENT).await;
        assert!(start.elapsed() < RETIREMENT.grace);
    }
}
