//! A writable fake of Azure: the test endpoint serves the ARM answers of a recording, and `az` commands change them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::arm::{ArmBackend, ArmOptions, AuthMethod, Cloud};
use flexready::backend::recording::Recording;
use flexready::config::Migration;
use flexready::question::{Answer, Answers, Question};
use serde_json::{Value, json};

use super::script_runner::ProgramCall;
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::recordings::{fixtures_dir, replay};

type SharedBodies = Arc<Mutex<BTreeMap<String, Value>>>;

pub struct FakeAzure {
    bodies: SharedBodies,
    endpoint: ArmEndpoint,
    recording: Recording,
}

/// Sends ARM questions to the endpoint and all others to the recording.
struct ArmAndRecording<'a> {
    arm: ArmBackend,
    recording: &'a Recording,
}

#[async_trait]
impl Backend for ArmAndRecording<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for question in questions {
            let one = std::slice::from_ref(question);
            let mut answer = match question {
                Question::Arm { .. } => self.arm.ask(one).await,
                _ => self.recording.ask(one).await,
            };
            answers.push(answer.remove(0));
        }
        answers
    }
}

impl FakeAzure {
    pub fn from_recording(name: &str) -> (FakeAzure, Migration) {
        let place = fixtures_dir().join(name);
        let recording = Recording::open(&place).unwrap();
        let (migration, answers) = replay(&place);
        let mut bodies = BTreeMap::new();
        for (key, answer) in answers.iter() {
            let path = key.strip_prefix("arm:").and_then(|k| k.split('?').next());
            if let (Some(path), Answer::Body(body)) = (path, answer) {
                bodies.insert(path.to_owned(), body.json.clone());
            }
        }
        let azure = FakeAzure {
            bodies: Arc::default(),
            endpoint: ArmEndpoint::start(),
            recording,
        };
        for (path, body) in bodies {
            azure.put(&path, body);
        }
        (azure, migration)
    }

    fn put(&self, path: &str, body: Value) {
        let path = path.to_lowercase();
        self.bodies.lock().unwrap().insert(path.clone(), body);
        let bodies = Arc::clone(&self.bodies);
        self.endpoint.route_with(&path.clone(), move |_| {
            let found = bodies.lock().unwrap().get(&path).cloned();
            found.map_or_else(Reply::not_found, Reply::json)
        });
    }

    /// Answers the path with this suffix with HTTP 403.
    pub fn forbid(&self, end: &str) {
        let path = self.find_key(end);
        let refusal = Reply::error(403, "AuthorizationFailed", "made by the test");
        self.endpoint.route(&path, refusal);
    }

