//! A server that cannot access its encryption key becomes inaccessible within an hour. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, OfficialRule, Severity,
};
use crate::facts::target::server::KeyStatus;
use crate::facts::{Fact, Facts};

pub const CHECK: Check = Check {
    id: "target-key-invalid",
    title: "The key that encrypts the target cannot be used",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "With a customer-managed key the server needs its key all the time: when the key is disabled, expired or out of \
          reach, the server turns inaccessible in the middle of whatever it does.",
    fix: "Enable the key, renew it, or give the server's managed identity its rights on the vault back; then revalidate.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query dataEncryption",
    link: "https://learn.microsoft.com/azure/postgresql/security/security-data-encryption",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let encryption = facts.server.as_ref()?.encryption.as_ref()?;
    if encryption.kind.eq_ignore_ascii_case("SystemManaged") {
        return Err(Inconclusive::not_applicable("the key is Azure's own"));
    }
    let mut findings = Findings::none();
    check_key(&mut findings, "the key", "primary", &encryption.primary_key);
    match &encryption.geo_backup_key {
        Ok(None) => {}
        Ok(Some(key)) => check_key(
            &mut findings,
            "the key of the geo-redundant backups",
            "geo",
            &Ok(key.clone()),
        ),
        Err(missing) => findings.add_missing(missing),
    }
    Ok(findings)
}

fn check_key(findings: &mut Findings, what: &str, which: &str, key: &Fact<KeyStatus>) {
    let Some(key) = findings.require(key).cloned() else {
        return;
    };
    let uri = key.uri.as_deref().unwrap_or("its vault");
    if !key.is_valid {
        findings.push(
            Finding::new(Object::Server, format!("{what} at `{uri}` is `Invalid`"))
                .with_evidence(&format!("{which} key status"), "Invalid"),
        );
    }
}
