//! A model provider that is none: it speaks the OpenAI format, answers by rule and fails on demand.
//!
//! For the quickstart, tests and benchmarks. It must not know Tidegate: it is one more server of
//! this format. Invariant: the same request gets the same words, tokens and events.

mod answer;
mod args;
mod chat;
mod mode;
mod play;
mod record;
mod refusal;
mod route;
mod script;
mod serve;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    let args = args::Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve::run(args))
}
