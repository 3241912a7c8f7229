//! Samples for the invariants: the recordings, the baseline in both modes, and every failing case.
//! A sample can run again with other answers.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::recording::Recording;
use flexready::checks;
use flexready::checks::Check;
use flexready::config::{Migration, MigrationMode};
use flexready::question::{Answer, Answers, Failure, FailureKind, Question};

use super::outcome_compare::CheckOutcomes;
use crate::fixtures::overlay::FixtureCase;
use crate::fixtures::{gather_case, subfolder_names};
use crate::support::recordings::fixtures_dir;

/// One migration with all its answers.
pub struct Sample {
    pub name: String,
    pub migration: Migration,
    pub answers: Answers,
}

impl Sample {
    fn from_recording(name: &str, mode: MigrationMode, recording: &Recording) -> Sample {
        let mut migration = recording.migrations()[0].clone();
        migration.mode = mode;
        let gathering =
            flexready::collect_answers(&migration, recording, recording.empty_answers());
        let (answers, _) = futures::executor::block_on(gathering);
        Sample {
            name: format!("{name}, {mode}"),
            migration,
            answers,
        }
    }

    /// The keys of all questions, in order.
    pub fn keys(&self) -> Vec<String> {
        self.answers.iter().map(|(key, _)| key.to_owned()).collect()
    }

    pub fn outcomes(&self) -> CheckOutcomes {
        CheckOutcomes::from_answers(&self.migration, &self.answers)
    }

    /// Runs again with other answers to some questions. Follow-up questions depend on these answers, as in a live run.
    pub fn outcomes_with(&self, replaced: &BTreeMap<&str, Answer>) -> CheckOutcomes {
        let mut start = Answers::new(self.answers.recorded_at, self.answers.origin);
        start.caller = self.answers.caller.clone();
        let backend = SampleBackend {
            sample: self,
            replaced,
        };
        let gathering = flexready::collect_answers(&self.migration, &backend, start);
        CheckOutcomes::from_answers(&self.migration, &futures::executor::block_on(gathering).0)
    }

    /// Runs again with a failure as the answer to this question.
    pub fn outcomes_without(&self, key: &str) -> CheckOutcomes {
        self.outcomes_with(&BTreeMap::from([(key, refused(FailureKind::Forbidden))]))
    }
}

/// The baseline in both modes, and every recording in its own mode.
pub fn recorded_samples() -> Vec<Sample> {
    let mut all = Vec::new();
    let baseline = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    for mode in [MigrationMode::Offline, MigrationMode::Online] {
        all.push(Sample::from_recording("baseline", mode, &baseline));
    }
    for name in subfolder_names(&fixtures_dir().join("recordings")) {
        let recording = Recording::open(&fixtures_dir().join("recordings").join(&name)).unwrap();
        let mode = recording.migrations()[0].mode;
        all.push(Sample::from_recording(&name, mode, &recording));
    }
    all
}

/// A sample in which one check fails. No fault must turn that into a pass.
pub struct FailingSample {
    pub check: &'static Check,
    pub case: FixtureCase,
    pub sample: Sample,
}

/// The failing cases of these checks.
pub fn failing_samples(ids: &[String]) -> impl Iterator<Item = FailingSample> {
    ids.iter().flat_map(|id| {
        let check_folder = fixtures_dir().join("checks").join(id);
        let fails = subfolder_names(&check_folder)
            .into_iter()
            .filter(|n| n.starts_with("fail"));
        fails.map(move |name| read_failing_sample(id, &check_folder.join(&name)))
    })
}

fn read_failing_sample(id: &str, case_folder: &Path) -> FailingSample {
    let case = FixtureCase::read(case_folder);
    let (migration, mut answers) = gather_case(&case);
    make_children_absent(&mut answers);
    align_connection_version(&mut answers);
    let name = case_folder.file_name().unwrap().to_string_lossy();
    FailingSample {
        check: checks::find(id).unwrap(),
        case,
        sample: Sample {
            name: format!("{id}/{name}"),
            migration,
            answers,
        },
    }
}

/// Makes the child resources of an absent target absent, too. The cases only change the answer about the server itself,
/// and ARM has no child resources of a server that does not exist.
fn make_children_absent(answers: &mut Answers) {
    let is_absent =
        |answer: &Answer| matches!(answer, Answer::Failed(r) if r.kind == FailureKind::NotFound);
    let server = answers.iter().find_map(|(key, answer)| {
        let path = key.split('?').next().filter(|_| is_absent(answer))?;
        let name = path.split("/flexibleservers/").nth(1)?;
        (!name.contains('/')).then(|| (format!("{path}/"), answer.clone()))
    });
    let Some((below, absent)) = server else {
        return;
    };
    let keys = answers.iter().map(|(key, _)| key.to_owned());
    let children: Vec<String> = keys.filter(|key| key.starts_with(&below)).collect();
    for key in children {
        answers.replace(&key, absent.clone());
    }
}

/// Puts the version of the session query into the connection answers. The cases only change the session query.
fn align_connection_version(answers: &mut Answers) {
    let is_identity = |key: &str| key.starts_with("sql:source/") && key.ends_with("/identity");
    let version = answers.iter().find_map(|(key, answer)| match answer {
        Answer::Body(given) if is_identity(key) => given.json.pointer("/0/version_num").cloned(),
        _ => None,
    });
    let Some(told) = version else { return };
    let greeted = |key: &str| key.starts_with("connection:source/");
    let connections: Vec<(String, Answer)> = answers
        .iter()
        .filter(|(key, _)| greeted(key))
        .map(|(k, a)| (k.to_owned(), a.clone()))
        .collect();
    for (key, answer) in connections {
        if let Answer::Body(mut given) = answer {
            given.json["server_version_num"] = told.clone();
            answers.replace(&key, Answer::Body(given));
        }
    }
}

/// A backend with the answers of a sample, some of them replaced.
struct SampleBackend<'a> {
    sample: &'a Sample,
    replaced: &'a BTreeMap<&'a str, Answer>,
}

#[async_trait]
impl Backend for SampleBackend<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answer = |question: &Question| {
            let other = self.replaced.get(question.key().as_str());
            let recorded = other.or_else(|| self.sample.answers.get(question));
            recorded
                .cloned()
                .unwrap_or_else(|| refused(FailureKind::NotRecorded))
        };
        questions.iter().map(answer).collect()
    }
}

pub fn refused(kind: FailureKind) -> Answer {
    Failure::new(kind, "refused by the test").into()
}
