//! Fewer answers never make a verdict readier: any subset of the answers of a sample fails, in any way.
//! `PROPTEST_CASES` sets the number of subsets. The default is small.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use flexready::question::{Answer, FailureKind};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::outcome_compare::CheckOutcomes;
use super::samples::{Sample, failing_samples, recorded_samples, refused};
use crate::fixtures::subfolder_names;
use crate::support::recordings::fixtures_dir;

/// The kinds of failure without an answer. Not found is missing here, because it is an answer.
const FAILURE_KINDS: [FailureKind; 8] = [
    FailureKind::Forbidden,
    FailureKind::Unauthenticated,
    FailureKind::Busy,
    FailureKind::Timeout,
    FailureKind::Unreachable,
    FailureKind::Server,
    FailureKind::Malformed,
    FailureKind::NotRecorded,
];

/// Every recording and every failing case, each with its outcomes.
fn samples() -> &'static [(Sample, CheckOutcomes)] {
    static SAMPLES: OnceLock<Vec<(Sample, CheckOutcomes)>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let ids = subfolder_names(&fixtures_dir().join("checks"));
        let cases = failing_samples(&ids).map(|failing| failing.sample);
        let all = recorded_samples().into_iter().chain(cases);
        all.map(|world| (world.outcomes(), world))
            .map(|(judged, world)| (world, judged))
            .collect()
    })
}

fn config_with_cases(default_cases: u32) -> ProptestConfig {
    let value = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: value.unwrap_or(default_cases),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn assert_no_improvement(
    (sample, complete): &(Sample, CheckOutcomes),
    failed: &BTreeMap<&str, Answer>,
) -> Result<(), TestCaseError> {
    let improvements = sample.outcomes_with(failed).improvements_over(complete);
    let keys: Vec<&&str> = failed.keys().collect();
    prop_assert!(
        improvements.is_empty(),
        "{} without {keys:?}: {improvements:?}",
        sample.name
    );
    Ok(())
}

proptest! {
    #![proptest_config(config_with_cases(400))]

    /// A few answers fail, as with a missing privilege or a lost connection.
    #[test]
    fn a_few_failed_answers_never_improve_an_outcome(world in any::<Index>(), lost in prop::collection::vec((any::<Index>(), select(&FAILURE_KINDS[..])), 1..8)) {
        let world = world.get(samples());
        let keys = world.0.keys();
        let lost = lost.iter().map(|(at, kind)| (at.get(&keys).as_str(), refused(*kind)));
        assert_no_improvement(world, &lost.collect())?;
    }

    /// Any share of the answers fails, from nearly none to nearly all.
    #[test]
    fn any_share_of_failed_answers_never_improves_an_outcome(world in any::<Index>(), share in 0.0..1.0_f64, dice in prop::collection::vec(0.0..1.0_f64, 200), kind in select(&FAILURE_KINDS[..])) {
        let world = world.get(samples());
        let keys = world.0.keys();
        let lost = keys.iter().zip(dice).filter(|(_, die)| *die < share);
        assert_no_improvement(world, &lost.map(|(key, _)| (key.as_str(), refused(kind))).collect())?;
    }
}
