//! Token sources against token services on this machine: once for all, before the end, again after failures and refusals.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use dp_credential::aws::AwsSource;
use dp_credential::azure::{AzureIdentity, AzureSource, ManagedIdentity};
use dp_credential::gcp::{GcpSource, GcpToken};
use dp_credential::grant::Token;
use dp_credential::secret_text::SecretText;

use super::*;

/// A token service that answers each request by its number.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start(answer: impl Fn(usize, &str) -> (u16, String) + Send + 'static) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read(&mut stream);
                let number = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request.clone());
                    seen.len()
                };
                let (status, body) = answer(number, &request);
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{body}");
                let _ = stream.write_all(head.as_bytes());
            }
        });
        Service { address, asked }
    }

    fn requests(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).unwrap();
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse().unwrap())
        });
        if body.len() >= length.unwrap_or(0) || count == 0 {
            return text;
        }
    }
}

fn sources(variables: &[(&str, &str)]) -> TokenSources {
    let find = |name: &str| variables.iter().find(|(own, _)| *own == name);
    let ambient = Ambient::of(|name| find(name).map(|(_, value)| (*value).to_owned()));
    let resolver = Resolver::table(HashMap::new()).unwrap();
    TokenSources::new(resolver, Arc::new(ambient))
}

fn managed() -> Source {
    Source::Azure(AzureSource {
        identity: AzureIdentity::Managed(ManagedIdentity::System),
        scope: "https://cognitiveservices.azure.com/.default".to_owned(),
    })
}

fn granted(token: &str, lifetime: u64) -> (u16, String) {
    let body = format!(r#"{{"access_token":"{token}","expires_in":{lifetime}}}"#);
    (200, body)
}

fn bearer(grant: &Grant) -> &str {
    let Token::Bearer(token) = &grant.token else {
        panic!("{grant:?}");
    };
    token.expose()
}

async fn until(source: &TokenSource, is_so: impl FnMut(&State) -> bool) {
    let mut state = source.state.subscribe();
    let seen = timeout(Duration::from_secs(30), state.wait_for(is_so)).await;
    seen.expect("in time").expect("the source is there");
}

#[tokio::test]
async fn equal_sources_are_asked_for_once() {
    let service = Service::start(|number, _| granted(&format!("t{number}"), 3_600));
    let url = format!("http://{}", service.address);
    let sources = sources(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &url)]);
    let (a, b) = (sources.join(&managed()), sources.join(&managed()));
    assert!(Arc::ptr_eq(&a, &b));
    let waiting = (0..50).map(|_| a.token());
    let tokens = futures::future::join_all(waiting).await;
    assert!(
        tokens
            .iter()
            .all(|token| bearer(token.as_ref().unwrap()) == "t1")
    );
    assert_eq!(service.requests().len(), 1);
    let request = service.requests().remove(0);
    assert!(
        request.starts_with("GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource="),
        "{request}"
    );
    assert!(request.contains("metadata: true"), "{request}");
    let status = sources.status();
    assert_eq!(
        (status[0].standing, status[0].step),
        (Standing::Valid, Some("managed identity"))
    );
    assert_eq!(
        sources.fetches()[1],
        (
            "azure",
            Fetches {
                granted: 1,
                failed: 0
            }
        )
    );
    assert!(!format!("{status:?} {a:?}").contains("t1"));
    drop((a, b));
    // The task that asked holds it for a moment longer.
    let gone = async {
        while !sources.status().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let gone = timeout(Duration::from_secs(30), gone).await;
    gone.expect("nobody uses it");
}

