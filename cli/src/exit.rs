//! Exit codes, which scripts depend on.
//!
//! Owns the numbers and the one place where an error becomes a message. Must not print results. Codes never change
//! their meaning: 0 fine, 1 error, 2 findings, 3 a difference, 4 nobody answers.

use std::fmt;
use std::process::ExitCode;

use crate::render::Closed;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing to complain about.
    Fine,
    /// `validate` found errors, `status` something to mend, or `migrate` left something out.
    Findings,
    /// `snapshot diff` found a difference.
    Different,
}

/// The instance or proxy that was asked does not answer.
#[derive(Debug)]
pub(crate) struct Unreachable {
    /// Who does not answer, and what helps.
    pub(crate) message: String,
}

const ERROR: u8 = 1;
const FINDINGS: u8 = 2;
const DIFFERENT: u8 = 3;
const UNREACHABLE: u8 = 4;

/// Tells what went wrong, if something did, and gives the code.
pub(crate) fn report(outcome: anyhow::Result<Exit>) -> ExitCode {
    match outcome {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(FINDINGS),
        Ok(Exit::Different) => ExitCode::from(DIFFERENT),
        // Whoever reads our output has seen enough (`tidegate ... | head`).
        Err(error) if error.is::<Closed>() => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tidegate: {error:#}");
            let is_unreachable = error.chain().any(|cause| cause.is::<Unreachable>());
            ExitCode::from(if is_unreachable { UNREACHABLE } else { ERROR })
        }
    }
}

// === impl Unreachable ===

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unreachable {}
