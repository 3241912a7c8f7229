//! Fleet findings, in the form of check findings, for the list formats.

use crate::report::model::{CollisionReport, FleetReport, Report};

/// A type of fleet finding.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::report) struct FleetFindingKind {
    pub(in crate::report) id: &'static str,
    pub(in crate::report) title: &'static str,
    pub(in crate::report) why: &'static str,
    pub(in crate::report) fix: &'static str,
    pub(in crate::report) link: &'static str,
    /// Whether the finding reports missing data and not a problem.
    pub(in crate::report) is_unknown: bool,
}

/// All types of fleet finding. Each one is a blocker.
pub(in crate::report) static FLEET_FINDING_KINDS: [FleetFindingKind; 4] = [
    FleetFindingKind {
        id: "fleet-databases-collide",
        title: "Two migrations would write one database",
        why: "the one that runs last overwrites the other, or fails on what is there",
        fix: "Name the databases of each migration in the plan, or give each a target of its own",
        link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
        is_unknown: false,
    },
    FleetFindingKind {
        id: "fleet-not-read",
        title: "A part of the fleet could not be read",
        why: "servers that were not looked at may not be ready",
        fix: "Give the identity the right to read it, and go on with `flexready audit --resume RECORDING` and the same places",
        link: "https://learn.microsoft.com/azure/role-based-access-control/built-in-roles",
        is_unknown: true,
    },
    FleetFindingKind {
        id: "fleet-empty",
        title: "There is no server to judge",
        why: "where nothing was judged, nothing is ready",
        fix: "Look at the places and the filters, and at whether the identity may see the servers",
        link: "https://learn.microsoft.com/azure/role-based-access-control/built-in-roles",
        is_unknown: true,
    },
    FleetFindingKind {
        id: "fleet-interrupted",
        title: "The run was interrupted",
        why: "what it had not read may not be ready",
        fix: "Go on with `flexready audit --resume RECORDING`",
        link: "https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling",
        is_unknown: true,
    },
];

/// One fleet finding.
#[derive(Debug)]
pub(in crate::report) struct FleetFinding<'a> {
    pub(in crate::report) kind: &'static FleetFindingKind,
    /// The affected migrations. Empty means all.
    pub(in crate::report) migrations: &'a [String],
    pub(in crate::report) target: Option<&'a str>,
    pub(in crate::report) object: &'a str,
    /// One sentence.
    pub(in crate::report) message: String,
}

/// Returns all fleet findings. The list is empty for a report of one migration.
pub(in crate::report) fn fleet_findings(report: &Report) -> Vec<FleetFinding<'_>> {
    let Some(fleet) = &report.fleet else {
        return Vec::new();
    };
    let [collide, not_read, empty, interrupted] = &FLEET_FINDING_KINDS;
    let fleet_finding = |kind, object, message| FleetFinding {
        kind,
        migrations: &[],
        target: None,
        object,
        message,
    };
    let collisions = fleet
        .collisions
        .iter()
        .map(|c: &CollisionReport| FleetFinding {
            kind: collide,
            migrations: &c.migrations,
            target: Some(&c.target),
            object: &c.database,
            message: c.describe(),
        });
    let mut notes: Vec<FleetFinding> = collisions.collect();
    let unread = fleet.summary.unread.iter();
    notes.extend(unread.map(|u| fleet_finding(not_read, u.place.as_str(), u.describe())));
    if report.migrations.is_empty() && !fleet.is_empty_shard() {
        notes.push(fleet_finding(empty, "fleet", fleet.empty_reason()));
    }
    if fleet.summary.interrupted {
        notes.push(fleet_finding(
            interrupted,
            "fleet",
            FleetReport::INTERRUPTED.to_owned(),
        ));
    }
    notes
}
