#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PathTransformation {
    #[prost(message, repeated, tag = "1")]
    pub operations: ::prost::alloc::vec::Vec<path_transformation::Operation>,
}
/// Nested message and enum types in `PathTransformation`.
pub mod path_transformation {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct Operation {
        #[prost(oneof = "operation::OperationSpecifier", tags = "2, 3")]
        pub operation_specifier: ::core::option::Option<operation::OperationSpecifier>,
    }
    /// Nested message and enum types in `Operation`.
    pub mod operation {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct NormalizePathRfc3986 {}
        impl ::prost::Name for NormalizePathRfc3986 {
            const NAME: &'static str = "NormalizePathRFC3986";
            const PACKAGE: &'static str = "envoy.type.http.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986"
                    .into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
        pub struct MergeSlashes {}
        impl ::prost::Name for MergeSlashes {
            const NAME: &'static str = "MergeSlashes";
            const PACKAGE: &'static str = "envoy.type.http.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "envoy.type.http.v3.PathTransformation.Operation.MergeSlashes".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/envoy.type.http.v3.PathTransformation.Operation.MergeSlashes"
                    .into()
            }
        }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum OperationSpecifier {
            #[prost(message, tag = "2")]
            NormalizePathRfc3986(NormalizePathRfc3986),
            #[prost(message, tag = "3")]
            MergeSlashes(MergeSlashes),
        }
    }
    impl ::prost::Name for Operation {
        const NAME: &'static str = "Operation";
        const PACKAGE: &'static str = "envoy.type.http.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.http.v3.PathTransformation.Operation".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.http.v3.PathTransformation.Operation".into()
        }
    }
}
impl ::prost::Name for PathTransformation {
    const NAME: &'static str = "PathTransformation";
    const PACKAGE: &'static str = "envoy.type.http.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.http.v3.PathTransformation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.http.v3.PathTransformation".into()
    }
}
