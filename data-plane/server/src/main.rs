//! `tidegate-proxy`: the data plane of one Gateway.
//!
//! Owns the entry point, and nothing else: everything is in the library, where tests can reach it. Must stay
//! this short.

use std::process::ExitCode;

/// On a bare proxy of the same shape a small request took 14.4 us of CPU with it and 14.8 us with glibc's, for
/// 4 MiB more of resident memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dp_server::app::main()
}
