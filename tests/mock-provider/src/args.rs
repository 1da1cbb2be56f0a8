//! The command line.
//!
//! It must not know what the settings do. Invariant: `--help` tells every mode of failing and the
//! rule that counts tokens, from the same tables that the code runs on.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

use crate::demand::{Demand, Wish};
use crate::mode::Mode;
use crate::signature::AwsKey;

/// A mock model provider in the formats of OpenAI, Anthropic, AWS Bedrock and Google Gemini.
///
/// POST {base}/chat/completions, {base}/responses, {base}/embeddings, GET {base}/models[/{id}];
/// POST {base}/messages, {base}/messages/count_tokens; POST /model/{id}/converse[-stream];
/// POST /v1beta/models/{id}:generateContent, :streamGenerateContent?alt=sse, :countTokens.
/// GET {base}/realtime?model={id} with an upgrade to a WebSocket.
/// GET and DELETE /_mock/requests show and forget the last requests and the sums of tokens told.
/// GET, PUT and DELETE /_mock/script are about the modes of the next answers, a JSON array of them.
#[derive(Parser)]
#[command(version, after_long_help = after_help())]
pub(crate) struct Args {
    /// Where to listen; with port 0 the system chooses one. `listening on http://ADDRESS` is
    /// printed when ready.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,

    /// Refuse requests without exactly this key, in the header of the vendor: `Authorization: Bearer
    /// KEY`, `x-api-key` or `x-goog-api-key`. Without it, any key will do, and OpenAI's needs none.
    #[arg(
        long,
        value_name = "KEY",
        env = "TIDEGATE_MOCK_REQUIRE_KEY",
        hide_env_values = true
    )]
    pub(crate) require_key: Option<String>,

    /// Check AWS signatures with this key. Without it, a signature must only be well formed.
    #[arg(
        long,
        value_name = "ID:SECRET",
        env = "TIDEGATE_MOCK_AWS_KEY",
        hide_env_values = true,
        value_parser = AwsKey::parse
    )]
    pub(crate) aws_key: Option<AwsKey>,

    /// Take keys as Azure does: `api-key: KEY`, and a token of Entra (`eyJ..`) as a bearer.
    #[arg(long)]
    pub(crate) azure: bool,

    /// How to answer where neither script nor header nor model says it.
    #[arg(long, value_name = "MODE", value_parser = demand)]
    pub(crate) mode: Option<Demand>,

    /// The path in front of `/chat/completions`, `/messages`, `/models` and so on; a segment `*` may be any, and there may be several
    /// with commas between them.
    #[arg(long, value_name = "PATH", default_value = "/v1")]
    pub(crate) base_path: String,

    /// Pause between streamed chunks, in milliseconds.
    #[arg(long, value_name = "MS", default_value = "0", value_parser = milliseconds)]
    pub(crate) delay_ms: Duration,

    /// How many requests `/_mock/requests` remembers.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) remember: usize,

    /// End when standard input ends, as it does when the parent process is gone.
    #[arg(long)]
    pub(crate) exit_with_parent: bool,
}

fn milliseconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}

fn demand(text: &str) -> Result<Demand, &'static str> {
    Demand::parse(text).ok_or("no such mode")
}

fn after_help() -> String {
    let mut help = "A mode is one word of the first list, words of the second, or both, with dots \
                    between them: `truncate`, `tools.thinking`, `error-first.as-529`. It is taken \
                    from the script, else from the request header `x-mock-mode: MODE`, else from \
                    the model `..mock-MODE`, else from --mode.\n\nHow it fails:\n"
        .to_owned();
    for mode in Mode::all() {
        help.push_str(&format!("  {:<16} {}\n", mode.name(), mode.help()));
    }
    help.push_str(
        "  as-STATUS        what an error inside a response of 200 stands for (500)\n  \
           retry-after-N    seconds until a refused client may come again (1)\n\n\
         What it answers:\n",
    );
    for wish in Wish::ALL {
        help.push_str(&format!("  {:<17} {}\n", wish.name(), wish.help()));
    }
    help.push_str(
        "\nA request that forces a tool call or asks for reasoning gets it without a mode.\n\
         The header `x-mock-delay-ms: N` sets the pause between chunks of this answer.\n\
         Tokens: each word between white space is one; each message, system prompt, tool result and \
         tool adds three to the prompt, each image or document fifty.\n\
         A JSON schema for the answer is answered with JSON that fits.\n\
         `max_tokens` and its like cut the answer (finish_reason `length` and its like).",
    );
    help.push_str(crate::judge::HELP);
    help
}
