//! Selects the credential from `--auth` and the environment. Signing in is in `login`.

use super::ArmError;
use super::chosen::{Auth, Chosen, Proof};

/// The value of a variable that is set and not empty. Azure Pipelines passes an undefined `$(name)` literally.
pub(crate) fn given(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let value = env(name)?.trim().to_owned();
    let undefined = value.starts_with("$(") && value.ends_with(')');
    (!value.is_empty() && !undefined).then_some(value)
}

/// The order of `auto`: variables of the current pipeline step come before an existing login.
const ORDER: [Auth; 6] = [
    Auth::Environment,
    Auth::WorkloadIdentity,
    Auth::AzurePipelines,
    Auth::ServiceConnection,
    Auth::AzureCli,
    Auth::ManagedIdentity,
];

/// Selects a credential from `env` only, without any request. `has_az` is whether the Azure CLI is on the PATH.
///
/// # Errors
/// [`ArmError::NoCredential`] if `auto` finds no credential.
/// [`ArmError::IncompleteCredential`] if the selected credential lacks variables.
pub fn choose(
    auth: Auth,
    env: &dyn Fn(&str) -> Option<String>,
    az: bool,
) -> Result<Chosen, ArmError> {
    if auth != Auth::Auto {
        return link(auth, env, az).map_err(|missing| ArmError::Missing {
            auth: auth.name(),
            missing: missing.join(", "),
        });
    }
    let mut looked_for = Vec::new();
    for auth in ORDER {
        let announced = auth != Auth::ManagedIdentity || has_managed_identity(env);
        let found = if announced {
            link(auth, env, az)
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
fn link(
    auth: Auth,
    env: &dyn Fn(&str) -> Option<String>,
    az: bool,
) -> Result<Chosen, Vec<&'static str>> {
    match auth {
        Auth::Environment => {
            let names = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"];
            all(env, names).map(|[tenant, client, secret]| Chosen::Environment {
                tenant,
                client,
                secret: secret.into(),
            })
        }
        Auth::WorkloadIdentity => {
            let names = [
                "AZURE_TENANT_ID",
                "AZURE_CLIENT_ID",
                "AZURE_FEDERATED_TOKEN_FILE",
            ];
            all(env, names).map(|[tenant, client, token_file]| Chosen::WorkloadIdentity {
                tenant,
                client,
                token_file,
            })
        }
        Auth::AzurePipelines => pipelines(env),
        Auth::ServiceConnection => service_connection(env),
        Auth::AzureCli if az => Ok(Chosen::AzureCli),
        Auth::AzureCli => Err(vec!["`az` on PATH"]),
        Auth::ManagedIdentity | Auth::Auto => Ok(Chosen::ManagedIdentity {
            client: given(env, "AZURE_CLIENT_ID"),
        }),
    }
}

/// SYSTEM_OIDCREQUESTURI is only required to exist: the credential reads it itself.
fn pipelines(env: &dyn Fn(&str) -> Option<String>) -> Result<Chosen, Vec<&'static str>> {
    let names = [
        "AZURESUBSCRIPTION_TENANT_ID",
        "AZURESUBSCRIPTION_CLIENT_ID",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "SYSTEM_ACCESSTOKEN",
        "SYSTEM_OIDCREQUESTURI",
    ];
    all(env, names).map(
        |[tenant, client, connection, access_token, _]| Chosen::AzurePipelines {
            tenant,
            client,
            connection,
            access_token: access_token.into(),
        },
    )
}

fn service_connection(env: &dyn Fn(&str) -> Option<String>) -> Result<Chosen, Vec<&'static str>> {
    let [tenant, client] = all(env, ["tenantId", "servicePrincipalId"])?;
    let key = given(env, "servicePrincipalKey").map(|key| Proof::Key(key.into()));
    let token = given(env, "idToken").map(|token| Proof::IdToken(token.into()));
    let proof = key
        .or(token)
        .ok_or(vec!["idToken or servicePrincipalKey"])?;
    Ok(Chosen::ServiceConnection {
        tenant,
        client,
        proof,
    })
}

/// The values of all `names`, or the names without a value.
fn all<const N: usize>(
    env: &dyn Fn(&str) -> Option<String>,
    names: [&'static str; N],
) -> Result<[String; N], Vec<&'static str>> {
    let values = names.map(|name| given(env, name));
    if values.iter().all(Option::is_some) {
        return Ok(values.map(Option::unwrap_or_default));
    }
    let missing = names.iter().zip(&values).filter(|(_, v)| v.is_none());
    Err(missing.map(|(name, _)| *name).collect())
}

/// App Service and Functions announce a managed identity with two variables, Cloud Shell and Azure ML with one.
fn has_managed_identity(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let app_service =
        given(env, "IDENTITY_ENDPOINT").is_some() && given(env, "IDENTITY_HEADER").is_some();
    app_service || given(env, "MSI_ENDPOINT").is_some()
}
