//! Uses of removed PostgreSQL features whose removal is between the source and target versions.
//! Shared by the checks of removed types, operators, catalog columns, and names in functions.

use super::per_database_checks::for_each_database;
use crate::checks::{Finding, Findings, Inconclusive, Object};
use crate::facts::source::removed_features::{DatabaseRemovedFeatures, RemovedFeatureUse};
use crate::facts::sql_reader::LimitedRows;
use crate::facts::{Fact, Facts};
use crate::reference::removed::{Removal, RemovedFeature};

/// A use of a feature that is removed between the source and target versions.
pub(super) struct AffectedUse<'f> {
    pub(super) database: &'f str,
    pub(super) usage: &'f RemovedFeatureUse,
    pub(super) removal: &'static Removal,
}

impl AffectedUse<'_> {
    pub(super) fn object(&self) -> Object {
        let RemovedFeatureUse {
            object_kind,
            object,
            ..
        } = self.usage;
        Object::in_database(self.database, object_kind, object)
    }

    /// Formats the part of the object, such as `column a` or `policy p`, with the removed feature.
    /// If the whole object uses the feature, only the feature is named.
    fn describe_part(&self) -> String {
        match &self.usage.part {
            Some(part) => format!("{part}: {}", self.removal.feature),
            None => self.removal.feature.to_string(),
        }
    }

    /// Formats the release that removed the feature, the replacement, and the release notes.
    fn describe_removal(&self) -> String {
        let Removal {
            replacement: instead,
            ..
        } = self.removal;
        format!(
            "gone in {}; instead: {instead} ({})",
            self.removal.release_name(),
            self.removal.release_notes_url()
        )
    }
}

/// Selects the lists of uses that a check reads.
type UseLists =
    for<'f> fn(&'f DatabaseRemovedFeatures) -> Vec<&'f Fact<LimitedRows<RemovedFeatureUse>>>;

/// Returns the relevant uses in the selected lists whose removal is between the source and target versions.
/// The returned [`Findings`] only contain missing facts.
/// The versions are required only if there is a relevant use.
pub(super) fn affected_uses<'f>(
    facts: &'f Facts,
    lists: UseLists,
    is_relevant: fn(&Removal) -> bool,
) -> Result<(Vec<AffectedUse<'f>>, Findings), Inconclusive> {
    let removed = facts.removed_features.as_ref()?;
    let mut all = Vec::new();
    let findings = for_each_database(facts, removed, |findings, database_facts| {
        for list in lists(database_facts) {
            if let Some(list) = findings.require(list) {
                list.missing_rows()
                    .iter()
                    .for_each(|missing| findings.add_missing(missing));
                all.extend(uses_in_list(&database_facts.database, list, findings));
            }
        }
    })?;
    all.retain(|c| is_relevant(c.removal));
    if !all.is_empty() {
        let target = facts.server.as_ref()?.version.as_ref()?.num();
        let source = facts.source_version()?.num();
        all.retain(|c| c.removal.affects(source, target));
    }
    Ok((all, findings))
}

fn uses_in_list<'f>(
    database: &'f str,
    list: &'f LimitedRows<RemovedFeatureUse>,
    findings: &mut Findings,
) -> Vec<AffectedUse<'f>> {
    let mut all = Vec::new();
    for used in &list.rows {
        match used.removal() {
            Some(removal) => all.push(AffectedUse {
                database,
                usage: used,
                removal,
            }),
            None => {
                let name = used.describe();
                let reason = format!("the answer names `{name}`, of which nothing is known");
                findings.add_missing(&list.unreadable(reason));
            }
        }
    }
    all
}

/// Returns one finding for each object, with an evidence row for each use.
pub(super) fn findings_by_object(uses: &[AffectedUse], verb: &str) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for one in uses {
        let object = one.object();
        let at = all.iter().position(|f| f.object == object);
        let at = at.unwrap_or_else(|| {
            all.push(Finding::new(object, message(one, verb)));
            all.len() - 1
        });
        let row = (one.describe_part(), one.describe_removal());
        if !all[at].evidence.contains(&row) {
            all[at].evidence.push(row);
        }
    }
    all
}

fn message(one: &AffectedUse, verb: &str) -> String {
    let verb = match one.removal.feature {
        RemovedFeature::Definition(_) => "is",
        _ => verb,
    };
    let (object, what) = (&one.usage.object, one.removal.feature);
    format!(
        "`{object}` {verb} {what}, which PostgreSQL {} removed",
        one.removal.release_name()
    )
}
