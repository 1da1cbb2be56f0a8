//! Guards that look for patterns, as proxies are told.
//!
//! Owns the names by which proxies know ready-made detectors. Must refuse a pattern that proxies could not compile: a guard that is
//! left out lets pass what somebody wanted judged.

use cp_api::backend::policy::guard::own::{Detect, Detector};
use cp_api::backend::policy::guard::{Builtin, Guard, RegexAction, RegexGuard};
use proto::tidegate::v1 as tidegate;
use route::pattern::Pattern;
use tidegate::regex_guard::{Action, NamedPattern};

/// The patterns of a guard at a place of the spec; `None` where it is of another kind.
pub(super) fn message(own: &Guard, at: &str) -> Result<Option<tidegate::RegexGuard>, String> {
    match (&own.regex, &own.detect) {
        (Some(own), _) => regex(own, &format!("{at}.regex")).map(Some),
        (None, Some(own)) => detect(own, &format!("{at}.detect")).map(Some),
        (None, None) => Ok(None),
    }
}

fn regex(own: &RegexGuard, at: &str) -> Result<tidegate::RegexGuard, String> {
    let builtins = own.builtins.iter().flatten().copied();
    let builtins: Vec<String> = builtins.map(|own| builtin(own).to_owned()).collect();
    let mut patterns = Vec::new();
    for (index, pattern) in own.matches.iter().flatten().enumerate() {
        Pattern::parse(&pattern.0).map_err(|error| format!("{at}.matches[{index}] {error}"))?;
        patterns.push(pattern.0.clone());
    }
    if builtins.is_empty() && patterns.is_empty() {
        return Err(format!("{at} needs matches or builtins"));
    }
    Ok(tidegate::RegexGuard {
        action: action(own.action).into(),
        builtins,
        patterns,
        named_patterns: Vec::new(),
    })
}

fn detect(own: &Detect, at: &str) -> Result<tidegate::RegexGuard, String> {
    let detectors = own.detectors.iter().flatten().copied();
    let mut named_patterns = Vec::new();
    for (index, named) in own.patterns.iter().flatten().enumerate() {
        Pattern::parse(&named.pattern.0)
            .map_err(|error| format!("{at}.patterns[{index}].pattern {error}"))?;
        named_patterns.push(NamedPattern {
            name: named.name.0.clone(),
            pattern: named.pattern.0.clone(),
        });
    }
    Ok(tidegate::RegexGuard {
        action: action(own.action).into(),
        builtins: detectors.map(|own| name(own).to_owned()).collect(),
        patterns: Vec::new(),
        named_patterns,
    })
}

fn action(own: RegexAction) -> Action {
    match own {
        RegexAction::Mask => Action::Mask,
        RegexAction::Reject => Action::Reject,
    }
}

fn builtin(own: Builtin) -> &'static str {
    name(match own {
        Builtin::Ssn => Detector::Ssn,
        Builtin::CreditCard => Detector::CreditCard,
        Builtin::PhoneNumber => Detector::PhoneNumber,
        Builtin::Email => Detector::Email,
        Builtin::CaSin => Detector::CaSin,
    })
}

fn name(own: Detector) -> &'static str {
    match own {
        Detector::Ssn => "ssn",
        Detector::CreditCard => "creditCard",
        Detector::PhoneNumber => "phoneNumber",
        Detector::Email => "email",
        Detector::CaSin => "caSin",
        Detector::Ipv4 => "ipv4",
        Detector::Ipv6 => "ipv6",
        Detector::Iban => "iban",
        Detector::UkNino => "ukNino",
        Detector::Aadhaar => "aadhaar",
        Detector::KrRrn => "krRrn",
        Detector::Url => "url",
        Detector::Jwt => "jwt",
        Detector::PrivateKey => "privateKey",
        Detector::AwsAccessKey => "awsAccessKey",
        Detector::GithubToken => "githubToken",
        Detector::GitlabToken => "gitlabToken",
        Detector::SlackToken => "slackToken",
        Detector::OpenAiKey => "openAIKey",
        Detector::AnthropicKey => "anthropicKey",
        Detector::GoogleKey => "googleKey",
    }
}
