//! JUnit results for Azure Pipelines: one test case for each check of each migration.
//!
//! The structure follows the XSD that PublishTestResults@2 names. Suites have `properties`, `system-out`, and
//! `system-err`. Cases have only their outcome, so the evidence is the text of `failure` and `error`.
//!
//! The name identifies a test from run to run. It consists of id, title, and migration, without counts or times.
//!
//! A finding that does not fail the run is a passed test, because JUnit has no warnings. It is listed in `system-out`.
//! Waived findings, and missing answers that do not fail the run, are skipped tests.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::checks;
use crate::checks::{Object, Severity};
use crate::report::entries::not_checked_message;
use crate::report::fleet::{FLEET_FINDING_KINDS, FleetFinding, FleetFindingKind, fleet_findings};
use crate::report::model::{CheckReport, FindingReport, MigrationReport, MissingReport, Report};
use crate::report::phrases;
use crate::report::sanitize::{escape_control, truncate};
use crate::verdict::{FailOn, Status};

/// File name of the fleet results. No migration has this name.
pub const JUNIT_FLEET_FILE: &str = "TEST-flexready.xml";

/// Returns a file name that matches the default pattern of PublishTestResults@2.
pub fn file_name(migration: &str) -> String {
    format!("TEST-flexready-{}.xml", slug(migration))
}

/// Converts the migration name to a file name of letters, digits, `.`, `_`, and `-`. A changed name gets a hash suffix,
/// so that names stay unique.
fn slug(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let slug: String = name
        .chars()
        .take(80)
        .map(|c| if is_plain(c) { c } else { '-' })
        .collect();
    if slug == name {
        return slug;
    }
    format!(
        "{slug}-{}",
        &crate::report::fingerprint::fingerprint(&[name])[..8]
    )
}

/// Renders one suite for each migration, and one more for a fleet.
pub fn junit(report: &Report) -> String {
    let migrations: Vec<&MigrationReport> = report.migrations.iter().collect();
    document(report, &migrations, report.fleet.is_some())
}

/// Renders one migration: the content of its [`file_name`].
pub fn junit_migration(report: &Report, migration: &MigrationReport) -> String {
    document(report, &[migration], false)
}

/// Renders the fleet suite: the content of [`JUNIT_FLEET_FILE`]. Returns `None` for a report of one migration.
pub fn junit_fleet(report: &Report) -> Option<String> {
    report.fleet.as_ref().map(|_| document(report, &[], true))
}

fn document(report: &Report, migrations: &[&MigrationReport], with_fleet: bool) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let declaration = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    writer.write_event(declaration).expect(INFALLIBLE_WRITE);
    writer
        .create_element("testsuites")
        .write_inner_content(|w| {
            for (id, migration) in migrations.iter().enumerate() {
                write_suite(w, id, report, migration)?;
            }
            if with_fleet {
                write_fleet_suite(w, migrations.len(), report)
            } else {
                Ok(())
            }
        })
        .expect(INFALLIBLE_WRITE);
    let text = String::from_utf8(writer.into_inner()).expect("what was written is UTF-8");
    // A remaining `##` is in text or an attribute, where a character reference is equivalent.
    format!("{}\n", text.replace("##", "&#35;&#35;"))
}

const INFALLIBLE_WRITE: &str = "memory takes every event";

type XmlResult = std::io::Result<()>;

fn write_suite(
    w: &mut Writer<Vec<u8>>,
    id: usize,
    report: &Report,
    migration: &MigrationReport,
) -> XmlResult {
    let checks = migration.checks.iter();
    let checks = checks.filter(|c| c.status != Status::NotApplicable);
    let mut cases: Vec<TestCase> = checks.map(|c| TestCase::for_check(c, report)).collect();
    if phrases::has_no_checks(migration) {
        cases.push(TestCase::no_checks());
    }
    let source = migration.source.as_ref().map(|s| escape_control(&s.host));
    let target = migration.target.as_ref().map(|t| escape_control(&t.id));
    let location = migration.location.as_ref();
    let host = source.or(target.clone());
    let suite = TestSuite {
        id,
        name: escape_control(&migration.name),
        host: host.unwrap_or_else(|| "none".to_owned()),
        verdict: phrases::verdict_name(migration.verdict),
        target,
        location: location.map(|l| escape_control(&l.name)),
        cases,
        system_out: system_out(migration),
    };
    suite.write(w, report)
}

/// Writes the fleet suite. It always has the same cases, so that each one has a history.
fn write_fleet_suite(w: &mut Writer<Vec<u8>>, id: usize, report: &Report) -> XmlResult {
    let notes = fleet_findings(report);
    let suite = TestSuite {
        id,
        name: "fleet".to_owned(),
        host: "none".to_owned(),
        verdict: phrases::verdict_name(report.verdict),
        target: None,
        location: None,
        cases: FLEET_FINDING_KINDS
            .iter()
            .map(|k| TestCase::for_fleet(k, &notes))
            .collect(),
        system_out: String::new(),
    };
    suite.write(w, report)
}

