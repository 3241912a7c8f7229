//! JUnit results as Azure Pipelines publishes them: one test case for each check of each migration.
//!
//! The shape is that of the XSD which PublishTestResults@2 names: suites carry `properties`, `system-out` and `system-err`,
//! cases nothing beyond their outcome, so the evidence stands in the text of `failure` and `error`. Names are a test's
//! identity from run to run: id, title and migration, no counts, no times.
//! A finding that does not gate is a passed test, for there are no warnings in JUnit; it is listed in `system-out`.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::entries::not_answered;
use super::text::{cut, visible};
use super::value::{CheckReport, FindingReport, MigrationReport, Report};
use super::words;
use crate::checks::{self, Severity};
use crate::verdict::{FailOn, Status};

/// Longer names are cut or lost on the way into the tests tab.
const LONGEST_NAME: usize = 256;
/// Messages are cut there at 4,000 characters.
const LONGEST_MESSAGE: usize = 1_000;

/// The file name that the default pattern of PublishTestResults@2 finds.
pub fn file_name(migration: &str) -> String {
    format!("TEST-flexready-{}.xml", slug(migration))
}

/// The migration's name, as a part of a file name: letters, digits, `.`, `_` and `-`. A name that had to be changed gets a
/// mark of what it was, so that two stay two.
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
    format!("{slug}-{}", &super::fingerprint::of(&[name])[..8])
}

/// What came of one check.
enum Came {
    Passed,
    Failed(String, String),
    Unknown(String, String),
    Waived(String),
}

/// All migrations, a suite each.
pub fn junit(report: &Report) -> String {
    let migrations: Vec<&MigrationReport> = report.migrations.iter().collect();
    document(report, &migrations)
}

/// One migration: the content of its [`file_name`].
pub fn junit_of(report: &Report, migration: &MigrationReport) -> String {
    document(report, &[migration])
}

fn document(report: &Report, migrations: &[&MigrationReport]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let declared = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    writer.write_event(declared).expect(MEMORY);
    writer
        .create_element("testsuites")
        .write_inner_content(|w| {
            for (id, migration) in migrations.iter().enumerate() {
                suite(w, id, report, migration)?;
            }
            Ok(())
        })
        .expect(MEMORY);
    let text = String::from_utf8(writer.into_inner()).expect("what was written is UTF-8");
    // What is left of `##` stands in text and attributes only, where a reference means the same.
    format!("{}\n", text.replace("##", "&#35;&#35;"))
}

const MEMORY: &str = "memory takes every event";

type Written = std::io::Result<()>;

fn suite(
    w: &mut Writer<Vec<u8>>,
    id: usize,
    report: &Report,
    migration: &MigrationReport,
) -> Written {
    let cases: Vec<(&CheckReport, Came)> = migration
        .checks
        .iter()
        .filter(|c| c.status != Status::NotApplicable)
        .map(|c| (c, came(c, report.policy.fail_on)))
        .collect();
    let count = |is: fn(&Came) -> bool| cases.iter().filter(|(_, c)| is(c)).count().to_string();
    let name = visible(&migration.name);
    let source = migration.source.as_ref().map(|s| visible(&s.host));
    let target = migration.target.as_ref().map(|t| visible(&t.id));
    let host = source
        .or(target.clone())
        .unwrap_or_else(|| "none".to_owned());
    w.create_element("testsuite")
        .with_attributes([
            ("name", format!("flexready {name}").as_str()),
            ("package", &format!("flexready.{name}")),
            ("id", &id.to_string()),
            ("hostname", &host),
            (
                "timestamp",
                report.recorded_at.get(..19).unwrap_or_default(),
            ),
            ("tests", &cases.len().to_string()),
            ("failures", &count(|c| matches!(c, Came::Failed(..)))),
            ("errors", &count(|c| matches!(c, Came::Unknown(..)))),
            ("skipped", &count(|c| matches!(c, Came::Waived(_)))),
            ("time", "0"),
        ])
        .write_inner_content(|w| {
            properties(w, report, migration, target.as_deref())?;
            for (check, came) in &cases {
                case(w, &name, check, came)?;
            }
            element(w, "system-out", &[], &out(migration))?;
            element(w, "system-err", &[], "")
        })?;
    Ok(())
}

