//! Pushing to a Tidegate proxy: deltas of every type, then the Commit (spec C.4 S1, S2).
//!
//! Owns which snapshot the stream is at, and the window of two un-ACKed Commits. Must not wait for the ACK of
//! a type: it means "staged", and only the ACK of the Commit means "applied". Invariant: between a delta and
//! the Commit that covers it nothing else is written; newer snapshots coalesce while the window is closed.

use std::sync::Arc;

use proto::type_url::TypeUrl;

use super::ServerAction;
use super::streams::{Cut, Stamp, Streams};
use super::type_stream::InFlight;
use crate::snapshot::Snapshot;

/// Un-ACKed Commits on one stream.
const WINDOW: usize = 2;

/// State of the pushes of one stream.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    /// What the stream is at: all that is sent is from here.
    current: Option<Snapshot>,
    desired: Option<Snapshot>,
    /// Counts the snapshots that the stream was at.
    generation: u64,
    applied: Option<Arc<str>>,
}

// === impl Transaction ===

impl Transaction {
    /// Takes a new target.
    pub(crate) fn aim(&mut self, snapshot: Snapshot) {
        self.desired = Some(snapshot);
    }

    /// Writes what can be written now.
    pub(crate) fn pump(&mut self, streams: &mut Streams, out: &mut Vec<ServerAction>) {
        if is_open(streams) {
            self.advance(streams);
        }
        let Some(current) = &self.current else { return };
        let stamp = Stamp {
            commit_id: current.commit_id(),
            generation: self.generation,
        };
        let begin = out.len();
        for type_url in TypeUrl::ALL.into_iter().filter(|t| *t != TypeUrl::Commit) {
            if streams.get(type_url).is_some() {
                streams.push(type_url, &current.set(type_url), Cut::Size, stamp, out);
            }
        }
        let commits = current.set(TypeUrl::Commit);
        let is_staged = out.iter().skip(begin).any(has_content);
        let Some(stream) = streams.get_mut(TypeUrl::Commit) else {
            return;
        };
        if is_staged {
            // What was just staged needs a Commit to be served, even one that the client knows.
            for commit in commits.iter() {
                if stream.subscription.covers(commit.name()) {
                    stream.force(commit.name());
                }
            }
        }
        if stream.in_flight() < WINDOW {
            streams.push(TypeUrl::Commit, &commits, Cut::Size, stamp, out);
        }
    }

    /// The client took a response; a Commit is thereby applied.
    pub(crate) fn acked(
        &mut self,
        type_url: TypeUrl,
        response: &InFlight,
        out: &mut Vec<ServerAction>,
    ) {
        let is_commit = type_url == TypeUrl::Commit && !response.names.is_empty();
        if is_commit && self.applied != response.commit_id {
            self.applied.clone_from(&response.commit_id);
            out.extend(
                response
                    .commit_id
                    .clone()
                    .map(|commit_id| ServerAction::Applied { commit_id }),
            );
        }
    }

    /// The client refused a response.
    pub(crate) fn nacked(&mut self) {
        self.applied = None;
    }

    /// Moves on to the newest snapshot, if it differs. What was refused is offered again with it.
    fn advance(&mut self, streams: &mut Streams) {
        let Some(desired) = self.desired.take() else {
            return;
        };
        let is_news = match &self.current {
            None => true,
            Some(current) => TypeUrl::ALL
                .into_iter()
                .any(|type_url| current.digest(type_url) != desired.digest(type_url)),
        };
        if is_news {
            self.generation += 1;
            for (_, stream) in streams.iter_mut() {
                stream.content_changed(self.generation);
            }
        }
        self.current = Some(desired);
    }
}

fn has_content(action: &ServerAction) -> bool {
    match action {
        ServerAction::Send(response) => {
            !response.resources.is_empty() || !response.removed.is_empty()
        }
        ServerAction::Node(_)
        | ServerAction::Applied { .. }
        | ServerAction::Nacked(_)
        | ServerAction::Unsupported(_)
        | ServerAction::Close(_) => false,
    }
}

/// True if another snapshot may be started. Until the client asked for Commits, the types' own ACKs pace the
/// stream, so that a slow reader causes coalescing there too.
fn is_open(streams: &Streams) -> bool {
    match streams.get(TypeUrl::Commit) {
        Some(commits) => commits.in_flight() < WINDOW,
        None => streams.iter().all(|(_, stream)| stream.in_flight() == 0),
    }
}
