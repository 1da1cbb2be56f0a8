//! Waiting for a condition, the only way that tests wait.
//!
//! Must not wait for time to pass: a probe says whether the condition holds, and its last answer is the
//! error when the limit is reached.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, sleep, timeout};

/// Enough for anything that should take milliseconds, on a machine that is busy.
pub const SOON: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(10);

/// Probes until `probe` succeeds; fails with its last error after `limit`.
pub async fn until<T, F>(what: &str, limit: Duration, mut probe: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let deadline = Instant::now() + limit;
    loop {
        let outcome = within(what, limit, probe()).await;
        match outcome {
            Ok(value) => return Ok(value),
            Err(error) if Instant::now() >= deadline => {
                return Err(error).with_context(|| format!("{what}: not within {limit:?}"));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Gives `work` at most `limit`.
pub async fn within<T>(
    what: &str,
    limit: Duration,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    timeout(limit, work)
        .await
        .with_context(|| format!("{what}: no answer within {limit:?}"))?
}
