//! Envoy's `HttpConnectionManager` to [`HttpOptions`].
//!
//! Ignored, because nothing a client or an upstream relies on changes: tracing, access logs, statistics,
//! drain and delayed-close times, buffer limits, HTTP/1 parser leniency (this proxy is strict),
//! `internal_address_config`, `proxy_100_continue`, `max_requests_per_connection`, HTTP/2 flood limits.
//! `normalize_path` and `merge_slashes` are always on; UNESCAPE_AND_REDIRECT forwards at once. Must refuse
//! every other field that is set: a filter that is skipped may be the one that denies.

use std::time::Duration;

use ::route::field::{FieldError, Within, refuse_set};
use http::HeaderValue;
use prost::Name;
use proto::envoy::config::core::v3::{Http2ProtocolOptions, HttpProtocolOptions};
use proto::envoy::extensions::filters::http::router::v3::Router;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::{
    CodecType, PathWithEscapedSlashesAction, ServerHeaderTransformation,
};
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_filter::ConfigType;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter,
};
use proto::google::protobuf::{BoolValue, UInt32Value};

use super::{Codec, Http2Options, HttpOptions, PathOptions, ServerHeader, Timeouts};
use crate::scalar::{duration, limit};

const STREAM_IDLE: Duration = Duration::from_secs(300);
const CONNECTION_IDLE: Duration = Duration::from_secs(3600);

/// Decodes everything but the routes.
pub(crate) fn http_options(hcm: &HttpConnectionManager) -> Result<HttpOptions, FieldError> {
    refuse_unsupported(hcm)?;
    filters(&hcm.http_filters)?;
    let common = hcm.common_http_protocol_options.unwrap_or_default();
    refuse_common(&common).within("common_http_protocol_options")?;
    Ok(HttpOptions {
        stat_prefix: hcm.stat_prefix.clone(),
        codec: codec(hcm)?,
        use_remote_address: is_true(hcm.use_remote_address.as_ref()),
        trusted_hops: hcm.xff_num_trusted_hops,
        generate_request_id: hcm
            .generate_request_id
            .as_ref()
            .is_none_or(|generate| generate.value),
        preserve_request_id: hcm.preserve_external_request_id,
        upgrades: upgrades(hcm)?,
        server: server(hcm)?,
        path: path(hcm)?,
        timeouts: timeouts(hcm, &common)?,
        max_head_bytes: max_head_bytes(hcm)?,
        max_headers: common.max_headers_count.map_or(100, number),
        http2: hcm
            .http2_protocol_options
            .as_ref()
            .map(http2)
            .unwrap_or_default(),
    })
}

fn refuse_unsupported(hcm: &HttpConnectionManager) -> Result<(), FieldError> {
    refuse_set(&[
        ("add_user_agent", is_true(hcm.add_user_agent.as_ref())),
        (
            "scheme_header_transformation",
            hcm.scheme_header_transformation.is_some(),
        ),
        (
            "original_ip_detection_extensions",
            !hcm.original_ip_detection_extensions.is_empty(),
        ),
        (
            "early_header_mutation_extensions",
            !hcm.early_header_mutation_extensions.is_empty(),
        ),
        ("skip_xff_append", hcm.skip_xff_append),
        ("via", !hcm.via.is_empty()),
        (
            "always_set_request_id_in_response",
            hcm.always_set_request_id_in_response,
        ),
        (
            "forward_client_cert_details",
            hcm.forward_client_cert_details != 0,
        ),
        (
            "forward_client_cert_matcher",
            hcm.forward_client_cert_matcher.is_some(),
        ),
        (
            "represent_ipv4_remote_address_as_ipv4_mapped_ipv6",
            hcm.represent_ipv4_remote_address_as_ipv4_mapped_ipv6,
        ),
        ("request_id_extension", hcm.request_id_extension.is_some()),
        ("local_reply_config", hcm.local_reply_config.is_some()),
        (
            "path_normalization_options",
            hcm.path_normalization_options.is_some(),
        ),
        ("proxy_status_config", hcm.proxy_status_config.is_some()),
        (
            "typed_header_validation_config",
            hcm.typed_header_validation_config.is_some(),
        ),
        ("append_x_forwarded_port", hcm.append_x_forwarded_port),
        ("forward_proto_config", hcm.forward_proto_config.is_some()),
    ])
}

fn refuse_common(common: &HttpProtocolOptions) -> Result<(), FieldError> {
    refuse_set(&[
        ("max_stream_duration", common.max_stream_duration.is_some()),
        (
            "headers_with_underscores_action",
            common.headers_with_underscores_action != 0,
        ),
    ])
}

/// The router comes last; any other filter must say that it may be skipped.
fn filters(filters: &[HttpFilter]) -> Result<(), FieldError> {
    let Some((last, others)) = filters.split_last() else {
        return Err(FieldError::missing("http_filters"));
    };
    for (index, filter) in others.iter().enumerate() {
        if !filter.is_optional && !filter.disabled {
            return Err(FieldError::invalid(
                "",
                format!("{:?} is not supported by this proxy", filter.name),
            )
            .within_index("http_filters", index));
        }
    }
    match &last.config_type {
        Some(ConfigType::TypedConfig(config)) if config.type_url == Router::type_url() => Ok(()),
        _ => Err(FieldError::invalid("", "must be the router")
            .within_index("http_filters", others.len())),
    }
}

