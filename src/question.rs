//! What the tool asks and what came back: [`Question`] with its stable key, [`Answer`], [`Refusal`], [`Answers`].
//! Not here: how a question is asked (`inputs`), which ones are asked (`facts`), what an answer means (`facts`).

mod refusal;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

pub use refusal::{Refusal, RefusalKind};

/// Which database server of a migration a question goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Source,
    Target,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Source => "source",
            Side::Target => "target",
        })
    }
}

/// One thing to find out. Its [`key`](Question::key) is stable: recordings and reports name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// A GET on Azure Resource Manager. `path` starts with `/subscriptions/` and keeps the case it was given in;
    /// `filter` is a further query (`migrationListFilter=All`), without the leading `&`.
    Arm {
        path: String,
        api_version: String,
        filter: Option<String>,
    },
    /// One of the queries in `queries/`, by its file's stem, in one database.
    Sql {
        side: Side,
        database: String,
        query: &'static str,
    },
    /// What connecting to a database shows before any query: server version, TLS, how the user signed in, peer address.
    Connection { side: Side, database: String },
    /// The addresses of a host name.
    Dns { host: String },
    /// The flexible servers that Azure Resource Graph knows of in some subscriptions or management groups, or by their host
    /// name; in everything that the caller may see, where neither is named. Its index lags: what it says is a lead.
    Graph {
        subscriptions: Vec<String>,
        management_groups: Vec<String>,
        host: Option<String>,
    },
}

impl Question {
    /// A query in one of the source's databases.
    pub fn on_source(database: &str, query: &'static str) -> Question {
        Question::Sql {
            side: Side::Source,
            database: database.to_owned(),
            query,
        }
    }

    /// The name of this question in recordings and reports. ARM ids compare without regard to case, so the key is
    /// lower case there; database names keep theirs.
    pub fn key(&self) -> String {
        match self {
            Question::Arm {
                path,
                api_version,
                filter,
            } => {
                let tail = filter
                    .as_deref()
                    .map(|f| format!("&{f}"))
                    .unwrap_or_default();
                format!(
                    "arm:{}?api-version={api_version}{tail}",
                    path.to_lowercase()
                )
            }
            Question::Sql {
                side,
                database,
                query,
            } => format!("sql:{side}/{database}/{query}"),
            Question::Connection { side, database } => format!("connection:{side}/{database}"),
            Question::Dns { host } => format!("dns:{}", host.to_lowercase()),
            Question::Graph {
                subscriptions,
                management_groups,
                host,
            } => {
                let within = [
                    ("subscriptions", subscriptions.join(",")),
                    ("management-groups", management_groups.join(",")),
                    ("host", host.clone().unwrap_or_default()),
                ];
                let within = within.iter().filter(|(_, value)| !value.is_empty());
                let within: Vec<String> = within.map(|(k, v)| format!("{k}={v}")).collect();
                format!("graph:flexible-servers?{}", within.join("&")).to_lowercase()
            }
        }
    }
}

/// What came back for one question: JSON as it came, or a refusal. A refusal is an answer too.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Given(Given),
    Refused(Refusal),
}

/// An answer with its JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub json: Value,
    /// The api-version that answered, where it is another than the one asked for.
    pub api_version: Option<String>,
}

impl From<Value> for Answer {
    fn from(json: Value) -> Self {
        Answer::Given(Given {
            json,
            api_version: None,
        })
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Answer::Refused(refusal)
    }
}

/// Who asked: what the report's first line says. Never a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// The credential that signed in to Azure, as `--auth` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_credential: Option<String>,
    /// The identity that the access token names (user principal name, or application id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_identity: Option<String>,
}

/// Where a recording comes from: asked of real servers, or composed by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Recorded,
    Synthetic,
}

/// Everything that was asked in a run, with what came back, and when.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The clock of every judgement on these answers.
    pub recorded_at: OffsetDateTime,
    pub origin: Origin,
    pub asker: Asker,
    map: BTreeMap<String, Answer>,
}

impl Answers {
    pub fn new(recorded_at: OffsetDateTime, origin: Origin) -> Self {
        Answers {
            recorded_at,
            origin,
            asker: Asker::default(),
            map: BTreeMap::new(),
        }
    }

    pub fn insert(&mut self, key: String, answer: Answer) {
        self.map.insert(key, answer);
    }

    /// `None`: the question was not asked.
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.map.get(&question.key())
    }

    pub fn contains(&self, question: &Question) -> bool {
        self.map.contains_key(&question.key())
    }

    /// All answers, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.map.iter().map(|(k, a)| (k.as_str(), a))
    }

    /// Puts `answer` in the place of the answer with this key; `false` when nothing was asked under it.
    pub fn replace(&mut self, key: &str, answer: Answer) -> bool {
        self.map.get_mut(key).map(|slot| *slot = answer).is_some()
    }
}
