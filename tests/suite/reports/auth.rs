//! A Microsoft Entra token as the source's password. Tokens come from a fake; nobody is asked for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::time::OffsetDateTime;
use flexready::inputs::Source;
use flexready::inputs::arm::{ArmError, Cloud, DatabaseTokens, Limits, Options, SignIn};
use flexready::inputs::postgres::Database;
use flexready::inputs::postgres::conninfo::Access;
use flexready::question::{Answer, Question, RefusalKind, Side};
use tokio::time::Instant;

use crate::support::pg::{Options as ServerOptions, Server};
use crate::support::program::run;

const TOKEN: &str = "canary-database-token-77aa";

#[derive(Debug, Default)]
struct Fake {
    fails: bool,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl TokenCredential for Fake {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(
            scopes,
            ["https://ossrdbms-aad.database.windows.net/.default"]
        );
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.fails {
            return Err(Error::with_message(
                ErrorKind::Credential,
                "no such identity",
            ));
        }
        let ends = OffsetDateTime::now_utc() + Duration::from_secs(3600);
        Ok(AccessToken::new(TOKEN, ends))
    }
}

fn options(sign_in: SignIn) -> Options {
    Options {
        cloud: Cloud::Public,
        endpoint: None,
        authority: None,
        sign_in,
        timeout: Duration::from_secs(60),
        limits: Limits::default(),
    }
}

fn access(conninfo: &str) -> Access {
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    Access::resolve(Some(conninfo), &env).unwrap()
}

/// Asks a server that wants the token for the connections of two databases.
async fn asked(fake: &Arc<Fake>) -> Vec<Answer> {
    let hba = "host all auditor 127.0.0.1/32 scram-sha-256\n";
    let server = Server::start_with(
        16,
        ServerOptions {
            hba: Some(hba),
            ..ServerOptions::default()
        },
    );
    server.run(
        "postgres",
        &format!("CREATE ROLE auditor LOGIN PASSWORD '{TOKEN}'"),
    );
    let tokens =
        DatabaseTokens::new(&options(SignIn::Made("azure-cli", Arc::clone(fake) as _))).unwrap();
    let conninfo = format!(
        "host=127.0.0.1 port={} user=auditor dbname=postgres sslmode=disable",
        server.port()
    );
    let deadline = Instant::now() + Duration::from_secs(60);
    let database = Database::new(
        access(&conninfo),
        Side::Source,
        "auditor".to_owned(),
        deadline,
    )
    .with_passwords(Arc::new(tokens));
    let questions = ["postgres", "template1"].map(|database| Question::Connection {
        side: Side::Source,
        database: database.to_owned(),
    });
    database.ask(&questions).await
}

#[tokio::test]
async fn a_token_opens_every_database_and_is_asked_for_once() {
    let fake = Arc::new(Fake::default());
    let answers = asked(&fake).await;
    assert!(
        answers.iter().all(|a| matches!(a, Answer::Given(_))),
        "{answers:?}"
    );
    assert_eq!(fake.asked.load(Ordering::SeqCst), 1);
    assert!(!format!("{answers:?}").contains(TOKEN));
}

#[tokio::test]
async fn without_a_token_the_source_refuses_with_the_credentials_words() {
    let fake = Arc::new(Fake {
        fails: true,
        ..Fake::default()
    });
    for answer in asked(&fake).await {
        let Answer::Refused(refusal) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(refusal.kind, RefusalKind::Unauthenticated);
        assert!(
            refusal.message.contains("azure-cli") && refusal.message.contains("no such identity")
        );
    }
}

#[test]
fn a_token_for_resource_manager_is_none_for_databases() {
    let error = DatabaseTokens::new(&options(SignIn::Token("t".into()))).unwrap_err();
    assert_eq!(error, ArmError::TokenOfAnother);
}

#[test]
fn a_token_goes_only_to_servers_in_azure_that_prove_themselves() {
    let args = |source: &'static str| {
        run(
            &[
                "check",
                "--only",
                "source",
                "--source-auth",
                "entra",
                "--source",
                source,
            ],
            &[("FLEXREADY_ACCESS_TOKEN", "t")],
        )
    };
    args("host=db.corp.example user=u").assert_refused("`.postgres.database.azure.com`");
    args("host=db.postgres.database.azure.com.evil.example user=u")
        .assert_refused("only to hosts whose names end in");
    args("host=db.postgres.database.azure.com user=u sslmode=require")
        .assert_refused("sslmode=verify-full");
    args("host=db.postgres.database.azure.com,db.evil.example user=u sslrootcert=system")
        .assert_refused("only to hosts");
    args("host=db.postgres.database.azure.com user=u sslrootcert=system")
        .assert_refused("--resource-type oss-rdbms");
}
