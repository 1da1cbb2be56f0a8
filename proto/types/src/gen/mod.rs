pub mod envoy {
    pub mod config {
        pub mod accesslog {
            pub mod v3 {
                include!("envoy.config.accesslog.v3.rs");
            }
        }
        pub mod bootstrap {
            pub mod v3 {
                include!("envoy.config.bootstrap.v3.rs");
            }
        }
        pub mod cluster {
            pub mod v3 {
                include!("envoy.config.cluster.v3.rs");
            }
        }
        pub mod common {
            pub mod matcher {
                pub mod v3 {
                    include!("envoy.config.common.matcher.v3.rs");
                }
            }
            pub mod mutation_rules {
                pub mod v3 {
                    include!("envoy.config.common.mutation_rules.v3.rs");
                }
            }
        }
        pub mod core {
            pub mod v3 {
                include!("envoy.config.core.v3.rs");
            }
        }
        pub mod endpoint {
            pub mod v3 {
                include!("envoy.config.endpoint.v3.rs");
            }
        }
        pub mod listener {
            pub mod v3 {
                include!("envoy.config.listener.v3.rs");
            }
        }
        pub mod metrics {
            pub mod v3 {
                include!("envoy.config.metrics.v3.rs");
            }
        }
        pub mod overload {
            pub mod v3 {
                include!("envoy.config.overload.v3.rs");
            }
        }
        pub mod route {
            pub mod v3 {
                include!("envoy.config.route.v3.rs");
            }
        }
        pub mod trace {
            pub mod v3 {
                include!("envoy.config.trace.v3.rs");
            }
        }
    }
    pub mod data {
        pub mod accesslog {
            pub mod v3 {
                include!("envoy.data.accesslog.v3.rs");
            }
        }
    }
    pub mod extensions {
        pub mod common {
            pub mod ratelimit {
                pub mod v3 {
                    include!("envoy.extensions.common.ratelimit.v3.rs");
                }
            }
        }
        pub mod filters {
            pub mod http {
                pub mod router {
                    pub mod v3 {
                        include!("envoy.extensions.filters.http.router.v3.rs");
                    }
                }
            }
            pub mod listener {
                pub mod tls_inspector {
                    pub mod v3 {
                        include!(
                            "envoy.extensions.filters.listener.tls_inspector.v3.rs"
                        );
                    }
                }
            }
            pub mod network {
                pub mod http_connection_manager {
                    pub mod v3 {
                        include!(
                            "envoy.extensions.filters.network.http_connection_manager.v3.rs"
                        );
                    }
                }
            }
        }
        pub mod transport_sockets {
            pub mod tls {
                pub mod v3 {
                    include!("envoy.extensions.transport_sockets.tls.v3.rs");
                }
            }
        }
        pub mod upstreams {
            pub mod http {
                pub mod v3 {
                    include!("envoy.extensions.upstreams.http.v3.rs");
                }
            }
        }
    }
    pub mod r#type {
        pub mod http {
            pub mod v3 {
                include!("envoy.r#type.http.v3.rs");
            }
        }
        pub mod matcher {
            pub mod v3 {
                include!("envoy.r#type.matcher.v3.rs");
            }
        }
        pub mod metadata {
            pub mod v3 {
                include!("envoy.r#type.metadata.v3.rs");
            }
        }
        pub mod tracing {
            pub mod v3 {
                include!("envoy.r#type.tracing.v3.rs");
            }
        }
        pub mod v3 {
            include!("envoy.r#type.v3.rs");
        }
    }
    pub mod service {
        pub mod discovery {
            pub mod v3 {
                include!("envoy.service.discovery.v3.rs");
            }
        }
        pub mod ratelimit {
            pub mod v3 {
                include!("envoy.service.ratelimit.v3.rs");
            }
        }
    }
}
pub mod google {
    pub mod protobuf {
        include!("google.protobuf.rs");
    }
    pub mod rpc {
        include!("google.rpc.rs");
    }
}
pub mod tidegate {
    pub mod v1 {
        include!("tidegate.v1.rs");
    }
}
pub mod udpa {
    pub mod annotations {
        include!("udpa.annotations.rs");
    }
}
pub mod validate {
    include!("validate.rs");
}
pub mod xds {
    pub mod annotations {
        pub mod v3 {
            include!("xds.annotations.v3.rs");
        }
    }
    pub mod core {
        pub mod v3 {
            include!("xds.core.v3.rs");
        }
    }
    pub mod r#type {
        pub mod matcher {
            pub mod v3 {
                include!("xds.r#type.matcher.v3.rs");
            }
        }
    }
}
