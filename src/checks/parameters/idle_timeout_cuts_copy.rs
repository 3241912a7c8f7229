//! Checks for timeouts that end the copy session and with it the migration. Since 0.1.0.
//! The troubleshooting page of the service's error codes requires no idle timeout on both servers.
//! Amazon RDS sets an idle timeout of 24 hours by default. `transaction_timeout` (17) ends the same transaction.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Step, Unanswered, command};
use crate::facts::access::{OwnSettings, Scope};
use crate::facts::parameter::milliseconds;
use crate::facts::settings::Setting;
use crate::facts::{Fact, Facts, Missing};
use crate::plan::SourceServer;
use crate::reference::copy_time;

pub const CHECK: Check = Check {
    id: "idle-timeout-cuts-copy",
    title: "A timeout ends the session that copies",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "The snapshot of the copy lives in one transaction that stands idle while other sessions read; when a timeout ends \
          it, or a statement that takes long, the migration starts again from nothing.",
    fix: "Set the timeouts to 0 for the migration user on the source, and on the target until the migration is done.",
    look: "SELECT name, reset_val, unit FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout', \
           'transaction_timeout', 'statement_timeout', 'lock_timeout')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

/// Timeout parameters, and whether only a value below the copy duration is reported.
const TIMEOUTS: &[(&str, bool)] = &[
    ("idle_in_transaction_session_timeout", true),
    ("transaction_timeout", true),
    ("statement_timeout", false),
    ("lock_timeout", false),
];

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    let copy = copy_minutes(facts);
    for (name, only_if_shorter) in TIMEOUTS {
        let mut found = on_source(facts, &mut findings, name)?;
        found.extend(on_target(facts, &mut findings, name)?);
        for timeout in found.iter().filter(|t| t.milliseconds > 0.0) {
            if !only_if_shorter {
                findings.push(timeout.finding(name, None));
            } else if let Some(minutes) = findings.know(&copy)
                && timeout.milliseconds < minutes * 60_000.0
            {
                findings.push(timeout.finding(name, Some(*minutes)));
            }
        }
    }
    Ok(findings)
}

/// Estimates the copy duration in minutes by the documented rates, for all selected databases in sequence.
fn copy_minutes(facts: &Facts) -> Fact<f64> {
    let databases = facts.databases.as_ref().map_err(Clone::clone)?;
    let (selected, missing) = databases.selected();
    if let Some(missing) = missing {
        return Err(missing);
    }
    let sizes: Fact<Vec<u64>> = selected.iter().map(|d| d.size()).collect();
    Ok(copy_time::minutes(sizes?.iter().sum()))
}

/// A timeout that is effective for a session of the migration.
struct Timeout {
    object: String,
    place: String,
    shown: String,
    milliseconds: f64,
    fix: Step,
}

impl Timeout {
    fn finding(&self, name: &str, copy: Option<f64>) -> Finding {
        let than = copy.map(|minutes| format!(", and the copy takes about {}", time(minutes)));
        let message = format!(
            "`{name}` is `{}` {}{}",
            self.shown,
            self.place,
            than.unwrap_or_default()
        );
        Finding::new(&self.object, message)
            .evidence(name, &self.shown)
            .fix(self.fix.clone())
    }
}

fn time(minutes: f64) -> String {
    if minutes < 120.0 {
        format!("{:.0} minutes", minutes.ceil())
    } else {
        format!("{:.0} hours", (minutes / 60.0).ceil())
    }
}

