//! Small pieces that several resources share: config sources, addresses, data, durations.
//!
//! Owns the time a proxy waits for a resource: for ever, apart from endpoints (spec xds.md 0, finding 6).

use std::time::Duration;

use proto::envoy::config::core::v3::config_source::ConfigSourceSpecifier;
use proto::envoy::config::core::v3::socket_address::PortSpecifier;
use proto::envoy::config::core::v3::{
    Address, AggregatedConfigSource, ApiVersion, ConfigSource, DataSource, SocketAddress, address,
    data_source,
};
use proto::google::protobuf;

/// ADS, waiting for ever.
pub(super) fn ads() -> ConfigSource {
    ads_within(Duration::ZERO)
}

/// ADS, going on without the resource after a while.
pub(super) fn ads_within(patience: Duration) -> ConfigSource {
    ConfigSource {
        initial_fetch_timeout: Some(duration(patience)),
        resource_api_version: ApiVersion::V3.into(),
        config_source_specifier: Some(ConfigSourceSpecifier::Ads(AggregatedConfigSource {})),
        ..Default::default()
    }
}

pub(super) fn address(host: &str, port: u16) -> Address {
    Address {
        address: Some(address::Address::SocketAddress(SocketAddress {
            address: host.to_owned(),
            port_specifier: Some(PortSpecifier::PortValue(u32::from(port))),
            ..Default::default()
        })),
    }
}

/// Every address of both families.
pub(super) fn dual_stack(port: u16) -> Address {
    Address {
        address: Some(address::Address::SocketAddress(SocketAddress {
            address: "::".to_owned(),
            port_specifier: Some(PortSpecifier::PortValue(u32::from(port))),
            ipv4_compat: true,
            ..Default::default()
        })),
    }
}

pub(super) fn inline(bytes: &[u8]) -> DataSource {
    DataSource {
        specifier: Some(data_source::Specifier::InlineBytes(bytes.to_vec().into())),
        ..Default::default()
    }
}

pub(crate) fn duration(duration: Duration) -> protobuf::Duration {
    protobuf::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        // Below 10^9, so it fits.
        nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0),
    }
}
