//! Goes through what is known of every database that the migration takes.

use crate::checks::{Finding, Findings, Judged, Step};
use crate::facts::objects::{InDatabase, Listed};
use crate::facts::relations::InDatabase as Relations;
use crate::facts::{Fact, Facts};

/// Looks into every database with what `of` knows of it; what could not be asked is noted.
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

/// Looks into the objects of every database.
pub(super) fn in_each(facts: &Facts, look: impl FnMut(&mut Findings, &InDatabase)) -> Judged {
    let objects = facts.objects.as_ref()?;
    in_every(facts, |name| objects.of(name), look)
}

/// Judges every row of a list, in every database. `kind` names what is listed, as in a finding's object.
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

/// [`each`] for the lists of `facts::relations`.
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

/// Stands for the rows that the server cut off.
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

/// A statement to run in one database of the source.
pub(super) fn within(database: &str, statement: &str) -> Step {
    Step::sql(database.to_owned(), statement)
}

/// A statement that makes on the target what the migration leaves behind.
pub(super) fn made_again(database: &str, statement: &str) -> Step {
    within(database, statement)
        .on_target()
        .afterwards()
        .note("afterwards, on the target")
}

/// How often something is used, and by what first.
pub(super) fn used(uses: u64, first: &str) -> String {
    match uses {
        0 | 1 => format!("used by `{first}`"),
        n => format!("used {n} times, by `{first}` among others"),
    }
}

/// `1 column`, `2 columns`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
