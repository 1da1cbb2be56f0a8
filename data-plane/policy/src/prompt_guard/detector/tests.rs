//! What each detector finds and what it leaves (llm.md G-5, D-23).

use super::Builtin;
use crate::prompt_guard::{Engine, OnMatch, RuleConfig, Score};

/// `masked` with every `<…>` of the token is what `text` becomes; texts without a token must not change.
#[track_caller]
fn check(builtin: Builtin, cases: &[(&str, &str)]) {
    let rules = [RuleConfig::Builtin(builtin)];
    let engine = Engine::compile(&rules, OnMatch::Mask, Score::MINIMUM).expect("compiles");
    let token = format!("<{}>", builtin.detector().token);
    for (text, masked) in cases {
        let seen = engine.mask(text).unwrap_or_else(|| (*text).to_owned());
        assert_eq!(seen, masked.replace("<>", &token), "{text}");
    }
}

#[track_caller]
fn leaves(builtin: Builtin, texts: &[&str]) {
    let cases: Vec<_> = texts.iter().map(|text| (*text, *text)).collect();
    check(builtin, &cases);
}

#[track_caller]
fn masks(builtin: Builtin, texts: &[&str]) {
    let cases: Vec<_> = texts.iter().map(|text| (*text, "<>")).collect();
    check(builtin, &cases);
}

#[test]
fn names_are_unique() {
    for builtin in Builtin::ALL {
        assert_eq!(Builtin::parse(builtin.name()), Some(builtin));
    }
    assert_eq!(Builtin::parse("SSN"), None);
}

#[test]
fn social_security_numbers() {
    let ssn = Builtin::Ssn;
    masks(
        ssn,
        &["123-45-6789", "899-12-3456", "123.45.6789", "123 45 6789"],
    );
    check(
        ssn,
        &[
            ("Is 123-45-6789 a valid SSN?", "Is <> a valid SSN?"),
            ("my ssn: 123456789.", "my ssn: <>."),
            (
                "123456789 is my social security number",
                "<> is my social security number",
            ),
            ("SSN 12345-6789", "SSN <>"),
            ("ssn 123-45 6789", "ssn <>"),
            ("号码123-45-6789吗", "号码<>吗"),
            ("078-05-1120,219-09-9999", "<>,<>"),
        ],
    );
    leaves(
        ssn,
        &[
            // D-23: nine digits are not a number of anyone.
            "123456789",
            "order 123456789 shipped",
            "ZIP 12345-6789",
            "123-456789",
            // Never given out.
            "000-45-6789",
            "666-45-6789",
            "900-45-6789",
            "123-00-6789",
            "123-45-0000",
            "ssn 666456789",
            // Parts of something longer.
            "1-123-45-6789",
            "123-45-6789-1",
            "0123-45-6789",
            "123-45-67890",
            "x123-45-6789",
            "assn 123456789",
        ],
    );
}

#[test]
fn payment_cards() {
    let card = Builtin::CreditCard;
    masks(
        card,
        &[
            // D-23.
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "3782 822463 10005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
            "6200000000000005",
        ],
    );
    check(
        card,
        &[
            ("pay 4111111111111111 now", "pay <> now"),
            ("4111 1111 1111 1111 12/27", "<> 12/27"),
            ("id 1234 4111 1111 1111 1111", "id 1234 <>"),
            ("card 4222222222222", "card <>"),
            ("maestro 6759649826438453", "maestro <>"),
            ("卡号4111111111111111。", "卡号<>。"),
        ],
    );
    leaves(
        card,
        &[
            // D-23: the check digit is wrong.
            "4111111111111112",
            "4111 1111 1111 1112",
            // No network.
            "1111111111111117",
            "9999999999999995",
            "0000000000000000",
            // Thirteen digits are a time stamp more often.
            "4222222222222",
            "1700000000000",
            // Fractions.
            "0.4111111111111111",
            "4111111111111111.5",
            // Inside of something longer.
            "41111111111111110000",
            "a4111111111111111",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "41 11 11 11 11 11 11 11",
            "3566 0020 2036 0506",
        ],
    );
}