fn properties(
    w: &mut Writer<Vec<u8>>,
    report: &Report,
    migration: &MigrationReport,
    target: Option<&str>,
) -> Written {
    let verdict = words::verdict(migration.verdict);
    let judged = Some(report.policy.judged()).filter(|said| !said.is_empty());
    let judged = judged.map(|said| visible(&said.join("; ")));
    let location = migration
        .location
        .as_ref()
        .map(|place| visible(&place.name));
    let properties = [
        ("flexready.version", Some(report.tool.version.as_str())),
        ("flexready.verdict", Some(verdict)),
        ("flexready.target", target),
        ("flexready.location", location.as_deref()),
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

fn case(w: &mut Writer<Vec<u8>>, migration: &str, check: &CheckReport, came: &Came) -> Written {
    let title = format!("{}: {} [", check.id, check.title);
    let room = LONGEST_NAME - title.chars().count() - 1;
    let name = format!("{title}{}]", cut(migration, room));
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let class = format!("flexready.{migration}.{}", check.area);
    let case = w.create_element("testcase").with_attributes([
        ("name", name.as_str()),
        ("classname", &class),
        ("time", "0"),
    ]);
    match came {
        Came::Passed => case.write_empty()?,
        Came::Failed(message, text) => case.write_inner_content(|w| {
            let of = ("type", words::severity(check.severity));
            element(w, "failure", &[of, ("message", message)], text)
        })?,
        Came::Unknown(message, text) => case.write_inner_content(|w| {
            element(
                w,
                "error",
                &[("type", "unknown"), ("message", message)],
                text,
            )
        })?,
        Came::Waived(message) => {
            case.write_inner_content(|w| element(w, "skipped", &[("message", message)], ""))?
        }
    };
    Ok(())
}

fn element(w: &mut Writer<Vec<u8>>, name: &str, with: &[(&str, &str)], text: &str) -> Written {
    w.create_element(name)
        .with_attributes(with.iter().copied())
        .write_text_content(BytesText::new(text))?;
    Ok(())
}

/// A finding or an unknown gates when it weighs as much as `--fail-on` says; `never` changes the exit code alone.
fn came(check: &CheckReport, fail_on: FailOn) -> Came {
    let gate = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Blocker | FailOn::Never => Severity::Blocker,
    };
    let held = || check.findings.iter().filter(|f| f.waived.is_none());
    if let Some(worst) = held().find(|f| f.severity >= gate) {
        return Came::Failed(message(worst, check), evidence(check));
    }
    if check.unknown_as.is_some_and(|weight| weight >= gate) {
        let message = cut(&visible(&not_answered(&check.missing)), LONGEST_MESSAGE);
        return Came::Unknown(message, evidence(check));
    }
    let waived = check
        .findings
        .iter()
        .find_map(|f| f.waived.as_ref().map(|w| (f, w)));
    match waived {
        Some((finding, waived)) => {
            let text = format!("{}; {}", waived.words(), message(finding, check));
            Came::Waived(cut(&visible(&text), LONGEST_MESSAGE))
        }
        None => Came::Passed,
    }
}

fn message(finding: &FindingReport, check: &CheckReport) -> String {
    let more = match check.count.saturating_sub(1) {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    format!("{}{more}", cut(&visible(&said(finding)), LONGEST_MESSAGE))
}

/// What was found, why it matters, what to do: all lines that a reader of the tests tab gets.
fn evidence(check: &CheckReport) -> String {
    let mut lines = Vec::new();
    for finding in &check.findings {
        lines.push(found(finding));
        lines.extend(finding.fix.iter().map(|f| format!("  {}", visible(f))));
    }
    for missing in &check.missing {
        let question = missing.question.as_deref().unwrap_or("the plan");
        lines.push(format!(
            "unknown: {}",
            visible(&format!("{question}: {}", missing.reason))
        ));
        lines.extend(missing.remedy.iter().map(|r| format!("  {}", visible(r))));
    }
    if let Some(record) = checks::find(&check.id) {
        lines.push(format!("why: {}", record.why));
        lines.push(format!("do: {}", record.fix));
    }
    lines.extend(check.official.iter().map(|o| format!("rule: {o}")));
    lines.push(check.link.clone());
    lines.join("\n")
}

fn said(finding: &FindingReport) -> String {
    match finding.object.as_str() {
        "server" => finding.message.clone(),
        object => format!("{object}: {}", finding.message),
    }
}

fn found(finding: &FindingReport) -> String {
    let text = said(finding);
    let waived = finding.waived.as_ref().map(|w| format!(" ({})", w.words()));
    let severity = words::severity(finding.severity);
    visible(&format!("{severity}: {text}{}", waived.unwrap_or_default()))
}

/// All that was found, so that a passed test's warnings are not lost.
fn out(migration: &MigrationReport) -> String {
    let lines = migration.checks.iter().flat_map(|check| {
        let findings = check.findings.iter();
        findings.map(move |f| format!("{} {}", check.id, found(f)))
    });
    lines.collect::<Vec<_>>().join("\n")
}
