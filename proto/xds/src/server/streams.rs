//! The writing side of one ADS stream: all its types, its nonces, its responses.
//!
//! Owns how much goes into one response and how it is booked as in flight. Must not decide when to push nor in
//! which order. Invariant: every response that carries a known type is booked before it is handed out, so no
//! ACK can find it missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use proto::type_url::TypeUrl;

use super::nonce::{Nonces, Part};
use super::response::Response;
use super::type_stream::{InFlight, Pending, TypeStream, is_full_state};
use super::{Protocol, ServerAction};
use crate::digest::Digest;
use crate::resource::Resource;
use crate::snapshot::Set;

/// Most bytes of resources and names in one delta response, unless one resource alone is larger (spec C.4 S5).
pub(crate) const RESPONSE_CAP: usize = 512 * 1024;

/// The types of one ADS stream.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) protocol: Protocol,
    pub(crate) control_plane: Option<Arc<str>>,
    nonces: Nonces,
    by_type: BTreeMap<TypeUrl, TypeStream>,
}

/// What a push belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'a> {
    pub(crate) commit_id: Option<&'a Arc<str>>,
    pub(crate) generation: u64,
}

/// How a pending change is cut into responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// As few responses as [`RESPONSE_CAP`] allows.
    Size,
    /// One resource in each (R57).
    One,
}

/// Content of one response.
#[derive(Debug, Default)]
struct Content {
    resources: Vec<Arc<Resource>>,
    removed: Vec<Arc<str>>,
    len: usize,
}

// === impl Streams ===

impl Streams {
    pub(crate) fn new(protocol: Protocol) -> Streams {
        Streams {
            protocol,
            control_plane: None,
            nonces: Nonces::default(),
            by_type: BTreeMap::new(),
        }
    }

    /// The stream of a type, begun if it is new.
    pub(crate) fn of(&mut self, type_url: TypeUrl) -> &mut TypeStream {
        self.by_type
            .entry(type_url)
            .or_insert_with(|| TypeStream::new(type_url))
    }

    /// The stream of a type, if the client ever asked for it.
    pub(crate) fn get(&self, type_url: TypeUrl) -> Option<&TypeStream> {
        self.by_type.get(&type_url)
    }

    /// As [`Streams::get`].
    pub(crate) fn get_mut(&mut self, type_url: TypeUrl) -> Option<&mut TypeStream> {
        self.by_type.get_mut(&type_url)
    }

    /// Every stream that was begun, in push order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (TypeUrl, &mut TypeStream)> {
        self.by_type
            .iter_mut()
            .map(|(type_url, stream)| (*type_url, stream))
    }

    /// As [`Streams::iter_mut`].
    pub(crate) fn iter(&self) -> impl Iterator<Item = (TypeUrl, &TypeStream)> {
        self.by_type
            .iter()
            .map(|(type_url, stream)| (*type_url, stream))
    }

    /// Tells the client what it needs to hold `target`.
    pub(crate) fn push(
        &mut self,
        type_url: TypeUrl,
        target: &Set,
        cut: Cut,
        stamp: Stamp<'_>,
        out: &mut Vec<ServerAction>,
    ) {
        let protocol = self.protocol;
        let stream = self.of(type_url);
        let pending = stream.pending(target);
        let contents = match protocol {
            Protocol::Delta => cut_delta(pending, cut),
            Protocol::Sotw => cut_sotw(type_url, pending, stream, target, cut),
        };
        stream.told(target);
        let version = match protocol {
            Protocol::Delta => stamp.commit_id.cloned().unwrap_or_else(|| Arc::from("")),
            Protocol::Sotw => Arc::from(sotw_version(stream, target)),
        };
        let of = contents.len();
        for (index, content) in contents.into_iter().enumerate() {
            let part = Part {
                number: index + 1,
                of,
            };
            let nonce = self.nonces.next(stamp.commit_id.map(AsRef::as_ref), part);
            let names = content.resources.iter().map(|resource| resource.name());
            let names = names.chain(&content.removed).cloned().collect();
            self.of(type_url).wrote(InFlight {
                nonce: Arc::clone(&nonce),
                names,
                commit_id: stamp.commit_id.cloned(),
                generation: stamp.generation,
                place: 0,
            });
            out.push(ServerAction::Send(Response {
                protocol,
                type_url: Arc::from(type_url.as_str()),
                nonce,
                system_version: Arc::clone(&version),
                resources: content.resources,
                removed: content.removed,
                control_plane: self.control_plane.clone(),
            }));
        }
    }

    /// Answers what is not supported: the names are absent. Not booked: nothing follows from the ACK.
    pub(crate) fn answer_absent(&mut self, type_url: &str, names: Vec<Arc<str>>) -> ServerAction {
        ServerAction::Send(Response {
            protocol: self.protocol,
            type_url: Arc::from(type_url),
            nonce: self.nonces.next(None, Part { number: 1, of: 1 }),
            system_version: Arc::from(""),
            resources: Vec::new(),
            removed: names,
            control_plane: self.control_plane.clone(),
        })
    }
}

/// `version_info` of a client that holds `target` as far as it asked for it: a hash of hashes (R14).
pub(crate) fn sotw_version(stream: &TypeStream, target: &Set) -> String {
    if stream.subscription.is_wildcard() {
        return target.digest().hex();
    }
    let mut digest = Digest::default();
    for resource in stream
        .subscription
        .names()
        .iter()
        .filter_map(|name| target.get(name))
    {
        digest.add(resource.name(), &resource.version().hex());
    }
    digest.hex()
}

/// Delta: what is pending, and an empty response only if one is owed.
fn cut_delta(pending: Pending, cut: Cut) -> Vec<Content> {
    let mut contents = Vec::new();
    let mut current = Content::default();
    for resource in pending.resources {
        let len = resource.delta().len();
        current.make_room(len, cut, &mut contents);
        current.len += len;
        current.resources.push(resource);
    }
    for name in pending.removed {
        let len = name.len();
        current.make_room(len, cut, &mut contents);
        current.len += len;
        current.removed.push(name);
    }
    if !current.is_empty() || (contents.is_empty() && pending.answer) {
        contents.push(current);
    }
    contents
}

/// State of the world: the whole state for LDS and CDS; of other types what changed, and nothing at all about
/// what is gone or absent (R29, R32).
fn cut_sotw(
    type_url: TypeUrl,
    pending: Pending,
    stream: &TypeStream,
    target: &Set,
    cut: Cut,
) -> Vec<Content> {
    if !is_full_state(type_url) {
        return cut_delta(
            Pending {
                removed: Vec::new(),
                ..pending
            },
            cut,
        );
    }
    let was_held = |name: &Arc<str>| stream.sent().get(name).is_some();
    let is_news = !pending.resources.is_empty() || pending.removed.iter().any(was_held);
    if !is_news && !pending.answer {
        return Vec::new();
    }
    let covered = target
        .iter()
        .filter(|resource| stream.subscription.covers(resource.name()));
    vec![Content {
        resources: covered.cloned().collect(),
        ..Content::default()
    }]
}

// === impl Content ===

impl Content {
    fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.removed.is_empty()
    }

    /// Closes the response if another `len` bytes do not fit.
    fn make_room(&mut self, len: usize, cut: Cut, done: &mut Vec<Content>) {
        let is_full = match cut {
            Cut::One => true,
            Cut::Size => self.len + len > RESPONSE_CAP,
        };
        if is_full && !self.is_empty() {
            done.push(std::mem::take(self));
        }
    }
}
