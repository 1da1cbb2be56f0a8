//! The Deployment or DaemonSet of a fleet, and the Pod it runs.
//!
//! Owns the proxy's command line, its files, its rights and how Pods are replaced: a new one is ready before an
//! old one is told to stop, and an old one still takes connections until load balancers have heard. Must not hold
//! what changes without a restart: that is `settings`.

use cp_api::parameters::LogFormat;
use k8s_openapi::api::apps::v1::{
    DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, Deployment, DeploymentSpec,
    DeploymentStrategy, RollingUpdateDaemonSet, RollingUpdateDeployment,
};
use k8s_openapi::api::core::v1::{
    Capabilities, ConfigMapVolumeSource, Container, ContainerPort, EmptyDirVolumeSource,
    HTTPGetAction, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, ProjectedVolumeSource,
    ResourceRequirements, SeccompProfile, SecurityContext, ServiceAccountTokenProjection, Sysctl,
    TopologySpreadConstraint, Volume, VolumeMount, VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::identity::Identity;
use super::service::port_name;
use super::{PROBE_PORT, settings};
use crate::exposure::Exposure;
use crate::fleet::{Fleet, Platform};
use crate::layers::Layers;
use crate::object::Object;

/// Who the token is for: the control plane takes no other.
const AUDIENCE: &str = "tidegate";
/// The kubelet renews it long before it ends.
const TOKEN_SECONDS: i64 = 3600;
const TOKEN_DIR: &str = "/var/run/secrets/tidegate";
const CA_DIR: &str = "/var/run/secrets/tidegate-ca";
const SETTINGS_DIR: &str = "/etc/tidegate";
/// What was applied last lives as long as the Pod: a proxy that restarts needs no control plane.
const STATE_DIR: &str = "/var/lib/tidegate";
/// What its secrets are sealed with is in memory, and as old as the Pod too.
const STATE_KEY_DIR: &str = "/var/run/tidegate-state-key";
/// A key is small; a volume in memory counts as the container's.
const STATE_KEY_SIZE: &str = "64Ki";
/// The container's user, whose number is in the image too.
const USER: i64 = 65532;
/// Between the longest drain and the kubelet's patience.
const GRACE: u32 = 5;
/// Ports below are privileged where no sysctl says otherwise.
const PRIVILEGED: u16 = 1024;

pub(super) fn deployment(
    fleet: &Fleet,
    identity: &Identity,
    template: PodTemplateSpec,
) -> Deployment {
    let (surge, unavailable) = replacement(fleet);
    Deployment {
        metadata: identity.metadata(&identity.name),
        spec: Some(DeploymentSpec {
            replicas: Some(1),
            selector: identity.label_selector(),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(surge),
                    max_unavailable: Some(unavailable),
                }),
            }),
            template,
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    }
}

pub(super) fn daemon_set(
    fleet: &Fleet,
    identity: &Identity,
    template: PodTemplateSpec,
) -> DaemonSet {
    let (surge, unavailable) = replacement(fleet);
    DaemonSet {
        metadata: identity.metadata(&identity.name),
        spec: Some(DaemonSetSpec {
            selector: identity.label_selector(),
            update_strategy: Some(DaemonSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDaemonSet {
                    max_surge: Some(surge),
                    max_unavailable: Some(unavailable),
                }),
            }),
            template,
            ..DaemonSetSpec::default()
        }),
        ..DaemonSet::default()
    }
}

/// An autoscaler owns the number: who writes it too would fight with it.
pub(super) fn without_replicas(object: Object) -> Object {
    let mut value = object.value;
    if let Some(spec) = value.get_mut("spec").and_then(|spec| spec.as_object_mut()) {
        spec.remove("replicas");
    }
    Object::sealed(object.kind, &object.namespace, &object.name, value)
}

/// Surge and unavailable: a new Pod comes first, except where it would want its predecessor's ports.
fn replacement(fleet: &Fleet) -> (IntOrString, IntOrString) {
    match fleet.exposure {
        Exposure::HostNetwork => (IntOrString::Int(0), IntOrString::Int(1)),
        Exposure::LoadBalancer
        | Exposure::ClusterIp(_)
        | Exposure::NodePort
        | Exposure::Unmanaged(_) => (IntOrString::Int(1), IntOrString::Int(0)),
    }
}

