//! Uses of removed PostgreSQL features whose removal is between the source and target versions.
//! Shared by the checks of removed types, operators, catalog columns, and names in functions.

use super::each::in_every;
use crate::checks::{Finding, Findings, Unanswered};
use crate::facts::listed::Listed;
use crate::facts::removed::{InDatabase, Use};
use crate::facts::{Fact, Facts};
use crate::reference::removed::{Removal, What};

/// A use of a feature that is removed between the source and target versions.
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

    /// Formats the part of the object, such as `column a` or `policy p`, with the removed feature.
    /// If the whole object uses the feature, only the feature is named.
    fn place(&self) -> String {
        match &self.used.part {
            Some(part) => format!("{part}: {}", self.removal.what),
            None => self.removal.what.to_string(),
        }
    }

    /// Formats the release that removed the feature, the replacement, and the release notes.
    fn story(&self) -> String {
        let Removal { instead, .. } = self.removal;
        format!(
            "gone in {}; instead: {instead} ({})",
            self.removal.release(),
            self.removal.notes()
        )
    }
}

/// Selects the lists of uses that a check reads.
type Lists = for<'f> fn(&'f InDatabase) -> Vec<&'f Fact<Listed<Use>>>;

/// Returns the relevant uses in the selected lists whose removal is between the source and target versions.
/// The returned [`Findings`] only contain missing facts.
/// The versions are required only if there is a relevant use.
pub(super) fn crossed<'f>(
    facts: &'f Facts,
    lists: Lists,
    wanted: fn(&Removal) -> bool,
) -> Result<(Vec<Crossed<'f>>, Findings), Unanswered> {
    let removed = facts.removed.as_ref()?;
    let mut all = Vec::new();
    let findings = in_every(
        facts,
        |name| removed.of(name),
        |findings, one| {
            for list in lists(one) {
                if let Some(list) = findings.know(list) {
                    list.cut()
                        .iter()
                        .for_each(|missing| findings.unknown(missing));
                    all.extend(of_list(&one.database, list, findings));
                }
            }
        },
    )?;
    all.retain(|c| wanted(c.removal));
    if !all.is_empty() {
        let target = facts.server.as_ref()?.version.as_ref()?.num();
        let source = facts.source_version()?.num();
        all.retain(|c| c.removal.is_between(source, target));
    }
    Ok((all, findings))
}

fn of_list<'f>(
    database: &'f str,
    list: &'f Listed<Use>,
    findings: &mut Findings,
) -> Vec<Crossed<'f>> {
    let mut all = Vec::new();
    for used in &list.rows {
        match used.removal() {
            Some(removal) => all.push(Crossed {
                database,
                used,
                removal,
            }),
            None => {
                let words = used.words();
                let reason = format!("the answer names `{words}`, of which nothing is known");
                findings.unknown(&list.missing(reason));
            }
        }
    }
    all
}

/// Returns one finding for each object, with an evidence row for each use.
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
