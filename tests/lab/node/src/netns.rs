//! Network namespaces: making one, and acting inside one.
//!
//! Must not know what they are for. Invariant: only a thread made for it ever changes its
//! namespace, and it ends afterwards, so no task of the runtime finds itself elsewhere.

use std::fs::{self, File};
use std::os::fd::OwnedFd;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};
use rtnetlink::Handle;
use tokio::runtime;
use tokio::sync::oneshot;

/// A new namespace and a routing socket in it.
pub(crate) async fn create(sysctls: &[(String, String)]) -> Result<(OwnedFd, Handle)> {
    let sysctls = sysctls.to_vec();
    apart("netns", move || {
        unshare(CloneFlags::CLONE_NEWNET).context(
            "no network namespace can be made: lab-node must be root of its user namespace",
        )?;
        let namespace = File::open("/proc/thread-self/ns/net")?;
        // As in a container runtime: whatever user a container has, it may serve port 80.
        sysctl("net/ipv4/ip_unprivileged_port_start", "0")?;
        for (name, value) in sysctls {
            sysctl(&name.replace('.', "/"), &value)?;
        }
        Ok((OwnedFd::from(namespace), connect()?))
    })
    .await
}

/// A routing socket in the namespace of the calling thread.
pub(crate) fn connect() -> Result<Handle> {
    let (connection, handle, _) = rtnetlink::new_connection()?;
    runtime::Handle::current().spawn(connection);
    Ok(handle)
}

/// Sets a kernel parameter of the calling thread's namespace.
pub(crate) fn sysctl(name: &str, value: &str) -> Result<()> {
    let path = format!("/proc/sys/{name}");
    fs::write(&path, value).with_context(|| {
        format!("{path} cannot be set to {value}: is /proc mounted read-only or is the name wrong?")
    })
}

/// Runs something on a thread of its own, which may then be in any namespace.
async fn apart<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (reply, answer) = oneshot::channel();
    let runtime = runtime::Handle::current();
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            let _inside = runtime.enter();
            // Nobody waits any more: then the result is dropped, and with it what it holds.
            let _ = reply.send(work());
        })?;
    answer.await.context("a thread ended early")?
}
