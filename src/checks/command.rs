//! The az commands that findings give, with every value quoted for a POSIX shell.
//! Verbs and flags as of Azure CLI 2.91 (`az postgres flexible-server …`).

use crate::plan::ServerId;

/// A word that the shell reads back as it is. Control characters are written as `$'…'` escapes, so that no name can break a line.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(char::is_control) {
        let escaped: String = word.chars().map(escape).collect();
        return format!("$'{escaped}'");
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn escape(c: char) -> String {
    match c {
        '\'' => "\\'".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if c.is_control() && c.is_ascii() => format!("\\x{:02x}", c as u32),
        c if c.is_control() => format!("\\u{:04x}", c as u32),
        c => c.to_string(),
    }
}

fn place(id: &ServerId, name_flag: &str) -> String {
    format!(
        "--subscription {} --resource-group {} {name_flag} {}",
        quote(&id.subscription),
        quote(&id.resource_group),
        quote(&id.name)
    )
}

/// `az postgres flexible-server <verb> … <rest>`.
pub fn server(id: &ServerId, verb: &str, rest: &str) -> String {
    let command = format!("az postgres flexible-server {verb} {}", place(id, "--name"));
    if rest.is_empty() {
        command
    } else {
        format!("{command} {rest}")
    }
}

/// Sets one server parameter.
pub fn set_parameter(id: &ServerId, name: &str, value: &str) -> String {
    format!(
        "az postgres flexible-server parameter set {} --name {} --value {}",
        place(id, "--server-name"),
        quote(name),
        quote(value)
    )
}

/// Approves the connection of a private endpoint.
pub fn approve_endpoint(id: &ServerId, connection: &str) -> String {
    format!(
        "az postgres flexible-server private-endpoint-connection approve {} --name {}",
        place(id, "--server-name"),
        quote(connection)
    )
}

/// Removes one firewall rule.
pub fn delete_firewall_rule(id: &ServerId, rule: &str) -> String {
    format!(
        "az postgres flexible-server firewall-rule delete {} --name {}",
        place(id, "--server-name"),
        quote(rule)
    )
}

/// Restarts the server.
pub fn restart(id: &ServerId) -> String {
    server(id, "restart", "")
}

/// An SQL identifier, quoted always: what is not quoted folds its case.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// An SQL string constant that reads the same whatever `standard_conforming_strings` is.
pub fn literal(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!(
        "{escape}'{}'",
        text.replace('\\', "\\\\").replace('\'', "''")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quote("Standard_D4ds_v5"), "Standard_D4ds_v5");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("$(reboot) it's"), "'$(reboot) it'\\''s'");
        assert_eq!(quote("a\nb'"), "$'a\\x0ab\\''");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
    }
}
