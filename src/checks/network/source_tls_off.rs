//! The sslMode of the service must match the TLS support of the source. Since 0.1.0.
//!
//! The negotiated connection takes precedence. Only some roles can read the range of TLS versions, and PostgreSQL 11
//! and older have no setting for it.

use super::source;
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Inconclusive, Needs, Object, OfficialRule,
    Severity,
};
use crate::config::SourceTls;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "source-tls-off",
    title: "The source does not speak TLS as the service needs it",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603001),
        OfficialRule::AzureMigrate("tls"),
    ],
    why: "With sslMode `Require` or stronger the service stops when the source does not speak TLS; with `Prefer` it goes on, \
          and all data and the password's proof cross the network readable. Versions below 1.2 are no longer spoken in Azure.",
    fix: "Set `ssl` to on (this needs a certificate and a reload), or plan the migration with sslMode `Prefer`.",
    verify: "SHOW ssl",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let tls = source(facts)?.tls;
    if facts.connection.as_ref().is_ok_and(|c| c.tls.is_some()) {
        // This tool only supports TLS 1.2 and 1.3, so one of them was negotiated.
        return Ok(Findings::none());
    }
    if facts.source_parameters.as_ref()?.value("ssl")? != "on" {
        return Ok(tls_off_finding(tls).into());
    }
    Ok(check_protocol_versions(facts)?.into())
}

fn tls_off_finding(tls: Option<SourceTls>) -> Finding {
    let enable = "ALTER SYSTEM SET ssl = 'on';  -- with ssl_cert_file and ssl_key_file in place; then SELECT pg_reload_conf()";
    match tls {
        Some(SourceTls::Require) => Finding::new(
            Object::parameter("ssl"),
            "the source does not speak TLS, and the plan says `require`",
        ),
        _ => Finding::new(
            Object::parameter("ssl"),
            "the source does not speak TLS: the migration has to be made with sslMode `Prefer`",
        )
        .with_severity(Severity::Warning),
    }
    .with_evidence("ssl", "off")
    .with_fix(FixStep::sql(enable))
}

/// TLS is enabled, but this tool's connection did not use it. Checks whether the source supports TLS 1.2 or 1.3.
fn check_protocol_versions(facts: &Facts) -> Result<Option<Finding>, Inconclusive> {
    let settings = facts.source_parameters.as_ref()?;
    let name = "ssl_max_protocol_version";
    let Some(max_version) = settings.find(name) else {
        return match facts.source_version()?.major() {
            ..12 => Ok(None),
            _ => Err(settings.hidden_parameter(name).into()),
        };
    };
    // An empty value means no limit. A missing value means that the role cannot read it.
    let max_version = max_version.reset_val.as_deref();
    let max_version = max_version.ok_or_else(|| settings.hidden_parameter(name))?;
    if !["TLSv1", "TLSv1.1"].contains(&max_version) {
        return Ok(None);
    }
    let finding = Finding::new(
        Object::parameter(name),
        format!(
            "the source speaks no TLS above `{max_version}`, and the service none below `TLSv1.2`"
        ),
    );
    let fix = format!("ALTER SYSTEM SET {name} = '';  -- then SELECT pg_reload_conf()");
    let finding = finding
        .with_evidence(name, max_version)
        .with_fix(FixStep::sql(fix));
    Ok(Some(finding.with_severity(Severity::Warning)))
}
