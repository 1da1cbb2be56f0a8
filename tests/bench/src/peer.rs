//! The proxies that are compared, one after the other.
//!
//! Owns starting a backend and each peer with a configuration that does the same job: forward to one backend over
//! keep-alive connections, one worker, no access log. Ours runs as users run it: a directory of manifests, a control
//! plane, a proxy. Must not tune one peer and not the others.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::TcpStream;

use crate::args::Args;
use crate::{cpu, load};

/// Core of the backend and the load generator; the proxy has the next one to itself.
pub(crate) const LOAD_CORE: &str = "0";
pub(crate) const PROXY_CORE: &str = "1";
const START_LIMIT: Duration = Duration::from_secs(15);
const WARM_UP: Duration = Duration::from_secs(1);

/// One peer at one body size.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Which proxy.
    pub(crate) peer: &'static str,
    /// Body in bytes.
    pub(crate) body: usize,
    /// CPU microseconds per request, all and in user space; median of the rounds.
    pub(crate) cpu_micros: f64,
    /// In user space.
    pub(crate) user_micros: f64,
    /// Median latency in microseconds.
    pub(crate) p50: f64,
    /// 99th percentile of the latency in microseconds.
    pub(crate) p99: f64,
    /// Resident memory after the load.
    pub(crate) resident_kib: u64,
    /// Requests per second.
    pub(crate) rate: f64,
}

/// Whether our proxy writes its access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessLog {
    On,
    Off,
}

// === impl AccessLog ===

impl AccessLog {
    fn as_str(self) -> &'static str {
        match self {
            AccessLog::On => "json",
            AccessLog::Off => "off",
        }
    }
}

/// A process that is ended when dropped. It is asked to end, since one that counts what it runs writes its counts then.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to ask.
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// Measures every peer.
pub(crate) async fn compare(args: &Args, work: &Path) -> Result<Vec<Row>> {
    let nginx = find("nginx").context(
        "nginx is missing: install it with your package manager (Debian: nginx-light); it is the backend and a peer",
    )?;
    find("taskset").context("taskset is missing: install util-linux")?;
    let backend = free_port()?;
    let _backend = start_backend(&nginx, work, backend).await?;
    let mut rows = Vec::new();
    for body in [2, 64 * 1024] {
        let mut peers: Vec<&'static str> = vec!["tidegate", "nginx"];
        if args.envoy().is_some() {
            peers.push("envoy");
        }
        let mut rounds: Vec<Vec<Row>> = vec![Vec::new(); peers.len()];
        // In turns, so that a machine that becomes slower is slower for all.
        for _ in 0..args.rounds {
            for (peer, rounds) in peers.iter().zip(&mut rounds) {
                rounds.push(round(args, work, &nginx, backend, peer, body).await?);
            }
        }
        for rounds in rounds {
            rows.push(median(rounds)?);
        }
    }
    Ok(rows)
}

async fn round(
    args: &Args,
    work: &Path,
    nginx: &Path,
    backend: u16,
    peer: &'static str,
    body: usize,
) -> Result<Row> {
    let port = free_port()?;
    let dir = work.join(format!("{peer}-{port}"));
    fs::create_dir_all(&dir)?;
    let (_keep, pid) = match peer {
        "nginx" => start_nginx(nginx, &dir, port, backend)?,
        "envoy" => start_envoy(args, &dir, port, backend)?,
        _ => start_tidegate(args, &dir, port, backend)?,
    };
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    let path = if body == 2 { "/small" } else { "/large" };
    wait_for(target, path)
        .await
        .with_context(|| format!("{peer} does not serve"))?;
    load::run(target, path, args.connections, WARM_UP).await?;
    let before = cpu::used(pid)?;
    let start = Instant::now();
    let histogram = load::run(target, path, args.connections, args.span()).await?;
    let took = start.elapsed();
    let after = cpu::used(pid)?;
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let requests = histogram.total() as f64;
    let per_request = |time: Duration| time.as_secs_f64() * 1e6 / requests;
    Ok(Row {
        peer,
        body,
        cpu_micros: per_request(after.total.saturating_sub(before.total)),
        user_micros: per_request(after.user.saturating_sub(before.user)),
        p50: histogram.micros(0.5),
        p99: histogram.micros(0.99),
        resident_kib: cpu::resident_kib(pid),
        rate: requests / took.as_secs_f64(),
    })
}

