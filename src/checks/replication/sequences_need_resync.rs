//! Logical decoding carries rows, not the state of sequences. Since 0.1.0.
//! <https://www.postgresql.org/docs/current/logical-replication-restrictions.html>

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Step, command};
use crate::facts::Facts;
use crate::plan::{Mode, SourceServer};

pub const CHECK: Check = Check {
    id: "sequences-need-resync",
    title: "Sequences have to be advanced at cutover",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[],
    why: "Rows that are replayed bring their numbers along, but no call of `nextval` is replayed: after cutover a sequence \
          goes on from where the first copy left it, and inserts meet numbers that are taken.",
    fix: "At cutover, when nothing writes to the source any more, set each sequence of the target to the source's value.",
    look: "SELECT schemaname, sequencename, last_value FROM pg_sequences",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let databases = facts.databases.as_ref()?;
    let stream = facts.stream.as_ref()?;
    let has_view = facts.source_version()?.num() >= 100_000;
    let source = facts.migration.source.as_ref();
    let mut findings = Findings::none();
    for database in findings.selected(databases) {
        let sequences = stream.sequences(&database.name);
        let Some(count @ 1..) = findings.know(&sequences) else {
            continue;
        };
        let message = match count {
            1 => "1 sequence has to be advanced at cutover".to_owned(),
            many => format!("{many} sequences have to be advanced at cutover"),
        };
        let mut finding = Finding::new(format!("database/{}", database.name), message);
        if let Some(source) = source.filter(|_| has_view) {
            finding = finding.fix(Step::from(copy(source, &database.name)).afterwards());
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// Reads the values on the source and sets them on the target. What was never used is left as it is.
fn copy(source: &SourceServer, database: &str) -> String {
    let statements = "SELECT format('SELECT setval(%L, %s);', format('%I.%I', schemaname, sequencename), last_value) \
                      FROM pg_sequences WHERE last_value IS NOT NULL";
    let word = command::quote;
    format!(
        "psql -XAt -h {} -p {} -U {} -d {database} -c {} | psql -X -v ON_ERROR_STOP=1 -h <target> -U <administrator> -d {database}",
        word(&source.host),
        source.port,
        word(&source.user),
        word(statements),
        database = word(&named(database)),
    )
}

/// A database as psql's -d takes it: a name with anything odd in it is spelled out, lest it be read as a connection string.
fn named(database: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if database.chars().all(is_plain) {
        return database.to_owned();
    }
    let value = database.replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{value}'")
}
