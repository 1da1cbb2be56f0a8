#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeaderMutationRules {
    #[prost(message, optional, tag = "1")]
    pub allow_all_routing: ::core::option::Option<
        super::super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "2")]
    pub allow_envoy: ::core::option::Option<
        super::super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "3")]
    pub disallow_system: ::core::option::Option<
        super::super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "4")]
    pub disallow_all: ::core::option::Option<
        super::super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "5")]
    pub allow_expression: ::core::option::Option<
        super::super::super::super::r#type::matcher::v3::RegexMatcher,
    >,
    #[prost(message, optional, tag = "6")]
    pub disallow_expression: ::core::option::Option<
        super::super::super::super::r#type::matcher::v3::RegexMatcher,
    >,
    #[prost(message, optional, tag = "7")]
    pub disallow_is_error: ::core::option::Option<
        super::super::super::super::super::google::protobuf::BoolValue,
    >,
}
impl ::prost::Name for HeaderMutationRules {
    const NAME: &'static str = "HeaderMutationRules";
    const PACKAGE: &'static str = "envoy.config.common.mutation_rules.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.common.mutation_rules.v3.HeaderMutationRules".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.common.mutation_rules.v3.HeaderMutationRules"
            .into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeaderMutation {
    #[prost(oneof = "header_mutation::Action", tags = "1, 2, 3")]
    pub action: ::core::option::Option<header_mutation::Action>,
}
/// Nested message and enum types in `HeaderMutation`.
pub mod header_mutation {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct RemoveOnMatch {
        #[prost(message, optional, tag = "1")]
        pub key_matcher: ::core::option::Option<
            super::super::super::super::super::r#type::matcher::v3::StringMatcher,
        >,
    }
    impl ::prost::Name for RemoveOnMatch {
        const NAME: &'static str = "RemoveOnMatch";
        const PACKAGE: &'static str = "envoy.config.common.mutation_rules.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch"
                .into()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Action {
        #[prost(string, tag = "1")]
        Remove(::prost::alloc::string::String),
        #[prost(message, tag = "2")]
        Append(super::super::super::super::core::v3::HeaderValueOption),
        #[prost(message, tag = "3")]
        RemoveOnMatch(RemoveOnMatch),
    }
}
impl ::prost::Name for HeaderMutation {
    const NAME: &'static str = "HeaderMutation";
    const PACKAGE: &'static str = "envoy.config.common.mutation_rules.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.config.common.mutation_rules.v3.HeaderMutation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.config.common.mutation_rules.v3.HeaderMutation".into()
    }
}
