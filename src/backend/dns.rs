//! DNS: the addresses of a host name, as this machine resolves it. The questions come from `facts`.

use std::collections::BTreeSet;
use std::net::IpAddr;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::Backend;
use crate::question::{Answer, Failure, FailureKind, Question};

/// Resolves host names through the operating system, so its hosts file and search domains apply.
pub struct DnsBackend {
    deadline: Instant,
}

impl DnsBackend {
    /// Questions that are not answered by `deadline` fail with a timeout.
    pub fn new(deadline: Instant) -> Self {
        DnsBackend { deadline }
    }

    async fn resolve(&self, host: &str) -> Answer {
        // `lookup_host` requires a port. Yield first, so that an expired deadline wins over an immediate result.
        let lookup = timeout_at(self.deadline, async {
            tokio::task::yield_now().await;
            tokio::net::lookup_host((host, 5432)).await
        });
        match lookup.await {
            Ok(Ok(found)) => addresses_answer(found.map(|address| address.ip())),
            Ok(Err(cause)) => Failure::new(
                FailureKind::Unreachable,
                format!("the name `{host}` has no address here: {cause}"),
            )
            .into(),
            Err(_) => Failure::new(
                FailureKind::Timeout,
                format!("no name server answered for `{host}` in the time of the run"),
            )
            .into(),
        }
    }
}

#[async_trait]
impl Backend for DnsBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answers = questions.iter().map(async |question| match question {
            Question::Dns { host } => self.resolve(host).await,
            _ => Failure::new(FailureKind::Unsupported, "this input resolves names only").into(),
        });
        join_all(answers).await
    }
}

/// The distinct addresses, sorted. The order in a round-robin answer differs from run to run.
fn addresses_answer(found: impl Iterator<Item = IpAddr>) -> Answer {
    let addresses: BTreeSet<IpAddr> = found.collect();
    json!({ "addresses": addresses }).into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn dns_question(host: &str) -> Question {
        let host = host.to_owned();
        Question::Dns { host }
    }

    #[tokio::test]
    async fn localhost_resolves_to_a_loopback_address() {
        let dns = DnsBackend::new(Instant::now() + Duration::from_secs(30));
        let Answer::Body(given) = dns.ask(&[dns_question("localhost")]).await.remove(0) else {
            panic!("localhost has an address")
        };
        let addresses = given.json["addresses"].as_array().unwrap();
        assert!(addresses.contains(&json!("127.0.0.1")) || addresses.contains(&json!("::1")));
    }

    #[tokio::test]
    async fn unresolvable_names_and_expired_deadlines_are_failures() {
        let dns = DnsBackend::new(Instant::now() + Duration::from_secs(30));
        let answers = dns.ask(&[dns_question("not a host name")]).await;
        assert!(
            matches!(&answers[0], Answer::Failed(r) if r.kind == FailureKind::Unreachable),
            "{answers:?}"
        );
        let late = DnsBackend::new(Instant::now() - Duration::from_secs(1))
            .ask(&[dns_question("localhost")])
            .await;
        assert!(
            matches!(&late[0], Answer::Failed(r) if r.kind == FailureKind::Timeout),
            "{late:?}"
        );
    }

    #[test]
    fn addresses_are_sorted_and_distinct() {
        let found = ["10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap());
        let expected = json!({"addresses": ["10.0.0.1", "10.0.0.2", "fd00::1"]});
        assert_eq!(addresses_answer(found.into_iter()), expected.into());
    }
}
