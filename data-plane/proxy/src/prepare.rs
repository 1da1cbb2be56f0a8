//! Everything about a next configuration that can fail, done before it is active.
//!
//! Owns binding of new sockets and loading of certificates and files ahead of the swap. Must not change what is
//! being served: until `commit`, nothing is visible to a client. Invariant: `commit` cannot fail, and a
//! `Prepared` that is dropped gives its sockets back.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use dp_config::{Config, Listener};
use proto::type_url::TypeUrl;

use crate::{
    ai::{cache, groups::Providers, prices::Prices, tokens::Tokens},
    bind::{BindKey, Bound},
    proxy::Shared,
    served::{Active, Served},
    trusted_file,
    worker::Command,
};

/// A configuration that is ready to serve.
#[must_use = "a prepared configuration is not active until it is committed"]
pub struct Prepared {
    shared: Arc<Shared>,
    next: Active,
    opened: Vec<Arc<Bound>>,
}

/// Whether another machine, or this one at another time, could prepare a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No: its content is wrong, or it contradicts the rest of the configuration.
    Content,
    /// Yes: this machine lacks what it takes now, a port for one.
    Machine,
}

/// One resource that cannot be prepared, in the form that a NACK reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprepared {
    /// Where the fault lies.
    pub cause: Cause,
    /// Type of the resource.
    pub type_url: TypeUrl,
    /// Name of the resource.
    pub name: String,
    /// Field path inside the resource.
    pub path: String,
    /// What is wrong and what helps, without secrets.
    pub message: String,
}

/// Binds and loads what `next` needs beyond the active configuration.
pub(crate) fn prepare(
    shared: &Arc<Shared>,
    next: Arc<Config>,
) -> Result<Prepared, Vec<Unprepared>> {
    let active = shared.active.load();
    let (next, mut refused) = match trusted_file::load(&next) {
        Ok(loaded) => (loaded, Vec::new()),
        Err(refused) => (next, refused),
    };
    let (mut listeners, mut opened) = (Vec::new(), Vec::new());
    let mut taken: BTreeMap<BindKey, Arc<str>> = BTreeMap::new();
    for listener in next.listeners() {
        let key = match bind_key(listener, shared.port_offset) {
            Ok(key) => key,
            Err(error) => {
                refused.push(error);
                continue;
            }
        };
        if let Some(other) = taken.insert(key.clone(), listener.name.clone()) {
            refused.push(Unprepared {
                cause: Cause::Content,
                ..address_error(
                    listener,
                    format!("{} is the address of {other}", key.address),
                )
            });
            continue;
        }
        let served = Served::load(&next, listener, active.served_at(&key));
        let bound = match shared.sockets.get(&key) {
            Some(bound) => Ok(bound),
            None => Bound::open(key.clone()).inspect(|bound| opened.push(bound.clone())),
        };
        let bound =
            bound.map_err(|error| address_error(listener, bind_message(key.address, &error)));
        match (bound, served) {
            (Ok(bound), Ok(served)) => listeners.push((bound, served)),
            (bound, served) => {
                refused.extend(bound.err());
                refused.extend(served.err().unwrap_or_default());
            }
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let providers = Providers::join(&shared.known.providers, &next);
    let is_cluster = |name: &str| next.cluster(name).is_some();
    shared.known.endpoints.retain(is_cluster);
    let tokens = Tokens::join(&shared.tokens, &next);
    let prices = Prices::join(&active.prices, &next);
    let caches = cache::Stores::join(&active.caches, &next);
    Ok(Prepared {
        shared: shared.clone(),
        next: Active::new(next, (providers, tokens, prices, caches), listeners),
        opened,
    })
}

// === impl Prepared ===

impl Prepared {
    /// Makes the configuration active: one pointer swap, then new listeners accept and removed ones drain.
    pub fn commit(self) {
        let Prepared {
            shared,
            next,
            opened,
        } = self;
        let next = Arc::new(next);
        let before = shared.active.swap(next.clone());
        let wanted = |key: &BindKey| next.served_at(key).is_some();
        for bound in shared.sockets.replace(opened.clone(), wanted) {
            // Its connections go on with the configuration they knew until they are over.
            bound.leave_behind(before.clone());
            bound.close();
            shared.first(Command::Retire(bound.retire(), bound.clone()));
        }
        for bound in &opened {
            shared.every(|| Command::Accept(bound.clone()));
        }
        for (bound, served) in next.listeners() {
            // From plain text to TLS or back: what is open does not fit any more.
            if before
                .served(bound)
                .is_some_and(|old| old.is_tls() != served.is_tls())
            {
                bound.leave_behind(before.clone());
                shared.first(Command::Retire(bound.retire_open(), bound.clone()));
            }
        }
    }
}

fn bind_key(listener: &Listener, port_offset: u16) -> Result<BindKey, Unprepared> {
    let address = listener.address;
    let port = match address.port() {
        0 => 0,
        port => port.checked_add(port_offset).ok_or_else(|| {
            let message = format!("port {port} with the offset {port_offset} is no port");
            address_error(listener, message)
        })?,
    };
    let address = SocketAddr::new(address.ip(), port);
    Ok(BindKey::new(&listener.name, address, listener.ipv4_compat))
}

fn bind_message(address: SocketAddr, error: &std::io::Error) -> String {
    let remedy = if error.kind() == std::io::ErrorKind::AddrInUse {
        ": another process or Gateway has it; free it or choose another port"
    } else if error.kind() == std::io::ErrorKind::PermissionDenied {
        ": ports below 1024 need rights; use a port offset or another port"
    } else {
        ""
    };
    format!("cannot listen on {address}: {error}{remedy}")
}

fn address_error(listener: &Listener, message: String) -> Unprepared {
    Unprepared {
        cause: Cause::Machine,
        type_url: TypeUrl::Listener,
        name: listener.name.to_string(),
        path: "address".to_owned(),
        message,
    }
}
