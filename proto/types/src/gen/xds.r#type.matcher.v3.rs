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
    pub struct GoogleRe2 {}
    impl ::prost::Name for GoogleRe2 {
        const NAME: &'static str = "GoogleRE2";
        const PACKAGE: &'static str = "xds.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "xds.type.matcher.v3.RegexMatcher.GoogleRE2".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/xds.type.matcher.v3.RegexMatcher.GoogleRE2".into()
        }
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum EngineType {
        #[prost(message, tag = "1")]
        GoogleRe2(GoogleRe2),
    }
}
impl ::prost::Name for RegexMatcher {
    const NAME: &'static str = "RegexMatcher";
    const PACKAGE: &'static str = "xds.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.type.matcher.v3.RegexMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.type.matcher.v3.RegexMatcher".into()
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
        Custom(super::super::super::super::core::v3::TypedExtensionConfig),
    }
}
impl ::prost::Name for StringMatcher {
    const NAME: &'static str = "StringMatcher";
    const PACKAGE: &'static str = "xds.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.type.matcher.v3.StringMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.type.matcher.v3.StringMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListStringMatcher {
    #[prost(message, repeated, tag = "1")]
    pub patterns: ::prost::alloc::vec::Vec<StringMatcher>,
}
impl ::prost::Name for ListStringMatcher {
    const NAME: &'static str = "ListStringMatcher";
    const PACKAGE: &'static str = "xds.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.type.matcher.v3.ListStringMatcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.type.matcher.v3.ListStringMatcher".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Matcher {
    #[prost(message, optional, boxed, tag = "3")]
    pub on_no_match: ::core::option::Option<
        ::prost::alloc::boxed::Box<matcher::OnMatch>,
    >,
    #[prost(oneof = "matcher::MatcherType", tags = "1, 2")]
    pub matcher_type: ::core::option::Option<matcher::MatcherType>,
}
/// Nested message and enum types in `Matcher`.
pub mod matcher {
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct OnMatch {
        #[prost(bool, tag = "3")]
        pub keep_matching: bool,
        #[prost(oneof = "on_match::OnMatch", tags = "1, 2")]
        pub on_match: ::core::option::Option<on_match::OnMatch>,
    }
    /// Nested message and enum types in `OnMatch`.
    pub mod on_match {
        #[derive(Clone, PartialEq, ::prost::Oneof)]
        pub enum OnMatch {
            #[prost(message, tag = "1")]
            Matcher(::prost::alloc::boxed::Box<super::super::Matcher>),
            #[prost(message, tag = "2")]
            Action(super::super::super::super::super::core::v3::TypedExtensionConfig),
        }
    }
    impl ::prost::Name for OnMatch {
        const NAME: &'static str = "OnMatch";
        const PACKAGE: &'static str = "xds.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "xds.type.matcher.v3.Matcher.OnMatch".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/xds.type.matcher.v3.Matcher.OnMatch".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct MatcherList {
        #[prost(message, repeated, tag = "1")]
        pub matchers: ::prost::alloc::vec::Vec<matcher_list::FieldMatcher>,
    }
    /// Nested message and enum types in `MatcherList`.
    pub mod matcher_list {
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct Predicate {
            #[prost(oneof = "predicate::MatchType", tags = "1, 2, 3, 4")]
            pub match_type: ::core::option::Option<predicate::MatchType>,
        }
        /// Nested message and enum types in `Predicate`.
        pub mod predicate {
            #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
            pub struct SinglePredicate {
                #[prost(message, optional, tag = "1")]
                pub input: ::core::option::Option<
                    super::super::super::super::super::super::core::v3::TypedExtensionConfig,
                >,
                #[prost(oneof = "single_predicate::Matcher", tags = "2, 3")]
                pub matcher: ::core::option::Option<single_predicate::Matcher>,
            }
            /// Nested message and enum types in `SinglePredicate`.
            pub mod single_predicate {
                #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
                pub enum Matcher {
                    #[prost(message, tag = "2")]
                    ValueMatch(super::super::super::super::StringMatcher),
                    #[prost(message, tag = "3")]
                    CustomMatch(
                        super::super::super::super::super::super::super::core::v3::TypedExtensionConfig,
                    ),
                }
            }
            impl ::prost::Name for SinglePredicate {
                const NAME: &'static str = "SinglePredicate";
                const PACKAGE: &'static str = "xds.type.matcher.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate"
                        .into()
                }
            }
            #[derive(Clone, PartialEq, ::prost::Message)]
            pub struct PredicateList {
                #[prost(message, repeated, tag = "1")]
                pub predicate: ::prost::alloc::vec::Vec<super::Predicate>,
            }
            impl ::prost::Name for PredicateList {
                const NAME: &'static str = "PredicateList";
                const PACKAGE: &'static str = "xds.type.matcher.v3";
                fn full_name() -> ::prost::alloc::string::String {
                    "xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList"
                        .into()
                }
                fn type_url() -> ::prost::alloc::string::String {
                    "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList"
                        .into()
                }
            }
            #[derive(Clone, PartialEq, ::prost::Oneof)]
            pub enum MatchType {
                #[prost(message, tag = "1")]
                SinglePredicate(SinglePredicate),
                #[prost(message, tag = "2")]
                OrMatcher(PredicateList),
                #[prost(message, tag = "3")]
                AndMatcher(PredicateList),
                #[prost(message, tag = "4")]
                NotMatcher(::prost::alloc::boxed::Box<super::Predicate>),
            }
        }
        impl ::prost::Name for Predicate {
            const NAME: &'static str = "Predicate";
            const PACKAGE: &'static str = "xds.type.matcher.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "xds.type.matcher.v3.Matcher.MatcherList.Predicate".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherList.Predicate"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct FieldMatcher {
            #[prost(message, optional, tag = "1")]
            pub predicate: ::core::option::Option<Predicate>,
            #[prost(message, optional, tag = "2")]
            pub on_match: ::core::option::Option<super::OnMatch>,
        }
        impl ::prost::Name for FieldMatcher {
            const NAME: &'static str = "FieldMatcher";
            const PACKAGE: &'static str = "xds.type.matcher.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher"
                    .into()
            }
        }
    }
    impl ::prost::Name for MatcherList {
        const NAME: &'static str = "MatcherList";
        const PACKAGE: &'static str = "xds.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "xds.type.matcher.v3.Matcher.MatcherList".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherList".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Message)]
    pub struct MatcherTree {
        #[prost(message, optional, tag = "1")]
        pub input: ::core::option::Option<
            super::super::super::super::core::v3::TypedExtensionConfig,
        >,
        #[prost(oneof = "matcher_tree::TreeType", tags = "2, 3, 4")]
        pub tree_type: ::core::option::Option<matcher_tree::TreeType>,
    }
    /// Nested message and enum types in `MatcherTree`.
    pub mod matcher_tree {
        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct MatchMap {
            #[prost(btree_map = "string, message", tag = "1")]
            pub map: ::prost::alloc::collections::BTreeMap<
                ::prost::alloc::string::String,
                super::OnMatch,
            >,
        }
        impl ::prost::Name for MatchMap {
            const NAME: &'static str = "MatchMap";
            const PACKAGE: &'static str = "xds.type.matcher.v3";
            fn full_name() -> ::prost::alloc::string::String {
                "xds.type.matcher.v3.Matcher.MatcherTree.MatchMap".into()
            }
            fn type_url() -> ::prost::alloc::string::String {
                "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherTree.MatchMap"
                    .into()
            }
        }
        #[derive(Clone, PartialEq, ::prost::Oneof)]
        pub enum TreeType {
            #[prost(message, tag = "2")]
            ExactMatchMap(MatchMap),
            #[prost(message, tag = "3")]
            PrefixMatchMap(MatchMap),
            #[prost(message, tag = "4")]
            CustomMatch(
                super::super::super::super::super::core::v3::TypedExtensionConfig,
            ),
        }
    }
    impl ::prost::Name for MatcherTree {
        const NAME: &'static str = "MatcherTree";
        const PACKAGE: &'static str = "xds.type.matcher.v3";
        fn full_name() -> ::prost::alloc::string::String {
            "xds.type.matcher.v3.Matcher.MatcherTree".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/xds.type.matcher.v3.Matcher.MatcherTree".into()
        }
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum MatcherType {
        #[prost(message, tag = "1")]
        MatcherList(MatcherList),
        #[prost(message, tag = "2")]
        MatcherTree(MatcherTree),
    }
}
impl ::prost::Name for Matcher {
    const NAME: &'static str = "Matcher";
    const PACKAGE: &'static str = "xds.type.matcher.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.type.matcher.v3.Matcher".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.type.matcher.v3.Matcher".into()
    }
}
