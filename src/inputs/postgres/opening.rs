//! Opens the stream to one address: TCP or Unix-domain socket, with or without TLS.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::conninfo::{Access, Endpoint};
use super::refusal::refusal;
use super::tls;
use super::wire::Wire;
use crate::question::{Refusal, RefusalKind};

const NO_TLS: &str = "the server does not speak TLS, and the sslmode demands it; set `ssl = on` on the server, \
                      or sslmode=prefer";

/// Whether a connection attempt uses TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    Plain,
    IfOffered,
    Required,
}

/// A failed connection attempt and the stage that it reached.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) refusal: Refusal,
    pub(super) stage: Stage,
}

impl Failed {
    pub(super) fn new(stage: Stage, message: impl Into<String>) -> Failed {
        Failed {
            refusal: refusal(RefusalKind::Unreachable, message),
            stage,
        }
    }
}

/// The stage that a connection attempt reached. It decides what is tried next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Route,
    Tls,
    SignIn,
}

/// Opens the stream to `address`, or to the endpoint's socket if it is `None`.
/// The second value describes the TLS session, if there is one.
pub(super) async fn open(
    access: &Access,
    endpoint: &Endpoint,
    address: Option<SocketAddr>,
    protection: Protection,
) -> Result<(Wire, Option<tls::Seen>), Failed> {
    let Some(address) = address else {
        return Ok((socket(endpoint).await?, None));
    };
    let stream = TcpStream::connect(address).await;
    let stream = stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
    let stream = stream.map_err(|cause| no_route(endpoint, &cause))?;
    protect(access, endpoint, stream, protection).await
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
    let stream = stream.map_err(|cause| {
        Failed::new(
            Stage::Route,
            format!("no server at the socket `{path}`: {cause}"),
        )
    })?;
    Ok(Wire::new(stream, None))
}

#[cfg(not(unix))]
async fn socket(endpoint: &Endpoint) -> Result<Wire, Failed> {
    Err(Failed::new(
        Stage::Route,
        format!(
            "`{}` is a socket, which this system lacks; give a host name",
            endpoint.host
        ),
    ))
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
        return Err(Failed::new(Stage::Tls, NO_TLS));
    }
    match access.tls.handshake(stream, &endpoint.name()).await {
        Ok((stream, seen)) => Ok((Wire::new(stream, seen.channel_binding.clone()), Some(seen))),
        Err(cause) => Err(Failed::new(
            Stage::Tls,
            tls::explain(&cause, &access.tls, &endpoint.name()),
        )),
    }
}

/// Sends SSLRequest. The answer is one byte: `S`, `N`, or `E` from a server that cannot start a process.
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

fn no_route(endpoint: &Endpoint, cause: &io::Error) -> Failed {
    let (host, port) = (endpoint.name(), endpoint.port);
    Failed::new(
        Stage::Route,
        format!("no connection to `{host}` port {port}: {cause}"),
    )
}

fn broken(endpoint: &Endpoint, cause: &io::Error) -> Failed {
    let (host, port) = (endpoint.name(), endpoint.port);
    Failed::new(
        Stage::Route,
        format!("`{host}` port {port} does not answer as a PostgreSQL server: {cause}"),
    )
}
