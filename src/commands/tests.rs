//! Tests how steps are printed, for now and for afterwards.

use super::step::*;

#[test]
fn steps_for_afterwards_are_rendered_as_labeled_comments() {
    let sql = FixStep::sql("o".to_owned(), "DROP CAST (a\nAS b);").afterwards();
    let words = |text: &str| FixStep::from(text).afterwards();
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
            words("RESET a; RESET b; -- afterwards, on the source; counts later"),
            "-- afterwards, on the source: RESET a; RESET b; -- counts later",
        ),
        (words("SET a = 1;"), "-- afterwards: SET a = 1;"),
        (words("az a b"), "# afterwards: az a b"),
        (words("# afterwards: set it"), "# afterwards: set it"),
    ] {
        assert_eq!(step.to_string(), shown);
    }
    let back = words("RESET a; -- afterwards");
    assert_eq!(back.command_line(), "RESET a; -- afterwards");
}
