#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StatsSink {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(oneof = "stats_sink::ConfigType", tags = "3")]
    pub config_type: ::core::option::Option<stats_sink::ConfigType>,
}
/// Nested message and enum types in `StatsSink`.
pub mod stats_sink {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum ConfigType {
        #[prost(message, tag = "3")]
        TypedConfig(super::super::super::super::super::google::protobuf::Any),
    }
}
impl ::prost::Name for StatsSink {
    const NAME: &'static str = "StatsSink";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.StatsSink".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.StatsSink".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StatsConfig {
    #[prost(message, repeated, tag = "1")]
    pub stats_tags: ::prost::alloc::vec::Vec<TagSpecifier>,
    #[prost(message, optional, tag = "2")]
    pub use_all_default_tags: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "3")]
    pub stats_matcher: ::core::option::Option<StatsMatcher>,
    #[prost(message, repeated, tag = "4")]
    pub histogram_bucket_settings: ::prost::alloc::vec::Vec<HistogramBucketSettings>,
    #[prost(message, optional, tag = "5")]
    pub allow_default_tag_overrides: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
}
impl ::prost::Name for StatsConfig {
    const NAME: &'static str = "StatsConfig";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.StatsConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.StatsConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StatsMatcher {
    #[prost(oneof = "stats_matcher::StatsMatcher", tags = "1, 2, 3")]
    pub stats_matcher: ::core::option::Option<stats_matcher::StatsMatcher>,
}
/// Nested message and enum types in `StatsMatcher`.
pub mod stats_matcher {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum StatsMatcher {
        #[prost(bool, tag = "1")]
        RejectAll(bool),
        #[prost(message, tag = "2")]
        ExclusionList(
            super::super::super::super::r#type::matcher::v3::ListStringMatcher,
        ),
        #[prost(message, tag = "3")]
        InclusionList(
            super::super::super::super::r#type::matcher::v3::ListStringMatcher,
        ),
    }
}
impl ::prost::Name for StatsMatcher {
    const NAME: &'static str = "StatsMatcher";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.StatsMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.StatsMatcher".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TagSpecifier {
    #[prost(string, tag = "1")]
    pub tag_name: ::prost::alloc::string::String,
    #[prost(oneof = "tag_specifier::TagValue", tags = "2, 3")]
    pub tag_value: ::core::option::Option<tag_specifier::TagValue>,
}
/// Nested message and enum types in `TagSpecifier`.
pub mod tag_specifier {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum TagValue {
        #[prost(string, tag = "2")]
        Regex(::prost::alloc::string::String),
        #[prost(string, tag = "3")]
        FixedValue(::prost::alloc::string::String),
    }
}
impl ::prost::Name for TagSpecifier {
    const NAME: &'static str = "TagSpecifier";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.TagSpecifier".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.TagSpecifier".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct HistogramBucketSettings {
    #[prost(message, optional, tag = "1")]
    pub r#match: ::core::option::Option<
        super::super::super::r#type::matcher::v3::StringMatcher,
    >,
    #[prost(double, repeated, packed = "false", tag = "2")]
    pub buckets: ::prost::alloc::vec::Vec<f64>,
    #[prost(message, optional, tag = "3")]
    pub bins: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
}
impl ::prost::Name for HistogramBucketSettings {
    const NAME: &'static str = "HistogramBucketSettings";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.HistogramBucketSettings".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.HistogramBucketSettings".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StatsdSink {
    #[prost(string, tag = "3")]
    pub prefix: ::prost::alloc::string::String,
    #[prost(oneof = "statsd_sink::StatsdSpecifier", tags = "1, 2")]
    pub statsd_specifier: ::core::option::Option<statsd_sink::StatsdSpecifier>,
}
/// Nested message and enum types in `StatsdSink`.
pub mod statsd_sink {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum StatsdSpecifier {
        #[prost(message, tag = "1")]
        Address(super::super::super::core::v3::Address),
        #[prost(string, tag = "2")]
        TcpClusterName(::prost::alloc::string::String),
    }
}
impl ::prost::Name for StatsdSink {
    const NAME: &'static str = "StatsdSink";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.StatsdSink".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.StatsdSink".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DogStatsdSink {
    #[prost(string, tag = "3")]
    pub prefix: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "4")]
    pub max_bytes_per_datagram: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(oneof = "dog_statsd_sink::DogStatsdSpecifier", tags = "1")]
    pub dog_statsd_specifier: ::core::option::Option<
        dog_statsd_sink::DogStatsdSpecifier,
    >,
}
/// Nested message and enum types in `DogStatsdSink`.
pub mod dog_statsd_sink {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum DogStatsdSpecifier {
        #[prost(message, tag = "1")]
        Address(super::super::super::core::v3::Address),
    }
}
impl ::prost::Name for DogStatsdSink {
    const NAME: &'static str = "DogStatsdSink";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.DogStatsdSink".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.DogStatsdSink".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HystrixSink {
    #[prost(int64, tag = "1")]
    pub num_buckets: i64,
}
impl ::prost::Name for HystrixSink {
    const NAME: &'static str = "HystrixSink";
    const PACKAGE: &'static str = "envoy.config.metrics.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.metrics.v3.HystrixSink".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.metrics.v3.HystrixSink".into()
    }
}
