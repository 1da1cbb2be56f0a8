#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Provenance {
    #[prost(message, repeated, tag = "1")]
    pub sources: ::prost::alloc::vec::Vec<Source>,
}
impl ::prost::Name for Provenance {
    const NAME: &'static str = "Provenance";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Provenance".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Provenance".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Source {
    #[prost(string, tag = "1")]
    pub group: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub kind: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub namespace: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub uid: ::prost::alloc::string::String,
    #[prost(int64, tag = "6")]
    pub generation: i64,
    #[prost(uint32, optional, tag = "7")]
    pub rule: ::core::option::Option<u32>,
    #[prost(string, tag = "8")]
    pub file: ::prost::alloc::string::String,
    #[prost(uint32, tag = "9")]
    pub line: u32,
}
impl ::prost::Name for Source {
    const NAME: &'static str = "Source";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Source".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Source".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetStatusRequest {}
impl ::prost::Name for GetStatusRequest {
    const NAME: &'static str = "GetStatusRequest";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GetStatusRequest".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GetStatusRequest".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StatusResponse {
    #[prost(string, tag = "1")]
    pub version: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "2")]
    pub sources: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "3")]
    pub gateways: ::prost::alloc::vec::Vec<GatewayStatus>,
    #[prost(message, repeated, tag = "4")]
    pub objects: ::prost::alloc::vec::Vec<ObjectStatus>,
    #[prost(message, repeated, tag = "5")]
    pub problems: ::prost::alloc::vec::Vec<SourceProblem>,
}
impl ::prost::Name for StatusResponse {
    const NAME: &'static str = "StatusResponse";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.StatusResponse".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.StatusResponse".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GatewayStatus {
    #[prost(string, tag = "1")]
    pub namespace: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    #[prost(uint32, tag = "3")]
    pub listeners: u32,
    #[prost(uint32, tag = "4")]
    pub routes: u32,
    #[prost(string, tag = "5")]
    pub desired_commit: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "6")]
    pub proxies: ::prost::alloc::vec::Vec<ProxyStatus>,
    #[prost(message, optional, tag = "7")]
    pub last_change: ::core::option::Option<super::super::google::protobuf::Timestamp>,
    #[prost(string, tag = "8")]
    pub last_change_reason: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "9")]
    pub quarantined: ::prost::alloc::vec::Vec<QuarantinedResource>,
    #[prost(string, repeated, tag = "10")]
    pub addresses: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for GatewayStatus {
    const NAME: &'static str = "GatewayStatus";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GatewayStatus".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GatewayStatus".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ProxyStatus {
    #[prost(string, tag = "1")]
    pub node_id: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub user_agent: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub version: ::prost::alloc::string::String,
    #[prost(enumeration = "ProxyState", tag = "4")]
    pub state: i32,
    #[prost(string, tag = "5")]
    pub applied_commit: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "6")]
    pub connected_at: ::core::option::Option<super::super::google::protobuf::Timestamp>,
    #[prost(string, tag = "7")]
    pub detail: ::prost::alloc::string::String,
}
impl ::prost::Name for ProxyStatus {
    const NAME: &'static str = "ProxyStatus";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ProxyStatus".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ProxyStatus".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct QuarantinedResource {
    #[prost(string, tag = "1")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub version: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub message: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub substitute: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "6")]
    pub next_try: ::core::option::Option<super::super::google::protobuf::Timestamp>,
}
impl ::prost::Name for QuarantinedResource {
    const NAME: &'static str = "QuarantinedResource";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.QuarantinedResource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.QuarantinedResource".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ObjectStatus {
    #[prost(message, optional, tag = "1")]
    pub source: ::core::option::Option<Source>,
    #[prost(string, tag = "2")]
    pub scope: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "3")]
    pub conditions: ::prost::alloc::vec::Vec<Condition>,
}
impl ::prost::Name for ObjectStatus {
    const NAME: &'static str = "ObjectStatus";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ObjectStatus".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ObjectStatus".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Condition {
    #[prost(string, tag = "1")]
    pub r#type: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub status: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub reason: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub message: ::prost::alloc::string::String,
}
impl ::prost::Name for Condition {
    const NAME: &'static str = "Condition";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Condition".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Condition".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SourceProblem {
    #[prost(string, tag = "1")]
    pub file: ::prost::alloc::string::String,
    #[prost(uint32, tag = "2")]
    pub line: u32,
    #[prost(uint32, tag = "3")]
    pub column: u32,
    #[prost(string, tag = "4")]
    pub message: ::prost::alloc::string::String,
}
impl ::prost::Name for SourceProblem {
    const NAME: &'static str = "SourceProblem";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.SourceProblem".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.SourceProblem".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetSnapshotRequest {
    #[prost(string, tag = "1")]
    pub namespace: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub profile: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "4")]
    pub type_urls: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for GetSnapshotRequest {
    const NAME: &'static str = "GetSnapshotRequest";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GetSnapshotRequest".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GetSnapshotRequest".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SnapshotResponse {
    #[prost(string, tag = "1")]
    pub commit_id: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub resources: ::prost::alloc::vec::Vec<SnapshotResource>,
}
impl ::prost::Name for SnapshotResponse {
    const NAME: &'static str = "SnapshotResponse";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.SnapshotResponse".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.SnapshotResponse".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SnapshotResource {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub version: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "3")]
    pub resource: ::core::option::Option<super::super::google::protobuf::Any>,
    #[prost(message, optional, tag = "4")]
    pub provenance: ::core::option::Option<Provenance>,
}
impl ::prost::Name for SnapshotResource {
    const NAME: &'static str = "SnapshotResource";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.SnapshotResource".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.SnapshotResource".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WatchInfrastructureRequest {}
impl ::prost::Name for WatchInfrastructureRequest {
    const NAME: &'static str = "WatchInfrastructureRequest";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.WatchInfrastructureRequest".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.WatchInfrastructureRequest".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Infrastructure {
    #[prost(message, repeated, tag = "1")]
    pub proxies: ::prost::alloc::vec::Vec<DesiredProxy>,
}
impl ::prost::Name for Infrastructure {
    const NAME: &'static str = "Infrastructure";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Infrastructure".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Infrastructure".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DesiredProxy {
    #[prost(string, tag = "1")]
    pub namespace: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub token: ::prost::alloc::string::String,
    #[prost(uint32, repeated, tag = "4")]
    pub ports: ::prost::alloc::vec::Vec<u32>,
}
impl ::prost::Name for DesiredProxy {
    const NAME: &'static str = "DesiredProxy";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.DesiredProxy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.DesiredProxy".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ProxyState {
    Unspecified = 0,
    Pending = 1,
    Applied = 2,
    Rejected = 3,
}
impl ProxyState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "PROXY_STATE_UNSPECIFIED",
            Self::Pending => "PROXY_STATE_PENDING",
            Self::Applied => "PROXY_STATE_APPLIED",
            Self::Rejected => "PROXY_STATE_REJECTED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "PROXY_STATE_UNSPECIFIED" => Some(Self::Unspecified),
            "PROXY_STATE_PENDING" => Some(Self::Pending),
            "PROXY_STATE_APPLIED" => Some(Self::Applied),
            "PROXY_STATE_REJECTED" => Some(Self::Rejected),
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PromptGuard {
    #[prost(message, repeated, tag = "1")]
    pub request: ::prost::alloc::vec::Vec<Guard>,
    #[prost(message, repeated, tag = "2")]
    pub response: ::prost::alloc::vec::Vec<Guard>,
    #[prost(enumeration = "prompt_guard::Streaming", tag = "3")]
    pub streaming: i32,
    #[prost(bool, tag = "4")]
    pub is_beside: bool,
    #[prost(string, tag = "5")]
    pub label: ::prost::alloc::string::String,
}
/// Nested message and enum types in `PromptGuard`.
pub mod prompt_guard {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Streaming {
        Window = 0,
        Buffer = 1,
        Audit = 2,
        Refuse = 3,
    }
    impl Streaming {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Window => "STREAMING_WINDOW",
                Self::Buffer => "STREAMING_BUFFER",
                Self::Audit => "STREAMING_AUDIT",
                Self::Refuse => "STREAMING_REFUSE",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "STREAMING_WINDOW" => Some(Self::Window),
                "STREAMING_BUFFER" => Some(Self::Buffer),
                "STREAMING_AUDIT" => Some(Self::Audit),
                "STREAMING_REFUSE" => Some(Self::Refuse),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for PromptGuard {
    const NAME: &'static str = "PromptGuard";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.PromptGuard".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.PromptGuard".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Guard {
    #[prost(enumeration = "GuardScope", repeated, tag = "3")]
    pub scopes: ::prost::alloc::vec::Vec<i32>,
    #[prost(message, optional, tag = "4")]
    pub refusal: ::core::option::Option<GuardRefusal>,
    #[prost(bool, tag = "5")]
    pub is_shadow: bool,
    #[prost(oneof = "guard::Kind", tags = "1, 2")]
    pub kind: ::core::option::Option<guard::Kind>,
}
/// Nested message and enum types in `Guard`.
pub mod guard {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Kind {
        #[prost(message, tag = "1")]
        Regex(super::RegexGuard),
        #[prost(message, tag = "2")]
        Remote(super::RemoteGuard),
    }
}
impl ::prost::Name for Guard {
    const NAME: &'static str = "Guard";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Guard".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Guard".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GuardRefusal {
    #[prost(uint32, tag = "1")]
    pub status: u32,
    #[prost(string, tag = "2")]
    pub body: ::prost::alloc::string::String,
}
impl ::prost::Name for GuardRefusal {
    const NAME: &'static str = "GuardRefusal";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GuardRefusal".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GuardRefusal".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RegexGuard {
    #[prost(enumeration = "regex_guard::Action", tag = "1")]
    pub action: i32,
    #[prost(string, repeated, tag = "2")]
    pub builtins: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(string, repeated, tag = "3")]
    pub patterns: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, repeated, tag = "4")]
    pub named_patterns: ::prost::alloc::vec::Vec<regex_guard::NamedPattern>,
}
/// Nested message and enum types in `RegexGuard`.
pub mod regex_guard {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
    pub struct NamedPattern {
        #[prost(string, tag = "1")]
        pub name: ::prost::alloc::string::String,
        #[prost(string, tag = "2")]
        pub pattern: ::prost::alloc::string::String,
    }
    impl ::prost::Name for NamedPattern {
        const NAME: &'static str = "NamedPattern";
        const PACKAGE: &'static str = "tidegate.v1";
        fn full_name() -> ::prost::alloc::string::String {
            "tidegate.v1.RegexGuard.NamedPattern".into()
        }
        fn type_url() -> ::prost::alloc::string::String {
            "type.googleapis.com/tidegate.v1.RegexGuard.NamedPattern".into()
        }
    }
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Action {
        Mask = 0,
        Reject = 1,
    }
    impl Action {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Mask => "ACTION_MASK",
                Self::Reject => "ACTION_REJECT",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "ACTION_MASK" => Some(Self::Mask),
                "ACTION_REJECT" => Some(Self::Reject),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for RegexGuard {
    const NAME: &'static str = "RegexGuard";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RegexGuard".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RegexGuard".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RemoteGuard {
    #[prost(string, tag = "1")]
    pub target: ::prost::alloc::string::String,
    #[prost(bool, tag = "7")]
    pub is_fail_open: bool,
    #[prost(message, optional, tag = "8")]
    pub timeout: ::core::option::Option<super::super::google::protobuf::Duration>,
    #[prost(oneof = "remote_guard::Service", tags = "3, 4, 5, 6, 9")]
    pub service: ::core::option::Option<remote_guard::Service>,
}
/// Nested message and enum types in `RemoteGuard`.
pub mod remote_guard {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Service {
        #[prost(message, tag = "3")]
        Webhook(super::WebhookService),
        #[prost(message, tag = "4")]
        Moderation(super::ModerationService),
        #[prost(message, tag = "5")]
        Bedrock(super::BedrockGuardrailService),
        #[prost(message, tag = "6")]
        ModelArmor(super::ModelArmorService),
        #[prost(message, tag = "9")]
        ContentSafety(super::ContentSafetyService),
    }
}
impl ::prost::Name for RemoteGuard {
    const NAME: &'static str = "RemoteGuard";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RemoteGuard".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RemoteGuard".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct WebhookService {
    #[prost(message, repeated, tag = "1")]
    pub forward: ::prost::alloc::vec::Vec<GuardHeaderMatch>,
    #[prost(string, tag = "2")]
    pub path_prefix: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "3")]
    pub headers: ::prost::alloc::vec::Vec<GuardHeader>,
}
impl ::prost::Name for WebhookService {
    const NAME: &'static str = "WebhookService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.WebhookService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.WebhookService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GuardHeader {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub expression: ::prost::alloc::string::String,
}
impl ::prost::Name for GuardHeader {
    const NAME: &'static str = "GuardHeader";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GuardHeader".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GuardHeader".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GuardHeaderMatch {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(oneof = "guard_header_match::Value", tags = "2, 3")]
    pub value: ::core::option::Option<guard_header_match::Value>,
}
/// Nested message and enum types in `GuardHeaderMatch`.
pub mod guard_header_match {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Value {
        #[prost(string, tag = "2")]
        Exact(::prost::alloc::string::String),
        #[prost(string, tag = "3")]
        Regex(::prost::alloc::string::String),
    }
}
impl ::prost::Name for GuardHeaderMatch {
    const NAME: &'static str = "GuardHeaderMatch";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GuardHeaderMatch".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GuardHeaderMatch".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ModerationService {
    #[prost(string, tag = "1")]
    pub model: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub thresholds: ::prost::alloc::vec::Vec<CategoryThreshold>,
}
impl ::prost::Name for ModerationService {
    const NAME: &'static str = "ModerationService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ModerationService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ModerationService".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CategoryThreshold {
    #[prost(string, tag = "1")]
    pub category: ::prost::alloc::string::String,
    #[prost(double, tag = "2")]
    pub score: f64,
}
impl ::prost::Name for CategoryThreshold {
    const NAME: &'static str = "CategoryThreshold";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.CategoryThreshold".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.CategoryThreshold".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BedrockGuardrailService {
    #[prost(string, tag = "1")]
    pub identifier: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub version: ::prost::alloc::string::String,
}
impl ::prost::Name for BedrockGuardrailService {
    const NAME: &'static str = "BedrockGuardrailService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.BedrockGuardrailService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.BedrockGuardrailService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelArmorService {
    #[prost(string, tag = "1")]
    pub project: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub location: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub template: ::prost::alloc::string::String,
}
impl ::prost::Name for ModelArmorService {
    const NAME: &'static str = "ModelArmorService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ModelArmorService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ModelArmorService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContentSafetyService {
    #[prost(uint32, tag = "1")]
    pub hate: u32,
    #[prost(uint32, tag = "2")]
    pub self_harm: u32,
    #[prost(uint32, tag = "3")]
    pub sexual: u32,
    #[prost(uint32, tag = "4")]
    pub violence: u32,
    #[prost(string, repeated, tag = "5")]
    pub blocklists: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(bool, tag = "6")]
    pub halts_on_blocklist_hit: bool,
    #[prost(bool, tag = "7")]
    pub shields_prompts: bool,
}
impl ::prost::Name for ContentSafetyService {
    const NAME: &'static str = "ContentSafetyService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ContentSafetyService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ContentSafetyService".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum GuardScope {
    Unspecified = 0,
    SystemPrompt = 1,
    Messages = 2,
    ToolOutput = 3,
    ToolInput = 4,
    ToolDefinitions = 5,
    ToolCalls = 6,
}
impl GuardScope {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "GUARD_SCOPE_UNSPECIFIED",
            Self::SystemPrompt => "GUARD_SCOPE_SYSTEM_PROMPT",
            Self::Messages => "GUARD_SCOPE_MESSAGES",
            Self::ToolOutput => "GUARD_SCOPE_TOOL_OUTPUT",
            Self::ToolInput => "GUARD_SCOPE_TOOL_INPUT",
            Self::ToolDefinitions => "GUARD_SCOPE_TOOL_DEFINITIONS",
            Self::ToolCalls => "GUARD_SCOPE_TOOL_CALLS",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "GUARD_SCOPE_UNSPECIFIED" => Some(Self::Unspecified),
            "GUARD_SCOPE_SYSTEM_PROMPT" => Some(Self::SystemPrompt),
            "GUARD_SCOPE_MESSAGES" => Some(Self::Messages),
            "GUARD_SCOPE_TOOL_OUTPUT" => Some(Self::ToolOutput),
            "GUARD_SCOPE_TOOL_INPUT" => Some(Self::ToolInput),
            "GUARD_SCOPE_TOOL_DEFINITIONS" => Some(Self::ToolDefinitions),
            "GUARD_SCOPE_TOOL_CALLS" => Some(Self::ToolCalls),
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiBackend {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub groups: ::prost::alloc::vec::Vec<AiProviderGroup>,
    #[prost(message, optional, tag = "3")]
    pub health: ::core::option::Option<AiHealth>,
    #[prost(string, repeated, tag = "4")]
    pub price_catalogs: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(string, tag = "5")]
    pub policy_set: ::prost::alloc::string::String,
}
impl ::prost::Name for AiBackend {
    const NAME: &'static str = "AiBackend";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiBackend".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiBackend".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiProviderGroup {
    #[prost(message, repeated, tag = "1")]
    pub providers: ::prost::alloc::vec::Vec<AiProvider>,
}
impl ::prost::Name for AiProviderGroup {
    const NAME: &'static str = "AiProviderGroup";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiProviderGroup".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiProviderGroup".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiProvider {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub cluster: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub model: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub path_prefix: ::prost::alloc::string::String,
    #[prost(string, tag = "6")]
    pub path: ::prost::alloc::string::String,
    #[prost(string, tag = "7")]
    pub authority: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "8")]
    pub credential: ::core::option::Option<AiCredential>,
    #[prost(string, tag = "9")]
    pub telemetry_name: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "10")]
    pub service: ::core::option::Option<AiService>,
    #[prost(uint32, optional, tag = "11")]
    pub weight: ::core::option::Option<u32>,
    #[prost(message, optional, tag = "12")]
    pub health: ::core::option::Option<AiHealth>,
    #[prost(message, optional, tag = "13")]
    pub policy: ::core::option::Option<AiPolicy>,
    #[prost(bool, tag = "20")]
    pub refuses_local_addresses: bool,
    #[prost(message, optional, tag = "21")]
    pub request_timeout: ::core::option::Option<
        super::super::google::protobuf::Duration,
    >,
    #[prost(message, optional, tag = "22")]
    pub rerank: ::core::option::Option<AiHome>,
}
impl ::prost::Name for AiProvider {
    const NAME: &'static str = "AiProvider";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiProvider".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiProvider".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiHome {
    #[prost(string, tag = "1")]
    pub cluster: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub authority: ::prost::alloc::string::String,
}
impl ::prost::Name for AiHome {
    const NAME: &'static str = "AiHome";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiHome".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiHome".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiPolicy {
    #[prost(message, repeated, tag = "1")]
    pub overrides: ::prost::alloc::vec::Vec<AiMember>,
    #[prost(message, repeated, tag = "2")]
    pub defaults: ::prost::alloc::vec::Vec<AiMember>,
    #[prost(message, repeated, tag = "3")]
    pub model_aliases: ::prost::alloc::vec::Vec<AiAlias>,
    #[prost(message, repeated, tag = "4")]
    pub prepend: ::prost::alloc::vec::Vec<AiMessage>,
    #[prost(message, repeated, tag = "5")]
    pub append: ::prost::alloc::vec::Vec<AiMessage>,
    #[prost(message, repeated, tag = "6")]
    pub transformations: ::prost::alloc::vec::Vec<AiExpression>,
    #[prost(message, repeated, tag = "7")]
    pub final_transformations: ::prost::alloc::vec::Vec<AiExpression>,
    #[prost(message, optional, tag = "8")]
    pub prompt_guard: ::core::option::Option<PromptGuard>,
    #[prost(message, optional, tag = "9")]
    pub prompt_caching: ::core::option::Option<AiPromptCaching>,
    #[prost(message, repeated, tag = "10")]
    pub guard_targets: ::prost::alloc::vec::Vec<AiProvider>,
    #[prost(message, repeated, tag = "11")]
    pub routes: ::prost::alloc::vec::Vec<AiRoute>,
    #[prost(message, optional, tag = "12")]
    pub authorization: ::core::option::Option<AiAuthorization>,
    #[prost(message, repeated, tag = "13")]
    pub request_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::envoy::config::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "14")]
    pub request_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
    #[prost(message, repeated, tag = "15")]
    pub response_headers_to_add: ::prost::alloc::vec::Vec<
        super::super::envoy::config::core::v3::HeaderValueOption,
    >,
    #[prost(string, repeated, tag = "16")]
    pub response_headers_to_remove: ::prost::alloc::vec::Vec<
        ::prost::alloc::string::String,
    >,
}
impl ::prost::Name for AiPolicy {
    const NAME: &'static str = "AiPolicy";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiPolicy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiPolicy".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiAuthorization {
    #[prost(string, repeated, tag = "1")]
    pub deny: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(string, repeated, tag = "2")]
    pub require: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(string, repeated, tag = "3")]
    pub allow: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for AiAuthorization {
    const NAME: &'static str = "AiAuthorization";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiAuthorization".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiAuthorization".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiRoute {
    #[prost(string, tag = "1")]
    pub suffix: ::prost::alloc::string::String,
    #[prost(enumeration = "ai_route::Operation", tag = "2")]
    pub operation: i32,
}
/// Nested message and enum types in `AiRoute`.
pub mod ai_route {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Operation {
        Unspecified = 0,
        Completions = 1,
        Messages = 2,
        Models = 3,
        Passthrough = 4,
        Detect = 5,
        Responses = 6,
        AnthropicTokenCount = 7,
        Embeddings = 8,
        Realtime = 9,
        Rerank = 10,
        GenerateContent = 11,
        GeminiCountTokens = 12,
    }
    impl Operation {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "OPERATION_UNSPECIFIED",
                Self::Completions => "OPERATION_COMPLETIONS",
                Self::Messages => "OPERATION_MESSAGES",
                Self::Models => "OPERATION_MODELS",
                Self::Passthrough => "OPERATION_PASSTHROUGH",
                Self::Detect => "OPERATION_DETECT",
                Self::Responses => "OPERATION_RESPONSES",
                Self::AnthropicTokenCount => "OPERATION_ANTHROPIC_TOKEN_COUNT",
                Self::Embeddings => "OPERATION_EMBEDDINGS",
                Self::Realtime => "OPERATION_REALTIME",
                Self::Rerank => "OPERATION_RERANK",
                Self::GenerateContent => "OPERATION_GENERATE_CONTENT",
                Self::GeminiCountTokens => "OPERATION_GEMINI_COUNT_TOKENS",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "OPERATION_UNSPECIFIED" => Some(Self::Unspecified),
                "OPERATION_COMPLETIONS" => Some(Self::Completions),
                "OPERATION_MESSAGES" => Some(Self::Messages),
                "OPERATION_MODELS" => Some(Self::Models),
                "OPERATION_PASSTHROUGH" => Some(Self::Passthrough),
                "OPERATION_DETECT" => Some(Self::Detect),
                "OPERATION_RESPONSES" => Some(Self::Responses),
                "OPERATION_ANTHROPIC_TOKEN_COUNT" => Some(Self::AnthropicTokenCount),
                "OPERATION_EMBEDDINGS" => Some(Self::Embeddings),
                "OPERATION_REALTIME" => Some(Self::Realtime),
                "OPERATION_RERANK" => Some(Self::Rerank),
                "OPERATION_GENERATE_CONTENT" => Some(Self::GenerateContent),
                "OPERATION_GEMINI_COUNT_TOKENS" => Some(Self::GeminiCountTokens),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for AiRoute {
    const NAME: &'static str = "AiRoute";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiRoute".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiRoute".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiExpression {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub expression: ::prost::alloc::string::String,
}
impl ::prost::Name for AiExpression {
    const NAME: &'static str = "AiExpression";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiExpression".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiExpression".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiPromptCaching {
    #[prost(bool, tag = "1")]
    pub system: bool,
    #[prost(bool, tag = "2")]
    pub messages: bool,
    #[prost(bool, tag = "3")]
    pub tools: bool,
    #[prost(uint32, tag = "4")]
    pub min_tokens: u32,
    #[prost(uint32, tag = "5")]
    pub message_offset: u32,
}
impl ::prost::Name for AiPromptCaching {
    const NAME: &'static str = "AiPromptCaching";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiPromptCaching".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiPromptCaching".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiAlias {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
}
impl ::prost::Name for AiAlias {
    const NAME: &'static str = "AiAlias";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiAlias".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiAlias".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiMember {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub json: ::prost::alloc::string::String,
}
impl ::prost::Name for AiMember {
    const NAME: &'static str = "AiMember";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiMember".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiMember".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiMessage {
    #[prost(string, tag = "1")]
    pub role: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub content: ::prost::alloc::string::String,
}
impl ::prost::Name for AiMessage {
    const NAME: &'static str = "AiMessage";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiMessage".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiMessage".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiService {
    #[prost(oneof = "ai_service::Kind", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub kind: ::core::option::Option<ai_service::Kind>,
}
/// Nested message and enum types in `AiService`.
pub mod ai_service {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Kind {
        #[prost(message, tag = "1")]
        Openai(super::OpenAiService),
        #[prost(message, tag = "2")]
        Anthropic(super::AnthropicService),
        #[prost(message, tag = "3")]
        Bedrock(super::BedrockService),
        #[prost(message, tag = "4")]
        Azure(super::AzureService),
        #[prost(message, tag = "5")]
        Gemini(super::GeminiService),
        #[prost(message, tag = "6")]
        Vertex(super::VertexService),
        #[prost(message, tag = "7")]
        Custom(super::CustomService),
    }
}
impl ::prost::Name for AiService {
    const NAME: &'static str = "AiService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiService".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct OpenAiService {}
impl ::prost::Name for OpenAiService {
    const NAME: &'static str = "OpenAiService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.OpenAiService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.OpenAiService".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AnthropicService {}
impl ::prost::Name for AnthropicService {
    const NAME: &'static str = "AnthropicService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AnthropicService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AnthropicService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BedrockService {
    #[prost(string, tag = "1")]
    pub region: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub guardrail_identifier: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub guardrail_version: ::prost::alloc::string::String,
}
impl ::prost::Name for BedrockService {
    const NAME: &'static str = "BedrockService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.BedrockService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.BedrockService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AzureService {
    #[prost(enumeration = "azure_service::Resource", tag = "1")]
    pub resource: i32,
    #[prost(string, tag = "2")]
    pub project: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub api_version: ::prost::alloc::string::String,
}
/// Nested message and enum types in `AzureService`.
pub mod azure_service {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Resource {
        Unspecified = 0,
        Openai = 1,
        Foundry = 2,
    }
    impl Resource {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "RESOURCE_UNSPECIFIED",
                Self::Openai => "RESOURCE_OPENAI",
                Self::Foundry => "RESOURCE_FOUNDRY",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "RESOURCE_UNSPECIFIED" => Some(Self::Unspecified),
                "RESOURCE_OPENAI" => Some(Self::Openai),
                "RESOURCE_FOUNDRY" => Some(Self::Foundry),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for AzureService {
    const NAME: &'static str = "AzureService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AzureService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AzureService".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GeminiService {}
impl ::prost::Name for GeminiService {
    const NAME: &'static str = "GeminiService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GeminiService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GeminiService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct VertexService {
    #[prost(string, tag = "1")]
    pub project: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub region: ::prost::alloc::string::String,
}
impl ::prost::Name for VertexService {
    const NAME: &'static str = "VertexService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.VertexService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.VertexService".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CustomService {
    #[prost(message, repeated, tag = "1")]
    pub formats: ::prost::alloc::vec::Vec<CustomFormat>,
}
impl ::prost::Name for CustomService {
    const NAME: &'static str = "CustomService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.CustomService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.CustomService".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CustomFormat {
    #[prost(enumeration = "AiFormat", tag = "1")]
    pub format: i32,
    #[prost(string, tag = "2")]
    pub path: ::prost::alloc::string::String,
}
impl ::prost::Name for CustomFormat {
    const NAME: &'static str = "CustomFormat";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.CustomFormat".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.CustomFormat".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiHealth {
    #[prost(message, optional, tag = "1")]
    pub eviction_duration: ::core::option::Option<
        super::super::google::protobuf::Duration,
    >,
    #[prost(uint32, optional, tag = "2")]
    pub consecutive_failures: ::core::option::Option<u32>,
    #[prost(double, optional, tag = "3")]
    pub health_threshold: ::core::option::Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub restore_health: ::core::option::Option<f64>,
    #[prost(string, tag = "5")]
    pub unhealthy_condition: ::prost::alloc::string::String,
}
impl ::prost::Name for AiHealth {
    const NAME: &'static str = "AiHealth";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiHealth".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiHealth".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiCredential {
    #[prost(message, repeated, tag = "8")]
    pub further: ::prost::alloc::vec::Vec<KeyCredential>,
    #[prost(oneof = "ai_credential::Kind", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub kind: ::core::option::Option<ai_credential::Kind>,
}
/// Nested message and enum types in `AiCredential`.
pub mod ai_credential {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Kind {
        #[prost(message, tag = "1")]
        None(super::NoCredential),
        #[prost(message, tag = "2")]
        Key(super::KeyCredential),
        #[prost(message, tag = "3")]
        Unavailable(super::CredentialUnavailable),
        #[prost(message, tag = "4")]
        Aws(super::AwsCredential),
        #[prost(message, tag = "5")]
        Azure(super::AzureCredential),
        #[prost(message, tag = "6")]
        Gcp(super::GcpCredential),
        #[prost(message, tag = "7")]
        Passthrough(super::PassthroughCredential),
    }
}
impl ::prost::Name for AiCredential {
    const NAME: &'static str = "AiCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiCredential".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct NoCredential {}
impl ::prost::Name for NoCredential {
    const NAME: &'static str = "NoCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.NoCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.NoCredential".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct KeyCredential {
    #[prost(string, tag = "1")]
    pub secret: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub header: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub prefix: ::prost::alloc::string::String,
}
impl ::prost::Name for KeyCredential {
    const NAME: &'static str = "KeyCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.KeyCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.KeyCredential".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CredentialUnavailable {
    #[prost(string, tag = "1")]
    pub reason: ::prost::alloc::string::String,
    #[prost(bool, tag = "2")]
    pub is_missing: bool,
}
impl ::prost::Name for CredentialUnavailable {
    const NAME: &'static str = "CredentialUnavailable";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.CredentialUnavailable".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.CredentialUnavailable".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AwsCredential {
    #[prost(string, tag = "1")]
    pub access_key: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub secret_key: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub session_token: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub region: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub service: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "6")]
    pub ambient: ::core::option::Option<AwsAmbient>,
}
impl ::prost::Name for AwsCredential {
    const NAME: &'static str = "AwsCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AwsCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AwsCredential".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AwsAmbient {
    #[prost(message, optional, tag = "1")]
    pub role: ::core::option::Option<AwsRole>,
}
impl ::prost::Name for AwsAmbient {
    const NAME: &'static str = "AwsAmbient";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AwsAmbient".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AwsAmbient".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AwsRole {
    #[prost(string, tag = "1")]
    pub arn: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub session_name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "3")]
    pub tags: ::prost::alloc::vec::Vec<AwsSessionTag>,
}
impl ::prost::Name for AwsRole {
    const NAME: &'static str = "AwsRole";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AwsRole".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AwsRole".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AwsSessionTag {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub value: ::prost::alloc::string::String,
}
impl ::prost::Name for AwsSessionTag {
    const NAME: &'static str = "AwsSessionTag";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AwsSessionTag".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AwsSessionTag".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AzureCredential {
    #[prost(string, tag = "5")]
    pub scope: ::prost::alloc::string::String,
    #[prost(oneof = "azure_credential::Identity", tags = "1, 2, 3, 4")]
    pub identity: ::core::option::Option<azure_credential::Identity>,
}
/// Nested message and enum types in `AzureCredential`.
pub mod azure_credential {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Identity {
        #[prost(message, tag = "1")]
        Ambient(super::AzureAmbient),
        #[prost(message, tag = "2")]
        ClientSecret(super::AzureClientSecret),
        #[prost(message, tag = "3")]
        Managed(super::AzureManagedIdentity),
        #[prost(message, tag = "4")]
        Workload(super::AzureWorkloadIdentity),
    }
}
impl ::prost::Name for AzureCredential {
    const NAME: &'static str = "AzureCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AzureCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AzureCredential".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AzureAmbient {}
impl ::prost::Name for AzureAmbient {
    const NAME: &'static str = "AzureAmbient";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AzureAmbient".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AzureAmbient".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AzureWorkloadIdentity {}
impl ::prost::Name for AzureWorkloadIdentity {
    const NAME: &'static str = "AzureWorkloadIdentity";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AzureWorkloadIdentity".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AzureWorkloadIdentity".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AzureClientSecret {
    #[prost(string, tag = "1")]
    pub client_id: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub tenant_id: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub client_secret: ::prost::alloc::string::String,
}
impl ::prost::Name for AzureClientSecret {
    const NAME: &'static str = "AzureClientSecret";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AzureClientSecret".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AzureClientSecret".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AzureManagedIdentity {
    #[prost(oneof = "azure_managed_identity::Id", tags = "1, 2, 3")]
    pub id: ::core::option::Option<azure_managed_identity::Id>,
}
/// Nested message and enum types in `AzureManagedIdentity`.
pub mod azure_managed_identity {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Id {
        #[prost(string, tag = "1")]
        ClientId(::prost::alloc::string::String),
        #[prost(string, tag = "2")]
        ObjectId(::prost::alloc::string::String),
        #[prost(string, tag = "3")]
        ResourceId(::prost::alloc::string::String),
    }
}
impl ::prost::Name for AzureManagedIdentity {
    const NAME: &'static str = "AzureManagedIdentity";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AzureManagedIdentity".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AzureManagedIdentity".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GcpCredential {
    #[prost(string, tag = "3")]
    pub id_token_audience: ::prost::alloc::string::String,
    #[prost(oneof = "gcp_credential::Source", tags = "1, 2")]
    pub source: ::core::option::Option<gcp_credential::Source>,
}
/// Nested message and enum types in `GcpCredential`.
pub mod gcp_credential {
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Source {
        #[prost(message, tag = "1")]
        Ambient(super::GcpAmbient),
        #[prost(string, tag = "2")]
        Credentials(::prost::alloc::string::String),
    }
}
impl ::prost::Name for GcpCredential {
    const NAME: &'static str = "GcpCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GcpCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GcpCredential".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GcpAmbient {}
impl ::prost::Name for GcpAmbient {
    const NAME: &'static str = "GcpAmbient";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GcpAmbient".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GcpAmbient".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PassthroughCredential {
    #[prost(string, tag = "1")]
    pub header: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub prefix: ::prost::alloc::string::String,
}
impl ::prost::Name for PassthroughCredential {
    const NAME: &'static str = "PassthroughCredential";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.PassthroughCredential".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.PassthroughCredential".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum AiFormat {
    Unspecified = 0,
    OpenaiChatCompletions = 1,
    OpenaiResponses = 2,
    AnthropicMessages = 3,
    OpenaiEmbeddings = 4,
    AnthropicTokenCount = 5,
    OpenaiRealtime = 6,
    Rerank = 7,
}
impl AiFormat {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "AI_FORMAT_UNSPECIFIED",
            Self::OpenaiChatCompletions => "AI_FORMAT_OPENAI_CHAT_COMPLETIONS",
            Self::OpenaiResponses => "AI_FORMAT_OPENAI_RESPONSES",
            Self::AnthropicMessages => "AI_FORMAT_ANTHROPIC_MESSAGES",
            Self::OpenaiEmbeddings => "AI_FORMAT_OPENAI_EMBEDDINGS",
            Self::AnthropicTokenCount => "AI_FORMAT_ANTHROPIC_TOKEN_COUNT",
            Self::OpenaiRealtime => "AI_FORMAT_OPENAI_REALTIME",
            Self::Rerank => "AI_FORMAT_RERANK",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "AI_FORMAT_UNSPECIFIED" => Some(Self::Unspecified),
            "AI_FORMAT_OPENAI_CHAT_COMPLETIONS" => Some(Self::OpenaiChatCompletions),
            "AI_FORMAT_OPENAI_RESPONSES" => Some(Self::OpenaiResponses),
            "AI_FORMAT_ANTHROPIC_MESSAGES" => Some(Self::AnthropicMessages),
            "AI_FORMAT_OPENAI_EMBEDDINGS" => Some(Self::OpenaiEmbeddings),
            "AI_FORMAT_ANTHROPIC_TOKEN_COUNT" => Some(Self::AnthropicTokenCount),
            "AI_FORMAT_OPENAI_REALTIME" => Some(Self::OpenaiRealtime),
            "AI_FORMAT_RERANK" => Some(Self::Rerank),
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Commit {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub id: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "3")]
    pub entries: ::prost::alloc::vec::Vec<CommitEntry>,
}
impl ::prost::Name for Commit {
    const NAME: &'static str = "Commit";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Commit".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Commit".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CommitEntry {
    #[prost(string, tag = "1")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(uint32, tag = "2")]
    pub count: u32,
    #[prost(bytes = "bytes", tag = "3")]
    pub digest: ::prost::bytes::Bytes,
    #[prost(bool, tag = "4")]
    pub required: bool,
}
impl ::prost::Name for CommitEntry {
    const NAME: &'static str = "CommitEntry";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.CommitEntry".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.CommitEntry".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CommitOrigin {
    #[prost(string, tag = "1")]
    pub parent_id: ::prost::alloc::string::String,
    #[prost(int64, tag = "2")]
    pub created_ms: i64,
    #[prost(string, tag = "3")]
    pub replica: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub reason: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub traceparent: ::prost::alloc::string::String,
}
impl ::prost::Name for CommitOrigin {
    const NAME: &'static str = "CommitOrigin";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.CommitOrigin".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.CommitOrigin".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DynamicForwardProxy {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "2")]
    pub allowed_hosts: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for DynamicForwardProxy {
    const NAME: &'static str = "DynamicForwardProxy";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.DynamicForwardProxy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.DynamicForwardProxy".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ModelRouter {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub models: ::prost::alloc::vec::Vec<RoutedModel>,
    #[prost(message, repeated, tag = "3")]
    pub virtual_models: ::prost::alloc::vec::Vec<VirtualModel>,
}
impl ::prost::Name for ModelRouter {
    const NAME: &'static str = "ModelRouter";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ModelRouter".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ModelRouter".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RoutedModel {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(bool, tag = "2")]
    pub is_internal: bool,
    #[prost(string, tag = "3")]
    pub backend: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub owner: ::prost::alloc::string::String,
    #[prost(int64, tag = "5")]
    pub created: i64,
}
impl ::prost::Name for RoutedModel {
    const NAME: &'static str = "RoutedModel";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RoutedModel".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RoutedModel".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct VirtualModel {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(int64, tag = "2")]
    pub created: i64,
    #[prost(oneof = "virtual_model::Routing", tags = "3, 4, 5, 6")]
    pub routing: ::core::option::Option<virtual_model::Routing>,
}
/// Nested message and enum types in `VirtualModel`.
pub mod virtual_model {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Routing {
        #[prost(message, tag = "3")]
        Weighted(super::WeightedModels),
        #[prost(string, tag = "4")]
        Failover(::prost::alloc::string::String),
        #[prost(string, tag = "5")]
        Unavailable(::prost::alloc::string::String),
        #[prost(message, tag = "6")]
        Conditional(super::ConditionalModels),
    }
}
impl ::prost::Name for VirtualModel {
    const NAME: &'static str = "VirtualModel";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.VirtualModel".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.VirtualModel".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct WeightedModels {
    #[prost(message, repeated, tag = "1")]
    pub targets: ::prost::alloc::vec::Vec<WeightedModel>,
}
impl ::prost::Name for WeightedModels {
    const NAME: &'static str = "WeightedModels";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.WeightedModels".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.WeightedModels".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WeightedModel {
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<ModelTarget>,
    #[prost(uint32, tag = "2")]
    pub weight: u32,
}
impl ::prost::Name for WeightedModel {
    const NAME: &'static str = "WeightedModel";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.WeightedModel".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.WeightedModel".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ConditionalModels {
    #[prost(message, repeated, tag = "1")]
    pub targets: ::prost::alloc::vec::Vec<ConditionalModel>,
}
impl ::prost::Name for ConditionalModels {
    const NAME: &'static str = "ConditionalModels";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ConditionalModels".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ConditionalModels".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ConditionalModel {
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<ModelTarget>,
    #[prost(string, tag = "2")]
    pub when: ::prost::alloc::string::String,
}
impl ::prost::Name for ConditionalModel {
    const NAME: &'static str = "ConditionalModel";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ConditionalModel".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ConditionalModel".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelTarget {
    #[prost(string, tag = "1")]
    pub model: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub backend: ::prost::alloc::string::String,
}
impl ::prost::Name for ModelTarget {
    const NAME: &'static str = "ModelTarget";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.ModelTarget".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.ModelTarget".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiAffinity {
    #[prost(string, tag = "1")]
    pub key: ::prost::alloc::string::String,
}
impl ::prost::Name for AiAffinity {
    const NAME: &'static str = "AiAffinity";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiAffinity".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiAffinity".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiAllowedModels {
    #[prost(message, repeated, tag = "1")]
    pub entries: ::prost::alloc::vec::Vec<AllowedModels>,
}
impl ::prost::Name for AiAllowedModels {
    const NAME: &'static str = "AiAllowedModels";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiAllowedModels".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiAllowedModels".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AllowedModels {
    #[prost(string, repeated, tag = "1")]
    pub names: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(string, tag = "2")]
    pub when: ::prost::alloc::string::String,
}
impl ::prost::Name for AllowedModels {
    const NAME: &'static str = "AllowedModels";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AllowedModels".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AllowedModels".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiCache {
    #[prost(bool, tag = "1")]
    pub is_off: bool,
    #[prost(message, optional, tag = "2")]
    pub ttl: ::core::option::Option<super::super::google::protobuf::Duration>,
    #[prost(uint64, tag = "3")]
    pub max_entry_bytes: u64,
    #[prost(uint64, tag = "4")]
    pub max_bytes: u64,
    #[prost(enumeration = "ai_cache::Scope", tag = "5")]
    pub scope: i32,
    #[prost(string, repeated, tag = "6")]
    pub vary: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(double, optional, tag = "7")]
    pub max_temperature: ::core::option::Option<f64>,
    #[prost(bool, tag = "8")]
    pub cache_tools: bool,
    #[prost(bool, tag = "9")]
    pub charge_hits: bool,
    #[prost(message, optional, tag = "10")]
    pub semantic: ::core::option::Option<SemanticCache>,
}
/// Nested message and enum types in `AiCache`.
pub mod ai_cache {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Scope {
        Unspecified = 0,
        Tenant = 1,
        Route = 2,
        Backend = 3,
    }
    impl Scope {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "SCOPE_UNSPECIFIED",
                Self::Tenant => "SCOPE_TENANT",
                Self::Route => "SCOPE_ROUTE",
                Self::Backend => "SCOPE_BACKEND",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "SCOPE_UNSPECIFIED" => Some(Self::Unspecified),
                "SCOPE_TENANT" => Some(Self::Tenant),
                "SCOPE_ROUTE" => Some(Self::Route),
                "SCOPE_BACKEND" => Some(Self::Backend),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for AiCache {
    const NAME: &'static str = "AiCache";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiCache".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiCache".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SemanticCache {
    #[prost(message, optional, tag = "1")]
    pub embeddings: ::core::option::Option<AiProvider>,
    #[prost(double, tag = "2")]
    pub threshold: f64,
    #[prost(message, optional, tag = "3")]
    pub timeout: ::core::option::Option<super::super::google::protobuf::Duration>,
    #[prost(uint32, tag = "4")]
    pub max_entries: u32,
    #[prost(uint32, tag = "5")]
    pub max_messages: u32,
}
impl ::prost::Name for SemanticCache {
    const NAME: &'static str = "SemanticCache";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.SemanticCache".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.SemanticCache".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiDeniedParams {
    #[prost(string, repeated, tag = "1")]
    pub names: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
impl ::prost::Name for AiDeniedParams {
    const NAME: &'static str = "AiDeniedParams";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiDeniedParams".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiDeniedParams".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiFallback {
    #[prost(enumeration = "AiFallbackReason", repeated, tag = "1")]
    pub reasons: ::prost::alloc::vec::Vec<i32>,
}
impl ::prost::Name for AiFallback {
    const NAME: &'static str = "AiFallback";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiFallback".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiFallback".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum AiFallbackReason {
    Unspecified = 0,
    ContextWindowExceeded = 1,
    ContentPolicyViolation = 2,
}
impl AiFallbackReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "AI_FALLBACK_REASON_UNSPECIFIED",
            Self::ContextWindowExceeded => "AI_FALLBACK_REASON_CONTEXT_WINDOW_EXCEEDED",
            Self::ContentPolicyViolation => "AI_FALLBACK_REASON_CONTENT_POLICY_VIOLATION",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "AI_FALLBACK_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "AI_FALLBACK_REASON_CONTEXT_WINDOW_EXCEEDED" => {
                Some(Self::ContextWindowExceeded)
            }
            "AI_FALLBACK_REASON_CONTENT_POLICY_VIOLATION" => {
                Some(Self::ContentPolicyViolation)
            }
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiGuards {
    #[prost(message, optional, tag = "1")]
    pub guards: ::core::option::Option<PromptGuard>,
    #[prost(message, repeated, tag = "2")]
    pub targets: ::prost::alloc::vec::Vec<AiProvider>,
    #[prost(string, tag = "3")]
    pub label: ::prost::alloc::string::String,
}
impl ::prost::Name for AiGuards {
    const NAME: &'static str = "AiGuards";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiGuards".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiGuards".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AiKeys {
    #[prost(message, repeated, tag = "1")]
    pub keys: ::prost::alloc::vec::Vec<KeyCredential>,
}
impl ::prost::Name for AiKeys {
    const NAME: &'static str = "AiKeys";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiKeys".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiKeys".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiLoad {
    #[prost(uint32, optional, tag = "1")]
    pub max_in_flight: ::core::option::Option<u32>,
    #[prost(uint32, optional, tag = "2")]
    pub probes: ::core::option::Option<u32>,
    #[prost(uint32, optional, tag = "3")]
    pub min_healthy_percent: ::core::option::Option<u32>,
    #[prost(enumeration = "AiAlgorithm", tag = "4")]
    pub algorithm: i32,
    #[prost(uint32, optional, tag = "5")]
    pub max_in_flight_per_endpoint: ::core::option::Option<u32>,
}
impl ::prost::Name for AiLoad {
    const NAME: &'static str = "AiLoad";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiLoad".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiLoad".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum AiAlgorithm {
    Unspecified = 0,
    Weighted = 1,
    P2cEwma = 2,
    LeastInFlight = 3,
    LowestCost = 4,
}
impl AiAlgorithm {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "AI_ALGORITHM_UNSPECIFIED",
            Self::Weighted => "AI_ALGORITHM_WEIGHTED",
            Self::P2cEwma => "AI_ALGORITHM_P2C_EWMA",
            Self::LeastInFlight => "AI_ALGORITHM_LEAST_IN_FLIGHT",
            Self::LowestCost => "AI_ALGORITHM_LOWEST_COST",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "AI_ALGORITHM_UNSPECIFIED" => Some(Self::Unspecified),
            "AI_ALGORITHM_WEIGHTED" => Some(Self::Weighted),
            "AI_ALGORITHM_P2C_EWMA" => Some(Self::P2cEwma),
            "AI_ALGORITHM_LEAST_IN_FLIGHT" => Some(Self::LeastInFlight),
            "AI_ALGORITHM_LOWEST_COST" => Some(Self::LowestCost),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiResponseModel {
    #[prost(bool, tag = "1")]
    pub rewrite: bool,
}
impl ::prost::Name for AiResponseModel {
    const NAME: &'static str = "AiResponseModel";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiResponseModel".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiResponseModel".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AiTimeouts {
    #[prost(message, optional, tag = "1")]
    pub first_token: ::core::option::Option<super::super::google::protobuf::Duration>,
    #[prost(message, optional, tag = "2")]
    pub stream_idle: ::core::option::Option<super::super::google::protobuf::Duration>,
    #[prost(message, optional, tag = "3")]
    pub session: ::core::option::Option<super::super::google::protobuf::Duration>,
}
impl ::prost::Name for AiTimeouts {
    const NAME: &'static str = "AiTimeouts";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AiTimeouts".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AiTimeouts".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Attribution {
    #[prost(string, tag = "1")]
    pub user: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub team: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub key: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "4")]
    pub metric_labels: ::prost::alloc::vec::Vec<AttributionLabel>,
}
impl ::prost::Name for Attribution {
    const NAME: &'static str = "Attribution";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Attribution".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Attribution".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AttributionLabel {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub value: ::prost::alloc::string::String,
}
impl ::prost::Name for AttributionLabel {
    const NAME: &'static str = "AttributionLabel";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.AttributionLabel".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.AttributionLabel".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GlobalRateLimit {
    #[prost(message, optional, tag = "1")]
    pub service: ::core::option::Option<RateLimitService>,
    #[prost(message, repeated, tag = "2")]
    pub descriptors: ::prost::alloc::vec::Vec<GlobalDescriptor>,
}
impl ::prost::Name for GlobalRateLimit {
    const NAME: &'static str = "GlobalRateLimit";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GlobalRateLimit".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GlobalRateLimit".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RateLimitService {
    #[prost(string, tag = "1")]
    pub cluster: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub authority: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub domain: ::prost::alloc::string::String,
    #[prost(bool, tag = "4")]
    pub fail_open: bool,
    #[prost(message, optional, tag = "5")]
    pub timeout: ::core::option::Option<super::super::google::protobuf::Duration>,
}
impl ::prost::Name for RateLimitService {
    const NAME: &'static str = "RateLimitService";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RateLimitService".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RateLimitService".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GlobalDescriptor {
    #[prost(message, repeated, tag = "1")]
    pub entries: ::prost::alloc::vec::Vec<GlobalEntry>,
    #[prost(enumeration = "global_descriptor::Unit", tag = "2")]
    pub unit: i32,
    #[prost(string, tag = "3")]
    pub cost: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub limit_override: ::prost::alloc::string::String,
}
/// Nested message and enum types in `GlobalDescriptor`.
pub mod global_descriptor {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Unit {
        Unspecified = 0,
        Requests = 1,
        Tokens = 2,
    }
    impl Unit {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "UNIT_UNSPECIFIED",
                Self::Requests => "UNIT_REQUESTS",
                Self::Tokens => "UNIT_TOKENS",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "UNIT_UNSPECIFIED" => Some(Self::Unspecified),
                "UNIT_REQUESTS" => Some(Self::Requests),
                "UNIT_TOKENS" => Some(Self::Tokens),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for GlobalDescriptor {
    const NAME: &'static str = "GlobalDescriptor";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GlobalDescriptor".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GlobalDescriptor".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GlobalEntry {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub expression: ::prost::alloc::string::String,
}
impl ::prost::Name for GlobalEntry {
    const NAME: &'static str = "GlobalEntry";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.GlobalEntry".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.GlobalEntry".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Budgets {
    #[prost(message, repeated, tag = "1")]
    pub budgets: ::prost::alloc::vec::Vec<Budget>,
}
impl ::prost::Name for Budgets {
    const NAME: &'static str = "Budgets";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Budgets".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Budgets".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Budget {
    #[prost(string, tag = "1")]
    pub id: ::prost::alloc::string::String,
    #[prost(string, tag = "6")]
    pub key: ::prost::alloc::string::String,
    #[prost(uint32, repeated, tag = "7")]
    pub thresholds: ::prost::alloc::vec::Vec<u32>,
    #[prost(enumeration = "budget::Action", tag = "8")]
    pub action: i32,
    #[prost(string, tag = "9")]
    pub downgrade_to: ::prost::alloc::string::String,
    #[prost(message, optional, tag = "10")]
    pub shared: ::core::option::Option<SharedStore>,
    #[prost(bool, tag = "11")]
    pub block_unpriced: bool,
    #[prost(oneof = "budget::Limit", tags = "2, 3, 12")]
    pub limit: ::core::option::Option<budget::Limit>,
    #[prost(oneof = "budget::Length", tags = "4, 5")]
    pub length: ::core::option::Option<budget::Length>,
}
/// Nested message and enum types in `Budget`.
pub mod budget {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Window {
        Unspecified = 0,
        Day = 1,
        Week = 2,
        Month = 3,
    }
    impl Window {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "WINDOW_UNSPECIFIED",
                Self::Day => "WINDOW_DAY",
                Self::Week => "WINDOW_WEEK",
                Self::Month => "WINDOW_MONTH",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "WINDOW_UNSPECIFIED" => Some(Self::Unspecified),
                "WINDOW_DAY" => Some(Self::Day),
                "WINDOW_WEEK" => Some(Self::Week),
                "WINDOW_MONTH" => Some(Self::Month),
                _ => None,
            }
        }
    }
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Action {
        Unspecified = 0,
        Block = 1,
        Warn = 2,
        Downgrade = 3,
        Audit = 4,
    }
    impl Action {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "ACTION_UNSPECIFIED",
                Self::Block => "ACTION_BLOCK",
                Self::Warn => "ACTION_WARN",
                Self::Downgrade => "ACTION_DOWNGRADE",
                Self::Audit => "ACTION_AUDIT",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "ACTION_UNSPECIFIED" => Some(Self::Unspecified),
                "ACTION_BLOCK" => Some(Self::Block),
                "ACTION_WARN" => Some(Self::Warn),
                "ACTION_DOWNGRADE" => Some(Self::Downgrade),
                "ACTION_AUDIT" => Some(Self::Audit),
                _ => None,
            }
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Limit {
        #[prost(string, tag = "2")]
        Usd(::prost::alloc::string::String),
        #[prost(uint64, tag = "3")]
        Tokens(u64),
        #[prost(uint64, tag = "12")]
        Requests(u64),
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Length {
        #[prost(enumeration = "Window", tag = "4")]
        Window(i32),
        #[prost(message, tag = "5")]
        Every(super::super::super::google::protobuf::Duration),
    }
}
impl ::prost::Name for Budget {
    const NAME: &'static str = "Budget";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Budget".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Budget".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SharedStore {
    #[prost(string, tag = "1")]
    pub redis_secret: ::prost::alloc::string::String,
    #[prost(bool, tag = "2")]
    pub fail_open: bool,
    #[prost(message, optional, tag = "3")]
    pub service: ::core::option::Option<RateLimitService>,
}
impl ::prost::Name for SharedStore {
    const NAME: &'static str = "SharedStore";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.SharedStore".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.SharedStore".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Concurrency {
    #[prost(uint32, tag = "1")]
    pub limit: u32,
    #[prost(string, tag = "2")]
    pub key: ::prost::alloc::string::String,
    #[prost(uint32, tag = "3")]
    pub streams: u32,
}
impl ::prost::Name for Concurrency {
    const NAME: &'static str = "Concurrency";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Concurrency".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Concurrency".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FrontendHttp {
    #[prost(uint64, optional, tag = "1")]
    pub max_buffer_size: ::core::option::Option<u64>,
}
impl ::prost::Name for FrontendHttp {
    const NAME: &'static str = "FrontendHttp";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.FrontendHttp".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.FrontendHttp".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LocalRateLimit {
    #[prost(message, repeated, tag = "1")]
    pub limits: ::prost::alloc::vec::Vec<LocalLimit>,
}
impl ::prost::Name for LocalRateLimit {
    const NAME: &'static str = "LocalRateLimit";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.LocalRateLimit".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.LocalRateLimit".into()
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LocalLimit {
    #[prost(enumeration = "local_limit::Unit", tag = "1")]
    pub unit: i32,
    #[prost(uint64, tag = "2")]
    pub max: u64,
    #[prost(uint64, tag = "3")]
    pub per_fill: u64,
    #[prost(message, optional, tag = "4")]
    pub fill_interval: ::core::option::Option<super::super::google::protobuf::Duration>,
    #[prost(bool, tag = "5")]
    pub allow_debt: bool,
}
/// Nested message and enum types in `LocalLimit`.
pub mod local_limit {
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Unit {
        Unspecified = 0,
        Requests = 1,
        Tokens = 2,
    }
    impl Unit {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "UNIT_UNSPECIFIED",
                Self::Requests => "UNIT_REQUESTS",
                Self::Tokens => "UNIT_TOKENS",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "UNIT_UNSPECIFIED" => Some(Self::Unspecified),
                "UNIT_REQUESTS" => Some(Self::Requests),
                "UNIT_TOKENS" => Some(Self::Tokens),
                _ => None,
            }
        }
    }
}
impl ::prost::Name for LocalLimit {
    const NAME: &'static str = "LocalLimit";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.LocalLimit".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.LocalLimit".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Policy {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(
        oneof = "policy::Content",
        tags = "2, 3, 4, 20, 21, 22, 23, 40, 27, 24, 28, 29, 41, 42, 60, 43, 44, 45"
    )]
    pub content: ::core::option::Option<policy::Content>,
}
/// Nested message and enum types in `Policy`.
pub mod policy {
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Content {
        #[prost(message, tag = "2")]
        Denied(super::PolicyDenied),
        #[prost(message, tag = "3")]
        Ai(super::AiPolicy),
        #[prost(message, tag = "4")]
        LocalRateLimit(super::LocalRateLimit),
        #[prost(message, tag = "20")]
        AiTimeouts(super::AiTimeouts),
        #[prost(message, tag = "21")]
        AiLoad(super::AiLoad),
        #[prost(message, tag = "22")]
        AiAffinity(super::AiAffinity),
        #[prost(message, tag = "23")]
        AiCache(super::AiCache),
        #[prost(message, tag = "40")]
        AiGuards(super::AiGuards),
        #[prost(message, tag = "27")]
        GlobalRateLimit(super::GlobalRateLimit),
        #[prost(message, tag = "24")]
        AiFallback(super::AiFallback),
        #[prost(message, tag = "28")]
        Budgets(super::Budgets),
        #[prost(message, tag = "29")]
        Concurrency(super::Concurrency),
        #[prost(message, tag = "41")]
        FrontendHttp(super::FrontendHttp),
        #[prost(message, tag = "42")]
        AiAllowedModels(super::AiAllowedModels),
        #[prost(message, tag = "60")]
        Attribution(super::Attribution),
        #[prost(message, tag = "43")]
        AiKeys(super::AiKeys),
        #[prost(message, tag = "44")]
        AiResponseModel(super::AiResponseModel),
        #[prost(message, tag = "45")]
        AiDeniedParams(super::AiDeniedParams),
    }
}
impl ::prost::Name for Policy {
    const NAME: &'static str = "Policy";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Policy".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Policy".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PolicyDenied {
    #[prost(string, tag = "1")]
    pub reason: ::prost::alloc::string::String,
}
impl ::prost::Name for PolicyDenied {
    const NAME: &'static str = "PolicyDenied";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.PolicyDenied".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.PolicyDenied".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PolicySet {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(message, repeated, tag = "2")]
    pub attachments: ::prost::alloc::vec::Vec<PolicyAttachment>,
    #[prost(message, optional, tag = "3")]
    pub denied: ::core::option::Option<PolicyDenied>,
}
impl ::prost::Name for PolicySet {
    const NAME: &'static str = "PolicySet";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.PolicySet".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.PolicySet".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PolicyAttachment {
    #[prost(string, tag = "1")]
    pub field: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub policy: ::prost::alloc::string::String,
    #[prost(enumeration = "PolicyLevel", tag = "3")]
    pub level: i32,
    #[prost(string, tag = "4")]
    pub target: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub section: ::prost::alloc::string::String,
}
impl ::prost::Name for PolicyAttachment {
    const NAME: &'static str = "PolicyAttachment";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.PolicyAttachment".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.PolicyAttachment".into()
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum PolicyLevel {
    Unspecified = 0,
    Gateway = 1,
    Listener = 2,
    Backend = 3,
    BackendSection = 4,
    Route = 5,
    Rule = 6,
}
impl PolicyLevel {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "POLICY_LEVEL_UNSPECIFIED",
            Self::Gateway => "POLICY_LEVEL_GATEWAY",
            Self::Listener => "POLICY_LEVEL_LISTENER",
            Self::Backend => "POLICY_LEVEL_BACKEND",
            Self::BackendSection => "POLICY_LEVEL_BACKEND_SECTION",
            Self::Route => "POLICY_LEVEL_ROUTE",
            Self::Rule => "POLICY_LEVEL_RULE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "POLICY_LEVEL_UNSPECIFIED" => Some(Self::Unspecified),
            "POLICY_LEVEL_GATEWAY" => Some(Self::Gateway),
            "POLICY_LEVEL_LISTENER" => Some(Self::Listener),
            "POLICY_LEVEL_BACKEND" => Some(Self::Backend),
            "POLICY_LEVEL_BACKEND_SECTION" => Some(Self::BackendSection),
            "POLICY_LEVEL_ROUTE" => Some(Self::Route),
            "POLICY_LEVEL_RULE" => Some(Self::Rule),
            _ => None,
        }
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PriceCatalog {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub document: ::prost::alloc::string::String,
}
impl ::prost::Name for PriceCatalog {
    const NAME: &'static str = "PriceCatalog";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.PriceCatalog".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.PriceCatalog".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Reference {
    #[prost(string, tag = "1")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
}
impl ::prost::Name for Reference {
    const NAME: &'static str = "Reference";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.Reference".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.Reference".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RejectReport {
    #[prost(message, repeated, tag = "1")]
    pub items: ::prost::alloc::vec::Vec<RejectItem>,
}
impl ::prost::Name for RejectReport {
    const NAME: &'static str = "RejectReport";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RejectReport".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RejectReport".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RejectItem {
    #[prost(string, tag = "1")]
    pub type_url: ::prost::alloc::string::String,
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub version: ::prost::alloc::string::String,
    #[prost(string, tag = "4")]
    pub path: ::prost::alloc::string::String,
    #[prost(string, tag = "5")]
    pub message: ::prost::alloc::string::String,
}
impl ::prost::Name for RejectItem {
    const NAME: &'static str = "RejectItem";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RejectItem".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RejectItem".into()
    }
}
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RouteRule {
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    #[prost(string, repeated, tag = "2")]
    pub virtual_hosts: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    #[prost(message, optional, tag = "3")]
    pub rank: ::core::option::Option<RouteRank>,
    #[prost(message, repeated, tag = "4")]
    pub routes: ::prost::alloc::vec::Vec<super::super::envoy::config::route::v3::Route>,
    #[prost(string, tag = "20")]
    pub policy_set: ::prost::alloc::string::String,
}
impl ::prost::Name for RouteRule {
    const NAME: &'static str = "RouteRule";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RouteRule".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RouteRule".into()
    }
}
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RouteRank {
    #[prost(int64, tag = "1")]
    pub created: i64,
    #[prost(string, tag = "2")]
    pub namespace: ::prost::alloc::string::String,
    #[prost(string, tag = "3")]
    pub name: ::prost::alloc::string::String,
    #[prost(uint32, tag = "4")]
    pub rule: u32,
}
impl ::prost::Name for RouteRank {
    const NAME: &'static str = "RouteRank";
    const PACKAGE: &'static str = "tidegate.v1";
    fn full_name() -> ::prost::alloc::string::String {
        "tidegate.v1.RouteRank".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/tidegate.v1.RouteRank".into()
    }
}
