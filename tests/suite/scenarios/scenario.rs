//! Records a scenario from `story.json`, `seed.sql`, and the ARM bodies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flexready::backend::live::LiveBackend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::config::Migration;
use flexready::question::{Answer, Answers, Body, Caller, Failure, Origin, Side};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::fixtures::overlay::{AnswerChange, merge_patch};
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::healthy_target::arm_backend;
use crate::support::pg;

/// The recording time of every fixture. It is constant, so that results that depend on the date stay the same.
const RECORDED_AT: i64 = 1_795_165_200; // 2026-11-20 09:00:00 UTC
const TARGET: &str = "11111111-2222-4333-8444-555555555555/rg-orders-prod/orders-target";

/// Authentication rules for the recorder on the loopback interface and for the service from its network.
const HBA: &str = "host all all 127.0.0.1/32 trust\nhostssl all all 10.0.0.0/8 scram-sha-256";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Folder in `fixtures/`.
    pub fixture: String,
    /// The recording that the fixture extends, relative to the folder of the fixture.
    pub base: Option<String>,
    major: u32,
    #[serde(default, rename = "comment")]
    _comment: String,
    /// Scenario whose `seed.sql` is used. The default is this scenario.
    seed: Option<String>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// Stub extensions: name and version.
    #[serde(default)]
    extensions: BTreeMap<String, String>,
    #[serde(default = "superuser")]
    connect_as: String,
    #[serde(default)]
    source: SourceAddress,
    #[serde(default)]
    arm: BTreeMap<String, ArmBody>,
    #[serde(default)]
    answers: BTreeMap<String, AnswerChange>,
    migration: Map<String, Value>,
    #[serde(skip)]
    name: String,
}

/// The address that the recording shows for the source, in place of the loopback address of the recording machine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceAddress {
    host: String,
    address: String,
    port: u16,
}

impl Default for SourceAddress {
    fn default() -> Self {
        SourceAddress {
            host: "orders-db.corp.example".to_owned(),
            address: "10.20.0.5".to_owned(),
            port: 5432,
        }
    }
}

impl SourceAddress {
    /// Returns the DNS answer for the source and its question key.
    fn dns_answer(&self) -> (String, Answer) {
        let host = self.host.clone();
        let key = flexready::question::Question::Dns { host }.key();
        (key, json!({ "addresses": [self.address] }).into())
    }
}

/// The difference in one ARM body, based on the body of the same path or of a similar one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArmBody {
    like: Option<String>,
    #[serde(default)]
    patch: Value,
    /// Status and code of an error response.
    status: Option<u16>,
    code: Option<String>,
}

fn superuser() -> String {
    "postgres".to_owned()
}

fn scenarios_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

impl Scenario {
    /// Returns the same scenario on another major version.
    pub fn with_major(self, major: u32) -> Scenario {
        Scenario { major, ..self }
    }

    pub fn read(name: &str) -> Scenario {
        let path = scenarios_dir().join(name).join("story.json");
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let story: Scenario =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Scenario {
            name: name.to_owned(),
            ..story
        }
    }

    /// Starts the scenario, collects all answers, and replaces the names of the recording machine.
    pub fn record(&self) -> (Migration, Answers) {
        let server = self.start_server();
        let endpoint = self.start_endpoint();
        let mut migration = self.migration(&server);
        let live = live_backend(
            &endpoint,
            &server.conninfo(&migration.source.as_ref().unwrap().database),
            &self.connect_as,
            &migration,
        );
        let clock = OffsetDateTime::from_unix_timestamp(RECORDED_AT).unwrap();
        let start = Answers::new(clock, Origin::Synthetic);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (answers, _) = runtime.block_on(flexready::collect_answers(&migration, &live, start));
        let source = migration.source.as_mut().unwrap();
        source.host.clone_from(&self.source.host);
        source.port = self.source.port;
        let home = server
            .data_dir()
            .parent()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        (migration, self.finish_answers(&answers, &home))
    }

