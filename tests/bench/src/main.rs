//! `make bench`: what a request costs here, and what it costs elsewhere.
//!
//! Owns the comparison: nginx, Envoy and our proxy forward the same requests to the same backend, one worker each,
//! pinned to one core, in turns. CPU time per request is what counts; absolute times of a shared machine do not.
//! Must not be part of any test: a slow machine is not a failure.

mod allocated;
mod args;
mod chat;
mod cpu;
mod histogram;
mod idle;
mod load;
mod peer;
mod report;
mod routes;
mod train;

use anyhow::Result;
use clap::Parser;

fn main() -> Result<()> {
    let args = args::Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let work = tempfile::tempdir()?;
        if args.train {
            return train::run(&args, work.path()).await;
        }
        if !args.skip_peers {
            let rows = peer::compare(&args, work.path()).await?;
            report::peers(&rows)?;
        }
        if !args.skip_chat {
            report::allocated(&allocated::measure()?)?;
            report::chat(&chat::compare(&args, work.path()).await?)?;
        }
        if args.idle > 0 {
            report::idle(&idle::measure(&args, work.path()).await?)?;
        }
        if !args.skip_routes {
            let rows = routes::measure(&args, work.path()).await?;
            report::routes(&rows)?;
        }
        Ok(())
    })
}
