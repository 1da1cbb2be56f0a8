//! The level of the log, and spans that reach a collector.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry::trace::{Span, Tracer};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use dp_proxy::options::TraceNames;

use super::{LogLevel, traces};
use crate::args::LogFormat;
use crate::settings::Telemetry;

fn settings(otlp_endpoint: Option<String>) -> Telemetry {
    let log = "info".to_owned();
    Telemetry {
        file: None,
        log,
        log_format: LogFormat::Text,
        otlp_endpoint,
        otlp_logs_endpoint: None,
        trace_ratio: 0.5,
        trace_content: true,
        trace_names: TraceNames::OpenInference,
    }
}

#[test]
fn a_level_changes_or_stays() {
    let (level, _layer) = LogLevel::detached();
    level.set("warn,dp_proxy=debug").expect("valid");
    let error = level.set("dp_proxy=loud").expect_err("no such level");
    assert!(error.to_string().contains("dp_proxy=loud"));
    assert!(level.get().contains("dp_proxy=debug"), "{}", level.get());
}

#[tokio::test]
async fn without_an_endpoint_there_is_no_tracer() {
    assert!(traces(&settings(None), "test").expect("valid").is_none());
}

/// On one thread, as in the process: the exporter's connection and the flush must not wait for each other.
#[tokio::test]
async fn spans_reach_the_collector_before_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let endpoint = format!("http://{}", listener.local_addr().expect("address"));
    let traces = traces(&settings(Some(endpoint)), "test")
        .expect("valid")
        .expect("configured");
    let tracer = traces.tracer();
    assert!((tracer.sample_ratio - 0.5).abs() < f64::EPSILON);
    assert!(tracer.tells_content);
    assert_eq!(tracer.names, TraceNames::OpenInference);
    tracer.tracer.start("exchange").end();

    let (paths, mut asked) = mpsc::unbounded_channel();
    let collector = async {
        let (stream, _) = listener.accept().await.expect("accept");
        let answer = service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let _ = paths.send(request.uri().path().to_owned());
            async {
                http::Response::builder()
                    .header("content-type", "application/grpc")
                    .header("grpc-status", "0")
                    .body(Empty::<Bytes>::new())
            }
        });
        let served = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), answer);
        // It ends when the exporter does, which may be before the flush says so.
        let _ = served.await;
        std::future::pending::<()>().await;
    };
    let flushed = tokio::task::spawn_blocking(move || traces.flush());
    tokio::select! {
        done = flushed => done.expect("flushed"),
        () = collector => {}
    }
    let path = asked.try_recv().expect("an export");
    assert_eq!(
        path,
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    );
}
