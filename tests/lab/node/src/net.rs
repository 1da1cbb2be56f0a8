//! The node's network: a pair of links and a network namespace per Pod, and who is reached where.
//!
//! Pods are routed, not bridged: a Pod's address is a host route in the node's namespace, so
//! everything between two Pods passes there, where it can be cut, slowed and moved. The node's
//! address lies on a bridge without ports, which is also where packets to a cut Pod vanish. Must
//! not know Kubernetes. Invariant: a dropped `Wire` leaves neither link nor route.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use futures::TryStreamExt;
use rtnetlink::packet_route::IpProtocol;
use rtnetlink::packet_route::route::{RouteScope, RouteType};
use rtnetlink::packet_route::rule::{RuleAction, RuleAttribute, RuleMessage, RulePortRange};
use rtnetlink::{Handle, LinkBridge, LinkUnspec, LinkVeth, RouteMessageBuilder};

use crate::netns;

/// Name of the bridge that carries the node's address.
const NODE_LINK: &str = "lab0";

/// The node's side of all links.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    handle: Handle,
    gateway: Ipv4Addr,
    void: u32,
}

/// One Pod's link to the node.
#[derive(Debug)]
pub(crate) struct Wire {
    network: Network,
    /// The Pod's network namespace.
    pub(crate) namespace: Arc<OwnedFd>,
    inside: Handle,
    inside_link: u32,
    outside_link: u32,
    pub(crate) address: Ipv4Addr,
    lent: Mutex<BTreeSet<Ipv4Addr>>,
}

/// TCP to one port that the node takes itself.
pub(crate) struct Diversion {
    handle: Handle,
    message: RuleMessage,
}

/// The routing table that leads to the node itself.
const DIVERTED: u32 = 100;

/// Carried by what must not be diverted.
pub(crate) const MARK: u32 = 1;

// === impl Network ===

impl Network {
    /// Takes over the network namespace that lab-node runs in.
    pub(crate) async fn open(gateway: Ipv4Addr) -> Result<Self> {
        let handle = netns::connect().context(
            "no routing socket: start lab-node in a network namespace of its own, \
             with `unshare --user --map-root-user --net --mount`",
        )?;
        for (name, value) in [
            ("net/ipv4/ip_forward", "1"),
            ("net/ipv4/ip_unprivileged_port_start", "0"),
            // Answers of a slowed Pod come from an address that is diverted to the node itself.
            ("net/ipv4/conf/all/accept_local", "1"),
        ] {
            netns::sysctl(name, value)?;
        }
        up(&handle, link_index(&handle, "lo").await?).await?;
        if link_index(&handle, NODE_LINK).await.is_err() {
            let bridge = LinkBridge::new(NODE_LINK).arp(false).build();
            handle.link().add(bridge).execute().await.context(
                "no bridge can be made: the kernel lacks the module `bridge`, or lab-node is not \
                 root of its network namespace",
            )?;
        }
        let void = link_index(&handle, NODE_LINK).await?;
        let add = handle.address().add(void, gateway.into(), 32);
        add.replace()
            .execute()
            .await
            .context("the node's address cannot be set")?;
        up(&handle, void).await?;
        Ok(Self {
            handle,
            gateway,
            void,
        })
    }

    /// A Pod's namespace and its link.
    pub(crate) async fn attach(
        &self,
        address: Ipv4Addr,
        sysctls: &[(String, String)],
    ) -> Result<Wire> {
        let (namespace, inside) = netns::create(sysctls).await?;
        let [_, _, c, d] = address.octets();
        let (outside_name, peer) = (format!("pod-{c}-{d}"), format!("tmp-{c}-{d}"));
        let pair = LinkVeth::new(&outside_name, &peer).build();
        self.handle
            .link()
            .add(pair)
            .execute()
            .await
            .with_context(|| {
                format!("no pair of links for {address}: the kernel may lack the module `veth`")
            })?;
        let outside_link = link_index(&self.handle, &outside_name).await?;
        let moved = LinkUnspec::new_with_index(link_index(&self.handle, &peer).await?);
        let moved = moved.setns_by_fd(namespace.as_raw_fd()).name("eth0");
        self.handle.link().set(moved.build()).execute().await?;
        let inside_link = link_index(&inside, "eth0").await?;
        let wire = Wire {
            network: self.clone(),
            namespace: Arc::new(namespace),
            inside,
            inside_link,
            outside_link,
            address,
            lent: Mutex::default(),
        };
        wire.set_up_inside()
            .await
            .context("the Pod's side of its link")?;
        wire.heal()
            .await
            .context("the node's side of a Pod's link")?;
        Ok(wire)
    }

    /// An address of the node itself.
    pub(crate) async fn own(&self, address: Ipv4Addr) -> Result<()> {
        let add = self.handle.address().add(self.void, address.into(), 32);
        Ok(add.replace().execute().await?)
    }

    /// Gives up an address of the node.
    pub(crate) async fn disown(&self, address: Ipv4Addr) -> Result<()> {
        remove_address(&self.handle, self.void, address).await
    }

