//! Parses a connection string (URI or `keyword=value` list) into keywords and values, like `conninfo_parse` and
//! `conninfo_uri_parse` in libpq's fe-connect.c.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::ConninfoError;
use super::keywords::{SECRET_KEYWORDS, find_keyword};

/// Keywords with their values. Does not implement `Debug`, because a value can be a password.
#[derive(Default)]
pub(crate) struct ConninfoParameters(BTreeMap<&'static str, String>);

impl ConninfoParameters {
    /// Sets a value. Later values override earlier ones. The obsolete `requiressl` sets the equivalent `sslmode`.
    pub(crate) fn set(&mut self, keyword: &'static str, value: String) {
        match keyword {
            "requiressl" if value.starts_with('1') => self.0.insert("sslmode", "require".into()),
            "requiressl" => self.0.insert("sslmode", "prefer".into()),
            _ => self.0.insert(keyword, value),
        };
    }

    /// Sets a value unless the keyword is already set.
    pub(crate) fn set_default(&mut self, keyword: &'static str, value: String) {
        self.0.entry(keyword).or_insert(value);
    }

    /// Returns the value. As in libpq, an empty value counts as not set.
    pub(crate) fn get(&self, keyword: &str) -> Option<&str> {
        let value = self.0.get(keyword)?;
        (!value.is_empty()).then_some(value)
    }

    pub(crate) fn has_secret(&self) -> bool {
        SECRET_KEYWORDS
            .iter()
            .any(|keyword| self.get(keyword).is_some())
    }

    fn set_by_name(&mut self, name: &str, value: String) -> Result<(), ConninfoError> {
        let keyword = find_keyword(name, self.has_secret())?;
        self.set(keyword, value);
        Ok(())
    }
}

/// Parses a connection string in either notation.
pub(crate) fn parse(text: &str) -> Result<ConninfoParameters, ConninfoError> {
    let text = text.trim();
    let uri = ["postgresql://", "postgres://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    match uri {
        Some(rest) => parse_uri(rest),
        None if text.is_empty() => Ok(ConninfoParameters::default()),
        None if has_other_scheme(text) || !text.contains('=') => Err(ConninfoError::UnknownFormat),
        None => parse_keyword_values(text),
    }
}

/// Whether the text starts with the scheme of another kind of URI. `://` inside a value has no meaning.
fn has_other_scheme(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(before, _)| before);
    scheme.is_some_and(|scheme| !scheme.contains('='))
}

fn parse_keyword_values(text: &str) -> Result<ConninfoParameters, ConninfoError> {
    let mut settings = ConninfoParameters::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, tail) = rest.split_once('=').ok_or(ConninfoError::MissingEquals)?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(ConninfoError::MissingEquals);
        }
        let (value, tail) = split_value(tail.trim_start())?;
        settings.set_by_name(name, value)?;
        rest = tail.trim_start();
    }
    Ok(settings)
}

/// Splits off one value. A backslash escapes the next character, inside and outside quotes.
fn split_value(text: &str) -> Result<(String, &str), ConninfoError> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices().skip(usize::from(quoted));
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[at..])),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(ConninfoError::UnterminatedQuote);
    }
    Ok((value, ""))
}

fn parse_uri(rest: &str) -> Result<ConninfoParameters, ConninfoError> {
    let mut settings = ConninfoParameters::default();
    let rest = parse_userinfo(rest, &mut settings)?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    parse_hosts(authority, &mut settings)?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let database = path.strip_prefix('/').unwrap_or_default();
    // Stricter than libpq: otherwise the part of a password after `/` would appear in reports as a database name.
    if database.contains('@') {
        return Err(ConninfoError::InvalidUri(
            "an `@` after the first `/`; write a `/` inside a password as `%2F`, and an `@` in a database name as `%40`",
        ));
    }
    if !database.is_empty() {
        settings.set("dbname", percent_decode(database)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        parse_parameter(pair, &mut settings)?;
    }
    Ok(settings)
}

/// Parses an optional `user:password@` and returns the rest.
fn parse_userinfo<'a>(
    rest: &'a str,
    settings: &mut ConninfoParameters,
) -> Result<&'a str, ConninfoError> {
    let Some(at) = rest
        .find(['@', '/'])
        .filter(|at| rest[*at..].starts_with('@'))
    else {
        return Ok(rest);
    };
    let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
    if !user.is_empty() {
        settings.set("user", percent_decode(user)?);
    }
    if !password.is_empty() {
        settings.set("password", percent_decode(password)?);
    }
    Ok(&rest[at + 1..])
}

/// Parses `host:port,[address]:port,…`.
fn parse_hosts(authority: &str, settings: &mut ConninfoParameters) -> Result<(), ConninfoError> {
    // An unescaped `@` is part of a password, which would appear in reports as a host name.
    if authority.contains('@') {
        return Err(ConninfoError::InvalidUri(
            "a second `@` before the path; write one inside a user name or password as `%40`",
        ));
    }
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for one in authority.split(',') {
        let (host, port) = split_host_port(one)?;
        hosts.push(percent_decode(host)?);
        ports.push(percent_decode(port)?);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        settings.set("host", hosts.join(","));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        settings.set("port", ports.join(","));
    }
    Ok(())
}

fn split_host_port(text: &str) -> Result<(&str, &str), ConninfoError> {
    let Some(bracketed) = text.strip_prefix('[') else {
        return Ok(text.split_once(':').unwrap_or((text, "")));
    };
    let (host, tail) = bracketed
        .split_once(']')
        .filter(|(host, _)| !host.is_empty())
        .ok_or(ConninfoError::InvalidUri("a `[` that is not closed by `]`"))?;
    let port = if tail.is_empty() {
        Some("")
    } else {
        tail.strip_prefix(':')
    };
    Ok((
        host,
        port.ok_or(ConninfoError::InvalidUri(
            "something other than `:port` after `]`",
        ))?,
    ))
}

/// Parses a `keyword=value` of the query part. `ssl=true` comes from JDBC and means `sslmode=require`.
fn parse_parameter(pair: &str, settings: &mut ConninfoParameters) -> Result<(), ConninfoError> {
    let (name, value) = pair
        .split_once('=')
        .filter(|(_, value)| !value.contains('='))
        .ok_or(ConninfoError::InvalidUri(
            "a parameter after `?` that is not `keyword=value`; write a literal `=` as `%3D` and `&` as `%26`",
        ))?;
    let (name, value) = (percent_decode(name)?, percent_decode(value)?);
    if name == "ssl" && value == "true" {
        settings.set("sslmode", "require".to_owned());
        return Ok(());
    }
    settings.set_by_name(&name, value)
}

/// Decodes `%41`. As in libpq, an incomplete escape and `%00` are errors.
fn percent_decode(text: &str) -> Result<String, ConninfoError> {
    let is_escape = |after_percent: &str| match after_percent.as_bytes() {
        [b'0', b'0', ..] => false,
        [high, low, ..] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    };
    if !text.split('%').skip(1).all(is_escape) {
        return Err(ConninfoError::InvalidPercentEncoding);
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(Cow::into_owned)
        .map_err(|_| ConninfoError::InvalidPercentEncoding)
}

#[cfg(test)]
mod tests;
