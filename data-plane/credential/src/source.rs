//! Whose token is wanted.
//!
//! Owns the union of clouds, and the way to each. Equal sources are one: whoever asks for the same shares a token. Must
//! hold secrets by value, so that a secret that changes makes another source.

use crate::ambient::Ambient;
use crate::aws::AwsSource;
use crate::azure::AzureSource;
use crate::failure::Failure;
use crate::gcp::GcpSource;
use crate::grant::Grant;
use crate::port::Port;

/// A configured credential with its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Keys that sign for AWS.
    Aws(AwsSource),
    /// A token of Microsoft Entra.
    Azure(AzureSource),
    /// A token of Google.
    Gcp(GcpSource),
}

// === impl Source ===

impl Source {
    /// Asks for a token.
    ///
    /// # Errors
    /// There is none; what was tried, and the remedy.
    pub async fn grant(&self, port: &impl Port, ambient: &Ambient) -> Result<Grant, Failure> {
        match self {
            Self::Aws(source) => source.grant(port, ambient).await,
            Self::Azure(source) => source.grant(port, ambient).await,
            Self::Gcp(source) => source.grant(port, ambient).await,
        }
    }

    /// Whose cloud it is, for metrics: a closed set.
    #[must_use]
    pub fn cloud(&self) -> &'static str {
        match self {
            Self::Aws(_) => "aws",
            Self::Azure(_) => "azure",
            Self::Gcp(_) => "gcp",
        }
    }

    /// Which identity is meant, for dumps; no secrets.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Aws(source) => source.identity(),
            Self::Azure(source) => source.identity(),
            Self::Gcp(source) => source.identity(),
        }
    }
}
