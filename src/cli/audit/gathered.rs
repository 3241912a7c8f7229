//! What Azure shows, what the plan says and what a recording holds become one list: each server once, each under a name of its own.
//! Not here: looking for it (`search`).

use std::collections::HashSet;

use super::search::{Search, id_of};
use crate::cli::Error;
use crate::cli::meant::{Hosts, Meant, Wanted};
use crate::facts::fleet::{self, GRAPH};
use crate::inputs::recording::Recording;
use crate::plan::file::Plan;
use crate::plan::fleet::{FleetNote, UnreadNote};
use crate::plan::{Migration, Mode, Scope, ServerId, Target};
use crate::question::Answers;

/// Whose name it keeps, first come first: waivers, reports and recorded answers go by the names that somebody gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// The plan or the recording says it.
    Said,
    /// The plan's migration has none, and is called as its server is.
    Derived,
    /// A server that Azure shows.
    Shown,
}

/// A migration of the fleet, on its way to a name of its own.
pub(super) struct Member {
    claim: Claim,
    meant: Meant,
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
    fn is(&self, recorded: &Migration) -> bool {
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
fn path_of(migration: &Migration) -> Option<String> {
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
    fn scope(&self) -> Vec<String> {
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

    /// The migrations of the recording, with the plan's ways into their sources; those that the plan has beside them; and the
    /// servers of places that could not be listed then.
    pub(super) fn resumed(
        &self,
        before: &Recording,
        mut planned: Vec<Member>,
        found: fleet::Found,
        answers: &Answers,
    ) -> (Vec<Member>, FleetNote) {
        let mut all = Vec::new();
        let mut without_way = HashSet::new();
        for migration in before.migrations() {
            let way = planned.iter().position(|m| m.is(migration));
            let way = way.map(|at| planned.remove(at).meant);
            if way.is_none() && migration.scope == Scope::Target {
                without_way.insert(migration.name.clone());
            }
            all.push(again(migration, way));
        }
        // A server that was found then, and is a target of the plan now, is judged as that.
        let now_planned: HashSet<String> = planned
            .iter()
            .filter_map(|m| path_of(&m.meant.migration))
            .collect();
        all.retain(|m| {
            let own = &m.meant.migration;
            let is_planned = path_of(own).is_some_and(|path| now_planned.contains(&path));
            !(is_planned && without_way.contains(&own.name))
        });
        let known: HashSet<String> = all
            .iter()
            .chain(&planned)
            .filter_map(|m| path_of(&m.meant.migration))
            .collect();
        let (mut shown, now) = self.gathered(Vec::new(), found);
        shown.retain(|m| path_of(&m.meant.migration).is_none_or(|path| !known.contains(&path)));
        let recorded = before.fleet().cloned().unwrap_or_default();
        let late = self.late(&recorded, &planned, &shown);
        all.extend(planned);
        all.extend(shown);
        let mut note = self.gone_on(recorded, now, answers);
        note.meant = match self.part() {
            Some(_) => note.meant + late,
            None => all.len(),
        };
        note.found = (note.found + late).max(note.meant);
        (all, note)
    }

    /// How many there are that the recording did not count. Of a part, only what it can tell: servers of other parts were
    /// counted where they could be listed, and the plan's migrations that fall to others are counted there.
    fn late(&self, recorded: &FleetNote, planned: &[Member], shown: &[Member]) -> usize {
        let Some(part) = self.part().filter(|_| !recorded.shards.is_empty()) else {
            return planned.len() + shown.len();
        };
        let is_ours = |m: &&Member| {
            let own = &m.meant.migration;
            part.holds(id_of(own), &own.name)
        };
        let was_unread = |m: &&Member| {
            let path = path_of(&m.meant.migration).unwrap_or_default();
            let mut places = recorded.unread.iter().map(|u| u.place.to_lowercase());
            places.any(|place| path.starts_with(&format!("{place}/")))
        };
        planned.iter().filter(is_ours).count() + shown.iter().filter(was_unread).count()
    }

    /// What is said of the whole: what could not be read then stays, unless it was looked through now.
    fn gone_on(&self, recorded: FleetNote, now: FleetNote, answers: &Answers) -> FleetNote {
        let looked_at = |place: &String| {
            let place = place.to_lowercase();
            place.starts_with("plan ")
                || self.fleet.words().iter().any(|w| w.to_lowercase() == place)
        };
        let is_all_again = !self.fleet.is_empty() && recorded.scope.iter().all(looked_at);
        let mut note = recorded;
        note.unread.retain(|unread| match unread.place.as_str() {
            GRAPH => !is_all_again,
            place => !self.fleet.covers(place, answers),
        });
        note.unread.extend(now.unread);
        for place in self.scope() {
            if !note.scope.contains(&place) {
                note.scope.push(place);
            }
        }
        note
    }
}

/// A migration of a recording. The plan brings the ways into its servers, and a side that the recording does not know.
fn again(recorded: &Migration, way: Option<Meant>) -> Member {
    let (planned, access, target_access) = match way {
        Some(way) => (Some(way.migration), way.access, way.target_access),
        None => (None, None, None),
    };
    let brings = |planned: &Migration| {
        (recorded.source.is_none() && planned.source.is_some())
            || (recorded.target.is_none() && planned.target.is_some())
    };
    let migration = planned.filter(brings).map(|planned| Migration {
        name: recorded.name.clone(),
        ..planned
    });
    Member {
        claim: Claim::Said,
        meant: Meant {
            migration: migration.unwrap_or_else(|| recorded.clone()),
            access,
            target_access,
        },
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
