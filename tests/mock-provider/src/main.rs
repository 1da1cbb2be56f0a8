//! A model provider that is none: it speaks the formats of OpenAI, Anthropic, Bedrock, Google and Cohere,
//! answers by rule and fails on demand.
//!
//! For the quickstart, tests and benchmarks. What it knows of the formats is from the vendors'
//! references and SDKs; no live provider has confirmed it. It must not know Tidegate: it is one more
//! server of these formats. Invariant: the same request gets the same words, tokens and events.
//!
//! ```text
//! serve -> provider -> target, credential, request -> asked
//!                   -> demand ---------------------> reply -> answer -> play -> script
//! ```

mod account;
mod answer;
mod anthropic;
mod args;
mod asked;
mod attached;
mod bedrock;
mod beyond;
mod credential;
mod demand;
mod event;
mod format;
mod google;
mod judge;
mod kept;
mod member;
mod mode;
mod moment;
mod node;
mod openai;
mod own;
mod play;
mod proof;
mod provider;
mod realtime;
mod record;
mod refusal;
mod reply;
mod request;
mod script;
mod serve;
mod signature;
mod target;
mod websocket;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    let args = args::Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve::run(args))
}
