#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TlsInspector {
    #[prost(message, optional, tag = "1")]
    pub enable_ja3_fingerprinting: ::core::option::Option<
        super::super::super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "3")]
    pub enable_ja4_fingerprinting: ::core::option::Option<
        super::super::super::super::super::super::google::protobuf::BoolValue,
    >,
    #[prost(message, optional, tag = "2")]
    pub initial_read_buffer_size: ::core::option::Option<
        super::super::super::super::super::super::google::protobuf::UInt32Value,
    >,
    #[prost(bool, tag = "4")]
    pub close_connection_on_client_hello_parsing_errors: bool,
    #[prost(message, optional, tag = "5")]
    pub max_client_hello_size: ::core::option::Option<
        super::super::super::super::super::super::google::protobuf::UInt32Value,
    >,
}
impl ::prost::Name for TlsInspector {
    const NAME: &'static str = "TlsInspector";
    const PACKAGE: &'static str = "envoy.extensions.filters.listener.tls_inspector.v3";
    fn full_name() -> ::prost::alloc::string::String {
        "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector".into()
    }
    fn type_url() -> ::prost::alloc::string::String {
        "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
            .into()
    }
}
