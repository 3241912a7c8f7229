//! The HTTP server of the endpoint: logs the request, finds the route, sends the reply.

use std::io::{Error, Write};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;
use tokio::time::{Duration, sleep};

use super::{EndpointState, ReceivedRequest, Reply};

/// Serves until `stopped` resolves, which happens when the endpoint is dropped.
pub fn run(
    listener: std::net::TcpListener,
    state: Arc<EndpointState>,
    mut stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        loop {
            tokio::select! {
                _ = &mut stopped => return,
                accepted = listener.accept() => {
                    let (socket, _) = accepted.unwrap();
                    tokio::spawn(serve_connection(socket, Arc::clone(&state)));
                }
            }
        }
    });
}

async fn serve_connection(socket: tokio::net::TcpStream, state: Arc<EndpointState>) {
    // Head and body are written separately: with Nagle's algorithm every reply would take 40 ms longer.
    socket.set_nodelay(true).unwrap();
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { handle_request(&state, request).await }
    });
    // Disconnected clients and intentionally truncated bodies end here as errors.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

type ReplyBody = StreamBody<stream::BoxStream<'static, Result<Frame<Bytes>, Error>>>;

async fn handle_request(
    state: &EndpointState,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Error> {
    let seen = receive_request(request).await;
    state.requests.lock().unwrap().push(seen.clone());
    {
        let mut in_flight = state.in_flight.lock().unwrap();
        in_flight.current += 1;
        in_flight.peak = in_flight.peak.max(in_flight.current);
    }
    let reply = choose_reply(state, &seen);
    let latency = *state.latency.lock().unwrap();
    sleep(latency + reply.delay).await;
    state.in_flight.lock().unwrap().current -= 1;
    if reply.reset {
        return Err(Error::other("reset on purpose"));
    }
    Ok(build_response(reply, &seen))
}

async fn receive_request(request: Request<Incoming>) -> ReceivedRequest {
    let (request, body) = request.into_parts();
    let body = body.collect().await.map(|b| b.to_bytes().to_vec());
    let headers = request.headers.iter();
    ReceivedRequest {
        method: request.method.to_string(),
        path: request.uri.path().to_owned(),
        query: request.uri.query().unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        body: body.unwrap_or_default(),
        received_at: Instant::now(),
    }
}

fn choose_reply(state: &EndpointState, seen: &ReceivedRequest) -> Reply {
    if let Some(token) = &*state.expected_token.lock().unwrap()
        && seen.headers.get("authorization") != Some(&format!("Bearer {token}"))
    {
        let message = "The access token is invalid.";
        return Reply::error(401, "InvalidAuthenticationToken", message);
    }
    let remaining = match (state.buckets.lock().unwrap().as_mut(), seen.subscription()) {
        (Some(buckets), Some(subscription)) => Some(buckets.take_token(&subscription)),
        _ => None,
    };
    if let Some(Err(seconds)) = remaining {
        *state.throttled.lock().unwrap() += 1;
        return Reply::throttled(seconds)
            .with_header("x-ms-ratelimit-remaining-subscription-reads", "0");
    }
    let fault = state
        .fault_injector
        .lock()
        .unwrap()
        .as_mut()
        .map(|f| f(seen));
    let reply = match fault {
        Some(fault) if fault.status != 200 => fault,
        _ => routed_reply(state, seen),
    };
    match remaining {
        Some(Ok(remaining)) => reply.with_header(
            "x-ms-ratelimit-remaining-subscription-reads",
            &remaining.to_string(),
        ),
        _ => reply,
    }
}

/// The route for this api-version, or the route for all versions.
fn routed_reply(state: &EndpointState, seen: &ReceivedRequest) -> Reply {
    let path = seen.path.to_lowercase();
    let version = seen.query_param("api-version").unwrap_or_default();
    let mut routes = state.routes.lock().unwrap();
    for key in [format!("{path}?api-version={version}"), path] {
        if let Some(handler) = routes.get_mut(&key) {
            return handler(seen);
        }
    }
    drop(routes);
    match state.fallback.lock().unwrap().as_mut() {
        Some(handler) => handler(seen),
        None => Reply::not_found(),
    }
}

fn build_response(reply: Reply, seen: &ReceivedRequest) -> Response<ReplyBody> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let accepted = seen.headers.get("accept-encoding");
    let compresses = accepted.is_some_and(|a| a.contains("gzip")) && !reply.body.is_empty();
    let body = if compresses {
        response = response.header("content-encoding", "gzip");
        gzip(&reply.body)
    } else {
        reply.body
    };
    response = response.header("content-length", body.len());
    response
        .body(body_stream(body, reply.truncate_after, reply.chunk_pause))
        .unwrap()
}

/// The body in one piece, in sixteen parts with pauses, or truncated.
fn body_stream(body: Vec<u8>, cut_after: Option<usize>, pause: Option<Duration>) -> ReplyBody {
    let size = pause.map_or(usize::MAX, |_| (body.len() / 16).max(1));
    let length = cut_after.unwrap_or(body.len()).min(body.len());
    let mut parts: Vec<Result<Bytes, Error>> = body[..length]
        .chunks(size)
        .map(|part| Ok(Bytes::copy_from_slice(part)))
        .collect();
    if cut_after.is_some() {
        parts.push(Err(Error::other("cut on purpose")));
    }
    let pause = pause.unwrap_or_default();
    let frames = stream::unfold(parts.into_iter(), move |mut parts| async move {
        let part = parts.next()?;
        sleep(pause).await;
        Some((part.map(Frame::data), parts))
    });
    StreamBody::new(Box::pin(frames))
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}
