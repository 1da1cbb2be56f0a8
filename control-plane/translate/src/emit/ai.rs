//! AiBackend resources, with their providers' clusters and keys.
//!
//! Owns the wire form of providers. A credential that cannot be had is said so, never left out.

use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::ai_credential;

use super::{Output, cluster, secret};
use crate::change::Profile;
use crate::plan::{Credential, ProviderPlan};

pub(super) fn emit(
    name: &str,
    groups: &[Vec<ProviderPlan>],
    sources: &[tidegate::Source],
    output: &mut Output,
) {
    let message = tidegate::AiBackend {
        name: name.to_owned(),
        groups: groups
            .iter()
            .map(|group| tidegate::AiProviderGroup {
                providers: group.iter().map(provider).collect(),
            })
            .collect(),
    };
    output.put(&message, sources);
    for provider in groups.iter().flatten() {
        if let Some(transport) = &provider.transport {
            cluster::transport(
                &provider.cluster,
                transport,
                Profile::Tidegate,
                sources,
                output,
            );
        }
        secret::credential(&provider.credential, output);
    }
}

fn provider(plan: &ProviderPlan) -> tidegate::AiProvider {
    tidegate::AiProvider {
        name: plan.name.clone(),
        cluster: plan.cluster.clone(),
        format: tidegate::AiFormat::OpenaiChatCompletions.into(),
        model: plan.model.clone(),
        path_prefix: plan.path_prefix.clone(),
        path: plan.path.clone(),
        authority: plan.authority.clone(),
        credential: Some(credential(&plan.credential)),
        telemetry_name: plan.telemetry_name.clone(),
    }
}

fn credential(plan: &Credential) -> tidegate::AiCredential {
    let kind = match plan {
        Credential::None => ai_credential::Kind::None(tidegate::NoCredential {}),
        Credential::Key {
            secret,
            header,
            prefix,
            ..
        } => ai_credential::Kind::Key(tidegate::KeyCredential {
            secret: secret.clone(),
            header: header.clone(),
            prefix: prefix.clone(),
        }),
        Credential::Unavailable(reason) => {
            ai_credential::Kind::Unavailable(tidegate::CredentialUnavailable {
                reason: reason.clone(),
            })
        }
    };
    tidegate::AiCredential { kind: Some(kind) }
}
