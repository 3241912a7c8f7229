//! Reads environment variables.

/// The value of an environment variable; `None` if it is empty. A value such as `$(name)` also counts as unset,
/// because Azure Pipelines passes an undefined variable on unexpanded.
pub fn env(name: &str) -> Option<String> {
    let is_undefined = |v: &str| {
        let name = v.strip_prefix("$(").and_then(|v| v.strip_suffix(')'));
        name.is_some_and(|n| {
            n.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        })
    };
    let value = std::env::var(name).ok();
    value.filter(|v| !v.is_empty() && !is_undefined(v))
}
