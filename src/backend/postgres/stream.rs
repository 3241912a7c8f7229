//! The stream of a connection: TCP or socket, with or without TLS.
//!
//! tokio-postgres does not expose the authentication method and the announced process ID.
//! [`PgStream`] reads both from the startup messages.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// A transport for the PostgreSQL protocol.
pub(crate) trait AsyncStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> AsyncStream for T {}

/// Data from the startup messages of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct StartupInfo {
    /// Authentication method, as named in pg_hba.conf. `trust` means that no password was requested: trust, peer, ident
    /// or a client certificate.
    pub(crate) auth_method: Option<&'static str>,
    /// Process ID from BackendKeyData. A pooler invents one.
    pub(crate) backend_pid: Option<i32>,
}

/// A stream that is ready for the startup message of the protocol.
pub(crate) struct PgStream {
    inner: Box<dyn AsyncStream>,
    channel_binding: Option<Vec<u8>>,
    sniffer: Option<StartupSniffer>,
    startup_info: Arc<Mutex<StartupInfo>>,
}

impl PgStream {
    pub(crate) fn new(inner: impl AsyncStream + 'static, channel_binding: Option<Vec<u8>>) -> Self {
        PgStream {
            inner: Box::new(inner),
            channel_binding,
            sniffer: Some(StartupSniffer::default()),
            startup_info: Arc::default(),
        }
    }

    /// Returns the startup data, which is filled while the connection is being made.
    pub(crate) fn startup_info(&self) -> Arc<Mutex<StartupInfo>> {
        Arc::clone(&self.startup_info)
    }

    fn sniff(&mut self, bytes: &[u8]) {
        if let Some(listener) = &mut self.sniffer {
            let mut greeting = self
                .startup_info
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if listener.parse_chunk(bytes, &mut greeting) {
                self.sniffer = None;
            }
        }
    }
}

/// Parses the messages from the server up to its first ReadyForQuery.
#[derive(Default)]
struct StartupSniffer {
    pending: Vec<u8>,
}

impl StartupSniffer {
    /// Parses more bytes and returns whether parsing is finished.
    /// A message is a type byte, a length that includes itself, and a body.
    fn parse_chunk(&mut self, bytes: &[u8], startup_info: &mut StartupInfo) -> bool {
        self.pending.extend_from_slice(bytes);
        while let [kind, a, b, c, d, rest @ ..] = self.pending.as_slice() {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let Some(body) = length.checked_sub(4).and_then(|length| rest.get(..length)) else {
                // Startup messages are short. A longer one is not the PostgreSQL protocol.
                return length > 65_536;
            };
            match kind {
                b'R' if startup_info.auth_method.is_none() => {
                    startup_info.auth_method = auth_method_name(body)
                }
                b'K' => {
                    startup_info.backend_pid =
                        body.first_chunk().map(|pid| i32::from_be_bytes(*pid))
                }
                b'Z' | b'E' => return true,
                _ => {}
            }
            self.pending.drain(..=length);
        }
        false
    }
}

/// Maps the code of an authentication request to the method name in pg_hba.conf.
/// <https://www.postgresql.org/docs/current/protocol-message-formats.html>
fn auth_method_name(body: &[u8]) -> Option<&'static str> {
    Some(match i32::from_be_bytes(*body.first_chunk()?) {
        0 => "trust",
        3 => "password",
        5 => "md5",
        7 => "gss",
        9 => "sspi",
        10 if body[4..].starts_with(b"SCRAM-SHA-256") => "scram-sha-256",
        10 => "sasl",
        _ => "other",
    })
}

impl AsyncRead for PgStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if polled.is_ready() {
            self.sniff(&buf.filled()[before..]);
        }
        polled
    }
}

impl AsyncWrite for PgStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl TlsStream for PgStream {
    fn channel_binding(&self) -> ChannelBinding {
        self.channel_binding
            .clone()
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

/// TLS connector for tokio-postgres that returns the stream unchanged, because TLS is already established.
pub(crate) struct EstablishedTls;

impl TlsConnect<PgStream> for EstablishedTls {
    type Stream = PgStream;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<PgStream>>;

    fn connect(self, stream: PgStream) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff_chunks(chunks: &[&[u8]]) -> (StartupInfo, bool) {
        let (mut listener, mut greeting) = (StartupSniffer::default(), StartupInfo::default());
        let done = chunks
            .iter()
            .map(|chunk| listener.parse_chunk(chunk, &mut greeting))
            .last();
        (greeting, done.unwrap())
    }

    #[test]
    fn startup_messages_are_parsed_from_chunks_of_any_size() {
        let stream = b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0R\0\0\0\x08\0\0\0\0S\0\0\0\x08a\0b\0K\0\0\0\x0c\0\0\x01\x02\0\0\0\0Z\0\0\0\x05I";
        let expected = StartupInfo {
            auth_method: Some("scram-sha-256"),
            backend_pid: Some(258),
        };
        assert_eq!(sniff_chunks(&[stream]), (expected, true));
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(sniff_chunks(&bytes), (expected, true));
    }

    #[test]
    fn parsing_stops_at_an_invalid_message() {
        assert_eq!(
            sniff_chunks(&[b"HTTP/1.1 400 Bad Request"]).0,
            StartupInfo::default()
        );
        assert!(sniff_chunks(&[b"HTTP/1.1 400 Bad Request"]).1);
        assert!(sniff_chunks(&[b"E\0\0\0\x05\0"]).1);
    }
}
