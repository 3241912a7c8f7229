//! Counts with their noun in the singular or plural.

use std::fmt::Display;

/// Formats a count with its noun: `1 column`, `2 columns`. The plural is formed with *s*.
pub(crate) fn count_noun<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_has_the_singular() {
        assert_eq!(count_noun(0_usize, "check"), "0 checks");
        assert_eq!(count_noun(1_u64, "check"), "1 check");
        assert_eq!(count_noun(2_u32, "check"), "2 checks");
    }
}