    /// Collects all answers that the checks of this migration need.
    pub fn ask(&self, migration: &Migration) -> Answers {
        let url = self.endpoint.url();
        let env = move |name: &str| match name {
            "FLEXREADY_ARM_ENDPOINT" => Some(url.clone()),
            "FLEXREADY_ACCESS_TOKEN" => Some("a.token".to_owned()),
            _ => None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let options = ArmOptions::from_env(
                Cloud::default(),
                AuthMethod::default(),
                Duration::from_secs(60),
                &env,
            );
            let source = ArmAndRecording {
                arm: ArmBackend::new(options.unwrap()).unwrap(),
                recording: &self.recording,
            };
            flexready::collect_answers(migration, &source, self.recording.empty_answers())
                .await
                .0
        })
    }

    fn find_key(&self, end: &str) -> String {
        let bodies = self.bodies.lock().unwrap();
        let end = end.to_lowercase();
        let found: Vec<&String> = bodies.keys().filter(|k| k.ends_with(&end)).collect();
        assert_eq!(found.len(), 1, "{end}: {found:?}");
        found[0].clone()
    }

    /// Returns the first body whose path has this suffix.
    pub fn find(&self, end: &str) -> Option<Value> {
        let bodies = self.bodies.lock().unwrap();
        let mut found = bodies.iter().filter(|(key, _)| key.ends_with(end));
        found.next().map(|(_, body)| body.clone())
    }

    pub fn body(&self, end: &str) -> Value {
        let key = self.find_key(end);
        self.bodies.lock().unwrap()[&key].clone()
    }

    pub fn change(&self, end: &str, change: impl FnOnce(&mut Value)) {
        let key = self.find_key(end);
        change(self.bodies.lock().unwrap().get_mut(&key).unwrap());
    }

    /// Applies the effect of the `az` calls.
    pub fn apply_all(&self, calls: &[ProgramCall]) {
        for call in calls.iter().filter(|c| c.program == "az") {
            self.apply_call(&call.arguments);
        }
    }

    fn apply_call(&self, words: &[String]) {
        let flag = |name: &str| {
            let joined = words
                .iter()
                .find_map(|w| w.strip_prefix(&format!("{name}=")));
            let next = words
                .iter()
                .position(|w| w == name)
                .and_then(|at| words.get(at + 1));
            joined.or(next.map(String::as_str))
        };
        let verb: Vec<&str> = words
            .iter()
            .take_while(|w| !w.starts_with('-'))
            .map(String::as_str)
            .collect();
        let server = || format!("/flexibleservers/{}", flag("--name").unwrap());
        let child =
            |kind: &str| format!("/flexibleservers/{}/{kind}", flag("--server-name").unwrap());
        match verb.join(" ").strip_prefix("postgres flexible-server ") {
            Some("update") => self.change(&server(), |body| update_server(body, &flag)),
            Some("start") => self.change(&server(), |body| {
                body["properties"]["state"] = json!("Ready")
            }),
            Some("upgrade") => self.change(&server(), |body| {
                body["properties"]["version"] = json!(flag("--version"))
            }),
            Some("restart") => self.change(&format!("{}/configurations", server()), |body| {
                for one in body["value"].as_array_mut().unwrap() {
                    one["properties"]["isConfigPendingRestart"] = json!(false);
                }
            }),
            Some("parameter set") => {
                self.change(&child("configurations"), |body| set_parameter(body, &flag))
            }
            Some("delete") => self.delete_server(flag("--name").unwrap()),
            Some("replica create") => self.create_replica(&flag),
            Some("db delete") => self.change(&child("databases"), |body| {
                remove_by_name(body, flag("--name").unwrap())
            }),
            Some("firewall-rule delete") => self.change(&child("firewallrules"), |body| {
                remove_by_name(body, flag("--name").unwrap())
            }),
            Some(_) => {}
            None => self.apply_other(&verb, &flag),
        }
    }

    fn apply_other<'w>(&self, verb: &[&str], flag: &impl Fn(&str) -> Option<&'w str>) {
        match verb.join(" ").as_str() {
            "lock delete" => {
                let name = flag("--ids")
                    .unwrap()
                    .rsplit('/')
                    .next()
                    .unwrap()
                    .to_owned();
                self.change("/locks", |body| remove_by_name(body, &name));
            }
            "lock create" => self.change("/locks", |body| {
                let name = flag("--name").unwrap();
                let subscription = format!("/subscriptions/{}", flag("--subscription").unwrap());
                let group =
                    flag("--resource-group").map(|g| format!("{subscription}/resourceGroups/{g}"));
                let on = flag("--resource")
                    .map(str::to_owned)
                    .or(group)
                    .unwrap_or(subscription);
                let id = format!("{on}/providers/Microsoft.Authorization/locks/{name}");
                let properties = json!({ "level": flag("--lock-type"), "notes": flag("--notes") });
                let lock = json!({ "name": name, "id": id, "properties": properties });
                body["value"].as_array_mut().unwrap().push(lock);
            }),
            "rest" => {
                assert_eq!(flag("--method"), Some("patch"));
                let path = flag("--url").unwrap().split('?').next().unwrap();
                let patch: Value = serde_json::from_str(flag("--body").unwrap()).unwrap();
                self.change(path, |body| {
                    let mode = &patch["properties"]["highAvailability"]["mode"];
                    body["properties"]["highAvailability"] =
                        json!({ "mode": mode, "state": "Healthy" });
                });
            }
            "role assignment create" | "ad signed-in-user show" => {}
            verb => panic!("no write is known for `az {verb}`"),
        }
    }

    /// Deletes a server. As in Azure, deleting a server that does not exist is not an error.
    fn delete_server(&self, name: &str) {
        let end = format!("/flexibleservers/{name}");
        self.bodies
            .lock()
            .unwrap()
            .retain(|key, _| !key.ends_with(&end));
        self.change("/replicas", |body| remove_by_name(body, name));
    }

    fn create_replica<'w>(&self, flag: &impl Fn(&str) -> Option<&'w str>) {
        let (name, source) = (flag("--name").unwrap(), flag("--source-server").unwrap());
        let primary = self.body(source);
        let id = format!("{}/{name}", source.rsplit_once('/').unwrap().0);
        let size = flag("--storage-size").map_or(
            primary["properties"]["storage"]["storageSizeGB"].clone(),
            |s| json!(s.parse::<u32>().unwrap()),
        );
        let location = match flag("--location").unwrap() {
            "northeurope" => "North Europe",
            other => other,
        };
        let body = json!({
            "id": id, "name": name, "location": location,
            "sku": { "name": flag("--sku-name"), "tier": flag("--tier") },
            "properties": {
                "sourceServerResourceId": source, "replicationRole": "AsyncReplica", "state": "Ready",
                "availabilityZone": flag("--zone"), "storage": { "storageSizeGB": size },
            }
        });
        self.put(&id, body);
        self.change("/replicas", |list| {
            list["value"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "id": id, "name": name, "properties": {} }));
        });
    }
}

fn update_server<'w>(body: &mut Value, flag: &impl Fn(&str) -> Option<&'w str>) {
    match flag("--zonal-resiliency") {
        Some("Disabled") => {
            body["properties"]["highAvailability"] =
                json!({ "mode": "Disabled", "state": "NotEnabled" })
        }
        Some(_) => {
            let zone = flag("--standby-zone");
            body["properties"]["highAvailability"] = json!({ "mode": "ZoneRedundant", "state": "Healthy", "standbyAvailabilityZone": zone });
        }
        None => {}
    }
    if let Some(size) = flag("--storage-size") {
        body["properties"]["storage"]["storageSizeGB"] = json!(size.parse::<u32>().unwrap());
    }
    if let Some(sku) = flag("--sku-name") {
        body["sku"] = json!({ "name": sku, "tier": flag("--tier") });
    }
    if flag("--password-auth") == Some("Enabled") {
        body["properties"]["authConfig"]["passwordAuth"] = json!("Enabled");
    }
}

fn set_parameter<'w>(body: &mut Value, flag: &impl Fn(&str) -> Option<&'w str>) {
    let name = flag("--name").unwrap();
    let all = body["value"].as_array_mut().unwrap();
    let one = all
        .iter_mut()
        .find(|p| p["name"].as_str().unwrap().eq_ignore_ascii_case(name));
    let properties = &mut one.unwrap_or_else(|| panic!("no parameter {name}"))["properties"];
    let value = json!(flag("--value").unwrap());
    if properties["isDynamicConfig"] == false && properties["value"] != value {
        properties["isConfigPendingRestart"] = json!(true);
    }
    properties["value"] = value;
    properties["source"] = json!("user-override");
}

fn remove_by_name(list: &mut Value, name: &str) {
    list["value"]
        .as_array_mut()
        .unwrap()
        .retain(|one| one["name"] != name);
}
