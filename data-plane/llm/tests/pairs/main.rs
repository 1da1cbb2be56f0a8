//! Bytes in, bytes out, over directories of cases: formats with formats, clients with kinds of providers, and operations.
//!
//! Each module owns a directory below `testdata`, and its README says what is in there and how it is blessed.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking; cases are files, and BLESS is read here"
)]

mod cases;
mod matrix;
mod operations;
mod providers;
mod turns;
