//! The way from the machine to the lab's API server: TCP on loopback, a Unix socket, TCP in the lab.
//!
//! Owns bytes only. Must not look into them: TLS goes through from end to end.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::child;
use crate::dir::Dir;

/// On the machine: a loopback port that leads to the lab's socket.
pub(crate) async fn outside(dir: &Dir) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let socket = dir.api_socket();
    child::task("relay", async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let socket = socket.clone();
            child::task("relayed connection", async move {
                // A connection that fails is seen by the one who made it.
                if let Ok(mut server) = UnixStream::connect(socket).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    Ok(address)
}

/// In the lab: the socket that leads to the API server.
pub(crate) fn inside(dir: &Dir, api: SocketAddr) -> Result<()> {
    let path = dir.api_socket();
    let listener = UnixListener::bind(&path).with_context(|| path.display().to_string())?;
    child::task("relay", async move {
        while let Ok((mut client, _)) = listener.accept().await {
            child::task("relayed connection", async move {
                if let Ok(mut server) = TcpStream::connect(api).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    Ok(())
}
