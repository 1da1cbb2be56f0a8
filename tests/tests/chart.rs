//! The Helm chart, by the real helm: the plain manifests again, with values that a schema documents.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use tests::binaries;
use tokio::process::Command;

const CHART: &str = "deploy/helm/tidegate";
const NAMESPACE: &str = "tidegate-system";

/// Labels and annotations that Helm's users expect, and plain manifests do without.
const HELMS: [&str; 5] = [
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/version",
    "helm.sh/chart",
    "helm.sh/resource-policy",
];

/// Objects by kind, namespace and name.
type Objects = BTreeMap<String, Value>;

async fn run(mut command: Command) -> Result<Output> {
    command.kill_on_drop(true);
    command
        .output()
        .await
        .with_context(|| format!("{command:?}"))
}

/// helm, with nothing of the user's.
async fn helm(home: &Path, args: &[&str]) -> Result<Output> {
    let mut command = Command::new(binaries::tool("helm")?);
    command.env_clear().env("HOME", home).args(args);
    run(command).await
}

fn text(output: &Output) -> Result<String> {
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout.clone())?)
}

fn objects(manifests: &str) -> Result<Objects> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(manifests)?;
    let mut found = Objects::new();
    for mut object in documents.into_iter().filter(|it| !it.is_null()) {
        for at in ["/metadata/labels", "/metadata/annotations"] {
            if let Some(words) = object.pointer_mut(at).and_then(Value::as_object_mut) {
                words.retain(|word, _| !HELMS.contains(&word.as_str()));
            }
        }
        let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
        let metadata = metadata.context("no metadata")?;
        metadata.retain(|_, value| value.as_object().is_none_or(|words| !words.is_empty()));
        let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").to_owned();
        let (namespace, name) = (word(metadata.get("namespace")), word(metadata.get("name")));
        let id = format!("{} {namespace}/{name}", word(object.get("kind")));
        ensure!(found.insert(id.clone(), object).is_none(), "{id} twice");
    }
    Ok(found)
}

/// What the chart makes of these flags.
async fn template(flags: &[&str]) -> Result<Objects> {
    let chart = binaries::repository(CHART).display().to_string();
    let home = tempfile::tempdir()?;
    let mut args = vec!["template", "tidegate", &chart, "--namespace", NAMESPACE];
    args.extend(flags);
    objects(&text(&helm(home.path(), &args).await?)?)
}

/// The plain manifests of a directory.
async fn plain(directory: &str) -> Result<Objects> {
    let mut command = Command::new(binaries::tool("lab-kube")?);
    command
        .args(["kubectl", "kustomize"])
        .arg(binaries::repository(directory));
    objects(&text(&run(command).await?)?)
}

fn kinds<'a>(objects: &'a Objects, kind: &str) -> Vec<&'a str> {
    let prefix = format!("{kind} ");
    let names = objects.keys().filter_map(|id| id.strip_prefix(&prefix));
    names.collect()
}

#[tokio::test]
async fn its_defaults_are_the_plain_manifests() -> Result<()> {
    let mut plain = plain("deploy").await?;
    // Helm makes namespaces by itself.
    ensure!(plain.remove("Namespace /tidegate-system").is_some());
    let chart = template(&[]).await?;
    let names = |objects: &Objects| objects.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&chart), names(&plain));
    for (id, object) in &plain {
        assert_eq!(chart.get(id), Some(object), "{id}");
    }
    Ok(())
}

/// Where upstream's definitions are, nothing else is left out, and by value of the chart neither.
#[tokio::test]
async fn beside_upstream_only_definitions_are_left_out() -> Result<()> {
    let is_theirs = |id: &String| id.ends_with(".agentgateway.dev");
    let mut whole = plain("deploy").await?;
    whole.retain(|id, _| !is_theirs(id));
    assert_eq!(plain("deploy/beside-agentgateway").await?, whole);
    ensure!(whole.remove("Namespace /tidegate-system").is_some());
    assert_eq!(
        template(&["--set", "crds.agentgateway=Never"]).await?,
        whole
    );
    Ok(())
}

