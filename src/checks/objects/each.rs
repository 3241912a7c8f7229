//! Runs a check on the facts of every selected database, and formats its findings and steps.

use crate::checks::{Finding, Findings, Judged, Step};
use crate::facts::objects::{InDatabase, Listed};
use crate::facts::relations::InDatabase as Relations;
use crate::facts::{Fact, Facts};

/// Calls `visit` with the facts that `database_facts` returns for each selected database.
/// Facts that could not be read are added to the findings as missing.
pub(super) fn in_every<'f, D: 'f>(
    facts: &'f Facts,
    of: impl Fn(&str) -> Fact<&'f D>,
    mut look: impl FnMut(&mut Findings, &'f D),
) -> Judged {
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    for database in findings.selected(databases) {
        match of(&database.name) {
            Ok(parts) => look(&mut findings, parts),
            Err(missing) => findings.unknown(&missing),
        }
    }
    Ok(findings)
}

/// Calls `visit` with the object facts of each selected database.
pub(super) fn in_each(facts: &Facts, look: impl FnMut(&mut Findings, &InDatabase)) -> Judged {
    let objects = facts.objects.as_ref()?;
    in_every(facts, |name| objects.of(name), look)
}

/// Checks every row of one object list in each selected database.
/// `kind` is the object kind, as in [`Finding::object`].
pub(super) fn each<T>(
    facts: &Facts,
    kind: &str,
    part: fn(&InDatabase) -> &Fact<Listed<T>>,
    judge: impl Fn(&str, &T) -> Option<Finding>,
) -> Judged {
    in_each(facts, |findings, parts| {
        judge_list(findings, &parts.database, kind, part(parts), &judge);
    })
}

/// Checks every row of one copy-hazard list in each selected database, as [`check_objects`] does for object lists.
pub(super) fn each_relation<T>(
    facts: &Facts,
    kind: &str,
    part: fn(&Relations) -> &Fact<Listed<T>>,
    judge: impl Fn(&str, &T) -> Option<Finding>,
) -> Judged {
    let relations = facts.relations.as_ref()?;
    in_every(
        facts,
        |name| relations.of(name),
        |findings, parts| {
            judge_list(findings, &parts.database, kind, part(parts), &judge);
        },
    )
}

fn judge_list<T>(
    findings: &mut Findings,
    database: &str,
    kind: &str,
    list: &Fact<Listed<T>>,
    judge: impl Fn(&str, &T) -> Option<Finding>,
) {
    if let Some(list) = findings.know(list) {
        let found = list.rows.iter().filter_map(|r| judge(database, r));
        findings.found.extend(found);
        findings.found.extend(further(database, kind, list));
    }
}

/// Returns a finding for the rows beyond the query's limit, if there are any.
pub(super) fn further<T>(database: &str, kind: &str, list: &Listed<T>) -> Option<Finding> {
    (list.beyond() > 0).then(|| {
        let message = format!(
            "{} further ones are there beyond the {} that are listed",
            list.beyond(),
            list.rows.len()
        );
        Finding::new(format!("{database}/{kind}/*"), message).evidence("total", list.total)
    })
}

/// Returns a step that runs a statement in one database of the source.
pub(super) fn within(database: &str, statement: &str) -> Step {
    Step::sql(database.to_owned(), statement)
}

/// Returns a step for after the migration that recreates an object on the target.
pub(super) fn made_again(database: &str, statement: &str) -> Step {
    within(database, statement)
        .on_target()
        .afterwards()
        .note("afterwards, on the target")
}

/// Formats the number of uses and the first user of an object.
pub(super) fn used(uses: u64, first: &str) -> String {
    match uses {
        0 | 1 => format!("used by `{first}`"),
        n => format!("used {n} times, by `{first}` among others"),
    }
}

/// Formats a count with its noun: `1 column`, `2 columns`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
