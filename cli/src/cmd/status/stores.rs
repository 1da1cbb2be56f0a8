//! Stores of shared budgets that are away or have lost something, as the proxies on this machine tell.
//!
//! Owns the question to each proxy and its table. Must not judge: budgets do meanwhile as their failureMode says. Invariant:
//! stores are known by the names of their Secrets only.

use std::path::Path;

use proto::tidegate::v1::GatewayStatus;
use serde::{Deserialize, Serialize};

use super::keys::secret;
use crate::proxy_admin;
use crate::render::Table;
use crate::up::admin_socket;

/// A store with something to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoreStanding {
    /// `namespace/name`.
    pub(super) gateway: String,
    /// `namespace/name` of the Secret with its address.
    pub(super) secret: String,
    /// `up` or `away`.
    pub(super) state: String,
    pub(super) orders_waiting: u64,
    pub(super) orders_lost: u64,
}

/// What a proxy tells.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(default)]
    budget_stores: Vec<Store>,
}

#[derive(Debug, Deserialize)]
struct Store {
    /// Name of the resource.
    store: String,
    state: String,
    orders_waiting: u64,
    orders_lost: u64,
}

/// Asks the proxy of each Gateway. One that does not answer has nothing to tell.
pub(super) async fn ask(run_dir: &Path, gateways: &[GatewayStatus]) -> Vec<StoreStanding> {
    let told = gateways.iter().map(|gateway| async move {
        let socket = admin_socket::path(run_dir, &gateway.namespace, &gateway.name);
        let answer = proxy_admin::get(&socket, "/providers").await;
        let told = answer.and_then(|answer| serde_json::from_slice::<Told>(&answer).ok());
        told.map_or_else(Vec::new, |told| of(&super::name_of(gateway), told))
    });
    futures::future::join_all(told).await.concat()
}

fn of(gateway: &str, told: Told) -> Vec<StoreStanding> {
    let stores = told.budget_stores.into_iter();
    let stores = stores.filter(|store| store.state != "up" || store.orders_lost > 0);
    stores
        .map(|store| StoreStanding {
            gateway: gateway.to_owned(),
            secret: secret(&store.store).to_owned(),
            state: store.state,
            orders_waiting: store.orders_waiting,
            orders_lost: store.orders_lost,
        })
        .collect()
}

pub(super) fn table(stores: &[StoreStanding], width: Option<u16>) -> String {
    let mut table = Table::new(&["BUDGET STORE", "GATEWAY", "STATE", "WAITING", "LOST"]);
    for store in stores {
        table.row([
            store.secret.clone(),
            store.gateway.clone(),
            store.state.clone(),
            store.orders_waiting.to_string(),
            store.orders_lost.to_string(),
        ]);
    }
    match table.is_empty() {
        true => String::new(),
        false => table.render(width),
    }
}

#[cfg(test)]
mod tests {
    use super::{Told, of, table};

    const TOLD: &str = r#"{"endpoints": [], "keys": [], "budget_stores": [
        {"store": "secret/shop/redis/url", "state": "away", "orders_waiting": 12, "orders_lost": 0},
        {"store": "secret/shop/second/url", "state": "up", "orders_waiting": 0, "orders_lost": 7},
        {"store": "secret/shop/third/url", "state": "up", "orders_waiting": 3, "orders_lost": 0}
    ]}"#;

    #[test]
    fn a_store_that_is_away_or_lost_something_has_a_line() {
        let told: Told = serde_json::from_str(TOLD).expect("JSON");
        let stores = of("shop/edge", told);
        assert_eq!(
            table(&stores, None),
            "BUDGET STORE  GATEWAY    STATE  WAITING  LOST\n\
             shop/redis    shop/edge  away   12       0\n\
             shop/second   shop/edge  up     0        7\n"
        );
        assert_eq!(table(&[], None), "");
        let json = serde_json::to_value(&stores).expect("JSON");
        assert_eq!(json[0]["ordersWaiting"], 12);
        let older: Told = serde_json::from_str(r#"{"keys": []}"#).expect("JSON");
        assert!(of("shop/edge", older).is_empty());
    }
}
