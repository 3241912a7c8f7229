//! From an [`Access`] to a connection that is signed in: hosts and addresses in turn, TLS as the sslmode says.
//! Not here: what the session may do (`session`).

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::{Client, Config, Connection};

use super::conninfo::{Access, Endpoint};
use super::refusal::{self, refusal};
use super::tls::{self, Mode};
use super::wire::{Greeting, Started, Wire};
use crate::question::{Refusal, RefusalKind};

/// A connection that the server has let in.
pub(super) struct Link {
    pub(super) client: Client,
    pub(super) connection: Connection<Wire, Wire>,
    pub(super) tls: Option<tls::Seen>,
    pub(super) greeting: Greeting,
    /// Address and port of a TCP peer.
    pub(super) peer: Option<(IpAddr, u16)>,
}

/// Why one attempt came to nothing, and how far it got.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) refusal: Refusal,
    pub(super) stage: Stage,
}

/// How far an attempt got: what may be tried next depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Route,
    Tls,
    SignIn,
}

/// Whether one attempt uses TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    Plain,
    IfOffered,
    Required,
}

/// Connects to one host: its addresses in turn, until one lets us in or a server has refused us.
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
    Err(last.unwrap_or_else(|| unreachable(format!("host `{}` has no address", endpoint.host))))
}

/// `None` stands for a socket in the file system.
async fn addresses(access: &Access, endpoint: &Endpoint) -> Result<Vec<Option<IpAddr>>, Failed> {
    if endpoint.is_socket() {
        return Ok(vec![None]);
    }
    if let Some(address) = endpoint.address {
        return Ok(vec![Some(address)]);
    }
    let lookup = async {
        let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await;
        found.map_err(|cause| {
            unreachable(format!(
                "the host name `{}` has no address: {cause}",
                endpoint.host
            ))
        })
    };
    let found = within(access.connect_timeout, lookup).await?;
    Ok(found.map(|address| Some(address.ip())).collect())
}

/// Tries with and without TLS in the order of the sslmode. libpq falls back when the handshake fails and when the
/// server turns us away, which lets both kinds of pg_hba.conf line (hostssl, hostnossl) be met.
async fn at_address(
    access: &Access,
    endpoint: &Endpoint,
    address: Option<IpAddr>,
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

/// The refusal that got further speaks; the other is added when it says something else.
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
    address: Option<IpAddr>,
    protection: Protection,
) -> Result<Link, Failed> {
    let Some(address) = address else {
        return sign_in(access, endpoint, socket(endpoint).await?, None, None).await;
    };
    let peer = (address, endpoint.port);
    let stream = TcpStream::connect(peer)
        .await
        .map_err(|cause| no_route(endpoint, &cause))?;
    stream
        .set_nodelay(true)
        .map_err(|cause| no_route(endpoint, &cause))?;
    let (wire, seen) = protect(access, endpoint, stream, protection).await?;
    sign_in(access, endpoint, wire, seen, Some(peer)).await
}

#[cfg(unix)]
async fn socket(endpoint: &Endpoint) -> Result<Wire, Failed> {
    let path = format!("{}/.s.PGSQL.{}", endpoint.host, endpoint.port);
    let stream = match path.strip_prefix('@') {
        Some(_) => Err(io::Error::other(
            "sockets in the abstract namespace are not supported",
        )),
        None => tokio::net::UnixStream::connect(&path).await,
    };
    let stream = stream
        .map_err(|cause| unreachable(format!("no server at the socket `{path}`: {cause}")))?;
    Ok(Wire::new(stream, None))
}

#[cfg(not(unix))]
async fn socket(endpoint: &Endpoint) -> Result<Wire, Failed> {
    Err(unreachable(format!(
        "`{}` is a socket, which this system lacks; give a host name",
        endpoint.host
    )))
}

async fn protect(
    access: &Access,
    endpoint: &Endpoint,
    mut stream: TcpStream,
    protection: Protection,
) -> Result<(Wire, Option<tls::Seen>), Failed> {
    if protection == Protection::Plain {
        return Ok((Wire::new(stream, None), None));
    }
    let offered = access.tls.direct
        || offers_tls(&mut stream)
            .await
            .map_err(|cause| broken(endpoint, &cause))?;
    if !offered && protection == Protection::IfOffered {
        return Ok((Wire::new(stream, None), None));
    }
    if !offered {
        return Err(in_tls(
            "the server does not speak TLS, and the sslmode demands it; set `ssl = on` on the server, or sslmode=prefer"
                .to_owned(),
        ));
    }
    match access.tls.handshake(stream, &endpoint.name()).await {
        Ok((stream, seen)) => Ok((Wire::new(stream, seen.channel_binding.clone()), Some(seen))),
        Err(cause) => Err(in_tls(tls::explain(&cause, &access.tls, &endpoint.name()))),
    }
}

/// SSLRequest; the answer is one byte, `S` or `N` (`E` from servers that have run out of processes).
async fn offers_tls(stream: &mut TcpStream) -> io::Result<bool> {
    stream
        .write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])
        .await?;
    match stream.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        _ => Err(io::Error::other(
            "the answer to the request for TLS is not PostgreSQL's",
        )),
    }
}

async fn sign_in(
    access: &Access,
    endpoint: &Endpoint,
    wire: Wire,
    tls: Option<tls::Seen>,
    peer: Option<(IpAddr, u16)>,
) -> Result<Link, Failed> {
    let greeting = wire.greeting();
    // tokio-postgres must leave the stream as it is: `Direct` sends no SSLRequest, `Started` does no handshake.
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
        Err(Failed { refusal: refusal(RefusalKind::Unreachable, message), stage: Stage::Route })
    })
}

fn unreachable(message: String) -> Failed {
    Failed {
        refusal: refusal(RefusalKind::Unreachable, message),
        stage: Stage::Route,
    }
}

fn in_tls(message: String) -> Failed {
    Failed {
        refusal: refusal(RefusalKind::Unreachable, message),
        stage: Stage::Tls,
    }
}

fn no_route(endpoint: &Endpoint, cause: &io::Error) -> Failed {
    let (host, port) = (endpoint.name(), endpoint.port);
    unreachable(format!("no connection to `{host}` port {port}: {cause}"))
}

fn broken(endpoint: &Endpoint, cause: &io::Error) -> Failed {
    let (host, port) = (endpoint.name(), endpoint.port);
    unreachable(format!(
        "`{host}` port {port} does not answer as a PostgreSQL server: {cause}"
    ))
}
