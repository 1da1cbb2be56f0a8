//! The gateways that are compared.
//!
//! Owns how each is started for the same job, with one worker on one core and without logs. Must not tune one and not the
//! others. Those that are not installed are left out.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::client::{Failures, Format};
use crate::args::Args;
use crate::peer::{AccessLog, PROXY_CORE, Running, pinned, planes, spawn, start_envoy};

/// Who is in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gateway {
    Tidegate,
    /// Another build of ours.
    Against,
    /// Forwards bytes, and reads nothing.
    Envoy,
    LiteLlm,
    Portkey,
    /// Nobody.
    Direct,
}

/// What was started.
pub(crate) struct Started {
    _processes: Vec<Running>,
    /// The gateway's process.
    pub(crate) pid: Option<u32>,
}

// === impl Gateway ===

impl Gateway {
    /// Those that can be had.
    pub(crate) fn all(args: &Args) -> Vec<Gateway> {
        let mut found = vec![Gateway::Tidegate];
        if args.against.is_some() {
            found.push(Gateway::Against);
        }
        if args.envoy().is_some() {
            found.push(Gateway::Envoy);
        }
        if args.llm_gateways().is_some() {
            found.extend([Gateway::LiteLlm, Gateway::Portkey]);
        }
        found.push(Gateway::Direct);
        found
    }

    /// The format in which it is asked: who reads nothing cannot convert, and is asked in the provider's.
    pub(crate) fn asked_in(self, is_converted: bool) -> Format {
        match self {
            Gateway::Envoy | Gateway::Direct if is_converted => Format::Messages,
            Gateway::Envoy
            | Gateway::Direct
            | Gateway::Tidegate
            | Gateway::Against
            | Gateway::LiteLlm
            | Gateway::Portkey => Format::Chat,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Gateway::Tidegate => "tidegate",
            Gateway::Against => "against",
            Gateway::Envoy => "envoy",
            Gateway::LiteLlm => "litellm",
            Gateway::Portkey => "portkey",
            Gateway::Direct => "(nobody)",
        }
    }

    /// What an answer that it fails does. Of the others' defects we take note; ours and those of what carries the load end it.
    pub(crate) fn failures(self) -> Failures {
        match self {
            Gateway::LiteLlm | Gateway::Portkey => Failures::Count,
            Gateway::Tidegate | Gateway::Against | Gateway::Envoy | Gateway::Direct => {
                Failures::End
            }
        }
    }

    /// How long it may take to start.
    pub(crate) fn patience(self) -> Duration {
        match self {
            Gateway::LiteLlm => Duration::from_secs(240),
            Gateway::Portkey
            | Gateway::Tidegate
            | Gateway::Against
            | Gateway::Envoy
            | Gateway::Direct => Duration::from_secs(20),
        }
    }

    /// Headers that it needs.
    pub(crate) fn headers(self, provider: u16, is_converted: bool) -> String {
        let vendor = if is_converted { "anthropic" } else { "openai" };
        match self {
            Gateway::Portkey => format!(
                "x-portkey-provider: {vendor}\r\nx-portkey-custom-host: http://127.0.0.1:{provider}/v1\r\n"
            ),
            Gateway::Tidegate
            | Gateway::Against
            | Gateway::Envoy
            | Gateway::LiteLlm
            | Gateway::Direct => String::new(),
        }
    }

    /// Starts it on `port` in front of `provider`.
    pub(crate) fn start(
        self,
        args: &Args,
        dir: &Path,
        (port, provider): (u16, u16),
        is_converted: bool,
    ) -> Result<Started> {
        match self {
            Gateway::Direct => Ok(Started {
                _processes: Vec::new(),
                pid: None,
            }),
            Gateway::Envoy => Ok(started(start_envoy(args, dir, port, provider)?)),
            Gateway::Tidegate | Gateway::Against => {
                let manifests = dir.join("manifests");
                fs::create_dir_all(&manifests)?;
                let text = manifest(port, provider, is_converted);
                fs::write(manifests.join("bench.yaml"), text)?;
                let mut args = args.clone();
                if self == Gateway::Against
                    && let Some(dir) = args.against.take()
                {
                    args.bin_dir = dir;
                }
                Ok(started(planes(&args, dir, &manifests, AccessLog::Off)?))
            }
            Gateway::LiteLlm => lite_llm(args, dir, port, provider, is_converted),
            Gateway::Portkey => portkey(args, dir, port),
        }
    }
}

fn started((processes, pid): (Vec<Running>, u32)) -> Started {
    Started {
        _processes: processes,
        pid: Some(pid),
    }
}

/// A Gateway whose only route leads to the provider.
pub(crate) fn manifest(port: u16, provider: u16, is_converted: bool) -> String {
    let kind = if is_converted { "anthropic" } else { "openai" };
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: bench}}
spec:
  gatewayClassName: tidegate
  listeners: [{{name: http, protocol: HTTP, port: {port}}}]
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: model}}
spec:
  ai: {{provider: {{{kind}: {{}}, host: 127.0.0.1, port: {provider}}}}}
  policies: {{auth: {{key: sk-provider}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: all}}
spec:
  parentRefs: [{{name: bench}}]
  rules:
  - backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: model}}]
"
    )
}

fn lite_llm(
    args: &Args,
    dir: &Path,
    port: u16,
    provider: u16,
    is_converted: bool,
) -> Result<Started> {
    let tools = args.llm_gateways().context("no LiteLLM")?;
    let (model, base) = match is_converted {
        true => (
            "anthropic/claude-sonnet-4-5",
            format!("http://127.0.0.1:{provider}"),
        ),
        false => (
            "openai/gpt-4o-mini",
            format!("http://127.0.0.1:{provider}/v1"),
        ),
    };
    let config = dir.join("litellm.yaml");
    fs::write(
        &config,
        format!(
            "model_list:\n- model_name: gpt-4o-mini\n  litellm_params: {{model: {model}, api_base: \"{base}\", api_key: sk-provider}}\n"
        ),
    )?;
    let mut command = pinned(PROXY_CORE, Path::new("python3"));
    command
        .args(["-s", "-c", "from litellm import run_server; run_server()"])
        .arg("--config")
        .arg(&config)
        .args(["--host", "127.0.0.1", "--num_workers", "1", "--port"])
        .arg(port.to_string())
        .env("PYTHONPATH", tools.join("python"))
        .env("LITELLM_LOG", "ERROR")
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        // It does not start without keys of its own otherwise, and keys would be work that the others do not do.
        .env(
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY",
            "true",
        )
        .env("no_proxy", "*");
    let running = spawn(command, dir, "litellm")?;
    let pid = running.0.id();
    Ok(started((vec![running], pid)))
}

fn portkey(args: &Args, dir: &Path, port: u16) -> Result<Started> {
    let tools = args.llm_gateways().context("no Portkey")?;
    let mut command = pinned(PROXY_CORE, &tools.join("node"));
    command
        .arg(tools.join("node_modules/@portkey-ai/gateway/build/start-server.js"))
        .args([&format!("--port={port}"), "--headless"])
        .env("NODE_ENV", "production")
        .env("TRUSTED_CUSTOM_HOSTS", "127.0.0.1");
    let running = spawn(command, dir, "portkey")?;
    let pid = running.0.id();
    Ok(started((vec![running], pid)))
}
