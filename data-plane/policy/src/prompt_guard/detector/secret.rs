//! Keys and tokens with a prefix of their own.
//!
//! Owns their shapes, as the vendors document them for secret scanning. Must not look for secrets without a prefix:
//! those cannot be told from other random text. Lengths are lower bounds, because vendors make tokens longer; no
//! upper bound keeps the compiled patterns small.

use super::{Detector, Judgement};

const fn secret(token: &'static str, pattern: &'static str) -> Detector {
    Detector {
        token,
        pattern,
        words: &[],
        judge: Judgement::certain,
    }
}

/// RFC 7468, RFC 1421 headers, OpenPGP armour. The body is as long as lines of base64 follow, so that a block whose
/// end has not arrived, or never will, is found; the end marker belongs to it if it is there. Line breaks may be
/// escaped, as in JSON.
pub(super) const PRIVATE_KEY: Detector = secret(
    "PRIVATE_KEY",
    concat!(
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        r#"(?:(?:[\t\r\n "',+]|\\[nrt])*"#,
        r"(?:[A-Za-z0-9+/=]{20,}|(?:Proc-Type|DEK-Info|Version|Comment): [!-~ ]{1,100}))*",
        r#"(?:(?:[\t\r\n "',+]|\\[nrt]){0,8}[A-Za-z0-9+/=]{0,19}(?:[\t\r\n "',+]|\\[nrt]){0,8}"#,
        r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
);

pub(super) const AWS_ACCESS_KEY: Detector = secret(
    "AWS_ACCESS_KEY",
    r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?-u:\b)",
);

pub(super) const GITHUB_TOKEN: Detector = secret(
    "GITHUB_TOKEN",
    r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{36}[A-Za-z0-9_]*|github_pat_[A-Za-z0-9_]{22,})",
);

pub(super) const GITLAB_TOKEN: Detector = secret(
    "GITLAB_TOKEN",
    r"(?-u:\b)gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9]{2,12}){0,2}",
);

pub(super) const SLACK_TOKEN: Detector = secret(
    "SLACK_TOKEN",
    r"(?-u:\b)(?:xox[abeoprs]-(?:[0-9]-)?[A-Za-z0-9]{8}[A-Za-z0-9-]+|xapp-[0-9]-[A-Za-z0-9]{8}[A-Za-z0-9-]+|hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,})",
);

pub(super) const OPENAI_KEY: Detector = secret(
    "OPENAI_API_KEY",
    r"(?-u:\b)sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{40,})",
);

pub(super) const ANTHROPIC_KEY: Detector = secret(
    "ANTHROPIC_API_KEY",
    r"(?-u:\b)sk-ant-[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{20,}",
);

pub(super) const GOOGLE_KEY: Detector = secret(
    "GOOGLE_API_KEY",
    r"(?-u:\b)(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,})",
);
