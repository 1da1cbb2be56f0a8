//! What replicas conclude from each other: two loops, and what one reports handed to the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cp_api::condition::ConditionType;
use cp_api::fleet_report::FleetReportSpec;
use cp_kube::fleet_report::{PeerChange, Reports};
use cp_kube::status::Statuses;
use cp_translate::Desired;
use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::Links;
use crate::event::Event;
use crate::state::State;
use crate::state::tests::{
    INVALID_ARGUMENT, UNAVAILABLE, apply, connect, edge, empty, gateway, proxy, published, refuse,
    save, told, version,
};

/// A replica, and what others see of it.
struct Replica {
    state: State,
    statuses: watch::Receiver<Option<Arc<Statuses>>>,
    reports: watch::Receiver<Arc<Reports>>,
    fleets: watch::Receiver<Option<Arc<Vec<Desired>>>>,
    forgotten: mpsc::Receiver<(cp_translate::GatewayKey, String)>,
    now: Instant,
    renewals: i64,
}

/// A replica with the Gateway.
fn replica(name: &str) -> Replica {
    let (statuses, seen_statuses) = watch::channel(None);
    let (reports, seen_reports) = watch::channel(Arc::default());
    let (forgotten, seen_forgotten) = mpsc::channel(8);
    let (fleets, seen_fleets) = watch::channel(None);
    let links = Links {
        statuses,
        fleets,
        reports,
        forgotten,
    };
    let mut state = empty(name, Some(links));
    save(&mut state, [edge("0.0.0.0")]);
    Replica {
        state,
        statuses: seen_statuses,
        reports: seen_reports,
        fleets: seen_fleets,
        forgotten: seen_forgotten,
        now: Instant::now(),
        renewals: 0,
    }
}

impl Replica {
    /// Lets it tell what it knows, and does what follows.
    fn wake(&mut self) {
        self.now = self.now.max(Instant::now()) + Duration::from_millis(500);
        if self.state.retry(self.now) {
            self.state.epoch();
        }
    }

    /// Its report as it would stand in the API server.
    fn report(&mut self) -> Option<FleetReportSpec> {
        self.wake();
        self.renewals += 1;
        let reports = self.reports.borrow();
        reports.get(&gateway()).map(|report| FleetReportSpec {
            renewals: self.renewals,
            ..report.clone()
        })
    }

    fn hear(&mut self, change: PeerChange) {
        if self.state.on(Event::Peer(change)) {
            self.state.epoch();
        }
    }

    fn gone(&mut self, replica: &str) {
        self.hear(PeerChange::Gone {
            gateway: gateway(),
            replica: replica.to_owned(),
        });
    }

    fn lead(&mut self) {
        self.state.on(Event::Leads(true));
        self.wake();
    }

    /// `Programmed` of the Gateway in the wanted status.
    fn programmed(&mut self) -> Option<String> {
        self.wake();
        let statuses = self.statuses.borrow().clone()?;
        let (_, wanted) = statuses.first_key_value()?;
        let mut conditions = wanted.conditions.iter();
        let programmed = conditions.find(|it| it.kind == ConditionType::Programmed)?;
        Some(programmed.to_string())
    }
}

/// What one reports reaches the other.
fn tell(from: &mut Replica, to: &mut Replica) {
    match from.report() {
        Some(report) => to.hear(PeerChange::Observed(report)),
        None => to.gone("a"),
    }
}

fn is_served(replica: &Replica) -> bool {
    published(&replica.state).1
}

/// Two replicas with a proxy each; the one of `a` refuses the second listener.
fn refused(code: i32) -> (Replica, Replica) {
    let (mut a, mut b) = (replica("a"), replica("b"));
    for replica in [&mut a, &mut b] {
        connect(&mut replica.state, 1, proxy());
    }
    let version = version(&a.state);
    assert!(refuse(&mut a.state, 1, code, &version));
    a.state.epoch();
    tell(&mut a, &mut b);
    (a, b)
}

#[test]
fn programmed_counts_the_proxies_of_all_replicas() {
    let (mut a, mut b) = (replica("a"), replica("b"));
    a.lead();
    let waits = |text: &str| Some(format!("Programmed=False Pending: {text}"));
    assert_eq!(
        a.programmed(),
        waits("no proxy of Gateway default/edge is connected")
    );
    connect(&mut a.state, 1, proxy());
    connect(&mut b.state, 1, proxy());
    tell(&mut b, &mut a);
    apply(&mut a.state, 1);
    assert_eq!(
        a.programmed(),
        waits("applied by 1 of 2 proxies of Gateway default/edge")
    );
    apply(&mut b.state, 1);
    tell(&mut b, &mut a);
    assert_eq!(
        a.programmed().as_deref(),
        Some("Programmed=True Programmed")
    );
    // What another replica's proxies do later does not withdraw it.
    b.state.on(Event::Disconnected {
        gateway: gateway(),
        stream: crate::fleet::StreamId(1),
    });
    assert_eq!(b.report(), None, "a replica without proxies tells nothing");
    a.gone("b");
    assert_eq!(
        a.programmed().as_deref(),
        Some("Programmed=True Programmed")
    );
}

