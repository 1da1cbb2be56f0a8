//! The token service: AssumeRole and AssumeRoleWithWebIdentity.
//!
//! Owns its requests and its XML (AWS STS API reference, version 2011-06-15). Must not read more of an answer than it
//! needs. Invariant: the second is not signed, the first is.

use crate::sigv4::{self, Credentials};

use super::{Role, Sts, keys};
use crate::answer::{any, line};
use crate::failure::{Miss, Outcome};
use crate::form;
use crate::grant::{Grant, Token};
use crate::port::{Port, Request, Target};

const VERSION: &str = "2011-06-15";
/// What sessions are called that nobody gave a name.
const SESSION: &str = "tidegate";
/// Where the token service is that has no region.
const GLOBAL: &str = "us-east-1";

// === impl Sts ===

impl Sts<'_> {
    pub(super) async fn assume(
        &self,
        port: &impl Port,
        role: &Role,
        keys: &Credentials,
    ) -> Outcome<Grant> {
        let name = match role.session_name.as_str() {
            "" => SESSION,
            name => name,
        };
        let mut fields = vec![
            ("Action".to_owned(), "AssumeRole"),
            ("Version".to_owned(), VERSION),
            ("RoleArn".to_owned(), role.arn.as_str()),
            ("RoleSessionName".to_owned(), name),
        ];
        for (index, (key, value)) in (1..).zip(&role.tags) {
            fields.push((format!("Tags.member.{index}.Key"), key));
            fields.push((format!("Tags.member.{index}.Value"), value));
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let mut request = form::post(self.target()?, &fields);
        self.sign(&mut request, keys, port.now());
        answered(port, &request).await
    }

    /// The token file is read for each request: its writer replaces it.
    pub(super) async fn assume_with_file(
        &self,
        port: &impl Port,
        (arn, session): (&str, Option<&str>),
        file: &str,
    ) -> Outcome<Grant> {
        let token = port.read(file).await;
        let token = token.map_err(|why| Miss::failed(format!("{file}: {why}")))?;
        let token = String::from_utf8(token)
            .map_err(|_| Miss::failed(format!("{file} does not hold a token")))?;
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", VERSION),
            ("RoleArn", arn),
            ("RoleSessionName", session.unwrap_or(SESSION)),
            ("WebIdentityToken", token.trim()),
        ];
        answered(port, &form::post(self.target()?, &fields)).await
    }

    fn target(&self) -> Outcome<Target> {
        let own = self.ambient.get("AWS_ENDPOINT_URL_STS");
        let url = match own.or_else(|| self.ambient.get("AWS_ENDPOINT_URL")) {
            Some(url) => url.to_owned(),
            None => match self.region {
                "" => "https://sts.amazonaws.com/".to_owned(),
                region if region.starts_with("cn-") => {
                    format!("https://sts.{region}.amazonaws.com.cn/")
                }
                region => format!("https://sts.{region}.amazonaws.com/"),
            },
        };
        Target::parse(&url).map_err(Miss::Failed)
    }

    fn sign(&self, request: &mut Request, keys: &Credentials, now: u64) {
        let headers: Vec<(&str, &str)> = request
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let (path, query) = match request.target.path.split_once('?') {
            None => (request.target.path.as_str(), None),
            Some((path, query)) => (path, Some(query)),
        };
        let unsigned = sigv4::Request {
            method: request.method,
            host: &request.target.authority,
            path,
            query,
            headers: &headers,
            body: &request.body,
        };
        let scope = sigv4::Scope {
            region: if self.region.is_empty() {
                GLOBAL
            } else {
                self.region
            },
            service: "sts",
        };
        let signed = sigv4::sign(&unsigned, keys, scope, now);
        let own: Vec<(&'static str, String)> = signed
            .headers()
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        request.headers.extend(own);
    }
}

async fn answered(port: &impl Port, request: &Request) -> Outcome<Grant> {
    let response = any(port, request).await?;
    let xml = String::from_utf8_lossy(&response.body);
    if !(200..300).contains(&response.status) {
        let told: String = ["Code", "Message"]
            .iter()
            .filter_map(|name| Some(format!(": {}", line(&element(&xml, name)?))))
            .collect();
        let status = response.status;
        return Err(Miss::failed(format!("{request:?}: status {status}{told}")));
    }
    let need = |name: &str| {
        element(&xml, name)
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or_else(|| Miss::failed(format!("{request:?}: there is no usable {name}")))
    };
    let keys = Credentials {
        access_key_id: need("AccessKeyId")?,
        secret_access_key: need("SecretAccessKey")?,
        session_token: Some(need("SessionToken")?),
    };
    let end = keys::expiration(&need("Expiration")?)?;
    Ok(Grant::new(Token::Aws(keys), port.now(), Some(end)))
}

/// The text of the first element of this name. The answers have no attributes, comments or sections.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text.trim();
    let escapes = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        // Last, or it would make new ones.
        ("&amp;", "&"),
    ];
    Some(
        escapes
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
    )
}
