//! A configuration together with what was prepared for it.
//!
//! Owns the pairing of listeners with sockets and loaded certificates. Must not change: a commit makes a new
//! one and shares what stayed the same. Invariant: an exchange takes one `Active` and reads nothing else of
//! any configuration.

use std::sync::Arc;

use dp_config::{Chain, Config, Listener};
use rustls::ServerConfig;

use crate::{
    ai::{cache, groups::Providers, in_effect::InEffect, prices::Prices, tokens::Tokens},
    bind::{BindKey, Bound},
    prepare::Unprepared,
    tls::{Sources, server_config},
};

/// What requests are served with.
#[derive(Default)]
pub(crate) struct Active {
    pub(crate) config: Arc<Config>,
    /// The providers of AI backends, with what is known of them.
    pub(crate) providers: Providers,
    /// Where their tokens come from.
    pub(crate) tokens: Tokens,
    /// What their models cost.
    pub(crate) prices: Prices,
    /// Answers that are given again.
    pub(crate) caches: cache::Stores,
    /// Their policies, levels in one.
    pub(crate) in_effect: InEffect,
    /// Listeners by socket. A handful, so a scan beats hashing.
    listeners: Vec<(Arc<Bound>, Arc<Served>)>,
}

/// A listener with its certificates loaded.
pub(crate) struct Served {
    pub(crate) listener: Arc<Listener>,
    is_tls: bool,
    chains: Vec<LoadedChain>,
}

struct LoadedChain {
    chain: Arc<Chain>,
    sources: Sources,
    config: Option<Arc<ServerConfig>>,
}

// === impl Active ===

impl Active {
    /// Pairs a configuration with its sockets.
    pub(crate) fn new(
        config: Arc<Config>,
        (providers, tokens, prices, caches): (Providers, Tokens, Prices, cache::Stores),
        listeners: Vec<(Arc<Bound>, Arc<Served>)>,
    ) -> Active {
        Active {
            config,
            providers,
            tokens,
            prices,
            caches,
            in_effect: InEffect::default(),
            listeners,
        }
    }

    /// The listener that a socket serves.
    pub(crate) fn served(&self, bound: &Arc<Bound>) -> Option<&Arc<Served>> {
        self.listeners
            .iter()
            .find(|(own, _)| Arc::ptr_eq(own, bound))
            .map(|(_, served)| served)
    }

    /// The listener of a bind key.
    pub(crate) fn served_at(&self, key: &BindKey) -> Option<&Arc<Served>> {
        self.listeners
            .iter()
            .find(|(own, _)| own.key == *key)
            .map(|(_, served)| served)
    }

    /// Every listener with its socket.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = &(Arc<Bound>, Arc<Served>)> {
        self.listeners.iter()
    }
}

// === impl Served ===

impl Served {
    /// Loads what a listener needs, taking over from `before` what stayed the same.
    pub(crate) fn load(
        config: &Config,
        listener: &Arc<Listener>,
        before: Option<&Arc<Served>>,
    ) -> Result<Arc<Served>, Vec<Unprepared>> {
        let (mut chains, mut refused) = (Vec::new(), Vec::new());
        let mut is_changed = before.is_none_or(|b| !Arc::ptr_eq(&b.listener, listener));
        for chain in listener.all_chains() {
            let Some(tls) = &chain.tls else { continue };
            let sources = Sources::of(config, tls);
            let known = before.and_then(|before| before.loaded(chain));
            match known.filter(|known| known.sources.is_same(&sources)) {
                Some(known) => chains.push(LoadedChain {
                    chain: chain.clone(),
                    sources,
                    config: known.config.clone(),
                }),
                None => {
                    is_changed = true;
                    match server_config(&listener.name, chain, tls, &sources) {
                        Ok(config) => {
                            chains.push(LoadedChain {
                                chain: chain.clone(),
                                sources,
                                config,
                            });
                        }
                        Err(error) => refused.push(error),
                    }
                }
            }
        }
        match before {
            _ if !refused.is_empty() => Err(refused),
            Some(before) if !is_changed => Ok(before.clone()),
            Some(_) | None => Ok(Arc::new(Served {
                listener: listener.clone(),
                is_tls: listener.is_tls(),
                chains,
            })),
        }
    }

    /// Whether connections shake hands first.
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The TLS configuration for a server name; `None` fails the handshake.
    pub(crate) fn tls_config(&self, server_name: Option<&str>) -> Option<Arc<ServerConfig>> {
        let chain = self.listener.chain(server_name)?;
        if server_name.is_none()
            && chain
                .tls
                .as_ref()
                .is_some_and(|tls| tls.require_server_name)
        {
            return None;
        }
        self.loaded(chain)?.config.clone()
    }

    fn loaded(&self, chain: &Arc<Chain>) -> Option<&LoadedChain> {
        self.chains
            .iter()
            .find(|loaded| Arc::ptr_eq(&loaded.chain, chain))
    }
}
