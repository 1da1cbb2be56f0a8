//! The proxies of this machine: one process per Gateway.
//!
//! Owns the difference between the proxies that the control plane wants and the processes that run. Must not decide
//! what is wanted: that is the control plane's infrastructure output. The invariant: a proxy is started only when no
//! other process of ours holds one of its ports, so that what replaces a proxy that still drains can bind.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use proto::tidegate::v1::{DesiredProxy, Infrastructure};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::child::{Child, Ended, Spec, poll_pause};
use super::{UpArgs, admin_socket};
use crate::proxy_admin;

/// Namespace and name of a Gateway.
type Key = (String, String);

/// Every proxy process, by Gateway.
pub(super) struct Fleet {
    binary: PathBuf,
    run_dir: PathBuf,
    flags: Vec<String>,
    proxies: BTreeMap<Key, Running>,
    /// Wanted, and started once those that leave have let go of its ports.
    waiting: BTreeMap<Key, DesiredProxy>,
    /// Those that nobody wants any more and that finish their requests; each task yields its proxy at the end.
    leaving: JoinSet<DesiredProxy>,
    /// What the tasks of `leaving` still hold.
    held: Vec<DesiredProxy>,
}

struct Running {
    wanted: DesiredProxy,
    child: Child,
    /// It refused its flags; they are the same for every start.
    is_given_up: bool,
}

/// What happened to a process of ours.
enum Happened {
    /// A proxy ended by itself.
    Ended(Key, Ended),
    /// One that was asked to has ended.
    Left(Option<DesiredProxy>),
}

// === impl Fleet ===

impl Fleet {
    pub(super) fn new(binary: PathBuf, run_dir: PathBuf, args: &UpArgs) -> Self {
        let mut flags = vec![
            "--exit-with-parent".to_owned(),
            "--port-offset".to_owned(),
            args.port_offset.to_string(),
            "--access-log".to_owned(),
            args.access_log.clone(),
            "--drain-timeout".to_owned(),
            format!("{}s", super::DRAIN_LIMIT.as_secs()),
        ];
        if let Some(workers) = args.workers {
            flags.extend(["--workers".to_owned(), workers.to_string()]);
        }
        if let Some(endpoint) = &args.otlp_endpoint {
            flags.extend(["--otlp-endpoint".to_owned(), endpoint.clone()]);
        }
        if args.trace_content {
            flags.push("--trace-content".to_owned());
        }
        if let Some(names) = &args.trace_names {
            flags.extend(["--trace-names".to_owned(), names.clone()]);
        }
        if let Some(endpoint) = &args.otlp_logs_endpoint {
            flags.extend(["--otlp-logs-endpoint".to_owned(), endpoint.clone()]);
        }
        Fleet {
            binary,
            run_dir,
            flags,
            proxies: BTreeMap::new(),
            waiting: BTreeMap::new(),
            leaving: JoinSet::new(),
            held: Vec::new(),
        }
    }

