//! When this process ends.
//!
//! Owns the reasons: SIGTERM, SIGINT, and, where asked for, the end of the parent; and how long each part of the end may
//! take. Must not end anything itself.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};
use tracing::warn;

/// How long open connections may take to end.
pub const LIMIT: Duration = Duration::from_secs(5);
/// How long the last spans may take to leave.
pub const FLUSH: Duration = Duration::from_secs(1);

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// This process; its parent goes on with the run and may start another one.
    Process,
    /// The run, and everything that belongs to it.
    Run,
}

/// Waits for a reason to end. With a parent, SIGINT is none: Ctrl-C reaches the whole terminal, and the parent
/// decides in which order things end.
pub async fn requested(exit_with_parent: bool) -> Ending {
    tokio::select! {
        () = signalled(SignalKind::terminate()) => match exit_with_parent {
            true => Ending::Process,
            false => Ending::Run,
        },
        () = interrupted(exit_with_parent) => Ending::Run,
        () = parent_gone(), if exit_with_parent => Ending::Run,
    }
}

async fn interrupted(is_ignored: bool) {
    loop {
        signalled(SignalKind::interrupt()).await;
        if !is_ignored {
            return;
        }
    }
}

async fn signalled(kind: SignalKind) {
    match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(error) => {
            warn!(%error, "a signal cannot be handled; use SIGKILL to end this process");
            std::future::pending().await
        }
    }
}

/// The parent holds the other end of our standard input and never writes to it.
async fn parent_gone() {
    let mut byte = [0_u8; 1];
    let mut stdin = tokio::io::stdin();
    while matches!(stdin.read(&mut byte).await, Ok(1)) {}
}
