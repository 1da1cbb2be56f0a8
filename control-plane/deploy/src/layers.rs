//! Parameters of a class and of a Gateway, as one.
//!
//! Owns which fields merge and which replace, and the rules that hold across both levels. Must not render. The
//! invariant: the Gateway's level wins, and what neither says is the default.

use cp_api::parameters::{Image, Logging, Overlay, ParametersSpec, WorkloadKind};
use k8s_openapi::api::core::v1::{EnvVar, ResourceRequirements};

/// Why parameters cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// An overlay for a workload that there is not.
    #[error(
        "spec.{overlay} needs spec.workload.kind {needed}, which is {found} when class and Gateway are laid together"
    )]
    Workload {
        /// The overlay.
        overlay: &'static str,
        /// What it needs.
        needed: &'static str,
        /// What is.
        found: &'static str,
    },
    /// A drain that ends before it begins.
    #[error("spec.shutdown.min is {min} and must not exceed spec.shutdown.max, which is {max}")]
    Shutdown {
        /// Least seconds.
        min: u32,
        /// Most seconds.
        max: u32,
    },
}

/// Seconds in which a proxy still takes connections after it is told to stop.
const DRAIN_MIN: u32 = 5;
/// Seconds after which it cuts what is open.
const DRAIN_MAX: u32 = 55;

/// Both levels, laid together.
#[derive(Clone, Debug)]
pub(crate) struct Layers<'a> {
    pub(crate) kind: WorkloadKind,
    pub(crate) logging: Logging,
    pub(crate) image: Image,
    pub(crate) env: Vec<EnvVar>,
    pub(crate) resources: ResourceRequirements,
    pub(crate) drain_min: u32,
    pub(crate) drain_max: u32,
    pub(crate) raw_config: serde_json::Map<String, serde_json::Value>,
    specs: Vec<&'a ParametersSpec>,
}

/// Which overlay of a level.
pub(crate) type Pick = fn(&ParametersSpec) -> Option<&Overlay>;

// === impl Layers ===

impl<'a> Layers<'a> {
    pub(crate) fn lay(
        class: Option<&'a ParametersSpec>,
        gateway: Option<&'a ParametersSpec>,
    ) -> Result<Layers<'a>, LayerError> {
        let mut layers = Layers {
            kind: WorkloadKind::Deployment,
            logging: Logging::default(),
            image: Image::default(),
            env: Vec::new(),
            resources: ResourceRequirements::default(),
            drain_min: DRAIN_MIN,
            drain_max: DRAIN_MAX,
            raw_config: serde_json::Map::new(),
            specs: class.into_iter().chain(gateway).collect(),
        };
        for spec in layers.specs.clone() {
            layers.add(spec);
        }
        layers.check()?;
        Ok(layers)
    }

    fn add(&mut self, spec: &ParametersSpec) {
        if let Some(kind) = spec.workload.as_ref().and_then(|workload| workload.kind) {
            self.kind = kind;
        }
        if let Some(logging) = &spec.logging {
            replace(&mut self.logging.level, &logging.level);
            replace(&mut self.logging.format, &logging.format);
        }
        if let Some(image) = &spec.image {
            replace(&mut self.image.registry, &image.registry);
            replace(&mut self.image.repository, &image.repository);
            // A tag of this level is not meant to lose against a digest of the weaker one.
            if image.tag.is_some() {
                self.image.digest = None;
            }
            replace(&mut self.image.tag, &image.tag);
            replace(&mut self.image.digest, &image.digest);
            replace(&mut self.image.pull_policy, &image.pull_policy);
        }
        for entry in spec.env.iter().flatten() {
            match self.env.iter_mut().find(|old| old.name == entry.name) {
                Some(old) => *old = entry.clone(),
                None => self.env.push(entry.clone()),
            }
        }
        if let Some(resources) = &spec.resources {
            let ResourceRequirements {
                claims,
                limits,
                requests,
            } = resources;
            replace(&mut self.resources.claims, claims);
            for (target, source) in [
                (&mut self.resources.limits, limits),
                (&mut self.resources.requests, requests),
            ] {
                if let Some(source) = source {
                    target.get_or_insert_default().extend(source.clone());
                }
            }
        }
        if let Some(shutdown) = &spec.shutdown {
            (self.drain_min, self.drain_max) = (shutdown.min, shutdown.max);
        }
        if let Some(raw) = &spec.raw_config {
            self.raw_config = raw.clone();
        }
    }

    /// The rules of the CRD, which sees one level only.
    fn check(&self) -> Result<(), LayerError> {
        let (found, wrong): (_, &[(&'static str, Pick, &'static str)]) = match self.kind {
            WorkloadKind::Deployment => (
                "Deployment",
                &[("daemonSet", |spec| spec.daemon_set.as_ref(), "DaemonSet")],
            ),
            WorkloadKind::DaemonSet => (
                "DaemonSet",
                &[
                    ("deployment", |spec| spec.deployment.as_ref(), "Deployment"),
                    (
                        "horizontalPodAutoscaler",
                        |spec| spec.horizontal_pod_autoscaler.as_ref(),
                        "Deployment",
                    ),
                ],
            ),
        };
        if let Some((overlay, _, needed)) = wrong
            .iter()
            .find(|(_, pick, _)| self.overlays(*pick).next().is_some())
        {
            return Err(LayerError::Workload {
                overlay,
                needed,
                found,
            });
        }
        if self.drain_min > self.drain_max {
            return Err(LayerError::Shutdown {
                min: self.drain_min,
                max: self.drain_max,
            });
        }
        Ok(())
    }

    /// Overlays of both levels, the class's first.
    pub(crate) fn overlays(&self, pick: Pick) -> impl Iterator<Item = &'a Overlay> + use<'a> {
        let found: Vec<&'a Overlay> = self.specs.iter().copied().filter_map(pick).collect();
        found.into_iter()
    }
}

fn replace<T: Clone>(target: &mut Option<T>, source: &Option<T>) {
    if source.is_some() {
        target.clone_from(source);
    }
}
