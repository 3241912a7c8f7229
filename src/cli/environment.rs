//! What the environment says.

/// The environment, for those who look into it. Azure Pipelines hands an undefined `$(name)` on as it stands.
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
