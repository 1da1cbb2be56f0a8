//! Strategic merge patches against apimachinery's own: generated patches, the same answer or the same refusal.
//!
//! Owns the generator: objects as the deployer renders them, and patches that use every directive. Its seeds are
//! fixed, so a difference is found again. Must not know how merging works.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking; the oracle is a process found through the environment"
)]

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cp_deploy::strategic_merge;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

#[path = "oracle/patch.rs"]
mod patch;

/// How many patches are compared.
const CASES: u32 = 600;

/// The tool, where `cargo xtask tools strategic` put it.
fn tool() -> PathBuf {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let cache = set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".cache")))
        .expect("XDG_CACHE_HOME or HOME");
    let path = cache.join("tidegate/bin/strategic");
    assert!(
        path.is_file(),
        "strategic is not installed; `make test` or `cargo xtask tools strategic` installs it"
    );
    path
}

fn ask(questions: &[Value]) -> Vec<Value> {
    let mut child = Command::new(tool())
        .arg("merge")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts");
    let mut stdin = child.stdin.take().expect("stdin");
    let lines: String = questions.iter().map(|line| format!("{line}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("joined").expect("written");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("an answer"))
        .collect()
}

fn questions() -> Vec<Value> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..CASES).map(|_| patch::question(&mut runner)).collect()
}

fn compare(questions: &[Value]) -> (u32, u32) {
    let (mut merged, mut refused) = (0, 0);
    for (question, answer) in questions.iter().zip(ask(questions)) {
        let kind = question["kind"].as_str().expect("a kind");
        let ours = strategic_merge(
            kind,
            question["original"].clone(),
            question["patch"].clone(),
        );
        match (&ours, answer.get("result")) {
            (Ok(ours), Some(theirs)) if ours == theirs => merged += 1,
            (Err(_), None) => refused += 1,
            (Ok(_) | Err(_), _) => {
                let ours = ours.map_or_else(|error| error.to_string(), |value| value.to_string());
                panic!("{question}\nours: {ours}\ntheirs: {answer}")
            }
        }
    }
    (merged, refused)
}

#[test]
fn generated_patches_give_what_apimachinery_gives() {
    let (merged, refused) = compare(&questions());
    assert!(merged >= 200, "only {merged} patches were merged");
    assert!(refused >= 20, "only {refused} patches were refused");
}

/// What a generator finds too rarely.
#[test]
fn chosen_patches_give_what_apimachinery_gives() {
    compare(&chosen_lists());
    compare(&chosen_objects());
}

fn pod(spec: Value) -> Value {
    json!({"spec": {"template": {"spec": spec}}})
}

fn question(original: Value, patch: Value) -> Value {
    json!({"kind": "Deployment", "original": original, "patch": patch})
}

fn chosen_lists() -> Vec<Value> {
    let names = |names: &[&str]| -> Value { names.iter().map(|n| json!({"name": n})).collect() };
    vec![
        question(
            pod(json!({"containers": names(&["a", "b", "c"])})),
            pod(
                json!({"$setElementOrder/containers": names(&["c", "a", "n"]), "containers": names(&["n"])}),
            ),
        ),
        question(
            pod(json!({"containers": names(&["a", "b", "c"])})),
            pod(
                json!({"containers": [{"name": "b", "$patch": "delete"}, {"name": "d", "image": "x"}]}),
            ),
        ),
        question(
            pod(json!({"containers": names(&["a", "b"])})),
            pod(json!({"containers": [{"$patch": "replace"}, {"name": "z"}]})),
        ),
        question(
            pod(json!({"containers": names(&["a"])})),
            pod(json!({"containers": [{"image": "x"}]})),
        ),
        question(
            pod(json!({"containers": names(&["a"])})),
            pod(json!({"containers": [{"$patch": "merge"}]})),
        ),
        question(
            json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}),
            json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
        ),
        question(
            json!({"spec": {"strategy": {"type": "RollingUpdate"}}}),
            json!({"spec": {"strategy": {"$retainKeys": ["rollingUpdate"], "type": "Recreate"}}}),
        ),
        question(
            json!({"metadata": {"finalizers": ["a", "b", "c"]}}),
            json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["b"], "$setElementOrder/finalizers": ["c", "a"]}}),
        ),
        question(
            json!({"metadata": {"finalizers": ["a", "b"]}}),
            json!({"metadata": {"finalizers": ["c", "a"]}}),
        ),
    ]
}

fn chosen_objects() -> Vec<Value> {
    vec![
        question(
            json!({"metadata": {"labels": {"a": "b"}}}),
            json!({"metadata": {"labels": {"$patch": "replace", "c": "d"}}}),
        ),
        question(
            json!({"metadata": {"labels": {"a": "b"}}}),
            json!({"metadata": {"labels": {"$patch": "delete"}}}),
        ),
        question(
            json!({"metadata": {"labels": {"a": "b"}}}),
            json!({"metadata": {"labels": {"a": null, "x": null}}}),
        ),
        question(
            json!({"spec": {"nonsense": {"a": 1}}}),
            json!({"spec": {"nonsense": {"a": 2}}}),
        ),
        question(
            json!({"spec": {}}),
            json!({"spec": {"strategy": {"$patch": "delete"}, "template": {"a": null}}}),
        ),
        question(
            pod(json!({"tolerations": [{"key": "a"}]})),
            pod(json!({"tolerations": [{"key": "b"}]})),
        ),
        question(
            pod(json!({"volumes": [{"name": "v", "emptyDir": {}}]})),
            pod(
                json!({"volumes": [{"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}]}),
            ),
        ),
        json!({"kind": "PodDisruptionBudget",
            "original": {"spec": {"selector": {"matchLabels": {"a": "b"}}}},
            "patch": {"spec": {"selector": {"matchLabels": {"c": "d"}}}}}),
        json!({"kind": "HorizontalPodAutoscaler",
            "original": {"spec": {"metrics": [{"type": "Resource"}]}},
            "patch": {"spec": {"metrics": [{"type": "Pods"}], "behavior": {"scaleUp": {"policies": []}}}}}),
        json!({"kind": "Service",
            "original": {"spec": {"ports": [{"port": 80, "name": "a"}, {"port": 443, "name": "b"}]}},
            "patch": {"spec": {"ports": [{"port": 443, "nodePort": 30443}, {"port": 8080, "name": "c"}]}}}),
    ]
}

/// The table is what the types say: whoever takes newer types writes it anew with `strategic table`.
#[test]
fn golden_of_merge_keys_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/gen/merge_table.rs");
    let output = Command::new(tool()).arg("table").output().expect("table");
    let fresh = String::from_utf8(output.stdout).expect("text");
    if env::var_os("BLESS").is_some() {
        std::fs::write(path, &fresh).expect("written");
    }
    let ours = std::fs::read_to_string(path).expect("the table");
    assert!(ours == fresh, "not fresh: run `make bless`");
}
