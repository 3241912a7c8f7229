//! Detects and describes regressions.
//!
//! Regressions are new blockers and warnings, and checks that lost their answer. Notes describe what always applies and
//! are never regressions. A finding of a previously unanswered check is a regression only if its severity exceeds what
//! the missing answer already counted as.

use std::collections::BTreeMap;

use super::MigrationDiff;
use crate::checks::Severity;
use crate::report::phrases::count_noun;
use crate::verdict::Verdict;

/// The types of regression, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Regression {
    NewBlocker,
    NewWarning,
    /// A finding, or a possible finding, whose severity increased.
    MoreSevere,
    LostAnswer,
    MoreObjects,
    WorseVerdict,
    MissingMigration,
    /// A fleet finding that the earlier report does not have.
    FleetFinding,
}

/// The number of regressions of each type.
pub(super) type RegressionCounts = BTreeMap<Regression, usize>;

pub(super) fn regressions(diff: &MigrationDiff) -> RegressionCounts {
    let new = |severity: Severity| {
        let new = diff.new.iter().filter(|c| !c.waived);
        new.filter(|c| c.severity == severity).count()
    };
    let known = diff.still.iter().chain(&diff.newly_known);
    let more_severe = known.filter(|c| !c.waived && c.was.is_some_and(|was| c.severity > was));
    let matters = |s: Severity| s > Severity::Note;
    let lost = diff.no_longer_known.iter();
    let lost = lost.filter(|l| l.counts_as.is_none_or(matters));
    let more = diff.counts.iter();
    let more = more.filter(|c| !c.before_in_part && c.after > c.before);
    let mut all = RegressionCounts::from([
        (Regression::NewBlocker, new(Severity::Blocker)),
        (Regression::NewWarning, new(Severity::Warning)),
        (Regression::MoreSevere, more_severe.count()),
        (Regression::LostAnswer, lost.count()),
        (Regression::MoreObjects, more.count()),
    ]);
    all.retain(|_, count| *count > 0);
    if all.is_empty() && is_verdict_worse(diff) {
        all.insert(Regression::WorseVerdict, 1);
    }
    all
}

/// Returns whether the verdict got worse for a new reason. A blocker that was possible before and is found now is not a
/// new reason.
fn is_verdict_worse(diff: &MigrationDiff) -> bool {
    let Some([before, after]) = diff.verdicts else {
        return false;
    };
    let was_possible = [before, after] == [Verdict::Incomplete, Verdict::NotReady]
        && diff
            .newly_known
            .iter()
            .any(|c| c.severity == Severity::Blocker && c.was.is_none() && !c.waived);
    after > before && !was_possible
}

/// `1 new blocker, 3 checks no longer known`
pub(super) fn describe_regressions(reasons: &RegressionCounts) -> String {
    let words: Vec<String> = reasons
        .iter()
        .map(|(r, n)| describe_regression(*r, *n))
        .collect();
    words.join(", ")
}

fn describe_regression(reason: Regression, count: usize) -> String {
    match reason {
        Regression::NewBlocker => count_noun(count, "new blocker"),
        Regression::NewWarning => count_noun(count, "new warning"),
        Regression::MoreSevere if count == 1 => "1 finding weighs more than before".to_owned(),
        Regression::MoreSevere => format!("{count} findings weigh more than before"),
        Regression::LostAnswer => format!("{} no longer known", count_noun(count, "check")),
        Regression::MoreObjects => format!("more objects of {}", count_noun(count, "check")),
        Regression::WorseVerdict if count == 1 => "a graver verdict".to_owned(),
        Regression::WorseVerdict => format!("{count} graver verdicts"),
        Regression::FleetFinding => format!(
            "{} of the fleet as a whole",
            count_noun(count, "new problem")
        ),
        Regression::MissingMigration => {
            format!("{} no longer looked at", count_noun(count, "migration"))
        }
    }
}
