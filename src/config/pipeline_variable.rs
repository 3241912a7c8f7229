//! Undefined variables of Azure Pipelines.

/// Whether a value is an undefined variable such as `$(name)`, which Azure Pipelines passes on unexpanded.
///
/// The whole value must be one reference, and the name must consist of the characters of a variable name. Another value
/// in parentheses can be a password.
pub fn is_undefined_variable(value: &str) -> bool {
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name = value.strip_prefix("$(").and_then(|v| v.strip_suffix(')'));
    name.is_some_and(|name| name.chars().all(is_name_char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_reference_to_a_variable_is_undefined() {
        for undefined in ["$(name)", "$(System.AccessToken)", "$(my-secret_1)"] {
            assert!(is_undefined_variable(undefined), "{undefined}");
        }
        for value in [
            "",
            "name",
            "$(a)b",
            "a$(b)",
            "$(two words)",
            "$(x)!)",
            "$(x",
        ] {
            assert!(!is_undefined_variable(value), "{value}");
        }
    }
}
