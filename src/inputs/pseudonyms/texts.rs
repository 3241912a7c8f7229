//! Replaces names inside other text: in SQL fragments, and in messages of servers and persons.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::names::{GUID, Names};
use super::words::{TYPES, is_public};

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""(?:[^"]|"")*"|[A-Za-z0-9_$@#.+\x{80}-\x{10FFFF}-]+"#)
        .expect("the pattern is tested")
});
/// The identity that an ARM error message names.
static CLIENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(client|user|principal|identity) '([^']*)'").expect("the pattern is tested")
});
static SQL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""(?:[^"]|"")+"|'(?:[^']|'')*'|[A-Za-z_\x{80}-\x{10FFFF}][A-Za-z0-9_$\x{80}-\x{10FFFF}]*"#)
        .expect("the pattern is tested")
});

impl Names {
    /// Replaces the names in an SQL fragment, such as `app."Old orders"` or `app.load(integer)`. Removes literals.
    pub fn sql(&mut self, text: &str) -> String {
        if let Some(known) = self.exact.get(text) {
            return known.clone();
        }
        SQL.replace_all(text, |found: &Captures| {
            let word = &found[0];
            if word.starts_with('\'') {
                "'…'".to_owned()
            } else if word.starts_with('"') {
                self.of(&word[1..word.len() - 1].replace("\"\"", "\""))
            } else if TYPES.contains(&word.to_lowercase().as_str()) {
                word.to_owned()
            } else {
                self.of(word)
            }
        })
        .into_owned()
    }

    /// Replaces the names in free text, as far as they have a pseudonym already.
    pub fn in_text(&self, text: &str) -> String {
        let text = GUID.replace_all(text, |found: &Captures| {
            let known = self.guids.get(&found[0].to_lowercase());
            known
                .cloned()
                .unwrap_or_else(|| "00000000-0000-4000-8000-000000000000".to_owned())
        });
        let text = CLIENT.replace_all(&text, |found: &Captures| {
            let known = self.exact.get(&found[2]).map(String::as_str);
            let is_nobody = GUID.is_match(&found[2]) || is_public(&found[2]);
            let whom = known.unwrap_or(if is_nobody { &found[2] } else { "…" });
            format!("{} '{whom}'", &found[1])
        });
        WORD.replace_all(&text, |found: &Captures| self.known(&found[0]))
            .into_owned()
    }

    fn known(&self, word: &str) -> String {
        let quoted = word.strip_prefix('"').and_then(|w| w.strip_suffix('"'));
        let bare = quoted.unwrap_or(word).replace("\"\"", "\"");
        let of = |name: &str| {
            self.exact
                .get(name)
                .or_else(|| self.lower.get(&name.to_lowercase()))
        };
        match of(&bare) {
            Some(known) if quoted.is_some() => format!("\"{known}\""),
            Some(known) => known.clone(),
            // Everything in quotation marks is a name, even an unknown one.
            None if quoted.is_some() && !is_public(&bare) => "\"…\"".to_owned(),
            None if is_mail(word) => "…@example".to_owned(),
            None => {
                let parts: Vec<String> = word
                    .split('.')
                    .map(|p| of(p).cloned().unwrap_or_else(|| p.to_owned()))
                    .collect();
                parts.join(".")
            }
        }
    }
}

/// Returns whether a token is `user@corp.example`, or a guest account `user_corp.example#EXT#@tenant.example`.
fn is_mail(word: &str) -> bool {
    let parts = word.rsplit_once('@');
    parts.is_some_and(|(who, place)| !who.is_empty() && place.trim_matches('.').contains('.'))
}
