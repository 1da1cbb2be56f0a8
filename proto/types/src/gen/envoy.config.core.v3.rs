#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TypedExtensionConfig {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub typed_config: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
}
impl ::prost::Name for TypedExtensionConfig {
    const NAME: &'static str = "TypedExtensionConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.TypedExtensionConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SocketOption {
    #[prost(string, tag = "1")]
    pub description: ::prost::alloc::string::String,
    #[prost(int64, tag = "2")]
    pub level: i64,
    #[prost(int64, tag = "3")]
    pub name: i64,
    #[prost(enumeration = "socket_option::SocketState", tag = "6")]
    pub state: i32,
    #[prost(message, optional, tag = "7")]
    pub r#type: ::core::option::Option<socket_option::SocketType>,
    #[prost(enumeration = "socket_option::SocketIpVersion", tag = "8")]
    pub ip_version: i32,
    #[prost(oneof = "socket_option::Value", tags = "4, 5")]
    pub value: ::core::option::Option<socket_option::Value>,
}
/// Nested message and enum types in `SocketOption`.
pub mod socket_option {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct SocketType {
        #[prost(message, optional, tag = "1")]
        pub stream: ::core::option::Option<socket_type::Stream>,
        #[prost(message, optional, tag = "2")]
        pub datagram: ::core::option::Option<socket_type::Datagram>,
    }
    /// Nested message and enum types in `SocketType`.
    pub mod socket_type {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct Stream {}
        impl ::prost::Name for Stream {
            const NAME: &'static str = "Stream";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.SocketOption.SocketType.Stream".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.SocketOption.SocketType.Stream"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct Datagram {}
        impl ::prost::Name for Datagram {
            const NAME: &'static str = "Datagram";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.SocketOption.SocketType.Datagram".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.SocketOption.SocketType.Datagram"
                    .into()
            }
        }
    }
    impl ::prost::Name for SocketType {
        const NAME: &'static str = "SocketType";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.SocketOption.SocketType".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.SocketOption.SocketType".into()
        }
    }
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum SocketState {
        StatePrebind = 0,
        StateBound = 1,
        StateListening = 2,
    }
    impl SocketState {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::StatePrebind => "STATE_PREBIND",
                Self::StateBound => "STATE_BOUND",
                Self::StateListening => "STATE_LISTENING",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "STATE_PREBIND" => Some(Self::StatePrebind),
                "STATE_BOUND" => Some(Self::StateBound),
                "STATE_LISTENING" => Some(Self::StateListening),
                _ => None,
            }
        }
    }
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum SocketIpVersion {
        Unspecified = 0,
        Ipv4 = 1,
        Ipv6 = 2,
    }
    impl SocketIpVersion {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "SOCKET_IP_VERSION_UNSPECIFIED",
                Self::Ipv4 => "SOCKET_IP_VERSION_IPV4",
                Self::Ipv6 => "SOCKET_IP_VERSION_IPV6",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "SOCKET_IP_VERSION_UNSPECIFIED" => Some(Self::Unspecified),
                "SOCKET_IP_VERSION_IPV4" => Some(Self::Ipv4),
                "SOCKET_IP_VERSION_IPV6" => Some(Self::Ipv6),
                _ => None,
            }
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Value {
        #[prost(int64, tag = "4")]
        IntValue(i64),
        #[prost(bytes, tag = "5")]
        BufValue(::prost::bytes::Bytes),
    }
}
impl ::prost::Name for SocketOption {
    const NAME: &'static str = "SocketOption";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SocketOption".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SocketOption".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SocketOptionsOverride {
    #[prost(message, repeated, tag = "1")]
    pub socket_options: ::prost::alloc::vec::Vec<SocketOption>,
}
impl ::prost::Name for SocketOptionsOverride {
    const NAME: &'static str = "SocketOptionsOverride";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SocketOptionsOverride".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SocketOptionsOverride".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Pipe {
    #[prost(string, tag = "1")]
    pub path: ::prost::alloc::string::String,
    #[prost(uint32, tag = "2")]
    pub mode: u32,
}
impl ::prost::Name for Pipe {
    const NAME: &'static str = "Pipe";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Pipe".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Pipe".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct EnvoyInternalAddress {
    #[prost(string, tag = "2")]
    pub endpoint_id: ::prost::alloc::string::String,
    #[prost(oneof = "envoy_internal_address::AddressNameSpecifier", tags = "1")]
    pub address_name_specifier: ::core::option::Option<
        envoy_internal_address::AddressNameSpecifier,
    >,
}
/// Nested message and enum types in `EnvoyInternalAddress`.
pub mod envoy_internal_address {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum AddressNameSpecifier {
        #[prost(string, tag = "1")]
        ServerListenerName(::prost::alloc::string::String),
    }
}
impl ::prost::Name for EnvoyInternalAddress {
    const NAME: &'static str = "EnvoyInternalAddress";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.EnvoyInternalAddress".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.EnvoyInternalAddress".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SocketAddress {
    #[prost(enumeration = "socket_address::Protocol", tag = "1")]
    pub protocol: i32,
    #[prost(string, tag = "2")]
    pub address: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub resolver_name: ::prost::alloc::string::String,
    #[prost(bool, tag = "6")]
    pub ipv4_compat: bool,
    #[prost(string, tag = "7")]
    pub network_namespace_filepath: ::prost::alloc::string::String,
    #[prost(oneof = "socket_address::PortSpecifier", tags = "3, 4")]
    pub port_specifier: ::core::option::Option<socket_address::PortSpecifier>,
}
/// Nested message and enum types in `SocketAddress`.
pub mod socket_address {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Protocol {
        Tcp = 0,
        Udp = 1,
    }
    impl Protocol {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Tcp => "TCP",
                Self::Udp => "UDP",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "TCP" => Some(Self::Tcp),
                "UDP" => Some(Self::Udp),
                _ => None,
            }
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum PortSpecifier {
        #[prost(uint32, tag = "3")]
        PortValue(u32),
        #[prost(string, tag = "4")]
        NamedPort(::prost::alloc::string::String),
    }
}
impl ::prost::Name for SocketAddress {
    const NAME: &'static str = "SocketAddress";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SocketAddress".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SocketAddress".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TcpKeepalive {
    #[prost(message, optional, tag = "1")]
    pub keepalive_probes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub keepalive_time: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "3")]
    pub keepalive_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
}
impl ::prost::Name for TcpKeepalive {
    const NAME: &'static str = "TcpKeepalive";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.TcpKeepalive".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.TcpKeepalive".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ExtraSourceAddress {
    #[prost(message, optional, tag = "1")]
    pub address: ::core::option::Option<SocketAddress>,
    #[prost(message, optional, tag = "2")]
    pub socket_options: ::core::option::Option<SocketOptionsOverride>,
}
impl ::prost::Name for ExtraSourceAddress {
    const NAME: &'static str = "ExtraSourceAddress";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ExtraSourceAddress".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ExtraSourceAddress".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct BindConfig {
    #[prost(message, optional, tag = "1")]
    pub source_address: ::core::option::Option<SocketAddress>,
    #[prost(message, optional, tag = "2")]
    pub freebind: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, repeated, tag = "3")]
    pub socket_options: ::prost::alloc::vec::Vec<SocketOption>,
    #[prost(message, repeated, tag = "5")]
    pub extra_source_addresses: ::prost::alloc::vec::Vec<ExtraSourceAddress>,
    #[deprecated]
    #[prost(message, repeated, tag = "4")]
    pub additional_source_addresses: ::prost::alloc::vec::Vec<SocketAddress>,
    #[prost(message, optional, tag = "6")]
    pub local_address_selector: ::core::option::Option<TypedExtensionConfig>,
    #[prost(bool, tag = "7")]
    pub validate_network_namespaces: bool,
}
impl ::prost::Name for BindConfig {
    const NAME: &'static str = "BindConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.BindConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.BindConfig".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Address {
    #[prost(oneof = "address::Address", tags = "1, 2, 3")]
    pub address: ::core::option::Option<address::Address>,
}
/// Nested message and enum types in `Address`.
pub mod address {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Address {
        #[prost(message, tag = "1")]
        SocketAddress(super::SocketAddress),
        #[prost(message, tag = "2")]
        Pipe(super::Pipe),
        #[prost(message, tag = "3")]
        EnvoyInternalAddress(super::EnvoyInternalAddress),
    }
}
impl ::prost::Name for Address {
    const NAME: &'static str = "Address";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Address".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Address".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CidrRange {
    #[prost(string, tag = "1")]
    pub address_prefix: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub prefix_len: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
}
impl ::prost::Name for CidrRange {
    const NAME: &'static str = "CidrRange";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.CidrRange".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.CidrRange".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BackoffStrategy {
    #[prost(message, optional, tag = "1")]
    pub base_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "2")]
    pub max_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
}
impl ::prost::Name for BackoffStrategy {
    const NAME: &'static str = "BackoffStrategy";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.BackoffStrategy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.BackoffStrategy".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HttpUri {
    #[prost(string, tag = "1")]
    pub uri: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "3")]
    pub timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(oneof = "http_uri::HttpUpstreamType", tags = "2")]
    pub http_upstream_type: ::core::option::Option<http_uri::HttpUpstreamType>,
}
/// Nested message and enum types in `HttpUri`.
pub mod http_uri {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum HttpUpstreamType {
        #[prost(string, tag = "2")]
        Cluster(::prost::alloc::string::String),
    }
}
impl ::prost::Name for HttpUri {
    const NAME: &'static str = "HttpUri";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HttpUri".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HttpUri".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Locality {
    #[prost(string, tag = "1")]
    pub region: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub zone: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub sub_zone: ::prost::alloc::string::String,
}
impl ::prost::Name for Locality {
    const NAME: &'static str = "Locality";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Locality".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Locality".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct BuildVersion {
    #[prost(message, optional, tag = "1")]
    pub version: ::core::option::Option<
        super::super::super::r#type::v3::SemanticVersion,
    >,
    #[prost(message, optional, tag = "2")]
    pub metadata: ::core::option::Option<
        super::super::super::super::google::protobuf::Struct,
    >,
}
impl ::prost::Name for BuildVersion {
    const NAME: &'static str = "BuildVersion";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.BuildVersion".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.BuildVersion".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Extension {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub category: ::prost::alloc::string::String,
    #[deprecated]
    #[prost(string, tag = "3")]
    pub type_descriptor: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "4")]
    pub version: ::core::option::Option<BuildVersion>,
    #[prost(bool, tag = "5")]
    pub disabled: bool,
    #[prost(string, repeated, tag = "6")]
    pub type_urls: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for Extension {
    const NAME: &'static str = "Extension";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Extension".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Extension".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Node {
    #[prost(string, tag = "1")]
    pub id: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub cluster: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "3")]
    pub metadata: ::core::option::Option<
        super::super::super::super::google::protobuf::Struct,
    >,
    #[prost(btree_map = "string, message", tag = "12")]
    pub dynamic_parameters: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::super::super::xds::core::v3::ContextParams,
    >,
    #[prost(message, optional, tag = "4")]
    pub locality: ::core::option::Option<Locality>,
    #[prost(string, tag = "6")]
    pub user_agent_name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "9")]
    pub extensions: ::prost::alloc::vec::Vec<Extension>,
    #[prost(string, repeated, tag = "10")]
    pub client_features: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[deprecated]
    #[prost(message, repeated, tag = "11")]
    pub listening_addresses: ::prost::alloc::vec::Vec<Address>,
    #[prost(oneof = "node::UserAgentVersionType", tags = "7, 8")]
    pub user_agent_version_type: ::core::option::Option<node::UserAgentVersionType>,
}
/// Nested message and enum types in `Node`.
pub mod node {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum UserAgentVersionType {
        #[prost(string, tag = "7")]
        UserAgentVersion(::prost::alloc::string::String),
        #[prost(message, tag = "8")]
        UserAgentBuildVersion(super::BuildVersion),
    }
}
impl ::prost::Name for Node {
    const NAME: &'static str = "Node";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Node".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Node".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Metadata {
    #[prost(btree_map = "string, message", tag = "1")]
    pub filter_metadata: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::super::super::google::protobuf::Struct,
    >,
    #[prost(btree_map = "string, message", tag = "2")]
    pub typed_filter_metadata: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::super::super::google::protobuf::Any,
    >,
}
impl ::prost::Name for Metadata {
    const NAME: &'static str = "Metadata";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Metadata".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Metadata".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RuntimeUInt32 {
    #[prost(uint32, tag = "2")]
    pub default_value: u32,
    #[prost(string, tag = "3")]
    pub runtime_key: ::prost::alloc::string::String,
}
impl ::prost::Name for RuntimeUInt32 {
    const NAME: &'static str = "RuntimeUInt32";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RuntimeUInt32".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RuntimeUInt32".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RuntimeUInt64 {
    #[prost(uint64, tag = "2")]
    pub default_value: u64,
    #[prost(string, tag = "3")]
    pub runtime_key: ::prost::alloc::string::String,
}
impl ::prost::Name for RuntimeUInt64 {
    const NAME: &'static str = "RuntimeUInt64";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RuntimeUInt64".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RuntimeUInt64".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RuntimePercent {
    #[prost(message, optional, tag = "1")]
    pub default_value: ::core::option::Option<super::super::super::r#type::v3::Percent>,
    #[prost(string, tag = "2")]
    pub runtime_key: ::prost::alloc::string::String,
}
impl ::prost::Name for RuntimePercent {
    const NAME: &'static str = "RuntimePercent";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RuntimePercent".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RuntimePercent".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RuntimeDouble {
    #[prost(double, tag = "1")]
    pub default_value: f64,
    #[prost(string, tag = "2")]
    pub runtime_key: ::prost::alloc::string::String,
}
impl ::prost::Name for RuntimeDouble {
    const NAME: &'static str = "RuntimeDouble";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RuntimeDouble".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RuntimeDouble".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RuntimeFeatureFlag {
    #[prost(message, optional, tag = "1")]
    pub default_value: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(string, tag = "2")]
    pub runtime_key: ::prost::alloc::string::String,
}
impl ::prost::Name for RuntimeFeatureFlag {
    const NAME: &'static str = "RuntimeFeatureFlag";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RuntimeFeatureFlag".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RuntimeFeatureFlag".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct KeyValue {
    #[deprecated]
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[deprecated]
    #[prost(bytes = "bytes", tag = "2")]
    pub value: ::prost::bytes::Bytes,
}
impl ::prost::Name for KeyValue {
    const NAME: &'static str = "KeyValue";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.KeyValue".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.KeyValue".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct KeyValuePair {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub value: ::core::option::Option<
        super::super::super::super::google::protobuf::Value,
    >,
}
impl ::prost::Name for KeyValuePair {
    const NAME: &'static str = "KeyValuePair";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.KeyValuePair".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.KeyValuePair".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct KeyValueAppend {
    #[prost(message, optional, tag = "3")]
    pub record: ::core::option::Option<KeyValuePair>,
    #[deprecated]
    #[prost(message, optional, tag = "1")]
    pub entry: ::core::option::Option<KeyValue>,
    #[prost(enumeration = "key_value_append::KeyValueAppendAction", tag = "2")]
    pub action: i32,
}
/// Nested message and enum types in `KeyValueAppend`.
pub mod key_value_append {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum KeyValueAppendAction {
        AppendIfExistsOrAdd = 0,
        AddIfAbsent = 1,
        OverwriteIfExistsOrAdd = 2,
        OverwriteIfExists = 3,
    }
    impl KeyValueAppendAction {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::AppendIfExistsOrAdd => "APPEND_IF_EXISTS_OR_ADD",
                Self::AddIfAbsent => "ADD_IF_ABSENT",
                Self::OverwriteIfExistsOrAdd => "OVERWRITE_IF_EXISTS_OR_ADD",
                Self::OverwriteIfExists => "OVERWRITE_IF_EXISTS",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "APPEND_IF_EXISTS_OR_ADD" => Some(Self::AppendIfExistsOrAdd),
                "ADD_IF_ABSENT" => Some(Self::AddIfAbsent),
                "OVERWRITE_IF_EXISTS_OR_ADD" => Some(Self::OverwriteIfExistsOrAdd),
                "OVERWRITE_IF_EXISTS" => Some(Self::OverwriteIfExists),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for KeyValueAppend {
    const NAME: &'static str = "KeyValueAppend";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.KeyValueAppend".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.KeyValueAppend".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct KeyValueMutation {
    #[prost(message, optional, tag = "1")]
    pub append: ::core::option::Option<KeyValueAppend>,
    #[prost(string, tag = "2")]
    pub remove: ::prost::alloc::string::String,
}
impl ::prost::Name for KeyValueMutation {
    const NAME: &'static str = "KeyValueMutation";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.KeyValueMutation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.KeyValueMutation".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct QueryParameter {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub value: ::prost::alloc::string::String,
}
impl ::prost::Name for QueryParameter {
    const NAME: &'static str = "QueryParameter";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.QueryParameter".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.QueryParameter".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeaderValue {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub value: ::prost::alloc::string::String,
    #[prost(bytes = "bytes", tag = "3")]
    pub raw_value: ::prost::bytes::Bytes,
}
impl ::prost::Name for HeaderValue {
    const NAME: &'static str = "HeaderValue";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HeaderValue".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HeaderValue".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeaderValueOption {
    #[prost(message, optional, tag = "1")]
    pub header: ::core::option::Option<HeaderValue>,
    #[deprecated]
    #[prost(message, optional, tag = "2")]
    pub append: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(enumeration = "header_value_option::HeaderAppendAction", tag = "3")]
    pub append_action: i32,
    #[prost(bool, tag = "4")]
    pub keep_empty_value: bool,
}
/// Nested message and enum types in `HeaderValueOption`.
pub mod header_value_option {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum HeaderAppendAction {
        AppendIfExistsOrAdd = 0,
        AddIfAbsent = 1,
        OverwriteIfExistsOrAdd = 2,
        OverwriteIfExists = 3,
    }
    impl HeaderAppendAction {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::AppendIfExistsOrAdd => "APPEND_IF_EXISTS_OR_ADD",
                Self::AddIfAbsent => "ADD_IF_ABSENT",
                Self::OverwriteIfExistsOrAdd => "OVERWRITE_IF_EXISTS_OR_ADD",
                Self::OverwriteIfExists => "OVERWRITE_IF_EXISTS",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "APPEND_IF_EXISTS_OR_ADD" => Some(Self::AppendIfExistsOrAdd),
                "ADD_IF_ABSENT" => Some(Self::AddIfAbsent),
                "OVERWRITE_IF_EXISTS_OR_ADD" => Some(Self::OverwriteIfExistsOrAdd),
                "OVERWRITE_IF_EXISTS" => Some(Self::OverwriteIfExists),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for HeaderValueOption {
    const NAME: &'static str = "HeaderValueOption";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HeaderValueOption".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HeaderValueOption".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct HeaderMap {
    #[prost(message, repeated, tag = "1")]
    pub headers: ::prost::alloc::vec::Vec<HeaderValue>,
}
impl ::prost::Name for HeaderMap {
    const NAME: &'static str = "HeaderMap";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HeaderMap".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HeaderMap".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WatchedDirectory {
    #[prost(string, tag = "1")]
    pub path: ::prost::alloc::string::String,
    #[prost(bool, tag = "2")]
    pub watch_modify: bool,
}
impl ::prost::Name for WatchedDirectory {
    const NAME: &'static str = "WatchedDirectory";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.WatchedDirectory".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.WatchedDirectory".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DataSource {
    #[prost(message, optional, tag = "5")]
    pub watched_directory: ::core::option::Option<WatchedDirectory>,
    #[prost(oneof = "data_source::Specifier", tags = "1, 2, 3, 4")]
    pub specifier: ::core::option::Option<data_source::Specifier>,
}
/// Nested message and enum types in `DataSource`.
pub mod data_source {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Specifier {
        #[prost(string, tag = "1")]
        Filename(::prost::alloc::string::String),
        #[prost(bytes, tag = "2")]
        InlineBytes(::prost::bytes::Bytes),
        #[prost(string, tag = "3")]
        InlineString(::prost::alloc::string::String),
        #[prost(string, tag = "4")]
        EnvironmentVariable(::prost::alloc::string::String),
    }
}
impl ::prost::Name for DataSource {
    const NAME: &'static str = "DataSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.DataSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.DataSource".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RetryPolicy {
    #[prost(message, optional, tag = "1")]
    pub retry_back_off: ::core::option::Option<BackoffStrategy>,
    #[prost(message, optional, tag = "2")]
    pub num_retries: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(string, tag = "3")]
    pub retry_on: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "4")]
    pub retry_priority: ::core::option::Option<retry_policy::RetryPriority>,
    #[prost(message, repeated, tag = "5")]
    pub retry_host_predicate: ::prost::alloc::vec::Vec<retry_policy::RetryHostPredicate>,
    #[prost(int64, tag = "6")]
    pub host_selection_retry_max_attempts: i64,
}
/// Nested message and enum types in `RetryPolicy`.
pub mod retry_policy {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RetryPriority {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(oneof = "retry_priority::ConfigType", tags = "2")]
        pub config_type: ::core::option::Option<retry_priority::ConfigType>,
    }
    /// Nested message and enum types in `RetryPriority`.
    pub mod retry_priority {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConfigType {
            #[prost(message, tag = "2")]
            TypedConfig(super::super::super::super::super::super::google::protobuf::Any),
        }
    }
    impl ::prost::Name for RetryPriority {
        const NAME: &'static str = "RetryPriority";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.RetryPolicy.RetryPriority".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.RetryPolicy.RetryPriority".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RetryHostPredicate {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(oneof = "retry_host_predicate::ConfigType", tags = "2")]
        pub config_type: ::core::option::Option<retry_host_predicate::ConfigType>,
    }
    /// Nested message and enum types in `RetryHostPredicate`.
    pub mod retry_host_predicate {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConfigType {
            #[prost(message, tag = "2")]
            TypedConfig(super::super::super::super::super::super::google::protobuf::Any),
        }
    }
    impl ::prost::Name for RetryHostPredicate {
        const NAME: &'static str = "RetryHostPredicate";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.RetryPolicy.RetryHostPredicate".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.RetryPolicy.RetryHostPredicate"
                .into()
        }
    }
}
impl ::prost::Name for RetryPolicy {
    const NAME: &'static str = "RetryPolicy";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RetryPolicy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RetryPolicy".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RemoteDataSource {
    #[prost(message, optional, tag = "1")]
    pub http_uri: ::core::option::Option<HttpUri>,
    #[prost(string, tag = "2")]
    pub sha256: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "3")]
    pub retry_policy: ::core::option::Option<RetryPolicy>,
}
impl ::prost::Name for RemoteDataSource {
    const NAME: &'static str = "RemoteDataSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RemoteDataSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RemoteDataSource".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AsyncDataSource {
    #[prost(oneof = "async_data_source::Specifier", tags = "1, 2")]
    pub specifier: ::core::option::Option<async_data_source::Specifier>,
}
/// Nested message and enum types in `AsyncDataSource`.
pub mod async_data_source {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Specifier {
        #[prost(message, tag = "1")]
        Local(super::DataSource),
        #[prost(message, tag = "2")]
        Remote(super::RemoteDataSource),
    }
}
impl ::prost::Name for AsyncDataSource {
    const NAME: &'static str = "AsyncDataSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.AsyncDataSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.AsyncDataSource".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TransportSocket {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(oneof = "transport_socket::ConfigType", tags = "3")]
    pub config_type: ::core::option::Option<transport_socket::ConfigType>,
}
/// Nested message and enum types in `TransportSocket`.
pub mod transport_socket {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum ConfigType {
        #[prost(message, tag = "3")]
        TypedConfig(super::super::super::super::super::google::protobuf::Any),
    }
}
impl ::prost::Name for TransportSocket {
    const NAME: &'static str = "TransportSocket";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.TransportSocket".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.TransportSocket".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RuntimeFractionalPercent {
    #[prost(message, optional, tag = "1")]
    pub default_value: ::core::option::Option<
        super::super::super::r#type::v3::FractionalPercent,
    >,
    #[prost(string, tag = "2")]
    pub runtime_key: ::prost::alloc::string::String,
}
impl ::prost::Name for RuntimeFractionalPercent {
    const NAME: &'static str = "RuntimeFractionalPercent";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RuntimeFractionalPercent".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RuntimeFractionalPercent".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ControlPlane {
    #[prost(string, tag = "1")]
    pub identifier: ::prost::alloc::string::String,
}
impl ::prost::Name for ControlPlane {
    const NAME: &'static str = "ControlPlane";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ControlPlane".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ControlPlane".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum RoutingPriority {
    Default = 0,
    High = 1,
}
impl RoutingPriority {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Default => "DEFAULT",
            Self::High => "HIGH",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "DEFAULT" => Some(Self::Default),
            "HIGH" => Some(Self::High),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum RequestMethod {
    MethodUnspecified = 0,
    Get = 1,
    Head = 2,
    Post = 3,
    Put = 4,
    Delete = 5,
    Connect = 6,
    Options = 7,
    Trace = 8,
    Patch = 9,
}
impl RequestMethod {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::MethodUnspecified => "METHOD_UNSPECIFIED",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "METHOD_UNSPECIFIED" => Some(Self::MethodUnspecified),
            "GET" => Some(Self::Get),
            "HEAD" => Some(Self::Head),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "DELETE" => Some(Self::Delete),
            "CONNECT" => Some(Self::Connect),
            "OPTIONS" => Some(Self::Options),
            "TRACE" => Some(Self::Trace),
            "PATCH" => Some(Self::Patch),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum TrafficDirection {
    Unspecified = 0,
    Inbound = 1,
    Outbound = 2,
}
impl TrafficDirection {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Inbound => "INBOUND",
            Self::Outbound => "OUTBOUND",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "UNSPECIFIED" => Some(Self::Unspecified),
            "INBOUND" => Some(Self::Inbound),
            "OUTBOUND" => Some(Self::Outbound),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct JsonFormatOptions {
    #[deprecated]
    #[prost(bool, tag = "1")]
    pub sort_properties: bool,
}
impl ::prost::Name for JsonFormatOptions {
    const NAME: &'static str = "JsonFormatOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.JsonFormatOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.JsonFormatOptions".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SubstitutionFormatString {
    #[prost(bool, tag = "3")]
    pub omit_empty_values: bool,
    #[prost(string, tag = "4")]
    pub content_type: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "6")]
    pub formatters: ::prost::alloc::vec::Vec<TypedExtensionConfig>,
    #[prost(message, optional, tag = "7")]
    pub json_format_options: ::core::option::Option<JsonFormatOptions>,
    #[prost(oneof = "substitution_format_string::Format", tags = "1, 2, 5")]
    pub format: ::core::option::Option<substitution_format_string::Format>,
}
/// Nested message and enum types in `SubstitutionFormatString`.
pub mod substitution_format_string {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Format {
        #[deprecated]
        #[prost(string, tag = "1")]
        TextFormat(::prost::alloc::string::String),
        #[prost(message, tag = "2")]
        JsonFormat(super::super::super::super::super::google::protobuf::Struct),
        #[prost(message, tag = "5")]
        TextFormatSource(super::DataSource),
    }
}
impl ::prost::Name for SubstitutionFormatString {
    const NAME: &'static str = "SubstitutionFormatString";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SubstitutionFormatString".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SubstitutionFormatString".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ProxyProtocolPassThroughTlVs {
    #[prost(
        enumeration = "proxy_protocol_pass_through_tl_vs::PassTlVsMatchType",
        tag = "1"
    )]
    pub match_type: i32,
    #[prost(uint32, repeated, packed = "false", tag = "2")]
    pub tlv_type: ::prost::alloc::vec::Vec<u32>,
}
/// Nested message and enum types in `ProxyProtocolPassThroughTLVs`.
pub mod proxy_protocol_pass_through_tl_vs {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum PassTlVsMatchType {
        IncludeAll = 0,
        Include = 1,
    }
    impl PassTlVsMatchType {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::IncludeAll => "INCLUDE_ALL",
                Self::Include => "INCLUDE",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "INCLUDE_ALL" => Some(Self::IncludeAll),
                "INCLUDE" => Some(Self::Include),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for ProxyProtocolPassThroughTlVs {
    const NAME: &'static str = "ProxyProtocolPassThroughTLVs";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ProxyProtocolPassThroughTLVs".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ProxyProtocolPassThroughTLVs".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct TlvEntry {
    #[prost(uint32, tag = "1")]
    pub r#type: u32,
    #[prost(bytes = "bytes", tag = "2")]
    pub value: ::prost::bytes::Bytes,
    #[prost(message, optional, tag = "3")]
    pub format_string: ::core::option::Option<SubstitutionFormatString>,
}
impl ::prost::Name for TlvEntry {
    const NAME: &'static str = "TlvEntry";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.TlvEntry".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.TlvEntry".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ProxyProtocolConfig {
    #[prost(enumeration = "proxy_protocol_config::Version", tag = "1")]
    pub version: i32,
    #[prost(message, optional, tag = "2")]
    pub pass_through_tlvs: ::core::option::Option<ProxyProtocolPassThroughTlVs>,
    #[prost(message, repeated, tag = "3")]
    pub added_tlvs: ::prost::alloc::vec::Vec<TlvEntry>,
}
/// Nested message and enum types in `ProxyProtocolConfig`.
pub mod proxy_protocol_config {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Version {
        V1 = 0,
        V2 = 1,
    }
    impl Version {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::V1 => "V1",
                Self::V2 => "V2",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "V1" => Some(Self::V1),
                "V2" => Some(Self::V2),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for ProxyProtocolConfig {
    const NAME: &'static str = "ProxyProtocolConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ProxyProtocolConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ProxyProtocolConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PerHostConfig {
    #[prost(message, repeated, tag = "1")]
    pub added_tlvs: ::prost::alloc::vec::Vec<TlvEntry>,
}
impl ::prost::Name for PerHostConfig {
    const NAME: &'static str = "PerHostConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.PerHostConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.PerHostConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GrpcService {
    #[prost(message, optional, tag = "3")]
    pub timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, repeated, tag = "5")]
    pub initial_metadata: ::prost::alloc::vec::Vec<HeaderValue>,
    #[prost(message, optional, tag = "6")]
    pub retry_policy: ::core::option::Option<RetryPolicy>,
    #[prost(oneof = "grpc_service::TargetSpecifier", tags = "1, 2")]
    pub target_specifier: ::core::option::Option<grpc_service::TargetSpecifier>,
}
/// Nested message and enum types in `GrpcService`.
pub mod grpc_service {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct EnvoyGrpc {
        #[prost(string, tag = "1")]
        pub cluster_name: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub authority: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "3")]
        pub retry_policy: ::core::option::Option<super::RetryPolicy>,
        #[prost(message, optional, tag = "4")]
        pub max_receive_message_length: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
        #[prost(bool, tag = "5")]
        pub skip_envoy_headers: bool,
    }
    impl ::prost::Name for EnvoyGrpc {
        const NAME: &'static str = "EnvoyGrpc";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.GrpcService.EnvoyGrpc".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.GrpcService.EnvoyGrpc".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct GoogleGrpc {
        #[prost(string, tag = "1")]
        pub target_uri: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "2")]
        pub channel_credentials: ::core::option::Option<google_grpc::ChannelCredentials>,
        #[prost(message, repeated, tag = "9")]
        pub channel_credentials_plugin: ::prost::alloc::vec::Vec<
            super::super::super::super::super::google::protobuf::Any,
        >,
        #[prost(message, repeated, tag = "3")]
        pub call_credentials: ::prost::alloc::vec::Vec<google_grpc::CallCredentials>,
        #[prost(message, repeated, tag = "10")]
        pub call_credentials_plugin: ::prost::alloc::vec::Vec<
            super::super::super::super::super::google::protobuf::Any,
        >,
        #[prost(string, tag = "4")]
        pub stat_prefix: ::prost::alloc::string::String,
        #[prost(string, tag = "5")]
        pub credentials_factory_name: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "6")]
        pub config: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Struct,
        >,
        #[prost(message, optional, tag = "7")]
        pub per_stream_buffer_limit_bytes: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
        #[prost(message, optional, tag = "8")]
        pub channel_args: ::core::option::Option<google_grpc::ChannelArgs>,
    }
    /// Nested message and enum types in `GoogleGrpc`.
    pub mod google_grpc {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct SslCredentials {
            #[prost(message, optional, tag = "1")]
            pub root_certs: ::core::option::Option<super::super::DataSource>,
            #[prost(message, optional, tag = "2")]
            pub private_key: ::core::option::Option<super::super::DataSource>,
            #[prost(message, optional, tag = "3")]
            pub cert_chain: ::core::option::Option<super::super::DataSource>,
        }
        impl ::prost::Name for SslCredentials {
            const NAME: &'static str = "SslCredentials";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct GoogleLocalCredentials {}
        impl ::prost::Name for GoogleLocalCredentials {
            const NAME: &'static str = "GoogleLocalCredentials";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct ChannelCredentials {
            #[prost(
                oneof = "channel_credentials::CredentialSpecifier",
                tags = "1, 2, 3"
            )]
            pub credential_specifier: ::core::option::Option<
                channel_credentials::CredentialSpecifier,
            >,
        }
        /// Nested message and enum types in `ChannelCredentials`.
        pub mod channel_credentials {
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
            pub enum CredentialSpecifier {
                #[prost(message, tag = "1")]
                SslCredentials(super::SslCredentials),
                #[prost(message, tag = "2")]
                GoogleDefault(
                    super::super::super::super::super::super::super::google::protobuf::Empty,
                ),
                #[prost(message, tag = "3")]
                LocalCredentials(super::GoogleLocalCredentials),
            }
        }
        impl ::prost::Name for ChannelCredentials {
            const NAME: &'static str = "ChannelCredentials";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct CallCredentials {
            #[prost(
                oneof = "call_credentials::CredentialSpecifier",
                tags = "1, 2, 3, 4, 5, 6, 7"
            )]
            pub credential_specifier: ::core::option::Option<
                call_credentials::CredentialSpecifier,
            >,
        }
        /// Nested message and enum types in `CallCredentials`.
        pub mod call_credentials {
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
            pub struct ServiceAccountJwtAccessCredentials {
                #[prost(string, tag = "1")]
                pub json_key: ::prost::alloc::string::String,
                #[prost(uint64, tag = "2")]
                pub token_lifetime_seconds: u64,
            }
            impl ::prost::Name for ServiceAccountJwtAccessCredentials {
                const NAME: &'static str = "ServiceAccountJWTAccessCredentials";
                const PACKAGE: &'static str = "envoy.config.core.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials"
                        .into()
                }
            }
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
            pub struct GoogleIamCredentials {
                #[prost(string, tag = "1")]
                pub authorization_token: ::prost::alloc::string::String,
                #[prost(string, tag = "2")]
                pub authority_selector: ::prost::alloc::string::String,
            }
            impl ::prost::Name for GoogleIamCredentials {
                const NAME: &'static str = "GoogleIAMCredentials";
                const PACKAGE: &'static str = "envoy.config.core.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials"
                        .into()
                }
            }
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
            pub struct MetadataCredentialsFromPlugin {
                #[prost(string, tag = "1")]
                pub name: ::prost::alloc::string::String,
                #[prost(
                    oneof = "metadata_credentials_from_plugin::ConfigType",
                    tags = "3"
                )]
                pub config_type: ::core::option::Option<
                    metadata_credentials_from_plugin::ConfigType,
                >,
            }
            /// Nested message and enum types in `MetadataCredentialsFromPlugin`.
            pub mod metadata_credentials_from_plugin {
                #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
                pub enum ConfigType {
                    #[prost(message, tag = "3")]
                    TypedConfig(
                        super::super::super::super::super::super::super::super::google::protobuf::Any,
                    ),
                }
            }
            impl ::prost::Name for MetadataCredentialsFromPlugin {
                const NAME: &'static str = "MetadataCredentialsFromPlugin";
                const PACKAGE: &'static str = "envoy.config.core.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin"
                        .into()
                }
            }
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
            pub struct StsService {
                #[prost(string, tag = "1")]
                pub token_exchange_service_uri: ::prost::alloc::string::String,
                #[prost(string, tag = "2")]
                pub resource: ::prost::alloc::string::String,
                #[prost(string, tag = "3")]
                pub audience: ::prost::alloc::string::String,
                #[prost(string, tag = "4")]
                pub scope: ::prost::alloc::string::String,
                #[prost(string, tag = "5")]
                pub requested_token_type: ::prost::alloc::string::String,
                #[prost(string, tag = "6")]
                pub subject_token_path: ::prost::alloc::string::String,
                #[prost(string, tag = "7")]
                pub subject_token_type: ::prost::alloc::string::String,
                #[prost(string, tag = "8")]
                pub actor_token_path: ::prost::alloc::string::String,
                #[prost(string, tag = "9")]
                pub actor_token_type: ::prost::alloc::string::String,
            }
            impl ::prost::Name for StsService {
                const NAME: &'static str = "StsService";
                const PACKAGE: &'static str = "envoy.config.core.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService"
                        .into()
                }
            }
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
            pub enum CredentialSpecifier {
                #[prost(string, tag = "1")]
                AccessToken(::prost::alloc::string::String),
                #[prost(message, tag = "2")]
                GoogleComputeEngine(
                    super::super::super::super::super::super::super::google::protobuf::Empty,
                ),
                #[prost(string, tag = "3")]
                GoogleRefreshToken(::prost::alloc::string::String),
                #[prost(message, tag = "4")]
                ServiceAccountJwtAccess(ServiceAccountJwtAccessCredentials),
                #[prost(message, tag = "5")]
                GoogleIam(GoogleIamCredentials),
                #[prost(message, tag = "6")]
                FromPlugin(MetadataCredentialsFromPlugin),
                #[prost(message, tag = "7")]
                StsService(StsService),
            }
        }
        impl ::prost::Name for CallCredentials {
            const NAME: &'static str = "CallCredentials";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct ChannelArgs {
            #[prost(btree_map = "string, message", tag = "1")]
            pub args: ::prost::alloc::collections::BTreeMap<
                ::prost::alloc::string::String,
                channel_args::Value,
            >,
        }
        /// Nested message and enum types in `ChannelArgs`.
        pub mod channel_args {
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
            pub struct Value {
                #[prost(oneof = "value::ValueSpecifier", tags = "1, 2")]
                pub value_specifier: ::core::option::Option<value::ValueSpecifier>,
            }
            /// Nested message and enum types in `Value`.
            pub mod value {
                #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
                pub enum ValueSpecifier {
                    #[prost(string, tag = "1")]
                    StringValue(::prost::alloc::string::String),
                    #[prost(int64, tag = "2")]
                    IntValue(i64),
                }
            }
            impl ::prost::Name for Value {
                const NAME: &'static str = "Value";
                const PACKAGE: &'static str = "envoy.config.core.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value"
                        .into()
                }
            }
        }
        impl ::prost::Name for ChannelArgs {
            const NAME: &'static str = "ChannelArgs";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs"
                    .into()
            }
        }
    }
    impl ::prost::Name for GoogleGrpc {
        const NAME: &'static str = "GoogleGrpc";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.GrpcService.GoogleGrpc".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.GrpcService.GoogleGrpc".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum TargetSpecifier {
        #[prost(message, tag = "1")]
        EnvoyGrpc(EnvoyGrpc),
        #[prost(message, tag = "2")]
        GoogleGrpc(GoogleGrpc),
    }
}
impl ::prost::Name for GrpcService {
    const NAME: &'static str = "GrpcService";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.GrpcService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.GrpcService".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ApiConfigSource {
    #[prost(enumeration = "api_config_source::ApiType", tag = "1")]
    pub api_type: i32,
    #[prost(enumeration = "ApiVersion", tag = "8")]
    pub transport_api_version: i32,
    #[prost(string, repeated, tag = "2")]
    pub cluster_names: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "4")]
    pub grpc_services: ::prost::alloc::vec::Vec<GrpcService>,
    #[prost(message, optional, tag = "3")]
    pub refresh_delay: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "5")]
    pub request_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "6")]
    pub rate_limit_settings: ::core::option::Option<RateLimitSettings>,
    #[prost(bool, tag = "7")]
    pub set_node_on_first_message_only: bool,
    #[prost(message, repeated, tag = "9")]
    pub config_validators: ::prost::alloc::vec::Vec<TypedExtensionConfig>,
}
/// Nested message and enum types in `ApiConfigSource`.
pub mod api_config_source {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum ApiType {
        #[deprecated]
        DeprecatedAndUnavailableDoNotUse = 0,
        Rest = 1,
        Grpc = 2,
        DeltaGrpc = 3,
        AggregatedGrpc = 5,
        AggregatedDeltaGrpc = 6,
    }
    impl ApiType {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                #[allow(deprecated)]
                Self::DeprecatedAndUnavailableDoNotUse => {
                    "DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE"
                }
                Self::Rest => "REST",
                Self::Grpc => "GRPC",
                Self::DeltaGrpc => "DELTA_GRPC",
                Self::AggregatedGrpc => "AGGREGATED_GRPC",
                Self::AggregatedDeltaGrpc => "AGGREGATED_DELTA_GRPC",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE" => {
                    Some(#[allow(deprecated)] Self::DeprecatedAndUnavailableDoNotUse)
                }
                "REST" => Some(Self::Rest),
                "GRPC" => Some(Self::Grpc),
                "DELTA_GRPC" => Some(Self::DeltaGrpc),
                "AGGREGATED_GRPC" => Some(Self::AggregatedGrpc),
                "AGGREGATED_DELTA_GRPC" => Some(Self::AggregatedDeltaGrpc),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for ApiConfigSource {
    const NAME: &'static str = "ApiConfigSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ApiConfigSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ApiConfigSource".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AggregatedConfigSource {}
impl ::prost::Name for AggregatedConfigSource {
    const NAME: &'static str = "AggregatedConfigSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.AggregatedConfigSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.AggregatedConfigSource".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SelfConfigSource {
    #[prost(enumeration = "ApiVersion", tag = "1")]
    pub transport_api_version: i32,
}
impl ::prost::Name for SelfConfigSource {
    const NAME: &'static str = "SelfConfigSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SelfConfigSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SelfConfigSource".into()
    }
}
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct RateLimitSettings {
    #[prost(message, optional, tag = "1")]
    pub max_tokens: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub fill_rate: ::core::option::Option<
        super::super::super::super::google::protobuf::DoubleValue,
    >,
}
impl ::prost::Name for RateLimitSettings {
    const NAME: &'static str = "RateLimitSettings";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.RateLimitSettings".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.RateLimitSettings".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PathConfigSource {
    #[prost(string, tag = "1")]
    pub path: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub watched_directory: ::core::option::Option<WatchedDirectory>,
    #[prost(message, optional, tag = "3")]
    pub poll_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
}
impl ::prost::Name for PathConfigSource {
    const NAME: &'static str = "PathConfigSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.PathConfigSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.PathConfigSource".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ConfigSource {
    #[prost(message, repeated, tag = "7")]
    pub authorities: ::prost::alloc::vec::Vec<
        super::super::super::super::xds::core::v3::Authority,
    >,
    #[prost(message, optional, tag = "4")]
    pub initial_fetch_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(enumeration = "ApiVersion", tag = "6")]
    pub resource_api_version: i32,
    #[prost(oneof = "config_source::ConfigSourceSpecifier", tags = "1, 8, 2, 3, 5")]
    pub config_source_specifier: ::core::option::Option<
        config_source::ConfigSourceSpecifier,
    >,
}
/// Nested message and enum types in `ConfigSource`.
pub mod config_source {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum ConfigSourceSpecifier {
        #[deprecated]
        #[prost(string, tag = "1")]
        Path(::prost::alloc::string::String),
        #[prost(message, tag = "8")]
        PathConfigSource(super::PathConfigSource),
        #[prost(message, tag = "2")]
        ApiConfigSource(super::ApiConfigSource),
        #[prost(message, tag = "3")]
        Ads(super::AggregatedConfigSource),
        #[prost(message, tag = "5")]
        Self_(super::SelfConfigSource),
    }
}
impl ::prost::Name for ConfigSource {
    const NAME: &'static str = "ConfigSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ConfigSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ConfigSource".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ExtensionConfigSource {
    #[prost(message, optional, tag = "1")]
    pub config_source: ::core::option::Option<ConfigSource>,
    #[prost(message, optional, tag = "2")]
    pub default_config: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(bool, tag = "3")]
    pub apply_default_config_without_warming: bool,
    #[prost(string, repeated, tag = "4")]
    pub type_urls: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for ExtensionConfigSource {
    const NAME: &'static str = "ExtensionConfigSource";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.ExtensionConfigSource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.ExtensionConfigSource".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ApiVersion {
    Auto = 0,
    #[deprecated]
    V2 = 1,
    V3 = 2,
}
impl ApiVersion {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Auto => "AUTO",
            #[allow(deprecated)]
            Self::V2 => "V2",
            Self::V3 => "V3",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "AUTO" => Some(Self::Auto),
            "V2" => Some(#[allow(deprecated)] Self::V2),
            "V3" => Some(Self::V3),
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct EventServiceConfig {
    #[prost(oneof = "event_service_config::ConfigSourceSpecifier", tags = "1")]
    pub config_source_specifier: ::core::option::Option<
        event_service_config::ConfigSourceSpecifier,
    >,
}
/// Nested message and enum types in `EventServiceConfig`.
pub mod event_service_config {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum ConfigSourceSpecifier {
        #[prost(message, tag = "1")]
        GrpcService(super::GrpcService),
    }
}
impl ::prost::Name for EventServiceConfig {
    const NAME: &'static str = "EventServiceConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.EventServiceConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.EventServiceConfig".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HealthStatusSet {
    #[prost(enumeration = "HealthStatus", repeated, packed = "false", tag = "1")]
    pub statuses: ::prost::alloc::vec::Vec<i32>,
}
impl ::prost::Name for HealthStatusSet {
    const NAME: &'static str = "HealthStatusSet";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HealthStatusSet".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HealthStatusSet".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct HealthCheck {
    #[prost(message, optional, tag = "1")]
    pub timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "2")]
    pub interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "20")]
    pub initial_jitter: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "3")]
    pub interval_jitter: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(uint32, tag = "18")]
    pub interval_jitter_percent: u32,
    #[prost(message, optional, tag = "4")]
    pub unhealthy_threshold: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "5")]
    pub healthy_threshold: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "6")]
    pub alt_port: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "7")]
    pub reuse_connection: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "12")]
    pub no_traffic_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "24")]
    pub no_traffic_healthy_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "14")]
    pub unhealthy_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "15")]
    pub unhealthy_edge_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "16")]
    pub healthy_edge_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[deprecated]
    #[prost(string, tag = "17")]
    pub event_log_path: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "25")]
    pub event_logger: ::prost::alloc::vec::Vec<TypedExtensionConfig>,
    #[prost(message, optional, tag = "22")]
    pub event_service: ::core::option::Option<EventServiceConfig>,
    #[prost(bool, tag = "19")]
    pub always_log_health_check_failures: bool,
    #[prost(bool, tag = "26")]
    pub always_log_health_check_success: bool,
    #[prost(message, optional, tag = "21")]
    pub tls_options: ::core::option::Option<health_check::TlsOptions>,
    #[prost(message, optional, tag = "23")]
    pub transport_socket_match_criteria: ::core::option::Option<
        super::super::super::super::google::protobuf::Struct,
    >,
    #[prost(oneof = "health_check::HealthChecker", tags = "8, 9, 11, 13")]
    pub health_checker: ::core::option::Option<health_check::HealthChecker>,
}
/// Nested message and enum types in `HealthCheck`.
pub mod health_check {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Payload {
        #[prost(oneof = "payload::Payload", tags = "1, 2")]
        pub payload: ::core::option::Option<payload::Payload>,
    }
    /// Nested message and enum types in `Payload`.
    pub mod payload {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum Payload {
            #[prost(string, tag = "1")]
            Text(::prost::alloc::string::String),
            #[prost(bytes, tag = "2")]
            Binary(::prost::bytes::Bytes),
        }
    }
    impl ::prost::Name for Payload {
        const NAME: &'static str = "Payload";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.Payload".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.Payload".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct HttpHealthCheck {
        #[prost(string, tag = "1")]
        pub host: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub path: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "3")]
        pub send: ::core::option::Option<Payload>,
        #[prost(message, repeated, tag = "4")]
        pub receive: ::prost::alloc::vec::Vec<Payload>,
        #[prost(message, optional, tag = "14")]
        pub response_buffer_size: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt64Value,
        >,
        #[prost(message, repeated, tag = "6")]
        pub request_headers_to_add: ::prost::alloc::vec::Vec<super::HeaderValueOption>,
        #[prost(string, repeated, tag = "8")]
        pub request_headers_to_remove: ::prost::alloc::vec::Vec<
            ::prost::alloc::string::String,
        >,
        #[prost(message, repeated, tag = "9")]
        pub expected_statuses: ::prost::alloc::vec::Vec<
            super::super::super::super::r#type::v3::Int64Range,
        >,
        #[prost(message, repeated, tag = "12")]
        pub retriable_statuses: ::prost::alloc::vec::Vec<
            super::super::super::super::r#type::v3::Int64Range,
        >,
        #[prost(
            enumeration = "super::super::super::super::r#type::v3::CodecClientType",
            tag = "10"
        )]
        pub codec_client_type: i32,
        #[prost(message, optional, tag = "11")]
        pub service_name_matcher: ::core::option::Option<
            super::super::super::super::r#type::matcher::v3::StringMatcher,
        >,
        #[prost(enumeration = "super::RequestMethod", tag = "13")]
        pub method: i32,
    }
    impl ::prost::Name for HttpHealthCheck {
        const NAME: &'static str = "HttpHealthCheck";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.HttpHealthCheck".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.HttpHealthCheck".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct TcpHealthCheck {
        #[prost(message, optional, tag = "1")]
        pub send: ::core::option::Option<Payload>,
        #[prost(message, repeated, tag = "2")]
        pub receive: ::prost::alloc::vec::Vec<Payload>,
        #[prost(message, optional, tag = "3")]
        pub proxy_protocol_config: ::core::option::Option<super::ProxyProtocolConfig>,
    }
    impl ::prost::Name for TcpHealthCheck {
        const NAME: &'static str = "TcpHealthCheck";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.TcpHealthCheck".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.TcpHealthCheck".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RedisHealthCheck {
        #[prost(string, tag = "1")]
        pub key: ::prost::alloc::string::String,
    }
    impl ::prost::Name for RedisHealthCheck {
        const NAME: &'static str = "RedisHealthCheck";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.RedisHealthCheck".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.RedisHealthCheck"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct GrpcHealthCheck {
        #[prost(string, tag = "1")]
        pub service_name: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub authority: ::prost::alloc::string::String,
        #[prost(message, repeated, tag = "3")]
        pub initial_metadata: ::prost::alloc::vec::Vec<super::HeaderValueOption>,
    }
    impl ::prost::Name for GrpcHealthCheck {
        const NAME: &'static str = "GrpcHealthCheck";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.GrpcHealthCheck".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.GrpcHealthCheck".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct CustomHealthCheck {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(oneof = "custom_health_check::ConfigType", tags = "3")]
        pub config_type: ::core::option::Option<custom_health_check::ConfigType>,
    }
    /// Nested message and enum types in `CustomHealthCheck`.
    pub mod custom_health_check {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConfigType {
            #[prost(message, tag = "3")]
            TypedConfig(super::super::super::super::super::super::google::protobuf::Any),
        }
    }
    impl ::prost::Name for CustomHealthCheck {
        const NAME: &'static str = "CustomHealthCheck";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.CustomHealthCheck".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.CustomHealthCheck"
                .into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct TlsOptions {
        #[prost(string, repeated, tag = "1")]
        pub alpn_protocols: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    }
    impl ::prost::Name for TlsOptions {
        const NAME: &'static str = "TlsOptions";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.HealthCheck.TlsOptions".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.HealthCheck.TlsOptions".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum HealthChecker {
        #[prost(message, tag = "8")]
        HttpHealthCheck(HttpHealthCheck),
        #[prost(message, tag = "9")]
        TcpHealthCheck(TcpHealthCheck),
        #[prost(message, tag = "11")]
        GrpcHealthCheck(GrpcHealthCheck),
        #[prost(message, tag = "13")]
        CustomHealthCheck(CustomHealthCheck),
    }
}
impl ::prost::Name for HealthCheck {
    const NAME: &'static str = "HealthCheck";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HealthCheck".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HealthCheck".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum HealthStatus {
    Unknown = 0,
    Healthy = 1,
    Unhealthy = 2,
    Draining = 3,
    Timeout = 4,
    Degraded = 5,
}
impl HealthStatus {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Healthy => "HEALTHY",
            Self::Unhealthy => "UNHEALTHY",
            Self::Draining => "DRAINING",
            Self::Timeout => "TIMEOUT",
            Self::Degraded => "DEGRADED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "UNKNOWN" => Some(Self::Unknown),
            "HEALTHY" => Some(Self::Healthy),
            "UNHEALTHY" => Some(Self::Unhealthy),
            "DRAINING" => Some(Self::Draining),
            "TIMEOUT" => Some(Self::Timeout),
            "DEGRADED" => Some(Self::Degraded),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TcpProtocolOptions {}
impl ::prost::Name for TcpProtocolOptions {
    const NAME: &'static str = "TcpProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.TcpProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.TcpProtocolOptions".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct QuicKeepAliveSettings {
    #[prost(message, optional, tag = "1")]
    pub max_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "2")]
    pub initial_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
}
impl ::prost::Name for QuicKeepAliveSettings {
    const NAME: &'static str = "QuicKeepAliveSettings";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.QuicKeepAliveSettings".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.QuicKeepAliveSettings".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct QuicProtocolOptions {
    #[prost(message, optional, tag = "1")]
    pub max_concurrent_streams: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub initial_stream_window_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "3")]
    pub initial_connection_window_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "4")]
    pub num_timeouts_to_trigger_port_migration: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "5")]
    pub connection_keepalive: ::core::option::Option<QuicKeepAliveSettings>,
    #[prost(string, tag = "6")]
    pub connection_options: ::prost::alloc::string::String,
    #[prost(string, tag = "7")]
    pub client_connection_options: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "8")]
    pub idle_network_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "9")]
    pub max_packet_length: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, optional, tag = "10")]
    pub client_packet_writer: ::core::option::Option<TypedExtensionConfig>,
    #[prost(message, optional, tag = "11")]
    pub connection_migration: ::core::option::Option<
        quic_protocol_options::ConnectionMigrationSettings,
    >,
    #[prost(message, optional, tag = "12")]
    pub memory_reduction_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "13")]
    pub enable_scone: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
}
/// Nested message and enum types in `QuicProtocolOptions`.
pub mod quic_protocol_options {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct ConnectionMigrationSettings {
        #[prost(message, optional, tag = "1")]
        pub migrate_idle_connections: ::core::option::Option<
            connection_migration_settings::MigrateIdleConnectionSettings,
        >,
        #[prost(message, optional, tag = "2")]
        pub max_time_on_non_default_network: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
    }
    /// Nested message and enum types in `ConnectionMigrationSettings`.
    pub mod connection_migration_settings {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct MigrateIdleConnectionSettings {
            #[prost(message, optional, tag = "1")]
            pub max_idle_time_before_migration: ::core::option::Option<
                super::super::super::super::super::super::google::protobuf::Duration,
            >,
        }
        impl ::prost::Name for MigrateIdleConnectionSettings {
            const NAME: &'static str = "MigrateIdleConnectionSettings";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings"
                    .into()
            }
        }
    }
    impl ::prost::Name for ConnectionMigrationSettings {
        const NAME: &'static str = "ConnectionMigrationSettings";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings"
                .into()
        }
    }
}
impl ::prost::Name for QuicProtocolOptions {
    const NAME: &'static str = "QuicProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.QuicProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.QuicProtocolOptions".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UpstreamHttpProtocolOptions {
    #[prost(bool, tag = "1")]
    pub auto_sni: bool,
    #[prost(bool, tag = "2")]
    pub auto_san_validation: bool,
    #[prost(string, tag = "3")]
    pub override_auto_sni_header: ::prost::alloc::string::String,
}
impl ::prost::Name for UpstreamHttpProtocolOptions {
    const NAME: &'static str = "UpstreamHttpProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.UpstreamHttpProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.UpstreamHttpProtocolOptions".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AlternateProtocolsCacheOptions {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub max_entries: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "3")]
    pub key_value_store_config: ::core::option::Option<TypedExtensionConfig>,
    #[prost(message, repeated, tag = "4")]
    pub prepopulated_entries: ::prost::alloc::vec::Vec<
        alternate_protocols_cache_options::AlternateProtocolsCacheEntry,
    >,
    #[prost(string, repeated, tag = "5")]
    pub canonical_suffixes: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
/// Nested message and enum types in `AlternateProtocolsCacheOptions`.
pub mod alternate_protocols_cache_options {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct AlternateProtocolsCacheEntry {
        #[prost(string, tag = "1")]
        pub hostname: ::prost::alloc::string::String,
        #[prost(uint32, tag = "2")]
        pub port: u32,
    }
    impl ::prost::Name for AlternateProtocolsCacheEntry {
        const NAME: &'static str = "AlternateProtocolsCacheEntry";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry"
                .into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry"
                .into()
        }
    }
}
impl ::prost::Name for AlternateProtocolsCacheOptions {
    const NAME: &'static str = "AlternateProtocolsCacheOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.AlternateProtocolsCacheOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.AlternateProtocolsCacheOptions".into()
    }
}
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct HttpProtocolOptions {
    #[prost(message, optional, tag = "1")]
    pub idle_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "3")]
    pub max_connection_duration: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "8")]
    pub max_connection_duration_jitter: ::core::option::Option<
        super::super::super::r#type::v3::Percent,
    >,
    #[prost(message, optional, tag = "2")]
    pub max_headers_count: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "7")]
    pub max_response_headers_kb: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "4")]
    pub max_stream_duration: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(
        enumeration = "http_protocol_options::HeadersWithUnderscoresAction",
        tag = "5"
    )]
    pub headers_with_underscores_action: i32,
    #[prost(message, optional, tag = "6")]
    pub max_requests_per_connection: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
}
/// Nested message and enum types in `HttpProtocolOptions`.
pub mod http_protocol_options {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum HeadersWithUnderscoresAction {
        Allow = 0,
        RejectRequest = 1,
        DropHeader = 2,
    }
    impl HeadersWithUnderscoresAction {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Allow => "ALLOW",
                Self::RejectRequest => "REJECT_REQUEST",
                Self::DropHeader => "DROP_HEADER",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "ALLOW" => Some(Self::Allow),
                "REJECT_REQUEST" => Some(Self::RejectRequest),
                "DROP_HEADER" => Some(Self::DropHeader),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for HttpProtocolOptions {
    const NAME: &'static str = "HttpProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.HttpProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.HttpProtocolOptions".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Http1ProtocolOptions {
    #[prost(message, optional, tag = "1")]
    pub allow_absolute_url: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(bool, tag = "2")]
    pub accept_http_10: bool,
    #[prost(string, tag = "3")]
    pub default_host_for_http_10: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "4")]
    pub header_key_format: ::core::option::Option<
        http1_protocol_options::HeaderKeyFormat,
    >,
    #[prost(bool, tag = "5")]
    pub enable_trailers: bool,
    #[prost(bool, tag = "6")]
    pub allow_chunked_length: bool,
    #[prost(message, optional, tag = "7")]
    pub override_stream_error_on_invalid_http_message: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(bool, tag = "8")]
    pub send_fully_qualified_url: bool,
    #[deprecated]
    #[prost(message, optional, tag = "9")]
    pub use_balsa_parser: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(bool, tag = "10")]
    pub allow_custom_methods: bool,
    #[prost(message, repeated, tag = "11")]
    pub ignore_http_11_upgrade: ::prost::alloc::vec::Vec<
        super::super::super::r#type::matcher::v3::StringMatcher,
    >,
}
/// Nested message and enum types in `Http1ProtocolOptions`.
pub mod http1_protocol_options {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct HeaderKeyFormat {
        #[prost(oneof = "header_key_format::HeaderFormat", tags = "1, 8")]
        pub header_format: ::core::option::Option<header_key_format::HeaderFormat>,
    }
    /// Nested message and enum types in `HeaderKeyFormat`.
    pub mod header_key_format {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct ProperCaseWords {}
        impl ::prost::Name for ProperCaseWords {
            const NAME: &'static str = "ProperCaseWords";
            const PACKAGE: &'static str = "envoy.config.core.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum HeaderFormat {
            #[prost(message, tag = "1")]
            ProperCaseWords(ProperCaseWords),
            #[prost(message, tag = "8")]
            StatefulFormatter(super::super::TypedExtensionConfig),
        }
    }
    impl ::prost::Name for HeaderKeyFormat {
        const NAME: &'static str = "HeaderKeyFormat";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat"
                .into()
        }
    }
}
impl ::prost::Name for Http1ProtocolOptions {
    const NAME: &'static str = "Http1ProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Http1ProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Http1ProtocolOptions".into()
    }
}
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct KeepaliveSettings {
    #[prost(message, optional, tag = "1")]
    pub interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "2")]
    pub timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "3")]
    pub interval_jitter: ::core::option::Option<
        super::super::super::r#type::v3::Percent,
    >,
    #[prost(message, optional, tag = "4")]
    pub connection_idle_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
}
impl ::prost::Name for KeepaliveSettings {
    const NAME: &'static str = "KeepaliveSettings";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.KeepaliveSettings".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.KeepaliveSettings".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Http2ProtocolOptions {
    #[prost(message, optional, tag = "1")]
    pub hpack_table_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub max_concurrent_streams: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "3")]
    pub initial_stream_window_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "4")]
    pub initial_connection_window_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(bool, tag = "5")]
    pub allow_connect: bool,
    #[prost(bool, tag = "6")]
    pub allow_metadata: bool,
    #[prost(message, optional, tag = "7")]
    pub max_outbound_frames: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "8")]
    pub max_outbound_control_frames: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "9")]
    pub max_consecutive_inbound_frames_with_empty_payload: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "10")]
    pub max_inbound_priority_frames_per_stream: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "11")]
    pub max_inbound_window_update_frames_per_data_frame_sent: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[deprecated]
    #[prost(bool, tag = "12")]
    pub stream_error_on_invalid_http_messaging: bool,
    #[prost(message, optional, tag = "14")]
    pub override_stream_error_on_invalid_http_message: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, repeated, tag = "13")]
    pub custom_settings_parameters: ::prost::alloc::vec::Vec<
        http2_protocol_options::SettingsParameter,
    >,
    #[prost(message, optional, tag = "15")]
    pub connection_keepalive: ::core::option::Option<KeepaliveSettings>,
    #[prost(message, optional, tag = "16")]
    pub use_oghttp2_codec: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "17")]
    pub max_metadata_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, optional, tag = "18")]
    pub enable_huffman_encoding: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "19")]
    pub max_header_field_size_kb: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "20")]
    pub disallow_obs_text: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "21")]
    pub stream_reset_burst: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, optional, tag = "22")]
    pub stream_reset_rate: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
}
/// Nested message and enum types in `Http2ProtocolOptions`.
pub mod http2_protocol_options {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct SettingsParameter {
        #[prost(message, optional, tag = "1")]
        pub identifier: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
        #[prost(message, optional, tag = "2")]
        pub value: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
    }
    impl ::prost::Name for SettingsParameter {
        const NAME: &'static str = "SettingsParameter";
        const PACKAGE: &'static str = "envoy.config.core.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter"
                .into()
        }
    }
}
impl ::prost::Name for Http2ProtocolOptions {
    const NAME: &'static str = "Http2ProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Http2ProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Http2ProtocolOptions".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GrpcProtocolOptions {
    #[prost(message, optional, tag = "1")]
    pub http2_protocol_options: ::core::option::Option<Http2ProtocolOptions>,
}
impl ::prost::Name for GrpcProtocolOptions {
    const NAME: &'static str = "GrpcProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.GrpcProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.GrpcProtocolOptions".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Http3ProtocolOptions {
    #[prost(message, optional, tag = "1")]
    pub quic_protocol_options: ::core::option::Option<QuicProtocolOptions>,
    #[prost(message, optional, tag = "2")]
    pub override_stream_error_on_invalid_http_message: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(bool, tag = "5")]
    pub allow_extended_connect: bool,
    #[prost(bool, tag = "6")]
    pub allow_metadata: bool,
    #[prost(bool, tag = "7")]
    pub disable_qpack: bool,
    #[prost(bool, tag = "8")]
    pub disable_connection_flow_control_for_streams: bool,
    #[prost(message, optional, tag = "9")]
    pub disallow_obs_text: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
}
impl ::prost::Name for Http3ProtocolOptions {
    const NAME: &'static str = "Http3ProtocolOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.Http3ProtocolOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.Http3ProtocolOptions".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SchemeHeaderTransformation {
    #[prost(bool, tag = "2")]
    pub match_upstream: bool,
    #[prost(oneof = "scheme_header_transformation::Transformation", tags = "1")]
    pub transformation: ::core::option::Option<
        scheme_header_transformation::Transformation,
    >,
}
/// Nested message and enum types in `SchemeHeaderTransformation`.
pub mod scheme_header_transformation {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Transformation {
        #[prost(string, tag = "1")]
        SchemeToOverwrite(::prost::alloc::string::String),
    }
}
impl ::prost::Name for SchemeHeaderTransformation {
    const NAME: &'static str = "SchemeHeaderTransformation";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SchemeHeaderTransformation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SchemeHeaderTransformation".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DnsResolverOptions {
    #[prost(bool, tag = "1")]
    pub use_tcp_for_dns_lookups: bool,
    #[prost(bool, tag = "2")]
    pub no_default_search_domain: bool,
}
impl ::prost::Name for DnsResolverOptions {
    const NAME: &'static str = "DnsResolverOptions";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.DnsResolverOptions".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.DnsResolverOptions".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DnsResolutionConfig {
    #[prost(message, repeated, tag = "1")]
    pub resolvers: ::prost::alloc::vec::Vec<Address>,
    #[prost(message, optional, tag = "2")]
    pub dns_resolver_options: ::core::option::Option<DnsResolverOptions>,
}
impl ::prost::Name for DnsResolutionConfig {
    const NAME: &'static str = "DnsResolutionConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.DnsResolutionConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.DnsResolutionConfig".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UdpSocketConfig {
    #[prost(message, optional, tag = "1")]
    pub max_rx_datagram_size: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub prefer_gro: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
}
impl ::prost::Name for UdpSocketConfig {
    const NAME: &'static str = "UdpSocketConfig";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.UdpSocketConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.UdpSocketConfig".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SocketCmsgHeaders {
    #[prost(message, optional, tag = "1")]
    pub level: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub r#type: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(uint32, tag = "3")]
    pub expected_size: u32,
}
impl ::prost::Name for SocketCmsgHeaders {
    const NAME: &'static str = "SocketCmsgHeaders";
    const PACKAGE: &'static str = "envoy.config.core.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.core.v3.SocketCmsgHeaders".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.core.v3.SocketCmsgHeaders".into()
    }
}
