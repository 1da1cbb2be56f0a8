//! The command line: what a person or the launcher may ask for.
//!
//! Must not know how any of it is done. Invariant: the only file that reads the environment, and
//! nothing in it can fail later for a reason that could be told here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::ipam::Cidr;

/// A kubelet that runs Pods as processes, each Pod in a network namespace of its own.
#[derive(Debug, Parser)]
#[command(
    name = "lab-node",
    version,
    arg_required_else_help = true,
    after_help = "EXAMPLES\n  \
        lab-node run --kubeconfig kubeconfig --images images.toml --state-dir state\n  \
        lab-node ctl --state-dir state ps\n  \
        lab-node ctl --state-dir state logs default/web-0\n  \
        lab-node ctl --state-dir state slow default/web-0 --delay 50ms\n\n\
        `run` must be root of a network and a mount namespace that are free to be changed:\n  \
        unshare --user --map-root-user --net --mount --pid --fork --mount-proc lab-node run ..."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Register a Node and run its Pods until told to stop
    Run(RunArgs),
    /// Look at and disturb the Pods of a running lab-node
    Ctl(CtlArgs),
    /// Start one container (lab-node starts itself this way)
    #[command(hide = true)]
    Child,
    /// Answer every DNS question, in place of CoreDNS (the built-in image `dns`)
    #[command(hide = true)]
    Dns(DnsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// How to reach the API server, as an administrator
    #[arg(long, value_name = "FILE", env = "KUBECONFIG")]
    pub(crate) kubeconfig: PathBuf,

    /// Which program stands for which image (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) images: PathBuf,

    /// Where logs, volumes and the control socket lie
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: PathBuf,

    /// Name of the Node
    #[arg(long, value_name = "NAME", default_value = "lab-node")]
    pub(crate) node_name: String,

    /// Address of the node, and the network that Pods get their addresses from
    #[arg(long, value_name = "ADDRESS/LENGTH", default_value = "10.244.0.1/16")]
    pub(crate) bridge: Cidr,

    /// Addresses for Services of type LoadBalancer
    #[arg(long, value_name = "ADDRESS/LENGTH", default_value = "10.245.0.0/24")]
    pub(crate) vips: Cidr,

    /// Where the kubelet's own API listens (HTTPS)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "10.244.0.1:10250")]
    pub(crate) listen: SocketAddr,

    /// ClusterIP of the Service `kubernetes`, given to Pods as the API server's address
    #[arg(long, value_name = "ADDRESS", default_value = "10.96.0.1")]
    pub(crate) kubernetes_ip: Ipv4Addr,

    /// Longest time a Pod gets between SIGTERM and SIGKILL, whatever its grace period says
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(crate) grace_cap: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct DnsArgs {
    /// Where questions arrive (UDP)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "0.0.0.0:53")]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct CtlArgs {
    /// The state directory of the running lab-node
    #[arg(long, value_name = "DIR", global = true, default_value = ".")]
    pub(crate) state_dir: PathBuf,

    #[command(subcommand)]
    pub(crate) action: Action,
}

/// What can be done to a Pod from outside.
#[derive(Clone, Debug, Subcommand, serde::Serialize, serde::Deserialize)]
pub(crate) enum Action {
    /// List Pods, their processes and addresses
    Ps,
    /// Print what a container wrote
    Logs {
        /// NAMESPACE/NAME
        pod: String,
        /// Container (may be left out where there is one)
        container: Option<String>,
        /// The run before the current one
        #[arg(long)]
        previous: bool,
    },
    /// Send a signal to the processes of a Pod
    Kill {
        /// NAMESPACE/NAME
        pod: String,
        /// Container [default: all]
        container: Option<String>,
        /// Signal, with or without SIG
        #[arg(long, default_value = "KILL")]
        signal: String,
    },
    /// Stop a Pod's processes where they stand; their sockets stay open
    Freeze {
        /// NAMESPACE/NAME
        pod: String,
    },
    /// Let a frozen Pod go on
    Thaw {
        /// NAMESPACE/NAME
        pod: String,
    },
    /// Take a Pod's link down: packets in both directions vanish silently
    Cut {
        /// NAMESPACE/NAME
        pod: String,
    },
    /// Undo `cut` and `slow`
    Heal {
        /// NAMESPACE/NAME
        pod: String,
    },
    /// Delay TCP connections to a Pod by a relay in front of it
    Slow {
        /// NAMESPACE/NAME
        pod: String,
        /// Time that every byte is held up, in each direction
        #[arg(long, value_name = "DURATION", default_value = "50ms")]
        delay: String,
        /// Bytes per second and direction, for each connection [default: not limited]
        #[arg(long, value_name = "BYTES/s")]
        rate: Option<u64>,
    },
}

/// `50ms`, `2s`, `1m`: one number and one unit.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number
        .parse()
        .map_err(|_| format!("`{text}` is no duration: write it like 50ms, 2s or 1m"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err(format!(
            "`{text}` has no unit: write it like 50ms, 2s or 1m"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        assert_eq!(duration("50ms"), Ok(Duration::from_millis(50)));
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
        for wrong in ["", "5", "ms", "-1s", "1h", "1.5s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
