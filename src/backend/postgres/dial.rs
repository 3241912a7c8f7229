//! Connects to one host: tries its addresses in order, negotiates TLS according to `sslmode`, and signs in.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::{Client, Config, Connection};

use super::conninfo::{ConnectOptions, ServerEndpoint};
use super::stream::{EstablishedTls, PgStream, StartupInfo};
use super::tls::TlsMode;
use super::{pg_error, tls};
use crate::question::{Failure, FailureKind};

/// A connection that is signed in, without the guards of a session.
pub(crate) struct AuthenticatedConnection {
    pub(crate) client: Client,
    pub(crate) connection: Connection<PgStream, PgStream>,
    pub(crate) tls_info: Option<tls::TlsInfo>,
    pub(crate) startup_info: StartupInfo,
    /// Address and port of the server. `None` for a socket.
    pub(crate) peer_address: Option<SocketAddr>,
}

/// Connects to one host. Tries its addresses in order until a server accepts or rejects the connection.
pub(crate) async fn connect_to_host(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
) -> Result<AuthenticatedConnection, DialError> {
    let mut last_error = None;
    for address in resolve_addresses(options, endpoint).await? {
        match with_timeout(
            options.connect_timeout,
            connect_to_address(options, endpoint, address),
        )
        .await
        {
            Err(error) if error.stage == DialStage::Connect => last_error = Some(error),
            outcome => return outcome,
        }
    }
    Err(last_error.unwrap_or_else(|| {
        DialError::new(
            DialStage::Connect,
            format!("host `{}` has no address", endpoint.host),
        )
    }))
}

/// Resolves the addresses of an endpoint. `None` means a Unix-domain socket.
async fn resolve_addresses(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
) -> Result<Vec<Option<SocketAddr>>, DialError> {
    if endpoint.is_socket() {
        return Ok(vec![None]);
    }
    if let Some(address) = endpoint.address {
        return Ok(vec![Some(SocketAddr::new(address, endpoint.port))]);
    }
    let lookup = async {
        let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await;
        found.map_err(|cause| {
            DialError::new(
                DialStage::Connect,
                format!("the host name `{}` has no address: {cause}", endpoint.host),
            )
        })
    };
    let found = with_timeout(options.connect_timeout, lookup).await?;
    Ok(found.map(Some).collect())
}

/// Tries with and without TLS in the order that `sslmode` defines.
/// As in libpq, a failed handshake or a rejected sign-in leads to the second attempt. It can match another kind of
/// pg_hba.conf line (`hostssl`, `hostnossl`).
async fn connect_to_address(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
    address: Option<SocketAddr>,
) -> Result<AuthenticatedConnection, DialError> {
    use TlsRequirement::{Disabled, IfOffered, Required};
    let (first, second) = match options.tls.mode {
        _ if address.is_none() => (Disabled, None),
        TlsMode::Disable => (Disabled, None),
        TlsMode::Allow => (Disabled, Some(Required)),
        TlsMode::Prefer => (IfOffered, Some(Disabled)),
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => (Required, None),
    };
    let first_error = match try_connect(options, endpoint, address, first).await {
        Err(first_error) => first_error,
        connected => return connected,
    };
    let is_rejected = first_error.failure.kind == FailureKind::Unauthenticated
        && first_error.failure.status.is_some();
    match second.filter(|_| first_error.stage == DialStage::Tls || is_rejected) {
        Some(second) => try_connect(options, endpoint, address, second)
            .await
            .map_err(|second_error| combine_errors(first_error, second_error)),
        None => Err(first_error),
    }
}

/// Combines the errors of both attempts. The one that reached the later stage comes first.
fn combine_errors(first: DialError, second: DialError) -> DialError {
    let (mut primary, other) =
        if second.stage == DialStage::SignIn && first.stage != DialStage::SignIn {
            (second, first)
        } else {
            (first, second)
        };
    if primary.failure.message != other.failure.message {
        primary.failure.message.push_str(&format!(
            "; tried the other way, with or without TLS: {}",
            other.failure.message
        ));
    }
    primary
}

async fn try_connect(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
    address: Option<SocketAddr>,
    tls_requirement: TlsRequirement,
) -> Result<AuthenticatedConnection, DialError> {
    let (stream, tls_info) = open_stream(options, endpoint, address, tls_requirement).await?;
    sign_in(options, endpoint, stream, tls_info, address).await
}

async fn sign_in(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
    stream: PgStream,
    tls_info: Option<tls::TlsInfo>,
    peer_address: Option<SocketAddr>,
) -> Result<AuthenticatedConnection, DialError> {
    let startup_info = stream.startup_info();
    // tokio-postgres must not negotiate TLS: `Direct` sends no SSLRequest, `EstablishedTls` does no handshake.
    let mut config = Config::new();
    config
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    config
        .user(options.user())
        .dbname(options.database())
        .channel_binding(options.channel_binding);
    if let Some(password) = options.password(endpoint) {
        config.password(secrecy::ExposeSecret::expose_secret(password));
    }
    if let Some(options) = &options.server_options {
        config.options(options.clone());
    }
    let signed_in = config.connect_raw(stream, EstablishedTls).await;
    let greeting = *startup_info
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    match signed_in {
        Ok((client, connection)) => Ok(AuthenticatedConnection {
            client,
            connection,
            tls_info,
            startup_info: greeting,
            peer_address,
        }),
        Err(error) => Err(DialError {
            failure: pg_error::from_error(&error),
            stage: DialStage::SignIn,
        }),
    }
}

