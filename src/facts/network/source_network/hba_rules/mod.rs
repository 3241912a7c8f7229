//! Network rules of `pg_hba.conf`, and which of them matches a connection attempt first.
//!
//! The rules follow hba.c: connection type, database, user and address must all match, and the first match decides.
//! <https://www.postgresql.org/docs/current/auth-pg-hba-conf.html>
//!
//! The view `pg_hba_file_rules` does not distinguish quoted keywords: a database named `"all"` is read as all
//! databases.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use crate::facts::sql_reader::read_rows;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// The authentication method, and the only kind of password hash that it accepts.
pub const SCRAM_SHA_256: &str = "scram-sha-256";

/// One rule for network connections.
#[derive(Debug, Clone, Deserialize)]
pub struct HbaRule {
    /// The file that contains the rule (16 and newer).
    pub file: Option<String>,
    pub line: u32,
    /// `host`, `hostssl`, `hostnossl`, `hostgssenc`, `hostnogssenc`.
    kind: Option<String>,
    databases: Option<Vec<String>>,
    users: Option<Vec<String>>,
    /// An address, `all`, `samehost`, `samenet`, or a host name.
    address: Option<String>,
    netmask: Option<String>,
    pub method: Option<String>,
    is_broken: bool,
    total: u64,
}

impl HbaRule {
    /// File and line of the rule.
    pub fn location(&self) -> String {
        let file = self.file.as_deref().unwrap_or("pg_hba.conf");
        format!("{file} line {}", self.line)
    }

    /// Whether the rule accepts a sign-in with a password. `None`: this depends on the password hash, which is unknown.
    /// `scram-sha-256` does not accept an MD5 hash. `md5` accepts both.
    /// <https://www.postgresql.org/docs/current/auth-password.html>
    pub fn accepts_password(&self, password_kind: Option<&str>) -> Option<bool> {
        let other_methods = ["reject", "gss", "sspi", "ident", "peer", "cert", "oauth"];
        match (self.method.as_deref(), password_kind) {
            (None, _) => Some(false),
            (Some(SCRAM_SHA_256), Some("md5")) => Some(false),
            (Some(SCRAM_SHA_256), None) => None,
            (Some(method), _) => Some(!other_methods.contains(&method)),
        }
    }
}

/// All rules, in order.
#[derive(Debug, Clone)]
pub struct HbaRules(pub Vec<HbaRule>);

/// A connection to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionAttempt<'a> {
    pub database: &'a str,
    pub user: &'a str,
    /// The user, and all roles that it is a member of.
    pub roles: &'a [String],
    /// All addresses from which the connection can come.
    pub client_net: IpNet,
    pub uses_tls: bool,
    /// Kind of the user's password hash, as in
    /// [`PasswordHashKind`](crate::facts::source::password_hashes::PasswordHashKind). `None`: unknown.
    pub password_kind: Option<&'a str>,
}

/// The rule that decides on a connection attempt.
#[derive(Debug, Clone)]
pub enum HbaMatch<'r> {
    Rule(&'r HbaRule),
    NoRule,
    /// The result depends on information that is not in the rules.
    Uncertain(&'r HbaRule, String),
    /// The result depends on the kind of the user's password hash, which is unknown.
    DependsOnPassword(&'r HbaRule),
}

/// Whether a rule matches. An uncertain match has a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RuleFit {
    No,
    Yes,
    Uncertain(String),
}

impl RuleFit {
    fn from_bool(yes: bool) -> RuleFit {
        if yes { RuleFit::Yes } else { RuleFit::No }
    }

    fn and(self, other: RuleFit) -> RuleFit {
        match (self, other) {
            (RuleFit::No, _) | (_, RuleFit::No) => RuleFit::No,
            (RuleFit::Uncertain(why), _) | (_, RuleFit::Uncertain(why)) => RuleFit::Uncertain(why),
            (RuleFit::Yes, RuleFit::Yes) => RuleFit::Yes,
        }
    }

    fn or(self, other: RuleFit) -> RuleFit {
        match (self, other) {
            (RuleFit::Yes, _) | (_, RuleFit::Yes) => RuleFit::Yes,
            (RuleFit::Uncertain(why), _) | (_, RuleFit::Uncertain(why)) => RuleFit::Uncertain(why),
            (RuleFit::No, RuleFit::No) => RuleFit::No,
        }
    }
}

/// The first matching rule. Uncertain matches are ignored if they have the same result as the first certain match.
pub fn first_match<'r>(rules: &'r [HbaRule], attempt: &ConnectionAttempt) -> HbaMatch<'r> {
    let mut uncertain: Vec<(&HbaRule, String)> = Vec::new();
    let mut certain = None;
    for rule in rules {
        match rule_fit(rule, attempt) {
            RuleFit::No => {}
            RuleFit::Uncertain(why) => uncertain.push((rule, why)),
            RuleFit::Yes => {
                certain = Some(rule);
                break;
            }
        }
    }
    let accepts_password = |rule: &HbaRule| rule.accepts_password(attempt.password_kind);
    let is_accepted = certain.map_or(Some(false), accepts_password);
    match uncertain
        .into_iter()
        .find(|(rule, _)| accepts_password(rule) != is_accepted)
    {
        Some((rule, why)) => HbaMatch::Uncertain(rule, why),
        None if is_accepted.is_none() => {
            certain.map_or(HbaMatch::NoRule, HbaMatch::DependsOnPassword)
        }
        None => certain.map_or(HbaMatch::NoRule, HbaMatch::Rule),
    }
}

