//! Events on the wire, and the response object that some of them have.
//!
//! It must not know items. Invariant: sequence numbers have no gaps.

use std::io::Write as _;

use super::output::Output;
use crate::error::ProviderError;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{ClientSide, Start};

/// Longest id of a provider that is made the response's, in bytes.
const ID_LIMIT: usize = 128;

/// Writes events, or nothing where a body is made.
pub(super) struct Events<'o> {
    out: Option<&'o mut Vec<u8>>,
    next: u64,
}

/// What the response object says of itself.
#[derive(Debug)]
pub(super) struct Head {
    id: JsonText<'static>,
    model: JsonText<'static>,
    created: u64,
}

/// How the answer came to its end.
#[derive(Debug)]
pub(super) enum Ending {
    Completed,
    /// For this reason.
    Incomplete(&'static str),
    Failed(ProviderError),
}

// === impl Events ===

impl<'o> Events<'o> {
    /// `next` is the number of the next event.
    pub(super) fn new(out: Option<&'o mut Vec<u8>>, next: u64) -> Self {
        Self { out, next }
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// One event; `members` writes what follows its type and number, each member with a comma in front.
    pub(super) fn event(&mut self, kind: &str, members: impl FnOnce(&mut Vec<u8>)) {
        let Some(out) = self.out.as_deref_mut() else {
            return;
        };
        put(out, &["event: ", kind, "\ndata: {\"type\":\"", kind]);
        // Writing to a vector does not fail.
        let _ = write!(out, "\",\"sequence_number\":{}", self.next);
        self.next += 1;
        members(out);
        put(out, &["}\n\n"]);
    }
}

// === impl Head ===

impl Head {
    pub(super) fn new(start: &Start, client: &ClientSide) -> Self {
        let is_usable = |id: &&String| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            !id.is_empty() && id.len() <= ID_LIMIT && id.bytes().all(is_plain)
        };
        let id = match start.id.as_ref().filter(is_usable) {
            Some(id) if id.starts_with("resp_") => id.clone(),
            Some(id) => format!("resp_{id}"),
            None => format!("resp_{:016x}", client.nonce),
        };
        Self {
            id: JsonText::plain(&id),
            model: JsonText::plain(start.model.as_ref().unwrap_or(&client.model)),
            created: start.created.unwrap_or(client.created),
        }
    }

    /// The response object. What it would repeat of the request has the format's defaults: SDKs want the members.
    pub(super) fn write(
        &self,
        ending: Option<&Ending>,
        output: &Output,
        usage: Option<&Usage>,
        out: &mut Vec<u8>,
    ) {
        put(out, &["{\"id\":", self.id.as_json()]);
        let created = self.created;
        let _ = write!(out, ",\"object\":\"response\",\"created_at\":{created}");
        let status = ending.map_or("in_progress", Ending::status);
        put(out, &[",\"status\":\"", status, "\",\"error\":"]);
        match ending {
            Some(Ending::Failed(error)) => write_error(error, out),
            Some(Ending::Completed | Ending::Incomplete(_)) | None => put(out, &["null"]),
        }
        match ending {
            Some(Ending::Incomplete(reason)) => {
                put(
                    out,
                    &[",\"incomplete_details\":{\"reason\":\"", reason, "\"}"],
                );
            }
            Some(Ending::Completed | Ending::Failed(_)) | None => {
                put(out, &[",\"incomplete_details\":null"]);
            }
        }
        put(out, &[",\"instructions\":null,\"metadata\":{},\"model\":"]);
        put(out, &[self.model.as_json(), ",\"output\":"]);
        output.write(out);
        put(out, &[",\"parallel_tool_calls\":true,\"temperature\":null"]);
        put(
            out,
            &[",\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null"],
        );
        put(out, &[",\"usage\":"]);
        match usage.filter(|_| ending.is_some()) {
            Some(usage) => write_usage(usage, out),
            None => put(out, &["null"]),
        }
        out.push(b'}');
    }
}

// === impl Ending ===

impl Ending {
    /// The end of an answer that is whole.
    pub(super) fn of(finish: Option<FinishReason>) -> Self {
        match finish {
            Some(FinishReason::Length | FinishReason::ContextWindow) => {
                Self::Incomplete("max_output_tokens")
            }
            Some(FinishReason::ContentFilter) => Self::Incomplete("content_filter"),
            Some(
                FinishReason::Stop
                | FinishReason::StopSequence
                | FinishReason::PauseTurn
                | FinishReason::ToolCalls
                | FinishReason::FunctionCall
                | FinishReason::Other,
            )
            | None => Self::Completed,
        }
    }

    pub(super) const fn event(&self) -> &'static str {
        match self {
            Self::Completed => "response.completed",
            Self::Incomplete(_) => "response.incomplete",
            Self::Failed(_) => "response.failed",
        }
    }

    const fn status(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
            Self::Failed(_) => "failed",
        }
    }
}

/// Puts texts behind one another.
pub(super) fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

/// The format has codes, where others have types: clients decide by them whether to try again.
fn write_error(error: &ProviderError, out: &mut Vec<u8>) {
    let is_number = |code: &&str| code.parse::<i64>().is_ok();
    let code = error.code.as_deref();
    let code = match (code.filter(|code| !is_number(code)), error.kind.as_deref()) {
        (Some(code), _) => code,
        (None, Some("rate_limit_error" | "RESOURCE_EXHAUSTED")) => "rate_limit_exceeded",
        (None, Some("overloaded_error")) => "server_is_overloaded",
        (None, Some("invalid_request_error" | "INVALID_ARGUMENT")) => "invalid_prompt",
        // vLLM and Google have the status there.
        (None, Some(_) | None) if code.is_some() => match error.status() {
            429 => "rate_limit_exceeded",
            503 | 529 => "server_is_overloaded",
            400..429 => "invalid_prompt",
            _ => "server_error",
        },
        (None, Some(_) | None) => "server_error",
    };
    put(out, &["{\"code\":", JsonText::plain(code).as_json()]);
    put(
        out,
        &[
            ",\"message\":",
            JsonText::plain(&error.message).as_json(),
            "}",
        ],
    );
}

/// The format wants all counts: a part that is not known counts as none, but nothing is told where nothing is known.
fn write_usage(usage: &Usage, out: &mut Vec<u8>) {
    if usage.input.is_none() && usage.output.is_none() && usage.total.is_none() {
        put(out, &["null"]);
        return;
    }
    let known = |count: Option<u64>| count.unwrap_or_default();
    let (input, output) = (known(usage.input), known(usage.output));
    let (read, written) = (known(usage.cache_read), known(usage.cache_write));
    let reasoning = known(usage.reasoning);
    let total = usage
        .total()
        .unwrap_or_else(|| input.saturating_add(output));
    let _ = write!(
        out,
        "{{\"input_tokens\":{input},\"input_tokens_details\":{{\"cached_tokens\":{read},\
         \"cache_write_tokens\":{written}}},\"output_tokens\":{output},\
         \"output_tokens_details\":{{\"reasoning_tokens\":{reasoning}}},\"total_tokens\":{total}}}"
    );
}
