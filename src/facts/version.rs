//! PostgreSQL version numbers.

use std::fmt;

/// A server version, from `server_version_num`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32);

impl Version {
    /// `server_version_num`: 90624 for 9.6.24, 170004 for 17.4.
    pub fn from_num(num: u32) -> Self {
        Version(num)
    }

    pub fn num(self) -> u32 {
        self.0
    }

    /// The major version as Azure counts it: 9 for 9.x, although the second part is also a major version.
    pub fn major(self) -> u32 {
        self.0 / 10_000
    }

    /// The major version as text: `9.6`, `17`.
    pub fn major_label(self) -> String {
        match self.major() {
            major if major >= 10 => major.to_string(),
            major => format!("{major}.{}", self.0 / 100 % 100),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = if self.major() >= 10 {
            self.0 % 10_000
        } else {
            self.0 % 100
        };
        write!(f, "{}.{last}", self.major_label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_two_or_three_parts() {
        assert_eq!(Version::from_num(90_624).to_string(), "9.6.24");
        assert_eq!(Version::from_num(170_004).to_string(), "17.4");
        assert_eq!(Version::from_num(90_405).major_label(), "9.4");
    }
}
