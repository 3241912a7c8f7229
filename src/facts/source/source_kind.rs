//! Detects where the source runs: as specified by the user, otherwise from properties of the server.

use crate::config::SourceKind;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::providers::{ProviderIndicator, detect_provider};

/// The kind of server that its properties indicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetectedKind {
    /// [`SourceKind::OnPremises`] if no provider is indicated: the server is self-managed, regardless of where it runs.
    pub kind: SourceKind,
    /// The indicator that was found. `None` if no provider is indicated.
    pub indicator: Option<ProviderIndicator>,
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
            None => self.detected_kind().map(|shown| shown.kind),
        }
    }

    /// The detected kind.
    ///
    /// # Errors
    /// No provider is indicated, and answers with possible indicators are missing.
    pub fn detected_kind(&self) -> Fact<DetectedKind> {
        if let Some((sign, kind)) = detect_provider(|sign| self.has_indicator(sign)) {
            return Ok(DetectedKind {
                kind,
                indicator: Some(sign),
            });
        }
        let unknown = [
            self.source_parameters.as_ref().err(),
            self.privileges
                .as_ref()
                .map_or_else(Some, |a| a.roles.as_ref().err()),
            self.session.as_ref().err(),
        ];
        match unknown.into_iter().flatten().next() {
            Some(missing) => Err(missing.clone().with_advice(
                "say where the source runs: `--source-kind` (in a plan: `source_kind`)",
            )),
            None => Ok(DetectedKind {
                kind: SourceKind::OnPremises,
                indicator: None,
            }),
        }
    }

    /// The detected kind, if it contradicts the kind that the user specified.
    pub fn contradicting_kind(&self) -> Option<DetectedKind> {
        let specified = self.migration.source.as_ref()?.kind?;
        let detected = self.detected_kind().ok()?;
        (!is_consistent(specified, detected)).then_some(detected)
    }

    fn has_indicator(&self, sign: ProviderIndicator) -> bool {
        match sign {
            ProviderIndicator::Parameter(start) => {
                let mut names = self.source_parameters.iter().flat_map(|s| s.iter());
                names.any(|s| s.name.starts_with(start))
            }
            ProviderIndicator::Role(name) => {
                let roles = self
                    .privileges
                    .as_ref()
                    .ok()
                    .and_then(|a| a.roles.as_ref().ok());
                roles.is_some_and(|r| r.find(name).is_some())
            }
            ProviderIndicator::Version(part) => self
                .session
                .as_ref()
                .is_ok_and(|s| s.version.contains(part)),
        }
    }
}

/// Whether a server of the specified kind can have this detected kind. Without an indicator, only kinds that always
/// have one are contradicted: the list of indicators is never complete.
fn is_consistent(specified: SourceKind, detected: DetectedKind) -> bool {
    use crate::config::SourceKind::*;
    if detected.indicator.is_none() {
        let always = [
            AwsRds,
            AwsAurora,
            GcpCloudSql,
            GcpAlloyDb,
            PostgresqlSingleServer,
            PostgresqlFlexibleServer,
        ];
        return !always.contains(&specified);
    }
    let same: &[SourceKind] = match detected.kind {
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
        kind => return kind == specified,
    };
    same.contains(&specified) || (detected.kind == AwsRds && specified == AwsAurora)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceKind::*;

    fn detected(kind: SourceKind) -> DetectedKind {
        DetectedKind {
            kind,
            indicator: Some(ProviderIndicator::Role("any")),
        }
    }

    #[test]
    fn a_detected_provider_contradicts_another_one() {
        assert!(!is_consistent(OnPremises, detected(AwsRds)));
        assert!(!is_consistent(AwsRds, detected(AwsAurora)));
        assert!(
            is_consistent(AwsAurora, detected(AwsRds)),
            "not every Aurora shows itself"
        );
        assert!(is_consistent(Gcp, detected(GcpAlloyDb)));
        assert!(
            is_consistent(AzureVm, detected(EdbOracleServer)),
            "EDB runs anywhere"
        );
    }

    #[test]
    fn a_server_without_indicators_contradicts_only_managed_providers() {
        let nothing = DetectedKind {
            kind: OnPremises,
            indicator: None,
        };
        assert!(is_consistent(AzureVm, nothing) && is_consistent(HerokuPostgresql, nothing));
        assert!(!is_consistent(GcpCloudSql, nothing));
    }
}