fn median(mut rounds: Vec<Row>) -> Result<Row> {
    rounds.sort_by(|a, b| a.cpu_micros.total_cmp(&b.cpu_micros));
    let middle = rounds.len() / 2;
    rounds.into_iter().nth(middle).context("no round was run")
}

async fn start_backend(nginx: &Path, work: &Path, port: u16) -> Result<Running> {
    let dir = work.join("backend");
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("large"), vec![b'x'; 64 * 1024])?;
    // As cheap as it gets: it shares a core with the load, and where that core is the slowest part, the proxies are
    // measured waking up.
    let server = format!(
        "open_file_cache max=8 inactive=1h; open_file_cache_valid 1h;\n\
         server {{ listen 127.0.0.1:{port}; root {}; keepalive_requests 1000000000;\n\
         location = /small {{ return 200 ok; }} }}",
        dir.display()
    );
    let running = run_nginx(nginx, &dir, &server, LOAD_CORE)?;
    wait_for(SocketAddr::from(([127, 0, 0, 1], port)), "/small").await?;
    Ok(running)
}

fn start_nginx(nginx: &Path, dir: &Path, port: u16, backend: u16) -> Result<(Vec<Running>, u32)> {
    let server = format!(
        "upstream backend {{ server 127.0.0.1:{backend}; keepalive 128; keepalive_requests 1000000000; }}\n\
         server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000000;\n\
         location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n\
         proxy_set_header X-Request-Id $request_id; }} }}"
    );
    let running = run_nginx(nginx, dir, &server, PROXY_CORE)?;
    let pid = running.0.id();
    Ok((vec![running], pid))
}

fn run_nginx(nginx: &Path, dir: &Path, server: &str, core: &str) -> Result<Running> {
    let at = dir.display();
    let config = format!(
        "worker_processes 1; daemon off; pid {at}/pid; error_log {at}/error.log;\n\
         events {{ worker_connections 4096; }}\n\
         http {{ access_log off; default_type text/plain;\n\
         client_body_temp_path {at}/b; proxy_temp_path {at}/p; fastcgi_temp_path {at}/f;\n\
         uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n{server}\n}}"
    );
    let file = dir.join("nginx.conf");
    fs::write(&file, config)?;
    let mut command = pinned(core, nginx);
    command.arg("-p").arg(dir).arg("-c").arg(&file);
    spawn(command, dir, "nginx")
}

pub(crate) fn start_envoy(
    args: &Args,
    dir: &Path,
    port: u16,
    backend: u16,
) -> Result<(Vec<Running>, u32)> {
    let envoy = args.envoy().context("no Envoy is installed")?;
    let config = ENVOY
        .replace("LISTEN", &port.to_string())
        .replace("BACKEND", &backend.to_string());
    let file = dir.join("envoy.yaml");
    fs::write(&file, config)?;
    let mut command = pinned(PROXY_CORE, &envoy);
    command
        .arg("-c")
        .arg(&file)
        .args(["--concurrency", "1", "--log-level", "error"]);
    command.arg("--disable-hot-restart");
    let running = spawn(command, dir, "envoy")?;
    let pid = running.0.id();
    Ok((vec![running], pid))
}

/// Starts the planes and returns the proxy's pid.
fn start_tidegate(args: &Args, dir: &Path, port: u16, backend: u16) -> Result<(Vec<Running>, u32)> {
    let manifests = dir.join("manifests");
    fs::create_dir_all(&manifests)?;
    fs::write(manifests.join("bench.yaml"), manifest(port, backend, 1))?;
    planes(args, dir, &manifests, AccessLog::Off)
}

