//! Which of our kinds the API server serves, in which version, and when that changes.
//!
//! Owns the questions and when they are asked: at once when a CustomResourceDefinition changes, some times more until the
//! API server has caught up with it, and now and then without a reason. Must not open watches. Invariant: a kind counts as
//! absent only if its definition is, because an API server that starts denies for a moment what it serves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cp_api::key::Kind;
use futures::stream::{self, BoxStream, StreamExt};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;
use k8s_openapi::apimachinery::pkg::version::Info;
use kube::core::PartialObjectMeta;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};
use tokio::sync::Notify;
use tracing::debug;

use crate::failure::{Failure, delay};
use crate::kinds::{Watched, all};
use crate::watch::{Listing, random};

/// When to ask again after a definition changed: the API server serves a new kind a moment after it says so.
const AFTERWARDS: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];
/// How often to ask without a reason.
const NOW_AND_THEN: Duration = Duration::from_secs(60);
/// The same where definitions may not be watched.
const OFTEN: Duration = Duration::from_secs(10);
/// How long one round of questions may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The first minor version of Kubernetes 1 that streams lists unless told otherwise.
const STREAMS_LISTS: u32 = 34;

/// What the API server serves of our kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Each kind.
    pub kinds: BTreeMap<Kind, Presence>,
    /// How its objects are listed best.
    pub listing: Listing,
    /// Whether no definition changed lately. Until then a kind may be defined and not served yet.
    pub is_settled: bool,
}

/// Whether a kind is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// In this version, the first of those that we read.
    Served(&'static str),
    /// It is defined, but not served in a version that we read; or not yet.
    Misfit,
    /// It is not defined.
    Absent,
}

type Definitions = BoxStream<'static, bool>;

struct Discovery {
    client: Client,
    /// Someone noticed that a kind is not served any more.
    doubt: Arc<Notify>,
    /// Told whether the definitions can be watched, with every change of ours.
    definitions: Definitions,
    is_watching: bool,
    last: Option<Served>,
    /// How many questions were asked since the last reason to.
    asked: usize,
    failures: u32,
    is_first: bool,
}

/// Asks for as long as someone polls. Tells what is served first and when it changes, and each time that it cannot be
/// found out.
pub fn discovery(
    client: Client,
    doubt: Arc<Notify>,
) -> BoxStream<'static, Result<Served, Failure>> {
    let discovery = Discovery {
        definitions: definitions(client.clone()),
        client,
        doubt,
        is_watching: true,
        last: None,
        asked: 0,
        failures: 0,
        is_first: true,
    };
    stream::unfold(discovery, async |mut discovery| {
        let told = discovery.next().await;
        Some((told, discovery))
    })
    .boxed()
}

/// Changes of the definitions of our kinds.
fn definitions(client: Client) -> Definitions {
    let ours: BTreeSet<String> = all().filter_map(|row| row.definition()).collect();
    let api: Api<PartialObjectMeta<CustomResourceDefinition>> = Api::all(client);
    watcher(api, watcher::Config::default())
        .default_backoff()
        .filter_map(move |event| {
            let told = match event {
                Ok(watcher::Event::Apply(found) | watcher::Event::Delete(found)) => {
                    ours.contains(&found.name_any()).then_some(true)
                }
                Ok(watcher::Event::InitDone) => Some(true),
                Ok(watcher::Event::Init | watcher::Event::InitApply(_)) => None,
                Err(error) => {
                    debug!(%error, "definitions cannot be watched");
                    Some(false)
                }
            };
            futures::future::ready(told)
        })
        .boxed()
}

// === impl Discovery ===

impl Discovery {
    async fn next(&mut self) -> Result<Served, Failure> {
        loop {
            if !std::mem::take(&mut self.is_first) {
                self.wait().await;
            }
            let answer = match tokio::time::timeout(PATIENCE, ask(&self.client)).await {
                Ok(answer) => answer.map_err(|error| Failure::of(&error)),
                Err(_) => Err(Failure::silence(PATIENCE)),
            };
            self.asked = self.asked.saturating_add(1);
            match answer {
                Err(failure) => {
                    self.failures = self.failures.saturating_add(1);
                    return Err(failure);
                }
                Ok(mut served) => {
                    served.is_settled = self.asked >= AFTERWARDS.len();
                    let is_mended = std::mem::take(&mut self.failures) > 0;
                    if is_mended || self.last.as_ref() != Some(&served) {
                        self.last = Some(served.clone());
                        return Ok(served);
                    }
                }
            }
        }
    }

