//! What Azure shows, what the plan says and what a recording holds become one list: each server once, each under a name of its own.
//! Not here: looking for it (`search`), an audit that goes on (`resumed`).

use std::collections::HashSet;

use super::search::{Search, id_of};
use crate::cli::Error;
use crate::cli::meant::{Hosts, Meant, Wanted};
use crate::facts::fleet;
use crate::plan::file::Plan;
use crate::plan::fleet::{FleetNote, UnreadNote};
use crate::plan::{Migration, Mode, Scope, ServerId, Target};

/// Whose name it keeps, first come first: waivers, reports and recorded answers go by the names that somebody gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Claim {
    /// The plan or the recording says it.
    Said,
    /// The plan's migration has none, and is called as its server is.
    Derived,
    /// A server that Azure shows.
    Shown,
}

/// A migration of the fleet, on its way to a name of its own.
pub(super) struct Member {
    pub(super) claim: Claim,
    pub(super) meant: Meant,
}

impl Member {
    /// A migration of the plan.
    ///
    /// # Errors
    /// As [`Wanted::meant`].
    pub(super) fn planned(wanted: Wanted, hosts: &Hosts) -> Result<Self, Error> {
        let claim = match wanted.wish.name {
            Some(_) => Claim::Said,
            None => Claim::Derived,
        };
        let meant = wanted.meant(hosts)?;
        Ok(Member { claim, meant })
    }

    /// Whether this migration of the plan is that one of a recording.
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

/// The target's path, to compare by.
pub(super) fn path_of(migration: &Migration) -> Option<String> {
    id_of(migration).map(|id| id.path().to_lowercase())
}

/// Whether both may be about one target: one that is not known yet may be any.
pub(super) fn targets_agree(one: &Migration, other: &Migration) -> bool {
    match (path_of(one), path_of(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

impl Search<'_> {
    /// The plan's migrations, and every server that is meant and the plan does not name.
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

    /// What is looked through, a few words each.
    pub(super) fn scope(&self) -> Vec<String> {
        let mut scope = self.fleet.words();
        scope.extend(self.plan.map(|plan| format!("plan {}", plan.name())));
        scope
    }

    /// A server that no plan names: a target, judged alone.
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

/// Notes the targets whose host names led to no server.
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

/// In the order of their names, each of which is there once: recordings, reports and waivers go by it.
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
