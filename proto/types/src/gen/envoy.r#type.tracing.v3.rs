#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CustomTag {
    #[prost(string, tag = "1")]
    pub tag: ::prost::alloc::string::String,
    #[prost(oneof = "custom_tag::Type", tags = "2, 3, 4, 5, 6")]
    pub r#type: ::core::option::Option<custom_tag::Type>,
}
/// Nested message and enum types in `CustomTag`.
pub mod custom_tag {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Literal {
        #[prost(string, tag = "1")]
        pub value: ::prost::alloc::string::String,
    }
    impl ::prost::Name for Literal {
        const NAME: &'static str = "Literal";
        const PACKAGE: &'static str = "envoy.type.tracing.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.tracing.v3.CustomTag.Literal".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.tracing.v3.CustomTag.Literal".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Environment {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub default_value: ::prost::alloc::string::String,
    }
    impl ::prost::Name for Environment {
        const NAME: &'static str = "Environment";
        const PACKAGE: &'static str = "envoy.type.tracing.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.tracing.v3.CustomTag.Environment".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.tracing.v3.CustomTag.Environment".into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Header {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub default_value: ::prost::alloc::string::String,
    }
    impl ::prost::Name for Header {
        const NAME: &'static str = "Header";
        const PACKAGE: &'static str = "envoy.type.tracing.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.tracing.v3.CustomTag.Header".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.tracing.v3.CustomTag.Header".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct Metadata {
        #[prost(message, optional, tag = "1")]
        pub kind: ::core::option::Option<
            super::super::super::metadata::v3::MetadataKind,
        >,
        #[prost(message, optional, tag = "2")]
        pub metadata_key: ::core::option::Option<
            super::super::super::metadata::v3::MetadataKey,
        >,
        #[prost(string, tag = "3")]
        pub default_value: ::prost::alloc::string::String,
    }
    impl ::prost::Name for Metadata {
        const NAME: &'static str = "Metadata";
        const PACKAGE: &'static str = "envoy.type.tracing.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.tracing.v3.CustomTag.Metadata".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.tracing.v3.CustomTag.Metadata".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Type {
        #[prost(message, tag = "2")]
        Literal(Literal),
        #[prost(message, tag = "3")]
        Environment(Environment),
        #[prost(message, tag = "4")]
        RequestHeader(Header),
        #[prost(message, tag = "5")]
        Metadata(Metadata),
        #[prost(string, tag = "6")]
        Value(::prost::alloc::string::String),
    }
}
impl ::prost::Name for CustomTag {
    const NAME: &'static str = "CustomTag";
    const PACKAGE: &'static str = "envoy.type.tracing.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.tracing.v3.CustomTag".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.tracing.v3.CustomTag".into()
    }
}
