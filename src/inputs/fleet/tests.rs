//! Tests of deduplication, per-migration recording, and cancellation.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;

/// Answers after one second and counts the questions.
#[derive(Default)]
struct Slow(AtomicUsize);

#[async_trait]
impl Source for Slow {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        self.0.fetch_add(questions.len(), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
        questions.iter().map(|q| json!(q.key()).into()).collect()
    }
}

fn arm(path: &str) -> Question {
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
    let shared = Shared::new(Slow::default(), Interrupt::default());
    let questions = [arm(LOCATION), arm(SERVER)];
    let (one, two) = tokio::join!(shared.ask(&questions), shared.ask(&questions));
    assert_eq!(one, two);
    assert_eq!(shared.inner().0.load(Ordering::Relaxed), 3);
    assert_eq!(
        shared.kept.lock().unwrap().len(),
        1,
        "the server's own is forgotten"
    );
}

#[tokio::test]
async fn different_answers_to_one_question_are_recorded_per_migration() {
    use crate::inputs::recording::{FleetRecorder, Recording};
    use crate::question::{Answers, Origin};
    let folder = tempfile::tempdir().unwrap();
    let recorder = FleetRecorder::create(folder.path()).unwrap();
    let of = |server: serde_json::Value| {
        let mut answers = Answers::new(time::OffsetDateTime::UNIX_EPOCH, Origin::Recorded);
        answers.insert(arm(SERVER).key(), server.into());
        answers.insert(arm(LOCATION).key(), json!("one").into());
        answers
    };
    for (name, server) in [("a", "ready"), ("b", "stopped"), ("c", "ready")] {
        recorder.keep(Some(name), &of(json!(server)));
    }
    let note = crate::plan::fleet::FleetNote::default();
    let asker = Asker::default();
    let at = time::OffsetDateTime::UNIX_EPOCH;
    recorder.finish(Vec::new(), note, asker, at).unwrap();
    let recording = Recording::open(folder.path()).unwrap();
    assert_eq!(recording.keys().count(), 3, "what is alike, once");
    for (name, server) in [("a", "ready"), ("b", "stopped"), ("c", "ready")] {
        let answers = recording.of(Some(name)).ask(&[arm(SERVER)]).await;
        assert_eq!(answers, [json!(server).into()], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn cancellation_fails_open_and_later_questions() {
    let interrupt = Interrupt::default();
    let shared = Shared::new(Slow::default(), interrupt.clone());
    let questions = [arm(LOCATION), arm(SERVER)];
    let (answers, ()) = tokio::join!(shared.ask(&questions), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        interrupt.set();
    });
    assert_eq!(answers, vec![interrupted(); 2]);
    assert_eq!(shared.ask(&[arm(SERVER)]).await, vec![interrupted()]);
    assert_eq!(shared.inner().0.load(Ordering::Relaxed), 2);
}
