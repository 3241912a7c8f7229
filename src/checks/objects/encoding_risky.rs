//! Checks for database encodings other than UTF8. Since 0.1.0.
//! SQL_ASCII is not an encoding, because it accepts any bytes.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::DatabaseDefaults;

pub const CHECK: Check = Check {
    id: "encoding-risky",
    title: "A database's encoding may not survive the copy",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("encodings")],
    why: "A SQL_ASCII database keeps bytes that nobody checked; a target database in UTF8 refuses the first that are no UTF-8, and the copy of the table fails. Other encodings than UTF8 are converted, where the target's database has not the same.",
    fix: "For SQL_ASCII, find out what the bytes are, and have the database dumped with that encoding into a UTF8 one before the migration. For other encodings, see that the target's database has the encoding that you want.",
    verify: "SELECT datname, pg_encoding_to_char(encoding) FROM pg_database",
    link: "https://www.postgresql.org/docs/current/multibyte.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let objects = facts.objects.as_ref()?;
    let mut findings = Findings::none();
    for database in findings.selected_databases(databases) {
        match objects.database_defaults(&database.name) {
            Ok(defaults) => findings.items.extend(finding(defaults)),
            Err(missing) => findings.add_missing(&missing),
        }
    }
    Ok(findings)
}

fn finding(defaults: &DatabaseDefaults) -> Option<Finding> {
    let (name, encoding) = (&defaults.name, &defaults.encoding);
    let object = Object::for_database(name);
    match encoding.as_str() {
        "UTF8" => None,
        "SQL_ASCII" => Some(Finding::new(
            object,
            format!("`{name}` is in SQL_ASCII: nobody checked that its text is in one encoding"),
        )),
        _ => Some(
            Finding::new(object, format!("`{name}` is in {encoding}, not in UTF8"))
                .with_severity(Severity::Note),
        ),
    }
    .map(|finding| finding.with_evidence("encoding", encoding))
}
