//! Past and running migrations of the target, with the service's own validation. The filter `All` is required: by
//! default, the list excludes ended migrations.

use serde_json::Value;
use time::OffsetDateTime;

use super::below;
use crate::facts::Fact;
use crate::facts::shape::{Shape, items};
use crate::plan::Target;
use crate::question::{Answers, Question};

/// One migration, running or ended.
#[derive(Debug, Clone)]
pub struct Run {
    pub name: String,
    /// `InProgress`, `WaitingForUserAction`, `CleaningUp`, `Canceled`, `Failed`, `Succeeded`, `ValidationFailed`.
    pub state: Fact<String>,
    /// Whether the migration is still running. Missing for an unknown state.
    pub is_active: Fact<bool>,
    pub sub_state: Option<String>,
    /// The error message of the service.
    pub error: Option<String>,
    /// Identifiers of the source: a resource ID, `host:port@user`, or a host.
    pub source: Fact<Vec<String>>,
    pub databases: Fact<Vec<String>>,
    pub started: Option<OffsetDateTime>,
    pub ended: Option<OffsetDateTime>,
    /// `None` if validation did not run or did not finish.
    pub validation: Fact<Option<Validation>>,
}

/// The service's own validation.
#[derive(Debug, Clone)]
pub struct Validation {
    /// `Failed`, `Warning`, `Succeeded`.
    pub status: String,
    pub ended: Option<OffsetDateTime>,
    pub items: Vec<Item>,
}

/// One validation item.
#[derive(Debug, Clone)]
pub struct Item {
    /// `None` for the server.
    pub database: Option<String>,
    /// `ExtensionsValidation`, `CollationsValidation`, …
    pub kind: String,
    pub state: String,
    pub messages: Vec<String>,
}

/// GET of all migrations.
pub fn question(target: &Target) -> Question {
    match below(target, "migrations") {
        Question::Arm {
            path, api_version, ..
        } => Question::Arm {
            path,
            api_version,
            filter: Some("migrationListFilter=All".to_owned()),
        },
        other => other,
    }
}

/// GET of the newest migration, if its validation failed and the list does not contain the reason.
pub fn question_of_unexplained(target: &Target, answers: &Answers) -> Option<Question> {
    let runs = listed(target, answers).ok()?;
    let newest = runs.iter().max_by_key(|r| r.started)?;
    let has_failed = newest.state.as_deref() == Ok("ValidationFailed");
    let is_unexplained = matches!(newest.validation, Ok(None));
    (has_failed && is_unexplained).then(|| below(target, &format!("migrations/{}", newest.name)))
}

/// Reads all migrations, in the order of the list.
pub fn read(target: &Target, answers: &Answers) -> Fact<Vec<Run>> {
    let mut runs = listed(target, answers)?;
    if let Some(question) = question_of_unexplained(target, answers) {
        let newest = runs.iter_mut().max_by_key(|r| r.started);
        let detail = Shape::<Value>::read(answers, &question, &[]).and_then(|shape| run(&shape));
        match (newest, detail) {
            (Some(newest), Ok(detail)) => *newest = detail,
            (Some(newest), Err(missing)) => newest.validation = Err(missing),
            (None, _) => {}
        }
    }
    Ok(runs)
}

fn listed(target: &Target, answers: &Answers) -> Fact<Vec<Run>> {
    let question = question(target);
    items(answers, &question)?
        .iter()
        .map(|item| run(&Shape::<Value>::item(item, &question, &[])?))
        .collect()
}

