//! Signatures by AWS's own suite and by botocore.

use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use super::{Credentials, Request, Scope, Signed, sign};

/// 20150830T123600Z, of AWS's test suite.
const SUITE: u64 = 1_440_938_160;
/// 20260101T000000Z.
const NEW_YEAR: u64 = 1_767_225_600;

/// The signature of the suite's plainest case, and of all that are the same in the canonical form.
const VANILLA: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

const BODY: &[u8] = br#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

fn credentials(session_token: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: session_token.map(str::to_owned),
    }
}

fn scope(service: &str) -> Scope<'_> {
    Scope {
        region: "us-east-1",
        service,
    }
}

fn get<'a>(path: &'a str, query: Option<&'a str>) -> Request<'a> {
    Request {
        method: "GET",
        host: "example.amazonaws.com",
        path,
        query,
        headers: &[],
        body: b"",
    }
}

#[track_caller]
fn check(signed: &Signed, place: &str, names: &str, signature: &str) {
    assert_eq!(
        signed.authorization,
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{place}/aws4_request, SignedHeaders={names}, Signature={signature}"
        )
    );
}

/// `get-vanilla` of AWS's Signature Version 4 test suite, and its cases of normal paths.
#[test]
fn the_suites_paths() {
    for path in [
        "/",
        "",
        "//",
        "/./",
        "/example/..",
        "/example1/example2/../..",
    ] {
        let signed = sign(
            &get(path, None),
            &credentials(None),
            scope("service"),
            SUITE,
        );
        check(
            &signed,
            "20150830/us-east-1/service",
            "host;x-amz-date",
            VANILLA,
        );
    }
}

/// Other cases of the suite, by its names.
#[test]
fn the_suite() {
    const UNRESERVED: &str = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let pair = format!("{UNRESERVED}={UNRESERVED}");
    let path = format!("/{UNRESERVED}");
    let post = Request {
        method: "POST",
        ..get("/", None)
    };
    let form = Request {
        headers: &[
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", "13"),
        ],
        body: b"Param1=value1",
        ..post
    };
    for (case, request, names, signature) in [
        (
            "get-vanilla-query-order-key-case",
            get("/", Some("Param2=value2&Param1=value1")),
            "host;x-amz-date",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "get-vanilla-empty-query-key",
            get("/", Some("Param1=value1")),
            "host;x-amz-date",
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
        ),
        (
            "get-vanilla-query-unreserved",
            get("/", Some(&pair)),
            "host;x-amz-date",
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
        ),
        (
            "get-unreserved",
            get(&path, None),
            "host;x-amz-date",
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        (
            "get-utf8",
            get("/\u{1234}", None),
            "host;x-amz-date",
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
        ),
        (
            "get-space",
            get("/example space/", None),
            "host;x-amz-date",
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
        ),
        (
            "post-vanilla",
            post,
            "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "post-x-www-form-urlencoded",
            form,
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ] {
        let signed = sign(&request, &credentials(None), scope("service"), SUITE);
        assert!(signed.authorization.contains(signature), "{case}");
        check(&signed, "20150830/us-east-1/service", names, signature);
        assert_eq!(signed.x_amz_date, "20150830T123600Z");
        assert_eq!(signed.x_amz_security_token, None);
    }
}

/// `post-sts-header-before` of the same suite.
#[test]
fn temporary_credentials() {
    let post = Request {
        method: "POST",
        ..get("/", None)
    };
    let signed = sign(&post, &credentials(Some(TOKEN)), scope("service"), SUITE);
    check(
        &signed,
        "20150830/us-east-1/service",
        "host;x-amz-date;x-amz-security-token",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    );
    let headers: Vec<_> = signed.headers().collect();
    assert_eq!(
        headers[1..],
        [
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-security-token", TOKEN)
        ]
    );
}

/// The wire form of the path is what is signed, and once more encoded (computed with botocore 1.44.8 as well).
#[test]
fn bedrock() {
    let request = |path| Request {
        method: "POST",
        host: "bedrock-runtime.us-east-1.amazonaws.com",
        path,
        query: None,
        headers: &[
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("traceparent", "00-0-0-00"),
            ("x-custom", "y"),
        ],
        body: BODY,
    };
    for (path, signature) in [
        (
            "/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse",
            "b5693819bf2740ad4731b79f2ad3646d0ddb0cfd24d12cc95d1f1bc366517c1b",
        ),
        (
            "/model/anthropic.claude-3-5-sonnet-20241022-v2:0/converse",
            "6eb25612e21dc071a34370f06e1eb06ce660c8bd7c4bd5bea42bc59624138377",
        ),
    ] {
        let signed = sign(
            &request(path),
            &credentials(None),
            scope("bedrock"),
            NEW_YEAR,
        );
        check(
            &signed,
            "20260101/us-east-1/bedrock",
            "content-type;host;x-amz-date",
            signature,
        );
    }
}

/// All of `x-amz-*` is signed, and what signing sets itself overrules what was there (computed with botocore 1.44.8).
#[test]
fn headers_of_amazon() {
    let request = Request {
        method: "POST",
        host: "bedrock-runtime.us-east-1.amazonaws.com",
        path: "/x",
        query: Some("version=2&a=%2F"),
        headers: &[
            ("X-Amz-Target", " a  b "),
            ("Content-Type", "application/json"),
            ("x-amz-date", "19700101T000000Z"),
            ("X-Amz-Security-Token", "old"),
            ("authorization", "Bearer x"),
            ("host", "client.example"),
        ],
        body: BODY,
    };
    let signed = sign(
        &request,
        &credentials(Some("t/+=")),
        scope("bedrock"),
        NEW_YEAR,
    );
    check(
        &signed,
        "20260101/us-east-1/bedrock",
        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
        "581c6c55160ace4b6e0149ddcf461cc1f4042095970e6845029a8990d3ab05f7",
    );
}

#[test]
fn secrets_are_not_shown() {
    let credentials = credentials(Some("the-token"));
    let request = get("/", None);
    let signed = sign(&request, &credentials, scope("service"), SUITE);
    let shown = format!(
        "{credentials:?} {signed:?} {request:?} {:?}",
        credentials.clone()
    );
    assert!(shown.contains("AKIDEXAMPLE"));
    assert!(!shown.contains("wJalr") && !shown.contains("the-token"));
}

proptest! {
    #[test]
    fn anything_is_signed(
        path in any::<String>(),
        query in any::<Option<String>>(),
        header in any::<(String, String)>(),
        body in prop::collection::vec(any::<u8>(), 0..64),
        now in any::<u64>(),
    ) {
        let headers = [(header.0.as_str(), header.1.as_str())];
        let request = Request {
            method: "POST",
            host: "h",
            path: &path,
            query: query.as_deref(),
            headers: &headers,
            body: &body,
        };
        let signed = sign(&request, &credentials(None), scope("bedrock"), now);
        prop_assert_eq!(signed.x_amz_date.len(), 16);
        prop_assert!(signed.authorization.is_ascii() || !header.0.is_ascii());
        // Each bit of the body counts.
        let mut other = body.clone();
        other.push(0);
        let changed = sign(&Request { body: &other, ..request }, &credentials(None), scope("bedrock"), now);
        prop_assert!(signed.authorization != changed.authorization);
    }
}
