//! Routes, linked: rules in the tables of their virtual hosts, hosts in their route configuration.
//!
//! Owns the incremental link. A change of one rule replaces the tables of its hosts and nothing else;
//! tables exist before their host does, so that the order of resources does not matter. **Invariant**: the
//! index that grew change by change equals the one built from scratch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::route::Table;
use imbl::OrdMap;
use proto::type_url::TypeUrl;

use crate::resources::Resources;
use crate::route::Route;
use crate::route_config::{RouteConfig, VirtualHost};
use crate::route_resource::{HostResource, RouteConfigResource, RuleResource};
use crate::set::Change;
use crate::value::Held;

/// Linked routes.
#[derive(Clone, Debug, Default)]
pub(crate) struct RouteIndex {
    configs: OrdMap<Arc<str>, Arc<RouteConfig>>,
    /// By the name of a virtual host, whether it exists or not; never empty.
    tables: OrdMap<Arc<str>, Table<Arc<Route>>>,
}

/// How much a patch had to touch; what the promise "O(what changed)" is tested by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Entries put into or taken out of tables.
    pub entries: usize,
    /// Virtual hosts that were replaced.
    pub hosts: usize,
    /// Route configurations that were replaced.
    pub configs: usize,
}

/// Two virtual hosts of one route configuration that claim one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainConflict {
    pub(crate) refused: Arc<str>,
    pub(crate) holder: Arc<str>,
}

/// Work on an index that is not finished.
struct Patch<'a> {
    index: RouteIndex,
    old: &'a Resources,
    new: &'a Resources,
    /// Virtual hosts whose resource or table changed, by route configuration.
    dirty: BTreeMap<&'a str, BTreeSet<&'a Arc<str>>>,
    touched: Touched,
    conflicts: Vec<DomainConflict>,
}

// === impl RouteIndex ===

impl RouteIndex {
    pub(crate) fn config(&self, name: &str) -> Option<&Arc<RouteConfig>> {
        self.configs.get(name)
    }

    pub(crate) fn configs(&self) -> impl Iterator<Item = &Arc<RouteConfig>> {
        self.configs.values()
    }

    /// The index of `new`, given that `self` is the index of `old`.
    pub(crate) fn patch(
        &self,
        old: &Resources,
        new: &Resources,
    ) -> Result<(RouteIndex, Touched), Vec<DomainConflict>> {
        let mut patch = Patch {
            index: self.clone(),
            old,
            new,
            dirty: BTreeMap::new(),
            touched: Touched::default(),
            conflicts: Vec::new(),
        };
        patch.rules();
        patch.hosts();
        patch.configs();
        patch.link();
        if patch.conflicts.is_empty() {
            Ok((patch.index, patch.touched))
        } else {
            Err(patch.conflicts)
        }
    }
}

// === impl Patch ===

impl<'a> Patch<'a> {
    /// Takes the old entries of changed rules out of their tables and puts the new ones in.
    fn rules(&mut self) {
        for Changed { old, new } in changed::<RuleResource>(self.old, self.new, TypeUrl::RouteRule)
        {
            if let Some(rule) = old {
                for host in &rule.hosts {
                    let table = self
                        .index
                        .tables
                        .entry(Arc::clone(host))
                        .or_insert_with(Table::ranked);
                    for entry in &rule.entries {
                        self.touched.entries += usize::from(table.remove(entry));
                    }
                    self.mark(host);
                }
            }
            if let Some(rule) = new {
                for host in &rule.hosts {
                    let table = self
                        .index
                        .tables
                        .entry(Arc::clone(host))
                        .or_insert_with(Table::ranked);
                    for entry in &rule.entries {
                        self.touched.entries += usize::from(table.insert(entry));
                    }
                    self.mark(host);
                }
            }
        }
    }

    fn hosts(&mut self) {
        let old_and_new = self
            .old
            .set(TypeUrl::VirtualHost)
            .changes(self.new.set(TypeUrl::VirtualHost));
        let names: Vec<&'a Arc<str>> = old_and_new.map(|change| change.name).collect();
        for name in names {
            self.mark(name);
        }
    }

