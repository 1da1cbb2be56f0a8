//! Tasks with a name.
//!
//! Owns the one place where this process spawns. Every task is tied to the shutdown token that its future holds, or
//! joined by who spawned it; a panic in one is logged and ends that task only.

use futures::FutureExt;
use tokio::task::JoinHandle;
use tracing::error;

/// Spawns a named task.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the named spawn that the ban asks for"
)]
pub fn spawn<F>(name: &'static str, future: F) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move {
        if std::panic::AssertUnwindSafe(future)
            .catch_unwind()
            .await
            .is_err()
        {
            error!(task = name, "a task panicked; this is a bug");
        }
    })
}
