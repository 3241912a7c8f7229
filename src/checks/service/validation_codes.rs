//! Maps messages and codes of the migration service to related checks.

use crate::checks;
use crate::checks::OfficialRule;
use crate::facts::target::service::migrations::ValidationItem;

/// Codes of each validation type, for messages without a code. As of 2025-07-21. The table is inferred from the scope
/// of each type:
/// <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes>
const CODES_BY_TYPE: &[(&str, &[u32])] = &[
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
pub(super) fn related_checks(item: &ValidationItem) -> Vec<&'static str> {
    let codes_in_messages: Vec<u32> = item.messages.iter().flat_map(|m| codes_in(m)).collect();
    if !codes_in_messages.is_empty() {
        return checks_for_codes(&codes_in_messages);
    }
    let of_type = CODES_BY_TYPE.iter().find(|(kind, _)| *kind == item.kind);
    of_type
        .map(|(_, codes)| checks_for_codes(codes))
        .unwrap_or_default()
}

/// Returns the IDs of checks for the codes in a text.
pub(super) fn related_checks_in_text(text: &str) -> Vec<&'static str> {
    checks_for_codes(&codes_in(text).collect::<Vec<_>>())
}

fn checks_for_codes(codes: &[u32]) -> Vec<&'static str> {
    let covers_code = |official: &OfficialRule| matches!(official, OfficialRule::ServiceError(c) if codes.contains(c));
    let related = checks::all().filter(|c| c.official.iter().any(covers_code));
    related.map(|c| c.id).collect()
}

/// Extracts codes such as `603405` from a text.
fn codes_in(text: &str) -> impl Iterator<Item = u32> {
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
            codes_in("error 603405: x, [603108]; 16034051").collect::<Vec<_>>(),
            [603_405, 603_108]
        );
        assert!(
            related_checks_in_text("603400: source version below the minimum")
                .contains(&"source-version-too-old")
        );
        assert!(related_checks_in_text("nothing").is_empty());
    }
}
