//! A kubelet that runs Pods as processes, for tests.
//!
//! Must not be part of what is released.

fn main() {}
