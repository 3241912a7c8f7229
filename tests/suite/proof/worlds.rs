//! What is judged again and again here: the recordings, the baseline in both modes, and every failing case.
//! Here: a world with its answers, how it is asked again when some answers are other ones, and how it comes out.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use flexready::checks::{self, Check, Severity};
use flexready::facts::Facts;
use flexready::inputs::Source;
use flexready::inputs::recording::Recording;
use flexready::plan::{Migration, Mode};
use flexready::question::{Answer, Answers, Question, Refusal, RefusalKind};
use flexready::verdict::{Policy, Status, Verdict, judge};

use crate::fixtures::overlay::Case;
use crate::fixtures::{answers_of, folder, folders};

/// One migration with everything that was answered.
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

    /// The keys of all questions, in their order.
    pub fn keys(&self) -> Vec<String> {
        self.answers.iter().map(|(key, _)| key.to_owned()).collect()
    }

    pub fn judged(&self) -> Judged {
        Judged::of(&self.migration, &self.answers)
    }

    /// Asked anew, where some questions have other answers: what follows from these is asked or not asked as in a live run.
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

    /// As it comes out when this one question is refused.
    pub fn without(&self, key: &str) -> Judged {
        self.asked_with(&BTreeMap::from([(key, refused(RefusalKind::Forbidden))]))
    }
}

/// The baseline and every recording, as they were made; the baseline in the other mode too.
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

/// A world in which one check fails for certain: the truth that no fault may turn into a pass.
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

/// Of a target that does not exist, ARM knows nothing else either. The cases change its own answer alone.
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

/// A source is of one version, however it is asked. The cases change what the session says alone.
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

/// A world's answers, but for some.
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

/// How every check came out.
pub struct Judged {
    pub verdict: Verdict,
    pub strict: Verdict,
    outcomes: BTreeMap<&'static str, Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    status: Status,
    /// What it weighs, as the catalogue has it and under `--strict`.
    weight: Option<Severity>,
    strict: Option<Severity>,
}

impl Judged {
    pub fn of(migration: &Migration, answers: &Answers) -> Judged {
        let facts = Facts::read(migration, answers);
        let plain = judge(&facts, &Policy::default());
        let policy = Policy {
            strict: true,
            ..Policy::default()
        };
        let strict = judge(&facts, &policy);
        let both = plain.outcomes.iter().zip(&strict.outcomes);
        let outcomes = both.map(|(plain, strict)| {
            let seen = Seen {
                status: plain.status,
                weight: plain.weight(),
                strict: strict.weight(),
            };
            (plain.check.id, seen)
        });
        Judged {
            verdict: plain.verdict,
            strict: strict.verdict,
            outcomes: outcomes.collect(),
        }
    }

    pub fn status(&self, id: &str) -> Status {
        self.outcomes[id].status
    }

    /// Passed, or said not to apply: what a reader takes for good.
    pub fn is_good(&self, id: &str) -> bool {
        matches!(self.status(id), Status::Pass | Status::NotApplicable)
    }

    fn is_absent(&self) -> bool {
        let absent = self.outcomes.get("target-not-deployed");
        absent.is_some_and(|seen| seen.status == Status::Fail)
    }

    /// What is greener here than it was with more answers; nothing, if all is as it must be. A target that is found not
    /// to exist takes its checks along, and that is a blocker.
    pub fn greener_than(&self, before: &Judged) -> Vec<String> {
        let mut wrong = Vec::new();
        for (id, was) in &before.outcomes {
            let is = self.outcomes[id];
            let excused = self.is_absent() && is.status == Status::NotApplicable;
            if excused {
                continue;
            }
            if self.is_good(id) && !before.is_good(id) {
                wrong.push(format!("{id}: {:?} became {:?}", was.status, is.status));
            }
            let check = checks::find(id).unwrap();
            let is_lighter = is.weight < was.weight && check.unknown == check.severity;
            if is.strict < was.strict || is_lighter {
                wrong.push(format!("{id}: {:?} became {:?}", was.strict, is.strict));
            }
        }
        if readiness(self.strict) > readiness(before.strict) {
            wrong.push(format!("{:?} became {:?}", before.strict, self.strict));
        }
        wrong
    }

    /// The checks that are good here and were not when the question had no answer at all.
    pub fn knows_more_than(&self, refused: &Judged) -> Vec<String> {
        let good = self.outcomes.keys().filter(|id| self.is_good(id));
        let more = good.filter(|id| !refused.is_good(id) && !self.is_absent());
        more.map(|id| format!("{id}: {:?}", self.status(id)))
            .collect()
    }
}

/// How far a verdict lets a migration go: what is incomplete may start as little as what is not ready.
fn readiness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ready => 2,
        Verdict::ReadyWithWarnings => 1,
        Verdict::Incomplete | Verdict::NotReady => 0,
    }
}
