//! The structure of JUnit and SARIF output that consumers require: the XSD of PublishTestResults@2, and the rules of
//! GitHub Advanced Security for Azure DevOps. The schemas themselves are tested in `formats`.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::formats::{PIPELINE_ENV, RECORDINGS, WAIVER_PLAN};
use super::{check_recording, write_plan};

/// An element with its children.
struct XmlElement {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<XmlElement>,
}

impl XmlElement {
    fn new(start: &BytesStart) -> XmlElement {
        let with = start.attributes().map(|a| {
            let a = a.unwrap();
            let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
            (a.key.as_ref().to_owned(), value)
        });
        XmlElement {
            name: start.name().as_ref().to_owned(),
            attributes: with.collect(),
            children: Vec::new(),
        }
    }

    fn read(xml: &str) -> XmlElement {
        let mut reader = Reader::from_str(xml);
        let mut open = vec![XmlElement {
            name: String::new(),
            attributes: Vec::new(),
            children: Vec::new(),
        }];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(XmlElement::new(&start)),
                Event::Empty(start) => {
                    let element = XmlElement::new(&start);
                    open.last_mut().unwrap().children.push(element);
                }
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Eof => return open.pop().unwrap().children.pop().unwrap(),
                _ => {}
            }
        }
    }

    fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map_or_else(|| panic!("no {name} in {}", self.name), |(_, value)| value)
    }

    fn child_names(&self) -> Vec<&str> {
        self.children.iter().map(|e| e.name.as_str()).collect()
    }
}

#[test]
fn junit_results_have_the_structure_that_the_xsd_requires() {
    let (_kept, path) = write_plan(WAIVER_PLAN);
    for story in RECORDINGS {
        let args = ["--format", "junit", "--plan", &path, "--strict"];
        let root = XmlElement::read(&check_recording(story, &args, &[]).stdout);
        assert_eq!(
            (root.name.as_str(), root.child_names()),
            ("testsuites", vec!["testsuite"])
        );
        assert_suite(&root.children[0]);
    }
}

fn assert_suite(suite: &XmlElement) {
    let cases = suite.children.len() - 3;
    let names = suite.child_names();
    assert_eq!(names[0], "properties");
    assert_eq!(names[1..=cases], vec!["testcase"; cases]);
    assert_eq!(names[cases + 1..], ["system-out", "system-err"]);
    assert!(!suite.attribute("package").is_empty() && !suite.attribute("hostname").is_empty());
    assert_eq!(
        (suite.attribute("id"), suite.attribute("timestamp").len()),
        ("0", "2026-11-20T09:00:00".len())
    );
    let cases = &suite.children[1..=cases];
    let with = |name: &str| {
        cases
            .iter()
            .filter(|c| c.child_names() == [name])
            .count()
            .to_string()
    };
    assert_eq!(suite.attribute("tests"), cases.len().to_string());
    for (attribute, element) in [
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ] {
        assert_eq!(suite.attribute(attribute), with(element));
    }
    for case in cases {
        let attributes: Vec<&str> = case
            .attributes
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(attributes, ["name", "classname", "time"]);
        assert!(case.children.len() <= 1 && case.attribute("name").chars().count() <= 256);
        for outcome in &case.children {
            assert!(!outcome.attribute("message").is_empty());
            assert!(outcome.children.is_empty());
        }
    }
}

#[test]
fn sarif_results_have_everything_that_advanced_security_requires() {
    let (_kept, path) = write_plan(WAIVER_PLAN);
    for story in RECORDINGS {
        let log = check_recording(
            story,
            &["--format", "sarif", "--plan", &path],
            &PIPELINE_ENV,
        )
        .json();
        assert_eq!(
            (&log["version"], log["runs"].as_array().unwrap().len()),
            (&"2.1.0".into(), 1)
        );
        let run = &log["runs"][0];
        let details = &run["automationDetails"];
        let id = details["id"].as_str().unwrap();
        assert!(
            id.starts_with("azuredevops/pipeline/build/fabrikam/")
                && id.ends_with("/refs/heads/main/9001"),
            "{id}"
        );
        assert_eq!(
            details["properties"]["azuredevops/pipeline/build/buildDefinitionId"],
            "42"
        );
        assert_eq!(details["properties"].as_object().unwrap().len(), 4);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.iter().all(|rule| rule["name"] != rule["id"]));
        let results = run["results"].as_array().unwrap();
        results.iter().for_each(|found| assert_result(found, rules));
        let marks = |r: &Value| r["partialFingerprints"]["primaryLocationLineHash"].to_string();
        let mut all: Vec<String> = results.iter().map(marks).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), results.len(), "no two results of one mark");
    }
}

fn assert_result(found: &Value, rules: &[Value]) {
    let at = usize::try_from(found["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(found["ruleId"], rules[at]["id"]);
    // Kinds other than `fail` have no level, and results without a level are hidden.
    assert_eq!(found["kind"], "fail");
    assert!(["error", "warning", "note"].contains(&found["level"].as_str().unwrap()));
    assert!(!found["message"]["text"].as_str().unwrap().is_empty());
    let place = &found["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "flexready.toml");
    assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
    let name = &found["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
    assert!(name.as_str().unwrap().contains('/'), "{name}");
}

#[test]
fn outside_a_pipeline_sarif_results_have_no_build() {
    let log = check_recording("ready", &["--format", "sarif"], &[]).json();
    assert_eq!(log["runs"][0]["automationDetails"], Value::Null);
}
