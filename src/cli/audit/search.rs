//! Discovers what to audit: servers found in Azure, migrations of the plan, and migrations of a recording that is
//! resumed.

use std::sync::Arc;
use std::time::Duration;

use super::gathered::{Member, hosts_looked_up, named_once, targets_agree};
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
use crate::plan::fleet::{Filter, Fleet, FleetNote, Shard};
use crate::plan::{Migration, ServerId};
use crate::question::Answers;

/// The maximum number of attempts for a request about a server that was found.
///
/// If one request in ten fails, not one in 100,000 fails this often in a row. An endpoint that never responds is given
/// up as early as in `check`.
const TRIES: u32 = 9;

/// The ARM backend that all migrations share.
pub(super) type Azure = Shared<Arm>;

/// The inputs of an audit: scope, filter, shard, plan, earlier recording and connection arguments.
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

/// The validated inputs of a discovery, before the first question.
pub(super) struct Prepared {
    wanted: Vec<Wanted>,
    azure: Option<Arc<Azure>>,
    /// Tokens for databases with Microsoft Entra authentication.
    tokens: Option<Arc<DatabaseTokens>>,
}

/// The migrations to audit, sorted by name.
pub(super) struct Found<'a> {
    pub(super) members: Vec<Asked<'a>>,
    pub(super) note: FleetNote,
    /// The answers of the discovery.
    pub(super) answers: Answers,
    pub(super) azure: Option<Arc<Azure>>,
}

impl Found<'_> {
    pub(super) fn migrations(&self) -> Vec<Migration> {
        self.members.iter().map(|m| m.migration.clone()).collect()
    }
}

impl<'a> Search<'a> {
    /// Validates the plan and the recording, and builds the ARM backend if one is needed.
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
        if let Some(before) = self.before {
            self.goes_on(before, &checked)?;
        }
        let asks_azure = !self.fleet.is_empty()
            || wanted.iter().any(Wanted::asks_azure)
            || recorded.iter().any(Migration::asks_azure);
        let azure = match asks_azure {
            true => {
                let arm = self.ways.arm(self.timeout)?;
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

    /// Finds the servers, and combines them with the plan and the recording.
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
        let planned = wanted.into_iter().map(|w| Member::planned(w, &hosts));
        let planned: Vec<Member> = planned.collect::<Result<_, _>>()?;
        let (found, answers) = self.servers(azure.as_ref(), start).await;
        if let Some(azure) = &azure {
            azure.inner().persist(TRIES);
        }
        let (all, mut note) = match self.before {
            Some(before) => self.resumed(before, planned, found, &answers),
            None => self.gathered(planned, found),
        };
        hosts_looked_up(&mut note, &hosts);
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

    /// Validates that this audit can resume the recording.
    fn goes_on(&self, before: &Recording, planned: &[Meant]) -> Result<(), Error> {
        let note = before.fleet().cloned().unwrap_or_default();
        is_part_of(self.part, &note)?;
        let filter = self.filter.words();
        let looks = !self.fleet.is_empty() || !filter.is_empty();
        if looks && filter != note.filter {
            return Err(Error::OtherFilter {
                filter: note.filter,
            });
        }
        for meant in planned {
            let name = &meant.migration.name;
            let mut same = before.migrations().iter().filter(|m| m.name == *name);
            if same.any(|m| !targets_agree(m, &meant.migration)) {
                return Err(Error::OtherTarget { name: name.clone() });
            }
        }
        Ok(())
    }

    /// The shard of `--shard`, otherwise that of the recording.
    pub(super) fn part(&self) -> Option<Shard> {
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

pub(super) fn id_of(migration: &Migration) -> Option<&ServerId> {
    migration.target.as_ref().map(|t| &t.id)
}

/// Ensures that the recording covers the whole fleet or the same shard. Otherwise servers would be in no shard.
pub(super) fn is_part_of(part: Option<Shard>, recorded: &FleetNote) -> Result<(), Error> {
    let Some(part) = part.map(|p| p.to_string()) else {
        return Ok(());
    };
    match recorded.shards.as_slice() {
        [] => Ok(()),
        [only] if *only == part => Ok(()),
        others => Err(Error::PartOfPart {
            part,
            of: others.join(" and "),
        }),
    }
}
