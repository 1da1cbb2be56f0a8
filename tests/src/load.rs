//! Requests without a pause, while something else changes.
//!
//! Owns a few connections that ask one thing in a loop and counts what came back; ends at `finish`. The
//! loop is closed: each connection waits for its answer. Must not judge an answer: a function of the
//! test does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::task::JoinSet;

use crate::client::{Client, Reply};

/// Makes one request.
pub trait Ask: Fn() -> Result<Request<Full<Bytes>>> + Send + Sync + 'static {}

impl<F: Fn() -> Result<Request<Full<Bytes>>> + Send + Sync + 'static> Ask for F {}

/// What is wrong with an answer, if anything.
pub type Judge = fn(&Reply) -> Result<()>;

/// Running load.
pub struct Load {
    workers: JoinSet<Result<()>>,
    is_over: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
}

// === impl Load ===

impl Load {
    /// Starts `connections` clients. An answer that `judge` refuses, or a failed exchange, ends a client.
    pub fn start(client: &Client, ask: impl Ask, connections: usize, judge: Judge) -> Load {
        let ask = Arc::new(ask);
        let is_over = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicU64::new(0));
        let mut workers = JoinSet::new();
        for _ in 0..connections {
            let (client, ask) = (client.clone(), Arc::clone(&ask));
            let (is_over, done) = (Arc::clone(&is_over), Arc::clone(&done));
            workers.spawn(async move {
                let mut connection = client.connect().await?;
                while !is_over.load(Ordering::Relaxed) {
                    let reply = connection.send(ask()?).await?;
                    judge(&reply)?;
                    // A server that drains asks for a new connection.
                    if reply.header("connection").eq_ignore_ascii_case("close") {
                        connection = client.connect().await?;
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        Load {
            workers,
            is_over,
            done,
        }
    }

    /// Answers so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Ends the load; the number of answers, or the first failure.
    pub async fn finish(mut self) -> Result<u64> {
        self.is_over.store(true, Ordering::Relaxed);
        while let Some(worker) = self.workers.join_next().await {
            let number = self.done() + 1;
            worker
                .context("a client of the load")?
                .with_context(|| format!("answer {number}"))?;
        }
        match self.done() {
            0 => bail!("the load never got an answer"),
            done => Ok(done),
        }
    }
}
