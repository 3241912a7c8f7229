//! Tests of deduplication, per-migration recording, and cancellation.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;

/// Answers after one second and counts the questions.
#[derive(Default)]
struct SlowBackend(AtomicUsize);

#[async_trait]
impl Backend for SlowBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        self.0.fetch_add(questions.len(), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
        questions.iter().map(|q| json!(q.key()).into()).collect()
    }
}

fn arm_question(path: &str) -> Question {
    Question::Arm {
        path: path.to_owned(),
        api_version: "1".to_owned(),
        filter: None,
    }
}

const LOCATION: &str =
    "/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/x/capabilities";
const SERVER: &str =
    "/subscriptions/s/resourceGroups/g/providers/microsoft.dbforpostgresql/FlexibleServers/x";

#[tokio::test(start_paused = true)]
async fn concurrent_requests_for_a_shared_answer_are_sent_once() {
    let shared = Deduplicated::new(SlowBackend::default(), CancelFlag::default());
    let questions = [arm_question(LOCATION), arm_question(SERVER)];
    let (one, two) = tokio::join!(shared.ask(&questions), shared.ask(&questions));
    assert_eq!(one, two);
    assert_eq!(shared.inner().0.load(Ordering::Relaxed), 3);
    assert_eq!(
        shared.cache.lock().unwrap().len(),
        1,
        "the server's own is forgotten"
    );
}

#[tokio::test]
async fn different_answers_to_one_question_are_recorded_per_migration() {
    use crate::backend::recording::{FleetRecorder, Recording};
    use crate::question::{Answers, Origin};
    let folder = tempfile::tempdir().unwrap();
    let recorder = FleetRecorder::create(folder.path()).unwrap();
    let answers_with = |server: serde_json::Value| {
        let mut answers = Answers::new(time::OffsetDateTime::UNIX_EPOCH, Origin::Recorded);
        answers.insert(arm_question(SERVER).key(), server.into());
        answers.insert(arm_question(LOCATION).key(), json!("one").into());
        answers
    };
    for (name, server) in [("a", "ready"), ("b", "stopped"), ("c", "ready")] {
        recorder.record(Some(name), &answers_with(json!(server)));
    }
    let summary = crate::config::fleet_scope::FleetSummary::default();
    let caller = Caller::default();
    let at = time::OffsetDateTime::UNIX_EPOCH;
    recorder.finish(Vec::new(), summary, caller, at).unwrap();
    let recording = Recording::open(folder.path()).unwrap();
    assert_eq!(recording.question_keys().count(), 3, "what is alike, once");
    for (name, server) in [("a", "ready"), ("b", "stopped"), ("c", "ready")] {
        let answers = recording
            .for_migration(Some(name))
            .ask(&[arm_question(SERVER)])
            .await;
        assert_eq!(answers, [json!(server).into()], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn cancellation_fails_open_and_later_questions() {
    let interrupt = CancelFlag::default();
    let shared = Deduplicated::new(SlowBackend::default(), interrupt.clone());
    let questions = [arm_question(LOCATION), arm_question(SERVER)];
    let (answers, ()) = tokio::join!(shared.ask(&questions), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        interrupt.cancel();
    });
    assert_eq!(answers, vec![canceled(); 2]);
    assert_eq!(shared.ask(&[arm_question(SERVER)]).await, vec![canceled()]);
    assert_eq!(shared.inner().0.load(Ordering::Relaxed), 2);
}
