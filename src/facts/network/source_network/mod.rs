//! Network configuration of the source: its addresses, `pg_hba.conf` rules, and the roles that these rules reference.

pub mod hba_rules;
mod host_kind;

use std::net::IpAddr;

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::sql_reader::{answer_body, read_rows};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

pub use host_kind::HostKind;
pub(crate) use host_kind::is_local_only;

/// The source network. Each part can be missing separately.
#[derive(Debug)]
pub struct SourceNetwork {
    /// The host that the service connects to: as specified in the plan, otherwise the host of this program's
    /// connection.
    pub host: HostKind,
    /// The addresses that a name resolves to on this machine. For an IP address, the address itself.
    pub addresses: Fact<Vec<IpAddr>>,
    pub hba_rules: Fact<hba_rules::HbaRules>,
    /// The migration user and the roles that it is a member of.
    pub user_roles: Fact<Vec<String>>,
}

#[derive(Deserialize)]
struct ResolvedHostAnswer {
    addresses: Vec<IpAddr>,
}

#[derive(Deserialize)]
struct MembershipRow {
    role: String,
}

fn source_question(source: &SourceServer, query: &'static str) -> Question {
    Question::on_source(&source.database, query)
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    let mut questions = vec![
        source_question(source, "hba"),
        source_question(source, "groups"),
    ];
    questions.extend(dns_question(&HostKind::parse(source.service_address())));
    questions
}

/// Reads the source network from the answers.
pub fn read(source: &SourceServer, answers: &Answers) -> SourceNetwork {
    let address = HostKind::parse(source.service_address());
    let groups = source_question(source, "groups");
    SourceNetwork {
        addresses: resolve(&address, answers),
        hba_rules: hba_rules::read(answers, &source_question(source, "hba")),
        user_roles: read_rows(answers, &groups)
            .map(|rows: Vec<MembershipRow>| rows.into_iter().map(|row| row.role).collect()),
        host: address,
    }
}

/// Resolves the same name that the service would use.
fn dns_question(address: &HostKind) -> Option<Question> {
    match address {
        HostKind::DnsName(host) => Some(Question::Dns { host: host.clone() }),
        _ => None,
    }
}

fn resolve(address: &HostKind, answers: &Answers) -> Fact<Vec<IpAddr>> {
    let Some(question) = dns_question(address) else {
        return match address {
            HostKind::Ip(ip) => Ok(vec![*ip]),
            other => Err(Missing::not_specified(
                format!("{other} has no address"),
                "say `--source-address` (in a plan: `source_address`) with the name or address that the service will use",
            )),
        };
    };
    let given = answer_body(answers, &question)?;
    let found: ResolvedHostAnswer = Deserialize::deserialize(&given.json)
        .map_err(|e| Missing::unreadable(&question, format!("it is no list of addresses: {e}")))?;
    if found.addresses.is_empty() {
        return Err(Missing::unreadable(&question, "the name has no address"));
    }
    Ok(found.addresses)
}
