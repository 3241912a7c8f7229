//! Reads environment variables.

use crate::config::is_undefined_variable;

/// The value of an environment variable; `None` if it is empty or an undefined variable of Azure Pipelines.
pub fn env(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    value.filter(|value| !value.is_empty() && !is_undefined_variable(value))
}
