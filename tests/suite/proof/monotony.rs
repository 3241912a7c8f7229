//! Fewer answers never make a verdict readier: any subset of the answers of a sample fails, in any way.
//! `PROPTEST_CASES` sets the number of subsets. The default is small.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use flexready::question::{Answer, RefusalKind};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::judged::Judged;
use super::worlds::{World, failing, recorded, refused};
use crate::fixtures::{folder, folders};

/// The kinds of failure without an answer. Not found is missing here, because it is an answer.
const KINDS: [RefusalKind; 8] = [
    RefusalKind::Forbidden,
    RefusalKind::Unauthenticated,
    RefusalKind::Busy,
    RefusalKind::Timeout,
    RefusalKind::Unreachable,
    RefusalKind::Server,
    RefusalKind::Malformed,
    RefusalKind::NotRecorded,
];

/// Every recording and every failing case, each with its outcomes.
fn worlds() -> &'static [(World, Judged)] {
    static WORLDS: OnceLock<Vec<(World, Judged)>> = OnceLock::new();
    WORLDS.get_or_init(|| {
        let ids = folders(&folder().join("checks"));
        let cases = failing(&ids).map(|failing| failing.world);
        let all = recorded().into_iter().chain(cases);
        all.map(|world| (world.judged(), world))
            .map(|(judged, world)| (world, judged))
            .collect()
    })
}

fn cases(few: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(few),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn holds(
    (world, whole): &(World, Judged),
    lost: &BTreeMap<&str, Answer>,
) -> Result<(), TestCaseError> {
    let greener = world.asked_with(lost).greener_than(whole);
    let keys: Vec<&&str> = lost.keys().collect();
    prop_assert!(
        greener.is_empty(),
        "{} without {keys:?}: {greener:?}",
        world.name
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    /// A few answers fail, as with a missing privilege or a lost connection.
    #[test]
    fn a_few_failed_answers_never_improve_an_outcome(world in any::<Index>(), lost in prop::collection::vec((any::<Index>(), select(&KINDS[..])), 1..8)) {
        let world = world.get(worlds());
        let keys = world.0.keys();
        let lost = lost.iter().map(|(at, kind)| (at.get(&keys).as_str(), refused(*kind)));
        holds(world, &lost.collect())?;
    }

    /// Any share of the answers fails, from nearly none to nearly all.
    #[test]
    fn any_share_of_failed_answers_never_improves_an_outcome(world in any::<Index>(), share in 0.0..1.0_f64, dice in prop::collection::vec(0.0..1.0_f64, 200), kind in select(&KINDS[..])) {
        let world = world.get(worlds());
        let keys = world.0.keys();
        let lost = keys.iter().zip(dice).filter(|(_, die)| *die < share);
        holds(world, &lost.map(|(key, _)| (key.as_str(), refused(kind))).collect())?;
    }
}
