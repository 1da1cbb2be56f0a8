#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ResourceMonitor {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(oneof = "resource_monitor::ConfigType", tags = "3")]
    pub config_type: ::core::option::Option<resource_monitor::ConfigType>,
}
/// Nested message and enum types in `ResourceMonitor`.
pub mod resource_monitor {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum ConfigType {
        #[prost(message, tag = "3")]
        TypedConfig(super::super::super::super::super::google::protobuf::Any),
    }
}
impl ::prost::Name for ResourceMonitor {
    const NAME: &'static str = "ResourceMonitor";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.ResourceMonitor".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.ResourceMonitor".into()
    }
}
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct ThresholdTrigger {
    #[prost(double, tag = "1")]
    pub value: f64,
}
impl ::prost::Name for ThresholdTrigger {
    const NAME: &'static str = "ThresholdTrigger";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.ThresholdTrigger".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.ThresholdTrigger".into()
    }
}
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct ScaledTrigger {
    #[prost(double, tag = "1")]
    pub scaling_threshold: f64,
    #[prost(double, tag = "2")]
    pub saturation_threshold: f64,
}
impl ::prost::Name for ScaledTrigger {
    const NAME: &'static str = "ScaledTrigger";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.ScaledTrigger".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.ScaledTrigger".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Trigger {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(oneof = "trigger::TriggerOneof", tags = "2, 3")]
    pub trigger_oneof: ::core::option::Option<trigger::TriggerOneof>,
}
/// Nested message and enum types in `Trigger`.
pub mod trigger {
    #[derive(Clone, Copy, PartialEq, ::prost::Oneof)]
    pub enum TriggerOneof {
        #[prost(message, tag = "2")]
        Threshold(super::ThresholdTrigger),
        #[prost(message, tag = "3")]
        Scaled(super::ScaledTrigger),
    }
}
impl ::prost::Name for Trigger {
    const NAME: &'static str = "Trigger";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.Trigger".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.Trigger".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ScaleTimersOverloadActionConfig {
    #[prost(message, repeated, tag = "1")]
    pub timer_scale_factors: ::prost::alloc::vec::Vec<
        scale_timers_overload_action_config::ScaleTimer,
    >,
}
/// Nested message and enum types in `ScaleTimersOverloadActionConfig`.
pub mod scale_timers_overload_action_config {
    #[derive(Clone, Copy, PartialEq, ::prost::Message)]
    pub struct ScaleTimer {
        #[prost(enumeration = "TimerType", tag = "1")]
        pub timer: i32,
        #[prost(oneof = "scale_timer::OverloadAdjust", tags = "2, 3")]
        pub overload_adjust: ::core::option::Option<scale_timer::OverloadAdjust>,
    }
    /// Nested message and enum types in `ScaleTimer`.
    pub mod scale_timer {
        #[derive(Clone, Copy, PartialEq, ::prost::Oneof)]
        pub enum OverloadAdjust {
            #[prost(message, tag = "2")]
            MinTimeout(
                super::super::super::super::super::super::google::protobuf::Duration,
            ),
            #[prost(message, tag = "3")]
            MinScale(super::super::super::super::super::r#type::v3::Percent),
        }
    }
    impl ::prost::Name for ScaleTimer {
        const NAME: &'static str = "ScaleTimer";
        const PACKAGE: &'static str = "envoy.config.overload.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.overload.v3.ScaleTimersOverloadActionConfig.ScaleTimer".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig.ScaleTimer"
                .into()
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
    pub enum TimerType {
        Unspecified = 0,
        HttpDownstreamConnectionIdle = 1,
        HttpDownstreamStreamIdle = 2,
        TransportSocketConnect = 3,
        HttpDownstreamConnectionMax = 4,
        HttpDownstreamStreamFlush = 5,
    }
    impl TimerType {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "UNSPECIFIED",
                Self::HttpDownstreamConnectionIdle => "HTTP_DOWNSTREAM_CONNECTION_IDLE",
                Self::HttpDownstreamStreamIdle => "HTTP_DOWNSTREAM_STREAM_IDLE",
                Self::TransportSocketConnect => "TRANSPORT_SOCKET_CONNECT",
                Self::HttpDownstreamConnectionMax => "HTTP_DOWNSTREAM_CONNECTION_MAX",
                Self::HttpDownstreamStreamFlush => "HTTP_DOWNSTREAM_STREAM_FLUSH",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "UNSPECIFIED" => Some(Self::Unspecified),
                "HTTP_DOWNSTREAM_CONNECTION_IDLE" => {
                    Some(Self::HttpDownstreamConnectionIdle)
                }
                "HTTP_DOWNSTREAM_STREAM_IDLE" => Some(Self::HttpDownstreamStreamIdle),
                "TRANSPORT_SOCKET_CONNECT" => Some(Self::TransportSocketConnect),
                "HTTP_DOWNSTREAM_CONNECTION_MAX" => {
                    Some(Self::HttpDownstreamConnectionMax)
                }
                "HTTP_DOWNSTREAM_STREAM_FLUSH" => Some(Self::HttpDownstreamStreamFlush),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for ScaleTimersOverloadActionConfig {
    const NAME: &'static str = "ScaleTimersOverloadActionConfig";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.ScaleTimersOverloadActionConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig"
            .into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ShrinkHeapConfig {
    #[prost(message, optional, tag = "1")]
    pub timer_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "2")]
    pub max_unfreed_memory_bytes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
}
impl ::prost::Name for ShrinkHeapConfig {
    const NAME: &'static str = "ShrinkHeapConfig";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.ShrinkHeapConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.ShrinkHeapConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct OverloadAction {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub triggers: ::prost::alloc::vec::Vec<Trigger>,
    #[prost(message, optional, tag = "3")]
    pub typed_config: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
}
impl ::prost::Name for OverloadAction {
    const NAME: &'static str = "OverloadAction";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.OverloadAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.OverloadAction".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LoadShedPoint {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub triggers: ::prost::alloc::vec::Vec<Trigger>,
}
impl ::prost::Name for LoadShedPoint {
    const NAME: &'static str = "LoadShedPoint";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.LoadShedPoint".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.LoadShedPoint".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BufferFactoryConfig {
    #[prost(uint32, tag = "1")]
    pub minimum_account_to_track_power_of_two: u32,
}
impl ::prost::Name for BufferFactoryConfig {
    const NAME: &'static str = "BufferFactoryConfig";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.BufferFactoryConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.BufferFactoryConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct OverloadManager {
    #[prost(message, optional, tag = "1")]
    pub refresh_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, repeated, tag = "2")]
    pub resource_monitors: ::prost::alloc::vec::Vec<ResourceMonitor>,
    #[prost(message, repeated, tag = "3")]
    pub actions: ::prost::alloc::vec::Vec<OverloadAction>,
    #[prost(message, repeated, tag = "5")]
    pub loadshed_points: ::prost::alloc::vec::Vec<LoadShedPoint>,
    #[prost(message, optional, tag = "4")]
    pub buffer_factory_config: ::core::option::Option<BufferFactoryConfig>,
}
impl ::prost::Name for OverloadManager {
    const NAME: &'static str = "OverloadManager";
    const PACKAGE: &'static str = "envoy.config.overload.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.overload.v3.OverloadManager".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.overload.v3.OverloadManager".into()
    }
}