async fn with_timeout<T>(
    limit: Option<Duration>,
    attempt: impl Future<Output = Result<T, DialError>>,
) -> Result<T, DialError> {
    let Some(limit) = limit else {
        return attempt.await;
    };
    tokio::time::timeout(limit, attempt).await.unwrap_or_else(|_| {
        let message = format!(
            "no connection within {} s; is the address right, and does the firewall let this machine in?",
            limit.as_secs()
        );
        Err(DialError::new(DialStage::Connect, message))
    })
}

const TLS_NOT_OFFERED: &str = "the server does not speak TLS, and the sslmode demands it; set `ssl = on` on the server, \
                      or sslmode=prefer";

/// Whether a connection attempt uses TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsRequirement {
    Disabled,
    IfOffered,
    Required,
}

/// A failed connection attempt and the stage that it reached.
#[derive(Debug)]
pub(crate) struct DialError {
    pub(crate) failure: Failure,
    pub(crate) stage: DialStage,
}

impl DialError {
    pub(crate) fn new(stage: DialStage, message: impl Into<String>) -> DialError {
        DialError {
            failure: Failure::new(FailureKind::Unreachable, message),
            stage,
        }
    }
}

/// The stage that a connection attempt reached. It decides what is tried next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialStage {
    Connect,
    Tls,
    SignIn,
}

/// Opens the stream to `address`, or to the endpoint's socket if it is `None`.
/// The second value describes the TLS session, if there is one.
pub(crate) async fn open_stream(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
    address: Option<SocketAddr>,
    tls_requirement: TlsRequirement,
) -> Result<(PgStream, Option<tls::TlsInfo>), DialError> {
    let Some(address) = address else {
        return Ok((open_socket(endpoint).await?, None));
    };
    let stream = TcpStream::connect(address).await;
    let stream = stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
    let stream = stream.map_err(|cause| connect_error(endpoint, &cause))?;
    negotiate_tls(options, endpoint, stream, tls_requirement).await
}

#[cfg(unix)]
async fn open_socket(endpoint: &ServerEndpoint) -> Result<PgStream, DialError> {
    let path = format!("{}/.s.PGSQL.{}", endpoint.host, endpoint.port);
    let stream = match path.strip_prefix('@') {
        Some(_) => Err(io::Error::other(
            "sockets in the abstract namespace are not supported",
        )),
        None => tokio::net::UnixStream::connect(&path).await,
    };
    let stream = stream.map_err(|cause| {
        DialError::new(
            DialStage::Connect,
            format!("no server at the socket `{path}`: {cause}"),
        )
    })?;
    Ok(PgStream::new(stream, None))
}

#[cfg(not(unix))]
async fn socket(endpoint: &ServerEndpoint) -> Result<PgStream, DialError> {
    Err(DialError::new(
        DialStage::Connect,
        format!(
            "`{}` is a socket, which this system lacks; give a host name",
            endpoint.host
        ),
    ))
}

async fn negotiate_tls(
    options: &ConnectOptions,
    endpoint: &ServerEndpoint,
    mut stream: TcpStream,
    tls_requirement: TlsRequirement,
) -> Result<(PgStream, Option<tls::TlsInfo>), DialError> {
    if tls_requirement == TlsRequirement::Disabled {
        return Ok((PgStream::new(stream, None), None));
    }
    let offered = options.tls.is_direct
        || request_tls(&mut stream)
            .await
            .map_err(|cause| protocol_error(endpoint, &cause))?;
    if !offered && tls_requirement == TlsRequirement::IfOffered {
        return Ok((PgStream::new(stream, None), None));
    }
    if !offered {
        return Err(DialError::new(DialStage::Tls, TLS_NOT_OFFERED));
    }
    match options
        .tls
        .handshake(stream, &endpoint.display_name())
        .await
    {
        Ok((stream, seen)) => Ok((
            PgStream::new(stream, seen.channel_binding.clone()),
            Some(seen),
        )),
        Err(cause) => Err(DialError::new(
            DialStage::Tls,
            tls::explain_handshake_error(&cause, &options.tls, &endpoint.display_name()),
        )),
    }
}

/// Sends SSLRequest. The answer is one byte: `S`, `N`, or `E` from a server that cannot start a process.
async fn request_tls(stream: &mut TcpStream) -> io::Result<bool> {
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

fn connect_error(endpoint: &ServerEndpoint, cause: &io::Error) -> DialError {
    let (host, port) = (endpoint.display_name(), endpoint.port);
    DialError::new(
        DialStage::Connect,
        format!("no connection to `{host}` port {port}: {cause}"),
    )
}

fn protocol_error(endpoint: &ServerEndpoint, cause: &io::Error) -> DialError {
    let (host, port) = (endpoint.display_name(), endpoint.port);
    DialError::new(
        DialStage::Connect,
        format!("`{host}` port {port} does not answer as a PostgreSQL server: {cause}"),
    )
}
