//! Settings that a running proxy takes over from a file.
//!
//! Owns reading it again and what it may hold: `{"logging": {"level": "debug"}}`. Must not need a restart for any of
//! it. The invariant: a file that is absent or wrong changes nothing, and is said once.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tracing::{info, warn};

use crate::telemetry::LogLevel;

/// How often the file is looked at. A kubelet takes up to a minute to bring a change, so this adds nothing.
const PERIOD: Duration = Duration::from_secs(1);

/// What of the file is read; the rest is for others.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct File {
    logging: Logging,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Logging {
    level: Option<String>,
}

/// A file, and what was last found in it.
#[derive(Debug)]
struct Followed {
    level: LogLevel,
    seen: Result<String, String>,
}

/// Follows the file for as long as the process lives.
pub(crate) async fn follow(path: PathBuf, level: LogLevel) {
    let mut followed = Followed {
        level,
        seen: Ok(String::new()),
    };
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        ticks.tick().await;
        let content = tokio::fs::read_to_string(&path).await;
        followed.take(
            content.map_err(|error| error.to_string()),
            &path.display().to_string(),
        );
    }
}

// === impl Followed ===

impl Followed {
    /// Puts what is new in force.
    fn take(&mut self, content: Result<String, String>, path: &str) {
        if content == self.seen {
            return;
        }
        match content.as_deref().map(serde_json::from_str::<File>) {
            Err(error) => warn!("--settings {path}: {error}; what was read last stays in force"),
            Ok(Err(error)) => {
                warn!("--settings {path}: {error}; what was read last stays in force")
            }
            Ok(Ok(file)) => {
                if let Some(level) = file.logging.level {
                    match self.level.set(&level) {
                        Ok(()) => info!(level, "log level"),
                        Err(error) => warn!("--settings {path}: logging.level: {error}"),
                    }
                }
            }
        }
        self.seen = content;
    }
}

#[cfg(test)]
mod tests {
    use super::Followed;
    use crate::telemetry::LogLevel;

    #[test]
    fn what_is_new_is_in_force_and_what_is_wrong_is_not() {
        let (level, _layer) = LogLevel::detached();
        let mut followed = Followed {
            level: level.clone(),
            seen: Ok(String::new()),
        };
        let mut check = |content: Result<&str, &str>, expected: &str| {
            followed.take(content.map(str::to_owned).map_err(str::to_owned), "file");
            assert_eq!(level.get(), expected, "{content:?}");
        };
        check(Ok(r#"{"logging": {"level": "debug"}}"#), "debug");
        check(Ok(r#"{"logging": {"level": "no such, level="}}"#), "debug");
        check(Ok("{"), "debug");
        check(Err("gone"), "debug");
        check(Ok(r#"{"other": 1}"#), "debug");
        check(Ok(r#"{"logging": {"level": "warn"}, "x": 2}"#), "warn");
    }
}
