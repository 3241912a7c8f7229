//! Detects where the source runs: as specified by the user, otherwise from properties of the server.

use super::{Fact, Facts, Missing};
use crate::plan::SourceKind;
use crate::reference::providers::{Sign, recognise};

/// The kind of server that its properties indicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// [`SourceKind::OnPremises`] if no provider is indicated: the server is self-managed, regardless of where it runs.
    pub kind: SourceKind,
    /// The indicator that was found. `None` if no provider is indicated.
    pub sign: Option<Sign>,
}

impl Facts<'_> {
    /// The kind of source: as specified by the user, otherwise detected.
    ///
    /// # Errors
    /// The user did not specify it, no provider is indicated, and answers with possible indicators are missing.
    pub fn source_kind(&self) -> Fact<SourceKind> {
        let source = self
            .migration
            .source
            .as_ref()
            .ok_or_else(Missing::no_source)?;
        match source.kind {
            Some(given) => Ok(given),
            None => self.shown_kind().map(|shown| shown.kind),
        }
    }

    /// The detected kind.
    ///
    /// # Errors
    /// No provider is indicated, and answers with possible indicators are missing.
    pub fn shown_kind(&self) -> Fact<Shown> {
        if let Some((sign, kind)) = recognise(|sign| self.shows(sign)) {
            return Ok(Shown {
                kind,
                sign: Some(sign),
            });
        }
        let unknown = [
            self.settings.as_ref().err(),
            self.access
                .as_ref()
                .map_or_else(Some, |a| a.roles.as_ref().err()),
            self.session.as_ref().err(),
        ];
        match unknown.into_iter().flatten().next() {
            Some(missing) => Err(missing.clone().with_remedy(
                "say where the source runs: `--source-kind` (in a plan: `source_kind`)",
            )),
            None => Ok(Shown {
                kind: SourceKind::OnPremises,
                sign: None,
            }),
        }
    }

    /// The detected kind, if it contradicts the kind that the user specified.
    pub fn contradicted_kind(&self) -> Option<Shown> {
        let given = self.migration.source.as_ref()?.kind?;
        let shown = self.shown_kind().ok()?;
        (!may_show(given, shown)).then_some(shown)
    }

    fn shows(&self, sign: Sign) -> bool {
        match sign {
            Sign::Parameter(start) => {
                let mut names = self.settings.iter().flat_map(|s| s.iter());
                names.any(|s| s.name.starts_with(start))
            }
            Sign::Role(name) => {
                let roles = self
                    .access
                    .as_ref()
                    .ok()
                    .and_then(|a| a.roles.as_ref().ok());
                roles.is_some_and(|r| r.find(name).is_some())
            }
            Sign::Version(part) => self
                .session
                .as_ref()
                .is_ok_and(|s| s.version.contains(part)),
        }
    }
}

/// Whether a server of the specified kind can have this detected kind. Without an indicator, only kinds that always
/// have one are contradicted: the list of indicators is never complete.
fn may_show(given: SourceKind, shown: Shown) -> bool {
    use SourceKind::*;
    if shown.sign.is_none() {
        let always = [
            AwsRds,
            AwsAurora,
            GcpCloudSql,
            GcpAlloyDb,
            PostgresqlSingleServer,
            PostgresqlFlexibleServer,
        ];
        return !always.contains(&given);
    }
    let same: &[SourceKind] = match shown.kind {
        AwsRds => &[AwsRds, Aws],
        // Not every release of Aurora has the indicator that distinguishes it from RDS.
        AwsAurora => &[AwsAurora, Aws],
        GcpCloudSql => &[GcpCloudSql, Gcp],
        GcpAlloyDb => &[GcpAlloyDb, Gcp],
        Edb | EdbOracleServer | EdbPostgresql => &[
            Edb,
            EdbOracleServer,
            EdbPostgresql,
            OnPremises,
            AzureVm,
            AwsEc2,
            GcpCompute,
        ],
        PostgresqlFlexibleServer => &[PostgresqlFlexibleServer, PostgresqlCosmosDb],
        kind => return kind == given,
    };
    same.contains(&given) || (shown.kind == AwsRds && given == AwsAurora)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SourceKind::*;

    fn shown(kind: SourceKind) -> Shown {
        Shown {
            kind,
            sign: Some(Sign::Role("any")),
        }
    }

    #[test]
    fn a_detected_provider_contradicts_another_one() {
        assert!(!may_show(OnPremises, shown(AwsRds)));
        assert!(!may_show(AwsRds, shown(AwsAurora)));
        assert!(
            may_show(AwsAurora, shown(AwsRds)),
            "not every Aurora shows itself"
        );
        assert!(may_show(Gcp, shown(GcpAlloyDb)));
        assert!(
            may_show(AzureVm, shown(EdbOracleServer)),
            "EDB runs anywhere"
        );
    }

    #[test]
    fn a_server_without_indicators_contradicts_only_managed_providers() {
        let nothing = Shown {
            kind: OnPremises,
            sign: None,
        };
        assert!(may_show(AzureVm, nothing) && may_show(HerokuPostgresql, nothing));
        assert!(!may_show(GcpCloudSql, nothing));
    }
}
