//! Discovers what to audit: servers found in Azure, migrations of the plan, and migrations of a recording that is
//! resumed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::FleetTarget;
use crate::backend::arm::{ArmBackend, DatabaseTokenCache};
use crate::backend::decorators::{CancelFlag, Cancellable, Deduplicated, Resuming, Split};
use crate::backend::live::LiveBackend;
use crate::backend::recording::Recording;
use crate::backend::{Backend, collect};
use crate::cli::args::connection::{ConnectionArgs, look_up_hosts};
use crate::cli::error::CliError;
use crate::cli::resolve::{HostLookups, MigrationRequest, ResolvedMigration};
use crate::config::fleet_scope::{FleetScope, FleetSummary, UnreadScope};
use crate::config::plan_file::Plan;
use crate::config::server_filter::ServerFilter;
use crate::config::shard::Shard;
use crate::config::{Migration, MigrationMode, MigrationScope, ServerId, TargetServer};
use crate::facts::discovery;
use crate::facts::discovery::GRAPH_NAME;
use crate::question::Answers;

/// The maximum number of attempts for a request about a server that was found.
///
/// If one request in ten fails, not one in 100,000 fails this often in a row. An endpoint that never responds is given
/// up as early as in `check`.
const MAX_TRIES: u32 = 9;

/// The ARM backend that all migrations share.
pub(super) type SharedArm = Deduplicated<ArmBackend>;

/// The inputs of an audit: scope, filter, shard, plan, earlier recording and connection arguments.
pub(super) struct Discovery<'a> {
    pub(super) scope: FleetScope,
    pub(super) filter: ServerFilter,
    pub(super) shard: Option<Shard>,
    pub(super) plan: Option<&'a Plan>,
    pub(super) previous: Option<&'a Recording>,
    pub(super) connection_args: &'a ConnectionArgs,
    pub(super) api_version: &'a str,
    pub(super) timeout: Duration,
    pub(super) interrupt: CancelFlag,
}

/// The validated inputs of a discovery, before the first question.
pub(super) struct DiscoveryInputs {
    requests: Vec<MigrationRequest>,
    arm: Option<Arc<SharedArm>>,
    /// Tokens for databases with Microsoft Entra authentication.
    tokens: Option<Arc<DatabaseTokenCache>>,
}

/// The migrations to audit, sorted by name.
pub(super) struct DiscoveredFleet<'a> {
    pub(super) members: Vec<FleetTarget<'a>>,
    pub(super) summary: FleetSummary,
    /// The answers of the discovery.
    pub(super) answers: Answers,
    pub(super) arm: Option<Arc<SharedArm>>,
}

impl DiscoveredFleet<'_> {
    pub(super) fn migrations(&self) -> Vec<Migration> {
        self.members.iter().map(|m| m.migration.clone()).collect()
    }
}

impl<'a> Discovery<'a> {
    /// Validates the plan and the recording, and builds the ARM backend if one is needed.
    pub(super) fn prepare(&self) -> Result<DiscoveryInputs, CliError> {
        let wishes = self.plan.map(Plan::migrations).unwrap_or_default();
        let wanted = wishes
            .iter()
            .map(|wish| MigrationRequest::from_plan(wish.clone(), self.api_version));
        let wanted: Vec<MigrationRequest> = wanted.collect::<Result<_, _>>()?;
        let checked = wanted.iter().map(MigrationRequest::validate);
        let checked: Vec<ResolvedMigration> = checked.collect::<Result<_, _>>()?;
        let tokens = self
            .connection_args
            .database_tokens(&checked, self.timeout)?;
        let recorded = self.previous.map(Recording::migrations).unwrap_or_default();
        if wanted.is_empty() && recorded.iter().any(|m| m.source.is_some()) {
            return Err(CliError::ResumeNeedsPlan);
        }
        if let Some(before) = self.previous {
            self.ensure_can_resume(before, &checked)?;
        }
        let asks_azure = !self.scope.is_empty()
            || wanted.iter().any(MigrationRequest::uses_azure)
            || recorded.iter().any(Migration::uses_azure);
        let azure = if asks_azure {
            let arm = self.connection_args.arm_backend(self.timeout)?;
            Some(Arc::new(Deduplicated::new(arm, self.interrupt.clone())))
        } else {
            None
        };
        Ok(DiscoveryInputs {
            requests: wanted,
            arm: azure,
            tokens,
        })
    }

