//! Every test of the cluster, by name.

use std::pin::Pin;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::{conformance, lab};

/// A test.
pub(crate) type Test = for<'a> fn(&'a Cluster) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// The tests, in the order in which they run.
pub(crate) const ALL: &[(&str, Test)] = &[
    ("lab::pods_run_and_answer", |cluster| {
        Box::pin(lab::pods_run_and_answer(cluster))
    }),
    ("conformance::gateway_http", |cluster| {
        Box::pin(conformance::gateway_http(cluster))
    }),
];
