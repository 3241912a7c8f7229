//! What the checks of lists of objects share: which databases they look at, and what a list that was cut says.

use crate::checks::{Finding, Findings, Unanswered, command};
use crate::facts::listed::Listed;
use crate::facts::removed::{self, Use};
use crate::facts::{Fact, Facts, Missing, relations};
use crate::reference::removed::{Removal, What};

/// What is known of the relations of each database that the migration takes.
pub(super) fn relations<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
) -> Result<Vec<&'f relations::InDatabase>, Unanswered> {
    let known = &facts.relations.as_ref()?.databases;
    taken(facts, findings, known, |d| &d.database)
}

/// What is known of the uses in each database that the migration takes.
fn removed<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
) -> Result<Vec<&'f removed::InDatabase>, Unanswered> {
    let known = &facts.removed.as_ref()?.databases;
    taken(facts, findings, known, |d| &d.database)
}

fn taken<'f, D>(
    facts: &'f Facts,
    findings: &mut Findings,
    known: &'f [D],
    name: fn(&D) -> &str,
) -> Result<Vec<&'f D>, Unanswered> {
    let databases = facts.databases.as_ref()?;
    let mut all = Vec::new();
    for database in findings.selected(databases) {
        match known.iter().find(|d| name(d) == database.name) {
            Some(one) => all.push(one),
            None => findings.unknown(&Missing::not_said(
                format!("database `{}` takes no connections", database.name),
                "allow connections to it, or leave it out",
            )),
        }
    }
    Ok(all)
}

/// A use of something that the migration crosses the removal of.
pub(super) struct Crossed<'f> {
    pub(super) database: &'f str,
    pub(super) used: &'f Use,
    pub(super) removal: &'static Removal,
}

impl Crossed<'_> {
    pub(super) fn object(&self) -> String {
        let Use {
            object_kind,
            object,
            ..
        } = self.used;
        format!("{}/{object_kind}/{object}", self.database)
    }

    /// `column a`, `policy p`; the removed thing where the whole object uses it.
    fn place(&self) -> String {
        match &self.used.part {
            Some(part) => format!("{part}: {}", self.removal.what),
            None => self.removal.what.to_string(),
        }
    }

    /// When it went, what takes its place, and who says so.
    fn story(&self) -> String {
        let Removal { instead, .. } = self.removal;
        format!(
            "gone in {}; instead: {instead} ({})",
            self.removal.release(),
            self.removal.notes()
        )
    }
}

/// Which lists of uses a check looks at.
pub(super) type Lists = for<'f> fn(&'f removed::InDatabase) -> Vec<&'f Fact<Listed<Use>>>;

/// The uses in these lists that the migration crosses the removal of, where `wanted` holds. Which versions it goes from
/// and to matters only when there is a use.
pub(super) fn crossed<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
    lists: Lists,
    wanted: fn(&Removal) -> bool,
) -> Result<Vec<Crossed<'f>>, Unanswered> {
    let mut all = Vec::new();
    for one in removed(facts, findings)? {
        for list in lists(one) {
            let Some(list) = findings.know(list) else {
                continue;
            };
            list.cut()
                .iter()
                .for_each(|missing| findings.unknown(missing));
            for used in &list.rows {
                match used.removal() {
                    Some(removal) if wanted(removal) => all.push(Crossed {
                        database: &one.database,
                        used,
                        removal,
                    }),
                    Some(_) => {}
                    None => {
                        let reason = format!(
                            "the answer names `{}`, of which nothing is known",
                            used.words()
                        );
                        findings.unknown(&list.missing(reason));
                    }
                }
            }
        }
    }
    if all.is_empty() {
        return Ok(all);
    }
    let target = facts.server.as_ref()?.version.as_ref()?.num();
    let source = facts.source_version()?.num();
    all.retain(|c| c.removal.is_between(source, target));
    Ok(all)
}

/// One finding for each object, with a row of evidence for each use.
pub(super) fn by_object(crossed: &[Crossed], verb: &str) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for one in crossed {
        let object = one.object();
        let at = all.iter().position(|f| f.object == object);
        let at = at.unwrap_or_else(|| {
            all.push(Finding::new(object, message(one, verb)));
            all.len() - 1
        });
        let row = (one.place(), one.story());
        if !all[at].evidence.contains(&row) {
            all[at].evidence.push(row);
        }
    }
    all
}

fn message(one: &Crossed, verb: &str) -> String {
    let verb = match one.removal.what {
        What::Definition(_) => "is",
        _ => verb,
    };
    let (object, what) = (&one.used.object, one.removal.what);
    format!(
        "`{object}` {verb} {what}, which PostgreSQL {} removed",
        one.removal.release()
    )
}

/// Says how many further objects a list does not show.
pub(super) fn say_unseen(findings: &mut Findings, database: &str, unseen: u64, what: &str) {
    if unseen > 0 {
        let message = format!("{unseen} further {what} are not listed here");
        findings.push(Finding::new(format!("database/{database}"), message));
    }
}

/// A statement, and where it is to be run.
pub(super) fn sql_in(database: &str, statement: &str) -> String {
    format!(
        "{statement}; -- in database {}",
        command::identifier(database)
    )
}
