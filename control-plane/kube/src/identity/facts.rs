//! What the API server's answers say: pure reading, no questions.
//!
//! Owns the shape of a ServiceAccount's user name, the end of a token, and what binds an account to a Gateway. Must not
//! ask anything. The invariant: only facts that an API server vouches for count. A token's own words are read for its
//! end alone, and only after the review: they can make a stream shorter, never let anybody in.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use k8s_openapi::api::authentication::v1::TokenReviewStatus;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;

use super::{ACCOUNT_ANNOTATION, AUDIENCE, Refused};

const ACCOUNT: &str = "system:serviceaccount:";

/// A ServiceAccount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Who a token speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// The user's name.
    pub(super) user: String,
    /// The user's uid; for an account, that of the object.
    pub(super) uid: String,
    pub(super) groups: Vec<String>,
    pub(super) extra: BTreeMap<String, Vec<String>>,
    /// The account, if it is one.
    pub(super) account: Option<AccountName>,
}

/// What an account belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    /// A Gateway of the same namespace; whether it lives is to be asked.
    Gateway { name: String, uid: String },
    /// Nothing of ours.
    Other,
}

/// Who the review found.
pub(super) fn known(status: TokenReviewStatus) -> Result<Known, Refused> {
    let for_us = status
        .audiences
        .is_some_and(|audiences| audiences.iter().any(|audience| audience == AUDIENCE));
    // An API server that does not know of audiences leaves them out: such a token was made for the API server.
    if status.authenticated != Some(true) || !for_us {
        return Err(Refused::Unknown);
    }
    let user = status.user.unwrap_or_default();
    let name = user.username.unwrap_or_default();
    Ok(Known {
        account: account(&name),
        user: name,
        uid: user.uid.unwrap_or_default(),
        groups: user.groups.unwrap_or_default(),
        extra: user.extra.unwrap_or_default(),
    })
}

fn account(user: &str) -> Option<AccountName> {
    let (namespace, name) = user.strip_prefix(ACCOUNT)?.split_once(':')?;
    let is_whole = !namespace.is_empty() && !name.is_empty() && !name.contains(':');
    is_whole.then(|| AccountName {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })
}

/// What owns an account as its controller.
pub(super) fn owner(account: &ObjectMeta) -> Ownership {
    let owners = account.owner_references.iter().flatten();
    let found = owners.into_iter().find(|owner| {
        owner.controller == Some(true)
            && owner.kind == "Gateway"
            && owner.api_version.starts_with("gateway.networking.k8s.io/")
    });
    found.map_or(Ownership::Other, |owner| Ownership::Gateway {
        name: owner.name.clone(),
        uid: owner.uid.clone(),
    })
}

/// Whether a Gateway names this account of its namespace as that of its proxies.
pub(super) fn names(gateway: &ObjectMeta, account: &str) -> bool {
    let annotations = gateway.annotations.as_ref();
    let named = annotations.and_then(|annotations| annotations.get(ACCOUNT_ANNOTATION));
    named.is_some_and(|named| named.trim() == account)
}

