//! Three-valued logic: yes, no, or unknown with a reason.

use crate::facts::network::azure_network::security_group::RuleEndpoint;

/// The result of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tristate {
    Yes,
    No,
    /// Contains the reason.
    Unknown(String),
}

impl From<bool> for Tristate {
    fn from(yes: bool) -> Self {
        if yes { Tristate::Yes } else { Tristate::No }
    }
}

impl Tristate {
    /// Logical AND. `other` is only evaluated if this value is not `No`.
    pub(crate) fn and(self, other: impl FnOnce() -> Tristate) -> Tristate {
        match self {
            Tristate::No => Tristate::No,
            Tristate::Yes => other(),
            Tristate::Unknown(why) => match other() {
                Tristate::No => Tristate::No,
                _ => Tristate::Unknown(why),
            },
        }
    }

    pub(crate) fn or(self, other: Tristate) -> Tristate {
        match (self, other) {
            (Tristate::Yes, _) | (_, Tristate::Yes) => Tristate::Yes,
            (Tristate::No, other) => other,
            (maybe, _) => maybe,
        }
    }

    pub(crate) fn not(&self) -> Tristate {
        match self {
            Tristate::Yes => Tristate::No,
            Tristate::No => Tristate::Yes,
            Tristate::Unknown(why) => Tristate::Unknown(why.clone()),
        }
    }

    /// Returns whether any address of a rule's end matches. An end without addresses has an unknown form, so its result
    /// is unknown.
    ///
    /// `matches_address` gets the address in lower case, and as received.
    pub(crate) fn any_address(
        end: &RuleEndpoint,
        matches_address: impl Fn(&str, &str) -> Tristate,
    ) -> Tristate {
        if end.addresses.is_empty() {
            return Tristate::Unknown("one of its ends has no address".to_owned());
        }
        let all = end
            .addresses
            .iter()
            .map(|a| matches_address(&a.trim().to_ascii_lowercase(), a));
        all.fold(Tristate::No, Tristate::or)
    }
}
