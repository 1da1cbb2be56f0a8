#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StatusAnnotation {
    #[prost(bool, tag = "1")]
    pub work_in_progress: bool,
    #[prost(enumeration = "PackageVersionStatus", tag = "2")]
    pub package_version_status: i32,
}
impl ::prost::Name for StatusAnnotation {
    const NAME: &'static str = "StatusAnnotation";
    const PACKAGE: &'static str = "udpa.annotations";
    fn full_name() -> ::prost::alloc::string::String {
        "udpa.annotations.StatusAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/udpa.annotations.StatusAnnotation".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum PackageVersionStatus {
    Unknown = 0,
    Frozen = 1,
    Active = 2,
    NextMajorVersionCandidate = 3,
}
impl PackageVersionStatus {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Frozen => "FROZEN",
            Self::Active => "ACTIVE",
            Self::NextMajorVersionCandidate => "NEXT_MAJOR_VERSION_CANDIDATE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "UNKNOWN" => Some(Self::Unknown),
            "FROZEN" => Some(Self::Frozen),
            "ACTIVE" => Some(Self::Active),
            "NEXT_MAJOR_VERSION_CANDIDATE" => Some(Self::NextMajorVersionCandidate),
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct VersioningAnnotation {
    #[prost(string, tag = "1")]
    pub previous_message_type: ::prost::alloc::string::String,
}
impl ::prost::Name for VersioningAnnotation {
    const NAME: &'static str = "VersioningAnnotation";
    const PACKAGE: &'static str = "udpa.annotations";
    fn full_name() -> ::prost::alloc::string::String {
        "udpa.annotations.VersioningAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/udpa.annotations.VersioningAnnotation".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MigrateAnnotation {
    #[prost(string, tag = "1")]
    pub rename: ::prost::alloc::string::String,
}
impl ::prost::Name for MigrateAnnotation {
    const NAME: &'static str = "MigrateAnnotation";
    const PACKAGE: &'static str = "udpa.annotations";
    fn full_name() -> ::prost::alloc::string::String {
        "udpa.annotations.MigrateAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/udpa.annotations.MigrateAnnotation".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FieldMigrateAnnotation {
    #[prost(string, tag = "1")]
    pub rename: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub oneof_promotion: ::prost::alloc::string::String,
}
impl ::prost::Name for FieldMigrateAnnotation {
    const NAME: &'static str = "FieldMigrateAnnotation";
    const PACKAGE: &'static str = "udpa.annotations";
    fn full_name() -> ::prost::alloc::string::String {
        "udpa.annotations.FieldMigrateAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/udpa.annotations.FieldMigrateAnnotation".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FileMigrateAnnotation {
    #[prost(string, tag = "2")]
    pub move_to_package: ::prost::alloc::string::String,
}
impl ::prost::Name for FileMigrateAnnotation {
    const NAME: &'static str = "FileMigrateAnnotation";
    const PACKAGE: &'static str = "udpa.annotations";
    fn full_name() -> ::prost::alloc::string::String {
        "udpa.annotations.FileMigrateAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/udpa.annotations.FileMigrateAnnotation".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FieldSecurityAnnotation {
    #[prost(bool, tag = "1")]
    pub configure_for_untrusted_downstream: bool,
    #[prost(bool, tag = "2")]
    pub configure_for_untrusted_upstream: bool,
}
impl ::prost::Name for FieldSecurityAnnotation {
    const NAME: &'static str = "FieldSecurityAnnotation";
    const PACKAGE: &'static str = "udpa.annotations";
    fn full_name() -> ::prost::alloc::string::String {
        "udpa.annotations.FieldSecurityAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/udpa.annotations.FieldSecurityAnnotation".into()
    }
}
