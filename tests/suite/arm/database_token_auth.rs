//! Microsoft Entra tokens as database passwords. The tokens come from fakes, without any sign-in.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::time::OffsetDateTime;
use flexready::backend::Backend;
use flexready::backend::arm::{
    ArmError, ArmLimits, ArmOptions, Cloud, DatabaseTokenCache, LoginCredential,
};
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::question::{Answer, FailureKind, Question, Side};
use tokio::time::Instant;

use crate::check::{TARGET, healthy_arm_endpoint};
use crate::support::arm::Reply;
use crate::support::pg::{PgServer, ServerOptions};
use crate::support::program::{read_files, run};

const DATABASE_TOKEN: &str = "canary-database-token-77aa";
const ARM_TOKEN: &str = "canary-manager-token-31cd";

#[derive(Debug, Default)]
struct FakeCredential {
    is_failing: bool,
    requests: AtomicUsize,
}

#[async_trait::async_trait]
impl TokenCredential for FakeCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(
            scopes,
            ["https://ossrdbms-aad.database.windows.net/.default"]
        );
        self.requests.fetch_add(1, Ordering::SeqCst);
        if self.is_failing {
            return Err(Error::with_message(
                ErrorKind::Credential,
                "no such identity",
            ));
        }
        let ends = OffsetDateTime::now_utc() + Duration::from_secs(3600);
        Ok(AccessToken::new(DATABASE_TOKEN, ends))
    }
}

fn arm_options(sign_in: LoginCredential) -> ArmOptions {
    ArmOptions {
        cloud: Cloud::Public,
        endpoint: None,
        authority: None,
        credential: sign_in,
        timeout: Duration::from_secs(60),
        limits: ArmLimits::default(),
    }
}

fn connect_options(conninfo: &str) -> ConnectOptions {
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    ConnectOptions::resolve(Some(conninfo), &env).unwrap()
}

/// Asks a server that accepts the token as password for the connections of two databases.
async fn ask_with_token(fake: &Arc<FakeCredential>) -> Vec<Answer> {
    let hba = "host all auditor 127.0.0.1/32 scram-sha-256\n";
    let server = PgServer::start_with_options(
        16,
        ServerOptions {
            hba: Some(hba),
            ..ServerOptions::default()
        },
    );
    server.run(
        "postgres",
        &format!("CREATE ROLE auditor LOGIN PASSWORD '{DATABASE_TOKEN}'"),
    );
    let tokens = DatabaseTokenCache::new(&arm_options(LoginCredential::Prebuilt(
        "azure-cli",
        Arc::clone(fake) as _,
    )))
    .unwrap();
    let conninfo = format!(
        "host=127.0.0.1 port={} user=auditor dbname=postgres sslmode=disable",
        server.port()
    );
    let deadline = Instant::now() + Duration::from_secs(60);
    let database = PostgresBackend::new(
        connect_options(&conninfo),
        Side::Source,
        "auditor".to_owned(),
        deadline,
    )
    .with_password_provider(Arc::new(tokens));
    let questions = ["postgres", "template1"].map(|database| Question::Connection {
        side: Side::Source,
        database: database.to_owned(),
    });
    database.ask(&questions).await
}

#[tokio::test]
async fn one_token_opens_every_database() {
    let fake = Arc::new(FakeCredential::default());
    let answers = ask_with_token(&fake).await;
    assert!(
        answers.iter().all(|a| matches!(a, Answer::Body(_))),
        "{answers:?}"
    );
    assert_eq!(fake.requests.load(Ordering::SeqCst), 1);
    assert!(!format!("{answers:?}").contains(DATABASE_TOKEN));
}

#[tokio::test]
async fn without_a_token_the_answer_contains_the_error_of_the_credential() {
    let fake = Arc::new(FakeCredential {
        is_failing: true,
        ..FakeCredential::default()
    });
    for answer in ask_with_token(&fake).await {
        let Answer::Failed(refusal) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(refusal.kind, FailureKind::Unauthenticated);
        assert!(
            refusal.message.contains("azure-cli") && refusal.message.contains("no such identity")
        );
    }
}

#[test]
fn a_resource_manager_token_is_rejected_for_databases() {
    let error = DatabaseTokenCache::new(&arm_options(LoginCredential::AccessToken("t".into())))
        .unwrap_err();
    assert_eq!(error, ArmError::TokenNotForDatabases);
}

#[test]
fn tokens_are_only_sent_to_verified_azure_servers() {
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
    args("host=db.corp.example user=u").assert_usage_error("`.postgres.database.azure.com`");
    args("host=db.postgres.database.azure.com.evil.example user=u")
        .assert_usage_error("only to hosts whose names end in");
    args("host=db.postgres.database.azure.com user=u sslmode=require")
        .assert_usage_error("sslmode=verify-full");
    args("host=db.postgres.database.azure.com,db.evil.example user=u sslrootcert=system")
        .assert_usage_error("only to hosts");
    args("host=db.postgres.database.azure.com user=u sslrootcert=system")
        .assert_usage_error("--resource-type oss-rdbms");
}

