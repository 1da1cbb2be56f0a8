//! Clients that ask for chat completions, each over a connection that it keeps.
//!
//! Owns the question and a reader of answers that knows a length, chunks, and the words of which answers are made. An
//! answer that is not 200, or has no such word, ends the run, unless failures are counted.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::histogram::Histogram;

/// What answers are made of or begin with: those of the canned provider, and the mock's.
const TOKENS: [&[u8]; 2] = [b"tok ", b"This "];

/// What the clients saw.
pub(crate) struct Told {
    /// Times to the first token of streams, to the end of other answers.
    pub(crate) histogram: Histogram,
    /// Whole answers.
    pub(crate) answers: u64,
    /// What came instead, where failures are counted.
    pub(crate) failures: u64,
}

/// What a failure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failures {
    /// Ends the run.
    End,
    /// Is counted, and the client goes on over another connection.
    Count,
}

/// What one client saw.
struct Seen {
    histogram: Histogram,
    failures: u64,
}

/// In which format a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// OpenAI's chat completions.
    Chat,
    /// Anthropic's messages, for those who cannot convert.
    Messages,
}

/// A question of `prompt` bytes, with further headers.
pub(crate) fn request(headers: &str, prompt: usize, is_streamed: bool, format: Format) -> Vec<u8> {
    let (path, own, body) = match format {
        Format::Chat => (
            "/v1/chat/completions",
            "user-agent: OpenAI/Python 2.0\r\nauthorization: Bearer sk-bench\r\n",
            question(prompt, is_streamed),
        ),
        Format::Messages => (
            "/v1/messages",
            "user-agent: Anthropic/Python 0.80\r\nx-api-key: sk-bench\r\nanthropic-version: 2023-06-01\r\n",
            message(prompt, is_streamed),
        ),
    };
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench.example\r\ncontent-type: application/json\r\n\
         accept: application/json\r\n{own}{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sixteen words and the end of a line, which JSON escapes.
const LINE: &str =
    "word word word word word word word word word word word word word word word word\\n";

/// The body of a question: lines of text, as prompts are.
pub(crate) fn question(prompt: usize, is_streamed: bool) -> String {
    let prompt = LINE.repeat(prompt / LINE.len());
    format!(
        "{{\"model\":\"gpt-4o-mini\",\"messages\":[{{\"role\":\"system\",\"content\":\"Be brief.\"}},{{\"role\":\"user\",\"content\":\"{prompt}\"}}],\"max_tokens\":1000,\"stream\":{is_streamed}}}"
    )
}

/// The same in Anthropic's format.
fn message(prompt: usize, is_streamed: bool) -> String {
    let prompt = LINE.repeat(prompt / LINE.len());
    format!(
        "{{\"model\":\"claude-sonnet-4-5\",\"system\":\"Be brief.\",\"messages\":[{{\"role\":\"user\",\"content\":\"{prompt}\"}}],\"max_tokens\":1000,\"stream\":{is_streamed}}}"
    )
}

/// Asks for a while; questions that are under way at its end are answered and count.
pub(crate) async fn run(
    target: SocketAddr,
    request: &[u8],
    clients: usize,
    span: Duration,
    failures: Failures,
) -> Result<Told> {
    let end = Instant::now() + span;
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let request = request.to_vec();
        tasks.spawn(async move { client(target, &request, end, failures).await });
    }
    let (mut histogram, mut failures) = (Histogram::new(), 0);
    while let Some(one) = tasks.join_next().await {
        let seen = one??;
        histogram.add(&seen.histogram);
        failures += seen.failures;
    }
    Ok(Told {
        answers: histogram.total(),
        histogram,
        failures,
    })
}

/// Waits until a question is answered.
pub(crate) async fn wait_for(target: SocketAddr, request: &[u8], patience: Duration) -> Result<()> {
    let deadline = Instant::now() + patience;
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    loop {
        ticks.tick().await;
        match run(target, request, 1, Duration::from_millis(1), Failures::End).await {
            // A slow moment can be over before anything was asked.
            Ok(told) if told.answers > 0 => return Ok(()),
            Err(error) if Instant::now() > deadline => return Err(error),
            Ok(_) if Instant::now() > deadline => bail!("no answer in time"),
            Ok(_) | Err(_) => {}
        }
    }
}

async fn client(
    target: SocketAddr,
    request: &[u8],
    end: Instant,
    failures: Failures,
) -> Result<Seen> {
    let mut seen = Seen {
        histogram: Histogram::new(),
        failures: 0,
    };
    let mut buffer = vec![0; 64 << 10];
    while Instant::now() < end {
        let served = connection(target, (request, end), &mut buffer, &mut seen.histogram).await;
        match (served, failures) {
            (Ok(()), _) => {}
            (Err(error), Failures::End) => return Err(error),
            (Err(_), Failures::Count) => seen.failures += 1,
        }
    }
    Ok(seen)
}

/// Asks over one connection until `end`.
async fn connection(
    target: SocketAddr,
    (request, end): (&[u8], Instant),
    buffer: &mut [u8],
    histogram: &mut Histogram,
) -> Result<()> {
    let mut stream = TcpStream::connect(target).await.context("connect")?;
    stream.set_nodelay(true)?;
    while Instant::now() < end {
        let start = Instant::now();
        stream.write_all(request).await?;
        let first = answer(&mut stream, buffer).await?;
        histogram.record(first.saturating_duration_since(start));
    }
    Ok(())
}

/// Reads one answer; returns when its first token was there, or its end where it came in one piece.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<Instant> {
    let mut filled = 0;
    let head = loop {
        let free = buffer.get_mut(filled..).unwrap_or_default();
        let read = stream.read(free).await?;
        ensure!(read > 0, "closed within a head");
        filled += read;
        let seen = buffer.get(..filled).unwrap_or_default();
        if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        let all = buffer.get(..filled.min(1_000)).unwrap_or_default();
        bail!("got {}", String::from_utf8_lossy(all));
    }
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let is_stream = text.contains("text/event-stream");
    let mut missing = match length {
        Some(length) => Some(length.trim().parse::<usize>()? + head),
        None => None,
    };
    let mut first = None;
    let mut from = head;
    loop {
        let seen = buffer.get(from..filled).unwrap_or_default();
        let holds = |token: &&[u8]| seen.windows(token.len()).any(|word| word == *token);
        if first.is_none() && TOKENS.iter().any(holds) {
            first = Some(Instant::now());
        }
        let is_end = match &mut missing {
            Some(missing) => {
                *missing = missing.saturating_sub(filled);
                *missing == 0
            }
            None => seen.ends_with(b"0\r\n\r\n"),
        };
        if is_end {
            let first = first.context("an answer without a token")?;
            return Ok(if is_stream { first } else { Instant::now() });
        }
        // The end of a body may be cut: its last bytes stay.
        let kept = filled.saturating_sub(from).min(8);
        let tail = filled - kept..filled;
        match missing {
            Some(_) => (from, filled) = (0, 0),
            None => {
                buffer.copy_within(tail, 0);
                (from, filled) = (0, kept);
            }
        }
        let free = buffer.get_mut(filled..).unwrap_or_default();
        let read = stream.read(free).await?;
        ensure!(read > 0, "closed within a body");
        filled += read;
    }
}