#[test]
fn telephone_numbers() {
    let phone = Builtin::PhoneNumber;
    masks(
        phone,
        &[
            // E.164, with and without layout.
            "+14155552671",
            "+1 415-555-2671",
            "+1 (415) 555-2671",
            "+44 20 7946 0958",
            "+44 (0)20 7946 0958",
            "+49 30 123456",
            "+972-50-123-4567",
            "+91 98765 43210",
            "+55 11 98765-4321",
            "+33 1 42 68 53 00",
            "+81-3-1234-5678",
            // US and CA.
            "415-555-2671",
            "(415) 555-2671",
            "415.555.2671",
            "415 555 2671",
            "1-415-555-2671",
            // GB.
            "020 7946 0958",
            "07700 900123",
            "0161 496 0000",
            // DE.
            "030 12345678",
            "089/1234567",
            "0171 1234567",
            // IL.
            "050-123-4567",
            "03-1234567",
            // IN.
            "98765 43210",
            "022-27782183",
            // BR.
            "(11) 98765-4321",
            "11 98765-4321",
            "(21) 2345-6789",
        ],
    );
    check(
        phone,
        &[
            ("call 4155552671 now", "call <> now"),
            ("Handy: 01711234567", "Handy: <>"),
            ("celular 11987654321", "celular <>"),
            ("tel. 415-555-2671, 030 12345678", "tel. <>, <>"),
            ("call 415-555-2671 2024-01-15", "call <> 2024-01-15"),
            ("電話は+81-3-1234-5678です", "電話は<>です"),
        ],
    );
    leaves(
        phone,
        &[
            "4155552671",
            "1234567890",
            "2024-01-15",
            "01/02/2023 04:05",
            "2023-01-15 10:30:00",
            "1.2.3.4",
            "192.168.100.200",
            "123-45-6789",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "978-3-16-148410-0",
            "115-555-2671",
            "415-155-2671",
            "911-555-2671",
            "415-911-2671",
            "+0 123 456 789",
            "+123",
            "+1 115 555 2671",
            "1990 - 2020",
            "$1 000 000 000",
            "3.14159265358979",
            "1700000000000",
            "10 20 30 40 50 60",
            "550e8400-e29b-41d4-a716-446655440000",
        ],
    );
}

#[test]
fn mail_addresses() {
    let email = Builtin::Email;
    masks(
        email,
        &["a@b.example", "first.last+tag@sub.mail-host.co.uk"],
    );
    check(
        email,
        &[
            ("email=bob@x.com.", "email=<>."),
            ("<bob@x.com>, 'amy@y.org'", "<<>>, '<>'"),
            ("bobはbob@example.comです", "bobは<>です"),
            ("mailto:bob@x.com?subject=a", "mailto:<>?subject=a"),
            ("bob@x.com_1", "<>_1"),
        ],
    );
    leaves(
        email,
        &[
            "@user",
            "a@b",
            "a @ b.com",
            "x@localhost",
            "git@:x",
            "a@b.1",
            "@scope/pkg",
        ],
    );
}

#[test]
fn social_insurance_numbers() {
    let sin = Builtin::CaSin;
    masks(sin, &["046 454 286", "130-692-544", "946-454-287"]);
    check(
        sin,
        &[
            ("SIN: 130692544", "SIN: <>"),
            ("130692544 (sin)", "<> (sin)"),
        ],
    );
    leaves(
        sin,
        &[
            "130692544",
            "123456789",
            "sin 123456789",
            "130-692-545",
            "130-692 544",
            "000-000-000",
            "846-454-288",
            "130-692-544-1",
            "sine of 130692544",
        ],
    );
}

