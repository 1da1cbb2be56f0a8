//! The shared files of AWS's tools: `~/.aws/credentials` and `~/.aws/config`.
//!
//! Owns their syntax and how profiles lead to each other. Must not run programs: a profile that asks for one is a failure.
//! Invariant: profiles that lead in a circle end.

use std::collections::BTreeMap;

use crate::sigv4::Credentials;

use super::{Role, Sts, container, environment, instance};
use crate::failure::{Miss, Outcome};
use crate::grant::{Grant, Token};
use crate::port::Port;

/// How many profiles may lead to each other.
const LONGEST: usize = 8;
/// What profiles may ask for that is not served.
const UNSERVED: [&str; 4] = [
    "credential_process",
    "sso_session",
    "sso_start_url",
    "login_session",
];

type Profile = BTreeMap<String, String>;
type Profiles = BTreeMap<String, Profile>;

pub(super) async fn grant(port: &impl Port, sts: &Sts<'_>) -> Outcome<Grant> {
    let asked = sts.ambient.get("AWS_PROFILE");
    let profiles = read(port, sts, asked).await?;
    let mut name = asked.unwrap_or("default");
    let mut roles = Vec::new();
    let base = loop {
        let Some(profile) = profiles.get(name) else {
            let why = format!("there is no profile {name:?}");
            return Err(match (asked, roles.is_empty()) {
                (None, true) => Miss::Absent(why),
                (Some(_) | None, _) => Miss::Failed(why),
            });
        };
        if roles.len() >= LONGEST {
            return Err(Miss::failed(format!(
                "profile {name:?}: source_profile leads in a circle"
            )));
        }
        let get = |key: &str| profile.get(key).map(String::as_str);
        let Some(arn) = get("role_arn") else {
            break keys(port, name, profile)?;
        };
        let session = get("role_session_name");
        if let Some(file) = get("web_identity_token_file") {
            break sts.assume_with_file(port, (arn, session), file).await?;
        }
        roles.push(Role {
            arn: arn.to_owned(),
            session_name: session.unwrap_or_default().to_owned(),
            tags: Vec::new(),
        });
        match (get("source_profile"), get("credential_source")) {
            (Some(own), _) if own == name => break keys(port, name, profile)?,
            (Some(next), _) => name = next,
            (None, Some(source)) => break from(port, sts, source).await?,
            (None, None) => {
                return Err(Miss::failed(format!(
                    "profile {name:?}: role_arn needs source_profile, credential_source or web_identity_token_file"
                )));
            }
        }
    };
    let mut grant = base;
    for role in roles.iter().rev() {
        let Token::Aws(keys) = &grant.token else {
            return Err(Miss::failed("the keys are no keys of AWS"));
        };
        grant = sts.assume(port, role, keys).await?;
    }
    Ok(grant)
}

async fn from(port: &impl Port, sts: &Sts<'_>, source: &str) -> Outcome<Grant> {
    let outcome = match source {
        "Environment" => environment(port, sts.ambient),
        "EcsContainer" => container::grant(port, sts.ambient).await,
        "Ec2InstanceMetadata" => instance::grant(port, sts.ambient).await,
        other => Err(Miss::failed(format!(
            "credential_source {other:?} is not known"
        ))),
    };
    outcome.map_err(Miss::at_end)
}

fn keys(port: &impl Port, name: &str, profile: &Profile) -> Outcome<Grant> {
    if let Some(key) = UNSERVED.iter().find(|key| profile.contains_key(**key)) {
        return Err(Miss::failed(format!(
            "profile {name:?} asks for {key}, which is not supported"
        )));
    }
    let get = |key: &str| profile.get(key).cloned();
    match (get("aws_access_key_id"), get("aws_secret_access_key")) {
        (Some(access_key_id), Some(secret_access_key)) => {
            let keys = Credentials {
                access_key_id,
                secret_access_key,
                session_token: get("aws_session_token"),
            };
            // Without an end: the files are read again now and then.
            Ok(Grant::new(Token::Aws(keys), port.now(), None))
        }
        (None, None) => Err(Miss::absent(format!("profile {name:?} has no keys"))),
        (_, _) => Err(Miss::failed(format!(
            "profile {name:?} needs both aws_access_key_id and aws_secret_access_key"
        ))),
    }
}

async fn read(port: &impl Port, sts: &Sts<'_>, asked: Option<&str>) -> Outcome<Profiles> {
    let home = sts.ambient.get("HOME");
    let place = |name, file| {
        let below = |home| format!("{home}/.aws/{file}");
        let own = sts.ambient.get(name).map(ToOwned::to_owned);
        own.or_else(|| home.map(below))
    };
    let mut profiles = Profiles::new();
    let mut missing = Vec::new();
    for (name, file, is_config) in [
        ("AWS_CONFIG_FILE", "config", true),
        // Later, as its keys win.
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials", false),
    ] {
        let Some(path) = place(name, file) else {
            missing.push(format!("{name} and HOME are not set"));
            continue;
        };
        match port.read(&path).await {
            Ok(text) => parse(&String::from_utf8_lossy(&text), is_config, &mut profiles),
            Err(why) => missing.push(format!("{path}: {why}")),
        }
    }
    if profiles.is_empty() {
        let why = missing.join(", ");
        return Err(match asked {
            None => Miss::Absent(why),
            Some(profile) => Miss::Failed(format!("profile {profile:?} is nowhere: {why}")),
        });
    }
    Ok(profiles)
}

/// Adds the profiles of a file. In the config file, all but the default one are called `profile NAME`.
fn parse(text: &str, is_config: bool, profiles: &mut Profiles) {
    let mut current: Option<String> = None;
    for line in text.lines() {
        // What is indented belongs to the key above it, of which none is read.
        if line.starts_with([' ', '\t', '#', ';']) || line.is_empty() {
            continue;
        }
        if let Some(head) = line.strip_prefix('[') {
            let head = head.split(']').next().unwrap_or_default().trim();
            let name = match head.split_once(char::is_whitespace) {
                Some(("profile", name)) if is_config => Some(name.trim()),
                None if !is_config || head == "default" => Some(head),
                Some(_) | None => None,
            };
            current = name.map(ToOwned::to_owned);
        } else if let (Some(name), Some((key, value))) = (&current, line.split_once('=')) {
            let profile = profiles.entry(name.clone()).or_default();
            let value = value.split(" #").next().unwrap_or_default().trim();
            profile.insert(key.trim().to_ascii_lowercase(), value.to_owned());
        }
    }
}
