//! dp-proxy on real sockets, through its public face.
//!
//! Each module is one subject; `harness` has what they share. Must not reach inside the
//! crate. `cfg(test)` says to clippy what it is that these modules are: tests may unwrap.

#[cfg(test)]
mod harness;

#[cfg(test)]
mod ai;
#[cfg(test)]
mod balance;
#[cfg(test)]
mod drain;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod forward_proxy;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod malformed;
#[cfg(test)]
mod mirror;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod streaming;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod upgrade;
