//! DNS: the addresses of a host name, as this machine resolves it. The questions come from `facts`.

use std::collections::BTreeSet;
use std::net::IpAddr;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::Source;
use crate::question::{Answer, Question, Refusal, RefusalKind};

/// Resolves host names through the operating system, so its hosts file and search domains apply.
pub struct Dns {
    deadline: Instant,
}

impl Dns {
    /// Questions that are not answered by `deadline` fail with a timeout.
    pub fn new(deadline: Instant) -> Self {
        Dns { deadline }
    }

    async fn addresses(&self, host: &str) -> Answer {
        // `lookup_host` requires a port. Yield first, so that an expired deadline wins over an immediate result.
        let found = timeout_at(self.deadline, async {
            tokio::task::yield_now().await;
            tokio::net::lookup_host((host, 5432)).await
        });
        match found.await {
            Ok(Ok(found)) => answer(found.map(|address| address.ip())),
            Ok(Err(cause)) => refused(
                RefusalKind::Unreachable,
                format!("the name `{host}` has no address here: {cause}"),
            ),
            Err(_) => refused(
                RefusalKind::Timeout,
                format!("no name server answered for `{host}` in the time of the run"),
            ),
        }
    }
}

#[async_trait]
impl Source for Dns {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let asked = questions.iter().map(async |question| match question {
            Question::Dns { host } => self.addresses(host).await,
            _ => refused(
                RefusalKind::Unsupported,
                "this input resolves names only".to_owned(),
            ),
        });
        join_all(asked).await
    }
}

/// The distinct addresses, sorted. The order in a round-robin answer differs from run to run.
fn answer(found: impl Iterator<Item = IpAddr>) -> Answer {
    let addresses: BTreeSet<IpAddr> = found.collect();
    json!({ "addresses": addresses }).into()
}

fn refused(kind: RefusalKind, message: String) -> Answer {
    Refusal {
        kind,
        status: None,
        code: None,
        message,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(host: &str) -> Question {
        let host = host.to_owned();
        Question::Dns { host }
    }

    #[tokio::test]
    async fn localhost_resolves_to_a_loopback_address() {
        let dns = Dns::new(Instant::now() + Duration::from_secs(30));
        let Answer::Given(given) = dns.ask(&[of("localhost")]).await.remove(0) else {
            panic!("localhost has an address")
        };
        let addresses = given.json["addresses"].as_array().unwrap();
        assert!(addresses.contains(&json!("127.0.0.1")) || addresses.contains(&json!("::1")));
    }

    #[tokio::test]
    async fn unresolvable_names_and_expired_deadlines_are_failures() {
        let dns = Dns::new(Instant::now() + Duration::from_secs(30));
        let answers = dns.ask(&[of("not a host name")]).await;
        assert!(
            matches!(&answers[0], Answer::Refused(r) if r.kind == RefusalKind::Unreachable),
            "{answers:?}"
        );
        let late = Dns::new(Instant::now() - Duration::from_secs(1))
            .ask(&[of("localhost")])
            .await;
        assert!(
            matches!(&late[0], Answer::Refused(r) if r.kind == RefusalKind::Timeout),
            "{late:?}"
        );
    }

    #[test]
    fn addresses_are_sorted_and_distinct() {
        let found = ["10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap());
        let expected = json!({"addresses": ["10.0.0.1", "10.0.0.2", "fd00::1"]});
        assert_eq!(answer(found.into_iter()), expected.into());
    }
}
