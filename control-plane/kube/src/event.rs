//! Kubernetes Events: what people see below `kubectl describe`.
//!
//! Owns who may be told what how often. Best effort by design: no caller ever waits, what finds no room is dropped and
//! counted, and what was told within the hour is not told again. Must not tell anything that is not in a condition or the
//! log too, for an Event may be lost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{Event as Wire, EventType, Recorder, Reporter};
use tokio::sync::{mpsc, watch};
use tracing::{debug, info, warn};

use crate::metrics::{EventOutcome, Metrics};

/// Events that may wait to be written.
const ROOM: usize = 256;
/// Events that are remembered so that they are not told twice.
const MEMORY: usize = 4_096;
/// For how long they are.
const AGE: Duration = Duration::from_secs(3_600);
/// Longest note that the API server takes, in bytes.
const NOTE: usize = 1_024;
/// How long one write may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to tell.
#[derive(Clone, Debug)]
pub struct Event {
    /// About what.
    pub regarding: ObjectReference,
    /// Whether someone should act.
    pub severity: Severity,
    /// Why, in one word of capitals and small letters.
    pub reason: &'static str,
    /// What was being done.
    pub action: &'static str,
    /// The sentence.
    pub note: String,
}

/// Who tells.
#[derive(Clone, Debug)]
pub struct Author {
    /// Name of the controller in GatewayClasses.
    pub controller: String,
    /// Name of the replica.
    pub replica: String,
}

/// Whether someone should act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// No.
    Normal,
    /// Yes.
    Warning,
}

/// Where Events are handed in; cheap to clone.
#[derive(Clone, Debug)]
pub struct Events {
    queue: mpsc::Sender<Event>,
    metrics: Metrics,
}

/// What writes them.
#[derive(Debug)]
pub struct Outbox {
    queue: mpsc::Receiver<Event>,
    metrics: Metrics,
}

/// What was told lately.
#[derive(Debug, Default)]
struct Recent(BTreeMap<Told, Instant>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    uid: Option<String>,
    reason: &'static str,
    note: String,
}

/// A place to hand Events in, and what writes them.
pub fn channel(metrics: Metrics) -> (Events, Outbox) {
    let (sender, receiver) = mpsc::channel(ROOM);
    let events = Events {
        queue: sender,
        metrics: metrics.clone(),
    };
    let outbox = Outbox {
        queue: receiver,
        metrics,
    };
    (events, outbox)
}

// === impl Events ===

impl Events {
    /// Hands one in. Never waits.
    pub fn tell(&self, event: Event) {
        if self.queue.try_send(event).is_err() {
            self.metrics.event(EventOutcome::Dropped);
        }
    }
}

// === impl Outbox ===

impl Outbox {
    /// Writes Events until nobody can hand one in any more. While this replica does not lead they are dropped: the one
    /// that does sees the same.
    pub async fn run(mut self, client: Client, author: Author, leads: watch::Receiver<bool>) {
        let reporter = Reporter {
            controller: author.controller,
            instance: Some(author.replica),
        };
        let mut recent = Recent::default();
        let mut is_refused = false;
        while let Some(event) = self.queue.recv().await {
            if !*leads.borrow() || !recent.is_new(Told::of(&event), Instant::now()) {
                continue;
            }
            let (wire, regarding) = wire(event);
            // A recorder of its own for each: it would count notes that differ as one.
            let recorder = Recorder::new(client.clone(), reporter.clone());
            let written = tokio::time::timeout(PATIENCE, recorder.publish(&wire, &regarding));
            let error = match written.await {
                Ok(Ok(())) => {
                    self.metrics.event(EventOutcome::Written);
                    if std::mem::take(&mut is_refused) {
                        info!("Kubernetes Events can be written again");
                    }
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            self.metrics.event(EventOutcome::Failed);
            if std::mem::replace(&mut is_refused, true) {
                debug!(error, "a Kubernetes Event cannot be written");
            } else {
                warn!(
                    error,
                    "Kubernetes Events cannot be written; the role needs the verb create on events.events.k8s.io"
                );
            }
        }
    }
}

fn wire(event: Event) -> (Wire, ObjectReference) {
    let mut note = event.note;
    if note.len() > NOTE {
        let end = note.floor_char_boundary(NOTE - "...".len());
        note.truncate(end);
        note.push_str("...");
    }
    let wire = Wire {
        type_: match event.severity {
            Severity::Normal => EventType::Normal,
            Severity::Warning => EventType::Warning,
        },
        reason: event.reason.to_owned(),
        note: Some(note),
        action: event.action.to_owned(),
        secondary: None,
    };
    (wire, event.regarding)
}

// === impl Told ===

impl Told {
    fn of(event: &Event) -> Self {
        Told {
            kind: event.regarding.kind.clone(),
            namespace: event.regarding.namespace.clone(),
            name: event.regarding.name.clone(),
            uid: event.regarding.uid.clone(),
            reason: event.reason,
            note: event.note.clone(),
        }
    }
}

// === impl Recent ===

impl Recent {
    fn is_new(&mut self, told: Told, now: Instant) -> bool {
        let is_old = |at: &Instant| now.saturating_duration_since(*at) >= AGE;
        if self.0.get(&told).is_some_and(|at| !is_old(at)) {
            return false;
        }
        if self.0.len() >= MEMORY {
            self.0.retain(|_, at| !is_old(at));
        }
        if self.0.len() >= MEMORY {
            // Whoever is told twice now is told twice; whoever is not told at all would be worse.
            self.0.clear();
        }
        self.0.insert(told, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{AGE, Event, MEMORY, NOTE, Recent, Severity, Told, channel, wire};
    use crate::metrics::Metrics;
    use k8s_openapi::api::core::v1::ObjectReference;
    use prometheus_client::registry::Registry;
    use std::time::{Duration, Instant};

    fn event(name: &str, note: &str) -> Event {
        Event {
            regarding: ObjectReference {
                name: Some(name.to_owned()),
                ..ObjectReference::default()
            },
            severity: Severity::Warning,
            reason: "Invalid",
            action: "Read",
            note: note.to_owned(),
        }
    }

    #[test]
    fn the_same_is_told_once_an_hour() {
        let mut recent = Recent::default();
        let start = Instant::now();
        let mut check = |name, note, after, expected| {
            let is_new = recent.is_new(Told::of(&event(name, note)), start + after);
            assert_eq!(is_new, expected, "{name} {note} {after:?}");
        };
        let second = Duration::from_secs(1);
        check("a", "x", Duration::ZERO, true);
        check("a", "x", second, false);
        check("a", "y", second, true);
        check("b", "x", second, true);
        check("a", "x", AGE - second, false);
        check("a", "x", AGE, true);
        check("a", "x", AGE + second, false);
    }

    #[test]
    fn what_was_told_takes_bounded_room() {
        let mut recent = Recent::default();
        let now = Instant::now();
        for number in 0..3 * MEMORY {
            assert!(recent.is_new(Told::of(&event(&number.to_string(), "x")), now));
            assert!(recent.0.len() <= MEMORY);
        }
    }

    #[test]
    fn a_note_is_cut_between_characters() {
        let (wire, _) = wire(event("a", &"ü".repeat(NOTE)));
        let note = wire.note.expect("a note");
        assert!(note.len() <= NOTE && note.ends_with("ü..."), "{note}");
    }

    #[test]
    fn who_tells_never_waits() {
        let (events, outbox) = channel(Metrics::new(&mut Registry::default()));
        for number in 0..1_000 {
            events.tell(event(&number.to_string(), "x"));
        }
        drop(outbox);
        events.tell(event("a", "x"));
    }
}