/// Returns the timeouts effective for the migration user in the selected databases, each scope once.
fn on_source(
    facts: &Facts,
    findings: &mut Findings,
    name: &str,
) -> Result<Vec<Timeout>, Unanswered> {
    let Some(setting) = facts.settings.as_ref()?.find(name) else {
        // This major version does not have the parameter.
        return Ok(Vec::new());
    };
    let own = facts.access.as_ref()?.settings.as_ref()?;
    own.left_off().into_iter().for_each(|m| findings.unknown(m));
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let user = facts.migration_user()?;
    let databases = facts.databases.as_ref()?;
    let mut places: Vec<(Option<Scope>, &str)> = Vec::new();
    for database in findings.selected(databases) {
        let (scope, value) = match own.effective(name, user, &database.name) {
            Some(own) => (Some(own.scope()), own.value.as_deref()),
            None => (None, servers_own(own, source, setting)),
        };
        match value {
            None => findings.unknown(&hidden(name)),
            Some(value) if !places.contains(&(scope, value)) => places.push((scope, value)),
            Some(_) => {}
        }
    }
    let timeouts = places.into_iter().filter_map(|(scope, value)| {
        let found = source_timeout(name, user, scope, value, setting.unit.as_deref());
        if found.is_none() {
            findings.unknown(&Missing::not_said(
                format!("`{name}` of the source is `{value}`, which is no time"),
                "look at it on the server",
            ));
        }
        found
    });
    Ok(timeouts.collect())
}

/// Returns the server-wide value, or `None` if a setting of the tool's own session hides it.
/// The session guards change the column `source` of `pg_settings`, but never `reset_val`.
fn servers_own<'f>(
    own: &OwnSettings,
    source: &SourceServer,
    setting: &'f Setting,
) -> Option<&'f str> {
    let is_hidden = setting.source == "client"
        || own
            .effective(&setting.name, &source.user, &source.database)
            .is_some();
    setting.reset_val.as_deref().filter(|_| !is_hidden)
}

fn hidden(name: &str) -> Missing {
    Missing::not_said(
        format!("the role that asked has a `{name}` of its own, which hides the server's"),
        "ask as a role, or through a database, that has no such setting",
    )
}

fn source_timeout(
    name: &str,
    user: &str,
    scope: Option<Scope>,
    value: &str,
    unit: Option<&str>,
) -> Option<Timeout> {
    let user_name = command::identifier(user);
    let (object, place) = match scope {
        None => (format!("parameter/{name}"), "on the source".to_owned()),
        Some(Scope::AllRoles) => (
            "server".to_owned(),
            "for all roles of the source".to_owned(),
        ),
        Some(Scope::Database(database)) => (
            format!("database/{database}"),
            format!("for database `{database}` of the source"),
        ),
        Some(Scope::Role(role)) => (
            format!("role/{role}"),
            format!("for `{role}` on the source"),
        ),
        Some(Scope::RoleIn { role, database }) => (
            format!("{database}/role/{role}"),
            format!("for `{role}` in `{database}` of the source"),
        ),
    };
    let whom = match scope {
        Some(Scope::RoleIn { database, .. }) => {
            format!("{user_name} IN DATABASE {}", command::identifier(database))
        }
        _ => user_name,
    };
    Some(Timeout {
        object,
        place,
        shown: shown(value, unit),
        milliseconds: milliseconds(value, unit)?,
        fix: Step::sql(None, format!("ALTER ROLE {whom} SET {name} TO 0")).by_script(),
    })
}

/// Formats a value. A bare number is shown with its unit.
fn shown(value: &str, unit: Option<&str>) -> String {
    match (value.parse::<f64>(), unit) {
        (Ok(_), unit) => crate::facts::parameter::readable(value, unit.or(Some("ms"))),
        _ => value.to_owned(),
    }
}

fn on_target(
    facts: &Facts,
    findings: &mut Findings,
    name: &str,
) -> Result<Option<Timeout>, Unanswered> {
    let configurations = facts.configurations.as_ref()?;
    let server = facts.server.as_ref()?;
    let found = configurations.find(name);
    let Some(Some(there)) = findings.know(&found) else {
        return Ok(None);
    };
    let Some(milliseconds) = milliseconds(&there.value, there.unit.as_deref()) else {
        findings.unknown(&Missing::not_said(
            format!(
                "`{name}` of the target is `{}`, which is no time",
                there.value
            ),
            "look at it on the server",
        ));
        return Ok(None);
    };
    Ok(Some(Timeout {
        object: format!("parameter/{name}"),
        place: "on the target".to_owned(),
        shown: shown(&there.value, there.unit.as_deref()),
        milliseconds,
        fix: command::set_parameter(&server.id, name, "0").temporary(),
    }))
}
