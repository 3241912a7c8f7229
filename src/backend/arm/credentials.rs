//! The kinds of credentials, and the configuration of the selected one.

use clap::ValueEnum;
use secrecy::SecretString;

use super::ArmError;
use crate::config::is_undefined_variable;

/// How to sign in to Azure (`--auth`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AuthMethod {
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

impl AuthMethod {
    /// The name on the command line and in the report.
    pub fn name(self) -> &'static str {
        match self {
            AuthMethod::Auto => "auto",
            AuthMethod::Environment => "environment",
            AuthMethod::WorkloadIdentity => "workload-identity",
            AuthMethod::AzurePipelines => "azure-pipelines",
            AuthMethod::ServiceConnection => "service-connection",
            AuthMethod::AzureCli => "azure-cli",
            AuthMethod::ManagedIdentity => "managed-identity",
        }
    }
}

/// A credential with everything that it requires. Its secrets are not printed.
#[derive(Debug, Clone)]
pub enum CredentialConfig {
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
        proof: ClientProof,
    },
    AzureCli,
    ManagedIdentity {
        /// The client ID of a user-assigned identity. `None` is the system-assigned identity.
        client: Option<String>,
    },
}

/// The proof of identity of a service connection.
#[derive(Debug, Clone)]
pub enum ClientProof {
    Key(SecretString),
    /// Valid for ten minutes: enough to sign in at the start of a step.
    IdToken(SecretString),
}

impl CredentialConfig {
    pub fn auth_method(&self) -> AuthMethod {
        match self {
            CredentialConfig::Environment { .. } => AuthMethod::Environment,
            CredentialConfig::WorkloadIdentity { .. } => AuthMethod::WorkloadIdentity,
            CredentialConfig::AzurePipelines { .. } => AuthMethod::AzurePipelines,
            CredentialConfig::ServiceConnection { .. } => AuthMethod::ServiceConnection,
            CredentialConfig::AzureCli => AuthMethod::AzureCli,
            CredentialConfig::ManagedIdentity { .. } => AuthMethod::ManagedIdentity,
        }
    }

    /// The configured secret, to be removed from all messages.
    pub(crate) fn secret(&self) -> Option<&SecretString> {
        match self {
            CredentialConfig::Environment { secret, .. }
            | CredentialConfig::AzurePipelines {
                access_token: secret,
                ..
            }
            | CredentialConfig::ServiceConnection {
                proof: ClientProof::Key(secret) | ClientProof::IdToken(secret),
                ..
            } => Some(secret),
            _ => None,
        }
    }
}

/// The value of a variable without surrounding white space, which no value of Azure contains; `None` if it is empty or an
/// undefined variable of Azure Pipelines.
pub(crate) fn env_value(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let value = env(name)?.trim().to_owned();
    (!value.is_empty() && !is_undefined_variable(&value)).then_some(value)
}

/// The order of `auto`: variables of the current pipeline step come before an existing login.
const AUTO_ORDER: [AuthMethod; 6] = [
    AuthMethod::Environment,
    AuthMethod::WorkloadIdentity,
    AuthMethod::AzurePipelines,
    AuthMethod::ServiceConnection,
    AuthMethod::AzureCli,
    AuthMethod::ManagedIdentity,
];

/// Selects a credential from `env` only, without any request. `has_az` is whether the Azure CLI is on the PATH.
///
/// # Errors
/// [`ArmError::NoCredential`] if `auto` finds no credential.
/// [`ArmError::IncompleteCredential`] if the selected credential lacks variables.
pub fn choose_credential(
    auth: AuthMethod,
    env: &dyn Fn(&str) -> Option<String>,
    has_az: bool,
) -> Result<CredentialConfig, ArmError> {
    if auth != AuthMethod::Auto {
        return credential_config(auth, env, has_az).map_err(|missing| {
            ArmError::IncompleteCredential {
                auth: auth.name(),
                missing: missing.join(", "),
            }
        });
    }
    let mut looked_for = Vec::new();
    for auth in AUTO_ORDER {
        let is_announced = auth != AuthMethod::ManagedIdentity || has_managed_identity(env);
        let found = if is_announced {
            credential_config(auth, env, has_az)
        } else {
            Err(vec!["IDENTITY_ENDPOINT or MSI_ENDPOINT"])
        };
        match found {
            Ok(chosen) => return Ok(chosen),
            Err(missing) => {
                looked_for.push(format!("{} (no {})", auth.name(), missing.join(", ")));
            }
        }
    }
    Err(ArmError::NoCredential {
        looked_for: looked_for.join("; "),
    })
}

