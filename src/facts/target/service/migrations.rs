//! Past and running migrations of the target, with the service's own validation. The filter `All` is required: by
//! default, the list excludes ended migrations.

use serde_json::Value;
use time::OffsetDateTime;

use super::child_question;
use crate::config::TargetServer;
use crate::facts::Fact;
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::question::{Answers, Question};

/// One migration, running or ended.
#[derive(Debug, Clone)]
pub struct MigrationRecord {
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
    pub validation: Fact<Option<ServiceValidation>>,
}

/// The service's own validation.
#[derive(Debug, Clone)]
pub struct ServiceValidation {
    /// `Failed`, `Warning`, `Succeeded`.
    pub status: String,
    pub ended: Option<OffsetDateTime>,
    pub items: Vec<ValidationItem>,
}

/// One validation item.
#[derive(Debug, Clone)]
pub struct ValidationItem {
    /// `None` for the server.
    pub database: Option<String>,
    /// `ExtensionsValidation`, `CollationsValidation`, …
    pub kind: String,
    pub state: String,
    pub messages: Vec<String>,
}

/// GET of all migrations.
pub fn question(target: &TargetServer) -> Question {
    match child_question(target, "migrations") {
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
pub fn failed_validation_question(target: &TargetServer, answers: &Answers) -> Option<Question> {
    let records = list_migrations(target, answers).ok()?;
    let newest = records.iter().max_by_key(|r| r.started)?;
    let has_failed = newest.state.as_deref() == Ok("ValidationFailed");
    let is_unexplained = matches!(newest.validation, Ok(None));
    (has_failed && is_unexplained)
        .then(|| child_question(target, &format!("migrations/{}", newest.name)))
}

/// Reads all migrations, in the order of the list.
pub fn read(target: &TargetServer, answers: &Answers) -> Fact<Vec<MigrationRecord>> {
    let mut records = list_migrations(target, answers)?;
    if let Some(question) = failed_validation_question(target, answers) {
        let newest = records.iter_mut().max_by_key(|r| r.started);
        let detail = ArmReader::<Value>::read(answers, &question, &[])
            .and_then(|shape| migration_record(&shape));
        match (newest, detail) {
            (Some(newest), Ok(detail)) => *newest = detail,
            (Some(newest), Err(missing)) => newest.validation = Err(missing),
            (None, _) => {}
        }
    }
    Ok(records)
}

fn list_migrations(target: &TargetServer, answers: &Answers) -> Fact<Vec<MigrationRecord>> {
    let question = question(target);
    list_items(answers, &question)?
        .iter()
        .map(|item| migration_record(&ArmReader::<Value>::item(item, &question, &[])?))
        .collect()
}

fn migration_record(shape: &ArmReader<Value>) -> Fact<MigrationRecord> {
    let text = |path: &str| {
        shape
            .text(&format!("properties.{path}"), "")
            .unwrap_or(None)
    };
    let databases = shape
        .texts("properties.dbsToMigrate")
        .and_then(|all| all.ok_or_else(|| shape.absent("properties.dbsToMigrate")));
    Ok(MigrationRecord {
        name: shape.required("name")?,
        state: shape.required(STATE_PATH),
        is_active: is_active(shape),
        sub_state: text("currentStatus.currentSubStateDetails.currentSubState"),
        error: text("currentStatus.error"),
        source: source_identifiers(shape),
        databases,
        started: shape
            .time("properties.migrationWindowStartTimeInUtc")
            .unwrap_or(None),
        ended: shape
            .time("properties.migrationWindowEndTimeInUtc")
            .unwrap_or(None),
        validation: check_structure(shape).and_then(|()| validation(shape)),
    })
}

fn source_identifiers(shape: &ArmReader<Value>) -> Fact<Vec<String>> {
    let (by_id, by_name) = (
        "properties.sourceDbServerResourceId",
        "properties.sourceDbServerFullyQualifiedDomainName",
    );
    let names = [shape.text(by_id, "")?, shape.text(by_name, "")?];
    let names: Vec<String> = names.into_iter().flatten().collect();
    if names.is_empty() {
        Err(shape.absent(by_id))
    } else {
        Ok(names)
    }
}

/// Checks the structure around the validation result and the end of the migration.
fn check_structure(shape: &ArmReader<Value>) -> Fact<()> {
    for object in [
        "properties",
        "properties.currentStatus",
        SUB_STATE_DETAILS_PATH,
        VALIDATION_PATH,
    ] {
        shape.has_object(object, "")?;
    }
    shape.text("properties.currentStatus.error", "")?;
    shape.time("properties.migrationWindowStartTimeInUtc")?;
    shape.time("properties.migrationWindowEndTimeInUtc")?;
    Ok(())
}

const STATE_PATH: &str = "properties.currentStatus.state";

fn is_active(shape: &ArmReader<Value>) -> Fact<bool> {
    let state = shape.required(STATE_PATH)?;
    match state.to_ascii_lowercase().as_str() {
        "inprogress" | "waitingforuseraction" | "cleaningup" => Ok(true),
        "canceled" | "failed" | "succeeded" | "validationfailed" => Ok(false),
        _ => Err(shape.unexpected(
            STATE_PATH,
            &format!("`{state}`"),
            "a state that is known here",
        )),
    }
}

const SUB_STATE_DETAILS_PATH: &str = "properties.currentStatus.currentSubStateDetails";
const VALIDATION_PATH: &str = "properties.currentStatus.currentSubStateDetails.validationDetails";

fn validation(shape: &ArmReader<Value>) -> Fact<Option<ServiceValidation>> {
    if !shape.has_object(VALIDATION_PATH, "")? {
        return Ok(None);
    }
    let at = |name: &str| format!("{VALIDATION_PATH}.{name}");
    // While the validation runs, it has no status.
    let Some(status) = shape.text(&at("status"), "")? else {
        return Ok(None);
    };
    let is_known =
        ["failed", "warning", "succeeded"].contains(&status.to_ascii_lowercase().as_str());
    if !is_known {
        return Err(shape.unexpected(
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
        items.push(validation_item(&item, None)?);
    }
    for database in shape
        .list(&at("dbLevelValidationDetails"))?
        .unwrap_or_default()
    {
        let name = database.text("databaseName", "")?;
        for item in database.list("summary")?.unwrap_or_default() {
            items.push(validation_item(&item, name.clone())?);
        }
    }
    let ended = shape.time(&at("validationEndTimeInUtc"))?;
    Ok(Some(ServiceValidation {
        status,
        ended: ended.or(shape.time(&at("validationStartTimeInUtc"))?),
        items,
    }))
}

fn validation_item(item: &ArmReader<Value>, database: Option<String>) -> Fact<ValidationItem> {
    let messages = item.list("messages")?.unwrap_or_default();
    Ok(ValidationItem {
        database,
        kind: item.required("type")?,
        state: item.required("state")?,
        messages: messages
            .iter()
            .map(|m| m.required("message"))
            .collect::<Fact<_>>()?,
    })
}
