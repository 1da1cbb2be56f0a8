//! Tables for phases and conditions.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

fn pod(policy: &str, init: bool) -> Pod {
    let mut spec = json!({"restartPolicy": policy, "containers": [{"name": "c", "image": "i"}]});
    if init {
        spec["initContainers"] = json!([{"name": "i"}]);
    }
    let pod = json!({"metadata": {"name": "p", "generation": 3}, "spec": spec});
    serde_json::from_value(pod).expect("a Pod")
}

fn ended(code: i32) -> State {
    State::Terminated(End {
        reason: "Error",
        message: String::new(),
        code,
        signal: None,
        started: at(0),
        finished: at(1),
    })
}

fn seen(state: State, ready: bool) -> ContainerView {
    ContainerView {
        state,
        ready,
        started: ready,
        ..ContainerView::default()
    }
}

fn status(pod: &Pod, views: &[(&str, ContainerView)], now: Timestamp) -> Value {
    let containers = views
        .iter()
        .map(|(n, v)| ((*n).to_owned(), v.clone()))
        .collect();
    let facts = Facts {
        pod,
        containers: &containers,
        address: Some(Ipv4Addr::new(10, 244, 0, 5)),
        host: Ipv4Addr::new(10, 244, 0, 1),
        started: at(0),
    };
    compute(&facts, now)
}

fn truth(status: &Value, kind: &str) -> bool {
    let conditions = status["conditions"].as_array().expect("a list");
    let found = conditions
        .iter()
        .find(|c| c["type"] == kind)
        .expect("a condition");
    found["status"] == "True"
}

#[track_caller]
fn check(policy: &str, state: State, ready: bool, phase: &str, is_ready: bool) {
    let status = status(&pod(policy, false), &[("c", seen(state, ready))], at(2));
    assert_eq!(status["phase"], phase);
    assert_eq!(truth(&status, "Ready"), is_ready);
    assert_eq!(truth(&status, "ContainersReady"), is_ready);
    assert_eq!(status["observedGeneration"], 3);
}

#[test]
fn phases_follow_containers() {
    let running = || State::Running { since: at(1) };
    check(
        "Always",
        State::waiting("PodInitializing", ""),
        false,
        "Pending",
        false,
    );
    check("Always", running(), false, "Running", false);
    check("Always", running(), true, "Running", true);
    check("Always", ended(0), false, "Running", false);
    check("Never", ended(0), false, "Succeeded", false);
    check("Never", ended(1), false, "Failed", false);
    check("OnFailure", ended(0), false, "Succeeded", false);
}

#[test]
fn a_pod_is_initialized_when_its_init_containers_ended_well() {
    let waiting = seen(State::waiting("PodInitializing", ""), false);
    for (state, expected, phase) in [
        (State::Running { since: at(0) }, false, "Pending"),
        (ended(0), true, "Pending"),
        (ended(1), false, "Failed"),
    ] {
        let views = [("i", seen(state, false)), ("c", waiting.clone())];
        let status = status(&pod("Never", true), &views, at(2));
        assert_eq!(truth(&status, "Initialized"), expected);
        assert_eq!(status["phase"], phase);
    }
}

#[test]
fn a_condition_keeps_its_time_until_it_changes() {
    let mut pod = pod("Always", false);
    let running = seen(State::Running { since: at(1) }, true);
    let first = status(&pod, &[("c", running.clone())], at(2));
    pod.status = serde_json::from_value(first.clone()).expect("a status");
    assert_eq!(status(&pod, &[("c", running.clone())], at(9)), first);
    let unready = ContainerView {
        ready: false,
        ..running
    };
    let second = status(&pod, &[("c", unready)], at(9));
    assert_eq!(
        second["conditions"][3]["lastTransitionTime"],
        json!(Time(at(9)))
    );
    assert_eq!(second["conditions"][0], first["conditions"][0]);
}

#[test]
fn a_readiness_gate_holds_a_pod_back() {
    let mut pod = pod("Always", false);
    let spec = pod.spec.as_mut().expect("a spec");
    spec.readiness_gates = serde_json::from_value(json!([{"conditionType": "g"}])).expect("gates");
    let running = seen(State::Running { since: at(1) }, true);
    let closed = status(&pod, &[("c", running.clone())], at(2));
    assert!(truth(&closed, "ContainersReady") && !truth(&closed, "Ready"));
    pod.status = serde_json::from_value(json!({"conditions": [{"type": "g", "status": "True"}]}))
        .expect("ok");
    assert!(truth(&status(&pod, &[("c", running)], at(2)), "Ready"));
}

#[test]
fn restarts_show_in_the_last_state() {
    let State::Terminated(end) = ended(137) else {
        panic!("an end");
    };
    let view = ContainerView {
        state: State::waiting("CrashLoopBackOff", "back-off 1s"),
        last: Some(End {
            signal: Some(9),
            ..end
        }),
        restarts: 2,
        ..ContainerView::default()
    };
    let status = status(&pod("Always", false), &[("c", view)], at(2));
    let container = &status["containerStatuses"][0];
    assert_eq!(status["phase"], "Running");
    assert_eq!(container["restartCount"], 2);
    assert_eq!(container["lastState"]["terminated"]["signal"], 9);
    assert_eq!(container["state"]["waiting"]["reason"], "CrashLoopBackOff");
}
