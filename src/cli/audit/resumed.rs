//! Resumes an audit: combines the migrations of a recording, new migrations of the plan and newly found servers.

use std::collections::HashSet;

use super::gathered::{Claim, Member, path_of};
use super::search::{Search, id_of};
use crate::cli::meant::Meant;
use crate::facts::fleet::{self, GRAPH};
use crate::inputs::recording::Recording;
use crate::plan::fleet::FleetNote;
use crate::plan::{Migration, Scope};
use crate::question::Answers;

impl Search<'_> {
    /// The migrations of the recording, with the connect options of the plan; additional migrations of the plan; and
    /// servers of scopes that the earlier run could not list.
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
        // If a server that the earlier run found is now a target of the plan, only the plan's migration is checked.
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

    /// The number of migrations that the recording did not count.
    ///
    /// For a shard, only migrations of the plan in this shard and servers of unlisted scopes count. Servers of listed
    /// scopes were counted already, and other shards count their own migrations of the plan.
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

    /// The summary of the resumed run. Scopes that the earlier run could not read remain, unless this run listed them.
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

/// A recorded migration. The plan adds the connect options, and a side that the recording does not have.
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
