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

use super::super::rows::rows;
use super::super::{Fact, Missing};
use crate::question::{Answers, Question};

/// The authentication method, and the only kind of password hash that it accepts.
pub const SCRAM: &str = "scram-sha-256";

/// One rule for network connections.
#[derive(Debug, Clone, Deserialize)]
pub struct Rule {
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

impl Rule {
    /// File and line of the rule.
    pub fn place(&self) -> String {
        let file = self.file.as_deref().unwrap_or("pg_hba.conf");
        format!("{file} line {}", self.line)
    }

    /// Whether the rule accepts a sign-in with a password. `None`: this depends on the password hash, which is unknown.
    /// `scram-sha-256` does not accept an MD5 hash. `md5` accepts both.
    /// <https://www.postgresql.org/docs/current/auth-password.html>
    pub fn admits(&self, password: Option<&str>) -> Option<bool> {
        let others = ["reject", "gss", "sspi", "ident", "peer", "cert", "oauth"];
        match (self.method.as_deref(), password) {
            (None, _) => Some(false),
            (Some(SCRAM), Some("md5")) => Some(false),
            (Some(SCRAM), None) => None,
            (Some(method), _) => Some(!others.contains(&method)),
        }
    }
}

/// All rules, in order.
#[derive(Debug, Clone)]
pub struct Rules(pub Vec<Rule>);

/// A connection to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub database: &'a str,
    pub user: &'a str,
    /// The user, and all roles that it is a member of.
    pub groups: &'a [String],
    /// All addresses from which the connection can come.
    pub prefix: IpNet,
    pub tls: bool,
    /// Kind of the user's password hash, as in
    /// [`PasswordHashKind`](crate::facts::source::password_hashes::PasswordHashKind). `None`: unknown.
    pub password: Option<&'a str>,
}

/// The rule that decides on a connection attempt.
#[derive(Debug, Clone)]
pub enum Met<'r> {
    Rule(&'r Rule),
    Nothing,
    /// The result depends on information that is not in the rules.
    Unsure(&'r Rule, String),
    /// The result depends on the kind of the user's password hash, which is unknown.
    ByPassword(&'r Rule),
}

/// Whether a rule matches. An uncertain match has a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fit {
    No,
    Yes,
    Unsure(String),
}

impl Fit {
    fn of(yes: bool) -> Fit {
        if yes { Fit::Yes } else { Fit::No }
    }

    fn and(self, other: Fit) -> Fit {
        match (self, other) {
            (Fit::No, _) | (_, Fit::No) => Fit::No,
            (Fit::Unsure(why), _) | (_, Fit::Unsure(why)) => Fit::Unsure(why),
            (Fit::Yes, Fit::Yes) => Fit::Yes,
        }
    }

    fn or(self, other: Fit) -> Fit {
        match (self, other) {
            (Fit::Yes, _) | (_, Fit::Yes) => Fit::Yes,
            (Fit::Unsure(why), _) | (_, Fit::Unsure(why)) => Fit::Unsure(why),
            (Fit::No, Fit::No) => Fit::No,
        }
    }
}

/// The first matching rule. Uncertain matches are ignored if they have the same result as the first certain match.
pub fn first_match<'r>(rules: &'r [Rule], visitor: &Visitor) -> Met<'r> {
    let mut unsure: Vec<(&Rule, String)> = Vec::new();
    let mut sure = None;
    for rule in rules {
        match fit(rule, visitor) {
            Fit::No => {}
            Fit::Unsure(why) => unsure.push((rule, why)),
            Fit::Yes => {
                sure = Some(rule);
                break;
            }
        }
    }
    let admits = |rule: &Rule| rule.admits(visitor.password);
    let admitted = sure.map_or(Some(false), admits);
    match unsure
        .into_iter()
        .find(|(rule, _)| admits(rule) != admitted)
    {
        Some((rule, why)) => Met::Unsure(rule, why),
        None if admitted.is_none() => sure.map_or(Met::Nothing, Met::ByPassword),
        None => sure.map_or(Met::Nothing, Met::Rule),
    }
}

fn fit(rule: &Rule, visitor: &Visitor) -> Fit {
    let kind = match rule.kind.as_deref() {
        Some("host" | "hostnogssenc") => true,
        Some("hostssl") => visitor.tls,
        Some("hostnossl") => !visitor.tls,
        _ => false,
    };
    let any = |names: &Option<Vec<String>>, fits: &dyn Fn(&str) -> Fit| {
        let names = names.iter().flatten();
        names.fold(Fit::No, |sum, name| sum.or(fits(name)))
    };
    Fit::of(kind)
        .and(any(&rule.databases, &|name| database(name, visitor)))
        .and(any(&rule.users, &|name| user(name, visitor)))
        .and(address(rule, visitor.prefix))
}

fn database(name: &str, visitor: &Visitor) -> Fit {
    match name {
        "all" => Fit::Yes,
        "sameuser" => Fit::of(visitor.database == visitor.user),
        "samerole" | "samegroup" => Fit::of(is_member(visitor, visitor.database)),
        // `replication` matches physical replication only. A logical replication connection matches by its database
        // name.
        "replication" => Fit::No,
        name if name.starts_with('/') => expression(),
        name => Fit::of(name == visitor.database),
    }
}

fn user(name: &str, visitor: &Visitor) -> Fit {
    match name.strip_prefix('+') {
        Some(group) => Fit::of(is_member(visitor, group)),
        None if name == "all" => Fit::Yes,
        None if name.starts_with('/') => expression(),
        None => Fit::of(name == visitor.user),
    }
}

fn is_member(visitor: &Visitor, group: &str) -> bool {
    group == visitor.user || visitor.groups.iter().any(|g| g == group)
}

fn expression() -> Fit {
    Fit::Unsure("it has a regular expression".to_owned())
}

fn address(rule: &Rule, prefix: IpNet) -> Fit {
    let Some(address) = rule.address.as_deref() else {
        return Fit::No;
    };
    match address {
        "all" => return Fit::Yes,
        "samehost" => return Fit::No,
        "samenet" => return Fit::Unsure("it is for the networks that the server is in".to_owned()),
        _ => {}
    }
    let Ok(ip) = address.parse::<IpAddr>() else {
        return Fit::Unsure(format!("it is for the host name `{address}`"));
    };
    let mask = rule.netmask.as_deref().and_then(|mask| mask.parse().ok());
    let length = mask.and_then(|mask| ipnet::ip_mask_to_prefix(mask).ok());
    let Some(net) = length.and_then(|length| IpNet::new(ip, length).ok()) else {
        return Fit::Unsure("its mask is no prefix".to_owned());
    };
    if net.contains(&prefix) {
        Fit::Yes
    } else if prefix.contains(&net) {
        Fit::Unsure(format!(
            "it is for a part of {prefix} only: {}",
            net.trunc()
        ))
    } else {
        Fit::No
    }
}

pub(super) fn read(answers: &Answers, question: &Question) -> Fact<Rules> {
    let rules: Vec<Rule> = rows(answers, question)?;
    if let Some(broken) = rules.iter().find(|rule| rule.is_broken) {
        let reason = format!(
            "{} has an error: the server goes by what the files held before",
            broken.place()
        );
        return Err(Missing::unreadable(question, reason)
            .with_remedy("correct the line and reload: `SELECT error FROM pg_hba_file_rules` tells what is wrong"));
    }
    let total = rules.first().map_or(0, |rule| rule.total);
    if total > rules.len() as u64 {
        let reason = format!("{total} rules are more than are read");
        return Err(Missing::unreadable(question, reason));
    }
    Ok(Rules(rules))
}

#[cfg(test)]
mod tests;
