//! The node's network for real, in namespaces of the test's own.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use nix::sched::{CloneFlags, setns};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A user namespace needs a process with one thread: this test starts itself in one.
#[test]
fn pods_are_reached_cut_healed_and_lent_addresses() {
    let program = std::env::current_exe().expect("a program");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--mount"])
        .arg(program)
        .args(["--exact", "net::tests::inside", "--ignored", "--nocapture"])
        .output()
        .expect("the program `unshare` of util-linux must be installed");
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\nIf namespaces are refused: allow them with \
         `sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000`, and where \
         AppArmor restricts them `sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
    );
}

#[test]
#[ignore = "started in namespaces of its own by the test above"]
fn inside() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(scenario());
}

async fn scenario() {
    let gateway = Ipv4Addr::new(10, 244, 0, 1);
    let network = Network::open(gateway).await.expect("a network");
    let a = network
        .attach(Ipv4Addr::new(10, 244, 0, 2), &[])
        .await
        .expect("a Pod");
    let sysctls = [("net.ipv4.ip_default_ttl".to_owned(), "33".to_owned())];
    let b = network
        .attach(Ipv4Addr::new(10, 244, 0, 3), &sysctls)
        .await
        .expect("a Pod");
    let ttl = within(&b, || {
        std::fs::read_to_string("/proc/sys/net/ipv4/ip_default_ttl")
    });
    assert_eq!(ttl.expect("read").trim(), "33");

    let listener = within(&a, || std::net::TcpListener::bind("0.0.0.0:80")).expect("a listener");
    listener.set_nonblocking(true).expect("set");
    let listener = TcpListener::from_std(listener).expect("a listener");
    let serving = tokio::task::LocalSet::new();
    let _server = serving.spawn_local(async move {
        loop {
            let _ = listener.accept().await;
        }
    });
    let checks = async {
        let at = SocketAddr::from((a.address, 80));
        assert!(reaches(at).await, "from the node");
        assert!(pod_reaches(&b, at), "from another Pod");

        let vip = Ipv4Addr::new(10, 245, 0, 1);
        let shown = SocketAddr::from((vip, 80));
        assert!(cut_off(shown).await, "nobody has it yet");
        a.lend(vip).await.expect("lent");
        assert!(
            reaches(shown).await && pod_reaches(&b, shown),
            "the lent address leads to it"
        );

        a.cut().await.expect("cut");
        assert!(
            cut_off(at).await && cut_off(shown).await && pod_cut_off(&b, at),
            "cut off"
        );
        a.heal().await.expect("healed");
        assert!(
            reaches(at).await && reaches(shown).await && pod_reaches(&b, at),
            "healed"
        );

        a.take_back(vip).await.expect("taken back");
        assert!(cut_off(shown).await, "taken back");

        let SocketAddr::V4(v4) = at else {
            panic!("an IPv4 address")
        };
        let diversion = network.divert(v4).await.expect("diverted");
        assert!(
            cut_off(at).await,
            "diverted to the node, where nobody listens"
        );
        diversion.end().await;
        assert!(reaches(at).await, "not diverted any more");

        a.detach().await.expect("detached");
        assert!(
            link_index(&network.handle, "pod-0-2").await.is_err(),
            "the link is gone"
        );
        assert!(cut_off(at).await, "detached");
    };
    serving.run_until(checks).await;
}

/// How long what must be reached may take: a link that was set up carries packets only once the
/// kernel's watch of carriers ran (up to 1 s), and a SYN lost before is sent again after 1 s, 3 s
/// and 7 s.
const REACHED: Duration = Duration::from_secs(15);

/// How long what must not be reached is tried.
const CUT_OFF: Duration = Duration::from_millis(500);

async fn reaches(at: SocketAddr) -> bool {
    connects(at, REACHED).await
}

async fn cut_off(at: SocketAddr) -> bool {
    !connects(at, CUT_OFF).await
}

async fn connects(at: SocketAddr, within: Duration) -> bool {
    let attempt = tokio::time::timeout(within, TcpStream::connect(at));
    matches!(attempt.await, Ok(Ok(_)))
}

fn pod_reaches(pod: &Wire, at: SocketAddr) -> bool {
    pod_connects(pod, at, REACHED)
}

fn pod_cut_off(pod: &Wire, at: SocketAddr) -> bool {
    !pod_connects(pod, at, CUT_OFF)
}

fn pod_connects(pod: &Wire, at: SocketAddr, patience: Duration) -> bool {
    within(pod, move || {
        std::net::TcpStream::connect_timeout(&at, patience).is_ok()
    })
}

fn within<T: Send + 'static>(pod: &Wire, work: impl FnOnce() -> T + Send + 'static) -> T {
    let namespace = pod.namespace.clone();
    let thread = std::thread::spawn(move || {
        setns(namespace, CloneFlags::CLONE_NEWNET).expect("entered");
        work()
    });
    thread.join().expect("a result")
}
