//! Azure Resource Manager as tests need it: an HTTP endpoint on 127.0.0.1 in a thread of its own, so that tests of every kind and
//! spawned programs can ask it. It answers what its routes say, everything else with ARM's own 404, and keeps a log.
//!
//! ```ignore
//! let arm = ArmEndpoint::start();
//! arm.route("/subscriptions/s/providers/p?api-version=2025-08-01", Reply::json(json!({"value": []})));
//! arm.sequence("/subscriptions/s", [Reply::busy(1), Reply::json(json!({}))]);
//! // … ask arm.url() …
//! assert_eq!(arm.seen().len(), 2);
//! ```

mod bucket;
mod reply;
mod serve;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::oneshot;
use url::Url;

use bucket::Buckets;
pub use reply::Reply;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    /// Every header, lower case; of the same name the last.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
    pub at: Instant,
}

impl Seen {
    /// A parameter of the query.
    pub fn param(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The subscription in the path, lower case.
    pub fn subscription(&self) -> Option<String> {
        let lower = self.path.to_lowercase();
        let rest = lower.strip_prefix("/subscriptions/")?;
        rest.split('/').next().map(str::to_owned)
    }
}

type Handler = Box<dyn FnMut(&Seen) -> Reply + Send>;

/// What the endpoint does, and what it saw.
#[derive(Default)]
struct State {
    routes: Mutex<HashMap<String, Handler>>,
    otherwise: Mutex<Option<Handler>>,
    faults: Mutex<Option<Handler>>,
    buckets: Mutex<Option<Buckets>>,
    token: Mutex<Option<String>>,
    latency: Mutex<Duration>,
    log: Mutex<Vec<Seen>>,
    refused: Mutex<usize>,
    in_flight: Mutex<InFlight>,
}

#[derive(Default)]
struct InFlight {
    now: usize,
    most: usize,
}

/// A running endpoint; it stops when it is dropped.
pub struct ArmEndpoint {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ArmEndpoint {
    pub fn start() -> Self {
        let state = Arc::new(State::default());
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

    /// What FLEXREADY_ARM_ENDPOINT is set to.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Always the same answer at `path`, in any case, with `?api-version=…` for that version alone.
    pub fn route(&self, path: &str, reply: Reply) {
        self.route_with(path, move |_| reply.clone());
    }

    /// One answer after the other; the last one stays.
    pub fn sequence(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        replies.reverse();
        self.route_with(path, move |_| match replies.len() {
            0 => Reply::not_found(),
            1 => replies[0].clone(),
            _ => replies.pop().unwrap(),
        });
    }

    /// An answer made from the request.
    pub fn route_with(&self, path: &str, handler: impl FnMut(&Seen) -> Reply + Send + 'static) {
        let mut routes = self.state.routes.lock().unwrap();
        routes.insert(path.to_lowercase(), Box::new(handler));
    }

    /// The answer to what no route is for.
    pub fn otherwise(&self, handler: impl FnMut(&Seen) -> Reply + Send + 'static) {
        *self.state.otherwise.lock().unwrap() = Some(Box::new(handler));
    }

    /// From now on one request of `every` is answered with one of these faults in turn, whatever it asks.
    pub fn fail_one_of(&self, every: usize, faults: Vec<Reply>) {
        let mut count = 0;
        let fine = Reply::text(200, "", "");
        *self.state.faults.lock().unwrap() = Some(Box::new(move |_| {
            count += 1;
            match count % every {
                0 => faults[(count / every) % faults.len()].clone(),
                _ => fine.clone(),
            }
        }));
    }

    /// Routes for every recorded GET in a folder of `{method, url, status, body}` files, with the api-version it was made with.
    /// Returns how many there are.
    pub fn load(&self, folder: &Path) -> usize {
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

    /// From now on every other token is answered with 401.
    pub fn expect_token(&self, token: &str) {
        *self.state.token.lock().unwrap() = Some(token.to_owned());
    }

    /// How long each answer takes.
    pub fn latency(&self, latency: Duration) {
        *self.state.latency.lock().unwrap() = latency;
    }

    /// Grants each subscription `burst` requests, and `per_second` more; beyond that 429 with Retry-After. Each answer says how
    /// many are left, as ARM's do.
    pub fn bucket(&self, burst: f64, per_second: f64) {
        *self.state.buckets.lock().unwrap() = Some(Buckets::new(burst, per_second));
    }

    /// Every request so far, in the order of arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.log.lock().unwrap().clone()
    }

    /// How many requests there were at `path`, in any case.
    pub fn count(&self, path: &str) -> usize {
        let seen = self.seen();
        seen.iter()
            .filter(|s| s.path.eq_ignore_ascii_case(path))
            .count()
    }

    /// How many requests were answered 429 by the bucket.
    pub fn refused(&self) -> usize {
        *self.state.refused.lock().unwrap()
    }

    /// The largest number of requests that were being answered at the same moment.
    pub fn most_in_flight(&self) -> usize {
        self.state.in_flight.lock().unwrap().most
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