/// Writes a slow fake `az` that returns different tokens for Resource Manager and for databases, and logs them.
fn write_fake_az(folder: &Path) -> PathBuf {
    let log = folder.join("given");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *ossrdbms-aad*) token={DATABASE_TOKEN} ;; *) token={ARM_TOKEN} ;; esac\nsleep 0.2\n\
         printf '{{\"accessToken\":\"%s\",\"expiresOn\":\"2038-01-18 00:00:00\",\"expires_on\":2147385600,\"subscription\":\"s\",\"tenant\":\"t\",\"tokenType\":\"Bearer\"}}' \"$token\"\n\
         echo \"$token\" >> '{}'\n",
        log.display()
    );
    let path = folder.join("az");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    log
}

/// Starts a server with a certificate for two Azure host names that accepts the token as a cleartext password over TLS.
fn tls_server(folder: &Path) -> (PgServer, String) {
    let names = ["old", "new"].map(|name| format!("{name}.postgres.database.azure.com"));
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let server = PgServer::start_with_options(
        16,
        ServerOptions {
            settings: &[("ssl", "on")],
            hba: Some("hostssl all auditor 127.0.0.1/32 password\n"),
            files: &[("server.crt", &certificate), ("server.key", &key)],
            ..ServerOptions::default()
        },
    );
    let role = format!("CREATE ROLE auditor LOGIN PASSWORD '{DATABASE_TOKEN}'");
    server.run("postgres", &role);
    let root = folder.join("root.crt");
    std::fs::write(&root, certificate).unwrap();
    (server, root.display().to_string())
}

#[test]
fn both_tokens_are_fetched_before_the_first_request_and_open_source_and_target() {
    let folder = tempfile::tempdir().unwrap();
    let given = write_fake_az(folder.path());
    let (server, root) = tls_server(folder.path());
    let endpoint = healthy_arm_endpoint();
    let server_json = include_str!("../../scenarios/healthy/arm/server.json");
    let server_json: serde_json::Value = serde_json::from_str(server_json).unwrap();
    let first = Arc::new(Mutex::new(None));
    let (kept, log) = (Arc::clone(&first), given.clone());
    let path = server_json["path"].as_str().unwrap().to_owned();
    endpoint.route_with(&path, move |_| {
        let had = std::fs::read_to_string(&log).unwrap_or_default();
        kept.lock().unwrap().get_or_insert(had.lines().count());
        Reply::json(server_json["body"].clone())
    });
    let way = |name: &str| {
        format!(
            "host={name}.postgres.database.azure.com hostaddr=127.0.0.1 port={} user=auditor dbname=postgres \
             sslmode=verify-full sslrootcert={root}",
            server.port()
        )
    };
    let (old, new) = (way("old"), way("new"));
    let kept = folder.path().join("kept");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let url = endpoint.url();
    let ran = run(
        &[
            "check",
            "-vv",
            "--source",
            &old,
            "--source-auth",
            "entra",
            "--target",
            TARGET,
            "--target-url",
            &new,
            "--target-auth",
            "entra",
            "--format",
            "json",
            "--record",
            kept.to_str().unwrap(),
        ],
        &[("PATH", &path), ("FLEXREADY_ARM_ENDPOINT", &url)],
    );
    let report = ran.json();
    let asked = std::fs::read_to_string(given).unwrap();
    let mut asked: Vec<&str> = asked.lines().collect();
    asked.sort_unstable();
    assert_eq!(asked, [DATABASE_TOKEN, ARM_TOKEN], "each once");
    assert_eq!(*first.lock().unwrap(), Some(2), "before the first question");
    assert_eq!(report["asked_as"]["azure_credential"], "azure-cli");
    assert_eq!(report["migrations"][0]["source"]["tls"], "TLSv1.3");
    let refusals = report["migrations"][0]["reads"]["refusals"].to_string();
    assert!(
        !refusals.contains("connection:") && !refusals.contains("sql:target/"),
        "{refusals}"
    );
    let manifest = read_files(&kept);
    let on_target = manifest
        .iter()
        .any(|(_, text)| text.contains("sql:target/"));
    assert!(on_target, "the target's database was entered");
    for text in [&ran.stdout, &ran.stderr]
        .into_iter()
        .chain(manifest.iter().map(|(_, text)| text))
    {
        assert!(!text.contains(DATABASE_TOKEN) && !text.contains(ARM_TOKEN));
    }
}

#[test]
fn entra_authentication_for_the_target_requires_a_target_url() {
    let args = [
        "check",
        "--only",
        "target",
        "--target",
        "11111111-2222-4333-8444-555555555555/rg/new",
        "--target-auth",
        "entra",
    ];
    let env = [("FLEXREADY_ACCESS_TOKEN", "t")];
    run(&args, &env).assert_usage_error("give `--target-url 'host=<server>");
    let elsewhere = [&args[..], &["--target-url", "host=db.corp.example user=u"]].concat();
    run(&elsewhere, &env).assert_usage_error("`--target-auth entra` sends a token");
}
