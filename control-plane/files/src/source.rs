//! The source: directories in, batches out.
//!
//! Owns the one thread that looks, reads and decides when. Must not decide what a change means: `scan` says what is
//! there, `state` says what changed. Invariants: a batch holds everything that one look found; nothing is sent when
//! nothing changed; the thread ends when the [`Source`] is dropped.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cp_translate::Change;

use crate::burst::{Burst, Finished, Signal};
use crate::problem::{Position, Problem};
use crate::scan::{Scan, Scanner, Walk};
use crate::state::State;
use crate::watch::{Message, Watch};

/// How often everything is looked at although no event came: targets of links of links, network file systems.
const TICK: Duration = Duration::from_secs(5);
/// The same where the kernel tells nothing.
const TICK_WITHOUT_EVENTS: Duration = Duration::from_millis(500);
/// When to look again at a tree that did not hold still.
const RESTLESS: Duration = Duration::from_millis(10);
/// How many rounds of new directories are followed before one look.
const MAX_ROUNDS: usize = 8;

/// Looks up a variable of the environment. The environment itself is read by binaries only.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What one look at the directories changed.
#[derive(Debug)]
pub struct Batch {
    /// Changes, in key order.
    pub changes: Vec<Change>,
    /// Everything that is wrong now, in file order; not only what is new.
    pub problems: Vec<Problem>,
    /// When the first event of this batch was noticed.
    pub noticed: Instant,
}

