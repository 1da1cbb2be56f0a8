//! What this process listens on, and who is served where.
//!
//! Owns the three kinds of socket: proxies, tools of this machine, probes. Must not know what is served. The invariant:
//! where proxies come by TLS, tools of this machine have a socket file; nothing is ever served in clear beside it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use axum::Router;
use grpc::address::Address;
use grpc::listen::Listening;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::serving_tls::{Origin, Shown};
use crate::settings::Settings;
use crate::{run_dir, serve, task};

/// How the socket of proxies is protected.
pub enum Protection {
    /// By the mode of a socket file, or not at all.
    None,
    /// By TLS that is ready.
    Ready(Box<Shown>),
    /// By TLS that is awaited; nobody is served before.
    Awaited(Origin, Option<PathBuf>),
}

/// What is bound.
pub struct Sockets {
    /// Proxies, and tools where there is no other.
    main: Listening,
    /// Tools of this machine, where proxies come by TLS.
    tools: Option<Listening>,
    probes: Option<Listening>,
}

// === impl Sockets ===

impl Sockets {
    /// Binds all of them.
    pub async fn bind(settings: &Settings) -> Result<Self> {
        let socket = Address::unix(settings.run_dir.join(run_dir::SOCKET));
        let tools = settings.is_by_tls().then_some(&socket);
        let main = grpc::listen::bind(&settings.listen).await?;
        if tools.is_none() && !settings.listen.is_local() {
            warn!(address = %settings.listen, "tokens and secrets cross this address in clear; give --tls-cert and --tls-key");
        }
        Ok(Sockets {
            main,
            tools: bound(tools).await?,
            probes: bound(settings.probes.as_ref()).await.context("--probes")?,
        })
    }

    /// Where tools of this machine ask.
    pub fn for_tools(&self) -> std::io::Result<Address> {
        self.tools.as_ref().unwrap_or(&self.main).address()
    }

    /// Serves all of them until `shutdown`: everything to proxies and tools, the plain routes to probes.
    pub fn serve(
        self,
        protection: Protection,
        (all, plain): (Router, Router),
        shutdown: &CancellationToken,
    ) -> Vec<JoinHandle<()>> {
        let mut tasks = Vec::new();
        let main = protected(self.main, protection, all.clone(), shutdown.clone());
        tasks.push(task::spawn("server", main));
        for (socket, routes) in [(self.tools, all), (self.probes, plain)] {
            if let Some(socket) = socket {
                let serving = serve::serve(socket, None, routes, shutdown.clone());
                tasks.push(task::spawn("server", serving));
            }
        }
        tasks
    }
}

async fn bound(address: Option<&Address>) -> Result<Option<Listening>> {
    match address {
        Some(address) => Ok(Some(grpc::listen::bind(address).await?)),
        None => Ok(None),
    }
}

async fn protected(
    socket: Listening,
    protection: Protection,
    routes: Router,
    shutdown: CancellationToken,
) {
    let shown = match protection {
        Protection::None => None,
        Protection::Ready(shown) => Some(*shown),
        Protection::Awaited(origin, client_ca) => {
            let opened = tokio::select! {
                () = shutdown.cancelled() => return,
                opened = Shown::open(origin, client_ca) => opened,
            };
            match opened {
                Ok(shown) => Some(shown),
                Err(error) => return error!("proxies are not served: {error:#}"),
            }
        }
    };
    let tls = shown.as_ref().map(Shown::tls);
    if let Ok(address) = socket.address() {
        info!(%address, tls = tls.is_some(), "serving ADS and the admin service");
    }
    if let Some(shown) = shown {
        task::spawn("serving-tls", shown.follow(shutdown.clone()));
    }
    serve::serve(socket, tls, routes, shutdown).await;
}
