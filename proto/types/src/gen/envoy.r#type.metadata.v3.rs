#[derive(Clone, PartialEq, ::prost::Message)]
pub struct MetadataKey {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub path: ::prost::alloc::vec::Vec<metadata_key::PathSegment>,
}
/// Nested message and enum types in `MetadataKey`.
pub mod metadata_key {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct PathSegment {
        #[prost(oneof = "path_segment::Segment", tags = "1, 2")]
        pub segment: ::core::option::Option<path_segment::Segment>,
    }
    /// Nested message and enum types in `PathSegment`.
    pub mod path_segment {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum Segment {
            #[prost(string, tag = "1")]
            Key(::prost::alloc::string::String),
            #[prost(uint32, tag = "2")]
            Index(u32),
        }
    }
    impl ::prost::Name for PathSegment {
        const NAME: &'static str = "PathSegment";
        const PACKAGE: &'static str = "envoy.type.metadata.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.metadata.v3.MetadataKey.PathSegment".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.metadata.v3.MetadataKey.PathSegment".into()
        }
    }
}
impl ::prost::Name for MetadataKey {
    const NAME: &'static str = "MetadataKey";
    const PACKAGE: &'static str = "envoy.type.metadata.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.metadata.v3.MetadataKey".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.metadata.v3.MetadataKey".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MetadataKind {
    #[prost(oneof = "metadata_kind::Kind", tags = "1, 2, 3, 4")]
    pub kind: ::core::option::Option<metadata_kind::Kind>,
}
/// Nested message and enum types in `MetadataKind`.
pub mod metadata_kind {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Request {}
    impl ::prost::Name for Request {
        const NAME: &'static str = "Request";
        const PACKAGE: &'static str = "envoy.type.metadata.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.metadata.v3.MetadataKind.Request".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.metadata.v3.MetadataKind.Request".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Route {}
    impl ::prost::Name for Route {
        const NAME: &'static str = "Route";
        const PACKAGE: &'static str = "envoy.type.metadata.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.metadata.v3.MetadataKind.Route".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.metadata.v3.MetadataKind.Route".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Cluster {}
    impl ::prost::Name for Cluster {
        const NAME: &'static str = "Cluster";
        const PACKAGE: &'static str = "envoy.type.metadata.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.metadata.v3.MetadataKind.Cluster".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.metadata.v3.MetadataKind.Cluster".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Host {}
    impl ::prost::Name for Host {
        const NAME: &'static str = "Host";
        const PACKAGE: &'static str = "envoy.type.metadata.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.metadata.v3.MetadataKind.Host".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.metadata.v3.MetadataKind.Host".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Kind {
        #[prost(message, tag = "1")]
        Request(Request),
        #[prost(message, tag = "2")]
        Route(Route),
        #[prost(message, tag = "3")]
        Cluster(Cluster),
        #[prost(message, tag = "4")]
        Host(Host),
    }
}
impl ::prost::Name for MetadataKind {
    const NAME: &'static str = "MetadataKind";
    const PACKAGE: &'static str = "envoy.type.metadata.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.metadata.v3.MetadataKind".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.metadata.v3.MetadataKind".into()
    }
}
