//! A real Envoy under our control plane, or under a management server of the test.
//!
//! Owns the process, started with the bootstrap that `tidegate envoy-bootstrap` writes and nothing else (or,
//! under another server, the least that works), and reading Envoy's own admin interface. Must not edit the bootstrap: what a user gets is what
//! is tested.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::client::Client;
use crate::process::Process;
use crate::world::World;
use crate::{binaries, deadline, port};

/// A running Envoy.
pub struct Envoy {
    dir: TempDir,
    process: Process,
    admin: u16,
}

// === impl Envoy ===

impl Envoy {
    /// Starts an Envoy that serves `gateway` of `world`, by `protocol` (`delta` or `sotw`).
    pub async fn start(world: &mut World, gateway: &str, protocol: &str) -> Result<Envoy> {
        let dir = tempfile::Builder::new().prefix("tg").tempdir()?;
        let admin = port::free()?;
        let admin_port = admin.to_string();
        let args = [
            "envoy-bootstrap",
            "--gateway",
            gateway,
            "--protocol",
            protocol,
        ];
        let path = dir.path().join("envoy.yaml");
        let world = &*world;
        deadline::until("a bootstrap is written", deadline::SOON, || async {
            let args = [&args[..], &["--admin-port", &admin_port]].concat();
            let output = world.tidegate(&args).await?;
            ensure!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            Ok(fs::write(&path, output.stdout)?)
        })
        .await?;
        let process = Process::start(command(&path)?, &dir.path().join("envoy.log"))?;
        Ok(Envoy {
            dir,
            process,
            admin,
        })
    }

    /// Starts an Envoy under another management server, which asks for no token.
    pub fn under(ads: SocketAddr) -> Result<Envoy> {
        let dir = tempfile::Builder::new().prefix("tg").tempdir()?;
        let admin = port::free()?;
        let path = dir.path().join("envoy.json");
        fs::write(&path, bootstrap(ads, admin).to_string())?;
        let process = Process::start(command(&path)?, &dir.path().join("envoy.log"))?;
        Ok(Envoy {
            dir,
            process,
            admin,
        })
    }

    /// Checks that Envoy accepts a static bootstrap.
    pub async fn validate(bootstrap: &str) -> Result<()> {
        let dir = tempfile::Builder::new().prefix("tg").tempdir()?;
        let path = dir.path().join("envoy.json");
        fs::write(&path, bootstrap)?;
        let output = command(&path)?
            .args(["--mode", "validate"])
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// What Envoy printed last.
    pub fn tail(&self) -> String {
        self.process.tail()
    }

    /// Where it runs.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// `/config_dump`, endpoints included.
    pub async fn config_dump(&self) -> Result<Value> {
        let reply = self.ask("/config_dump?include_eds").await?;
        serde_json::from_str(&reply).context("/config_dump is not JSON")
    }

    /// Every counter and gauge.
    pub async fn stats(&self) -> Result<BTreeMap<String, u64>> {
        let text = self.ask("/stats").await?;
        let number = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Ok(text.lines().filter_map(number).collect())
    }

    /// Fails if Envoy refused an update, waited in vain for one, or cannot show its configuration.
    pub async fn check_health(&self) -> Result<()> {
        self.config_dump().await?;
        let stats = self.stats().await?;
        let is_bad = |name: &str| {
            ["update_rejected", "init_fetch_timeout"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        let bad: Vec<String> = stats
            .iter()
            .filter(|(name, value)| is_bad(name) && **value > 0)
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        ensure!(bad.is_empty(), "{}\n{}", bad.join("\n"), self.tail());
        Ok(())
    }

    async fn ask(&self, path: &str) -> Result<String> {
        let reply = Client::http1(self.admin)
            .get(&format!("http://envoy{path}"))
            .await?;
        if reply.status != 200 {
            bail!("{path}: {}: {}", reply.status, reply.text());
        }
        Ok(reply.text())
    }
}

/// The least that takes listeners and clusters by ADS.
fn bootstrap(ads: SocketAddr, admin: u16) -> Value {
    let address =
        |host: String, port: u16| json!({"socket_address": {"address": host, "port_value": port}});
    let source = json!({"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"});
    let options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    let endpoint = json!({"endpoint": {"address": address(ads.ip().to_string(), ads.port())}});
    json!({
        "node": {"id": "envoy", "cluster": "envoy"},
        "admin": {"address": address("127.0.0.1".to_owned(), admin)},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "ads"}}],
            },
            "cds_config": source,
            "lds_config": source,
        },
        "static_resources": {"clusters": [{
            "name": "ads",
            "type": "STATIC",
            "typed_extension_protocol_options": {options: {
                "@type": format!("type.googleapis.com/{options}"),
                "explicit_http_config": {"http2_protocol_options": {}},
            }},
            "load_assignment": {
                "cluster_name": "ads",
                "endpoints": [{"lb_endpoints": [endpoint]}],
            },
        }]},
    })
}

fn command(bootstrap: &Path) -> Result<Command> {
    let mut command = Command::new(binaries::tool("envoy")?);
    command.arg("-c").arg(bootstrap);
    command.args([
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "--log-level",
        "warn",
    ]);
    Ok(command)
}
