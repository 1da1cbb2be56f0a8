#[derive(Clone, PartialEq, ::prost::Message)]
pub struct VirtualHost {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "2")]
    pub domains: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "3")]
    pub routes: ::prost::alloc::vec::Vec<Route>,
    #[prost(message, optional, tag = "21")]
    pub matcher: ::core::option::Option<
        super::super::super::super::xds::r#type::matcher::v3::Matcher,
    >,
    #[prost(enumeration = "virtual_host::TlsRequirementType", tag = "4")]
    pub require_tls: i32,
    #[prost(message, repeated, tag = "5")]
    pub virtual_clusters: ::prost::alloc::vec::Vec<VirtualCluster>,
    #[prost(message, repeated, tag = "6")]
    pub rate_limits: ::prost::alloc::vec::Vec<RateLimit>,
    #[prost(message, repeated, tag = "7")]
    pub request_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "13")]
    pub request_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(message, repeated, tag = "10")]
    pub response_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "11")]
    pub response_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[deprecated]
    #[prost(message, optional, tag = "8")]
    pub cors: ::core::option::Option<CorsPolicy>,
    #[prost(btree_map = "string, message", tag = "15")]
    pub typed_per_filter_config: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(bool, tag = "14")]
    pub include_request_attempt_count: bool,
    #[prost(bool, tag = "19")]
    pub include_attempt_count_in_response: bool,
    #[prost(message, optional, tag = "16")]
    pub retry_policy: ::core::option::Option<RetryPolicy>,
    #[prost(message, optional, tag = "20")]
    pub retry_policy_typed_config: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(message, optional, tag = "17")]
    pub hedge_policy: ::core::option::Option<HedgePolicy>,
    #[prost(bool, tag = "23")]
    pub include_is_timeout_retry_header: bool,
    #[deprecated]
    #[prost(message, optional, tag = "18")]
    pub per_request_buffer_limit_bytes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "25")]
    pub request_body_buffer_limit: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, repeated, tag = "22")]
    pub request_mirror_policies: ::prost::alloc::vec::Vec<
        route_action::RequestMirrorPolicy,
    >,
    #[prost(message, optional, tag = "24")]
    pub metadata: ::core::option::Option<super::super::core::v3::Metadata>,
    #[prost(message, repeated, tag = "26")]
    pub route_specifiers: ::prost::alloc::vec::Vec<
        super::super::core::v3::TypedExtensionConfig,
    >,
}
/// Nested message and enum types in `VirtualHost`.
pub mod virtual_host {
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
    pub enum TlsRequirementType {
        None = 0,
        ExternalOnly = 1,
        All = 2,
    }
    impl TlsRequirementType {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::None => "NONE",
                Self::ExternalOnly => "EXTERNAL_ONLY",
                Self::All => "ALL",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "NONE" => Some(Self::None),
                "EXTERNAL_ONLY" => Some(Self::ExternalOnly),
                "ALL" => Some(Self::All),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for VirtualHost {
    const NAME: &'static str = "VirtualHost";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.VirtualHost".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.VirtualHost".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FilterAction {
    #[prost(message, optional, tag = "1")]
    pub action: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
}
impl ::prost::Name for FilterAction {
    const NAME: &'static str = "FilterAction";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.FilterAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.FilterAction".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RouteList {
    #[prost(message, repeated, tag = "1")]
    pub routes: ::prost::alloc::vec::Vec<Route>,
}
impl ::prost::Name for RouteList {
    const NAME: &'static str = "RouteList";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RouteList".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RouteList".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Route {
    #[prost(string, tag = "14")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "1")]
    pub r#match: ::core::option::Option<RouteMatch>,
    #[prost(message, optional, tag = "4")]
    pub metadata: ::core::option::Option<super::super::core::v3::Metadata>,
    #[prost(message, optional, tag = "5")]
    pub decorator: ::core::option::Option<Decorator>,
    #[prost(btree_map = "string, message", tag = "13")]
    pub typed_per_filter_config: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(message, repeated, tag = "9")]
    pub request_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "12")]
    pub request_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(message, repeated, tag = "10")]
    pub response_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "11")]
    pub response_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(message, optional, tag = "15")]
    pub tracing: ::core::option::Option<Tracing>,
    #[deprecated]
    #[prost(message, optional, tag = "16")]
    pub per_request_buffer_limit_bytes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(string, tag = "19")]
    pub stat_prefix: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "20")]
    pub request_body_buffer_limit: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt64Value,
    >,
    #[prost(message, repeated, tag = "21")]
    pub route_specifiers: ::prost::alloc::vec::Vec<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(oneof = "route::Action", tags = "2, 3, 7, 17, 18")]
    pub action: ::core::option::Option<route::Action>,
}
/// Nested message and enum types in `Route`.
pub mod route {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Action {
        #[prost(message, tag = "2")]
        Route(super::RouteAction),
        #[prost(message, tag = "3")]
        Redirect(super::RedirectAction),
        #[prost(message, tag = "7")]
        DirectResponse(super::DirectResponseAction),
        #[prost(message, tag = "17")]
        FilterAction(super::FilterAction),
        #[prost(message, tag = "18")]
        NonForwardingAction(super::NonForwardingAction),
    }
}
impl ::prost::Name for Route {
    const NAME: &'static str = "Route";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.Route".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.Route".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct WeightedCluster {
    #[prost(message, repeated, tag = "1")]
    pub clusters: ::prost::alloc::vec::Vec<weighted_cluster::ClusterWeight>,
    #[deprecated]
    #[prost(message, optional, tag = "3")]
    pub total_weight: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(string, tag = "2")]
    pub runtime_key_prefix: ::prost::alloc::string::String,
    #[prost(oneof = "weighted_cluster::RandomValueSpecifier", tags = "4, 5")]
    pub random_value_specifier: ::core::option::Option<
        weighted_cluster::RandomValueSpecifier,
    >,
}
/// Nested message and enum types in `WeightedCluster`.
pub mod weighted_cluster {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct ClusterWeight {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(string, tag = "12")]
        pub cluster_header: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "2")]
        pub weight: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
        #[prost(message, optional, tag = "3")]
        pub metadata_match: ::core::option::Option<
            super::super::super::core::v3::Metadata,
        >,
        #[prost(message, repeated, tag = "4")]
        pub request_headers_to_add: ::prost::alloc::vec::Vec<
            super::super::super::core::v3::HeaderValueOption,
        >,
        #[prost(string, repeated, tag = "9")]
        pub request_headers_to_remove: ::prost::alloc::vec::Vec<
            ::prost::alloc::string::String,
        >,
        #[prost(message, repeated, tag = "5")]
        pub response_headers_to_add: ::prost::alloc::vec::Vec<
            super::super::super::core::v3::HeaderValueOption,
        >,
        #[prost(string, repeated, tag = "6")]
        pub response_headers_to_remove: ::prost::alloc::vec::Vec<
            ::prost::alloc::string::String,
        >,
        #[prost(btree_map = "string, message", tag = "10")]
        pub typed_per_filter_config: ::prost::alloc::collections::BTreeMap<
            ::prost::alloc::string::String,
            super::super::super::super::super::google::protobuf::Any,
        >,
        #[prost(oneof = "cluster_weight::HostRewriteSpecifier", tags = "11")]
        pub host_rewrite_specifier: ::core::option::Option<
            cluster_weight::HostRewriteSpecifier,
        >,
    }
    /// Nested message and enum types in `ClusterWeight`.
    pub mod cluster_weight {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum HostRewriteSpecifier {
            #[prost(string, tag = "11")]
            HostRewriteLiteral(::prost::alloc::string::String),
        }
    }
    impl ::prost::Name for ClusterWeight {
        const NAME: &'static str = "ClusterWeight";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.WeightedCluster.ClusterWeight".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.WeightedCluster.ClusterWeight"
                .into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum RandomValueSpecifier {
        #[prost(string, tag = "4")]
        HeaderName(::prost::alloc::string::String),
        #[prost(message, tag = "5")]
        UseHashPolicy(super::super::super::super::super::google::protobuf::BoolValue),
    }
}
impl ::prost::Name for WeightedCluster {
    const NAME: &'static str = "WeightedCluster";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.WeightedCluster".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.WeightedCluster".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ClusterSpecifierPlugin {
    #[prost(message, optional, tag = "1")]
    pub extension: ::core::option::Option<super::super::core::v3::TypedExtensionConfig>,
    #[prost(bool, tag = "2")]
    pub is_optional: bool,
}
impl ::prost::Name for ClusterSpecifierPlugin {
    const NAME: &'static str = "ClusterSpecifierPlugin";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.ClusterSpecifierPlugin".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.ClusterSpecifierPlugin".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RouteMatch {
    #[prost(message, optional, tag = "4")]
    pub case_sensitive: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "9")]
    pub runtime_fraction: ::core::option::Option<
        super::super::core::v3::RuntimeFractionalPercent,
    >,
    #[prost(message, repeated, tag = "6")]
    pub headers: ::prost::alloc::vec::Vec<HeaderMatcher>,
    #[prost(message, repeated, tag = "7")]
    pub query_parameters: ::prost::alloc::vec::Vec<QueryParameterMatcher>,
    #[prost(message, repeated, tag = "17")]
    pub cookies: ::prost::alloc::vec::Vec<CookieMatcher>,
    #[prost(message, optional, tag = "8")]
    pub grpc: ::core::option::Option<route_match::GrpcRouteMatchOptions>,
    #[prost(message, optional, tag = "11")]
    pub tls_context: ::core::option::Option<route_match::TlsContextMatchOptions>,
    #[prost(message, repeated, tag = "13")]
    pub dynamic_metadata: ::prost::alloc::vec::Vec<
        super::super::super::r#type::matcher::v3::MetadataMatcher,
    >,
    #[prost(message, repeated, tag = "16")]
    pub filter_state: ::prost::alloc::vec::Vec<
        super::super::super::r#type::matcher::v3::FilterStateMatcher,
    >,
    #[prost(oneof = "route_match::PathSpecifier", tags = "1, 2, 10, 12, 14, 15")]
    pub path_specifier: ::core::option::Option<route_match::PathSpecifier>,
}
/// Nested message and enum types in `RouteMatch`.
pub mod route_match {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct GrpcRouteMatchOptions {}
    impl ::prost::Name for GrpcRouteMatchOptions {
        const NAME: &'static str = "GrpcRouteMatchOptions";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct TlsContextMatchOptions {
        #[prost(message, optional, tag = "1")]
        pub presented: ::core::option::Option<
            super::super::super::super::super::google::protobuf::BoolValue,
        >,
        #[prost(message, optional, tag = "2")]
        pub validated: ::core::option::Option<
            super::super::super::super::super::google::protobuf::BoolValue,
        >,
    }
    impl ::prost::Name for TlsContextMatchOptions {
        const NAME: &'static str = "TlsContextMatchOptions";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteMatch.TlsContextMatchOptions".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteMatch.TlsContextMatchOptions"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct ConnectMatcher {}
    impl ::prost::Name for ConnectMatcher {
        const NAME: &'static str = "ConnectMatcher";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteMatch.ConnectMatcher".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteMatch.ConnectMatcher".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum PathSpecifier {
        #[prost(string, tag = "1")]
        Prefix(::prost::alloc::string::String),
        #[prost(string, tag = "2")]
        Path(::prost::alloc::string::String),
        #[prost(message, tag = "10")]
        SafeRegex(super::super::super::super::r#type::matcher::v3::RegexMatcher),
        #[prost(message, tag = "12")]
        ConnectMatcher(ConnectMatcher),
        #[prost(string, tag = "14")]
        PathSeparatedPrefix(::prost::alloc::string::String),
        #[prost(message, tag = "15")]
        PathMatchPolicy(super::super::super::core::v3::TypedExtensionConfig),
    }
}
impl ::prost::Name for RouteMatch {
    const NAME: &'static str = "RouteMatch";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RouteMatch".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RouteMatch".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CorsPolicy {
    #[prost(message, repeated, tag = "11")]
    pub allow_origin_string_match: ::prost::alloc::vec::Vec<
        super::super::super::r#type::matcher::v3::StringMatcher,
    >,
    #[prost(string, tag = "2")]
    pub allow_methods: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub allow_headers: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub expose_headers: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub max_age: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "6")]
    pub allow_credentials: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "10")]
    pub shadow_enabled: ::core::option::Option<
        super::super::core::v3::RuntimeFractionalPercent,
    >,
    #[prost(message, optional, tag = "12")]
    pub allow_private_network_access: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "13")]
    pub forward_not_matching_preflights: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(oneof = "cors_policy::EnabledSpecifier", tags = "9")]
    pub enabled_specifier: ::core::option::Option<cors_policy::EnabledSpecifier>,
}
/// Nested message and enum types in `CorsPolicy`.
pub mod cors_policy {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum EnabledSpecifier {
        #[prost(message, tag = "9")]
        FilterEnabled(super::super::super::core::v3::RuntimeFractionalPercent),
    }
}
impl ::prost::Name for CorsPolicy {
    const NAME: &'static str = "CorsPolicy";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.CorsPolicy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.CorsPolicy".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RouteAction {
    #[prost(enumeration = "route_action::ClusterNotFoundResponseCode", tag = "20")]
    pub cluster_not_found_response_code: i32,
    #[prost(message, optional, tag = "4")]
    pub metadata_match: ::core::option::Option<super::super::core::v3::Metadata>,
    #[prost(string, tag = "5")]
    pub prefix_rewrite: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "32")]
    pub regex_rewrite: ::core::option::Option<
        super::super::super::r#type::matcher::v3::RegexMatchAndSubstitute,
    >,
    #[prost(message, optional, tag = "41")]
    pub path_rewrite_policy: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(string, tag = "45")]
    pub path_rewrite: ::prost::alloc::string::String,
    #[prost(bool, tag = "38")]
    pub append_x_forwarded_host: bool,
    #[prost(message, optional, tag = "8")]
    pub timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "24")]
    pub idle_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "42")]
    pub flush_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "40")]
    pub early_data_policy: ::core::option::Option<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(message, optional, tag = "9")]
    pub retry_policy: ::core::option::Option<RetryPolicy>,
    #[prost(message, optional, tag = "33")]
    pub retry_policy_typed_config: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(message, repeated, tag = "30")]
    pub request_mirror_policies: ::prost::alloc::vec::Vec<
        route_action::RequestMirrorPolicy,
    >,
    #[prost(enumeration = "super::super::core::v3::RoutingPriority", tag = "11")]
    pub priority: i32,
    #[prost(message, repeated, tag = "13")]
    pub rate_limits: ::prost::alloc::vec::Vec<RateLimit>,
    #[deprecated]
    #[prost(message, optional, tag = "14")]
    pub include_vh_rate_limits: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, repeated, tag = "15")]
    pub hash_policy: ::prost::alloc::vec::Vec<route_action::HashPolicy>,
    #[deprecated]
    #[prost(message, optional, tag = "17")]
    pub cors: ::core::option::Option<CorsPolicy>,
    #[deprecated]
    #[prost(message, optional, tag = "23")]
    pub max_grpc_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[deprecated]
    #[prost(message, optional, tag = "28")]
    pub grpc_timeout_offset: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, repeated, tag = "25")]
    pub upgrade_configs: ::prost::alloc::vec::Vec<route_action::UpgradeConfig>,
    #[prost(message, optional, tag = "34")]
    pub internal_redirect_policy: ::core::option::Option<InternalRedirectPolicy>,
    #[deprecated]
    #[prost(enumeration = "route_action::InternalRedirectAction", tag = "26")]
    pub internal_redirect_action: i32,
    #[deprecated]
    #[prost(message, optional, tag = "31")]
    pub max_internal_redirects: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "27")]
    pub hedge_policy: ::core::option::Option<HedgePolicy>,
    #[prost(message, optional, tag = "36")]
    pub max_stream_duration: ::core::option::Option<route_action::MaxStreamDuration>,
    #[prost(oneof = "route_action::ClusterSpecifier", tags = "1, 2, 3, 37, 39")]
    pub cluster_specifier: ::core::option::Option<route_action::ClusterSpecifier>,
    #[prost(oneof = "route_action::HostRewriteSpecifier", tags = "6, 7, 29, 35, 44")]
    pub host_rewrite_specifier: ::core::option::Option<
        route_action::HostRewriteSpecifier,
    >,
}
/// Nested message and enum types in `RouteAction`.
pub mod route_action {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct RequestMirrorPolicy {
        #[prost(string, tag = "1")]
        pub cluster: ::prost::alloc::string::String,
        #[prost(string, tag = "5")]
        pub cluster_header: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "3")]
        pub runtime_fraction: ::core::option::Option<
            super::super::super::core::v3::RuntimeFractionalPercent,
        >,
        #[prost(message, optional, tag = "4")]
        pub trace_sampled: ::core::option::Option<
            super::super::super::super::super::google::protobuf::BoolValue,
        >,
        #[prost(bool, tag = "6")]
        pub disable_shadow_host_suffix_append: bool,
        #[prost(message, repeated, tag = "7")]
        pub request_headers_mutations: ::prost::alloc::vec::Vec<
            super::super::super::common::mutation_rules::v3::HeaderMutation,
        >,
        #[prost(string, tag = "8")]
        pub host_rewrite_literal: ::prost::alloc::string::String,
    }
    impl ::prost::Name for RequestMirrorPolicy {
        const NAME: &'static str = "RequestMirrorPolicy";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteAction.RequestMirrorPolicy".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteAction.RequestMirrorPolicy"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct HashPolicy {
        #[prost(bool, tag = "4")]
        pub terminal: bool,
        #[prost(oneof = "hash_policy::PolicySpecifier", tags = "1, 2, 3, 5, 6")]
        pub policy_specifier: ::core::option::Option<hash_policy::PolicySpecifier>,
    }
    /// Nested message and enum types in `HashPolicy`.
    pub mod hash_policy {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct Header {
            #[prost(string, tag = "1")]
            pub header_name: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub regex_rewrite: ::core::option::Option<
                super::super::super::super::super::r#type::matcher::v3::RegexMatchAndSubstitute,
            >,
        }
        impl ::prost::Name for Header {
            const NAME: &'static str = "Header";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.HashPolicy.Header".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy.Header"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct CookieAttribute {
            #[prost(string, tag = "1")]
            pub name: ::prost::alloc::string::String,
            #[prost(string, tag = "2")]
            pub value: ::prost::alloc::string::String,
        }
        impl ::prost::Name for CookieAttribute {
            const NAME: &'static str = "CookieAttribute";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct Cookie {
            #[prost(string, tag = "1")]
            pub name: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub ttl: ::core::option::Option<
                super::super::super::super::super::super::google::protobuf::Duration,
            >,
            #[prost(string, tag = "3")]
            pub path: ::prost::alloc::string::String,
            #[prost(message, repeated, tag = "4")]
            pub attributes: ::prost::alloc::vec::Vec<CookieAttribute>,
        }
        impl ::prost::Name for Cookie {
            const NAME: &'static str = "Cookie";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.HashPolicy.Cookie".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy.Cookie"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct ConnectionProperties {
            #[prost(bool, tag = "1")]
            pub source_ip: bool,
        }
        impl ::prost::Name for ConnectionProperties {
            const NAME: &'static str = "ConnectionProperties";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct QueryParameter {
            #[prost(string, tag = "1")]
            pub name: ::prost::alloc::string::String,
        }
        impl ::prost::Name for QueryParameter {
            const NAME: &'static str = "QueryParameter";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct FilterState {
            #[prost(string, tag = "1")]
            pub key: ::prost::alloc::string::String,
        }
        impl ::prost::Name for FilterState {
            const NAME: &'static str = "FilterState";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.HashPolicy.FilterState".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy.FilterState"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Oneof)]
        pub enum PolicySpecifier {
            #[prost(message, tag = "1")]
            Header(Header),
            #[prost(message, tag = "2")]
            Cookie(Cookie),
            #[prost(message, tag = "3")]
            ConnectionProperties(ConnectionProperties),
            #[prost(message, tag = "5")]
            QueryParameter(QueryParameter),
            #[prost(message, tag = "6")]
            FilterState(FilterState),
        }
    }
    impl ::prost::Name for HashPolicy {
        const NAME: &'static str = "HashPolicy";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteAction.HashPolicy".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteAction.HashPolicy".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct UpgradeConfig {
        #[prost(string, tag = "1")]
        pub upgrade_type: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "2")]
        pub enabled: ::core::option::Option<
            super::super::super::super::super::google::protobuf::BoolValue,
        >,
        #[prost(message, optional, tag = "3")]
        pub connect_config: ::core::option::Option<upgrade_config::ConnectConfig>,
    }
    /// Nested message and enum types in `UpgradeConfig`.
    pub mod upgrade_config {
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct ConnectConfig {
            #[prost(message, optional, tag = "1")]
            pub proxy_protocol_config: ::core::option::Option<
                super::super::super::super::core::v3::ProxyProtocolConfig,
            >,
            #[prost(bool, tag = "2")]
            pub allow_post: bool,
        }
        impl ::prost::Name for ConnectConfig {
            const NAME: &'static str = "ConnectConfig";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig"
                    .into()
            }
        }
    }
    impl ::prost::Name for UpgradeConfig {
        const NAME: &'static str = "UpgradeConfig";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteAction.UpgradeConfig".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteAction.UpgradeConfig".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct MaxStreamDuration {
        #[prost(message, optional, tag = "1")]
        pub max_stream_duration: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
        #[prost(message, optional, tag = "2")]
        pub grpc_timeout_header_max: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
        #[prost(message, optional, tag = "3")]
        pub grpc_timeout_header_offset: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
    }
    impl ::prost::Name for MaxStreamDuration {
        const NAME: &'static str = "MaxStreamDuration";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RouteAction.MaxStreamDuration".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RouteAction.MaxStreamDuration"
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
    pub enum ClusterNotFoundResponseCode {
        ServiceUnavailable = 0,
        NotFound = 1,
        InternalServerError = 2,
    }
    impl ClusterNotFoundResponseCode {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
                Self::NotFound => "NOT_FOUND",
                Self::InternalServerError => "INTERNAL_SERVER_ERROR",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "SERVICE_UNAVAILABLE" => Some(Self::ServiceUnavailable),
                "NOT_FOUND" => Some(Self::NotFound),
                "INTERNAL_SERVER_ERROR" => Some(Self::InternalServerError),
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
    pub enum InternalRedirectAction {
        PassThroughInternalRedirect = 0,
        HandleInternalRedirect = 1,
    }
    impl InternalRedirectAction {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::PassThroughInternalRedirect => "PASS_THROUGH_INTERNAL_REDIRECT",
                Self::HandleInternalRedirect => "HANDLE_INTERNAL_REDIRECT",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "PASS_THROUGH_INTERNAL_REDIRECT" => {
                    Some(Self::PassThroughInternalRedirect)
                }
                "HANDLE_INTERNAL_REDIRECT" => Some(Self::HandleInternalRedirect),
                _ => None,
            }
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum ClusterSpecifier {
        #[prost(string, tag = "1")]
        Cluster(::prost::alloc::string::String),
        #[prost(string, tag = "2")]
        ClusterHeader(::prost::alloc::string::String),
        #[prost(message, tag = "3")]
        WeightedClusters(super::WeightedCluster),
        #[prost(string, tag = "37")]
        ClusterSpecifierPlugin(::prost::alloc::string::String),
        #[prost(message, tag = "39")]
        InlineClusterSpecifierPlugin(super::ClusterSpecifierPlugin),
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum HostRewriteSpecifier {
        #[prost(string, tag = "6")]
        HostRewriteLiteral(::prost::alloc::string::String),
        #[prost(message, tag = "7")]
        AutoHostRewrite(super::super::super::super::super::google::protobuf::BoolValue),
        #[prost(string, tag = "29")]
        HostRewriteHeader(::prost::alloc::string::String),
        #[prost(message, tag = "35")]
        HostRewritePathRegex(
            super::super::super::super::r#type::matcher::v3::RegexMatchAndSubstitute,
        ),
        #[prost(string, tag = "44")]
        HostRewrite(::prost::alloc::string::String),
    }
}
impl ::prost::Name for RouteAction {
    const NAME: &'static str = "RouteAction";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RouteAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RouteAction".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RetryPolicy {
    #[prost(string, tag = "1")]
    pub retry_on: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub num_retries: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "3")]
    pub per_try_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "13")]
    pub per_try_idle_timeout: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "4")]
    pub retry_priority: ::core::option::Option<retry_policy::RetryPriority>,
    #[prost(message, repeated, tag = "5")]
    pub retry_host_predicate: ::prost::alloc::vec::Vec<retry_policy::RetryHostPredicate>,
    #[prost(message, repeated, tag = "12")]
    pub retry_options_predicates: ::prost::alloc::vec::Vec<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(int64, tag = "6")]
    pub host_selection_retry_max_attempts: i64,
    #[prost(uint32, repeated, tag = "7")]
    pub retriable_status_codes: ::prost::alloc::vec::Vec<u32>,
    #[prost(message, optional, tag = "8")]
    pub retry_back_off: ::core::option::Option<retry_policy::RetryBackOff>,
    #[prost(message, optional, tag = "11")]
    pub rate_limited_retry_back_off: ::core::option::Option<
        retry_policy::RateLimitedRetryBackOff,
    >,
    #[prost(message, repeated, tag = "9")]
    pub retriable_headers: ::prost::alloc::vec::Vec<HeaderMatcher>,
    #[prost(message, repeated, tag = "10")]
    pub retriable_request_headers: ::prost::alloc::vec::Vec<HeaderMatcher>,
    #[prost(bool, tag = "14")]
    pub refresh_cluster_on_retry: bool,
}
/// Nested message and enum types in `RetryPolicy`.
pub mod retry_policy {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RetryPriority {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(oneof = "retry_priority::ConfigType", tags = "3")]
        pub config_type: ::core::option::Option<retry_priority::ConfigType>,
    }
    /// Nested message and enum types in `RetryPriority`.
    pub mod retry_priority {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConfigType {
            #[prost(message, tag = "3")]
            TypedConfig(super::super::super::super::super::super::google::protobuf::Any),
        }
    }
    impl ::prost::Name for RetryPriority {
        const NAME: &'static str = "RetryPriority";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RetryPolicy.RetryPriority".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RetryPolicy.RetryPriority".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RetryHostPredicate {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(oneof = "retry_host_predicate::ConfigType", tags = "3")]
        pub config_type: ::core::option::Option<retry_host_predicate::ConfigType>,
    }
    /// Nested message and enum types in `RetryHostPredicate`.
    pub mod retry_host_predicate {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConfigType {
            #[prost(message, tag = "3")]
            TypedConfig(super::super::super::super::super::super::google::protobuf::Any),
        }
    }
    impl ::prost::Name for RetryHostPredicate {
        const NAME: &'static str = "RetryHostPredicate";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RetryPolicy.RetryHostPredicate".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RetryPolicy.RetryHostPredicate"
                .into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RetryBackOff {
        #[prost(message, optional, tag = "1")]
        pub base_interval: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
        #[prost(message, optional, tag = "2")]
        pub max_interval: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
    }
    impl ::prost::Name for RetryBackOff {
        const NAME: &'static str = "RetryBackOff";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RetryPolicy.RetryBackOff".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RetryPolicy.RetryBackOff".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct ResetHeader {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(enumeration = "ResetHeaderFormat", tag = "2")]
        pub format: i32,
    }
    impl ::prost::Name for ResetHeader {
        const NAME: &'static str = "ResetHeader";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RetryPolicy.ResetHeader".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RetryPolicy.ResetHeader".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct RateLimitedRetryBackOff {
        #[prost(message, repeated, tag = "1")]
        pub reset_headers: ::prost::alloc::vec::Vec<ResetHeader>,
        #[prost(message, optional, tag = "2")]
        pub max_interval: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
    }
    impl ::prost::Name for RateLimitedRetryBackOff {
        const NAME: &'static str = "RateLimitedRetryBackOff";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff"
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
    pub enum ResetHeaderFormat {
        Seconds = 0,
        UnixTimestamp = 1,
    }
    impl ResetHeaderFormat {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Seconds => "SECONDS",
                Self::UnixTimestamp => "UNIX_TIMESTAMP",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "SECONDS" => Some(Self::Seconds),
                "UNIX_TIMESTAMP" => Some(Self::UnixTimestamp),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for RetryPolicy {
    const NAME: &'static str = "RetryPolicy";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RetryPolicy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RetryPolicy".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HedgePolicy {
    #[prost(message, optional, tag = "1")]
    pub initial_requests: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, optional, tag = "2")]
    pub additional_request_chance: ::core::option::Option<
        super::super::super::r#type::v3::FractionalPercent,
    >,
    #[prost(bool, tag = "3")]
    pub hedge_on_per_try_timeout: bool,
}
impl ::prost::Name for HedgePolicy {
    const NAME: &'static str = "HedgePolicy";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.HedgePolicy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.HedgePolicy".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RedirectAction {
    #[prost(string, tag = "1")]
    pub host_redirect: ::prost::alloc::string::String,
    #[prost(uint32, tag = "8")]
    pub port_redirect: u32,
    #[prost(enumeration = "redirect_action::RedirectResponseCode", tag = "3")]
    pub response_code: i32,
    #[prost(bool, tag = "6")]
    pub strip_query: bool,
    #[prost(oneof = "redirect_action::SchemeRewriteSpecifier", tags = "4, 7")]
    pub scheme_rewrite_specifier: ::core::option::Option<
        redirect_action::SchemeRewriteSpecifier,
    >,
    #[prost(oneof = "redirect_action::PathRewriteSpecifier", tags = "2, 5, 9, 10")]
    pub path_rewrite_specifier: ::core::option::Option<
        redirect_action::PathRewriteSpecifier,
    >,
}
/// Nested message and enum types in `RedirectAction`.
pub mod redirect_action {
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
    pub enum RedirectResponseCode {
        MovedPermanently = 0,
        Found = 1,
        SeeOther = 2,
        TemporaryRedirect = 3,
        PermanentRedirect = 4,
    }
    impl RedirectResponseCode {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::MovedPermanently => "MOVED_PERMANENTLY",
                Self::Found => "FOUND",
                Self::SeeOther => "SEE_OTHER",
                Self::TemporaryRedirect => "TEMPORARY_REDIRECT",
                Self::PermanentRedirect => "PERMANENT_REDIRECT",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "MOVED_PERMANENTLY" => Some(Self::MovedPermanently),
                "FOUND" => Some(Self::Found),
                "SEE_OTHER" => Some(Self::SeeOther),
                "TEMPORARY_REDIRECT" => Some(Self::TemporaryRedirect),
                "PERMANENT_REDIRECT" => Some(Self::PermanentRedirect),
                _ => None,
            }
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum SchemeRewriteSpecifier {
        #[prost(bool, tag = "4")]
        HttpsRedirect(bool),
        #[prost(string, tag = "7")]
        SchemeRedirect(::prost::alloc::string::String),
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum PathRewriteSpecifier {
        #[prost(string, tag = "2")]
        PathRedirect(::prost::alloc::string::String),
        #[prost(string, tag = "5")]
        PrefixRewrite(::prost::alloc::string::String),
        #[prost(message, tag = "9")]
        RegexRewrite(
            super::super::super::super::r#type::matcher::v3::RegexMatchAndSubstitute,
        ),
        #[prost(string, tag = "10")]
        PathRewrite(::prost::alloc::string::String),
    }
}
impl ::prost::Name for RedirectAction {
    const NAME: &'static str = "RedirectAction";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RedirectAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RedirectAction".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DirectResponseAction {
    #[prost(uint32, tag = "1")]
    pub status: u32,
    #[prost(message, optional, tag = "2")]
    pub body: ::core::option::Option<super::super::core::v3::DataSource>,
    #[prost(message, optional, tag = "3")]
    pub body_format: ::core::option::Option<
        super::super::core::v3::SubstitutionFormatString,
    >,
}
impl ::prost::Name for DirectResponseAction {
    const NAME: &'static str = "DirectResponseAction";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.DirectResponseAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.DirectResponseAction".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct NonForwardingAction {}
impl ::prost::Name for NonForwardingAction {
    const NAME: &'static str = "NonForwardingAction";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.NonForwardingAction".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.NonForwardingAction".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Decorator {
    #[prost(string, tag = "1")]
    pub operation: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub propagate: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
}
impl ::prost::Name for Decorator {
    const NAME: &'static str = "Decorator";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.Decorator".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.Decorator".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Tracing {
    #[prost(message, optional, tag = "1")]
    pub client_sampling: ::core::option::Option<
        super::super::super::r#type::v3::FractionalPercent,
    >,
    #[prost(message, optional, tag = "2")]
    pub random_sampling: ::core::option::Option<
        super::super::super::r#type::v3::FractionalPercent,
    >,
    #[prost(message, optional, tag = "3")]
    pub overall_sampling: ::core::option::Option<
        super::super::super::r#type::v3::FractionalPercent,
    >,
    #[prost(message, repeated, tag = "4")]
    pub custom_tags: ::prost::alloc::vec::Vec<
        super::super::super::r#type::tracing::v3::CustomTag,
    >,
    #[prost(string, tag = "5")]
    pub operation: ::prost::alloc::string::String,
    #[prost(string, tag = "6")]
    pub upstream_operation: ::prost::alloc::string::String,
}
impl ::prost::Name for Tracing {
    const NAME: &'static str = "Tracing";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.Tracing".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.Tracing".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct VirtualCluster {
    #[prost(message, repeated, tag = "4")]
    pub headers: ::prost::alloc::vec::Vec<HeaderMatcher>,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
}
impl ::prost::Name for VirtualCluster {
    const NAME: &'static str = "VirtualCluster";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.VirtualCluster".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.VirtualCluster".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RateLimit {
    #[prost(message, optional, tag = "1")]
    pub stage: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(string, tag = "2")]
    pub disable_key: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "3")]
    pub actions: ::prost::alloc::vec::Vec<rate_limit::Action>,
    #[prost(message, optional, tag = "4")]
    pub limit: ::core::option::Option<rate_limit::Override>,
    #[prost(message, optional, tag = "5")]
    pub hits_addend: ::core::option::Option<rate_limit::HitsAddend>,
    #[prost(bool, tag = "6")]
    pub apply_on_stream_done: bool,
    #[prost(enumeration = "rate_limit::XRateLimitOption", tag = "7")]
    pub x_ratelimit_option: i32,
}
/// Nested message and enum types in `RateLimit`.
pub mod rate_limit {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct Action {
        #[prost(
            oneof = "action::ActionSpecifier",
            tags = "1, 2, 3, 12, 4, 5, 6, 7, 8, 9, 10, 11, 13"
        )]
        pub action_specifier: ::core::option::Option<action::ActionSpecifier>,
    }
    /// Nested message and enum types in `Action`.
    pub mod action {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct SourceCluster {}
        impl ::prost::Name for SourceCluster {
            const NAME: &'static str = "SourceCluster";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.SourceCluster".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.SourceCluster"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct DestinationCluster {}
        impl ::prost::Name for DestinationCluster {
            const NAME: &'static str = "DestinationCluster";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.DestinationCluster".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.DestinationCluster"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct RequestHeaders {
            #[prost(string, tag = "1")]
            pub header_name: ::prost::alloc::string::String,
            #[prost(string, tag = "2")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(bool, tag = "3")]
            pub skip_if_absent: bool,
        }
        impl ::prost::Name for RequestHeaders {
            const NAME: &'static str = "RequestHeaders";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.RequestHeaders".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.RequestHeaders"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct QueryParameters {
            #[prost(string, tag = "1")]
            pub query_parameter_name: ::prost::alloc::string::String,
            #[prost(string, tag = "2")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(bool, tag = "3")]
            pub skip_if_absent: bool,
        }
        impl ::prost::Name for QueryParameters {
            const NAME: &'static str = "QueryParameters";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.QueryParameters".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.QueryParameters"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct RemoteAddress {}
        impl ::prost::Name for RemoteAddress {
            const NAME: &'static str = "RemoteAddress";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.RemoteAddress".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.RemoteAddress"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct MaskedRemoteAddress {
            #[prost(message, optional, tag = "1")]
            pub v4_prefix_mask_len: ::core::option::Option<
                super::super::super::super::super::super::google::protobuf::UInt32Value,
            >,
            #[prost(message, optional, tag = "2")]
            pub v6_prefix_mask_len: ::core::option::Option<
                super::super::super::super::super::super::google::protobuf::UInt32Value,
            >,
        }
        impl ::prost::Name for MaskedRemoteAddress {
            const NAME: &'static str = "MaskedRemoteAddress";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct GenericKey {
            #[prost(string, tag = "1")]
            pub descriptor_value: ::prost::alloc::string::String,
            #[prost(string, tag = "3")]
            pub default_value: ::prost::alloc::string::String,
            #[prost(string, tag = "2")]
            pub descriptor_key: ::prost::alloc::string::String,
        }
        impl ::prost::Name for GenericKey {
            const NAME: &'static str = "GenericKey";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.GenericKey".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.GenericKey"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct HeaderValueMatch {
            #[prost(string, tag = "1")]
            pub descriptor_value: ::prost::alloc::string::String,
            #[prost(string, tag = "5")]
            pub default_value: ::prost::alloc::string::String,
            #[prost(string, tag = "4")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub expect_match: ::core::option::Option<
                super::super::super::super::super::super::google::protobuf::BoolValue,
            >,
            #[prost(message, repeated, tag = "3")]
            pub headers: ::prost::alloc::vec::Vec<super::super::HeaderMatcher>,
        }
        impl ::prost::Name for HeaderValueMatch {
            const NAME: &'static str = "HeaderValueMatch";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.HeaderValueMatch".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.HeaderValueMatch"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct DynamicMetaData {
            #[prost(string, tag = "1")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub metadata_key: ::core::option::Option<
                super::super::super::super::super::r#type::metadata::v3::MetadataKey,
            >,
            #[prost(string, tag = "3")]
            pub default_value: ::prost::alloc::string::String,
        }
        impl ::prost::Name for DynamicMetaData {
            const NAME: &'static str = "DynamicMetaData";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.DynamicMetaData".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.DynamicMetaData"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct MetaData {
            #[prost(string, tag = "1")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub metadata_key: ::core::option::Option<
                super::super::super::super::super::r#type::metadata::v3::MetadataKey,
            >,
            #[prost(string, tag = "3")]
            pub default_value: ::prost::alloc::string::String,
            #[prost(enumeration = "meta_data::Source", tag = "4")]
            pub source: i32,
            #[prost(bool, tag = "5")]
            pub skip_if_absent: bool,
        }
        /// Nested message and enum types in `MetaData`.
        pub mod meta_data {
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
            pub enum Source {
                Dynamic = 0,
                RouteEntry = 1,
                ClusterEntry = 2,
                ClusterLocalityEntry = 3,
            }
            impl Source {
                /// String value of the enum field names used in the ProtoBuf definition.
                ///
                /// The values are not transformed in any way and thus are considered stable
                /// (if the ProtoBuf definition does not change) and safe for programmatic use.
                pub fn as_str_name(&self) -> &'static str {
                    match self {
                        Self::Dynamic => "DYNAMIC",
                        Self::RouteEntry => "ROUTE_ENTRY",
                        Self::ClusterEntry => "CLUSTER_ENTRY",
                        Self::ClusterLocalityEntry => "CLUSTER_LOCALITY_ENTRY",
                    }
                }
                /// Creates an enum from field names used in the ProtoBuf definition.
                pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
                    match value {
                        "DYNAMIC" => Some(Self::Dynamic),
                        "ROUTE_ENTRY" => Some(Self::RouteEntry),
                        "CLUSTER_ENTRY" => Some(Self::ClusterEntry),
                        "CLUSTER_LOCALITY_ENTRY" => Some(Self::ClusterLocalityEntry),
                        _ => None,
                    }
                }
            }
        }
        impl ::prost::Name for MetaData {
            const NAME: &'static str = "MetaData";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.MetaData".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.MetaData"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct QueryParameterValueMatch {
            #[prost(string, tag = "1")]
            pub descriptor_value: ::prost::alloc::string::String,
            #[prost(string, tag = "5")]
            pub default_value: ::prost::alloc::string::String,
            #[prost(string, tag = "4")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub expect_match: ::core::option::Option<
                super::super::super::super::super::super::google::protobuf::BoolValue,
            >,
            #[prost(message, repeated, tag = "3")]
            pub query_parameters: ::prost::alloc::vec::Vec<
                super::super::QueryParameterMatcher,
            >,
        }
        impl ::prost::Name for QueryParameterValueMatch {
            const NAME: &'static str = "QueryParameterValueMatch";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct RemoteAddressMatch {
            #[prost(string, tag = "1")]
            pub descriptor_value: ::prost::alloc::string::String,
            #[prost(string, tag = "2")]
            pub descriptor_key: ::prost::alloc::string::String,
            #[prost(string, tag = "3")]
            pub default_value: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "4")]
            pub address_matcher: ::core::option::Option<
                super::super::super::super::super::r#type::matcher::v3::AddressMatcher,
            >,
        }
        impl ::prost::Name for RemoteAddressMatch {
            const NAME: &'static str = "RemoteAddressMatch";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Oneof)]
        pub enum ActionSpecifier {
            #[prost(message, tag = "1")]
            SourceCluster(SourceCluster),
            #[prost(message, tag = "2")]
            DestinationCluster(DestinationCluster),
            #[prost(message, tag = "3")]
            RequestHeaders(RequestHeaders),
            #[prost(message, tag = "12")]
            QueryParameters(QueryParameters),
            #[prost(message, tag = "4")]
            RemoteAddress(RemoteAddress),
            #[prost(message, tag = "5")]
            GenericKey(GenericKey),
            #[prost(message, tag = "6")]
            HeaderValueMatch(HeaderValueMatch),
            #[deprecated]
            #[prost(message, tag = "7")]
            DynamicMetadata(DynamicMetaData),
            #[prost(message, tag = "8")]
            Metadata(MetaData),
            #[prost(message, tag = "9")]
            Extension(super::super::super::super::core::v3::TypedExtensionConfig),
            #[prost(message, tag = "10")]
            MaskedRemoteAddress(MaskedRemoteAddress),
            #[prost(message, tag = "11")]
            QueryParameterValueMatch(QueryParameterValueMatch),
            #[prost(message, tag = "13")]
            RemoteAddressMatch(RemoteAddressMatch),
        }
    }
    impl ::prost::Name for Action {
        const NAME: &'static str = "Action";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RateLimit.Action".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RateLimit.Action".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct Override {
        #[prost(oneof = "r#override::OverrideSpecifier", tags = "1, 2")]
        pub override_specifier: ::core::option::Option<r#override::OverrideSpecifier>,
    }
    /// Nested message and enum types in `Override`.
    pub mod r#override {
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct DynamicMetadata {
            #[prost(message, optional, tag = "1")]
            pub metadata_key: ::core::option::Option<
                super::super::super::super::super::r#type::metadata::v3::MetadataKey,
            >,
        }
        impl ::prost::Name for DynamicMetadata {
            const NAME: &'static str = "DynamicMetadata";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Override.DynamicMetadata".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Override.DynamicMetadata"
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
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.RateLimit.Override.RateLimitOverride".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.RateLimit.Override.RateLimitOverride"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Oneof)]
        pub enum OverrideSpecifier {
            #[prost(message, tag = "1")]
            DynamicMetadata(DynamicMetadata),
            #[prost(message, tag = "2")]
            RateLimit(RateLimitOverride),
        }
    }
    impl ::prost::Name for Override {
        const NAME: &'static str = "Override";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RateLimit.Override".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RateLimit.Override".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct HitsAddend {
        #[prost(message, optional, tag = "1")]
        pub number: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt64Value,
        >,
        #[prost(string, tag = "2")]
        pub format: ::prost::alloc::string::String,
        #[prost(bool, tag = "3")]
        pub is_negative_hits: bool,
    }
    impl ::prost::Name for HitsAddend {
        const NAME: &'static str = "HitsAddend";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.RateLimit.HitsAddend".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.RateLimit.HitsAddend".into()
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
    pub enum XRateLimitOption {
        Unspecified = 0,
        Off = 1,
        DraftVersion03 = 2,
    }
    impl XRateLimitOption {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "UNSPECIFIED",
                Self::Off => "OFF",
                Self::DraftVersion03 => "DRAFT_VERSION_03",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "UNSPECIFIED" => Some(Self::Unspecified),
                "OFF" => Some(Self::Off),
                "DRAFT_VERSION_03" => Some(Self::DraftVersion03),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for RateLimit {
    const NAME: &'static str = "RateLimit";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RateLimit".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RateLimit".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeaderMatcher {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(bool, tag = "8")]
    pub invert_match: bool,
    #[prost(bool, tag = "14")]
    pub treat_missing_header_as_empty: bool,
    #[prost(
        oneof = "header_matcher::HeaderMatchSpecifier",
        tags = "4, 11, 6, 7, 9, 10, 12, 13"
    )]
    pub header_match_specifier: ::core::option::Option<
        header_matcher::HeaderMatchSpecifier,
    >,
}
/// Nested message and enum types in `HeaderMatcher`.
pub mod header_matcher {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum HeaderMatchSpecifier {
        #[deprecated]
        #[prost(string, tag = "4")]
        ExactMatch(::prost::alloc::string::String),
        #[deprecated]
        #[prost(message, tag = "11")]
        SafeRegexMatch(super::super::super::super::r#type::matcher::v3::RegexMatcher),
        #[prost(message, tag = "6")]
        RangeMatch(super::super::super::super::r#type::v3::Int64Range),
        #[prost(bool, tag = "7")]
        PresentMatch(bool),
        #[deprecated]
        #[prost(string, tag = "9")]
        PrefixMatch(::prost::alloc::string::String),
        #[deprecated]
        #[prost(string, tag = "10")]
        SuffixMatch(::prost::alloc::string::String),
        #[deprecated]
        #[prost(string, tag = "12")]
        ContainsMatch(::prost::alloc::string::String),
        #[prost(message, tag = "13")]
        StringMatch(super::super::super::super::r#type::matcher::v3::StringMatcher),
    }
}
impl ::prost::Name for HeaderMatcher {
    const NAME: &'static str = "HeaderMatcher";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.HeaderMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.HeaderMatcher".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct QueryParameterMatcher {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(
        oneof = "query_parameter_matcher::QueryParameterMatchSpecifier",
        tags = "5, 6"
    )]
    pub query_parameter_match_specifier: ::core::option::Option<
        query_parameter_matcher::QueryParameterMatchSpecifier,
    >,
}
/// Nested message and enum types in `QueryParameterMatcher`.
pub mod query_parameter_matcher {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum QueryParameterMatchSpecifier {
        #[prost(message, tag = "5")]
        StringMatch(super::super::super::super::r#type::matcher::v3::StringMatcher),
        #[prost(bool, tag = "6")]
        PresentMatch(bool),
    }
}
impl ::prost::Name for QueryParameterMatcher {
    const NAME: &'static str = "QueryParameterMatcher";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.QueryParameterMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.QueryParameterMatcher".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CookieMatcher {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub string_match: ::core::option::Option<
        super::super::super::r#type::matcher::v3::StringMatcher,
    >,
    #[prost(bool, tag = "3")]
    pub invert_match: bool,
}
impl ::prost::Name for CookieMatcher {
    const NAME: &'static str = "CookieMatcher";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.CookieMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.CookieMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct InternalRedirectPolicy {
    #[prost(message, optional, tag = "1")]
    pub max_internal_redirects: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(uint32, repeated, packed = "false", tag = "2")]
    pub redirect_response_codes: ::prost::alloc::vec::Vec<u32>,
    #[prost(message, repeated, tag = "3")]
    pub predicates: ::prost::alloc::vec::Vec<
        super::super::core::v3::TypedExtensionConfig,
    >,
    #[prost(bool, tag = "4")]
    pub allow_cross_scheme_redirect: bool,
    #[prost(string, repeated, tag = "5")]
    pub response_headers_to_copy: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
}
impl ::prost::Name for InternalRedirectPolicy {
    const NAME: &'static str = "InternalRedirectPolicy";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.InternalRedirectPolicy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.InternalRedirectPolicy".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FilterConfig {
    #[prost(message, optional, tag = "1")]
    pub config: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(bool, tag = "2")]
    pub is_optional: bool,
    #[prost(bool, tag = "3")]
    pub disabled: bool,
}
impl ::prost::Name for FilterConfig {
    const NAME: &'static str = "FilterConfig";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.FilterConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.FilterConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RouteConfiguration {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub virtual_hosts: ::prost::alloc::vec::Vec<VirtualHost>,
    #[prost(message, optional, tag = "9")]
    pub vhds: ::core::option::Option<Vhds>,
    #[prost(string, repeated, tag = "3")]
    pub internal_only_headers: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "4")]
    pub response_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "5")]
    pub response_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(message, repeated, tag = "6")]
    pub request_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "8")]
    pub request_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(bool, tag = "10")]
    pub most_specific_header_mutations_wins: bool,
    #[prost(message, optional, tag = "7")]
    pub validate_clusters: ::core::option::Option<
        super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "11")]
    pub max_direct_response_body_size_bytes: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(message, repeated, tag = "12")]
    pub cluster_specifier_plugins: ::prost::alloc::vec::Vec<ClusterSpecifierPlugin>,
    #[prost(message, repeated, tag = "13")]
    pub request_mirror_policies: ::prost::alloc::vec::Vec<
        route_action::RequestMirrorPolicy,
    >,
    #[prost(bool, tag = "14")]
    pub ignore_port_in_host_matching: bool,
    #[prost(string, tag = "18")]
    pub vhost_header: ::prost::alloc::string::String,
    #[prost(bool, tag = "15")]
    pub ignore_path_parameters_in_path_matching: bool,
    #[prost(btree_map = "string, message", tag = "16")]
    pub typed_per_filter_config: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(message, optional, tag = "17")]
    pub metadata: ::core::option::Option<super::super::core::v3::Metadata>,
    #[prost(message, repeated, tag = "19")]
    pub route_specifiers: ::prost::alloc::vec::Vec<
        super::super::core::v3::TypedExtensionConfig,
    >,
}
impl ::prost::Name for RouteConfiguration {
    const NAME: &'static str = "RouteConfiguration";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.RouteConfiguration".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.RouteConfiguration".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Vhds {
    #[prost(message, optional, tag = "1")]
    pub config_source: ::core::option::Option<super::super::core::v3::ConfigSource>,
}
impl ::prost::Name for Vhds {
    const NAME: &'static str = "Vhds";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.Vhds".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.Vhds".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ScopedRouteConfiguration {
    #[prost(bool, tag = "4")]
    pub on_demand: bool,
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub route_configuration_name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "5")]
    pub route_configuration: ::core::option::Option<RouteConfiguration>,
    #[prost(message, optional, tag = "3")]
    pub key: ::core::option::Option<scoped_route_configuration::Key>,
}
/// Nested message and enum types in `ScopedRouteConfiguration`.
pub mod scoped_route_configuration {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct Key {
        #[prost(message, repeated, tag = "1")]
        pub fragments: ::prost::alloc::vec::Vec<key::Fragment>,
    }
    /// Nested message and enum types in `Key`.
    pub mod key {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct Fragment {
            #[prost(oneof = "fragment::Type", tags = "1")]
            pub r#type: ::core::option::Option<fragment::Type>,
        }
        /// Nested message and enum types in `Fragment`.
        pub mod fragment {
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
            pub enum Type {
                #[prost(string, tag = "1")]
                StringKey(::prost::alloc::string::String),
            }
        }
        impl ::prost::Name for Fragment {
            const NAME: &'static str = "Fragment";
            const PACKAGE: &'static str = "envoy.config.route.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment"
                    .into()
            }
        }
    }
    impl ::prost::Name for Key {
        const NAME: &'static str = "Key";
        const PACKAGE: &'static str = "envoy.config.route.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.route.v3.ScopedRouteConfiguration.Key".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration.Key"
                .into()
        }
    }
}
impl ::prost::Name for ScopedRouteConfiguration {
    const NAME: &'static str = "ScopedRouteConfiguration";
    const PACKAGE: &'static str = "envoy.config.route.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.route.v3.ScopedRouteConfiguration".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration".into()
    }
}
