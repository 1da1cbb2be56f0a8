//! TLS on both sides: SNI, ALPN, rotation, misdirection, verification.
//!
//! Certificates are made for each test; the client trusts nothing but them.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::harness::{
    self, Answer, PATIENCE, World, chain, cluster, echo_path, get, http_listener, http2, listen,
    listener, manager, route_to, routes, whole,
};

/// A certificate authority of a test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate chain and its key, in PEM.
struct Leaf {
    chain: String,
    key: String,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    fn leaf(&self, names: &[&str]) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        Leaf {
            chain: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    fn connector(&self, alpn: &[&str]) -> TlsConnector {
        use rustls_pki_types::{CertificateDer, pem::PemObject};
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap())
            .unwrap();
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsConnector::from(Arc::new(config))
    }

    async fn connect(
        &self,
        address: SocketAddr,
        name: &str,
        alpn: &[&str],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        let name = name.to_owned().try_into().unwrap();
        timeout(PATIENCE, self.connector(alpn).connect(name, stream))
            .await
            .expect("no handshake")
    }

    /// A GET over a fresh connection whose SNI and Host may differ.
    async fn get(&self, address: SocketAddr, sni: &str, host: &str) -> Answer {
        let stream = self.connect(address, sni, &["http/1.1"]).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::task::spawn_local(connection);
        let request = Request::get("/")
            .header("host", host)
            .body(Full::<Bytes>::default())
            .unwrap();
        whole(sender.send_request(request).await.unwrap())
            .await
            .unwrap()
    }
}

fn secret(name: &str, leaf: &Leaf) -> Value {
    json!({
        "@type": "envoy.extensions.transport_sockets.tls.v3.Secret",
        "name": name,
        "tls_certificate": {
            "certificate_chain": {"inline_string": leaf.chain},
            "private_key": {"inline_string": leaf.key},
        },
    })
}

fn tls_chain(names: &[&str], secret: &str, routes: &str) -> Value {
    let mut chain = chain(manager(routes, json!({})));
    if !names.is_empty() {
        chain["filter_chain_match"] = json!({"server_names": names});
    }
    chain["transport_socket"] = json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_certificate_sds_secret_configs": [{"name": secret, "sds_config": {"ads": {}}}],
            },
        },
    });
    chain
}

fn answering(name: &str, text: &str) -> Value {
    json!({
        "@type": "envoy.config.route.v3.RouteConfiguration", "name": name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
            {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": text}}},
        ]}],
    })
}

#[tokio::test(flavor = "local")]
async fn the_server_name_picks_chain_and_certificate() {
    let authority = Authority::new();
    let world = World::serving(&[
        listener(
            "tls",
            vec![
                tls_chain(&["a.example"], "a", "of-a"),
                tls_chain(&["*.b.example"], "b", "of-b"),
            ],
        ),
        answering("of-a", "a"),
        answering("of-b", "b"),
        secret("a", &authority.leaf(&["a.example"])),
        secret("b", &authority.leaf(&["*.b.example"])),
    ]);
    let address = world.address("tls");
    assert_eq!(
        authority
            .get(address, "a.example", "a.example")
            .await
            .text(),
        "a"
    );
    assert_eq!(
        authority
            .get(address, "x.b.example", "x.b.example:443")
            .await
            .text(),
        "b"
    );
    assert_eq!(
        authority
            .get(address, "a.example", "y.b.example")
            .await
            .status,
        421
    );
    assert_eq!(
        authority
            .get(address, "a.example", "c.example")
            .await
            .status,
        404
    );
    authority
        .connect(address, "c.example", &[])
        .await
        .expect_err("no chain serves the name");
    for (alpn, expected) in [
        (&["h2", "http/1.1"][..], Some(&b"h2"[..])),
        (&["http/1.1"], Some(b"http/1.1")),
        (&[], None),
    ] {
        let stream = authority.connect(address, "a.example", alpn).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), expected);
    }
}

#[tokio::test(flavor = "local")]
async fn a_client_that_says_farewell_has_left() {
    let (upstream, seen) = harness::upstream(|_, _| std::future::pending()).await;
    let authority = Authority::new();
    let world = World::serving(&[
        listener("tls", vec![tls_chain(&[], "a", "routes")]),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", upstream, json!({})),
        secret("a", &authority.leaf(&["a.example"])),
    ]);
    let address = world.address("tls");
    for (path, says_farewell) in [("/farewell", true), ("/gone", false)] {
        let stream = authority.connect(address, "a.example", &["http/1.1"]);
        let mut client = stream.await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: a.example\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        let arrived = async || {
            let requests = seen.requests.borrow();
            let mut paths = requests.iter().map(|(head, _)| head.uri.path());
            paths.any(|seen| seen == path).then_some(())
        };
        harness::until("the request at the upstream", arrived).await;
        if says_farewell {
            client.shutdown().await.unwrap();
        }
        drop(client);
        let line = world.line(|line| line["http.path"] == path).await;
        assert_eq!(line["ending"], "client_gone", "{path}");
    }
}

#[tokio::test(flavor = "local")]
async fn http2_over_tls() {
    let authority = Authority::new();
    let world = World::serving(&[
        listener("tls", vec![tls_chain(&[], "a", "of-a")]),
        answering("of-a", "a"),
        secret("a", &authority.leaf(&["a.example"])),
    ]);
    let stream = authority
        .connect(world.address("tls"), "a.example", &["h2"])
        .await
        .unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::task::spawn_local(connection);
    let request = Request::get("https://a.example/")
        .body(Full::<Bytes>::default())
        .unwrap();
    assert_eq!(
        whole(sender.send_request(request).await.unwrap())
            .await
            .unwrap()
            .text(),
        "a"
    );
}

