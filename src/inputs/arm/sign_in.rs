//! Makes the credential that was chosen, and puts its failures into words.
//! Not here: which one is chosen (`credentials`), how long a token is kept (`token`).

use std::error::Error;
use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, HttpClient, Transport};
use azure_identity::{
    AzureCliCredential, AzurePipelinesCredential, AzurePipelinesCredentialOptions,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use secrecy::{ExposeSecret, SecretString};

use super::credentials::Chosen;
use super::refusal::{shortened, without_request_ids};

/// Where and over what a credential signs in.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) authority: String,
    pub(crate) http: Arc<dyn HttpClient>,
}

impl Door {
    fn client_options(&self) -> ClientOptions {
        let mut custom = CustomConfiguration::default();
        custom.authority_host.clone_from(&self.authority);
        ClientOptions {
            transport: Some(Transport::new(Arc::clone(&self.http))),
            cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
            ..ClientOptions::default()
        }
    }

    fn assertion_options(&self) -> ClientAssertionCredentialOptions {
        ClientAssertionCredentialOptions {
            client_options: self.client_options(),
        }
    }
}

/// Makes the credential; nobody is asked anything yet.
pub(crate) fn make(chosen: &Chosen, door: &Door) -> Result<Arc<dyn TokenCredential>, String> {
    let made: azure_core::Result<Arc<dyn TokenCredential>> = match chosen {
        Chosen::Environment {
            tenant,
            client,
            secret,
        } => {
            let options = ClientSecretCredentialOptions {
                client_options: door.client_options(),
            };
            ClientSecretCredential::new(tenant, client.clone(), handed(secret), Some(options))
                .map(|c| c as _)
        }
        Chosen::WorkloadIdentity {
            tenant,
            client,
            token_file,
        } => {
            let options = WorkloadIdentityCredentialOptions {
                credential_options: door.assertion_options(),
                client_id: Some(client.clone()),
                tenant_id: Some(tenant.clone()),
                token_file_path: Some(token_file.into()),
            };
            WorkloadIdentityCredential::new(Some(options)).map(|c| c as _)
        }
        Chosen::AzurePipelines {
            tenant,
            client,
            connection,
            access_token,
        } => {
            let options = AzurePipelinesCredentialOptions {
                credential_options: door.assertion_options(),
            };
            let (tenant, client) = (tenant.clone(), client.clone());
            let token = handed(access_token);
            AzurePipelinesCredential::new(tenant, client, connection, token, Some(options))
                .map(|c| c as _)
        }
        Chosen::AzureCli => AzureCliCredential::new(None).map(|c| c as _),
        Chosen::ManagedIdentity { client } => {
            let options = ManagedIdentityCredentialOptions {
                user_assigned_id: client.clone().map(UserAssignedId::ClientId),
                client_options: door.client_options(),
            };
            ManagedIdentityCredential::new(Some(options)).map(|c| c as _)
        }
    };
    made.map_err(|error| words(&error))
}

fn handed(secret: &SecretString) -> Secret {
    Secret::new(secret.expose_secret().to_owned())
}

/// What a credential says went wrong, on one line: without its own type's name, pointers to its manual, and the ids of
/// the one failed request.
pub(crate) fn words(error: &azure_core::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = inner.source();
    }
    let text = text.replace(
        "To troubleshoot, visit https://aka.ms/azsdk/rust/identity/troubleshoot",
        "",
    );
    let own = match text.split_once("Credential authentication failed.") {
        Some((name, rest)) if !name.contains(' ') => rest,
        _ => &text,
    };
    shortened(&without_request_ids(own))
}
