//! Logical decoding carries rows, not the state of sequences. Since 0.1.0.
//! <https://www.postgresql.org/docs/current/logical-replication-restrictions.html>

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Step, command};
use crate::facts::Facts;
use crate::plan::{Mode, SourceServer};

/// The values, as statements. A sequence that was never used has none, and stays as it is. One that the role may not read
/// looks the same in the view: there the cast fails, and its error names the sequence.
const STATEMENTS: &str = "SELECT format('SELECT setval(%L, %s);', name, CASE WHEN has_sequence_privilege(name, 'SELECT, USAGE') \
                          THEN last_value ELSE format('%s may not read %s', current_user, name)::bigint END) \
                          FROM (SELECT *, format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences) s \
                          WHERE last_value IS NOT NULL OR NOT has_sequence_privilege(name, 'SELECT, USAGE')";

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
    fix: "At cutover, when nothing writes to the source any more, set each sequence of the target to the source's value. \
          The command takes the target's host and who signs in there from TARGET_HOST and TARGET_ADMIN. \
          The role that reads them needs SELECT or USAGE on every sequence; without, the command stops and sets none.",
    look: "SELECT schemaname, sequencename, last_value FROM pg_sequences",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let databases = facts.databases.as_ref()?;
    let stream = facts.stream.as_ref()?;
    let has_view = facts.source_version()?.num() >= 100_000;
    let source = facts.migration.source.as_ref();
    let user = facts.migration_user()?;
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
            finding = finding.fix(Step::from(copy(source, user, &database.name)).afterwards());
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// Reads the values on the source and sets them on the target. Who audits may see no sequence; the migration user reads
/// all of them. Without `pipefail` a left half that fails would pass for one that has nothing to say.
fn copy(source: &SourceServer, user: &str, database: &str) -> String {
    let word = command::quote;
    format!(
        "(set -o pipefail; psql -XAt -h {} -p {} -U {} -d {database} -c {} | psql -X -v ON_ERROR_STOP=1 -h \"$TARGET_HOST\" -U \"$TARGET_ADMIN\" -d {database})",
        word(&source.host),
        source.port,
        word(user),
        word(STATEMENTS),
        database = word(&command::database(database)),
    )
}
