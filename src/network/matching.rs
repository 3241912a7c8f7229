//! Yes, no, or what it depends on.

use crate::facts::path::security_group::End;

/// Whether something matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    Yes,
    No,
    /// With what it depends on.
    Maybe(String),
}

impl From<bool> for Match {
    fn from(yes: bool) -> Self {
        if yes { Match::Yes } else { Match::No }
    }
}

impl Match {
    /// Both; the second is only looked at when the first leaves it open.
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

    /// Whether any address of a rule's end matches. An end without any is of a form that is not known here.
    /// `each` gets the address in lower case, and as it came.
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
