//! Combines servers found in Azure, migrations of the plan and migrations of a recording into one list. Each server is
//! in the list once, with a unique name.

use std::collections::HashSet;

use super::search::{Search, id_of};
use crate::cli::Error;
use crate::cli::meant::{Hosts, Meant, Wanted};
use crate::facts::fleet;
use crate::plan::file::Plan;
use crate::plan::fleet::{FleetNote, UnreadNote};
use crate::plan::{Migration, Mode, Scope, ServerId, Target};

/// The origin of a migration's name, in order of precedence. If two names collide, the earlier origin keeps its name,
/// because waivers, reports and recordings refer to explicit names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Claim {
    /// The plan or the recording specifies the name.
    Said,
    /// The plan's migration has no name and uses the name of its server.
    Derived,
    /// The name of a server found in Azure.
    Shown,
}

/// A migration of the fleet, before its name is unique.
pub(super) struct Member {
    pub(super) claim: Claim,
    pub(super) meant: Meant,
}

impl Member {
    /// A migration of the plan.
    ///
    /// # Errors
    /// The errors of [`MigrationRequest::resolve`].
    pub(super) fn planned(wanted: Wanted, hosts: &Hosts) -> Result<Self, Error> {
        let claim = match wanted.wish.name {
            Some(_) => Claim::Said,
            None => Claim::Derived,
        };
        let meant = wanted.meant(hosts)?;
        Ok(Member { claim, meant })
    }

    /// Whether this migration of the plan is the same as a recorded one.
    pub(super) fn is(&self, recorded: &Migration) -> bool {
        let own = &self.meant.migration;
        let is_named = own.name == recorded.name && targets_agree(recorded, own);
        let source = |m: &Migration| {
            m.source
                .as_ref()
                .map(|s| (s.host.clone(), s.port, s.database.clone()))
        };
        let is_alike = self.claim == Claim::Derived
            && path_of(own) == path_of(recorded)
            && source(own) == source(recorded);
        is_named || is_alike
    }
}

/// The resource path of the target in lower case, for comparison.
pub(super) fn path_of(migration: &Migration) -> Option<String> {
    id_of(migration).map(|id| id.path().to_lowercase())
}

/// Whether both migrations could have the same target. An unknown target matches every target.
pub(super) fn targets_agree(one: &Migration, other: &Migration) -> bool {
    match (path_of(one), path_of(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

impl Search<'_> {
    /// The migrations of the plan, and every server that passes the filters and is not in the plan.
    pub(super) fn gathered(
        &self,
        planned: Vec<Member>,
        found: fleet::Found,
    ) -> (Vec<Member>, FleetNote) {
        let ids: HashSet<String> = planned
            .iter()
            .filter_map(|m| path_of(&m.meant.migration))
            .collect();
        let mut all = planned;
        let mut servers = found.servers;
        servers.retain(|lead| !ids.contains(&lead.id.path().to_lowercase()));
        let count = all.len() + servers.len();
        servers.retain(|lead| self.filter.admits(&lead.traits()));
        let defaults = self.plan.map(Plan::default_mode).unwrap_or_default();
        let shown = servers
            .into_iter()
            .map(|lead| self.alone(lead.id, defaults));
        all.extend(shown);
        let note = FleetNote {
            scope: self.scope(),
            found: count,
            meant: all.len(),
            filter: self.filter.words(),
            unread: found.unread,
            ..FleetNote::default()
        };
        (all, note)
    }

    /// Labels of the audited scopes and the plan.
    pub(super) fn scope(&self) -> Vec<String> {
        let mut scope = self.fleet.words();
        scope.extend(self.plan.map(|plan| format!("plan {}", plan.name())));
        scope
    }

    /// A server that is not in the plan. Only its target side is checked.
    fn alone(&self, id: ServerId, mode: Mode) -> Member {
        let target = Target {
            id,
            api_version: self.api_version.to_owned(),
            sql: None,
        };
        let migration = Migration {
            name: target.id.name.clone(),
            scope: Scope::Target,
            mode,
            target: Some(target),
            source: None,
            databases: Vec::new(),
            migration_user: None,
            runtime_server: None,
            overwrite: false,
            identity_migrates: false,
            location: None,
        };
        Member {
            claim: Claim::Shown,
            meant: Meant {
                migration,
                access: None,
                target_access: None,
            },
        }
    }
}

/// Adds targets whose host names were not found to the summary.
pub(super) fn hosts_looked_up(note: &mut FleetNote, hosts: &Hosts) {
    let place = |host: &String| format!("target {host}");
    note.unread
        .retain(|unread| !hosts.keys().any(|host| unread.place == place(host)));
    note.unread.extend(hosts.iter().filter_map(|(host, found)| {
        let reason = found.as_ref().err()?.clone();
        let place = place(host);
        Some(UnreadNote { place, reason })
    }));
    note.unread.sort();
    note.unread.dedup();
}

/// Makes the names unique and sorts by name. Recordings, reports and waivers identify a migration by its name.
pub(super) fn named_once(mut all: Vec<Member>) -> Vec<Meant> {
    let key = |m: &Meant| (m.migration.name.clone(), path_of(&m.migration));
    all.sort_by_cached_key(|m| (m.claim, key(&m.meant)));
    let mut names = HashSet::new();
    for member in &mut all {
        let name = &mut member.meant.migration.name;
        let plain = name.clone();
        let mut number = 2;
        while !names.insert(name.clone()) {
            *name = format!("{plain}-{number}");
            number += 1;
        }
    }
    let mut all: Vec<Meant> = all.into_iter().map(|m| m.meant).collect();
    all.sort_by_cached_key(key);
    all
}
