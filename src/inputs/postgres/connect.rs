//! Connects to one host: tries its addresses in order, negotiates TLS according to `sslmode`, and signs in.

use std::net::SocketAddr;
use std::time::Duration;

use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::{Client, Config, Connection};

use super::conninfo::{Access, Endpoint};
use super::opening::{Failed, Protection, Stage, open};
use super::refusal;
use super::tls::{self, Mode};
use super::wire::{Greeting, Started, Wire};
use crate::question::RefusalKind;

/// A connection that is signed in, without the guards of a session.
pub(super) struct Link {
    pub(super) client: Client,
    pub(super) connection: Connection<Wire, Wire>,
    pub(super) tls: Option<tls::Seen>,
    pub(super) greeting: Greeting,
    /// Address and port of the server. `None` for a socket.
    pub(super) peer: Option<SocketAddr>,
}

/// Connects to one host. Tries its addresses in order until a server accepts or rejects the connection.
pub(super) async fn connect(access: &Access, endpoint: &Endpoint) -> Result<Link, Failed> {
    let mut last = None;
    for address in addresses(access, endpoint).await? {
        match within(
            access.connect_timeout,
            at_address(access, endpoint, address),
        )
        .await
        {
            Err(failed) if failed.stage == Stage::Route => last = Some(failed),
            outcome => return outcome,
        }
    }
    Err(last.unwrap_or_else(|| {
        Failed::new(
            Stage::Route,
            format!("host `{}` has no address", endpoint.host),
        )
    }))
}

/// Resolves the addresses of an endpoint. `None` means a Unix-domain socket.
async fn addresses(
    access: &Access,
    endpoint: &Endpoint,
) -> Result<Vec<Option<SocketAddr>>, Failed> {
    if endpoint.is_socket() {
        return Ok(vec![None]);
    }
    if let Some(address) = endpoint.address {
        return Ok(vec![Some(SocketAddr::new(address, endpoint.port))]);
    }
    let lookup = async {
        let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await;
        found.map_err(|cause| {
            Failed::new(
                Stage::Route,
                format!("the host name `{}` has no address: {cause}", endpoint.host),
            )
        })
    };
    let found = within(access.connect_timeout, lookup).await?;
    Ok(found.map(Some).collect())
}

/// Tries with and without TLS in the order that `sslmode` defines.
/// As in libpq, a failed handshake or a rejected sign-in leads to the second attempt. It can match another kind of
/// pg_hba.conf line (`hostssl`, `hostnossl`).
async fn at_address(
    access: &Access,
    endpoint: &Endpoint,
    address: Option<SocketAddr>,
) -> Result<Link, Failed> {
    use Protection::{IfOffered, Plain, Required};
    let (first, second) = match access.tls.mode {
        _ if address.is_none() => (Plain, None),
        Mode::Disable => (Plain, None),
        Mode::Allow => (Plain, Some(Required)),
        Mode::Prefer => (IfOffered, Some(Plain)),
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => (Required, None),
    };
    let failed = match attempt(access, endpoint, address, first).await {
        Err(failed) => failed,
        done => return done,
    };
    let turned_away =
        failed.refusal.kind == RefusalKind::Unauthenticated && failed.refusal.status.is_some();
    match second.filter(|_| failed.stage == Stage::Tls || turned_away) {
        Some(second) => attempt(access, endpoint, address, second)
            .await
            .map_err(|again| both(failed, again)),
        None => Err(failed),
    }
}

/// Combines the errors of both attempts. The one that reached the later stage comes first.
fn both(first: Failed, second: Failed) -> Failed {
    let (mut told, other) = if second.stage == Stage::SignIn && first.stage != Stage::SignIn {
        (second, first)
    } else {
        (first, second)
    };
    if told.refusal.message != other.refusal.message {
        told.refusal.message.push_str(&format!(
            "; tried the other way, with or without TLS: {}",
            other.refusal.message
        ));
    }
    told
}

async fn attempt(
    access: &Access,
    endpoint: &Endpoint,
    address: Option<SocketAddr>,
    protection: Protection,
) -> Result<Link, Failed> {
    let (wire, seen) = open(access, endpoint, address, protection).await?;
    sign_in(access, endpoint, wire, seen, address).await
}

async fn sign_in(
    access: &Access,
    endpoint: &Endpoint,
    wire: Wire,
    tls: Option<tls::Seen>,
    peer: Option<SocketAddr>,
) -> Result<Link, Failed> {
    let greeting = wire.greeting();
    // tokio-postgres must not negotiate TLS: `Direct` sends no SSLRequest, `EstablishedTls` does no handshake.
    let mut config = Config::new();
    config
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    config
        .user(access.user())
        .dbname(access.database())
        .channel_binding(access.channel_binding);
    if let Some(password) = access.password(endpoint) {
        config.password(secrecy::ExposeSecret::expose_secret(password));
    }
    if let Some(options) = &access.options {
        config.options(options.clone());
    }
    let signed_in = config.connect_raw(wire, Started).await;
    let greeting = *greeting
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    match signed_in {
        Ok((client, connection)) => Ok(Link {
            client,
            connection,
            tls,
            greeting,
            peer,
        }),
        Err(error) => Err(Failed {
            refusal: refusal::of(&error),
            stage: Stage::SignIn,
        }),
    }
}

async fn within<T>(
    limit: Option<Duration>,
    attempt: impl Future<Output = Result<T, Failed>>,
) -> Result<T, Failed> {
    let Some(limit) = limit else {
        return attempt.await;
    };
    tokio::time::timeout(limit, attempt).await.unwrap_or_else(|_| {
        let message = format!(
            "no connection within {} s; is the address right, and does the firewall let this machine in?",
            limit.as_secs()
        );
        Err(Failed::new(Stage::Route, message))
    })
}