pub(super) fn template(
    fleet: &Fleet,
    platform: &Platform,
    identity: &Identity,
    layers: &Layers<'_>,
) -> PodTemplateSpec {
    let on_host = fleet.exposure == Exposure::HostNetwork;
    let spread = |key: &str| TopologySpreadConstraint {
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(identity.label_selector()),
        ..TopologySpreadConstraint::default()
    };
    PodTemplateSpec {
        // Nothing of the CA: proxies read it for each connection, so a new one replaces no Pod.
        metadata: Some(identity.template_metadata()),
        spec: Some(PodSpec {
            service_account_name: Some(identity.name.clone()),
            // The one token that is mounted is the control plane's.
            automount_service_account_token: Some(false),
            enable_service_links: Some(false),
            host_network: on_host.then_some(true),
            dns_policy: on_host.then(|| "ClusterFirstWithHostNet".to_owned()),
            security_context: Some(pod_rights(fleet)),
            termination_grace_period_seconds: Some(i64::from(layers.drain_max) + i64::from(GRACE)),
            topology_spread_constraints: Some(vec![
                spread("topology.kubernetes.io/zone"),
                spread("kubernetes.io/hostname"),
            ]),
            containers: vec![container(fleet, platform, identity, layers)],
            volumes: Some(volumes(identity)),
            ..PodSpec::default()
        }),
    }
}

fn container(
    fleet: &Fleet,
    platform: &Platform,
    identity: &Identity,
    layers: &Layers<'_>,
) -> Container {
    let mount = |name: &str, path: &str| VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only: Some(true),
        ..VolumeMount::default()
    };
    let writable = |name: &str, path: &str| VolumeMount {
        read_only: None,
        ..mount(name, path)
    };
    let port = |name: String, port: u16| ContainerPort {
        name: Some(name),
        container_port: i32::from(port),
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    };
    // Where ports are the node's, the scheduler has to know them. Elsewhere they would tell nobody anything, and every new
    // listener would replace all Pods.
    let is_on_host = fleet.exposure == Exposure::HostNetwork;
    let mut ports: Vec<ContainerPort> = fleet
        .ports
        .iter()
        .filter(|_| is_on_host)
        .map(|number| port(port_name(*number), *number))
        .collect();
    ports.push(port("probes".to_owned(), PROBE_PORT));
    Container {
        name: "tidegate-proxy".to_owned(),
        image: Some(image(platform, layers)),
        image_pull_policy: layers.image.pull_policy.clone(),
        args: Some(args(platform, identity, layers)),
        env: Some(layers.env.clone()).filter(|env| !env.is_empty()),
        ports: Some(ports),
        resources: Some(resources(layers)),
        readiness_probe: Some(probe("/ready", 5, 1)),
        startup_probe: Some(probe("/live", 1, 60)),
        liveness_probe: Some(probe("/live", 10, 6)),
        security_context: Some(container_rights(fleet)),
        volume_mounts: Some(vec![
            mount("token", TOKEN_DIR),
            mount("xds-ca", CA_DIR),
            mount("settings", SETTINGS_DIR),
            writable("state", STATE_DIR),
            writable("state-key", STATE_KEY_DIR),
        ]),
        ..Container::default()
    }
}

/// Flags, because the environment cannot change them: who a proxy is is not for parameters to say.
fn args(platform: &Platform, identity: &Identity, layers: &Layers<'_>) -> Vec<String> {
    let mut args = vec![
        format!("--gateway={}", identity.gateway),
        format!("--xds={}", platform.xds),
        format!("--xds-ca={CA_DIR}/{}", settings::CA),
        format!("--xds-server-name={}", platform.xds_server_name),
        format!("--token-file={TOKEN_DIR}/token"),
        format!("--settings={SETTINGS_DIR}/{}", settings::SETTINGS),
        format!("--state-dir={STATE_DIR}"),
        format!("--state-key-file={STATE_KEY_DIR}/key"),
        "--state-key-create".to_owned(),
        format!("--probes=0.0.0.0:{PROBE_PORT}"),
        format!("--drain-min={}s", layers.drain_min),
        format!("--drain-timeout={}s", layers.drain_max),
    ];
    if let Some(format) = layers.logging.format {
        let format = match format {
            LogFormat::Json => "json",
            LogFormat::Text => "text",
        };
        args.push(format!("--log-format={format}"));
    }
    args
}

