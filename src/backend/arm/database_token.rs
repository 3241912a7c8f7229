//! Microsoft Entra tokens as passwords of databases in Azure, from the credential that signs in to Resource Manager.
//! See <https://learn.microsoft.com/azure/postgresql/security/security-entra-concepts>.
//! The servers that can receive such a token are defined in `postgres::conninfo`.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use super::deadline;
use super::login::LoginAuthority;
use super::options::{ArmError, ArmOptions, LoginCredential};
use super::token_cache::TokenCache;
use super::transport::HttpTransport;
use crate::backend::postgres::PasswordProvider;
use crate::question::{Caller, Failure};

/// The database access tokens of one run. They are renewed before they expire.
#[derive(Debug)]
pub struct DatabaseTokenCache(TokenCache);

impl DatabaseTokenCache {
    /// Creates the cache without any request.
    ///
    /// # Errors
    /// Fails if the configuration of the credential is invalid, or if the credential is a token for Resource Manager.
    pub fn new(options: &ArmOptions) -> Result<Self, ArmError> {
        if matches!(options.credential, LoginCredential::AccessToken(_)) {
            return Err(ArmError::TokenNotForDatabases);
        }
        let transport = Arc::new(HttpTransport::new(&options.limits, true));
        let authority = options.authority.clone();
        let login_authority = LoginAuthority {
            url: authority.unwrap_or_else(|| options.cloud.authority_url().to_owned()),
            http: transport,
        };
        let scope = options.cloud.database_scope();
        Ok(DatabaseTokenCache(TokenCache::new(
            options.credential.clone(),
            scope,
            login_authority,
            deadline(options.timeout),
        )?))
    }

    pub fn caller(&self) -> Caller {
        self.0.caller()
    }
}

#[async_trait]
impl PasswordProvider for DatabaseTokenCache {
    async fn password(&self) -> Result<SecretString, Failure> {
        self.0.current().await
    }
}