    /// Starts what is wanted and not there, ends what is there and not wanted.
    pub(super) fn reconcile(&mut self, infrastructure: Infrastructure) -> Result<()> {
        let wanted: BTreeMap<Key, DesiredProxy> = infrastructure
            .proxies
            .into_iter()
            .map(|proxy| (key(&proxy), proxy))
            .collect();
        // A proxy with another token is another proxy: it cannot connect any more.
        let is_wanted = |key: &Key, running: &Running| {
            wanted
                .get(key)
                .is_some_and(|proxy| proxy.token == running.wanted.token)
        };
        let gone: Vec<Key> = self
            .proxies
            .iter()
            .filter(|(key, running)| !is_wanted(key, running))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            if !wanted.contains_key(&key) {
                eprintln!(
                    "tidegate: Gateway {}/{} is gone, its proxy ends",
                    key.0, key.1
                );
            }
            self.let_go(&key);
        }
        self.waiting.clear();
        for (key, proxy) in wanted {
            match self.proxies.get_mut(&key) {
                Some(running) => running.wanted = proxy,
                None => {
                    self.waiting.insert(key, proxy);
                }
            }
        }
        self.start_waiting()
    }

    /// Waits until a process of ours ends, and does what follows from it: a proxy that ended by itself is started again,
    /// one that made room lets others start. Waits for ever while nothing happens.
    pub(super) async fn tend(&mut self) -> Result<()> {
        let ends = self
            .proxies
            .iter_mut()
            .filter(|(_, running)| !running.is_given_up)
            .map(|(key, running)| {
                Box::pin(async move { (key.clone(), running.child.ended().await) })
            });
        let ends: Vec<_> = ends.collect();
        let first = async move {
            match ends.is_empty() {
                true => std::future::pending().await,
                false => futures::future::select_all(ends).await.0,
            }
        };
        let happened = tokio::select! {
            (key, ended) = first => Happened::Ended(key, ended),
            Some(left) = self.leaving.join_next() => Happened::Left(left.ok()),
        };
        match happened {
            Happened::Ended(key, ended) => self.start_again(&key, &ended).await,
            Happened::Left(left) => {
                match left {
                    Some(left) => self.held.retain(|held| *held != left),
                    // A task that panicked does not say whose it was; what it held is tried.
                    None => self.held.clear(),
                }
                return self.start_waiting();
            }
        }
        Ok(())
    }

    /// Waits until every proxy says that it is ready or cannot be, or the limit passes.
    pub(super) async fn wait_until_ready(&mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        for ((namespace, name), running) in &mut self.proxies {
            let socket = admin_socket::path(&self.run_dir, namespace, name);
            while Instant::now() < deadline
                && running.child.has_ended().is_none()
                && proxy_admin::get(&socket, "/ready").await.is_none()
            {
                poll_pause().await;
            }
        }
    }

    /// The proxies that run, with what they serve.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &DesiredProxy> {
        self.proxies.values().map(|running| &running.wanted)
    }

    /// The admin socket of a proxy.
    pub(super) fn admin_socket(&self, proxy: &DesiredProxy) -> PathBuf {
        admin_socket::path(&self.run_dir, &proxy.namespace, &proxy.name)
    }

    /// Ends all of them at once, those that were leaving already too.
    pub(super) async fn stop(&mut self, deadline: Instant) {
        let running = std::mem::take(&mut self.proxies);
        let stops = running.into_values().map(|mut running| async move {
            running.child.stop(deadline).await;
        });
        let left = async { while self.leaving.join_next().await.is_some() {} };
        let stops = futures::future::join(futures::future::join_all(stops), left);
        if timeout_at(deadline + super::KILL_LIMIT, stops)
            .await
            .is_err()
        {
            // Dropping a child kills it.
            self.leaving.abort_all();
        }
    }

    /// A proxy that nobody wants any more still finishes its requests, beside everything else.
    fn let_go(&mut self, key: &Key) {
        if let Some(mut running) = self.proxies.remove(key) {
            self.held.push(running.wanted.clone());
            self.leaving.spawn(async move {
                let deadline = Instant::now() + super::FLEET_LIMIT;
                running.child.stop(deadline).await;
                running.wanted
            });
        }
    }

    /// Starts those whose ports nobody holds who leaves. Their own predecessor holds their admin socket, too.
    fn start_waiting(&mut self) -> Result<()> {
        for (key, proxy) in std::mem::take(&mut self.waiting) {
            if self.held.iter().any(|held| is_in_the_way(held, &proxy)) {
                self.waiting.insert(key, proxy);
                continue;
            }
            let running = Running {
                child: Child::start(self.spec(&proxy))?,
                wanted: proxy,
                is_given_up: false,
            };
            self.proxies.insert(key, running);
        }
        Ok(())
    }

    async fn start_again(&mut self, key: &Key, ended: &Ended) {
        let Some(running) = self.proxies.get_mut(key) else {
            return;
        };
        let gateway = format!("{}/{}", key.0, key.1);
        if ended.is_wrong_flags() {
            eprintln!(
                "tidegate: the proxy of Gateway {gateway} refuses its flags ({ended}; its own words stand above) and is not started again: \
                 the Gateway is not served; end this with Ctrl-C and start it with other flags"
            );
            running.is_given_up = true;
            return;
        }
        eprintln!("tidegate: the proxy of Gateway {gateway} ended ({ended}); starting it again");
        if let Err(error) = running.child.restart().await {
            eprintln!("tidegate: {error:#}");
        }
    }

    fn spec(&self, proxy: &DesiredProxy) -> Spec {
        let control_plane = self.run_dir.join(crate::run_dir::SOCKET);
        let admin = self.admin_socket(proxy);
        let mut spec = Spec::new(self.binary.clone())
            .arg("--gateway")
            .arg(format!("{}/{}", proxy.namespace, proxy.name))
            .arg("--xds")
            .arg(format!("unix:{}", control_plane.display()))
            .arg("--admin")
            .arg(format!("unix:{}", admin.display()))
            .secret_env("TIDEGATE_TOKEN", &proxy.token);
        for flag in &self.flags {
            spec = spec.arg(flag);
        }
        spec
    }
}

fn key(proxy: &DesiredProxy) -> Key {
    (proxy.namespace.clone(), proxy.name.clone())
}

/// Whether a proxy that leaves holds what `wanted` needs.
fn is_in_the_way(leaving: &DesiredProxy, wanted: &DesiredProxy) -> bool {
    let is_same = key(leaving) == key(wanted);
    is_same || leaving.ports.iter().any(|port| wanted.ports.contains(port))
}

#[cfg(test)]
mod tests {
    use super::is_in_the_way;
    use proto::tidegate::v1::DesiredProxy;

    #[track_caller]
    fn check(leaving: (&str, &[u32]), wanted: (&str, &[u32]), expected: bool) {
        let proxy = |(name, ports): (&str, &[u32])| DesiredProxy {
            namespace: "default".to_owned(),
            name: name.to_owned(),
            token: String::new(),
            ports: ports.to_vec(),
        };
        let found = is_in_the_way(&proxy(leaving), &proxy(wanted));
        assert_eq!(found, expected, "{leaving:?} {wanted:?}");
    }

    #[test]
    fn one_port_and_one_gateway_are_for_one_process() {
        check(("old", &[80, 443]), ("new", &[443]), true);
        check(("old", &[80]), ("new", &[443]), false);
        check(("same", &[80]), ("same", &[443]), true);
    }
}
