//! Every ARM question × every fault of an answer, over HTTP. The endpoint fails at one question.
//! The outcomes are compared with those of the same sample without that answer.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::arm::{ArmBackend, ArmLimits, ArmOptions, Cloud, LoginCredential};
use flexready::question::{Answer, Answers, FailureKind, Question};
use serde_json::{Value, json};

use super::outcome_compare::CheckOutcomes;
use super::samples::{Sample, recorded_samples, refused};
use crate::support::arm::{ArmEndpoint, ReceivedRequest, Reply};

/// The maximum duration of one run.
const MAX_RUN_TIME: Duration = Duration::from_secs(20);
const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

type FaultReply = fn(&Value, &ReceivedRequest) -> Reply;

/// The name of each fault, and the reply of the endpoint instead of the recorded body.
const FAULTS: &[(&str, FaultReply)] = &[
    ("401", |_, _| {
        Reply::error(
            401,
            "ExpiredAuthenticationToken",
            "The access token expired.",
        )
    }),
    ("403", |_, _| {
        Reply::error(
            403,
            "AuthorizationFailed",
            "The client has no authorization.",
        )
    }),
    ("404", |_, _| Reply::not_found()),
    ("404 of a proxy", |_, _| {
        Reply::text(404, "text/html", "<h1>Not here</h1>")
    }),
    ("409", |_, _| {
        Reply::error(409, "ServerBusy", "Another operation is going on.")
    }),
    ("429", |_, _| Reply::error(429, "TooManyRequests", "Later.")),
    ("429 with Retry-After", |_, _| Reply::throttled(1)),
    ("429 with a Retry-After beyond the run", |_, _| {
        Reply::throttled(3600)
    }),
    ("500", |_, _| {
        Reply::error(500, "InternalServerError", "Sorry.")
    }),
    ("503 as HTML", |_, _| {
        Reply::text(503, "text/html", "<h1>Service Unavailable</h1>")
    }),
    ("204 without a body", |_, _| {
        Reply::text(204, "application/json", "")
    }),
    ("an empty body", |_, _| {
        Reply::text(200, "application/json", "")
    }),
    ("truncated in transit", |body, _| {
        Reply::json(body.clone()).truncated_after(9)
    }),
    ("truncated JSON", |body, _| half_body(body)),
    ("no JSON", |_, _| {
        Reply::text(200, "text/html", "<h1>Please sign in</h1>")
    }),
    ("no UTF-8", |_, _| {
        Reply::text(200, "application/json", vec![b'"', 0xff, 0xfe, b'"'])
    }),
    ("a list of numbers", |_, _| Reply::json(json!([1, 2, 3]))),
    ("a text", |_, _| Reply::json(json!("fine"))),
    ("an empty object", |_, _| Reply::json(json!({}))),
    ("a list that is an object", |_, _| {
        Reply::json(json!({ "value": {}, "properties": [] }))
    }),
    ("items that are no objects", |_, _| {
        Reply::json(json!({ "value": [null, 7, "x"], "properties": 7 }))
    }),
    ("null", |_, _| Reply::json(Value::Null)),
    ("an error with status 200", |_, _| {
        Reply::error(200, "InternalServerError", "Sorry.")
    }),
    ("10 MB of nothing", |_, _| {
        Reply::text(200, "application/json", vec![b' '; TEN_MEGABYTES])
    }),
    ("slow", |body, _| {
        Reply::json(body.clone()).with_delay(Duration::from_millis(600))
    }),
    ("slower and slower", |body, _| {
        Reply::json(body.clone()).with_pauses(Duration::from_millis(60))
    }),
    ("reset", |_, _| Reply::reset()),
    ("an endless list", |_, seen| endless_page(seen)),
    ("a list in a circle", |_, seen| {
        Reply::json(json!({ "value": [], "nextLink": link_to_self(seen, "a=circle") }))
    }),
    ("a next page elsewhere", |_, _| {
        Reply::json(json!({ "value": [], "nextLink": "https://elsewhere.example/list" }))
    }),
    ("a next page of numbers", |_, _| {
        Reply::json(json!({ "value": [], "nextLink": 7 }))
    }),
    ("a redirect", |_, seen| {
        Reply::text(302, "text/html", "").with_header("location", &link_to_self(seen, "moved=1"))
    }),
    ("a redirect elsewhere", |_, _| {
        Reply::text(307, "text/html", "").with_header("location", "https://elsewhere.example/")
    }),
];

