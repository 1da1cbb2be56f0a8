//! The request that is asked about.
//!
//! Owns its reading from flags. Must not normalise: the proxy does, with its own code. The authority may carry a port,
//! which then also chooses the listener.

use anyhow::{Context, Result, bail};
use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Flags that describe a request.
#[derive(Clone, Debug, Args)]
pub(crate) struct AskedArgs {
    /// Host name, with a port if it matters
    #[arg(long, value_name = "HOST[:PORT]")]
    host: String,

    /// Path, with query
    #[arg(long, value_name = "PATH", default_value = "/")]
    path: String,

    /// Method
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "GET")]
    method: String,

    /// Header; may be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,

    /// http or https; chosen by the listener if it is not said
    #[arg(long, value_name = "SCHEME", value_parser = ["http", "https"])]
    scheme: Option<String>,

    /// Port of the listener, as the proxy binds it
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Model in the body: who is asked for which, and who refuses
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
}

/// A request as a client would send it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `:authority` or `Host`.
    pub(crate) authority: String,
    /// Path and query.
    pub(crate) target: String,
    /// Method.
    pub(crate) method: Method,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Whether TLS is wanted, where it is said.
    pub(crate) is_tls: Option<bool>,
    /// Port, where it is said.
    pub(crate) port: Option<u16>,
    /// Model that the body names, where it is said.
    pub(crate) model: Option<String>,
}

// === impl Asked ===

impl TryFrom<&AskedArgs> for Asked {
    type Error = anyhow::Error;

    fn try_from(args: &AskedArgs) -> Result<Self> {
        if args.host.is_empty() {
            bail!("--host is empty; write the name that a client would use");
        }
        if args.model.as_deref() == Some("") {
            bail!("--model is empty; write the name that a client would ask for, or leave it out");
        }
        let mut headers = HeaderMap::new();
        for header in &args.headers {
            let (name, value) = parse_header(header)?;
            headers.append(name, value);
        }
        let written_port = args
            .host
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok());
        Ok(Self {
            authority: args.host.clone(),
            target: args.path.clone(),
            method: args
                .method
                .parse()
                .with_context(|| format!("--method {:?}", args.method))?,
            headers,
            is_tls: args.scheme.as_deref().map(|scheme| scheme == "https"),
            port: args.port.or(written_port),
            model: args.model.clone(),
        })
    }
}

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue)> {
    let wrong = || format!("-H {text:?}: write `Name: value`");
    let (name, value) = text.split_once(':').with_context(wrong)?;
    let name: HeaderName = name.trim().parse().with_context(wrong)?;
    let value: HeaderValue = value.trim().parse().with_context(wrong)?;
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::parse_header;

    #[test]
    fn headers() {
        let (name, value) = parse_header("X-Team:  blue: 1 ").expect("a header");
        assert_eq!(
            (name.as_str(), value.as_bytes()),
            ("x-team", &b"blue: 1"[..])
        );
        for bad in ["", "x", "x y: 1", ": 1"] {
            assert!(parse_header(bad).is_err(), "{bad}");
        }
    }
}