#[test]
fn only_the_leader_makes_statuses_and_never_from_an_older_term() {
    let mut a = replica("a");
    a.wake();
    assert!(a.statuses.borrow().is_none());
    a.lead();
    assert!(a.statuses.borrow().is_some());
    a.state.on(Event::Leads(false));
    assert!(a.statuses.borrow().is_none());
    save(&mut a.state, [edge("::")]);
    a.wake();
    assert!(a.statuses.borrow().is_none());
}

#[test]
fn what_one_replicas_proxies_refuse_every_replica_puts_aside() {
    let (mut a, mut b) = refused(INVALID_ARGUMENT);
    assert!(!is_served(&a) && !is_served(&b));
    assert_eq!(
        published(&a.state).0,
        published(&b.state).0,
        "equal inputs, equal commits"
    );
    assert!(told(&b.state).0.contains("RejectedByProxy 1 of 2 proxies"));
    // Who repeats what was heard would keep it alive for ever.
    assert_eq!(b.report().expect("a proxy").rejections, []);
    assert_eq!(a.report().expect("a proxy").rejections.len(), 1);
}

#[test]
fn what_proxies_take_again_is_served_everywhere_and_tried_where_it_was_refused() {
    let (mut a, mut b) = refused(UNAVAILABLE);
    assert!(!is_served(&b));
    let due = a.state.retries.due().expect("a tries again");
    assert_eq!(b.state.retries.due(), None, "b does not");
    a.now = due;
    a.wake();
    assert!(is_served(&a), "on trial");
    if apply(&mut a.state, 1) {
        a.state.epoch();
    }
    tell(&mut a, &mut b);
    assert!(is_served(&a) && is_served(&b));
    assert_eq!(published(&a.state).0, published(&b.state).0);
}

#[test]
fn rejections_outlive_their_replica_until_the_content_changes() {
    let (_, mut b) = refused(INVALID_ARGUMENT);
    b.lead();
    b.gone("a");
    assert!(!is_served(&b));
    let carried = b.report().expect("a proxy").rejections;
    assert_eq!(carried.len(), 1, "the leader goes on telling");
    assert_eq!(carried[0].proxies, 0);
    // A replica that starts now learns of it.
    let mut c = replica("c");
    tell(&mut b, &mut c);
    assert!(!is_served(&c));
    save(&mut b.state, [edge("::")]);
    assert!(is_served(&b));
    assert_eq!(b.report().expect("a proxy").rejections, []);
}

#[test]
fn a_report_that_is_not_renewed_is_set_aside_and_forgotten_by_the_leader() {
    let (mut a, mut b) = (replica("a"), replica("b"));
    connect(&mut a.state, 1, proxy());
    tell(&mut a, &mut b);
    b.lead();
    assert!(b.programmed().expect("a status").contains("0 of 1"));
    b.now += crate::peers::LIFE;
    assert!(b.programmed().expect("a status").contains("no proxy"));
    assert_eq!(
        b.forgotten.try_recv().ok(),
        Some((gateway(), "a".to_owned()))
    );
}

/// Who deploys is told of every fleet, and of nothing that does not concern fleets.
#[test]
fn fleets_are_told_when_they_change() {
    let mut replica = replica("a");
    let told = replica.fleets.borrow_and_update().clone();
    let names = |told: &[Desired]| -> Vec<String> {
        told.iter()
            .map(|desired| desired.gateway.to_string())
            .collect()
    };
    assert_eq!(names(&told.expect("told")), [gateway().to_string()]);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}});
    save(&mut replica.state, [namespace]);
    assert!(!replica.fleets.has_changed().expect("alive"));
    let mut other = edge("0.0.0.0");
    other["metadata"]["name"] = "other".into();
    save(&mut replica.state, [other]);
    assert!(replica.fleets.has_changed().expect("alive"));
}

#[test]
fn a_process_that_was_stopped_while_it_told_is_not_silent_for_long() {
    let seconds = Duration::from_secs;
    assert_eq!(super::rest(Duration::ZERO), super::PACE);
    assert_eq!(super::rest(Duration::from_millis(100)), seconds(1));
    assert_eq!(super::rest(seconds(20)), super::LONGEST_PACE);
}
