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

use super::options::{ArmError, SignIn};
use super::sign_in::{Door, make, refused, words};
use crate::question::{Asker, Refusal};

/// A token is renewed when less than this time is left, so that it does not expire during a request.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// How long a failed sign-in is cached, so that hundreds of questions do not sign in one by one.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The timeout of a sign-in, within the timeout of the run. `az` starts slowly, but if it hangs, it must not use up the
/// run.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Tokens {
    sign_in: SignIn,
    scope: &'static str,
    door: Door,
    /// The deadline of the run.
    deadline: tokio::time::Instant,
    /// Locked during a request, so that all waiting callers share one renewal.
    kept: tokio::sync::Mutex<Kept>,
    asker: Mutex<Asker>,
}

#[derive(Debug, Default)]
struct Kept {
    credential: Option<Arc<dyn TokenCredential>>,
    token: Option<(SecretString, OffsetDateTime)>,
    failed: Option<(Instant, Refusal)>,
    /// The last time that a renewal returned a token that does not expire later. Some credentials return the same token
    /// until it expires.
    in_vain: Option<Instant>,
}

impl Tokens {
    /// Builds the credential, so that configuration errors occur before the first request.
    pub(crate) fn new(
        sign_in: SignIn,
        scope: &'static str,
        door: Door,
        deadline: tokio::time::Instant,
    ) -> Result<Self, ArmError> {
        let mut kept = Kept::default();
        let mut asker = Asker {
            azure_credential: Some(sign_in.name().to_owned()),
            azure_identity: None,
        };
        match &sign_in {
            SignIn::Token(token) => asker.azure_identity = identity(token),
            SignIn::Chosen(chosen) => {
                let made = make(chosen, &door).map_err(|cause| ArmError::BadCredential {
                    auth: sign_in.name(),
                    cause,
                })?;
                kept.credential = Some(made);
            }
            SignIn::Made(_, credential) => kept.credential = Some(Arc::clone(credential)),
        }
        Ok(Tokens {
            sign_in,
            scope,
            door,
            deadline,
            kept: tokio::sync::Mutex::new(kept),
            asker: Mutex::new(asker),
        })
    }

    pub(crate) fn asker(&self) -> Asker {
        self.asker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn name(&self) -> &'static str {
        self.sign_in.name()
    }

    /// Returns a valid token, from the cache or from a request.
    pub(crate) async fn current(&self) -> Result<SecretString, Refusal> {
        if let SignIn::Token(token) = &self.sign_in {
            return Ok(token.clone());
        }
        let mut kept = self.kept.lock().await;
        let now = OffsetDateTime::now_utc();
        let usable = |spare: Duration| {
            kept.token
                .as_ref()
                .filter(|(_, ends)| *ends > now + spare)
                .map(|(token, _)| token.clone())
        };
        if let Some(token) = usable(EARLY) {
            return Ok(token);
        }
        let still_good = usable(Duration::ZERO);
        let was_in_vain = kept.in_vain.is_some_and(|at| at.elapsed() < REMEMBERED);
        if let Some(token) = still_good.as_ref().filter(|_| was_in_vain) {
            return Ok(token.clone());
        }
        let renewed = self.ask(&mut kept).await;
        // A failed renewal is harmless while the old token is valid.
        still_good.map_or(renewed.clone(), |old| renewed.or(Ok(old)))
    }

    /// Returns another token than `rejected`, which ARM did not accept. `None` if there cannot be another one.
    pub(crate) async fn instead_of(
        &self,
        refused: &SecretString,
    ) -> Option<Result<SecretString, Refusal>> {
        if matches!(self.sign_in, SignIn::Token(_)) {
            return None;
        }
        let mut kept = self.kept.lock().await;
        let same = |token: &SecretString| token.expose_secret() == refused.expose_secret();
        if let Some((token, _)) = kept.token.as_ref().filter(|(t, _)| !same(t)) {
            return Some(Ok(token.clone()));
        }
        kept.token = None;
        if let SignIn::Chosen(chosen) = &self.sign_in {
            // azure_identity caches tokens inside its credentials: only a new credential requests a new token.
            kept.credential = make(chosen, &self.door).ok();
        }
        match self.ask(&mut kept).await {
            Ok(token) if same(&token) => None,
            answer => Some(answer),
        }
    }

    async fn ask(&self, kept: &mut Kept) -> Result<SecretString, Refusal> {
        if let Some((at, refusal)) = &kept.failed
            && at.elapsed() < REMEMBERED
        {
            return Err(refusal.clone());
        }
        let Some(credential) = kept.credential.clone() else {
            return Err(refused(self.name(), "it could not be made again"));
        };
        let scopes = [self.scope];
        let asking = credential.get_token(&scopes, None);
        let began = tokio::time::Instant::now();
        let answer = tokio::time::timeout_at(self.deadline.min(began + PATIENCE), asking).await;
        let answer = answer.unwrap_or_else(|_| {
            let waited = began.elapsed().as_secs_f64().round().max(1.0);
            let words = format!("there was no token within {waited} s");
            Err(azure_core::Error::with_message(
                ErrorKind::Credential,
                words,
            ))
        });
        match answer {
            Ok(given) => {
                let no_later = |(_, ends): &(_, OffsetDateTime)| given.expires_on <= *ends;
                kept.in_vain = kept.token.as_ref().is_some_and(no_later).then(Instant::now);
                let token = SecretString::from(given.token.secret().to_owned());
                self.introduce(&token);
                kept.failed = None;
                kept.token = Some((token.clone(), given.expires_on));
                Ok(token)
            }
            Err(error) => {
                let refusal = refused(self.name(), &self.masked(&words(&error)));
                kept.failed = Some((Instant::now(), refusal.clone()));
                Err(refusal)
            }
        }
    }

    fn introduce(&self, token: &SecretString) {
        if let Some(identity) = identity(token) {
            let mut asker = self.asker.lock().unwrap_or_else(PoisonError::into_inner);
            asker.azure_identity = Some(identity);
        }
    }

    /// Removes the known secrets from an error message. A message quotes a secret only by mistake.
    fn masked(&self, words: &str) -> String {
        let SignIn::Chosen(chosen) = &self.sign_in else {
            return words.to_owned();
        };
        match chosen.secret() {
            Some(secret) => words.replace(secret.expose_secret(), "***"),
            None => words.to_owned(),
        }
    }
}

/// The identity that a token names: the user principal name, otherwise the application, otherwise the object. The token
/// is not verified: the identity is for the header of the report, and ARM decides about access.
fn identity(token: &SecretString) -> Option<String> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&decode_url_safe(payload).ok()?).ok()?;
    ["upn", "unique_name", "appid", "oid"]
        .iter()
        .find_map(|claim| claims.get(claim)?.as_str())
        .map(str::to_owned)
}
