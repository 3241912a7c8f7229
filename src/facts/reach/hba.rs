//! The network rules of `pg_hba.conf`, and which of them a visitor meets first.
//! By the rules of hba.c: a rule is met when kind, address, database and user all fit; the first one decides.
//! <https://www.postgresql.org/docs/current/auth-pg-hba-conf.html>
//!
//! The view does not tell a quoted keyword from a bare one: a database that is named `all` in quotes reads as every
//! database here.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::super::rows::rows;
use super::super::{Fact, Missing};
use crate::question::{Answers, Question};

/// The method, and the kind of password that it takes alone.
pub const SCRAM: &str = "scram-sha-256";

/// One rule for network connections.
#[derive(Debug, Clone, Deserialize)]
pub struct Rule {
    /// The file that it stands in (16 and newer).
    pub file: Option<String>,
    pub line: u32,
    /// `host`, `hostssl`, `hostnossl`, `hostgssenc`, `hostnogssenc`.
    kind: Option<String>,
    databases: Option<Vec<String>>,
    users: Option<Vec<String>>,
    /// An address, `all`, `samehost`, `samenet`, or the name of a host.
    address: Option<String>,
    netmask: Option<String>,
    pub method: Option<String>,
    is_broken: bool,
    total: u64,
}

impl Rule {
    /// Where it stands.
    pub fn place(&self) -> String {
        let file = self.file.as_deref().unwrap_or("pg_hba.conf");
        format!("{file} line {}", self.line)
    }

    /// Whether one who has a password may sign in by it; `None`: that depends on how the password is kept, which is not
    /// known. SCRAM takes no MD5 password; `md5` takes both.
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

/// Who comes in, from where.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub database: &'a str,
    pub user: &'a str,
    /// The roles that the user is a member of, itself included.
    pub groups: &'a [String],
    /// All addresses that it may come from.
    pub prefix: IpNet,
    pub tls: bool,
    /// How its password is kept, in the words of `facts::roles`; `None`: not known.
    pub password: Option<&'a str>,
}

/// What a visitor meets.
#[derive(Debug, Clone)]
pub enum Met<'r> {
    Rule(&'r Rule),
    Nothing,
    /// It depends on what the rules alone do not tell.
    Unsure(&'r Rule, String),
    /// A rule that admits by how the password is kept, which is not known.
    ByPassword(&'r Rule),
}

/// Whether a rule fits; unsure ones say why.
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

/// The first rule that the visitor meets. Rules of which that is not sure do not matter where they decide as the first
/// sure one does.
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
        // Physical replication alone: a stream of one database is met by the database's name.
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
