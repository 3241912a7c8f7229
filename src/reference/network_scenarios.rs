//! Network scenarios in the migration service's network guide. As of 2025-02-07:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-network-setup-migration-service>

use crate::config::{SourceExposure, SourceKind};

/// Network access of the server that runs the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigratingServer {
    /// A target in a virtual network.
    VnetIntegrated,
    /// A target with public access.
    Public,
    /// A target that only private endpoints can reach.
    PrivateEndpoint,
    /// A runtime server in a virtual network, for a target with private endpoints.
    Runtime,
    /// A runtime server for a target without private endpoints.
    RuntimeForOtherTarget,
}

/// Whether the guide supports a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioSupport {
    Supported,
    Unsupported,
    /// The guide does not list the scenario.
    Unlisted,
}

/// Returns whether the guide supports this source and migrating server.
/// `None` if it depends on the source kind, which is unknown.
pub fn scenario_support(
    kind: Option<SourceKind>,
    exposure: SourceExposure,
    side: MigratingServer,
) -> Option<ScenarioSupport> {
    Some(match (exposure, side) {
        (SourceExposure::Private, MigratingServer::Runtime) => ScenarioSupport::Supported,
        (SourceExposure::Private, MigratingServer::Public | MigratingServer::PrivateEndpoint) => {
            ScenarioSupport::Unsupported
        }
        (SourceExposure::Private, MigratingServer::VnetIntegrated) if is_documented_kind(kind?) => {
            ScenarioSupport::Supported
        }
        (SourceExposure::Public, MigratingServer::Public)
            if is_documented_kind(kind?) && kind != Some(SourceKind::AzureVm) =>
        {
            ScenarioSupport::Supported
        }
        _ => ScenarioSupport::Unlisted,
    })
}

/// Whether the guide covers the source kind: on-premises, Amazon RDS and Aurora, Cloud SQL, Azure virtual machines.
fn is_documented_kind(kind: SourceKind) -> bool {
    use SourceKind as K;
    matches!(
        kind,
        K::OnPremises | K::AwsRds | K::AwsAurora | K::GcpCloudSql | K::AzureVm
    )
}

/// Whether a source of this kind runs in Azure. `None` if it can run anywhere.
pub fn is_in_azure(kind: SourceKind) -> Option<bool> {
    use SourceKind as K;
    match kind {
        K::AzureVm
        | K::PostgresqlSingleServer
        | K::PostgresqlFlexibleServer
        | K::PostgresqlCosmosDb => Some(true),
        K::Edb | K::EdbOracleServer | K::EdbPostgresql | K::CrunchyPostgresql => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_scenarios_of_the_guide_are_classified() {
        use SourceExposure::{Private, Public};
        use SourceKind as K;
        let rows = [
            (
                K::OnPremises,
                Public,
                MigratingServer::Public,
                ScenarioSupport::Supported,
            ),
            (
                K::OnPremises,
                Private,
                MigratingServer::VnetIntegrated,
                ScenarioSupport::Supported,
            ),
            (
                K::AwsRds,
                Public,
                MigratingServer::Public,
                ScenarioSupport::Supported,
            ),
            (
                K::AwsAurora,
                Private,
                MigratingServer::VnetIntegrated,
                ScenarioSupport::Supported,
            ),
            (
                K::GcpCloudSql,
                Public,
                MigratingServer::Public,
                ScenarioSupport::Supported,
            ),
            (
                K::GcpCloudSql,
                Private,
                MigratingServer::VnetIntegrated,
                ScenarioSupport::Supported,
            ),
            (
                K::AzureVm,
                Private,
                MigratingServer::VnetIntegrated,
                ScenarioSupport::Supported,
            ),
            (
                K::HerokuPostgresql,
                Private,
                MigratingServer::Runtime,
                ScenarioSupport::Supported,
            ),
            (
                K::AzureVm,
                Private,
                MigratingServer::Public,
                ScenarioSupport::Unsupported,
            ),
            (
                K::OnPremises,
                Private,
                MigratingServer::PrivateEndpoint,
                ScenarioSupport::Unsupported,
            ),
            (
                K::OnPremises,
                Public,
                MigratingServer::PrivateEndpoint,
                ScenarioSupport::Unlisted,
            ),
            (
                K::OnPremises,
                Public,
                MigratingServer::VnetIntegrated,
                ScenarioSupport::Unlisted,
            ),
            (
                K::HerokuPostgresql,
                Public,
                MigratingServer::Public,
                ScenarioSupport::Unlisted,
            ),
            (
                K::OnPremises,
                Private,
                MigratingServer::RuntimeForOtherTarget,
                ScenarioSupport::Unlisted,
            ),
        ];
        for (kind, exposure, side, listed) in rows {
            let found = scenario_support(Some(kind), exposure, side);
            assert_eq!(found, Some(listed), "{kind} {exposure:?} {side:?}");
        }
        assert_eq!(
            scenario_support(None, Public, MigratingServer::Public),
            None
        );
        let ruled_out = scenario_support(None, Private, MigratingServer::Public);
        assert_eq!(
            ruled_out,
            Some(ScenarioSupport::Unsupported),
            "whatever the kind"
        );
    }
}