#[tokio::test]
async fn it_passes_lint_without_a_warning() -> Result<()> {
    let chart = binaries::repository(CHART).display().to_string();
    let home = tempfile::tempdir()?;
    let said = text(&helm(home.path(), &["lint", "--strict", &chart]).await?)?;
    ensure!(
        !said.contains("[WARNING]") && !said.contains("[ERROR]"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_value_is_refused_by_its_name() -> Result<()> {
    let chart = binaries::repository(CHART).display().to_string();
    let home = tempfile::tempdir()?;
    for (set, named) in [
        ("replicas=none", "replicas"),
        ("replica=3", "'replica'"),
        ("crds.agentgateway=Sometimes", "crds/agentgateway"),
        ("image.digest=latest", "image/digest"),
        ("watchNamespaces={Shop}", "watchNamespaces/0"),
        ("controllerName=nothing", "controllerName"),
    ] {
        let output = helm(home.path(), &["template", &chart, "--set", set]).await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.status.success(), "{set} is taken");
        ensure!(said.contains(named), "{set}: {said}");
    }
    Ok(())
}

/// A chart that depends on ours needs one flag.
#[tokio::test]
async fn a_chart_that_depends_on_it_turns_it_off_with_one_flag() -> Result<()> {
    let home = tempfile::tempdir()?;
    let parent = home.path().join("parent");
    fs::create_dir_all(&parent)?;
    let chart = binaries::repository(CHART).canonicalize()?;
    let version = env!("CARGO_PKG_VERSION");
    fs::write(
        parent.join("Chart.yaml"),
        format!(
            "apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n  - name: tidegate\n    version: {version}\n    \
             repository: file://{}\n    condition: tidegate.enabled\n",
            chart.display()
        ),
    )?;
    let parent = parent.display().to_string();
    text(&helm(home.path(), &["dependency", "update", &parent]).await?)?;
    let count = async |flag: &str| -> Result<usize> {
        let args = ["template", "it", &parent, "--set", flag];
        Ok(objects(&text(&helm(home.path(), &args).await?)?)?.len())
    };
    assert_eq!(count("tidegate.enabled=false").await?, 0);
    assert_eq!(
        count("tidegate.enabled=true").await?,
        template(&[]).await?.len()
    );
    Ok(())
}

#[tokio::test]
async fn rights_can_be_had_in_some_namespaces_only() -> Result<()> {
    let objects = template(&["--set", "watchNamespaces={a,b}"]).await?;
    assert_eq!(kinds(&objects, "ClusterRoleBinding"), ["/tidegate-cluster"]);
    let bindings = kinds(&objects, "RoleBinding");
    for role in ["tidegate-read", "tidegate-status", "tidegate-fleets"] {
        for namespace in ["a", "b"] {
            let id = format!("{namespace}/{role}");
            ensure!(bindings.contains(&id.as_str()), "no {id} in {bindings:?}");
        }
    }
    let deployment = &objects["Deployment tidegate-system/tidegate-control-plane"];
    let args = deployment.pointer("/spec/template/spec/containers/0/args");
    let args = args.and_then(Value::as_array).context("args")?;
    ensure!(args.contains(&"--watch-namespace=b".into()), "{args:?}");
    Ok(())
}

#[tokio::test]
async fn parts_can_be_left_out() -> Result<()> {
    let check = async |flag: &str, kind: &str, left: &[&str]| -> Result<()> {
        let objects = template(&["--set", flag]).await?;
        assert_eq!(kinds(&objects, kind), left, "{flag}");
        Ok(())
    };
    check(
        "crds.tidegate=Never,crds.agentgateway=Never",
        "CustomResourceDefinition",
        &[],
    )
    .await?;
    check("gatewayClass.create=false", "GatewayClass", &[]).await?;
    check("rbac.create=false", "ClusterRole", &[]).await?;
    check(
        "podDisruptionBudget.enabled=false",
        "PodDisruptionBudget",
        &[],
    )
    .await?;
    let without = ["/tidegate-cluster", "/tidegate-read", "/tidegate-status"];
    check("proxy.deploy=false", "ClusterRole", &without).await
}

#[test]
fn every_value_is_described() -> Result<()> {
    let dir = binaries::repository(CHART);
    let values: Value = serde_saphyr::from_str(&fs::read_to_string(dir.join("values.yaml"))?)?;
    let schema: Value = serde_json::from_str(&fs::read_to_string(dir.join("values.schema.json"))?)?;
    let mut silent = Vec::new();
    describe(&values, &schema, &schema, "", &mut silent);
    ensure!(silent.is_empty(), "without a description: {silent:?}");
    Ok(())
}

/// Collects the paths of values that the schema does not describe.
fn describe(value: &Value, schema: &Value, root: &Value, path: &str, silent: &mut Vec<String>) {
    let empty = Map::new();
    for (name, value) in value.as_object().unwrap_or(&empty) {
        let path = format!("{path}/{name}");
        let own = schema.pointer(&format!("/properties/{name}"));
        let target = own.and_then(|it| it.get("$ref")).and_then(Value::as_str);
        let target = target.and_then(|it| root.pointer(it.trim_start_matches('#')));
        let told = [own, target]
            .into_iter()
            .flatten()
            .any(|it| it.get("description").is_some());
        let inner = target.or(own).unwrap_or(&Value::Null);
        let has_parts = inner.get("properties").is_some();
        if !told && !has_parts {
            silent.push(path.clone());
        }
        if has_parts {
            describe(value, inner, root, &path, silent);
        }
    }
}

#[test]
fn its_versions_are_the_workspaces() -> Result<()> {
    let path = binaries::repository(CHART).join("Chart.yaml");
    let chart: Value = serde_saphyr::from_str(&fs::read_to_string(path)?)?;
    let version = env!("CARGO_PKG_VERSION");
    for field in ["version", "appVersion"] {
        if chart[field] != version {
            bail!("{field} of the chart is {}, not {version}", chart[field]);
        }
    }
    Ok(())
}
