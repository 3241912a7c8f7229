//! Questions and answers: [`Question`] with its stable text form, [`Answer`], [`Failure`], [`Answers`].
//!
//! `backend` answers questions; `facts` determines the questions and interprets the answers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// A database server of a migration.
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

/// A question to a server or a service. Its text form ([`Display`](fmt::Display), [`FromStr`]) is stable: recordings
/// and reports contain it as the key of the question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// A GET request to Azure Resource Manager. `path` starts with `/subscriptions/` and keeps its original case.
    /// `filter` is an additional query parameter (`migrationListFilter=All`) without the leading `&`.
    Arm {
        path: String,
        api_version: String,
        filter: Option<String>,
    },
    /// A query of `queries/`, by its name, in one database.
    Sql {
        side: Side,
        database: String,
        query: Cow<'static, str>,
    },
    /// The properties of a connection before any query: server version, TLS, authentication method, peer address.
    Connection { side: Side, database: String },
    /// The addresses of a host name.
    Dns { host: String },
    /// The flexible servers that Azure Resource Graph lists in subscriptions or management groups, or by host name.
    /// Without subscriptions and management groups, it covers everything that the caller can read. Its index lags
    /// behind, so a result must be confirmed.
    Graph {
        subscriptions: Vec<String>,
        management_groups: Vec<String>,
        host: Option<String>,
    },
}

impl Question {
    /// A GET request to Azure Resource Manager.
    pub fn arm(path: impl Into<String>, api_version: impl Into<String>) -> Question {
        Question::Arm {
            path: path.into(),
            api_version: api_version.into(),
            filter: None,
        }
    }

    /// A query in a source database.
    pub fn on_source(database: &str, query: &'static str) -> Question {
        Question::Sql {
            side: Side::Source,
            database: database.to_owned(),
            query: Cow::Borrowed(query),
        }
    }

    /// A query in a target database.
    pub fn on_target(database: &str, query: &'static str) -> Question {
        Question::Sql {
            side: Side::Target,
            database: database.to_owned(),
            query: Cow::Borrowed(query),
        }
    }

    /// The name of this question in recordings and reports.
    pub fn key(&self) -> String {
        self.to_string()
    }

    /// The question as it is read back from its key: case-insensitive parts are in lower case.
    pub fn to_canonical(&self) -> Question {
        let mut canonical = self.clone();
        match &mut canonical {
            Question::Arm { path, .. } => *path = path.to_lowercase(),
            Question::Dns { host } => *host = host.to_lowercase(),
            Question::Graph {
                subscriptions,
                management_groups,
                host,
            } => {
                let names = subscriptions
                    .iter_mut()
                    .chain(management_groups)
                    .chain(host);
                names.for_each(|name| *name = name.to_lowercase());
            }
            Question::Sql { .. } | Question::Connection { .. } => {}
        }
        canonical
    }

    /// The server and the database that answer the question, if it is a question to PostgreSQL.
    pub fn database(&self) -> Option<(Side, &str)> {
        match self {
            Question::Sql { side, database, .. } | Question::Connection { side, database } => {
                Some((*side, database))
            }
            Question::Arm { .. } | Question::Dns { .. } | Question::Graph { .. } => None,
        }
    }

    /// Whether the question is a GET request to Azure Resource Manager.
    pub fn is_arm(&self) -> bool {
        matches!(self, Question::Arm { .. })
    }

    /// Whether the question is a SQL query.
    pub fn is_sql(&self) -> bool {
        matches!(self, Question::Sql { .. })
    }
}

const API_VERSION: &str = "?api-version=";
const GRAPH_TABLE: &str = "flexible-servers?";

/// ARM IDs and host names are case-insensitive, so they are written in lower case. Database names keep their case.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::Arm {
                path,
                api_version,
                filter,
            } => {
                write!(f, "arm:{}{API_VERSION}{api_version}", path.to_lowercase())?;
                match filter {
                    Some(filter) => write!(f, "&{filter}"),
                    None => Ok(()),
                }
            }
            Question::Sql {
                side,
                database,
                query,
            } => write!(f, "sql:{side}/{database}/{query}"),
            Question::Connection { side, database } => write!(f, "connection:{side}/{database}"),
            Question::Dns { host } => write!(f, "dns:{}", host.to_lowercase()),
            Question::Graph {
                subscriptions,
                management_groups,
                host,
            } => {
                let scope = [
                    ("subscriptions", subscriptions.join(",")),
                    ("management-groups", management_groups.join(",")),
                    ("host", host.clone().unwrap_or_default()),
                ];
                let scope = scope.iter().filter(|(_, value)| !value.is_empty());
                let scope: Vec<String> = scope.map(|(k, v)| format!("{k}={v}")).collect();
                write!(f, "graph:{GRAPH_TABLE}{}", scope.join("&").to_lowercase())
            }
        }
    }
}

