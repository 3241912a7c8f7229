//! The sslMode of the service must match the TLS support of the source. Since 0.1.0.
//!
//! The negotiated connection takes precedence. Only some roles can read the range of TLS versions, and PostgreSQL 11
//! and older have no setting for it.

use super::source;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered};
use crate::facts::Facts;
use crate::plan::SourceTls;

pub const CHECK: Check = Check {
    id: "source-tls-off",
    title: "The source does not speak TLS as the service needs it",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[
        Official::ServiceError(603001),
        Official::AzureMigrate("tls"),
    ],
    why: "With sslMode `Require` or stronger the service stops when the source does not speak TLS; with `Prefer` it goes on, \
          and all data and the password's proof cross the network readable. Versions below 1.2 are no longer spoken in Azure.",
    fix: "Set `ssl` to on (this needs a certificate and a reload), or plan the migration with sslMode `Prefer`.",
    look: "SHOW ssl",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let tls = source(facts)?.tls;
    if facts.connection.as_ref().is_ok_and(|c| c.tls.is_some()) {
        // This tool only supports TLS 1.2 and 1.3, so one of them was negotiated.
        return Ok(Findings::none());
    }
    if facts.settings.as_ref()?.value("ssl")? != "on" {
        return Ok(off(tls).into());
    }
    Ok(range(facts)?.into())
}

fn off(tls: Option<SourceTls>) -> Finding {
    let enable = "ALTER SYSTEM SET ssl = 'on';  -- with ssl_cert_file and ssl_key_file in place; then SELECT pg_reload_conf();";
    match tls {
        Some(SourceTls::Require) => Finding::new(
            "parameter/ssl",
            "the source does not speak TLS, and the plan says `require`",
        ),
        _ => Finding::new(
            "parameter/ssl",
            "the source does not speak TLS: the migration has to be made with sslMode `Prefer`",
        )
        .milder(Severity::Warning),
    }
    .evidence("ssl", "off")
    .fix(enable)
}

/// TLS is enabled, but this tool's connection did not use it. Checks whether the source supports TLS 1.2 or 1.3.
fn range(facts: &Facts) -> Result<Option<Finding>, Unanswered> {
    let settings = facts.settings.as_ref()?;
    let name = "ssl_max_protocol_version";
    let Some(most) = settings.find(name) else {
        return match facts.source_version()?.major() {
            ..12 => Ok(None),
            _ => Err(settings.hidden(name).into()),
        };
    };
    // An empty value means no limit. A missing value means that the role cannot read it.
    let most = most.reset_val.as_deref();
    let most = most.ok_or_else(|| settings.hidden(name))?;
    if !["TLSv1", "TLSv1.1"].contains(&most) {
        return Ok(None);
    }
    let finding = Finding::new(
        format!("parameter/{name}"),
        format!("the source speaks no TLS above `{most}`, and the service none below `TLSv1.2`"),
    );
    let fix = format!("ALTER SYSTEM SET {name} = '';  -- then SELECT pg_reload_conf();");
    let finding = finding.evidence(name, most).fix(fix);
    Ok(Some(finding.milder(Severity::Warning)))
}