/// Unusual answers that still contain the recorded values or a part of them.
const UNUSUAL_ANSWERS: &[(&str, FaultReply)] = &[
    ("words that nobody has heard", |body, _| {
        Reply::json(with_unknown_enum_values(body))
    }),
    ("10 MB beside the truth", |body, _| {
        Reply::json(with_padding(body))
    }),
];

/// Replaces every value in a body that looks like an enumeration value of Azure with an unknown one.
fn with_unknown_enum_values(body: &Value) -> Value {
    let looks_like_enum_value = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_alphabetic())
    };
    match body {
        Value::String(text) if looks_like_enum_value(text) => json!("Unheard"),
        Value::Array(items) => items.iter().map(with_unknown_enum_values).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| match key.as_str() {
                "name" | "id" => (key.clone(), value.clone()),
                _ => (key.clone(), with_unknown_enum_values(value)),
            });
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// Adds 10 MB of padding to a body.
fn with_padding(body: &Value) -> Value {
    let mut padded = body.clone();
    if let Some(fields) = padded.as_object_mut() {
        fields.insert("padding".to_owned(), json!("x".repeat(TEN_MEGABYTES)));
    }
    padded
}

/// Half of the text of a body, as a complete HTTP response.
fn half_body(body: &Value) -> Reply {
    let text = body.to_string().into_bytes();
    Reply::text(200, "application/json", &text[..text.len() / 2])
}

/// An empty page with a link to the next page.
fn endless_page(seen: &ReceivedRequest) -> Reply {
    let page: usize = seen
        .query_param("page")
        .and_then(|p| p.parse().ok())
        .unwrap_or(0);
    Reply::json(
        json!({ "value": [], "nextLink": link_to_self(seen, &format!("page={}", page + 1)) }),
    )
}

/// A link to the requested path at the requested host, with another query string.
fn link_to_self(seen: &ReceivedRequest, query: &str) -> String {
    format!(
        "http://{}{}?api-version=2025-08-01&{query}",
        seen.headers["host"], seen.path
    )
}

/// A backend that reads ARM over HTTP and all other answers from the sample.
struct ArmOverHttp<'a> {
    arm: ArmBackend,
    sample: &'a Sample,
}

#[async_trait]
impl Backend for ArmOverHttp<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let is_arm = |q: &&Question| matches!(q, Question::Arm { .. });
        let to_arm: Vec<Question> = questions.iter().filter(is_arm).cloned().collect();
        let mut from_arm = self.arm.ask(&to_arm).await.into_iter();
        let answers = questions.iter().map(|question| match question {
            Question::Arm { .. } => from_arm.next().unwrap(),
            other => self
                .sample
                .answers
                .get(other)
                .cloned()
                .unwrap_or_else(|| refused(FailureKind::NotRecorded)),
        });
        answers.collect()
    }
}

/// Serves the ARM answers of the sample, with a fault at the question in `faulty_question`.
fn faulty_endpoint(sample: &Sample, faulty_question: Option<(&str, FaultReply)>) -> ArmEndpoint {
    let endpoint = ArmEndpoint::start();
    for (key, answer) in sample.answers.iter() {
        let Some(path) = arm_path(key) else { continue };
        let body = match answer {
            Answer::Body(given) => Some(given.json.clone()),
            Answer::Failed(_) => None,
        };
        match (faulty_question, body) {
            (Some((at, fault)), body) if at == key => {
                let body = body.unwrap_or_else(|| json!({ "value": [] }));
                endpoint.route_with(path, move |seen| fault(&body, seen));
            }
            (_, Some(body)) => endpoint.route(path, Reply::json(body)),
            (_, None) => endpoint.route(path, Reply::error(403, "AuthorizationFailed", "No.")),
        }
    }
    endpoint
}

