//! When the process ends, and how hard.
//!
//! Owns SIGTERM, SIGINT and the end of the parent. Must not know what is drained. The invariant: the first
//! call to end is graceful, a second signal is not, and the parent's end after a signal is not a second one.

use std::io::Read;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Why the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// SIGTERM.
    Terminate,
    /// SIGINT.
    Interrupt,
    /// Standard input ended.
    ParentGone,
}

/// The sources of an end.
#[derive(Debug)]
pub struct Shutdown {
    terminate: Signal,
    /// Absent where a parent decides what Ctrl-C means.
    interrupt: Option<Signal>,
    parent: Option<oneshot::Receiver<()>>,
}

// === impl Cause ===

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Cause::Terminate => "SIGTERM",
            Cause::Interrupt => "SIGINT",
            Cause::ParentGone => "the parent is gone",
        })
    }
}

// === impl Shutdown ===

impl Shutdown {
    /// Signals only.
    ///
    /// # Errors
    /// If the system refuses a signal handler.
    pub fn on_signals() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = Some(signal(SignalKind::interrupt())?);
        Ok(Shutdown {
            terminate,
            interrupt,
            parent: None,
        })
    }

    /// SIGTERM, or the end of what the parent holds the other end of.
    ///
    /// # Errors
    /// If the system refuses a signal handler or a thread.
    pub fn with_parent(input: impl Read + Send + 'static) -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        // Without a handler, Ctrl-C would end the process; with one that nobody listens to, it is ignored.
        drop(signal(SignalKind::interrupt())?);
        let (gone, parent) = oneshot::channel();
        std::thread::Builder::new()
            .name("parent-watch".to_owned())
            .spawn(move || {
                read_to_end(input);
                // A receiver that is gone means that the process ends already.
                let _ = gone.send(());
            })?;
        Ok(Shutdown {
            terminate,
            interrupt: None,
            parent: Some(parent),
        })
    }

    /// Resolves with the next cause.
    pub async fn next(&mut self) -> Cause {
        let Shutdown {
            terminate,
            interrupt,
            parent,
        } = self;
        let interrupted = async {
            match interrupt {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        let orphaned = async {
            match parent {
                // An error means that the thread ended without a word, which is the same thing.
                Some(gone) => drop(gone.await),
                None => std::future::pending().await,
            }
        };
        let cause = tokio::select! {
            _ = terminate.recv() => Cause::Terminate,
            _ = interrupted => Cause::Interrupt,
            () = orphaned => Cause::ParentGone,
        };
        if cause == Cause::ParentGone {
            self.parent = None;
        }
        cause
    }

    /// Resolves with the next signal; the parent's end does not count.
    pub async fn next_signal(&mut self) -> Cause {
        self.parent = None;
        self.next().await
    }
}

/// Whatever the parent writes is ignored.
fn read_to_end(mut input: impl Read) {
    let mut buffer = [0; 64];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Shutdown};
    use std::io::Write;

    #[tokio::test]
    async fn the_end_of_the_parent_is_noticed_once() {
        let (ours, mut parents) = std::io::pipe().expect("pipe");
        let mut shutdown = Shutdown::with_parent(ours).expect("watch");
        parents.write_all(b"ignored").expect("write");
        let early = tokio::select! {
            biased;
            cause = shutdown.next() => Some(cause),
            () = tokio::task::yield_now() => None,
        };
        assert_eq!(early, None);
        drop(parents);
        assert_eq!(shutdown.next().await, Cause::ParentGone);
        let again = tokio::select! {
            biased;
            cause = shutdown.next_signal() => Some(cause),
            () = tokio::task::yield_now() => None,
        };
        assert_eq!(again, None);
    }
}
