//! When a burst of file events is over.
//!
//! Owns the waiting rules: a rename or a symlink swap makes several events that are one change, and a file that is
//! being written is not read before its writer closes it. Pure: time comes in as an argument. Waiting must stay
//! short, because it adds to every edit; grouping edits of several files is the pipeline's business.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long it must be quiet.
const QUIET: Duration = Duration::from_millis(2);
/// How long after the last write a file counts as being written while its writer has not closed it.
const GRACE: Duration = Duration::from_millis(40);
/// How long a burst may take as a whole.
const LIMIT: Duration = Duration::from_millis(200);

/// What an event says about the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Something was made, renamed or removed.
    Structure(PathBuf),
    /// Events were lost: look at everything.
    Lost,
    /// A file was written and its writer may not be done.
    Written(PathBuf),
    /// A writer closed the file.
    Closed(PathBuf),
}

/// The events since the last look.
#[derive(Debug, Default)]
pub(crate) struct Burst {
    first: Option<Instant>,
    last: Option<Instant>,
    writing: BTreeMap<PathBuf, Instant>,
}

/// What a finished burst leaves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finished {
    /// When its first event came.
    pub(crate) since: Instant,
    /// Files that are still being written: not to be read yet.
    pub(crate) writing: BTreeSet<PathBuf>,
}

// === impl Signal ===

impl Signal {
    /// The same about another name of the path.
    pub(crate) fn map_path(self, map: impl FnOnce(PathBuf) -> PathBuf) -> Self {
        match self {
            Signal::Structure(path) => Signal::Structure(map(path)),
            Signal::Lost => Signal::Lost,
            Signal::Written(path) => Signal::Written(map(path)),
            Signal::Closed(path) => Signal::Closed(map(path)),
        }
    }
}

// === impl Burst ===

impl Burst {
    /// Takes one event.
    pub(crate) fn feed(&mut self, signal: Signal, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
        match signal {
            Signal::Structure(_) | Signal::Lost => {}
            Signal::Written(path) => {
                self.writing.insert(path, now);
            }
            Signal::Closed(path) => {
                self.writing.remove(&path);
            }
        }
    }

    /// When to look; `None` while nothing happened.
    pub(crate) fn due(&self) -> Option<Instant> {
        let (first, last) = (self.first?, self.last?);
        let quiet = last + QUIET;
        let written = self.writing.values().map(|at| *at + GRACE).max();
        Some(
            written
                .map_or(quiet, |written| written.max(quiet))
                .min(first + LIMIT),
        )
    }

    /// Ends the burst if it is due.
    pub(crate) fn finish(&mut self, now: Instant) -> Option<Finished> {
        if self.due()? > now {
            return None;
        }
        let since = self.first.take()?;
        self.last = None;
        // What was written too long ago to matter is forgotten; the rest starts the next burst.
        self.writing.retain(|_, at| *at + GRACE > now);
        if !self.writing.is_empty() {
            self.first = Some(now);
            self.last = Some(now);
        }
        Some(Finished {
            since,
            writing: self.writing.keys().cloned().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Burst, GRACE, LIMIT, QUIET, Signal};
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    const MS: Duration = Duration::from_millis(1);

    fn file() -> PathBuf {
        PathBuf::from("a.yaml")
    }

    #[test]
    fn a_burst_ends_when_it_is_quiet() {
        let start = Instant::now();
        let mut burst = Burst::default();
        assert_eq!(burst.due(), None);
        burst.feed(Signal::Lost, start);
        burst.feed(Signal::Lost, start + MS);
        assert_eq!(burst.due(), Some(start + MS + QUIET));
        assert_eq!(burst.finish(start + MS), None);
        let finished = burst.finish(start + MS + QUIET).expect("due");
        assert_eq!(finished.since, start);
        assert_eq!(burst.due(), None);
    }

    #[test]
    fn a_file_is_not_read_before_it_is_closed() {
        let start = Instant::now();
        let mut burst = Burst::default();
        burst.feed(Signal::Written(file()), start);
        assert_eq!(burst.due(), Some(start + GRACE));
        burst.feed(Signal::Closed(file()), start + MS);
        assert_eq!(burst.due(), Some(start + MS + QUIET));
        assert!(
            burst
                .finish(start + MS + QUIET)
                .expect("due")
                .writing
                .is_empty()
        );
    }

    #[test]
    fn a_writer_that_does_not_close_is_waited_for_a_while() {
        let start = Instant::now();
        let mut burst = Burst::default();
        burst.feed(Signal::Written(file()), start);
        let finished = burst.finish(start + GRACE).expect("due");
        assert!(finished.writing.is_empty(), "read it as it is");
    }

    #[test]
    fn a_writer_that_goes_on_delays_only_its_own_file() {
        let start = Instant::now();
        let mut burst = Burst::default();
        for step in 0..=100 {
            burst.feed(Signal::Written(file()), start + step * 2 * MS);
        }
        let finished = burst.finish(start + LIMIT).expect("due");
        assert!(finished.writing.contains(&file()));
        assert!(burst.due().is_some(), "it is looked at again");
    }
}
