#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FileStatusAnnotation {
    #[prost(bool, tag = "1")]
    pub work_in_progress: bool,
}
impl ::prost::Name for FileStatusAnnotation {
    const NAME: &'static str = "FileStatusAnnotation";
    const PACKAGE: &'static str = "xds.annotations.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.annotations.v3.FileStatusAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.annotations.v3.FileStatusAnnotation".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MessageStatusAnnotation {
    #[prost(bool, tag = "1")]
    pub work_in_progress: bool,
}
impl ::prost::Name for MessageStatusAnnotation {
    const NAME: &'static str = "MessageStatusAnnotation";
    const PACKAGE: &'static str = "xds.annotations.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.annotations.v3.MessageStatusAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.annotations.v3.MessageStatusAnnotation".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FieldStatusAnnotation {
    #[prost(bool, tag = "1")]
    pub work_in_progress: bool,
}
impl ::prost::Name for FieldStatusAnnotation {
    const NAME: &'static str = "FieldStatusAnnotation";
    const PACKAGE: &'static str = "xds.annotations.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.annotations.v3.FieldStatusAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.annotations.v3.FieldStatusAnnotation".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StatusAnnotation {
    #[prost(bool, tag = "1")]
    pub work_in_progress: bool,
    #[prost(enumeration = "PackageVersionStatus", tag = "2")]
    pub package_version_status: i32,
}
impl ::prost::Name for StatusAnnotation {
    const NAME: &'static str = "StatusAnnotation";
    const PACKAGE: &'static str = "xds.annotations.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "xds.annotations.v3.StatusAnnotation".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/xds.annotations.v3.StatusAnnotation".into()
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
