//! Samples for the invariants: the recordings, the baseline in both modes, and every failing case.
//! A sample can run again with other answers.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use flexready::checks::{self, Check};
use flexready::inputs::Source;
use flexready::inputs::recording::Recording;
use flexready::plan::{Migration, Mode};
use flexready::question::{Answer, Answers, Question, Refusal, RefusalKind};

use super::judged::Judged;
use crate::fixtures::overlay::Case;
use crate::fixtures::{answers_of, folder, folders};

/// One migration with all its answers.
pub struct World {
    pub name: String,
    pub migration: Migration,
    pub answers: Answers,
}

impl World {
    fn of(name: &str, mode: Mode, recording: &Recording) -> World {
        let mut migration = recording.migrations()[0].clone();
        migration.mode = mode;
        let asked = flexready::gather(&migration, recording, recording.start());
        let (answers, _) = futures::executor::block_on(asked);
        World {
            name: format!("{name}, {mode:?}").to_lowercase(),
            migration,
            answers,
        }
    }

    /// The keys of all questions, in order.
    pub fn keys(&self) -> Vec<String> {
        self.answers.iter().map(|(key, _)| key.to_owned()).collect()
    }

    pub fn judged(&self) -> Judged {
        Judged::of(&self.migration, &self.answers)
    }

    /// Runs again with other answers to some questions. Follow-up questions depend on these answers, as in a live run.
    pub fn asked_with(&self, others: &BTreeMap<&str, Answer>) -> Judged {
        let mut start = Answers::new(self.answers.recorded_at, self.answers.origin);
        start.asker = self.answers.asker.clone();
        let source = Changed {
            world: self,
            others,
        };
        let asked = flexready::gather(&self.migration, &source, start);
        Judged::of(&self.migration, &futures::executor::block_on(asked).0)
    }

    /// Runs again with a failure as the answer to this question.
    pub fn without(&self, key: &str) -> Judged {
        self.asked_with(&BTreeMap::from([(key, refused(RefusalKind::Forbidden))]))
    }
}

/// The baseline in both modes, and every recording in its own mode.
pub fn recorded() -> Vec<World> {
    let mut all = Vec::new();
    let baseline = Recording::open(&folder().join("baseline")).unwrap();
    for mode in [Mode::Offline, Mode::Online] {
        all.push(World::of("baseline", mode, &baseline));
    }
    for name in folders(&folder().join("recordings")) {
        let recording = Recording::open(&folder().join("recordings").join(&name)).unwrap();
        let mode = recording.migrations()[0].mode;
        all.push(World::of(&name, mode, &recording));
    }
    all
}

/// A sample in which one check fails. No fault must turn that into a pass.
pub struct Failing {
    pub check: &'static Check,
    pub case: Case,
    pub world: World,
}

/// The failing cases of these checks.
pub fn failing(ids: &[String]) -> impl Iterator<Item = Failing> {
    ids.iter().flat_map(|id| {
        let place = folder().join("checks").join(id);
        let fails = folders(&place)
            .into_iter()
            .filter(|n| n.starts_with("fail"));
        fails.map(move |name| read_failing(id, &place.join(&name)))
    })
}

fn read_failing(id: &str, place: &Path) -> Failing {
    let case = Case::read(place);
    let (migration, mut answers) = answers_of(&case);
    absent_throughout(&mut answers);
    one_version(&mut answers);
    let name = place.file_name().unwrap().to_string_lossy();
    Failing {
        check: checks::find(id).unwrap(),
        case,
        world: World {
            name: format!("{id}/{name}"),
            migration,
            answers,
        },
    }
}

/// Makes the child resources of an absent target absent, too. The cases only change the answer about the server itself,
/// and ARM has no child resources of a server that does not exist.
fn absent_throughout(answers: &mut Answers) {
    let is_absent =
        |answer: &Answer| matches!(answer, Answer::Refused(r) if r.kind == RefusalKind::NotFound);
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
fn one_version(answers: &mut Answers) {
    let is_identity = |key: &str| key.starts_with("sql:source/") && key.ends_with("/identity");
    let told = answers.iter().find_map(|(key, answer)| match answer {
        Answer::Given(given) if is_identity(key) => given.json.pointer("/0/version_num").cloned(),
        _ => None,
    });
    let Some(told) = told else { return };
    let greeted = |key: &str| key.starts_with("connection:source/");
    let connections: Vec<(String, Answer)> = answers
        .iter()
        .filter(|(key, _)| greeted(key))
        .map(|(k, a)| (k.to_owned(), a.clone()))
        .collect();
    for (key, answer) in connections {
        if let Answer::Given(mut given) = answer {
            given.json["server_version_num"] = told.clone();
            answers.replace(&key, Answer::Given(given));
        }
    }
}

/// A backend with the answers of a sample, some of them replaced.
struct Changed<'a> {
    world: &'a World,
    others: &'a BTreeMap<&'a str, Answer>,
}

#[async_trait]
impl Source for Changed<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answer = |question: &Question| {
            let other = self.others.get(question.key().as_str());
            let held = other.or_else(|| self.world.answers.get(question));
            held.cloned()
                .unwrap_or_else(|| refused(RefusalKind::NotRecorded))
        };
        questions.iter().map(answer).collect()
    }
}

pub fn refused(kind: RefusalKind) -> Answer {
    Refusal {
        kind,
        status: None,
        code: None,
        message: "refused by the test".to_owned(),
    }
    .into()
}
