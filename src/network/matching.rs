//! Three-valued logic: yes, no, or unknown with a reason.

use crate::facts::path::security_group::End;

/// The result of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    Yes,
    No,
    /// Contains the reason.
    Maybe(String),
}

impl From<bool> for Match {
    fn from(yes: bool) -> Self {
        if yes { Match::Yes } else { Match::No }
    }
}

impl Match {
    /// Logical AND. `other` is only evaluated if this value is not `No`.
    pub(crate) fn and(self, other: impl FnOnce() -> Match) -> Match {
        match self {
            Match::No => Match::No,
            Match::Yes => other(),
            Match::Maybe(why) => match other() {
                Match::No => Match::No,
                _ => Match::Maybe(why),
            },
        }
    }

    pub(crate) fn or(self, other: Match) -> Match {
        match (self, other) {
            (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
            (Match::No, other) => other,
            (maybe, _) => maybe,
        }
    }

    pub(crate) fn not(&self) -> Match {
        match self {
            Match::Yes => Match::No,
            Match::No => Match::Yes,
            Match::Maybe(why) => Match::Maybe(why.clone()),
        }
    }

    /// Returns whether any address of a rule's end matches. An end without addresses has an unknown form, so its result
    /// is unknown.
    ///
    /// `matches_address` gets the address in lower case, and as received.
    pub(super) fn any(end: &End, each: impl Fn(&str, &str) -> Match) -> Match {
        if end.addresses.is_empty() {
            return Match::Maybe("one of its ends has no address".to_owned());
        }
        let all = end
            .addresses
            .iter()
            .map(|a| each(&a.trim().to_ascii_lowercase(), a));
        all.fold(Match::No, Match::or)
    }
}