#[test]
fn internet_addresses() {
    let v4 = Builtin::Ipv4;
    masks(v4, &["192.0.2.1", "255.255.255.255"]);
    check(
        v4,
        &[("at 192.0.2.1:80.", "at <>:80."), ("192.0.2.0/24", "<>/24")],
    );
    leaves(
        v4,
        &[
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "v1.2.3.4",
            "01.2.3.4",
            "1.2.3.4567",
        ],
    );

    let v6 = Builtin::Ipv6;
    masks(
        v6,
        &[
            "2001:db8::1",
            "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
            "fe80::1ff:fe23:4567:890a",
            "::ffff:192.0.2.1",
        ],
    );
    check(
        v6,
        &[
            ("[2001:db8::1]:443", "[<>]:443"),
            ("host 2001:db8::1: up", "host <>: up"),
            ("ip fe80::1", "ip <>"),
        ],
    );
    leaves(
        v6,
        &[
            "12:30:45",
            "a::b",
            "std::net::Ipv6Addr",
            "00:1A:2B:3C:4D:5E",
            "::",
            "::1",
            "dead::beef",
            "1:2:3",
        ],
    );
}

#[test]
fn bank_accounts() {
    let iban = Builtin::Iban;
    masks(
        iban,
        &[
            "GB82WEST12345698765432",
            "GB82 WEST 1234 5698 7654 32",
            "DE89 3704 0044 0532 0130 00",
            "NO9386011117947",
            "fr1420041010050500013m02606",
            "MT84MALT011000012345MTLCAST001S",
        ],
    );
    check(
        iban,
        &[("to GB82 WEST 1234 5698 7654 32 and on", "to <> and on")],
    );
    leaves(
        iban,
        &[
            "GB82 WEST 1234 5698 7654 33",
            "XX82WEST12345698765432",
            "GB82WEST1234569876543",
            "GB82WEST123456987654321",
        ],
    );
}

#[test]
fn national_insurance_numbers() {
    let nino = Builtin::UkNino;
    masks(nino, &["AB123456C", "AB 12 34 56 C", "JG103759A"]);
    check(nino, &[("nino ab123456c", "nino <>")]);
    leaves(
        nino,
        &[
            "ab123456c",
            "GB123456A",
            "DA123456A",
            "AO123456B",
            "AB123456E",
            "AB12345C",
            "ZZ123456A",
        ],
    );
}

#[test]
fn aadhaar_numbers() {
    let aadhaar = Builtin::Aadhaar;
    masks(aadhaar, &["2341 2341 2346", "2341-2341-2346"]);
    check(
        aadhaar,
        &[
            ("Aadhaar 234123412346", "Aadhaar <>"),
            ("आधार: 234123412346", "आधार: <>"),
        ],
    );
    leaves(
        aadhaar,
        &[
            "234123412346",
            "2341 2341 2347",
            "1341 2341 2346",
            "2341 2341 2346 1111",
            "aadhaar 234123412347",
        ],
    );
}

#[test]
fn resident_registration_numbers() {
    let rrn = Builtin::KrRrn;
    // 9*2 + 1*5 + 1*7 + 1*8 + 2*9 + 3*2 + 4*3 + 5*4 + 6*5 = 124; 11 - 124 % 11 = 8.
    masks(rrn, &["900101-1234568", "9001011234568"]);
    check(
        rrn,
        &[
            ("제 번호는 900101-1234568입니다", "제 번호는 <>입니다"),
            ("주민등록번호 900101-1234567", "주민등록번호 <>"),
        ],
    );
    leaves(
        rrn,
        &[
            "900101-1234567",
            "901301-1234568",
            "900132-1234568",
            "900101-9234568",
            "1700000000000",
        ],
    );
}

#[test]
fn locators() {
    let url = Builtin::Url;
    masks(
        url,
        &[
            "https://a.example",
            "http://a.example:80/b?c=d&e=%20#f",
            "WSS://a.example/x",
            "https://[2001:db8::1]/",
        ],
    );
    check(
        url,
        &[
            ("see https://a.example/b. Then", "see <>. Then"),
            ("(https://a.example/b)", "(<>)"),
            ("https://a.example/b_(c)", "<>"),
            ("https://a.example/です", "<>です"),
            ("**https://a.example**", "**<>**"),
        ],
    );
    leaves(
        url,
        &[
            "a.example",
            "https://",
            "file:///etc",
            "xhttps://a.example",
            "http: //a",
        ],
    );
}

