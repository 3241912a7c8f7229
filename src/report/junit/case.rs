//! Writes one `<testcase>`.

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::Written;
use super::came::{Came, LONGEST_MESSAGE, and_more, came};
use crate::checks::Severity;
use crate::report::fleet::{Kind, Note};
use crate::report::text::{cut, visible};
use crate::report::value::{CheckReport, Report};
use crate::report::words;

/// Maximum name length. The Tests tab truncates or drops longer names.
const LONGEST_NAME: usize = 256;

/// One test case.
pub(super) struct Case {
    title: String,
    area: String,
    severity: Severity,
    pub(super) came: Came,
}

impl Case {
    pub(super) fn of_check(check: &CheckReport, report: &Report) -> Self {
        Case {
            title: format!("{}: {}", check.id, check.title),
            area: check.area.clone(),
            severity: check.severity,
            came: came(check, report.policy.fail_on),
        }
    }

    /// Returns an error case for a migration without checks. A suite without tests would pass.
    pub(super) fn unjudged() -> Self {
        let why = "`--check` and `--skip` leave no check for what is given".to_owned();
        Case {
            title: "no check was run".to_owned(),
            area: "plan".to_owned(),
            severity: Severity::Blocker,
            came: Came::Unknown(why.clone(), why),
        }
    }

    pub(super) fn of_fleet(kind: &Kind, notes: &[Note]) -> Self {
        let said = notes.iter().filter(|n| n.kind == kind);
        let said: Vec<String> = said.map(|n| visible(&n.message)).collect();
        let text = [
            &said[..],
            &[format!("why: {}", kind.why), format!("do: {}", kind.fix)],
        ];
        let text = text.concat().join("\n");
        let came = match said.first() {
            None => Came::Passed,
            Some(first) => {
                let message = format!("{}{}", cut(first, LONGEST_MESSAGE), and_more(said.len()));
                match kind.is_unknown {
                    true => Came::Unknown(message, text),
                    false => Came::Failed(message, text),
                }
            }
        };
        Case {
            title: format!("{}: {}", kind.id, kind.title),
            area: "fleet".to_owned(),
            severity: Severity::Blocker,
            came,
        }
    }

    pub(super) fn write(&self, w: &mut Writer<Vec<u8>>, migration: &str) -> Written {
        let title = format!("{} [", self.title);
        let room = LONGEST_NAME - title.chars().count() - 1;
        let name = format!("{title}{}]", cut(migration, room));
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let class = format!("flexready.{migration}.{}", self.area);
        let case = w.create_element("testcase").with_attributes([
            ("name", name.as_str()),
            ("classname", &class),
            ("time", "0"),
        ]);
        match &self.came {
            Came::Passed => case.write_empty()?,
            Came::Failed(message, text) => case.write_inner_content(|w| {
                let of = ("type", words::severity(self.severity));
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
            Came::Skipped(message) => {
                case.write_inner_content(|w| element(w, "skipped", &[("message", message)], ""))?
            }
        };
        Ok(())
    }
}

pub(super) fn element(
    w: &mut Writer<Vec<u8>>,
    name: &str,
    with: &[(&str, &str)],
    text: &str,
) -> Written {
    w.create_element(name)
        .with_attributes(with.iter().copied())
        .write_text_content(BytesText::new(text))?;
    Ok(())
}