/// The results of one migration or of the fleet.
struct TestSuite {
    id: usize,
    name: String,
    host: String,
    verdict: &'static str,
    target: Option<String>,
    location: Option<String>,
    cases: Vec<TestCase>,
    system_out: String,
}

impl TestSuite {
    fn write(&self, w: &mut Writer<Vec<u8>>, report: &Report) -> XmlResult {
        let count = |is: fn(&TestOutcome) -> bool| {
            let of = self.cases.iter().filter(|c| is(&c.outcome));
            of.count().to_string()
        };
        let name = &self.name;
        w.create_element("testsuite")
            .with_attributes([
                ("name", format!("flexready {name}").as_str()),
                ("package", &format!("flexready.{name}")),
                ("id", &self.id.to_string()),
                ("hostname", &self.host),
                (
                    "timestamp",
                    report.recorded_at.get(..19).unwrap_or_default(),
                ),
                ("tests", &self.cases.len().to_string()),
                ("failures", &count(|c| matches!(c, TestOutcome::Failed(..)))),
                ("errors", &count(|c| matches!(c, TestOutcome::Error(..)))),
                ("skipped", &count(|c| matches!(c, TestOutcome::Skipped(_)))),
                ("time", "0"),
            ])
            .write_inner_content(|w| {
                write_properties(w, report, self)?;
                for one in &self.cases {
                    one.write(w, name)?;
                }
                write_element(w, "system-out", &[], &self.system_out)?;
                write_element(w, "system-err", &[], "")
            })?;
        Ok(())
    }
}

