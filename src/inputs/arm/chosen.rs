//! The credential that was chosen, with what it needs. Not here: how it was chosen (`credentials`).

use secrecy::SecretString;

use super::credentials::Auth;

/// A credential with all that it needs. Its secrets do not print.
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
        /// A user-assigned identity; none: the one that the system has.
        client: Option<String>,
    },
}

/// What proves a service connection's identity.
#[derive(Debug, Clone)]
pub enum Proof {
    Key(SecretString),
    /// Lives for ten minutes: enough to sign in at the start of a step.
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

    /// The secret that was handed in, to be cut out of whatever is said.
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
