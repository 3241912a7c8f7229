//! Network scenarios in the migration service's network guide. As of 2025-02-07:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-network-setup-migration-service>

use crate::plan::{Exposure, SourceKind};

/// Network access of the server that runs the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A target in a virtual network.
    Integrated,
    /// A target with public access.
    Public,
    /// A target that only private endpoints can reach.
    Endpoint,
    /// A runtime server in a virtual network, for a target with private endpoints.
    Runtime,
    /// A runtime server for a target without private endpoints.
    RuntimeForOther,
}

/// Whether the guide supports a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Works,
    WorksNot,
    /// The guide does not list the scenario.
    Not,
}

/// Returns whether the guide supports this source and migrating server.
/// `None` if it depends on the source kind, which is unknown.
pub fn scenario(kind: Option<SourceKind>, exposure: Exposure, side: Side) -> Option<Listed> {
    Some(match (exposure, side) {
        (Exposure::Private, Side::Runtime) => Listed::Works,
        (Exposure::Private, Side::Public | Side::Endpoint) => Listed::WorksNot,
        (Exposure::Private, Side::Integrated) if is_listed(kind?) => Listed::Works,
        (Exposure::Public, Side::Public)
            if is_listed(kind?) && kind != Some(SourceKind::AzureVm) =>
        {
            Listed::Works
        }
        _ => Listed::Not,
    })
}

/// Whether the guide covers the source kind: on-premises, Amazon RDS and Aurora, Cloud SQL, Azure virtual machines.
fn is_listed(kind: SourceKind) -> bool {
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
        use Exposure::{Private, Public};
        use SourceKind as K;
        let rows = [
            (K::OnPremises, Public, Side::Public, Listed::Works),
            (K::OnPremises, Private, Side::Integrated, Listed::Works),
            (K::AwsRds, Public, Side::Public, Listed::Works),
            (K::AwsAurora, Private, Side::Integrated, Listed::Works),
            (K::GcpCloudSql, Public, Side::Public, Listed::Works),
            (K::GcpCloudSql, Private, Side::Integrated, Listed::Works),
            (K::AzureVm, Private, Side::Integrated, Listed::Works),
            (K::HerokuPostgresql, Private, Side::Runtime, Listed::Works),
            (K::AzureVm, Private, Side::Public, Listed::WorksNot),
            (K::OnPremises, Private, Side::Endpoint, Listed::WorksNot),
            (K::OnPremises, Public, Side::Endpoint, Listed::Not),
            (K::OnPremises, Public, Side::Integrated, Listed::Not),
            (K::HerokuPostgresql, Public, Side::Public, Listed::Not),
            (K::OnPremises, Private, Side::RuntimeForOther, Listed::Not),
        ];
        for (kind, exposure, side, listed) in rows {
            let found = scenario(Some(kind), exposure, side);
            assert_eq!(found, Some(listed), "{kind} {exposure:?} {side:?}");
        }
        assert_eq!(scenario(None, Public, Side::Public), None);
        let ruled_out = scenario(None, Private, Side::Public);
        assert_eq!(ruled_out, Some(Listed::WorksNot), "whatever the kind");
    }
}