fn write_properties(w: &mut Writer<Vec<u8>>, report: &Report, suite: &TestSuite) -> XmlResult {
    let judged = Some(report.policy.describe_policy()).filter(|said| !said.is_empty());
    let judged = judged.map(|said| escape_control(&said.join("; ")));
    let properties = [
        ("flexready.version", Some(report.tool.version.as_str())),
        ("flexready.verdict", Some(suite.verdict)),
        ("flexready.target", suite.target.as_deref()),
        ("flexready.location", suite.location.as_deref()),
        ("flexready.judged", judged.as_deref()),
    ];
    w.create_element("properties").write_inner_content(|w| {
        for (name, value) in properties {
            let Some(value) = value else { continue };
            w.create_element("property")
                .with_attributes([("name", name), ("value", value)])
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Maximum name length. The Tests tab truncates or drops longer names.
const MAX_NAME_CHARS: usize = 256;

/// One test case.
pub(crate) struct TestCase {
    title: String,
    area: String,
    severity: Severity,
    pub(crate) outcome: TestOutcome,
}

impl TestCase {
    pub(crate) fn for_check(check: &CheckReport, report: &Report) -> Self {
        TestCase {
            title: format!("{}: {}", check.id, check.title),
            area: check.area.clone(),
            severity: check.severity,
            outcome: test_outcome(check, report.policy.fail_on),
        }
    }

    /// Returns an error case for a migration without checks. A suite without tests would pass.
    pub(crate) fn no_checks() -> Self {
        let why = "`--check` and `--skip` leave no check for what is given".to_owned();
        TestCase {
            title: "no check was run".to_owned(),
            area: "plan".to_owned(),
            severity: Severity::Blocker,
            outcome: TestOutcome::Error(why.clone(), why),
        }
    }

    fn for_fleet(kind: &FleetFindingKind, notes: &[FleetFinding]) -> Self {
        let said = notes.iter().filter(|n| n.kind == kind);
        let said: Vec<String> = said.map(|n| escape_control(&n.message)).collect();
        let text = [
            &said[..],
            &[format!("why: {}", kind.why), format!("do: {}", kind.fix)],
        ];
        let text = text.concat().join("\n");
        let outcome = match said.first() {
            None => TestOutcome::Passed,
            Some(first) => {
                let message = format!(
                    "{}{}",
                    truncate(first, MAX_MESSAGE_CHARS),
                    more_suffix(said.len())
                );
                if kind.is_unknown {
                    TestOutcome::Error(message, text)
                } else {
                    TestOutcome::Failed(message, text)
                }
            }
        };
        TestCase {
            title: format!("{}: {}", kind.id, kind.title),
            area: "fleet".to_owned(),
            severity: Severity::Blocker,
            outcome,
        }
    }

    pub(crate) fn write(&self, w: &mut Writer<Vec<u8>>, migration: &str) -> XmlResult {
        let title = format!("{} [", self.title);
        let room = MAX_NAME_CHARS - title.chars().count() - 1;
        let name = format!("{title}{}]", truncate(migration, room));
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let class = format!("flexready.{migration}.{}", self.area);
        let case = w.create_element("testcase").with_attributes([
            ("name", name.as_str()),
            ("classname", &class),
            ("time", "0"),
        ]);
        match &self.outcome {
            TestOutcome::Passed => case.write_empty()?,
            TestOutcome::Failed(message, text) => case.write_inner_content(|w| {
                let of = ("type", self.severity.name());
                write_element(w, "failure", &[of, ("message", message)], text)
            })?,
            TestOutcome::Error(message, text) => case.write_inner_content(|w| {
                write_element(
                    w,
                    "error",
                    &[("type", "unknown"), ("message", message)],
                    text,
                )
            })?,
            TestOutcome::Skipped(message) => case.write_inner_content(|w| {
                write_element(w, "skipped", &[("message", message)], "")
            })?,
        };
        Ok(())
    }
}

pub(crate) fn write_element(
    w: &mut Writer<Vec<u8>>,
    name: &str,
    attributes: &[(&str, &str)],
    text: &str,
) -> XmlResult {
    w.create_element(name)
        .with_attributes(attributes.iter().copied())
        .write_text_content(BytesText::new(text))?;
    Ok(())
}

/// Maximum message length. Azure Pipelines truncates messages at 4,000 characters.
pub(crate) const MAX_MESSAGE_CHARS: usize = 1_000;

/// The result of one test case.
pub(crate) enum TestOutcome {
    Passed,
    Failed(String, String),
    Error(String, String),
    /// Waived, or not checked without failing the run. The test neither fails nor passes.
    Skipped(String),
}

/// A finding or a missing answer fails the test from the severity of `--fail-on`. The value `never` changes only the
/// exit code, not the tests.
pub(crate) fn test_outcome(check: &CheckReport, fail_on: FailOn) -> TestOutcome {
    let min_severity = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Blocker | FailOn::Never => Severity::Blocker,
    };
    let held = || check.findings.iter().filter(|f| f.waived.is_none());
    if let Some(worst) = held().find(|f| f.severity >= min_severity) {
        return TestOutcome::Failed(failure_message(worst, check), evidence_text(check));
    }
    if check
        .unknown_as
        .is_some_and(|weight| weight >= min_severity)
    {
        let message = truncate(
            &escape_control(&not_checked_message(&check.missing)),
            MAX_MESSAGE_CHARS,
        );
        return TestOutcome::Error(message, evidence_text(check));
    }
    let waived = check
        .findings
        .iter()
        .find_map(|f| f.waived.as_ref().map(|w| (f, w)));
    match waived {
        Some((finding, waived)) => {
            let text = format!("{}; {}", waived.describe(), failure_message(finding, check));
            TestOutcome::Skipped(truncate(&escape_control(&text), MAX_MESSAGE_CHARS))
        }
        None if check.status == Status::Unknown => {
            let text = format!("not answered: {}", not_checked_message(&check.missing));
            TestOutcome::Skipped(truncate(&escape_control(&text), MAX_MESSAGE_CHARS))
        }
        None => TestOutcome::Passed,
    }
}

fn failure_message(finding: &FindingReport, check: &CheckReport) -> String {
    let more = more_suffix(check.count);
    format!(
        "{}{more}",
        truncate(&escape_control(&finding_text(finding)), MAX_MESSAGE_CHARS)
    )
}

/// Returns the suffix for the findings after the first one.
pub(crate) fn more_suffix(count: usize) -> String {
    match count.saturating_sub(1) {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    }
}

/// Lists findings, consequence, and fix for the Tests tab.
fn evidence_text(check: &CheckReport) -> String {
    let mut lines = Vec::new();
    for finding in &check.findings {
        lines.push(finding_line(finding));
        lines.extend(
            finding
                .fix
                .iter()
                .map(|f| format!("  {}", escape_control(f))),
        );
    }
    for missing in &check.missing {
        lines.push(missing_line(missing));
        lines.extend(
            missing
                .remedy
                .iter()
                .map(|r| format!("  {}", escape_control(r))),
        );
    }
    if let Some(record) = checks::find(&check.id) {
        lines.push(format!("why: {}", record.why));
        lines.push(format!("do: {}", record.fix));
    }
    lines.extend(check.official.iter().map(|o| format!("rule: {o}")));
    lines.push(check.link.clone());
    lines.join("\n")
}

fn missing_line(missing: &MissingReport) -> String {
    let question = missing.question.as_deref().unwrap_or("the plan");
    escape_control(&format!("unknown: {question}: {}", missing.reason))
}

fn finding_text(finding: &FindingReport) -> String {
    match &finding.object {
        Object::Server => finding.message.clone(),
        object => format!("{object}: {}", finding.message),
    }
}

fn finding_line(finding: &FindingReport) -> String {
    let text = finding_text(finding);
    let waived = finding
        .waived
        .as_ref()
        .map(|w| format!(" ({})", w.describe()));
    let severity = finding.severity.name();
    escape_control(&format!("{severity}: {text}{}", waived.unwrap_or_default()))
}

/// Lists all findings and missing answers, so that warnings of passed tests are not lost.
pub(crate) fn system_out(migration: &MigrationReport) -> String {
    let lines = migration.checks.iter().flat_map(|check| {
        let found = check.findings.iter().map(finding_line);
        let unknown = check.missing.iter().map(missing_line);
        found
            .chain(unknown)
            .map(|line| format!("{} {line}", check.id))
    });
    lines.collect::<Vec<_>>().join("\n")
}