/// The text is not a question of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a question")]
pub struct InvalidQuestion(pub String);

impl FromStr for Question {
    type Err = InvalidQuestion;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        parse_question(key).ok_or_else(|| InvalidQuestion(key.to_owned()))
    }
}

fn parse_question(key: &str) -> Option<Question> {
    let (kind, rest) = key.split_once(':')?;
    match kind {
        "arm" => {
            let (path, parameters) = rest.split_once(API_VERSION)?;
            let (api_version, filter) = match parameters.split_once('&') {
                Some((api_version, filter)) => (api_version, Some(filter.to_owned())),
                None => (parameters, None),
            };
            Some(Question::Arm {
                path: path.to_owned(),
                api_version: api_version.to_owned(),
                filter,
            })
        }
        "sql" => {
            let (side, rest) = split_side(rest)?;
            // Database names can contain slashes, query names cannot.
            let (database, query) = rest.rsplit_once('/')?;
            Some(Question::Sql {
                side,
                database: database.to_owned(),
                query: Cow::Owned(query.to_owned()),
            })
        }
        "connection" => {
            let (side, database) = split_side(rest)?;
            Some(Question::Connection {
                side,
                database: database.to_owned(),
            })
        }
        "dns" => Some(Question::Dns {
            host: rest.to_owned(),
        }),
        "graph" => parse_graph(rest.strip_prefix(GRAPH_TABLE)?),
        _ => None,
    }
}

fn split_side(text: &str) -> Option<(Side, &str)> {
    let (side, rest) = text.split_once('/')?;
    let side = [Side::Source, Side::Target]
        .into_iter()
        .find(|s| s.to_string() == side)?;
    Some((side, rest))
}

/// Parses the scope of a Resource Graph query, in the order in which it is written.
fn parse_graph(scope: &str) -> Option<Question> {
    let (subscriptions, scope) = split_parameter(scope, "subscriptions=");
    let (management_groups, scope) = split_parameter(scope, "management-groups=");
    let host = match scope {
        "" => None,
        scope => Some(scope.strip_prefix("host=")?.to_owned()),
    };
    let names = |list: Option<&str>| -> Vec<String> {
        let names = list.into_iter().flat_map(|l| l.split(','));
        names.map(str::to_owned).collect()
    };
    Some(Question::Graph {
        subscriptions: names(subscriptions),
        management_groups: names(management_groups),
        host,
    })
}

/// Splits the value of the first parameter off, if it has this name.
fn split_parameter<'t>(text: &'t str, name: &str) -> (Option<&'t str>, &'t str) {
    let Some(value) = text.strip_prefix(name) else {
        return (None, text);
    };
    let (value, rest) = value.split_once('&').unwrap_or((value, ""));
    (Some(value), rest)
}

/// The answer to one question: the JSON as received, or a failure. A failure is an answer too.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Body(Body),
    Failed(Failure),
}

/// The JSON of a successful answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    pub json: Value,
    /// The api-version that answered, if it is not the requested one.
    pub api_version: Option<String>,
}

impl From<Value> for Answer {
    fn from(json: Value) -> Self {
        Answer::Body(Body {
            json,
            api_version: None,
        })
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Answer::Failed(failure)
    }
}

/// The signed-in identity, for the first line of the report. Contains no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The Azure credential, as a value of `--auth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_credential: Option<String>,
    /// The identity in the access token: user principal name or application ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_identity: Option<String>,
}

/// The origin of a recording: recorded from real servers, or written by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Recorded,
    Synthetic,
}

/// All questions of a run with their answers and the time.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The clock of every evaluation of these answers.
    pub recorded_at: OffsetDateTime,
    pub origin: Origin,
    pub caller: Caller,
    by_key: BTreeMap<String, Answer>,
}

impl Answers {
    pub fn new(recorded_at: OffsetDateTime, origin: Origin) -> Self {
        Answers {
            recorded_at,
            origin,
            caller: Caller::default(),
            by_key: BTreeMap::new(),
        }
    }

    pub fn insert(&mut self, key: String, answer: Answer) {
        self.by_key.insert(key, answer);
    }

