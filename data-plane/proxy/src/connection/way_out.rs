//! How a connection comes to its end from outside its requests.
//!
//! Owns the steps that its listener's phase and its client's pace lead to. Must not touch the connection; whoever
//! serves it takes the steps. Invariant: HTTP/1.1 is told with the next response, HTTP/2 with GOAWAY, and neither
//! loses a request that is being served; what a client does not do about it does not keep the connection.

use std::{future::pending, time::Duration};

use dp_config::http_options::HttpOptions;
use futures::{
    Stream,
    stream::{select_all, unfold},
};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::{
    Client,
    pace::{Pace, Verdict},
};
use crate::{bind::Phase, io::Http};

/// For a request head where the listener does not say.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// What is done to a connection from outside its requests.
pub(super) enum Step {
    /// No further request.
    Finish,
    /// Nothing any more.
    Drop,
}

/// What decides about the next step.
struct WayOut<'c> {
    client: &'c Client,
    phase: watch::Receiver<Phase>,
    pace: Pace,
    tick: Interval,
    http: Http,
    has_gone_away: bool,
}

/// Watches over a connection: the steps as they become due.
pub(super) fn way_out(
    client: &Client,
    options: &HttpOptions,
    http: Http,
) -> impl Stream<Item = Step> + Unpin {
    let head = options.timeouts.request_headers.unwrap_or(HEAD_TIMEOUT);
    let pace = Pace::new(
        head,
        options.timeouts.connection_idle,
        options.timeouts.max_connection,
    );
    let way_out = WayOut {
        client,
        phase: client.phase.clone(),
        tick: ticks(pace.interval()),
        pace,
        http,
        has_gone_away: false,
    };
    let steps = unfold(way_out, async |mut way_out| {
        let step = next(&mut way_out).await;
        if matches!(step, Step::Finish) {
            let seen = way_out.client.seen(way_out.http);
            way_out.pace.leave(Instant::now(), seen);
            way_out.tick = ticks(way_out.pace.interval());
        }
        Some((step, way_out))
    });
    // It shares a task with the connection, which is woken several times a request. A set polls only those of its
    // streams that were woken themselves.
    select_all([Box::pin(steps)])
}

fn ticks(every: Duration) -> Interval {
    let mut tick = interval_at(Instant::now() + every, every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

/// Waits for the next step.
async fn next(way_out: &mut WayOut<'_>) -> Step {
    let WayOut {
        client,
        phase,
        pace,
        tick,
        http,
        has_gone_away,
    } = way_out;
    loop {
        // A connection that came while its listener was closing gets one request.
        let asked = async {
            if *http == Http::Two && client.is_closing.get() && !*has_gone_away {
                client.asked.notified().await;
            } else {
                pending::<()>().await;
            }
        };
        tokio::select! {
            changed = phase.changed() => {
                // The sender is gone with the listener: its retirement is over.
                let now = if changed.is_ok() { *phase.borrow_and_update() } else { Phase::Over };
                client.is_closing.set(now > Phase::Serving);
                match (now, *http) {
                    (Phase::Serving, _) | (Phase::Closing, Http::One) => {}
                    // HTTP/2 can say it without losing a request.
                    (Phase::Closing, Http::Two) | (Phase::Ending, _) => {
                        *has_gone_away = true;
                        return Step::Finish;
                    }
                    (Phase::Over, _) => return Step::Drop,
                }
            }
            () = asked => {
                *has_gone_away = true;
                return Step::Finish;
            }
            now = tick.tick() => {
                match pace.judge(now, client.seen(*http)) {
                    Verdict::Fine => {}
                    Verdict::Idle => return Step::Finish,
                    Verdict::Slow | Verdict::Gone => return Step::Drop,
                    Verdict::Old => {
                        client.is_closing.set(true);
                        if *http == Http::Two && !*has_gone_away {
                            *has_gone_away = true;
                            return Step::Finish;
                        }
                    }
                }
            }
        }
    }
}
