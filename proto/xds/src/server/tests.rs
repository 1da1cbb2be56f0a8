//! The rules of spec A for the server, one named test each.
//!
//! Each file holds the rules of one theme; `fixture` holds the scripted peer. A test's name begins with its
//! rule.

mod ack;
mod encoding;
mod order;
mod reconnect;
mod session;
mod subscribing;
mod transaction;
mod unsupported;