#[test]
fn web_tokens() {
    let header = "eyJhbGciOiJIUzI1NiJ9";
    let token = format!("{header}.eyJzdWIiOiIxIn0.c2lnbmF0dXJl");
    check(
        Builtin::Jwt,
        &[
            (&token, "<>"),
            (&format!("Bearer {token}."), "Bearer <>."),
            (&format!("{header}.eyJzdWIiOiIxIn0."), "<>"),
            (&format!("{header}.a.b.c.d"), "<>"),
            (&format!("{token}.md"), "<>.md"),
        ],
    );
    leaves(
        Builtin::Jwt,
        &[
            header,
            "eyJ",
            &format!("{header}.json"),
            &format!("{header}.a.b"),
            &format!("x{token}"),
        ],
    );
}

#[test]
fn private_keys() {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let body = format!("{line}\n{line}\nAbCd==\n");
    let key = |kind: &str| {
        format!("-----BEGIN {kind}PRIVATE KEY-----\n{body}-----END {kind}PRIVATE KEY-----")
    };
    let encrypted = format!(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00AA\n\n{body}-----END RSA PRIVATE KEY-----"
    );
    check(
        Builtin::PrivateKey,
        &[
            (&key(""), "<>"),
            (&key("RSA "), "<>"),
            (&key("ENCRYPTED "), "<>"),
            (&key("OPENSSH "), "<>"),
            (&encrypted, "<>"),
            (&format!("key: {} ok", key("EC ")), "key: <> ok"),
            // As in JSON, and cut off.
            (&key("").replace('\n', "\\n"), "<>"),
            (
                &format!("-----BEGIN PRIVATE KEY-----\n{line}\n{line}"),
                "<>",
            ),
            // Prose about keys loses the marker only.
            (
                "it starts with -----BEGIN PRIVATE KEY----- and so on",
                "it starts with <> and so on",
            ),
        ],
    );
    leaves(
        Builtin::PrivateKey,
        &[
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----",
            line,
        ],
    );
}

#[test]
fn vendor_secrets() {
    let long = "Ab3".repeat(40);
    let part = |length: usize| &long[..length];
    for (builtin, secrets) in [
        (
            Builtin::AwsAccessKey,
            vec!["AKIAIOSFODNN7EXAMPLE".to_owned()],
        ),
        (
            Builtin::GithubToken,
            vec![
                format!("ghp_{}", part(36)),
                format!("github_pat_{}_{}", part(22), part(59)),
            ],
        ),
        (
            Builtin::GitlabToken,
            vec![
                format!("glpat-{}", part(20)),
                format!("glpat-{}.01.ab12cd34e", part(27)),
            ],
        ),
        (
            Builtin::SlackToken,
            vec!["xoxb-123456789012-1234567890123-AbCdEf".to_owned()],
        ),
        (
            Builtin::OpenAiKey,
            vec![
                format!("sk-proj-{}", part(80)),
                format!("sk-{}T3BlbkFJ{}", part(20), part(20)),
                format!("sk-{}", part(48)),
            ],
        ),
        (
            Builtin::AnthropicKey,
            vec![format!("sk-ant-api03-{}-AA", part(93))],
        ),
        (
            Builtin::GoogleKey,
            vec![format!("AIza{}", part(35)), format!("ya29.{}", part(40))],
        ),
    ] {
        for secret in secrets {
            check(
                builtin,
                &[
                    (&secret, "<>"),
                    (&format!("KEY=\"{secret}\"\n"), "KEY=\"<>\"\n"),
                    (&format!("x{secret}"), &format!("x{secret}")),
                ],
            );
        }
    }
    leaves(
        Builtin::AwsAccessKey,
        &["AKIA", "AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLEX"],
    );
    leaves(
        Builtin::OpenAiKey,
        &[
            "sk-learn",
            "sk-proj-x",
            &format!("sk-ant-api03-{}", part(93)),
        ],
    );
    leaves(Builtin::GithubToken, &["ghp_short", "gh_pages"]);
    leaves(Builtin::GitlabToken, &["glpat-short"]);
    leaves(Builtin::SlackToken, &["xoxo-kisses", "xoxb-1"]);
    leaves(Builtin::AnthropicKey, &["sk-ant-api03-short"]);
    leaves(Builtin::GoogleKey, &["AIzaShort"]);
}