/// Watched directories. Dropping it ends the watching.
#[derive(Debug)]
pub struct Source {
    batches: tokio::sync::mpsc::Receiver<Batch>,
    stop: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

/// Why directories cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing is there.
    #[error("{path} cannot be read; name a directory of manifests or a file", path = path.display())]
    Root {
        /// As it was given.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The thread that watches cannot be started.
    #[error("cannot start the thread that watches the directories")]
    Thread(#[source] std::io::Error),
}

struct Looker {
    scanner: Scanner,
    state: State,
    watch: Watch,
    walk: Walk,
}

/// Reads directories or files once, without watching. Blocks.
pub fn load(roots: Vec<PathBuf>, environment: &Environment) -> Result<Batch, OpenError> {
    check(&roots)?;
    let noticed = Instant::now();
    let mut scanner = Scanner::new(roots);
    let walk = scanner.walk();
    let scan = scanner.scan(walk, &BTreeSet::new());
    let mut state = State::new(Arc::clone(environment));
    let changes = state.advance(scan);
    Ok(Batch {
        changes,
        problems: state.problems().to_vec(),
        noticed,
    })
}

// === impl Source ===

impl Source {
    /// Reads the directories or files and starts watching them. The first batch holds everything that is there.
    /// Blocks while reading.
    pub fn open(
        roots: Vec<PathBuf>,
        environment: Environment,
    ) -> Result<(Source, Batch), OpenError> {
        let (sender, receiver) = channel();
        let watch = Watch::new(sender.clone());
        Self::open_with(roots, environment, watch, (sender, receiver))
    }

    fn open_with(
        roots: Vec<PathBuf>,
        environment: Environment,
        watch: Watch,
        (stop, messages): (Sender<Message>, Receiver<Message>),
    ) -> Result<(Source, Batch), OpenError> {
        check(&roots)?;
        let noticed = Instant::now();
        let scanner = Scanner::new(roots);
        let state = State::new(environment);
        let mut looker = Looker {
            scanner,
            state,
            watch,
            walk: Walk::default(),
        };
        let (changes, is_restless) = looker.look(&BTreeSet::new());
        let problems = looker.state.problems().to_vec();
        let first = Batch {
            changes: changes.unwrap_or_default(),
            problems,
            noticed,
        };
        // One batch may wait; while it does, further changes gather in the next look.
        let (batch_sender, batches) = tokio::sync::mpsc::channel(1);
        let thread = std::thread::Builder::new()
            .name("files".to_owned())
            .spawn(move || looker.run(&messages, &batch_sender, is_restless))
            .map_err(OpenError::Thread)?;
        Ok((
            Source {
                batches,
                stop,
                thread: Some(thread),
            },
            first,
        ))
    }

    /// The next batch; waits until something changes. `None` when the watching thread has ended.
    /// Cancelling the future loses nothing.
    pub async fn next(&mut self) -> Option<Batch> {
        self.batches.recv().await
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.batches.close();
        // The thread may have ended by itself; then there is nothing to stop.
        let _ = self.stop.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

// === impl Looker ===

impl Looker {
    fn run(
        mut self,
        messages: &Receiver<Message>,
        batches: &tokio::sync::mpsc::Sender<Batch>,
        mut is_restless: bool,
    ) {
        let mut burst = Burst::default();
        let mut looked = Instant::now();
        loop {
            let tick = looked + self.pause(is_restless);
            let wake = burst.due().map_or(tick, |due| due.min(tick));
            match messages.recv_timeout(wake.saturating_duration_since(Instant::now())) {
                Ok(Message::Signal(signal)) => {
                    self.hear(signal, &mut burst);
                    continue;
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            let finished = match burst.finish(now) {
                Some(finished) => finished,
                None if now >= tick => Finished {
                    since: now,
                    writing: BTreeSet::new(),
                },
                None => continue,
            };
            let found = self.look(&finished.writing);
            looked = Instant::now();
            is_restless = found.1;
            if let Some(changes) = found.0 {
                let problems = self.state.problems().to_vec();
                let batch = Batch {
                    changes,
                    problems,
                    noticed: finished.since,
                };
                if batches.blocking_send(batch).is_err() {
                    return;
                }
            }
        }
    }

    fn pause(&self, is_restless: bool) -> Duration {
        match (is_restless, self.watch.failure()) {
            (true, _) => RESTLESS,
            (false, Some(_)) => TICK_WITHOUT_EVENTS,
            (false, None) => TICK,
        }
    }

    /// Takes an event if it can matter.
    fn hear(&mut self, signal: Signal, burst: &mut Burst) {
        let signal = signal.map_path(|path| self.watch.localize(path));
        let is_relevant = match &signal {
            Signal::Lost => true,
            Signal::Structure(path) => {
                if self.walk.listed.contains_key(path) {
                    self.watch.forget(path);
                }
                self.walk.concerns(path)
            }
            Signal::Written(path) | Signal::Closed(path) => self.walk.concerns_content(path),
        };
        if is_relevant {
            burst.feed(signal, Instant::now());
        }
    }

    /// Looks once. The changes if anything changed, problems included, and whether to look again soon.
    fn look(&mut self, writing: &BTreeSet<PathBuf>) -> (Option<Vec<Change>>, bool) {
        let mut walk = self.scanner.walk();
        for _ in 0..MAX_ROUNDS {
            if !self.watch.follow(&walk) {
                break;
            }
            walk = self.scanner.walk();
        }
        self.walk = walk.clone();
        let mut scan = self.scanner.scan(walk, writing);
        self.tell_failure(&mut scan);
        let is_restless = scan.is_restless || scan.is_half_saved;
        let before = self.state.problems().to_vec();
        let changes = self.state.advance(scan);
        let is_same = changes.is_empty() && before == self.state.problems();
        ((!is_same).then_some(changes), is_restless)
    }

    fn tell_failure(&self, scan: &mut Scan) {
        let (Some(failure), Some(root)) = (self.watch.failure(), self.scanner.roots().first())
        else {
            return;
        };
        let message = format!(
            "edits are noticed late, by looking every {} ms: {failure}; raising fs.inotify.max_user_watches or \
             max_user_instances may help",
            TICK_WITHOUT_EVENTS.as_millis()
        );
        scan.problems
            .push(Problem::warning(root, Position::FILE, message));
    }
}

fn check(roots: &[PathBuf]) -> Result<(), OpenError> {
    for root in roots {
        let found = std::fs::metadata(root).and_then(|found| {
            if found.is_dir() {
                std::fs::read_dir(root).map(drop)
            } else {
                Ok(())
            }
        });
        found.map_err(|source| OpenError::Root {
            path: root.clone(),
            source,
        })?;
    }
    Ok(())
}