/// The configuration of one credential, or the variables that it lacks.
fn credential_config(
    auth: AuthMethod,
    env: &dyn Fn(&str) -> Option<String>,
    has_az: bool,
) -> Result<CredentialConfig, Vec<&'static str>> {
    match auth {
        AuthMethod::Environment => {
            let names = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"];
            required_values(env, names).map(|[tenant, client, secret]| {
                CredentialConfig::Environment {
                    tenant,
                    client,
                    secret: secret.into(),
                }
            })
        }
        AuthMethod::WorkloadIdentity => {
            let names = [
                "AZURE_TENANT_ID",
                "AZURE_CLIENT_ID",
                "AZURE_FEDERATED_TOKEN_FILE",
            ];
            required_values(env, names).map(|[tenant, client, token_file]| {
                CredentialConfig::WorkloadIdentity {
                    tenant,
                    client,
                    token_file,
                }
            })
        }
        AuthMethod::AzurePipelines => azure_pipelines_config(env),
        AuthMethod::ServiceConnection => service_connection_config(env),
        AuthMethod::AzureCli if has_az => Ok(CredentialConfig::AzureCli),
        AuthMethod::AzureCli => Err(vec!["`az` on PATH"]),
        AuthMethod::ManagedIdentity | AuthMethod::Auto => Ok(CredentialConfig::ManagedIdentity {
            client: env_value(env, "AZURE_CLIENT_ID"),
        }),
    }
}

/// SYSTEM_OIDCREQUESTURI is only required to exist: the credential reads it itself.
fn azure_pipelines_config(
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<CredentialConfig, Vec<&'static str>> {
    let names = [
        "AZURESUBSCRIPTION_TENANT_ID",
        "AZURESUBSCRIPTION_CLIENT_ID",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "SYSTEM_ACCESSTOKEN",
        "SYSTEM_OIDCREQUESTURI",
    ];
    required_values(env, names).map(|[tenant, client, connection, access_token, _]| {
        CredentialConfig::AzurePipelines {
            tenant,
            client,
            connection,
            access_token: access_token.into(),
        }
    })
}

fn service_connection_config(
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<CredentialConfig, Vec<&'static str>> {
    let [tenant, client] = required_values(env, ["tenantId", "servicePrincipalId"])?;
    let key = env_value(env, "servicePrincipalKey").map(|key| ClientProof::Key(key.into()));
    let token = env_value(env, "idToken").map(|token| ClientProof::IdToken(token.into()));
    let proof = key
        .or(token)
        .ok_or(vec!["idToken or servicePrincipalKey"])?;
    Ok(CredentialConfig::ServiceConnection {
        tenant,
        client,
        proof,
    })
}

/// The values of all `names`, or the names without a value.
fn required_values<const N: usize>(
    env: &dyn Fn(&str) -> Option<String>,
    names: [&'static str; N],
) -> Result<[String; N], Vec<&'static str>> {
    let values = names.map(|name| env_value(env, name));
    if values.iter().all(Option::is_some) {
        return Ok(values.map(Option::unwrap_or_default));
    }
    let missing = names.iter().zip(&values).filter(|(_, v)| v.is_none());
    Err(missing.map(|(name, _)| *name).collect())
}

/// App Service and Functions announce a managed identity with two variables, Cloud Shell and Azure ML with one.
fn has_managed_identity(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let app_service = env_value(env, "IDENTITY_ENDPOINT").is_some()
        && env_value(env, "IDENTITY_HEADER").is_some();
    app_service || env_value(env, "MSI_ENDPOINT").is_some()
}
