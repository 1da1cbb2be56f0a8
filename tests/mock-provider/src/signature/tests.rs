//! Signatures that are right, wrong and not well formed.

use http::Request;
use http::request::Parts;

use super::{AwsKey, Fault, Signed};

const BODY: &[u8] = br#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;

/// Of the wire paths with an encoded and with a plain colon.
const ENCODED: &str = "b5693819bf2740ad4731b79f2ad3646d0ddb0cfd24d12cc95d1f1bc366517c1b";
const PLAIN: &str = "6eb25612e21dc071a34370f06e1eb06ce660c8bd7c4bd5bea42bc59624138377";

fn key() -> AwsKey {
    AwsKey::parse("AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").expect("a key")
}

fn parts(colon: &str) -> Parts {
    let request = Request::post(format!(
        "/model/anthropic.claude-3-5-sonnet-20241022-v2{colon}0/converse"
    ));
    let request = request
        .header("host", "bedrock-runtime.us-east-1.amazonaws.com")
        .header("content-type", "application/json")
        .header("x-amz-date", "20260101T000000Z");
    request.body(()).expect("a request").into_parts().0
}

fn authorization(signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/bedrock/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
    )
}

#[test]
fn right_signatures_are_right() {
    for (colon, signature) in [("%3A", ENCODED), (":", PLAIN)] {
        let parts = parts(colon);
        let signed = Signed::parse(&authorization(signature), &parts).expect("well formed");
        assert_eq!(signed.check(&key(), &parts, BODY), Ok(()));
        assert_eq!(
            signed.check(&key(), &parts, b"{}"),
            Err(Fault::WrongSignature)
        );
        let other = AwsKey::parse("AKIDEXAMPLE:x").expect("a key");
        assert_eq!(
            signed.check(&other, &parts, BODY),
            Err(Fault::WrongSignature)
        );
        let other = AwsKey::parse("OTHER:x").expect("a key");
        assert_eq!(signed.check(&other, &parts, BODY), Err(Fault::UnknownKey));
    }
    let parts = parts(":");
    let signed = Signed::parse(&authorization(ENCODED), &parts).expect("well formed");
    assert_eq!(
        signed.check(&key(), &parts, BODY),
        Err(Fault::WrongSignature)
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let right = authorization(ENCODED);
    for (from, to) in [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ("/us-east-1/", "//"),
        ("/bedrock/", "/s3/"),
        ("/aws4_request", "/aws4"),
        ("20260101/", "20260102/"),
        ("Credential=", "Key="),
        ("host;x-amz-date", "x-amz-date"),
        ("content-type;host;", "host;content-type;"),
        ("content-type;host;x-amz-date", "content-type;host"),
        (
            "content-type;host;x-amz-date",
            "content-type;date;host;x-amz-date",
        ),
        ("content-type", "Content-Type"),
        (ENCODED, "b569"),
    ] {
        assert!(right.contains(from));
        let wrong = right.replace(from, to);
        assert!(Signed::parse(&wrong, &parts("%3A")).is_err(), "{wrong}");
    }
    let mut extra = parts("%3A");
    extra
        .headers
        .insert("x-amz-security-token", http::HeaderValue::from_static("t"));
    assert!(
        Signed::parse(&right, &extra).is_err(),
        "an unsigned header of Amazon's"
    );
    for text in ["", "id", "id:", ":secret"] {
        assert!(AwsKey::parse(text).is_err());
    }
}
