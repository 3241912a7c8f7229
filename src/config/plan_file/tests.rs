//! Tests of the plan file and its error messages.

use time::macros::date;

use super::*;

const CHECKS: &[&str] = &["target-burstable", "storage-too-small"];

fn read_plan(text: &str) -> Result<Plan, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("flexready.toml");
    fs::write(&path, text).expect("the plan is written");
    Plan::read(&path, CHECKS).map_err(|e| e.to_string().replace(&*path.to_string_lossy(), "PLAN"))
}

fn read_migration(text: &str, name: Option<&str>) -> Result<MigrationOptions, String> {
    read_plan(text)?.migration(name).map_err(|e| e.to_string())
}

#[test]
fn unknown_key_is_reported_with_its_position_and_the_nearest_key() {
    let error = read_migration(
        "[[migration]]\nname = \"a\"\nsurce = \"postgresql://u:hush@h/d\"\n",
        None,
    );
    assert_eq!(
        error,
        Err("PLAN:3:1: unknown key `surce`; did you mean `source`?".to_owned())
    );
}

#[test]
fn defaults_apply_to_unset_options() {
    let plan = "[defaults]\nmode = \"online\"\n[[migration]]\nname = \"a\"\n[[migration]]\nname = \"b\"\nmode = \"offline\"\n";
    assert_eq!(
        read_migration(plan, Some("a")).map(|w| w.mode),
        Ok(Some(MigrationMode::Online))
    );
    assert_eq!(
        read_migration(plan, Some("b")).map(|w| w.mode),
        Ok(Some(MigrationMode::Offline))
    );
    assert!(read_migration(plan, None).is_err_and(|e| e.contains("choose one")));
    assert!(read_migration(plan, Some("c")).is_err_and(|e| e.contains("it has a, b")));
    assert!(read_migration("", None).is_err_and(|e| e.contains("no [[migration]]")));
}

#[test]
fn waivers_and_severities_are_read_with_their_lines() {
    let text = "[judging]\nmax_waiver_days = 90\n\n[[migration]]\nname = \"orders\"\n\n[severity]\n\
                target-burstable = \"note\"\n\n[[waiver]]\ncheck = \"storage-too-small\"\nmigration = \"ord*\"\n\
                object = \"server\"\nreason = \"grows at cutover\"\nowner = \"dba\"\nticket = \"T-1\"\nuntil = 2027-03-31\n";
    let rules = read_plan(text).unwrap().rules;
    assert_eq!(rules.max_waiver_days, Some(90));
    assert_eq!(rules.migration_line("orders"), Some(4));
    assert_eq!(rules.migration_line("else"), None, "that one has a name");
    let unnamed = read_plan("[[migration]]\nsource = \"host=h\"\n")
        .unwrap()
        .rules;
    assert_eq!(unnamed.migration_line("else"), Some(1), "the only one");
    assert_eq!(
        rules.overrides,
        [crate::config::policy_rules::SeverityOverride {
            check: "target-burstable".to_owned(),
            severity: Severity::Note,
            line: 8
        }]
    );
    let waiver = &rules.waivers[0];
    assert_eq!((waiver.until, waiver.line), (date!(2027 - 03 - 31), 11));
    assert!(waiver.matches_migration("orders") && !waiver.matches_migration("billing"));
    assert!(waiver.matches_object("server") && !waiver.matches_object("serverless"));
    let quoted = read_plan(&text.replace("2027-03-31", "\"2027-03-31\"")).unwrap();
    assert_eq!(quoted.rules.waivers, rules.waivers);
}

#[test]
fn waiver_requires_a_reason_an_owner_and_an_end_date() {
    let whole = "[[waiver]]\ncheck = \"storage-too-small\"\nreason = \"grows\"\nowner = \"dba\"\nuntil = 2027-03-31\n";
    assert!(read_plan(whole).is_ok());
    let wrong = [
        (
            "reason = \"grows\"\n",
            "",
            "PLAN:1:1: `reason` of the waiver is missing",
        ),
        (
            "owner = \"dba\"\n",
            "",
            "PLAN:1:1: `owner` of the waiver is missing",
        ),
        (
            "until = 2027-03-31\n",
            "",
            "PLAN:1:1: `until` of the waiver is missing",
        ),
        (
            "\"grows\"",
            "\" \"",
            "PLAN:3:10: a waiver needs a `reason`: why is this no obstacle?",
        ),
        (
            "\"dba\"",
            "\"\"",
            "PLAN:4:9: a waiver needs an `owner`: who answers for it?",
        ),
        (
            "2027-03-31",
            "\"soon\"",
            "PLAN:5:9: `until` is the last day on which a waiver holds, such as 2027-03-31",
        ),
        (
            "storage-too-small",
            "storage-to-small",
            "PLAN:2:9: there is no check `storage-to-small`; did you mean `storage-too-small`? `flexready checks` lists all",
        ),
        (
            "check =",
            "chek =",
            "PLAN:2:1: unknown key `chek`; did you mean `check`?",
        ),
    ];
    for (from, to, message) in wrong {
        assert_eq!(
            read_plan(&whole.replace(from, to)).err().as_deref(),
            Some(message)
        );
    }
}

