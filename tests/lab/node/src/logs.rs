//! What containers write, line by line with the time of arrival, and who reads it.
//!
//! The files have the form of the container runtime interface: time, stream, `F` for a whole line
//! or `P` for a part of one, text. Must not know how text is asked for. Invariant: a line is
//! written with one call, and readers go by the length that was announced after it, so none is
//! lost, doubled or seen half.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use k8s_openapi::jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;

/// A longer line is kept in parts.
const LONGEST: usize = 16 * 1024;

/// Logs of one container, over all its runs.
#[derive(Debug)]
pub(crate) struct ContainerLog {
    dir: PathBuf,
    head: watch::Sender<Head>,
}

/// Where a container's current log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Which run it is, from 0; nothing ran before there is one.
    pub(crate) run: Option<u32>,
    pub(crate) length: u64,
    pub(crate) open: bool,
}

/// The log of a run, while it is written.
#[derive(Debug)]
pub(crate) struct LogWriter {
    run: u32,
    file: Mutex<File>,
    log: Arc<ContainerLog>,
}

// === impl ContainerLog ===

impl ContainerLog {
    pub(crate) fn new(dir: PathBuf) -> Result<Self> {
        fs::create_dir_all(&dir).with_context(|| format!("no directory {}", dir.display()))?;
        let head = Head {
            run: None,
            length: 0,
            open: false,
        };
        Ok(Self {
            dir,
            head: watch::Sender::new(head),
        })
    }

    /// Starts the log of the next run.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<Arc<LogWriter>> {
        let run = self.head.borrow().run.map_or(0, |run| run + 1);
        let path = self.path(run);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.with_context(|| format!("no log {}", path.display()))?;
        self.head.send_replace(Head {
            run: Some(run),
            length: 0,
            open: true,
        });
        Ok(Arc::new(LogWriter {
            run,
            file: Mutex::new(file),
            log: self.clone(),
        }))
    }

    pub(crate) fn path(&self, run: u32) -> PathBuf {
        self.dir.join(format!("{run}.log"))
    }

    pub(crate) fn head(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}

// === impl LogWriter ===

impl LogWriter {
    /// Copies a stream of a process into the log until it ends.
    pub(crate) async fn copy(&self, stream: &'static str, mut from: impl AsyncRead + Unpin) {
        let mut pending = Vec::new();
        let mut buffer = vec![0; LONGEST];
        loop {
            let read = match from.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(read) => read,
            };
            let now = Timestamp::now();
            pending.extend_from_slice(buffer.get(..read).unwrap_or_default());
            while let Some(end) = pending.iter().position(|b| *b == b'\n') {
                let rest = pending.split_off(end + 1);
                pending.pop();
                self.line(now, stream, 'F', &pending);
                pending = rest;
            }
            if pending.len() >= LONGEST {
                self.line(now, stream, 'P', &pending);
                pending.clear();
            }
        }
        if !pending.is_empty() {
            self.line(Timestamp::now(), stream, 'F', &pending);
        }
    }

    fn line(&self, at: Timestamp, stream: &str, whole: char, text: &[u8]) {
        let mut line = format!("{at:.9} {stream} {whole} ").into_bytes();
        line.extend_from_slice(text);
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        match file.write_all(&line) {
            Ok(()) => self.announce(|head| head.length += line.len() as u64),
            Err(error) => tracing::error!(%error, "a log line is lost"),
        }
    }
}

impl LogWriter {
    /// Late words of an earlier run are nothing to a reader of the current one.
    fn announce(&self, change: impl FnOnce(&mut Head)) {
        self.log.head.send_if_modified(|head| {
            let current = head.run == Some(self.run);
            if current {
                change(head);
            }
            current
        });
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.announce(|head| head.open = false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_arrive_whole_whatever_the_chunks_were() {
        let dir = tempfile::tempdir().expect("a directory");
        let log = Arc::new(ContainerLog::new(dir.path().join("c")).expect("a log"));
        let head = log.head();
        let writer = log.begin().expect("begins");
        let (mut process, pipe) = tokio::io::duplex(7);
        let copying = tokio::join!(
            async {
                use tokio::io::AsyncWriteExt;
                process
                    .write_all(b"one\ntwo two two\n\nlast")
                    .await
                    .expect("written");
                drop(process);
            },
            writer.copy("stdout", pipe)
        );
        let ((), ()) = copying;
        drop(writer);
        let text = fs::read_to_string(log.path(0)).expect("a file");
        let lines: Vec<&str> = text
            .lines()
            .map(|l| l.split_once(' ').expect("a time").1)
            .collect();
        assert_eq!(
            lines,
            [
                "stdout F one",
                "stdout F two two two",
                "stdout F ",
                "stdout F last"
            ]
        );
        let expected = Head {
            run: Some(0),
            length: text.len() as u64,
            open: false,
        };
        assert_eq!(*head.borrow(), expected);
    }

    #[tokio::test]
    async fn a_long_line_is_kept_in_parts() {
        let dir = tempfile::tempdir().expect("a directory");
        let log = Arc::new(ContainerLog::new(dir.path().to_owned()).expect("a log"));
        let writer = log.begin().expect("begins");
        let long = vec![b'x'; LONGEST + 10];
        writer.copy("stderr", long.as_slice()).await;
        let text = fs::read_to_string(log.path(0)).expect("a file");
        let kinds: Vec<&str> = text
            .lines()
            .map(|l| l.split(' ').nth(2).expect("a kind"))
            .collect();
        assert_eq!(kinds, ["P", "F"]);
        drop(writer);
        log.begin().expect("begins again");
        assert!(log.path(1).exists());
    }
}
