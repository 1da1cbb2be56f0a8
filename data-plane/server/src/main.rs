//! `tidegate-proxy`: the data plane of one Gateway.
//!
//! Owns the entry point, and nothing else: everything is in the library, where tests can reach it. Must stay
//! this short.

use std::process::ExitCode;

/// Measured in `docs/performance.md`; glibc's allocator keeps the arenas of short bursts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dp_server::app::main()
}