    /// Finds the servers, and combines them with the plan and the recording.
    pub(super) async fn discover(
        &self,
        prepared: DiscoveryInputs,
        start: Answers,
    ) -> Result<DiscoveredFleet<'a>, CliError> {
        let DiscoveryInputs {
            requests: wanted,
            arm: azure,
            tokens,
        } = prepared;
        if let Some(azure) = &azure {
            azure.inner().sign_in().await;
        }
        let hosts: Vec<String> = wanted.iter().filter_map(MigrationRequest::host).collect();
        let hosts = match &azure {
            Some(azure) if !hosts.is_empty() => look_up_hosts(hosts, &**azure).await,
            _ => HostLookups::new(),
        };
        let planned = wanted
            .into_iter()
            .map(|w| FleetMember::from_plan(w, &hosts));
        let planned: Vec<FleetMember> = planned.collect::<Result<_, _>>()?;
        let (found, answers) = self.list_servers(azure.as_ref(), start).await;
        if let Some(azure) = &azure {
            azure.inner().set_max_tries(MAX_TRIES);
        }
        let (all, mut note) = match self.previous {
            Some(before) => self.merge_with_recording(before, planned, found, &answers),
            None => self.merge_with_plan(planned, found),
        };
        add_unresolved_hosts(&mut note, &hosts);
        let mut members = assign_unique_names(all);
        if let Some(part) = self.shard() {
            members.retain(|m| part.contains(target_id(&m.migration), &m.migration.name));
            note.shards = vec![part.to_string()];
        }
        Ok(DiscoveredFleet {
            members: members
                .into_iter()
                .map(|m| self.to_fleet_target(m, azure.as_ref(), tokens.as_ref()))
                .collect(),
            summary: note,
            answers,
            arm: azure,
        })
    }

    /// Validates that this audit can resume the recording.
    fn ensure_can_resume(
        &self,
        previous: &Recording,
        planned: &[ResolvedMigration],
    ) -> Result<(), CliError> {
        let note = previous.fleet_summary().cloned().unwrap_or_default();
        ensure_same_shard(self.shard, &note)?;
        let filter = self.filter.to_options();
        let is_filtering = !self.scope.is_empty() || !filter.is_empty();
        if is_filtering && filter != note.filter {
            return Err(CliError::FilterMismatch {
                filter: note.filter,
            });
        }
        for meant in planned {
            let name = &meant.migration.name;
            let mut same = previous.migrations().iter().filter(|m| m.name == *name);
            if same.any(|m| !are_targets_compatible(m, &meant.migration)) {
                return Err(CliError::TargetMismatch { name: name.clone() });
            }
        }
        Ok(())
    }

    /// The shard of `--shard`, otherwise that of the recording.
    pub(super) fn shard(&self) -> Option<Shard> {
        let before = self.previous.and_then(Recording::fleet_summary);
        let recorded = || before?.shards.first()?.parse().ok();
        self.shard.or_else(recorded)
    }

    async fn list_servers(
        &self,
        azure: Option<&Arc<SharedArm>>,
        start: Answers,
    ) -> (discovery::ServerListing, Answers) {
        let Some(azure) = azure.filter(|_| !self.scope.is_empty()) else {
            return (discovery::ServerListing::default(), start);
        };
        let now = Box::new(Split::<SharedArm, LiveBackend> {
            azure: Arc::clone(azure),
            per_migration: LiveBackend::default(),
        });
        let source: Box<dyn Backend + 'a> = match self.previous {
            Some(before) => Box::new(Resuming::new(before.for_migration(None), now)),
            None => now,
        };
        let (answers, _) = collect(&*source, start, |a| {
            discovery::next_questions(&self.scope, a)
        })
        .await;
        (discovery::read(&self.scope, &answers), answers)
    }

    fn to_fleet_target(
        &self,
        resolved: ResolvedMigration,
        azure: Option<&Arc<SharedArm>>,
        tokens: Option<&Arc<DatabaseTokenCache>>,
    ) -> FleetTarget<'a> {
        let deadline = tokio::time::Instant::now() + self.timeout;
        let own = self
            .connection_args
            .sql_backend(&resolved, tokens, deadline);
        let own = Cancellable::new(own, self.interrupt.clone());
        let live: Box<dyn Backend + 'a> = match azure {
            Some(azure) => Box::new(Split::<SharedArm, Cancellable<LiveBackend>> {
                azure: Arc::clone(azure),
                per_migration: own,
            }),
            None => Box::new(own),
        };
        let source = match self.previous {
            Some(before) => {
                let before = before.for_migration(Some(&resolved.migration.name));
                Box::new(Resuming::new(before, live)) as Box<dyn Backend + 'a>
            }
            None => live,
        };
        FleetTarget {
            migration: resolved.migration,
            backend: source,
        }
    }
}

