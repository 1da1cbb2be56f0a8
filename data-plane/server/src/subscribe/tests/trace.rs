//! The trace of an epoch goes on in the proxy that applies its Commit.

use xds::server::Mode;

use super::{Follower, applied, fixture};
use crate::apply_trace::tests::{EPOCH, Recorder, attribute, traceparent};
use crate::settings::Dialect;

#[tokio::test]
async fn a_commit_that_is_applied_joins_the_trace_of_its_epoch() {
    let recorder = Recorder::new();
    let dialect = Dialect::Tidegate("ns/gw".parse().expect("name"));
    let follower = Follower::traced(dialect, recorder.traces.clone());
    let snapshot = fixture::traced(fixture::port(), &traceparent());
    let server = follower.management(Mode::Transactional, snapshot.clone());
    server
        .until("the commit", |seen| applied(seen, &snapshot))
        .await;
    let spans = recorder.spans();
    let apply = spans.last().expect("a span before the ACK");
    assert_eq!((&*apply.name, spans.len()), ("apply", 4));
    assert_eq!(apply.span_context.trace_id().to_string(), EPOCH.0);
    let id = snapshot.commit_id().expect("committed");
    assert_eq!(attribute(apply, "tidegate.commit"), **id);
}