    /// Diverts TCP to one port of an address to sockets of the node itself, unless it is marked.
    pub(crate) async fn divert(&self, to: SocketAddrV4) -> Result<Diversion> {
        let here = RouteMessageBuilder::<Ipv4Addr>::new()
            .output_interface(link_index(&self.handle, "lo").await?)
            .table_id(DIVERTED)
            .kind(RouteType::Local)
            .scope(RouteScope::Host)
            .pref_source(self.gateway);
        self.handle
            .route()
            .add(here.build())
            .replace()
            .execute()
            .await?;
        let port = RulePortRange {
            start: to.port(),
            end: to.port(),
        };
        let mut rule = self
            .handle
            .rule()
            .add()
            .v4()
            .destination_prefix(*to.ip(), 32)
            .table_id(DIVERTED)
            .priority(100)
            .action(RuleAction::ToTable);
        rule.message_mut().attributes.extend([
            RuleAttribute::FwMark(0),
            RuleAttribute::FwMask(MARK),
            RuleAttribute::IpProtocol(IpProtocol::Tcp),
            RuleAttribute::DestinationPortRange(port),
        ]);
        let message = rule.message_mut().clone();
        rule.execute()
            .await
            .context("the kernel has no policy routing by port")?;
        Ok(Diversion {
            handle: self.handle.clone(),
            message,
        })
    }

    async fn route(&self, to: Ipv4Addr, link: u32) -> Result<()> {
        let route = RouteMessageBuilder::<Ipv4Addr>::new()
            .destination_prefix(to, 32)
            .output_interface(link)
            .pref_source(self.gateway)
            .scope(RouteScope::Link);
        let add = self.handle.route().add(route.build()).replace();
        add.execute()
            .await
            .with_context(|| format!("no route to {to}"))
    }

    async fn unroute(&self, to: Ipv4Addr, link: u32) -> Result<()> {
        let route = RouteMessageBuilder::<Ipv4Addr>::new()
            .destination_prefix(to, 32)
            .output_interface(link)
            .scope(RouteScope::Link);
        Ok(self.handle.route().del(route.build()).execute().await?)
    }
}

// === impl Wire ===

impl Wire {
    async fn set_up_inside(&self) -> Result<()> {
        let inside = &self.inside;
        up(inside, link_index(inside, "lo").await?).await?;
        let address = inside
            .address()
            .add(self.inside_link, self.address.into(), 32);
        address.execute().await?;
        up(inside, self.inside_link).await?;
        let gateway = self.network.gateway;
        let near = RouteMessageBuilder::<Ipv4Addr>::new()
            .destination_prefix(gateway, 32)
            .output_interface(self.inside_link)
            .scope(RouteScope::Link);
        inside.route().add(near.build()).execute().await?;
        let far = RouteMessageBuilder::<Ipv4Addr>::new().gateway(gateway);
        inside.route().add(far.build()).execute().await?;
        Ok(())
    }

    /// Packets in both directions vanish; nobody is told.
    pub(crate) async fn cut(&self) -> Result<()> {
        let down = LinkUnspec::new_with_index(self.outside_link).down();
        self.network
            .handle
            .link()
            .set(down.build())
            .execute()
            .await?;
        // The routes went with the link, and without one a sender would be told.
        for address in self.addresses() {
            self.network.route(address, self.network.void).await?;
        }
        Ok(())
    }

    /// The Pod is reached over its link.
    pub(crate) async fn heal(&self) -> Result<()> {
        up(&self.network.handle, self.outside_link).await?;
        for address in self.addresses() {
            self.network.route(address, self.outside_link).await?;
        }
        Ok(())
    }

    /// Gives the Pod one more address.
    pub(crate) async fn lend(&self, address: Ipv4Addr) -> Result<()> {
        let add = self
            .inside
            .address()
            .add(self.inside_link, address.into(), 32);
        add.replace().execute().await?;
        self.lent().insert(address);
        self.network.route(address, self.outside_link).await
    }

    /// Every address that leads to the Pod.
    pub(crate) fn addresses(&self) -> BTreeSet<Ipv4Addr> {
        let mut all = self.lent().clone();
        all.insert(self.address);
        all
    }

    /// Takes it away again.
    pub(crate) async fn take_back(&self, address: Ipv4Addr) -> Result<()> {
        self.lent().remove(&address);
        // Another Pod may have got it meanwhile: then there is no such route over this link.
        let _ = self.network.unroute(address, self.outside_link).await;
        remove_address(&self.inside, self.inside_link, address).await
    }

    /// Removes both ends. The namespace goes with its last process.
    pub(crate) async fn detach(&self) -> Result<()> {
        let handle = &self.network.handle;
        // Left behind by a cut.
        for address in self.addresses() {
            let _ = self.network.unroute(address, self.network.void).await;
        }
        Ok(handle.link().del(self.outside_link).execute().await?)
    }

    fn lent(&self) -> MutexGuard<'_, BTreeSet<Ipv4Addr>> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Diversion ===

impl Diversion {
    pub(crate) async fn end(self) {
        if let Err(error) = self.handle.rule().del(self.message).execute().await {
            tracing::warn!("a diversion stays: {error}");
        }
    }
}

async fn up(handle: &Handle, link: u32) -> Result<()> {
    let up = LinkUnspec::new_with_index(link).up();
    Ok(handle.link().set(up.build()).execute().await?)
}

async fn link_index(handle: &Handle, name: &str) -> Result<u32> {
    let mut links = handle.link().get().match_name(name).execute();
    let link = links
        .try_next()
        .await
        .with_context(|| format!("link {name}"))?;
    Ok(link
        .with_context(|| format!("there is no link {name}"))?
        .header
        .index)
}

async fn remove_address(handle: &Handle, link: u32, address: Ipv4Addr) -> Result<()> {
    let found = handle
        .address()
        .get()
        .set_link_index_filter(link)
        .set_address_filter(address.into())
        .execute()
        .try_next()
        .await?;
    if let Some(message) = found {
        handle.address().del(message).execute().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
