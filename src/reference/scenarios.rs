//! Which pairs of networks the migration service's network guide lists. As of 02/07/2025:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-network-setup-migration-service>

use crate::plan::{Exposure, SourceKind};

/// How the side that migrates stands in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A target in a virtual network.
    Integrated,
    /// A target with public access.
    Public,
    /// A target that only private endpoints reach.
    Endpoint,
    /// A runtime server in a virtual network, for a target with private endpoints.
    Runtime,
    /// A runtime server for a target without private endpoints.
    RuntimeForOther,
}

/// What the guide says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Works,
    WorksNot,
    /// The guide does not speak of it.
    Not,
}

/// The guide's word on a source and the side that migrates; `None` where that depends on the source's kind, which is not
/// known.
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

/// On-premises, Amazon RDS and Aurora, Cloud SQL, a virtual machine in Azure.
fn is_listed(kind: SourceKind) -> bool {
    use SourceKind as K;
    matches!(
        kind,
        K::OnPremises | K::AwsRds | K::AwsAurora | K::GcpCloudSql | K::AzureVm
    )
}

/// Whether a source of this kind runs in Azure. `None`: it may run anywhere.
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
    fn the_guide_in_full() {
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
