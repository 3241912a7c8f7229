//! Tests how steps are printed, for now and for afterwards.

use super::step::*;

#[test]
fn steps_for_now_are_rendered_as_commands_with_their_notes() {
    for (step, shown) in [
        (FixStep::sql("GRANT a TO b;"), "GRANT a TO b;"),
        (
            FixStep::sql_in("o\"x", "VACUUM t").with_note("at night"),
            "VACUUM t; -- in database \"o\"\"x\" -- at night",
        ),
        (
            FixStep::sql_in("o", "REINDEX DATABASE o").naming_its_database(),
            "REINDEX DATABASE o;",
        ),
        (
            FixStep::sql("ALTER SYSTEM SET a = 1").with_reload(),
            "ALTER SYSTEM SET a = 1; SELECT pg_reload_conf();",
        ),
        (FixStep::manual("az a b").with_note("once"), "az a b # once"),
    ] {
        assert_eq!(step.to_string(), shown);
    }
}

#[test]
fn steps_for_afterwards_are_rendered_as_labeled_comments() {
    let sql = FixStep::sql_in("o", "DROP CAST (a\nAS b);").afterwards();
    let reset = FixStep::sql("RESET a").afterwards();
    let words = |text: &str| FixStep::manual(text).afterwards();
    for (step, shown) in [
        (
            sql.clone(),
            "-- afterwards: DROP CAST (a\n-- AS b); -- in database \"o\"",
        ),
        (
            sql.with_note("on the target"),
            "-- afterwards, on the target: DROP CAST (a\n-- AS b); -- in database \"o\"",
        ),
        (
            reset
                .clone()
                .with_reload()
                .with_note("on the source")
                .with_detail("counts later"),
            "-- afterwards, on the source: RESET a; SELECT pg_reload_conf(); -- counts later",
        ),
        (words("az a b"), "# afterwards: az a b"),
        (
            words("set it").with_note("later"),
            "# afterwards, later: set it",
        ),
    ] {
        assert_eq!(step.to_string(), shown);
    }
    assert_eq!(reset.command_line(), "RESET a; -- afterwards");
    assert_eq!(words("az a b").command_line(), "az a b");
    assert_eq!(
        words("set it").with_note("later").command_line(),
        "# afterwards, later: set it"
    );
}