pub(super) fn target_id(migration: &Migration) -> Option<&ServerId> {
    migration.target.as_ref().map(|t| &t.id)
}

/// Ensures that the recording covers the whole fleet or the same shard. Otherwise servers would be in no shard.
pub(super) fn ensure_same_shard(
    shard: Option<Shard>,
    recorded: &FleetSummary,
) -> Result<(), CliError> {
    let Some(part) = shard.map(|p| p.to_string()) else {
        return Ok(());
    };
    match recorded.shards.as_slice() {
        [] => Ok(()),
        [only] if *only == part => Ok(()),
        others => Err(CliError::ShardOfShard {
            part,
            of: others.join(" and "),
        }),
    }
}

/// The origin of a migration's name, in order of precedence. If two names collide, the earlier origin keeps its name,
/// because waivers, reports and recordings refer to explicit names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NameOrigin {
    /// The plan or the recording specifies the name.
    Explicit,
    /// The plan's migration has no name and uses the name of its server.
    Derived,
    /// The name of a server found in Azure.
    Discovered,
}

/// A migration of the fleet, before its name is unique.
pub(super) struct FleetMember {
    pub(super) name_origin: NameOrigin,
    pub(super) resolved: ResolvedMigration,
}

impl FleetMember {
    /// A migration of the plan.
    ///
    /// # Errors
    /// The errors of [`MigrationRequest::resolve`].
    pub(super) fn from_plan(
        request: MigrationRequest,
        hosts: &HostLookups,
    ) -> Result<Self, CliError> {
        let name_origin = match request.options.name {
            Some(_) => NameOrigin::Explicit,
            None => NameOrigin::Derived,
        };
        let resolved = request.resolve(hosts)?;
        Ok(FleetMember {
            name_origin,
            resolved,
        })
    }

    /// Whether this migration of the plan is the same as a recorded one.
    pub(super) fn matches_recorded(&self, recorded: &Migration) -> bool {
        let own = &self.resolved.migration;
        let is_named = own.name == recorded.name && are_targets_compatible(recorded, own);
        let source = |m: &Migration| {
            m.source
                .as_ref()
                .map(|s| (s.host.clone(), s.port, s.database.clone()))
        };
        let has_same_servers = self.name_origin == NameOrigin::Derived
            && target_path(own) == target_path(recorded)
            && source(own) == source(recorded);
        is_named || has_same_servers
    }
}

/// The resource path of the target in lower case, for comparison.
pub(super) fn target_path(migration: &Migration) -> Option<String> {
    target_id(migration).map(|id| id.path().to_lowercase())
}