#[test]
fn all_missing_keys_of_a_waiver_are_reported_together() {
    let text = "[[waiver]]\ncheck = \"storage-too-small\"\nreason = \"a\"\nowner = \"b\"\nuntil = 2027-03-31\n\n\
                [[waiver]]\nreason = \"c\"\n";
    let wanted = "PLAN:7:1: `check`, `owner` and `until` of the waiver are missing";
    assert_eq!(read_plan(text).err().as_deref(), Some(wanted));
}

#[test]
fn wrong_number_of_brackets_is_reported_with_the_right_one() {
    for (line, words) in [
        ("[migration]\nname = \"a\"", "write `[[migration]]`"),
        ("[waiver]\nowner = \"a\"", "write `[[waiver]]`"),
        ("[[defaults]]\nmode = \"online\"", "write `[defaults]`"),
        (
            "[[severity]]\ntarget-burstable = \"note\"",
            "write `[severity]`",
        ),
    ] {
        let found = read_plan(&format!("# plan\n{line}\n"))
            .err()
            .unwrap_or_default();
        assert!(
            found.starts_with(&format!("PLAN:2:1: {words}")),
            "{line}: {found}"
        );
    }
}

#[test]
fn severity_override_requires_a_known_check_and_severity() {
    let no_check = read_plan("[severity]\ntarget-burst = \"note\"\n").err();
    assert_eq!(
        no_check.as_deref(),
        Some(
            "PLAN:2:1: there is no check `target-burst`; did you mean `target-burstable`? `flexready checks` lists all"
        )
    );
    let no_idea = read_plan("[severity]\nhigh-availability = \"note\"\n").err();
    assert!(
        no_idea.is_some_and(|e| e.ends_with("`high-availability`; `flexready checks` lists all"))
    );
    let no_severity = read_plan("[severity]\ntarget-burstable = \"mild\"\n").err();
    assert!(
        no_severity
            .is_some_and(|e| e.starts_with("PLAN:2:20: `target-burstable` must be one of `note`,"))
    );
}

#[test]
fn migration_names_must_be_unique() {
    let error = read_plan("[[migration]]\nname = \"a\"\n[[migration]]\nname = \"a\"\n").err();
    assert_eq!(
        error.as_deref(),
        Some("PLAN:3:1: there is another migration `a`; give each its own name")
    );
}

#[test]
fn invalid_values_are_reported_with_the_expected_value() {
    for (line, message) in [
        (
            "source_vcores = \"8\"",
            "2:17: `source_vcores` must be a whole number from 1 on, such as 8",
        ),
        (
            "source_vcores = 0",
            "2:17: `source_vcores` must be a whole number from 1 on, such as 8",
        ),
        (
            "source_memory_gib = nan",
            "2:21: `source_memory_gib` must be a number of GiB above 0, such as 32",
        ),
        (
            "source_memory_gib = -1",
            "2:21: `source_memory_gib` must be a number of GiB above 0, such as 32",
        ),
        (
            "source_exposure = \"privat\"",
            "2:19: `source_exposure` must be `public` or `private`",
        ),
        (
            "databases = \"orders\"",
            "2:13: `databases` must be a list, such as `[\"orders\"]`",
        ),
        ("name = 5", "2:8: `name` must be a text in quotes"),
        (
            "overwrite = \"yes\"",
            "2:13: `overwrite` must be `true` or `false`, without quotes",
        ),
    ] {
        let found = read_plan(&format!("[[migration]]\n{line}\n")).err();
        assert_eq!(found, Some(format!("PLAN:{message}")), "{line}");
    }
    let sized = read_plan("[[migration]]\nsource_vcores = 8\nsource_memory_gib = 32\n").unwrap();
    let wish = &sized.migrations()[0];
    assert_eq!(
        (wish.source_vcores, wish.source_memory_gib),
        (Some(8), Some(32.0))
    );
    let days = read_plan("[judging]\nmax_waiver_days = \"x\"\n").err();
    assert!(
        days.is_some_and(|e| e.ends_with("`max_waiver_days` must be a whole number, such as 8"))
    );
}