    /// Waits for a reason to ask.
    async fn wait(&mut self) {
        let pause = match (self.failures, AFTERWARDS.get(self.asked), self.is_watching) {
            (0, Some(pause), _) => *pause,
            (0, None, true) => NOW_AND_THEN,
            (0, None, false) => OFTEN,
            (failures, _, _) => delay(failures, random()),
        };
        let end = tokio::time::Instant::now() + pause;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(end) => return,
                // While nothing is answered, doubt is no reason to ask more often.
                () = self.doubt.notified(), if self.failures == 0 => break,
                told = self.definitions.next() => {
                    self.is_watching = told.unwrap_or_default();
                    if self.is_watching {
                        break;
                    }
                }
            }
        }
        self.asked = 0;
    }
}

/// One round of questions.
async fn ask(client: &Client) -> Result<Served, kube::Error> {
    // Until it is ready, an API server does not know all definitions. Who may not ask trusts it.
    let ready = client.request_text(get("/readyz")?).await;
    match ready {
        Ok(_) => {}
        Err(kube::Error::Api(status)) if matches!(status.code, 401 | 403 | 404) => {}
        Err(error) => return Err(error),
    }
    let version: Info = client.request(get("/version")?).await?;
    let mut kinds = BTreeMap::new();
    let mut served = BTreeMap::new();
    for row in all() {
        let presence = match row.definition() {
            None => row
                .kind
                .versions()
                .first()
                .map(|version| Presence::Served(version)),
            Some(_) => serving(client, &row, &mut served)
                .await?
                .map(Presence::Served),
        };
        let presence = match presence {
            Some(presence) => presence,
            None if is_defined(client, &row).await? => Presence::Misfit,
            None => Presence::Absent,
        };
        kinds.insert(row.kind, presence);
    }
    let listing = match streams_lists(&version.major, &version.minor) {
        true => Listing::Streamed,
        false => Listing::Paged,
    };
    Ok(Served {
        kinds,
        listing,
        is_settled: false,
    })
}

/// The first version of ours in which the kind is served. `served` remembers the answers of this round.
async fn serving(
    client: &Client,
    row: &Watched,
    served: &mut BTreeMap<String, BTreeSet<String>>,
) -> Result<Option<&'static str>, kube::Error> {
    for version in row.kind.versions() {
        let path = format!("/apis/{}/{version}", row.kind.group());
        if !served.contains_key(&path) {
            let found: Result<APIResourceList, _> = client.request(get(&path)?).await;
            let resources = match found {
                Ok(list) => list.resources,
                Err(kube::Error::Api(status)) if status.code == 404 => Vec::new(),
                Err(error) => return Err(error),
            };
            let names = resources.into_iter().map(|resource| resource.name);
            served.insert(path.clone(), names.collect());
        }
        if served
            .get(&path)
            .is_some_and(|names| names.contains(row.plural))
        {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// Whether there is a definition of the kind. Who may not ask trusts what the API server says it serves.
async fn is_defined(client: &Client, row: &Watched) -> Result<bool, kube::Error> {
    let Some(name) = row.definition() else {
        return Ok(true);
    };
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    match api.get_metadata_opt(&name).await {
        Ok(found) => Ok(found.is_some()),
        Err(kube::Error::Api(status)) if matches!(status.code, 401 | 403) => Ok(false),
        Err(error) => Err(error),
    }
}

fn get(path: &str) -> Result<http::Request<Vec<u8>>, kube::Error> {
    http::Request::get(path)
        .body(Vec::new())
        .map_err(kube::Error::HttpError)
}

fn streams_lists(major: &str, minor: &str) -> bool {
    let number = |text: &str| {
        let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
        digits.parse::<u32>().unwrap_or_default()
    };
    (number(major), number(minor)) >= (1, STREAMS_LISTS)
}

#[cfg(test)]
mod tests {
    use super::streams_lists;

    #[test]
    fn lists_are_streamed_from_1_34_on() {
        assert!(streams_lists("1", "34"));
        assert!(streams_lists("1", "36+"));
        assert!(streams_lists("2", "0"));
        assert!(!streams_lists("1", "33"));
        assert!(!streams_lists("1", "9"));
        assert!(!streams_lists("", "x"));
    }
}
