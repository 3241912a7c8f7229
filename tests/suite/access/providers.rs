//! Synthetic recordings of providers that cannot be started in a test, run through the whole program.
//! Each provider is recognized, its built-in roles and databases are not findings, and the advice names its own
//! command, role and administrator.

use flexready::backend::recording::{Recorder, Recording};
use flexready::config::MigrationMode;
use flexready::question::{Answers, Origin};
use serde_json::{Map, Value, json};

use crate::fixtures::overlay::{FixtureCase, Overlay};
use crate::support::program::{ProgramOutput, run};
use crate::support::recordings::fixtures_dir;

struct ProviderCase {
    kind: &'static str,
    version: &'static str,
    /// Role name, and whether the role is a superuser.
    roles: &'static [(&'static str, bool)],
    databases: &'static [&'static str],
    settings: &'static [&'static str],
    /// Part of the command that enables logical decoding.
    logical_decoding_command: &'static str,
    /// Part of the command that lets the migration user stream.
    replication_grant: &'static str,
    administrator: &'static str,
    is_managed: bool,
}

const COMMUNITY_VERSION: &str = "PostgreSQL 16.10 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit";
const REPLICATION_ATTRIBUTE: &str = "ALTER ROLE \"migrator\" REPLICATION;";
const RDS_REPLICATION_GRANT: &str = "GRANT rds_replication TO \"migrator\";";

const PROVIDERS: &[ProviderCase] = &[
    ProviderCase {
        kind: "aws-rds",
        version: COMMUNITY_VERSION,
        roles: &[
            ("rdsadmin", true),
            ("rds_superuser", false),
            ("rds_replication", false),
            ("rds_iam", false),
        ],
        databases: &["rdsadmin"],
        settings: &["rds.logical_replication", "rds.extensions"],
        logical_decoding_command: "aws rds modify-db-parameter-group",
        replication_grant: RDS_REPLICATION_GRANT,
        administrator: "a member of rds_superuser",
        is_managed: true,
    },
    ProviderCase {
        kind: "aws-aurora",
        version: COMMUNITY_VERSION,
        roles: &[
            ("rdsadmin", true),
            ("rds_superuser", false),
            ("rds_replication", false),
            ("rdswriteforwarduser", false),
        ],
        databases: &["rdsadmin"],
        settings: &["rds.logical_replication", "apg_ccm_enabled"],
        logical_decoding_command: "aws rds modify-db-cluster-parameter-group",
        replication_grant: RDS_REPLICATION_GRANT,
        administrator: "a member of rds_superuser",
        is_managed: true,
    },
    ProviderCase {
        kind: "gcp-cloudsql",
        version: COMMUNITY_VERSION,
        roles: &[
            ("cloudsqladmin", true),
            ("cloudsqlsuperuser", false),
            ("cloudsqlagent", false),
            ("cloudsqlreplica", false),
        ],
        databases: &["cloudsqladmin"],
        settings: &["cloudsql.logical_decoding", "cloudsql.iam_authentication"],
        logical_decoding_command: "gcloud sql instances patch <instance> --database-flags=cloudsql.logical_decoding=on",
        replication_grant: REPLICATION_ATTRIBUTE,
        administrator: "a member of cloudsqlsuperuser",
        is_managed: true,
    },
    ProviderCase {
        kind: "gcp-alloydb",
        version: COMMUNITY_VERSION,
        roles: &[
            ("alloydbadmin", true),
            ("alloydbsuperuser", false),
            ("alloydbiamuser", false),
        ],
        databases: &["alloydbadmin"],
        settings: &["alloydb.logical_decoding"],
        logical_decoding_command: "--database-flags=alloydb.logical_decoding=on",
        replication_grant: REPLICATION_ATTRIBUTE,
        administrator: "a member of alloydbsuperuser",
        is_managed: true,
    },
    ProviderCase {
        kind: "postgresql-single-server",
        version: "PostgreSQL 11.22, compiled by Visual C++ build 1800, 64-bit",
        roles: &[("azure_superuser", true), ("azure_pg_admin", false)],
        databases: &["azure_maintenance", "azure_sys"],
        settings: &[],
        logical_decoding_command: "az postgres server",
        replication_grant: REPLICATION_ATTRIBUTE,
        administrator: "a member of azure_pg_admin",
        is_managed: true,
    },
    ProviderCase {
        kind: "postgresql-flexible-server",
        version: COMMUNITY_VERSION,
        roles: &[
            ("azuresu", true),
            ("azure_pg_admin", false),
            ("replication", false),
        ],
        databases: &["azure_maintenance", "azure_sys"],
        settings: &["azure.extensions"],
        logical_decoding_command: "az postgres flexible-server parameter set",
        replication_grant: REPLICATION_ATTRIBUTE,
        administrator: "a member of azure_pg_admin",
        is_managed: true,
    },
    ProviderCase {
        kind: "edb",
        version: "PostgreSQL 16.10 (EnterpriseDB Postgres Extended 16.10) on x86_64-pc-linux-gnu",
        roles: &[("edb_admin", false), ("streaming_replica", false)],
        databases: &[],
        settings: &[],
        logical_decoding_command: "ALTER SYSTEM SET wal_level = 'logical';",
        replication_grant: REPLICATION_ATTRIBUTE,
        administrator: "a superuser",
        is_managed: false,
    },
];

