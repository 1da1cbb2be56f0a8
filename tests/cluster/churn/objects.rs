//! The objects that change, and one random change after the other.
//!
//! Owns which objects there are, what they may look like and the random numbers. The same seed gives the same changes, as
//! far as their order goes; how they meet the control plane is up to the machine.

use anyhow::{Context, Result};
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// How many objects take part.
pub(crate) const COUNT: usize = 500;
/// Changes that are made at the same time.
const TOGETHER: usize = 8;
const MANAGER: &str = "churn";

/// (kind, group and version, plural, how many of them).
const KINDS: [(&str, &str, &str, usize); 5] = [
    (
        "HTTPRoute",
        "gateway.networking.k8s.io/v1",
        "httproutes",
        300,
    ),
    ("Service", "v1", "services", 80),
    (
        "AgentgatewayBackend",
        "agentgateway.dev/v1alpha1",
        "agentgatewaybackends",
        40,
    ),
    (
        "ReferenceGrant",
        "gateway.networking.k8s.io/v1",
        "referencegrants",
        40,
    ),
    ("Secret", "v1", "secrets", 40),
];

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edits {
    pub(crate) created: u32,
    pub(crate) changed: u32,
    pub(crate) deleted: u32,
}

/// All of them, and which there are now.
pub(crate) struct Population {
    client: kube::Client,
    namespace: &'static str,
    random: Random,
    lives: Vec<bool>,
    edits: Edits,
}

impl Population {
    pub(crate) fn new(client: kube::Client, namespace: &'static str, seed: u64) -> Population {
        Population {
            client,
            namespace,
            random: Random(seed),
            lives: vec![false; COUNT],
            edits: Edits::default(),
        }
    }

    /// Creates every one of them, as fast as the server takes them.
    pub(crate) async fn fill(&mut self) -> Result<()> {
        for start in (0..COUNT).step_by(TOGETHER) {
            let indexes = start..COUNT.min(start + TOGETHER);
            self.all(indexes.map(|index| (index, true)).collect())
                .await?;
        }
        Ok(())
    }

    /// A few random changes.
    pub(crate) async fn step(&mut self) -> Result<()> {
        let mut steps: Vec<(usize, bool)> = Vec::new();
        while steps.len() < TOGETHER {
            let index = self.random.below(COUNT);
            if steps.iter().all(|(other, _)| *other != index) {
                let lives = self.lives[index];
                steps.push((index, !lives || self.random.below(4) > 0));
            }
        }
        self.all(steps).await
    }

    pub(crate) fn edits(&self) -> Edits {
        self.edits
    }

    /// Makes changes at the same time: whether each object is to live after it.
    async fn all(&mut self, steps: Vec<(usize, bool)>) -> Result<()> {
        let mut running = JoinSet::new();
        for (index, lives) in steps {
            let (kind, api) = self.api(index);
            let name = format!("{}-{index}", kind.to_lowercase());
            match (self.lives[index], lives) {
                (false, _) => self.edits.created += 1,
                (true, true) => self.edits.changed += 1,
                (true, false) => self.edits.deleted += 1,
            }
            self.lives[index] = lives;
            let object = lives.then(|| self.object(index, kind, &name));
            running.spawn(async move {
                let outcome = match object {
                    None => api.delete(&name, &DeleteParams::default()).await.map(drop),
                    Some(object) => {
                        let params = PatchParams::apply(MANAGER).force();
                        api.patch(&name, &params, &Patch::Apply(&object))
                            .await
                            .map(drop)
                    }
                };
                outcome.with_context(|| format!("{kind} {name}"))
            });
        }
        while let Some(outcome) = running.join_next().await {
            outcome??;
        }
        Ok(())
    }

    fn api(&self, index: usize) -> (&'static str, Api<DynamicObject>) {
        let mut first = 0;
        let row = KINDS.into_iter().find(|(_, _, _, count)| {
            first += count;
            index < first
        });
        let (kind, version, plural, _) = row.unwrap_or(KINDS[0]);
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let resource =
            ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
        (
            kind,
            Api::namespaced_with(self.client.clone(), self.namespace, &resource),
        )
    }

    fn object(&mut self, index: usize, kind: &str, name: &str) -> Value {
        let version = KINDS
            .iter()
            .find(|row| row.0 == kind)
            .map_or("v1", |row| row.1);
        let mut object = json!({"apiVersion": version, "kind": kind,
            "metadata": {"name": name, "namespace": self.namespace}});
        let number = self.random.below(1000);
        match kind {
            "HTTPRoute" => object["spec"] = self.route(index, number),
            "Service" => {
                let selector = ["echo", "nobody"][number % 2];
                object["spec"] = json!({"selector": {"app": selector},
                    "ports": [{"name": "http", "port": 80, "targetPort": 3000 + number % 2, "protocol": "TCP"}]});
            }
            "AgentgatewayBackend" => {
                object["spec"] = json!({"static": {"host": "127.0.0.1", "port": 1 + number}});
            }
            "ReferenceGrant" => {
                object["spec"] = json!({"from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute",
                    "namespace": format!("elsewhere-{number}")}], "to": [{"group": "", "kind": "Service"}]});
            }
            _ => object["stringData"] = json!({"Authorization": format!("key-{number}")}),
        }
        object
    }

    /// A route of one Gateway or both, to a Service or a backend that may not be there.
    fn route(&mut self, index: usize, number: usize) -> Value {
        let parents = match number % 8 {
            0 => json!([{"name": "quiet"}, {"name": "busy"}]),
            1 => json!([{"name": "nobody"}]),
            2 => json!([{"name": "busy", "sectionName": "other"}]),
            _ => json!([{"name": "busy"}]),
        };
        let service = 300 + self.random.below(80);
        let backend = 380 + self.random.below(40);
        let to = match number % 5 {
            0 => json!({"group": "agentgateway.dev", "kind": "AgentgatewayBackend",
                "name": format!("agentgatewaybackend-{backend}")}),
            1 => json!({"name": "service-1", "namespace": "elsewhere", "port": 80}),
            _ => {
                json!({"name": format!("service-{service}"), "port": 80, "weight": 1 + number % 3})
            }
        };
        let filters = match number % 3 {
            0 => json!([{"type": "RequestHeaderModifier",
                "requestHeaderModifier": {"set": [{"name": "x-churn", "value": number.to_string()}]}}]),
            _ => json!([]),
        };
        json!({"parentRefs": parents, "hostnames": [format!("h{}.example", index % 50)],
            "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": format!("/p{number}")}}],
                "filters": filters, "backendRefs": [to]}]})
    }
}

/// Numbers that look random and follow from the first (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default() % limit.max(1)
    }
}
