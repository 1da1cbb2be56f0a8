#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Bootstrap {
    #[prost(message, optional, tag = "1")]
    pub node: ::core::option::Option<super::super::core::v3::Node>,
    #[prost(string, repeated, tag = "26")]
    pub node_context_params: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, optional, tag = "2")]
    pub static_resources: ::core::option::Option<bootstrap::StaticResources>,
    #[prost(message, optional, tag = "3")]
    pub dynamic_resources: ::core::option::Option<bootstrap::DynamicResources>,
    #[prost(message, optional, tag = "4")]
    pub cluster_manager: ::core::option::Option<ClusterManager>,
    #[prost(message, optional, tag = "14")]
    pub hds_config: ::core::option::Option<super::super::core::v3::ApiConfigSource>,
    #[prost(string, tag = "5")]
    pub flags_path: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "6")]
    pub stats_sinks: ::prost::alloc::vec::Vec<super::super::metrics::v3::StatsSink>,
    #[prost(message, optional, tag = "39")]
    pub deferred_stat_options: ::core::option::Option<bootstrap::DeferredStatOptions>,
    #[prost(message, optional, tag = "13")]
    pub stats_config: ::core::option::Option<super::super::metrics::v3::StatsConfig>,
    #[prost(message, optional, tag = "7")]
    pub stats_flush_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[deprecated]
    #[prost(message, optional, tag = "8")]
    pub watchdog: ::core::option::Option<Watchdog>,
    #[prost(message, optional, tag = "27")]
    pub watchdogs: ::core::option::Option<Watchdogs>,
    #[deprecated]
    #[prost(message, optional, tag = "9")]
    pub tracing: ::core::option::Option<super::super::trace::v3::Tracing>,
    #[prost(message, optional, tag = "17")]
    pub layered_runtime: ::core::option::Option<LayeredRuntime>,
    #[prost(message, optional, tag = "12")]
    pub admin: ::core::option::Option<Admin>,
    #[prost(message, optional, tag = "15")]
    pub overload_manager: ::core::option::Option<
        super::super::overload::v3::OverloadManager,
    >,
    #[prost(bool, tag = "16")]
    pub enable_dispatcher_stats: bool,
    #[prost(string, tag = "18")]
    pub header_prefix: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "19")]
    pub stats_server_version_override: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[deprecated]
    #[prost(bool, tag = "20")]
    pub use_tcp_for_dns_lookups: bool,
    #[deprecated]
    #[prost(message, optional, tag = "30")]
    pub dns_resolution_config: ::core::option::Option<
        super::super::core::v3::DnsResolutionConfig,
    >,
    #[prost(message, optional, tag = "31")]
    pub typed_dns_resolver_config: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, repeated, tag = "21")]
    pub bootstrap_extensions: ::prost::alloc::vec::Vec<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, repeated, tag = "28")]
    pub fatal_actions: ::prost::alloc::vec::Vec<FatalAction>,
    #[prost(message, repeated, tag = "22")]
    pub config_sources: ::prost::alloc::vec::Vec<super::super::core::v3::ConfigSource>,
    #[prost(message, optional, tag = "23")]
    pub default_config_source: ::core::option::Option<
        super::super::core::v3::ConfigSource,
    >,
    #[prost(string, tag = "24")]
    pub default_socket_interface: ::prost::alloc::string::String,
    #[prost(btree_map = "string, message", tag = "25")]
    pub certificate_provider_instances: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, repeated, tag = "32")]
    pub inline_headers: ::prost::alloc::vec::Vec<CustomInlineHeader>,
    #[prost(string, tag = "33")]
    pub perf_tracing_file_path: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "34")]
    pub default_regex_engine: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, optional, tag = "35")]
    pub xds_delegate_extension: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, optional, tag = "36")]
    pub xds_config_tracker_extension: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, optional, tag = "37")]
    pub listener_manager: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, optional, tag = "38")]
    pub application_log_config: ::core::option::Option<bootstrap::ApplicationLogConfig>,
    #[prost(message, optional, tag = "40")]
    pub grpc_async_client_manager_config: ::core::option::Option<
        bootstrap::GrpcAsyncClientManagerConfig,
    >,
    #[prost(message, optional, tag = "41")]
    pub memory_allocator_manager: ::core::option::Option<MemoryAllocatorManager>,
    #[prost(bool, tag = "43")]
    pub enable_worker_cpu_affinity: bool,
    #[prost(oneof = "bootstrap::StatsFlush", tags = "29")]
    pub stats_flush: ::core::option::Option<bootstrap::StatsFlush>,
    #[prost(oneof = "bootstrap::StatsEviction", tags = "42")]
    pub stats_eviction: ::core::option::Option<bootstrap::StatsEviction>,
}
/// Nested message and enum types in `Bootstrap`.
pub mod bootstrap {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct StaticResources {
        #[prost(message, repeated, tag = "1")]
        pub listeners: ::prost::alloc::vec::Vec<
            super::super::super::listener::v3::Listener,
        >,
        #[prost(message, repeated, tag = "2")]
        pub clusters: ::prost::alloc::vec::Vec<
            super::super::super::cluster::v3::Cluster,
        >,
        #[prost(message, repeated, tag = "3")]
        pub secrets: ::prost::alloc::vec::Vec<
            super::super::super::super::extensions::transport_sockets::tls::v3::Secret,
        >,
    }
    impl ::prost::Name for StaticResources {
        const NAME: &'static str = "StaticResources";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.Bootstrap.StaticResources".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap.StaticResources"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct DynamicResources {
        #[prost(message, optional, tag = "1")]
        pub lds_config: ::core::option::Option<
            super::super::super::core::v3::ConfigSource,
        >,
        #[prost(string, tag = "5")]
        pub lds_resources_locator: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "2")]
        pub cds_config: ::core::option::Option<
            super::super::super::core::v3::ConfigSource,
        >,
        #[prost(string, tag = "6")]
        pub cds_resources_locator: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "3")]
        pub ads_config: ::core::option::Option<
            super::super::super::core::v3::ApiConfigSource,
        >,
    }
    impl ::prost::Name for DynamicResources {
        const NAME: &'static str = "DynamicResources";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.Bootstrap.DynamicResources".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap.DynamicResources"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct ApplicationLogConfig {
        #[prost(message, optional, tag = "1")]
        pub log_format: ::core::option::Option<application_log_config::LogFormat>,
    }
    /// Nested message and enum types in `ApplicationLogConfig`.
    pub mod application_log_config {
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct LogFormat {
            #[prost(oneof = "log_format::LogFormat", tags = "1, 2")]
            pub log_format: ::core::option::Option<log_format::LogFormat>,
        }
        /// Nested message and enum types in `LogFormat`.
        pub mod log_format {
            #[derive(Clone, PartialEq, ::prost::Oneof)]
            pub enum LogFormat {
                #[prost(message, tag = "1")]
                JsonFormat(
                    super::super::super::super::super::super::super::google::protobuf::Struct,
                ),
                #[prost(string, tag = "2")]
                TextFormat(::prost::alloc::string::String),
            }
        }
        impl ::prost::Name for LogFormat {
            const NAME: &'static str = "LogFormat";
            const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat"
                    .into()
            }
        }
    }
    impl ::prost::Name for ApplicationLogConfig {
        const NAME: &'static str = "ApplicationLogConfig";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct DeferredStatOptions {
        #[prost(bool, tag = "1")]
        pub enable_deferred_creation_stats: bool,
    }
    impl ::prost::Name for DeferredStatOptions {
        const NAME: &'static str = "DeferredStatOptions";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct GrpcAsyncClientManagerConfig {
        #[prost(message, optional, tag = "1")]
        pub max_cached_entry_idle_duration: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
    }
    impl ::prost::Name for GrpcAsyncClientManagerConfig {
        const NAME: &'static str = "GrpcAsyncClientManagerConfig";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum StatsFlush {
        #[prost(bool, tag = "29")]
        StatsFlushOnAdmin(bool),
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum StatsEviction {
        #[prost(message, tag = "42")]
        StatsEvictionInterval(
            super::super::super::super::super::google::protobuf::Duration,
        ),
    }
}
impl ::prost::Name for Bootstrap {
    const NAME: &'static str = "Bootstrap";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.Bootstrap".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Admin {
    #[prost(message, repeated, tag = "5")]
    pub access_log: ::prost::alloc::vec::Vec<super::super::accesslog::v3::AccessLog>,
    #[deprecated]
    #[prost(string, tag = "1")]
    pub access_log_path: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub profile_path: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "3")]
    pub address: ::core::option::Option<super::super::core::v3::Address>,
    #[prost(message, repeated, tag = "4")]
    pub socket_options: ::prost::alloc::vec::Vec<super::super::core::v3::SocketOption>,
    #[prost(bool, tag = "6")]
    pub ignore_global_conn_limit: bool,
    #[prost(message, repeated, tag = "7")]
    pub allow_paths: ::prost::alloc::vec::Vec<
        super::super::super::r#type::matcher::v3::StringMatcher,
    >,
}
impl ::prost::Name for Admin {
    const NAME: &'static str = "Admin";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.Admin".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.Admin".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ClusterManager {
    #[prost(string, tag = "1")]
    pub local_cluster_name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub outlier_detection: ::core::option::Option<cluster_manager::OutlierDetection>,
    #[prost(message, optional, tag = "3")]
    pub upstream_bind_config: ::core::option::Option<super::super::core::v3::BindConfig>,
    #[prost(message, optional, tag = "4")]
    pub load_stats_config: ::core::option::Option<
        super::super::core::v3::ApiConfigSource,
    >,
    #[prost(bool, tag = "5")]
    pub enable_deferred_cluster_creation: bool,
}
/// Nested message and enum types in `ClusterManager`.
pub mod cluster_manager {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct OutlierDetection {
        #[prost(string, tag = "1")]
        pub event_log_path: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "2")]
        pub event_service: ::core::option::Option<
            super::super::super::core::v3::EventServiceConfig,
        >,
    }
    impl ::prost::Name for OutlierDetection {
        const NAME: &'static str = "OutlierDetection";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.ClusterManager.OutlierDetection".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.ClusterManager.OutlierDetection"
                .into()
        }
    }
}
impl ::prost::Name for ClusterManager {
    const NAME: &'static str = "ClusterManager";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.ClusterManager".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.ClusterManager".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Watchdogs {
    #[prost(message, optional, tag = "1")]
    pub main_thread_watchdog: ::core::option::Option<Watchdog>,
    #[prost(message, optional, tag = "2")]
    pub worker_watchdog: ::core::option::Option<Watchdog>,
}
impl ::prost::Name for Watchdogs {
    const NAME: &'static str = "Watchdogs";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.Watchdogs".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.Watchdogs".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Watchdog {
    #[prost(message, repeated, tag = "7")]
    pub actions: ::prost::alloc::vec::Vec<watchdog::WatchdogAction>,
    #[prost(message, optional, tag = "1")]
    pub miss_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "2")]
    pub megamiss_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "3")]
    pub kill_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "6")]
    pub max_kill_timeout_jitter: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "4")]
    pub multikill_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "5")]
    pub multikill_threshold: ::core::option::Option<
        super::super::super::r#type::v3::Percent,
    >,
}
/// Nested message and enum types in `Watchdog`.
pub mod watchdog {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct WatchdogAction {
        #[prost(message, optional, tag = "1")]
        pub config: ::core::option::Option<
            super::super::super::core::v3::TypedExtensionConfig,
        >,
        #[prost(enumeration = "watchdog_action::WatchdogEvent", tag = "2")]
        pub event: i32,
    }
    /// Nested message and enum types in `WatchdogAction`.
    pub mod watchdog_action {
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
        pub enum WatchdogEvent {
            Unknown = 0,
            Kill = 1,
            Multikill = 2,
            Megamiss = 3,
            Miss = 4,
        }
        impl WatchdogEvent {
            /// String value of the enum field names used in the ProtoBuf definition.
            ///
            /// The values are not transformed in any way and thus are considered stable
            /// (if the ProtoBuf definition does not change) and safe for programmatic use.
            pub fn as_str_name(&self) -> &'static str {
                match self {
                    Self::Unknown => "UNKNOWN",
                    Self::Kill => "KILL",
                    Self::Multikill => "MULTIKILL",
                    Self::Megamiss => "MEGAMISS",
                    Self::Miss => "MISS",
                }
            }
            /// Creates an enum from field names used in the ProtoBuf definition.
            pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
                match value {
                    "UNKNOWN" => Some(Self::Unknown),
                    "KILL" => Some(Self::Kill),
                    "MULTIKILL" => Some(Self::Multikill),
                    "MEGAMISS" => Some(Self::Megamiss),
                    "MISS" => Some(Self::Miss),
                    _ => None,
                }
            }
        }
    }
    impl ::prost::Name for WatchdogAction {
        const NAME: &'static str = "WatchdogAction";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.Watchdog.WatchdogAction".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.Watchdog.WatchdogAction"
                .into()
        }
    }
}
impl ::prost::Name for Watchdog {
    const NAME: &'static str = "Watchdog";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.Watchdog".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.Watchdog".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FatalAction {
    #[prost(message, optional, tag = "1")]
    pub config: ::core::option::Option<super::super::core::v3::TypedExtensionConfig>,
}
impl ::prost::Name for FatalAction {
    const NAME: &'static str = "FatalAction";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.FatalAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.FatalAction".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Runtime {
    #[prost(string, tag = "1")]
    pub symlink_root: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub subdirectory: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub override_subdirectory: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "4")]
    pub base: ::core::option::Option<
        super::super::super::super::google::protobuf::Struct,
    >,
}
impl ::prost::Name for Runtime {
    const NAME: &'static str = "Runtime";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.Runtime".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.Runtime".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RuntimeLayer {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(oneof = "runtime_layer::LayerSpecifier", tags = "2, 3, 4, 5")]
    pub layer_specifier: ::core::option::Option<runtime_layer::LayerSpecifier>,
}
/// Nested message and enum types in `RuntimeLayer`.
pub mod runtime_layer {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct DiskLayer {
        #[prost(string, tag = "1")]
        pub symlink_root: ::prost::alloc::string::String,
        #[prost(string, tag = "3")]
        pub subdirectory: ::prost::alloc::string::String,
        #[prost(bool, tag = "2")]
        pub append_service_cluster: bool,
    }
    impl ::prost::Name for DiskLayer {
        const NAME: &'static str = "DiskLayer";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct AdminLayer {}
    impl ::prost::Name for AdminLayer {
        const NAME: &'static str = "AdminLayer";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct RtdsLayer {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "2")]
        pub rtds_config: ::core::option::Option<
            super::super::super::core::v3::ConfigSource,
        >,
    }
    impl ::prost::Name for RtdsLayer {
        const NAME: &'static str = "RtdsLayer";
        const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum LayerSpecifier {
        #[prost(message, tag = "2")]
        StaticLayer(super::super::super::super::super::google::protobuf::Struct),
        #[prost(message, tag = "3")]
        DiskLayer(DiskLayer),
        #[prost(message, tag = "4")]
        AdminLayer(AdminLayer),
        #[prost(message, tag = "5")]
        RtdsLayer(RtdsLayer),
    }
}
impl ::prost::Name for RuntimeLayer {
    const NAME: &'static str = "RuntimeLayer";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.RuntimeLayer".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.RuntimeLayer".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LayeredRuntime {
    #[prost(message, repeated, tag = "1")]
    pub layers: ::prost::alloc::vec::Vec<RuntimeLayer>,
}
impl ::prost::Name for LayeredRuntime {
    const NAME: &'static str = "LayeredRuntime";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.LayeredRuntime".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.LayeredRuntime".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CustomInlineHeader {
    #[prost(string, tag = "1")]
    pub inline_header_name: ::prost::alloc::string::String,
    #[prost(enumeration = "custom_inline_header::InlineHeaderType", tag = "2")]
    pub inline_header_type: i32,
}
/// Nested message and enum types in `CustomInlineHeader`.
pub mod custom_inline_header {
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
    pub enum InlineHeaderType {
        RequestHeader = 0,
        RequestTrailer = 1,
        ResponseHeader = 2,
        ResponseTrailer = 3,
    }
    impl InlineHeaderType {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::RequestHeader => "REQUEST_HEADER",
                Self::RequestTrailer => "REQUEST_TRAILER",
                Self::ResponseHeader => "RESPONSE_HEADER",
                Self::ResponseTrailer => "RESPONSE_TRAILER",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "REQUEST_HEADER" => Some(Self::RequestHeader),
                "REQUEST_TRAILER" => Some(Self::RequestTrailer),
                "RESPONSE_HEADER" => Some(Self::ResponseHeader),
                "RESPONSE_TRAILER" => Some(Self::ResponseTrailer),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for CustomInlineHeader {
    const NAME: &'static str = "CustomInlineHeader";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.CustomInlineHeader".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.CustomInlineHeader".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MemoryAllocatorManager {
    #[prost(uint64, tag = "1")]
    pub bytes_to_release: u64,
    #[prost(message, optional, tag = "2")]
    pub memory_release_interval: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "3")]
    pub soft_memory_limit_bytes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, optional, tag = "4")]
    pub max_per_cpu_cache_size_bytes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(uint64, tag = "5")]
    pub max_unfreed_memory_bytes: u64,
}
impl ::prost::Name for MemoryAllocatorManager {
    const NAME: &'static str = "MemoryAllocatorManager";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.MemoryAllocatorManager".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.MemoryAllocatorManager".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListenerManager {}
impl ::prost::Name for ListenerManager {
    const NAME: &'static str = "ListenerManager";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.ListenerManager".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.ListenerManager".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ValidationListenerManager {}
impl ::prost::Name for ValidationListenerManager {
    const NAME: &'static str = "ValidationListenerManager";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.ValidationListenerManager".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.ValidationListenerManager".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ApiListenerManager {
    #[prost(enumeration = "api_listener_manager::ThreadingModel", tag = "1")]
    pub threading_model: i32,
}
/// Nested message and enum types in `ApiListenerManager`.
pub mod api_listener_manager {
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
    pub enum ThreadingModel {
        MainThreadOnly = 0,
        StandaloneWorkerThread = 1,
    }
    impl ThreadingModel {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::MainThreadOnly => "MAIN_THREAD_ONLY",
                Self::StandaloneWorkerThread => "STANDALONE_WORKER_THREAD",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "MAIN_THREAD_ONLY" => Some(Self::MainThreadOnly),
                "STANDALONE_WORKER_THREAD" => Some(Self::StandaloneWorkerThread),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for ApiListenerManager {
    const NAME: &'static str = "ApiListenerManager";
    const PACKAGE: &'static str = "envoy.config.bootstrap.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.bootstrap.v3.ApiListenerManager".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.bootstrap.v3.ApiListenerManager".into()
    }
}
