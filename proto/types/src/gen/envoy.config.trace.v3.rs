#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Tracing {
    #[prost(message, optional, tag = "1")]
    pub http: ::core::option::Option<tracing::Http>,
}
/// Nested message and enum types in `Tracing`.
pub mod tracing {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Http {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(oneof = "http::ConfigType", tags = "3")]
        pub config_type: ::core::option::Option<http::ConfigType>,
    }
    /// Nested message and enum types in `Http`.
    pub mod http {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum ConfigType {
            #[prost(message, tag = "3")]
            TypedConfig(super::super::super::super::super::super::google::protobuf::Any),
        }
    }
    impl ::prost::Name for Http {
        const NAME: &'static str = "Http";
        const PACKAGE: &'static str = "envoy.config.trace.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.trace.v3.Tracing.Http".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.trace.v3.Tracing.Http".into()
        }
    }
}
impl ::prost::Name for Tracing {
    const NAME: &'static str = "Tracing";
    const PACKAGE: &'static str = "envoy.config.trace.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.trace.v3.Tracing".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.trace.v3.Tracing".into()
    }
}
