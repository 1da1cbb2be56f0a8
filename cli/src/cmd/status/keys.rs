//! Keys of providers that are left alone now, as the proxies on this machine tell.
//!
//! Owns the question to each proxy and its table. Must not judge: a key that is out is a state and no fault, it comes back by
//! itself. Invariant: keys are known by the names of their Secrets only.

use std::collections::BTreeMap;
use std::path::Path;

use proto::tidegate::v1::GatewayStatus;
use serde::{Deserialize, Serialize};

use crate::proxy_admin;
use crate::render::Table;
use crate::up::admin_socket;

/// A provider some of whose keys are out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeysOut {
    /// `namespace/name`.
    pub(super) gateway: String,
    /// As metrics and the dump name it.
    pub(super) backend: String,
    pub(super) provider: String,
    /// How many keys it has.
    pub(super) keys: usize,
    pub(super) out: Vec<KeyOut>,
}

/// A key that is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyOut {
    /// `namespace/name`.
    pub(super) secret: String,
    /// Until it is used again.
    pub(super) seconds: u64,
}

/// What a proxy tells.
#[derive(Debug, Deserialize)]
struct Told {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    backend: String,
    provider: String,
    /// Name of the resource.
    key: String,
    ejected_for_ms: Option<u64>,
}

/// Asks the proxy of each Gateway. One that does not answer has nothing to tell.
pub(super) async fn ask(run_dir: &Path, gateways: &[GatewayStatus]) -> Vec<KeysOut> {
    let told = gateways.iter().map(|gateway| async move {
        let socket = admin_socket::path(run_dir, &gateway.namespace, &gateway.name);
        let answer = proxy_admin::get(&socket, "/providers").await;
        let told = answer.and_then(|answer| serde_json::from_slice::<Told>(&answer).ok());
        told.map_or_else(Vec::new, |told| of(&super::name_of(gateway), told.keys))
    });
    futures::future::join_all(told).await.concat()
}

fn of(gateway: &str, keys: Vec<Key>) -> Vec<KeysOut> {
    let mut providers: BTreeMap<(String, String), (usize, Vec<KeyOut>)> = BTreeMap::new();
    for key in keys {
        let (all, out) = providers.entry((key.backend, key.provider)).or_default();
        *all += 1;
        out.extend(key.ejected_for_ms.map(|left| KeyOut {
            secret: secret(&key.key).to_owned(),
            seconds: left.div_ceil(1_000),
        }));
    }
    let providers = providers
        .into_iter()
        .filter(|(_, (_, out))| !out.is_empty());
    providers
        .map(|((backend, provider), (keys, out))| KeysOut {
            gateway: gateway.to_owned(),
            backend,
            provider,
            keys,
            out,
        })
        .collect()
}

/// `namespace/name` of `secret/namespace/name/key`.
pub(super) fn secret(resource: &str) -> &str {
    let own = resource.strip_prefix("secret/").unwrap_or(resource);
    match own.match_indices('/').nth(1) {
        Some((end, _)) => own.get(..end).unwrap_or(own),
        None => own,
    }
}

pub(super) fn table(keys: &[KeysOut], width: Option<u16>) -> String {
    let mut table = Table::new(&[
        "KEYS OUT",
        "GATEWAY",
        "BACKEND",
        "PROVIDER",
        "SECRETS, AND FOR HOW LONG",
    ]);
    for provider in keys {
        let out = provider.out.iter();
        let secrets = out.map(|key| format!("{} {}", key.secret, super::length(key.seconds)));
        table.row([
            format!("{} of {}", provider.out.len(), provider.keys),
            provider.gateway.clone(),
            provider.backend.clone(),
            provider.provider.clone(),
            secrets.collect::<Vec<_>>().join(", "),
        ]);
    }
    match table.is_empty() {
        true => String::new(),
        false => table.render(width),
    }
}

#[cfg(test)]
mod tests {
    use super::{Told, of, secret, table};

    const TOLD: &str = r#"{"endpoints": [], "keys": [
        {"backend": "backend/shop/chat", "provider": "openai", "key": "secret/shop/key-a/Authorization", "state": "ejected", "ejected_for_ms": 57001, "ejections_in_a_row": 2},
        {"backend": "backend/shop/chat", "provider": "openai", "key": "secret/shop/key-b/Authorization", "state": "well", "ejected_for_ms": null, "ejections_in_a_row": 0},
        {"backend": "backend/shop/chat", "provider": "openai", "key": "secret/shop/key-c/Authorization", "state": "ejected", "ejected_for_ms": 300000, "ejections_in_a_row": 1},
        {"backend": "backend/shop/chat", "provider": "other", "key": "secret/shop/key-a/Authorization", "state": "well", "ejected_for_ms": null, "ejections_in_a_row": 0}
    ]}"#;

    #[test]
    fn a_provider_with_keys_out_has_a_line() {
        let told: Told = serde_json::from_str(TOLD).expect("JSON");
        let out = of("shop/edge", told.keys);
        assert_eq!(
            table(&out, None),
            "KEYS OUT  GATEWAY    BACKEND            PROVIDER  SECRETS, AND FOR HOW LONG\n\
             2 of 3    shop/edge  backend/shop/chat  openai    shop/key-a 58s, shop/key-c 5m\n"
        );
        assert_eq!(table(&[], None), "");
        let json = serde_json::to_value(&out).expect("JSON");
        assert_eq!(json[0]["out"][1]["secret"], "shop/key-c");
        assert_eq!(json[0]["out"][1]["seconds"], 300);
    }

    #[test]
    fn a_secret_has_the_name_of_its_object() {
        assert_eq!(secret("secret/a/b/x-api-key"), "a/b");
        assert_eq!(secret("secret/a/b"), "a/b");
        assert_eq!(secret("other"), "other");
    }
}