fn run(shape: &Shape<Value>) -> Fact<Run> {
    let text = |path: &str| {
        shape
            .field(&format!("properties.{path}"), "")
            .unwrap_or(None)
    };
    let databases = shape
        .texts("properties.dbsToMigrate")
        .and_then(|all| all.ok_or_else(|| shape.absent("properties.dbsToMigrate")));
    Ok(Run {
        name: shape.required("name")?,
        state: shape.required(STATE),
        is_active: is_active(shape),
        sub_state: text("currentStatus.currentSubStateDetails.currentSubState"),
        error: text("currentStatus.error"),
        source: source(shape),
        databases,
        started: shape
            .moment("properties.migrationWindowStartTimeInUtc")
            .unwrap_or(None),
        ended: shape
            .moment("properties.migrationWindowEndTimeInUtc")
            .unwrap_or(None),
        validation: whole(shape).and_then(|()| validation(shape)),
    })
}

fn source(shape: &Shape<Value>) -> Fact<Vec<String>> {
    let (by_id, by_name) = (
        "properties.sourceDbServerResourceId",
        "properties.sourceDbServerFullyQualifiedDomainName",
    );
    let names = [shape.field(by_id, "")?, shape.field(by_name, "")?];
    let names: Vec<String> = names.into_iter().flatten().collect();
    match names.is_empty() {
        true => Err(shape.absent(by_id)),
        false => Ok(names),
    }
}

/// Checks the structure around the validation result and the end of the migration.
fn whole(shape: &Shape<Value>) -> Fact<()> {
    for object in [
        "properties",
        "properties.currentStatus",
        DETAILS,
        VALIDATION,
    ] {
        shape.has(object, "")?;
    }
    shape.field("properties.currentStatus.error", "")?;
    shape.moment("properties.migrationWindowStartTimeInUtc")?;
    shape.moment("properties.migrationWindowEndTimeInUtc")?;
    Ok(())
}

const STATE: &str = "properties.currentStatus.state";

fn is_active(shape: &Shape<Value>) -> Fact<bool> {
    let state = shape.required(STATE)?;
    match state.to_ascii_lowercase().as_str() {
        "inprogress" | "waitingforuseraction" | "cleaningup" => Ok(true),
        "canceled" | "failed" | "succeeded" | "validationfailed" => Ok(false),
        _ => Err(shape.odd(STATE, &format!("`{state}`"), "a state that is known here")),
    }
}

const DETAILS: &str = "properties.currentStatus.currentSubStateDetails";
const VALIDATION: &str = "properties.currentStatus.currentSubStateDetails.validationDetails";

fn validation(shape: &Shape<Value>) -> Fact<Option<Validation>> {
    if !shape.has(VALIDATION, "")? {
        return Ok(None);
    }
    let at = |name: &str| format!("{VALIDATION}.{name}");
    // While the validation runs, it has no status.
    let Some(status) = shape.field(&at("status"), "")? else {
        return Ok(None);
    };
    let is_known =
        ["failed", "warning", "succeeded"].contains(&status.to_ascii_lowercase().as_str());
    if !is_known {
        return Err(shape.odd(
            &at("status"),
            &format!("`{status}`"),
            "Failed, Warning or Succeeded",
        ));
    }
    let mut items = Vec::new();
    for item in shape
        .list(&at("serverLevelValidationDetails"))?
        .unwrap_or_default()
    {
        items.push(validated(&item, None)?);
    }
    for database in shape
        .list(&at("dbLevelValidationDetails"))?
        .unwrap_or_default()
    {
        let name = database.field("databaseName", "")?;
        for item in database.list("summary")?.unwrap_or_default() {
            items.push(validated(&item, name.clone())?);
        }
    }
    let ended = shape.moment(&at("validationEndTimeInUtc"))?;
    Ok(Some(Validation {
        status,
        ended: ended.or(shape.moment(&at("validationStartTimeInUtc"))?),
        items,
    }))
}

fn validated(item: &Shape<Value>, database: Option<String>) -> Fact<Item> {
    let messages = item.list("messages")?.unwrap_or_default();
    Ok(Item {
        database,
        kind: item.required("type")?,
        state: item.required("state")?,
        messages: messages
            .iter()
            .map(|m| m.required("message"))
            .collect::<Fact<_>>()?,
    })
}
