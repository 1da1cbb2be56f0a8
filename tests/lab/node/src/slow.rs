//! Slowing a Pod: a relay in front of the ports it listens on.
//!
//! Connections to the Pod are diverted to the relay by a routing rule per address and port, so
//! neither side has to know. Covers TCP connections that others open to the Pod, both directions
//! of them; not UDP, and not what the Pod opens itself. Connections that are open when it begins
//! or ends are reset. Must not know why. Invariant: no rule outlives its relay.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::images::Listening;
use crate::kubelet::{Kubelet, Running};
use crate::net::{Diversion, MARK, Network, Wire};
use crate::relay::{Shape, splice};
use crate::sockets;

/// Between two looks at what the Pod listens on.
const LOOK: Duration = Duration::from_millis(100);

/// A relay that runs.
#[derive(Debug)]
pub(crate) struct Slow {
    stop: CancellationToken,
    relay: JoinHandle<()>,
}

/// Puts a relay in front of a Pod, in place of an earlier one.
pub(crate) async fn begin(kubelet: &Kubelet, running: &Arc<Running>, shape: Shape) -> Result<()> {
    end(running).await;
    let wire = running.wire.get().cloned();
    let wire = wire.with_context(|| format!("{} has no network of its own", running.view.key))?;
    let stop = CancellationToken::new();
    let mut front = Front {
        network: kubelet.network.clone(),
        running: running.clone(),
        wire,
        shape,
        ports: BTreeMap::new(),
        stop: stop.clone(),
        tasks: kubelet.tasks.clone(),
    };
    // What is listened on now is slow when this returns.
    front.follow().await?;
    let relay = kubelet.tasks.spawn(front.run());
    let slow = Slow { stop, relay };
    running
        .slow
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(slow);
    Ok(())
}

/// Takes the relay away again.
pub(crate) async fn end(running: &Running) {
    let slow = running
        .slow
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(slow) = slow {
        slow.stop.cancel();
        let _ = slow.relay.await;
    }
}

struct Front {
    network: Network,
    running: Arc<Running>,
    wire: Arc<Wire>,
    shape: Shape,
    ports: BTreeMap<SocketAddrV4, (Diversion, JoinHandle<()>)>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Front {
    async fn run(mut self) {
        let stop = self.stop.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(LOOK) => {}
            }
            if let Err(error) = self.follow().await {
                tracing::warn!(pod = self.running.view.key, "not slowed: {error:#}");
            }
        }
        for (diversion, relay) in self.ports.into_values() {
            diversion.end().await;
            relay.abort();
        }
    }

    /// One relay for each address and port.
    async fn follow(&mut self) -> Result<()> {
        let containers = self.running.view.containers();
        let pid = containers.values().find_map(|view| view.pid);
        let listened = pid.map(sockets::listening).unwrap_or_default();
        let ports = listened.iter().filter_map(|port| match port {
            Listening::Tcp(port) => Some(*port),
            Listening::Udp(_) => None,
        });
        for port in ports {
            for address in self.wire.addresses() {
                let at = SocketAddrV4::new(address, port);
                if self.ports.contains_key(&at) {
                    continue;
                }
                let listener = listen(at).with_context(|| format!("no relay at {at}"))?;
                let diversion = self.network.divert(at).await?;
                let relay = self.tasks.spawn(accept(listener, at, self.shape));
                self.ports.insert(at, (diversion, relay));
            }
        }
        Ok(())
    }
}

async fn accept(listener: TcpListener, to: SocketAddrV4, shape: Shape) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else {
                    continue;
                };
                connections.spawn(async move {
                    // The handshake is held up like everything else.
                    sleep(shape.delay).await;
                    match connect(to).await {
                        Ok(server) => splice(client, server, shape).await,
                        Err(_) => {
                            let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
                        }
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Takes an address that is not the node's, and answers from it.
fn listen(at: SocketAddrV4) -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    SockRef::from(&socket).set_ip_transparent_v4(true)?;
    socket.set_reuseaddr(true)?;
    socket.bind(at.into())?;
    Ok(socket.listen(1024)?)
}

/// To the Pod itself, past the diversion.
async fn connect(to: SocketAddrV4) -> Result<tokio::net::TcpStream> {
    let socket = TcpSocket::new_v4()?;
    SockRef::from(&socket).set_mark(MARK)?;
    Ok(socket.connect(to.into()).await?)
}
