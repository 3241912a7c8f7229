//! JUnit results for Azure Pipelines: one test case for each check of each migration.
//!
//! The structure follows the XSD that PublishTestResults@2 names. Suites have `properties`, `system-out`, and
//! `system-err`. Cases have only their outcome, so the evidence is the text of `failure` and `error`.
//!
//! The name identifies a test from run to run. It consists of id, title, and migration, without counts or times.
//!
//! A finding that does not fail the run is a passed test, because JUnit has no warnings. It is listed in `system-out`.
//! Waived findings, and missing answers that do not fail the run, are skipped tests.

mod came;
mod case;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use super::fleet::{KINDS, notes};
use super::text::visible;
use super::value::{MigrationReport, Report};
use super::words;
use crate::verdict::Status;
use came::{Came, out};
use case::{Case, element};

/// File name of the fleet results. No migration has this name.
pub const OF_FLEET: &str = "TEST-flexready.xml";

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
    format!("{slug}-{}", &super::fingerprint::of(&[name])[..8])
}

/// Renders one suite for each migration, and one more for a fleet.
pub fn junit(report: &Report) -> String {
    let migrations: Vec<&MigrationReport> = report.migrations.iter().collect();
    document(report, &migrations, report.fleet.is_some())
}

/// Renders one migration: the content of its [`file_name`].
pub fn junit_of(report: &Report, migration: &MigrationReport) -> String {
    document(report, &[migration], false)
}

/// Renders the fleet suite: the content of [`JUNIT_FLEET_FILE`]. Returns `None` for a report of one migration.
pub fn junit_of_fleet(report: &Report) -> Option<String> {
    report.fleet.as_ref().map(|_| document(report, &[], true))
}

fn document(report: &Report, migrations: &[&MigrationReport], with_fleet: bool) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let declared = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    writer.write_event(declared).expect(MEMORY);
    writer
        .create_element("testsuites")
        .write_inner_content(|w| {
            for (id, migration) in migrations.iter().enumerate() {
                suite(w, id, report, migration)?;
            }
            match with_fleet {
                true => suite_of_fleet(w, migrations.len(), report),
                false => Ok(()),
            }
        })
        .expect(MEMORY);
    let text = String::from_utf8(writer.into_inner()).expect("what was written is UTF-8");
    // A remaining `##` is in text or an attribute, where a character reference is equivalent.
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
    let checks = migration.checks.iter();
    let checks = checks.filter(|c| c.status != Status::NotApplicable);
    let mut cases: Vec<Case> = checks.map(|c| Case::of_check(c, report)).collect();
    if words::is_unjudged(migration) {
        cases.push(Case::unjudged());
    }
    let source = migration.source.as_ref().map(|s| visible(&s.host));
    let target = migration.target.as_ref().map(|t| visible(&t.id));
    let location = migration.location.as_ref();
    let host = source.or(target.clone());
    let suite = Suite {
        id,
        name: visible(&migration.name),
        host: host.unwrap_or_else(|| "none".to_owned()),
        verdict: words::verdict(migration.verdict),
        target,
        location: location.map(|l| visible(&l.name)),
        cases,
        out: out(migration),
    };
    suite.write(w, report)
}

/// Writes the fleet suite. It always has the same cases, so that each one has a history.
fn suite_of_fleet(w: &mut Writer<Vec<u8>>, id: usize, report: &Report) -> Written {
    let notes = notes(report);
    let suite = Suite {
        id,
        name: "fleet".to_owned(),
        host: "none".to_owned(),
        verdict: words::verdict(report.verdict),
        target: None,
        location: None,
        cases: KINDS.iter().map(|k| Case::of_fleet(k, &notes)).collect(),
        out: String::new(),
    };
    suite.write(w, report)
}

/// The results of one migration or of the fleet.
struct Suite {
    id: usize,
    name: String,
    host: String,
    verdict: &'static str,
    target: Option<String>,
    location: Option<String>,
    cases: Vec<Case>,
    out: String,
}

impl Suite {
    fn write(&self, w: &mut Writer<Vec<u8>>, report: &Report) -> Written {
        let count = |is: fn(&Came) -> bool| {
            let of = self.cases.iter().filter(|c| is(&c.came));
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
                ("failures", &count(|c| matches!(c, Came::Failed(..)))),
                ("errors", &count(|c| matches!(c, Came::Unknown(..)))),
                ("skipped", &count(|c| matches!(c, Came::Skipped(_)))),
                ("time", "0"),
            ])
            .write_inner_content(|w| {
                properties(w, report, self)?;
                for one in &self.cases {
                    one.write(w, name)?;
                }
                element(w, "system-out", &[], &self.out)?;
                element(w, "system-err", &[], "")
            })?;
        Ok(())
    }
}

fn properties(w: &mut Writer<Vec<u8>>, report: &Report, suite: &Suite) -> Written {
    let judged = Some(report.policy.judged()).filter(|said| !said.is_empty());
    let judged = judged.map(|said| visible(&said.join("; ")));
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
