//! Credentials of clouds: which steps lead from a configuration to a token, what is asked on the way, how answers are
//! read, and how long a token holds (llm.md 1.4, 1.5).
//!
//! ```text
//! Source + Ambient --grant(port)--> Port::read(file) / Port::send(request) ... --> Grant | Failure
//! ```
//! Entry points: [`source::Source::grant`], [`grant::Grant`], [`port::Port`]. It must not open files or sockets, read a
//! clock or the environment: the [`port::Port`] and [`ambient::Ambient`] that it is handed do. Invariants: a source never
//! falls back to another identity than the one it was told; no secret is printed.

pub mod ambient;
pub mod aws;
pub mod azure;
pub mod failure;
pub mod gcp;
pub mod grant;
pub mod port;
pub mod secret_text;
pub mod sigv4;
pub mod source;

mod answer;
mod form;

#[cfg(test)]
mod fixture;
