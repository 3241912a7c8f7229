//! DNS: the addresses of a host name, as this machine resolves it. Not here: which names are asked (`facts`).

use std::collections::BTreeSet;
use std::net::IpAddr;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::Source;
use crate::question::{Answer, Question, Refusal, RefusalKind};

/// Resolves through the operating system, so that its hosts file and search domains count as they do for every program.
pub struct Dns {
    deadline: Instant,
}

impl Dns {
    /// What is not answered by `deadline` is refused.
    pub fn new(deadline: Instant) -> Self {
        Dns { deadline }
    }

    async fn addresses(&self, host: &str) -> Answer {
        // The port is only there because the system's call wants one. It comes last: what is found at once would win over a time
        // that is over already.
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

/// Each address once, in order: what came first in a round-robin answer would differ from run to run.
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
    async fn localhost_is_at_home() {
        let dns = Dns::new(Instant::now() + Duration::from_secs(30));
        let Answer::Given(given) = dns.ask(&[of("localhost")]).await.remove(0) else {
            panic!("localhost has an address")
        };
        let addresses = given.json["addresses"].as_array().unwrap();
        assert!(addresses.contains(&json!("127.0.0.1")) || addresses.contains(&json!("::1")));
    }

    #[tokio::test]
    async fn what_cannot_be_asked_is_refused() {
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
    fn an_answer_is_sorted_and_each_address_is_in_it_once() {
        let found = ["10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap());
        let expected = json!({"addresses": ["10.0.0.1", "10.0.0.2", "fd00::1"]});
        assert_eq!(answer(found.into_iter()), expected.into());
    }
}