    fn start_server(&self) -> pg::PgServer {
        let pairs = |map: &BTreeMap<String, String>| map.clone().into_iter().collect::<Vec<_>>();
        let (settings, extensions) = (pairs(&self.settings), pairs(&self.extensions));
        let borrow = |pairs: &'static [(String, String)]| {
            pairs
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect::<Vec<_>>()
        };
        let mut settings = borrow(settings.leak());
        settings.extend([("ssl", "on"), ("listen_addresses", "*")]);
        let (key, certificate) = certificate();
        let files = [
            ("server.key", key.as_str()),
            ("server.crt", certificate.as_str()),
        ];
        let options = pg::ServerOptions {
            settings: &settings,
            stub_extensions: &borrow(extensions.leak()),
            files: &files,
            hba: Some(HBA),
            ..pg::ServerOptions::default()
        };
        let server = pg::PgServer::start_with_options(self.major, options);
        let seed = scenarios_dir()
            .join(self.seed.as_deref().unwrap_or(&self.name))
            .join("seed.sql");
        run_seed(&server, &std::fs::read_to_string(seed).unwrap());
        server
    }

    fn migration(&self, server: &pg::PgServer) -> Migration {
        let id: flexready::config::ServerId = TARGET.parse().unwrap();
        let database = self
            .migration
            .get("databases")
            .and_then(|d| d[0].as_str())
            .unwrap_or("orders");
        let mut value = json!({
            "name": "orders", "scope": "pair",
            "target": { "id": id.path(), "api_version": flexready::config::DEFAULT_API_VERSION },
            "source": { "host": server.host(), "port": server.port(), "database": database, "user": self.connect_as }
        });
        merge_patch(&mut value, &Value::Object(self.migration.clone()));
        serde_json::from_value(value).unwrap()
    }

    fn start_endpoint(&self) -> ArmEndpoint {
        let mut bodies: BTreeMap<String, Value> = BTreeMap::new();
        for entry in std::fs::read_dir(scenarios_dir().join("healthy/arm")).unwrap() {
            let file: Value =
                serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
            bodies.insert(
                file["path"].as_str().unwrap().to_owned(),
                file["body"].clone(),
            );
        }
        let find = |end: &str| bodies.keys().find(|p| p.ends_with(end)).cloned();
        let endpoint = ArmEndpoint::start();
        let mut changed = bodies.clone();
        for (end, body) in &self.arm {
            let like = body.like.as_deref().unwrap_or(end);
            let model = find(like)
                .unwrap_or_else(|| panic!("no ARM body of the healthy world ends in {like}"));
            let path = find(end).unwrap_or_else(|| model.replace(like, end));
            let mut json = bodies[&model].clone();
            merge_patch(&mut json, &body.patch);
            changed.insert(path, json);
        }
        for (path, json) in changed {
            let refused = self
                .arm
                .iter()
                .find(|(end, body)| path.ends_with(end.as_str()) && body.status.is_some());
            endpoint.route(
                &path,
                match refused {
                    Some((_, body)) => Reply::error(
                        body.status.unwrap(),
                        body.code.as_deref().unwrap_or("Error"),
                        "Refused.",
                    ),
                    None => Reply::json(json),
                },
            );
        }
        endpoint
    }

    fn finish_answers(&self, raw: &Answers, home: &str) -> Answers {
        let mut answers = Answers::new(raw.recorded_at, raw.origin);
        answers.caller = Caller {
            azure_credential: Some("azure-cli".to_owned()),
            azure_identity: Some("auditor@contoso.example".to_owned()),
        };
        for (key, answer) in raw.iter() {
            let mut answer = self.without_recorder(key, answer.clone(), home);
            if let Some((_, change)) = self
                .answers
                .iter()
                .find(|(part, _)| key.contains(part.as_str()))
            {
                answer = apply_change(answer, change);
            }
            answers.insert(key.to_owned(), answer);
        }
        let (key, addresses) = self.source.dns_answer();
        answers.insert(key, addresses);
        answers
    }

    /// Removes all data of the recording machine from the answer.
    fn without_recorder(&self, key: &str, answer: Answer, home: &str) -> Answer {
        let Answer::Body(Body {
            mut json,
            api_version,
        }) = answer
        else {
            return answer;
        };
        let place = &self.source;
        match key {
            k if k.starts_with("connection:") => {
                merge_patch(
                    &mut json,
                    &json!({ "peer_address": place.address, "peer_port": place.port }),
                );
            }
            k if k.ends_with("/identity") => {
                merge_patch(
                    &mut json,
                    &json!({ "[0]": { "server_address": place.address, "server_port": place.port } }),
                );
            }
            k if k.ends_with("/host") => {
                json = json!([{ "cpus_online": "0-3\n", "meminfo": "MemTotal:       16384000 kB\nMemFree:         1220480 kB\n" }]);
            }
            k if k.ends_with("/settings") => normalize_parameters(&mut json, place.port, home),
            _ => {}
        }
        Answer::Body(Body { json, api_version })
    }
}

