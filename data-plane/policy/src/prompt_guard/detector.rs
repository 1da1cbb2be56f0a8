//! Ready-made rules (llm.md G-5).
//!
//! Owns their list and names. A detector is a pattern that finds candidates, a function that judges one (checksums,
//! numbers that are never given out, layout), and words that make a weak candidate a match when they stand near.
//! Must not know guards. Invariant: a judgement is a function of the candidate and its context alone.

mod aadhaar;
mod ca_sin;
mod checksum;
mod credit_card;
mod digits;
mod email;
mod iban;
mod ip;
mod jwt;
mod kr_rrn;
mod phone_number;
mod secret;
mod ssn;
mod uk_nino;
mod url;

use super::context::Candidate;
use super::score::Score;

/// A ready-made rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// Social security numbers of the United States.
    Ssn,
    /// Numbers of payment cards.
    CreditCard,
    /// Telephone numbers: E.164, and national ones of US, CA, GB, DE, IL, IN, BR.
    PhoneNumber,
    /// Mail addresses.
    Email,
    /// Social insurance numbers of Canada.
    CaSin,
    /// Addresses of IPv4.
    Ipv4,
    /// Addresses of IPv6.
    Ipv6,
    /// International bank account numbers.
    Iban,
    /// National insurance numbers of the United Kingdom.
    UkNino,
    /// Aadhaar numbers of India.
    Aadhaar,
    /// Resident registration numbers of Korea.
    KrRrn,
    /// Uniform resource locators.
    Url,
    /// JSON web tokens.
    Jwt,
    /// Private keys in PEM.
    PrivateKey,
    /// Access key ids of AWS.
    AwsAccessKey,
    /// Tokens of GitHub.
    GithubToken,
    /// Tokens of GitLab.
    GitlabToken,
    /// Tokens of Slack.
    SlackToken,
    /// Keys of OpenAI.
    OpenAiKey,
    /// Keys of Anthropic.
    AnthropicKey,
    /// Keys of Google's APIs.
    GoogleKey,
}

/// How a ready-made rule works.
#[derive(Debug)]
pub(super) struct Detector {
    /// What stands in place of a match, without the angle brackets.
    pub(super) token: &'static str,
    /// Finds candidates.
    pub(super) pattern: &'static str,
    /// Lower-case words that raise a weak candidate.
    pub(super) words: &'static [&'static str],
    /// Judges a candidate.
    pub(super) judge: fn(&Candidate<'_>) -> Judgement,
}

/// What a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// A match, as far as `end` within the candidate.
    Hit { end: usize, score: Score },
    /// None; one may begin at the candidate's next character.
    Miss,
    /// None, and none begins within the candidate. Needed where a pattern has no longest match: beginning again
    /// at each character would be quadratic.
    MissAll,
}

// === impl Builtin ===

impl Builtin {
    /// All of them.
    pub const ALL: [Builtin; 21] = [
        Builtin::Ssn,
        Builtin::CreditCard,
        Builtin::PhoneNumber,
        Builtin::Email,
        Builtin::CaSin,
        Builtin::Ipv4,
        Builtin::Ipv6,
        Builtin::Iban,
        Builtin::UkNino,
        Builtin::Aadhaar,
        Builtin::KrRrn,
        Builtin::Url,
        Builtin::Jwt,
        Builtin::PrivateKey,
        Builtin::AwsAccessKey,
        Builtin::GithubToken,
        Builtin::GitlabToken,
        Builtin::SlackToken,
        Builtin::OpenAiKey,
        Builtin::AnthropicKey,
        Builtin::GoogleKey,
    ];

    /// The rule of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Builtin::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Name in configuration, logs and spans.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Builtin::Ssn => "ssn",
            Builtin::CreditCard => "creditCard",
            Builtin::PhoneNumber => "phoneNumber",
            Builtin::Email => "email",
            Builtin::CaSin => "caSin",
            Builtin::Ipv4 => "ipv4",
            Builtin::Ipv6 => "ipv6",
            Builtin::Iban => "iban",
            Builtin::UkNino => "ukNino",
            Builtin::Aadhaar => "aadhaar",
            Builtin::KrRrn => "krRrn",
            Builtin::Url => "url",
            Builtin::Jwt => "jwt",
            Builtin::PrivateKey => "privateKey",
            Builtin::AwsAccessKey => "awsAccessKey",
            Builtin::GithubToken => "githubToken",
            Builtin::GitlabToken => "gitlabToken",
            Builtin::SlackToken => "slackToken",
            Builtin::OpenAiKey => "openAIKey",
            Builtin::AnthropicKey => "anthropicKey",
            Builtin::GoogleKey => "googleKey",
        }
    }

    pub(super) fn detector(self) -> &'static Detector {
        match self {
            Builtin::Ssn => &ssn::DETECTOR,
            Builtin::CreditCard => &credit_card::DETECTOR,
            Builtin::PhoneNumber => &phone_number::DETECTOR,
            Builtin::Email => &email::DETECTOR,
            Builtin::CaSin => &ca_sin::DETECTOR,
            Builtin::Ipv4 => &ip::V4,
            Builtin::Ipv6 => &ip::V6,
            Builtin::Iban => &iban::DETECTOR,
            Builtin::UkNino => &uk_nino::DETECTOR,
            Builtin::Aadhaar => &aadhaar::DETECTOR,
            Builtin::KrRrn => &kr_rrn::DETECTOR,
            Builtin::Url => &url::DETECTOR,
            Builtin::Jwt => &jwt::DETECTOR,
            Builtin::PrivateKey => &secret::PRIVATE_KEY,
            Builtin::AwsAccessKey => &secret::AWS_ACCESS_KEY,
            Builtin::GithubToken => &secret::GITHUB_TOKEN,
            Builtin::GitlabToken => &secret::GITLAB_TOKEN,
            Builtin::SlackToken => &secret::SLACK_TOKEN,
            Builtin::OpenAiKey => &secret::OPENAI_KEY,
            Builtin::AnthropicKey => &secret::ANTHROPIC_KEY,
            Builtin::GoogleKey => &secret::GOOGLE_KEY,
        }
    }
}

// === impl Judgement ===

impl Judgement {
    /// The whole candidate, with so many hundredths.
    fn whole(candidate: &Candidate<'_>, hundredths: u8) -> Self {
        Judgement::Hit {
            end: candidate.text.len(),
            score: Score::percent(hundredths),
        }
    }

    /// The pattern says it all.
    fn certain(candidate: &Candidate<'_>) -> Self {
        Judgement::whole(candidate, 95)
    }
}

#[cfg(test)]
mod tests;