#[tokio::test]
async fn it_is_renewed_while_the_old_one_is_served() {
    let (answer, held) = std::sync::mpsc::channel();
    let service = Service::start(move |number, _| {
        if number == 2 {
            // Until the old one has been seen to be served.
            held.recv().unwrap();
        }
        granted(&format!("t{number}"), 4)
    });
    let url = format!("http://{}", service.address);
    let sources = sources(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &url)]);
    let source = sources.join(&managed());
    let first = source.token().await.unwrap();
    assert_eq!(bearer(&first), "t1");
    // No request is there that could ask for it.
    until(&source, |state| state.is_asking).await;
    assert_eq!(bearer(&source.token().await.unwrap()), "t1");
    answer.send(()).unwrap();
    until(&source, |state| {
        state
            .grant
            .as_ref()
            .is_some_and(|grant| bearer(grant) == "t2")
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_told_and_tried_again() {
    let service = Service::start(|number, _| match number {
        1 => (
            400,
            r#"{"error":"invalid_request","error_description":"Identity not found"}"#.to_owned(),
        ),
        _ => granted("late", 3_600),
    });
    let url = format!("http://{}", service.address);
    let sources = sources(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &url)]);
    let source = sources.join(&managed());
    let failure = source.token().await.unwrap_err().to_string();
    assert!(
        failure.contains("status 400: invalid_request: Identity not found"),
        "{failure}"
    );
    assert_eq!(sources.status()[0].standing, Standing::Failed);
    until(&source, |state| state.grant.is_some()).await;
    assert_eq!(sources.status()[0].standing, Standing::Valid);
    assert_eq!(bearer(&source.token().await.unwrap()), "late");
    assert_eq!(
        sources.fetches()[1].1,
        Fetches {
            granted: 1,
            failed: 1
        }
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let service = Service::start(|number, _| granted(&format!("t{number}"), 3_600));
    let url = format!("http://{}", service.address);
    let sources = sources(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &url)]);
    let source = sources.join(&managed());
    let first = source.token().await.unwrap();
    let others = futures::future::join_all((0..10).map(|_| source.other_than(&first))).await;
    for other in others {
        assert_eq!(bearer(&other.expect("another")), "t2");
    }
    // Somebody who held the first one for longer.
    let second = source.other_than(&first).await.expect("known");
    assert_eq!(bearer(&second), "t2");
    // A provider that refuses whatever it gets.
    assert_eq!(source.other_than(&second).await, None);
    assert_eq!(service.requests().len(), 2);
}

#[tokio::test]
async fn the_same_token_again_is_no_other() {
    let service = Service::start(|_, _| granted("same", 3_600));
    let url = format!("http://{}", service.address);
    let sources = sources(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &url)]);
    let source = sources.join(&managed());
    let first = source.token().await.unwrap();
    assert_eq!(source.other_than(&first).await, None);
    assert_eq!(service.requests().len(), 2);
}

#[tokio::test]
async fn the_metadata_service_of_an_instance() {
    const KEYS: &str = "/latest/meta-data/iam/security-credentials/";
    let service = Service::start(|_, request| {
        let line = request.lines().next().unwrap_or_default().to_owned();
        let has_token = request.contains("x-aws-ec2-metadata-token: the-token");
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["PUT", "/latest/api/token", _] => (200, "the-token".to_owned()),
            ["GET", path, _] if has_token && *path == KEYS => (200, "role-of-it".to_owned()),
            ["GET", path, _] if has_token && *path == format!("{KEYS}role-of-it") => {
                let keys = r#"{"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}"#;
                (200, keys.to_owned())
            }
            _ => (401, String::new()),
        }
    });
    let url = format!("http://{}", service.address);
    let sources = sources(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)]);
    let source = sources.join(&Source::Aws(AwsSource {
        role: None,
        region: String::new(),
    }));
    let grant = source.token().await.unwrap();
    let Token::Aws(keys) = &grant.token else {
        panic!("{grant:?}");
    };
    assert_eq!(
        (keys.access_key_id.as_str(), grant.step),
        ("ASIA1", "instance metadata")
    );
    assert_eq!(service.requests().len(), 3);
}

#[tokio::test]
async fn a_file_that_is_rotated_is_read_again() {
    let dir = std::env::temp_dir().join(format!("tidegate-tokens-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("token");
    std::fs::write(&file, "first\n").unwrap();
    let service = Service::start(|number, _| granted(&format!("t{number}"), 3_600));
    let url = format!("http://{}", service.address);
    let sources = sources(&[
        ("AZURE_AUTHORITY_HOST", &url),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap()),
    ]);
    let source = Source::Azure(AzureSource {
        identity: AzureIdentity::Workload,
        scope: "s/.default".to_owned(),
    });
    let source = sources.join(&source);
    let first = source.token().await.unwrap();
    std::fs::write(&file, "second\n").unwrap();
    source.other_than(&first).await.expect("another");
    let requests = service.requests();
    assert!(
        requests[0].contains("client_assertion=first"),
        "{}",
        requests[0]
    );
    assert!(
        requests[1].contains("client_assertion=second"),
        "{}",
        requests[1]
    );
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test]
async fn nobody_there_is_an_error_that_teaches() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let sources = sources(&[("GCE_METADATA_HOST", &address)]);
    let source = sources.join(&Source::Gcp(GcpSource {
        key_file: None,
        token: GcpToken::Access,
    }));
    let failure = source.token().await.unwrap_err().to_string();
    for part in [
        "GOOGLE_APPLICATION_CREDENTIALS: it is not set",
        "metadata server",
        "cannot connect",
        "auth.gcp.secretRef",
    ] {
        assert!(failure.contains(part), "{failure}");
    }
    let key_file = Some(SecretText::new("{}"));
    let other = sources.join(&Source::Gcp(GcpSource {
        key_file,
        token: GcpToken::Access,
    }));
    assert!(
        !Arc::ptr_eq(&source, &other),
        "another secret is another source"
    );
}
