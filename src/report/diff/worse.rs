//! Detects and describes regressions.
//!
//! Regressions are new blockers and warnings, and checks that lost their answer. Notes describe what always applies and
//! are never regressions. A finding of a previously unanswered check is a regression only if its severity exceeds what
//! the missing answer already counted as.

use std::collections::BTreeMap;

use super::MigrationDiff;
use crate::checks::Severity;
use crate::report::words::counted;
use crate::verdict::Verdict;

/// The types of regression, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    NewBlocker,
    NewWarning,
    /// A finding, or a possible finding, whose severity increased.
    Graver,
    Lost,
    More,
    Verdict,
    Gone,
    /// A fleet finding that the earlier report does not have.
    Fleet,
}

/// The number of regressions of each type.
pub(super) type Reasons = BTreeMap<Reason, usize>;

pub(super) fn reasons(found: &MigrationDiff) -> Reasons {
    let new = |severity: Severity| {
        let new = found.new.iter().filter(|c| !c.waived);
        new.filter(|c| c.severity == severity).count()
    };
    let known = found.still.iter().chain(&found.newly_known);
    let graver = known.filter(|c| !c.waived && c.was.is_some_and(|was| c.severity > was));
    let matters = |s: Severity| s > Severity::Note;
    let lost = found.no_longer_known.iter();
    let lost = lost.filter(|l| l.counts_as.is_none_or(matters));
    let more = found.counts.iter();
    let more = more.filter(|c| !c.before_in_part && c.after > c.before);
    let mut all = Reasons::from([
        (Reason::NewBlocker, new(Severity::Blocker)),
        (Reason::NewWarning, new(Severity::Warning)),
        (Reason::Graver, graver.count()),
        (Reason::Lost, lost.count()),
        (Reason::More, more.count()),
    ]);
    all.retain(|_, count| *count > 0);
    if all.is_empty() && is_verdict_worse(found) {
        all.insert(Reason::Verdict, 1);
    }
    all
}

/// Returns whether the verdict got worse for a new reason. A blocker that was possible before and is found now is not a
/// new reason.
fn is_verdict_worse(found: &MigrationDiff) -> bool {
    let Some([before, after]) = found.verdicts else {
        return false;
    };
    let was_feared = [before, after] == [Verdict::Incomplete, Verdict::NotReady]
        && found
            .newly_known
            .iter()
            .any(|c| c.severity == Severity::Blocker && c.was.is_none() && !c.waived);
    after > before && !was_feared
}

/// `1 new blocker, 3 checks no longer known`
pub(super) fn words(reasons: &Reasons) -> String {
    let words: Vec<String> = reasons.iter().map(|(r, n)| word(*r, *n)).collect();
    words.join(", ")
}

fn word(reason: Reason, count: usize) -> String {
    match reason {
        Reason::NewBlocker => counted(count, "new blocker"),
        Reason::NewWarning => counted(count, "new warning"),
        Reason::Graver if count == 1 => "1 finding weighs more than before".to_owned(),
        Reason::Graver => format!("{count} findings weigh more than before"),
        Reason::Lost => format!("{} no longer known", counted(count, "check")),
        Reason::More => format!("more objects of {}", counted(count, "check")),
        Reason::Verdict if count == 1 => "a graver verdict".to_owned(),
        Reason::Verdict => format!("{count} graver verdicts"),
        Reason::Fleet => format!("{} of the fleet as a whole", counted(count, "new problem")),
        Reason::Gone => format!("{} no longer looked at", counted(count, "migration")),
    }
}
