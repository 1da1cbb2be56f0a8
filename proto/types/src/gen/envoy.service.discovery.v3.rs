#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ResourceLocator {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(btree_map = "string, string", tag = "2")]
    pub dynamic_parameters: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        ::prost::alloc::string::String,
    >,
}
impl ::prost::Name for ResourceLocator {
    const NAME: &'static str = "ResourceLocator";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.ResourceLocator".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.ResourceLocator".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ResourceName {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub dynamic_parameter_constraints: ::core::option::Option<
        DynamicParameterConstraints,
    >,
}
impl ::prost::Name for ResourceName {
    const NAME: &'static str = "ResourceName";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.ResourceName".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.ResourceName".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ResourceError {
    #[prost(message, optional, tag = "1")]
    pub resource_name: ::core::option::Option<ResourceName>,
    #[prost(message, optional, tag = "2")]
    pub error_detail: ::core::option::Option<
        super::super::super::super::google::rpc::Status,
    >,
}
impl ::prost::Name for ResourceError {
    const NAME: &'static str = "ResourceError";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.ResourceError".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.ResourceError".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DiscoveryRequest {
    #[prost(string, tag = "1")]
    pub version_info: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub node: ::core::option::Option<super::super::super::config::core::v3::Node>,
    #[prost(string, repeated, tag = "3")]
    pub resource_names: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "7")]
    pub resource_locators: ::prost::alloc::vec::Vec<ResourceLocator>,
    #[prost(string, tag = "4")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub response_nonce: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "6")]
    pub error_detail: ::core::option::Option<
        super::super::super::super::google::rpc::Status,
    >,
}
impl ::prost::Name for DiscoveryRequest {
    const NAME: &'static str = "DiscoveryRequest";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.DiscoveryRequest".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.DiscoveryRequest".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DiscoveryResponse {
    #[prost(string, tag = "1")]
    pub version_info: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub resources: ::prost::alloc::vec::Vec<
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(bool, tag = "3")]
    pub canary: bool,
    #[prost(string, tag = "4")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub nonce: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "6")]
    pub control_plane: ::core::option::Option<
        super::super::super::config::core::v3::ControlPlane,
    >,
    #[prost(message, repeated, tag = "7")]
    pub resource_errors: ::prost::alloc::vec::Vec<ResourceError>,
}
impl ::prost::Name for DiscoveryResponse {
    const NAME: &'static str = "DiscoveryResponse";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.DiscoveryResponse".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.DiscoveryResponse".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DeltaDiscoveryRequest {
    #[prost(message, optional, tag = "1")]
    pub node: ::core::option::Option<super::super::super::config::core::v3::Node>,
    #[prost(string, tag = "2")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "3")]
    pub resource_names_subscribe: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(string, repeated, tag = "4")]
    pub resource_names_unsubscribe: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(message, repeated, tag = "8")]
    pub resource_locators_subscribe: ::prost::alloc::vec::Vec<ResourceLocator>,
    #[prost(message, repeated, tag = "9")]
    pub resource_locators_unsubscribe: ::prost::alloc::vec::Vec<ResourceLocator>,
    #[prost(btree_map = "string, string", tag = "5")]
    pub initial_resource_versions: ::prost::alloc::collections::BTreeMap<
        ::prost::alloc::string::String,
        ::prost::alloc::string::String,
    >,
    #[prost(string, tag = "6")]
    pub response_nonce: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "7")]
    pub error_detail: ::core::option::Option<
        super::super::super::super::google::rpc::Status,
    >,
}
impl ::prost::Name for DeltaDiscoveryRequest {
    const NAME: &'static str = "DeltaDiscoveryRequest";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.DeltaDiscoveryRequest".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.DeltaDiscoveryRequest".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DeltaDiscoveryResponse {
    #[prost(string, tag = "1")]
    pub system_version_info: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub resources: ::prost::alloc::vec::Vec<Resource>,
    #[prost(string, tag = "4")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "6")]
    pub removed_resources: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "8")]
    pub removed_resource_names: ::prost::alloc::vec::Vec<ResourceName>,
    #[prost(string, tag = "5")]
    pub nonce: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "7")]
    pub control_plane: ::core::option::Option<
        super::super::super::config::core::v3::ControlPlane,
    >,
    #[prost(message, repeated, tag = "9")]
    pub resource_errors: ::prost::alloc::vec::Vec<ResourceError>,
}
impl ::prost::Name for DeltaDiscoveryResponse {
    const NAME: &'static str = "DeltaDiscoveryResponse";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.DeltaDiscoveryResponse".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.DeltaDiscoveryResponse".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DynamicParameterConstraints {
    #[prost(oneof = "dynamic_parameter_constraints::Type", tags = "1, 2, 3, 4")]
    pub r#type: ::core::option::Option<dynamic_parameter_constraints::Type>,
}
/// Nested message and enum types in `DynamicParameterConstraints`.
pub mod dynamic_parameter_constraints {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct SingleConstraint {
        #[prost(string, tag = "1")]
        pub key: ::prost::alloc::string::String,
        #[prost(oneof = "single_constraint::ConstraintType", tags = "2, 3")]
        pub constraint_type: ::core::option::Option<single_constraint::ConstraintType>,
    }
    /// Nested message and enum types in `SingleConstraint`.
    pub mod single_constraint {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct Exists {}
        impl ::prost::Name for Exists {
            const NAME: &'static str = "Exists";
            const PACKAGE: &'static str = "envoy.service.discovery.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.service.discovery.v3.DynamicParameterConstraints.SingleConstraint.Exists"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.service.discovery.v3.DynamicParameterConstraints.SingleConstraint.Exists"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConstraintType {
            #[prost(string, tag = "2")]
            Value(::prost::alloc::string::String),
            #[prost(message, tag = "3")]
            Exists(Exists),
        }
    }
    impl ::prost::Name for SingleConstraint {
        const NAME: &'static str = "SingleConstraint";
        const PACKAGE: &'static str = "envoy.service.discovery.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.service.discovery.v3.DynamicParameterConstraints.SingleConstraint"
                .into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.service.discovery.v3.DynamicParameterConstraints.SingleConstraint"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct ConstraintList {
        #[prost(message, repeated, tag = "1")]
        pub constraints: ::prost::alloc::vec::Vec<super::DynamicParameterConstraints>,
    }
    impl ::prost::Name for ConstraintList {
        const NAME: &'static str = "ConstraintList";
        const PACKAGE: &'static str = "envoy.service.discovery.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.service.discovery.v3.DynamicParameterConstraints.ConstraintList"
                .into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.service.discovery.v3.DynamicParameterConstraints.ConstraintList"
                .into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Type {
        #[prost(message, tag = "1")]
        Constraint(SingleConstraint),
        #[prost(message, tag = "2")]
        OrConstraints(ConstraintList),
        #[prost(message, tag = "3")]
        AndConstraints(ConstraintList),
        #[prost(message, tag = "4")]
        NotConstraints(::prost::alloc::boxed::Box<super::DynamicParameterConstraints>),
    }
}
impl ::prost::Name for DynamicParameterConstraints {
    const NAME: &'static str = "DynamicParameterConstraints";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.DynamicParameterConstraints".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.DynamicParameterConstraints"
            .into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Resource {
    #[prost(string, tag = "3")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "8")]
    pub resource_name: ::core::option::Option<ResourceName>,
    #[prost(string, repeated, tag = "4")]
    pub aliases: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(string, tag = "1")]
    pub version: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "2")]
    pub resource: ::core::option::Option<
        super::super::super::super::google::protobuf::Any,
    >,
    #[prost(message, optional, tag = "6")]
    pub ttl: ::core::option::Option<
        super::super::super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "7")]
    pub cache_control: ::core::option::Option<resource::CacheControl>,
    #[prost(message, optional, tag = "9")]
    pub metadata: ::core::option::Option<
        super::super::super::config::core::v3::Metadata,
    >,
}
/// Nested message and enum types in `Resource`.
pub mod resource {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct CacheControl {
        #[prost(bool, tag = "1")]
        pub do_not_cache: bool,
    }
    impl ::prost::Name for CacheControl {
        const NAME: &'static str = "CacheControl";
        const PACKAGE: &'static str = "envoy.service.discovery.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.service.discovery.v3.Resource.CacheControl".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.service.discovery.v3.Resource.CacheControl".into()
        }
    }
}
impl ::prost::Name for Resource {
    const NAME: &'static str = "Resource";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.Resource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.Resource".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AdsDummy {}
impl ::prost::Name for AdsDummy {
    const NAME: &'static str = "AdsDummy";
    const PACKAGE: &'static str = "envoy.service.discovery.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.service.discovery.v3.AdsDummy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.service.discovery.v3.AdsDummy".into()
    }
}
