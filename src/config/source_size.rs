//! Validates the size of a source on the command line and in a plan. Both report the same requirement.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

const VCORES_RULE: &str = "must be a whole number from 1 on, such as 8";
const MEMORY_RULE: &str = "must be a number of GiB above 0, such as 32";

fn is_valid_vcores(count: u32) -> bool {
    count > 0
}

/// Whether `gib` is a valid memory size. NaN is rejected, because every comparison with it is false and every check
/// would pass.
fn is_valid_memory_gib(gib: f64) -> bool {
    gib.is_finite() && gib > 0.0
}

/// Parses a number of vCores.
pub(super) fn parse_vcores(text: &str) -> Result<u32, &'static str> {
    let count = text.trim().parse().ok();
    count.filter(|n| is_valid_vcores(*n)).ok_or(VCORES_RULE)
}

/// Parses a memory size in GiB.
pub(super) fn parse_memory_gib(text: &str) -> Result<f64, &'static str> {
    let size = text.trim().parse().ok();
    size.filter(|n| is_valid_memory_gib(*n)).ok_or(MEMORY_RULE)
}

/// Deserializes a number of vCores.
pub(super) fn deserialize_vcores<'de, D>(value: D) -> Result<Option<u32>, D::Error>
where
    D: Deserializer<'de>,
{
    let found = u32::deserialize(value).ok().filter(|n| is_valid_vcores(*n));
    found.map(Some).ok_or_else(|| D::Error::custom(VCORES_RULE))
}

/// Deserializes a memory size in GiB.
pub(super) fn deserialize_memory_gib<'de, D>(value: D) -> Result<Option<f64>, D::Error>
where
    D: Deserializer<'de>,
{
    let found = f64::deserialize(value).ok();
    let found = found.filter(|n| is_valid_memory_gib(*n));
    found.map(Some).ok_or_else(|| D::Error::custom(MEMORY_RULE))
}
