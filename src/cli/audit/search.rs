//! What there is to audit: the servers that Azure shows, the migrations of the plan, or those of a recording that is gone on with.
//! Not here: asking about them (`running`).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::Asked;
use crate::cli::Error;
use crate::cli::connect::{Ways, look_up};
use crate::cli::meant::{Hosts, Meant, Wanted};
use crate::facts::fleet;
use crate::inputs::arm::{Arm, DatabaseTokens};
use crate::inputs::fleet::{Interrupt, Interruptible, Resumed, Shared, Sides};
use crate::inputs::live::Live;
use crate::inputs::recording::Recording;
use crate::inputs::{Source, collect};
use crate::plan::file::Plan;
use crate::plan::fleet::{Filter, Fleet, FleetNote, Shard, Traits, UnreadNote};
use crate::plan::{Migration, Mode, Scope, ServerId, Target};
use crate::question::Answers;

/// One request in ten may fail for a while without a server being lost: of a hundred thousand, none fails so often in a row.
const TRIES: u32 = 9;

/// The Resource Manager of all migrations.
pub(super) type Azure = Shared<Arm>;

/// What is looked for, and how.
pub(super) struct Search<'a> {
    pub(super) fleet: Fleet,
    pub(super) filter: Filter,
    pub(super) part: Option<Shard>,
    pub(super) plan: Option<&'a Plan>,
    pub(super) before: Option<&'a Recording>,
    pub(super) ways: &'a Ways,
    pub(super) api_version: &'a str,
    pub(super) timeout: Duration,
    pub(super) interrupt: Interrupt,
}

/// What can be known, and refused, before the first question.
pub(super) struct Prepared {
    wanted: Vec<Wanted>,
    azure: Option<Arc<Azure>>,
    /// For databases that are signed in to as Azure is.
    tokens: Option<Arc<DatabaseTokens>>,
}

/// What there is to audit, in the order of names.
pub(super) struct Found<'a> {
    pub(super) members: Vec<Asked<'a>>,
    pub(super) note: FleetNote,
    /// The answers that it was found by.
    pub(super) answers: Answers,
    pub(super) azure: Option<Arc<Azure>>,
}

impl Found<'_> {
    pub(super) fn migrations(&self) -> Vec<Migration> {
        self.members.iter().map(|m| m.migration.clone()).collect()
    }
}

impl<'a> Search<'a> {
    /// Understands the plan, and makes the way to Azure where one is needed.
    pub(super) fn prepare(&self) -> Result<Prepared, Error> {
        let wishes = self.plan.map(Plan::migrations).unwrap_or_default();
        let wanted = wishes
            .iter()
            .map(|wish| Wanted::planned(wish.clone(), self.api_version));
        let wanted: Vec<Wanted> = wanted.collect::<Result<_, _>>()?;
        let checked = wanted.iter().map(Wanted::check);
        let checked: Vec<Meant> = checked.collect::<Result<_, _>>()?;
        let tokens = self.ways.tokens(&checked, self.timeout)?;
        let recorded = self.before.map(Recording::migrations).unwrap_or_default();
        if wanted.is_empty() && recorded.iter().any(|m| m.source.is_some()) {
            return Err(Error::PlanToResume);
        }
        let asks_azure = !self.fleet.is_empty()
            || wanted.iter().any(Wanted::asks_azure)
            || recorded.iter().any(Migration::asks_azure);
        let azure = match asks_azure {
            true => {
                let arm = self.ways.arm(self.timeout, Some(TRIES))?;
                Some(Arc::new(Shared::new(arm, self.interrupt.clone())))
            }
            false => None,
        };
        Ok(Prepared {
            wanted,
            azure,
            tokens,
        })
    }