    /// Replaces changed route configurations. One with hosts of its own keeps them; one that is new takes
    /// those that came before it.
    fn configs(&mut self) {
        let changes: Vec<Change<'a>> = self
            .old
            .set(TypeUrl::RouteConfiguration)
            .changes(self.new.set(TypeUrl::RouteConfiguration))
            .collect();
        for change in changes {
            self.touched.configs += 1;
            let was_linked = change
                .old
                .and_then(RouteConfigResource::of)
                .is_some_and(|config| matches!(**config, RouteConfigResource::Linked { .. }));
            match change
                .new
                .and_then(RouteConfigResource::of)
                .map(|config| &**config)
            {
                None => {
                    self.index.configs.remove(&**change.name);
                }
                Some(RouteConfigResource::Inline(config)) => {
                    self.index
                        .configs
                        .insert(Arc::clone(change.name), Arc::clone(config));
                }
                Some(RouteConfigResource::Linked {
                    name,
                    headers,
                    last_word,
                }) => {
                    let kept = self.index.configs.get(&**name).filter(|_| was_linked);
                    let hosts = kept.map(|config| config.hosts.clone()).unwrap_or_default();
                    let config = RouteConfig {
                        name: Arc::clone(name),
                        hosts,
                        headers: headers.clone(),
                        last_word: *last_word,
                    };
                    self.index
                        .configs
                        .insert(Arc::clone(name), Arc::new(config));
                    if !was_linked {
                        self.mark_all_hosts_of(name);
                    }
                }
            }
        }
    }

    fn mark_all_hosts_of(&mut self, config: &str) {
        let prefix = format!("{config}/");
        let new = self.new;
        for (name, value) in new.set(TypeUrl::VirtualHost).with_prefix(&prefix) {
            let is_own = HostResource::of(value).is_some_and(|host| host.route_config() == config);
            if is_own {
                self.mark(name);
            }
        }
    }

    /// Puts the dirty hosts into their route configurations, each of which is replaced once.
    fn link(&mut self) {
        for (config_name, hosts) in std::mem::take(&mut self.dirty) {
            for host in &hosts {
                if self.index.tables.get(&***host).is_some_and(Table::is_empty) {
                    self.index.tables.remove(&***host);
                }
            }
            let resource = self
                .new
                .get::<RouteConfigResource>(TypeUrl::RouteConfiguration, config_name);
            let is_linked = resource
                .is_some_and(|config| matches!(**config, RouteConfigResource::Linked { .. }));
            let Some(config) = self.index.configs.get(config_name).filter(|_| is_linked) else {
                continue;
            };
            let mut config = RouteConfig::clone(config);
            if self.link_hosts(&mut config, &hosts) {
                let name = Arc::clone(&config.name);
                self.index.configs.insert(name, Arc::new(config));
            }
        }
    }

    /// Removals come first: a domain may pass from one host to another. Returns whether anything changed.
    fn link_hosts(&mut self, config: &mut RouteConfig, dirty: &BTreeSet<&'a Arc<str>>) -> bool {
        let mut has_changed = false;
        for name in dirty {
            let old = self.old.get::<HostResource>(TypeUrl::VirtualHost, name);
            let is_gone = self
                .new
                .get::<HostResource>(TypeUrl::VirtualHost, name)
                .is_none();
            if let Some(old) = old.filter(|_| is_gone)
                && config
                    .hosts
                    .get(&old.domain)
                    .is_some_and(|host| host.name == **name)
            {
                config.hosts.remove(&old.domain);
                self.touched.hosts += 1;
                has_changed = true;
            }
        }
        for name in dirty {
            let Some(host) = self.new.get::<HostResource>(TypeUrl::VirtualHost, name) else {
                continue;
            };
            let table = self
                .index
                .tables
                .get(&***name)
                .cloned()
                .unwrap_or_else(Table::ranked);
            let linked = VirtualHost {
                name: Arc::clone(&host.name),
                table,
                headers: host.headers.clone(),
            };
            let replaced = config.hosts.insert(&host.domain, Arc::new(linked));
            if let Some(other) = replaced.filter(|other| other.name != host.name) {
                let refused = Arc::clone(&host.name);
                self.conflicts.push(DomainConflict {
                    refused,
                    holder: Arc::clone(&other.name),
                });
            }
            self.touched.hosts += 1;
            has_changed = true;
        }
        has_changed
    }

    fn mark(&mut self, host: &'a Arc<str>) {
        let config = host.rsplit_once('/').map_or("", |(config, _)| config);
        self.dirty.entry(config).or_default().insert(host);
    }
}

/// Old and new form of a resource.
struct Changed<'a, T> {
    old: Option<&'a Arc<T>>,
    new: Option<&'a Arc<T>>,
}

/// Every changed resource of a type.
fn changed<'a, T: Held>(
    old: &'a Resources,
    new: &'a Resources,
    type_url: TypeUrl,
) -> Vec<Changed<'a, T>> {
    old.set(type_url)
        .changes(new.set(type_url))
        .map(|change| Changed {
            old: change.old.and_then(T::of),
            new: change.new.and_then(T::of),
        })
        .collect()
}

#[cfg(test)]
mod tests;
