//! A look at every object that has a status: which say what is wanted, which do not, which should not name us.
//!
//! Owns that comparison, page by page. Must not write. It is what makes a new leader write differences only, and what
//! finds what others overwrote; objects are dropped as soon as they were compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use cp_api::ObjectKey;
use kube::Client;
use kube::api::{Api, DynamicObject, ListParams};
use tracing::debug;

use crate::kinds;
use crate::status::merge::has_own;
use crate::status::queue::{Seen, Statuses};
use crate::status::shape::Shape;
use crate::status::write::differs;

/// Objects asked for at once.
const PAGE: u32 = 500;

/// Compares all objects with what is wanted. A kind that cannot be listed counts as not right.
pub(crate) async fn look(client: Client, wanted: Arc<Statuses>, controller: String) -> Seen {
    let mut seen = Seen::default();
    let mut unread: BTreeSet<&ObjectKey> = wanted.keys().collect();
    for (kind, shape) in Shape::kinds() {
        let Some(version) = kind.versions().first() else {
            continue;
        };
        let resource = kinds::watched(kind).resource(version);
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        let mut params = ListParams::default().limit(PAGE);
        loop {
            let page = match api.list(&params).await {
                Ok(page) => page,
                Err(error) => {
                    debug!(%kind, %error, "statuses could not be compared");
                    break;
                }
            };
            for object in page.items {
                let namespace = object.metadata.namespace.clone().unwrap_or_default();
                let name = object.metadata.name.clone().unwrap_or_default();
                let key = ObjectKey::new(kind, namespace, name);
                unread.remove(&key);
                compare(&mut seen, (key, shape), &object, &wanted, &controller);
            }
            params.continue_token = page.metadata.continue_.filter(|token| !token.is_empty());
            if params.continue_token.is_none() {
                break;
            }
        }
    }
    seen.wrong.extend(unread.into_iter().cloned());
    seen
}

fn compare(
    seen: &mut Seen,
    (key, shape): (ObjectKey, Shape),
    object: &DynamicObject,
    wanted: &Statuses,
    controller: &str,
) {
    let Ok(live) = serde_json::to_value(object) else {
        return;
    };
    match wanted.get(&key) {
        Some(wanted) if differs(&live, wanted) => seen.wrong.push(key),
        Some(wanted) => seen.right.push((key, Arc::clone(wanted))),
        None if has_own(shape, controller, &live) => seen.stale.push((key, shape)),
        None => {}
    }
}
