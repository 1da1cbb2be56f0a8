//! Envoy's own rate limit service over a real Redis.
//!
//! Owns both processes and what the service is configured with. Must not know who asks.

use std::fs;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tests::client::Client;
use tests::process::Process;
use tests::{binaries, deadline, port};
use tokio::process::Command;

use super::redis::Redis;

/// A service that counts; it ends when dropped.
pub(super) struct RateLimitService {
    port: u16,
    pub(super) redis: Redis,
    _process: Process,
    _dir: TempDir,
}

// === impl RateLimitService ===

impl RateLimitService {
    /// Starts one with the limits of these files, a domain each.
    pub(super) async fn start(domains: &[(&str, &str)]) -> Result<RateLimitService> {
        let redis = Redis::start().await?;
        let (port, http, debug) = (port::free()?, port::free()?, port::free()?);
        let dir = tempfile::tempdir()?;
        let config = dir.path().join("limits/config");
        fs::create_dir_all(&config)?;
        for (name, text) in domains {
            fs::write(config.join(name), text)?;
        }
        let mut command = Command::new(binaries::tool("ratelimit")?);
        command
            .env_clear()
            .env("GRPC_HOST", "127.0.0.1")
            .env("GRPC_PORT", port.to_string())
            .env("HOST", "127.0.0.1")
            .env("PORT", http.to_string())
            .env("DEBUG_HOST", "127.0.0.1")
            .env("DEBUG_PORT", debug.to_string())
            .env("REDIS_SOCKET_TYPE", "tcp")
            .env("REDIS_URL", format!("127.0.0.1:{}", redis.port()))
            .env("REDIS_AUTH", "password")
            .env("RUNTIME_ROOT", dir.path())
            .env("RUNTIME_SUBDIRECTORY", "limits")
            .env("RUNTIME_WATCH_ROOT", "false")
            .env("USE_STATSD", "false")
            .env("LOG_LEVEL", "warn");
        let process = Process::start(command, &dir.path().join("ratelimit.log"))?;
        deadline::until("the service counts", deadline::SOON, || async {
            let healthy = Client::http1(http).get("http://a.test/healthcheck").await;
            let healthy = healthy.with_context(|| process.output())?;
            ensure!(healthy.status == 200, "{}", healthy.text());
            Ok(())
        })
        .await?;
        Ok(RateLimitService {
            port,
            redis,
            _process: process,
            _dir: dir,
        })
    }

    /// The port of its gRPC server.
    pub(super) fn port(&self) -> u16 {
        self.port
    }
}