fn arm_path(key: &str) -> Option<&str> {
    key.strip_prefix("arm:")?.split('?').next()
}

fn outcomes_over_http(sample: &Sample, endpoint: &ArmEndpoint) -> CheckOutcomes {
    let options = ArmOptions {
        cloud: Cloud::Public,
        endpoint: Some(endpoint.url().parse().unwrap()),
        authority: None,
        credential: LoginCredential::AccessToken("a-token".into()),
        timeout: MAX_RUN_TIME,
        limits: ArmLimits {
            request_timeout: Duration::from_millis(400),
            max_pages: 40,
            max_tries: 2,
            initial_backoff: Duration::from_millis(5),
            burst: 10_000.0,
            per_second: 10_000.0,
            ..ArmLimits::default()
        },
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _inside = runtime.enter();
    let backend = ArmOverHttp {
        arm: ArmBackend::new(options).unwrap(),
        sample,
    };
    let start = Answers::new(sample.answers.recorded_at, sample.answers.origin);
    let asked = flexready::collect_answers(&sample.migration, &backend, start);
    CheckOutcomes::from_answers(&sample.migration, &runtime.block_on(asked).0)
}

/// An ARM question of a sample, with the outcomes with its answer and without it.
struct ArmFaultTarget<'a> {
    sample: &'a Sample,
    key: String,
    complete: &'a CheckOutcomes,
    unanswered: CheckOutcomes,
}

impl ArmFaultTarget<'_> {
    fn violations(&self, name: &str, fault: FaultReply, keeps_values: bool) -> Vec<String> {
        let before = Instant::now();
        let after = outcomes_over_http(
            self.sample,
            &faulty_endpoint(self.sample, Some((&self.key, fault))),
        );
        let mut wrong = after.improvements_over(self.complete);
        if !keeps_values {
            wrong.extend(after.unjustified_passes(&self.unanswered));
        }
        if before.elapsed() > MAX_RUN_TIME {
            wrong.push(format!("took {:?}", before.elapsed()));
        }
        let describe = |what| format!("{}: {}: {name}: {what}", self.sample.name, self.key);
        wrong.into_iter().map(describe).collect()
    }
}

/// Runs all faults at the ARM questions of a healthy sample and a blocked sample.
///
/// Returns their number and the messages of those that gave a wrong verdict.
pub fn try_all_faults() -> (usize, Vec<String>) {
    let samples = recorded_samples()
        .into_iter()
        .filter(|w| ["baseline, offline", "blocked, offline"].contains(&w.name.as_str()));
    // The complete outcomes come from the sample, because a slow machine can lose an answer over HTTP
    let samples: Vec<(Sample, CheckOutcomes)> = samples
        .map(|w| (w.outcomes(), w))
        .map(|(j, w)| (w, j))
        .collect();
    let mut questions = Vec::new();
    for (sample, complete) in &samples {
        let improvements =
            outcomes_over_http(sample, &faulty_endpoint(sample, None)).improvements_over(complete);
        assert!(
            improvements.is_empty(),
            "{} over HTTP: {improvements:?}",
            sample.name
        );
        let keys = sample
            .keys()
            .into_iter()
            .filter(|key| arm_path(key).is_some());
        questions.extend(keys.map(|key| ArmFaultTarget {
            sample,
            unanswered: sample.outcomes_without(&key),
            key,
            complete,
        }));
    }
    let faults = FAULTS.iter().map(|fault| (fault, false));
    let faults: Vec<_> = faults
        .chain(UNUSUAL_ANSWERS.iter().map(|odd| (odd, true)))
        .collect();
    let tries: Vec<_> = questions
        .iter()
        .flat_map(|q| faults.iter().map(move |fault| (q, fault)))
        .collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some((question, ((name, fault), is_true))) =
            tries.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let found = question.violations(name, *fault, *is_true);
            wrong.lock().unwrap().extend(found);
        }
    };
    // The threads spend most of the time waiting
    std::thread::scope(|scope| (0..12).for_each(|_| drop(scope.spawn(work))));
    (tries.len(), wrong.into_inner().unwrap())
}
