//! HTTP settings: defaults, values, refusals.

use std::time::Duration;

use proto::envoy::config::core::v3::{Http2ProtocolOptions, HttpProtocolOptions};
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::{
    CodecType, PathWithEscapedSlashesAction, ServerHeaderTransformation, UpgradeConfig,
};
use proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter, LocalReplyConfig,
};
use proto::google::protobuf::{BoolValue, Duration as Wire, UInt32Value};

use super::http_options;
use crate::fixture::hcm;
use crate::http_options::{Codec, PathOptions, ServerHeader};

fn seconds(seconds: i64) -> Option<Wire> {
    Some(Wire { seconds, nanos: 0 })
}

#[track_caller]
fn refuse(message: &HttpConnectionManager, path: &str) {
    assert_eq!(http_options(message).expect_err("refused").path, path);
}

#[test]
fn defaults_are_envoys() {
    let options = http_options(&hcm("rc")).expect("valid");
    assert_eq!(options.codec, Codec::Auto);
    assert!(
        !options.use_remote_address && options.generate_request_id && !options.preserve_request_id
    );
    assert_eq!(options.timeouts.stream_idle, Some(Duration::from_secs(300)));
    assert_eq!(
        options.timeouts.connection_idle,
        Some(Duration::from_secs(3600))
    );
    assert_eq!(options.timeouts.request_headers, None);
    assert_eq!(
        (options.max_head_bytes, options.max_headers),
        (60 * 1024, 100)
    );
    assert_eq!(options.path, PathOptions::Normalize);
    assert!(!options.allows_upgrade("websocket"));
    assert!(matches!(options.server, ServerHeader::Overwrite(name) if name == "tidegate"));
}

#[test]
fn values() {
    let upgrade = |name: &str, enabled| UpgradeConfig {
        upgrade_type: name.to_owned(),
        enabled,
        ..UpgradeConfig::default()
    };
    let message = HttpConnectionManager {
        codec_type: CodecType::Http2.into(),
        use_remote_address: Some(BoolValue { value: true }),
        xff_num_trusted_hops: 2,
        stream_idle_timeout: seconds(0),
        request_headers_timeout: seconds(7),
        upgrade_configs: vec![
            upgrade("WebSocket", None),
            upgrade("other", Some(BoolValue { value: false })),
        ],
        server_name: "edge".to_owned(),
        server_header_transformation: ServerHeaderTransformation::AppendIfAbsent.into(),
        max_request_headers_kb: Some(UInt32Value { value: 8 }),
        path_with_escaped_slashes_action: PathWithEscapedSlashesAction::RejectRequest.into(),
        http2_protocol_options: Some(Http2ProtocolOptions {
            max_concurrent_streams: Some(UInt32Value { value: 9 }),
            ..Http2ProtocolOptions::default()
        }),
        ..hcm("rc")
    };
    let options = http_options(&message).expect("valid");
    assert_eq!((options.codec, options.trusted_hops), (Codec::Http2, 2));
    assert!(options.use_remote_address);
    assert_eq!(options.timeouts.stream_idle, None);
    assert_eq!(
        options.timeouts.request_headers,
        Some(Duration::from_secs(7))
    );
    assert!(options.allows_upgrade("websocket") && !options.allows_upgrade("other"));
    assert!(matches!(options.server, ServerHeader::IfAbsent(name) if name == "edge"));
    assert_eq!(options.max_head_bytes, 8 * 1024);
    assert_eq!(options.path, PathOptions::RejectEscapedSlashes);
    assert_eq!(options.http2.max_concurrent_streams, Some(9));
}

#[test]
fn only_the_router_is_a_filter() {
    let filter = |is_optional, disabled| HttpFilter {
        name: "envoy.filters.http.rbac".to_owned(),
        is_optional,
        disabled,
        ..HttpFilter::default()
    };
    let with = |filter: HttpFilter| {
        let mut message = hcm("rc");
        message.http_filters.insert(0, filter);
        message
    };
    refuse(&with(filter(false, false)), "http_filters[0]");
    assert!(http_options(&with(filter(true, false))).is_ok());
    assert!(http_options(&with(filter(false, true))).is_ok());
    refuse(
        &HttpConnectionManager {
            http_filters: Vec::new(),
            ..hcm("rc")
        },
        "http_filters",
    );
    let mut no_router = hcm("rc");
    no_router.http_filters = vec![filter(true, false)];
    refuse(&no_router, "http_filters[0]");
}

#[test]
fn refusals() {
    let base = || hcm("rc");
    refuse(
        &HttpConnectionManager {
            codec_type: 3,
            ..base()
        },
        "codec_type",
    );
    refuse(
        &HttpConnectionManager {
            codec_type: 9,
            ..base()
        },
        "codec_type",
    );
    refuse(
        &HttpConnectionManager {
            forward_client_cert_details: 1,
            ..base()
        },
        "forward_client_cert_details",
    );
    refuse(
        &HttpConnectionManager {
            local_reply_config: Some(LocalReplyConfig::default()),
            ..base()
        },
        "local_reply_config",
    );
    refuse(
        &HttpConnectionManager {
            stream_idle_timeout: seconds(-1),
            ..base()
        },
        "stream_idle_timeout",
    );
    refuse(
        &HttpConnectionManager {
            server_name: "a\nb".to_owned(),
            ..base()
        },
        "server_name",
    );
    let huge = Some(UInt32Value { value: 8193 });
    refuse(
        &HttpConnectionManager {
            max_request_headers_kb: huge,
            ..base()
        },
        "max_request_headers_kb",
    );
}

#[test]
fn refusals_of_paths_common_options_and_upgrades() {
    let base = || hcm("rc");
    let common = |common: HttpProtocolOptions| HttpConnectionManager {
        common_http_protocol_options: Some(common),
        ..base()
    };
    let keep = PathWithEscapedSlashesAction::KeepUnchanged.into();
    let escaped = "path_with_escaped_slashes_action";
    refuse(
        &HttpConnectionManager {
            path_with_escaped_slashes_action: keep,
            ..base()
        },
        escaped,
    );
    let underscores = HttpProtocolOptions {
        headers_with_underscores_action: 1,
        ..Default::default()
    };
    refuse(
        &common(underscores),
        "common_http_protocol_options.headers_with_underscores_action",
    );
    let connect = UpgradeConfig {
        upgrade_type: "CONNECT-UDP".to_owned(),
        ..UpgradeConfig::default()
    };
    refuse(
        &HttpConnectionManager {
            upgrade_configs: vec![connect],
            ..base()
        },
        "upgrade_configs[0].upgrade_type",
    );
}
