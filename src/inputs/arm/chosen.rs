//! The kinds of credentials, and the configuration of the selected one.

use clap::ValueEnum;
use secrecy::SecretString;

/// How to sign in to Azure (`--auth`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// The first of the following that the environment has everything for.
    #[default]
    Auto,
    /// A service principal with a secret, from AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.
    Environment,
    /// A federated token from the file that AZURE_FEDERATED_TOKEN_FILE names (AKS, GitHub).
    WorkloadIdentity,
    /// The service connection of an Azure Pipelines job; the step maps SYSTEM_ACCESSTOKEN.
    AzurePipelines,
    /// What AzureCLI@2 and @3 hand to their script with `addSpnToEnvironment`: servicePrincipalId, tenantId, and the idToken of
    /// a federated connection or the servicePrincipalKey of one with a secret.
    ServiceConnection,
    /// Whoever is signed in with `az login`.
    AzureCli,
    /// The identity of the machine or app; automatic only where its variables announce it.
    ManagedIdentity,
}

impl Auth {
    /// The name on the command line and in the report.
    pub fn name(self) -> &'static str {
        match self {
            Auth::Auto => "auto",
            Auth::Environment => "environment",
            Auth::WorkloadIdentity => "workload-identity",
            Auth::AzurePipelines => "azure-pipelines",
            Auth::ServiceConnection => "service-connection",
            Auth::AzureCli => "azure-cli",
            Auth::ManagedIdentity => "managed-identity",
        }
    }
}

/// A credential with everything that it requires. Its secrets are not printed.
#[derive(Debug, Clone)]
pub enum Chosen {
    Environment {
        tenant: String,
        client: String,
        secret: SecretString,
    },
    WorkloadIdentity {
        tenant: String,
        client: String,
        token_file: String,
    },
    AzurePipelines {
        tenant: String,
        client: String,
        connection: String,
        access_token: SecretString,
    },
    ServiceConnection {
        tenant: String,
        client: String,
        proof: Proof,
    },
    AzureCli,
    ManagedIdentity {
        /// The client ID of a user-assigned identity. `None` is the system-assigned identity.
        client: Option<String>,
    },
}

/// The proof of identity of a service connection.
#[derive(Debug, Clone)]
pub enum Proof {
    Key(SecretString),
    /// Valid for ten minutes: enough to sign in at the start of a step.
    IdToken(SecretString),
}

impl Chosen {
    pub fn auth(&self) -> Auth {
        match self {
            Chosen::Environment { .. } => Auth::Environment,
            Chosen::WorkloadIdentity { .. } => Auth::WorkloadIdentity,
            Chosen::AzurePipelines { .. } => Auth::AzurePipelines,
            Chosen::ServiceConnection { .. } => Auth::ServiceConnection,
            Chosen::AzureCli => Auth::AzureCli,
            Chosen::ManagedIdentity { .. } => Auth::ManagedIdentity,
        }
    }

    /// The configured secret, to be removed from all messages.
    pub(crate) fn secret(&self) -> Option<&SecretString> {
        match self {
            Chosen::Environment { secret, .. }
            | Chosen::AzurePipelines {
                access_token: secret,
                ..
            }
            | Chosen::ServiceConnection {
                proof: Proof::Key(secret) | Proof::IdToken(secret),
                ..
            } => Some(secret),
            _ => None,
        }
    }
}
