//! A splice whose reader ends it, with clients that do not go along.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split},
    time::{Instant, Sleep, interval, sleep_until},
};

use super::{
    Ending, splice,
    tapped::{LINGER, Reads},
    watched::Taken,
};
use crate::ai::Passes;

const LIFETIME: Duration = Duration::from_secs(60);
const LAST: &[u8] = b"that is all";

/// Ends what it reads when its time is over.
struct Lifetime(Pin<Box<Sleep>>);

impl Reads for Lifetime {
    fn read(&mut self, _bytes: &[u8]) -> Passes {
        Passes::All
    }

    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        ready!(self.0.as_mut().poll(cx));
        Poll::Ready(LAST.to_vec())
    }

    fn upstream_ended(&mut self) {}

    fn client_ended(&mut self) {}
}

/// How a splice ended, when, and how many bytes the client took. The client's own side is `act`.
async fn spliced(
    size: usize,
    upstream: DuplexStream,
    act: impl AsyncFnOnce(DuplexStream),
) -> (Ending, Duration, u64) {
    let (client, own) = duplex(size);
    let start = Instant::now();
    let mut reader = Lifetime(Box::pin(sleep_until(start + LIFETIME)));
    let sent = Taken::default();
    let splice = splice((client, upstream), None, Some(&mut reader), sent.clone());
    let acting = async {
        act(own).await;
        std::future::pending().await
    };
    tokio::select! {
        ending = splice => (ending, start.elapsed(), sent.bytes()),
        never = acting => never,
    }
}

fn is_due(lasted: Duration) -> bool {
    lasted >= LIFETIME + LINGER && lasted < LIFETIME + LINGER + Duration::from_secs(1)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_silent_behind_the_end_is_cut() {
    let (upstream, mut far) = duplex(64);
    far.write_all(b"hello").await.unwrap();
    let (ending, lasted, sent) = spliced(64, upstream, async |mut own| {
        let mut read = Vec::new();
        own.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, [b"hello", LAST].concat());
        std::future::pending::<()>().await;
    })
    .await;
    assert!(is_due(lasted), "{lasted:?}");
    assert_eq!((ending, sent), (Ending::Dropped, 16));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_is_cut() {
    let (upstream, mut far) = duplex(64);
    let flood = async move {
        // More than any buffer on the way holds.
        while far.write_all(&[b'x'; 1024]).await.is_ok() {}
    };
    let waits = spliced(64, upstream, async |own| {
        std::future::pending::<()>().await;
        drop(own);
    });
    let ((ending, lasted, sent), ()) = tokio::join!(waits, flood);
    assert!(is_due(lasted), "{lasted:?}");
    assert_eq!((ending, sent), (Ending::Dropped, 64));
}

#[tokio::test(start_paused = true)]
async fn what_a_client_took_counts_while_it_goes_on_sending() {
    let (upstream, far) = duplex(64);
    let (mut from, mut to) = split(far);
    to.write_all(b"hello").await.unwrap();
    let hears = async { tokio::io::copy(&mut from, &mut tokio::io::sink()).await };
    let talks = spliced(64, upstream, async |mut own| {
        let mut pace = interval(Duration::from_millis(100));
        loop {
            pace.tick().await;
            if own.write_all(b"x").await.is_err() {
                break;
            }
        }
    });
    let ((ending, lasted, sent), heard) = tokio::join!(talks, hears);
    assert!(is_due(lasted), "{lasted:?}");
    assert_eq!((ending, sent), (Ending::Dropped, 16));
    // Behind the end nothing of it goes on.
    let heard = heard.unwrap();
    assert!((500..=601).contains(&heard), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_closes_in_return_ends_it_at_once() {
    let (upstream, _far) = duplex(64);
    let (ending, lasted, sent) = spliced(64, upstream, async |mut own| {
        own.read_exact(&mut [0; LAST.len()]).await.unwrap();
        own.shutdown().await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    assert!(
        lasted >= LIFETIME && lasted < LIFETIME + LINGER,
        "{lasted:?}"
    );
    assert_eq!((ending, sent), (Ending::Complete, 11));
}
