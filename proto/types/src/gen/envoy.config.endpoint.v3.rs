#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Endpoint {
    #[prost(message, optional, tag = "1")]
    pub address: ::core::option::Option<super::super::core::v3::Address>,
    #[prost(message, optional, tag = "2")]
    pub health_check_config: ::core::option::Option<endpoint::HealthCheckConfig>,
    #[prost(string, tag = "3")]
    pub hostname: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "4")]
    pub additional_addresses: ::prost::alloc::vec::Vec<endpoint::AdditionalAddress>,
    #[prost(string, tag = "5")]
    pub observability_name: ::prost::alloc::string::String,
}
/// Nested message and enum types in `Endpoint`.
pub mod endpoint {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct HealthCheckConfig {
        #[prost(uint32, tag = "1")]
        pub port_value: u32,
        #[prost(string, tag = "2")]
        pub hostname: ::prost::alloc::string::String,
        #[prost(message, optional, tag = "3")]
        pub address: ::core::option::Option<super::super::super::core::v3::Address>,
        #[prost(bool, tag = "4")]
        pub disable_active_health_check: bool,
    }
    impl ::prost::Name for HealthCheckConfig {
        const NAME: &'static str = "HealthCheckConfig";
        const PACKAGE: &'static str = "envoy.config.endpoint.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.endpoint.v3.Endpoint.HealthCheckConfig".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.endpoint.v3.Endpoint.HealthCheckConfig"
                .into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct AdditionalAddress {
        #[prost(message, optional, tag = "1")]
        pub address: ::core::option::Option<super::super::super::core::v3::Address>,
    }
    impl ::prost::Name for AdditionalAddress {
        const NAME: &'static str = "AdditionalAddress";
        const PACKAGE: &'static str = "envoy.config.endpoint.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.endpoint.v3.Endpoint.AdditionalAddress".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.endpoint.v3.Endpoint.AdditionalAddress"
                .into()
        }
    }
}
impl ::prost::Name for Endpoint {
    const NAME: &'static str = "Endpoint";
    const PACKAGE: &'static str = "envoy.config.endpoint.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.endpoint.v3.Endpoint".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.endpoint.v3.Endpoint".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LbEndpoint {
    #[prost(enumeration = "super::super::core::v3::HealthStatus", tag = "2")]
    pub health_status: i32,
    #[prost(message, optional, tag = "3")]
    pub metadata: ::core::option::Option<super::super::core::v3::Metadata>,
    #[prost(message, optional, tag = "4")]
    pub load_balancing_weight: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(oneof = "lb_endpoint::HostIdentifier", tags = "1, 5")]
    pub host_identifier: ::core::option::Option<lb_endpoint::HostIdentifier>,
}
/// Nested message and enum types in `LbEndpoint`.
pub mod lb_endpoint {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum HostIdentifier {
        #[prost(message, tag = "1")]
        Endpoint(super::Endpoint),
        #[prost(string, tag = "5")]
        EndpointName(::prost::alloc::string::String),
    }
}
impl ::prost::Name for LbEndpoint {
    const NAME: &'static str = "LbEndpoint";
    const PACKAGE: &'static str = "envoy.config.endpoint.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.endpoint.v3.LbEndpoint".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.endpoint.v3.LbEndpoint".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LbEndpointCollection {
    #[prost(message, repeated, tag = "1")]
    pub entries: ::prost::alloc::vec::Vec<
        super::super::super::super::xds::core::v3::CollectionEntry,
    >,
}
impl ::prost::Name for LbEndpointCollection {
    const NAME: &'static str = "LbEndpointCollection";
    const PACKAGE: &'static str = "envoy.config.endpoint.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.endpoint.v3.LbEndpointCollection".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.endpoint.v3.LbEndpointCollection".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LedsClusterLocalityConfig {
    #[prost(message, optional, tag = "1")]
    pub leds_config: ::core::option::Option<super::super::core::v3::ConfigSource>,
    #[prost(string, tag = "2")]
    pub leds_collection_name: ::prost::alloc::string::String,
}
impl ::prost::Name for LedsClusterLocalityConfig {
    const NAME: &'static str = "LedsClusterLocalityConfig";
    const PACKAGE: &'static str = "envoy.config.endpoint.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.endpoint.v3.LedsClusterLocalityConfig".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.endpoint.v3.LedsClusterLocalityConfig".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LocalityLbEndpoints {
    #[prost(message, optional, tag = "1")]
    pub locality: ::core::option::Option<super::super::core::v3::Locality>,
    #[prost(message, optional, tag = "9")]
    pub metadata: ::core::option::Option<super::super::core::v3::Metadata>,
    #[prost(message, repeated, tag = "2")]
    pub lb_endpoints: ::prost::alloc::vec::Vec<LbEndpoint>,
    #[prost(message, optional, tag = "3")]
    pub load_balancing_weight: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(uint32, tag = "5")]
    pub priority: u32,
    #[prost(message, optional, tag = "6")]
    pub proximity: ::core::option::Option<
        super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(oneof = "locality_lb_endpoints::LbConfig", tags = "7, 8")]
    pub lb_config: ::core::option::Option<locality_lb_endpoints::LbConfig>,
}
/// Nested message and enum types in `LocalityLbEndpoints`.
pub mod locality_lb_endpoints {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct LbEndpointList {
        #[prost(message, repeated, tag = "1")]
        pub lb_endpoints: ::prost::alloc::vec::Vec<super::LbEndpoint>,
    }
    impl ::prost::Name for LbEndpointList {
        const NAME: &'static str = "LbEndpointList";
        const PACKAGE: &'static str = "envoy.config.endpoint.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum LbConfig {
        #[deprecated]
        #[prost(message, tag = "7")]
        LoadBalancerEndpoints(LbEndpointList),
        #[prost(message, tag = "8")]
        LedsClusterLocalityConfig(super::LedsClusterLocalityConfig),
    }
}
impl ::prost::Name for LocalityLbEndpoints {
    const NAME: &'static str = "LocalityLbEndpoints";
    const PACKAGE: &'static str = "envoy.config.endpoint.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.endpoint.v3.LocalityLbEndpoints".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.endpoint.v3.LocalityLbEndpoints".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ClusterLoadAssignment {
    #[prost(string, tag = "1")]
    pub cluster_name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub endpoints: ::prost::alloc::vec::Vec<LocalityLbEndpoints>,
    #[prost(btree_map = "string, message", tag = "5")]
    pub named_endpoints: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        Endpoint,
    >,
    #[prost(message, optional, tag = "4")]
    pub policy: ::core::option::Option<cluster_load_assignment::Policy>,
}
/// Nested message and enum types in `ClusterLoadAssignment`.
pub mod cluster_load_assignment {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct Policy {
        #[prost(message, repeated, tag = "2")]
        pub drop_overloads: ::prost::alloc::vec::Vec<policy::DropOverload>,
        #[prost(message, optional, tag = "3")]
        pub overprovisioning_factor: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
        #[prost(message, optional, tag = "4")]
        pub endpoint_stale_after: ::core::option::Option<
            super::super::super::super::super::google::protobuf::Duration,
        >,
        #[prost(bool, tag = "6")]
        pub weighted_priority_health: bool,
    }
    /// Nested message and enum types in `Policy`.
    pub mod policy {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct DropOverload {
            #[prost(string, tag = "1")]
            pub category: ::prost::alloc::string::String,
            #[prost(message, optional, tag = "2")]
            pub drop_percentage: ::core::option::Option<
                super::super::super::super::super::r#type::v3::FractionalPercent,
            >,
        }
        impl ::prost::Name for DropOverload {
            const NAME: &'static str = "DropOverload";
            const PACKAGE: &'static str = "envoy.config.endpoint.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload"
                    .into()
            }
        }
    }
    impl ::prost::Name for Policy {
        const NAME: &'static str = "Policy";
        const PACKAGE: &'static str = "envoy.config.endpoint.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.endpoint.v3.ClusterLoadAssignment.Policy".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment.Policy"
                .into()
        }
    }
}
impl ::prost::Name for ClusterLoadAssignment {
    const NAME: &'static str = "ClusterLoadAssignment";
    const PACKAGE: &'static str = "envoy.config.endpoint.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.endpoint.v3.ClusterLoadAssignment".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment".into()
    }
}