fn apply_change(answer: Answer, change: &AnswerChange) -> Answer {
    match (change, answer) {
        (AnswerChange::Json(json), _) => json.clone().into(),
        (AnswerChange::Refused(refusal), _) => Failure::clone(refusal).into(),
        (
            AnswerChange::Patch(change),
            Answer::Body(Body {
                mut json,
                api_version,
            }),
        ) => {
            merge_patch(&mut json, change);
            Answer::Body(Body { json, api_version })
        }
        (AnswerChange::Patch(_), refused) => refused,
    }
}

/// Resets parameters that the test launcher changed for speed, and replaces its paths with those of a packaged server.
fn normalize_parameters(json: &mut Value, port: u16, home: &str) {
    let launcher = [
        "autovacuum",
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "shared_buffers",
        "max_connections",
        "max_prepared_transactions",
        "logging_collector",
        "log_destination",
    ];
    for row in json.as_array_mut().unwrap() {
        let name = row["name"].as_str().unwrap().to_owned();
        if launcher.contains(&name.as_str()) && is_launcher_value(&name, &row["reset_val"]) {
            row["reset_val"] = row["boot_val"].clone();
            row["source"] = "default".into();
        }
        if let Some(value) = row["reset_val"].as_str().filter(|v| v.contains(home)) {
            let place = if name == "unix_socket_directories" {
                "/var/run/postgresql".to_owned()
            } else {
                value.replace(home, "/var/lib/postgresql")
            };
            row["reset_val"] = place.into();
        }
        match name.as_str() {
            "port" => row["reset_val"] = port.to_string().into(),
            n if n.starts_with("lc_") => row["reset_val"] = "en_US.UTF-8".into(),
            _ => {}
        }
    }
}

/// Returns whether the value comes from the test launcher and not from the scenario.
fn is_launcher_value(name: &str, value: &Value) -> bool {
    let launchers = match name {
        "shared_buffers" => "2048",
        "max_connections" => "30",
        "max_prepared_transactions" => "10",
        _ => "off",
    };
    value == launchers
}

/// Runs a seed file. `-- database: NAME [owner ROLE]` starts a session in that database and creates the database if
/// necessary. `-- include: FILE` inserts a file from `tests/`, and `{directory:NAME}` a directory on the server.
fn run_seed(server: &pg::PgServer, text: &str) {
    let text = expand_seed(server, text);
    let mut made = vec!["postgres".to_owned()];
    for section in text.split("-- database: ").skip(1) {
        let (head, sql) = section.split_once('\n').unwrap();
        let mut words = head.split_whitespace();
        let name = words.next().unwrap().to_owned();
        if !made.contains(&name) {
            let owner = words
                .nth(1)
                .map(|o| format!(" OWNER {o}"))
                .unwrap_or_default();
            server.run("postgres", &format!("CREATE DATABASE {name}{owner}"));
            made.push(name.clone());
        }
        server.run(&name, sql);
    }
}

fn expand_seed(server: &pg::PgServer, text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("-- include: ") {
        Some(file) => {
            let path = scenarios_dir().parent().unwrap().join(file);
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        }
        None => line.to_owned(),
    };
    let mut whole = text.lines().map(line).collect::<Vec<_>>().join("\n");
    while let Some((before, rest)) = whole.split_once("{directory:") {
        let (name, after) = rest.split_once('}').unwrap();
        let place = server.create_directory(name);
        whole = format!("{before}{}{after}", place.display());
    }
    whole
}

fn live_backend(
    endpoint: &ArmEndpoint,
    conninfo: &str,
    user: &str,
    migration: &Migration,
) -> LiveBackend {
    let access = ConnectOptions::resolve(
        Some(&format!("{conninfo} user={user} sslmode=require")),
        &|_| None,
    )
    .unwrap();
    let migration_user = migration
        .migration_user
        .clone()
        .unwrap_or_else(|| user.to_owned());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    LiveBackend {
        arm: Some(arm_backend(endpoint)),
        source: Some(PostgresBackend::new(
            access,
            Side::Source,
            migration_user,
            deadline,
        )),
        dns: None,
        target: None,
        tokens: None,
    }
}

/// Returns a private key and a self-signed certificate.
fn certificate() -> (String, String) {
    let made =
        rcgen::generate_simple_self_signed(vec!["orders-db.corp.example".to_owned()]).unwrap();
    (made.signing_key.serialize_pem(), made.cert.pem())
}