fn codec(hcm: &HttpConnectionManager) -> Result<Codec, FieldError> {
    match CodecType::try_from(hcm.codec_type) {
        Ok(CodecType::Auto) => Ok(Codec::Auto),
        Ok(CodecType::Http1) => Ok(Codec::Http1),
        Ok(CodecType::Http2) => Ok(Codec::Http2),
        Ok(CodecType::Http3) => Err(FieldError::unsupported("codec_type")),
        Err(_) => Err(FieldError::unknown_enum("codec_type", hcm.codec_type)),
    }
}

fn upgrades(hcm: &HttpConnectionManager) -> Result<Vec<String>, FieldError> {
    let mut allowed = Vec::new();
    for (index, upgrade) in hcm.upgrade_configs.iter().enumerate() {
        let refuse = |field: &str| {
            Err(FieldError::unsupported(field).within_index("upgrade_configs", index))
        };
        if !upgrade.filters.is_empty() {
            return refuse("filters");
        }
        let is_connect = upgrade
            .upgrade_type
            .to_ascii_uppercase()
            .starts_with("CONNECT");
        if is_connect {
            return refuse("upgrade_type");
        }
        if upgrade.enabled.as_ref().is_none_or(|enabled| enabled.value) {
            allowed.push(upgrade.upgrade_type.to_ascii_lowercase());
        }
    }
    Ok(allowed)
}

fn server(hcm: &HttpConnectionManager) -> Result<ServerHeader, FieldError> {
    let name = if hcm.server_name.is_empty() {
        "tidegate"
    } else {
        &hcm.server_name
    };
    let value = HeaderValue::from_str(name)
        .map_err(|_| FieldError::invalid("server_name", "cannot stand in a header"))?;
    let code = hcm.server_header_transformation;
    match ServerHeaderTransformation::try_from(code) {
        Ok(ServerHeaderTransformation::Overwrite) => Ok(ServerHeader::Overwrite(value)),
        Ok(ServerHeaderTransformation::AppendIfAbsent) => Ok(ServerHeader::IfAbsent(value)),
        Ok(ServerHeaderTransformation::PassThrough) => Ok(ServerHeader::PassThrough),
        Err(_) => Err(FieldError::unknown_enum(
            "server_header_transformation",
            code,
        )),
    }
}

fn path(hcm: &HttpConnectionManager) -> Result<PathOptions, FieldError> {
    let field = "path_with_escaped_slashes_action";
    match PathWithEscapedSlashesAction::try_from(hcm.path_with_escaped_slashes_action) {
        Ok(
            PathWithEscapedSlashesAction::ImplementationSpecificDefault
            | PathWithEscapedSlashesAction::UnescapeAndForward
            | PathWithEscapedSlashesAction::UnescapeAndRedirect,
        ) => Ok(PathOptions::Normalize),
        Ok(PathWithEscapedSlashesAction::RejectRequest) => Ok(PathOptions::RejectEscapedSlashes),
        Ok(PathWithEscapedSlashesAction::KeepUnchanged) => Err(FieldError::unsupported(field)),
        Err(_) => Err(FieldError::unknown_enum(
            field,
            hcm.path_with_escaped_slashes_action,
        )),
    }
}

fn timeouts(
    hcm: &HttpConnectionManager,
    common: &HttpProtocolOptions,
) -> Result<Timeouts, FieldError> {
    let idle = limit(
        "idle_timeout",
        common.idle_timeout.as_ref(),
        Some(CONNECTION_IDLE),
    );
    let age = duration(
        "max_connection_duration",
        common.max_connection_duration.as_ref(),
    );
    Ok(Timeouts {
        stream_idle: limit(
            "stream_idle_timeout",
            hcm.stream_idle_timeout.as_ref(),
            Some(STREAM_IDLE),
        )?,
        request_headers: limit(
            "request_headers_timeout",
            hcm.request_headers_timeout.as_ref(),
            None,
        )?,
        request: limit("request_timeout", hcm.request_timeout.as_ref(), None)?,
        connection_idle: idle.within("common_http_protocol_options")?,
        max_connection: age.within("common_http_protocol_options")?,
    })
}

fn max_head_bytes(hcm: &HttpConnectionManager) -> Result<usize, FieldError> {
    match hcm.max_request_headers_kb.as_ref().map(|size| size.value) {
        None => Ok(60 * 1024),
        Some(size @ 1..=8192) => Ok(number(UInt32Value { value: size }) * 1024),
        Some(_) => Err(FieldError::invalid(
            "max_request_headers_kb",
            "is not from 1 to 8192",
        )),
    }
}

fn http2(options: &Http2ProtocolOptions) -> Http2Options {
    Http2Options {
        max_concurrent_streams: options.max_concurrent_streams.map(|value| value.value),
        initial_stream_window: options.initial_stream_window_size.map(|value| value.value),
        initial_connection_window: options
            .initial_connection_window_size
            .map(|value| value.value),
    }
}

fn is_true(value: Option<&BoolValue>) -> bool {
    value.is_some_and(|value| value.value)
}

fn number(value: UInt32Value) -> usize {
    usize::try_from(value.value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
