//! The Azure clouds with their addresses, and the one Resource Manager host that a run is pinned to.

use std::net::IpAddr;

use clap::ValueEnum;
use url::{Host, Url};

use super::ArmError;

/// An Azure cloud, named as in `az cloud list`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Cloud {
    #[default]
    #[value(name = "AzureCloud")]
    Public,
    #[value(name = "AzureUSGovernment")]
    UsGovernment,
    #[value(name = "AzureChinaCloud")]
    China,
}

impl Cloud {
    /// The URL of Azure Resource Manager.
    pub fn resource_manager_url(self) -> &'static str {
        match self {
            Cloud::Public => "https://management.azure.com",
            Cloud::UsGovernment => "https://management.usgovcloudapi.net",
            Cloud::China => "https://management.chinacloudapi.cn",
        }
    }

    /// The scope of access tokens for Azure Resource Manager.
    pub fn arm_scope(self) -> &'static str {
        match self {
            Cloud::Public => "https://management.azure.com/.default",
            Cloud::UsGovernment => "https://management.usgovcloudapi.net/.default",
            Cloud::China => "https://management.chinacloudapi.cn/.default",
        }
    }

    /// The scope of access tokens for databases.
    pub fn database_scope(self) -> &'static str {
        match self {
            Cloud::Public => "https://ossrdbms-aad.database.windows.net/.default",
            Cloud::UsGovernment => "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
            Cloud::China => "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
        }
    }

    /// The suffix of database host names.
    pub fn database_suffix(self) -> &'static str {
        match self {
            Cloud::Public => ".postgres.database.azure.com",
            Cloud::UsGovernment => ".postgres.database.usgovcloudapi.net",
            Cloud::China => ".postgres.database.chinacloudapi.cn",
        }
    }

    /// The URL of the sign-in authority.
    pub fn authority_url(self) -> &'static str {
        match self {
            Cloud::Public => "https://login.microsoftonline.com",
            Cloud::UsGovernment => "https://login.microsoftonline.us",
            Cloud::China => "https://login.chinacloudapi.cn",
        }
    }
}

/// The scheme, host, and port of all requests of a run. The access token is only sent to this endpoint.
#[derive(Debug, Clone)]
pub(crate) struct PinnedEndpoint(Url);

impl PinnedEndpoint {
    /// A `custom` URL overrides the address of the cloud. Plain HTTP is only for tests and tunnels on this machine.
    pub(crate) fn new(cloud: Cloud, custom: Option<&Url>) -> Result<Self, ArmError> {
        let url = match custom {
            Some(url) => url.clone(),
            None => {
                Url::parse(cloud.resource_manager_url()).expect("the clouds' addresses are URLs")
            }
        };
        let invalid = |why| ArmError::BadEndpoint {
            endpoint: without_secrets(&url),
            why,
        };
        match (url.scheme(), url.host()) {
            (_, None) => return Err(invalid("it names no host")),
            ("https", _) => {}
            ("http", Some(host)) if is_loopback(&host) => {}
            ("http", _) => return Err(invalid("plain http would show the token to the network")),
            _ => return Err(invalid("it is neither https nor http")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("it carries a user name or a password"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it has more than a host and a port"));
        }
        Ok(PinnedEndpoint(url))
    }

    /// Returns the URL of a resource. `path` and `query` are encoded as necessary and cannot change the host.
    pub(crate) fn url(&self, path: &str, query: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(Some(query));
        url
    }

    /// Returns whether `url` has the pinned scheme, host, and port.
    pub(crate) fn has_same_origin(&self, url: &Url) -> bool {
        url.origin() == self.0.origin() && url.username().is_empty() && url.password().is_none()
    }

    pub(crate) fn host(&self) -> &str {
        self.0
            .host_str()
            .expect("an endpoint without a host is refused when it is made")
    }

    pub(crate) fn is_plain_http(&self) -> bool {
        self.0.scheme() == "http"
    }
}

/// The URL without its user name, password, and path, which can contain secrets.
fn without_secrets(url: &Url) -> String {
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let host = url.host_str().unwrap_or("…");
    format!("{}://{host}{port}", url.scheme())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
    }
}
