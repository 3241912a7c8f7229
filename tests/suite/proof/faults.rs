//! Runs the whole fault matrix: no fault gives a wrong verdict, and the README has the number of faults.

use std::time::Instant;

use super::{arm_faults, cases, sql_faults};
use crate::readme::held;

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
    // A new case does not require an update of the README. Its number must not be too high, nor much too low.
    let said = held("faults");
    let number = said.split(' ').nth(2).unwrap().replace(',', "");
    let number: usize = number.parse().unwrap();
    assert!(
        number <= all && all < number * 3 / 2,
        "{all} faults were tried; the README says: {said}"
    );
    assert!(said.contains(" 0 wrong verdicts"));
}
