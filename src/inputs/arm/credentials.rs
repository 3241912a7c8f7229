//! Which credential signs in: a pure choice from what the user said and what the environment holds.
//! Not here: what was chosen (`chosen`), signing in (`sign_in`), keeping the token (`token`).

use super::ArmError;
use super::chosen::{Auth, Chosen, Proof};

/// A variable's value, where it says something. Azure Pipelines hands an undefined `$(name)` on as it stands.
pub(crate) fn given(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let value = env(name)?.trim().to_owned();
    let undefined = value.starts_with("$(") && value.ends_with(')');
    (!value.is_empty() && !undefined).then_some(value)
}

/// The order of `auto`: what a pipeline hands to this very step comes before what happens to be signed in.
const ORDER: [Auth; 6] = [
    Auth::Environment,
    Auth::WorkloadIdentity,
    Auth::AzurePipelines,
    Auth::ServiceConnection,
    Auth::AzureCli,
    Auth::ManagedIdentity,
];

/// Decides from `env` alone, asking nobody. `az` says whether the Azure CLI is on the PATH.
///
/// # Errors
/// [`ArmError::NoCredential`] when `auto` finds none, [`ArmError::Missing`] when the one asked for lacks something.
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

/// One credential, or what it lacks.
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

/// The address of SYSTEM_OIDCREQUESTURI is read by the credential itself; here it only has to be there.
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

/// The values of all `names`, or the names that have none.
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

/// App Service and Functions announce an identity with two variables, Cloud Shell and Azure ML with one.
fn has_managed_identity(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let app_service =
        given(env, "IDENTITY_ENDPOINT").is_some() && given(env, "IDENTITY_HEADER").is_some();
    app_service || given(env, "MSI_ENDPOINT").is_some()
}
