//! Builds the selected credential, and describes its errors. Tokens are cached in `token_cache`.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientMethodOptions, ClientOptions, HttpClient, Transport};
use azure_identity::{
    AzureCliCredential, AzurePipelinesCredential, AzurePipelinesCredentialOptions, ClientAssertion,
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId, WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use secrecy::{ExposeSecret, SecretString};

use super::credentials::{ClientProof, CredentialConfig};
use super::error::{shorten, without_request_ids};
use crate::question::{Failure, FailureKind};

/// The sign-in authority and the HTTP client of a credential.
#[derive(Debug, Clone)]
pub(crate) struct LoginAuthority {
    pub(crate) url: String,
    pub(crate) http: Arc<dyn HttpClient>,
}

impl LoginAuthority {
    fn client_options(&self) -> ClientOptions {
        let mut custom = CustomConfiguration::default();
        custom.authority_host.clone_from(&self.url);
        ClientOptions {
            transport: Some(Transport::new(Arc::clone(&self.http))),
            cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
            ..ClientOptions::default()
        }
    }

    fn client_secret_options(&self) -> ClientSecretCredentialOptions {
        ClientSecretCredentialOptions {
            client_options: self.client_options(),
        }
    }

    fn assertion_options(&self) -> ClientAssertionCredentialOptions {
        ClientAssertionCredentialOptions {
            client_options: self.client_options(),
        }
    }

    fn pipelines_options(&self) -> AzurePipelinesCredentialOptions {
        AzurePipelinesCredentialOptions {
            credential_options: self.assertion_options(),
        }
    }

    fn managed_identity_options(&self, client: Option<String>) -> ManagedIdentityCredentialOptions {
        ManagedIdentityCredentialOptions {
            user_assigned_id: client.map(UserAssignedId::ClientId),
            client_options: self.client_options(),
        }
    }
}

/// Builds the credential without any request.
pub(crate) fn build_credential(
    config: &CredentialConfig,
    authority: &LoginAuthority,
) -> Result<Arc<dyn TokenCredential>, String> {
    let credential: azure_core::Result<Arc<dyn TokenCredential>> = match config {
        CredentialConfig::Environment {
            tenant,
            client,
            secret,
        } => {
            let secret = to_azure_secret(secret);
            ClientSecretCredential::new(
                tenant,
                client.clone(),
                secret,
                Some(authority.client_secret_options()),
            )
            .map(|c| c as _)
        }
        CredentialConfig::WorkloadIdentity {
            tenant,
            client,
            token_file,
        } => WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
            credential_options: authority.assertion_options(),
            client_id: Some(client.clone()),
            tenant_id: Some(tenant.clone()),
            token_file_path: Some(token_file.into()),
        }))
        .map(|c| c as _),
        CredentialConfig::AzurePipelines {
            tenant,
            client,
            connection,
            access_token,
        } => {
            let (tenant, client) = (tenant.clone(), client.clone());
            let (token, options) = (to_azure_secret(access_token), authority.pipelines_options());
            AzurePipelinesCredential::new(tenant, client, connection, token, Some(options))
                .map(|c| c as _)
        }
        CredentialConfig::ServiceConnection {
            tenant,
            client,
            proof: ClientProof::Key(key),
        } => {
            let options = Some(authority.client_secret_options());
            ClientSecretCredential::new(tenant, client.clone(), to_azure_secret(key), options)
                .map(|c| c as _)
        }
        CredentialConfig::ServiceConnection {
            tenant,
            client,
            proof: ClientProof::IdToken(token),
        } => {
            let (tenant, client) = (tenant.clone(), client.clone());
            let (assertion, options) = (
                StaticAssertion(token.clone()),
                authority.assertion_options(),
            );
            ClientAssertionCredential::new(tenant, client, assertion, Some(options)).map(|c| c as _)
        }
        CredentialConfig::AzureCli => AzureCliCredential::new(None).map(|c| c as _),
        CredentialConfig::ManagedIdentity { client } => {
            let options = authority.managed_identity_options(client.clone());
            ManagedIdentityCredential::new(Some(options)).map(|c| c as _)
        }
    };
    credential.map_err(|error| describe_error(&error))
}

/// A token that another party requested, as proof of identity.
#[derive(Debug)]
struct StaticAssertion(SecretString);

#[async_trait]
impl ClientAssertion for StaticAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.expose_secret().to_owned())
    }
}

fn to_azure_secret(secret: &SecretString) -> Secret {
    Secret::new(secret.expose_secret().to_owned())
}

/// Describes the error of a credential on one line: without its type name, troubleshooting links, and request IDs.
pub(crate) fn describe_error(error: &azure_core::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let message = inner.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        source = inner.source();
    }
    let text = text.replace(
        "To troubleshoot, visit https://aka.ms/azsdk/rust/identity/troubleshoot",
        "",
    );
    let trimmed = match text.split_once("Credential authentication failed.") {
        Some((name, rest)) if !name.contains(' ') => rest,
        _ => &text,
    };
    shorten(&without_request_ids(trimmed))
}

/// The failure of a sign-in, with the message of the credential and advice.
pub(crate) fn refused(credential: &str, message: &str) -> Failure {
    let code = message
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with("AADSTS") && word.len() > "AADSTS".len());
    let message = format!(
        "signing in with the credential `{credential}` failed: {}; {}",
        message.trim_end_matches('.'),
        credential_advice(credential)
    );
    Failure {
        code: code.map(str::to_owned),
        ..Failure::new(FailureKind::Unauthenticated, message)
    }
}

/// Advice for a credential, or a token, that was not accepted.
pub(crate) fn credential_advice(credential: &str) -> &'static str {
    match credential {
        "access-token" => {
            "a token lasts about an hour: put the output of `az account get-access-token --query accessToken --output tsv` \
             into FLEXREADY_ACCESS_TOKEN, or unset it to sign in another way"
        }
        "environment" => {
            "check AZURE_TENANT_ID, AZURE_CLIENT_ID and that the secret in AZURE_CLIENT_SECRET has not ended"
        }
        "workload-identity" => {
            "check the federated credential of AZURE_CLIENT_ID against the token in AZURE_FEDERATED_TOKEN_FILE"
        }
        "azure-pipelines" => {
            "check the service connection, and that the step maps SYSTEM_ACCESSTOKEN: $(System.AccessToken)"
        }
        "service-connection" => {
            "check the service connection; its idToken lives for ten minutes, so map SYSTEM_ACCESSTOKEN: $(System.AccessToken) instead"
        }
        "azure-cli" => {
            "sign in again: `az login` (`az login --tenant <tenant>` for another tenant)"
        }
        "managed-identity" => {
            "check that this machine has an identity (AZURE_CLIENT_ID names a user-assigned one)"
        }
        _ => "check the credential",
    }
}
