//! Passes TCP connections on, as fast as they come or held up.
//!
//! Must not know who is behind it. Invariant: bytes keep their order, an end of stream and a reset
//! reach the other side as what they were, and what is held up is bounded.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// Read at once.
const CHUNK: usize = 16 * 1024;

/// Chunks on their way, per direction: 4 MiB.
const ON_THE_WAY: usize = 256;

/// How a connection is held up, in each direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) delay: Duration,
    /// Bytes per second.
    pub(crate) rate: Option<u64>,
}

enum Passed {
    Bytes(Bytes),
    End,
    Reset,
}

/// Joins two connections until both directions have ended.
pub(crate) async fn splice(mut client: TcpStream, mut server: TcpStream, shape: Shape) {
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let reset = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let up = std::pin::pin!(pass(from_client, to_server, shape));
        let down = std::pin::pin!(pass(from_server, to_client, shape));
        // A reset ends both directions at once, an end of stream only its own.
        match select(up, down).await {
            Either::Left((true, _)) | Either::Right((true, _)) => true,
            Either::Left((false, down)) => down.await,
            Either::Right((false, up)) => up.await,
        }
    };
    if reset {
        for stream in [&client, &server] {
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
    }
}

/// One direction; true if it ended with a reset.
async fn pass(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, shape: Shape) -> bool {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Passed)>(ON_THE_WAY);
    let reading = async move {
        loop {
            let mut buffer = BytesMut::with_capacity(CHUNK);
            let passed = match from.read_buf(&mut buffer).await {
                Ok(0) => Passed::End,
                Ok(_) => Passed::Bytes(buffer.freeze()),
                Err(_) => Passed::Reset,
            };
            let over = !matches!(passed, Passed::Bytes(_));
            if sender
                .send((Instant::now() + shape.delay, passed))
                .await
                .is_err()
                || over
            {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, passed)) = receiver.recv().await {
            sleep_until(due).await;
            match passed {
                Passed::Bytes(bytes) => {
                    if let Some(rate) = shape.rate.filter(|rate| *rate > 0) {
                        let micros = (bytes.len() as u64).saturating_mul(1_000_000) / rate;
                        sleep(Duration::from_micros(micros)).await;
                    }
                    if to.write_all(&bytes).await.is_err() {
                        return true;
                    }
                }
                Passed::End => {
                    let _ = to.shutdown().await;
                    return false;
                }
                Passed::Reset => return true,
            }
        }
        false
    };
    let writing = std::pin::pin!(writing);
    match select(std::pin::pin!(reading), writing).await {
        Either::Left(((), writing)) => writing.await,
        Either::Right((reset, _)) => reset,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("an address");
        let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
        (near.expect("connected"), far.expect("accepted").0)
    }

    #[tokio::test]
    async fn bytes_and_half_closes_pass() {
        let ((mut client, near), (far, mut server)) = (pair().await, pair().await);
        let shape = Shape {
            delay: Duration::from_millis(1),
            rate: Some(10_000_000),
        };
        let body = vec![7_u8; 300_000];
        let talk = async {
            let (mut reading, mut writing) = client.split();
            let write = async {
                writing.write_all(&body).await.expect("written");
                writing.shutdown().await.expect("closed");
            };
            let mut answer = Vec::new();
            let ((), read) = tokio::join!(write, reading.read_to_end(&mut answer));
            read.expect("read");
            answer
        };
        let serve = async {
            let mut all = Vec::new();
            server.read_to_end(&mut all).await.expect("read");
            server
                .write_all(&all.len().to_be_bytes())
                .await
                .expect("written");
            server.shutdown().await.expect("closed");
        };
        let (answer, (), ()) = tokio::join!(talk, serve, splice(near, far, shape));
        assert_eq!(answer, 300_000_usize.to_be_bytes());
    }

    #[tokio::test]
    async fn a_reset_passes_as_a_reset() {
        let ((mut client, near), (far, server)) = (pair().await, pair().await);
        let relay = splice(near, far, Shape::default());
        let reset = async {
            SockRef::from(&server)
                .set_linger(Some(Duration::ZERO))
                .expect("set");
            drop(server);
            client.read_u8().await.expect_err("no byte").kind()
        };
        let (kind, ()) = tokio::join!(reset, relay);
        assert_eq!(kind, std::io::ErrorKind::ConnectionReset);
    }
}
