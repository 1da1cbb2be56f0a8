//! What is sent, what is lost, and that both are counted.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dp_policy::price::{ModelNames, quote};
use dp_policy::usage_record::{Answer, Call, Caller, Ending, ModelUse, Timing, Usage, UsageRecord};
use dp_proxy::options::UsageEvent;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogBatch, LogExporter};

use super::{CAPACITY, EventMetrics, Events};

fn record() -> UsageRecord {
    let names = ModelNames {
        provider: "",
        response: None,
        request: "",
        tier: None,
    };
    UsageRecord {
        request_id: "1".into(),
        at: Duration::ZERO,
        call: Call {
            operation: "chat",
            format: None,
            route: "a/b".into(),
            backend: "backend/a/b".into(),
            is_streamed: false,
        },
        caller: Caller::default(),
        model: ModelUse {
            provider: None,
            entry: None,
            priority: None,
            format: None,
            requested: None,
            sent: None,
            answered: None,
            attempts: 0,
        },
        answer: Answer::default(),
        usage: Usage::default(),
        quote: quote(None, &names, None),
        replaced: Vec::new(),
        charged: Vec::new(),
        notices: Vec::new(),
        cache: None,
        ending: Ending::Complete,
        timing: Timing::default(),
    }
}

/// Says how many events came; waits for a word before it takes them, where it was given one to wait for.
#[derive(Debug)]
struct Collector {
    came: Sender<usize>,
    go: Option<Mutex<Receiver<()>>>,
    fails: bool,
}

impl LogExporter for Collector {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let _ = self.came.send(batch.iter().count());
        if let Some(go) = &self.go {
            // Everything may go once the other end is gone.
            let _ = go.lock().unwrap_or_else(PoisonError::into_inner).recv();
        }
        match self.fails {
            true => Err(OTelSdkError::InternalFailure("away".to_owned())),
            false => Ok(()),
        }
    }
}

fn tell(events: &Events, count: usize) {
    let (sink, record) = (events.sink(), record());
    for _ in 0..count {
        sink(UsageEvent {
            record: &record,
            span: None,
        });
    }
}

#[test]
fn what_is_told_is_sent() {
    let (came, counts) = channel();
    let collector = Collector {
        came,
        go: None,
        fails: false,
    };
    let metrics = EventMetrics::default();
    let events = Events::over(collector, &[], Resource::builder().build(), metrics.clone());
    tell(&events, 700);
    events.flush();
    assert_eq!(counts.iter().sum::<usize>(), 700);
    assert_eq!(metrics.sent.get(), 700);
}

#[test]
fn a_collector_that_fails_is_asked_again_and_then_given_up() {
    let (came, counts) = channel();
    let collector = Collector {
        came,
        go: None,
        fails: true,
    };
    let metrics = EventMetrics::default();
    let pauses = &[Duration::ZERO, Duration::ZERO];
    let events = Events::over(
        collector,
        pauses,
        Resource::builder().build(),
        metrics.clone(),
    );
    tell(&events, 3);
    events.flush();
    assert_eq!(counts.iter().sum::<usize>(), 9);
    assert_eq!(metrics.dropped("export_failed").get(), 3);
    assert_eq!(metrics.sent.get(), 0);
}

#[test]
fn what_finds_no_room_is_counted() {
    let (came, counts) = channel();
    let (hold, go) = channel();
    let collector = Collector {
        came,
        go: Some(Mutex::new(go)),
        fails: false,
    };
    let metrics = EventMetrics::default();
    let events = Events::over(collector, &[], Resource::builder().build(), metrics.clone());
    tell(&events, CAPACITY + 10);
    assert_eq!(metrics.dropped("queue_full").get(), 10);
    drop(hold);
    events.flush();
    assert_eq!(counts.iter().sum::<usize>(), CAPACITY);
    assert_eq!(metrics.sent.get(), u64::try_from(CAPACITY).expect("small"));
}
