//! The result of the service's last validation of this migration. Since 0.1.0.

use time::{Duration, OffsetDateTime};

use super::same_source::is_source;
use super::validation_codes;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, ObjectKind, Severity};
use crate::facts::target::service::migrations::{
    MigrationRecord, ServiceValidation, ValidationItem,
};
use crate::facts::{Fact, Facts, Missing};
use crate::time_format::format_utc_minute;

pub const CHECK: Check = Check {
    id: "service-validation-failed",
    title: "The migration service's own last word was no success",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[],
    why: "The service validates by its own rules before it copies. What it found within the last day of the same source and \
          databases it will most likely find again.",
    fix: "Mend what the messages name, then validate anew (`--migration-option Validate` copies nothing).",
    verify: "az postgres flexible-server migration list --resource-group <group> --name <name> --filter All --query \
           \"[].{name:name,state:currentStatus.state,error:currentStatus.error}\"",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-premigration-migration-service",
    run,
};

const MAX_AGE: Duration = Duration::hours(24);

/// A validation and its migration.
struct PastValidation<'f> {
    run: &'f MigrationRecord,
    validation: &'f ServiceValidation,
}

impl PastValidation<'_> {
    fn has_succeeded(&self) -> bool {
        self.validation.status.eq_ignore_ascii_case("succeeded")
    }
}

fn run(facts: &Facts) -> CheckResult {
    let runs = facts.service.as_ref()?.migrations.as_ref()?;
    let mut findings = Findings::none();
    let mut validations = Vec::new();
    for run in runs {
        if let Some(Some(validation)) = findings.require(&run.validation) {
            validations.push(PastValidation { run, validation });
        }
    }
    let mut is_same = |word: &&PastValidation| match is_same_migration(facts, word.run) {
        Ok(is_same) => is_same,
        // Without these facts, the failure cannot be assigned to this source.
        Err(missing) => {
            if !word.has_succeeded() {
                findings.add_missing(&missing);
            }
            false
        }
    };
    let same = newest_validation(validations.iter().filter(&mut is_same));
    let any = newest_validation(validations.iter());
    match (same, any) {
        (Some((run, validation)), _) => {
            add_validation_findings(&mut findings, facts, run, validation, None)
        }
        (None, Some((run, validation))) => {
            let of = match self::is_same_migration(facts, run) {
                Err(_) => ", perhaps of another source or other databases,",
                Ok(_) => ", of another source or other databases,",
            };
            add_validation_findings(&mut findings, facts, run, validation, Some(of));
        }
        (None, None) => {}
    }
    add_last_error(&mut findings, runs, any.and_then(|(_, v)| v.ended));
    Ok(findings)
}

fn newest_validation<'f, 'w>(
    validations: impl Iterator<Item = &'w PastValidation<'f>>,
) -> Option<(&'f MigrationRecord, &'f ServiceValidation)>
where
    'f: 'w,
{
    let newest = validations.max_by_key(|w| w.validation.ended);
    newest.map(|w| (w.run, w.validation))
}

/// Returns whether a past migration had this source and exactly these databases.
fn is_same_migration(facts: &Facts, run: &MigrationRecord) -> Fact<bool> {
    let Some(source) = &facts.migration.source else {
        return Ok(false);
    };
    let of_run = run.databases.as_ref().map_err(Missing::clone)?;
    let names = run.source.as_ref().map_err(Missing::clone)?;
    let databases = facts.databases.as_ref().map_err(Missing::clone)?;
    let (selected, missing) = databases.selected();
    missing.map_or(Ok(()), Err)?;
    let is_source = is_source(facts, source, names)?;
    let are_databases = of_run.len() == selected.len()
        && of_run.iter().all(|d| selected.iter().any(|s| s.name == *d));
    Ok(is_source && are_databases)
}

fn add_validation_findings(
    findings: &mut Findings,
    facts: &Facts,
    run: &MigrationRecord,
    validation: &ServiceValidation,
    of_another: Option<&str>,
) {
    let status = validation.status.to_ascii_lowercase();
    if status == "succeeded" {
        return;
    }
    let is_fresh = validation
        .ended
        .is_none_or(|ended| ended > facts.recorded_at - MAX_AGE);
    let is_blocking = status == "failed" && is_fresh && of_another.is_none();
    let when = validation
        .ended
        .map_or("at an unknown time".to_owned(), on_date);
    let of = of_another.unwrap_or_default();
    let items = validation
        .items
        .iter()
        .filter(|i| !i.state.eq_ignore_ascii_case("Succeeded"));
    let found: Vec<Finding> = items
        .map(|item| item_finding(run, item, &format!("{when}{of}")))
        .collect();
    let summary = || {
        let message = format!(
            "the validation of `{}` {when}{of} came out as `{}`",
            run.name, validation.status
        );
        Finding::new(Object::named(ObjectKind::Migration, &run.name), message)
    };
    let found = if found.is_empty() {
        vec![summary()]
    } else {
        found
    };
    findings.items.extend(found.into_iter().map(|finding| {
        // One item can have a warning while another has failed.
        let is_only_warning = finding
            .evidence
            .iter()
            .any(|(k, v)| k == "state" && v.eq_ignore_ascii_case("Warning"));
        if is_blocking && !is_only_warning {
            finding
        } else {
            finding.with_severity(Severity::Warning)
        }
    }));
}

fn item_finding(run: &MigrationRecord, item: &ValidationItem, when: &str) -> Finding {
    let messages = if item.messages.is_empty() {
        "no message".to_owned()
    } else {
        format!("\"{}\"", item.messages.join("\"; \""))
    };
    let object = match &item.database {
        Some(database) => Object::for_database(database),
        None => Object::Server,
    };
    let message = format!(
        "`{}` of the service {when} says {}: {messages}",
        item.kind, item.state
    );
    let finding = Finding::new(object, message)
        .with_evidence("migration", &run.name)
        .with_evidence("state", &item.state);
    let related_checks = validation_codes::related_checks(item);
    if related_checks.is_empty() {
        finding
    } else {
        finding.with_evidence("our own checks", related_checks.join(", "))
    }
}

/// Reports a migration that failed after the last validation. Its error is a separate text.
fn add_last_error(
    findings: &mut Findings,
    runs: &[MigrationRecord],
    validated: Option<OffsetDateTime>,
) {
    let Some(last) = runs.iter().max_by_key(|r| r.started) else {
        return;
    };
    // An unknown state can be a failure.
    findings.require(&last.is_active);
    let has_failed = last
        .state
        .as_deref()
        .is_ok_and(|s| s.eq_ignore_ascii_case("Failed"));
    let moment = last.ended.or(last.started);
    let Some(error) = last
        .error
        .as_ref()
        .filter(|_| has_failed && moment >= validated)
    else {
        return;
    };
    let when = moment.map_or("at an unknown time".to_owned(), on_date);
    let message = format!("migration `{}` failed {when}: \"{error}\"", last.name);
    let finding = Finding::new(Object::named(ObjectKind::Migration, &last.name), message)
        .with_severity(Severity::Warning);
    let related_checks = validation_codes::related_checks_in_text(error);
    findings.push(if related_checks.is_empty() {
        finding
    } else {
        finding.with_evidence("our own checks", related_checks.join(", "))
    });
}

fn on_date(moment: OffsetDateTime) -> String {
    format!("on {}", format_utc_minute(moment))
}
