//! Microsoft Entra tokens as passwords of databases in Azure, from the credential that signs in to Resource Manager.
//! See <https://learn.microsoft.com/azure/postgresql/security/security-entra-concepts>.
//! The servers that can receive such a token are defined in `postgres::conninfo`.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use super::deadline;
use super::options::{ArmError, Options, SignIn};
use super::sign_in::Door;
use super::token::Tokens;
use super::transport::Wire;
use crate::inputs::postgres::Passwords;
use crate::question::{Asker, Refusal};

/// The database access tokens of one run. They are renewed before they expire.
#[derive(Debug)]
pub struct DatabaseTokens(Tokens);

impl DatabaseTokens {
    /// Creates the cache without any request.
    ///
    /// # Errors
    /// Fails if the configuration of the credential is invalid, or if the credential is a token for Resource Manager.
    pub fn new(options: &Options) -> Result<Self, ArmError> {
        if matches!(options.sign_in, SignIn::Token(_)) {
            return Err(ArmError::TokenOfAnother);
        }
        let wire = Arc::new(Wire::new(&options.limits, true));
        let authority = options.authority.clone();
        let door = Door {
            authority: authority.unwrap_or_else(|| options.cloud.authority().to_owned()),
            http: wire,
        };
        let scope = options.cloud.database_scope();
        Ok(DatabaseTokens(Tokens::new(
            options.sign_in.clone(),
            scope,
            door,
            deadline(options.timeout),
        )?))
    }

    pub fn asker(&self) -> Asker {
        self.0.asker()
    }
}

#[async_trait]
impl Passwords for DatabaseTokens {
    async fn password(&self) -> Result<SecretString, Refusal> {
        self.0.current().await
    }
}
