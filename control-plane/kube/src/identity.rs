//! Who a token speaks for, by the API server's facts.
//!
//! Owns TokenReview, SubjectAccessReview, and the step from a ServiceAccount to the Gateways that it serves. Must not
//! know gRPC nor what a stream is. The invariants: what the API server did not confirm is never passed; an answer is
//! kept for a minute at most and never beyond the token's end; tokens are kept as hashes only.

mod facts;
mod kept;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use k8s_openapi::api::authentication::v1::{TokenReview, TokenReviewSpec};
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{Api, ApiResource, DynamicObject, ListParams, PostParams};
use kube::core::GroupVersionKind;
use kube::{Client, ResourceExt};
use tokio::sync::Semaphore;
use tracing::warn;

use crate::{Cluster, Selection};

pub use self::facts::AccountName;
use self::facts::{Known, Ownership};
use self::kept::{Kept, Key, Question};

/// The audience that a proxy's token must have.
pub const AUDIENCE: &str = "tidegate";
/// On a Gateway: the ServiceAccount, in the same namespace, of proxies that people run themselves.
pub const ACCOUNT_ANNOTATION: &str = "tidegate.dev/proxy-service-account";
/// Who may `get` this in the group `tidegate.dev` may read what the admin service tells.
pub const VIEWED: &str = "fleetreports";

/// Questions that wait for the API server at once; more wait for their turn.
const AT_ONCE: usize = 16;
/// How long the API server may take. The caller waits meanwhile, and can come again.
const ANSWER: Duration = Duration::from_secs(10);
const GROUP: &str = "tidegate.dev";

/// Namespace and name of a Gateway.
pub type Gateway = (String, String);

/// Judges tokens and accounts.
pub struct Accounts {
    client: Client,
    selection: Selection,
    kept: Mutex<Kept>,
    permits: Semaphore,
}

/// A proxy that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The Gateways that it may read; never none.
    pub gateways: BTreeSet<Gateway>,
    /// When its token ends.
    pub expires_at: Option<SystemTime>,
}

/// Why nobody was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The API server does not know the token, or it is for another audience.
    Unknown,
    /// It is known who that is, and that is not enough; why, and what helps.
    Forbidden(String),
    /// The API server did not answer, or may not be asked by us.
    Unavailable(String),
}

// === impl Accounts ===

impl Accounts {
    /// Nothing known yet. Outside of the selection nothing is asked for, and nobody is a proxy of ours.
    pub fn new(cluster: &Cluster, selection: Selection) -> Self {
        Accounts {
            client: cluster.client.clone(),
            selection,
            kept: Mutex::default(),
            permits: Semaphore::new(AT_ONCE),
        }
    }

    /// The proxy that a token speaks for.
    ///
    /// # Errors
    /// If the token is none of a proxy, or if that cannot be found out.
    pub async fn proxy(&self, token: &str) -> Result<Proxy, Refused> {
        let question = Question::Proxy;
        self.once(Key::of_token(question, token), || async {
            let known = self.review(token).await?;
            let Some(account) = &known.account else {
                return Err(Refused::Forbidden(format!(
                    "{:?} is no ServiceAccount; a proxy needs the token of one",
                    known.user
                )));
            };
            let gateways = self.gateways(account, Some(&known.uid)).await?;
            Ok(Proxy {
                gateways,
                expires_at: facts::end_of(token),
            })
        })
        .await
    }

    /// The proxy of an account that something else than a token proved, a certificate for one.
    ///
    /// # Errors
    /// If it serves no Gateway, or if that cannot be found out.
    pub async fn account(&self, account: &AccountName) -> Result<Proxy, Refused> {
        self.once(Key::of_account(account), || async {
            let gateways = self.gateways(account, None).await?;
            Ok(Proxy {
                gateways,
                expires_at: None,
            })
        })
        .await
    }

    /// Whether a token speaks for somebody who may read what the admin service tells; until when it does.
    ///
    /// # Errors
    /// If not, or if that cannot be found out.
    pub async fn viewer(&self, token: &str) -> Result<Option<SystemTime>, Refused> {
        let question = Question::Viewer;
        let found = self.once(Key::of_token(question, token), || async {
            let known = self.review(token).await?;
            self.may_view(known).await?;
            Ok(Proxy {
                gateways: BTreeSet::new(),
                expires_at: facts::end_of(token),
            })
        });
        found.await.map(|found| found.expires_at)
    }

    /// Asks, unless the answer of a moment ago still holds.
    async fn once<F>(&self, key: Key, ask: impl FnOnce() -> F) -> Result<Proxy, Refused>
    where
        F: Future<Output = Result<Proxy, Refused>>,
    {
        if let Some(answer) = self.look(&key) {
            return answer;
        }
        let _permit = self.permits.acquire().await;
        // Somebody else may have asked the same while we waited.
        if let Some(answer) = self.look(&key) {
            return answer;
        }
        let answer = match tokio::time::timeout(ANSWER, ask()).await {
            Ok(answer) => answer,
            Err(_) => Err(Refused::Unavailable(
                "the API server does not answer; try again".to_owned(),
            )),
        };
        if let Ok(mut kept) = self.kept.lock() {
            kept.keep(key, &answer, Instant::now(), SystemTime::now());
        }
        answer
    }

