//! Checks for parameters set for a role or a database, which a database dump does not contain. Since 0.1.0.
//! `pg_dump` writes `ALTER DATABASE … SET` only with `--create`, and never writes `ALTER ROLE … SET`:
//! <https://www.postgresql.org/docs/current/app-pgdump.html>

use std::collections::BTreeMap;

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Step, Unanswered, command};
use crate::facts::Facts;
use crate::facts::access::{OwnSetting, Scope};
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "settings-not-copied",
    title: "Parameters of a role or a database stay behind",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "What `ALTER ROLE … SET` and `ALTER DATABASE … SET` have set is no part of a database's dump: on the target the \
          sessions of the application get the server's values, for instance another `search_path`.",
    fix: "Set them on the target once the databases and roles are there; what only a superuser may set, ask for as a \
          parameter of the server.",
    look: "SELECT setdatabase, setrole::regrole, setconfig FROM pg_db_role_setting",
    link: "https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let settings = facts.access.as_ref()?.settings.as_ref()?;
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected(databases);
    let selected: Vec<&str> = selected.iter().map(|d| d.name.as_str()).collect();
    settings
        .left_off()
        .into_iter()
        .for_each(|m| findings.unknown(m));
    let mut scopes: BTreeMap<Scope, Vec<&OwnSetting>> = BTreeMap::new();
    for setting in settings
        .iter()
        .filter(|s| moves(facts, s.scope(), &selected))
    {
        scopes.entry(setting.scope()).or_default().push(setting);
    }
    for (scope, all) in scopes {
        let finding = finding(facts, &mut findings, scope, &all, &selected)?;
        findings.push(finding);
    }
    Ok(findings)
}

/// Returns whether the scope is a selected database and a user-created role.
fn moves(facts: &Facts, scope: Scope, selected: &[&str]) -> bool {
    if scope.database().is_some_and(|d| !selected.contains(&d)) {
        return false;
    }
    let Some(name) = scope.role() else {
        return true;
    };
    let role = facts
        .access
        .as_ref()
        .ok()
        .and_then(|a| a.roles.as_ref().ok()?.find(name));
    let is_providers = facts
        .source_kind()
        .is_ok_and(|kind| providers::is_built_in_role(kind, name));
    !is_providers && !providers::is_superuser_account(name) && !role.is_some_and(|r| r.is_initial())
}

fn finding(
    facts: &Facts,
    findings: &mut Findings,
    scope: Scope,
    all: &[&OwnSetting],
    selected: &[&str],
) -> Result<Finding, Unanswered> {
    let (object, whose) = match scope {
        Scope::AllRoles => ("server".to_owned(), "`ALTER ROLE ALL` has set".to_owned()),
        Scope::Database(database) => (
            format!("database/{database}"),
            format!("database `{database}` has"),
        ),
        Scope::Role(role) => (format!("role/{role}"), format!("role `{role}` has")),
        Scope::RoleIn { role, database } => (
            format!("{database}/role/{role}"),
            format!("role `{role}` has in `{database}`"),
        ),
    };
    let names: Vec<String> = all.iter().map(|s| format!("`{}`", s.name)).collect();
    let message = format!("{whose} {}, which stays behind", names.join(", "));
    let mut finding = Finding::new(object, message);
    for setting in all {
        let shown = setting
            .value
            .as_deref()
            .unwrap_or("(not read: it may be a secret)");
        finding = match obstacle(facts, findings, &setting.name)? {
            Some(why) => finding.evidence(&setting.name, format!("{shown}; {why}")),
            None => {
                let found = finding.evidence(&setting.name, shown);
                statements(scope, setting, selected)
                    .into_iter()
                    .fold(found, |f, s| f.fix(Step::from(s).afterwards()))
            }
        };
    }
    Ok(finding)
}

/// Returns why the administrator of the target cannot set the parameter, or `None` if it can be set.
fn obstacle(
    facts: &Facts,
    findings: &mut Findings,
    name: &str,
) -> Result<Option<&'static str>, Unanswered> {
    // `role` is not in any parameter list, but it can be set.
    let is_listed = !name.contains('.') && name != "role";
    if let Some(configurations) = findings.know(&facts.configurations)
        && is_listed
        && configurations.find(name)?.is_none()
    {
        return Ok(Some("the target has no such parameter"));
    }
    let context = findings
        .know(&facts.settings)
        .and_then(|s| s.find(name))
        .map(|s| s.context.as_str());
    Ok(matches!(context, Some("superuser" | "superuser-backend"))
        .then_some("only a superuser may set it"))
}

fn statements(scope: Scope, setting: &OwnSetting, selected: &[&str]) -> Vec<String> {
    let name = command::identifier;
    let whom = match scope {
        Scope::AllRoles => selected
            .iter()
            .map(|d| format!("DATABASE {}", name(d)))
            .collect(),
        Scope::Database(database) => vec![format!("DATABASE {}", name(database))],
        Scope::Role(role) => vec![format!("ROLE {}", name(role))],
        Scope::RoleIn { role, database } => {
            vec![format!(
                "ROLE {} IN DATABASE {}",
                name(role),
                name(database)
            )]
        }
    };
    let value = match &setting.value {
        Some(value) => constants(&setting.name, value),
        None => "<value>".to_owned(),
    };
    let parameter: Vec<String> = setting.name.split('.').map(command::identifier).collect();
    let parameter = parameter.join(".");
    whom.into_iter()
        .map(|whom: String| format!("ALTER {whom} SET {parameter} TO {value};"))
        .collect()
}

/// Parameters that are lists of quoted names. A single constant would be read as a single name.
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "temp_tablespaces",
];

fn constants(name: &str, value: &str) -> String {
    if !LISTS.contains(&name.to_lowercase().as_str()) {
        return command::literal(value);
    }
    let names: Vec<String> = names(value).iter().map(|n| command::literal(n)).collect();
    if names.is_empty() {
        return "''".to_owned();
    }
    names.join(", ")
}

/// Splits a comma-separated list of names, each of which can be in double quotes.
fn names(list: &str) -> Vec<String> {
    let (mut all, mut name, mut in_quotes) = (Vec::new(), String::new(), false);
    let mut chars = list.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if in_quotes && chars.peek() == Some(&'"') => {
                name.push('"');
                chars.next();
            }
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => all.push(std::mem::take(&mut name)),
            c if c.is_whitespace() && !in_quotes => {}
            c => name.push(c),
        }
    }
    all.push(name);
    all.retain(|n| !n.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_a_list_is_quoted_separately() {
        let path = r#""$user", app, "O""Brien, Inc", public"#;
        assert_eq!(
            constants("search_path", path),
            r#"'$user', 'app', 'O"Brien, Inc', 'public'"#
        );
        assert_eq!(constants("search_path", "\"\""), "''");
        assert_eq!(constants("DateStyle", "ISO, DMY"), "'ISO, DMY'");
    }
}
