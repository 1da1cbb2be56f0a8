//! Where changes come from: files or a cluster, as one.
//!
//! Owns the choice and what each needs beside it. Must not know what a change means; nothing behind `next` can tell which
//! source there is.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use cp_files::problem::{Position, Problem};
use cp_kube::event::{self, Author, Events};
use cp_kube::{client, source};
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tracing::info;

use crate::settings::{Settings, SourceSettings};
use crate::{args, task};

/// Under this name problems with the API server are told, where a file's stand under its path.
const CLUSTER: &str = "kubernetes";

/// Where changes come from.
#[derive(Debug)]
pub enum Source {
    /// Files, with what was read of them when they were opened.
    Files(cp_files::Source, Option<cp_files::Batch>),
    /// A cluster.
    Cluster(cp_kube::Source),
}

/// What a source told.
#[derive(Debug)]
pub struct Read {
    /// What changed.
    pub batch: cp_files::Batch,
    /// Whether everything has been read once.
    pub is_complete: bool,
}

/// A source, and what belongs to it.
pub struct Opened {
    /// The source.
    pub source: Source,
    /// What it is, for humans.
    pub names: Vec<String>,
    /// Where Events are told.
    pub events: Option<Events>,
    /// The cluster, if there is one.
    pub cluster: Option<Home>,
}

/// The cluster of this control plane.
pub struct Home {
    /// Speaks to its API server.
    pub client: cp_kube::client::Client,
    /// Namespace of this control plane in it.
    pub namespace: String,
    /// Which namespaces are read.
    pub selection: cp_kube::Selection,
}

/// Opens the source of these settings.
pub async fn open(
    settings: &Settings,
    registry: &mut Registry,
    leads: watch::Receiver<bool>,
) -> Result<Opened> {
    match &settings.source {
        SourceSettings::Files(files) => {
            let environment: cp_files::source::Environment = Arc::new(args::environment);
            let (source, first) = cp_files::Source::open(files.clone(), environment)
                .context("the manifests cannot be read")?;
            Ok(Opened {
                source: Source::Files(source, Some(first)),
                names: files
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect(),
                events: None,
                cluster: None,
            })
        }
        SourceSettings::Cluster {
            context,
            selection,
            namespace,
        } => {
            let cluster = client::connect(context.as_deref()).await?;
            info!(address = cluster.address, "watching a cluster");
            let metrics = cp_kube::metrics::Metrics::new(registry);
            let (source, driver) =
                source::open(cluster.client.clone(), selection.clone(), metrics.clone());
            // Ends when the source is dropped.
            drop(task::spawn("kubernetes", driver.run()));
            let (events, outbox) = event::channel(metrics);
            let author = Author {
                controller: settings.translate.controller.clone(),
                replica: settings.replica.clone(),
            };
            drop(task::spawn(
                "kubernetes events",
                outbox.run(cluster.client.clone(), author, leads),
            ));
            Ok(Opened {
                source: Source::Cluster(source),
                names: vec![format!("{CLUSTER} {}", cluster.address)],
                events: Some(events),
                cluster: Some(Home {
                    client: cluster.client,
                    namespace: namespace.clone(),
                    selection: selection.clone(),
                }),
            })
        }
    }
}

// === impl Source ===

impl Source {
    /// What changed next; waits until something does. `None` when nothing can come any more. Cancelling the future loses
    /// nothing.
    pub async fn next(&mut self) -> Option<Read> {
        match self {
            Source::Files(source, first) => {
                let batch = match first.take() {
                    Some(first) => first,
                    None => source.next().await?,
                };
                Some(Read {
                    batch,
                    is_complete: true,
                })
            }
            Source::Cluster(source) => {
                let batch = source.next().await?;
                let problems = batch
                    .problems
                    .into_iter()
                    .map(|message| Problem::error(PathBuf::from(CLUSTER), Position::FILE, message));
                Some(Read {
                    batch: cp_files::Batch {
                        changes: batch.changes,
                        problems: problems.collect(),
                        noticed: batch.noticed,
                    },
                    is_complete: batch.is_complete,
                })
            }
        }
    }
}
