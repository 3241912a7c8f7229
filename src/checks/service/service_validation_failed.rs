//! The result of the service's last validation of this migration. Since 0.1.0.

use time::{Duration, OffsetDateTime};

use super::same_source::is_source;
use super::word;
use crate::checks::moment::at;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity};
use crate::facts::service::migrations::{Item, Run, Validation};
use crate::facts::{Fact, Facts, Missing};

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
    look: "az postgres flexible-server migration list --resource-group <group> --name <name> --filter All --query \
           \"[].{name:name,state:currentStatus.state,error:currentStatus.error}\"",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-premigration-migration-service",
    run,
};

const FRESH: Duration = Duration::hours(24);

/// A validation and its migration.
struct Word<'f> {
    run: &'f Run,
    validation: &'f Validation,
}

impl Word<'_> {
    fn has_succeeded(&self) -> bool {
        self.validation.status.eq_ignore_ascii_case("succeeded")
    }
}

fn run(facts: &Facts) -> Judged {
    let runs = facts.service.as_ref()?.migrations.as_ref()?;
    let mut findings = Findings::none();
    let mut words = Vec::new();
    for run in runs {
        if let Some(Some(validation)) = findings.know(&run.validation) {
            words.push(Word { run, validation });
        }
    }
    let mut is_same = |word: &&Word| match is_same(facts, word.run) {
        Ok(is_same) => is_same,
        // Without these facts, the failure cannot be assigned to this source.
        Err(missing) => {
            if !word.has_succeeded() {
                findings.unknown(&missing);
            }
            false
        }
    };
    let same = newest(words.iter().filter(&mut is_same));
    let any = newest(words.iter());
    match (same, any) {
        (Some((run, validation)), _) => judge(&mut findings, facts, run, validation, None),
        (None, Some((run, validation))) => {
            let of = match self::is_same(facts, run) {
                Err(_) => ", perhaps of another source or other databases,",
                Ok(_) => ", of another source or other databases,",
            };
            judge(&mut findings, facts, run, validation, Some(of));
        }
        (None, None) => {}
    }
    last_error(&mut findings, runs, any.and_then(|(_, v)| v.ended));
    Ok(findings)
}

fn newest<'f, 'w>(words: impl Iterator<Item = &'w Word<'f>>) -> Option<(&'f Run, &'f Validation)>
where
    'f: 'w,
{
    let word = words.max_by_key(|w| w.validation.ended);
    word.map(|w| (w.run, w.validation))
}

/// Returns whether a past migration had this source and exactly these databases.
fn is_same(facts: &Facts, run: &Run) -> Fact<bool> {
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

fn judge(
    findings: &mut Findings,
    facts: &Facts,
    run: &Run,
    validation: &Validation,
    of_another: Option<&str>,
) {
    let status = validation.status.to_ascii_lowercase();
    if status == "succeeded" {
        return;
    }
    let is_fresh = validation
        .ended
        .is_none_or(|ended| ended > facts.recorded_at - FRESH);
    let is_grave = status == "failed" && is_fresh && of_another.is_none();
    let when = validation.ended.map_or("at an unknown time".to_owned(), on);
    let of = of_another.unwrap_or_default();
    let items = validation
        .items
        .iter()
        .filter(|i| !i.state.eq_ignore_ascii_case("Succeeded"));
    let found: Vec<Finding> = items
        .map(|item| quoted(run, item, &format!("{when}{of}")))
        .collect();
    let whole = || {
        let message = format!(
            "the validation of `{}` {when}{of} came out as `{}`",
            run.name, validation.status
        );
        Finding::new(format!("migration/{}", run.name), message)
    };
    let found = if found.is_empty() {
        vec![whole()]
    } else {
        found
    };
    findings.found.extend(found.into_iter().map(|finding| {
        match is_grave {
            // One item can have a warning while another has failed.
            true if finding
                .evidence
                .iter()
                .any(|(k, v)| k == "state" && v.eq_ignore_ascii_case("Warning")) =>
            {
                finding.milder(Severity::Warning)
            }
            true => finding,
            false => finding.milder(Severity::Warning),
        }
    }));
}

fn quoted(run: &Run, item: &Item, when: &str) -> Finding {
    let said = if item.messages.is_empty() {
        "no message".to_owned()
    } else {
        format!("\"{}\"", item.messages.join("\"; \""))
    };
    let object = match &item.database {
        Some(database) => format!("database/{database}"),
        None => "server".to_owned(),
    };
    let message = format!(
        "`{}` of the service {when} says {}: {said}",
        item.kind, item.state
    );
    let finding = Finding::new(object, message)
        .evidence("migration", &run.name)
        .evidence("state", &item.state);
    let kin = word::kin(item);
    if kin.is_empty() {
        finding
    } else {
        finding.evidence("our own checks", kin.join(", "))
    }
}

/// Reports a migration that failed after the last validation. Its error is a separate text.
fn last_error(findings: &mut Findings, runs: &[Run], validated: Option<OffsetDateTime>) {
    let Some(last) = runs.iter().max_by_key(|r| r.started) else {
        return;
    };
    // An unknown state can be a failure.
    findings.know(&last.is_active);
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
    let when = moment.map_or("at an unknown time".to_owned(), on);
    let message = format!("migration `{}` failed {when}: \"{error}\"", last.name);
    let finding =
        Finding::new(format!("migration/{}", last.name), message).milder(Severity::Warning);
    let kin = word::kin_of(error);
    findings.push(if kin.is_empty() {
        finding
    } else {
        finding.evidence("our own checks", kin.join(", "))
    });
}

fn on(moment: OffsetDateTime) -> String {
    format!("on {}", at(moment))
}
