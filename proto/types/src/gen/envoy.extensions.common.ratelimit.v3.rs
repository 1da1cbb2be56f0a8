#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RateLimitDescriptor {
    #[prost(message, repeated, tag = "1")]
    pub entries: ::prost::alloc::vec::Vec<rate_limit_descriptor::Entry>,
    #[prost(message, optional, tag = "2")]
    pub limit: ::core::option::Option<rate_limit_descriptor::RateLimitOverride>,
    #[prost(message, optional, tag = "3")]
    pub hits_addend: ::core::option::Option<
        super::super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(bool, tag = "4")]
    pub is_negative_hits: bool,
}
/// Nested message and enum types in `RateLimitDescriptor`.
pub mod rate_limit_descriptor {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Entry {
        #[prost(string, tag = "1")]
        pub key: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub value: ::prost::alloc::string::String,
    }
    impl ::prost::Name for Entry {
        const NAME: &'static str = "Entry";
        const PACKAGE: &'static str = "envoy.extensions.common.ratelimit.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RateLimitOverride {
        #[prost(uint32, tag = "1")]
        pub requests_per_unit: u32,
        #[prost(
            enumeration = "super::super::super::super::super::r#type::v3::RateLimitUnit",
            tag = "2"
        )]
        pub unit: i32,
    }
    impl ::prost::Name for RateLimitOverride {
        const NAME: &'static str = "RateLimitOverride";
        const PACKAGE: &'static str = "envoy.extensions.common.ratelimit.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.RateLimitOverride"
                .into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.RateLimitOverride"
                .into()
        }
    }
}
impl ::prost::Name for RateLimitDescriptor {
    const NAME: &'static str = "RateLimitDescriptor";
    const PACKAGE: &'static str = "envoy.extensions.common.ratelimit.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.extensions.common.ratelimit.v3.RateLimitDescriptor".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.extensions.common.ratelimit.v3.RateLimitDescriptor"
            .into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LocalRateLimitDescriptor {
    #[prost(message, repeated, tag = "1")]
    pub entries: ::prost::alloc::vec::Vec<rate_limit_descriptor::Entry>,
    #[prost(message, optional, tag = "2")]
    pub token_bucket: ::core::option::Option<
        super::super::super::super::r#type::v3::TokenBucket,
    >,
    #[prost(bool, tag = "3")]
    pub shadow_mode: bool,
}
impl ::prost::Name for LocalRateLimitDescriptor {
    const NAME: &'static str = "LocalRateLimitDescriptor";
    const PACKAGE: &'static str = "envoy.extensions.common.ratelimit.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor"
            .into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LocalClusterRateLimit {}
impl ::prost::Name for LocalClusterRateLimit {
    const NAME: &'static str = "LocalClusterRateLimit";
    const PACKAGE: &'static str = "envoy.extensions.common.ratelimit.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit"
            .into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum XRateLimitHeadersRfcVersion {
    Off = 0,
    DraftVersion03 = 1,
}
impl XRateLimitHeadersRfcVersion {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::DraftVersion03 => "DRAFT_VERSION_03",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "OFF" => Some(Self::Off),
            "DRAFT_VERSION_03" => Some(Self::DraftVersion03),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum VhRateLimitsOptions {
    Override = 0,
    Include = 1,
    Ignore = 2,
}
impl VhRateLimitsOptions {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Override => "OVERRIDE",
            Self::Include => "INCLUDE",
            Self::Ignore => "IGNORE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "OVERRIDE" => Some(Self::Override),
            "INCLUDE" => Some(Self::Include),
            "IGNORE" => Some(Self::Ignore),
            _ => None,
        }
    }
}
