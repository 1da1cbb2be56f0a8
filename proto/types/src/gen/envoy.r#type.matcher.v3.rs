#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RegexMatcher {
    #[prost(string, tag = "2")]
    pub regex: ::prost::alloc::string::String,
    #[prost(oneof = "regex_matcher::EngineType", tags = "1")]
    pub engine_type: ::core::option::Option<regex_matcher::EngineType>,
}
/// Nested message and enum types in `RegexMatcher`.
pub mod regex_matcher {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct GoogleRe2 {
        #[deprecated]
        #[prost(message, optional, tag = "1")]
        pub max_program_size: ::core::option::Option<
            super::super::super::super::super::google::protobuf::UInt32Value,
        >,
    }
    impl ::prost::Name for GoogleRe2 {
        const NAME: &'static str = "GoogleRE2";
        const PACKAGE: &'static str = "envoy.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.matcher.v3.RegexMatcher.GoogleRE2".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.matcher.v3.RegexMatcher.GoogleRE2".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum EngineType {
        #[deprecated]
        #[prost(message, tag = "1")]
        GoogleRe2(GoogleRe2),
    }
}
impl ::prost::Name for RegexMatcher {
    const NAME: &'static str = "RegexMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.RegexMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.RegexMatcher".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RegexMatchAndSubstitute {
    #[prost(message, optional, tag = "1")]
    pub pattern: ::core::option::Option<RegexMatcher>,
    #[prost(string, tag = "2")]
    pub substitution: ::prost::alloc::string::String,
}
impl ::prost::Name for RegexMatchAndSubstitute {
    const NAME: &'static str = "RegexMatchAndSubstitute";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.RegexMatchAndSubstitute".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.RegexMatchAndSubstitute".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StringMatcher {
    #[prost(bool, tag = "6")]
    pub ignore_case: bool,
    #[prost(oneof = "string_matcher::MatchPattern", tags = "1, 2, 3, 5, 7, 8")]
    pub match_pattern: ::core::option::Option<string_matcher::MatchPattern>,
}
/// Nested message and enum types in `StringMatcher`.
pub mod string_matcher {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum MatchPattern {
        #[prost(string, tag = "1")]
        Exact(::prost::alloc::string::String),
        #[prost(string, tag = "2")]
        Prefix(::prost::alloc::string::String),
        #[prost(string, tag = "3")]
        Suffix(::prost::alloc::string::String),
        #[prost(message, tag = "5")]
        SafeRegex(super::RegexMatcher),
        #[prost(string, tag = "7")]
        Contains(::prost::alloc::string::String),
        #[prost(message, tag = "8")]
        Custom(super::super::super::super::super::xds::core::v3::TypedExtensionConfig),
    }
}
impl ::prost::Name for StringMatcher {
    const NAME: &'static str = "StringMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.StringMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.StringMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListStringMatcher {
    #[prost(message, repeated, tag = "1")]
    pub patterns: ::prost::alloc::vec::Vec<StringMatcher>,
}
impl ::prost::Name for ListStringMatcher {
    const NAME: &'static str = "ListStringMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.ListStringMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.ListStringMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AddressMatcher {
    #[prost(message, repeated, tag = "1")]
    pub ranges: ::prost::alloc::vec::Vec<
        super::super::super::super::xds::core::v3::CidrRange,
    >,
    #[prost(bool, tag = "2")]
    pub invert_match: bool,
}
impl ::prost::Name for AddressMatcher {
    const NAME: &'static str = "AddressMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.AddressMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.AddressMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FilterStateMatcher {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[prost(oneof = "filter_state_matcher::Matcher", tags = "2, 3")]
    pub matcher: ::core::option::Option<filter_state_matcher::Matcher>,
}
/// Nested message and enum types in `FilterStateMatcher`.
pub mod filter_state_matcher {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Matcher {
        #[prost(message, tag = "2")]
        StringMatch(super::StringMatcher),
        #[prost(message, tag = "3")]
        AddressMatch(super::AddressMatcher),
    }
}
impl ::prost::Name for FilterStateMatcher {
    const NAME: &'static str = "FilterStateMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.FilterStateMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.FilterStateMatcher".into()
    }
}
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct DoubleMatcher {
    #[prost(oneof = "double_matcher::MatchPattern", tags = "1, 2")]
    pub match_pattern: ::core::option::Option<double_matcher::MatchPattern>,
}
/// Nested message and enum types in `DoubleMatcher`.
pub mod double_matcher {
    #[derive(Clone, Copy, PartialEq, ::prost::Oneof)]
    pub enum MatchPattern {
        #[prost(message, tag = "1")]
        Range(super::super::super::v3::DoubleRange),
        #[prost(double, tag = "2")]
        Exact(f64),
    }
}
impl ::prost::Name for DoubleMatcher {
    const NAME: &'static str = "DoubleMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.DoubleMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.DoubleMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ValueMatcher {
    #[prost(oneof = "value_matcher::MatchPattern", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub match_pattern: ::core::option::Option<value_matcher::MatchPattern>,
}
/// Nested message and enum types in `ValueMatcher`.
pub mod value_matcher {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct NullMatch {}
    impl ::prost::Name for NullMatch {
        const NAME: &'static str = "NullMatch";
        const PACKAGE: &'static str = "envoy.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.matcher.v3.ValueMatcher.NullMatch".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.matcher.v3.ValueMatcher.NullMatch".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum MatchPattern {
        #[prost(message, tag = "1")]
        NullMatch(NullMatch),
        #[prost(message, tag = "2")]
        DoubleMatch(super::DoubleMatcher),
        #[prost(message, tag = "3")]
        StringMatch(super::StringMatcher),
        #[prost(bool, tag = "4")]
        BoolMatch(bool),
        #[prost(bool, tag = "5")]
        PresentMatch(bool),
        #[prost(message, tag = "6")]
        ListMatch(::prost::alloc::boxed::Box<super::ListMatcher>),
        #[prost(message, tag = "7")]
        OrMatch(super::OrMatcher),
    }
}
impl ::prost::Name for ValueMatcher {
    const NAME: &'static str = "ValueMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.ValueMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.ValueMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListMatcher {
    #[prost(oneof = "list_matcher::MatchPattern", tags = "1")]
    pub match_pattern: ::core::option::Option<list_matcher::MatchPattern>,
}
/// Nested message and enum types in `ListMatcher`.
pub mod list_matcher {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum MatchPattern {
        #[prost(message, tag = "1")]
        OneOf(::prost::alloc::boxed::Box<super::ValueMatcher>),
    }
}
impl ::prost::Name for ListMatcher {
    const NAME: &'static str = "ListMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.ListMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.ListMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct OrMatcher {
    #[prost(message, repeated, tag = "1")]
    pub value_matchers: ::prost::alloc::vec::Vec<ValueMatcher>,
}
impl ::prost::Name for OrMatcher {
    const NAME: &'static str = "OrMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.OrMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.OrMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct MetadataMatcher {
    #[prost(string, tag = "1")]
    pub filter: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub path: ::prost::alloc::vec::Vec<metadata_matcher::PathSegment>,
    #[prost(message, optional, tag = "3")]
    pub value: ::core::option::Option<ValueMatcher>,
    #[prost(bool, tag = "4")]
    pub invert: bool,
}
/// Nested message and enum types in `MetadataMatcher`.
pub mod metadata_matcher {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct PathSegment {
        #[prost(oneof = "path_segment::Segment", tags = "1")]
        pub segment: ::core::option::Option<path_segment::Segment>,
    }
    /// Nested message and enum types in `PathSegment`.
    pub mod path_segment {
        #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
        pub enum Segment {
            #[prost(string, tag = "1")]
            Key(::prost::alloc::string::String),
        }
    }
    impl ::prost::Name for PathSegment {
        const NAME: &'static str = "PathSegment";
        const PACKAGE: &'static str = "envoy.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "envoy.type.matcher.v3.MetadataMatcher.PathSegment".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/envoy.type.matcher.v3.MetadataMatcher.PathSegment"
                .into()
        }
    }
}
impl ::prost::Name for MetadataMatcher {
    const NAME: &'static str = "MetadataMatcher";
    const PACKAGE: &'static str = "envoy.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.type.matcher.v3.MetadataMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.type.matcher.v3.MetadataMatcher".into()
    }
}
