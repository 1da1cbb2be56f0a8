//! Handshakes between the two real ends over a socket, and what files are refused.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, SanType,
};
use tokio::net::{TcpListener, TcpStream};

use super::{ClientFiles, ClientTls, PrivatePem, ServerIdentity, ServerTls};
use crate::certificate::PeerCertificate;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("key")).expect("signed")
}

fn issue(authority: &Authority, names: &[SanType]) -> (String, String) {
    let key = KeyPair::generate().expect("key");
    let mut params = CertificateParams::default();
    params.subject_alt_names = names.to_vec();
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let certificate = params.signed_by(&key, authority).expect("signed");
    (certificate.pem(), key.serialize_pem())
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("name"))
}

fn uri(uri: &str) -> SanType {
    SanType::URI(uri.try_into().expect("uri"))
}

fn server(authority: &Authority, name: &str, clients: Option<&Authority>) -> ServerIdentity {
    let (chain, key) = issue(authority, &[dns(name)]);
    ServerIdentity {
        chain: chain.into_bytes(),
        key: PrivatePem::new(key.into_bytes()),
        client_ca: clients.map(|clients| clients.pem().into_bytes()),
    }
}

/// Files for one client.
struct Files(tempfile::TempDir);

impl Files {
    fn new(ca: &str) -> Self {
        let files = Files(tempfile::tempdir().expect("tempdir"));
        fs::write(files.path("ca"), ca).expect("written");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn client(&self, server_name: Option<&str>) -> ClientTls {
        ClientTls {
            ca: self.path("ca"),
            server_name: server_name.map(str::to_owned),
            identity: None,
        }
    }

    fn client_with(&self, (chain, key): &(String, String)) -> ClientTls {
        fs::write(self.path("cert"), chain).expect("written");
        fs::write(self.path("key"), key).expect("written");
        ClientTls {
            identity: Some(ClientFiles {
                chain: self.path("cert"),
                key: self.path("key"),
            }),
            ..self.client(Some("cp.test"))
        }
    }
}

/// Both ends of one handshake: what the server learns, or why the client refuses.
async fn shake(
    server: &Arc<ServerTls>,
    client: &ClientTls,
) -> Result<Option<PeerCertificate>, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    let accepted = async {
        let (stream, _) = listener.accept().await.expect("accept");
        server.accept(stream).await
    };
    let connected = async {
        let stream = TcpStream::connect(address).await.expect("connect");
        let handshake = client
            .load("127.0.0.1")
            .map_err(|error| error.to_string())?;
        handshake
            .connect(stream)
            .await
            .map_err(|error| error.to_string())
    };
    let (accepted, connected) = tokio::join!(accepted, connected);
    let _open = connected?;
    accepted
        .map(|(_, certificate)| certificate)
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_server_is_believed_by_authority_and_name() {
    let (ours, other) = (authority("first"), authority("second"));
    let tls = Arc::new(ServerTls::new(&server(&ours, "cp.test", None)).expect("loads"));
    let files = Files::new(&ours.pem());
    assert_eq!(shake(&tls, &files.client(Some("cp.test"))).await, Ok(None));
    // The host of the address, where no name is given.
    for name in [Some("other.test"), None] {
        let refused = shake(&tls, &files.client(name)).await.expect_err("refused");
        assert!(refused.contains("not valid for name"), "{refused}");
    }
    let strangers = Files::new(&other.pem());
    let stranger = strangers.client(Some("cp.test"));
    let refused = shake(&tls, &stranger).await.expect_err("refused");
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    // Both authorities in one file: that is how one replaces the other.
    let both = Files::new(&format!("{}{}", other.pem(), ours.pem()));
    assert_eq!(shake(&tls, &both.client(Some("cp.test"))).await, Ok(None));
}

#[tokio::test]
async fn another_certificate_is_shown_from_the_next_handshake_on() {
    let (first, second) = (authority("first"), authority("second"));
    let tls = Arc::new(ServerTls::new(&server(&first, "cp.test", None)).expect("loads"));
    let files = Files::new(&first.pem());
    let client = files.client(Some("cp.test"));
    assert!(shake(&tls, &client).await.is_ok());
    tls.replace(&server(&second, "cp.test", None))
        .expect("loads");
    assert!(shake(&tls, &client).await.is_err());
    // The client's file is read again for every connection.
    fs::write(files.path("ca"), second.pem()).expect("written");
    assert!(shake(&tls, &client).await.is_ok());
    // What does not load changes nothing.
    let broken = ServerIdentity {
        key: server(&first, "cp.test", None).key,
        ..server(&second, "cp.test", None)
    };
    let error = tls.replace(&broken).expect_err("another key");
    assert!(error.to_string().contains("cannot be used together"));
    assert!(shake(&tls, &client).await.is_ok());
}

#[tokio::test]
async fn a_client_may_show_a_certificate_and_must_not_show_a_wrong_one() {
    let (ours, clients, other) = (authority("ours"), authority("clients"), authority("other"));
    let identity = server(&ours, "cp.test", Some(&clients));
    let tls = Arc::new(ServerTls::new(&identity).expect("loads"));
    let files = Files::new(&ours.pem());
    assert_eq!(shake(&tls, &files.client(Some("cp.test"))).await, Ok(None));
    let names = [uri("spiffe://x/ns/a/sa/b"), dns("ignored.test")];
    let client = files.client_with(&issue(&clients, &names));
    let shown = shake(&tls, &client)
        .await
        .expect("believed")
        .expect("shown");
    assert_eq!(*shown.uris, ["spiffe://x/ns/a/sa/b".to_owned()]);
    let forged = files.client_with(&issue(&other, &names));
    // With TLS 1.3 the client learns of it after its handshake; the server does not go on.
    assert!(shake(&tls, &forged).await.is_err());
    // Where nobody asks for one, none arrives.
    let open = Arc::new(ServerTls::new(&server(&ours, "cp.test", None)).expect("loads"));
    let client = files.client_with(&issue(&clients, &names));
    assert_eq!(shake(&open, &client).await, Ok(None));
}

#[test]
fn errors_name_the_file_and_no_key() {
    let ours = authority("ours");
    let files = Files::new("no certificate");
    let check = |client: &ClientTls, part: &str| {
        let error = client.load("cp.test").map(drop).expect_err("refused");
        let text = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(text.contains(part), "{text}");
        text
    };
    check(&files.client(None), "ca holds no certificate");
    fs::remove_file(files.path("ca")).expect("removed");
    check(&files.client(None), "ca");
    fs::write(files.path("ca"), ours.pem()).expect("written");
    check(&files.client(Some("a b")), "\"a b\" is no name");
    let (chain, key) = issue(&ours, &[dns("x")]);
    let broken = key.replace("PRIVATE", "PRIMATE");
    let text = check(
        &files.client_with(&(chain, broken.clone())),
        "key holds no private key",
    );
    let secret = broken.lines().nth(1).expect("base64");
    assert!(!text.contains(secret), "{text}");
    let identity = server(&ours, "cp.test", None);
    assert!(!format!("{identity:?}").contains("PRIVATE KEY"));
}
