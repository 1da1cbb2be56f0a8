//! A provider whose answers are canned, and the mock provider.
//!
//! Owns the bytes of both formats and the pace of streams. Must be cheap: it shares a core with the clients. It reads of a
//! request its length and whether a stream is asked for; what is right of it the mock judges.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::args::Args;
use crate::peer::{LOAD_CORE, Running, free_port, pinned, spawn};

/// Events of a stream that have a token.
pub(crate) const EVENTS: usize = 500;
/// Between two of them.
const INTERVAL: Duration = Duration::from_millis(2);

/// How streams go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// An event, a pause, and so on to the end.
    Events,
    /// All events in one write, as from a fast provider or over a connection that was held up.
    AtOnce,
    /// The first events, and then nothing.
    Idle,
}

/// What is answered in one format.
struct Told {
    whole: String,
    first: String,
    event: String,
    last: Vec<String>,
}

/// The same as it is sent.
struct Canned {
    whole: Vec<u8>,
    first: Vec<u8>,
    event: Vec<u8>,
    last: Vec<u8>,
}

// === impl Canned ===

impl From<Told> for Canned {
    fn from(told: Told) -> Canned {
        let length = told.whole.len();
        let ok = "HTTP/1.1 200 OK\r\ncontent-type:";
        let last: String = told.last.iter().map(|event| chunk(event)).collect();
        Canned {
            whole: format!(
                "{ok} application/json\r\ncontent-length: {length}\r\n\r\n{}",
                told.whole
            )
            .into_bytes(),
            first: format!(
                "{ok} text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{}",
                chunk(&told.first)
            )
            .into_bytes(),
            event: chunk(&told.event).into_bytes(),
            last: format!("{last}0\r\n\r\n").into_bytes(),
        }
    }
}

/// The events of a whole stream, without the framing of HTTP; of messages, or of chat completions.
pub(crate) fn stream(is_messages: bool) -> Vec<String> {
    let Told {
        first, event, last, ..
    } = if is_messages { messages() } else { chat() };
    let mut events = vec![first];
    events.extend(std::iter::repeat_n(event, EVENTS));
    events.extend(last);
    events
}

/// Listens on a thread of its own, to the end of the process.
#[allow(
    clippy::disallowed_methods,
    reason = "connections end with their clients, and the thread with the process"
)]
pub(crate) fn start(port: u16, pace: Pace) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = std::net::TcpListener::bind(address).with_context(|| address.to_string())?;
    listener.set_nonblocking(true)?;
    let canned = Arc::new([chat().into(), messages().into()]);
    std::thread::Builder::new()
        .name("provider".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                while let Ok((stream, _)) = listener.accept().await {
                    let canned = Arc::clone(&canned);
                    // A client that leaves is its own end, not the provider's.
                    tokio::spawn(async move { serve(stream, &canned, pace).await.ok() });
                }
                anyhow::Ok(())
            })
        })?;
    Ok(())
}

/// Starts the mock provider of the tests on the core of the load, and says where it is. It is ended when dropped.
pub(crate) fn start_mock(args: &Args, work: &Path) -> Result<(Running, u16)> {
    let port = free_port()?;
    let mut command = pinned(LOAD_CORE, &args.bin_dir.join("tidegate-mock-provider"));
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    Ok((spawn(command, work, "mock-provider")?, port))
}

async fn serve(mut stream: TcpStream, canned: &[Canned; 2], pace: Pace) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4 << 10);
    loop {
        buffer.clear();
        let head = loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).into_owned();
        let length = content_length(&text);
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        let body = buffer.get(head..).unwrap_or_default();
        let [chat, messages] = canned;
        let canned = match text
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .contains("/messages")
        {
            true => messages,
            false => chat,
        };
        // Gateways put it at either end.
        let ends = [
            body.get(..2_000).unwrap_or(body),
            body.get(body.len().saturating_sub(2_000)..).unwrap_or(body),
        ];
        let is_streamed = ends.iter().any(|end| {
            let end = String::from_utf8_lossy(end).replace(' ', "");
            end.contains("\"stream\":true")
        });
        match is_streamed {
            false => stream.write_all(&canned.whole).await?,
            true => events(&mut stream, canned, pace).await?,
        }
    }
}

async fn events(stream: &mut TcpStream, canned: &Canned, pace: Pace) -> Result<()> {
    stream.write_all(&canned.first).await?;
    stream.write_all(&canned.event).await?;
    match pace {
        Pace::Idle => {
            // Until the gateway closes the connection.
            let mut rest = [0; 64];
            while stream.read(&mut rest).await? > 0 {}
            anyhow::bail!("closed");
        }
        Pace::AtOnce => stream.write_all(&canned.event.repeat(EVENTS - 1)).await?,
        Pace::Events => {
            let mut ticks = tokio::time::interval(INTERVAL);
            for _ in 1..EVENTS {
                ticks.tick().await;
                stream.write_all(&canned.event).await?;
            }
        }
    }
    stream.write_all(&canned.last).await?;
    Ok(())
}

fn content_length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = lengths
        .next()
        .and_then(|(_, value)| value.trim().parse().ok());
    length.unwrap_or(0)
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// 600 bytes, as a short answer is.
fn said() -> String {
    "tok ".repeat(75)
}

fn chat() -> Told {
    let chunk_of = |choices: &str, usage: &str| {
        format!(
            "data: {{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\"created\":1741569952,\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{choices}],\"usage\":{usage}}}\n\n"
        )
    };
    let delta = |delta: &str, finish: &str| {
        format!("{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}")
    };
    let usage = "{\"prompt_tokens\":240,\"completion_tokens\":500,\"total_tokens\":740,\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
    let role = delta(
        "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}",
        "null",
    );
    let last = [
        chunk_of(&delta("{}", "\"stop\""), "null"),
        chunk_of("", usage),
        "data: [DONE]\n\n".to_owned(),
    ];
    Told {
        whole: format!(
            "{{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion\",\"created\":1741569952,\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"{}\",\"refusal\":null,\"annotations\":[]}},\"logprobs\":null,\"finish_reason\":\"stop\"}}],\"usage\":{usage},\"service_tier\":\"default\",\"system_fingerprint\":\"fp_44709d6fcb\"}}",
            said()
        ),
        first: chunk_of(&role, "null"),
        event: chunk_of(&delta("{\"content\":\"tok \"}", "null"), "null"),
        last: last.into(),
    }
}

fn messages() -> Told {
    let event = |name: &str, data: &str| format!("event: {name}\ndata: {data}\n\n");
    let first = [
        event(
            "message_start",
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":240,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":1}}}",
        ),
        event(
            "content_block_start",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
        ),
    ];
    let last = [
        event(
            "content_block_stop",
            "{\"type\":\"content_block_stop\",\"index\":0}",
        ),
        event(
            "message_delta",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":500}}",
        ),
        event("message_stop", "{\"type\":\"message_stop\"}"),
    ];
    Told {
        whole: format!(
            "{{\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\",\"content\":[{{\"type\":\"text\",\"text\":\"{}\"}}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{{\"input_tokens\":240,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":500}}}}",
            said()
        ),
        first: first.concat(),
        event: event(
            "content_block_delta",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"tok \"}}",
        ),
        last: last.into(),
    }
}
