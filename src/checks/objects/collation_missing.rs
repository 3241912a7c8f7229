//! Checks that the collations of source databases and columns exist on the target. Since 0.1.0.
//! The target creates each database and each column with the collation that it has on the source.
//! Windows locale names are always missing, because the service runs on Linux.

use super::collations::{self, OnTarget, Presence};
use super::each::in_each;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::Missing;
use crate::facts::objects::{Collation, Defaults};

pub const CHECK: Check = Check {
    id: "collation-missing",
    title: "A collation of the source may not be on the target",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::ServiceError(603401),
        Official::ServiceError(603402),
        Official::AzureMigrate("collations"),
    ],
    why: "A database or column whose collation the target does not know cannot be created there.",
    fix: "Where the target lacks it, move the database or the column to a collation that it has before the migration; a database's own can only be given to a new one, into which it is dumped and restored.",
    look: "SELECT collname, collprovider, collcollate FROM pg_collation ORDER BY collname",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let objects = facts.objects.as_ref()?;
    let target = OnTarget::of(facts);
    let mut findings = in_each(facts, |findings, parts| {
        let Some(list) = findings.know(&parts.collations) else {
            return;
        };
        for collation in list.rows.iter().filter(|c| !c.is_user) {
            column(findings, &parts.database, collation, &target);
        }
    })?;
    let databases = facts.databases.as_ref()?;
    for database in findings.selected(databases) {
        match objects.defaults_of(&database.name) {
            Ok(defaults) => default(&mut findings, defaults, &target),
            Err(missing) => findings.unknown(&missing),
        }
    }
    Ok(findings)
}

fn column(findings: &mut Findings, database: &str, collation: &Collation, target: &OnTarget) {
    let name = &collation.name;
    match target.has(name) {
        Presence::Sure => {}
        Presence::Never(why) => {
            let first = collation.first_use.as_deref();
            let used = first.map(|first| format!(", which `{first}` uses,"));
            let message = format!(
                "`{name}`{} is not on the target: {why}",
                used.as_deref().unwrap_or("")
            );
            let object = format!("{database}/collation/{}.{name}", collation.schema);
            findings.push(Finding::new(object, message).evidence("uses", collation.uses));
        }
        Presence::Open => findings.unknown(&Missing::not_said(
            format!("whether the target has the collation `{name}`, in use in database `{database}`, is not known"),
            target.remedy(&format!("see there: SELECT FROM pg_collation WHERE collname = {}", command::literal(name))),
        )),
    }
}

fn default(findings: &mut Findings, defaults: &Defaults, target: &OnTarget) {
    let database = &defaults.name;
    let (collation, ctype) = (&defaults.collation, &defaults.ctype);
    // A database always has C library locale names too, whatever its locale provider is.
    let mut all = vec![(collation, "c", target.has_locale(collation))];
    if ctype != collation {
        all.push((ctype, "c", target.has_locale(ctype)));
    }
    if let Some(locale) = &defaults.locale {
        match defaults.provider.as_str() {
            "i" => all.push((locale, "i", Presence::Open)),
            "b" => all.push((locale, "b", target.has_built_in(locale))),
            _ => {}
        }
    }
    for (name, provider, presence) in all {
        let provider = collations::provider_name(provider);
        match presence {
            Presence::Sure => {}
            Presence::Never(why) => findings.push(
                Finding::new(
                    format!("database/{database}"),
                    format!("the locale `{name}` of `{database}` is not on the target: {why}"),
                )
                .evidence("provider", provider),
            ),
            Presence::Open => findings.unknown(&Missing::not_said(
                format!(
                    "whether the target has the locale `{name}` ({provider}) of database `{database}` is not known"
                ),
                target.remedy(&format!("make an empty database with it there, and drop that again: {}", probe(provider, name, &defaults.encoding))),
            )),
        }
    }
}

/// Returns a statement that creates an empty database with this locale.
/// The server rejects locales that it does not have.
fn probe(provider: &str, locale: &str, encoding: &str) -> String {
    let locale = command::literal(locale);
    let how = match provider {
        "ICU" => format!("LOCALE_PROVIDER icu ICU_LOCALE {locale}"),
        _ => format!("LC_COLLATE {locale} LC_CTYPE {locale}"),
    };
    let encoding = command::literal(encoding);
    format!("CREATE DATABASE locale_probe TEMPLATE template0 ENCODING {encoding} {how}")
}
