//! The proxies of this machine: one process per Gateway.
//!
//! Owns the difference between the proxies that the control plane wants and the processes that run. Must not decide
//! what is wanted: that is the control plane's infrastructure output.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use proto::tidegate::v1::{DesiredProxy, Infrastructure};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::child::{Child, Ended, Spec, poll_pause};
use super::{UpArgs, admin_socket, ready};

/// Every proxy process, by Gateway.
pub(super) struct Fleet {
    binary: PathBuf,
    run_dir: PathBuf,
    flags: Vec<String>,
    proxies: BTreeMap<(String, String), Running>,
    leaving: JoinSet<()>,
}

struct Running {
    wanted: DesiredProxy,
    child: Child,
    /// It refused its flags; they are the same for every start.
    is_given_up: bool,
}

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
        Fleet {
            binary,
            run_dir,
            flags,
            proxies: BTreeMap::new(),
            leaving: JoinSet::new(),
        }
    }

    /// Starts what is wanted and not there, ends what is there and not wanted.
    pub(super) fn reconcile(&mut self, infrastructure: Infrastructure) -> Result<()> {
        let wanted: BTreeMap<_, _> = infrastructure
            .proxies
            .into_iter()
            .map(|proxy| ((proxy.namespace.clone(), proxy.name.clone()), proxy))
            .collect();
        let gone: Vec<_> = self
            .proxies
            .keys()
            .filter(|key| !wanted.contains_key(*key))
            .cloned()
            .collect();
        for key in gone {
            if let Some(mut running) = self.proxies.remove(&key) {
                eprintln!(
                    "tidegate: Gateway {}/{} is gone, its proxy ends",
                    key.0, key.1
                );
                // A proxy that nobody wants any more still finishes its requests, beside everything else.
                self.leaving
                    .spawn(async move { running.child.stop(super::STOP_LIMIT).await });
            }
        }
        for (key, proxy) in wanted {
            let is_same = self
                .proxies
                .get(&key)
                .is_some_and(|running| running.wanted.token == proxy.token);
            if !is_same {
                let child = Child::start(self.spec(&proxy))?;
                self.proxies.insert(
                    key,
                    Running {
                        wanted: proxy,
                        child,
                        is_given_up: false,
                    },
                );
            } else if let Some(running) = self.proxies.get_mut(&key) {
                running.wanted = proxy;
            }
        }
        Ok(())
    }

    /// Waits for a proxy that ends by itself and starts it again; waits for ever while all run.
    pub(super) async fn restart_ended(&mut self) {
        let ends = self
            .proxies
            .iter_mut()
            .filter(|(_, running)| !running.is_given_up)
            .map(|(key, running)| {
                Box::pin(async move { (key.clone(), running.child.ended().await) })
            });
        let ends: Vec<_> = ends.collect();
        if ends.is_empty() {
            return std::future::pending().await;
        }
        let ((key, ended), _, _) = futures::future::select_all(ends).await;
        self.start_again(&key, &ended).await;
    }

    /// Waits until every proxy says that it is ready or cannot be, or the limit passes.
    pub(super) async fn wait_until_ready(&mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        for ((namespace, name), running) in &mut self.proxies {
            let socket = admin_socket::path(&self.run_dir, namespace, name);
            while Instant::now() < deadline
                && running.child.has_ended().is_none()
                && !ready::ask(&socket).await
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

    /// Ends all of them at once.
    pub(super) async fn stop(&mut self, limit: Duration) {
        let running = std::mem::take(&mut self.proxies);
        let stops = running.into_values().map(|mut running| async move {
            running.child.stop(limit).await;
        });
        futures::future::join_all(stops).await;
        while self.leaving.join_next().await.is_some() {}
    }

    async fn start_again(&mut self, key: &(String, String), ended: &Ended) {
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
        let control_plane = self.run_dir.join("control-plane.sock");
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