    /// Looks for the servers, and puts the plan's migrations beside them.
    pub(super) async fn found(
        &self,
        prepared: Prepared,
        start: Answers,
    ) -> Result<Found<'a>, Error> {
        let Prepared {
            wanted,
            azure,
            tokens,
        } = prepared;
        if let Some(azure) = &azure {
            azure.inner().sign_in().await;
        }
        let hosts: Vec<String> = wanted.iter().filter_map(Wanted::host).collect();
        let hosts = match &azure {
            Some(azure) if !hosts.is_empty() => look_up(hosts, &**azure).await,
            _ => Hosts::new(),
        };
        let planned = wanted.into_iter().map(|w| w.meant(&hosts));
        let planned: Vec<Meant> = planned.collect::<Result<_, _>>()?;
        let (found, answers) = self.servers(azure.as_ref(), start).await;
        let (all, mut note) = match self.before {
            Some(before) => self.resumed(before, planned, found),
            None => self.gathered(planned, found),
        };
        note.unread.extend(unknown_hosts(&hosts));
        let mut members = named_once(all);
        if let Some(part) = self.part() {
            members.retain(|m| part.holds(id_of(&m.migration), &m.migration.name));
            note.shards = vec![part.to_string()];
        }
        Ok(Found {
            members: members
                .into_iter()
                .map(|m| self.asked(m, azure.as_ref(), tokens.as_ref()))
                .collect(),
            note,
            answers,
            azure,
        })
    }

    /// The part that is asked for, else the one that is gone on with.
    fn part(&self) -> Option<Shard> {
        let before = self.before.and_then(Recording::fleet);
        let recorded = || before?.shards.first()?.parse().ok();
        self.part.or_else(recorded)
    }

    async fn servers(&self, azure: Option<&Arc<Azure>>, start: Answers) -> (fleet::Found, Answers) {
        let Some(azure) = azure.filter(|_| !self.fleet.is_empty()) else {
            return (fleet::Found::default(), start);
        };
        let now = Box::new(Sides::<Azure, Live> {
            azure: Arc::clone(azure),
            own: Live::default(),
        });
        let source: Box<dyn Source + 'a> = match self.before {
            Some(before) => Box::new(Resumed::new(before.of(None), now)),
            None => now,
        };
        let (answers, _) = collect(&*source, start, |a| fleet::next(&self.fleet, a)).await;
        (fleet::read(&self.fleet, &answers), answers)
    }

    /// The plan's migrations, and every server that is meant and the plan does not name.
    fn gathered(&self, planned: Vec<Meant>, found: fleet::Found) -> (Vec<Meant>, FleetNote) {
        let ids = planned.iter().filter_map(|m| id_of(&m.migration));
        let ids: HashSet<String> = ids.map(|id| id.path().to_lowercase()).collect();
        let mut all = planned;
        let mut servers = found.servers;
        servers.retain(|lead| !ids.contains(&lead.id.path().to_lowercase()));
        let count = all.len() + servers.len();
        servers.retain(|lead| self.filter.admits(&lead.traits()));
        let defaults = self.plan.map(Plan::default_mode).unwrap_or_default();
        all.extend(
            servers
                .into_iter()
                .map(|lead| self.alone(lead.id, defaults)),
        );
        let mut scope = self.fleet.words();
        scope.extend(self.plan.map(|plan| format!("plan {}", plan.name())));
        let note = FleetNote {
            scope,
            found: count,
            meant: all.len(),
            unread: found.unread,
            ..FleetNote::default()
        };
        (all, note)
    }

    /// A server that no plan names: a target, judged alone.
    fn alone(&self, id: ServerId, mode: Mode) -> Meant {
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
        Meant {
            migration,
            access: None,
            target_access: None,
        }
    }

    /// The migrations of the recording, with the plan's ways into their sources, and servers that could not be listed then.
    fn resumed(
        &self,
        before: &Recording,
        planned: Vec<Meant>,
        found: fleet::Found,
    ) -> (Vec<Meant>, FleetNote) {
        let named = planned.into_iter().map(|m| (m.migration.name.clone(), m));
        let mut ways: BTreeMap<String, Meant> = named.collect();
        let all = before.migrations().iter().map(|migration| {
            let way = ways.remove(&migration.name);
            let (access, target_access) =
                way.map_or((None, None), |way| (way.access, way.target_access));
            Meant {
                migration: migration.clone(),
                access,
                target_access,
            }
        });
        let mut all: Vec<Meant> = all.collect();
        let mut note = before.fleet().cloned().unwrap_or_default();
        if !self.fleet.is_empty() {
            let known = all.iter().filter_map(|m| id_of(&m.migration));
            let known: HashSet<String> = known.map(|id| id.path().to_lowercase()).collect();
            let (gathered, now) = self.gathered(Vec::new(), found);
            let id = |m: &Meant| id_of(&m.migration).map(|id| id.path().to_lowercase());
            let is_new = |m: &Meant| id(m).is_none_or(|id| !known.contains(&id));
            all.extend(gathered.into_iter().filter(is_new));
            note.unread = now.unread;
            note.found = note.found.max(now.found);
            note.meant = note.meant.max(all.len());
        }
        (all, note)
    }

    fn asked(
        &self,
        meant: Meant,
        azure: Option<&Arc<Azure>>,
        tokens: Option<&Arc<DatabaseTokens>>,
    ) -> Asked<'a> {
        let deadline = tokio::time::Instant::now() + self.timeout;
        let own = self.ways.servers(&meant, tokens, deadline);
        let own = Interruptible::new(own, self.interrupt.clone());
        let live: Box<dyn Source + 'a> = match azure {
            Some(azure) => Box::new(Sides::<Azure, Interruptible<Live>> {
                azure: Arc::clone(azure),
                own,
            }),
            None => Box::new(own),
        };
        let source = match self.before {
            Some(before) => {
                let before = before.of(Some(&meant.migration.name));
                Box::new(Resumed::new(before, live)) as Box<dyn Source + 'a>
            }
            None => live,
        };
        Asked {
            migration: meant.migration,
            source,
        }
    }
}

fn id_of(migration: &Migration) -> Option<&ServerId> {
    migration.target.as_ref().map(|t| &t.id)
}

fn unknown_hosts(hosts: &Hosts) -> impl Iterator<Item = UnreadNote> + '_ {
    hosts.iter().filter_map(|(host, found)| {
        let reason = found.as_ref().err()?.clone();
        let place = format!("target {host}");
        Some(UnreadNote { place, reason })
    })
}

/// In the order of their names, each of which is there once: recordings, reports and waivers go by it.
fn named_once(mut all: Vec<Meant>) -> Vec<Meant> {
    all.sort_by_cached_key(|m| {
        let id = id_of(&m.migration).map(|id| id.path().to_lowercase());
        (m.migration.name.clone(), id)
    });
    let mut names = HashSet::new();
    for meant in &mut all {
        let name = &mut meant.migration.name;
        let plain = name.clone();
        let mut number = 2;
        while !names.insert(name.clone()) {
            *name = format!("{plain}-{number}");
            number += 1;
        }
    }
    all
}

/// What a filter can see of a recorded migration: its name.
pub(super) fn own_names(migration: &Migration) -> Traits<'_> {
    Traits {
        name: &migration.name,
        location: None,
        tier: None,
        tags: Vec::new(),
    }
}
