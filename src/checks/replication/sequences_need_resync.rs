//! Counts sequences to advance at cutover. Since 0.1.0.
//! Logical decoding replicates rows, but not the state of sequences.
//! <https://www.postgresql.org/docs/current/logical-replication-restrictions.html>

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::{MigrationMode, SourceServer};
use crate::facts::Facts;

/// Returns a `setval` statement for each sequence. A sequence that was never used has no value and is skipped.
/// A sequence that the role cannot read looks the same in the view.
/// The cast then fails, and the error names the sequence.
const SETVAL_QUERY: &str = "SELECT format('SELECT setval(%L, %s);', name, CASE WHEN has_sequence_privilege(name, 'SELECT, USAGE') \
                          THEN last_value ELSE format('%s may not read %s', current_user, name)::bigint END) \
                          FROM (SELECT *, format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences) s \
                          WHERE last_value IS NOT NULL OR NOT has_sequence_privilege(name, 'SELECT, USAGE')";

pub const CHECK: Check = Check {
    id: "sequences-need-resync",
    title: "Sequences have to be advanced at cutover",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "Rows that are replayed bring their numbers along, but no call of `nextval` is replayed: after cutover a sequence \
          goes on from where the first copy left it, and inserts meet numbers that are taken.",
    fix: "At cutover, when nothing writes to the source any more, set each sequence of the target to the source's value. \
          The command takes the target's host and who signs in there from TARGET_HOST and TARGET_ADMIN. \
          The role that reads them needs SELECT or USAGE on every sequence; without, the command stops and sets none.",
    verify: "SELECT schemaname, sequencename, last_value FROM pg_sequences",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let stream = facts.replication.as_ref()?;
    let has_view = facts.source_version()?.num() >= 100_000;
    let source = facts.migration.source.as_ref();
    let user = facts.migration_user()?;
    let mut findings = Findings::none();
    for database in findings.selected_databases(databases) {
        let sequences = stream.sequence_count(&database.name);
        let Some(count @ 1..) = findings.require(&sequences) else {
            continue;
        };
        let message = match count {
            1 => "1 sequence has to be advanced at cutover".to_owned(),
            many => format!("{many} sequences have to be advanced at cutover"),
        };
        let mut finding = Finding::new(Object::for_database(&database.name), message);
        if let Some(source) = source.filter(|_| has_view) {
            finding = finding.with_fix(
                FixStep::manual(resync_command(source, user, &database.name)).afterwards(),
            );
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// Returns a command that reads the values on the source and sets them on the target.
/// It connects as the migration user, because the connected role possibly cannot read the sequences.
/// Without `pipefail`, a failure of the first `psql` would look like an empty result.
fn resync_command(source: &SourceServer, user: &str, database: &str) -> String {
    let quote = quote::quote_bash;
    format!(
        "(set -o pipefail; psql -XAt -h {} -p {} -U {} -d {database} -c {} | psql -X -v ON_ERROR_STOP=1 -h \"$TARGET_HOST\" -U \"$TARGET_ADMIN\" -d {database})",
        quote(&source.host),
        source.port,
        quote(user),
        quote(SETVAL_QUERY),
        database = quote(&quote::psql_dbname(database)),
    )
}
