//! Flags of the benchmark.
//!
//! Owns what can be chosen and its defaults. Must not look for programs: `peer` does.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Measures the proxies of this machine side by side.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Args {
    /// Directory with tidegate, tidegate-control-plane, tidegate-proxy and tidegate-mock-provider
    #[arg(long, value_name = "DIR")]
    pub(crate) bin_dir: PathBuf,

    /// Where `cargo xtask tools` puts `envoy` and `llm-gateways`; what is not there is left out
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,

    /// Directory with another build of Tidegate: it is asked for the same chat completions in the same turns
    #[arg(long, value_name = "DIR")]
    pub(crate) against: Option<PathBuf>,

    /// Seconds of load per peer, body size and round
    #[arg(long, value_name = "S", default_value_t = 4)]
    pub(crate) seconds: u64,

    /// Rounds; the median counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) rounds: usize,

    /// Connections of the load generator
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub(crate) connections: usize,

    /// Leave out the comparison with other proxies
    #[arg(long)]
    pub(crate) skip_peers: bool,

    /// Of chat completions, only the scenarios whose name has this in it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) scenario: String,
    /// Leave out chat completions
    #[arg(long)]
    pub(crate) skip_chat: bool,

    /// Streams that are open and silent at once; 0 for none
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) idle: usize,

    /// Measure nothing: do for S seconds of each what a profile of the proxy is learnt from (`cargo xtask pgo`)
    #[arg(long)]
    pub(crate) train: bool,

    /// Leave out the time from edit to applied
    #[arg(long)]
    pub(crate) skip_routes: bool,
}

impl Args {
    /// Length of one measurement.
    pub(crate) fn span(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Envoy, if it is installed.
    pub(crate) fn envoy(&self) -> Option<PathBuf> {
        self.tool("envoy")
    }

    /// The LLM gateways of others, if they are installed.
    pub(crate) fn llm_gateways(&self) -> Option<PathBuf> {
        self.tool("llm-gateways")
    }

    fn tool(&self, name: &str) -> Option<PathBuf> {
        let path = self.tools.as_ref()?.join(name);
        path.exists().then_some(path)
    }
}
