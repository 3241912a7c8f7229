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
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// Data from the startup messages of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Greeting {
    /// Authentication method, as named in pg_hba.conf. `trust` means that no password was requested: trust, peer, ident
    /// or a client certificate.
    pub(super) method: Option<&'static str>,
    /// Process ID from BackendKeyData. A pooler invents one.
    pub(super) process: Option<i32>,
}

/// A stream that is ready for the startup message of the protocol.
pub(super) struct Wire {
    carrier: Box<dyn Carrier>,
    channel_binding: Option<Vec<u8>>,
    listener: Option<Listener>,
    greeting: Arc<Mutex<Greeting>>,
}

impl Wire {
    pub(super) fn new(carrier: impl Carrier + 'static, channel_binding: Option<Vec<u8>>) -> Self {
        Wire {
            carrier: Box::new(carrier),
            channel_binding,
            listener: Some(Listener::default()),
            greeting: Arc::default(),
        }
    }

    /// Returns the startup data, which is filled while the connection is being made.
    pub(super) fn greeting(&self) -> Arc<Mutex<Greeting>> {
        Arc::clone(&self.greeting)
    }

    fn listen(&mut self, bytes: &[u8]) {
        if let Some(listener) = &mut self.listener {
            let mut greeting = self.greeting.lock().unwrap_or_else(PoisonError::into_inner);
            if listener.is_done_after(bytes, &mut greeting) {
                self.listener = None;
            }
        }
    }
}

/// Parses the messages from the server up to its first ReadyForQuery.
#[derive(Default)]
struct Listener {
    pending: Vec<u8>,
}

impl Listener {
    /// Parses more bytes and returns whether parsing is finished.
    /// A message is a type byte, a length that includes itself, and a body.
    fn is_done_after(&mut self, bytes: &[u8], greeting: &mut Greeting) -> bool {
        self.pending.extend_from_slice(bytes);
        while let [kind, a, b, c, d, rest @ ..] = self.pending.as_slice() {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let Some(body) = length.checked_sub(4).and_then(|length| rest.get(..length)) else {
                // Startup messages are short. A longer one is not the PostgreSQL protocol.
                return length > 65_536;
            };
            match kind {
                b'R' if greeting.method.is_none() => greeting.method = method(body),
                b'K' => greeting.process = body.first_chunk().map(|pid| i32::from_be_bytes(*pid)),
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
fn method(body: &[u8]) -> Option<&'static str> {
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

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.carrier).poll_read(cx, buf);
        if polled.is_ready() {
            self.listen(&buf.filled()[before..]);
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.carrier).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.carrier).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.carrier).poll_shutdown(cx)
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        self.channel_binding
            .clone()
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

/// TLS connector for tokio-postgres that returns the stream unchanged, because TLS is already established.
pub(super) struct Started;

impl TlsConnect<Wire> for Started {
    type Stream = Wire;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Wire>>;

    fn connect(self, wire: Wire) -> Self::Future {
        std::future::ready(Ok(wire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(chunks: &[&[u8]]) -> (Greeting, bool) {
        let (mut listener, mut greeting) = (Listener::default(), Greeting::default());
        let done = chunks
            .iter()
            .map(|chunk| listener.is_done_after(chunk, &mut greeting))
            .last();
        (greeting, done.unwrap())
    }

    #[test]
    fn startup_messages_are_parsed_from_chunks_of_any_size() {
        let stream = b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0R\0\0\0\x08\0\0\0\0S\0\0\0\x08a\0b\0K\0\0\0\x0c\0\0\x01\x02\0\0\0\0Z\0\0\0\x05I";
        let expected = Greeting {
            method: Some("scram-sha-256"),
            process: Some(258),
        };
        assert_eq!(heard(&[stream]), (expected, true));
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(heard(&bytes), (expected, true));
    }

    #[test]
    fn parsing_stops_at_an_invalid_message() {
        assert_eq!(heard(&[b"HTTP/1.1 400 Bad Request"]).0, Greeting::default());
        assert!(heard(&[b"HTTP/1.1 400 Bad Request"]).1);
        assert!(heard(&[b"E\0\0\0\x05\0"]).1);
    }
}