    /// The answer to `question`; `None` if it was not asked.
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.by_key.get(&question.key())
    }

    pub fn contains(&self, question: &Question) -> bool {
        self.by_key.contains_key(&question.key())
    }

    /// All answers, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.by_key.iter().map(|(k, a)| (k.as_str(), a))
    }

    /// All questions with their answers, ordered by key. A recording of another version can contain keys that are not
    /// questions of this version; they are left out, because nothing reads their answers.
    pub fn questions(&self) -> impl Iterator<Item = (Question, &Answer)> {
        self.iter()
            .filter_map(|(key, answer)| Some((key.parse().ok()?, answer)))
    }

    /// Replaces the answer with this key. Returns `false` if there is no such key.
    pub fn replace(&mut self, key: &str, answer: Answer) -> bool {
        self.by_key
            .get_mut(key)
            .map(|slot| *slot = answer)
            .is_some()
    }
}

/// Why a question has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// HTTP status or SQLSTATE, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// ARM's `error.code`, or the condition name of the SQLSTATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message of the server, with secrets masked.
    pub message: String,
}

impl Failure {
    /// A failure that this program reports itself, without a status or code of a server.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Failure {
            kind,
            status: None,
            code: None,
            message: message.into(),
        }
    }
}

/// The kinds of failure, by the advice that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The ARM resource does not exist (404).
    NotFound,
    /// The caller is known but lacks permissions or privileges (403, SQLSTATE 42501).
    Forbidden,
    /// The caller could not be signed in (401, SQLSTATE class 28).
    Unauthenticated,
    /// Too many requests or connections, also after waiting (429, SQLSTATE 53300).
    Busy,
    /// No answer in time: a client or server timeout.
    Timeout,
    /// No connection: name resolution, route, port or TLS failed.
    Unreachable,
    /// A server error (5xx, other SQLSTATEs).
    Server,
    /// The answer does not have the required shape.
    Malformed,
    /// The question does not exist in this version of the API or of PostgreSQL.
    Unsupported,
    /// The recording does not contain the answer.
    NotRecorded,
    /// The user stopped the run before the question was asked.
    Interrupted,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.status, &self.code) {
            (Some(s), Some(c)) => write!(f, "{s} {c}: {}", self.message),
            (Some(x), None) | (None, Some(x)) => write!(f, "{x}: {}", self.message),
            (None, None) => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A question as it is after a round trip through its key: case-insensitive parts are in lower case.
    fn any_question() -> impl Strategy<Value = Question> {
        let side = prop_oneof![Just(Side::Source), Just(Side::Target)].boxed();
        let database = prop_oneof![any::<String>(), "[a-z/\"'`:?&=é ]{0,12}"].boxed();
        let host = || "[a-z0-9.:/&=\\-]{1,20}";
        let names = || prop::collection::vec("[a-z0-9_.()-]{1,8}", 0..3);
        prop_oneof![
            (
                "/subscriptions/[a-z0-9/._()-]{0,40}",
                "[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?",
                prop::option::of("[a-zA-Z$]{1,12}=[a-zA-Z()]{0,12}"),
            )
                .prop_map(|(path, api_version, filter)| Question::Arm {
                    path,
                    api_version,
                    filter,
                }),
            (side.clone(), database.clone(), "[a-z_]{1,16}").prop_map(|(side, database, query)| {
                Question::Sql {
                    side,
                    database,
                    query: query.into(),
                }
            }),
            (side, database).prop_map(|(side, database)| Question::Connection { side, database }),
            host().prop_map(|host| Question::Dns { host }),
            (names(), names(), prop::option::of(host())).prop_map(
                |(subscriptions, management_groups, host)| Question::Graph {
                    subscriptions,
                    management_groups,
                    host,
                }
            ),
        ]
    }

    proptest! {
        #[test]
        fn a_question_can_be_read_back_from_its_key(question in any_question()) {
            prop_assert_eq!(question.to_string().parse(), Ok(question.clone()));
            prop_assert_eq!(question.to_canonical(), question);
        }
    }

    #[test]
    fn case_insensitive_parts_of_a_key_are_in_lower_case() {
        let question = Question::Arm {
            path: "/subscriptions/S/resourceGroups/G".to_owned(),
            api_version: "2024-08-01".to_owned(),
            filter: Some("migrationListFilter=All".to_owned()),
        };
        let key =
            "arm:/subscriptions/s/resourcegroups/g?api-version=2024-08-01&migrationListFilter=All";
        assert_eq!(question.to_string(), key);
        assert_eq!(key.parse(), Ok(question.to_canonical()));
        assert_eq!(
            Question::on_source("Shop/1", "hba").to_string(),
            "sql:source/Shop/1/hba"
        );
    }

    #[test]
    fn a_text_that_is_not_a_question_is_rejected() {
        for text in [
            "",
            "arm:/subscriptions/s",
            "sql:elsewhere/d/q",
            "sql:source/d",
            "ftp:x",
        ] {
            assert_eq!(
                text.parse::<Question>(),
                Err(InvalidQuestion(text.to_owned()))
            );
        }
    }
}
