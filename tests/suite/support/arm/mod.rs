//! A mock of Azure Resource Manager: an HTTP endpoint on 127.0.0.1 in a separate thread, usable by async tests,
//! blocking tests and spawned programs.
//! Requests without a route get ARM's 404. All requests are logged.
//!
//! ```ignore
//! let arm = ArmEndpoint::start();
//! arm.route("/subscriptions/s/providers/p?api-version=2025-08-01", Reply::json(json!({"value": []})));
//! arm.route_sequence("/subscriptions/s", [Reply::throttled(1), Reply::json(json!({}))]);
//! // … send requests to arm.url() …
//! assert_eq!(arm.requests().len(), 2);
//! ```

mod reply;
mod serve;
mod subscription_buckets;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use subscription_buckets::SubscriptionBuckets;
use tokio::sync::oneshot;
use url::Url;

pub use reply::Reply;

/// A request as received.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    pub method: String,
    pub path: String,
    pub query: String,
    /// Headers by lowercase name. For repeated headers, the last value.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
    pub received_at: Instant,
}

impl ReceivedRequest {
    /// A query parameter.
    pub fn query_param(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The subscription in the path, in lowercase.
    pub fn subscription(&self) -> Option<String> {
        let lower = self.path.to_lowercase();
        let rest = lower.strip_prefix("/subscriptions/")?;
        rest.split('/').next().map(str::to_owned)
    }
}

type RequestHandler = Box<dyn FnMut(&ReceivedRequest) -> Reply + Send>;

/// The routes, the settings and the log of the endpoint.
#[derive(Default)]
struct EndpointState {
    routes: Mutex<HashMap<String, RequestHandler>>,
    fallback: Mutex<Option<RequestHandler>>,
    fault_injector: Mutex<Option<RequestHandler>>,
    buckets: Mutex<Option<SubscriptionBuckets>>,
    expected_token: Mutex<Option<String>>,
    latency: Mutex<Duration>,
    requests: Mutex<Vec<ReceivedRequest>>,
    throttled: Mutex<usize>,
    in_flight: Mutex<InFlightCount>,
}

#[derive(Default)]
struct InFlightCount {
    current: usize,
    peak: usize,
}

/// A running endpoint. It stops when it is dropped.
pub struct ArmEndpoint {
    address: SocketAddr,
    state: Arc<EndpointState>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ArmEndpoint {
    pub fn start() -> Self {
        let state = Arc::new(EndpointState::default());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&state);
        let thread = std::thread::spawn(move || serve::run(listener, serving, stopped));
        ArmEndpoint {
            address,
            state,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The value for `FLEXREADY_ARM_ENDPOINT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets a fixed reply for `path` (case-insensitive). With `?api-version=…`, the route only applies to that version.
    pub fn route(&self, path: &str, reply: Reply) {
        self.route_with(path, move |_| reply.clone());
    }

    /// Sets replies that are sent one after the other. The last one repeats.
    pub fn route_sequence(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        replies.reverse();
        self.route_with(path, move |_| match replies.len() {
            0 => Reply::not_found(),
            1 => replies[0].clone(),
            _ => replies.pop().unwrap(),
        });
    }

    /// Sets a handler that builds the reply from the request.
    pub fn route_with(
        &self,
        path: &str,
        handler: impl FnMut(&ReceivedRequest) -> Reply + Send + 'static,
    ) {
        let mut routes = self.state.routes.lock().unwrap();
        routes.insert(path.to_lowercase(), Box::new(handler));
    }

    /// Sets the handler for requests without a route.
    pub fn set_fallback(&self, handler: impl FnMut(&ReceivedRequest) -> Reply + Send + 'static) {
        *self.state.fallback.lock().unwrap() = Some(Box::new(handler));
    }

    /// Answers one request in `every` with the next of these faults, independent of its path.
    pub fn inject_faults(&self, every: usize, faults: Vec<Reply>) {
        let mut count = 0;
        let unchanged = Reply::text(200, "", "");
        *self.state.fault_injector.lock().unwrap() = Some(Box::new(move |_| {
            count += 1;
            match count % every {
                0 => faults[(count / every) % faults.len()].clone(),
                _ => unchanged.clone(),
            }
        }));
    }

    /// Adds a route for every recorded GET in a folder of `{method, url, status, body}` files, with its api-version.
    /// Returns the number of routes.
    pub fn load_recorded(&self, folder: &Path) -> usize {
        let mut loaded = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read(entry.unwrap().path()).unwrap();
            let recorded: Value = serde_json::from_slice(&text).unwrap();
            if recorded["method"] != "GET" {
                continue;
            }
            let url = Url::parse(recorded["url"].as_str().unwrap()).unwrap();
            let version = url.query_pairs().find(|(key, _)| key == "api-version");
            let (_, version) = version.unwrap();
            let status = u16::try_from(recorded["status"].as_u64().unwrap()).unwrap();
            let reply = Reply::json(recorded["body"].clone()).status(status);
            self.route(&format!("{}?api-version={version}", url.path()), reply);
            loaded += 1;
        }
        loaded
    }

    /// Answers every other token with 401.
    pub fn expect_token(&self, token: &str) {
        *self.state.expected_token.lock().unwrap() = Some(token.to_owned());
    }

    /// Sets the latency of every reply.
    pub fn set_latency(&self, latency: Duration) {
        *self.state.latency.lock().unwrap() = latency;
    }

    /// Allows each subscription `burst` requests, refilled by `per_second`. Further requests get 429 with Retry-After.
    /// Each reply has the number of remaining requests, as in ARM.
    pub fn throttle(&self, burst: f64, per_second: f64) {
        *self.state.buckets.lock().unwrap() = Some(SubscriptionBuckets::new(burst, per_second));
    }

    /// All requests so far, in order of arrival.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The number of requests for `path` (case-insensitive).
    pub fn request_count(&self, path: &str) -> usize {
        let seen = self.requests();
        seen.iter()
            .filter(|s| s.path.eq_ignore_ascii_case(path))
            .count()
    }

    /// The number of requests that throttling answered with 429.
    pub fn refused(&self) -> usize {
        *self.state.throttled.lock().unwrap()
    }

    /// The largest number of concurrent requests.
    pub fn peak_in_flight(&self) -> usize {
        self.state.in_flight.lock().unwrap().peak
    }
}

impl Drop for ArmEndpoint {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