fn rule_fit(rule: &HbaRule, attempt: &ConnectionAttempt) -> RuleFit {
    let kind = match rule.kind.as_deref() {
        Some("host" | "hostnogssenc") => true,
        Some("hostssl") => attempt.uses_tls,
        Some("hostnossl") => !attempt.uses_tls,
        _ => false,
    };
    let any = |names: &Option<Vec<String>>, fits: &dyn Fn(&str) -> RuleFit| {
        let names = names.iter().flatten();
        names.fold(RuleFit::No, |sum, name| sum.or(fits(name)))
    };
    RuleFit::from_bool(kind)
        .and(any(&rule.databases, &|name| database_fit(name, attempt)))
        .and(any(&rule.users, &|name| user_fit(name, attempt)))
        .and(address_fit(rule, attempt.client_net))
}

fn database_fit(name: &str, attempt: &ConnectionAttempt) -> RuleFit {
    match name {
        "all" => RuleFit::Yes,
        "sameuser" => RuleFit::from_bool(attempt.database == attempt.user),
        "samerole" | "samegroup" => RuleFit::from_bool(is_member(attempt, attempt.database)),
        // `replication` matches physical replication only. A logical replication connection matches by its database
        // name.
        "replication" => RuleFit::No,
        name if name.starts_with('/') => regex_fit(),
        name => RuleFit::from_bool(name == attempt.database),
    }
}

fn user_fit(name: &str, attempt: &ConnectionAttempt) -> RuleFit {
    match name.strip_prefix('+') {
        Some(group) => RuleFit::from_bool(is_member(attempt, group)),
        None if name == "all" => RuleFit::Yes,
        None if name.starts_with('/') => regex_fit(),
        None => RuleFit::from_bool(name == attempt.user),
    }
}

fn is_member(attempt: &ConnectionAttempt, role: &str) -> bool {
    role == attempt.user || attempt.roles.iter().any(|g| g == role)
}

fn regex_fit() -> RuleFit {
    RuleFit::Uncertain("it has a regular expression".to_owned())
}

fn address_fit(rule: &HbaRule, prefix: IpNet) -> RuleFit {
    let Some(address) = rule.address.as_deref() else {
        return RuleFit::No;
    };
    match address {
        "all" => return RuleFit::Yes,
        "samehost" => return RuleFit::No,
        "samenet" => {
            return RuleFit::Uncertain("it is for the networks that the server is in".to_owned());
        }
        _ => {}
    }
    let Ok(ip) = address.parse::<IpAddr>() else {
        return RuleFit::Uncertain(format!("it is for the host name `{address}`"));
    };
    let mask = rule.netmask.as_deref().and_then(|mask| mask.parse().ok());
    let length = mask.and_then(|mask| ipnet::ip_mask_to_prefix(mask).ok());
    let Some(net) = length.and_then(|length| IpNet::new(ip, length).ok()) else {
        return RuleFit::Uncertain("its mask is no prefix".to_owned());
    };
    if net.contains(&prefix) {
        RuleFit::Yes
    } else if prefix.contains(&net) {
        RuleFit::Uncertain(format!(
            "it is for a part of {prefix} only: {}",
            net.trunc()
        ))
    } else {
        RuleFit::No
    }
}

pub(crate) fn read(answers: &Answers, question: &Question) -> Fact<HbaRules> {
    let rules: Vec<HbaRule> = read_rows(answers, question)?;
    if let Some(broken) = rules.iter().find(|rule| rule.is_broken) {
        let reason = format!(
            "{} has an error: the server goes by what the files held before",
            broken.location()
        );
        return Err(Missing::unreadable(question, reason)
            .with_advice("correct the line and reload: `SELECT error FROM pg_hba_file_rules` tells what is wrong"));
    }
    let total = rules.first().map_or(0, |rule| rule.total);
    if total > rules.len() as u64 {
        let reason = format!("{total} rules are more than are read");
        return Err(Missing::unreadable(question, reason));
    }
    Ok(HbaRules(rules))
}

#[cfg(test)]
mod tests;