impl ProviderCase {
    /// The baseline source as this provider shows it, with a WAL level that does not allow logical replication.
    fn fixture_case(&self) -> FixtureCase {
        let role = |at: usize, is_superuser: bool| {
            json!({ "oid": 16384 + at, "is_superuser": is_superuser, "bypasses_row_security": is_superuser,
                    "replication": is_superuser, "can_login": true, "user_has": false })
        };
        let roles: Map<String, Value> = (0..)
            .zip(self.roles)
            .map(|(at, (name, is_superuser))| ((*name).to_owned(), role(at, *is_superuser)))
            .chain([("migrator".to_owned(), json!({ "replication": false }))])
            .collect();
        let database = json!({ "owner": "postgres", "is_template": false, "allows_connections": true, "connection_limit": -1,
                               "encoding": "UTF8", "collation": "C", "user_has_owner": false });
        let databases: Map<String, Value> = self
            .databases
            .iter()
            .map(|n| ((*n).to_owned(), database.clone()))
            .collect();
        let setting = json!({ "reset_val": "off", "boot_val": "off", "unit": null, "vartype": "string", "source": "default",
                              "context": "postmaster" });
        let settings: Map<String, Value> = (self
            .settings
            .iter()
            .map(|n| ((*n).to_owned(), setting.clone())))
        .chain([("wal_level".to_owned(), json!({ "reset_val": "replica" }))])
        .collect();
        let case = json!({
            "migration": { "mode": "online", "source": { "kind": null } },
            "answers": {
                "source/orders/roles": { "patch": roles },
                "source/orders/databases": { "patch": databases },
                "source/orders/settings": { "patch": settings },
                "source/orders/identity": { "patch": { "[0]": { "version": self.version } } },
            }
        });
        serde_json::from_value(case).unwrap()
    }

    /// Records the case and runs `flexready check` on the recording.
    fn run_check(&self, extra_args: &[&str]) -> ProgramOutput {
        let temp_dir = tempfile::tempdir().unwrap();
        let recording = temp_dir.path().join("recording");
        let baseline = Recording::open(&fixtures_dir().join("baseline")).unwrap();
        let case = self.fixture_case();
        let migration = case.migration(&baseline.migrations()[0]);
        assert_eq!(migration.mode, MigrationMode::Online);
        let source = Overlay::new(&case);
        let start = Answers::new(baseline.empty_answers().recorded_at, Origin::Synthetic);
        let (answers, _) =
            futures::executor::block_on(flexready::collect_answers(&migration, &source, start));
        source.assert_all_used();
        let recorder = Recorder::create(&recording).unwrap();
        recorder.write(&[migration], &answers).unwrap();
        let mut args = vec!["check", "--from", recording.to_str().unwrap()];
        args.extend(extra_args);
        run(&args, &[])
    }
}

/// The findings of a check with their commands, as JSON text.
fn findings_text(report: &Value, id: &str) -> String {
    let checks = report["migrations"][0]["checks"].as_array().unwrap();
    let check = checks.iter().find(|c| c["id"] == id).unwrap();
    check["findings"].to_string().replace("\\\"", "\"")
}

#[test]
fn each_provider_is_detected_and_its_built_in_objects_are_not_findings() {
    for provider in PROVIDERS {
        let kind = provider.kind;
        let ran = provider.run_check(&["--format", "json"]);
        let report = ran.json();
        assert_eq!(report["synthetic"], true, "{kind}");
        let source = &report["migrations"][0]["source"];
        assert_eq!(source["kind"], kind, "recognised");
        assert!(source["kind_doubt"].is_null(), "{kind}: {source}");
        let moved = report["migrations"][0]["databases"].to_string();
        for database in provider.databases {
            assert!(!moved.contains(database), "{kind}: {moved}");
        }
        let of_roles = [
            "superuser-roles",
            "roles-move-by-hand",
            "reserved-role-name",
            "superuser-owned-objects",
        ];
        for id in of_roles {
            for (role, _) in provider.roles {
                let text = findings_text(&report, id);
                assert!(
                    !text.contains(&format!("`{role}`")),
                    "{kind}: {id} says {text}"
                );
                assert!(
                    !text.contains(&format!("role/{role}\"")),
                    "{kind}: {id} says {text}"
                );
            }
        }
        let log = findings_text(&report, "wal-level-not-logical");
        assert!(
            log.contains(provider.logical_decoding_command),
            "{kind}: {log}"
        );
        let right = findings_text(&report, "replication-right-missing");
        assert!(
            right.contains(provider.replication_grant),
            "{kind}: {right}"
        );
        let hba = ran.status("source-hba-rejects-target");
        assert_eq!(
            hba == "not_applicable",
            provider.is_managed,
            "{kind}: {hba}"
        );
        let grants = run(
            &[
                "grants",
                "--role",
                "auditor",
                "--only",
                "source",
                "--source-kind",
                kind,
            ],
            &[],
        );
        assert!(
            grants.stdout.contains(provider.administrator),
            "{kind}: {}",
            grants.stdout
        );
    }
}

#[test]
fn a_source_kind_that_contradicts_the_server_is_reported() {
    for provider in PROVIDERS {
        let other = if provider.kind == "aws-rds" {
            "gcp-cloudsql"
        } else {
            "aws-rds"
        };
        let ran = provider.run_check(&["--source-kind", other]);
        let doubt = format!("`--source-kind` says `{other}`, but ");
        assert!(
            ran.stdout.contains(&doubt),
            "{}: {}",
            provider.kind,
            ran.stdout
        );
    }
}
