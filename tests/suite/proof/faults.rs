//! The fault matrix as a whole: how many faults were tried, and that none gave a wrong verdict. The README says so.

use std::time::Instant;

use super::{arm_faults, cases, sql_faults};
use crate::readme::hold;

type Matrix = fn() -> (usize, Vec<String>);

#[test]
fn no_fault_gives_a_wrong_verdict() {
    let matrices: [(&str, Matrix); 3] = [
        ("ARM", arm_faults::try_all),
        ("SQL", sql_faults::try_all),
        ("failing cases", cases::try_all),
    ];
    let (mut all, mut wrong) = (0, Vec::new());
    for (name, try_all) in matrices {
        let before = Instant::now();
        let (tried, found) = try_all();
        eprintln!("{name}: {tried} faults in {:.1?}", before.elapsed());
        all += tried;
        wrong.extend(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // In thousands: a new case is no reason to write the README anew.
    let (thousands, wrong) = (all / 1000, wrong.len());
    hold(
        "faults",
        &format!("More than {thousands},000 faults tried, {wrong} wrong verdicts.\n"),
    );
}
