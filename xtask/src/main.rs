//! `cargo xtask`: the chores of the house.
//!
//! Owns what `make` and CI call beside cargo itself: generated code, floors, tidy, blessing.
//! Must not know the product: it links none of our crates and reads only the file tree and
//! `cargo metadata`. Each command exits non-zero with one line per finding.

mod gen_command;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  gen             write generated code (proto/types/src/gen, proto/grpc/src/gen)
  gen --check     fail if generated code is not fresh
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["gen"] => gen_command::write(),
        ["gen", "--check"] => gen_command::check(),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
