//! Determines which collations exist on the target flexible server.
//! Sources: collations of every flexible server, those of the target's databases, and `pg_collation` if it was queried.

use crate::facts::Facts;

/// Whether a collation exists on the target.
pub(in crate::checks) enum Presence {
    Sure,
    /// With the reason.
    Never(String),
    Open,
}

/// Collations of every flexible server.
/// Databases are created with `en_US.utf8` by default: <https://learn.microsoft.com/azure/postgresql/>.
/// The others are built into PostgreSQL.
const EVERYWHERE: &[&str] = &["default", "C", "POSIX", "ucs_basic", "en_US.utf8"];

/// Collations built into PostgreSQL, with the first major version that has them.
const BUILT_IN: &[(&str, u32)] = &[("unicode", 16), ("pg_c_utf8", 17), ("pg_unicode_fast", 18)];

/// Locales of the built-in provider, with the first major version that has them.
const BUILT_IN_LOCALES: &[(&str, u32)] = &[("C", 17), ("C.UTF-8", 17), ("PG_UNICODE_FAST", 18)];

/// The collations known to exist on the target.
pub(in crate::checks) struct OnTarget {
    major: Option<u32>,
    seen: Vec<String>,
    /// The contents of `pg_collation`, if it was read.
    listed: Option<Vec<String>>,
    /// Whether a SQL connection to the target is configured.
    is_asked: bool,
}

impl OnTarget {
    pub(in crate::checks) fn of(facts: &Facts) -> Self {
        let server = facts.server.as_ref().ok();
        let objects = facts.objects.as_ref().ok();
        let seen = objects.and_then(|o| o.on_target.as_ref().ok());
        let by_sql = facts.on_target.as_ref().ok();
        let listed = by_sql.and_then(|t| t.collations.as_ref().ok());
        let target = facts.migration.target.as_ref();
        OnTarget {
            major: server
                .and_then(|s| s.version.as_ref().ok())
                .map(|v| v.major()),
            seen: seen.into_iter().flatten().map(|c| plain(c)).collect(),
            listed: listed.map(|all| all.iter().map(|c| plain(c)).collect()),
            is_asked: target.is_some_and(|t| t.sql.is_some()),
        }
    }

    /// Looks up a collation by its name in `pg_collation`.
    pub(super) fn has(&self, name: &str) -> Presence {
        match (self.has_locale(name), &self.listed) {
            (Presence::Open, Some(_)) => {
                Presence::Never("its `pg_collation` does not list it".to_owned())
            }
            (presence, _) => presence,
        }
    }

    /// Looks up a locale of the C library.
    /// A locale in `pg_collation` exists. A locale that is not in `pg_collation` can still exist.
    pub(in crate::checks) fn has_locale(&self, name: &str) -> Presence {
        let name = plain(name);
        let listed = self.listed.iter().flatten();
        if EVERYWHERE.contains(&name.as_str()) || self.seen.iter().chain(listed).any(|n| *n == name)
        {
            return Presence::Sure;
        }
        if is_of_windows(&name) {
            return Presence::Never("it is a name of Windows".to_owned());
        }
        self.since(BUILT_IN, &name)
    }

    /// Looks up a locale of the built-in provider.
    pub(super) fn has_built_in(&self, locale: &str) -> Presence {
        self.since(BUILT_IN_LOCALES, locale)
    }

    /// Returns how to find out whether a collation exists.
    /// Without a SQL connection to the target, that is `--target-url` or `alternative`; otherwise only `alternative`.
    pub(super) fn remedy(&self, there: &str) -> String {
        match self.is_asked {
            true => there.to_owned(),
            false => format!(
                "give `--target-url` (in a plan `target_url`), a way into the target's database `postgres`; or {there}"
            ),
        }
    }

    fn since(&self, table: &[(&str, u32)], name: &str) -> Presence {
        let since = table.iter().find(|(n, _)| *n == name).map(|(_, m)| *m);
        match (since, self.major) {
            (Some(since), Some(major)) if major >= since => Presence::Sure,
            (Some(since), Some(_)) => Presence::Never(format!("PostgreSQL {since} brought it")),
            _ => Presence::Open,
        }
    }
}

/// Normalizes spellings that the C library treats as equal, such as `en_US.UTF-8` and `en_US.utf8`.
fn plain(locale: &str) -> String {
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
fn is_of_windows(locale: &str) -> bool {
    let (place, codeset) = locale.split_once('.').unwrap_or((locale, ""));
    let is_code_page = !codeset.is_empty() && codeset.chars().all(|c| c.is_ascii_digit());
    let in_full = place.split_once('_').is_some_and(|(language, country)| {
        language.starts_with(char::is_uppercase) && language.len() > 3 && country.len() > 3
    });
    is_code_page || in_full
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
            assert!(is_of_windows(name), "{name}");
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
            assert!(!is_of_windows(&plain(name)), "{name}");
        }
        assert_eq!(plain("en_US.UTF-8"), "en_US.utf8");
    }
}
