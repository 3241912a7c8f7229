//! Caches the access token of a run: it is requested once, renewed before it expires, and never printed.
//! Also reads the identity that the token names.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use azure_core::base64::decode_url_safe;
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use azure_core::time::OffsetDateTime;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::login::{LoginAuthority, build_credential, describe_error, refused};
use super::options::{ArmError, LoginCredential};
use crate::question::{Caller, Failure};

/// A token is renewed when less than this time is left, so that it does not expire during a request.
const RENEW_BEFORE_EXPIRY: Duration = Duration::from_secs(5 * 60);
/// How long a failed sign-in is cached, so that hundreds of questions do not sign in one by one.
const FAILURE_TTL: Duration = Duration::from_secs(30);

/// The timeout of a sign-in, within the timeout of the run. `az` starts slowly, but if it hangs, it must not use up the
/// run.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct TokenCache {
    credential: LoginCredential,
    scope: &'static str,
    authority: LoginAuthority,
    /// The deadline of the run.
    deadline: tokio::time::Instant,
    /// Locked during a request, so that all waiting callers share one renewal.
    state: tokio::sync::Mutex<TokenCacheState>,
    caller: Mutex<Caller>,
}

#[derive(Debug, Default)]
struct TokenCacheState {
    credential: Option<Arc<dyn TokenCredential>>,
    token: Option<(SecretString, OffsetDateTime)>,
    last_failure: Option<(Instant, Failure)>,
    /// The last time that a renewal returned a token that does not expire later. Some credentials return the same token
    /// until it expires.
    futile_renewal: Option<Instant>,
}

impl TokenCache {
    /// Builds the credential, so that configuration errors occur before the first request.
    pub(crate) fn new(
        credential: LoginCredential,
        scope: &'static str,
        authority: LoginAuthority,
        deadline: tokio::time::Instant,
    ) -> Result<Self, ArmError> {
        let mut state = TokenCacheState::default();
        let mut caller = Caller {
            azure_credential: Some(credential.name().to_owned()),
            azure_identity: None,
        };
        match &credential {
            LoginCredential::AccessToken(token) => caller.azure_identity = identity_in(token),
            LoginCredential::Config(chosen) => {
                let built = build_credential(chosen, &authority).map_err(|cause| {
                    ArmError::BadCredential {
                        auth: credential.name(),
                        cause,
                    }
                })?;
                state.credential = Some(built);
            }
            LoginCredential::Prebuilt(_, credential) => {
                state.credential = Some(Arc::clone(credential))
            }
        }
        Ok(TokenCache {
            credential,
            scope,
            authority,
            deadline,
            state: tokio::sync::Mutex::new(state),
            caller: Mutex::new(caller),
        })
    }

    pub(crate) fn caller(&self) -> Caller {
        self.caller
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn credential_name(&self) -> &'static str {
        self.credential.name()
    }

    /// Returns a valid token, from the cache or from a request.
    pub(crate) async fn current(&self) -> Result<SecretString, Failure> {
        if let LoginCredential::AccessToken(token) = &self.credential {
            return Ok(token.clone());
        }
        let mut state = self.state.lock().await;
        let now = OffsetDateTime::now_utc();
        let usable = |spare: Duration| {
            state
                .token
                .as_ref()
                .filter(|(_, ends)| *ends > now + spare)
                .map(|(token, _)| token.clone())
        };
        if let Some(token) = usable(RENEW_BEFORE_EXPIRY) {
            return Ok(token);
        }
        let valid_token = usable(Duration::ZERO);
        let is_futile = state
            .futile_renewal
            .is_some_and(|at| at.elapsed() < FAILURE_TTL);
        if let Some(token) = valid_token.as_ref().filter(|_| is_futile) {
            return Ok(token.clone());
        }
        let renewed = self.request_token(&mut state).await;
        // A failed renewal is harmless while the old token is valid.
        valid_token.map_or(renewed.clone(), |old| renewed.or(Ok(old)))
    }

    /// Returns another token than `rejected`, which ARM did not accept. `None` if there cannot be another one.
    pub(crate) async fn refresh(
        &self,
        rejected: &SecretString,
    ) -> Option<Result<SecretString, Failure>> {
        if matches!(self.credential, LoginCredential::AccessToken(_)) {
            return None;
        }
        let mut state = self.state.lock().await;
        let is_same = |token: &SecretString| token.expose_secret() == rejected.expose_secret();
        if let Some((token, _)) = state.token.as_ref().filter(|(t, _)| !is_same(t)) {
            return Some(Ok(token.clone()));
        }
        state.token = None;
        if let LoginCredential::Config(chosen) = &self.credential {
            // azure_identity caches tokens inside its credentials: only a new credential requests a new token.
            state.credential = build_credential(chosen, &self.authority).ok();
        }
        match self.request_token(&mut state).await {
            Ok(token) if is_same(&token) => None,
            answer => Some(answer),
        }
    }

    async fn request_token(&self, state: &mut TokenCacheState) -> Result<SecretString, Failure> {
        if let Some((at, refusal)) = &state.last_failure
            && at.elapsed() < FAILURE_TTL
        {
            return Err(refusal.clone());
        }
        let Some(credential) = state.credential.clone() else {
            return Err(refused(
                self.credential_name(),
                "it could not be made again",
            ));
        };
        let scopes = [self.scope];
        let request = credential.get_token(&scopes, None);
        let started = tokio::time::Instant::now();
        let answer =
            tokio::time::timeout_at(self.deadline.min(started + LOGIN_TIMEOUT), request).await;
        let answer = answer.unwrap_or_else(|_| {
            let waited = started.elapsed().as_secs_f64().round().max(1.0);
            let words = format!("there was no token within {waited} s");
            Err(azure_core::Error::with_message(
                ErrorKind::Credential,
                words,
            ))
        });
        match answer {
            Ok(access_token) => {
                let expires_no_later =
                    |(_, ends): &(_, OffsetDateTime)| access_token.expires_on <= *ends;
                state.futile_renewal = state
                    .token
                    .as_ref()
                    .is_some_and(expires_no_later)
                    .then(Instant::now);
                let token = SecretString::from(access_token.token.secret().to_owned());
                self.record_identity(&token);
                state.last_failure = None;
                state.token = Some((token.clone(), access_token.expires_on));
                Ok(token)
            }
            Err(error) => {
                let refusal = refused(
                    self.credential_name(),
                    &self.mask_secrets(&describe_error(&error)),
                );
                state.last_failure = Some((Instant::now(), refusal.clone()));
                Err(refusal)
            }
        }
    }

    fn record_identity(&self, token: &SecretString) {
        if let Some(identity) = identity_in(token) {
            let mut caller = self.caller.lock().unwrap_or_else(PoisonError::into_inner);
            caller.azure_identity = Some(identity);
        }
    }

    /// Removes the known secrets from an error message. A message quotes a secret only by mistake.
    fn mask_secrets(&self, message: &str) -> String {
        let LoginCredential::Config(chosen) = &self.credential else {
            return message.to_owned();
        };
        match chosen.secret() {
            Some(secret) => message.replace(secret.expose_secret(), "***"),
            None => message.to_owned(),
        }
    }
}

/// The identity that a token names: the user principal name, otherwise the application, otherwise the object. The token
/// is not verified: the identity is for the header of the report, and ARM decides about access.
fn identity_in(token: &SecretString) -> Option<String> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&decode_url_safe(payload).ok()?).ok()?;
    ["upn", "unique_name", "appid", "oid"]
        .iter()
        .find_map(|claim| claims.get(claim)?.as_str())
        .map(str::to_owned)
}
