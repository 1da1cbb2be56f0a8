//! Flags to settings, as a table.

use std::time::Duration;

use clap::Parser;
use dp_proxy::options::TraceNames;

use super::{Dialect, Settings, TokenSource};
use crate::args::{Args, Token};

fn settings(flags: &str) -> Result<Settings, String> {
    let flags = std::iter::once("tidegate-proxy").chain(flags.split_whitespace());
    let args = Args::try_parse_from(flags).map_err(|error| error.to_string())?;
    Settings::try_from(args).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(flags: &str, part: &str) {
    let message = settings(flags).map(|_| ()).expect_err(flags);
    assert!(
        message.contains(part),
        "{flags}: {message:?} does not say {part:?}"
    );
}

#[test]
fn the_shortest_command_line() {
    let got = settings("--gateway ns/gw --xds unix:/run/cp.sock").expect("valid");
    assert!(matches!(&got.control_plane.dialect, Dialect::Tidegate(g) if g.to_string() == "ns/gw"));
    assert_eq!(got.control_plane.address.to_string(), "unix:/run/cp.sock");
    assert_eq!(got.control_plane.node_cluster, "ns/gw");
    assert!(got.control_plane.node_id.starts_with("ns/gw/"));
    assert!(matches!(got.control_plane.token, TokenSource::None));
    assert_eq!((got.port_offset, got.admin), (0, None));
    assert_eq!(got.shutdown.drain.max, Duration::from_secs(25));
    assert!(!got.shutdown.with_parent);
}

#[test]
fn everything_at_once() {
    let got = settings(
        "--gateway ns/gw --xds localhost:1 --token-file t --admin 127.0.0.1:0 --admin-token-file a --workers 3 \
         --port-offset 8000 --drain-timeout 1500ms --drain-min 1s --exit-with-parent --node-id n \
         --otlp-endpoint http://c:4317 --otlp-logs-endpoint http://l:4317 --trace-ratio 0.25 --trace-content \
         --trace-names openinference",
    )
    .expect("valid");
    assert!(matches!(&got.control_plane.token, TokenSource::File(f) if f.ends_with("t")));
    assert_eq!(got.control_plane.node_id, "n");
    let admin = got.admin.expect("an admin server");
    assert_eq!(admin.address.to_string(), "127.0.0.1:0");
    assert!(admin.token_file.is_some_and(|file| file.ends_with("a")));
    assert_eq!((got.workers.get(), got.port_offset), (3, 8000));
    assert_eq!(got.shutdown.drain.min, Duration::from_secs(1));
    assert_eq!(got.shutdown.drain.max, Duration::from_millis(1500));
    assert!(got.shutdown.with_parent);
    assert_eq!(
        got.telemetry.otlp_logs_endpoint.as_deref(),
        Some("http://l:4317")
    );
    assert_eq!(
        got.telemetry.otlp_endpoint.as_deref(),
        Some("http://c:4317")
    );
    assert!(got.telemetry.trace_content);
    assert_eq!(got.telemetry.trace_names, TraceNames::OpenInference);
}

#[test]
fn content_is_told_where_the_words_of_opentelemetry_say_so() {
    const OK: &str = "--gateway a/b --xds unix:/x";
    let got = settings(OK).expect("valid").telemetry;
    assert!(!got.trace_content);
    assert_eq!(got.trace_names, TraceNames::GenAi);
    for (text, expected) in [
        ("true", true),
        ("True", true),
        ("span_only", true),
        ("SPAN_AND_EVENT", true),
        ("EVENT_ONLY", false),
        ("no_content", false),
        ("false", false),
        ("", false),
    ] {
        let got = settings(&format!("{OK} --trace-content={text}")).expect(text);
        assert_eq!(got.telemetry.trace_content, expected, "{text}");
    }
}

#[test]
fn a_foreign_server_needs_a_node_id_and_no_gateway() {
    let got = settings("--foreign --node-id edge --xds localhost:1").expect("valid");
    assert_eq!(got.control_plane.dialect, Dialect::Foreign);
    refused("--foreign --xds localhost:1", "--node-id is missing");
}

#[test]
fn a_token_file_wins_over_the_environment() {
    let mut args = Args::try_parse_from(["p", "--gateway", "a/b", "--xds", "unix:/x"]).expect("ok");
    args.control_plane.token = Some(Token::new("t"));
    let given = Settings::try_from(args.clone())
        .expect("valid")
        .control_plane
        .token;
    assert!(matches!(given, TokenSource::Given(_)));
    args.control_plane.token_file = Some("f".into());
    let file = Settings::try_from(args).expect("valid").control_plane.token;
    assert!(matches!(file, TokenSource::File(_)));
}

#[test]
fn errors_name_the_flag_and_the_remedy() {
    const OK: &str = "--gateway a/b --xds unix:/x";
    refused("--xds unix:/x", "--gateway is missing");
    refused("--gateway b --xds unix:/x", "namespace/name");
    refused("--gateway a/b --xds unix:x", "--xds: ");
    refused(&format!("{OK} --admin 0.0.0.0:1"), "loopback");
    refused(&format!("{OK} --admin x"), "--admin: ");
    let useless = format!("{OK} --admin unix:/a --admin-token-file t");
    refused(&useless, "--admin HOST:PORT");
    refused(&format!("{OK} --workers 0"), "--workers");
    refused(&format!("{OK} --drain-timeout 5"), "such as 25s");
    refused(&format!("{OK} --drain-timeout s"), "--drain-timeout");
    refused(
        &format!("{OK} --drain-timeout 1s --drain-min 2s"),
        "--drain-min",
    );
    refused(&format!("{OK} --trace-ratio 1.5"), "between 0 and 1");
    refused(&format!("{OK} --trace-content=all"), "span_only");
    refused(&format!("{OK} --otlp-endpoint localhost:4317"), "http://");
    refused(
        &format!("{OK} --otlp-logs-endpoint localhost:4317"),
        "--otlp-logs-endpoint",
    );
}

#[test]
fn tls_to_the_management_server() {
    let base = "--gateway a/b --xds cp.test:1";
    let got = settings(&format!(
        "{base} --xds-ca ca --xds-server-name n.test --xds-cert c --xds-key k --probes 0.0.0.0:15020"
    ));
    let got = got.expect("valid");
    let tls = got.control_plane.tls.expect("TLS");
    assert_eq!(tls.server_name.as_deref(), Some("n.test"));
    assert!(tls.ca.ends_with("ca") && tls.identity.is_some_and(|files| files.key.ends_with("k")));
    assert_eq!(
        got.probes.map(|probes| probes.to_string()).as_deref(),
        Some("0.0.0.0:15020")
    );
    assert_eq!(settings(base).expect("valid").control_plane.tls, None);
    refused(&format!("{base} --xds-server-name n"), "needs --xds-ca");
    refused(
        &format!("{base} --xds-cert c --xds-key k"),
        "needs --xds-ca",
    );
    refused(
        &format!("{base} --xds-ca a --xds-cert c"),
        "belong together",
    );
    refused("--gateway a/b --xds unix:/a --xds-ca c", "--xds-ca is for");
    refused(&format!("{base} --probes unix:/a"), "--probes");
    refused(&format!("{base} --probes 15020"), "--probes");
}

#[test]
fn what_outlives_the_process() {
    let base = "--gateway a/b --xds cp.test:1";
    let state = |flags: &str| settings(&format!("{base} {flags}")).expect("valid").state;
    assert_eq!(state(""), None);
    let got = state("--state-dir d --state-key-file k --state-wait 500ms").expect("some");
    assert!(got.dir.ends_with("d") && got.key_file.is_some());
    assert_eq!(got.gateway.to_string(), "a/b");
    assert_eq!(got.wait, Duration::from_millis(500));
    assert!(!got.makes_key);
    let made = state("--state-dir d --state-key-file k --state-key-create").expect("some");
    assert!(made.makes_key);
    assert_eq!(
        state("--state-dir d").expect("some").wait,
        Duration::from_secs(3)
    );
    refused(&format!("{base} --state-key-file k"), "is for --state-dir");
    refused(
        &format!("{base} --state-dir d --state-key-create"),
        "--state-key-file",
    );
    refused(
        &format!("{base} --state-dir d --state-wait x"),
        "--state-wait",
    );
    refused(
        "--foreign --node-id n --xds cp.test:1 --state-dir d",
        "--foreign",
    );
}
