//! Determines which collations exist on the target flexible server.
//! Sources: collations of every flexible server, those of the target's databases, and `pg_collation` if it was queried.

use crate::facts::Facts;

/// Whether a collation exists on the target.
pub(in crate::checks) enum CollationPresence {
    Present,
    /// With the reason.
    Absent(String),
    Unknown,
}

/// Collations of every flexible server.
/// Databases are created with `en_US.utf8` by default: <https://learn.microsoft.com/azure/postgresql/>.
/// The others are built into PostgreSQL.
const DEFAULT_COLLATIONS: &[&str] = &["default", "C", "POSIX", "ucs_basic", "en_US.utf8"];

/// Collations built into PostgreSQL, with the first major version that has them.
const BUILT_IN_COLLATIONS: &[(&str, u32)] =
    &[("unicode", 16), ("pg_c_utf8", 17), ("pg_unicode_fast", 18)];

/// Locales of the built-in provider, with the first major version that has them.
const BUILT_IN_LOCALES: &[(&str, u32)] = &[("C", 17), ("C.UTF-8", 17), ("PG_UNICODE_FAST", 18)];

/// The collations known to exist on the target.
pub(in crate::checks) struct TargetCollations {
    major: Option<u32>,
    of_databases: Vec<String>,
    /// The contents of `pg_collation`, if it was read.
    pg_collation: Option<Vec<String>>,
    /// Whether a SQL connection to the target is configured.
    has_sql_connection: bool,
}

impl TargetCollations {
    pub(in crate::checks) fn from_facts(facts: &Facts) -> Self {
        let server = facts.server.as_ref().ok();
        let objects = facts.objects.as_ref().ok();
        let seen = objects.and_then(|o| o.target_collations.as_ref().ok());
        let by_sql = facts.target_sql.as_ref().ok();
        let listed = by_sql.and_then(|t| t.collations.as_ref().ok());
        let target = facts.migration.target.as_ref();
        TargetCollations {
            major: server
                .and_then(|s| s.version.as_ref().ok())
                .map(|v| v.major()),
            of_databases: seen
                .into_iter()
                .flatten()
                .map(|c| normalize_locale(c))
                .collect(),
            pg_collation: listed.map(|all| all.iter().map(|c| normalize_locale(c)).collect()),
            has_sql_connection: target.is_some_and(|t| t.sql.is_some()),
        }
    }

    /// Looks up a collation by its name in `pg_collation`.
    pub(super) fn collation_presence(&self, name: &str) -> CollationPresence {
        match (self.locale_presence(name), &self.pg_collation) {
            (CollationPresence::Unknown, Some(_)) => {
                CollationPresence::Absent("its `pg_collation` does not list it".to_owned())
            }
            (presence, _) => presence,
        }
    }

    /// Looks up a locale of the C library.
    /// A locale in `pg_collation` exists. A locale that is not in `pg_collation` can still exist.
    pub(in crate::checks) fn locale_presence(&self, name: &str) -> CollationPresence {
        let name = normalize_locale(name);
        let listed = self.pg_collation.iter().flatten();
        if DEFAULT_COLLATIONS.contains(&name.as_str())
            || self.of_databases.iter().chain(listed).any(|n| *n == name)
        {
            return CollationPresence::Present;
        }
        if is_windows_locale(&name) {
            return CollationPresence::Absent("it is a name of Windows".to_owned());
        }
        self.presence_by_version(BUILT_IN_COLLATIONS, &name)
    }

    /// Looks up a locale of the built-in provider.
    pub(super) fn built_in_locale_presence(&self, locale: &str) -> CollationPresence {
        self.presence_by_version(BUILT_IN_LOCALES, locale)
    }

    /// Returns how to find out whether a collation exists.
    /// Without a SQL connection to the target, that is `--target-url` or `alternative`; otherwise only `alternative`.
    pub(super) fn advice(&self, alternative: &str) -> String {
        if self.has_sql_connection {
            alternative.to_owned()
        } else {
            format!(
                "give `--target-url` (in a plan `target_url`), a way into the target's database `postgres`; or {alternative}"
            )
        }
    }

    fn presence_by_version(&self, table: &[(&str, u32)], name: &str) -> CollationPresence {
        let since = table.iter().find(|(n, _)| *n == name).map(|(_, m)| *m);
        match (since, self.major) {
            (Some(since), Some(major)) if major >= since => CollationPresence::Present,
            (Some(since), Some(_)) => {
                CollationPresence::Absent(format!("PostgreSQL {since} brought it"))
            }
            _ => CollationPresence::Unknown,
        }
    }
}

/// Normalizes spellings that the C library treats as equal, such as `en_US.UTF-8` and `en_US.utf8`.
fn normalize_locale(locale: &str) -> String {
    let Some((language, codeset)) = locale.split_once('.') else {
        return locale.to_owned();
    };
    let codeset: String = codeset
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("{language}.{}", codeset.to_lowercase())
}

/// Returns whether this is a Windows locale name, which has a full language name or a numeric code page.
/// Examples: `German_Germany.1252`, `English_United States`, `Norwegian (Bokmål)_Norway.1252`.
fn is_windows_locale(locale: &str) -> bool {
    let (territory, codeset) = locale.split_once('.').unwrap_or((locale, ""));
    let is_code_page = !codeset.is_empty() && codeset.chars().all(|c| c.is_ascii_digit());
    let has_full_names = territory
        .split_once('_')
        .is_some_and(|(language, country)| {
            language.starts_with(char::is_uppercase) && language.len() > 3 && country.len() > 3
        });
    is_code_page || has_full_names
}

/// Returns the name of a collation provider for its letter in `collprovider`.
pub(super) fn provider_name(letter: &str) -> &str {
    match letter {
        "i" => "ICU",
        "b" => "built in",
        "c" => "C library",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_locale_names_are_recognized() {
        for name in [
            "German_Germany.1252",
            "English_United States",
            "Norwegian (Bokmål)_Norway.1252",
            "en-US.1252",
        ] {
            assert!(is_windows_locale(name), "{name}");
        }
        for name in [
            "de_DE.utf8",
            "de_DE@euro",
            "C",
            "POSIX",
            "en_US.iso88591",
            "de-x-icu",
            "sr_RS.utf8@latin",
        ] {
            assert!(!is_windows_locale(&normalize_locale(name)), "{name}");
        }
        assert_eq!(normalize_locale("en_US.UTF-8"), "en_US.utf8");
    }
}