fn image(platform: &Platform, layers: &Layers<'_>) -> String {
    let image = &layers.image;
    let (registry, repository) = match platform.repository.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        Some(_) | None => (None, platform.repository.as_str()),
    };
    let registry = image
        .registry
        .as_deref()
        .or(registry)
        .filter(|registry| !registry.is_empty());
    let repository = image.repository.as_deref().unwrap_or(repository);
    let repository = match registry {
        Some(registry) => format!("{registry}/{repository}"),
        None => repository.to_owned(),
    };
    // A digest of the platform's image is of no other image.
    let is_other = image.registry.is_some() || image.repository.is_some() || image.tag.is_some();
    let digest = image
        .digest
        .as_ref()
        .or(platform.digest.as_ref().filter(|_| !is_other));
    match digest {
        Some(digest) => format!("{repository}@{digest}"),
        None => format!(
            "{repository}:{}",
            image.tag.as_deref().unwrap_or(&platform.tag)
        ),
    }
}

fn resources(layers: &Layers<'_>) -> ResourceRequirements {
    let mut resources = layers.resources.clone();
    let requests = resources.requests.get_or_insert_default();
    for (key, value) in [("cpu", "100m"), ("memory", "128Mi")] {
        requests
            .entry(key.to_owned())
            .or_insert_with(|| Quantity(value.to_owned()));
    }
    resources
}

fn probe(path: &str, period: i32, failures: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::Int(i32::from(PROBE_PORT)),
            ..HTTPGetAction::default()
        }),
        period_seconds: Some(period),
        failure_threshold: Some(failures),
        ..Probe::default()
    }
}

/// Nodes have their own idea of privileged ports, and their sysctl is not a Pod's to set.
fn needs_capability(fleet: &Fleet) -> bool {
    fleet.exposure == Exposure::HostNetwork && fleet.ports.iter().any(|port| *port < PRIVILEGED)
}

fn pod_rights(fleet: &Fleet) -> PodSecurityContext {
    let sysctl = Sysctl {
        name: "net.ipv4.ip_unprivileged_port_start".to_owned(),
        value: "0".to_owned(),
    };
    PodSecurityContext {
        sysctls: (fleet.exposure != Exposure::HostNetwork).then(|| vec![sysctl]),
        seccomp_profile: Some(SeccompProfile {
            type_: "RuntimeDefault".to_owned(),
            ..SeccompProfile::default()
        }),
        ..PodSecurityContext::default()
    }
}

fn container_rights(fleet: &Fleet) -> SecurityContext {
    let is_root = needs_capability(fleet);
    let user = if is_root { 0 } else { USER };
    SecurityContext {
        run_as_non_root: Some(!is_root),
        run_as_user: Some(user),
        run_as_group: Some(user),
        read_only_root_filesystem: Some(true),
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            add: is_root.then(|| vec!["NET_BIND_SERVICE".to_owned()]),
        }),
        ..SecurityContext::default()
    }
}

fn volumes(identity: &Identity) -> Vec<Volume> {
    let config = |name: &str, map: &str| Volume {
        name: name.to_owned(),
        config_map: Some(ConfigMapVolumeSource {
            name: map.to_owned(),
            ..ConfigMapVolumeSource::default()
        }),
        ..Volume::default()
    };
    let token = VolumeProjection {
        service_account_token: Some(ServiceAccountTokenProjection {
            audience: Some(AUDIENCE.to_owned()),
            expiration_seconds: Some(TOKEN_SECONDS),
            path: "token".to_owned(),
        }),
        ..VolumeProjection::default()
    };
    vec![
        Volume {
            name: "token".to_owned(),
            projected: Some(ProjectedVolumeSource {
                sources: Some(vec![token]),
                ..ProjectedVolumeSource::default()
            }),
            ..Volume::default()
        },
        config("xds-ca", &identity.ca),
        config("settings", &identity.name),
        Volume {
            name: "state".to_owned(),
            empty_dir: Some(EmptyDirVolumeSource::default()),
            ..Volume::default()
        },
        Volume {
            name: "state-key".to_owned(),
            empty_dir: Some(EmptyDirVolumeSource {
                medium: Some("Memory".to_owned()),
                size_limit: Some(Quantity(STATE_KEY_SIZE.to_owned())),
            }),
            ..Volume::default()
        },
    ]
}
