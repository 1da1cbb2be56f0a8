//! `cargo xtask`: the chores of the house.
//!
//! Owns what `make` and CI call beside cargo itself: generated code, floors, tidy, blessing, tools.
//! Must not know the product: it links none of our crates and reads only the file tree and
//! `cargo metadata`. Each command exits non-zero with one line per finding.

mod bless;
mod crds;
mod floors;
mod gen_command;
mod pgo;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  gen               write generated code (proto/types/src/gen, proto/grpc/src/gen)
  gen --check       fail if generated code is not fresh
  crds              write the CustomResourceDefinitions (deploy/crds) and their page in docs
  crds --check      fail if they are not fresh
  floors            fail on a dependency that xtask/floors.toml does not allow
  tidy              fail on files that break docs/STYLE.md (waivers: xtask/waivers.toml)
  bless             run the golden tests and write what they produced
  tools [NAME...]   install tools (envoy, h2spec, cargo-deny, lab-kube, ...) into the user's cache; all if none is named
  tool NAME [ARG..] run an installed tool
  pgo [--static]    build the proxy by a profile of its own work, as releases do (target/pgo/bin)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["gen"] => gen_command::write(),
        ["gen", "--check"] => gen_command::check(),
        ["crds"] => crds::write(),
        ["crds", "--check"] => crds::check(),
        ["floors"] => floors::run(),
        ["tidy"] => tidy::run(),
        ["bless"] => bless::run(),
        ["tools", names @ ..] => tools::install(names),
        ["pgo"] => pgo::run(false),
        ["pgo", "--static"] => pgo::run(true),
        ["tool", name, rest @ ..] => tools::run(name, rest),
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
