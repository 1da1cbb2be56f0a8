//! The pause between two looks at something that cannot be waited for: a file that appears, a part that ends.
//!
//! Owns its length. Must not be used where a condition can be awaited.

use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(50);

/// One pause.
pub(crate) async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
