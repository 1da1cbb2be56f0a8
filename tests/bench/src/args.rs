//! Flags of the benchmark.
//!
//! Owns what can be chosen and its defaults. Must not look for programs: `peer` does.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Measures the proxies of this machine side by side.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Args {
    /// Directory with tidegate-control-plane and tidegate-proxy
    #[arg(long, value_name = "DIR")]
    pub(crate) bin_dir: PathBuf,

    /// Envoy binary; left out if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) envoy: Option<PathBuf>,

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

    /// Leave out the time from edit to applied
    #[arg(long)]
    pub(crate) skip_routes: bool,
}

impl Args {
    /// Length of one measurement.
    pub(crate) fn span(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