/// Whether both migrations could have the same target. An unknown target matches every target.
pub(super) fn are_targets_compatible(one: &Migration, other: &Migration) -> bool {
    match (target_path(one), target_path(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

impl Discovery<'_> {
    /// The migrations of the plan, and every server that passes the filters and is not in the plan.
    pub(super) fn merge_with_plan(
        &self,
        planned: Vec<FleetMember>,
        found: discovery::ServerListing,
    ) -> (Vec<FleetMember>, FleetSummary) {
        let ids: HashSet<String> = planned
            .iter()
            .filter_map(|m| target_path(&m.resolved.migration))
            .collect();
        let mut all = planned;
        let mut servers = found.servers;
        servers.retain(|lead| !ids.contains(&lead.id.path().to_lowercase()));
        let count = all.len() + servers.len();
        servers.retain(|lead| self.filter.matches(&lead.summary()));
        let defaults = self.plan.map(Plan::default_mode).unwrap_or_default();
        let discovered = servers
            .into_iter()
            .map(|lead| self.target_only_member(lead.id, defaults));
        all.extend(discovered);
        let note = FleetSummary {
            scope: self.scope_labels(),
            found: count,
            meant: all.len(),
            filter: self.filter.to_options(),
            unread: found.unread_scopes,
            ..FleetSummary::default()
        };
        (all, note)
    }

    /// Labels of the audited scopes and the plan.
    pub(super) fn scope_labels(&self) -> Vec<String> {
        let mut scope = self.scope.labels();
        scope.extend(
            self.plan
                .map(|plan| format!("plan {}", plan.display_path())),
        );
        scope
    }

    /// A server that is not in the plan. Only its target side is checked.
    fn target_only_member(&self, id: ServerId, mode: MigrationMode) -> FleetMember {
        let target = TargetServer {
            id,
            api_version: self.api_version.to_owned(),
            sql: None,
        };
        let migration = Migration {
            name: target.id.name.clone(),
            scope: MigrationScope::Target,
            mode,
            target: Some(target),
            ..Migration::default()
        };
        FleetMember {
            name_origin: NameOrigin::Discovered,
            resolved: ResolvedMigration {
                migration,
                source_connection: None,
                target_connection: None,
            },
        }
    }
}

/// Adds targets whose host names were not found to the summary.
pub(super) fn add_unresolved_hosts(note: &mut FleetSummary, hosts: &HostLookups) {
    let place = |host: &String| format!("target {host}");
    note.unread
        .retain(|unread| !hosts.keys().any(|host| unread.place == place(host)));
    note.unread.extend(hosts.iter().filter_map(|(host, found)| {
        let reason = found.as_ref().err()?.clone();
        let place = place(host);
        Some(UnreadScope { place, reason })
    }));
    note.unread.sort();
    note.unread.dedup();
}

/// Makes the names unique and sorts by name. Recordings, reports and waivers identify a migration by its name.
pub(super) fn assign_unique_names(mut all: Vec<FleetMember>) -> Vec<ResolvedMigration> {
    let key = |m: &ResolvedMigration| (m.migration.name.clone(), target_path(&m.migration));
    all.sort_by_cached_key(|m| (m.name_origin, key(&m.resolved)));
    let mut names = HashSet::new();
    for member in &mut all {
        let name = &mut member.resolved.migration.name;
        let plain = name.clone();
        let mut number = 2;
        while !names.insert(name.clone()) {
            *name = format!("{plain}-{number}");
            number += 1;
        }
    }
    let mut all: Vec<ResolvedMigration> = all.into_iter().map(|m| m.resolved).collect();
    all.sort_by_cached_key(key);
    all
}

impl Discovery<'_> {
    /// The migrations of the recording, with the connect options of the plan; additional migrations of the plan; and
    /// servers of scopes that the earlier run could not list.
    pub(super) fn merge_with_recording(
        &self,
        previous: &Recording,
        mut planned: Vec<FleetMember>,
        found: discovery::ServerListing,
        answers: &Answers,
    ) -> (Vec<FleetMember>, FleetSummary) {
        let mut all = Vec::new();
        let mut without_connection = HashSet::new();
        for migration in previous.migrations() {
            let way = planned.iter().position(|m| m.matches_recorded(migration));
            let way = way.map(|at| planned.remove(at).resolved);
            if way.is_none() && migration.scope == MigrationScope::Target {
                without_connection.insert(migration.name.clone());
            }
            all.push(resume_member(migration, way));
        }
        // If a server that the earlier run found is now a target of the plan, only the plan's migration is checked.
        let now_planned: HashSet<String> = planned
            .iter()
            .filter_map(|m| target_path(&m.resolved.migration))
            .collect();
        all.retain(|m| {
            let own = &m.resolved.migration;
            let is_planned = target_path(own).is_some_and(|path| now_planned.contains(&path));
            !(is_planned && without_connection.contains(&own.name))
        });
        let known: HashSet<String> = all
            .iter()
            .chain(&planned)
            .filter_map(|m| target_path(&m.resolved.migration))
            .collect();
        let (mut discovered, now) = self.merge_with_plan(Vec::new(), found);
        discovered.retain(|m| {
            target_path(&m.resolved.migration).is_none_or(|path| !known.contains(&path))
        });
        let recorded = previous.fleet_summary().cloned().unwrap_or_default();
        let new_count = self.count_new(&recorded, &planned, &discovered);
        all.extend(planned);
        all.extend(discovered);
        let mut note = self.resumed_summary(recorded, now, answers);
        note.meant = match self.shard() {
            Some(_) => note.meant + new_count,
            None => all.len(),
        };
        note.found = (note.found + new_count).max(note.meant);
        (all, note)
    }

    /// The number of migrations that the recording did not count.
    ///
    /// For a shard, only migrations of the plan in this shard and servers of unlisted scopes count. Servers of listed
    /// scopes were counted already, and other shards count their own migrations of the plan.
    fn count_new(
        &self,
        recorded: &FleetSummary,
        planned: &[FleetMember],
        discovered: &[FleetMember],
    ) -> usize {
        let Some(part) = self.shard().filter(|_| !recorded.shards.is_empty()) else {
            return planned.len() + discovered.len();
        };
        let is_ours = |m: &&FleetMember| {
            let own = &m.resolved.migration;
            part.contains(target_id(own), &own.name)
        };
        let was_unread = |m: &&FleetMember| {
            let path = target_path(&m.resolved.migration).unwrap_or_default();
            let mut places = recorded.unread.iter().map(|u| u.place.to_lowercase());
            places.any(|place| path.starts_with(&format!("{place}/")))
        };
        planned.iter().filter(is_ours).count() + discovered.iter().filter(was_unread).count()
    }

    /// The summary of the resumed run. Scopes that the earlier run could not read remain, unless this run listed them.
    fn resumed_summary(
        &self,
        recorded: FleetSummary,
        now: FleetSummary,
        answers: &Answers,
    ) -> FleetSummary {
        let is_listed_now = |place: &String| {
            let place = place.to_lowercase();
            place.starts_with("plan ")
                || self
                    .scope
                    .labels()
                    .iter()
                    .any(|w| w.to_lowercase() == place)
        };
        let is_whole_scope_listed =
            !self.scope.is_empty() && recorded.scope.iter().all(is_listed_now);
        let mut note = recorded;
        note.unread.retain(|unread| match unread.place.as_str() {
            GRAPH_NAME => !is_whole_scope_listed,
            place => !self.scope.covers(place, answers),
        });
        note.unread.extend(now.unread);
        for place in self.scope_labels() {
            if !note.scope.contains(&place) {
                note.scope.push(place);
            }
        }
        note
    }
}

/// A recorded migration. The plan adds the connect options, and a side that the recording does not have.
fn resume_member(recorded: &Migration, plan_migration: Option<ResolvedMigration>) -> FleetMember {
    let (planned, access, target_access) = match plan_migration {
        Some(way) => (
            Some(way.migration),
            way.source_connection,
            way.target_connection,
        ),
        None => (None, None, None),
    };
    let adds_side = |planned: &Migration| {
        (recorded.source.is_none() && planned.source.is_some())
            || (recorded.target.is_none() && planned.target.is_some())
    };
    let migration = planned.filter(adds_side).map(|planned| Migration {
        name: recorded.name.clone(),
        ..planned
    });
    FleetMember {
        name_origin: NameOrigin::Explicit,
        resolved: ResolvedMigration {
            migration: migration.unwrap_or_else(|| recorded.clone()),
            source_connection: access,
            target_connection: target_access,
        },
    }
}