    fn look(&self, key: &Key) -> Option<Result<Proxy, Refused>> {
        let kept = self.kept.lock().ok()?;
        kept.look(key, Instant::now())
    }

    async fn review(&self, token: &str) -> Result<Known, Refused> {
        let review = TokenReview {
            spec: TokenReviewSpec {
                token: Some(token.to_owned()),
                audiences: Some(vec![AUDIENCE.to_owned()]),
            },
            ..TokenReview::default()
        };
        let api: Api<TokenReview> = Api::all(self.client.clone());
        let answered = api.create(&PostParams::default(), &review).await;
        let answered = answered.map_err(|error| unavailable("tokenreviews", "create", &error))?;
        facts::known(answered.status.unwrap_or_default())
    }

    async fn may_view(&self, known: Known) -> Result<(), Refused> {
        let user = known.user.clone();
        let review = SubjectAccessReview {
            spec: SubjectAccessReviewSpec {
                user: Some(known.user),
                uid: Some(known.uid),
                groups: Some(known.groups),
                extra: Some(known.extra),
                resource_attributes: Some(ResourceAttributes {
                    group: Some(GROUP.to_owned()),
                    resource: Some(VIEWED.to_owned()),
                    verb: Some("get".to_owned()),
                    ..ResourceAttributes::default()
                }),
                ..SubjectAccessReviewSpec::default()
            },
            ..SubjectAccessReview::default()
        };
        let api: Api<SubjectAccessReview> = Api::all(self.client.clone());
        let answered = api.create(&PostParams::default(), &review).await;
        let answered =
            answered.map_err(|error| unavailable("subjectaccessreviews", "create", &error))?;
        match answered.status {
            Some(status) if status.allowed => Ok(()),
            Some(_) | None => Err(Refused::Forbidden(format!(
                "{user:?} may not get {VIEWED}.{GROUP}; a ClusterRole with that verb allows it"
            ))),
        }
    }

    /// The Gateways that an account serves. `uid` is that of the account that was proved.
    async fn gateways(
        &self,
        account: &AccountName,
        uid: Option<&str>,
    ) -> Result<BTreeSet<Gateway>, Refused> {
        if !self.selection.asks_for(&account.namespace) {
            return Err(account.is_elsewhere());
        }
        let api: Api<ServiceAccount> = Api::namespaced(self.client.clone(), &account.namespace);
        let found = api.get_opt(&account.name).await;
        let found = found.map_err(|error| unavailable("serviceaccounts", "get", &error))?;
        let found = found.ok_or_else(|| account.serves_nothing())?;
        if uid.is_some_and(|uid| found.metadata.uid.as_deref() != Some(uid)) {
            // Deleted and made again since the token was issued.
            return Err(Refused::Unknown);
        }
        let gateways = self.gateway_api(&account.namespace);
        if let Ownership::Gateway { name, uid } = facts::owner(&found.metadata) {
            let live = gateways.get_metadata_opt(&name).await;
            let live = live.map_err(|error| unavailable("gateways", "get", &error))?;
            if live.is_some_and(|live| live.uid().as_deref() == Some(uid.as_str())) {
                return Ok(BTreeSet::from([(account.namespace.clone(), name)]));
            }
        }
        let listed = match gateways.list_metadata(&ListParams::default()).await {
            Ok(listed) => listed.items,
            // Without the kind there is no Gateway.
            Err(kube::Error::Api(status)) if status.code == 404 => Vec::new(),
            Err(error) => return Err(unavailable("gateways", "list", &error)),
        };
        let named = listed
            .iter()
            .filter(|gateway| facts::names(&gateway.metadata, &account.name))
            .map(|gateway| (account.namespace.clone(), gateway.name_any()));
        let named: BTreeSet<Gateway> = named.collect();
        if named.is_empty() {
            return Err(account.serves_nothing());
        }
        Ok(named)
    }

    fn gateway_api(&self, namespace: &str) -> Api<DynamicObject> {
        let kind = GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "Gateway");
        let resource = ApiResource::from_gvk(&kind);
        Api::namespaced_with(self.client.clone(), namespace, &resource)
    }
}

/// Whatever went wrong between us and the API server: nobody was judged.
fn unavailable(resource: &str, verb: &str, error: &kube::Error) -> Refused {
    if let kube::Error::Api(status) = error
        && matches!(status.code, 401 | 403)
    {
        warn!(
            resource,
            verb,
            reason = status.message,
            "proxies cannot be judged: the control plane lacks a right"
        );
    }
    Refused::Unavailable(format!(
        "who that is cannot be found out now: the API server does not let us {verb} {resource}; try again"
    ))
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts")
    }
}