/// Starts both planes over a directory of manifests with one Gateway `default/bench`.
pub(crate) fn planes(
    args: &Args,
    dir: &Path,
    manifests: &Path,
    log: AccessLog,
) -> Result<(Vec<Running>, u32)> {
    let run_dir = dir.join("run");
    let mut command = pinned(LOAD_CORE, &args.bin_dir.join("tidegate-control-plane"));
    command
        .arg("--file")
        .arg(manifests)
        .arg("--run-dir")
        .arg(&run_dir);
    let control_plane = spawn(command, dir, "control-plane")?;
    let token = token(&args.bin_dir, &run_dir)?;
    let mut command = pinned(PROXY_CORE, &args.bin_dir.join("tidegate-proxy"));
    command
        .args([
            "--gateway",
            "default/bench",
            "--workers",
            "1",
            "--access-log",
            log.as_str(),
        ])
        .arg("--xds")
        .arg(format!(
            "unix:{}",
            run_dir.join("control-plane.sock").display()
        ))
        .arg("--admin")
        .arg(format!("unix:{}", run_dir.join("proxy.sock").display()))
        .env("TIDEGATE_TOKEN", token);
    let proxy = spawn(command, dir, "proxy")?;
    let pid = proxy.0.id();
    Ok((vec![proxy, control_plane], pid))
}

/// The token of the Gateway, out of the bootstrap that the CLI makes for an Envoy.
fn token(bin_dir: &Path, run_dir: &Path) -> Result<String> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let output = Command::new(bin_dir.join("tidegate"))
            .args(["envoy-bootstrap", "--gateway", "default/bench", "--run-dir"])
            .arg(run_dir)
            .output()
            .context("tidegate does not start")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if let Some((_, rest)) = text.split_once("Bearer ") {
            let token = rest.split(['"', '\'', '\n']).next().unwrap_or_default();
            return Ok(token.to_owned());
        }
        if Instant::now() > deadline {
            bail!(
                "the control plane does not answer: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

/// A Gateway on one port and `rules` routes to the backend.
pub(crate) fn manifest(port: u16, backend: u16, rules: usize) -> String {
    let mut text = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: bench}}\n\
         spec:\n  gatewayClassName: tidegate\n  listeners: [{{name: http, protocol: HTTP, port: {port}}}]\n---\n\
         apiVersion: agentgateway.dev/v1alpha1\nkind: AgentgatewayBackend\nmetadata: {{name: backend}}\n\
         spec: {{static: {{host: 127.0.0.1, port: {backend}}}}}\n---\n"
    );
    text.push_str(&route("all", "/", "off"));
    for rule in 1..rules {
        text.push_str(&route(&format!("r{rule}"), &format!("/r{rule}"), "off"));
    }
    text
}

/// One HTTPRoute that marks its responses.
pub(crate) fn route(name: &str, path: &str, mark: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: {name}}}\n\
         spec:\n  parentRefs: [{{name: bench}}]\n  rules:\n  - matches: [{{path: {{type: PathPrefix, value: {path}}}}}]\n    \
         filters: [{{type: ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-mark, value: \"{mark}\"}}]}}}}]\n    \
         timeouts: {{request: 30s}}\n    \
         backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: backend}}]\n---\n"
    )
}

pub(crate) fn pinned(core: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}

pub(crate) fn spawn(mut command: Command, dir: &Path, name: &str) -> Result<Running> {
    let log = fs::File::create(dir.join(format!("{name}.log")))?;
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    command
        .spawn()
        .map(Running)
        .with_context(|| format!("{name} does not start"))
}

/// Waits until a GET is answered.
pub(crate) async fn wait_for(target: SocketAddr, path: &str) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        if TcpStream::connect(target).await.is_ok() {
            match load::run(target, path, 1, Duration::from_millis(1)).await {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => {}
            }
        }
        if Instant::now() > deadline {
            bail!("nothing answers on {target}");
        }
        ticks.tick().await;
    }
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[allow(
    clippy::disallowed_methods,
    reason = "the search path is needed once, by this tool"
)]
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    // Debian keeps servers where a normal user's PATH does not look.
    let dirs = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    dirs.map(|dir| dir.join(name)).find(|file| file.is_file())
}

const ENVOY: &str = r#"
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: LISTEN}}
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bench
          use_remote_address: true
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {prefix: /}
                route: {cluster: backend, timeout: 30s}
  clusters:
  - name: backend
    type: STATIC
    connect_timeout: 5s
    load_assignment:
      cluster_name: backend
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: BACKEND}}}}]}]
"#;
