//! Runs the whole fault matrix: no fault gives a wrong verdict, and the README has the number of faults.

use std::time::Instant;

use super::{arm_faults, failing_cases, sql_faults};
use crate::readme::generated_section;

type TryAllFaults = fn() -> (usize, Vec<String>);

#[test]
fn no_fault_gives_a_wrong_verdict() {
    let matrices: [(&str, TryAllFaults); 3] = [
        ("ARM", arm_faults::try_all_faults),
        ("SQL", sql_faults::try_all_faults),
        ("failing cases", failing_cases::try_all_faults),
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
    let readme_text = generated_section("faults");
    let number = readme_text.split(' ').nth(2).unwrap().replace(',', "");
    let number: usize = number.parse().unwrap();
    assert!(
        number <= all && all < number * 3 / 2,
        "{all} faults were tried; the README says: {readme_text}"
    );
    assert!(readme_text.contains(" 0 wrong verdicts"));
}