#[tokio::test(flavor = "local")]
async fn a_new_certificate_applies_to_the_next_handshake() {
    let (old, new) = (Authority::new(), Authority::new());
    let with = |leaf: &Leaf| {
        vec![
            listener("tls", vec![tls_chain(&[], "a", "of-a")]),
            answering("of-a", "a"),
            secret("a", leaf),
        ]
    };
    let world = World::serving(&with(&old.leaf(&["a.example"])));
    let address = world.address("tls");
    let kept = old
        .connect(address, "a.example", &["http/1.1"])
        .await
        .unwrap();
    world.commit(&with(&new.leaf(&["a.example"])));
    assert_eq!(world.address("tls"), address);
    assert_eq!(new.get(address, "a.example", "a.example").await.text(), "a");
    old.connect(address, "a.example", &[])
        .await
        .expect_err("the old certificate is gone");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(kept))
        .await
        .unwrap();
    tokio::task::spawn_local(connection);
    let request = Request::get("/")
        .header("host", "a.example")
        .body(Full::<Bytes>::default())
        .unwrap();
    assert_eq!(
        sender.send_request(request).await.unwrap().status(),
        200,
        "open connections go on"
    );
}

#[tokio::test(flavor = "local")]
async fn without_certificate_the_handshake_fails() {
    let authority = Authority::new();
    let world = World::serving(&[
        listener("tls", vec![tls_chain(&[], "missing", "of-a")]),
        answering("of-a", "a"),
    ]);
    authority
        .connect(world.address("tls"), "a.example", &[])
        .await
        .expect_err("fails closed");
    world
        .counts("tidegate_proxy_handshakes_failed_total 1")
        .await;
}

#[tokio::test(flavor = "local")]
async fn a_key_of_another_certificate_is_refused_in_prepare() {
    let authority = Authority::new();
    let mut mixed = authority.leaf(&["a.example"]);
    mixed.key = authority.leaf(&["a.example"]).key;
    let world = World::start();
    let refused = world
        .prepare(&[
            listener("tls", vec![tls_chain(&[], "a", "of-a")]),
            answering("of-a", "a"),
            secret("a", &mixed),
        ])
        .err()
        .expect("the key does not fit");
    assert_eq!(
        (refused[0].name.as_str(), refused[0].cause),
        ("a", dp_proxy::Cause::Content)
    );
    assert!(
        refused[0].message.contains("does not belong"),
        "{}",
        refused[0].message
    );
}

/// A TLS server that answers with the SNI it got.
async fn tls_upstream(leaf: &Leaf) -> SocketAddr {
    use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let chain = vec![CertificateDer::from_pem_slice(leaf.chain.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::task::spawn_local(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let name = stream.get_ref().1.server_name().map(str::to_owned);
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let scheme = request.uri().scheme_str().unwrap_or_default();
                    let answer = Response::builder()
                        .header("x-scheme", scheme)
                        .body(Full::<Bytes>::from(format!("{name:?}")));
                    std::future::ready(answer)
                });
                let io = TokioIo::new(stream);
                if is_http2 {
                    let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                        .serve_connection(io, service)
                        .await;
                } else {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(io, service)
                        .await;
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "local")]
async fn upstreams_are_verified() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let up = tls_upstream(&authority.leaf(&["up.example"])).await;
    let with = |pem: &str, sni: &str| {
        let tls = json!({"transport_socket": {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                "sni": sni,
                "common_tls_context": {"validation_context": {"trusted_ca": {"inline_string": pem}}},
            },
        }});
        vec![
            http_listener(),
            routes(vec![route_to("up", json!({}))]),
            cluster("up", up, tls),
        ]
    };
    let world = World::serving(&with(&authority.pem, "up.example"));
    assert_eq!(
        get(world.address("http"), "/").await.text(),
        r#"Some("up.example")"#
    );
    world.commit(&with(&stranger.pem, "up.example"));
    assert_eq!(
        get(world.address("http"), "/").await.status,
        503,
        "another authority"
    );
    world.commit(&with(&authority.pem, "other.example"));
    assert_eq!(
        get(world.address("http"), "/").await.status,
        503,
        "another name"
    );
}

/// The client came without TLS; the upstream's connection has it.
#[tokio::test(flavor = "local")]
async fn the_scheme_for_an_http2_upstream_is_that_of_its_connection() {
    let authority = Authority::new();
    let up = tls_upstream(&authority.leaf(&["up.example"])).await;
    let mut options = http2();
    options["transport_socket"] = json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            "sni": "up.example",
            "common_tls_context": {"validation_context": {"trusted_ca": {"inline_string": authority.pem}}},
        },
    });
    let world = World::serving(&[
        http_listener(),
        routes(vec![route_to("up", json!({}))]),
        cluster("up", up, options),
    ]);
    let answer = get(world.address("http"), "/").await;
    assert_eq!(answer.header("x-scheme"), Some("https"));
}

#[tokio::test(flavor = "local")]
async fn from_plain_text_to_tls_on_one_socket() {
    let authority = Authority::new();
    let (up, _) = echo_path().await;
    let rest = [
        routes(vec![route_to("up", json!({}))]),
        cluster("up", up, json!({})),
        secret("a", &authority.leaf(&["a.example"])),
    ];
    let with = |chain: Value| {
        std::iter::once(listener("http", vec![chain]))
            .chain(rest.clone())
            .collect::<Vec<_>>()
    };
    let world = World::serving(&with(chain(manager("routes", json!({})))));
    let address = world.address("http");
    assert_eq!(get(address, "/").await.status, 200);
    world.commit(&with(tls_chain(&[], "a", "routes")));
    assert_eq!(world.address("http"), address, "the socket is kept");
    assert_eq!(
        authority
            .get(address, "a.example", "a.example")
            .await
            .status,
        200
    );
}
