//! Maps messages and codes of the migration service to related checks.

use crate::checks::{self, Official};
use crate::facts::service::migrations::Item;

/// Codes of each validation type, for messages without a code. As of 2025-07-21. The table is inferred from the scope
/// of each type:
/// <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes>
const CODES: &[(&str, &[u32])] = &[
    (
        "AuthenticationAndConnectivityValidation",
        &[603_000, 603_001, 603_100],
    ),
    ("SourceVersionValidation", &[603_400]),
    (
        "ServerParametersValidation",
        &[603_104, 603_105, 603_106, 603_107, 603_108, 603_109],
    ),
    ("SchemaValidation", &[603_404, 603_409, 603_413]),
    (
        "ExtensionsValidation",
        &[603_405, 603_406, 603_407, 603_408],
    ),
    ("CollationsValidation", &[603_401, 603_402, 603_403]),
];

/// Returns the IDs of checks for the codes of a message. Without codes, the validation type decides.
pub(super) fn kin(item: &Item) -> Vec<&'static str> {
    let said: Vec<u32> = item.messages.iter().flat_map(|m| codes(m)).collect();
    if !said.is_empty() {
        return of(&said);
    }
    let typed = CODES.iter().find(|(kind, _)| *kind == item.kind);
    typed.map(|(_, codes)| of(codes)).unwrap_or_default()
}

/// Returns the IDs of checks for the codes in a text.
pub(super) fn kin_of(text: &str) -> Vec<&'static str> {
    of(&codes(text).collect::<Vec<_>>())
}

fn of(codes: &[u32]) -> Vec<&'static str> {
    let stands =
        |official: &Official| matches!(official, Official::ServiceError(c) if codes.contains(c));
    let kin = checks::all().filter(|c| c.official.iter().any(stands));
    kin.map(|c| c.id).collect()
}

/// Extracts codes such as `603405` from a text.
fn codes(text: &str) -> impl Iterator<Item = u32> {
    let words = text.split(|c: char| !c.is_ascii_digit());
    words
        .filter(|w| w.len() == 6 && w.starts_with("603"))
        .filter_map(|w| w.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_a_text_map_to_checks() {
        assert_eq!(
            codes("error 603405: x, [603108]; 16034051").collect::<Vec<_>>(),
            [603_405, 603_108]
        );
        assert!(
            kin_of("603400: source version below the minimum").contains(&"source-version-too-old")
        );
        assert!(kin_of("nothing").is_empty());
    }
}
