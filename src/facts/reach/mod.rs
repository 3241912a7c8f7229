//! Network configuration of the source: its addresses, `pg_hba.conf` rules, and the roles that these rules reference.

mod address;
pub mod hba;

use std::net::IpAddr;

use serde::Deserialize;

use super::rows::{given, rows};
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

pub use address::Address;
pub(crate) use address::is_here_only;

/// The source network. Each part can be missing separately.
#[derive(Debug)]
pub struct Reach {
    /// The host that the service connects to: as specified in the plan, otherwise the host of this program's
    /// connection.
    pub address: Address,
    /// The addresses that a name resolves to on this machine. For an IP address, the address itself.
    pub resolved: Fact<Vec<IpAddr>>,
    pub hba: Fact<hba::Rules>,
    /// The migration user and the roles that it is a member of.
    pub groups: Fact<Vec<String>>,
}

#[derive(Deserialize)]
struct Resolved {
    addresses: Vec<IpAddr>,
}

#[derive(Deserialize)]
struct Group {
    role: String,
}

fn sql(source: &SourceServer, query: &'static str) -> Question {
    Question::on_source(&source.database, query)
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    let mut questions = vec![sql(source, "hba"), sql(source, "groups")];
    questions.extend(dns(&Address::of(source.service_address())));
    questions
}

/// Reads the source network from the answers.
pub fn read(source: &SourceServer, answers: &Answers) -> Reach {
    let address = Address::of(source.service_address());
    let groups = sql(source, "groups");
    Reach {
        resolved: resolved(&address, answers),
        hba: hba::read(answers, &sql(source, "hba")),
        groups: rows(answers, &groups)
            .map(|rows: Vec<Group>| rows.into_iter().map(|row| row.role).collect()),
        address,
    }
}

/// Resolves the same name that the service would use.
fn dns(address: &Address) -> Option<Question> {
    match address {
        Address::Name(host) => Some(Question::Dns { host: host.clone() }),
        _ => None,
    }
}

fn resolved(address: &Address, answers: &Answers) -> Fact<Vec<IpAddr>> {
    let Some(question) = dns(address) else {
        return match address {
            Address::Literal(ip) => Ok(vec![*ip]),
            other => Err(Missing::not_said(
                format!("{other} has no address"),
                "say `--source-address` (in a plan: `source_address`) with the name or address that the service will use",
            )),
        };
    };
    let given = given(answers, &question)?;
    let found: Resolved = Deserialize::deserialize(&given.json)
        .map_err(|e| Missing::unreadable(&question, format!("it is no list of addresses: {e}")))?;
    if found.addresses.is_empty() {
        return Err(Missing::unreadable(&question, "the name has no address"));
    }
    Ok(found.addresses)
}
