//! The command line.
//!
//! It must not know what the settings do. Invariant: `--help` tells every mode of failing and the
//! rule that counts tokens, from the same tables that the code runs on.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

use crate::mode::Mode;

/// A mock model provider in the OpenAI format.
///
/// POST {base}/chat/completions (buffered and streamed), GET {base}/models, GET {base}/models/{id};
/// GET and DELETE /_mock/requests show and forget the last requests.
#[derive(Parser)]
#[command(version, after_long_help = after_help())]
pub(crate) struct Args {
    /// Where to listen; with port 0 the system chooses one. `listening on http://ADDRESS` is
    /// printed when ready.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,

    /// Refuse requests without exactly `Authorization: Bearer KEY`.
    #[arg(
        long,
        value_name = "KEY",
        env = "TIDEGATE_MOCK_REQUIRE_KEY",
        hide_env_values = true
    )]
    pub(crate) require_key: Option<String>,

    /// The path in front of `/chat/completions` and `/models`.
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

fn after_help() -> String {
    let mut help = "Modes, by the model `mock-MODE` or the request header `x-mock-mode: MODE` \
                    (the header wins):\n"
        .to_owned();
    for mode in Mode::all() {
        help.push_str(&format!("  {:<14} {}\n", mode.name(), mode.help()));
    }
    help.push_str(
        "\nThe header `x-mock-delay-ms: N` sets the pause between chunks of this answer.\n\
         Tokens: each word between white space is one; each message adds three to the prompt.\n\
         `max_tokens` and `max_completion_tokens` cut the answer (finish_reason `length`).",
    );
    help
}
