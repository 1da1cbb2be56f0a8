//! Small wire values: durations, addresses, inline data, config sources.
//!
//! Owns their reading for every decoder. Must not apply a default: what an absent field means is the
//! decoder's knowledge.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ::route::FieldError;
use bytes::Bytes;
use prost::{Message, Name};
use proto::any;
use proto::envoy::config::core::v3::address::Address as AddressKind;
use proto::envoy::config::core::v3::config_source::ConfigSourceSpecifier;
use proto::envoy::config::core::v3::data_source::Specifier;
use proto::envoy::config::core::v3::socket_address::{PortSpecifier, Protocol};
use proto::envoy::config::core::v3::transport_socket::ConfigType;
use proto::envoy::config::core::v3::{
    Address, ConfigSource, DataSource, SocketAddress, TransportSocket,
};
use proto::google::protobuf;

/// A host as it is written, and a port.
pub(crate) struct HostPort<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) ipv4_compat: bool,
}

/// A duration that is not negative; `None` if absent.
pub(crate) fn duration(
    field: &str,
    value: Option<&protobuf::Duration>,
) -> Result<Option<Duration>, FieldError> {
    let Some(value) = value else { return Ok(None) };
    let invalid = || FieldError::invalid(field, "is negative or out of range");
    let seconds = u64::try_from(value.seconds).map_err(|_| invalid())?;
    let nanos = u32::try_from(value.nanos).map_err(|_| invalid())?;
    // Ten thousand years, the bound of the message's own definition: adding it to a clock cannot overflow.
    if nanos >= 1_000_000_000 || seconds > 315_576_000_000 {
        return Err(invalid());
    }
    Ok(Some(Duration::new(seconds, nanos)))
}

/// A limit: 0 is no limit, absent is the default.
pub(crate) fn limit(
    field: &str,
    value: Option<&protobuf::Duration>,
    default: Option<Duration>,
) -> Result<Option<Duration>, FieldError> {
    Ok(match duration(field, value)? {
        None => default,
        Some(Duration::ZERO) => None,
        some => some,
    })
}

/// A TCP address.
pub(crate) fn host_port<'a>(
    field: &str,
    address: Option<&'a Address>,
) -> Result<HostPort<'a>, FieldError> {
    let kind = address.and_then(|address| address.address.as_ref());
    match kind {
        None => Err(FieldError::missing(field)),
        Some(AddressKind::SocketAddress(socket)) => socket_address(field, socket),
        Some(AddressKind::Pipe(_)) => Err(FieldError::unsupported(format!("{field}.pipe"))),
        Some(AddressKind::EnvoyInternalAddress(_)) => Err(FieldError::unsupported(format!(
            "{field}.envoy_internal_address"
        ))),
    }
}

fn socket_address<'a>(field: &str, socket: &'a SocketAddress) -> Result<HostPort<'a>, FieldError> {
    let at = |name: &str| format!("{field}.socket_address.{name}");
    if socket.protocol != i32::from(Protocol::Tcp) {
        return Err(FieldError::unsupported(at("protocol")));
    }
    if !socket.resolver_name.is_empty() {
        return Err(FieldError::unsupported(at("resolver_name")));
    }
    if !socket.network_namespace_filepath.is_empty() {
        return Err(FieldError::unsupported(at("network_namespace_filepath")));
    }
    if socket.address.is_empty() {
        return Err(FieldError::missing(at("address")));
    }
    let port = match &socket.port_specifier {
        None => return Err(FieldError::missing(at("port_value"))),
        Some(PortSpecifier::NamedPort(_)) => return Err(FieldError::unsupported(at("named_port"))),
        Some(PortSpecifier::PortValue(port)) => u16::try_from(*port)
            .map_err(|_| FieldError::invalid(at("port_value"), format!("{port} is not a port")))?,
    };
    Ok(HostPort {
        host: &socket.address,
        port,
        ipv4_compat: socket.ipv4_compat,
    })
}

impl HostPort<'_> {
    /// The address, if the host is one.
    pub(crate) fn socket(&self) -> Option<SocketAddr> {
        self.host
            .parse::<IpAddr>()
            .ok()
            .map(|ip| SocketAddr::new(ip, self.port))
    }
}

/// Inline bytes; the environment is not read, nor are files but those of authorities.
pub(crate) fn inline(field: &str, source: Option<&DataSource>) -> Result<Bytes, FieldError> {
    match source.and_then(|source| source.specifier.as_ref()) {
        None => Err(FieldError::missing(field)),
        Some(Specifier::InlineBytes(bytes)) => Ok(bytes.clone()),
        Some(Specifier::InlineString(text)) => Ok(Bytes::copy_from_slice(text.as_bytes())),
        Some(Specifier::Filename(_)) => Err(FieldError::unsupported(format!("{field}.filename"))),
        Some(Specifier::EnvironmentVariable(_)) => Err(FieldError::unsupported(format!(
            "{field}.environment_variable"
        ))),
    }
}

/// Resources come over the one stream there is.
pub(crate) fn over_ads(field: &str, source: Option<&ConfigSource>) -> Result<(), FieldError> {
    match source.and_then(|source| source.config_source_specifier.as_ref()) {
        Some(ConfigSourceSpecifier::Ads(_) | ConfigSourceSpecifier::Self_(_)) => Ok(()),
        None => Err(FieldError::missing(field)),
        #[allow(deprecated, reason = "the old form is refused like the new one")]
        Some(
            ConfigSourceSpecifier::Path(_)
            | ConfigSourceSpecifier::PathConfigSource(_)
            | ConfigSourceSpecifier::ApiConfigSource(_),
        ) => Err(FieldError::invalid(
            field,
            "is not supported by this proxy unless it is ads or self",
        )),
    }
}

/// The message of a transport socket, if it is of the wanted type. `Ok(None)` for plain text.
pub(crate) fn transport_socket<M: Message + Name + Default>(
    socket: Option<&TransportSocket>,
) -> Result<Option<M>, FieldError> {
    const RAW: &str = "/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";
    let Some(socket) = socket else {
        return Ok(None);
    };
    let Some(ConfigType::TypedConfig(config)) = &socket.config_type else {
        return Err(FieldError::missing("typed_config"));
    };
    if config.type_url.ends_with(RAW) {
        return Ok(None);
    }
    typed("typed_config", config).map(Some)
}

/// Unpacks an `Any` of a known type.
pub(crate) fn typed<M: Message + Name + Default>(
    field: &str,
    config: &protobuf::Any,
) -> Result<M, FieldError> {
    any::unpack(config).map_err(|error| match error {
        any::UnpackError::Mismatch { found, .. } => FieldError::invalid(
            field,
            format!("{found} is not supported by this proxy here"),
        ),
        any::UnpackError::Malformed { .. } => FieldError::invalid(field, error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::{duration, limit};
    use proto::google::protobuf::Duration as Wire;
    use std::time::Duration;

    #[test]
    fn durations() {
        let wire = |seconds, nanos| Some(Wire { seconds, nanos });
        let check = |value: Option<Wire>| duration("f", value.as_ref());
        assert_eq!(check(None), Ok(None));
        assert_eq!(check(wire(1, 5)), Ok(Some(Duration::new(1, 5))));
        for (seconds, nanos) in [(-1, 0), (0, -1), (0, 1_000_000_000), (i64::MAX, 0)] {
            assert!(check(wire(seconds, nanos)).is_err(), "{seconds} {nanos}");
        }
        let default = Some(Duration::from_secs(7));
        assert_eq!(limit("f", None, default), Ok(default));
        assert_eq!(limit("f", wire(0, 0).as_ref(), default), Ok(None));
    }
}