/// When a token ends, by its own words; `None` for one that has none or that is no JWT.
pub(super) fn end_of(token: &str) -> Option<SystemTime> {
    #[derive(Deserialize)]
    struct Claims {
        exp: Option<f64>,
    }
    let payload = token.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let seconds = serde_json::from_slice::<Claims>(&json).ok()?.exp?;
    let end = Duration::try_from_secs_f64(seconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(end)
}

// === impl AccountName ===

impl AccountName {
    pub(super) fn serves_nothing(&self) -> Refused {
        Refused::Forbidden(format!(
            "ServiceAccount {}/{} serves no Gateway: none that lives owns it, and none in its namespace names it with {ACCOUNT_ANNOTATION}",
            self.namespace, self.name
        ))
    }

    pub(super) fn is_elsewhere(&self) -> Refused {
        Refused::Forbidden(format!(
            "ServiceAccount {}/{} serves no Gateway: its namespace is none that --watch-namespace names",
            self.namespace, self.name
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountName, Known, Ownership, end_of, known, names, owner};
    use crate::identity::Refused;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use k8s_openapi::api::authentication::v1::{TokenReviewStatus, UserInfo};
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
    use std::time::{Duration, SystemTime};

    fn status(user: &str, audiences: Option<&[&str]>, authenticated: bool) -> TokenReviewStatus {
        TokenReviewStatus {
            authenticated: Some(authenticated),
            audiences: audiences
                .map(|audiences| audiences.iter().map(|text| (*text).to_owned()).collect()),
            user: Some(UserInfo {
                username: Some(user.to_owned()),
                uid: Some("u1".to_owned()),
                ..UserInfo::default()
            }),
            ..TokenReviewStatus::default()
        }
    }

    #[test]
    fn who_a_review_found() {
        let check = |status: TokenReviewStatus, expected: Result<Option<(&str, &str)>, Refused>| {
            let expected = expected.map(|account| {
                account.map(|(namespace, name)| AccountName {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                })
            });
            assert_eq!(known(status).map(|known: Known| known.account), expected);
        };
        let ours: Option<&[&str]> = Some(&["tidegate"]);
        let proxy = "system:serviceaccount:a:gw-x";
        check(status(proxy, ours, true), Ok(Some(("a", "gw-x"))));
        check(status("maria", ours, true), Ok(None));
        for nobody in [
            "system:serviceaccount:a",
            "system:serviceaccount::b",
            "system:serviceaccount:a:b:c",
        ] {
            check(status(nobody, ours, true), Ok(None));
        }
        check(status(proxy, ours, false), Err(Refused::Unknown));
        check(status(proxy, None, true), Err(Refused::Unknown));
        let theirs: Option<&[&str]> = Some(&["https://kubernetes.default.svc"]);
        check(status(proxy, theirs, true), Err(Refused::Unknown));
        check(TokenReviewStatus::default(), Err(Refused::Unknown));
    }

    #[test]
    fn what_owns_an_account() {
        let check = |kind: &str, api: &str, controller: Option<bool>, expected: bool| {
            let account = ObjectMeta {
                owner_references: Some(vec![OwnerReference {
                    api_version: api.to_owned(),
                    kind: kind.to_owned(),
                    name: "gw".to_owned(),
                    uid: "u1".to_owned(),
                    controller,
                    ..OwnerReference::default()
                }]),
                ..ObjectMeta::default()
            };
            let is_owned = owner(&account) != Ownership::Other;
            assert_eq!(is_owned, expected, "{kind} {api} {controller:?}");
        };
        check("Gateway", "gateway.networking.k8s.io/v1", Some(true), true);
        check(
            "Gateway",
            "gateway.networking.k8s.io/v1beta1",
            Some(true),
            true,
        );
        check("Gateway", "gateway.networking.k8s.io/v1", None, false);
        check("Gateway", "networking.istio.io/v1", Some(true), false);
        check(
            "Gateway",
            "gateway.networking.k8s.io.evil/v1",
            Some(true),
            false,
        );
        check("Deployment", "apps/v1", Some(true), false);
        assert_eq!(owner(&ObjectMeta::default()), Ownership::Other);
    }

    #[test]
    fn what_a_gateway_names() {
        let gateway = |value: Option<&str>| ObjectMeta {
            annotations: value.map(|value| {
                let key = "tidegate.dev/proxy-service-account".to_owned();
                std::collections::BTreeMap::from([(key, value.to_owned())])
            }),
            ..ObjectMeta::default()
        };
        assert!(names(&gateway(Some("edge")), "edge"));
        assert!(names(&gateway(Some(" edge ")), "edge"));
        assert!(!names(&gateway(Some("other")), "edge"));
        // Another namespace's account cannot be named at all.
        assert!(!names(&gateway(Some("b/edge")), "edge"));
        assert!(!names(&gateway(None), "edge"));
    }

    #[test]
    fn when_a_token_ends() {
        let token = |claims: &str| format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims));
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(end_of(&token(r#"{"exp":1700000000}"#)), at(1_700_000_000));
        for none in [
            r#"{}"#,
            r#"{"exp":-1}"#,
            r#"{"exp":1e400}"#,
            r#"{"exp":"x"}"#,
            "no",
        ] {
            assert_eq!(end_of(&token(none)), None, "{none}");
        }
        assert_eq!(end_of("opaque"), None);
        assert_eq!(end_of("a.!.c"), None);
    }
}
